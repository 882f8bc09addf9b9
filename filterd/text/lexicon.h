/*
 * The words that disguises may hide: every literal word (folded) of the patterns that ask for
 * disguised matching. A disguised word is only ever read as one of these.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"

struct lexicon;

/*
 * Builds a lexicon from `count` folded words; duplicates and words under 3 letters are left out
 * (a two-letter word behind a mask would be anything). Words are copied into the arena, which must
 * outlive it. NULL when out of memory. An empty lexicon is legal: nothing is ever disguised then.
 */
struct lexicon *lexicon_new(struct arena *arena, const struct span *words, size_t count);

/*
 * The same, and a disguised word may have one of these endings (folded) behind it besides those of
 * English, which every lexicon knows. Such as are not of letters alone are left out.
 */
struct lexicon *lexicon_new_with(struct arena *arena, const struct span *words, size_t count,
	const struct span *endings, size_t endings_count);

/* How many different words it holds. */
size_t lexicon_count(const struct lexicon *lexicon);
