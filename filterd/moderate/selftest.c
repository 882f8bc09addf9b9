/* Rules' own tests: see selftest.h. */
#include "moderate/selftest.h"

#include "base/clock.h"
#include "rules/lint.h"
#include "text/utf8.h"

/* A Monday noon that no test depends on: one that does says when it was submitted. */
#define FIXED_TIME_MS INT64_C(1767614400000) /* 2026-01-05T12:00:00Z */

#define SHOWN_MAX 60 /* [characters] of the text in an error */

const struct evaluate_options selftest_options = {
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

bool sentence_passed(const struct sentence *sentence)
{
	return sentence->holds == (sentence->test->match ? TRUTH_YES : TRUTH_NO);
}

const char *sentence_problem(const struct sentence *sentence)
{
	if (sentence->holds == TRUTH_UNKNOWN)
		return "could not be tested in time with";
	return sentence->test->match ? "should match, but does not:"
				     : "should not match, but does:";
}

static int run_test(struct evaluator *evaluator, const struct ruleset *set, const struct rule *rule,
	const struct rule_test *test, const struct evaluate_options *options, struct sentence *out)
{
	*out = (struct sentence){.rule = rule, .test = test, .comment = test->comment};
	if (out->comment.lang.len == 0 && rule->languages_count > 0)
		out->comment.lang = rule->languages[0];
	if (out->comment.submitted_ms == COMMENT_ABSENT)
		out->comment.submitted_ms = time_in_force(rule);
	return evaluate_rule(evaluator, set, rule, &out->comment, options, &out->holds);
}

/* Tells of each sentence that begins before `until_ns`; *left counts the others. */
static int run_tests(const struct ruleset *set, const struct language_guesser *guesser,
	const struct evaluate_options *options, int64_t until_ns,
	void (*ran)(void *context, const struct sentence *sentence), void *context, size_t *left)
{
	struct evaluator *evaluator = evaluator_new(guesser);
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules);
	int rc = evaluator ? OK : ERR_NOMEM;

	*left = 0;
	for (size_t i = 0; rc == OK && i < count; i++) {
		for (size_t t = 0; rc == OK && t < rules[i].tests_count; t++) {
			struct sentence sentence;

			if (until_ns != INT64_MAX && clock_mono_ns() >= until_ns) {
				++*left;
				continue;
			}
			rc = run_test(
				evaluator, set, &rules[i], &rules[i].tests[t], options, &sentence);
			if (rc == OK)
				ran(context, &sentence);
		}
	}
	evaluator_free(evaluator);
	return rc;
}

int selftest_each(const struct ruleset *set, const struct language_guesser *guesser,
	void (*ran)(void *context, const struct sentence *sentence), void *context)
{
	size_t left;

	return run_tests(set, guesser, &selftest_options, INT64_MAX, ran, context, &left);
}

/* The sentences of a set as errors. */
struct reporting {
	struct errors *errors;
	struct selftest_counts *counts;
	const struct rule *rule; /* of the last sentence */
};

static void report(void *context, const struct sentence *sentence)
{
	struct reporting *reporting = context;
	struct span whole = sentence->comment.text, text = shown(whole);
	const struct rule *rule = sentence->rule;

	reporting->counts->tests++;
	reporting->counts->rules += rule != reporting->rule;
	reporting->rule = rule;
	if (sentence_passed(sentence))
		return;
	reporting->counts->failed++;
	errors_add(reporting->errors, SEVERITY_ERROR,
		yaml_place(rule->source, sentence->test->node), "rule `%s` %s `%.*s%s`", rule->id,
		sentence_problem(sentence), SPAN_ARGS(text), text.len < whole.len ? "…" : "");
	lint_mark(reporting->errors, LINT_FAILED_TEST);
}

int selftest_run_until(const struct ruleset *set, const struct language_guesser *guesser,
	const struct evaluate_options *options, int64_t until_ns, struct errors *errors,
	struct selftest_counts *out)
{
	struct reporting reporting = {.errors = errors, .counts = out};
	int rc;

	*out = (struct selftest_counts){0};
	rc = run_tests(set, guesser, options, until_ns, report, &reporting, &out->left);
	return rc == OK && out->failed ? ERR_INVALID : rc;
}

int selftest_run(const struct ruleset *set, const struct language_guesser *guesser,
	struct errors *errors, struct selftest_counts *out)
{
	return selftest_run_until(set, guesser, &selftest_options, INT64_MAX, errors, out);
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
