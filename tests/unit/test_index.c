/* The literal index: what it sees in a text is what stands there, found the slow way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "match/index.h"
#include "match/runs.h"

#define LITERALS_MOST 600
#define SIGHTS_MOST 16384

static unsigned random_below(unsigned *state, unsigned bound)
{
	*state = *state * 1103515245u + 12345u;
	return (*state >> 16) % bound;
}

/* A word over a small alphabet, so that texts hold many of them: ASCII, or two bytes each. */
static struct span random_word(unsigned *state, struct arena *arena, size_t letters, bool arabic)
{
	static const char *const alphabets[2][4] = {
		{"a", "b", "k", "1"}, {"\xD8\xA7", "\xD9\x8A", "\xD8\xB3", "\xDB\x95"}};
	char *out = arena_alloc(arena, 2 * letters + 1);
	size_t len = 0;

	assert_non_null(out);
	for (size_t i = 0; i < letters; i++) {
		const char *letter = alphabets[arabic][random_below(state, 4)];

		for (; *letter; letter++)
			out[len++] = *letter;
	}
	return (struct span){out, len};
}

/* What was seen, and what should have been: literal and place, as one number. */
struct seen {
	uint64_t sights[SIGHTS_MOST];
	size_t count;
};

static void add_sight(struct seen *seen, uint32_t literal, size_t from)
{
	assert_true(seen->count < SIGHTS_MOST);
	seen->sights[seen->count++] = (uint64_t)literal << 32 | from;
}

static bool note(void *context, const struct sight *sight)
{
	for (size_t i = 0; i < sight->postings_count; i++)
		add_sight(context, sight->postings[i].pattern, sight->from);
	return true;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool stands_at(struct span text, size_t at, struct span word)
{
	return span_starts(span_sub(text, at, text.len), word);
}

static void expect(struct seen *out, const struct literal *literals, size_t count, struct span text)
{
	struct arena arena;
	struct runs runs;

	arena_init(&arena, 0);
	assert_true(runs_find(&arena, text, &runs));
	out->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct span word = literals[i].bytes;

		for (size_t at = 0; literals[i].kind == LITERAL_PART && at < text.len; at++)
			if (stands_at(text, at, word))
				add_sight(out, i, at);
		for (size_t r = 0; literals[i].kind != LITERAL_PART && r < runs.count; r++) {
			const struct run *run = &runs.items[r];
			struct span bytes = span_sub(text, run->from, run->to);

			if (literals[i].kind == LITERAL_RUN ? span_eq(bytes, word)
							    : span_starts(bytes, word))
				add_sight(out, i, run->from);
		}
	}
	arena_free(&arena);
}

/* `count` literals of up to `longest` letters in texts of every length up to 150 letters. */
static void check(unsigned seed, size_t count, size_t longest, bool parts)
{
	static struct seen seen, expected;
	struct literal literals[LITERALS_MOST];
	struct index *index = index_new();
	struct run_set runs;
	struct arena arena;

	assert_non_null(index);
	arena_init(&arena, 0);
	for (uint32_t i = 0; i < count; i++) {
		size_t letters = 1 + random_below(&seed, (unsigned)longest);
		struct span word = random_word(&seed, &arena, letters, random_below(&seed, 3) == 0);

		literals[i] = (struct literal){.kind = parts                    ? LITERAL_PART
						       : random_below(&seed, 2) ? LITERAL_RUN
										: LITERAL_PREFIX,
			.bytes = word,
			.key_len = parts ? 0 : (uint32_t)word.len};
		assert_int_equal(index_add(index, &literals[i],
					 (struct posting){.pattern = i, .entry = POSTING_NO_ENTRY}),
			OK);
	}
	assert_int_equal(index_build(index), OK);
	for (size_t length = 0; length < 150; length++) {
		struct span words[3] = {random_word(&seed, &arena, length / 3, false),
			random_word(&seed, &arena, length / 3, length % 2),
			random_word(&seed, &arena, length - length / 3, false)};
		char *text = arena_alloc(&arena, 4 * length + 3), *to = text;

		assert_non_null(text);
		for (int i = 0; i < 3; i++) {
			if (words[i].len > 0)
				memcpy(to, words[i].ptr, words[i].len);
			to += words[i].len;
			if (i < 2)
				*to++ = i ? '-' : ' ';
		}
		seen.count = 0;
		assert_true(index_scan(
			index, (struct span){text, (size_t)(to - text)}, &runs, note, &seen));
		expect(&expected, literals, count, (struct span){text, (size_t)(to - text)});
		qsort(seen.sights, seen.count, sizeof(uint64_t), compare);
		qsort(expected.sights, expected.count, sizeof(uint64_t), compare);
		assert_int_equal(seen.count, expected.count);
		for (size_t i = 0; i < seen.count; i++)
			assert_int_equal(seen.sights[i], expected.sights[i]);
	}
	index_free(index);
	arena_free(&arena);
}

/* Few short ones are looked for otherwise than many, and long ones otherwise than short ones. */
static void test_parts(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 6; seed++) {
		check(seed, 1 + seed, 6, true);
		check(seed, 40, 4, true);
		check(seed, 120, 5, true);
		check(seed, 60, 14, true);
		check(seed, 600, 6, true); /* too many for a look at sixteen places at a time */
		check(seed, 300, 20, true);
	}
}

static void test_runs(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 6; seed++) {
		check(seed, 5, 3, false);
		check(seed, 100, 12, false);
		check(seed, 300, 30, false);
	}
}

/* What is between words: nothing that is in a run, but marks, which join two words. */
static const char *const separators[] = {" ", ", ", "-", "'", "\n\n", "\xE2\x80\x94",
	"\xE6\xBC\xA2", "\xF0\x9F\x98\x80", "\xCC\x81"};

static struct span random_text(unsigned *state, struct arena *arena, size_t words)
{
	char *text = arena_alloc(arena, 16 * words), *to = text;

	assert_non_null(text);
	for (size_t i = 0; i < words; i++) {
		size_t letters = 1 + random_below(state, 2);
		struct span word = random_word(state, arena, letters, random_below(state, 4) == 0);
		const char *separator = separators[random_below(state, ARRAY_LEN(separators))];

		memcpy(to, word.ptr, word.len);
		to = stpcpy(to + word.len, separator);
	}
	return (struct span){text, (size_t)(to - text)};
}

static bool note_pair(void *context, const struct sight *sight)
{
	for (size_t i = 0; i < sight->postings_count; i++)
		add_sight(context, sight->postings[i].pattern,
			(size_t)sight->pair_from << 16 | sight->from);
	return true;
}

/* Each pair of literals is seen where its runs follow each other, and its bit is set then. */
static void check_pairs(const struct index *index, const struct literal *pairs, size_t count,
	struct span text, struct arena *arena)
{
	static struct seen seen, expected;
	struct run_set set;
	struct runs runs;

	seen.count = expected.count = 0;
	assert_true(index_scan(index, text, &set, note_pair, &seen));
	assert_true(runs_find(arena, text, &runs));
	for (size_t r = 1; r < runs.count; r++) {
		const struct run *first = &runs.items[r - 1], *second = first + 1;
		struct span before = span_sub(text, first->from, first->to);
		struct span bytes = span_sub(text, second->from, second->to);

		assert_true(run_set_has(&set, index_pair_bit(before, bytes)));
		for (uint32_t i = 0; i < count; i++)
			if (span_eq(pairs[i].before, before) && span_eq(pairs[i].bytes, bytes))
				add_sight(&expected, i, (size_t)first->from << 16 | second->from);
	}
	qsort(seen.sights, seen.count, sizeof(uint64_t), compare);
	qsort(expected.sights, expected.count, sizeof(uint64_t), compare);
	assert_int_equal(seen.count, expected.count);
	assert_memory_equal(seen.sights, expected.sights, seen.count * sizeof(uint64_t));
}

static void test_pairs(void **state)
{
	struct literal pairs[100];
	unsigned seed = 7;
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (int round = 0; round < 20; round++) {
		struct index *index = index_new();

		assert_non_null(index);
		for (uint32_t i = 0; i < ARRAY_LEN(pairs); i++) {
			struct span before = random_word(&seed, &arena, 1 + i % 2, i % 7 == 0);
			struct span bytes = random_word(&seed, &arena, 1 + i % 3, i % 5 == 0);

			pairs[i] = (struct literal){.kind = LITERAL_PAIR,
				.before = before,
				.bytes = bytes,
				.key_len = (uint32_t)bytes.len};
			assert_int_equal(
				index_add(index, &pairs[i],
					(struct posting){.pattern = i, .entry = POSTING_NO_ENTRY}),
				OK);
		}
		assert_int_equal(index_build(index), OK);
		for (size_t words = 0; words < 120; words++)
			check_pairs(index, pairs, ARRAY_LEN(pairs),
				random_text(&seed, &arena, words), &arena);
		index_free(index);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
