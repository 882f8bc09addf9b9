/* Tests what is named as the cause when two rule sets judge a comment differently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "moderate/change.h"
#include "moderate/evaluate.h"
#include "ruleset_of.h"

#define GUIDELINES                                                                                 \
	"guidelines:\n"                                                                            \
	"  a: {title: A, review_at: 5, reject_at: 10}\n"                                           \
	"  b: {title: B, review_at: 5, reject_at: 100}\n"                                          \
	"rules:\n"
#define FIRST "  - {id: first, guideline: a, reason: r, action: reject, when: {words: one}}\n"
#define SECOND "  - {id: second, guideline: b, reason: r, points: 50, when: {words: one}}\n"
#define THIRD "  - {id: third, guideline: a, reason: r, points: 2, when: {words: one}}\n"
#define LIFT "  - {id: lift, reason: r, action: approve, when: {words: two}}\n"
#define OTHER "  - {id: other, guideline: a, reason: r, points: 1, when: {words: three}}\n"

/* Both sets, and their verdicts on one text. */
struct bench {
	struct errors errors;
	struct arena keep, arena;
	struct ruleset *sets[SIDE_COUNT];
	struct evaluator *evaluators[SIDE_COUNT];
	struct pairs pairs;
	struct change change;
};

static void compare(struct bench *bench, const char *old, const char *new, const char *text)
{
	const char *const yaml[SIDE_COUNT] = {[SIDE_OLD] = old, [SIDE_NEW] = new};
	const struct verdict *verdicts[SIDE_COUNT];
	struct comment comment = COMMENT_INIT;

	*bench = (struct bench){0};
	comment.text = span_of(text);
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		bench->sets[side] = ruleset_of(yaml[side], NULL, 0, &bench->errors, &bench->keep);
		assert_non_null(bench->sets[side]);
		bench->evaluators[side] = evaluator_new(NULL);
		assert_non_null(bench->evaluators[side]);
		assert_int_equal(evaluate(bench->evaluators[side], bench->sets[side], &comment,
					 &evaluate_defaults, &verdicts[side]),
			OK);
	}
	assert_int_equal(
		pairs_make(&bench->pairs, bench->sets[SIDE_OLD], bench->sets[SIDE_NEW]), OK);
	assert_int_equal(change_find(&bench->pairs, &bench->arena, verdicts[SIDE_OLD],
				 verdicts[SIDE_NEW], &bench->change),
		OK);
}

static void drop(struct bench *bench)
{
	pairs_free(&bench->pairs);
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		evaluator_free(bench->evaluators[side]);
		ruleset_unref(bench->sets[side]);
	}
	errors_free(&bench->errors);
	arena_free(&bench->keep);
	arena_free(&bench->arena);
}

/* "rule first", "guideline a", "none"; "same" when the verdicts are. */
static void cause_is(const char *old, const char *new, const char *text, const char *expected)
{
	struct bench bench;
	char said[64] = "none";
	size_t guideline;

	compare(&bench, old, new, text);
	guideline = bench.change.cause - bench.pairs.rules_count;
	if (bench.change.verdicts[SIDE_OLD]->kind == bench.change.verdicts[SIDE_NEW]->kind)
		snprintf(said, sizeof(said), "same");
	else if (bench.change.cause < bench.pairs.rules_count)
		snprintf(said, sizeof(said), "rule %s", bench.pairs.rules[bench.change.cause].id);
	else if (guideline < bench.pairs.guidelines_count)
		snprintf(said, sizeof(said), "guideline %s", bench.pairs.guidelines[guideline].id);
	assert_string_equal(said, expected);
	drop(&bench);
}

/* Both ways: what is added in one direction is removed in the other. */
static void cause_is_both_ways(
	const char *old, const char *new, const char *text, const char *expected)
{
	cause_is(old, new, text, expected);
	cause_is(new, old, text, expected);
}

static void a_rule_added_or_removed_is_the_cause(void **state)
{
	(void)state;
	cause_is_both_ways(GUIDELINES OTHER, GUIDELINES OTHER FIRST, "one", "rule first");
	cause_is_both_ways(GUIDELINES OTHER, GUIDELINES OTHER FIRST, "two", "same");
}

static void the_rule_of_the_deciding_guideline_is(void **state)
{
	(void)state;
	/* `second` has more points, but they do not reject. */
	cause_is_both_ways(GUIDELINES OTHER, GUIDELINES OTHER SECOND FIRST, "one", "rule first");
	cause_is_both_ways(GUIDELINES OTHER, GUIDELINES THIRD FIRST, "one", "rule first");
}

static void a_rule_that_goes_the_other_way_is_not(void **state)
{
	(void)state;
	/* `first` rejects though `third` is gone. */
	cause_is_both_ways(GUIDELINES THIRD, GUIDELINES FIRST OTHER, "one", "rule first");
}

static void a_rule_that_lifts_is(void **state)
{
	(void)state;
	cause_is_both_ways(GUIDELINES FIRST LIFT, GUIDELINES FIRST, "one two", "rule lift");
	cause_is_both_ways(GUIDELINES FIRST LIFT, GUIDELINES FIRST THIRD, "one two", "rule lift");
	cause_is_both_ways(GUIDELINES FIRST LIFT, GUIDELINES FIRST, "one", "same");
}

static void other_points_or_another_action_are(void **state)
{
	static const char points[] = "  - {id: first, guideline: a, reason: r, points: 5, "
				     "when: {words: one}}\n";
	char with_points[512], with_review[512];

	(void)state;
	snprintf(with_points, sizeof(with_points), "%s%s", GUIDELINES, points);
	snprintf(with_review, sizeof(with_review), "%s%s", GUIDELINES,
		"  - {id: first, guideline: a, reason: r, action: review, when: {words: one}}\n"
		"  - {id: more, guideline: a, reason: r, action: review, when: {words: one}}\n");
	cause_is_both_ways(with_points, GUIDELINES FIRST, "one", "rule first");
	/* Two that ask for review never reject, but as points the first one's do. */
	strcat(with_points, "  - {id: more, guideline: a, reason: r, action: review, "
			    "when: {words: one}}\n");
	cause_is_both_ways(with_review, with_points, "one", "rule first");
}

static void a_rule_moved_to_another_guideline_or_into_shadow_is(void **state)
{
	static const char moved[] =
		GUIDELINES "  - {id: first, guideline: b, reason: r, points: 10, "
			   "when: {words: one}}\n";
	static const char hidden[] =
		GUIDELINES "  - {id: first, guideline: a, reason: r, "
			   "action: reject, shadow: true, when: {words: one}}\n";
	static const char off[] = GUIDELINES FIRST "  - {id: lift, reason: r, action: approve, "
						   "shadow: true, when: {words: two}}\n";

	(void)state;
	cause_is_both_ways(GUIDELINES FIRST, moved, "one", "rule first");
	cause_is_both_ways(GUIDELINES FIRST, hidden, "one", "rule first");
	cause_is_both_ways(GUIDELINES FIRST LIFT, off, "one two", "rule lift");
}

static void without_a_rule_the_guideline_is(void **state)
{
	(void)state;
	cause_is_both_ways(GUIDELINES SECOND,
		"guidelines:\n  b: {title: B, review_at: 5, reject_at: 50}\nrules:\n" SECOND, "one",
		"guideline b");
}

static void differences_are_listed_without_a_change(void **state)
{
	struct bench bench;

	(void)state;
	compare(&bench, GUIDELINES OTHER THIRD, GUIDELINES SECOND OTHER, "three one");
	assert_int_equal(bench.change.differences_count, 2);
	assert_string_equal(bench.pairs.rules[bench.change.differences[0].pair].id, "second");
	assert_int_equal(difference_points(&bench.change.differences[0], SIDE_NEW), 50);
	assert_null(bench.change.differences[0].matches[SIDE_OLD]);
	assert_string_equal(bench.pairs.rules[bench.change.differences[1].pair].id, "third");
	assert_null(bench.change.differences[1].matches[SIDE_NEW]);
	drop(&bench);
	compare(&bench, GUIDELINES OTHER THIRD, GUIDELINES THIRD OTHER, "three one");
	assert_int_equal(bench.change.differences_count, 0);
	drop(&bench);
}

static void other_thresholds_make_no_rule_differ(void **state)
{
	struct bench bench;

	(void)state;
	compare(&bench, GUIDELINES FIRST,
		"guidelines:\n  a: {title: A, review_at: 3, reject_at: 7}\nrules:\n" FIRST, "one");
	assert_int_equal(bench.change.differences_count, 0);
	drop(&bench);
}

static void a_limit_has_no_name(void **state)
{
	struct bench bench;
	struct evaluate_options limits = evaluate_defaults;
	struct comment comment = COMMENT_INIT;
	const struct verdict *verdict;

	(void)state;
	compare(&bench, GUIDELINES OTHER, GUIDELINES OTHER, "a fair point");
	comment.text = SPAN("a fair point");
	limits.text_max = 4;
	assert_int_equal(evaluate(bench.evaluators[SIDE_NEW], bench.sets[SIDE_NEW], &comment,
				 &limits, &verdict),
		OK);
	assert_int_equal(change_find(&bench.pairs, &bench.arena, bench.change.verdicts[SIDE_OLD],
				 verdict, &bench.change),
		OK);
	assert_int_equal(bench.change.cause, bench.pairs.causes_count - 1);
	drop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_added_or_removed_is_the_cause),
		cmocka_unit_test(the_rule_of_the_deciding_guideline_is),
		cmocka_unit_test(a_rule_that_goes_the_other_way_is_not),
		cmocka_unit_test(a_rule_that_lifts_is),
		cmocka_unit_test(other_points_or_another_action_are),
		cmocka_unit_test(a_rule_moved_to_another_guideline_or_into_shadow_is),
		cmocka_unit_test(without_a_rule_the_guideline_is),
		cmocka_unit_test(differences_are_listed_without_a_change),
		cmocka_unit_test(other_thresholds_make_no_rule_differ),
		cmocka_unit_test(a_limit_has_no_name),
	};

	return cmocka_run_group_tests_name("moderate/change", tests, NULL, NULL);
}
