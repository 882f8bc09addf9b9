/* What of a pattern stands in a text: the alternatives that hits took, and what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"
#include "match/parts.h"
#include "rules/ruleset.h"

struct fixture {
	struct arena arena;
	struct matcher *matcher;
	struct scan *scan;
	struct text text;
	char taken[1024];
};

static const struct span harm[] = {{"kill", sizeof("kill") - 1},
	{"burn alive", sizeof("burn alive") - 1}, {"Kill", sizeof("Kill") - 1}};

static struct span again[] = {{"re", 2}, {"un", 2}}, ending[] = {{"ing", 3}, {"er", 2}},
		   plural[] = {{"s", 1}};
static const struct forms verb = {
	.prefixes = {{{again, ARRAY_LEN(again)}}, .count = 1, .longest = 2},
	.suffixes = {{{ending, ARRAY_LEN(ending)}, {plural, 1}}, .count = 2, .longest = 4}};
static const struct forms *const forms[] = {&verb};
static const struct form_set verbs = {forms, 1};
/* Of <harm>; NULL: none. */
static const struct form_set *inflected[] = {&verbs, &verbs, &verbs};
static const struct form_set *const *harm_forms;

static bool find_list(void *context, struct span name, struct phrase_list *out)
{
	(void)context;
	*out = (struct phrase_list){harm, harm_forms, ARRAY_LEN(harm), NULL};
	return span_eq(name, SPAN("harm"));
}

static void open_phrase(struct fixture *f, const char *phrase)
{
	static const struct phrase_lists lists = {NULL, find_list};
	struct matcher_builder *builder;
	struct pattern_error error;
	uint32_t id;

	arena_init(&f->arena, 0);
	builder = matcher_builder_new(&f->arena);
	assert_int_equal(matcher_add_phrase(builder, span_of(phrase), &lists,
				 (struct pattern_options){.disguised = true}, &id, &error),
		OK);
	assert_int_equal(matcher_build(builder, &f->matcher), OK);
	f->scan = scan_new();
	assert_non_null(f->scan);
}

static void close_phrase(struct fixture *f)
{
	scan_free(f->scan);
	matcher_free(f->matcher);
	arena_free(&f->arena);
}

static void add_taken(void *context, const struct pattern_part *part)
{
	struct fixture *f = context;
	size_t len = strlen(f->taken);

	snprintf(f->taken + len, sizeof(f->taken) - len, "%s%.*s@%zu", len ? ", " : "",
		SPAN_ARGS(part->written), part->offset);
}

/* The alternatives that the first hit took. */
static const char *taken(struct fixture *f, const char *text)
{
	static const struct scan_limits limits = {INT64_MAX, INT64_MAX};
	const struct hit *hits;
	size_t count;

	f->taken[0] = '\0';
	assert_int_equal(text_prepare(&f->text, &f->arena, span_of(text), NULL), OK);
	assert_int_equal(scan_run(f->scan, f->matcher, &f->text, &limits), OK);
	if (scan_find(f->scan, 0, &hits, &count, NULL) != TRUTH_YES)
		return "none";
	assert_true(matcher_parts_of(f->matcher, 0, &f->text, &hits[0], add_taken, f));
	return f->taken;
}

static void test_the_way_of_a_hit(void **state)
{
	struct fixture f;

	(void)state;
	open_phrase(&f, "(I|we) [really|so] will ...2 <harm> (you [all]|u)");
	f.taken[0] = '\0';
	matcher_parts(f.matcher, 0, add_taken, &f);
	assert_string_equal(f.taken, "I@1, we@3, really@8, so@15, kill@0, burn alive@0, Kill@0, "
				     "you [all]@37, all@42, u@47");
	assert_string_equal(taken(&f, "I will kill u"), "I@1, kill@0, Kill@0, u@47");
	assert_string_equal(taken(&f, "well, we REALLY will now burn  alive you all"),
		"we@3, really@8, burn alive@0, you [all]@37, all@42");
	assert_string_equal(taken(&f, "I will not kill you"), "I@1, kill@0, Kill@0, you [all]@37");
	assert_string_equal(taken(&f, "I will hug you"), "none");
	close_phrase(&f);
}

/* The words of the first hit that have a form: "re+kill+ing+s, ..." */
static void check_inflected(struct fixture *f, const char *text, const char *expected)
{
	static const struct scan_limits limits = {INT64_MAX, INT64_MAX};
	struct inflected words[INFLECTED_MAX];
	const struct hit *hits;
	struct buf out = {0};
	size_t count;

	assert_int_equal(text_prepare(&f->text, &f->arena, span_of(text), NULL), OK);
	assert_int_equal(scan_run(f->scan, f->matcher, &f->text, &limits), OK);
	assert_int_equal(scan_find(f->scan, 0, &hits, &count, NULL), TRUTH_YES);
	count = matcher_inflected(f->matcher, 0, &f->text, &hits[0], words);
	for (size_t i = 0; i < count; i++) {
		buf_str(&out, i ? ", " : "");
		for (size_t k = 0; k < words[i].before_count; k++)
			buf_printf(&out, "%.*s+", SPAN_ARGS(words[i].before[k]));
		buf_span(&out, words[i].stem);
		for (size_t k = 0; k < words[i].behind_count; k++)
			buf_printf(&out, "+%.*s", SPAN_ARGS(words[i].behind[k]));
	}
	buf_char(&out, '\0');
	assert_string_equal(out.data, expected);
	buf_free(&out);
}

static void check_missing(struct fixture *f, const char *text, size_t count, const char *part)
{
	struct span first;

	assert_int_equal(text_prepare(&f->text, &f->arena, span_of(text), NULL), OK);
	assert_int_equal(matcher_missing(f->matcher, 0, &f->text, &first), count);
	assert_true(span_eq(first, span_of(part)));
}

static void test_forms_of_a_hit(void **state)
{
	struct fixture f;

	(void)state;
	harm_forms = inflected;
	open_phrase(&f, "(I|you) ...2 <harm> [and <harm>] you");
	check_inflected(&f, "you are Killing, you", "kill+ing");
	check_inflected(&f, "I kill you", "");
	check_inflected(&f, "I rekillers and unburn alives you", "re+kill+er+s, un+burn, alive+s");
	assert_string_equal(taken(&f, "I unkill you"), "I@1, kill@0, Kill@0");
	check_missing(&f, "you are killing", 0, "(I|you) ...2 <harm> [and <harm>] you");
	check_missing(&f, "you are killed", 1, "<harm>");
	close_phrase(&f);
	harm_forms = NULL;
}

static void test_what_is_missing(void **state)
{
	struct fixture f;

	(void)state;
	open_phrase(&f, "(I|we) [really] will ... <harm> you");
	check_missing(&f, "I will kill you", 0, "(I|we) [really] will ... <harm> you");
	check_missing(&f, "you kill will I", 0, "(I|we) [really] will ... <harm> you");
	check_missing(&f, "we will hug you", 1, "<harm>");
	check_missing(&f, "they killed you", 3, "(I|we)");
	check_missing(&f, "", 4, "(I|we)");
	close_phrase(&f);
}

/* Phrases that have many ways to be tried must not take time nor stack. */
static void test_bounds(void **state)
{
	struct fixture f;
	char phrase[2001] = "", text[20001] = "";

	(void)state;
	for (size_t i = 0; i < 248; i++)
		strcat(phrase, "[a|b] a ");
	strcat(phrase, "end");
	for (size_t i = 0; i < 10000; i++)
		strcat(text, "a ");
	open_phrase(&f, phrase);
	check_missing(&f, text, 1, "end");
	strcpy(text + 19990, "end");
	taken(&f, text);
	close_phrase(&f);
}

/* A hit of each pattern of the shipped rules is understood. */
static void check_rule_test(const struct ruleset *set, const struct rule_test *test, size_t *hits)
{
	static const struct scan_limits limits = {INT64_MAX, INT64_MAX};
	const struct matcher *matcher = ruleset_matcher(set, FIELD_TEXT);
	struct fixture f = {.scan = scan_new()};
	const uint32_t *candidates;
	size_t count;

	arena_init(&f.arena, 0);
	assert_int_equal(
		text_prepare(&f.text, &f.arena, test->comment.text, ruleset_lexicon(set)), OK);
	assert_int_equal(scan_run(f.scan, matcher, &f.text, &limits), OK);
	candidates = scan_candidates(f.scan, &count);
	for (size_t i = 0; i < count; i++) {
		const struct hit *found;
		size_t n = 0;

		if (scan_find(f.scan, candidates[i], &found, &n, NULL) != TRUTH_YES)
			continue;
		*hits += n;
		for (size_t k = 0; k < n; k++)
			if (!matcher_parts_of(
				    matcher, candidates[i], &f.text, &found[k], add_taken, &f))
				fail_msg("`%.*s`: a hit without a way",
					SPAN_ARGS(test->comment.text));
	}
	scan_free(f.scan);
	arena_free(&f.arena);
}

static void test_shipped_rules(void **state)
{
	const char *folders[] = {"rules"};
	const struct ruleset_options options = {.folders = folders, .folders_count = 1};
	struct errors errors = {0};
	struct arena keep;
	struct ruleset *set;
	const struct rule *rules;
	size_t count, hits = 0;

	(void)state;
	arena_init(&keep, 0);
	assert_int_equal(ruleset_load(&options, &errors, &keep, &set), OK);
	count = ruleset_rules(set, &rules);
	for (size_t i = 0; i < count; i++)
		for (size_t t = 0; t < rules[i].tests_count; t++)
			check_rule_test(set, &rules[i].tests[t], &hits);
	assert_true(hits > 1000);
	ruleset_unref(set);
	errors_free(&errors);
	arena_free(&keep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_way_of_a_hit),
		cmocka_unit_test(test_forms_of_a_hit),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_shipped_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
