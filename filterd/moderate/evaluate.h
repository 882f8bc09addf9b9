/*
 * Evaluation: a comment and a rule set in, a verdict out. Pure: the same comment, rule set, site
 * and time give the same verdict on every thread, transport and run (limits apart, which only ever
 * turn a verdict into review).
 */
#pragma once

#include "moderate/verdict.h"

struct evaluator; /* one thread's scratch: arena, scans */

struct evaluate_options {
	size_t text_max; /* [bytes] longer texts are not judged: review, too_long */
	int64_t comment_ns; /* time for one comment */
	int64_t pattern_ns; /* time for one pattern on one text */
	bool plain; /* without the literal index: the oracle */
	bool everything; /* judge every rule, also those that no pattern asks for */
	/* One byte per rule index, nonzero: suspended (counts as unknown). NULL: none. */
	const uint8_t *suspended;
};

/* The limits of DESIGN.md: 16 KiB, 100 ms, 25 ms. */
extern const struct evaluate_options evaluate_defaults;

/* `guesser` may be NULL and must outlive the evaluator. NULL when out of memory. */
struct evaluator *evaluator_new(const struct language_guesser *guesser);
void evaluator_free(struct evaluator *evaluator);

/*
 * Judges `comment` (its spans valid UTF-8). *out lives until the evaluator's next use and points
 * into `set`. OK or ERR_NOMEM (then there is no verdict: the caller says "try again").
 */
int evaluate(struct evaluator *evaluator, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options, const struct verdict **out);

/*
 * Whether one rule holds for the comment, whatever the others and the site's overrides say: for the
 * rules' own tests. `unknown` also when the comment is too long. OK or ERR_NOMEM.
 */
int evaluate_rule(struct evaluator *evaluator, const struct ruleset *set, const struct rule *rule,
	const struct comment *comment, const struct evaluate_options *options, enum truth *out);

/*
 * The score of the strongest guideline's points p: piecewise linear and monotone, 0 at 0, 0.5 at
 * review_at, 0.9 at reject_at, towards 1 above.
 */
double evaluate_score(int32_t points, int64_t review_at, int64_t reject_at);
