/*
 * Where in a text one of a few strings may begin, 16 places at a time: the halves of each of the
 * first bytes are looked up in tables of 16, and a string's bucket has to be in all of them. A
 * filter: what it lets through has to be compared. Good for some sixty strings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "text/lanes.h"

#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

#define NIBBLE_BYTES 4 /* of a string that are looked at */
#define NIBBLE_BUCKETS 8

struct nibbles {
	uint8_t low[NIBBLE_BYTES][16], high[NIBBLE_BYTES][16]; /* bit (1 << bucket) */
};

/* Puts the string [key, key + len) into a bucket; those that begin alike share one best. */
static inline void nibbles_note(struct nibbles *n, const char *key, size_t len, unsigned bucket)
{
	const uint8_t bit = (uint8_t)(1u << bucket);

	for (size_t k = 0; k < NIBBLE_BYTES; k++) {
		for (unsigned i = 0; i < 16 && k >= len; i++) { /* behind the key: anything */
			n->low[k][i] |= bit;
			n->high[k][i] |= bit;
		}
		if (k < len) {
			n->low[k][(unsigned char)key[k] & 15] |= bit;
			n->high[k][(unsigned char)key[k] >> 4] |= bit;
		}
	}
}

/* Whether a string may begin at p, NIBBLE_BYTES of which may be read. */
static inline bool nibbles_at(const struct nibbles *n, const char *p)
{
	unsigned buckets = 0xFF;

	for (size_t k = 0; k < NIBBLE_BYTES; k++)
		buckets &=
			n->low[k][(unsigned char)p[k] & 15] & n->high[k][(unsigned char)p[k] >> 4];
	return buckets != 0;
}

/* Whether this processor can do nibbles_places(). */
static inline bool nibbles_usable(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("ssse3");
#else
	return false;
#endif
}

#if defined(__x86_64__)
/* Bit i: a string may begin at p[i]. LANES + NIBBLE_BYTES - 1 bytes are read. */
static inline __attribute__((target("ssse3"))) unsigned nibbles_places(
	const struct nibbles *n, const char *p)
{
	const __m128i nibble = _mm_set1_epi8(0x0F);
	__m128i buckets = _mm_set1_epi8(-1);

#pragma GCC unroll 4
	for (int k = 0; k < NIBBLE_BYTES; k++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + k));
		__m128i low = _mm_loadu_si128((const __m128i *)(const void *)n->low[k]);
		__m128i high = _mm_loadu_si128((const __m128i *)(const void *)n->high[k]);

		low = _mm_shuffle_epi8(low, _mm_and_si128(v, nibble));
		high = _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(v, 4), nibble));
		buckets = _mm_and_si128(buckets, _mm_and_si128(low, high));
	}
	return 0xFFFF ^ (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(buckets, _mm_setzero_si128()));
}
#endif
