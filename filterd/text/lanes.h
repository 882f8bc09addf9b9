/* Sixteen bytes at a time, as GCC's vectors; what SSE2 does in one step has a portable form. */
#pragma once

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LANES 16

/* A comparison gives lanes of all ones where it holds, and of zeros elsewhere. */
typedef uint8_t lanes __attribute__((vector_size(LANES)));

/* The LANES bytes at p. */
static inline lanes lanes_load(const void *p)
{
	lanes v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* All ones in each lane from `first` on, `count` values long. */
static inline lanes lanes_within(lanes v, uint8_t first, uint8_t count)
{
	return (lanes)((lanes)(v - first) < count);
}

/* Bit i is the highest bit of lane i. */
static inline unsigned lanes_bits(lanes v)
{
#ifdef __SSE2__
	return (unsigned)_mm_movemask_epi8((__m128i)v);
#else
	unsigned bits = 0;

	for (int i = 0; i < LANES; i++)
		bits |= (unsigned)(v[i] >> 7) << i;
	return bits;
#endif
}
