/* What HTTP can be asked: one table of resources, and their answers. */
#include "base/log.h"
#include "server/access.h"
#include "server/desk.h"
#include "server/judge.h"
#include "server/metrics.h"
#include "server/replays.h"
#include "server/serve_console.h"
#include "server/serve_session.h"
#include "wire/error_list.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>

#define JSON_TYPE "application/json"

struct route {
	enum http_method method; /* GET stands for HEAD too */
	const char *path; /* ending with / it stands for all below it; {} is one segment */
	enum access_right right; /* of who may ask for it */
	enum outcome (*handle)(struct exchange *x);
	const char *help;
	const struct desk_act *act; /* of the queue's: what is to be done at the desk */
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
	struct refusal refusal;

	if (x->session->errand != NULL)
		return exchange_errand_done(x);
	if (reload_done(w->service->reload) < x->session->ticket)
		return OUTCOME_WAIT;
	refusal_set(&refusal, REFUSAL_RULES_REFUSED, NULL, REFUSAL_NOWHERE);
	buf_clear(&w->body);
	last = reload_outcome(w->service->reload);
	buf_printf(&w->body, "%c\"version\":\"%s\",", last.ok ? '{' : ',', last.version);
	error_list_write(&w->body, last.errors);
	if (last.ok)
		buf_str(&w->body, "}\n");
	reload_outcome_done(w->service->reload);
	if (last.ok || w->body.failed)
		return exchange_body(x, 200, JSON_TYPE);
	exchange_refusal_with(x, &refusal, buf_content(&w->body));
	return OUTCOME_MORE;
}

/* --- the queue --- */

/* Whether it is a request for the queue at all: JSON if it brings something, and there is a queue.
 */
static bool is_for_queue(struct exchange *x)
{
	bool json = x->request->method != HTTP_POST || http_media(x->request) == HTTP_MEDIA_JSON;

	if (!json)
		exchange_refuse(x, REFUSAL_UNSUPPORTED_MEDIA_TYPE, NULL);
	else if (worker_of(x)->service->desk == NULL)
		exchange_refuse(x, REFUSAL_NOT_FOUND,
			"there is no queue: the configuration says `store: off`");
	return json && worker_of(x)->service->desk != NULL;
}

static enum outcome at_desk(struct exchange *x)
{
	const struct errand_request request = {
		.what = x->act,
		.subject = x->subject,
		.query = x->request->query,
		.body = x->request->body,
		.actor = span_of(x->who.name),
	};

	if (!is_for_queue(x))
		return OUTCOME_MORE;
	return exchange_errand(x, desk_errands(worker_of(x)->service->desk), &request);
}

/* --- replays --- */

static enum outcome show_replay(struct exchange *x)
{
	struct worker *w = worker_of(x);

	if (!is_for_queue(x))
		return OUTCOME_MORE;
	buf_clear(&w->body);
	replays_tell(w->service->replays, &w->body);
	return exchange_body(x, 200, JSON_TYPE);
}

static enum outcome begin_replay(struct exchange *x, enum replays_want want)
{
	struct worker *w = worker_of(x);
	struct refusal refusal;

	if (!is_for_queue(x))
		return OUTCOME_MORE;
	arena_reset(&w->arena);
	if (replays_begin(w->service->replays, want, x->request->body, span_of(x->who.name),
		    &w->arena, &refusal))
		return show_replay(x);
	exchange_refusal_with(x, &refusal, (struct span){0});
	return OUTCOME_MORE;
}

static enum outcome judge_replay(struct exchange *x)
{
	return begin_replay(x, REPLAYS_JUDGE);
}

static enum outcome apply_replay(struct exchange *x)
{
	return begin_replay(x, REPLAYS_APPLY);
}

static enum outcome undo_replay(struct exchange *x)
{
	return begin_replay(x, REPLAYS_UNDO);
}

static enum outcome stop_replay(struct exchange *x)
{
	if (is_for_queue(x))
		replays_stop(worker_of(x)->service->replays);
	return show_replay(x);
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
		"the console: the review queue here, the page on which rules are tried at "
		"`/console/rules` "
		"([`../console/README.md`](../console/README.md))",
		NULL},
	{HTTP_GET, "/healthz", ACCESS_OPEN, healthz, "200: the process answers", NULL},
	{HTTP_GET, "/metrics", ACCESS_WATCH, metrics,
		"counters in Prometheus' text format, see below", NULL},
	{HTTP_GET, "/readyz", ACCESS_OPEN, readyz,
		"200: it has rules in force, takes requests and can store comments for review; "
		"`rules_stale` is true if the last reload failed",
		NULL},
	{HTTP_POST, "/v1/check", ACCESS_JUDGE, check, "judges one comment (JSON) or many (NDJSON)",
		NULL},
	{HTTP_GET, "/v1/decisions", ACCESS_FEED, at_desk,
		"what people decided, oldest first, after `after`: the feed for the CMS",
		&desk_feed},
	{HTTP_GET, "/v1/queue", ACCESS_QUEUE, at_desk, "a page of the review queue, by filters",
		&desk_list},
	{HTTP_POST, "/v1/queue/claim", ACCESS_QUEUE, at_desk,
		"claims comments for whoever asks, so that nobody else decides them", &desk_claim},
	{HTTP_POST, "/v1/queue/decide", ACCESS_QUEUE, at_desk,
		"up to 200 decisions, each on its own", &desk_decide_many},
	{HTTP_POST, "/v1/queue/look", ACCESS_QUEUE, at_desk, "how up to 200 comments stand now",
		&desk_look},
	{HTTP_POST, "/v1/queue/release", ACCESS_QUEUE, at_desk, "gives claims back", &desk_release},
	{HTTP_GET, "/v1/queue/stats", ACCESS_QUEUE, at_desk,
		"how many wait, by site, language, guideline, rule", &desk_stats},
	{HTTP_GET, "/v1/queue/{}", ACCESS_QUEUE, at_desk,
		"one comment, its history, its author's others", &desk_show},
	{HTTP_POST, "/v1/queue/{}/decide", ACCESS_QUEUE, at_desk,
		"approve, reject, escalate, note or undo; 409 if it is not any more as `version` "
		"says",
		&desk_decide_one},
	{HTTP_GET, "/v1/replay", ACCESS_REPLAY, show_replay,
		"how the last replay stands: how far, what would change, by rule, with examples",
		NULL},
	{HTTP_POST, "/v1/replay", ACCESS_REPLAY, judge_replay,
		"judges queued comments again, by the rules in force or with some files changed",
		NULL},
	{HTTP_POST, "/v1/replay/apply", ACCESS_QUEUE, apply_replay,
		"decides what the replay found certain, as one batch", NULL},
	{HTTP_GET, "/v1/replay/batches", ACCESS_REPLAY, at_desk, "the last batches of decisions",
		&desk_batches},
	{HTTP_POST, "/v1/replay/stop", ACCESS_REPLAY, stop_replay, "ends what is under way", NULL},
	{HTTP_POST, "/v1/replay/undo", ACCESS_QUEUE, undo_replay,
		"takes back the decisions of a batch that nobody has touched since", NULL},
	{HTTP_GET, "/v1/rules", ACCESS_READ, list_rules,
		"version, time, all rules with their hits; what is wrong with newer files that "
		"were refused",
		NULL},
	{HTTP_POST, "/v1/rules/reload", ACCESS_RELOAD, start_reload,
		"reads the rules anew and answers when that is done: 200 with the version, or 422 "
		"with the errors",
		NULL},
	{HTTP_DELETE, "/v1/session", ACCESS_OPEN, session_end, "logs out", NULL},
	{HTTP_GET, "/v1/session", ACCESS_SELF, session_show, "who one is, and what one may", NULL},
	{HTTP_POST, "/v1/session", ACCESS_OPEN, session_begin,
		"logs in: `{\"token\":\"...\"}`; answers with a cookie", NULL},
	{HTTP_POST, "/v1/try", ACCESS_RULES, console_try,
		"judges comments by the rules in force and by a private copy with some files "
		"changed",
		NULL},
	{HTTP_GET, "/v1/try/rules", ACCESS_RULES, console_rules,
		"the files of the rules in force with their texts", NULL},
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

/* Whether the path is the route's; *subject is then its segment that stands where the route has
 * {}. */
static bool has_path(const struct route *route, struct span path, struct span *subject)
{
	struct span own = span_of(route->path);
	const char *hole = strstr(route->path, "{}");
	size_t before = hole ? (size_t)(hole - route->path) : 0, end = before;

	*subject = (struct span){0};
	if (hole == NULL)
		return own.ptr[own.len - 1] == '/' ? span_starts(path, own) : span_eq(path, own);
	if (!span_starts(path, span_sub(own, 0, before)))
		return false;
	while (end < path.len && path.ptr[end] != '/')
		end++;
	*subject = span_sub(path, before, end);
	return subject->len > 0 &&
	       span_eq(span_sub(path, end, path.len), span_sub(own, before + 2, own.len));
}

static bool has_method(const struct route *route, enum http_method method)
{
	return route->method == method || (route->method == HTTP_GET && method == HTTP_HEAD);
}

/*
 * The route of the request, or NULL; `allow` then names the methods that its path has, if any. What
 * stands in the table by its full name is not taken for what {} stands for.
 */
static const struct route *find_route(
	const struct http_request *request, struct span *subject, char allow[64])
{
	bool by_name = false;

	allow[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!has_path(&routes[i], request->path, subject) || (by_name && subject->len > 0))
			continue;
		by_name |= subject->len == 0;
		if (has_method(&routes[i], request->method))
			return &routes[i];
		snprintf(allow + strlen(allow), 64 - strlen(allow), "%s%s%s", allow[0] ? ", " : "",
			http_method_names[routes[i].method],
			routes[i].method == HTTP_GET ? ", HEAD" : "");
	}
	return NULL;
}

static enum outcome refuse_method(struct exchange *x, const char *allow)
{
	struct refusal refusal;

	refusal_set(&refusal, REFUSAL_METHOD_NOT_ALLOWED, NULL, REFUSAL_NOWHERE);
	judge_count(worker_of(x), PROTOCOL_HTTP, refusal.code);
	exchange_refusal(x, &refusal, allow);
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
	const struct route *route;
	char allow[64];

	if (x->connection->late)
		return refuse(x, REFUSAL_CLOSING, NULL);
	route = find_route(x->request, &x->subject, allow);
	if (route == NULL && allow[0] != '\0')
		return refuse_method(x, allow);
	if (route == NULL)
		return refuse(x, REFUSAL_NOT_FOUND, NULL);
	x->act = route->act;
	return let_in(x, route) ? route->handle(x) : OUTCOME_MORE;
}
