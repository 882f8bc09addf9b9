/*
 * The tests of a rule set, run: the sentences beside its rules and its case files.
 *
 * What `filterd test` shows, in whatever form, is read from here.
 */
#pragma once

#include "cli/setup.h"
#include "moderate/cases.h"
#include "moderate/selftest.h"

struct suite {
	struct run *run;
	struct setup *setup; /* configuration and rules; its arena holds the results, too */
	struct texts files; /* case files */
	struct errors broken; /* what is wrong with case files; those cases did not run */
	struct sentence *sentences; /* of rules in the files asked for */
	size_t sentences_count, sentences_capacity;
	struct case_results cases;
	size_t states[CASE_DONE + 1]; /* how many there are of each, sentences included */
	int64_t started_ns; /* of clock_mono_ns() */
	int64_t told_ns; /* when progress was shown last */
	bool telling; /* a line of progress stands on standard error */
	bool failed; /* out of memory below a callback */
};

/* One test, whichever kind it is. */
struct test {
	const struct source *source;
	const struct yaml_node *node; /* where it stands in `source` */
	const struct sentence *sentence; /* NULL: a case */
	const struct case_result *result; /* NULL: a sentence */
	const struct comment *comment;
	enum case_state state;
	struct span name; /* of a case that has one, else the rule's of a sentence; may be empty */
	struct span table; /* the name of the table in which it stands; may be empty */
	struct span todo; /* the reason; empty without one */
};

/*
 * Finds the case files that the arguments name, else those of the rule folders. An exit code:
 * CLI_FINE, or another after a message.
 */
int suite_find(struct suite *suite);

/*
 * Runs everything, telling of progress on a terminal when it takes long. CLI_FINE; CLI_CONFIG if
 * something is wrong with case files, after showing what; CLI_OUTPUT when out of memory.
 */
int suite_run(struct suite *suite);

/* Frees what the suite owns; setup is the caller's. */
void suite_free(struct suite *suite);

/* How many tests ran, and the i-th: sentences in the order of the rules, then cases. */
size_t suite_count(const struct suite *suite);
struct test suite_test(const struct suite *suite, size_t i);

/* How many passed, those that have a `todo` included. */
static inline size_t suite_passed(const struct suite *suite)
{
	return suite->states[CASE_PASSED] + suite->states[CASE_DONE];
}

/* What is wrong with the test, in one line; nothing if it passed. */
void test_put_problem(const struct test *test, struct buf *out);
