/*
 * Text that direction overrides turn round: stored backwards, it is read forwards. Private to
 * text/.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "text/view.h"

/* What overrides did to a folded text. */
struct turned {
	struct view view; /* the folded text with each such passage turned back */
	struct range *ranges; /* the passages, of view.text; sorted, disjoint */
	size_t count; /* 0: there is none, and `view` is not set */
};

/*
 * Turns back what stands between U+202E (right-to-left override) and the end of it or of the line,
 * if its letters are written from left to right; and between U+202D, if from right to left. A
 * byte of a turned passage leads back to the character in the same place of it: to the right one of
 * a passage that is one word, and into the passage always. OK or ERR_NOMEM.
 */
int override_find(
	struct arena *arena, struct span original, const struct view *folded, struct turned *out);
