/* The phrase language: what is refused, where and how, and what each feature finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "match/matcher.h"
#include "match/program.h"

static const struct scan_limits unlimited = {INT64_MAX, INT64_C(1000000000)};

static const struct span harm[] = {{"kill", 4}, {"burn alive", 10}, {"behead*", 7}};
static const struct span nothing[1];

static bool find_list(void *context, struct span name, struct phrase_list *out)
{
	(void)context;
	if (span_eq(name, SPAN("harm"))) {
		*out = (struct phrase_list){harm, NULL, ARRAY_LEN(harm)};
		return true;
	}
	*out = (struct phrase_list){nothing, NULL, 0};
	return span_eq(name, SPAN("empty"));
}

static const struct phrase_lists lists = {NULL, find_list};

/* --- errors ----------------------------------------------------------------------------------- */

static void refused(const char *phrase, size_t offset, const char *text)
{
	struct arena arena;
	struct phrase *parsed;
	struct pattern_error error = {0};

	arena_init(&arena, 0);
	if (phrase_parse(&arena, span_of(phrase), &lists, &parsed, &error) != ERR_INVALID)
		fail_msg("`%s` was let in", phrase);
	assert_string_equal(error.text, text);
	if (error.offset != offset)
		fail_msg("`%s`: offset %zu instead of %zu", phrase, error.offset, offset);
	arena_free(&arena);
}

static void test_errors(void **state)
{
	(void)state;
	refused("", 0, "the phrase is empty");
	refused("  \t ", 0, "the phrase is empty");
	refused("kill (you|him", 5, "`(` is never closed");
	refused("kill [you", 5, "`[` is never closed");
	refused("kill you)", 8, "`)` closes nothing");
	refused("kill you]", 8, "`]` closes nothing");
	refused("kill> you", 4, "a space is missing before `>`");
	refused("kill > you", 5, "`>` closes nothing");
	refused("kill (you]", 9, "`]` stands where `)` is expected");
	refused("kill | you", 5, "`|` stands only inside ( ) or [ ]");
	refused("kill (you|)", 10, "a word is missing here");
	refused("kill ()", 6, "a word is missing here");
	refused("kill (|you)", 6, "a word is missing here");
	refused("[very]", 0, "all of this may be left out, which would match anything");
	refused("a ([b] [c])", 3, "all of this may be left out, which would match anything");
	refused("... kill", 0, "a gap needs a word before it that must be there");
	refused("[i] ... kill", 4, "a gap needs a word before it that must be there");
	refused("kill ...", 5, "a gap needs a word after it that must be there");
	refused("kill ... [you]", 5, "a gap needs a word after it that must be there");
	refused("kill ... ... you", 9, "a gap needs a word before it that must be there");
	refused("kill ...0 you", 8, "a gap is of 1 to 20 words");
	refused("kill ...21 you", 8, "a gap is of 1 to 20 words");
	refused("kill ...99999999999 you", 8, "a gap is of 1 to 20 words");
	refused("kill .... you", 5, "a gap is written with three dots");
	refused("kill ...x you", 8, "a space is missing after the gap");
	refused("kill...you", 7, "a space is missing after the gap");
	refused("kill * you", 5,
		"`*` stands at the end of a word that it makes a prefix, or before one that is "
		"found within others");
	refused("*kil you", 0,
		"a word that is found within others (`*` before it) has four letters or more");
	refused("*!kill you", 0, "`*` must stand before a letter or digit");
	refused("**kill you", 1, "`*` stands only at the end of a word");
	refused("k*ll you", 1, "`*` stands only at the end of a word");
	refused("kill\\!* you", 4, "`\\` stands only before one of ( ) [ ] < > | * . ' \\");
	refused("kill you\\", 8, "`\\` stands only before one of ( ) [ ] < > | * . ' \\");
	refused("kill !* you", 6, "`*` must stand after a letter or digit");
	refused("kill(er|ed)", 4, "a space is missing before `(`");
	refused("(kill|hurt)s", 11, "a space is missing after `)`");
	refused("<harm you", 0, "`<` is never closed");
	refused("<> you", 0, "`<>` names no list");
	refused("<empty> you", 0, "the list `empty` is empty");
	refused("i <hram> you", 2, "there is no list `hram`");
	refused("a ...20 b ...20 c ...20 d ...20 e", 26,
		"the gaps of this phrase are too many or too wide");
	refused("kill \xE2\x80\x8B you", 5, "nothing is left of this word after folding");
	refused("kill \xC3 you", 5, "this is not valid UTF-8");
	refused("((((((((( a )))))))))", 8, "groups are nested more than 8 deep");
}

static void test_unknown_list_is_named(void **state)
{
	struct arena arena;
	struct phrase *parsed;
	struct pattern_error error = {0};

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(
		phrase_parse(&arena, SPAN("kill <hram>"), &lists, &parsed, &error), ERR_INVALID);
	assert_true(span_eq(error.unknown_list, SPAN("hram")));
	assert_int_equal(
		phrase_parse(&arena, SPAN("kill <harm>"), NULL, &parsed, &error), ERR_INVALID);
	assert_int_equal(phrase_parse(&arena, SPAN("a ("), NULL, &parsed, &error), ERR_INVALID);
	assert_int_equal(error.unknown_list.len, 0);
	arena_free(&arena);
}

static void test_too_long(void **state)
{
	char phrase[PHRASE_LENGTH_MAX + 2];

	(void)state;
	memset(phrase, 'a', sizeof(phrase));
	phrase[sizeof(phrase) - 1] = '\0';
	refused(phrase, PHRASE_LENGTH_MAX, "a phrase has at most 2048 bytes");
}

/* --- meaning ---------------------------------------------------------------------------------- */

static struct matcher *matcher_of(struct arena *arena, const char *phrase)
{
	struct matcher_builder *builder = matcher_builder_new(arena);
	struct pattern_options options = {.disguised = false};
	struct pattern_error error = {0};
	struct matcher *matcher;
	uint32_t id;

	assert_non_null(builder);
	if (matcher_add_phrase(builder, span_of(phrase), &lists, options, &id, &error) != OK)
		fail_msg("`%s` is refused at %zu: %s", phrase, error.offset, error.text);
	assert_int_equal(matcher_build(builder, &matcher), OK);
	return matcher;
}

/* The first hit of the phrase in `text`, both ways; "" if there is none. */
static struct span hit_in(const char *phrase, const char *text, struct span *entry)
{
	struct arena arena;
	struct matcher *matcher;
	struct scan *scan = scan_new();
	struct span found[2] = {{"", 0}, {"", 0}};
	struct text prepared;

	arena_init(&arena, 0);
	matcher = matcher_of(&arena, phrase);
	assert_int_equal(text_prepare(&prepared, &arena, span_of(text), NULL), OK);
	for (int plain = 0; plain < 2; plain++) {
		const struct hit *hits;
		size_t count;

		assert_int_equal(
			(plain ? scan_run_plain : scan_run)(scan, matcher, &prepared, &unlimited),
			OK);
		if (scan_find(scan, 0, &hits, &count, NULL) == TRUTH_YES)
			found[plain] = span_sub(
				span_of(text), hits[0].in_original.from, hits[0].in_original.to);
		if (entry && count > 0) {
			static char copy[64];

			snprintf(copy, sizeof(copy), "%.*s", SPAN_ARGS(hits[0].entry));
			*entry = span_of(copy);
		}
	}
	assert_true(span_eq(found[0], found[1]));
	scan_free(scan);
	matcher_free(matcher);
	arena_free(&arena);
	return found[0];
}

static void finds(const char *phrase, const char *text, const char *expected)
{
	struct span found = hit_in(phrase, text, NULL);

	if (!span_eq(found, span_of(expected)))
		fail_msg("`%s` in `%s`: `%.*s` instead of `%s`", phrase, text, SPAN_ARGS(found),
			expected);
}

static void misses(const char *phrase, const char *text)
{
	finds(phrase, text, "");
}

static void test_words_in_order(void **state)
{
	(void)state;
	finds("kill you", "I'll Kill  You!", "Kill  You");
	finds("kill you", "kill - you", "kill - you");
	finds("kill you", "kill,\nyou", "kill,\nyou");
	finds("kill you", "skill you, kill you", "kill you");
	misses("kill you", "you kill");
	misses("kill you", "kill your dog");
	misses("kill you", "skill you");
	misses("kill you", "kill him and you");
	misses("kill you", "killyou");
	misses("kill you", "kill_you");
	misses("kill you", "kill'you");
}

static void test_sentences_part(void **state)
{
	(void)state;
	misses("kill you", "I kill. You know");
	misses("kill you", "to kill! you?");
	misses("kill you", "do they kill? you bet");
	misses("kill you", "(they kill.) you");
	misses("kill you", "he said \"kill.\" you laughed");
	misses("kill you", "kill\n\nyou");
	misses("kill you", "kill\r\n \t\r\nyou");
	misses("kill you", "kill… you");
	misses("دەتکوژم ئەمڕۆ", "دەتکوژم؟ ئەمڕۆ");
	misses("kill you", "kill۔ you");
	finds("kill you", "kill\r\nyou", "kill\r\nyou");
	finds("kill you", "kill...you", "kill...you");
	finds("kill you", "kill.you", "kill.you");
	finds("kill 5", "kill .5", "kill .5");
}

static void test_alternatives_and_options(void **state)
{
	(void)state;
	finds("(i|we) kill (you|all of you)", "we kill all of you", "we kill all of you");
	misses("(i|we) kill (you|all of you)", "they kill all of you");
	finds("you [really|very much] stink", "you stink", "you stink");
	finds("you [really|very much] stink", "you very much stink", "you very much stink");
	misses("you [really|very much] stink", "you very stink");
	finds("[you] idiot", "what an idiot", "idiot");
	finds("[you] idiot", "you idiot", "you idiot");
	finds("[you [bloody]] idiot", "you bloody idiot", "you bloody idiot");
	finds("idiot [you [all]]", "idiot you all", "idiot you all");
	finds("idiot [you [all]]", "idiot youth", "idiot");
	finds("idiot [you [all]]", "idiot you allow", "idiot you");
	misses("[you] idiot", "you idiotic");
	finds("a (b|b c) d", "a b c d", "a b c d");
}

static void test_prefixes(void **state)
{
	(void)state;
	finds("behead* you", "beheading you", "beheading you");
	finds("behead* you", "behead you", "behead you");
	misses("behead* you", "behea you");
	misses("behead* you", "beheading young ones");
	finds("kill*", "overkill killers", "killers");
	finds("كت* (انت|هو)", "كتبوا هو", "كتبوا هو");
}

static void test_gaps(void **state)
{
	(void)state;
	finds("kill ... you", "kill you", "kill you");
	finds("kill ... you", "kill a b c d you", "kill a b c d you");
	misses("kill ... you", "kill a b c d e you");
	finds("kill ...6 you", "kill a b c d e you", "kill a b c d e you");
	misses("kill ... you", "kill him. Then you");
	misses("kill ... you", "kill him\n\nyou");
	finds("kill ... you", "kill who don't like you", "kill who don't like you");
	finds("kill ... you", "kill kill a you", "kill kill a you");
	finds("kill … you", "kill all of you", "kill all of you");
	misses("kill ...1 you", "kill all of you");
	finds("kill... you", "kill all of you", "kill all of you");
	finds("a ... [b] c", "a x b c", "a x b c");
}

static void test_joined_words(void **state)
{
	(void)state;
	finds("(i|we) (will|'ll) kill you", "I'll kill you", "I'll kill you");
	finds("(i|we) (will|'ll) kill you", "I’ll kill you", "I’ll kill you");
	finds("(i|we) (will|'ll) kill you", "we will kill you", "we will kill you");
	finds("(i|we)'ll kill", "we'll kill", "we'll kill");
	misses("(i|we)'ll kill", "we all kill");
	finds("[i]'ll kill", "they'll kill", "'ll kill");
	finds("i'll kill", "I'll kill", "I'll kill");
	misses("(i|we)'l kill", "we'll kill");
}

static void test_signs_and_escapes(void **state)
{
	(void)state;
	finds("pay $100", "Pay  $100 now", "Pay  $100");
	misses("pay $100", "pay -$100");
	misses("pay $10", "pay $100");
	finds("c++ coder", "a C++ coder", "C++ coder");
	finds("a\\*b \\(c\\)", "a*b (c)", "a*b (c)");
	finds("e-mail me", "E-Mail me", "E-Mail me");
	finds("s.o.s now", "s.o.s now", "s.o.s now");
	finds("\\'em all", "kill 'em all", "'em all");
}

static void test_edges(void **state)
{
	(void)state;
	misses("ai", "j'ai");
	finds("ai", "the ai", "ai");
	misses("ai", "qu'ai");
	finds("accord", "aujourd'accord", "accord");
	finds("kill", "kill's", "kill");
	misses("kill", "kill_");
	misses("kill", "kill5");
	finds("中", "日中国", "中");
	finds("kill", "中kill国", "kill");
	misses("ass", "class");
	misses("ass", "assé");
	finds("می روم", "می‌روم می روم", "می روم");
	finds("میروم", "می‌روم", "می‌روم");
	finds("kill", "\xF0\x9F\x98\x80kill\xF0\x9F\x98\x80", "kill");
}

static void test_kurdish_and_arabic(void **state)
{
	(void)state;
	finds("(دەت|ئەت) کوژم", "دەت کوژم", "دەت کوژم");
	finds("(دەتکوژم|ئەتکوژم)", "من دەتکوژم!", "دەتکوژم");
	misses("دەتکوژم", "دەتکوژمەوە");
	finds("سوف أقتلك", "سوف اقتلك", "سوف اقتلك");
	finds("سوف أقتلك", "سَوْفَ أَقْتُلُكَ", "سَوْفَ أَقْتُلُكَ");
	misses("سوف أقتلك", "سوف يقتلك");
	finds("ez dikujim", "Ez DİKUJİM", "Ez DİKUJİM");
}

static void test_entries(void **state)
{
	struct span entry;

	(void)state;
	hit_in("i will <harm> you", "I will kill you", &entry);
	assert_true(span_eq(entry, SPAN("kill")));
	hit_in("i will <harm> you", "I will burn, alive you", &entry);
	assert_true(span_eq(entry, SPAN("burn alive")));
	hit_in("i will <harm> you", "I will beheading you", &entry);
	assert_true(span_eq(entry, SPAN("behead*")));
	hit_in("i (will|shall) kill", "I shall kill", &entry);
	assert_true(span_eq(entry, SPAN("i (will|shall) kill")));
	misses("i will <harm> you", "I will love you");
}

static void collect(void *context, const struct phrase_word *word)
{
	struct buf *out = context;

	buf_str(out, word->glued ? "*" : "");
	buf_span(out, word->text);
	buf_char(out, ' ');
}

static void test_words_for_the_lexicon(void **state)
{
	struct arena arena;
	struct phrase *phrase;
	struct pattern_error error;
	struct buf out = {0};

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(phrase_parse(&arena, SPAN("I (Will|'ll) ... <harm> go* [*Dumbhead*]"),
				 &lists, &phrase, &error),
		OK);
	phrase_words(phrase, collect, &out);
	assert_true(span_eq(
		buf_content(&out), SPAN("i will 'll kill burn alive behead go *dumbhead ")));
	buf_free(&out);
	arena_free(&arena);
}

/* Text that is passed over again and again counts, not only how often. */
static void test_walk_is_bounded(void **state)
{
	static const int stretches[] = {10, 7000};
	static const enum program_result results[] = {PROGRAM_NONE, PROGRAM_LIMIT};
	struct pattern_error error;
	struct arena arena;
	struct phrase *phrase;
	const struct program *program;

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(
		phrase_parse(&arena, SPAN("aa ...20 bb ...20 cc"), NULL, &phrase, &error), OK);
	assert_int_equal(program_make(&arena, phrase, &program), OK);
	assert_non_null(program);
	for (size_t i = 0; i < ARRAY_LEN(stretches); i++) {
		struct program_match match;
		struct runs runs;
		struct buf text = {0};

		for (int k = 0; k < 20; k++)
			buf_str(&text, "aa ");
		for (int k = 0; k < 20; k++)
			buf_str(&text, "bb ");
		for (int k = 0; k < stretches[i]; k++)
			buf_str(&text, "- ");
		buf_str(&text, "x");
		assert_true(runs_find(&arena, buf_content(&text), &runs));
		assert_int_equal(program_find(program, &runs, 0, &match), results[i]);
		buf_free(&text);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_unknown_list_is_named),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_words_in_order),
		cmocka_unit_test(test_sentences_part),
		cmocka_unit_test(test_alternatives_and_options),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_joined_words),
		cmocka_unit_test(test_signs_and_escapes),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_kurdish_and_arabic),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_walk_is_bounded),
		cmocka_unit_test(test_words_for_the_lexicon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
