/* Regexes: which are refused, that none can run away, and the literals they are looked up by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "match/literal.h"
#include "match/run.h"

#define LONG (16 * 1024)
/* A pattern has 25 ms; this is what a busy machine under sanitizers may take all the same. */
#define PATTERN_NS (25 * NS_PER_MS)
#define GENEROUS_NS (2 * NS_PER_S)

static struct matcher *matcher_of(
	struct arena *arena, struct span regex, struct pattern_options options)
{
	struct matcher_builder *builder = matcher_builder_new(arena);
	struct pattern_error error = {0};
	struct matcher *matcher;
	uint32_t id;

	assert_non_null(builder);
	if (matcher_add_regex(builder, regex, options, &id, &error) != OK)
		fail_msg(
			"`%.*s` is refused at %zu: %s", SPAN_ARGS(regex), error.offset, error.text);
	assert_int_equal(matcher_build(builder, &matcher), OK);
	return matcher;
}

/* --- what is refused -------------------------------------------------------------------------- */

static void refused(const char *regex, size_t offset, const char *text)
{
	struct arena arena;
	struct matcher_builder *builder;
	struct pattern_options options = {.original = false};
	struct pattern_error error = {0};
	struct matcher *matcher;
	uint32_t id;

	arena_init(&arena, 0);
	builder = matcher_builder_new(&arena);
	if (matcher_add_regex(builder, span_of(regex), options, &id, &error) != ERR_INVALID)
		fail_msg("`%s` was let in", regex);
	if (strcmp(error.text, text) != 0)
		fail_msg("`%s`: `%s` instead of `%s`", regex, error.text, text);
	if (error.offset != offset)
		fail_msg("`%s`: offset %zu instead of %zu", regex, error.offset, offset);
	/* What was refused leaves nothing behind. */
	assert_int_equal(matcher_build(builder, &matcher), OK);
	assert_int_equal(matcher_count(matcher), 0);
	matcher_free(matcher);
	arena_free(&arena);
}

static void test_refused(void **state)
{
	static const char verbs[] = "`(*` verbs and options are not allowed";

	(void)state;
	refused("", 0, "the regex is empty");
	refused("(*LIMIT_MATCH=4000000000)a", 0, verbs);
	refused("(*NO_JIT)a", 0, verbs);
	refused("(*UTF)a", 0, verbs);
	refused("a(*ACCEPT)b", 1, verbs);
	refused("a|(*COMMIT)b", 2, verbs);
	refused("[\\]](*FAIL)", 4, verbs);
	refused("[[:alpha:](](*FAIL)", 12, verbs);
	refused("(?#[)(*FAIL)", 5, verbs);
	refused("(?x) # [\n (*FAIL)", 10, verbs);
	refused("\\Q[\\E(*FAIL)", 5, verbs);
	refused("a(?C1)b", 1, "callouts are not allowed");
	refused("a\\Cb", 1, "`\\C` is not allowed: it could match a part of a character");
	refused("\\Gab", 0, "`\\G` is not allowed: it depends on where the search began");
	refused("ab\xFF", 2, "this is not valid UTF-8");
	refused("(abc", 4, "missing closing parenthesis");
	refused("abc)", 3, "unmatched closing parenthesis");
	refused("[abc", 4, "missing terminating ] for character class");
	refused("*a", 0, "quantifier does not follow a repeatable item");
	refused("(((a{1,999}){1,999}){1,999})", 28, "regular expression is too large");
}

static void test_not_refused(void **state)
{
	static const char *const fine[] = {"\\(\\*a", "[(*]", "\\Q(*a)\\E", "[\\]\\G]?a", "\\\\Gab",
		"(?:a|b)*", "[\\x{0}-\\x{10FFFF}]", "(?=x){,2500}", "a{,5}", "(?i)abc", "^$|a"};
	struct pattern_error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		if (i != 3 && regex_vet(span_of(fine[i]), &error) != OK)
			fail_msg("`%s`: %s", fine[i], error.text);
}

/* R9-R11: too long, too deep, too many. */
static void test_too_large(void **state)
{
	struct buf text = {0};

	(void)state;
	for (int i = 0; i < REGEX_LENGTH_MAX + 1; i++)
		buf_char(&text, 'a');
	buf_char(&text, '\0');
	refused(text.data, REGEX_LENGTH_MAX, "a regex has at most 2048 bytes");
	buf_clear(&text);
	for (int i = 0; i < 260; i++)
		buf_char(&text, '(');
	for (int i = 0; i < 260; i++)
		buf_char(&text, ')');
	buf_char(&text, '\0');
	refused(text.data, 251, "parentheses are too deeply nested");
	buf_free(&text);
}

/* --- what runs away --------------------------------------------------------------------------- */

static struct span repeated(struct buf *out, const char *unit, size_t len, const char *end)
{
	buf_clear(out);
	while (out->len + strlen(unit) <= len)
		buf_str(out, unit);
	buf_str(out, end);
	return buf_content(out);
}

/* Runs the regex within 25 ms; the answer, and that it came in time. */
static enum truth bounded(const char *regex, struct span subject, enum scan_fault *fault)
{
	struct arena arena;
	struct pattern_options options = {.original = true};
	struct scan_limits limits = {.pattern_ns = PATTERN_NS};
	struct matcher *matcher;
	struct scan *scan = scan_new();
	struct text text;
	const struct hit *hits;
	enum truth truth;
	size_t count;
	int64_t from, took;

	arena_init(&arena, 0);
	matcher = matcher_of(&arena, span_of(regex), options);
	assert_int_equal(text_prepare(&text, &arena, subject, NULL), OK);
	from = clock_mono_ns();
	limits.deadline_ns = from + 100 * NS_PER_MS;
	assert_int_equal(scan_run(scan, matcher, &text, &limits), OK);
	truth = scan_find(scan, 0, &hits, &count, fault);
	took = clock_mono_ns() - from;
	if (took > GENEROUS_NS)
		fail_msg("`%s` took %lld ms", regex, (long long)(took / NS_PER_MS));
	scan_free(scan);
	matcher_free(matcher);
	arena_free(&arena);
	return truth;
}

static void test_catastrophes_are_unknown(void **state)
{
	static const struct {
		const char *regex;
		const char *unit;
		const char *end;
	} evil[] = {
		{"(a+)+$", "a", "!"}, /* R1 */
		{"(a|aa)+$", "a", "!"}, /* R2 */
		{"(a|a?)+$", "a", "!"}, /* R3 */
		{"([a-zA-Z]+)*$", "a", "!"}, /* R4 */
		{"(.*a){12}", "a", "!"}, /* R5: it matches, but the way there is far */
		{"(?:a{0,40}){0,3}[bc]", "a", ""}, /* R6 */
		{"^(\\w+\\s?)*$", "word ", "!"}, /* R7 */
		{"(a(?1)?a|a)!", "a", "!"}, /* R8 */
		{"(x+x+)+y", "x", ""}, {"((.)*)*z", "b", ""}, /* R22 */
	};
	struct buf subject = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		enum scan_fault fault = SCAN_OK;
		enum truth truth = bounded(
			evil[i].regex, repeated(&subject, evil[i].unit, LONG, evil[i].end), &fault);

		if (truth == TRUTH_UNKNOWN)
			assert_true(fault == SCAN_REGEX_LIMIT || fault == SCAN_DEADLINE);
		else if (truth == TRUTH_YES)
			assert_true(i == 4 || i == 7);
		else
			/* PCRE2 may know it: a character that must be there is not. */
			assert_true(i == 5 || i == 8 || i == 9);
	}
	buf_free(&subject);
}

/* The same patterns where no character that must be there is missing: surely unknown. */
static void test_limits_are_no_answers(void **state)
{
	static const char *const evil[] = {"(a+)+$", "(a|aa)+$", "(a|a?)+$", "([a-z]+)*$",
		"^(\\w+\\s?)*$", "(?:a{0,40}){0,3}[bc]", "\\b(\\w+)+(?=;)"};
	struct buf subject = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		enum scan_fault fault = SCAN_OK;
		enum truth truth = bounded(evil[i], repeated(&subject, "a", LONG, "!"), &fault);

		if (truth != TRUTH_UNKNOWN)
			fail_msg("`%s` is %d", evil[i], (int)truth);
		assert_int_not_equal(fault, SCAN_OK);
	}
	buf_free(&subject);
}

/* Slow by nature, but not a case for giving up: the answer is no, or there was no time. */
static void test_quadratic_is_bounded(void **state)
{
	static const char *const slow[] = {"\\s+$", "a+$", "\\s+\\s+\\s+$", "(?:\\s*,)*\\s*;"};
	struct buf subject = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		enum scan_fault fault;
		enum truth truth =
			bounded(slow[i], repeated(&subject, " ", 64 * 1024, "!"), &fault);

		assert_int_not_equal(truth, TRUTH_YES);
	}
	buf_free(&subject);
}

/* R8, R22: what only the interpreter or only JIT can bear is a limit in the other, never a no. */
static void test_interpreter_has_limits(void **state)
{
	static const char *const deep[] = {"((.)*)*!", "(a(?1)?a|a)!", "(a+)+$"};
	struct runner runner;
	struct buf subject = {0};
	struct span text = repeated(&subject, "a", LONG, "!;");

	(void)state;
	assert_int_equal(runner_init(&runner), OK);
	for (size_t i = 0; i < ARRAY_LEN(deep); i++) {
		struct pattern_error error;
		struct run_match match;
		pcre2_code *code;
		enum run_result result;
		int64_t from = clock_mono_ns();

		assert_int_equal(regex_compile(span_of(deep[i]), false, &code, &error), OK);
		result = runner_find(&runner, code, text, 0, from + PATTERN_NS, &match);
		assert_true(result == RUN_LIMIT || result == RUN_TIME || result == RUN_FOUND);
		assert_true(clock_mono_ns() - from < GENEROUS_NS);
		pcre2_code_free(code);
	}
	runner_free(&runner);
	buf_free(&subject);
}

static void test_deadline_that_has_passed(void **state)
{
	struct arena arena;
	struct pattern_options options = {.original = false};
	struct scan_limits limits = {.deadline_ns = 1, .pattern_ns = PATTERN_NS};
	struct matcher *matcher;
	struct scan *scan = scan_new();
	struct text text;
	const struct hit *hits;
	enum scan_fault fault;
	size_t count;

	(void)state;
	arena_init(&arena, 0);
	matcher = matcher_of(&arena, SPAN("kill"), options);
	assert_int_equal(text_prepare(&text, &arena, SPAN("kill"), NULL), OK);
	assert_int_equal(scan_run(scan, matcher, &text, &limits), OK);
	assert_int_equal(scan_find(scan, 0, &hits, &count, &fault), TRUTH_UNKNOWN);
	assert_int_equal(fault, SCAN_DEADLINE);
	assert_int_equal(count, 0);
	scan_free(scan);
	matcher_free(matcher);
	arena_free(&arena);
}

/* --- windows ---------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

/* R14: windows, with look-behinds and anchors over their borders, find what one search finds. */
static void test_windows_change_nothing(void **state)
{
	static const char *const pieces[] = {"a", "b", "c", "ab", "[ab]", "a+", "b*", "(?:a|bc)",
		"(?<=a)", "(?<!b)", "(?=c)", "\\b", "^", "$", "é", "\\w", "(a)\\1?", "(?<=ab|é)",
		".", "[^a]{2,5}"};
	static const char *const letters[] = {"a", "b", "c", " ", "é", "م", "😀", "\n"};
	uint64_t random = 42;
	struct runner runner;
	struct buf regex = {0}, subject = {0};

	(void)state;
	assert_int_equal(runner_init(&runner), OK);
	for (int round = 0; round < 2000; round++) {
		size_t parts = 1 + next_random(&random) % 4;
		size_t len = next_random(&random) % 3000;
		pcre2_match_data *data = pcre2_match_data_create(1, NULL);
		struct pattern_error error;
		struct run_match match = {0};
		enum run_result result;
		pcre2_code *code;
		int rc;

		buf_clear(&regex);
		buf_clear(&subject);
		for (size_t i = 0; i < parts; i++)
			buf_str(&regex, pieces[next_random(&random) % ARRAY_LEN(pieces)]);
		while (subject.len < len) /* mostly what does not match, so that it goes on */
			buf_str(&subject,
				letters[next_random(&random) % 50 ? 4 + (size_t)round % 4
								  : next_random(&random) % 8]);
		if (regex_compile(buf_content(&regex), round % 2, &code, &error) != OK)
			fail_msg("%.*s", SPAN_ARGS(buf_content(&regex)));
		rc = pcre2_match(code, (PCRE2_SPTR)(subject.data ? subject.data : ""), subject.len,
			0, PCRE2_NOTEMPTY, data, NULL);
		result = runner_find(&runner, code, buf_content(&subject), 0, INT64_MAX, &match);
		/* 0: the groups do not fit, which is fine. */
		assert_int_equal(result, rc >= 0 ? RUN_FOUND : RUN_NONE);
		if (rc >= 0) {
			assert_int_equal(match.range.from, pcre2_get_ovector_pointer(data)[0]);
			assert_int_equal(match.range.to, pcre2_get_ovector_pointer(data)[1]);
		}
		pcre2_code_free(code);
		pcre2_match_data_free(data);
	}
	buf_free(&regex);
	buf_free(&subject);
	runner_free(&runner);
}

/* R13: what can match nothing never hits there, and never loops. */
static void test_empty_matches(void **state)
{
	struct arena arena;
	struct pattern_options options = {.original = false};
	struct matcher *matcher;
	struct scan *scan = scan_new();
	struct scan_limits limits = {INT64_MAX, NS_PER_S};
	struct pattern_info info;
	struct text text;
	const struct hit *hits;
	size_t count;

	(void)state;
	arena_init(&arena, 0);
	matcher = matcher_of(&arena, SPAN("x*"), options);
	assert_int_equal(matcher_describe(matcher, 0, &arena, &info), OK);
	assert_true(info.matches_empty);
	assert_int_equal(text_prepare(&text, &arena, SPAN("abxxc x"), NULL), OK);
	assert_int_equal(scan_run(scan, matcher, &text, &limits), OK);
	assert_int_equal(scan_find(scan, 0, &hits, &count, NULL), TRUTH_YES);
	assert_int_equal(count, 2);
	assert_int_equal(hits[0].in_original.from, 2);
	assert_int_equal(hits[0].in_original.to, 4);
	assert_int_equal(hits[1].in_original.from, 6);
	scan_free(scan);
	matcher_free(matcher);
	arena_free(&arena);
}

/* --- literals --------------------------------------------------------------------------------- */

/* The literals of the regex, joined by spaces; a leading ^ says the key begins a run, | is one. */
static void needs(const char *regex, const char *expected)
{
	struct arena arena;
	struct regex_facts facts;
	struct buf out = {0};

	arena_init(&arena, 0);
	assert_int_equal(literals_of_regex(&arena, span_of(regex), false, &facts), OK);
	for (size_t i = 0; i < facts.literals.count; i++) {
		static const char *const kinds[] = {"|", "^", ""};

		buf_printf(&out, "%s%s%.*s", i ? " " : "", kinds[facts.literals.items[i].kind],
			SPAN_ARGS(facts.literals.items[i].bytes));
	}
	buf_char(&out, '\0');
	if (strcmp(out.data, expected) != 0)
		fail_msg("`%s` needs `%s` instead of `%s`", regex, out.data, expected);
	buf_free(&out);
	arena_free(&arena);
}

static void test_literals(void **state)
{
	(void)state;
	needs("fu+ck", "uck");
	needs("\\bass\\b", "|ass");
	needs("\\bkill", "^kill");
	needs("kill\\b", "kill");
	needs("buy now cheap", "^buy now cheap");
	needs("x buy now", "|x buy now");
	needs("(?i)émile", "mile");
	needs("(?:buy|sell)\\s+now", "^now");
	needs("buy\\s+now\\W", "|now");
	needs("buy\\s*now\\W", "buy");
	needs("(?i)Viagra|cialis", "viagra cialis");
	needs("(?i:ViAgRa)X", "viagraX");
	needs("https?://bit\\.ly/\\w+", "|https://bit.ly/ |http://bit.ly/");
	needs("[s5]h[i1]t", "shit sh1t 5hit 5h1t");
	needs("(?:foo(bar)?|bazaar)+x", "foobarx foox bazaarx");
	needs("\\x{6a9}\\x6b\\t\\.", "کk\t.");
	needs("(kill|murd(er|ah)).{0,20}you", "kill murder murdah");
	needs("(?<n>quux)?\\bfree\\b.*money", "money");
	needs("abc(?!def)ghijkl", "abcghijkl");
	needs("(abc){3}", "abc");
	needs("[[:alpha:]]abc[]x]def", "^abc]def abcxdef");
	needs("[]x]def", "^]def xdef");
	needs("a(?:bc|de){1,2}f", "abc ade");
	needs("\\p{Lu}\\pLabc\\N{U+20AC}def", "abc");
	needs("(?|abc|(?>def))", "abc def");
	needs("(?:x(?i)abc|DEF)g", "xabcg defg");
}

static void test_no_literals(void **state)
{
	static const char *const none[] = {"(a+)+$", "k[a-z]{2,3}l", "ab|c", "(abc)?", "(abc)*x",
		"(abc){0,3}", "(?x) abc def", "\\Qabc\\E", "(a)(?(1)abc|def)", "abc|d", "[^abc]+",
		"\\d{3}-\\d{4}", "(?=abc)", "abc(?#x){0,2}", "a.b.c"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		needs(none[i], "");
}

static void test_unbounded(void **state)
{
	static const struct {
		const char *regex;
		bool unbounded;
	} cases[] = {{"(a+)+", true}, {"(a|b?)*", true}, {"(?:a{1,3})+b", true}, {"((a)b*)*", true},
		{"(a+)++", false}, {"(?>a+)+", false}, {"(?:a++)+", false}, {"a+b+", false},
		{"(a+){2}", false}, {"(ab)+", false}};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct regex_facts facts;

		assert_int_equal(
			literals_of_regex(&arena, span_of(cases[i].regex), false, &facts), OK);
		if (facts.unbounded != cases[i].unbounded)
			fail_msg("`%s`", cases[i].regex);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_refused),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_catastrophes_are_unknown),
		cmocka_unit_test(test_limits_are_no_answers),
		cmocka_unit_test(test_quadratic_is_bounded),
		cmocka_unit_test(test_interpreter_has_limits),
		cmocka_unit_test(test_deadline_that_has_passed),
		cmocka_unit_test(test_windows_change_nothing),
		cmocka_unit_test(test_empty_matches),
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_no_literals),
		cmocka_unit_test(test_unbounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
