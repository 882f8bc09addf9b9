/* Who may ask for what: see access.h. */
#include "server/access.h"

#include "wire/http_text.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdio.h>

static struct span field(const struct exchange *x, const char *name)
{
	return http_field(x->request, span_of(name));
}

/* Whether somebody forwards for others: then the address of the connection says nothing. */
static bool is_forwarded(const struct exchange *x)
{
	static const char *const names[] = {"Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (field(x, names[i]).ptr != NULL)
			return true;
	}
	return false;
}

bool access_is_near(const struct exchange *x)
{
	return x->connection->peer.local && !is_forwarded(x);
}

bool access_is_from_browser(const struct http_request *request)
{
	return http_field(request, SPAN("Origin")).ptr != NULL ||
	       http_field(request, SPAN("Sec-Fetch-Site")).ptr != NULL;
}

static const struct service *service_of(const struct exchange *x)
{
	return x->connection->worker->service;
}

static const struct config *config_of(const struct exchange *x)
{
	return x->connection->worker->generation->config;
}

/* --- names of this server --- */

/* The host without its port. */
static struct span without_port(struct span host)
{
	size_t end = host.len;

	while (end > 0 && host.ptr[end - 1] >= '0' && host.ptr[end - 1] <= '9')
		end--;
	return end > 1 && host.ptr[end - 1] == ':' ? span_sub(host, 0, end - 1) : host;
}

/* 127.0.0.0/8 as it is written: four groups of digits. */
static bool is_loopback_v4(struct span name)
{
	size_t groups = 1, digits = 0;

	if (!span_starts(name, SPAN("127.")))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '.') {
			groups++;
			digits = 0;
		} else if (name.ptr[i] < '0' || name.ptr[i] > '9' || ++digits > 3) {
			return false;
		}
	}
	return groups == 4 && digits > 0;
}

/* Whether it is a name that only this machine gives itself. */
static bool is_own_name(struct span host)
{
	struct span name = without_port(host);

	return http_text_same(name, SPAN("localhost")) || span_eq(name, SPAN("[::1]")) ||
	       is_loopback_v4(name);
}

/* Whether it is one of the configured `hosts`. */
static bool is_listed(const struct exchange *x, struct span host)
{
	const struct strings *hosts = &config_of(x)->hosts;

	for (size_t i = 0; i < hosts->count; i++) {
		if (http_text_same(hosts->items[i], host))
			return true;
	}
	return false;
}

/* The host that a page of ours may have been asked from: no other site's name leads to it. */
static bool is_our_name(const struct exchange *x, struct span host)
{
	return is_own_name(host) || is_listed(x, host) || is_listed(x, without_port(host));
}

/* --- pages of others --- */

/* The host of an origin; ptr is NULL when it has none. */
static struct span host_of(struct span origin)
{
	static const struct span schemes[] = {{"http://", 7}, {"https://", 8}};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (span_starts(origin, schemes[i]))
			return span_sub(origin, schemes[i].len, origin.len);
	}
	return (struct span){0};
}

/* Whether a page of another site, or of none, makes the browser ask. */
static bool is_cross_site(const struct exchange *x, bool with_token)
{
	struct span site = field(x, "Sec-Fetch-Site"), origin = field(x, "Origin"), host;

	if (site.ptr != NULL && !span_eq(site, SPAN("same-origin")) && !span_eq(site, SPAN("none")))
		return true;
	if (origin.ptr == NULL)
		return false;
	/* A proxy may give us another Host than the browser asked; the token speaks for it. */
	if (with_token && span_eq(site, SPAN("same-origin")))
		return false;
	host = host_of(origin);
	return host.ptr == NULL || (!http_text_same(host, field(x, "Host")) && !is_listed(x, host));
}

bool access_is_foreign(const struct exchange *x)
{
	return is_cross_site(x, false) ||
	       (access_is_from_browser(x->request) && !is_our_name(x, field(x, "Host")));
}

/*
 * Whether a page of ours says so itself: a browser that knows neither field sends one of them all
 * the same with whatever changes something.
 */
static bool is_same_origin(const struct exchange *x)
{
	return !access_is_foreign(x) &&
	       (span_eq(field(x, "Sec-Fetch-Site"), SPAN("same-origin")) ||
		       (field(x, "Sec-Fetch-Site").ptr == NULL && field(x, "Origin").ptr != NULL));
}

/* --- who it is --- */

static bool refused(
	enum refusal_code *code, const char **why, enum refusal_code what, const char *message)
{
	*code = what;
	*why = message;
	return false;
}

static bool is_reload_token(const struct exchange *x, struct span given)
{
	struct span token = service_of(x)->reload_token;

	return token.len > 0 && given.len == token.len &&
	       CRYPTO_memcmp(given.ptr, token.ptr, token.len) == 0;
}

/* The word after `Authorization: Bearer`; ptr is NULL without one. */
static struct span bearer_of(const struct exchange *x)
{
	struct span given = field(x, "Authorization");

	if (!http_text_same(span_sub(given, 0, strlen("Bearer ")), SPAN("Bearer ")))
		return (struct span){0};
	return span_sub(given, strlen("Bearer "), given.len);
}

/* All cookies together; browsers send one field. Ptr is NULL without a session. */
static struct span session_of_request(const struct exchange *x)
{
	return session_of_cookies(field(x, "Cookie"));
}

/* Whether who asks has to say who it is: there are tokens, or the listener is for others. */
static bool is_closed(const struct exchange *x)
{
	return x->connection->peer.far || config_of(x)->require_tokens ||
	       tokens_any(service_of(x)->tokens);
}

/* Finds out by token or session. False: what was given is worth nothing, and that is said. */
static bool identify(
	const struct exchange *x, struct access_who *who, enum refusal_code *code, const char **why)
{
	struct span bearer = bearer_of(x), session = session_of_request(x);
	int64_t now_ms = clock_real_ms();

	*who = (struct access_who){.via = VIA_NOBODY};
	if (bearer.ptr != NULL && is_reload_token(x, bearer)) {
		who->via = VIA_TOKEN;
		who->role = USER_AUTHOR;
		memcpy(who->name, "reload_token", sizeof("reload_token"));
		return true;
	}
	if (bearer.ptr != NULL) {
		if (tokens_find(service_of(x)->tokens, bearer, now_ms, who) || !is_closed(x))
			return true;
		return refused(code, why, REFUSAL_UNAUTHORIZED,
			"this token is not known, revoked or expired");
	}
	if (session.ptr != NULL)
		(void)tokens_find_session(service_of(x)->tokens, session, now_ms, who);
	return true;
}

/* --- what they may --- */

/* Who may have what without a token, as long as there is none. */
enum openness {
	OPEN_TO_ALL, /* whoever can connect */
	OPEN_TO_PAGES, /* callers on this machine, and pages of ours in their browsers */
	OPEN_TO_PROGRAMS, /* callers on this machine, but no browser */
};

static const struct {
	enum openness openness;
	bool stays_open; /* for callers on this machine, even when there are tokens */
} rules[ACCESS_RIGHTS] = {
	[ACCESS_OPEN] = {OPEN_TO_ALL, true},
	[ACCESS_WATCH] = {OPEN_TO_ALL, true},
	[ACCESS_JUDGE] = {OPEN_TO_ALL, true},
	[ACCESS_FEED] = {OPEN_TO_PAGES, false},
	[ACCESS_READ] = {OPEN_TO_ALL, false},
	[ACCESS_SELF] = {OPEN_TO_PAGES, false},
	[ACCESS_QUEUE] = {OPEN_TO_PAGES, false},
	[ACCESS_REPLAY] = {OPEN_TO_PAGES, false},
	[ACCESS_RULES] = {OPEN_TO_PAGES, false},
	[ACCESS_RELOAD] = {OPEN_TO_PROGRAMS, false},
	[ACCESS_ADMIN] = {OPEN_TO_PAGES, false},
};

/* Whether a request with a token or session is one that its owner made. */
static bool may_by_role(const struct exchange *x, enum access_right right,
	const struct access_who *who, enum refusal_code *code, const char **why)
{
	enum http_method method = x->request->method;

	if (!user_may(who->role, right))
		return refused(code, why, REFUSAL_FORBIDDEN, "the role of this token may not");
	if (who->via == VIA_TOKEN)
		/* No other site's page knows it; what is for pages is not given to one that does.
		 */
		return rules[right].openness != OPEN_TO_PAGES || !is_cross_site(x, true) ||
		       refused(code, why, REFUSAL_FORBIDDEN, "pages of other sites may not ask");
	if (access_is_foreign(x))
		return refused(code, why, REFUSAL_FORBIDDEN,
			"pages of other sites may not ask, and names of this one stand in `hosts`");
	if (method == HTTP_GET || method == HTTP_HEAD)
		return true;
	if (!is_same_origin(x))
		return refused(code, why, REFUSAL_FORBIDDEN,
			"a session changes something only from the page itself");
	/* What a form of another site can send is never this. */
	if (method != HTTP_DELETE && http_media(x->request) != HTTP_MEDIA_JSON)
		return refused(code, why, REFUSAL_UNSUPPORTED_MEDIA_TYPE,
			"a session changes something only with Content-Type: application/json");
	return true;
}

/* Resolves %XX. False: too long, or not percent-encoded. */
static bool decode(struct span text, char out[TOKEN_NAME_SIZE])
{
	char resolved[3 * TOKEN_NAME_SIZE];
	size_t len;

	if (text.len > sizeof(resolved) || !http_text_unescape(text, '+', resolved, &len) ||
		len >= TOKEN_NAME_SIZE || memchr(resolved, '\0', len))
		return false;
	memcpy(out, resolved, len);
	out[len] = '\0';
	return true;
}

/* A caller on this machine says its name itself. */
static bool name_near(
	const struct exchange *x, struct access_who *who, enum refusal_code *code, const char **why)
{
	struct span given = field(x, "X-Moderator");

	*who = (struct access_who){.via = VIA_NEAR, .role = USER_ADMIN, .name = "moderator"};
	if (given.ptr == NULL)
		return true;
	if (!decode(given, who->name) || !token_is_name(span_of(who->name)))
		return refused(code, why, REFUSAL_BAD_VALUE,
			"X-Moderator is a name of 1 to 128 bytes, percent-encoded UTF-8");
	return true;
}

/* What is asked without a token while there is none. */
static bool may_while_open(const struct exchange *x, enum access_right right,
	struct access_who *who, enum refusal_code *code, const char **why)
{
	bool token = service_of(x)->reload_token.len > 0;

	if (rules[right].openness == OPEN_TO_ALL)
		return true;
	if (rules[right].openness == OPEN_TO_PAGES && is_cross_site(x, false))
		return refused(code, why, REFUSAL_FORBIDDEN, "pages of other sites may not ask");
	if (!access_is_near(x) ||
		(rules[right].openness == OPEN_TO_PROGRAMS && access_is_from_browser(x->request)))
		return refused(code, why, token ? REFUSAL_UNAUTHORIZED : REFUSAL_FORBIDDEN,
			"this takes a token, or a caller on this machine");
	if (rules[right].openness == OPEN_TO_PAGES && !is_own_name(field(x, "Host")))
		return refused(code, why, REFUSAL_FORBIDDEN,
			"without a token only as localhost, 127.0.0.1 or [::1]");
	return name_near(x, who, code, why);
}

/* What is left to callers without a token once there is one. */
static bool may_when_closed(const struct exchange *x, enum access_right right,
	enum refusal_code *code, const char **why)
{
	const struct peer *peer = &x->connection->peer;
	bool near = access_is_near(x) && !peer->far;

	if (near && rules[right].stays_open &&
		(right != ACCESS_JUDGE || !peer->counted || !config_of(x)->require_tokens))
		return true;
	return refused(code, why, REFUSAL_UNAUTHORIZED,
		session_of_request(x).ptr != NULL ? "the session is over: log in again"
						  : "this takes a token");
}

bool access_may(const struct exchange *x, enum access_right right, struct access_who *who,
	enum refusal_code *code, const char **why)
{
	enum refusal_code ignored;
	const char *ignored_why;
	struct access_who known;

	*who = (struct access_who){.via = VIA_NOBODY};
	if (right == ACCESS_OPEN)
		return true;
	if (!identify(x, &known, code, why))
		return false;
	if (known.via != VIA_NOBODY) {
		*who = known;
		if (may_by_role(x, right, who, code, why))
			return true;
		/* A token takes nothing away that is open to those who have none. */
		return !user_may(who->role, right) && rules[right].stays_open &&
		       may_when_closed(x, right, &ignored, &ignored_why);
	}
	if (is_closed(x))
		return may_when_closed(x, right, code, why);
	return may_while_open(x, right, who, code, why);
}

bool access_page_file(const struct exchange *x, enum refusal_code *code, const char **why)
{
	struct access_who who;

	if (service_of(x)->reload_token.len > 0 || is_closed(x))
		return true;
	/* Following a link to the page is no harm; a frame or a script of others gets nothing. */
	if (span_eq(field(x, "Sec-Fetch-Mode"), SPAN("navigate")) && access_is_near(x) &&
		is_own_name(field(x, "Host")))
		return true;
	return may_while_open(x, ACCESS_RULES, &who, code, why);
}

/* --- the audit --- */

/* The client that a proxy on this machine forwards for: the last one it was told of. */
static bool forwarded_for(
	const struct connection *c, const struct http_request *request, struct in6_addr *out)
{
	struct span all = http_field(request, SPAN("X-Forwarded-For"));
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	size_t from = all.len;

	while (from > 0 && all.ptr[from - 1] != ',' && all.ptr[from - 1] != ' ')
		from--;
	all = span_sub(all, from, all.len);
	if (!c->peer.local || all.len == 0 || all.len >= sizeof(text))
		return false;
	memcpy(text, all.ptr, all.len);
	text[all.len] = '\0';
	if (inet_pton(AF_INET6, text, out) == 1)
		return true;
	if (inet_pton(AF_INET, text, &v4) != 1)
		return false;
	memset(out, 0, sizeof(*out));
	out->s6_addr[10] = out->s6_addr[11] = 0xFF;
	memcpy(&out->s6_addr[12], &v4, sizeof(v4));
	return true;
}

struct in6_addr access_address(const struct exchange *x)
{
	struct in6_addr address;

	return forwarded_for(x->connection, x->request, &address) ? address
								  : x->connection->peer.address;
}

static void write_address(const struct in6_addr *address, char out[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		(void)inet_ntop(AF_INET, &address->s6_addr[12], out, INET6_ADDRSTRLEN);
	else
		(void)inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN);
}

void access_audit(const struct connection *c, const struct http_request *request,
	const struct access_who *who, const char *what, enum refusal_code code, bool rare)
{
	struct audit_entry entry = {.at_ms = clock_real_ms(), .times = 1, .rare = rare};
	const struct peer *peer = &c->peer;
	char own[INET6_ADDRSTRLEN] = "unix", other[INET6_ADDRSTRLEN];
	struct in6_addr forwarded;

	if (peer->counted)
		write_address(&peer->address, own);
	if (request != NULL && forwarded_for(c, request, &forwarded)) {
		write_address(&forwarded, other);
		snprintf(entry.address, sizeof(entry.address), "%s for %s", own, other);
	} else {
		snprintf(entry.address, sizeof(entry.address), "%s", own);
	}
	if (who != NULL)
		memcpy(entry.actor, who->name, sizeof(entry.actor));
	snprintf(entry.what, sizeof(entry.what), "%s", what);
	snprintf(entry.outcome, sizeof(entry.outcome), "%s",
		code == REFUSAL_NONE ? "ok" : refusal_kinds[code].name);
	audit_log_add(c->worker->service->audit, &entry);
}
