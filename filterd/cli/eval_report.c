/* Verdicts against labels, for people: see eval.h. */
#include "cli/eval.h"
#include "cli/report.h"

#include <stdlib.h>

#define ENTRY_SHOWN 40 /* [bytes] of an entry in a table */
#define FIRST_SHOWN 5 /* rules and guidelines to look at first */

static const enum verdict_kind order[VERDICT_COUNT] = {
	VERDICT_APPROVE, VERDICT_REVIEW, VERDICT_REJECT};

static void put_heading(struct out *out, const char *text)
{
	out_str(out, "\n");
	out_styled(out, STYLE_BOLD, text);
	out_str(out, "\n");
}

static void put_head(struct out *out, const struct eval *eval)
{
	const struct rule *rules;

	out_printf(out, "rules %s, ", ruleset_version(eval->setup.set));
	out_count(out, ruleset_rules(eval->setup.set, &rules));
	out_str(out, " of them; ");
	out_count(out, scores_labelled(&eval->counts.scores));
	out_str(out, " labelled comments of ");
	out_count(out, eval->comments);
	if (eval->refused) {
		out_str(out, ", ");
		out_count(out, eval->refused);
		out_str(out, eval->refused == 1 ? " line is no request" : " lines are no requests");
	}
	out_str(out, "\n\n");
}

static void put_confusion(struct out *out, const struct scores *scores)
{
	out_printf(out, "  %-10s", "label");
	for (size_t v = 0; v < VERDICT_COUNT; v++)
		out_printf(out, " %11s", verdict_names[order[v]]);
	out_str(out, "\n");
	for (enum label_kind label = LABEL_OK; label < LABEL_COUNT; label++) {
		out_printf(out, "  %-10s", label_names[label]);
		for (size_t v = 0; v < VERDICT_COUNT; v++) {
			out_str(out, " ");
			out_count_right(out, scores->verdicts[label][order[v]], 11);
		}
		out_str(out, "\n");
	}
	out_str(out, "\n");
	scores_show(out, &scores, NULL, 1);
}

static void put_guidelines(struct out *out, const struct eval *eval)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(eval->setup.set, &guidelines);

	put_heading(out, "by guideline");
	out_printf(out, "  %-18s %27s %s %22s\n", "", "of comments labelled with it,", "   ",
		"its hits, if the label");
	out_printf(out, "  %-18s %8s %9s %8s %9s %8s %6s %9s %8s\n", "", "right", "elsewhere",
		"missed", "is other", "is ok", "", "precision", "recall");
	for (size_t i = 0; i < count; i++) {
		const struct guideline_score *score = &eval->counts.scores.guidelines[i];

		if (score->labelled + score->other + score->wrong == 0)
			continue;
		out_printf(out, "  %-18s ", guidelines[i].id);
		out_count_right(out, score->right, 8);
		out_count_right(out, score->elsewhere, 10);
		out_count_right(out, score->missed, 9);
		out_count_right(out, score->other, 10);
		out_count_right(out, score->wrong, 9);
		out_share(out, scores_precision(score), 17);
		out_share(out, scores_recall(score), 9);
		out_str(out, "\n");
	}
	scores_show_strangers(out, &eval->counts.scores);
}

static uint64_t sum_of(const uint64_t verdicts[VERDICT_COUNT])
{
	return verdicts[VERDICT_APPROVE] + verdicts[VERDICT_REVIEW] + verdicts[VERDICT_REJECT];
}

static void put_languages(struct out *out, const struct eval *eval)
{
	static const enum figure shown[] = {
		FIGURE_CAUGHT, FIGURE_FLAGGED, FIGURE_WRONG, FIGURE_PRECISION};

	put_heading(out, "by language");
	out_printf(out, "  %-18s %8s %8s %9s %9s %9s %9s\n", "", "ok", "bad", "caught", "flagged",
		"wrong", "precision");
	for (size_t i = 0; i < eval->counts.languages_count; i++) {
		const struct language_score *language = &eval->counts.languages[i];
		uint64_t ok = sum_of(language->verdicts[LABEL_OK]);
		uint64_t bad = sum_of(language->verdicts[LABEL_BAD]);

		if (ok + bad == 0)
			continue;
		out_printf(out, "  %-18s ", language->tag[0] ? language->tag : "unknown");
		out_count_right(out, ok, 8);
		out_count_right(out, bad, 9);
		for (size_t k = 0; k < ARRAY_LEN(shown); k++)
			out_share(out, scores_figure(language->verdicts, shown[k]), 10);
		out_str(out, "\n");
	}
}

static void put_hits(struct out *out, const struct hit_score *hits)
{
	out_count_right(out, hits->right, 9);
	out_count_right(out, hits->wrong, 9);
	out_share(out, eval_precision(hits), 10);
	out_count_right(out, hits->right_part, 9);
	out_count_right(out, hits->wrong_part, 9);
	out_count_right(out, hits->wrong_alone, 9);
	out_str(out, "   ");
}

static void put_hits_head(struct out *out, const char *what)
{
	put_heading(out, what);
	out_printf(out, "%9s%9s%10s%9s%9s%9s\n", "right", "wrong", "precision", "caught", "flagged",
		"alone");
}

static const struct rule *rule_at(const struct eval *eval, size_t index)
{
	const struct rule *rules;

	ruleset_rules(eval->setup.set, &rules);
	return &rules[index];
}

static void put_rule_name(struct out *out, const struct rule *rule)
{
	out_styled(out, STYLE_NAME, rule->id);
	if (rule->shadow)
		out_str(out, ", shadow");
	if (rule->action == ACTION_APPROVE)
		out_str(out, ", approves");
}

static bool put_rules(struct out *out, const struct eval *eval, size_t rows)
{
	size_t count, *rules = eval_rules(eval, &count);

	if (!rules)
		return false;
	put_hits_head(out, "by rule, the costliest first");
	for (size_t i = 0; i < count && i < rows; i++) {
		put_hits(out, &eval->counts.rules[rules[i]]);
		put_rule_name(out, rule_at(eval, rules[i]));
		out_str(out, "\n");
	}
	if (count > rows)
		out_printf(out, "  and %zu rules more (--rows)\n", count - rows);
	free(rules);
	return true;
}

static bool put_entries(struct out *out, const struct eval *eval, size_t rows)
{
	size_t count, wrong = 0, *entries = eval_entries(eval, &count);

	if (!entries)
		return false;
	while (wrong < count && eval->counts.entries[entries[wrong]].hits.wrong > 0)
		wrong++;
	if (wrong > 0)
		put_hits_head(out, "by entry, of those with wrong hits the costliest first");
	for (size_t i = 0; i < wrong && i < rows; i++) {
		const struct entry_score *entry = &eval->counts.entries[entries[i]];

		put_hits(out, &entry->hits);
		out_str(out, "`");
		out_untrusted(out, entry->entry, ENTRY_SHOWN);
		out_str(out, "` in ");
		put_rule_name(out, rule_at(eval, entry->rule));
		out_str(out, "\n");
	}
	if (wrong > rows)
		out_printf(out, "  and %zu entries more (--rows)\n", wrong - rows);
	free(entries);
	return true;
}

/* --- what to look at first -------------------------------------------------------------------- */

static bool put_examples(struct out *out, struct eval *eval, size_t group)
{
	size_t count;
	const struct example *examples = examples_of(&eval->examples, group, &count);

	for (size_t i = 0; i < count; i++) {
		if (!example_show(out, &examples[i]))
			return false;
	}
	return true;
}

/* "5 ok comments flagged, against 17 bad ones"; of a rule that approves the other way round. */
static void put_cost(struct out *out, const struct hit_score *hits, bool approves)
{
	out_str(out, "  ");
	out_count(out, hits->wrong_part);
	out_printf(out, " %s comment%s %s, against ", approves ? "bad" : "ok",
		hits->wrong_part == 1 ? "" : "s", approves ? "approved" : "flagged");
	out_count(out, hits->right_part);
	out_printf(out, " %s\n", approves ? "ok" : "bad");
}

static bool put_costly(struct out *out, struct eval *eval)
{
	size_t count, *rules = eval_rules(eval, &count);
	bool done = rules != NULL;

	for (size_t i = 0; done && i < count && i < FIRST_SHOWN; i++) {
		const struct rule *rule = rule_at(eval, rules[i]);
		const struct hit_score *hits = &eval->counts.rules[rules[i]];

		if (hits->wrong_part == 0)
			break;
		out_str(out, "\n  ");
		put_rule_name(out, rule);
		out_str(out, "  (");
		report_rule_place(out, rule);
		out_str(out, ")\n");
		put_cost(out, hits, rule->action == ACTION_APPROVE);
		done = put_examples(out, eval, eval_wrong_group(rule));
	}
	free(rules);
	return done;
}

static void put_missed_head(struct out *out, const char *name, uint64_t missed)
{
	out_str(out, "\n  ");
	out_styled(out, STYLE_NAME, name);
	out_str(out, "\n  ");
	out_count(out, missed);
	out_str(out, missed == 1 ? " bad comment approved\n" : " bad comments approved\n");
}

static bool put_missed(struct out *out, struct eval *eval)
{
	const struct guideline *guidelines;
	size_t all = ruleset_guidelines(eval->setup.set, &guidelines);
	size_t count, *missed = eval_missed(eval, &count);
	const struct scores *scores = &eval->counts.scores;
	bool done = missed != NULL;

	for (size_t i = 0; done && i < count && i < FIRST_SHOWN; i++) {
		put_missed_head(
			out, guidelines[missed[i]].id, scores->guidelines[missed[i]].missed);
		done = put_examples(out, eval, eval_missed_group(eval, missed[i]));
	}
	if (done && scores->missed_unnamed) {
		put_missed_head(out, "labels that name no guideline", scores->missed_unnamed);
		done = put_examples(out, eval, eval_missed_group(eval, all));
	}
	free(missed);
	return done;
}

bool eval_report(struct out *out, struct eval *eval, size_t rows)
{
	put_head(out, eval);
	put_confusion(out, &eval->counts.scores);
	put_guidelines(out, eval);
	put_languages(out, eval);
	if (!put_rules(out, eval, rows) || !put_entries(out, eval, rows))
		return false;
	put_heading(out, "look at first");
	return put_costly(out, eval) && put_missed(out, eval);
}
