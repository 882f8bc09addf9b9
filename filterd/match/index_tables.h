/*
 * What the literal index is made of: shared by its building (index.c) and its passes over texts
 * (index_pass.c), private to them.
 */
#pragma once

#include "match/index.h"
#include "text/chars.h"
#include "text/nibbles.h"

#define KEY_MAX 8 /* bytes of a key */
#define GRAM_MAX 4 /* bytes of the key of a literal that may stand anywhere */
/*
 * A literal that may stand anywhere and is long enough is stored under this many keys, each a byte
 * further on: then one of them begins at every STRIDE-th byte of a text, and only there is looked.
 */
#define STRIDE 4
#define STRIDED_MIN (GRAM_MAX + STRIDE - 1) /* bytes of such a literal */
#define NO_LITERAL UINT32_MAX
#define SHORT_CHARS 0x800 /* characters of up to two bytes */

/* A literal, with those who want to know. */
struct stored {
	uint32_t bytes; /* where they begin in the pool */
	uint32_t postings; /* the first of them */
	uint32_t postings_count;
	uint32_t markers; /* the first of them */
	uint16_t markers_count;
	uint16_t len; /* [bytes] */
	uint16_t key_from, key_len; /* [bytes] of it: what it is found by */
	uint8_t table; /* enum index_table */
	uint8_t edges; /* EDGE_BEFORE, EDGE_AFTER */
	uint8_t before_len; /* [bytes] of a pair: of the run before, which precedes `bytes` */
};

#define EDGE_BEFORE 1
#define EDGE_AFTER 2
#define LITERAL_MAX 255 /* [bytes] a longer literal is looked for by its beginning */

struct slot {
	uint32_t tag; /* the upper half of the hash */
	uint32_t literal; /* NO_LITERAL: empty */
};

/* The number of a literal in a slot, and how many bytes behind key_from the key begins. */
#define SLOT_OF(literal, behind) ((uint32_t)(literal)*STRIDE + (uint32_t)(behind))
#define SLOT_LITERAL(slot) ((slot) / STRIDE)
#define SLOT_BEHIND(slot) ((slot) % STRIDE)
#define LITERALS_MAX (NO_LITERAL / STRIDE)

enum index_table {
	TABLE_RUNS, /* whole runs */
	TABLE_PAIRS, /* whole runs behind certain others */
	TABLE_PREFIXES, /* what runs begin with */
	TABLE_STEMS, /* what runs go on with behind one of index->prefixes */
	TABLE_PARTS, /* what may stand anywhere, and is looked for at each byte */
	TABLE_STRIDED, /* the same, looked for at every STRIDE-th */
	TABLE_COUNT,
};

/* Keys of literals by their hashes; literals with equal keys follow each other. */
struct table {
	uint64_t *filter; /* owned; a bit for each hash that is there */
	unsigned filter_shift; /* what is left of a hash is the number of its bit */
	struct slot *slots; /* owned; at most half filled */
	uint32_t mask; /* how many slots there are, less one */
	uint8_t lengths[KEY_MAX]; /* the lengths that keys have [bytes] */
	unsigned lengths_count;
};

enum run_char {
	RUN_NOT, /* not in a run */
	RUN_CHAR,
	RUN_MARK, /* a mark in a run */
};

struct added {
	struct literal literal;
	struct posting
		posting; /* of a marker: its `pattern` is the marker, its entry POSTING_MARKER */
	size_t order;
};
#define POSTING_MARKER (UINT32_MAX - 1)

struct index {
	struct added *added; /* owned, until it is built */
	size_t added_count, added_room;
	struct stored *literals; /* owned */
	size_t count;
	char *pool; /* owned; the literals' bytes */
	struct posting *postings; /* owned */
	uint16_t *markers; /* owned; bits of a run_set */
	struct table tables[TABLE_COUNT];
	struct nibbles nibbles; /* of the keys of TABLE_PARTS */
	bool by_nibbles; /* they are used: the keys are few, and the processor can */
	uint8_t short_chars[SHORT_CHARS]; /* enum run_char of each */
	struct span *prefixes; /* owned; once it is built sorted, each once */
	size_t prefixes_count, prefixes_room;
	uint64_t prefix_heads; /* head_bit() of their first bytes */
};

/* The bit that stands for the first byte of a run, and for three others. */
static inline uint64_t head_bit(uint64_t byte)
{
	return UINT64_C(1) << (byte % 64);
}

/* What a character with these flags (text/chars.h) is to runs. */
static inline enum run_char run_char_of(unsigned flags)
{
	if ((flags & (CHAR_WORD | CHAR_SOLO)) != CHAR_WORD)
		return RUN_NOT;
	return flags & CHAR_MARK ? RUN_MARK : RUN_CHAR;
}

/* --- keys and hashes -------------------------------------------------------------------------- */

/* What is left of eight bytes that were loaded as a number when only `len` (at most 8) count. */
static inline uint64_t key_mask(size_t len)
{
	static const unsigned char ones[2 * KEY_MAX] = {255, 255, 255, 255, 255, 255, 255, 255};
	uint64_t mask;

	memcpy(&mask, ones + KEY_MAX - len, KEY_MAX);
	return mask;
}

/* The first `len` (at most KEY_MAX) of the bytes at p, of which `room` may be read, as a number. */
static inline uint64_t load_key(const char *p, size_t len, size_t room)
{
	uint64_t key = 0;

	if (room < KEY_MAX) {
		memcpy(&key, p, len < room ? len : room);
		return key;
	}
	memcpy(&key, p, KEY_MAX);
	return key & key_mask(len);
}

/* What the length of a key is mixed into its hash by. */
static inline uint64_t hash_seed(size_t len)
{
	return len * UINT64_C(0xA0761D6478BD642F);
}

/* A hash the upper half of which is good enough for a filter. */
static inline uint64_t half_hash(uint64_t key, uint64_t seed)
{
	return (key ^ seed) * UINT64_C(0x9FB21C651E98DF25);
}

static inline uint64_t whole_hash(uint64_t half)
{
	return half ^ half >> 32;
}

/* The key that a run begins with: its first eight bytes, or all. `room` as in load_key(). */
static inline uint64_t run_key(const char *p, size_t len, size_t room)
{
	return load_key(p, len < KEY_MAX ? len : KEY_MAX, room);
}

/* Of a whole run: its first (run_key()) and last eight bytes and its length. */
static inline uint64_t hash_run(const char *p, size_t len, uint64_t first)
{
	uint64_t last;

	if (len > KEY_MAX) {
		memcpy(&last, p + len - KEY_MAX, KEY_MAX);
		first ^= last * UINT64_C(0xE7037ED1A0B428DB);
	}
	return whole_hash(half_hash(first, hash_seed(len)));
}

/* Of a run with the hash `hash` behind one with the hash `before`. */
static inline uint64_t hash_pair(uint64_t before, uint64_t hash)
{
	return whole_hash(half_hash(before * UINT64_C(0xE7037ED1A0B428DB), hash));
}

/* The bit of a run_set for a run with this hash; other bits than the filters use. */
static inline uint16_t run_bit(uint64_t hash)
{
	return hash >> 20 & (RUN_SET_BITS - 1);
}
