/* Strict UTF-8 by the Unicode Standard's table 3-7: see utf8.h. */
#include "text/utf8.h"

#include "text/lanes.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t load64(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The first byte at or after p that is not ASCII, or end. */
static const unsigned char *skip_ascii(const unsigned char *p, const unsigned char *end)
{
	while (end - p >= 16 && ((load64(p) | load64(p + 8)) & HIGH_BITS) == 0)
		p += 16;
	while (p < end && *p < 0x80)
		p++;
	return p;
}

static bool is_tail(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/*
 * Length of the well-formed character of three or four bytes at p, or 0. The second byte's bounds
 * are what keeps overlong forms (E0, F0), surrogates (ED) and everything above U+10FFFF (F4) out.
 */
static size_t long_char(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t len = utf8_len(p[0]);

	if (p[0] < 0xE0 || p[0] > 0xF4 || left < len)
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high || !is_tail(p[2]) || (len == 4 && !is_tail(p[3])))
		return 0;
	return len;
}

bool utf8_valid(struct span s, size_t *bad)
{
	const unsigned char *start = (const unsigned char *)s.ptr, *p = start, *end;

	if (s.len == 0)
		return true;
	end = start + s.len;
	while (p < end) {
		size_t len;

		if (*p < 0x80) {
			p = skip_ascii(p, end);
			continue;
		}
		if (*p >= 0xC2 && *p < 0xE0)
			len = end - p >= 2 && is_tail(p[1]) ? 2 : 0;
		else
			len = long_char(p, (size_t)(end - p));
		if (len == 0) {
			if (bad)
				*bad = (size_t)(p - start);
			return false;
		}
		p += len;
	}
	return true;
}

uint32_t utf8_next_long(struct span s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.ptr + *at;

	if (p[0] < 0xE0) {
		*at += 2;
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	}
	if (p[0] < 0xF0) {
		*at += 3;
		return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	}
	*at += 4;
	return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

uint32_t utf8_prev(struct span s, size_t *at)
{
	size_t from = *at - 1, next;

	while (is_tail((unsigned char)s.ptr[from]))
		from--;
	*at = next = from;
	return utf8_next(s, &next);
}

size_t utf8_put(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* The sum of all lanes, which is below 2^12 with lanes of 255. */
static size_t sum_lanes(lanes v)
{
	const uint64_t low = UINT64_C(0x00FF00FF00FF00FF);
	uint64_t parts[2], pairs;

	memcpy(parts, &v, sizeof(parts));
	pairs = (parts[0] & low) + (parts[0] >> 8 & low) + (parts[1] & low) + (parts[1] >> 8 & low);
	return pairs * UINT64_C(0x0001000100010001) >> 48;
}

struct utf8_counts utf8_count(struct span s)
{
	struct utf8_counts counts = {s.len, 0};
	size_t at = 0, tails = 0, longs = 0; /* bytes that begin no character, or one of four */

	while (s.len - at >= LANES) {
		lanes tail = {0}, four = {0};

		/* A lane of a comparison that holds is -1. */
		for (int i = 0; i < UINT8_MAX && s.len - at >= LANES; i++, at += LANES) {
			lanes v = lanes_load(s.ptr + at);

			tail -= lanes_within(v, 0x80, 0x40);
			four -= lanes_within(v, 0xF0, 0x10);
		}
		tails += sum_lanes(tail);
		longs += sum_lanes(four);
	}
	for (; at < s.len; at++) {
		tails += is_tail((unsigned char)s.ptr[at]);
		longs += (unsigned char)s.ptr[at] >= 0xF0;
	}
	counts.chars -= tails;
	counts.utf16 = counts.chars + longs;
	return counts;
}
