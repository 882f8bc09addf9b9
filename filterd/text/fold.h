/* Folding: the view in which case, width, marks and letter variants no longer matter. */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "text/view.h"

/*
 * Folded text may be longer than the original (U+FDFA becomes 18 letters); more than this many
 * times its length plus 64 bytes is ERR_LIMIT.
 */
#define FOLD_GROWTH_MAX 4

/* NUL bytes that follow a folded text, so that it can be read in wide steps. */
#define FOLD_PADDING 80

/*
 * Folds `original` (valid UTF-8, shorter than 2^31 bytes) into *out, whose memory comes from the
 * arena and is followed by FOLD_PADDING bytes of 0. Locale-free: the same text always folds the
 * same way. Returns OK, ERR_NOMEM or ERR_LIMIT.
 *
 * Folding is idempotent, and fold(a + " " + b) = fold(a) + " " + fold(b).
 *
 * Source of the mapping: Unicode NFKC_Casefold by ICU, then the project's own unifications in
 * text/gen_tables.c.
 */
int fold(struct arena *arena, struct span original, struct view *out);

/*
 * Folds a word or pattern of a rule file the same way, without a map. ptr is NULL when there is
 * no memory.
 */
struct span fold_word(struct arena *arena, struct span word);
