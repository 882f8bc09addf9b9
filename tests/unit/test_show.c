/* Marked text: carets stand under what they mean, for every kind of character and line width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/show.h"

static void assert_shown(struct span text, const struct range *ranges, size_t count, unsigned width,
	const char *wanted)
{
	struct out out;

	out_init(&out, -1, COLOUR_NEVER);
	out.width = width;
	assert_true(show_text(&out, text, ranges, count));
	buf_char(&out.buffer, '\0');
	assert_string_equal(out.buffer.data, wanted);
	buf_free(&out.buffer);
}

#define SHOWN(text, width, wanted, ...)                                                            \
	do {                                                                                       \
		const struct range ranges[] = {__VA_ARGS__};                                       \
		assert_shown(SPAN(text), ranges, ARRAY_LEN(ranges), width, wanted);                \
	} while (0)

static void plain_text(void **state)
{
	(void)state;
	SHOWN("I will kill you", 80, "    I will kill you\n    ^^^^^^^^^^^^^^^\n", {0, 15});
	SHOWN("oh, I will kill you", 80, "    oh, I will kill you\n           ^^^^\n", {7, 11});
	assert_shown(SPAN("nothing"), NULL, 0, 80, "    nothing\n");
	assert_shown(SPAN(""), NULL, 0, 80, "");
}

static void several_and_overlapping_places(void **state)
{
	(void)state;
	SHOWN("one two three", 80, "    one two three\n    ^^^     ^^^^^\n", {8, 13}, {0, 3});
	SHOWN("one two three", 80, "    one two three\n    ^^^^^^^\n", {0, 5}, {4, 7}, {1, 2});
	SHOWN("abc", 80, "    abc\n", {2, 2}, {3, 9}); /* empty, and beyond the end: ignored */
}

static void only_lines_with_places_get_carets(void **state)
{
	(void)state;
	SHOWN("one\ntwo\nthree", 80, "    one\n    two\n    ^^^\n    three\n", {4, 7});
	SHOWN("one\r\ntwo", 80, "    one\n      ^\n    two\n    ^\n", {2, 6});
	SHOWN("one\n\ntwo\n", 80, "    one\n    ^^^\n    \n    two\n", {0, 3});
}

static void wide_and_combining_characters(void **state)
{
	(void)state;
	SHOWN("日本 kill", 80, "    日本 kill\n         ^^^^\n", {7, 11});
	SHOWN("日本 kill", 80, "    日本 kill\n      ^^\n", {3, 6});
	SHOWN("e\u0301a\u0301 x", 80, "    e\u0301a\u0301 x\n       ^\n", {7, 8});
	SHOWN("😀 x", 80, "    😀 x\n       ^\n", {5, 6});
}

static void arabic_script(void **state)
{
	(void)state;
	/* Letters take a column each, the mark (U+064B) none. */
	SHOWN("سلام x", 80, "    سلام x\n         ^\n", {9, 10});
	SHOWN("شكرًا x", 80, "    شكرًا x\n         ^\n", {11, 12});
	SHOWN("می‌خواهم", 80, "    می‌خواهم\n    ^^^^^^^\n", {0, 17});
}

static void hidden_characters_are_tokens(void **state)
{
	(void)state;
	SHOWN("a\xE2\x80\xAE"
	      "b",
		80, "    a<U+202E>b\n             ^\n", {4, 5});
	SHOWN("a\x1b[31m\x07", 80, "    a<U+001B>[31m<U+0007>\n     ^^^^^^^^\n", {1, 2});
	SHOWN("a\0b", 80, "    a<U+0000>b\n             ^\n", {2, 3});
	SHOWN("a\tb", 80, "    a b\n      ^\n", {2, 3});
	SHOWN("a\xF3\xA0\x81\x81"
	      "b",
		80, "    a<U+E0041>b\n     ^^^^^^^^^\n", {1, 5});
	/* A joiner that is the whole place is shown, one inside a word is not. */
	SHOWN("a\u200Db", 80, "    a<U+200D>b\n     ^^^^^^^^\n", {1, 4});
	SHOWN("a\u200Db", 80, "    a\u200Db\n    ^^\n", {0, 5});
}

static void long_lines_are_wrapped(void **state)
{
	(void)state;
	SHOWN("one two three four", 15, "    one two \n    three four\n    ^^^^^\n", {8, 13});
	SHOWN("aaaaaaaaaabbbbbbbbbbcc", 15, "    aaaaaaaaaa\n    bbbbbbbbbb\n    cc\n     ^\n",
		{21, 22});
	SHOWN("aaaaaaaaaabb", 15, "    aaaaaaaaaa\n             ^\n    bb\n    ^\n", {9, 11});
	/* A wide character that does not fit goes to the next line. */
	SHOWN("aaaaaaaaa日", 15, "    aaaaaaaaa\n    日\n    ^^\n", {9, 12});
	/* Marks stay with their letter. */
	SHOWN("aaaaaaaaae\u0301b", 15, "    aaaaaaaaae\u0301\n    b\n    ^\n", {12, 13});
}

static void a_tiny_terminal_still_ends(void **state)
{
	(void)state;
	SHOWN("ab", 1, "    a\n    b\n    ^\n", {1, 2});
	SHOWN("日b", 1, "    日\n    b\n    ^\n", {3, 4});
}

static void untrusted_text_is_tamed_and_cut(void **state)
{
	struct out out;

	(void)state;
	out_init(&out, -1, COLOUR_NEVER);
	out_untrusted(&out, SPAN("a\x1b]0;x\x07\n\xE2\x80\xAE"), 0);
	out_str(&out, "|");
	out_untrusted(&out, SPAN("ééééé"), 5);
	assert_true(span_eq(
		buf_content(&out.buffer), SPAN("a<U+001B>]0;x<U+0007><U+000A><U+202E>|ééé…")));
	buf_free(&out.buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text),
		cmocka_unit_test(several_and_overlapping_places),
		cmocka_unit_test(only_lines_with_places_get_carets),
		cmocka_unit_test(wide_and_combining_characters),
		cmocka_unit_test(arabic_script),
		cmocka_unit_test(hidden_characters_are_tokens),
		cmocka_unit_test(long_lines_are_wrapped),
		cmocka_unit_test(a_tiny_terminal_still_ends),
		cmocka_unit_test(untrusted_text_is_tamed_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
