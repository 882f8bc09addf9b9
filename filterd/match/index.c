/*
 * The literal index: hash tables behind bit filters. This file builds it; index_pass.c uses it.
 *
 * A text is cut into runs (literal.h). Each whole run is looked up once, and its first bytes once
 * for each length of key that prefixes have; literals that may stand anywhere are found by their
 * rarest bytes: long ones at every fourth byte of the text, short ones at each. Every look-up first
 * asks a filter of bits that stays in the nearest cache; what passes is found in a table by its
 * hash, and compared. So a text costs the same however many literals there are, but for those it
 * holds.
 *
 * Caches are what it is about: the literals' bytes lie together in one pool, and a slot of a table
 * tells by 32 bits of the hash whether it is worth going there. README.md has the figures.
 */
#include <limits.h>
#include <stdlib.h>

#include "match/index_tables.h"
#include "text/chars.h"

#define FILTER_BITS 16 /* per key, at least: 3 to 6 % of foreign keys pass */
#define FILTER_BITS_PART 48 /* the same where there is a look-up at each byte of the text */
#define NIBBLES_MAX 256 /* keys of short parts; with more, too many places pass their filter */
#define FILTER_MIN (1u << 14) /* bits: 2 KiB */
#define FILTER_MAX (1u << 18) /* bits: 32 KiB, all of the nearest cache */

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
	free(index->markers);
	free(index->prefixes);
	free(index);
}

static uint64_t hash_span(struct span run)
{
	return hash_run(run.ptr, run.len, run_key(run.ptr, run.len, run.len));
}

uint16_t index_run_bit(struct span run)
{
	return run_bit(hash_span(run));
}

uint16_t index_pair_bit(struct span before, struct span run)
{
	return run_bit(hash_pair(hash_span(before), hash_span(run)));
}

/* --- building --------------------------------------------------------------------------------- */

/* Makes room for one more item of an owned array. False when out of memory. */
static bool make_room(void **items, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *grown;

	if (count < *room)
		return true;
	grown = realloc(*items, wanted * size);
	if (!grown)
		return false;
	*items = grown;
	*room = wanted;
	return true;
}

int index_add(struct index *index, const struct literal *literal, struct posting posting)
{
	if (!make_room((void **)&index->added, index->added_count, &index->added_room,
		    sizeof(*index->added)))
		return ERR_NOMEM;
	index->added[index->added_count] = (struct added){*literal, posting, index->added_count};
	index->added_count++;
	return OK;
}

int index_mark(struct index *index, const struct literal *literal, uint16_t marker)
{
	return index_add(
		index, literal, (struct posting){.pattern = marker, .entry = POSTING_MARKER});
}

int index_add_prefix(struct index *index, struct span prefix)
{
	if (!make_room((void **)&index->prefixes, index->prefixes_count, &index->prefixes_room,
		    sizeof(*index->prefixes)))
		return ERR_NOMEM;
	index->prefixes[index->prefixes_count++] = prefix;
	return OK;
}

static int compare_literals(const struct literal *a, const struct literal *b)
{
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = span_cmp(a->bytes, b->bytes);
	if (order == 0)
		order = span_cmp(a->before, b->before);
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
	return whole_hash(half_hash(load_key(p, GRAM_MAX, GRAM_MAX), hash_seed(GRAM_MAX))) %
	       GRAM_COUNTS;
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

/* How rare the four bytes at p seem; being rare among the literals counts for more. */
static unsigned gram_worth(const char *p, const uint16_t *counts)
{
	unsigned worth = 1 + 1000 / (counts[gram_hash(p)] + 1u);

	for (size_t k = 0; k < GRAM_MAX; k++)
		worth += rarity((unsigned char)p[k]);
	return worth;
}

/*
 * Where in a literal that may stand anywhere its rarest bytes are: `grams` keys that begin in a
 * row, of which the least rare counts.
 */
static uint16_t rarest_grams(struct span bytes, size_t grams, const uint16_t *counts)
{
	unsigned best = 0;
	uint16_t at = 0;

	for (size_t i = 0; i + GRAM_MAX + grams - 1 <= bytes.len; i++) {
		unsigned worst = UINT_MAX;

		for (size_t k = 0; k < grams; k++) {
			unsigned worth = gram_worth(bytes.ptr + i + k, counts);

			worst = worth < worst ? worth : worst;
		}
		if (worst > best) {
			best = worst;
			at = (uint16_t)i;
		}
	}
	return at;
}

static enum index_table table_of(const struct literal *l)
{
	switch (l->kind) {
	case LITERAL_RUN:
		return TABLE_RUNS;
	case LITERAL_PAIR:
		return TABLE_PAIRS;
	case LITERAL_PREFIX:
		return TABLE_PREFIXES;
	case LITERAL_STEM:
		return TABLE_STEMS;
	default:
		return l->bytes.len < STRIDED_MIN ? TABLE_PARTS : TABLE_STRIDED;
	}
}

/* Under how many keys a literal of the table is stored, each a byte behind the one before. */
static size_t keys_in(enum index_table table)
{
	return table == TABLE_STRIDED ? STRIDE : 1;
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
			if (l.kind == LITERAL_RUN && l.key_len > LITERAL_MAX)
				l.kind = LITERAL_PREFIX;
			l.edge_before = false;
			l.key_from = 0;
		}
		l.bytes = span_sub(l.bytes, 0, LITERAL_MAX);
		if (l.key_len > l.bytes.len)
			l.key_len = (uint32_t)l.bytes.len;
	}
	if (l.kind == LITERAL_PART) {
		l.key_from = rarest_grams(l.bytes, keys_in(table_of(&l)), counts);
		l.key_len = (uint32_t)(l.bytes.len < GRAM_MAX ? l.bytes.len : GRAM_MAX);
	}
	return l;
}

/* How many bytes of its key a literal is hashed by; 0: all, as a run. */
static size_t hashed_length(const struct stored *s)
{
	if (s->table == TABLE_RUNS || s->table == TABLE_PAIRS)
		return 0;
	if ((s->table == TABLE_PREFIXES || s->table == TABLE_STEMS) && s->key_len >= KEY_MAX)
		return KEY_MAX;
	return s->key_len < GRAM_MAX ? s->key_len : GRAM_MAX;
}

/* The hash of the literal's key, or of the one that begins so many bytes behind it. */
static uint64_t stored_hash(const struct index *index, const struct stored *s, size_t behind)
{
	const char *key = index->pool + s->bytes + s->key_from + behind;
	size_t len = hashed_length(s);

	if (s->table == TABLE_PAIRS)
		return hash_pair(hash_span((struct span){key - s->before_len, s->before_len}),
			hash_span((struct span){key, s->key_len}));
	if (len == 0)
		return hash_span((struct span){key, s->key_len});
	return whole_hash(half_hash(load_key(key, len, len), hash_seed(len)));
}

/* Stores a literal whose bytes begin at `at` in the pool, without anybody who wants to know. */
static struct stored store(struct index *index, const struct literal *l, size_t at)
{
	if (l->before.len > 0)
		memcpy(index->pool + at, l->before.ptr, l->before.len);
	at += l->before.len;
	memcpy(index->pool + at, l->bytes.ptr, l->bytes.len);
	return (struct stored){.bytes = (uint32_t)at,
		.before_len = (uint8_t)l->before.len,
		.len = (uint16_t)l->bytes.len,
		.key_from = (uint16_t)l->key_from,
		.key_len = (uint16_t)l->key_len,
		.table = (uint8_t)table_of(l),
		.edges = (uint8_t)((l->edge_before ? EDGE_BEFORE : 0) |
				   (l->edge_after ? EDGE_AFTER : 0))};
}

/* Merges equal literals: index->literals, their pool, and who wants to know of each. */
static int store_literals(struct index *index)
{
	size_t n = index->added_count, bytes = 0, at = 0, postings = 0, markers = 0;
	uint16_t *counts = calloc(GRAM_COUNTS, sizeof(*counts));

	if (!counts)
		return ERR_NOMEM;
	count_grams(index, counts);
	for (size_t i = 0; i < n; i++) {
		index->added[i].literal = bounded(index->added[i].literal, counts);
		bytes += index->added[i].literal.before.len + index->added[i].literal.bytes.len;
	}
	free(counts);
	index->literals = calloc(n ? n : 1, sizeof(*index->literals));
	index->postings = malloc((n ? n : 1) * sizeof(*index->postings));
	index->markers = malloc((n ? n : 1) * sizeof(*index->markers));
	index->pool = malloc(bytes ? bytes : 1);
	if (!index->literals || !index->postings || !index->markers || !index->pool ||
		bytes > UINT32_MAX || n > LITERALS_MAX)
		return ERR_NOMEM;
	if (n > 0)
		qsort(index->added, n, sizeof(*index->added), compare_added);
	for (size_t i = 0; i < n; i++) {
		const struct literal *l = &index->added[i].literal;
		const struct posting posting = index->added[i].posting;
		struct stored *s;

		if (i == 0 || compare_literals(l, &index->added[i - 1].literal) != 0) {
			index->literals[index->count++] = store(index, l, at);
			at += l->before.len + l->bytes.len;
		}
		s = &index->literals[index->count - 1];
		if (posting.entry == POSTING_MARKER && s->markers_count < UINT16_MAX) {
			s->markers = (uint32_t)(markers - s->markers_count);
			s->markers_count++;
			index->markers[markers++] = (uint16_t)(RUN_SET_MARKERS + posting.pattern);
		} else {
			s->postings = (uint32_t)(postings - s->postings_count);
			s->postings_count++;
			index->postings[postings++] = posting;
		}
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

static void insert(struct table *t, uint64_t hash, uint32_t slot)
{
	uint64_t bit = hash >> t->filter_shift;
	uint32_t at = (uint32_t)hash & t->mask;

	t->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
	while (t->slots[at].literal != NO_LITERAL)
		at = (at + 1) & t->mask;
	t->slots[at] = (struct slot){(uint32_t)(hash >> 32), slot};
}

static int alloc_table(struct table *t, size_t keys, size_t bits_each)
{
	uint32_t bits = FILTER_MIN;

	if (keys > UINT32_MAX / 4)
		return ERR_NOMEM;
	for (t->mask = 15; t->mask < 2 * keys; t->mask = 2 * t->mask + 1)
		;
	while (bits < keys * bits_each && bits < FILTER_MAX)
		bits *= 2;
	t->filter_shift = 64 - (unsigned)__builtin_ctz(bits);
	t->filter = calloc(bits / 64, sizeof(*t->filter));
	t->slots = malloc(((size_t)t->mask + 1) * sizeof(*t->slots));
	if (!t->filter || !t->slots)
		return ERR_NOMEM;
	for (size_t i = 0; i <= t->mask; i++)
		t->slots[i].literal = NO_LITERAL;
	return OK;
}

static int build_table(struct index *index, enum index_table table)
{
	struct table *t = &index->tables[table];
	size_t keys = 0;

	for (size_t i = 0; i < index->count; i++)
		keys += index->literals[i].table == table ? keys_in(table) : 0;
	if (alloc_table(t, keys, table == TABLE_PARTS ? FILTER_BITS_PART : FILTER_BITS) != OK)
		return ERR_NOMEM;
	for (size_t i = 0; i < index->count; i++) {
		const struct stored *s = &index->literals[i];

		if (s->table != table)
			continue;
		note_length(t, hashed_length(s));
		for (size_t k = 0; k < keys_in(table); k++)
			insert(t, stored_hash(index, s, k), SLOT_OF(i, k));
	}
	return OK;
}

/* The bucket of a key that begins outside ASCII: emoji, which are many, have one of their own. */
static unsigned foreign_bucket(unsigned char first)
{
	return NIBBLE_BUCKETS - (first >= 0xF0 ? 1 : 2);
}

/*
 * Neighbours among the literals, which begin alike, share a bucket. Keys outside ASCII do not count
 * against it: they let hardly anything through where few of their characters stand.
 */
static void build_nibbles(struct index *index)
{
	size_t keys = 0, seen = 0;

	for (size_t i = 0; i < index->count; i++) {
		const struct stored *s = &index->literals[i];

		keys += s->table == TABLE_PARTS &&
			(unsigned char)index->pool[s->bytes + s->key_from] < 0x80;
	}
	for (size_t i = 0; i < index->count; i++) {
		const struct stored *s = &index->literals[i];
		const char *key = index->pool + s->bytes + s->key_from;
		unsigned char first = (unsigned char)*key;

		if (s->table == TABLE_PARTS)
			nibbles_note(&index->nibbles, key, s->key_len,
				first < 0x80 ? (unsigned)(seen++ * (NIBBLE_BUCKETS - 2) / keys)
					     : foreign_bucket(first));
	}
	index->by_nibbles = keys <= NIBBLES_MAX && nibbles_usable();
}

static int by_bytes(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void sort_prefixes(struct index *index)
{
	size_t kept = 0;

	if (index->prefixes_count > 1)
		qsort(index->prefixes, index->prefixes_count, sizeof(*index->prefixes), by_bytes);
	for (size_t i = 0; i < index->prefixes_count; i++) {
		struct span prefix = index->prefixes[i];

		if (kept > 0 && span_eq(index->prefixes[kept - 1], prefix))
			continue;
		index->prefixes[kept++] = prefix;
		index->prefix_heads |= head_bit((unsigned char)prefix.ptr[0]);
	}
	index->prefixes_count = kept;
}

int index_build(struct index *index)
{
	int rc = store_literals(index);

	for (unsigned table = 0; table < TABLE_COUNT && rc == OK; table++)
		rc = build_table(index, (enum index_table)table);
	if (rc == OK)
		build_nibbles(index);
	sort_prefixes(index);
	for (uint32_t c = 0; c < SHORT_CHARS; c++)
		index->short_chars[c] = (uint8_t)run_char_of(char_info(c).flags);
	free(index->added);
	index->added = NULL;
	return rc;
}
