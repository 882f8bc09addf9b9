/*
 * A pass over a text with the literal index: see index.c.
 *
 * The innermost loops read copies of what they need of the tables, which lie on the stack and whose
 * addresses go nowhere: for all the compiler knows, a bit set in the caller's run_set could be one
 * of the index's own fields, and would have to be read anew for every word.
 */
#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

#include "match/index_tables.h"
#include "match/runs.h"
#include "text/lanes.h"
#include "text/utf8.h"

#define BLOCK 64 /* bytes of text classified at once */

struct lookups;

/* The run that was looked up last. */
struct previous {
	uint64_t hash; /* 0: there was none */
	size_t from; /* [bytes] of the text */
};

struct pass {
	const struct index *index;
	const struct lookups *lookups; /* for the rarer ways; the loop has its own copy */
	struct span text;
	struct run_set *runs;
	struct previous *previous;
	index_seen *seen;
	void *context;
};

/* A table's filter. */
struct filter {
	const uint64_t *bits;
	unsigned shift;
};

static inline struct filter filter_of(const struct table *t)
{
	return (struct filter){t->filter, t->filter_shift};
}

static inline void note_bit(struct run_set *set, uint16_t bit)
{
	set->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline bool passes(struct filter f, uint64_t hash)
{
	uint64_t bit = hash >> f.shift;

	return f.bits[bit / 64] >> (bit % 64) & 1;
}

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

/*
 * Whether the literal stands where a key of it, `behind` bytes behind its key_from, may stand at
 * `at`; *start is where it begins then.
 */
static bool stands(const struct pass *pass, const struct stored *s, size_t behind, size_t at,
	size_t run_len, size_t *start)
{
	size_t before = s->key_from + behind; /* bytes of the literal before the key */

	if ((s->table == TABLE_RUNS || s->table == TABLE_PAIRS) && s->key_len != run_len)
		return false;
	if (at < before || s->len > pass->text.len - (at - before))
		return false;
	*start = at - before;
	return memcmp(pass->text.ptr + *start, pass->index->pool + s->bytes, s->len) == 0 &&
	       edges_hold(s, pass->text, *start);
}

/* Reports the literals with this hash. Not inlined: few hashes get past the filter. */
static __attribute__((noinline)) bool probe(
	const struct pass *pass, enum index_table table, uint64_t hash, size_t at, size_t run_len)
{
	const struct table *t = &pass->index->tables[table];
	uint32_t slot = (uint32_t)hash & t->mask, tag = (uint32_t)(hash >> 32);

	for (; t->slots[slot].literal != NO_LITERAL; slot = (slot + 1) & t->mask) {
		uint32_t found = t->slots[slot].literal;
		const struct stored *s;
		struct sight sight;
		size_t start;

		if (t->slots[slot].tag != tag)
			continue;
		s = &pass->index->literals[SLOT_LITERAL(found)];
		if (!stands(pass, s, SLOT_BEHIND(found), at, run_len, &start))
			continue;
		for (size_t i = 0; i < s->markers_count; i++)
			note_bit(pass->runs, pass->index->markers[s->markers + i]);
		sight = (struct sight){pass->index->postings + s->postings, s->postings_count,
			(uint32_t)start, (uint32_t)(start + s->len),
			(uint32_t)(table == TABLE_PAIRS ? pass->previous->from : start)};
		if (!pass->seen(pass->context, &sight))
			return false;
	}
	return true;
}

/* --- runs ------------------------------------------------------------------------------------- */

/* What looking up a run takes. */
struct lookups {
	struct filter runs, pairs, prefixes;
	uint64_t prefix_heads; /* of the index */
	unsigned lengths_count;
	struct {
		uint64_t mask, seed;
	} lengths[KEY_MAX]; /* of keys of prefixes */
};

static struct lookups lookups_of(const struct index *index)
{
	const struct table *prefixes = &index->tables[TABLE_PREFIXES];
	struct lookups l; /* not cleared: most of it is never read */

	l.runs = filter_of(&index->tables[TABLE_RUNS]);
	l.pairs = filter_of(&index->tables[TABLE_PAIRS]);
	l.prefixes = filter_of(prefixes);
	l.prefix_heads = index->prefix_heads;
	l.lengths_count = prefixes->lengths_count;
	for (unsigned i = 0; i < l.lengths_count; i++) {
		l.lengths[i].mask = key_mask(prefixes->lengths[i]);
		l.lengths[i].seed = hash_seed(prefixes->lengths[i]);
	}
	return l;
}

/* Looks up what a run goes on with at `at`, behind a prefix. */
static bool look_up_stem(const struct pass *pass, size_t at, size_t to)
{
	const struct table *t = &pass->index->tables[TABLE_STEMS];
	uint64_t first;

	if (at == to)
		return true;
	first = run_key(pass->text.ptr + at, to - at, pass->text.len - at);
	for (unsigned i = 0; i < t->lengths_count; i++) {
		uint64_t half =
			half_hash(first & key_mask(t->lengths[i]), hash_seed(t->lengths[i]));

		if (passes(filter_of(t), half) &&
			!probe(pass, TABLE_STEMS, whole_hash(half), at, to - at))
			return false;
	}
	return true;
}

/* The first of the prefixes [low, high), which agree up to `depth`, whose next byte is `byte` or
 * more. */
static size_t first_from(
	const struct span *prefixes, size_t low, size_t high, size_t depth, unsigned byte)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((unsigned char)prefixes[middle].ptr[depth] < byte)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Looks up what stands in the run [from, to) behind each of the prefixes that it begins with. */
static __attribute__((noinline)) bool look_up_stems(const struct pass *pass, size_t from, size_t to)
{
	const struct span *prefixes = pass->index->prefixes;
	size_t low = 0, high = pass->index->prefixes_count;

	for (size_t at = from; at < to && low < high; at++) {
		unsigned byte = (unsigned char)pass->text.ptr[at];

		low = first_from(prefixes, low, high, at - from, byte);
		high = first_from(prefixes, low, high, at - from, byte + 1);
		if (low < high && prefixes[low].len == at - from + 1) {
			if (!look_up_stem(pass, at + 1, to))
				return false;
			low++;
		}
	}
	return true;
}

/*
 * Looks up the run [from, to), not empty. A prefix that is longer than the run asks the filter in
 * vain: the run's key has zeros behind it, which no prefix has.
 */
static inline __attribute__((always_inline)) bool look_up(
	const struct pass *pass, const struct lookups *l, size_t from, size_t to)
{
	const char *p = pass->text.ptr + from;
	uint64_t first = run_key(p, to - from, pass->text.len - from);
	uint64_t hash = hash_run(p, to - from, first);
	uint64_t pair = hash_pair(pass->previous->hash, hash);

	note_bit(pass->runs, run_bit(hash));
	note_bit(pass->runs, run_bit(pair));
	if (passes(l->runs, hash) && !probe(pass, TABLE_RUNS, hash, from, to - from))
		return false;
	if (passes(l->pairs, pair) && !probe(pass, TABLE_PAIRS, pair, from, to - from))
		return false;
	*pass->previous = (struct previous){hash, from};
	for (unsigned i = 0; i < l->lengths_count; i++) {
		uint64_t half = half_hash(first & l->lengths[i].mask, l->lengths[i].seed);

		if (passes(l->prefixes, half) &&
			!probe(pass, TABLE_PREFIXES, whole_hash(half), from, to - from))
			return false;
	}
	return !l->prefix_heads || !(l->prefix_heads & head_bit((unsigned char)*p)) ||
	       look_up_stems(pass, from, to);
}

/* The end of the row of characters of two bytes at `at` that are in runs and no marks. */
static inline size_t skip_short_chars(const struct pass *pass, size_t at, size_t to)
{
	const unsigned char *p = (const unsigned char *)pass->text.ptr;
	const uint8_t *kinds = pass->index->short_chars;

	while (at + 1 < to && (p[at] & 0xE0) == 0xC0 &&
		kinds[(p[at] & 0x1Fu) << 6 | (p[at + 1] & 0x3Fu)] == RUN_CHAR)
		at += 2;
	return at;
}

/* The kind of the character at *at, which is moved past it, in a stretch: see look_up_stretch(). */
static inline enum run_char next_char(const struct pass *pass, size_t *at)
{
	const unsigned char *p = (const unsigned char *)pass->text.ptr + *at;

	if (p[0] < 0x80) {
		++*at;
		return RUN_CHAR;
	}
	if (p[0] < 0xE0) {
		*at += 2;
		return pass->index->short_chars[(p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu)];
	}
	return run_char_of(char_info(utf8_next_long(pass->text, at)).flags);
}

static bool look_up_if_any(const struct pass *pass, size_t from, size_t to)
{
	return from == to || look_up(pass, pass->lookups, from, to);
}

/* Pairs are made of whole runs, never of such a part. */
static bool look_up_part(const struct pass *pass, size_t from, size_t to)
{
	*pass->previous = (struct previous){0, 0};
	return look_up_if_any(pass, from, to);
}

/* Looks up what stands between the marks of a run: see literal_find_run(). */
static bool look_up_between_marks(const struct pass *pass, size_t from, size_t to)
{
	struct previous whole = *pass->previous;
	size_t part = from, at = from;
	bool going = true;

	while (at < to && going) {
		size_t start = at;

		if (next_char(pass, &at) != RUN_MARK)
			continue;
		going = look_up_part(pass, part, start);
		part = at;
	}
	going = going && look_up_part(pass, part, to);
	*pass->previous = whole; /* what follows, follows the whole run */
	return going;
}

/*
 * Finds the runs in a stretch [from, to) of ASCII letters, digits, _ and characters that are not
 * ASCII, and looks them up.
 */
static __attribute__((noinline)) bool look_up_stretch(
	const struct pass *pass, size_t from, size_t to)
{
	size_t run = from, at = from;
	bool marks = false;

	while (at < to) {
		size_t start;
		enum run_char kind = RUN_CHAR;

		start = at = skip_short_chars(pass, at, to);
		if (at < to)
			kind = next_char(pass, &at);
		marks |= kind == RUN_MARK;
		if (kind != RUN_NOT && at < to)
			continue;
		if (kind != RUN_NOT)
			start = at;
		if (!look_up_if_any(pass, run, start) ||
			(marks && !look_up_between_marks(pass, run, start)))
			return false;
		run = at;
		marks = false;
	}
	return true;
}

/* Bit i is about byte i of a block. */
struct block {
	uint64_t word; /* an ASCII letter, digit, _ or of another character */
	uint64_t other; /* of a character that is not ASCII */
	bool digits; /* there is a digit */
};

static inline struct block classify(const char *p)
{
	struct block b = {0, 0, false};

	for (unsigned at = 0; at < BLOCK; at += LANES) {
		lanes v = lanes_load(p + at);
		lanes digit = lanes_within(v, '0', 10);

		b.word |= (uint64_t)lanes_bits(
				  lanes_within(v | 0x20, 'a', 26) | digit | (lanes)(v == '_') | v)
			  << at;
		b.other |= (uint64_t)lanes_bits(v) << at;
		b.digits |= lanes_bits(digit) != 0;
	}
	return b;
}

static inline struct block block_at(struct span text, size_t at)
{
	char rest[BLOCK] = {0};

	if (text.len - at >= BLOCK)
		return classify(text.ptr + at);
	memcpy(rest, text.ptr + at, text.len - at);
	return classify(rest);
}

static bool scan_runs(const struct pass *pass)
{
	const struct lookups l = *pass->lookups;
	uint64_t carry = 0;
	size_t from = 0;
	/* `mixed`: the run that goes on from the block before may have more than ASCII */
	bool inside = false, mixed = false, digits = false;

	for (size_t at = 0; at < pass->text.len; at += BLOCK) {
		struct block b = block_at(pass->text, at);
		uint64_t changes = b.word ^ (b.word << 1 | carry);

		digits |= b.digits;
		mixed |= b.other != 0;
		while (changes) {
			size_t to;

			if (!inside) {
				from = at + (size_t)__builtin_ctzll(changes);
				changes &= changes - 1;
				inside = true;
				if (!changes)
					break;
			}
			to = at + (size_t)__builtin_ctzll(changes);
			changes &= changes - 1;
			inside = false;
			if (!(mixed ? look_up_stretch(pass, from, to)
				    : look_up(pass, &l, from, to)))
				return false;
		}
		mixed &= inside;
		carry = b.word >> 63;
	}
	pass->runs->bits[RUN_SET_DIGIT / 64] |= digits;
	return !inside || look_up_stretch(pass, from, pass->text.len);
}

/* --- parts ------------------------------------------------------------------------------------ */

/* Looks for the keys of one length at each `step`-th byte: the innermost loop of all. */
static inline __attribute__((always_inline)) bool scan_keys(
	const struct pass *pass, enum index_table table, size_t len, size_t step)
{
	const struct filter f = filter_of(&pass->index->tables[table]);
	const struct span text = pass->text;

	for (size_t at = 0; at + len <= text.len; at += step) {
		uint64_t half, key = 0;

		memcpy(&key, text.ptr + at, len);
		half = half_hash(key, hash_seed(len));
		if (passes(f, half) && !probe(pass, table, whole_hash(half), at, 0))
			return false;
	}
	return true;
}

/* Looks for the keys of each length that short parts have at one place. */
static bool look_up_parts(const struct pass *pass, size_t at)
{
	const struct table *t = &pass->index->tables[TABLE_PARTS];

	for (unsigned i = 0; i < t->lengths_count; i++) {
		size_t len = t->lengths[i], left = pass->text.len - at;
		uint64_t half = half_hash(load_key(pass->text.ptr + at, len, left), hash_seed(len));

		if (len <= left && passes(filter_of(t), half) &&
			!probe(pass, TABLE_PARTS, whole_hash(half), at, 0))
			return false;
	}
	return true;
}

/* One loop for each length, made for it: a key is loaded with a move or two. */
static bool scan_parts_of(const struct pass *pass, size_t len)
{
	switch (len) {
	case 1:
		return scan_keys(pass, TABLE_PARTS, 1, 1);
	case 2:
		return scan_keys(pass, TABLE_PARTS, 2, 1);
	case 3:
		return scan_keys(pass, TABLE_PARTS, 3, 1);
	default:
		return scan_keys(pass, TABLE_PARTS, GRAM_MAX, 1);
	}
}

static bool scan_parts(const struct pass *pass)
{
	const struct table *t = &pass->index->tables[TABLE_PARTS];
	bool going = true;

	for (unsigned i = 0; i < t->lengths_count && going; i++)
		going = scan_parts_of(pass, t->lengths[i]);
	return going;
}

#if defined(__x86_64__)
static __attribute__((target("ssse3"))) bool scan_nibbles(const struct pass *pass)
{
	const struct nibbles nibbles = pass->index->nibbles;
	const struct span text = pass->text;

	for (size_t at = 0; at < text.len; at += LANES) {
		char rest[LANES + NIBBLE_BYTES];
		const char *p = text.ptr + at;
		size_t left = text.len - at;
		unsigned places;

		if (left < sizeof(rest)) {
			memset(rest, 0, sizeof(rest));
			memcpy(rest, p, left);
			p = rest;
		}
		places = nibbles_places(&nibbles, p);
		if (left < LANES)
			places &= (1u << left) - 1;
		for (; places; places &= places - 1)
			if (!look_up_parts(pass, at + (size_t)__builtin_ctz(places)))
				return false;
	}
	return true;
}
#else
static bool scan_nibbles(const struct pass *pass)
{
	return scan_parts(pass);
}
#endif

bool index_scan(const struct index *index, struct span text, struct run_set *runs, index_seen *seen,
	void *context)
{
	const struct lookups lookups = lookups_of(index);
	struct previous previous = {0, 0};
	struct pass pass = {index, &lookups, text, runs, &previous, seen, context};

	memset(runs, 0, sizeof(*runs));
	return scan_runs(&pass) && (index->by_nibbles ? scan_nibbles(&pass) : scan_parts(&pass)) &&
	       (index->tables[TABLE_STRIDED].lengths_count == 0 ||
		       scan_keys(&pass, TABLE_STRIDED, GRAM_MAX, STRIDE));
}
