/* What changes from one rule set to another, for people: see diff.h. */
#include "cli/diff.h"
#include "cli/report.h"
#include "cli/show.h"

#include <stdlib.h>

#define SILENT_SHOWN 10 /* rules whose matches alone differ */

static const char *const sides[SIDE_COUNT] = {[SIDE_OLD] = "old", [SIDE_NEW] = "new"};

static void put_comments(struct out *out, uint64_t count)
{
	out_count(out, count);
	out_str(out, count == 1 ? " comment" : " comments");
}

static void put_heading(struct out *out, const char *text)
{
	out_str(out, "\n");
	out_styled(out, STYLE_BOLD, text);
	out_str(out, "\n");
}

/* --- the head --------------------------------------------------------------------------------- */

static void put_sets(struct out *out, const struct diff *diff)
{
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		const struct ruleset *set = diff->setups[side].set;
		const struct rule *rules;

		out_printf(out, "%s  ", sides[side]);
		out_styled(out, STYLE_NAME, diff->names[side]);
		out_printf(out, "  rules %s, ", ruleset_version(set));
		out_count(out, ruleset_rules(set, &rules));
		out_str(out, " of them\n");
	}
}

static void put_matrix(struct out *out, const struct diff *diff)
{
	static const enum verdict_kind order[VERDICT_COUNT] = {
		VERDICT_APPROVE, VERDICT_REVIEW, VERDICT_REJECT};

	out_printf(out, "\n  %-14s", "");
	for (size_t new = 0; new < VERDICT_COUNT; new ++)
		out_printf(out, " %12s", verdict_names[order[new]]);
	out_str(out, "   new\n");
	for (size_t old = 0; old < VERDICT_COUNT; old++) {
		out_printf(out, "  %-4s %-9s", old == 0 ? "old" : "", verdict_names[order[old]]);
		for (size_t new = 0; new < VERDICT_COUNT; new ++) {
			uint64_t count = diff->counts.verdicts[order[old]][order[new]];

			out_style(out, old == new || count == 0 ? STYLE_DIM : STYLE_BOLD);
			out_str(out, " ");
			out_count_right(out, count, 12);
			out_style(out, STYLE_PLAIN);
		}
		out_str(out, "\n");
	}
}

/* --- groups ----------------------------------------------------------------------------------- */

static void put_opinions(struct out *out, uint64_t right, uint64_t wrong)
{
	if (right + wrong == 0)
		return;
	out_str(out, "; by their labels ");
	out_count(out, right);
	out_str(out, " right, ");
	out_style(out, wrong ? STYLE_BAD : STYLE_PLAIN);
	out_count(out, wrong);
	out_str(out, " wrong");
	out_style(out, STYLE_PLAIN);
}

static void put_rule(struct out *out, const struct rule_pair *pair)
{
	bool removed = !pair->rules[SIDE_NEW];

	out_styled(out, STYLE_NAME, pair->id);
	if (removed)
		out_str(out, ", a rule that is gone");
	else if (!pair->rules[SIDE_OLD])
		out_str(out, ", a new rule");
	out_str(out, "  (");
	report_rule_place(out, pair->rules[removed ? SIDE_OLD : SIDE_NEW]);
	out_str(out, ")");
}

static void put_thresholds(struct out *out, const struct guideline_pair *pair)
{
	out_printf(out, "the guideline ");
	out_styled(out, STYLE_NAME, pair->id);
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		const struct guideline *guideline = pair->guidelines[side];

		if (guideline)
			out_printf(out, "%s%s: review at %lld, reject at %lld",
				side == SIDE_OLD ? "  (" : "; ", sides[side],
				(long long)guideline->review_at, (long long)guideline->reject_at);
	}
	out_str(out, ")");
}

static void put_cause(struct out *out, const struct diff *diff, size_t cause)
{
	const struct pairs *pairs = &diff->pairs;
	size_t guideline = cause - pairs->rules_count;

	if (cause < pairs->rules_count)
		put_rule(out, &pairs->rules[cause]);
	else if (guideline < pairs->guidelines_count)
		put_thresholds(out, &pairs->guidelines[guideline]);
	else
		out_str(out, "no rule: a limit on size or time");
}

static bool put_group(struct out *out, struct diff *diff, size_t at, uint64_t direction_count)
{
	const struct diff_group *group = &diff->counts.groups[at];
	const struct example *examples;
	size_t count;

	out_str(out, "\n  ");
	put_cause(out, diff, at / DIRECTIONS);
	out_str(out, "\n  ");
	put_comments(out, group->count);
	if (group->count < direction_count) {
		out_str(out, ", ");
		out_share(out, (struct share){group->count, direction_count}, 0);
		out_str(out, " of these");
	}
	put_opinions(out, group->right, group->wrong);
	out_str(out, "\n");
	examples = examples_of(&diff->examples, at, &count);
	for (size_t i = 0; i < count; i++) {
		if (!example_show(out, &examples[i]))
			return false;
	}
	return true;
}

static void put_direction(
	struct out *out, const struct diff *diff, struct direction way, uint64_t count)
{
	out_str(out, "\n");
	out_style(out, STYLE_BOLD);
	out_printf(out, "%s to %s: ", verdict_names[way.from], verdict_names[way.to]);
	put_comments(out, count);
	out_str(out, " (");
	out_share(out, (struct share){count, diff->comments}, 0);
	out_str(out, ")");
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n");
}

static bool put_groups(struct out *out, struct diff *diff, size_t direction, size_t most)
{
	struct direction way = directions[direction];
	uint64_t total = diff->counts.verdicts[way.from][way.to], left = total;
	size_t count, *groups = diff_groups_of(diff, direction, &count);
	bool done = groups != NULL;

	if (total > 0)
		put_direction(out, diff, way, total);
	for (size_t i = 0; done && i < count && i < most; i++) {
		done = put_group(out, diff, groups[i], total);
		left -= diff->counts.groups[groups[i]].count;
	}
	if (done && count > most) {
		out_printf(out, "\n  and %zu rules more with ", count - most);
		put_comments(out, left);
		out_str(out, " (--groups)\n");
	}
	free(groups);
	return done;
}

/* --- what else -------------------------------------------------------------------------------- */

static int compare_silent(const void *a, const void *b, void *context)
{
	const struct diff_counts *counts = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	if (counts->silent_rules[x] != counts->silent_rules[y])
		return counts->silent_rules[x] > counts->silent_rules[y] ? -1 : 1;
	return (x > y) - (x < y);
}

static bool put_silent(struct out *out, struct diff *diff)
{
	size_t *rules = calloc(diff->pairs.rules_count + 1, sizeof(*rules)), count = 0;

	if (!rules)
		return false;
	for (size_t i = 0; i < diff->pairs.rules_count; i++) {
		if (diff->counts.silent_rules[i])
			rules[count++] = i;
	}
	qsort_r(rules, count, sizeof(*rules), compare_silent, &diff->counts);
	if (count > 0) {
		put_heading(out, "other matches, the same verdict");
		out_str(out, "  ");
		put_comments(out, diff->counts.silent);
		out_str(out, "; of rules:\n");
	}
	for (size_t i = 0; i < count && i < SILENT_SHOWN; i++) {
		out_str(out, "  ");
		out_count_right(out, diff->counts.silent_rules[rules[i]], 12);
		out_str(out, "  ");
		put_rule(out, &diff->pairs.rules[rules[i]]);
		out_str(out, "\n");
	}
	if (count > SILENT_SHOWN)
		out_printf(out, "  and %zu rules more\n", count - SILENT_SHOWN);
	free(rules);
	return true;
}

/* Precision and recall of the guidelines that both sets have and labels are about. */
static void put_guidelines(struct out *out, const struct diff *diff)
{
	bool any = false;

	for (size_t i = 0; i < diff->pairs.guidelines_count; i++) {
		const struct guideline_pair *pair = &diff->pairs.guidelines[i];
		const struct guideline_score *scores[SIDE_COUNT];
		bool counted = pair->guidelines[SIDE_OLD] && pair->guidelines[SIDE_NEW];

		for (enum side side = SIDE_OLD; side < SIDE_COUNT && counted; side++)
			scores[side] = &diff->counts.scores[side]
						.guidelines[pair->guidelines[side]->index];
		if (!counted || scores[SIDE_NEW]->labelled + scores[SIDE_NEW]->wrong +
						scores[SIDE_OLD]->wrong ==
					0)
			continue;
		if (!any)
			out_printf(out, "\n  %-20s %20s   %20s\n  %-20s %9s %10s   %9s %10s\n", "",
				"precision", "recall", "", sides[SIDE_OLD], sides[SIDE_NEW],
				sides[SIDE_OLD], sides[SIDE_NEW]);
		any = true;
		out_printf(out, "  %-20s", pair->id);
		out_share(out, scores_precision(scores[SIDE_OLD]), 10);
		out_share(out, scores_precision(scores[SIDE_NEW]), 11);
		out_str(out, "  ");
		out_share(out, scores_recall(scores[SIDE_OLD]), 10);
		out_share(out, scores_recall(scores[SIDE_NEW]), 11);
		out_str(out, "\n");
	}
}

static void put_scores(struct out *out, const struct diff *diff)
{
	const struct scores *columns[SIDE_COUNT] = {
		&diff->counts.scores[SIDE_OLD], &diff->counts.scores[SIDE_NEW]};
	uint64_t labelled = scores_labelled(columns[SIDE_NEW]);

	if (labelled == 0)
		return;
	put_heading(out, "by the labels");
	out_str(out, "  ");
	put_comments(out, labelled);
	out_str(out, " with a label\n\n");
	scores_show(out, columns, sides, SIDE_COUNT);
	put_guidelines(out, diff);
	scores_show_strangers(out, columns[SIDE_NEW]);
}

static uint64_t sum_to(const struct diff *diff, enum verdict_kind to)
{
	uint64_t count = 0;

	for (size_t from = 0; from < VERDICT_COUNT; from++)
		count += from == to ? 0 : diff->counts.verdicts[from][to];
	return count;
}

static void put_last(struct out *out, const struct diff *diff)
{
	uint64_t changed = diff_changed(diff);

	out_str(out, "\n");
	out_style(out, STYLE_BOLD);
	out_count(out, changed);
	out_str(out, " of ");
	put_comments(out, diff->comments);
	out_str(out, changed == 1 ? " changes (" : " change (");
	out_share(out, (struct share){changed, diff->comments}, 0);
	out_str(out, ")");
	if (changed) {
		out_str(out, ": ");
		out_count(out, sum_to(diff, VERDICT_REJECT));
		out_str(out, " newly rejected, ");
		out_count(out, sum_to(diff, VERDICT_APPROVE));
		out_str(out, " newly approved, ");
		out_count(out, sum_to(diff, VERDICT_REVIEW));
		out_str(out, " newly to be reviewed");
	}
	if (diff->refused) {
		out_str(out, "; ");
		out_count(out, diff->refused);
		out_str(out, diff->refused == 1 ? " line is no request" : " lines are no requests");
	}
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n");
}

bool diff_report(struct out *out, struct diff *diff, size_t groups)
{
	put_sets(out, diff);
	put_matrix(out, diff);
	for (size_t i = 0; i < DIRECTIONS; i++) {
		if (!put_groups(out, diff, i, groups))
			return false;
	}
	if (!put_silent(out, diff))
		return false;
	put_scores(out, diff);
	put_last(out, diff);
	return true;
}
