/*
 * Folding, one table lookup per code point: see fold.h.
 *
 * Comments are ASCII or two-byte text (Arabic script, accented Latin) nearly throughout, so these
 * two have loops of their own: 16 bytes of ASCII at a time, and one 4-byte move per two-byte
 * character. Both write past the end of what they fold, up to SLACK bytes, and the next step
 * overwrites it.
 */
#include "text/fold.h"

#include "text/tables.h"
#include "text/utf8.h"

#define CHUNK 16
#define SLACK 48 /* more than a chunk and than the longest fold of one character, 36 bytes */
_Static_assert(SLACK <= FOLD_PADDING, "what is written past the end must fit");
#define LONGEST ((size_t)1 << 31)

typedef uint8_t byte_chunk __attribute__((vector_size(CHUNK)));
typedef uint32_t map_chunk __attribute__((vector_size(16)));

/* What is being folded. Room is always kept for what is left of the input, folded as it is. */
struct folding {
	struct span in;
	size_t at; /* next byte of `in` */
	uint8_t *out;
	uint32_t *map;
	size_t len; /* bytes put into out and map */
	size_t room; /* bytes that out and map have room for, SLACK not counted */
};

/* How many of the 8 bytes at p are ASCII before the first that is not. */
static size_t ascii_prefix(const char *p)
{
	uint64_t high;

	memcpy(&high, p, sizeof(high));
	high &= UINT64_C(0x8080808080808080);
	if (high == 0)
		return 8;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(high) / 8;
#else
	return (size_t)__builtin_clzll(high) / 8;
#endif
}

/* The same of 16 bytes. */
static size_t ascii_count(const char *p)
{
	size_t count = ascii_prefix(p);

	return count == 8 ? 8 + ascii_prefix(p + 8) : count;
}

static uint8_t fold_ascii_byte(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

/* Folds the 16 bytes at `in` as if all were ASCII; `at` is their place in the text. */
static void fold_chunk(const char *in, size_t at, uint8_t *out, uint32_t *map)
{
	static const map_chunk steps = {0, 1, 2, 3};
	map_chunk places = steps + (uint32_t)at;
	byte_chunk bytes;

	memcpy(&bytes, in, CHUNK);
	bytes |= (byte_chunk)((byte_chunk)(bytes - 'A') < 26) & 0x20;
	memcpy(out, &bytes, CHUNK);
	for (size_t i = 0; i < CHUNK; i += 4, places += 4)
		memcpy(map + i, &places, sizeof(places));
}

/*
 * A run of ASCII. Works on copies of what `f` points to, since for all the compiler knows the bytes
 * it writes could be *f.
 */
static void fold_ascii(struct folding *f)
{
	const struct span in = f->in;
	uint8_t *out = f->out;
	uint32_t *map = f->map;
	size_t at = f->at, len = f->len, count = CHUNK;

	while (count == CHUNK && in.len - at >= CHUNK) {
		count = ascii_count(in.ptr + at);
		fold_chunk(in.ptr + at, at, out + len, map + len);
		at += count;
		len += count;
	}
	if (count == CHUNK && at < in.len && in.len >= CHUNK &&
		ascii_count(in.ptr + in.len - CHUNK) == CHUNK) {
		/* The last 16 bytes are ASCII, so those already folded come out as they are. */
		len += in.len - at;
		at = in.len;
		fold_chunk(in.ptr + at - CHUNK, at - CHUNK, out + len - CHUNK, map + len - CHUNK);
	}
	for (; count == CHUNK && at < in.len && (uint8_t)in.ptr[at] < 0x80; at++) {
		out[len] = fold_ascii_byte((uint8_t)in.ptr[at]);
		map[len++] = (uint32_t)at;
	}
	f->at = at;
	f->len = len;
}

static bool has_room(const struct folding *f, size_t more)
{
	return f->len + more + (f->in.len - f->at) <= f->room;
}

/* Any character. False when there is no room. */
static bool fold_any(struct folding *f)
{
	size_t from = f->at, len;
	uint32_t c = utf8_next(f->in, &f->at);
	unsigned value = fold_value(c);
	const uint8_t *bytes;

	if (value == FOLD_DROP)
		return true;
	if (value == FOLD_SAME) {
		bytes = (const uint8_t *)f->in.ptr + from;
		len = f->at - from;
	} else {
		bytes = fold_pool + value + 1;
		len = fold_pool[value];
	}
	if (!has_room(f, len))
		return false;
	memcpy(f->out + f->len, bytes, len);
	for (size_t i = 0; i < len; i++)
		f->map[f->len + i] = (uint32_t)from;
	f->len += len;
	return true;
}

/*
 * A run of two-byte characters, with the single spaces and signs between them. False when there is
 * no room. Works on copies like fold_ascii().
 */
static bool fold_two_bytes(struct folding *f)
{
	const uint8_t *in = (const uint8_t *)f->in.ptr;
	const size_t end = f->in.len;
	uint8_t *out = f->out;
	uint32_t *map = f->map;
	size_t at = f->at, len = f->len;
	bool room = true;

	while (at < end) {
		const struct fold_short *folded;
		map_chunk places = (map_chunk){0} + (uint32_t)at;

		if (in[at] < 0x80 && at + 1 < end && in[at + 1] >= 0x80) {
			out[len] = fold_ascii_byte(in[at]);
			map[len++] = (uint32_t)at++;
			continue;
		}
		if (in[at] < 0xC2 || in[at] >= 0xE0)
			break;
		folded = &fold_short[((in[at] & 0x1Fu) << 6 | (in[at + 1] & 0x3Fu)) -
				     FOLD_SHORT_FIRST];
		room = len + 1 + (end - at) <= f->room;
		if (!room || folded->len == FOLD_SHORT_LONGER)
			break;
		memcpy(out + len, folded, sizeof(*folded));
		memcpy(map + len, &places, sizeof(places));
		len += folded->len;
		at += 2;
	}
	f->at = at;
	f->len = len;
	return room;
}

/* Folds f->in from the start. False when there is no room. */
static bool fold_all(struct folding *f)
{
	f->at = f->len = 0;
	while (f->at < f->in.len) {
		size_t before = f->at;
		uint8_t first = (uint8_t)f->in.ptr[before];

		if (first < 0x80)
			fold_ascii(f);
		else if (first < 0xE0 && !fold_two_bytes(f))
			return false;
		/* neither, or a two-byte character that its fast way leaves to this one */
		if (f->at == before && !fold_any(f))
			return false;
	}
	return true;
}

static bool folding_alloc(struct folding *f, struct arena *arena, size_t room)
{
	f->room = room;
	f->out = arena_alloc(arena, room + FOLD_PADDING);
	f->map = f->out ? arena_alloc(arena, (room + SLACK) * sizeof(*f->map)) : NULL;
	return f->map != NULL;
}

/* The exact length of the folded text. */
static size_t folded_length(struct span text)
{
	size_t len = 0;

	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		unsigned value = fold_value(utf8_next(text, &at));

		if (value >= FOLD_POOL)
			len += fold_pool[value];
		else if (value == FOLD_SAME)
			len += at - from;
	}
	return len;
}

int fold(struct arena *arena, struct span original, struct view *out)
{
	struct folding f = {.in = original};

	if (original.len >= LONGEST)
		return ERR_LIMIT;
	/* A little more than it holds, so that the odd character that grows needs no second try. */
	if (!folding_alloc(&f, arena, original.len + original.len / 8 + 16))
		return ERR_NOMEM;
	if (!fold_all(&f)) {
		/* It grows, which is rare: measure how much, and start over. */
		size_t len = folded_length(original);

		if (len > FOLD_GROWTH_MAX * original.len + 64)
			return ERR_LIMIT;
		/* A character that grows needs its room before later ones have given theirs back.
		 */
		if (!folding_alloc(&f, arena, len + original.len + 16))
			return ERR_NOMEM;
		fold_all(&f);
	}
	f.map[f.len] = (uint32_t)original.len;
	memset(f.out + f.len, 0, FOLD_PADDING);
	out->text = (struct span){(const char *)f.out, f.len};
	out->map = f.map;
	return OK;
}

struct span fold_word(struct arena *arena, struct span word)
{
	char *out = arena_alloc(arena, folded_length(word) + 1);
	size_t len = 0;

	if (!out)
		return (struct span){NULL, 0};
	for (size_t at = 0; at < word.len;) {
		size_t from = at, more;
		unsigned value = fold_value(utf8_next(word, &at));
		const char *bytes = word.ptr + from;

		if (value == FOLD_DROP)
			continue;
		more = at - from;
		if (value >= FOLD_POOL) {
			bytes = (const char *)fold_pool + value + 1;
			more = fold_pool[value];
		}
		memcpy(out + len, bytes, more);
		len += more;
	}
	out[len] = '\0';
	return (struct span){out, len};
}
