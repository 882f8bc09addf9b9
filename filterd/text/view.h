/*
 * Views: forms of one text in which patterns are looked for, each with its way back.
 *
 *   original   as the CMS sent it
 *   folded     NFKC case fold; default-ignorables, tatweel and (per script) marks dropped; digits,
 *              Arabic letter variants, Turkish i, Kurmanji letters and curly quotes unified
 *   disguised  folded, with each word that is disguised (k1ll, f u c k, f**k, fuuuck, look-alike
 *              letters) replaced by what it hides; exists only when the text holds such a word
 *
 * The comment itself is never changed. Every view is valid UTF-8.
 */
#pragma once

#include "base/span.h"

enum view_kind {
	VIEW_ORIGINAL,
	VIEW_FOLDED,
	VIEW_DISGUISED,
	VIEW_COUNT,
};

struct view {
	struct span text;
	/*
	 * map[i] is the offset in the original of the first byte of the character that byte i of
	 * this view came from; map[text.len] is the original's length. Monotone, always on
	 * character boundaries. NULL: the view is the original.
	 */
	const uint32_t *map;
};

/*
 * The range of `original` that bytes [from, to) of the view came from, from < to <= text.len. On
 * character boundaries, never empty. Dropped marks that belong to its last character are in it,
 * ignorables that were dropped before the next character are not.
 */
struct range view_original_range(
	const struct view *view, struct span original, uint32_t from, uint32_t to);
