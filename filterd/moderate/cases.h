/*
 * Case files: comments with the verdict they must get from a whole rule set.
 *
 *   cases:
 *     - {text: "I will kill you", lang: en, expect: reject, rules: en/threats/direct}
 *     - {text: "A good article", expect: approve, rules: none}
 *
 * They stand beside rule files as *.test.yaml. A rule's own tests ask whether that rule holds;
 * cases ask what comes out in the end, sites and overrides included.
 */
#pragma once

#include "moderate/evaluate.h"

/* One case and how it went. */
struct case_result {
	const struct yaml_node *node; /* where it stands in `source` */
	const struct source *source;
	struct comment comment;
	bool passed;
	enum verdict_kind verdict; /* what it got */
	const char *what; /* what is wrong, one line, NUL-terminated; NULL when it passed */
};

struct case_results {
	struct case_result *items; /* in the order of files and cases; in the arena given */
	size_t count;
	size_t failed;
	size_t capacity; /* private */
};

/*
 * Reads the case file and judges each of its cases. What is wrong with the file is added to
 * `errors`; a case that fails is no error but a result. Everything read lives in `arena`. Results
 * are added to *results (zeroed before the first file). OK; ERR_INVALID, ERR_IO or ERR_LIMIT when
 * the file is wrong; ERR_NOMEM.
 */
int cases_run(struct evaluator *evaluator, const struct ruleset *set, const char *path,
	struct arena *arena, struct errors *errors, struct case_results *results);

/* The keys of a case that are not those of a test comment; for the reference. */
extern const struct section case_section;
