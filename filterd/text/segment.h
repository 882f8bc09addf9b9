/* Words of a folded text. */
#pragma once

#include "base/span.h"

/*
 * Finds the next word of `folded` at or after *at: a run of CHAR_WORD characters (an apostrophe
 * between two letters belongs to it; each CHAR_SOLO character with its marks is a word of its own).
 * Returns false at the end; else *word holds its bytes and *at moves past it.
 */
bool segment_next_word(struct span folded, size_t *at, struct span *word);

#define SEGMENT_WORDS 64

/*
 * Finds the next words at or after *at as segment_next_word() would one by one, but ASCII much
 * faster. Puts SEGMENT_WORDS into words[] at most and moves *at past them; returns how many, 0 only
 * at the end.
 */
size_t segment_next_words(struct span folded, size_t *at, struct span words[SEGMENT_WORDS]);

/*
 * Whether something that starts, or ends, at byte `at` of the folded text (a character boundary)
 * starts, or ends, at a word edge. The one definition of a word edge, which the patterns' PCRE2
 * form spells out (match/phrase.h). With
 *
 *   W = [\p{L}\p{N}\p{M}_]   (CHAR_WORD)
 *   S = [\p{sc:Han}\p{sc:Hiragana}\p{sc:Katakana}\p{sc:Thai}\p{sc:Lao}\p{sc:Khmer}\p{sc:Myanmar}]
 *       within W   (CHAR_SOLO)
 *
 * there is no edge between two W, unless one of them is S and the second is no mark:
 *
 *   ends:    (?!(?<=W)(?=W)(?!(?!\p{M})(?:(?<=S)|(?=S))))
 *   starts:  the same, and no W just after an apostrophe before which a word of one or two letters
 *            stands ("j'ai", "i'll"):   (?!(?:(?<=\bL')|(?<=\bLL'))W)   with L = \p{L} and \b
 *            standing for (?<!W)
 *
 * Everything else is an edge, so "'ll" and "$100" may stand in a pattern.
 */
bool segment_starts_word(struct span folded, size_t at);
bool segment_ends_word(struct span folded, size_t at);

/* The number of words. */
size_t segment_count_words(struct span folded);
