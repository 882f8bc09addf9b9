/* Quoted passages: what is somebody else's word, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/text.h"

static struct arena arena;

#define PAD_MAX 40

/* Expects the quoted passages of text, each followed by `|`. */
static void check_at(const char *original, size_t before, const char *expected)
{
	struct text text;
	char joined[1024];
	size_t len = 0;

	assert_int_equal(text_prepare(&text, &arena, span_of(original), NULL), OK);
	assert_int_equal(text_find_quotes(&text), OK);
	for (size_t i = 0; i < text.quotes_count; i++) {
		struct range range = text.quotes[i];

		assert_true(before <= range.from);
		assert_true(range.from < range.to && range.to <= text.original.len);
		assert_true(i == 0 || text.quotes[i - 1].to <= range.from);
		memcpy(joined + len, original + range.from, range.to - range.from);
		len += range.to - range.from;
		joined[len++] = '|';
	}
	joined[len] = '\0';
	assert_string_equal(joined, expected);
	arena_reset(&arena);
}

/* The same wherever the text begins: texts are passed over many bytes at a time. */
static void check(const char *original, const char *expected)
{
	char padded[4096];
	size_t len = strlen(original);

	check_at(original, 0, expected);
	assert_true(len + PAD_MAX + 3 < sizeof(padded));
	for (size_t pad = 1; pad <= PAD_MAX; pad++) {
		memset(padded, 'x', pad);
		memcpy(padded + pad, "\n\n", 2);
		memcpy(padded + pad + 2, original, len + 1);
		check_at(padded, pad + 2, expected);
	}
}

static void marks_quote(void **state)
{
	(void)state;
	check("He said \"kill them\" and left", "\"kill them\"|");
	check("He said “kill them” and ‘run’", "“kill them”|‘run’|");
	check("Er sagte „tötet sie“ und »geht« und ‚hier‘", "„tötet sie“|»geht«|‚hier‘|");
	check("Il a dit « tuez-les », gell «oui»", "« tuez-les »|«oui»|");
	check("he said 'kill them', really", "'kill them'|");
	check("وتی «بڕۆ» ئینجا", "«بڕۆ»|");
	check("”both closing”", "”both closing”|");
	check("\"a\"\"b\"", "\"a\"|\"b\"|");
	check("“outer ‘inner’ outer”", "“outer ‘inner’ outer”|");
	check("“a\nb”", "“a\nb”|");
}

static void apostrophes_and_inches_do_not(void **state)
{
	(void)state;
	check("don't say it's the dogs' fault", "");
	check("don’t say it’s the dogs’ fault", "");
	check("a 5\" and a 7\" screen", "");
	check("l'ami d'Anne", "");
	check("\" \" \"\" ''", "");
	check("Kurdistan'ın ve Türkiye'nin", "");
}

static void unclosed_marks_quote_nothing(void **state)
{
	(void)state;
	check("\"I will kill you", "");
	check("“I will kill you\n\nand you”", "");
	check("“one «two» three", "«two»|");
	check("«a\n> b\nc»", "> b|");
	check("[quote] kill", "");
	check("kill [/quote]", "");
}

static void lines_quote(void **state)
{
	(void)state;
	check("> kill them\n> all\nno", "> kill them\n> all|");
	check("no\n  >> kill\nno > yes", "  >> kill|");
	check(">\n", ">|");
	check("a > b", "");
}

static void tags_quote(void **state)
{
	(void)state;
	check("[quote]kill[/quote] no", "[quote]kill[/quote]|");
	check("a [QUOTE=Joe]x\n\n\"y[/Quote] b \"c\"", "[QUOTE=Joe]x\n\n\"y[/Quote]|\"c\"|");
	check("[quote][quote]a[/quote]b[/quote]c", "[quote][quote]a[/quote]b[/quote]|");
	check("[quote]a [quote]b[/quote] c", "[quote]b[/quote]|");
	check("[quote]a[/quote][quote]b[/quote]", "[quote]a[/quote]|[quote]b[/quote]|");
	check("[quoted]a[/quote]", "");
	check("> a [quote]b[/quote] c", "> a |[quote]b[/quote]|");
}

static void a_range_is_quoted_when_all_of_it_is(void **state)
{
	struct text text;

	(void)state;
	assert_int_equal(text_prepare(&text, &arena, SPAN("a \"bcd\" e \"f\""), NULL), OK);
	assert_int_equal(text_find_quotes(&text), OK);
	assert_int_equal(text_find_quotes(&text), OK);
	assert_int_equal(text.quotes_count, 2);
	assert_true(text_is_quoted(&text, (struct range){3, 6}));
	assert_true(text_is_quoted(&text, (struct range){2, 7}));
	assert_true(text_is_quoted(&text, (struct range){11, 12}));
	assert_false(text_is_quoted(&text, (struct range){0, 1}));
	assert_false(text_is_quoted(&text, (struct range){0, 4}));
	assert_false(text_is_quoted(&text, (struct range){5, 9}));
	assert_false(text_is_quoted(&text, (struct range){3, 12}));
	arena_reset(&arena);
}

/* Padding that opens again and again takes time in proportion to its length. */
static void work_is_bounded(void **state)
{
	static const char *const paddings[] = {
		"«", "“x ", "[quote]", "'a ", "\"a ", "> \n", "\n\"a", "[/quote]", "„", "»a«"};
	static char bytes[1 << 18];
	struct text text;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paddings); i++) {
		size_t len = strlen(paddings[i]), at = 0;

		for (; at + len <= sizeof(bytes); at += len)
			memcpy(bytes + at, paddings[i], len);
		assert_int_equal(text_prepare(&text, &arena, (struct span){bytes, at}, NULL), OK);
		assert_int_equal(text_find_quotes(&text), OK);
		arena_reset(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_quote),
		cmocka_unit_test(apostrophes_and_inches_do_not),
		cmocka_unit_test(unclosed_marks_quote_nothing),
		cmocka_unit_test(lines_quote),
		cmocka_unit_test(tags_quote),
		cmocka_unit_test(a_range_is_quoted_when_all_of_it_is),
		cmocka_unit_test(work_is_bounded),
	};
	int failed;

	arena_init(&arena, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
