/*
 * Any bytes as a case file: results or errors with a place; then everything that is made of
 * results: the changes of --update, made and read again, the reasons why not, the coverage.
 */
#include "moderate/case_edit.h"
#include "moderate/coverage.h"
#include "moderate/why_not.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static const char rules[] =
	"guidelines: {threats: {title: T}, other: {title: O, review_at: 2, reject_at: 4}}\n"
	"lists: {harm: [kill, hurt, 'burn alive', behead*]}\n"
	"rules:\n"
	"  - {id: direct, guideline: threats, reason: R., action: reject, in_quotes: review,\n"
	"     when: {phrase: ['(i|we) [really] will ...2 <harm> (you [all]|u)', 'buy ... now']},\n"
	"     unless: {words: told}}\n"
	"  - {id: words, guideline: other, reason: R., points: 3, in_quotes: ignore,\n"
	"     when: {words: [idiot, moron*, '<harm>']}}\n"
	"  - {id: two, guideline: other, reason: R., points: 1, excuse_article_words: true,\n"
	"     when: {any: [{near: {first: cat, second: '(dog|gnu)'}}, {regex: 'x[yz]'}],\n"
	"     none: [{links: 1}, {words: fine}]}}\n";

static struct ruleset *set;
static struct evaluator *evaluator;
static struct explainer *explainer;
static struct coverage *coverage;

static void clean_up(void)
{
	coverage_free(coverage);
	explainer_free(explainer);
	evaluator_free(evaluator);
	ruleset_unref(set);
}

static void set_up(void)
{
	int fd = memfd_create("rules", MFD_CLOEXEC);
	char path[64];
	const char *paths[] = {path};
	const struct ruleset_options options = {
		.folders = paths, .folders_count = 1, .origins = true};
	struct errors errors = {0};
	struct arena keep = {0};

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(write(fd, rules, sizeof(rules) - 1) == (ssize_t)sizeof(rules) - 1);
	CHECK(ruleset_load(&options, &errors, &keep, &set) == OK);
	close(fd);
	errors_free(&errors);
	arena_free(&keep);
	evaluator = evaluator_new(NULL);
	explainer = explainer_new(NULL);
	coverage = coverage_new(set, NULL);
	CHECK(evaluator && explainer && coverage);
	atexit(clean_up);
}

/* Reads and judges; the results live in the arena. */
static int run(struct arena *arena, const struct source *source, struct case_results *out)
{
	struct errors errors = {0};
	struct buf shown = {0};
	int rc = cases_run_source(evaluator, set, &selftest_options, source, arena, &errors, out);

	CHECK(rc == OK ? errors.errors == 0 : errors.errors > 0);
	errors_render(&errors, &shown, false);
	buf_free(&shown);
	errors_free(&errors);
	return rc;
}

static void look_at(const struct case_result *result)
{
	const struct rule *all;
	size_t count = ruleset_rules(set, &all);
	struct buf line = {0};

	for (size_t i = 0; i < count; i++)
		CHECK(why_not(explainer, set, &result->comment, &selftest_options, &all[i],
			      &line) == OK);
	CHECK(coverage_comment(coverage, &result->comment, &selftest_options) == OK);
	buf_free(&line);
}

/* Makes all changes that can be made; what comes out is read again. */
static void update(struct arena *arena, const struct source *source, const struct case_results *all)
{
	struct case_edits edits = {0};
	struct buf text = {0};

	for (size_t i = 0; i < all->count; i++) {
		const struct case_result *result = &all->items[i];
		const struct verdict *verdict;
		const char *left;

		CHECK((result->what != NULL) ==
			(result->state == CASE_FAILED || result->state == CASE_TODO));
		look_at(result);
		CHECK(evaluate(evaluator, set, &result->comment, &selftest_options, &verdict) ==
			OK);
		CHECK(case_edits_add(&edits, arena, result, verdict, &left) == OK);
	}
	if (case_edits_sort(&edits)) {
		struct source changed = {source->name, {NULL, 0}};
		struct case_results results = {0};

		for (size_t i = 0; i < edits.count; i++)
			CHECK(edits.items[i].from <= edits.items[i].to &&
				edits.items[i].to <= source->text.len);
		case_edits_apply(&edits, 0, edits.count, source->text, 0, source->text.len, &text);
		changed.text = arena_copy(arena, buf_content(&text));
		run(arena, &changed, &results);
	}
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {"fuzz.test.yaml", {NULL, 0}};
	struct case_results results = {0};
	struct arena arena;

	if (!set)
		set_up();
	arena_init(&arena, 0);
	source.text = arena_copy(&arena, (struct span){(const char *)data, size});
	run(&arena, &source, &results);
	update(&arena, &source, &results);
	arena_free(&arena);
	return 0;
}
