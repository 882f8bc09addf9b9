/*
 * Rules' own tests: the sentences beside each rule for which it must hold or must not.
 *
 * A set whose own tests fail is refused like one with a misspelt key: whoever loads rules for use
 * (daemon, reload, lint, check) does it through moderate_load().
 */
#pragma once

#include "base/truth.h"
#include "moderate/evaluate.h"
#include "rules/ruleset.h"
#include "text/language.h"

/*
 * ruleset_load() and the rules' own tests. As ruleset_load(); ERR_INVALID also when a test fails,
 * with an error at the test. `guesser` may be NULL.
 */
int moderate_load(const struct ruleset_options *options, const struct language_guesser *guesser,
	struct errors *errors, struct arena *keep, struct ruleset **out);

struct selftest_counts {
	size_t rules; /* with tests */
	size_t tests;
	size_t failed;
	size_t left; /* not run, for want of time */
};

/*
 * Runs the tests of all rules, one error for each that fails. OK, ERR_INVALID when one failed, or
 * ERR_NOMEM.
 */
int selftest_run(const struct ruleset *set, const struct language_guesser *guesser,
	struct errors *errors, struct selftest_counts *out);

/* A sentence and what came out for it. */
struct sentence {
	const struct rule *rule;
	const struct rule_test *test;
	struct comment comment; /* as it was tried: with a language and a time */
	enum truth holds;
};

/* Whether the rule did what the sentence asks for. */
bool sentence_passed(const struct sentence *sentence);

/* What is wrong: "should match, but does not:", to be followed by the text. */
const char *sentence_problem(const struct sentence *sentence);

/* With time enough for every sentence, so that a busy machine fails no test. */
extern const struct evaluate_options selftest_options;

/*
 * Runs the tests of all rules and tells of each. A test without language is told the rule's first
 * one; one without time is at a fixed time at which the rule is in force. OK or ERR_NOMEM.
 */
int selftest_each(const struct ruleset *set, const struct language_guesser *guesser,
	void (*ran)(void *context, const struct sentence *sentence), void *context);

/*
 * The same for rules that nobody vouches for: within the limits of `options`, and no test begins
 * after `until_ns` of the monotonic clock; those are counted as left.
 */
int selftest_run_until(const struct ruleset *set, const struct language_guesser *guesser,
	const struct evaluate_options *options, int64_t until_ns, struct errors *errors,
	struct selftest_counts *out);
