/*
 * Reading a disguised word: which words of the lexicon could stand behind a row of characters;
 * private to text/.
 */
#pragma once

#include "text/trie.h"

/* How the places of a row stand to each other. */
enum reading_kind {
	READING_TOKEN, /* together: one word */
	READING_APART, /* each by itself: one word */
	READING_SPELT, /* each by itself, with spaces between: words, and small ones between them */
};

#define PLACES_MAX 128 /* longer tokens and rows of letters are never disguised words */
#define READING_SPARE 65536 /* steps to lend to the masked words of one text */
#define READING_MAX 256 /* letters and spaces of a reading */

enum place_flag {
	PLACE_LETTER = 1 << 0, /* a letter (or a mark that folding keeps) */
	PLACE_DIGIT = 1 << 1,
	PLACE_SIGN = 1 << 2, /* neither, but looks like a letter */
	PLACE_MASK = 1 << 3, /* may hide any letter */
	PLACE_SKIP = 1 << 4, /* may stand for nothing */
	PLACE_VOWEL = 1 << 5, /* may hide a vowel: its `letters`, which it does not look like */
};

/* One character of a token, or a run of the same one. Offsets are bytes of the folded text. */
struct place {
	uint32_t from, to; /* the run */
	uint32_t last; /* its last character's first byte */
	uint32_t run; /* how many characters */
	uint32_t c; /* the code point */
	uint32_t letters; /* bit (1 << n): may stand for the n-th letter of a to z besides itself */
	uint32_t other; /* may stand for this letter of another script; 0: none */
	uint32_t flags; /* enum place_flag */
};

struct reading {
	size_t count;
	struct {
		uint32_t letter; /* code point; ' ' between two words */
		uint32_t from; /* first byte of where it stands in the folded text */
	} items[READING_MAX];
};

/* What c may stand for, as a run of one at [from, to). */
struct place place_of(uint32_t c, uint32_t from, uint32_t to);

/*
 * Whether all of the places can be read as one word of the lexicon, with or without an ending, or
 * their first ones as a word that goes on at will; or, where they are spelt out, all as several
 * words and fillers. Of several readings the one is taken whose word ranks highest, and of those
 * the first in the order of the tree. Bounded: a number of steps proportional to `count` is spent,
 * for masked words some more of the *spare ones, and then it is what was found till then.
 */
bool reading_find(const struct lexicon *lexicon, const struct place *places, size_t count,
	enum reading_kind kind, size_t *spare, struct reading *out);

/*
 * Whether some of the places, not from the first, can be read as a word that may be glued to
 * others, none of its letters left out and most of them shown. Bounded in the same way.
 */
bool reading_find_glued(const struct lexicon *lexicon, const struct place *places, size_t count,
	struct reading *out);
