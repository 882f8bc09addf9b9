/*
 * The literal index: hash tables behind bit filters.
 *
 * A text is cut into runs (literal.h). Each whole run is looked up once, and its first bytes once
 * for each length of key that prefixes have; literals that may stand anywhere are found by their
 * rarest four bytes (fewer in shorter ones) at each byte of the text. Every look-up first asks a
 * filter of bits that stays in the nearest cache; what passes is found in a table by its hash, and
 * compared. So a text costs the same however many literals there are, but for those it holds.
 *
 * Measured on the synthetic rules of tests/bench (README.md has the figures): the filters pass one
 * run in ten, and nothing that passes is a false candidate, as whole words are compared.
 */
#include "match/index.h"

#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "text/chars.h"
#include "text/utf8.h"

#define BLOCK 64 /* bytes of text classified at once */
#define KEY_MAX 8 /* bytes of a key */
#define GRAM_MAX 4 /* bytes of the key of a literal that may stand anywhere */
#define FILTER_BITS 24 /* per key; some 4 % of foreign keys pass */
#define FILTER_MAX (1u << 20) /* bits */
#define NO_LITERAL UINT32_MAX

/* A literal, with those who want to know. */
struct stored {
	struct span bytes;
	uint32_t postings;
	uint32_t postings_count;
	uint8_t kind;
	uint8_t key_offset; /* of LITERAL_PART: where in it its key stands */
	bool edge_before, edge_after;
};

struct slot {
	uint32_t tag; /* the upper half of the hash */
	uint32_t literal; /* NO_LITERAL: empty */
};

/* Literals of one kind by the hash of their keys; literals with equal keys follow each other. */
struct table {
	uint64_t *filter; /* owned; a bit for each hash that is there */
	unsigned filter_shift; /* what is left of a hash is the number of its bit */
	struct slot *slots; /* owned; at most half filled */
	uint32_t mask; /* how many slots there are, less one */
	uint8_t lengths[KEY_MAX]; /* the lengths that keys have [bytes] */
	unsigned lengths_count;
};

struct added {
	struct literal literal;
	struct posting posting;
	size_t order;
};

struct index {
	struct added *added; /* owned, until it is built */
	size_t added_count, added_room;
	struct stored *literals; /* owned */
	size_t count;
	struct posting *postings; /* owned */
	struct table tables[3]; /* by enum literal_kind */
	uint64_t run_chars[0x800 / 64]; /* bits: the characters of up to two bytes in runs */
};

struct index *index_new(void)
{
	return calloc(1, sizeof(struct index));
}

void index_free(struct index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < ARRAY_LEN(index->tables); i++) {
		free(index->tables[i].filter);
		free(index->tables[i].slots);
	}
	free(index->added);
	free(index->literals);
	free(index->postings);
	free(index);
}

/* --- keys and hashes -------------------------------------------------------------------------- */

/* The first `len` (at most 8) of the bytes at p, of which `room` may be read, as a number. */
static inline uint64_t load(const char *p, size_t len, size_t room)
{
	uint64_t key = 0;

	if (room < KEY_MAX) {
		memcpy(&key, p, len < room ? len : room);
		return key;
	}
	memcpy(&key, p, KEY_MAX);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return len < KEY_MAX ? key & ((UINT64_C(1) << (8 * len)) - 1) : key;
#else
	return len < KEY_MAX ? key & ~(UINT64_MAX >> (8 * len)) : key;
#endif
}

static inline uint64_t hash_key(uint64_t key, size_t len)
{
	uint64_t h = (key ^ (len * UINT64_C(0xA0761D6478BD642F))) * UINT64_C(0x9FB21C651E98DF25);

	return h ^ h >> 32;
}

/* Of a whole run: its first and last eight bytes and its length. */
static inline uint64_t hash_run(const char *p, size_t len, uint64_t first)
{
	uint64_t last;

	if (len <= KEY_MAX)
		return hash_key(first, len);
	memcpy(&last, p + len - KEY_MAX, KEY_MAX);
	return hash_key(first ^ (last * UINT64_C(0xE7037ED1A0B428DB)), len);
}

static inline bool passes(const struct table *t, uint64_t hash)
{
	uint64_t bit = hash >> t->filter_shift;

	return t->filter[bit / 64] >> (bit % 64) & 1;
}

/* --- building --------------------------------------------------------------------------------- */

int index_add(struct index *index, const struct literal *literal, struct posting posting)
{
	if (index->added_count == index->added_room) {
		size_t room = index->added_room ? 2 * index->added_room : 256;
		struct added *added = realloc(index->added, room * sizeof(*added));

		if (!added)
			return ERR_NOMEM;
		index->added = added;
		index->added_room = room;
	}
	index->added[index->added_count] = (struct added){*literal, posting, index->added_count};
	index->added_count++;
	return OK;
}

static int compare_literals(const struct literal *a, const struct literal *b)
{
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = span_cmp(a->bytes, b->bytes);
	if (order == 0)
		order = a->edge_before - b->edge_before;
	return order != 0 ? order : a->edge_after - b->edge_after;
}

static int compare_added(const void *a, const void *b)
{
	const struct added *x = a, *y = b;
	int order = compare_literals(&x->literal, &y->literal);

	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* How rarely a byte stands in comments, roughly. */
static unsigned rarity(unsigned char byte)
{
	static const char letters[] = " etaoinshrdlucmfywgpbvkxjqz";
	const char *found = byte ? strchr(letters, byte) : NULL;

	if (found)
		return (unsigned)(found - letters);
	if (byte >= 0xD8 && byte <= 0xDB) /* first bytes of Arabic script */
		return 2;
	return byte >= 0x80 ? 10 : 22;
}

/* Where in a literal that may stand anywhere its rarest bytes are. */
static uint8_t rarest_gram(struct span bytes)
{
	unsigned best = 0;
	uint8_t at = 0;

	for (size_t i = 0; i + GRAM_MAX <= bytes.len && i <= UINT8_MAX; i++) {
		unsigned sum = 0;

		for (size_t k = 0; k < GRAM_MAX; k++)
			sum += rarity((unsigned char)bytes.ptr[i + k]);
		if (sum > best) {
			best = sum;
			at = (uint8_t)i;
		}
	}
	return at;
}

/* The length of the key that a literal is found by; 0: all of it, as a run. */
static size_t key_length(const struct stored *s)
{
	if (s->kind == LITERAL_RUN)
		return 0;
	if (s->kind == LITERAL_PREFIX && s->bytes.len >= KEY_MAX)
		return KEY_MAX;
	return s->bytes.len < GRAM_MAX ? s->bytes.len : GRAM_MAX;
}

static uint64_t stored_hash(const struct stored *s)
{
	size_t len = key_length(s);
	struct span from = span_sub(s->bytes, s->key_offset, s->bytes.len);

	if (len == 0)
		return hash_run(from.ptr, from.len, load(from.ptr, from.len, from.len));
	return hash_key(load(from.ptr, len, from.len), len);
}

/* Merges equal literals: index->literals and index->postings. */
static int store_literals(struct index *index)
{
	size_t n = index->added_count;

	index->literals = malloc((n ? n : 1) * sizeof(*index->literals));
	index->postings = malloc((n ? n : 1) * sizeof(*index->postings));
	if (!index->literals || !index->postings)
		return ERR_NOMEM;
	if (n > 0)
		qsort(index->added, n, sizeof(*index->added), compare_added);
	for (size_t i = 0; i < n; i++) {
		const struct literal *l = &index->added[i].literal;
		struct stored *s;

		index->postings[i] = index->added[i].posting;
		if (i > 0 && compare_literals(l, &index->added[i - 1].literal) == 0) {
			index->literals[index->count - 1].postings_count++;
			continue;
		}
		s = &index->literals[index->count++];
		*s = (struct stored){.bytes = l->bytes,
			.postings = (uint32_t)i,
			.postings_count = 1,
			.kind = (uint8_t)l->kind,
			.key_offset = l->kind == LITERAL_PART ? rarest_gram(l->bytes) : 0,
			.edge_before = l->edge_before,
			.edge_after = l->edge_after};
	}
	return OK;
}

static void note_length(struct table *t, size_t len)
{
	for (unsigned i = 0; i < t->lengths_count; i++)
		if (t->lengths[i] == len)
			return;
	t->lengths[t->lengths_count++] = (uint8_t)len;
}

static void insert(struct table *t, uint64_t hash, uint32_t literal)
{
	uint64_t bit = hash >> t->filter_shift;
	uint32_t at = (uint32_t)hash & t->mask;

	t->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
	while (t->slots[at].literal != NO_LITERAL)
		at = (at + 1) & t->mask;
	t->slots[at] = (struct slot){(uint32_t)(hash >> 32), literal};
}

static int build_table(struct index *index, enum literal_kind kind)
{
	struct table *t = &index->tables[kind];
	size_t keys = 0;
	uint32_t bits = 64;

	for (size_t i = 0; i < index->count; i++)
		keys += index->literals[i].kind == kind;
	if (keys > UINT32_MAX / 4)
		return ERR_NOMEM;
	for (t->mask = 15; t->mask < 2 * keys; t->mask = 2 * t->mask + 1)
		;
	while (bits < FILTER_BITS * keys && bits < FILTER_MAX)
		bits *= 2;
	t->filter_shift = 64 - (unsigned)__builtin_ctz(bits);
	t->filter = calloc(bits / 64, sizeof(*t->filter));
	t->slots = malloc(((size_t)t->mask + 1) * sizeof(*t->slots));
	if (!t->filter || !t->slots)
		return ERR_NOMEM;
	for (size_t i = 0; i <= t->mask; i++)
		t->slots[i].literal = NO_LITERAL;
	for (size_t i = 0; i < index->count; i++) {
		if (index->literals[i].kind != kind)
			continue;
		note_length(t, key_length(&index->literals[i]));
		insert(t, stored_hash(&index->literals[i]), (uint32_t)i);
	}
	return OK;
}

int index_build(struct index *index)
{
	int rc = store_literals(index);

	for (unsigned kind = 0; kind < ARRAY_LEN(index->tables) && rc == OK; kind++)
		rc = build_table(index, (enum literal_kind)kind);
	for (uint32_t c = 0; c < 0x800; c++)
		if ((char_info(c).flags & (CHAR_WORD | CHAR_SOLO)) == CHAR_WORD)
			index->run_chars[c / 64] |= UINT64_C(1) << (c % 64);
	free(index->added);
	index->added = NULL;
	return rc;
}

/* --- looking up ------------------------------------------------------------------------------- */

struct pass {
	const struct index *index;
	struct span text;
	index_seen *seen;
	void *context;
};

static bool is_ascii_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	       (c >= 'A' && c <= 'Z');
}

/* Whether the literal's \b hold; what stands there outside ASCII is left to PCRE2. */
static bool edges_hold(const struct stored *s, struct span text, size_t at)
{
	size_t end = at + s->bytes.len;

	if (s->edge_before && at > 0 && is_ascii_word(s->bytes.ptr[0]) &&
		is_ascii_word(text.ptr[at - 1]))
		return false;
	return !(s->edge_after && end < text.len && is_ascii_word(s->bytes.ptr[s->bytes.len - 1]) &&
		 is_ascii_word(text.ptr[end]));
}

/* Whether the literal that has a key at `at` stands there; *start is where it begins. */
static bool stands(
	const struct stored *s, struct span text, size_t at, size_t run_len, size_t *start)
{
	if (s->kind == LITERAL_RUN && s->bytes.len != run_len)
		return false;
	if (s->kind == LITERAL_PREFIX && s->bytes.len > run_len)
		return false;
	if (at < s->key_offset || s->bytes.len > text.len - (at - s->key_offset))
		return false;
	*start = at - s->key_offset;
	return memcmp(text.ptr + *start, s->bytes.ptr, s->bytes.len) == 0 &&
	       edges_hold(s, text, *start);
}

/* Reports the literals with this hash. Not inlined: few hashes get past the filter. */
static __attribute__((noinline)) bool probe(
	const struct pass *pass, const struct table *t, uint64_t hash, size_t at, size_t run_len)
{
	uint32_t slot = (uint32_t)hash & t->mask, tag = (uint32_t)(hash >> 32);

	for (; t->slots[slot].literal != NO_LITERAL; slot = (slot + 1) & t->mask) {
		const struct stored *s;
		size_t start;

		if (t->slots[slot].tag != tag)
			continue;
		s = &pass->index->literals[t->slots[slot].literal];
		if (stands(s, pass->text, at, run_len, &start) &&
			!pass->seen(pass->context, pass->index->postings + s->postings,
				s->postings_count, (uint32_t)start))
			return false;
	}
	return true;
}

/* --- runs ------------------------------------------------------------------------------------- */

static inline bool look_up_run(const struct pass *pass, size_t from, size_t to, uint64_t first)
{
	const struct table *runs = &pass->index->tables[LITERAL_RUN];
	const struct table *prefixes = &pass->index->tables[LITERAL_PREFIX];
	const char *p = pass->text.ptr + from;
	uint64_t hash = hash_run(p, to - from, first);

	if (passes(runs, hash) && !probe(pass, runs, hash, from, to - from))
		return false;
	for (unsigned i = 0; i < prefixes->lengths_count; i++) {
		size_t len = prefixes->lengths[i];

		if (len > to - from)
			continue;
		hash = hash_key(load((const char *)&first, len, sizeof(first)), len);
		if (passes(prefixes, hash) && !probe(pass, prefixes, hash, from, to - from))
			return false;
	}
	return true;
}

static bool is_run_char(const struct index *index, uint32_t c)
{
	if (c < 0x800)
		return index->run_chars[c / 64] >> (c % 64) & 1;
	return (char_info(c).flags & (CHAR_WORD | CHAR_SOLO)) == CHAR_WORD;
}

/* Finds the runs in [from, to), where not all is ASCII, character by character. */
static bool look_up_mixed(const struct pass *pass, size_t from, size_t to)
{
	size_t run = from, at = from;

	while (at < to) {
		size_t start = at;
		bool inside = is_run_char(pass->index, utf8_next(pass->text, &at));

		if (inside && at < to)
			continue;
		if (inside)
			start = at;
		if (start > run &&
			!look_up_run(pass, run, start,
				load(pass->text.ptr + run, start - run, pass->text.len - run)))
			return false;
		run = at;
	}
	return true;
}

/* Looks up [from, to): ASCII letters, digits, _ and bytes of other characters. */
static inline bool look_up_stretch(const struct pass *pass, size_t from, size_t to)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t first = load(pass->text.ptr + from, to - from, pass->text.len - from);
	uint64_t all = first;

	for (size_t at = from + KEY_MAX; at < to; at += KEY_MAX)
		all |= load(pass->text.ptr + at, to - at, pass->text.len - at);
	if (all & high)
		return look_up_mixed(pass, from, to);
	return look_up_run(pass, from, to, first);
}

/* Bit i: byte i of the block is an ASCII letter, digit, _ or of another character. */
#if defined(__SSE2__)
static uint64_t word_bits(const char *p)
{
	uint64_t bits = 0;

	for (int i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		/* Capitals become small; @ [ \ ] ^ and the like go elsewhere, but for letters. */
		__m128i lower = _mm_or_si128(v, _mm_set1_epi8(0x20));
		__m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
			_mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
		__m128i digit = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('0' - 1)),
			_mm_cmplt_epi8(v, _mm_set1_epi8('9' + 1)));
		__m128i line = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));
		__m128i other = _mm_cmplt_epi8(v, _mm_setzero_si128());
		__m128i all = _mm_or_si128(_mm_or_si128(letter, digit), _mm_or_si128(line, other));

		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(all) << i;
	}
	return bits;
}
#else
static uint64_t word_bits(const char *p)
{
	uint64_t bits = 0;

	for (int i = 0; i < BLOCK; i++)
		bits |= (uint64_t)(is_ascii_word(p[i]) || (unsigned char)p[i] >= 0x80) << i;
	return bits;
}
#endif

static uint64_t word_bits_at(struct span text, size_t at)
{
	char rest[BLOCK] = {0};

	if (text.len - at >= BLOCK)
		return word_bits(text.ptr + at);
	memcpy(rest, text.ptr + at, text.len - at);
	return word_bits(rest);
}

static bool scan_runs(const struct pass *pass)
{
	uint64_t carry = 0;
	size_t from = 0;
	bool inside = false;

	for (size_t block = 0; block < pass->text.len; block += BLOCK) {
		uint64_t bits = word_bits_at(pass->text, block);
		uint64_t changes = bits ^ (bits << 1 | carry);

		for (; changes; changes &= changes - 1) {
			size_t at = block + (size_t)__builtin_ctzll(changes);

			if (inside && !look_up_stretch(pass, from, at))
				return false;
			inside = !inside;
			from = at;
		}
		carry = bits >> 63;
	}
	return !inside || look_up_stretch(pass, from, pass->text.len);
}

/* --- parts ------------------------------------------------------------------------------------ */

static bool scan_parts(const struct pass *pass, size_t len)
{
	const struct table *t = &pass->index->tables[LITERAL_PART];
	struct span text = pass->text;

	for (size_t at = 0; at + len <= text.len; at++) {
		uint64_t hash = hash_key(load(text.ptr + at, len, text.len - at), len);

		if (passes(t, hash) && !probe(pass, t, hash, at, 0))
			return false;
	}
	return true;
}

/* The same for the length that nearly all have. */
static bool scan_grams(const struct pass *pass)
{
	const struct table *t = &pass->index->tables[LITERAL_PART];
	struct span text = pass->text;

	for (size_t at = 0; at + GRAM_MAX <= text.len; at++) {
		uint64_t hash, key = 0;

		memcpy(&key, text.ptr + at, GRAM_MAX);
		hash = hash_key(key, GRAM_MAX);
		if (passes(t, hash) && !probe(pass, t, hash, at, 0))
			return false;
	}
	return true;
}

bool index_scan(const struct index *index, struct span text, index_seen *seen, void *context)
{
	const struct table *parts = &index->tables[LITERAL_PART];
	struct pass pass = {index, text, seen, context};

	if (!scan_runs(&pass))
		return false;
	for (unsigned i = 0; i < parts->lengths_count; i++) {
		size_t len = parts->lengths[i];

		if (!(len == GRAM_MAX ? scan_grams(&pass) : scan_parts(&pass, len)))
			return false;
	}
	return true;
}
