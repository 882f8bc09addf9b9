/* The results of tests in the forms that `filterd test` gives them. */
#pragma once

#include "cli/suite.h"

#define SHOWN_MAX 50 /* failures, and lines of a coverage, unless all are asked for */

/*
 * For people: what failed, expected and got below each other, the rules that held and why others
 * did not; a summary. CLI_FINE or CLI_OUTPUT.
 */
int test_show(struct suite *suite, bool all);

/* "tests":[…] of those that did not plainly pass, after the figures; without braces around it. */
void test_json(const struct suite *suite, struct buf *out);

/* Test Anything Protocol, version 14: every test one line, what is wrong below it. */
void test_tap(const struct suite *suite, struct out *out);

/* JUnit's XML: a testsuite for each file, a testcase for each test. */
void test_junit(const struct suite *suite, struct buf *out);
