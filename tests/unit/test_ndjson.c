/* NDJSON framing: which bytes make a line, which a refusal, however they are cut up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "wire/ndjson.h"

#include <stdlib.h>

#define SMALL 16 /* [bytes] line limit of most cases */

/*
 * Feeds `input` in pieces of `step` bytes and writes what came out: lines as "[n:text]", refusals
 * as "!n:code", broken as "#n:code", which ends it, and "~n:code" for an unfinished line.
 */
static void transcribe(struct ndjson n, struct span input, size_t step, bool ended, struct buf *out)
{
	struct refusal refusal = REFUSAL_INIT;
	size_t from = 0, to = 0, used;
	enum ndjson_result got;
	struct span line;

	do {
		to = input.len - to > step ? to + step : input.len;
		while ((got = ndjson_next(&n, span_sub(input, from, to), ended && to == input.len,
				&used, &line, &refusal)) != NDJSON_MORE) {
			from += used;
			if (got == NDJSON_LINE) {
				buf_printf(out, "[%d:", (int)n.line);
				buf_span(out, line);
				buf_char(out, ']');
				continue;
			}
			assert_int_equal(refusal.line, n.line);
			buf_printf(out, "%c%d:%s", got == NDJSON_BROKEN ? '#' : '!', (int)n.line,
				refusal_kinds[refusal.code].name);
			if (got == NDJSON_BROKEN)
				return;
		}
		from += used;
	} while (to < input.len);
	if (ndjson_cut_short(&n, span_sub(input, from, input.len), &refusal))
		buf_printf(out, "~%d:%s", (int)refusal.line, refusal_kinds[refusal.code].name);
}

static void expect_of(struct ndjson n, struct span input, bool ended, const char *expected)
{
	for (size_t step = 1; step <= input.len + 1; step++) {
		struct buf out = {0};

		transcribe(n, input, step, ended, &out);
		buf_char(&out, '\0');
		assert_false(out.failed);
		assert_string_equal(out.data, expected);
		buf_free(&out);
		if (input.len > 200 && step == 3)
			step = input.len; /* long inputs: 1, 2, 3 bytes and all at once */
	}
}

static void expect(struct span input, size_t line_max, bool ended, const char *expected)
{
	expect_of((struct ndjson){.line_max = line_max}, input, ended, expected);
}

#define EXPECT(literal, expected) expect(SPAN(literal), SMALL, false, (expected))

static void lines_end_with_lf_or_crlf(void **state)
{
	(void)state;
	EXPECT("{}\n", "[1:{}]");
	EXPECT("{}\r\n{1}\n", "[1:{}][2:{1}]");
	EXPECT("{\xE2\x80\xA8}\n", "[1:{\xE2\x80\xA8}]"); /* U+2028 */
	EXPECT("{\xC2\x85}\n", "[1:{\xC2\x85}]"); /* NEL */
	EXPECT("{\0}\n", "[1:{"); /* the transcript ends at the NUL */
	EXPECT("", "");
}

static void a_carriage_return_within_a_line_is_refused(void **state)
{
	(void)state;
	EXPECT("{\r}\n{}\n", "!1:bad_line[2:{}]");
	EXPECT("{}\r\r\n{}\n", "!1:bad_line[2:{}]");
	EXPECT("\r{}\n{}\n", "!1:bad_line[2:{}]");
}

static void empty_lines_are_counted_but_not_answered(void **state)
{
	struct buf input = {0};

	(void)state;
	EXPECT("\n\r\n{}\n\n", "[3:{}]");
	for (int i = 0; i < NDJSON_EMPTY_MAX; i++)
		buf_char(&input, '\n');
	buf_str(&input, "{}\n");
	expect(buf_content(&input), SMALL, false, "[101:{}]");
	buf_clear(&input);
	for (int i = 0; i <= NDJSON_EMPTY_MAX; i++)
		buf_str(&input, "\r\n");
	buf_str(&input, "{}\n");
	expect(buf_content(&input), SMALL, false, "#101:bad_line");
	buf_free(&input);
}

static void a_line_may_be_as_long_as_the_limit(void **state)
{
	(void)state;
	EXPECT("{345678901234}\n{}\n", "[1:{345678901234}][2:{}]"); /* 14 */
	EXPECT("{34567890123456}\n{}\n", "[1:{34567890123456}][2:{}]"); /* 16 */
	EXPECT("{34567890123456}\r\n{}\n", "[1:{34567890123456}][2:{}]");
	EXPECT("{345678901234567}\n{}\n", "#1:too_large"); /* 17 */
	EXPECT("{345678901234567}\r\n{}\n", "#1:too_large");
	EXPECT("{}\n{345678901234567890123456789", "[1:{}]#2:too_large");
}

static void the_default_limit_holds_to_the_byte(void **state)
{
	struct buf input = {0};

	(void)state;
	for (int over = -1; over <= 1; over++) {
		size_t len = (size_t)(NDJSON_LINE_MAX + over), used;
		struct ndjson n = {.line_max = NDJSON_LINE_MAX};
		struct refusal refusal;
		struct span line;
		char *at;

		buf_clear(&input);
		at = buf_reserve(&input, len + 2);
		assert_non_null(at);
		memset(at, '1', len);
		at[len] = '\r';
		at[len + 1] = '\n';
		input.len = len + 2;
		assert_int_equal(
			ndjson_next(&n, buf_content(&input), false, &used, &line, &refusal),
			over > 0 ? NDJSON_BROKEN : NDJSON_LINE);
		if (over > 0)
			assert_int_equal(refusal.code, REFUSAL_TOO_LARGE);
		else
			assert_int_equal(line.len, len);
	}
	buf_free(&input);
}

static void an_unfinished_line_is_never_judged(void **state)
{
	(void)state;
	EXPECT("{}\n{\"te", "[1:{}]~2:bad_line");
	EXPECT("{}", "~1:bad_line");
	/* but a body or a file ends where it ends */
	expect(SPAN("{}\n{1}"), SMALL, true, "[1:{}][2:{1}]");
	expect(SPAN("{}\n{1}\r"), SMALL, true, "[1:{}][2:{1}]");
	expect(SPAN("{}\n"), SMALL, true, "[1:{}]");
}

static void other_protocols_are_hung_up_on_at_their_first_byte(void **state)
{
	static const struct span hellos[] = {
		{"\x16\x03\x01\x02", 4}, /* TLS, which sends no LF */
		{"POST /v1/check HTTP/1.1\r\n", 25},
		{"GET", 3},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24},
		{"PROXY TCP4 1.2.3.4", 18},
		{"\r\n\r\n\0\r\nQUIT\n", 12}, /* PROXY v2 */
		{"EHLO a\r\n", 8},
		{"*1\r\n$4\r\nPING\r\n", 14}, /* RESP */
		{"SSH-2.0-x\r\n", 11},
		{"\0\0\0\1", 4},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hellos); i++) {
		struct ndjson n = {.line_max = SMALL};
		struct refusal refusal;
		struct span line;
		size_t used;

		assert_int_equal(
			ndjson_next(&n, hellos[i], false, &used, &line, &refusal), NDJSON_BROKEN);
		assert_int_equal(refusal.code, REFUSAL_WRONG_PROTOCOL);
	}
	/* after the first line a wrong one is only a wrong line, for the JSON reader to refuse */
	EXPECT("{}\nGET\n{}\n", "[1:{}][2:GET][3:{}]");
	/* a byte order mark begins a line that the JSON reader refuses by name */
	EXPECT("\xEF\xBB\xBF{}\n", "[1:\xEF\xBB\xBF{}]");
}

static void in_a_file_a_wrong_first_line_is_only_a_wrong_line(void **state)
{
	struct ndjson n = {.line_max = SMALL, .begun = true};
	struct refusal refusal;
	struct span line;
	size_t used;

	(void)state;
	assert_int_equal(
		ndjson_next(&n, SPAN("hello\n{}\n"), false, &used, &line, &refusal), NDJSON_LINE);
	assert_true(span_eq(line, SPAN("hello")));
	assert_int_equal(used, 6);
}

static void in_a_lenient_file_nothing_breaks_the_stream(void **state)
{
	const struct ndjson n = {.line_max = SMALL, .begun = true, .lenient = true};
	char empty[2 * NDJSON_EMPTY_MAX + 4];

	(void)state;
	expect_of(n, SPAN("{1}\n{56789012345678901234567890}\n{3}"), true,
		"[1:{1}]!2:too_large[3:{3}]");
	expect_of(n, SPAN("{23456789012345}\r\n{2345678901234567}\r\n\n\n{5}\n"), true,
		"[1:{23456789012345}]!2:too_large[5:{5}]");
	expect_of(n, SPAN("{56789012345678901234567890}"), true, "!1:too_large");
	memset(empty, '\n', sizeof(empty));
	memcpy(empty + sizeof(empty) - 3, "{1}", 3);
	expect_of(n, (struct span){empty, sizeof(empty)}, true, "[202:{1}]");
}

static void a_long_line_byte_by_byte_takes_linear_time(void **state)
{
	static char input[NDJSON_LINE_MAX + 1];
	struct ndjson n = {.line_max = NDJSON_LINE_MAX};
	struct refusal refusal;
	struct span line;
	size_t used;

	(void)state;
	memset(input, ' ', NDJSON_LINE_MAX);
	input[NDJSON_LINE_MAX] = '\n';
	for (size_t to = 1; to <= NDJSON_LINE_MAX; to++) {
		struct span seen = {input, to};

		assert_int_equal(ndjson_next(&n, seen, false, &used, &line, &refusal), NDJSON_MORE);
		assert_int_equal(n.scanned, to); /* none of it is looked at again */
	}
	assert_int_equal(
		ndjson_next(&n, (struct span){input, sizeof(input)}, false, &used, &line, &refusal),
		NDJSON_LINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_with_lf_or_crlf),
		cmocka_unit_test(a_carriage_return_within_a_line_is_refused),
		cmocka_unit_test(empty_lines_are_counted_but_not_answered),
		cmocka_unit_test(a_line_may_be_as_long_as_the_limit),
		cmocka_unit_test(the_default_limit_holds_to_the_byte),
		cmocka_unit_test(an_unfinished_line_is_never_judged),
		cmocka_unit_test(other_protocols_are_hung_up_on_at_their_first_byte),
		cmocka_unit_test(in_a_file_a_wrong_first_line_is_only_a_wrong_line),
		cmocka_unit_test(in_a_lenient_file_nothing_breaks_the_stream),
		cmocka_unit_test(a_long_line_byte_by_byte_takes_linear_time),
	};

	return cmocka_run_group_tests_name("wire/ndjson", tests, NULL, NULL);
}
