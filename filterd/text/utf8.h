/* Strict UTF-8: what is valid, and code points one at a time. */
#pragma once

#include "base/span.h"

/*
 * Whether s is well-formed UTF-8 by the Unicode Standard's table 3-7: no overlong forms, no
 * surrogates, nothing above U+10FFFF. U+0000 and noncharacters are valid. If not, *bad (may be
 * NULL) is the offset of the first byte that belongs to no well-formed character.
 */
bool utf8_valid(struct span s, size_t *bad);

/* utf8_next() of a character that is not ASCII. */
uint32_t utf8_next_long(struct span s, size_t *at);

/*
 * The code point at s.ptr[*at], and *at moved past it. s must be valid UTF-8 and *at < s.len on a
 * character boundary.
 */
static inline uint32_t utf8_next(struct span s, size_t *at)
{
	unsigned char first = (unsigned char)s.ptr[*at];

	if (first >= 0x80)
		return utf8_next_long(s, at);
	++*at;
	return first;
}

/*
 * The end of the row of printable ASCII (space to tilde) that begins at `at`, which is `at` if none
 * does. Eight bytes at a time: for passes that ordinary text has nothing for.
 */
static inline size_t utf8_plain_end(struct span s, size_t at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;

	for (uint64_t eight; at + sizeof(eight) <= s.len; at += sizeof(eight)) {
		memcpy(&eight, s.ptr + at, sizeof(eight));
		/* Below a space; above a tilde by carrying into the top bit; not ASCII. */
		if ((((eight - ones * ' ') & ~eight) | (eight + ones) | eight) & tops)
			break;
	}
	while (at < s.len && s.ptr[at] >= ' ' && s.ptr[at] <= '~')
		at++;
	return at;
}

/*
 * The code point that ends just before *at, and *at moved to its first byte. s must be valid UTF-8
 * and *at > 0 on a character boundary.
 */
uint32_t utf8_prev(struct span s, size_t *at);

/* The first bytes of s (valid UTF-8), `max` at most, never a part of a character. */
static inline struct span utf8_beginning(struct span s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && ((unsigned char)s.ptr[max] & 0xC0) == 0x80)
		max--;
	return (struct span){s.ptr, max};
}

/* Writes code point c (not a surrogate, <= U+10FFFF) into out[0..4); returns its length, 1 to 4. */
size_t utf8_put(uint32_t c, char out[4]);

/* Length in bytes of the character whose first byte is `first`. */
static inline size_t utf8_len(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Code points and UTF-16 units that a run of valid UTF-8 holds. */
struct utf8_counts {
	size_t chars;
	size_t utf16;
};
struct utf8_counts utf8_count(struct span s);
