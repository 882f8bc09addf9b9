/*
 * A set of rule indexes that gives them back in ascending order: the rules that a comment has to be
 * tested against, however many patterns asked for them.
 *
 * A bit per rule and a bit per 64 of those, so that an empty set of 100,000 rules costs a look at
 * 25 words.
 */
#pragma once

#include "base/span.h"
#include "base/status.h"

struct picks {
	uint64_t *bits; /* owned */
	uint64_t *summary; /* owned; bit w: bits[w] is not 0 */
	size_t capacity; /* indexes */
	size_t next; /* no word of the summary before this one has a bit */
};

/* Makes room for indexes below `count` and empties the set. OK or ERR_NOMEM. */
int picks_reset(struct picks *picks, size_t count);

/* Adds an index below the count. */
void picks_add(struct picks *picks, uint32_t index);

/* Takes the smallest index out; false when the set is empty. */
bool picks_take(struct picks *picks, uint32_t *out);

void picks_free(struct picks *picks);

struct stage;

/*
 * Starts over with the rules that may hold for the comment on the stage: those that its candidates
 * trigger and those that depend on no pattern; with the option `everything` all. OK or ERR_NOMEM.
 */
int picks_fill(struct picks *picks, const struct stage *stage);
