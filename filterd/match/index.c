/*
 * The literal index: hash tables behind bit filters.
 *
 * A text is cut into runs (literal.h). Each whole run is looked up once, and its first bytes once
 * for each length of key that prefixes have; literals that may stand anywhere are found by their
 * rarest four bytes (fewer in shorter ones) at each byte of the text. Every look-up first asks a
 * filter of bits that stays in the nearest cache; what passes is found in a table by its hash, and
 * compared. So a text costs the same however many literals there are, but for those it holds.
 *
 * Caches are what it is about: the literals' bytes lie together in one pool, and a slot of a table
 * tells by 32 bits of the hash whether it is worth going there. README.md has the figures.
 */
#include "match/index.h"

#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "match/runs.h"
#include "text/chars.h"
#include "text/utf8.h"

#define BLOCK 64 /* bytes of text classified at once */
#define KEY_MAX 8 /* bytes of a key */
#define GRAM_MAX 4 /* bytes of the key of a literal that may stand anywhere */
#define FILTER_BITS 16 /* per key, at least: 3 to 6 % of foreign keys pass */
#define FILTER_BITS_PART 48 /* the same where there is a look-up at each byte of the text */
#define FILTER_MIN (1u << 14) /* bits: 2 KiB */
#define FILTER_MAX (1u << 18) /* bits: 32 KiB, all of the nearest cache */
#define NO_LITERAL UINT32_MAX
#define SHORT_CHARS 0x800

/* A literal, with those who want to know. */
struct stored {
	uint32_t bytes; /* where they begin in the pool */
	uint32_t postings; /* the first of them */
	uint32_t postings_count;
	uint16_t len; /* [bytes] */
	uint16_t key_from, key_len; /* [bytes] of it: what it is found by */
	uint8_t kind;
	uint8_t edges; /* EDGE_BEFORE, EDGE_AFTER */
};

#define EDGE_BEFORE 1
#define EDGE_AFTER 2
#define LITERAL_MAX 255 /* [bytes] a longer literal is looked for by its beginning */

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
	char *pool; /* owned; the literals' bytes */
	struct posting *postings; /* owned */
	struct table tables[3]; /* by enum literal_kind */
	/* Bits, for the characters of up to two bytes: those in runs, and the marks among them. */
	uint64_t run_chars[SHORT_CHARS / 64], mark_chars[SHORT_CHARS / 64];
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
	free(index->pool);
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

/* A hash the upper half of which is good enough for a filter. */
static inline uint64_t half_hash(uint64_t key, size_t len)
{
	return (key ^ (len * UINT64_C(0xA0761D6478BD642F))) * UINT64_C(0x9FB21C651E98DF25);
}

static inline uint64_t whole_hash(uint64_t half)
{
	return half ^ half >> 32;
}

static inline uint64_t hash_key(uint64_t key, size_t len)
{
	return whole_hash(half_hash(key, len));
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

/* The bit of a run_set for a run with this hash; other bits than the filters use. */
static inline uint16_t run_bit(uint64_t hash)
{
	return hash >> 20 & (RUN_SET_BITS - 1);
}

uint16_t index_run_bit(struct span run)
{
	return run_bit(hash_run(run.ptr, run.len, load(run.ptr, run.len, run.len)));
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
		order = (a->key_from > b->key_from) - (a->key_from < b->key_from);
	if (order == 0)
		order = (a->key_len > b->key_len) - (a->key_len < b->key_len);
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

/*
 * How often four bytes stand in the literals themselves, by their hash: the words that rules look
 * for are made like those of comments, so what is rare among them mostly is so there.
 */
#define GRAM_COUNTS 65536

static size_t gram_hash(const char *p)
{
	return hash_key(load(p, GRAM_MAX, GRAM_MAX), GRAM_MAX) % GRAM_COUNTS;
}

static void count_grams(const struct index *index, uint16_t *counts)
{
	for (size_t i = 0; i < index->added_count; i++) {
		struct span bytes = index->added[i].literal.bytes;

		for (size_t k = 0; k + GRAM_MAX <= bytes.len; k++) {
			uint16_t *count = &counts[gram_hash(bytes.ptr + k)];

			*count += *count < UINT16_MAX;
		}
	}
}

/* Where in a literal that may stand anywhere its rarest bytes are. */
static uint16_t rarest_gram(struct span bytes, const uint16_t *counts)
{
	unsigned best = 0;
	uint16_t at = 0;

	for (size_t i = 0; i + GRAM_MAX <= bytes.len; i++) {
		unsigned worth = 0, seen = counts[gram_hash(bytes.ptr + i)];

		for (size_t k = 0; k < GRAM_MAX; k++)
			worth += rarity((unsigned char)bytes.ptr[i + k]);
		/* Being rare among the literals counts for more than rare letters do. */
		worth += 1 + 1000 / (seen + 1);
		if (worth > best) {
			best = worth;
			at = (uint16_t)i;
		}
	}
	return at;
}

/*
 * Brings a literal into the bounds of what is stored. One that is longer is looked for by its
 * beginning, or by a run's; that only finds it more often.
 */
static struct literal bounded(struct literal l, const uint16_t *counts)
{
	if (l.bytes.len > LITERAL_MAX) {
		l.edge_after = false;
		if (l.kind != LITERAL_PART && l.key_from + l.key_len > LITERAL_MAX) {
			l.bytes = span_sub(l.bytes, l.key_from, l.key_from + l.key_len);
			l.kind = l.key_len > LITERAL_MAX ? LITERAL_PREFIX : l.kind;
			l.edge_before = false;
			l.key_from = 0;
		}
		l.bytes = span_sub(l.bytes, 0, LITERAL_MAX);
		if (l.key_len > l.bytes.len)
			l.key_len = (uint32_t)l.bytes.len;
	}
	if (l.kind == LITERAL_PART) {
		l.key_from = rarest_gram(l.bytes, counts);
		l.key_len = (uint32_t)(l.bytes.len < GRAM_MAX ? l.bytes.len : GRAM_MAX);
	}
	return l;
}

/* How many bytes of its key a literal is hashed by; 0: all, as a run. */
static size_t hashed_length(const struct stored *s)
{
	if (s->kind == LITERAL_RUN)
		return 0;
	if (s->kind == LITERAL_PREFIX && s->key_len >= KEY_MAX)
		return KEY_MAX;
	return s->key_len < GRAM_MAX ? s->key_len : GRAM_MAX;
}

static uint64_t stored_hash(const struct index *index, const struct stored *s)
{
	const char *key = index->pool + s->bytes + s->key_from;
	size_t len = hashed_length(s);

	if (len == 0)
		return hash_run(key, s->key_len, load(key, s->key_len, s->key_len));
	return hash_key(load(key, len, s->key_len), len);
}

static struct stored store(struct index *index, const struct literal *l, size_t posting, size_t at)
{
	memcpy(index->pool + at, l->bytes.ptr, l->bytes.len);
	return (struct stored){.bytes = (uint32_t)at,
		.postings = (uint32_t)posting,
		.len = (uint16_t)l->bytes.len,
		.key_from = (uint16_t)l->key_from,
		.key_len = (uint16_t)l->key_len,
		.kind = (uint8_t)l->kind,
		.edges = (uint8_t)((l->edge_before ? EDGE_BEFORE : 0) |
				   (l->edge_after ? EDGE_AFTER : 0))};
}

/* Merges equal literals: index->literals, their pool, and index->postings. */
static int store_literals(struct index *index)
{
	size_t n = index->added_count, bytes = 0, at = 0;
	uint16_t *counts = calloc(GRAM_COUNTS, sizeof(*counts));

	if (!counts)
		return ERR_NOMEM;
	count_grams(index, counts);
	for (size_t i = 0; i < n; i++) {
		index->added[i].literal = bounded(index->added[i].literal, counts);
		bytes += index->added[i].literal.bytes.len;
	}
	free(counts);
	index->literals = calloc(n ? n : 1, sizeof(*index->literals));
	index->postings = malloc((n ? n : 1) * sizeof(*index->postings));
	index->pool = malloc(bytes ? bytes : 1);
	if (!index->literals || !index->postings || !index->pool || bytes > UINT32_MAX)
		return ERR_NOMEM;
	if (n > 0)
		qsort(index->added, n, sizeof(*index->added), compare_added);
	for (size_t i = 0; i < n; i++) {
		const struct literal *l = &index->added[i].literal;

		if (i == 0 || compare_literals(l, &index->added[i - 1].literal) != 0) {
			index->literals[index->count++] = store(index, l, i, at);
			at += l->bytes.len;
		}
		index->postings[i] = index->added[i].posting;
		index->literals[index->count - 1].postings_count++;
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
	uint32_t bits = FILTER_MIN;

	for (size_t i = 0; i < index->count; i++)
		keys += index->literals[i].kind == kind;
	if (keys > UINT32_MAX / 4)
		return ERR_NOMEM;
	for (t->mask = 15; t->mask < 2 * keys; t->mask = 2 * t->mask + 1)
		;
	while (bits < keys * (kind == LITERAL_PART ? FILTER_BITS_PART : FILTER_BITS) &&
		bits < FILTER_MAX)
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
		note_length(t, hashed_length(&index->literals[i]));
		insert(t, stored_hash(index, &index->literals[i]), (uint32_t)i);
	}
	return OK;
}

int index_build(struct index *index)
{
	int rc = store_literals(index);

	for (unsigned kind = 0; kind < ARRAY_LEN(index->tables) && rc == OK; kind++)
		rc = build_table(index, (enum literal_kind)kind);
	for (uint32_t c = 0; c < SHORT_CHARS; c++) {
		unsigned flags = char_info(c).flags;

		if ((flags & (CHAR_WORD | CHAR_SOLO)) == CHAR_WORD)
			index->run_chars[c / 64] |= UINT64_C(1) << (c % 64);
		if (flags & CHAR_MARK)
			index->mark_chars[c / 64] |= UINT64_C(1) << (c % 64);
	}
	free(index->added);
	index->added = NULL;
	return rc;
}

/* --- looking up ------------------------------------------------------------------------------- */

struct pass {
	const struct index *index;
	struct span text;
	struct run_set *runs;
	index_seen *seen;
	void *context;
};

/* Whether the literal's \b hold; what stands there outside ASCII is left to PCRE2. */
static bool edges_hold(const struct stored *s, struct span text, size_t at)
{
	size_t end = at + s->len;

	if ((s->edges & EDGE_BEFORE) && at > 0 && run_is_ascii((unsigned char)text.ptr[at]) &&
		run_is_ascii((unsigned char)text.ptr[at - 1]))
		return false;
	return !((s->edges & EDGE_AFTER) && end < text.len &&
		 run_is_ascii((unsigned char)text.ptr[end - 1]) &&
		 run_is_ascii((unsigned char)text.ptr[end]));
}

/* Whether the literal the key of which may stand at `at` stands there; *start is where it begins.
 */
static bool stands(
	const struct pass *pass, const struct stored *s, size_t at, size_t run_len, size_t *start)
{
	if (s->kind == LITERAL_RUN && s->key_len != run_len)
		return false;
	if (at < s->key_from || s->len > pass->text.len - (at - s->key_from))
		return false;
	*start = at - s->key_from;
	return memcmp(pass->text.ptr + *start, pass->index->pool + s->bytes, s->len) == 0 &&
	       edges_hold(s, pass->text, *start);
}

/* Reports the literals with this hash. Not inlined: few hashes get past the filter. */
static __attribute__((noinline)) bool probe(
	const struct pass *pass, const struct table *t, uint64_t hash, size_t at, size_t run_len)
{
	uint32_t slot = (uint32_t)hash & t->mask, tag = (uint32_t)(hash >> 32);

	for (; t->slots[slot].literal != NO_LITERAL; slot = (slot + 1) & t->mask) {
		const struct stored *s;
		struct sight sight;
		size_t start;

		if (t->slots[slot].tag != tag)
			continue;
		s = &pass->index->literals[t->slots[slot].literal];
		if (!stands(pass, s, at, run_len, &start))
			continue;
		sight = (struct sight){pass->index->postings + s->postings, s->postings_count,
			(uint32_t)start, (uint32_t)(start + s->len)};
		if (!pass->seen(pass->context, &sight))
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
	uint16_t bit = run_bit(hash);

	pass->runs->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
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

enum run_char {
	RUN_NOT, /* not in a run */
	RUN_CHAR,
	RUN_MARK, /* a mark in a run */
};

static enum run_char run_char(const struct index *index, uint32_t c)
{
	unsigned flags;

	if (c < SHORT_CHARS) {
		if (!(index->run_chars[c / 64] >> (c % 64) & 1))
			return RUN_NOT;
		return index->mark_chars[c / 64] >> (c % 64) & 1 ? RUN_MARK : RUN_CHAR;
	}
	flags = char_info(c).flags;
	if ((flags & (CHAR_WORD | CHAR_SOLO)) != CHAR_WORD)
		return RUN_NOT;
	return flags & CHAR_MARK ? RUN_MARK : RUN_CHAR;
}

static bool look_up(const struct pass *pass, size_t from, size_t to)
{
	return from == to || look_up_run(pass, from, to,
				     load(pass->text.ptr + from, to - from, pass->text.len - from));
}

/* Looks up what stands between the marks of a run: see literal_find_run(). */
static bool look_up_between_marks(const struct pass *pass, size_t from, size_t to)
{
	size_t part = from, at = from;

	while (at < to) {
		size_t start = at;

		if (run_char(pass->index, utf8_next(pass->text, &at)) != RUN_MARK)
			continue;
		if (!look_up(pass, part, start))
			return false;
		part = at;
	}
	return look_up(pass, part, to);
}

/* Finds the runs in [from, to), where not all is ASCII, character by character. */
static bool look_up_mixed(const struct pass *pass, size_t from, size_t to)
{
	size_t run = from, at = from;
	bool marks = false;

	while (at < to) {
		size_t start = at;
		enum run_char kind = run_char(pass->index, utf8_next(pass->text, &at));

		marks |= kind == RUN_MARK;
		if (kind != RUN_NOT && at < to)
			continue;
		if (kind != RUN_NOT)
			start = at;
		if (!look_up(pass, run, start) ||
			(marks && !look_up_between_marks(pass, run, start)))
			return false;
		run = at;
		marks = false;
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

/*
 * Bit i: byte i of the block is an ASCII letter, digit, _ or of another character. *digits is set
 * if there is a digit.
 */
#if defined(__SSE2__)
static uint64_t word_bits(const char *p, bool *digits)
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
		*digits |= _mm_movemask_epi8(digit) != 0;
	}
	return bits;
}
#else
static uint64_t word_bits(const char *p, bool *digits)
{
	uint64_t bits = 0;

	for (int i = 0; i < BLOCK; i++) {
		*digits |= p[i] >= '0' && p[i] <= '9';
		bits |= (uint64_t)(run_is_ascii((unsigned char)p[i]) || (unsigned char)p[i] >= 0x80)
			<< i;
	}
	return bits;
}
#endif

static uint64_t word_bits_at(struct span text, size_t at, bool *digits)
{
	char rest[BLOCK] = {0};

	if (text.len - at >= BLOCK)
		return word_bits(text.ptr + at, digits);
	memcpy(rest, text.ptr + at, text.len - at);
	return word_bits(rest, digits);
}

static bool scan_runs(const struct pass *pass)
{
	uint64_t carry = 0;
	size_t from = 0;
	bool inside = false, digits = false;

	for (size_t block = 0; block < pass->text.len; block += BLOCK) {
		uint64_t bits = word_bits_at(pass->text, block, &digits);
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
	pass->runs->bits[RUN_SET_DIGIT / 64] |= digits;
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

/* The same for the length that nearly all have: the innermost loop of all. */
static bool scan_grams(const struct pass *pass)
{
	const struct table *t = &pass->index->tables[LITERAL_PART];
	const uint64_t *filter = t->filter;
	const unsigned shift = t->filter_shift;
	struct span text = pass->text;

	for (size_t at = 0; at + GRAM_MAX <= text.len; at++) {
		uint64_t half, key = 0;

		memcpy(&key, text.ptr + at, GRAM_MAX);
		half = half_hash(key, GRAM_MAX);
		if (!(filter[half >> shift >> 6] >> (half >> shift & 63) & 1))
			continue;
		if (!probe(pass, t, whole_hash(half), at, 0))
			return false;
	}
	return true;
}

bool index_scan(const struct index *index, struct span text, struct run_set *runs, index_seen *seen,
	void *context)
{
	const struct table *parts = &index->tables[LITERAL_PART];
	struct pass pass = {index, text, runs, seen, context};

	memset(runs, 0, sizeof(*runs));
	if (!scan_runs(&pass))
		return false;
	for (unsigned i = 0; i < parts->lengths_count; i++) {
		size_t len = parts->lengths[i];

		if (!(len == GRAM_MAX ? scan_grams(&pass) : scan_parts(&pass, len)))
			return false;
	}
	return true;
}
