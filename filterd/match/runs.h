/*
 * The runs of a text: its unbroken rows of word characters, each with a hash, so that phrases
 * compare numbers instead of bytes. Private to match/.
 */
#pragma once

#include "base/arena.h"
#include "base/span.h"

struct run {
	uint32_t from, to; /* [bytes] of the text */
	uint32_t hash; /* run_hash() of these bytes */
};

struct runs {
	struct span text; /* folded */
	const struct run *items; /* in the text's order */
	size_t count;
};

/* The same for the same bytes, in every process. */
uint32_t run_hash(struct span run);

/*
 * Finds the runs of `text` (valid UTF-8, folded): maximal rows of CHAR_WORD characters that are not
 * CHAR_SOLO. False when out of memory.
 */
bool runs_find(struct arena *arena, struct span text, struct runs *out);

/* The length of the run that begins at the start of `s`; 0 when none does. */
size_t run_length(struct span s);

/* Whether c is a character of ASCII that words are made of: a letter, a digit or `_`. */
static inline bool run_is_ascii(unsigned char c)
{
	/* Digits; capitals and _; small letters. */
	static const uint32_t words[] = {0, 0x03FF0000, 0x87FFFFFE, 0x07FFFFFE, 0, 0, 0, 0};

	return words[c / 32] >> (c % 32) & 1;
}
