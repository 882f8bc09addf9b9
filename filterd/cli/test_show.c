/* Results of tests as a person reads them: see test_report.h. */
#include "cli/test_report.h"

#include "cli/report.h"
#include "cli/show.h"
#include "moderate/why_not.h"

#include <stdlib.h>

#define NAME_MAX_SHOWN 120 /* [bytes] of a name or text in a heading */

/* What showing needs besides the results. */
struct showing {
	struct suite *suite;
	struct out *out;
	struct evaluator *evaluator;
	struct explainer *explainer;
	struct buf line; /* scratch */
};

static void put_place(struct showing *s, const struct test *test)
{
	out_printf(s->out, "%s:%u:%u: ", test->source->name, test->node->line, test->node->column);
}

/* --- expected and got ---------------------------------------------------------------------------
 */

static void put_verdict(struct out *out, enum verdict_kind kind)
{
	out_styled(out, verdict_styles[kind], verdict_names[kind]);
}

static bool asks_for(const struct case_result *result, const char *key)
{
	return result->node->kind == YAML_MAPPING && schema_has(result->node, key);
}

static void put_names(struct out *out, const char *what, const struct strings *names)
{
	if (names->count == 1 && span_eq(names->items[0], SPAN("none"))) {
		out_printf(out, ", no %s", what);
		return;
	}
	for (size_t i = 0; i < names->count; i++)
		out_printf(out, "%s %.*s", i ? "," : ", with", SPAN_ARGS(names->items[i]));
}

static void put_expected(struct showing *s, const struct case_result *result)
{
	const struct entry_keys *keys = &result->keys->entry;
	struct out *out = s->out;

	out_str(out, "    expected  ");
	put_verdict(out, (enum verdict_kind)result->keys->expect);
	if (asks_for(result, "rules"))
		put_names(out, "rules", &keys->rules);
	if (asks_for(result, "guidelines") && !keys->guidelines.numbers)
		put_names(out, "points", &keys->guidelines.names);
	for (size_t i = 0; keys->guidelines.numbers && i < keys->guidelines.names.count; i++)
		out_printf(out, ", %.*s %lld", SPAN_ARGS(keys->guidelines.names.items[i]),
			(long long)keys->guidelines.numbers[i]);
	for (size_t i = 0; i < keys->not_rules.count; i++)
		out_printf(out, ", without %.*s", SPAN_ARGS(keys->not_rules.items[i]));
	out_str(out, keys->degraded ? ", degraded\n" : "\n");
}

static void put_got(
	struct showing *s, const struct case_result *result, const struct verdict *verdict)
{
	struct out *out = s->out;

	out_str(out, "    got       ");
	put_verdict(out, verdict->kind);
	if (asks_for(result, "rules") && verdict->matches_count == 0)
		out_str(out, ", no rules");
	for (size_t i = 0; asks_for(result, "rules") && i < verdict->matches_count; i++)
		out_printf(out, "%s %s", i ? "," : ", with", verdict->matches[i].rule->id);
	if (asks_for(result, "guidelines") && verdict->guidelines_count == 0)
		out_str(out, ", no points");
	for (size_t i = 0; asks_for(result, "guidelines") && i < verdict->guidelines_count; i++) {
		const struct guideline_points *points = &verdict->guidelines[i];

		out_printf(out, ", %s %d", points->guideline->id, points->low);
		if (points->high != points->low)
			out_printf(out, " to %d", points->high);
	}
	out_str(out, verdict->degraded ? ", degraded\n" : "\n");
}

/* --- why ----------------------------------------------------------------------------------------
 */

static bool put_why_not(struct showing *s, const struct rule *rule, const struct comment *comment)
{
	const struct setup *setup = s->suite->setup;

	buf_clear(&s->line);
	if (why_not(s->explainer, setup->set, comment, &setup->limits, rule, &s->line) != OK)
		return false;
	out_span(s->out, buf_content(&s->line));
	out_str(s->out, "\n");
	return true;
}

static const struct rule *find_rule(const struct ruleset *set, struct span id)
{
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules);

	for (size_t i = 0; i < count; i++)
		if (span_eq(span_of(rules[i].id), id))
			return &rules[i];
	return NULL;
}

static bool holds(const struct verdict *verdict, const struct rule *rule)
{
	for (size_t i = 0; i < verdict->matches_count; i++)
		if (verdict->matches[i].rule == rule)
			return true;
	return false;
}

/* Rules that the case asks for and that do not hold, each with the nearest reason. */
static bool put_missing(
	struct showing *s, const struct case_result *result, const struct verdict *verdict)
{
	const struct strings *wanted = &result->keys->entry.rules;

	for (size_t i = 0; i < wanted->count; i++) {
		const struct rule *rule = find_rule(s->suite->setup->set, wanted->items[i]);

		if (!rule || holds(verdict, rule))
			continue;
		out_str(s->out, "  ");
		out_styled(s->out, STYLE_NAME, rule->id);
		out_str(s->out, "  does not hold  (");
		report_rule_place(s->out, rule);
		out_str(s->out, ")\n      ");
		if (!put_why_not(s, rule, &result->comment))
			return false;
	}
	return true;
}

static void put_faults(struct showing *s, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->faults_count; i++)
		out_printf(s->out, "  not certain: %s%s%s\n", verdict->faults[i].code,
			verdict->faults[i].rule ? " in " : "",
			verdict->faults[i].rule ? verdict->faults[i].rule->id : "");
}

/* --- one test -----------------------------------------------------------------------------------
 */

static void put_name(struct out *out, struct span name)
{
	if (name.len == 0)
		return;
	out_untrusted(out, name, NAME_MAX_SHOWN);
	out_str(out, ": ");
}

static bool show_case(struct showing *s, const struct test *test)
{
	const struct setup *setup = s->suite->setup;
	const struct verdict *verdict;

	if (evaluate(s->evaluator, setup->set, test->comment, &setup->limits, &verdict) != OK)
		return false;
	put_place(s, test);
	out_styled(s->out, STYLE_BAD, "failed:");
	out_str(s->out, " ");
	put_name(s->out, test->table);
	put_name(s->out, test->name);
	out_printf(s->out, "%s\n", test->result->what);
	if (!report_text(s->out, test->comment->text, verdict))
		return false;
	put_expected(s, test->result);
	put_got(s, test->result, verdict);
	for (size_t i = 0; i < verdict->matches_count; i++)
		report_match(s->out, &verdict->matches[i]);
	put_faults(s, verdict);
	if (!put_missing(s, test->result, verdict))
		return false;
	out_str(s->out, "\n");
	return true;
}

/* The text with the places that the rule found, which may be none, and what it found there. */
static bool put_sentence(struct showing *s, const struct sentence *sentence)
{
	const struct verdict *verdict;
	struct range ranges[MATCH_SPANS_MAX];
	const struct match *match = NULL;
	size_t count = 0;

	if (evaluate(s->evaluator, s->suite->setup->set, &sentence->comment, &selftest_options,
		    &verdict) != OK)
		return false;
	for (size_t i = 0; i < verdict->matches_count; i++)
		if (verdict->matches[i].rule == sentence->rule)
			match = &verdict->matches[i];
	if (match && match->field == FIELD_TEXT)
		for (; count < match->spans_count; count++)
			ranges[count] = match->spans[count].bytes;
	if (!show_text(s->out, sentence->comment.text, ranges, count))
		return false;
	out_printf(s->out, "    expected  %s\n", sentence->test->match ? "a match" : "no match");
	out_printf(s->out, "    got       %s\n",
		sentence->holds == TRUTH_UNKNOWN ? "unknown"
		: sentence->test->match          ? "no match"
						 : "a match");
	if (match)
		report_match(s->out, match);
	return true;
}

static bool show_sentence(struct showing *s, const struct test *test)
{
	put_place(s, test);
	out_styled(s->out, STYLE_BAD, "failed:");
	out_printf(s->out, " %s ", test->sentence->rule->id);
	buf_clear(&s->line);
	test_put_problem(test, &s->line);
	out_span(s->out, buf_content(&s->line));
	out_str(s->out, "\n");
	if (!put_sentence(s, test->sentence))
		return false;
	if (test->sentence->holds == TRUTH_NO) {
		out_str(s->out, "    why not   ");
		if (!put_why_not(s, test->sentence->rule, test->comment))
			return false;
	}
	out_str(s->out, "\n");
	return true;
}

/* A case that was known to fail and does not. */
static void show_done(struct showing *s, const struct test *test)
{
	put_place(s, test);
	out_styled(s->out, STYLE_WARN, "passes:");
	out_str(s->out, " take its `todo` out: ");
	out_untrusted(s->out, test->todo, NAME_MAX_SHOWN);
	out_str(s->out, "\n");
}

/* --- all ----------------------------------------------------------------------------------------
 */

static bool show_tests(struct showing *s, bool all)
{
	size_t shown = 0, failed = s->suite->states[CASE_FAILED];
	bool ok = true;

	for (size_t i = 0; i < suite_count(s->suite) && ok; i++) {
		const struct test test = suite_test(s->suite, i);

		if (test.state == CASE_DONE)
			show_done(s, &test);
		if (test.state != CASE_FAILED || (!all && shown == SHOWN_MAX))
			continue;
		shown++;
		ok = test.sentence ? show_sentence(s, &test) : show_case(s, &test);
	}
	if (shown < failed)
		out_printf(s->out, "… and %zu more; --all shows them\n\n", failed - shown);
	return ok;
}

static void show_summary(const struct suite *suite)
{
	struct out *out = &suite->run->out;
	size_t passed = 0, todo = suite->states[CASE_TODO], failed = suite->states[CASE_FAILED];
	const size_t *states = suite->cases.states;

	for (size_t i = 0; i < suite->sentences_count; i++)
		passed += sentence_passed(&suite->sentences[i]);
	if (suite->broken.errors)
		out_printf(out, "Case files have errors (above): their cases did not run.\n");
	out_printf(
		out, "rules: %zu of %zu sentences as expected\n", passed, suite->sentences_count);
	out_printf(out, "cases: %zu of %zu verdicts as expected, %zu files\n",
		states[CASE_PASSED] + states[CASE_DONE], suite->cases.count, suite->files.count);
	out_style(out, failed || suite->broken.errors ? STYLE_BAD : STYLE_GOOD);
	out_printf(out, "%zu passed, %zu failed", suite_passed(suite), failed);
	if (todo)
		out_printf(out, ", %zu todo", todo);
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n");
}

int test_show(struct suite *suite, struct coverage *coverage, bool all, int64_t percent)
{
	struct showing s = {
		.suite = suite,
		.out = &suite->run->out,
		.evaluator = evaluator_new(suite->setup->guesser),
		.explainer = explainer_new(suite->setup->guesser),
	};
	bool ok = s.evaluator && s.explainer && show_tests(&s, all);

	evaluator_free(s.evaluator);
	explainer_free(s.explainer);
	buf_free(&s.line);
	if (!ok)
		return cli_failed(suite->run, CLI_OUTPUT, "out of memory");
	if (coverage)
		test_show_coverage(suite, coverage, all, percent);
	show_summary(suite);
	return CLI_FINE;
}
