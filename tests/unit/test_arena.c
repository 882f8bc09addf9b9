/* Arenas: alignment, the limit, what reset keeps, and sizes that overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#include <stdalign.h>

static void pieces_are_aligned_and_apart(void **state)
{
	struct arena a;
	char *pieces[200];

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		pieces[i] = arena_alloc(&a, i);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		memset(pieces[i], (int)i, i);
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		for (size_t k = 0; k < i; k++)
			assert_int_equal((unsigned char)pieces[i][k], i);
	}
	arena_free(&a);
	assert_int_equal(a.used, 0);
}

static void larger_than_any_block(void **state)
{
	struct arena a;
	char *big;

	(void)state;
	arena_init(&a, 0);
	big = arena_alloc(&a, 5 * 1024 * 1024);
	assert_non_null(big);
	big[5 * 1024 * 1024 - 1] = 1;
	assert_non_null(arena_alloc(&a, 10));
	arena_free(&a);
}

static void limit_holds_and_is_usable_up_to_the_end(void **state)
{
	struct arena a;
	size_t given = 0;

	(void)state;
	arena_init(&a, 100000);
	while (arena_alloc(&a, 1000))
		given += 1000;
	assert_in_range(given, 90000, 100000);
	assert_true(a.used <= 100000);
	assert_null(arena_alloc(&a, 50000));
	arena_reset(&a);
	assert_non_null(arena_alloc(&a, 1000));
	arena_free(&a);
	assert_int_equal(a.limit, 100000);
}

static void zeroed_items_and_overflow(void **state)
{
	struct arena a;
	uint64_t *numbers;

	(void)state;
	arena_init(&a, 0);
	memset(arena_alloc(&a, 4096), 0xFF, 4096);
	arena_reset(&a);
	numbers = arena_zalloc(&a, 100, sizeof(*numbers));
	assert_non_null(numbers);
	for (int i = 0; i < 100; i++)
		assert_int_equal(numbers[i], 0);
	assert_null(arena_zalloc(&a, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 64));
	assert_null(arena_alloc(&a, (size_t)PTRDIFF_MAX));
	arena_free(&a);
}

static void copies_end_with_nul(void **state)
{
	struct arena a;
	struct span copy;

	(void)state;
	arena_init(&a, 0);
	copy = arena_copy(&a, SPAN("a\0b"));
	assert_true(span_eq(copy, SPAN("a\0b")));
	assert_int_equal(copy.ptr[3], '\0');
	copy = arena_copy(&a, (struct span){NULL, 0});
	assert_non_null(copy.ptr);
	assert_int_equal(copy.len, 0);
	assert_int_equal(copy.ptr[0], '\0');
	arena_free(&a);
}

static void reset_keeps_one_block(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	arena_reset(&a); /* of an empty one */
	for (int i = 0; i < 1000; i++)
		assert_non_null(arena_alloc(&a, 1000));
	arena_reset(&a);
	assert_true(a.used > 0 && a.used <= 1024 * 1024);
	for (int round = 0; round < 100; round++) {
		size_t before = a.used;

		assert_non_null(arena_alloc(&a, 1000));
		arena_reset(&a);
		assert_int_equal(a.used, before);
	}
	arena_free(&a);
	arena_free(&a);
}

static void joins_what_another_holds(void **state)
{
	struct arena from, to;
	char *kept, *given;

	(void)state;
	arena_init(&from, 0);
	arena_init(&to, 0);
	arena_join(&to, &from);
	assert_int_equal(to.used, 0);
	kept = arena_alloc(&to, 5);
	given = arena_zalloc(&from, 100000, 1);
	assert_non_null(kept);
	assert_non_null(given);
	memcpy(kept, "kept", 5);
	arena_join(&to, &from);
	assert_int_equal(from.used, 0);
	assert_null(from.blocks);
	given[99999] = 'x';
	assert_memory_equal(kept, "kept", 5);
	assert_non_null(arena_alloc(&to, 64));
	assert_non_null(arena_alloc(&from, 64));
	arena_free(&to);
	arena_free(&from);
}

static void test_grow(void **state)
{
	struct arena a;
	uint64_t *items = NULL;
	size_t capacity = 0;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < 1000; i++) {
		assert_true(arena_grow(&a, (void **)&items, i, &capacity, sizeof(*items), 3));
		assert_true(capacity > i);
		items[i] = i;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	/* Without memory the array stays as it was. */
	a.limit = 1;
	capacity = 1000;
	assert_false(arena_grow(&a, (void **)&items, 1000, &capacity, 1 << 20, 3));
	assert_int_equal(capacity, 1000);
	assert_int_equal(items[999], 999);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_apart),
		cmocka_unit_test(larger_than_any_block),
		cmocka_unit_test(limit_holds_and_is_usable_up_to_the_end),
		cmocka_unit_test(zeroed_items_and_overflow),
		cmocka_unit_test(copies_end_with_nul),
		cmocka_unit_test(joins_what_another_holds),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(reset_keeps_one_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
