/*
 * Runs tests/rules: each folder is a rule set with comments and the verdicts they must get.
 *
 * Besides, for every comment of every set: the plain way (no literal index) and judging every rule
 * give the same verdict, so does a second run; and whichever rules are unknown, the verdict is the
 * clean one or review.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "moderate/cases.h"
#include "moderate/selftest.h"

#define TOP "tests/rules"
#define SUBSET_MAX 10 /* rules of a set whose subsets are all tried */

struct fixture {
	struct arena keep, arena;
	struct errors errors;
	struct evaluator *evaluator;
	struct ruleset *set;
	struct case_results results;
};

static void show_errors(const struct errors *errors)
{
	struct buf out = {0};

	errors_render(errors, &out, false);
	print_message("%.*s", (int)out.len, out.len ? out.data : "");
	buf_free(&out);
}

static void run_files(struct fixture *f, const char *folder)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	size_t files = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		char path[512];

		if (len < 10 || strcmp(entry->d_name + len - 10, ".test.yaml") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (cases_run(f->evaluator, f->set, &evaluate_defaults, path, &f->arena, &f->errors,
			    &f->results) != OK)
			show_errors(&f->errors);
		assert_int_equal(f->errors.errors, 0);
		files++;
	}
	closedir(dir);
	assert_true(files > 0);
	assert_true(f->results.count > 0);
}

/* What of a verdict must not differ between two ways to it. */
struct outcome {
	enum verdict_kind kind;
	double score;
	size_t matches, spans;
	uint64_t rules; /* a hash of the rules that hold, in their order, with their places */
};

static struct outcome judge(
	struct fixture *f, const struct comment *comment, const struct evaluate_options *options)
{
	const struct verdict *verdict;
	struct outcome outcome = {0};

	assert_int_equal(evaluate(f->evaluator, f->set, comment, options, &verdict), OK);
	outcome.kind = verdict->kind;
	outcome.score = verdict->score;
	outcome.matches = verdict->matches_count;
	for (size_t i = 0; i < verdict->matches_count; i++) {
		const struct match *match = &verdict->matches[i];

		outcome.rules = outcome.rules * 31 + match->rule->index + 1;
		outcome.spans += match->spans_count;
		for (size_t s = 0; s < match->spans_count; s++)
			outcome.rules = outcome.rules * 31 + match->spans[s].bytes.from * 7 +
					match->spans[s].bytes.to;
	}
	return outcome;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(a->score == b->score);
	assert_int_equal(a->matches, b->matches);
	assert_int_equal(a->spans, b->spans);
	assert_true(a->rules == b->rules);
}

static void check_ways(struct fixture *f, const struct comment *comment)
{
	struct evaluate_options options = evaluate_defaults;
	struct outcome fast = judge(f, comment, &options), other;

	other = judge(f, comment, &options);
	check_same(&fast, &other);
	options.plain = true;
	other = judge(f, comment, &options);
	check_same(&fast, &other);
	options.everything = true;
	other = judge(f, comment, &options);
	check_same(&fast, &other);
	options.plain = false;
	other = judge(f, comment, &options);
	check_same(&fast, &other);
}

/* FAILURE.md's promise: what is unknown may lead to review, never to approve or reject. */
static void check_unknowns(struct fixture *f, const struct comment *comment)
{
	struct evaluate_options options = evaluate_defaults;
	const struct rule *rules;
	size_t count = ruleset_rules(f->set, &rules);
	uint8_t suspended[SUBSET_MAX] = {0};
	enum verdict_kind clean = judge(f, comment, &options).kind;

	assert_true(count <= SUBSET_MAX);
	options.suspended = suspended;
	for (unsigned subset = 1; subset < 1u << count; subset++) {
		enum verdict_kind kind;

		for (size_t i = 0; i < count; i++)
			suspended[i] = subset >> i & 1;
		kind = judge(f, comment, &options).kind;
		if (kind != clean && kind != VERDICT_REVIEW)
			fail_msg("`%.*s`: %s became %s with rules %x unknown",
				SPAN_ARGS(comment->text), verdict_names[clean], verdict_names[kind],
				subset);
		/* All unknown at once, judged whatever the index says. */
		options.everything = true;
		kind = judge(f, comment, &options).kind;
		assert_true(kind == clean || kind == VERDICT_REVIEW);
		options.everything = false;
	}
}

static void test_folder(void **state)
{
	const char *folder = *state;
	const char *folders[] = {folder};
	struct ruleset_options options = {.folders = folders, .folders_count = 1};
	struct fixture f = {0};

	arena_init(&f.keep, 0);
	arena_init(&f.arena, 0);
	if (moderate_load(&options, NULL, &f.errors, &f.keep, &f.set) != OK)
		show_errors(&f.errors);
	assert_int_equal(f.errors.errors, 0);
	assert_non_null(f.set);
	f.evaluator = evaluator_new(NULL);
	assert_non_null(f.evaluator);
	run_files(&f, folder);
	for (size_t i = 0; i < f.results.count; i++) {
		const struct case_result *result = &f.results.items[i];

		if (result->state != CASE_PASSED)
			print_message("%s:%u: `%.*s`: %s\n", result->source->name,
				result->node->line, SPAN_ARGS(result->comment.text), result->what);
		check_ways(&f, &result->comment);
		check_unknowns(&f, &result->comment);
	}
	assert_int_equal(f.results.states[CASE_PASSED], f.results.count);
	evaluator_free(f.evaluator);
	ruleset_unref(f.set);
	errors_free(&f.errors);
	arena_free(&f.arena);
	arena_free(&f.keep);
}

static int is_folder(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(void)
{
	struct dirent **entries;
	int count = scandir(TOP, &entries, is_folder, alphasort), rc;
	struct CMUnitTest *tests;

	if (count <= 0) {
		fprintf(stderr, "no rule sets in " TOP ": run from the top of the project\n");
		return 1;
	}
	tests = calloc((size_t)count, sizeof(*tests));
	if (!tests)
		return 1;
	for (int i = 0; i < count; i++) {
		char *path = malloc(512);

		if (!path)
			return 1;
		snprintf(path, 512, TOP "/%s", entries[i]->d_name);
		tests[i] = (struct CMUnitTest){
			.name = path, .test_func = test_folder, .initial_state = path};
	}
	rc = _cmocka_run_group_tests(TOP, tests, (size_t)count, NULL, NULL);
	for (int i = 0; i < count; i++) {
		free(tests[i].initial_state);
		free(entries[i]);
	}
	free(entries);
	free(tests);
	return rc;
}
