/* Words and word edges of folded texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/segment.h"
#include "text/utf8.h"

/* Expects the words of text, joined by `|`. */
static void check_words(const char *text, const char *expected)
{
	char joined[256];
	size_t len = 0, at = 0;
	struct span word;

	while (segment_next_word(span_of(text), &at, &word)) {
		if (len > 0)
			joined[len++] = '|';
		memcpy(joined + len, word.ptr, word.len);
		len += word.len;
	}
	joined[len] = '\0';
	assert_string_equal(joined, expected);
	assert_int_equal(at, strlen(text));
}

static void words_are_found(void **state)
{
	(void)state;
	check_words("", "");
	check_words(" ,.! ", "");
	check_words("you are, well, an_id 42!", "you|are|well|an_id|42");
	check_words("don't 'quoted' dogs' rock'n'roll", "don't|quoted|dogs|rock'n'roll");
	check_words("کوردستان، خاکی من", "کوردستان|خاکی|من");
	check_words("你好ab", "你|好|ab");
	check_words("कि नहीं", "कि|नहीं");
	check_words("ไทย", "ไ|ท|ย");
	check_words("が", "が"); /* the voice mark stays with its kana */
	assert_int_equal(segment_count_words(SPAN("a b\0c d'e")), 4);
}

/* Expects the same words many at a time as one by one, from every byte that begins a character. */
static void check_many(struct span text)
{
	for (size_t from = 0; from < text.len; utf8_next(text, &from)) {
		struct span many[SEGMENT_WORDS], word;
		size_t at = from, one_at = from, count;

		while ((count = segment_next_words(text, &at, many)) > 0) {
			assert_true(count <= SEGMENT_WORDS);
			for (size_t i = 0; i < count; i++) {
				assert_true(segment_next_word(text, &one_at, &word));
				assert_ptr_equal(many[i].ptr, word.ptr);
				assert_int_equal(many[i].len, word.len);
			}
		}
		assert_false(segment_next_word(text, &one_at, &word));
		assert_int_equal(at, text.len);
	}
}

static void many_words_are_found_as_single_ones_are(void **state)
{
	static const char *const parts[] = {"a ", "don't ", "'quoted' ", "dogs' ", "x'é ",
		"l'État ", "5'9 ", "_'a ", "o''clock ", "an_id ", "B2B, ", "... ", "caf\xC3\xA9 ",
		"e\xCC\x81t ", "کوردستان، ", "你好ab ", "ไทย ", "ab😀cd ", "rock'n'roll'",
		"extraordinarily_long_words_that_fill_more_than_one_window_of_the_text ",
		"a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n ",
		"\n\n-- ------------------------------------------------------------------------ "};
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 300; round++) {
		char bytes[600], *exact;
		size_t len = 0;

		while (len < 400) {
			const char *part = parts[(seed >> 16) % ARRAY_LEN(parts)];

			memcpy(bytes + len, part, strlen(part));
			len += strlen(part);
			seed = seed * 1103515245 + 12345;
		}
		/* no byte behind the text may be read */
		exact = test_malloc(len);
		memcpy(exact, bytes, len);
		check_many((struct span){exact, len});
		test_free(exact);
	}
}

static void edges_stand_where_words_do(void **state)
{
	struct span text = SPAN("class ass's");

	(void)state;
	assert_true(segment_starts_word(text, 0));
	assert_false(segment_starts_word(text, 2));
	assert_false(segment_ends_word(text, 2));
	assert_true(segment_ends_word(text, 5));
	assert_true(segment_starts_word(text, 6));
	assert_true(segment_ends_word(text, 9));
	assert_true(segment_ends_word(text, 11));
}

static void elisions_hide_the_edge_after_them(void **state)
{
	(void)state;
	assert_false(segment_starts_word(SPAN("j'ai"), 2));
	assert_false(segment_starts_word(SPAN("qu'il"), 3));
	assert_true(segment_starts_word(SPAN("que'il"), 4));
	assert_false(segment_starts_word(SPAN("x i'll"), 4));
	/* but the word before the apostrophe ends, and "'ll" may start */
	assert_true(segment_ends_word(SPAN("i'll"), 1));
	assert_true(segment_starts_word(SPAN("i'll"), 1));
	/* a quote is no elision */
	assert_true(segment_starts_word(SPAN("'ass"), 1));
	assert_true(segment_starts_word(SPAN("4'x"), 2));
}

static void scripts_without_spaces_have_edges_everywhere(void **state)
{
	struct span text = SPAN("你好ab");

	(void)state;
	assert_true(segment_starts_word(text, 3));
	assert_true(segment_ends_word(text, 3));
	assert_true(segment_starts_word(text, 6));
	assert_false(segment_starts_word(text, 7));
	/* but not between a character and its mark */
	assert_false(segment_ends_word(SPAN("\xE3\x81\x8B\xE3\x82\x99"), 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found),
		cmocka_unit_test(many_words_are_found_as_single_ones_are),
		cmocka_unit_test(edges_stand_where_words_do),
		cmocka_unit_test(elisions_hide_the_edge_after_them),
		cmocka_unit_test(scripts_without_spaces_have_edges_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
