/* What lint asks of regexes: attacks found by trying, parts that match nothing folded, costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "match/regex_review.h"

#include <stdio.h>

static int attack(const char *regex, struct arena *arena, struct regex_attack *out)
{
	return regex_attack(arena, span_of(regex), false, 200 * NS_PER_MS, out);
}

static void short_texts_show_exponential_repeats(void **state)
{
	static const char *const regexes[] = {
		"(a+)+$",
		"(a|aa)+$",
		"([a-z]+)*$",
		"foo(x|xx)+bar",
		"(?:(?:ab)*)*c",
		"^(([a-z])+.)+[a-z]([a-z])+$",
		"(?:\\w|\\w\\w)+!",
		"(?i)(K+)+$",
		"(با|باکا|باکاباکا|ب|ا|ک)+$",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(regexes); i++) {
		struct regex_attack found = {.times = 0};
		struct arena arena;

		arena_init(&arena, 0);
		if (attack(regexes[i], &arena, &found) != OK)
			fail_msg("no attack on %s", regexes[i]);
		if (found.took_ns != 0 || found.times > 32)
			fail_msg("%s: %u times", regexes[i], found.times);
		arena_free(&arena);
	}
}

static void long_texts_show_quadratic_repeats(void **state)
{
	static const char *const regexes[] = {"\\s+$", "\\d+\\d+\\d+x", "(.*a){12}", "(x++)+y"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(regexes); i++) {
		struct regex_attack found = {.times = 0};
		struct arena arena;

		arena_init(&arena, 0);
		if (attack(regexes[i], &arena, &found) != OK)
			fail_msg("no attack on %s", regexes[i]);
		assert_true(found.took_ns > 0);
		arena_free(&arena);
	}
}

static void sane_regexes_are_left_alone(void **state)
{
	static const char *const regexes[] = {
		"buy.{0,80}now",
		"buy.*now",
		"[0-9]{4}",
		"^\\w+ing$",
		"\\bpromo ?code\\b",
		"(?:viagra|cialis)+",
		"a++b",
		"(?<!\\w)idiot(?!\\w)",
		"(a)(?(1)b|c)", /* not followed: nothing is said */
		"\\Qa+\\E+",
		"(?x) a + # text",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(regexes); i++) {
		struct regex_attack found;
		struct arena arena;

		arena_init(&arena, 0);
		if (attack(regexes[i], &arena, &found) != ERR_UNSUPPORTED)
			fail_msg("an attack on %s", regexes[i]);
		arena_free(&arena);
	}
}

static void parts_that_are_never_found(void **state)
{
	static const struct {
		const char *regex, *part;
	} cases[] = {
		{"\\bIdiot", "I"}, {"caf[éÈ]", "[éÈ]"}, {"[A-Z]{5,}", "[A-Z]"}, {"it’s", "’"},
		{"(?:x|É)", "É"}, {"a(?i:K)B", "B"}, {"ئەم", "ئ"}, /* its hamza is a mark */
	};
	static const char *const fine[] = {
		"(?i)IDIOT",
		"[A-Za-z]+",
		"idiot",
		"[^A-Z]",
		"\\W\\S\\D\\p{Lu}",
		"(?=A)b",
		"باش",
		"it's",
		"[[:upper:]a]",
		"\\x{41}?",
		"a\\.b\\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena;
		struct span part;

		arena_init(&arena, 0);
		if (regex_never(&arena, span_of(cases[i].regex), &part) != OK)
			fail_msg("nothing in %s", cases[i].regex);
		if (!span_eq(part, span_of(cases[i].part)))
			fail_msg("%.*s in %s", SPAN_ARGS(part), cases[i].regex);
		arena_free(&arena);
	}
	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		struct arena arena;
		struct span part;

		arena_init(&arena, 0);
		if (regex_never(&arena, span_of(fine[i]), &part) != ERR_UNSUPPORTED)
			fail_msg("something in %s", fine[i]);
		arena_free(&arena);
	}
}

static void costs_are_told_and_rounded(void **state)
{
	int64_t cheap = regex_cost_ns(span_of("[0-9]{9}")),
		dear = regex_cost_ns(span_of("(.*a){12}"));

	(void)state;
	assert_true(cheap > 0 && dear > 3 * cheap);
	while (dear >= 100) {
		assert_int_equal(dear % 10, 0);
		dear /= 10;
	}
	assert_int_equal(regex_cost_ns(span_of("(")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_texts_show_exponential_repeats),
		cmocka_unit_test(long_texts_show_quadratic_repeats),
		cmocka_unit_test(sane_regexes_are_left_alone),
		cmocka_unit_test(parts_that_are_never_found),
		cmocka_unit_test(costs_are_told_and_rounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
