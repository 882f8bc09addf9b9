/*
 * The words that disguises may hide: every literal word (folded) of the patterns that ask for
 * disguised matching. A disguised word is only ever read as one of these.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"

struct lexicon;

enum lexicon_flag {
	LEXICON_ALONE = 1 << 0, /* asked for by itself: read rather than words of phrases */
	LEXICON_OPEN = 1 << 1, /* goes on at will: what is read may be its beginning */
	LEXICON_GLUED = 1 << 2, /* unmistakable: looked for behind other letters, at a word's end */
	LEXICON_INSIDE = 1 << 3, /* and with other letters behind it, too */
};

struct lexicon_word {
	struct span text; /* folded */
	unsigned flags; /* enum lexicon_flag */
	unsigned weight; /* how often it is asked for: of two readings, the one that more rules want
			  */
};

/*
 * Builds a lexicon from `count` words; duplicates are joined, and words under 3 letters left out (a
 * two-letter word behind a mask would be anything). Words are copied into the arena, which must
 * outlive it. NULL when out of memory. An empty lexicon is legal: nothing is ever disguised then.
 */
struct lexicon *lexicon_new(struct arena *arena, const struct lexicon_word *words, size_t count);

/*
 * The same, and a disguised word may have one of these endings (folded) behind it besides those of
 * English, which every lexicon knows. Such as are not of letters alone are left out.
 */
struct lexicon *lexicon_new_with(struct arena *arena, const struct lexicon_word *words,
	size_t count, const struct span *endings, size_t endings_count);

/* How many different words it holds. */
size_t lexicon_count(const struct lexicon *lexicon);
