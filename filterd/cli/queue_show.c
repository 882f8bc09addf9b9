/* Items of the review queue for people: see queue_show.h. */
#include "cli/queue_show.h"

#include "base/clock.h"
#include "cli/show.h"
#include "wire/native.h"
#include "wire/queue_json.h"

#include <stdlib.h>

#define LINE_TEXT_MAX 160 /* [bytes] of a text in a list */
#define CONTEXT_MAX 400 /* [bytes] of a title or a parent */

static const enum style state_styles[QUEUE_STATES] = {
	[QUEUE_WAITING] = STYLE_WARN,
	[QUEUE_ESCALATED] = STYLE_WARN,
	[QUEUE_APPROVED] = STYLE_GOOD,
	[QUEUE_REJECTED] = STYLE_BAD,
	[QUEUE_SUPERSEDED] = STYLE_DIM,
};

/* "3 min", "2 h", "5 d" since then. */
static void show_age(struct out *out, int64_t then_ms, int64_t now_ms)
{
	int64_t minutes = (now_ms - then_ms) / 60000;

	if (minutes < 60)
		out_printf(out, "%lld min", (long long)(minutes > 0 ? minutes : 0));
	else if (minutes < 48 * 60)
		out_printf(out, "%lld h", (long long)minutes / 60);
	else
		out_printf(out, "%lld d", (long long)minutes / (24 * 60));
}

static void show_head(struct out *out, const struct queue_item *item, int64_t now_ms)
{
	out_styled(out, STYLE_NAME, item->queue_id);
	out_str(out, "  ");
	out_styled(out, state_styles[item->state], queue_state_names[item->state]);
	out_printf(out, "  %u.%02u", item->score / 10000, item->score % 10000 / 100);
	if (item->guideline.len) {
		out_str(out, "  ");
		out_untrusted(out, item->guideline, 0);
	}
	out_str(out, "  ");
	show_age(out, item->queued_ms, now_ms);
	if (item->site.len) {
		out_str(out, "  ");
		out_untrusted(out, item->site, 0);
	}
	if (item->claimed_by.len) {
		out_str(out, "  claimed by ");
		out_untrusted(out, item->claimed_by, 0);
	}
	out_str(out, "\n");
}

/* The comment that was asked about; its text is empty once it is erased. */
static void read_comment(
	const struct queue_item *item, struct arena *arena, struct native_request *request)
{
	struct refusal refusal;

	*request = (struct native_request){.comment = COMMENT_INIT};
	if (item->request.len)
		(void)native_read_export(item->request, arena, request, &refusal);
}

void queue_show_line(struct out *out, const struct queue_item *item, int64_t now_ms)
{
	struct native_request request;
	struct arena arena;

	arena_init(&arena, 0);
	read_comment(item, &arena, &request);
	show_head(out, item, now_ms);
	out_str(out, "    ");
	if (item->request.len)
		out_untrusted(out, request.comment.text, LINE_TEXT_MAX);
	else
		out_styled(out, STYLE_DIM, "erased");
	out_str(out, "\n");
	arena_free(&arena);
}

/* --- the whole --- */

/* The places in the text of all matches, for show_text(). */
static bool show_marked(
	struct out *out, struct span text, const struct told_match *matches, size_t count)
{
	size_t places = 0;
	struct range *all;
	bool done;

	for (size_t i = 0; i < count; i++)
		places += matches[i].places_count;
	all = calloc(places + 1, sizeof(*all));
	if (!all)
		return false;
	places = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < matches[i].places_count; k++) {
			/* What stands in a file may be anything. */
			if (span_eq(matches[i].field, SPAN("text")) &&
				matches[i].places[k].to <= text.len)
				all[places++] = matches[i].places[k];
		}
	}
	done = show_text(out, text, all, places);
	free(all);
	return done;
}

static void show_match(struct out *out, const struct told_match *match)
{
	out_str(out, "  ");
	out_style(out, STYLE_NAME);
	out_untrusted(out, match->rule, 0);
	out_style(out, STYLE_PLAIN);
	out_str(out, "  ");
	out_untrusted(out, match->action, 0);
	if (match->guideline.len) {
		out_str(out, " for ");
		out_untrusted(out, match->guideline, 0);
	}
	for (size_t i = 0; i < match->places_count; i++) {
		if (!match->entries[i].len)
			continue;
		out_str(out, i ? ", `" : "  by `");
		out_untrusted(out, match->entries[i], CONTEXT_MAX);
		out_str(out, "`");
	}
	out_str(out, "\n      ");
	out_untrusted(out, match->reason, 0);
	out_str(out, "\n");
}

static void show_context(struct out *out, const struct comment *comment)
{
	const struct {
		const char *name;
		struct span text;
	} context[] = {
		{"author", comment->author.name.len ? comment->author.name : comment->author.id},
		{"article",
			comment->article.title.len ? comment->article.title : comment->article.id},
		{"answers", comment->parent_text}, {"comment", comment->id}};

	for (size_t i = 0; i < ARRAY_LEN(context); i++) {
		if (!context[i].text.len)
			continue;
		out_printf(out, "  %-8s ", context[i].name);
		out_untrusted(out, context[i].text, CONTEXT_MAX);
		out_str(out, "\n");
	}
}

static void show_event(struct out *out, const struct queue_event *event)
{
	char when[CLOCK_TEXT_SIZE];

	clock_format(event->at_ms, when);
	out_printf(out, "  %s  %s by ", when, queue_act_names[event->act]);
	out_untrusted(out, event->actor, 0);
	if (event->reason.len) {
		out_str(out, ": ");
		out_untrusted(out, event->reason, 0);
	}
	if (event->note.len) {
		out_str(out, "\n      ");
		out_untrusted(out, event->note, 0);
	}
	out_str(out, "\n");
}

bool queue_show_whole(struct out *out, const struct queue_item *item,
	const struct queue_event *events, size_t events_count, int64_t now_ms)
{
	struct native_request request;
	struct told_match *matches = NULL;
	struct arena arena;
	size_t count = 0;
	bool done = true;

	arena_init(&arena, 0);
	read_comment(item, &arena, &request);
	if (item->answer.len && queue_read_matches(item->answer, &arena, &matches, &count) != OK)
		count = 0;
	show_head(out, item, now_ms);
	out_str(out, "\n");
	if (item->request.len)
		done = show_marked(out, request.comment.text, matches, count);
	else
		out_styled(out, STYLE_DIM, "    the text was erased\n");
	out_str(out, "\n");
	for (size_t i = 0; i < count; i++)
		show_match(out, &matches[i]);
	show_context(out, &request.comment);
	for (size_t i = 0; i < events_count; i++)
		show_event(out, &events[i]);
	arena_free(&arena);
	return done;
}
