/* What HTTP can be asked: one table of resources, and their answers. */
#include "base/log.h"
#include "server/access.h"
#include "server/judge.h"
#include "server/metrics.h"
#include "server/serve_console.h"
#include "server/serve_session.h"
#include "wire/error_list.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>

#define JSON_TYPE "application/json"

struct route {
	enum http_method method; /* GET stands for HEAD too */
	const char *path; /* ending with / it stands for all below it */
	enum access_right right; /* of who may ask for it */
	enum outcome (*handle)(struct exchange *x);
	const char *help;
};

static struct worker *worker_of(const struct exchange *x)
{
	return x->connection->worker;
}

static enum outcome refuse(struct exchange *x, enum refusal_code code, const char *message)
{
	exchange_refuse(x, code, message);
	return OUTCOME_MORE;
}

/* --- /v1/check --- */

/* The X-Deadline-Ms field, or COMMENT_ABSENT; what is no number is passed over. */
static int64_t deadline_of(const struct exchange *x)
{
	struct span text = http_field(x->request, SPAN("X-Deadline-Ms"));
	int64_t ms;

	return text.len > 0 && json_int(text, &ms) && ms >= 0 && ms <= NATIVE_DEADLINE_MAX
		       ? ms
		       : COMMENT_ABSENT;
}

static enum outcome check_one(struct exchange *x)
{
	struct worker *w = worker_of(x);
	struct judge_input input = {
		.json = x->request->body,
		.received_ns = x->connection->read_ns,
		.deadline_ms = deadline_of(x),
		.protocol = PROTOCOL_HTTP,
	};
	struct judge_output made;

	buf_clear(&w->body);
	switch (judge(w, &input, &w->body, &made)) {
	case JUDGED:
		exchange_answer(x, 200, JSON_TYPE, buf_content(&w->body));
		break;
	case JUDGED_HELD:
		exchange_hold(x, &made, &w->body);
		break;
	case JUDGED_REFUSED:
		exchange_refusal(x, &made.refusal, NULL);
		break;
	}
	return OUTCOME_MORE;
}

static enum outcome check(struct exchange *x)
{
	switch (http_media(x->request)) {
	case HTTP_MEDIA_JSON:
		return check_one(x);
	case HTTP_MEDIA_NDJSON:
		return exchange_stream(x);
	case HTTP_MEDIA_OTHER:
		break;
	}
	return refuse(x, REFUSAL_UNSUPPORTED_MEDIA_TYPE, NULL);
}

/* --- /v1/rules --- */

static void write_member(struct buf *out, const char *name, struct span text)
{
	buf_printf(out, "\"%s\":", name);
	json_write(out, text);
}

static void write_rule(struct buf *out, const struct generation *generation,
	const struct rule *rule, const uint8_t *suspended)
{
	buf_char(out, '{');
	write_member(out, "id", span_of(rule->id));
	if (rule->guideline != NULL) {
		buf_char(out, ',');
		write_member(out, "guideline", span_of(rule->guideline->id));
	}
	buf_char(out, ',');
	write_member(out, "action", span_of(action_names[rule->action]));
	if (rule->action == ACTION_POINTS)
		buf_printf(out, ",\"points\":%d", rule->points);
	buf_printf(out, ",\"shadow\":%s,\"suspended\":%s,\"hits\":%llu,",
		rule->shadow ? "true" : "false",
		suspended != NULL && suspended[rule->index] ? "true" : "false",
		(unsigned long long)metrics_rule_hits(generation, rule->index));
	write_member(out, "reason", wording_for(&rule->reason, NULL, 0));
	buf_char(out, '}');
}

static enum outcome list_rules(struct exchange *x)
{
	struct worker *w = worker_of(x);
	struct generation *generation = w->generation;
	const uint8_t *suspended = generation_suspended(generation, w->index);
	struct reload_outcome last = reload_outcome(w->service->reload);
	char loaded[CLOCK_TEXT_SIZE];
	const struct rule *rules;
	size_t count = ruleset_rules(generation->set, &rules);

	clock_format(generation->loaded_ms, loaded);
	buf_clear(&w->body);
	buf_printf(&w->body, "{\"version\":\"%s\",\"loaded\":\"%s\",\"stale\":%s,",
		ruleset_version(generation->set), loaded, last.ok ? "false" : "true");
	error_list_write(&w->body, last.errors);
	reload_outcome_done(w->service->reload);
	buf_str(&w->body, ",\"rules\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&w->body, ',');
		write_rule(&w->body, generation, &rules[i], suspended);
	}
	buf_str(&w->body, "]}\n");
	return exchange_body(x, 200, JSON_TYPE);
}

/* --- /v1/rules/reload --- */

static enum outcome start_reload(struct exchange *x)
{
	x->session->ticket = reload_request(worker_of(x)->service->reload);
	return OUTCOME_WAIT;
}

enum outcome route_resume(struct exchange *x)
{
	struct worker *w = worker_of(x);
	struct reload_outcome last;

	if (x->session->trial != NULL)
		return console_resume(x);
	if (reload_done(w->service->reload) < x->session->ticket)
		return OUTCOME_WAIT;
	buf_clear(&w->body);
	last = reload_outcome(w->service->reload);
	if (last.ok) {
		buf_printf(&w->body, "{\"version\":\"%s\",", last.version);
	} else {
		struct refusal refusal;

		refusal_set(&refusal, REFUSAL_RULES_REFUSED, NULL, REFUSAL_NOWHERE);
		buf_printf(&w->body, "{\"title\":\"%s\",\"status\":%d,\"version\":\"%s\",",
			"Unprocessable Content", refusal_kinds[refusal.code].status, last.version);
		refusal_write(&w->body, &refusal, "detail");
		buf_char(&w->body, ',');
	}
	error_list_write(&w->body, last.errors);
	buf_str(&w->body, "}\n");
	reload_outcome_done(w->service->reload);
	if (last.ok || w->body.failed)
		return exchange_body(x, 200, JSON_TYPE);
	judge_count(w, PROTOCOL_HTTP, REFUSAL_RULES_REFUSED);
	exchange_answer(x, refusal_kinds[REFUSAL_RULES_REFUSED].status, "application/problem+json",
		buf_content(&w->body));
	return OUTCOME_MORE;
}

/* --- for those who watch --- */

static enum outcome healthz(struct exchange *x)
{
	buf_clear(&worker_of(x)->body);
	buf_str(&worker_of(x)->body, "{\"ok\":true}\n");
	return exchange_body(x, 200, JSON_TYPE);
}

static enum outcome readyz(struct exchange *x)
{
	struct worker *w = worker_of(x);

	if (w->draining)
		return refuse(x, REFUSAL_CLOSING, NULL);
	if (w->service->store != NULL && store_health(w->service->store) != STORE_WELL)
		return refuse(x, REFUSAL_QUEUE_UNAVAILABLE, NULL);
	buf_clear(&w->body);
	buf_printf(&w->body, "{\"ready\":true,\"rules\":\"%s\",\"rules_stale\":%s}\n",
		ruleset_version(w->generation->set),
		reload_stale(w->service->reload) ? "true" : "false");
	return exchange_body(x, 200, JSON_TYPE);
}

static enum outcome metrics(struct exchange *x)
{
	buf_clear(&worker_of(x)->body);
	metrics_write(&worker_of(x)->body, worker_of(x)->service);
	return exchange_body(x, 200, METRICS_TYPE);
}

/* --- the table --- */

static const struct route routes[] = {
	{HTTP_GET, "/console/", ACCESS_OPEN, console_file,
		"the console's files; the page on which rules are tried is `/console/rules` "
		"([`../console/README.md`](../console/README.md))"},
	{HTTP_GET, "/healthz", ACCESS_OPEN, healthz, "200: the process answers"},
	{HTTP_GET, "/metrics", ACCESS_WATCH, metrics,
		"counters in Prometheus' text format, see below"},
	{HTTP_GET, "/readyz", ACCESS_OPEN, readyz,
		"200: it has rules in force, takes requests and can store comments for review; "
		"`rules_stale` is true if the last reload failed"},
	{HTTP_POST, "/v1/check", ACCESS_JUDGE, check, "judges one comment (JSON) or many (NDJSON)"},
	{HTTP_GET, "/v1/rules", ACCESS_READ, list_rules,
		"version, time, all rules with their hits; what is wrong with newer files that "
		"were refused"},
	{HTTP_POST, "/v1/rules/reload", ACCESS_RELOAD, start_reload,
		"reads the rules anew and answers when that is done: 200 with the version, or 422 "
		"with the errors"},
	{HTTP_DELETE, "/v1/session", ACCESS_OPEN, session_end, "logs out"},
	{HTTP_GET, "/v1/session", ACCESS_SELF, session_show, "who one is, and what one may"},
	{HTTP_POST, "/v1/session", ACCESS_OPEN, session_begin,
		"logs in: `{\"token\":\"...\"}`; answers with a cookie"},
	{HTTP_POST, "/v1/try", ACCESS_RULES, console_try,
		"judges comments by the rules in force and by a private copy with some files "
		"changed"},
	{HTTP_GET, "/v1/try/rules", ACCESS_RULES, console_rules,
		"the files of the rules in force with their texts"},
};

/* Which roles may; an admin always. */
static void describe_roles(struct buf *out, enum access_right right)
{
	bool all = true, first = true;

	for (size_t i = 0; i < USER_ROLES; i++)
		all &= user_may((enum user_role)i, right);
	if (right == ACCESS_OPEN || all) {
		buf_str(out, right == ACCESS_OPEN ? "" : "any");
		return;
	}
	for (size_t i = 0; i < USER_ROLES; i++) {
		if (!user_may((enum user_role)i, right) || (i == USER_ADMIN && !first))
			continue;
		buf_printf(out, "%s%s", first ? "" : ", ", user_roles[i].name);
		first = false;
	}
}

void routes_describe(struct buf *out)
{
	buf_str(out, "| method | path | role | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		buf_printf(
			out, "| %s | `%s` | ", http_method_names[routes[i].method], routes[i].path);
		describe_roles(out, routes[i].right);
		buf_printf(out, " | %s |\n", routes[i].help);
	}
}

static bool has_path(const struct route *route, struct span path)
{
	struct span own = span_of(route->path);

	return own.ptr[own.len - 1] == '/' ? span_starts(path, own) : span_eq(path, own);
}

static bool has_method(const struct route *route, enum http_method method)
{
	return route->method == method || (route->method == HTTP_GET && method == HTTP_HEAD);
}

/* What can be done with the path, for a 405. */
static void write_methods(struct span path, char out[64])
{
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		enum http_method method = routes[i].method;

		if (has_path(&routes[i], path) && len < 64)
			len += (size_t)snprintf(out + len, 64 - len, "%s%s", len > 0 ? ", " : "",
				method == HTTP_GET ? "GET, HEAD" : http_method_names[method]);
	}
}

static enum outcome refuse_method(struct exchange *x)
{
	struct refusal refusal;
	char methods[64];

	refusal_set(&refusal, REFUSAL_METHOD_NOT_ALLOWED, NULL, REFUSAL_NOWHERE);
	judge_count(worker_of(x), PROTOCOL_HTTP, refusal.code);
	write_methods(x->request->path, methods);
	exchange_refusal(x, &refusal, methods);
	return OUTCOME_MORE;
}

/* Whether who asks has the right; what has to do with people and their data is in the audit. */
static bool let_in(struct exchange *x, const struct route *route)
{
	bool rare = route->right == ACCESS_RELOAD || route->right == ACCESS_ADMIN;
	static _Atomic int64_t last;
	enum refusal_code code;
	const char *why;
	char what[64];
	bool may = access_may(x, route->right, &x->who, &code, &why);

	if (may && route->right < ACCESS_FEED)
		return true;
	code = may ? REFUSAL_NONE : code;
	snprintf(what, sizeof(what), "%s %s", http_method_names[route->method], route->path);
	/* Whoever has no token could fill it up. */
	if (may || log_once_a_second(&last))
		access_audit(x->connection, x->request, &x->who, what, code, rare || !may);
	if (!may)
		exchange_refuse(x, code, why);
	return may;
}

enum outcome route_request(struct exchange *x)
{
	bool known = false;

	if (x->connection->late)
		return refuse(x, REFUSAL_CLOSING, NULL);
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!has_path(&routes[i], x->request->path))
			continue;
		known = true;
		if (has_method(&routes[i], x->request->method))
			return let_in(x, &routes[i]) ? routes[i].handle(x) : OUTCOME_MORE;
	}
	return known ? refuse_method(x) : refuse(x, REFUSAL_NOT_FOUND, NULL);
}
