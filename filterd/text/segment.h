/* Words and sentences of a folded text. */
#pragma once

#include "base/span.h"

/*
 * Finds the next word of `folded` at or after *at: a run of CHAR_WORD characters (an apostrophe
 * between two letters belongs to it; each CHAR_SOLO character is a word of its own). Returns false
 * at the end; else *word holds its bytes and *at moves past it.
 */
bool segment_next_word(struct span folded, size_t *at, struct span *word);

/*
 * Whether a word begins, or ends, at byte `at` of the folded text. The one definition of a word
 * edge, which the patterns' PCRE2 form spells out (match/phrase.h): no edge between two CHAR_WORD
 * characters unless one is CHAR_SOLO; and none after one or two letters and an apostrophe ("j'ai").
 */
bool segment_starts_word(struct span folded, size_t at);
bool segment_ends_word(struct span folded, size_t at);

/* The number of words. */
size_t segment_count_words(struct span folded);
