/* Rules' own tests: see selftest.h. */
#include "moderate/selftest.h"

#include "base/clock.h"
#include "text/utf8.h"

/* A Monday noon that no test depends on: one that does says when it was submitted. */
#define FIXED_TIME_MS INT64_C(1767614400000) /* 2026-01-05T12:00:00Z */

#define SHOWN_MAX 60 /* [characters] of the text in an error */

/* Enough for every sentence, so that a busy machine fails no test. */
static const struct evaluate_options generous = {
	.text_max = 1024 * 1024,
	.comment_ns = INT64_C(10000000000),
	.pattern_ns = INT64_C(1000000000),
};

static int64_t time_in_force(const struct rule *rule)
{
	if (rule->from_ms != COMMENT_ABSENT && FIXED_TIME_MS < rule->from_ms)
		return rule->from_ms;
	if (rule->until_ms != COMMENT_ABSENT && FIXED_TIME_MS >= rule->until_ms)
		return rule->until_ms - 1;
	return FIXED_TIME_MS;
}

/* The beginning of the text up to a line break. */
static struct span shown(struct span text)
{
	size_t at = 0;

	for (size_t i = 0; i < SHOWN_MAX && at < text.len; i++) {
		size_t next = at;

		if (utf8_next(text, &next) < ' ')
			break;
		at = next;
	}
	return span_sub(text, 0, at);
}

static void report(struct errors *errors, const struct rule *rule, const struct rule_test *test,
	enum truth holds)
{
	struct span text = shown(test->comment.text);
	const char *what = holds == TRUTH_UNKNOWN ? "could not be tested in time with"
			   : test->match          ? "should match, but does not:"
						  : "should not match, but does:";

	errors_add(errors, SEVERITY_ERROR, yaml_place(rule->source, test->node),
		"rule `%s` %s `%.*s%s`", rule->id, what, SPAN_ARGS(text),
		text.len < test->comment.text.len ? "…" : "");
}

static int run_test(struct evaluator *evaluator, const struct ruleset *set, const struct rule *rule,
	const struct rule_test *test, const struct evaluate_options *options, enum truth *holds)
{
	struct comment comment = test->comment;

	if (comment.lang.len == 0 && rule->languages_count > 0)
		comment.lang = rule->languages[0];
	if (comment.submitted_ms == COMMENT_ABSENT)
		comment.submitted_ms = time_in_force(rule);
	return evaluate_rule(evaluator, set, rule, &comment, options, holds);
}

int selftest_run(const struct ruleset *set, const struct language_guesser *guesser,
	struct errors *errors, struct selftest_counts *out)
{
	return selftest_run_until(set, guesser, &generous, INT64_MAX, errors, out);
}

int selftest_run_until(const struct ruleset *set, const struct language_guesser *guesser,
	const struct evaluate_options *options, int64_t until_ns, struct errors *errors,
	struct selftest_counts *out)
{
	struct evaluator *evaluator = evaluator_new(guesser);
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules);
	int rc = evaluator ? OK : ERR_NOMEM;

	*out = (struct selftest_counts){0};
	for (size_t i = 0; rc == OK && i < count; i++) {
		out->rules += rules[i].tests_count > 0;
		for (size_t t = 0; rc == OK && t < rules[i].tests_count; t++) {
			const struct rule_test *test = &rules[i].tests[t];
			enum truth holds;

			if (until_ns != INT64_MAX && clock_mono_ns() >= until_ns) {
				out->left++;
				continue;
			}
			rc = run_test(evaluator, set, &rules[i], test, options, &holds);
			out->tests++;
			if (rc != OK || holds == (test->match ? TRUTH_YES : TRUTH_NO))
				continue;
			out->failed++;
			report(errors, &rules[i], test, holds);
		}
	}
	evaluator_free(evaluator);
	return rc == OK && out->failed ? ERR_INVALID : rc;
}

int moderate_load(const struct ruleset_options *options, const struct language_guesser *guesser,
	struct errors *errors, struct arena *keep, struct ruleset **out)
{
	struct selftest_counts counts;
	struct ruleset *set;
	int rc = ruleset_load(options, errors, keep, &set);

	if (rc != OK)
		return rc;
	rc = selftest_run(set, guesser, errors, &counts);
	if (rc == OK)
		*out = set;
	else
		ruleset_refuse(set, keep);
	return rc;
}
