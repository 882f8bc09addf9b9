/* What a replay found, for people: see replay_report.h. */
#include "cli/replay_report.h"

#include "cli/report.h"
#include "cli/show.h"

#include <stdlib.h>

#define HOLDING_SHOWN 10 /* rules that hold comments as before */

/* What was decided, by the verdict it comes to. */
static const char *const decided[VERDICT_COUNT] = {
	[VERDICT_APPROVE] = "approved",
	[VERDICT_REVIEW] = "held",
	[VERDICT_REJECT] = "rejected",
};

static const enum verdict_kind order[VERDICT_COUNT] = {
	VERDICT_REVIEW, VERDICT_APPROVE, VERDICT_REJECT};

static void put_comments(struct out *out, uint64_t count)
{
	out_count(out, count);
	out_str(out, count == 1 ? " comment" : " comments");
}

static uint64_t sum_of(const uint64_t counts[VERDICT_COUNT])
{
	return counts[VERDICT_APPROVE] + counts[VERDICT_REVIEW] + counts[VERDICT_REJECT];
}

static void put_matrix(struct out *out, const struct replay_counts *counts)
{
	out_printf(out, "\n  %-10s", "");
	for (size_t to = 0; to < VERDICT_COUNT; to++)
		out_printf(out, " %12s", verdict_names[order[to]]);
	out_str(out, "   now\n");
	for (size_t from = 0; from < VERDICT_COUNT; from++) {
		if (order[from] != VERDICT_REVIEW && sum_of(counts->verdicts[order[from]]) == 0)
			continue;
		out_printf(out, "  %-10s", decided[order[from]]);
		for (size_t to = 0; to < VERDICT_COUNT; to++) {
			uint64_t count = counts->verdicts[order[from]][order[to]];

			out_style(out, from == to || count == 0 ? STYLE_DIM : STYLE_BOLD);
			out_str(out, " ");
			out_count_right(out, count, 12);
			out_style(out, STYLE_PLAIN);
		}
		out_str(out, "\n");
	}
}

static void put_cause(struct out *out, const struct replay_group *group)
{
	if (group->rule) {
		out_style(out, STYLE_NAME);
		out_untrusted(out, span_of(group->rule), 0);
		out_style(out, STYLE_PLAIN);
		out_str(out, !group->now     ? ", a rule that is gone"
			     : group->before ? ""
					     : ", which did not hold before");
		if (group->now) {
			out_str(out, "  (");
			report_rule_place(out, group->now);
			out_str(out, ")");
		}
	} else if (group->guideline) {
		out_str(out, "the guideline ");
		out_style(out, STYLE_NAME);
		out_untrusted(out, span_of(group->guideline), 0);
		out_style(out, STYLE_PLAIN);
		out_str(out, ", with what its rules came to");
	} else {
		out_str(out, "no rule: nothing is found any more, or a limit on size or time");
	}
}

static bool put_example(struct out *out, const struct replay_example *example)
{
	out_printf(out, "%*s", SHOW_INDENT - 2, "");
	out_style(out, STYLE_DIM);
	out_str(out, example->queue_id);
	if (example->site.len) {
		out_str(out, "  ");
		out_untrusted(out, example->site, 0);
	}
	if (example->comment_id.len) {
		out_str(out, "  ");
		out_untrusted(out, example->comment_id, 0);
	}
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n");
	return show_text(
		out, example->excerpt.text, example->excerpt.places, example->excerpt.places_count);
}

static bool put_group(struct out *out, const struct replay_group *group, uint64_t total)
{
	out_str(out, "\n  ");
	put_cause(out, group);
	out_str(out, "\n  ");
	put_comments(out, group->count);
	if (group->count < total) {
		out_str(out, ", ");
		out_share(out, (struct share){group->count, total}, 0);
		out_str(out, " of these");
	}
	out_str(out, "\n");
	for (const struct replay_example *example = group->examples; example;
		example = example->next) {
		if (!put_example(out, example))
			return false;
	}
	return true;
}

static bool put_way(struct out *out, const struct replay *replay, enum verdict_kind from,
	enum verdict_kind to, size_t most)
{
	uint64_t total = replay->counts.verdicts[from][to], left = total;
	size_t count;
	const struct replay_group **groups = replay_groups(replay, from, to, &count);
	bool done = groups != NULL;

	if (done && count > 0) {
		out_str(out, "\n");
		out_style(out, STYLE_BOLD);
		out_printf(out, "%s, now %s: ", decided[from], verdict_names[to]);
		put_comments(out, total);
		out_style(out, STYLE_PLAIN);
		out_str(out, "\n");
	}
	for (size_t i = 0; done && i < count && i < most; i++) {
		done = put_group(out, groups[i], total);
		left -= groups[i]->count;
	}
	if (done && count > most) {
		out_printf(out, "\n  and %zu rules more with ", count - most);
		put_comments(out, left);
		out_str(out, " (--groups)\n");
	}
	free(groups);
	return done;
}

/* What holds those that stay held: counts alone, for there is nothing to be looked at. */
static bool put_holding(struct out *out, const struct replay *replay)
{
	size_t count;
	const struct replay_group **groups =
		replay_groups(replay, VERDICT_REVIEW, VERDICT_REVIEW, &count);

	if (groups == NULL)
		return false;
	if (count > 0) {
		out_str(out, "\n");
		out_styled(out, STYLE_BOLD, "still held, by the rule that does most");
		out_str(out, "\n");
	}
	for (size_t i = 0; i < count && i < HOLDING_SHOWN; i++) {
		out_str(out, "  ");
		out_count_right(out, groups[i]->count, 10);
		out_str(out, "  ");
		put_cause(out, groups[i]);
		out_str(out, "\n");
	}
	if (count > HOLDING_SHOWN)
		out_printf(out, "  and %zu rules more\n", count - HOLDING_SHOWN);
	free(groups);
	return true;
}

/* "; 12 that somebody works on", ... */
static void put_left(struct out *out, uint64_t count, const char *what)
{
	if (count == 0)
		return;
	out_str(out, "; ");
	out_count(out, count);
	out_str(out, what);
}

static void put_last(struct out *out, const struct replay *replay)
{
	const struct replay_counts *counts = &replay->counts;
	uint64_t changed = replay_changed(counts);

	out_str(out, "\n");
	out_style(out, STYLE_BOLD);
	out_count(out, changed);
	out_str(out, " of ");
	put_comments(out, counts->judged);
	out_str(out, changed == 1 ? " changes" : " change");
	if (changed > 0) {
		out_str(out, " (");
		out_share(out, (struct share){changed, counts->judged}, 0);
		out_str(out, ")");
	}
	out_style(out, STYLE_PLAIN);
	put_left(out, counts->claimed, " are certain now, but claimed");
	put_left(out, counts->escalated, " are certain now, but escalated");
	put_left(out, counts->erased, " are erased");
	put_left(out, counts->unreadable, " cannot be read");
	out_str(out, "\n");
}

bool replay_report(struct out *out, const struct replay *replay, size_t groups)
{
	out_printf(out, "rules %s\n", ruleset_version(replay->options.set));
	put_matrix(out, &replay->counts);
	for (size_t from = 0; from < VERDICT_COUNT; from++) {
		for (size_t to = VERDICT_COUNT; to-- > 0;) {
			if (order[from] != order[to] &&
				!put_way(out, replay, order[from], order[to], groups))
				return false;
		}
	}
	if (!put_holding(out, replay))
		return false;
	put_last(out, replay);
	return true;
}
