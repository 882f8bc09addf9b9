/* A verdict as a person reads it: see report.h. */
#include "cli/report.h"

#include "cli/show.h"

#include <stdlib.h>

#define QUOTE_MAX 120 /* [bytes] of a matched text in the list of matches */

const enum style verdict_styles[VERDICT_COUNT] = {
	[VERDICT_APPROVE] = STYLE_GOOD,
	[VERDICT_REVIEW] = STYLE_WARN,
	[VERDICT_REJECT] = STYLE_BAD,
};

static const char *const language_sources[] = {
	[LANGUAGE_UNKNOWN] = "unknown",
	[LANGUAGE_TOLD] = "told",
	[LANGUAGE_SCRIPT] = "by its script",
	[LANGUAGE_GUESSED] = "guessed",
};

static void report_summary(struct out *out, const struct verdict *verdict)
{
	const struct language *language = &verdict->language;
	const char *also;

	out_styled(out, verdict_styles[verdict->kind], verdict_names[verdict->kind]);
	out_printf(out, "  score %.2f, language ", verdict->score);
	if (language->tag[0])
		out_printf(out, "%s (%s)", language->tag, language_sources[language->source]);
	else
		out_str(out, "unknown");
	for (size_t i = 0; (also = language_also(language, i)); i++)
		out_printf(out, "%s%s", i ? ", " : "; parts in ", also);
	out_printf(out, ", rules %s\n", verdict->rules_version);
}

bool report_text(struct out *out, struct span text, const struct verdict *verdict)
{
	struct range *ranges;
	size_t count = 0;
	bool done;

	for (size_t i = 0; i < verdict->matches_count; i++)
		count += verdict->matches[i].spans_count;
	ranges = calloc(count + 1, sizeof(*ranges));
	if (!ranges)
		return false;
	count = 0;
	for (size_t i = 0; i < verdict->matches_count; i++) {
		const struct match *match = &verdict->matches[i];

		for (size_t k = 0; k < match->spans_count && match->field == FIELD_TEXT; k++)
			ranges[count++] = match->spans[k].bytes;
	}
	done = show_text(out, text, ranges, count);
	free(ranges);
	return done;
}

void report_rule_place(struct out *out, const struct rule *rule)
{
	out_printf(out, "%s:%u", rule->source->name, rule->node->line);
}

static void report_span(struct out *out, const struct match *match, const struct match_span *span)
{
	out_str(out, "      \"");
	out_untrusted(out, span->text, QUOTE_MAX);
	out_str(out, "\"");
	if (match->field != FIELD_TEXT)
		out_printf(out, " in %s", field_names[match->field]);
	if (span->entry.len) {
		out_str(out, " by `");
		out_untrusted(out, span->entry, QUOTE_MAX);
		out_str(out, "`");
	}
	out_printf(out, "%s%s\n", span->disguised ? ", disguised" : "",
		span->quoted ? ", quoted" : "");
}

void report_match(struct out *out, const struct match *match)
{
	out_str(out, "  ");
	out_styled(out, STYLE_NAME, match->rule->id);
	out_printf(out, "  %s", action_names[match->action]);
	if (match->points)
		out_printf(out, " %d", match->points);
	if (match->guideline)
		out_printf(out, " for %s", match->guideline);
	out_printf(out, "%s  (", match->shadow ? ", shadow: no effect" : "");
	report_rule_place(out, match->rule);
	out_str(out, ")\n      ");
	out_untrusted(out, wording_for(&match->rule->reason, NULL, 0), 0);
	out_str(out, "\n");
	for (size_t i = 0; i < match->spans_count; i++)
		report_span(out, match, &match->spans[i]);
}

static void report_guideline(struct out *out, const struct ruleset *set,
	const struct comment *comment, const struct guideline_points *points)
{
	int64_t review_at, reject_at;
	bool off;

	ruleset_thresholds(set, ruleset_site(set, comment->site), comment->article.section,
		points->guideline, &review_at, &reject_at, &off);
	out_printf(out, "  %s: ", points->guideline->id);
	if (points->low == points->high)
		out_printf(out, "%d points", points->low);
	else
		out_printf(out, "%d to %d points", points->low, points->high);
	out_printf(out, " (review at %lld, reject at %lld)%s%s\n", (long long)review_at,
		(long long)reject_at, points->exempt ? ", lifted by an approve rule" : "",
		off ? ", off on this site" : "");
}

bool report_verdict(struct out *out, const struct ruleset *set, const struct comment *comment,
	const struct verdict *verdict)
{
	report_summary(out, verdict);
	out_str(out, "\n");
	if (!report_text(out, comment->text, verdict))
		return false;
	if (verdict->matches_count + verdict->guidelines_count + verdict->faults_count > 0)
		out_str(out, "\n");
	for (size_t i = 0; i < verdict->matches_count; i++)
		report_match(out, &verdict->matches[i]);
	for (size_t i = 0; i < verdict->guidelines_count; i++)
		report_guideline(out, set, comment, &verdict->guidelines[i]);
	for (size_t i = 0; i < verdict->faults_count; i++)
		out_printf(out, "  not certain: %s%s%s\n", verdict->faults[i].code,
			verdict->faults[i].rule ? " in " : "",
			verdict->faults[i].rule ? verdict->faults[i].rule->id : "");
	return true;
}
