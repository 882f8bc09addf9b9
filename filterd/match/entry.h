/*
 * Confirms an entry of a words pattern without PCRE2: the same answer as the regex that
 * phrase_regex.c prints for it. Private to match/.
 */
#pragma once

#include "match/literal.h"

/* An entry ready to be compared. */
struct entry {
	const struct phrase_word *words; /* `count` of them, folded */
	uint32_t count;
	/* What it is looked up by: a piece of one of its words. */
	uint32_t anchor_word;
	uint32_t anchor_offset; /* [bytes] of that word */
};

/* Compiles a sequence of words; *anchor is what to look it up by. False when out of memory. */
bool entry_make(struct arena *arena, const struct phrase_sequence *sequence, struct entry *out,
	struct literal *anchor);

/*
 * Whether the entry stands in `text` with its anchor at byte `at`; *range is where. Nothing is
 * assumed of `at` but that the anchor's bytes are there.
 */
bool entry_at(const struct entry *entry, struct span text, size_t at, struct range *range);
