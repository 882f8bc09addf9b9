/* Logging in and out: see serve_session.h. */
#include "server/serve_session.h"

#include "server/access.h"
#include "server/attempts.h"
#include "wire/credential.h"
#include "wire/json.h"

#include <stdio.h>

#define COOKIE_SIZE 256

static struct worker *worker_of(const struct exchange *x)
{
	return x->connection->worker;
}

static enum outcome refuse(struct exchange *x, enum refusal_code code, const char *message)
{
	exchange_refuse(x, code, message);
	return OUTCOME_MORE;
}

/* --- who one is --- */

static void write_who(struct buf *out, const struct exchange *x, const struct access_who *who)
{
	char ends[CLOCK_TEXT_SIZE];

	buf_str(out, "{\"name\":");
	json_write(out, span_of(who->name));
	buf_printf(out, ",\"role\":\"%s\",\"token\":%s", user_roles[who->role].name,
		who->via == VIA_NEAR ? "false" : "true");
	clock_format(who->ends_ms, ends);
	if (who->ends_ms > 0)
		buf_printf(out, ",\"ends\":\"%s\"", ends);
	buf_printf(out, ",\"undo_s\":%lld,\"version\":",
		(long long)(worker_of(x)->generation->config->undo_time / 1000));
	json_write(out, span_of(ruleset_version(worker_of(x)->generation->set)));
	buf_str(out, "}\n");
}

enum outcome session_show(struct exchange *x)
{
	buf_clear(&worker_of(x)->body);
	write_who(&worker_of(x)->body, x, &x->who);
	return exchange_body(x, 200, "application/json");
}

/* --- logging in --- */

/*
 * Only for our own page, and never for a script elsewhere. Secure, where the page came by https:
 * the browser says so itself.
 */
static void write_cookie(
	const struct exchange *x, const char *session, int64_t seconds, char out[COOKIE_SIZE])
{
	struct span origin = http_field(x->request, SPAN("Origin"));

	snprintf(out, COOKIE_SIZE,
		SESSION_COOKIE "=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", session,
		(long long)seconds, span_starts(origin, SPAN("https://")) ? "; Secure" : "");
}

static enum outcome refuse_attempts(struct exchange *x, int wait_s)
{
	struct refusal refusal;

	refusal_set(&refusal, REFUSAL_TOO_MANY_ATTEMPTS, NULL, REFUSAL_NOWHERE);
	refusal.retry_ms = wait_s * 1000;
	judge_count(worker_of(x), PROTOCOL_HTTP, refusal.code);
	exchange_refusal(x, &refusal, NULL);
	return OUTCOME_MORE;
}

/* The token is right. */
static enum outcome let_in(struct exchange *x, struct span token, struct access_who *who)
{
	int64_t now_ms = clock_real_ms();
	char session[SESSION_SIZE], cookie[COOKIE_SIZE];

	if (!tokens_session(worker_of(x)->service->tokens, token, who, now_ms, session))
		return refuse(x, REFUSAL_OOM, NULL);
	write_cookie(x, session, (who->ends_ms - now_ms + 999) / 1000, cookie);
	x->cookie = cookie;
	access_audit(x->connection, x->request, who, "login", REFUSAL_NONE, true);
	buf_clear(&worker_of(x)->body);
	write_who(&worker_of(x)->body, x, who);
	exchange_body(x, 200, "application/json");
	x->cookie = NULL; /* it is written, and about to go */
	return OUTCOME_MORE;
}

enum outcome session_begin(struct exchange *x)
{
	struct service *service = worker_of(x)->service;
	struct in6_addr address = access_address(x);
	struct access_who who;
	struct refusal refusal;
	struct span token;
	int wait_s;

	if (access_is_foreign(x))
		return refuse(x, REFUSAL_FORBIDDEN,
			"pages of other sites may not log in, and names of this one stand in "
			"`hosts`");
	if (http_media(x->request) != HTTP_MEDIA_JSON)
		return refuse(x, REFUSAL_UNSUPPORTED_MEDIA_TYPE, NULL);
	wait_s = attempts_wait_s(service->attempts, &address, worker_of(x)->now_ns);
	if (wait_s > 0)
		return refuse_attempts(x, wait_s);
	arena_reset(&worker_of(x)->arena);
	if (!credential_read(x->request->body, &worker_of(x)->arena, &token, &refusal)) {
		judge_count(worker_of(x), PROTOCOL_HTTP, refusal.code);
		exchange_refusal(x, &refusal, NULL);
		return OUTCOME_MORE;
	}
	if (tokens_find(service->tokens, token, clock_real_ms(), &who))
		return let_in(x, token, &who);
	attempts_failed(service->attempts, &address, worker_of(x)->now_ns);
	access_audit(x->connection, x->request, NULL, "login", REFUSAL_UNAUTHORIZED, true);
	return refuse(x, REFUSAL_UNAUTHORIZED, "this token is not known, revoked or expired");
}

enum outcome session_end(struct exchange *x)
{
	char cookie[COOKIE_SIZE];
	struct access_who who;
	enum refusal_code code;
	const char *why;

	if (access_is_foreign(x))
		return refuse(x, REFUSAL_FORBIDDEN, "pages of other sites may not log out");
	if (access_may(x, ACCESS_SELF, &who, &code, &why) && who.via == VIA_SESSION)
		access_audit(x->connection, x->request, &who, "logout", REFUSAL_NONE, true);
	write_cookie(x, "", 0, cookie);
	x->cookie = cookie;
	buf_clear(&worker_of(x)->body);
	buf_str(&worker_of(x)->body, "{\"ok\":true}\n");
	exchange_body(x, 200, "application/json");
	x->cookie = NULL;
	return OUTCOME_MORE;
}
