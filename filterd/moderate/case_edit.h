/*
 * Changes to a case file that make a case ask for what came out: for `filterd test --update`.
 *
 * Only what the case says about its verdict, rules and points is touched, at the places that the
 * YAML tree names; comments and layout stay. What cannot be changed so, is told.
 */
#pragma once

#include "moderate/cases.h"

/* Bytes [from, to) of the file's text are replaced. */
struct case_edit {
	size_t from, to;
	struct span text;
};

/* Changes of one file. */
struct case_edits {
	struct case_edit *items; /* in the arena given */
	size_t count, capacity;
};

/*
 * Adds what makes the case expect `verdict`, all of it or nothing. *left (a literal) is NULL, or
 * why it has to be done by hand. Memory comes from the arena. OK or ERR_NOMEM.
 */
int case_edits_add(struct case_edits *edits, struct arena *arena, const struct case_result *result,
	const struct verdict *verdict, const char **left);

/*
 * Brings the edits into the order of their places. False if two of them overlap: then they cannot
 * be made together.
 */
bool case_edits_sort(struct case_edits *edits);

/*
 * Appends bytes [from, to) of the text with the sorted edits `first` to `end` (exclusive) made,
 * which lie in it.
 */
void case_edits_apply(const struct case_edits *edits, size_t first, size_t end, struct span text,
	size_t from, size_t to, struct buf *out);
