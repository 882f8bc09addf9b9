/*
 * The quick look for disguises: see evidence.h.
 *
 * 64 bytes at a time are turned into bitmaps, one for each class of byte; a few shifts of these
 * show every place where a digit or sign touches a letter, a mark of punctuation stands between
 * two, a letter stands three times, a foreign letter touches a Latin one, or single letters stand
 * apart.
 */
#include "text/evidence.h"

#include "text/fold.h"
#include "text/lanes.h"

#define WINDOW 64 /* bytes of one look */
#define BEFORE 1 /* of these, how many are only looked back at */
#define AHEAD 7 /* and ahead at */
#define READ (WINDOW + 2) /* bytes loaded: two more for comparing a byte with the next but one */

_Static_assert(READ <= FOLD_PADDING, "a window may begin at the last byte");

/* Bit i is about byte i of the window. */
struct classes {
	uint64_t latin; /* a to z */
	uint64_t high; /* any byte of a character that is not ASCII */
	uint64_t sign; /* digits and signs that stand for letters or hide them */
	uint64_t punct; /* all others but the apostrophe, which do so only between two letters */
	uint64_t same; /* equal to the next byte */
	uint64_t same2; /* equal to the next but one */
	uint64_t emoji; /* the first byte of a character of four bytes, as most emoji are */
	uint64_t flag; /* the middle of a regional indicator (F0 9F 87) */
	uint64_t foreign; /* the first byte of letters that are neither Latin nor Arabic nor Hebrew
			   */
	uint64_t mark2, mark3; /* the first byte of a sign: of two bytes (C2), of three (E2) */
};

static uint64_t bits_of(lanes v)
{
	return lanes_bits(v);
}

static struct classes classify(const uint8_t bytes[READ])
{
	struct classes c = {0};

	for (unsigned at = 0; at < WINDOW; at += LANES) {
		lanes v = lanes_load(bytes + at);
		lanes sign = lanes_within(v, '0', 10) | lanes_within(v, '#', 4) |
			     lanes_within(v, '*', 2) | (lanes)(v == '@') | (lanes)(v == '|') |
			     (lanes)(v == '<');

		c.latin |= bits_of(lanes_within(v, 'a', 26)) << at;
		c.high |= bits_of(v) << at;
		c.sign |= bits_of(sign) << at;
		c.punct |= bits_of(lanes_within(v, '!', 0x5E) & (lanes)(v != '\'')) << at;
		c.same |= bits_of((lanes)(v == lanes_load(bytes + at + 1))) << at;
	}
	c.punct &= ~(c.latin | c.sign);
	return c;
}

/* The classes that only text beyond ASCII needs. */
static void classify_high(struct classes *c, const uint8_t bytes[READ])
{
	for (unsigned at = 0; at < WINDOW; at += LANES) {
		lanes v = lanes_load(bytes + at), next = lanes_load(bytes + at + 1);

		c->same2 |= bits_of((lanes)(v == lanes_load(bytes + at + 2))) << at;
		c->emoji |= bits_of((lanes)(v == 0xF0)) << at;
		c->flag |= bits_of((lanes)(v == 0x9F) & (lanes)(next == 0x87)) << at;
		c->foreign |= bits_of(lanes_within(v, 0xCE, 0xD6 - 0xCE + 1) |
				      lanes_within(v, 0xE0, 0xEA - 0xE0 + 1))
			      << at;
		c->mark2 |= bits_of((lanes)(v == 0xC2)) << at;
		c->mark3 |= bits_of((lanes)(v == 0xE2)) << at;
	}
}

/* The look at the window that begins a byte before the text. */
static void shift(struct classes *c)
{
	c->latin <<= BEFORE;
	c->high <<= BEFORE;
	c->sign <<= BEFORE;
	c->punct <<= BEFORE;
	c->same <<= BEFORE;
	c->same2 <<= BEFORE;
	c->emoji <<= BEFORE;
	c->flag <<= BEFORE;
	c->foreign <<= BEFORE;
	c->mark2 <<= BEFORE;
	c->mark3 <<= BEFORE;
}

static uint64_t evidence_bits(const struct classes *c, bool foreign)
{
	uint64_t word = c->latin | c->high, other = ~word;
	uint64_t alone = (other << 1 & c->latin & other >> 1) |
			 (other << 1 & c->high & c->high >> 1 & other >> 2);
	uint64_t found = 0;

	found |= (word & c->sign >> 1) | (c->sign & word >> 1);
	found |= c->punct >> 1 & ((word & c->sign >> 2) | (c->sign & word >> 2));
	found |= word & c->punct >> 1 &
		 (word >> 2 | (c->punct >> 2 & (word >> 3 | (c->punct >> 3 & word >> 4))));
	found |= c->high & c->emoji >> 1 & c->high >> 5;
	found |= c->high & c->mark2 >> 1 & c->high >> 3;
	found |= c->high & c->mark3 >> 1 & c->high >> 4;
	found |= (c->latin & c->high >> 1) | (c->high & c->latin >> 1);
	found |= c->latin & c->same & c->same >> 1;
	found |= c->high & c->same2 & c->same2 >> 1 & c->same2 >> 2 & c->same2 >> 3;
	if (foreign)
		found |= c->foreign & other << 1;
	found |= alone & (alone >> 2 | alone >> 3 | alone >> 4 | alone >> 5);
	return found | c->flag;
}

size_t evidence_next(struct span folded, size_t at, bool foreign)
{
	const uint8_t *bytes = (const uint8_t *)folded.ptr;

	for (; at < folded.len; at += WINDOW - BEFORE - AHEAD) {
		const uint8_t *window = bytes + (at < BEFORE ? 0 : at - BEFORE);
		struct classes classes = classify(window);
		uint64_t found;

		if (classes.high)
			classify_high(&classes, window);
		if (at < BEFORE)
			shift(&classes);
		found = evidence_bits(&classes, foreign) & ~UINT64_C(0) << BEFORE &
			~UINT64_C(0) >> AHEAD;
		if (found)
			return at + (size_t)__builtin_ctzll(found) - BEFORE;
	}
	return folded.len;
}
