/* Webhooks at a terminal: see queue_hooks.h. */
#include "cli/queue_hooks.h"

#include "base/clock.h"
#include "wire/json.h"

#include <stdlib.h>

static int failed(struct run *run, struct db *db, int rc)
{
	if (rc == OK)
		return CLI_FINE;
	return cli_failed(run, CLI_OUTPUT, "the queue cannot be read or written: %s",
		rc == ERR_NOMEM ? "out of memory" : db_why(db));
}

/* --- the list --- */

static void show_hook(struct out *out, const struct hook_state *hook)
{
	out_style(out, STYLE_NAME);
	out_untrusted(out, hook->hook, 0);
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n    ");
	out_count(out, hook->waiting);
	out_str(out, hook->waiting == 1 ? " waits, " : " wait, ");
	out_style(out, hook->dead ? STYLE_BAD : STYLE_PLAIN);
	out_count(out, hook->dead);
	out_str(out, hook->dead == 1 ? " dead letter" : " dead letters");
	out_style(out, STYLE_PLAIN);
	out_printf(out, ", told or underway up to decision %lld\n", (long long)hook->seq);
}

static void write_hook(struct buf *out, const struct hook_state *hook)
{
	buf_str(out, "{\"webhook\":");
	json_write(out, hook->hook);
	buf_printf(out, ",\"seq\":%lld,\"waiting\":%llu,\"dead\":%llu}\n", (long long)hook->seq,
		(unsigned long long)hook->waiting, (unsigned long long)hook->dead);
}

static void show_trouble(struct out *out, const struct hook_trouble *trouble)
{
	const struct queue_event *event = &trouble->delivery.event;
	char when[CLOCK_TEXT_SIZE];

	clock_format(trouble->dead_ms ? trouble->dead_ms : trouble->next_ms, when);
	out_styled(out, trouble->dead_ms ? STYLE_BAD : STYLE_WARN,
		trouble->dead_ms ? "dead" : "waits");
	out_printf(out, "  decision %lld, %s of %s", (long long)event->seq,
		queue_act_names[event->act], event->queue_id);
	if (event->site.len) {
		out_str(out, ", site ");
		out_untrusted(out, event->site, 0);
	}
	if (event->comment_id.len) {
		out_str(out, ", comment ");
		out_untrusted(out, event->comment_id, 0);
	}
	out_printf(out, "\n    %s %s after ", trouble->dead_ms ? "since" : "until", when);
	out_count(out, (uint64_t)trouble->delivery.attempts);
	out_str(out, trouble->delivery.attempts == 1 ? " attempt at " : " attempts at ");
	out_untrusted(out, trouble->hook, 0);
	out_str(out, ": ");
	out_untrusted(out, trouble->error, 0);
	out_str(out, "\n");
}

static void write_trouble(struct buf *out, const struct hook_trouble *trouble)
{
	const struct queue_event *event = &trouble->delivery.event;
	char when[CLOCK_TEXT_SIZE];

	clock_format(trouble->dead_ms ? trouble->dead_ms : trouble->next_ms, when);
	buf_str(out, "{\"webhook\":");
	json_write(out, trouble->hook);
	buf_printf(out,
		",\"delivery\":%lld,\"queue_id\":\"%s\",\"act\":\"%s\",\"attempts\":%lld,"
		"\"%s\":\"%s\",\"site\":",
		(long long)event->seq, event->queue_id, queue_act_names[event->act],
		(long long)trouble->delivery.attempts, trouble->dead_ms ? "dead" : "next", when);
	json_write(out, event->site);
	buf_str(out, ",\"id\":");
	json_write(out, event->comment_id);
	buf_str(out, ",\"error\":");
	json_write(out, trouble->error);
	buf_str(out, "}\n");
}

static int list(struct run *run, struct db *db, struct arena *arena, bool json)
{
	struct out *out = &run->out;
	struct hook_state *hooks;
	struct hook_trouble *troubles;
	size_t hooks_count, troubles_count = 0;
	int rc = hooks_list(db, arena, &hooks, &hooks_count);

	if (rc == OK)
		rc = hooks_troubles(db, arena, &troubles, &troubles_count);
	if (rc != OK)
		return failed(run, db, rc);
	if (hooks_count == 0 && !json)
		out_str(out, "no webhook has been configured so far\n");
	for (size_t i = 0; i < hooks_count; i++) {
		if (json)
			write_hook(&out->buffer, &hooks[i]);
		else
			show_hook(out, &hooks[i]);
	}
	for (size_t i = 0; i < troubles_count; i++) {
		if (json)
			write_trouble(&out->buffer, &troubles[i]);
		else
			show_trouble(out, &troubles[i]);
	}
	return CLI_FINE;
}

/* --- once more --- */

/* What is asked for: decisions by number, or all (one 0). False: one is no number. */
static bool read_seqs(const struct texts *words, struct arena *arena, int64_t **seqs, size_t *count)
{
	*count = words->count > 2 ? words->count - 2 : 1;
	*seqs = arena_zalloc(arena, *count, sizeof(**seqs));
	for (size_t i = 2; *seqs && i < words->count; i++) {
		char *end;

		(*seqs)[i - 2] = strtoll(words->items[i], &end, 10);
		if (*end || (*seqs)[i - 2] <= 0)
			return false;
	}
	return *seqs != NULL;
}

static int retry(struct run *run, struct db *db, struct arena *arena)
{
	uint64_t again = 0, dropped = 0;
	int64_t *seqs;
	size_t count;

	if (!read_seqs(&run->arguments, arena, &seqs, &count))
		return cli_usage_error(run, "`queue hooks retry` takes numbers of decisions");
	for (size_t i = 0; i < count; i++) {
		uint64_t more, fewer;
		int rc = hooks_retry(db, seqs[i], &more, &fewer);

		if (rc != OK)
			return failed(run, db, rc);
		again += more;
		dropped += fewer;
	}
	if (again + dropped == 0)
		return cli_failed(run, CLI_FOUND, "there is no such dead letter");
	out_count(&run->out, again);
	out_str(&run->out, again == 1 ? " is tried again\n" : " are tried again\n");
	if (dropped > 0) {
		out_count(&run->out, dropped);
		out_str(&run->out, " dropped: a later decision about the same comment was told\n");
	}
	return CLI_FINE;
}

static int forget(struct run *run, struct db *db)
{
	const struct texts *words = &run->arguments;

	if (words->count < 3)
		return cli_usage_error(run, "`queue hooks forget` needs the URL of a webhook");
	for (size_t i = 2; i < words->count; i++) {
		int rc = hooks_forget(db, span_of(words->items[i]));

		if (rc == ERR_NOTFOUND)
			return cli_failed(
				run, CLI_FOUND, "there is no webhook `%.256s`", words->items[i]);
		if (rc != OK)
			return failed(run, db, rc);
	}
	return CLI_FINE;
}

int queue_hooks(struct run *run, struct db *db, bool json)
{
	const struct texts *words = &run->arguments;
	struct arena arena;
	int code;

	arena_init(&arena, 0);
	if (words->count < 2)
		code = list(run, db, &arena, json);
	else if (strcmp(words->items[1], "retry") == 0)
		code = retry(run, db, &arena);
	else if (strcmp(words->items[1], "forget") == 0)
		code = forget(run, db);
	else
		code = cli_usage_error(run,
			"there is no `queue hooks %.64s`; there are `retry` and `forget`",
			words->items[1]);
	arena_free(&arena);
	return code;
}
