/* Buffers: growth, limits, the sticky failure, and consuming from the front. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static void assert_content(const struct buf *b, const char *wanted)
{
	assert_true(span_eq(buf_content(b), span_of(wanted)));
}

static void appends_in_order(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_str(&b, "a");
	buf_char(&b, '-');
	buf_append(&b, "b\0c", 3);
	buf_span(&b, SPAN("!"));
	buf_printf(&b, " %s %d", "x", 7);
	buf_u64(&b, 0);
	buf_u64(&b, UINT64_MAX);
	assert_false(b.failed);
	assert_true(span_eq(buf_content(&b), SPAN("a-b\0c! x 7018446744073709551615")));
	buf_free(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
}

static void grows_and_keeps_content(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_free(&b);
}

static void limit_is_exact_and_failure_sticks(void **state)
{
	struct buf b = {.limit = 5};

	(void)state;
	buf_str(&b, "12345");
	assert_false(b.failed);
	buf_char(&b, '6');
	assert_true(b.failed);
	assert_content(&b, "12345");
	buf_consume(&b, 3);
	buf_char(&b, '7'); /* there would be room, but something was lost already */
	assert_content(&b, "45");
	buf_clear(&b);
	assert_false(b.failed);
	buf_str(&b, "12345");
	assert_false(b.failed);
	buf_free(&b);
	assert_int_equal(b.limit, 5);
}

static void impossible_size_fails(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_char(&b, 'a');
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_true(b.failed);
	assert_content(&b, "a");
	buf_free(&b);
}

static void empty_operations_are_fine(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_append(&b, NULL, 0);
	buf_span(&b, (struct span){NULL, 0});
	buf_consume(&b, 0);
	assert_int_equal(b.len, 0);
	assert_false(b.failed);
	assert_non_null(buf_reserve(&b, 0));
	buf_free(&b);
}

static void consumes_from_the_front(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_str(&b, "line one\nline two");
	buf_consume(&b, 9);
	assert_content(&b, "line two");
	buf_consume(&b, 8);
	assert_content(&b, "");
	buf_str(&b, "again");
	assert_content(&b, "again");
	buf_free(&b);
}

static void long_printf(void **state)
{
	struct buf b = {0};
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	buf_printf(&b, "<%s>", text);
	assert_int_equal(b.len, sizeof(text) + 1);
	assert_int_equal(b.data[b.len - 1], '>');
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_in_order),
		cmocka_unit_test(grows_and_keeps_content),
		cmocka_unit_test(limit_is_exact_and_failure_sticks),
		cmocka_unit_test(impossible_size_fails),
		cmocka_unit_test(empty_operations_are_fine),
		cmocka_unit_test(consumes_from_the_front),
		cmocka_unit_test(long_printf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
