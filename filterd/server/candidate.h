/*
 * A candidate: a private copy of the rules in force with some files changed, and what was found out
 * about it. It touches neither the generation in force nor what is counted about its rules.
 */
#pragma once

#include "moderate/selftest.h"
#include "server/generation.h"
#include "wire/trial.h"

#define CANDIDATE_TEST_NS (2 * NS_PER_S) /* for the rules' own tests */

struct candidate {
	struct generation *from; /* a reference; NULL: there is none */
	struct ruleset *set; /* NULL: it has errors */
	struct errors errors; /* of loading, warnings included */
	struct errors failures; /* one for each test that failed */
	struct selftest_counts tests;
	struct arena keep; /* what both quote, when the set is refused */
};

void candidate_init(struct candidate *candidate);

/* Lets go of the set and its generation; it can be made anew. */
void candidate_forget(struct candidate *candidate);

/*
 * Makes it of `live` (a reference is taken) with these files' texts; nothing is done if it is made
 * of the same already. `guesser` may be NULL; `scratch` is the caller's. True, and the set may have
 * errors; false with *refusal: there is no such file, or no memory.
 */
bool candidate_make(struct candidate *candidate, struct generation *live,
	const struct trial_file *files, size_t files_count, const struct language_guesser *guesser,
	struct arena *scratch, struct refusal *refusal);

/* Appends the beginning of an object: versions of both sets, errors, tests; without its end. */
void candidate_write(
	struct buf *out, const struct candidate *candidate, const struct generation *live);
