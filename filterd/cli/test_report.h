/* The results of tests in the forms that `filterd test` gives them. */
#pragma once

#include "cli/suite.h"
#include "moderate/coverage.h"

#define SHOWN_MAX 50 /* failures, and lines of a coverage, unless all are asked for */

/*
 * For people: what failed, expected and got below each other, the rules that held and why others
 * did not; the coverage, of which `percent` are asked for, unless it is NULL; a summary. CLI_FINE
 * or CLI_OUTPUT.
 */
int test_show(struct suite *suite, struct coverage *coverage, bool all, int64_t percent);

/* "tests":[…] of those that did not plainly pass, after the figures; without braces around it. */
void test_json(const struct suite *suite, struct buf *out);

/* Test Anything Protocol, version 14: every test one line, what is wrong below it. */
void test_tap(const struct suite *suite, struct out *out);

/* JUnit's XML: a testsuite for each file, a testcase for each test. */
void test_junit(const struct suite *suite, struct buf *out);

/*
 * The coverage of the tests in the suite, whose set knows where its patterns stand. With PATHs only
 * what stands in these files counts, if there is any of it. NULL when out of memory; freed by
 * coverage_free().
 */
struct coverage *test_coverage(const struct suite *suite);

/* For people: what no test hits, and the figures; `percent` are asked for. */
void test_show_coverage(
	const struct suite *suite, struct coverage *coverage, bool all, int64_t percent);

/* "coverage":{…} without braces around it. */
void test_coverage_json(const struct suite *suite, struct coverage *coverage, struct buf *out);

/*
 * Writes a case file with comments that cover what the coverage misses of rules (with PATHs those
 * in these files), each with the verdict that it gets now. OK or ERR_NOMEM.
 */
int test_suggest(const struct suite *suite, struct coverage *coverage);

/* Whether rules, entries and alternatives are covered to so many percent each. */
bool test_is_covered(const struct suite *suite, struct coverage *coverage, int64_t percent);
