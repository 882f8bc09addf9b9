/* The lists of ordinary words: all languages have all classes, no word stands twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/map.h"
#include "rules/ordinary.h"
#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

#include <stdio.h>

static const char *const languages[] = {"ar", "ckb", "en", "fa", "kmr", "tr"};

static void each_language_has_words_of_each_class(void **state)
{
	(void)state;
	for (size_t l = 0; l < ARRAY_LEN(languages); l++) {
		size_t counts[ORDINARY_ROLES + 1] = {0}, all = 0;

		for (size_t i = 0; i < ordinary_words_count; i++) {
			if (strcmp(ordinary_words[i].language, languages[l]) != 0)
				continue;
			counts[ordinary_words[i].class]++;
			all++;
		}
		for (size_t c = 0; c < ARRAY_LEN(counts); c++)
			if (counts[c] < 10)
				fail_msg("%s: %zu of class %zu", languages[l], counts[c], c);
		assert_true(all >= 400);
	}
}

static void each_word_is_one_of_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ordinary_words_count; i++) {
		struct span word = span_of(ordinary_words[i].word);
		size_t letters = 0, at = 0;

		assert_true(utf8_valid(word, &at));
		for (at = 0; at < word.len;)
			letters += (char_info(utf8_next(word, &at)).flags & CHAR_LETTER) != 0;
		if (letters == 0)
			fail_msg("%s: `%s`", ordinary_words[i].language, word.ptr);
	}
}

static void no_word_stands_twice_in_a_class(void **state)
{
	struct map seen = {0};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < ordinary_words_count; i++) {
		const struct ordinary_word *w = &ordinary_words[i];
		char text[256];
		struct span key;

		snprintf(text, sizeof(text), "%s %d %s", w->language, (int)w->class, w->word);
		key = arena_copy(&arena, span_of(text));
		if (map_get(&seen, key) != MAP_NONE)
			fail_msg("twice: %s", text);
		assert_int_equal(map_set(&seen, key, 0), OK);
	}
	map_free(&seen);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_language_has_words_of_each_class),
		cmocka_unit_test(each_word_is_one_of_letters),
		cmocka_unit_test(no_word_stands_twice_in_a_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
