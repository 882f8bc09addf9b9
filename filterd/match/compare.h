/*
 * What stands at a place of a folded text: a given word, separators, any word. The twin in C of the
 * pieces of which phrase_regex.c makes its patterns, and held to them by the differential tests.
 * Private to match/.
 *
 * All offsets are bytes of `s` on character boundaries, at most s.len.
 */
#pragma once

#include "match/phrase_tree.h"

/*
 * The end of the word (or of the word it is a prefix of) if it stands at `at`, else 0; of one with
 * forms, what stands before and behind its text counted in.
 */
size_t compare_word(const struct phrase_word *word, struct span s, size_t at);

/*
 * The place behind what must stand between the end of a word at `at` and the word `next`, or 0 if
 * it does not stand there.
 */
size_t compare_before(const struct phrase_word *next, struct span s, size_t at);

/* The end of the separators at `at`, none of which ends a sentence; `at` if there are none. */
size_t compare_separators(struct span s, size_t at);

/* The end of whatever word stands behind the separators at `at`, or 0: what a gap skips. */
size_t compare_any_word(struct span s, size_t at);
