/*
 * Every allocation may fail: the k-th one, and all from the k-th on, while a rule set is loaded and
 * while a comment is judged. Nothing crashes, nothing leaks, and no verdict comes out of it but the
 * right one or review.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "failing_malloc.h"
#include "moderate/evaluate.h"
#include "moderate/explain.h"
#include "ruleset_of.h"

static const char yaml[] = "guidelines: {conduct: {title: Conduct}}\n"
			   "lists: {harm: [kill, hurt]}\n"
			   "conditions: {short: {length: {at_most: 100}}}\n"
			   "rules:\n"
			   "  - id: n/phrase\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    action: reject\n"
			   "    in_quotes: review\n"
			   "    when: {phrase: 'i will <harm> you', condition: short}\n"
			   "    unless: {words: told}\n"
			   "    tests: {match: ['i will kill you'], no_match: [told]}\n"
			   "  - id: n/regex\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    points: 2\n"
			   "    excuse_article_words: true\n"
			   "    when: {regex: 'zeb+ra'}\n"
			   "    tests: {match: [zebra], no_match: [zera]}\n"
			   "  - id: n/links\n"
			   "    guideline: conduct\n"
			   "    reason: R.\n"
			   "    points: 1\n"
			   "    when: {any: [{links: {domains: example.com}}, {contact: email},"
			   " {repetition: {line: 2}}]}\n"
			   "    tests: {match: ['http://example.com'], no_match: [x]}\n";

static struct comment the_comment(void)
{
	static const struct span tags[] = {{"animal", 6}};
	struct comment comment = COMMENT_INIT;

	comment.text = SPAN("I will k1ll you \"zebra\" http://example.com\na@b.com\nx\nx");
	comment.article.title = SPAN("The zoo");
	comment.article.tags = tags;
	comment.article.tags_count = 1;
	comment.submitted_ms = 0;
	return comment;
}

/* What libraries keep for the life of the process is allocated before anything is counted. */
static struct ruleset *load_first(void)
{
	struct errors errors = {0};
	struct arena keep = {0};
	struct ruleset *set = ruleset_of(yaml, NULL, 0, &errors, &keep);

	assert_non_null(set);
	errors_free(&errors);
	arena_free(&keep);
	ERR_clear_error(); /* makes libcrypto's own list of errors, which stays */
	return set;
}

#define STEPS_MAX 100000 /* more allocations than anything here makes */

static void test_load(void **state)
{
	struct rule_folder folder;

	(void)state;
	ruleset_unref(load_first());
	rule_folder_make(&folder, yaml);
	for (int mode = 0; mode < 2; mode++) {
		bool done = false;

		for (long step = 0; !done; step++) {
			struct errors errors = {0};
			struct arena keep = {0};
			long before = failing_live;
			struct ruleset *set = NULL;
			int rc;

			assert_true(step < STEPS_MAX);
			failing_start(step, mode);
			rc = rule_folder_load(&folder, NULL, 0, &errors, &keep, &set);
			done = !failing_stop(); /* it needed fewer than that */
			/* The whole set or none. */
			if (rc == OK) {
				const struct rule *rules;

				assert_int_equal(ruleset_rules(set, &rules), 3);
			} else {
				assert_null(set);
			}
			ruleset_unref(set);
			errors_free(&errors);
			arena_free(&keep);
			ERR_clear_error();
			assert_int_equal(failing_live, before);
		}
	}
	rule_folder_remove(&folder);
}

static void test_evaluate(void **state)
{
	struct ruleset *set;
	struct comment comment = the_comment();

	(void)state;
	set = load_first();
	for (int mode = 0; mode < 2; mode++) {
		bool done = false;

		for (long step = 0; !done; step++) {
			long before = failing_live;
			struct evaluator *evaluator;
			const struct verdict *verdict;
			int rc = ERR_NOMEM;

			assert_true(step < STEPS_MAX);
			failing_start(step, mode);
			evaluator = evaluator_new(NULL);
			if (evaluator)
				rc = evaluate(
					evaluator, set, &comment, &evaluate_defaults, &verdict);
			done = !failing_stop();
			if (rc == OK)
				assert_true(verdict->kind == VERDICT_REJECT ||
					    verdict->kind == VERDICT_REVIEW);
			else
				assert_int_equal(rc, ERR_NOMEM);
			/* The evaluator is as good as new. */
			if (evaluator) {
				assert_int_equal(evaluate(evaluator, set, &comment,
							 &evaluate_defaults, &verdict),
					OK);
				assert_int_equal(verdict->kind, VERDICT_REJECT);
				assert_false(verdict->degraded);
				assert_int_equal(verdict->matches_count, 3);
			}
			evaluator_free(evaluator);
			assert_int_equal(failing_live, before);
		}
	}
	ruleset_unref(set);
}

static void test_explain(void **state)
{
	struct ruleset *set;
	struct comment comment = the_comment();
	struct explain_options shown = {.all = true, .patterns = true};
	bool done = false;

	(void)state;
	set = load_first();
	for (long step = 0; !done; step++) {
		long before = failing_live;
		struct explainer *explainer;
		struct buf out = {0};
		int rc = ERR_NOMEM;

		assert_true(step < STEPS_MAX);
		failing_start(step, false);
		explainer = explainer_new(NULL);
		if (explainer)
			rc = explain_json(
				explainer, set, &comment, &evaluate_defaults, &shown, &out);
		done = !failing_stop();
		assert_true(rc == OK || rc == ERR_NOMEM);
		explainer_free(explainer);
		buf_free(&out);
		assert_int_equal(failing_live, before);
	}
	ruleset_unref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_evaluate),
		cmocka_unit_test(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
