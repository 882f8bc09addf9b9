/* Tests what `filterd explain` says of a rule that holds, one that nearly does and one that does
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "moderate/explain.h"
#include "ruleset_of.h"

static const char yaml[] = "guidelines: {conduct: {title: Conduct}}\n"
			   "rules:\n"
			   "  - id: e/holds\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    action: reject\n"
			   "    when: {words: [scoundrel, rogue], length: {at_least: 1}}\n"
			   "  - id: e/nearly\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    action: review\n"
			   "    when: {all: [{phrase: \"you (rogue|rascal)\"}, {links: 1}]}\n"
			   "  - id: e/excused\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    action: review\n"
			   "    when: {words: rogue}\n"
			   "    unless: {words: elephant}\n"
			   "  - id: e/not\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    action: review\n"
			   "    when: {regex: 'zebra\\d'}\n"
			   "  - id: e/german\n"
			   "    guideline: conduct\n"
			   "    language: de\n"
			   "    reason: R.\n"
			   "    action: review\n"
			   "    when: {words: rogue}\n";

static const char text[] = "You RO\xC3\x9A"
			   "GE, \"sc0undrel\" and\nelephant";

static struct errors errors;
static struct arena keep;
static struct ruleset *set;
static struct explainer *explainer;

static int setup(void **state)
{
	(void)state;
	set = ruleset_of(yaml, NULL, 0, &errors, &keep);
	explainer = explainer_new(NULL);
	return set && explainer ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	explainer_free(explainer);
	ruleset_unref(set);
	errors_free(&errors);
	arena_free(&keep);
	return 0;
}

static struct comment the_comment(void)
{
	struct comment comment = COMMENT_INIT;

	comment.text = span_of(text);
	comment.lang = SPAN("en");
	return comment;
}

static void explain_as_text(struct explain_options shown, struct buf *out)
{
	struct comment comment = the_comment();

	assert_int_equal(
		explain_text(explainer, set, &comment, &evaluate_defaults, &shown, out), OK);
	buf_char(out, '\0');
}

static void expect(const struct buf *out, const char *what)
{
	if (!strstr(out->data, what))
		fail_msg("`%s` is not in\n%s", what, out->data);
}

static void expect_not(const struct buf *out, const char *what)
{
	if (strstr(out->data, what))
		fail_msg("`%s` is in\n%s", what, out->data);
}

static void test_text(void **state)
{
	struct buf out = {0};

	(void)state;
	explain_as_text((struct explain_options){0}, &out);
	expect(&out, "verdict    reject");
	expect(&out, "folded     you rouge");
	expect(&out, "disguised  ");
	expect(&out, "and<U+000A>elephant");
	expect(&out, "conduct: 10 points");
	expect(&out, "\ne/holds (conduct, reject, ");
	expect(&out, ": yes\n  when all");
	expect(&out, "\"sc0undrel\" at 13");
	expect(&out, "(disguised)");
	expect(&out, "read as    \"sc0undrel\": scoundrel (disguised)\n"
		     "           \"RO\xC3\x9AGE,\": rouge,\n");
	expect_not(&out, "\"You\": you"); /* letter case alone is not worth a line */
	expect_not(&out, "cost ");
	/* "RoÚGE" is "rouge", no rogue: only what is found is shown. */
	expect_not(&out, "e/nearly");
	expect_not(&out, "e/not");
	expect_not(&out, "\033[");
	buf_free(&out);
}

static void test_near_and_excused(void **state)
{
	struct comment comment = the_comment();
	struct explain_options shown = {0};
	struct buf out = {0};

	(void)state;
	comment.text = SPAN("you rogue elephant");
	assert_int_equal(
		explain_text(explainer, set, &comment, &evaluate_defaults, &shown, &out), OK);
	buf_char(&out, '\0');
	expect(&out, "\ne/nearly (conduct, review, ");
	expect(&out, ": no: `links` of line 12 does not hold\n  when all");
	expect(&out, ": no: the exception `words` of line 18 holds\n  when words");
	expect(&out, "phrase (line 12): yes\n");
	expect(&out, "links (line 12): no\n");
	expect(&out, "unless ");
	expect(&out, "words (line 18): yes\n");
	expect(&out, "because it is for another language");
	buf_free(&out);
}

static void test_all_and_patterns(void **state)
{
	struct buf out = {0};

	(void)state;
	explain_as_text(
		(struct explain_options){.all = true, .patterns = true, .colour = true}, &out);
	expect(&out, "\ne/not (conduct, review, ");
	expect(&out, "regex (line 23): ");
	expect(&out, "pattern  ");
	expect(&out, "needs    ");
	expect(&out, "\033[");
	buf_free(&out);
}

static void test_what_let_a_pattern_through(void **state)
{
	struct comment comment = the_comment();
	struct explain_options shown = {.rule = "e/nearly"};
	struct buf out = {0};

	(void)state;
	comment.text = SPAN("a rascal and a rogue, you say");
	assert_int_equal(
		explain_text(explainer, set, &comment, &evaluate_defaults, &shown, &out), OK);
	buf_char(&out, '\0');
	expect(&out, "phrase   you (rogue|rascal)\n        let through by rascal, rogue\n");
	buf_clear(&out);
	comment.text = SPAN("a rascal and a rogue");
	assert_int_equal(
		explain_text(explainer, set, &comment, &evaluate_defaults, &shown, &out), OK);
	buf_char(&out, '\0');
	expect(&out, "found    rascal, rogue\n        lacks    you\n");
	buf_clear(&out);
	comment.text = SPAN("nothing of the kind");
	shown.patterns = true;
	assert_int_equal(
		explain_text(explainer, set, &comment, &evaluate_defaults, &shown, &out), OK);
	buf_char(&out, '\0');
	expect(&out, "not tried: nothing of it is there\n");
	buf_free(&out);
}

static void test_cost(void **state)
{
	struct explain_options shown = {.all = true, .cost = true};
	struct buf out = {0};

	(void)state;
	explain_as_text(shown, &out);
	expect(&out, "\ncost       ");
	expect(&out, " for the verdict, of it ");
	/* each rule has its own. */
	expect(&out, "): no, ");
	buf_free(&out);
}

static void test_one_rule(void **state)
{
	struct comment comment = the_comment();
	struct explain_options shown = {.rule = "e/not"};
	struct buf out = {0};

	(void)state;
	explain_as_text(shown, &out);
	expect(&out, "\ne/not ");
	expect_not(&out, "\ne/holds ");
	buf_clear(&out);
	shown.rule = "e/nothing";
	assert_int_equal(explain_text(explainer, set, &comment, &evaluate_defaults, &shown, &out),
		ERR_INVALID);
	buf_free(&out);
}

static void test_json(void **state)
{
	struct comment comment = the_comment();
	struct explain_options shown = {.all = true, .patterns = true};
	struct buf out = {0};
	json_error_t error;
	json_t *root, *rule, *conditions, *words;

	(void)state;
	assert_int_equal(
		explain_json(explainer, set, &comment, &evaluate_defaults, &shown, &out), OK);
	assert_int_equal(out.data[out.len - 1], '\n');
	assert_null(memchr(out.data, '\n', out.len - 1));
	root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		fail_msg("%s at %d in %.*s", error.text, error.position, (int)out.len, out.data);
	assert_string_equal(json_string_value(json_object_get(root, "text")), text);
	assert_string_equal(json_string_value(json_object_get(root, "verdict")), "reject");
	assert_int_equal(json_array_size(json_object_get(root, "rules")), 5);
	rule = json_array_get(json_object_get(root, "rules"), 0);
	assert_string_equal(json_string_value(json_object_get(rule, "rule")), "e/holds");
	assert_string_equal(json_string_value(json_object_get(rule, "holds")), "yes");
	conditions = json_object_get(json_object_get(rule, "when"), "conditions");
	assert_int_equal(json_array_size(conditions), 2);
	words = json_array_get(conditions, 0);
	if (strcmp(json_string_value(json_object_get(words, "condition")), "words") != 0)
		words = json_array_get(conditions, 1);
	assert_int_equal(json_array_size(json_object_get(words, "evidence")), 1);
	assert_int_equal(json_array_size(json_object_get(words, "patterns")), 1);
	json_decref(root);
	buf_free(&out);
}

static void test_too_long(void **state)
{
	struct evaluate_options options = evaluate_defaults;
	struct explain_options shown = {.all = true};
	struct comment comment = the_comment();
	struct buf out = {0};

	(void)state;
	options.text_max = 4;
	assert_int_equal(explain_text(explainer, set, &comment, &options, &shown, &out), OK);
	buf_char(&out, '\0');
	expect(&out, "too long");
	expect(&out, "verdict    review");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_near_and_excused),
		cmocka_unit_test(test_all_and_patterns),
		cmocka_unit_test(test_what_let_a_pattern_through),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_one_rule),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
