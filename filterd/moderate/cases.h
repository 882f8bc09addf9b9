/*
 * Case files: comments with the verdict they must get from a whole rule set.
 *
 *   cases:
 *     - {text: "I will kill you", lang: en, expect: reject, rules: en/threats/direct}
 *   tables:
 *     - lang: en
 *       approve:
 *         - A good article
 *         - {text: "He told me: I will kill you", todo: "reported speech is not seen yet"}
 *
 * They stand beside rule files as *.test.yaml. A rule's own tests ask whether that rule holds;
 * cases ask what comes out in the end, sites and overrides included.
 */
#pragma once

#include "moderate/case_keys.h"
#include "moderate/evaluate.h"

enum case_state {
	CASE_PASSED,
	CASE_FAILED,
	CASE_TODO, /* fails, as its `todo` says */
	CASE_DONE, /* passes although it has a `todo` */
};

/* One case and how it went. */
struct case_result {
	const struct source *source;
	const struct yaml_node *node; /* where it stands in `source` */
	const struct case_keys *keys; /* what it asks for */
	const struct yaml_node *table; /* in which it stands; NULL: it has an `expect` of its own */
	struct span table_name; /* empty: none */
	struct comment comment; /* with its context */
	enum case_state state;
	enum verdict_kind verdict; /* what it got */
	const char *what; /* what is wrong, one line, NUL-terminated; NULL when it passed */
};

struct case_results {
	struct case_result *items; /* in the order of files and cases; in the arena given */
	size_t count;
	size_t states[CASE_DONE + 1]; /* how many there are of each */
	size_t capacity; /* private */
	/* Called after each case; may be NULL. */
	void (*ran)(void *context, const struct case_result *result);
	void *context;
};

/*
 * Reads the case file and judges each of its cases within `options`. What is wrong with the file
 * is added to `errors`, names of rules and guidelines that the set does not have among it; a case
 * that fails is no error but a result. Everything read lives in `arena`. Results are added to
 * *results (its counts zero before the first file). OK; ERR_INVALID, ERR_IO or ERR_LIMIT when the
 * file is wrong; ERR_NOMEM. The second takes the text of a file that has been read.
 */
int cases_run(struct evaluator *evaluator, const struct ruleset *set,
	const struct evaluate_options *options, const char *path, struct arena *arena,
	struct errors *errors, struct case_results *results);
int cases_run_source(struct evaluator *evaluator, const struct ruleset *set,
	const struct evaluate_options *options, const struct source *source, struct arena *arena,
	struct errors *errors, struct case_results *results);
