/* `filterd queue`: the review queue at a terminal, beside a running daemon or without one. */
#include "cli/database.h"
#include "cli/queue_hooks.h"
#include "cli/queue_options.h"
#include "cli/queue_show.h"

#include "base/clock.h"
#include "wire/queue_json.h"

#include <stdlib.h>

#define LEASE_MS (15 * INT64_C(60000)) /* of `next` */
#define DAY_MS (24 * INT64_C(3600000))
#define FEED_MAX 200

struct desk_options {
	struct queue_options queue;
	const char *actor;
	int64_t limit;
	const char *after;
	const char *reason, *note;
	int64_t days;
	bool yes;
};

/* clang-format off */
static const struct option_row desk_rows[] = {
	{0, "as", OPTION_TEXT, "NAME", "who decides (the login name)",
		offsetof(struct desk_options, actor), 0, 0, NULL},
	{'n', "limit", OPTION_NUMBER, "N", "at most so many (50)",
		offsetof(struct desk_options, limit), 1, QUEUE_PAGE_MAX, NULL},
	{0, "after", OPTION_TEXT, "CURSOR", "the page after this one; of `feed`: after this number",
		offsetof(struct desk_options, after), 0, 0, NULL},
	{0, "reason", OPTION_TEXT, "CODE", "why: a guideline's id or another code",
		offsetof(struct desk_options, reason), 0, 0, NULL},
	{0, "note", OPTION_TEXT, "TEXT", "a note for other moderators",
		offsetof(struct desk_options, note), 0, 0, NULL},
	{0, "days", OPTION_NUMBER, "N", "of `erase`: what was decided longer ago (30)",
		offsetof(struct desk_options, days), 1, 36500, NULL},
	{0, "yes", OPTION_FLAG, NULL, "of `erase`: do it",
		offsetof(struct desk_options, yes), 0, 0, NULL},
};
/* clang-format on */

/* One run: the queue it is about, and who asks. */
struct desk {
	struct run *run;
	const struct desk_options *options;
	struct db *db;
	struct arena arena;
	int64_t now_ms;
	struct span actor;
	enum queue_act act; /* of the action that is being done */
};

/* --- what can be done --- */

static int failed(struct desk *desk, int rc)
{
	switch (rc) {
	case OK:
		return CLI_FINE;
	case ERR_NOMEM:
		return cli_failed(desk->run, CLI_OUTPUT, "out of memory");
	case ERR_INVALID:
		return cli_usage_error(desk->run, "--after is no cursor of this list");
	default:
		return cli_failed(desk->run, CLI_OUTPUT, "the queue cannot be read or written: %s",
			db_why(desk->db));
	}
}

static struct queue_filter filter_of(const struct desk *desk)
{
	struct queue_filter filter = queue_filter_of(&desk->options->queue, desk->now_ms);

	filter.after = queue_text(desk->options->after);
	filter.limit = (size_t)desk->options->limit;
	return filter;
}

static void show_items(struct desk *desk, const struct queue_page *page)
{
	struct out *out = &desk->run->out;

	for (size_t i = 0; i < page->count; i++) {
		if (desk->options->queue.common.json)
			queue_write_item(&out->buffer, &page->items[i]);
		else
			queue_show_line(out, &page->items[i], desk->now_ms);
		out_flush(out);
	}
}

static int list(struct desk *desk)
{
	struct queue_filter filter = filter_of(desk);
	struct out *out = &desk->run->out;
	struct queue_page page;
	int rc = queue_list(desk->db, &filter, &desk->arena, &page);

	if (rc == OK)
		show_items(desk, &page);
	if (rc != OK || desk->options->queue.common.json)
		return failed(desk, rc);
	out_count(out, page.count);
	out_str(out, " of ");
	out_count(out, page.total);
	out_printf(out, "%s\n", page.total == QUEUE_TOTAL_MAX ? " or more" : "");
	if (page.next.len)
		out_printf(out, "the next page: --after %.*s\n", SPAN_ARGS(page.next));
	return CLI_FINE;
}

/* An item that is named on the command line; says so if there is none. */
static int find(struct desk *desk, const char *queue_id, struct queue_item *item)
{
	int rc = queue_get(desk->db, span_of(queue_id), desk->now_ms, &desk->arena, item);

	if (rc == ERR_NOTFOUND)
		return cli_failed(
			desk->run, CLI_FOUND, "there is no `%.64s` in the queue", queue_id);
	return failed(desk, rc);
}

static int show_one(struct desk *desk, const struct queue_item *item)
{
	struct queue_event *events;
	size_t count;
	int rc = queue_history(desk->db, span_of(item->queue_id), &desk->arena, &events, &count);

	if (rc == OK && desk->options->queue.common.json) {
		queue_write_item(&desk->run->out.buffer, item);
		for (size_t i = 0; i < count; i++)
			queue_write_event(&desk->run->out.buffer, &events[i]);
	} else if (rc == OK &&
		   !queue_show_whole(&desk->run->out, item, events, count, desk->now_ms)) {
		rc = ERR_NOMEM;
	}
	return failed(desk, rc);
}

static int show(struct desk *desk)
{
	const struct texts *ids = &desk->run->arguments;
	int code = CLI_FINE;

	for (size_t i = 1; i < ids->count && code == CLI_FINE; i++) {
		struct queue_item item;

		code = find(desk, ids->items[i], &item);
		if (code == CLI_FINE)
			code = show_one(desk, &item);
	}
	return code;
}

static int next(struct desk *desk)
{
	struct queue_filter filter = filter_of(desk);
	struct queue_page page;
	int rc;

	filter.limit = 1;
	rc = queue_claim(desk->db, &filter, desk->actor, LEASE_MS, &desk->arena, &page);
	if (rc != OK)
		return failed(desk, rc);
	if (page.count == 0)
		return cli_failed(desk->run, CLI_FOUND, "nothing waits");
	return show_one(desk, &page.items[0]);
}

/* Says why a decision was not taken; the others go on. */
static int refused(struct desk *desk, const char *queue_id, int rc)
{
	struct queue_item item;
	int code;

	if (rc == ERR_INVALID)
		return cli_usage_error(desk->run,
			"a reason is a code of a-z, 0-9, _, - and /, a note at most %d bytes%s",
			QUEUE_NOTE_MAX, desk->act == QUEUE_NOTE ? ", and `note` needs --note" : "");
	if (rc != ERR_CONFLICT && rc != ERR_NOTFOUND)
		return failed(desk, rc);
	code = find(desk, queue_id, &item);
	if (code != CLI_FINE)
		return code;
	if (item.claimed_by.len && !span_eq(item.claimed_by, desk->actor))
		return cli_failed(desk->run, CLI_FOUND, "%s: claimed by %.*s", queue_id,
			SPAN_ARGS(item.claimed_by));
	return cli_failed(desk->run, CLI_FOUND, "%s: cannot %s what is %s", queue_id,
		queue_act_names[desk->act], queue_state_names[item.state]);
}

static int decide(struct desk *desk)
{
	const struct texts *ids = &desk->run->arguments;
	int code = CLI_FINE;

	for (size_t i = 1; i < ids->count; i++) {
		const struct queue_decision decision = {
			.queue_id = span_of(ids->items[i]),
			.act = desk->act,
			.actor = desk->actor,
			.reason = queue_text(desk->options->reason),
			.note = queue_text(desk->options->note),
			.now_ms = desk->now_ms,
		};
		uint32_t version;
		int rc = queue_decide(desk->db, &decision, &version), own;

		if (rc == OK)
			continue;
		own = refused(desk, ids->items[i], rc);
		if (own != CLI_FOUND)
			return own;
		code = own;
	}
	return code;
}

static int release(struct desk *desk)
{
	const struct texts *ids = &desk->run->arguments;
	int code = CLI_FINE;

	for (size_t i = 1; i < ids->count; i++) {
		int rc = queue_release(desk->db, span_of(ids->items[i]), desk->actor, desk->now_ms);

		if (rc == ERR_NOTFOUND)
			code = cli_failed(desk->run, CLI_FOUND, "%s: not claimed by %.*s",
				ids->items[i], SPAN_ARGS(desk->actor));
		else if (rc != OK)
			return failed(desk, rc);
	}
	return code;
}

static int stats(struct desk *desk)
{
	struct out *out = &desk->run->out;
	struct queue_counts counts;
	int rc = queue_count(desk->db, &counts);

	if (rc == OK && desk->options->queue.common.json) {
		buf_char(&out->buffer, '{');
		queue_write_counts(&out->buffer, &counts);
		out_str(out, "}\n");
		return CLI_FINE;
	}
	for (size_t i = 0; i < QUEUE_STATES && rc == OK; i++) {
		out_count_right(out, counts.by_state[i], 10);
		out_printf(out, "  %s\n", queue_state_names[i]);
	}
	if (rc == OK && counts.oldest_ms > 0) {
		char when[CLOCK_TEXT_SIZE];

		clock_format(counts.oldest_ms, when);
		out_printf(out, "the oldest waits since %s\n", when);
	}
	return failed(desk, rc);
}

static int verify(struct desk *desk)
{
	struct out *out = &desk->run->out;
	struct buf findings = {0};
	uint64_t decisions;
	int rc = queue_verify(desk->db, &findings, &decisions);

	out_span(out, buf_content(&findings));
	buf_free(&findings);
	if (rc == ERR_INVALID)
		return CLI_FOUND;
	if (rc == OK) {
		out_count(out, decisions);
		out_str(out, " decisions, each as it was written\n");
	}
	return failed(desk, rc);
}

static int feed(struct desk *desk)
{
	const char *after = desk->options->after;
	struct queue_event *events;
	char *end = NULL;
	size_t count;
	int64_t from = after ? strtoll(after, &end, 10) : 0;
	int rc;

	if (after && (end == after || *end || from < 0))
		return cli_usage_error(desk->run, "--after is the `seq` of a decision");
	rc = queue_feed(desk->db, from, 0, desk->now_ms, FEED_MAX, &desk->arena, &events, &count);
	for (size_t i = 0; i < count && rc == OK; i++)
		queue_write_event(&desk->run->out.buffer, &events[i]);
	return failed(desk, rc);
}

static int hooks(struct desk *desk)
{
	return queue_hooks(desk->run, desk->db, desk->options->queue.common.json);
}

static int erase(struct desk *desk)
{
	int64_t days = desk->options->days ? desk->options->days : 30;
	size_t erased = 0, all = 0;
	int rc = OK;

	if (!desk->options->yes)
		return cli_usage_error(desk->run,
			"texts, authors and notes of what was decided over %lld days ago would be "
			"erased for good; say --yes",
			(long long)days);
	do {
		rc = queue_erase(desk->db, desk->now_ms - days * DAY_MS, 1000, &erased);
		all += erased;
	} while (rc == OK && erased == 1000);
	out_count(&desk->run->out, all);
	out_str(&desk->run->out, " comments erased\n");
	return failed(desk, rc);
}

/* --- the table of actions; what they do says the help at the end --- */

static const struct queue_action {
	const char *name;
	bool names_items; /* its arguments are queue ids, at least one */
	enum db_use use;
	enum queue_act act; /* of decisions */
	int (*run)(struct desk *desk);
} actions[] = {
	{"list", false, DB_READ, QUEUE_ACTS, list},
	{"show", true, DB_READ, QUEUE_ACTS, show},
	{"next", false, DB_WRITE, QUEUE_ACTS, next},
	{"approve", true, DB_WRITE, QUEUE_APPROVE, decide},
	{"reject", true, DB_WRITE, QUEUE_REJECT, decide},
	{"escalate", true, DB_WRITE, QUEUE_ESCALATE, decide},
	{"note", true, DB_WRITE, QUEUE_NOTE, decide},
	{"undo", true, DB_WRITE, QUEUE_UNDO, decide},
	{"release", true, DB_WRITE, QUEUE_ACTS, release},
	{"stats", false, DB_READ, QUEUE_ACTS, stats},
	{"feed", false, DB_WRITE, QUEUE_ACTS, feed},
	{"hooks", false, DB_WRITE, QUEUE_ACTS, hooks}, /* looks at its arguments itself */
	{"verify", false, DB_READ, QUEUE_ACTS, verify},
	{"erase", false, DB_WRITE, QUEUE_ACTS, erase},
};

static const struct queue_action *find_action(struct run *run)
{
	const char *names[ARRAY_LEN(actions)];
	size_t at;

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		names[i] = actions[i].name;
	return cli_find_action(run, names, ARRAY_LEN(names), &at) ? &actions[at] : NULL;
}

static int run_queue(struct run *run)
{
	const struct queue_action *action = find_action(run);
	const struct desk_options *options = run->options;
	struct desk desk = {.run = run, .options = options, .now_ms = clock_real_ms()};
	int code;

	if (!action)
		return CLI_USAGE;
	if (action->names_items && run->arguments.count < 2)
		return cli_usage_error(run, "`queue %s` needs a queue id", action->name);
	if (!action->names_items && action->run != hooks && run->arguments.count > 1)
		return cli_usage_error(run, "`queue %s` takes no queue id", action->name);
	arena_init(&desk.arena, 0);
	desk.act = action->act;
	desk.actor = options->actor ? span_of(options->actor) : database_user(&desk.arena);
	code = database_open(run, options->queue.store, action->use, &desk.db);
	if (code == CLI_FINE)
		code = action->run(&desk);
	db_close(desk.db);
	arena_free(&desk.arena);
	return code;
}

const struct command command_queue = {
	.name = "queue",
	.summary = "Work on the comments that wait for a person.",
	.usage = "[ACTION] [QUEUE-ID...]",
	.details =
		"list      what waits, by the filters below (the default)\n"
		"show      one comment whole: places, rules, why, decisions\n"
		"next      claim the first one for 15 minutes and show it\n"
		"approve   publish it\n"
		"reject    do not; --reason CODE says why\n"
		"escalate  leave it to somebody with more say\n"
		"note      write --note TEXT beside it\n"
		"undo      take the last decision about it back\n"
		"release   give a claim back\n"
		"stats     how many there are, by state\n"
		"feed      decisions as the CMS is told them, as JSON\n"
		"hooks     what webhooks were told and what failed; `hooks retry [SEQ...]`\n"
		"          tries dead letters again, `hooks forget URL` drops all of one webhook\n"
		"verify    whether a decision was changed or is missing\n"
		"erase     erase texts, authors and notes of old decisions; --days N --yes\n"
		"\n"
		"It works on the database itself, beside a running daemon or without one.\n"
		"Exit code: 1 nothing there, decided already, claimed by somebody else.\n",
	.tables = {QUEUE_ALL, {desk_rows, ARRAY_LEN(desk_rows)}, COMMON_ALL},
	.size = sizeof(struct desk_options),
	.arguments_max = -1,
	.run = run_queue,
};
