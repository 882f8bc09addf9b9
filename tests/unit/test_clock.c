/* Instants: what is read, what is refused, and that writing gives back what was read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void reads_instants(void **state)
{
	static const struct {
		struct span text;
		int64_t ms;
	} rows[] = {
		{SPAN("1970-01-01"), 0},
		{SPAN("1970-01-01T00:00:00Z"), 0},
		{SPAN("1969-12-31T23:59:59.999Z"), -1},
		{SPAN("2026-11-23T10:00:00Z"), INT64_C(1795428000000)},
		{SPAN("2026-11-23t13:00:00+03:00"), INT64_C(1795428000000)},
		{SPAN("2026-11-23 05:30:00.000-04:30"), INT64_C(1795428000000)},
		{SPAN("2026-11-23T10:00:00.25Z"), INT64_C(1795428000250)},
		{SPAN("2026-11-23T10:00:00.123456789Z"), INT64_C(1795428000123)},
		{SPAN("2024-02-29"), INT64_C(1709164800000)},
		{SPAN("2000-02-29"), INT64_C(951782400000)},
		{SPAN("2016-12-31T23:59:60Z"), INT64_C(1483228799999)},
		{SPAN("0001-01-01"), INT64_C(-62135596800000)},
		{SPAN("9999-12-31T23:59:59.999Z"), INT64_C(253402300799999)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = 42;

		if (!clock_parse(rows[i].text, &ms))
			fail_msg("refused: %.*s", SPAN_ARGS(rows[i].text));
		assert_int_equal(ms, rows[i].ms);
	}
}

static void refuses_what_is_no_instant(void **state)
{
	static const struct span rows[] = {
		SPAN(""),
		SPAN("2026"),
		SPAN("2026-13-01"),
		SPAN("2026-00-01"),
		SPAN("2026-02-29"),
		SPAN("1900-02-29"),
		SPAN("2026-04-31"),
		SPAN("0000-01-01"),
		SPAN("2026-1-1"),
		SPAN("2026-11-23T10:00:00"),
		SPAN("2026-11-23T24:00:00Z"),
		SPAN("2026-11-23T10:60:00Z"),
		SPAN("2026-11-23T10:00:61Z"),
		SPAN("2026-11-23T10:00Z"),
		SPAN("2026-11-23T10:00:00.Z"),
		SPAN("2026-11-23T10:00:00+3:00"),
		SPAN("2026-11-23T10:00:00+24:00"),
		SPAN("2026-11-23T10:00:00Zx"),
		SPAN("2026-11-23T10:00:00Z\0"),
		SPAN(" 2026-11-23"),
		SPAN("2026-11-23T"),
		SPAN("-2026-11-23"),
		SPAN("+026-11-23"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = 42;

		if (clock_parse(rows[i], &ms))
			fail_msg("accepted: %.*s", SPAN_ARGS(rows[i]));
		assert_int_equal(ms, 42);
	}
}

static void writes_what_was_read(void **state)
{
	static const char *const rows[] = {
		"1970-01-01T00:00:00.000Z",
		"1969-12-31T23:59:59.999Z",
		"2026-11-23T10:00:00.250Z",
		"0001-01-01T00:00:00.000Z",
		"9999-12-31T23:59:59.999Z",
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms;

		assert_true(clock_parse(span_of(rows[i]), &ms));
		clock_format(ms, text);
		assert_string_equal(text, rows[i]);
	}
	clock_format(INT64_MAX, text); /* out of range: any text, but one that fits */
	assert_int_equal(text[CLOCK_TEXT_SIZE - 1], '\0');
	clock_format(INT64_MIN, text);
	assert_int_equal(text[CLOCK_TEXT_SIZE - 1], '\0');
}

static void clocks_go_forward(void **state)
{
	int64_t before = clock_mono_ns();

	(void)state;
	assert_true(clock_mono_ns() >= before);
	assert_true(clock_real_ms() > INT64_C(1700000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_instants),
		cmocka_unit_test(refuses_what_is_no_instant),
		cmocka_unit_test(writes_what_was_read),
		cmocka_unit_test(clocks_go_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
