/*
 * Explaining: why each rule holds for a comment, and why the others do not.
 *
 * What `filterd explain` shows: the comment as the views see it, the verdict, and for every rule
 * the tree of its conditions with yes, no or unknown, the places found, and the patterns with what
 * they are looked up by.
 */
#pragma once

#include "base/buf.h"
#include "moderate/evaluate.h"

struct explainer; /* one thread's scratch */

struct explain_options {
	const char *rule; /* only this rule (an id); NULL: by `all` */
	bool all; /* every rule; else those that hold, are unknown, or nearly hold */
	bool patterns; /* the PCRE2 form and the literals of each pattern, and what let it through
			*/
	bool cost; /* measure what each rule costs */
	bool colour; /* text only */
};

/* `guesser` may be NULL and must outlive it. NULL when out of memory. */
struct explainer *explainer_new(const struct language_guesser *guesser);
void explainer_free(struct explainer *explainer); /* NULL is legal */

/*
 * Appends the explanation as text for a terminal, or as one JSON object on one line. OK; ERR_NOMEM;
 * ERR_INVALID: there is no such rule.
 *
 * A rule nearly holds if one of its conditions has found something, though the rule does not hold.
 */
int explain_text(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct buf *out);
int explain_json(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct buf *out);
