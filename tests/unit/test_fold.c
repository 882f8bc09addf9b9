/* Folding: what becomes the same, what stays apart, and the way back to the original. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

static struct arena arena;

static struct view folded(struct span text)
{
	struct view view;

	assert_int_equal(fold(&arena, text, &view), OK);
	return view;
}

static void check(const char *text, const char *expected)
{
	struct view view = folded(span_of(text));
	struct span word = fold_word(&arena, span_of(text));

	if (!span_eq(view.text, span_of(expected)))
		fail_msg("\"%s\" folds to \"%.*s\", expected \"%s\"", text, SPAN_ARGS(view.text),
			expected);
	assert_true(span_eq(word, view.text));
	arena_reset(&arena);
}

/* Every promise that view.h makes of a map. */
static void check_map(struct span text, const struct view *view)
{
	assert_true(utf8_valid(view->text, NULL));
	assert_int_equal(view->map[view->text.len], text.len);
	for (size_t i = 0; i < view->text.len; i++) {
		assert_true(view->map[i] < text.len);
		assert_true(view->map[i] <= view->map[i + 1]);
		assert_int_not_equal(text.ptr[view->map[i]] & 0xC0, 0x80);
	}
}

static void case_width_and_marks_go(void **state)
{
	(void)state;
	check("Hello, WORLD 09 @[`{_", "hello, world 09 @[`{_");
	check("Ｋｉｌｌ", "kill");
	check("𝐤𝓲𝕝𝖑 Ⓚⓘⓛⓛ 🅺🅸🅻🅻 🄺🄸🄻🄻 ᴋɪʟʟ", "kill kill kill kill kill");
	check("Straße ŒUVRE Łódź Ørsted ﬁn", "strasse oeuvre lodz orsted fin");
	check("é e\xCC\x81 E\xCC\x81\xCC\xA3", "e e e");
	check("Ἀθήναις ΑΘΗΝΑΙΣ", "αθηναισ αθηναισ");
	check("Ёлка Й", "елка и");
	check("x² ① ½ ❸", "x2 1 1⁄2 3");
}

static void turkish_and_kurmanji_letters_meet(void **state)
{
	(void)state;
	check("IĞDIR ığdır İğdir iğdir", "igdir igdir igdir igdir");
	check("Şêx, çî û Îro", "sex, ci u iro");
	check("Göğüs", "gogus");
}

static void arabic_script_variants_meet(void **state)
{
	(void)state;
	check("ي ى ی", "ی ی ی");
	check("ك ک", "ک ک");
	check("ه ە ة ھ", "ه ه ه ه");
	check("أ إ آ ا ٱ", "ا ا ا ا ا");
	check("گۆڕەپانێکی گەوڵ", "گورهپانیکی گهول");
	check("كـــلـب", "کلب");
	check("می\xE2\x80\x8Cخواهم", "میخواهم");
	check("مُحَمَّدٌ", "محمد");
	check("١٢٣ ۴۵۶ ७", "123 456 7");
	check("ﻛﻼم", "کلام");
	/* letters of their own keep apart */
	check("پ چ ژ گ ڤ", "پ چ ژ گ ڤ");
}

static void quotes_dashes_and_spaces_meet(void **state)
{
	(void)state;
	check("“don’t” „x‟ ‚y‘ d´e", "\"don't\" \"x\" 'y' d'e");
	check("a–b—c‑d", "a-b-c-d");
	check("a\xC2\xA0"
	      "b\xE2\x80\x83"
	      "c\xE2\x80\xA8"
	      "d",
		"a b c\nd");
	check("wait…", "wait...");
}

static void ignorables_go_without_a_trace(void **state)
{
	(void)state;
	check("b\xE2\x80\x8B"
	      "a\xC2\xAD"
	      "d\xEF\xBB\xBF",
		"bad");
	check("\xE2\x80\xAE"
	      "abc\xE2\x81\xA9",
		"abc");
	check("❤\xEF\xB8\x8F", "❤");
	check("\xE2\x80\x8B", "");
}

static void marks_that_are_vowels_stay(void **state)
{
	struct view hindi = folded(SPAN("हिन्दी")), thai = folded(SPAN("ภาษาไทย"));

	(void)state;
	assert_true(span_eq(hindi.text, SPAN("हिन्दी")));
	assert_true(span_eq(thai.text, SPAN("ภาษาไทย")));
	check("한국어", "한국어");
	/* composed, decomposed and half width alike */
	assert_true(span_eq(folded(SPAN("ガ")).text, folded(SPAN("カ\xE3\x82\x99")).text));
	assert_true(span_eq(folded(SPAN("ガ")).text, folded(SPAN("ｶﾞ")).text));
	assert_false(span_eq(folded(SPAN("カ")).text, folded(SPAN("ガ")).text));
	arena_reset(&arena);
}

static void nul_is_a_byte_like_others(void **state)
{
	struct view view = folded(SPAN("Bad\0Word"));

	(void)state;
	assert_true(span_eq(view.text, SPAN("bad\0word")));
	arena_reset(&arena);
}

static void spans_lead_back(void **state)
{
	struct span text = SPAN("x E\xCC\x81\xE2\x80\x8By ﷺ");
	struct view view = folded(text);
	struct range range = view_original_range(&view, text, 2, 3);

	(void)state;
	assert_true(span_starts(view.text, SPAN("x ey ")));
	/* the letter with its mark, without the zero-width space after it */
	assert_int_equal(range.from, 2);
	assert_int_equal(range.to, 5);
	range = view_original_range(&view, text, 3, 4);
	assert_int_equal(range.from, 8);
	assert_int_equal(range.to, 9);
	/* any part of a ligature is the ligature */
	range = view_original_range(&view, text, 7, 9);
	assert_int_equal(range.from, 10);
	assert_int_equal(range.to, 13);
	range = view_original_range(&view, text, 0, (uint32_t)view.text.len);
	assert_int_equal(range.from, 0);
	assert_int_equal(range.to, text.len);
	arena_reset(&arena);
}

static void growth_has_a_bound(void **state)
{
	char text[3 * 400];
	struct view view;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "\xEF\xB7\xBA", 3); /* U+FDFA: 18 letters */
	assert_int_equal(fold(&arena, (struct span){text, sizeof(text)}, &view), ERR_LIMIT);
	assert_int_equal(fold(&arena, (struct span){text, 3}, &view), OK);
	check_map((struct span){text, 3}, &view);
	/* half of it ordinary: grows beyond the first guess, within the bound */
	for (size_t i = 0; i < sizeof(text); i += 12)
		memcpy(text + i, "good words", 9);
	assert_int_equal(fold(&arena, (struct span){text, sizeof(text)}, &view), OK);
	check_map((struct span){text, sizeof(text)}, &view);
	arena_reset(&arena);
}

static void no_memory_is_reported(void **state)
{
	struct arena small;
	struct view view;
	static char text[100000];

	(void)state;
	memset(text, 'a', sizeof(text));
	arena_init(&small, 20000);
	assert_int_equal(fold(&small, (struct span){text, sizeof(text)}, &view), ERR_NOMEM);
	assert_null(fold_word(&small, (struct span){text, sizeof(text)}).ptr);
	arena_free(&small);
}

static void every_code_point_folds_to_a_fixed_point(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		char bytes[4];
		struct span once, twice;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		once = fold_word(&arena, (struct span){bytes, utf8_put(c, bytes)});
		twice = fold_word(&arena, once);
		if (!span_eq(once, twice))
			fail_msg("U+%04X", (unsigned)c);
		assert_true(utf8_valid(once, NULL));
		arena_reset(&arena);
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Random text, mostly of the kinds of characters that folding treats differently. */
static struct span random_text(uint64_t *seed, char *out, size_t chars)
{
	static const uint32_t kinds[][2] = {{0x00, 0x7F}, {'a', 'z'}, {0x80, 0x17F}, {0x300, 0x36F},
		{0x370, 0x52F}, {0x5D0, 0x6FF}, {0x900, 0xE7F}, {0x1E00, 0x206F}, {0x3040, 0x30FF},
		{0xAC00, 0xACFF}, {0xFB00, 0xFFFF}, {0x1D400, 0x1D7FF}, {0x1F100, 0x1F6FF}};
	size_t len = 0;

	while (chars-- > 0) {
		size_t kind = next_random(seed) % (sizeof(kinds) / sizeof(kinds[0]));
		uint32_t width = kinds[kind][1] - kinds[kind][0] + 1;
		uint64_t run = next_random(seed) % 20;

		for (uint64_t i = 0; i < run; i++)
			len += utf8_put(
				kinds[kind][0] + (uint32_t)(next_random(seed) % width), out + len);
	}
	return (struct span){out, len};
}

static void random_texts_keep_the_promises(void **state)
{
	uint64_t seed = 20240229;
	static char a[64 * 20 * 4], b[64 * 20 * 4], joined[2 * 64 * 20 * 4 + 1];

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct span left = random_text(&seed, a, next_random(&seed) % 64);
		struct span right = random_text(&seed, b, next_random(&seed) % 8), both;
		struct view l = folded(left), r, lr, again;

		check_map(left, &l);
		r = folded(right);
		again = folded(l.text);
		assert_true(span_eq(again.text, l.text));
		assert_true(span_eq(fold_word(&arena, left), l.text));
		memcpy(joined, a, left.len);
		joined[left.len] = ' ';
		memcpy(joined + left.len + 1, b, right.len);
		both = (struct span){joined, left.len + 1 + right.len};
		lr = folded(both);
		assert_int_equal(lr.text.len, l.text.len + 1 + r.text.len);
		assert_true(span_eq(span_sub(lr.text, 0, l.text.len), l.text));
		assert_true(span_eq(span_sub(lr.text, l.text.len + 1, lr.text.len), r.text));
		for (uint32_t i = 0; i < l.text.len; i++) {
			struct range range = view_original_range(&l, left, i, i + 1);

			assert_true(range.from < range.to && range.to <= left.len);
			assert_true(range.to == left.len || (left.ptr[range.to] & 0xC0) != 0x80);
		}
		arena_reset(&arena);
	}
}

static void characters_are_what_they_are(void **state)
{
	(void)state;
	assert_int_equal(char_info('a').flags, CHAR_LETTER | CHAR_WORD);
	assert_int_equal(char_info('Z').flags, CHAR_LETTER | CHAR_WORD | CHAR_UPPER);
	assert_int_equal(char_info('_').flags, CHAR_WORD);
	assert_int_equal(char_info('7').flags, CHAR_DIGIT | CHAR_WORD);
	assert_int_equal(char_info('#').flags, 0);
	assert_int_equal(char_info('\n').flags, CHAR_SPACE);
	assert_int_equal(char_info(0).flags, CHAR_CONTROL);
	assert_int_equal(char_info(0x06CE).script, SCRIPT_ARABIC);
	assert_true(char_info(0x061F).flags & CHAR_END);
	assert_true(char_info(0x0640).flags & CHAR_IGNORABLE);
	assert_true(char_info(0x202E).flags & CHAR_BIDI);
	assert_true(char_info(0x1F600).flags & CHAR_EMOJI);
	assert_true(char_info(0x2764).flags & CHAR_EMOJI);
	assert_false(char_info(0x00A9).flags & CHAR_EMOJI);
	assert_true(char_info(0x4F60).flags & CHAR_SOLO);
	assert_true(char_info(0x00AB).flags & CHAR_QUOTE);
	assert_int_equal(char_info(0x0301).script, SCRIPT_COMMON);
	/* U+1E030 is of Unicode 15: unknown to PCRE2 10.42, so unknown here */
	assert_int_equal(char_info(0x1E030).flags, 0);
	assert_int_equal(char_info(0x10FFFF).script, SCRIPT_OTHER);
	assert_string_equal(script_names[SCRIPT_ARABIC], "Arab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_width_and_marks_go),
		cmocka_unit_test(turkish_and_kurmanji_letters_meet),
		cmocka_unit_test(arabic_script_variants_meet),
		cmocka_unit_test(quotes_dashes_and_spaces_meet),
		cmocka_unit_test(ignorables_go_without_a_trace),
		cmocka_unit_test(marks_that_are_vowels_stay),
		cmocka_unit_test(nul_is_a_byte_like_others),
		cmocka_unit_test(spans_lead_back),
		cmocka_unit_test(growth_has_a_bound),
		cmocka_unit_test(no_memory_is_reported),
		cmocka_unit_test(every_code_point_folds_to_a_fixed_point),
		cmocka_unit_test(random_texts_keep_the_promises),
		cmocka_unit_test(characters_are_what_they_are),
	};
	int failed;

	arena_init(&arena, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
