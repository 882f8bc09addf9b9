/* Runs the tests of a rule set: see suite.h. */
#include "cli/suite.h"

#include "base/clock.h"
#include "cli/diagnostics.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CASE_FILE_END ".test.yaml"
#define TELL_AFTER_NS (NS_PER_S / 2) /* a run shorter than this tells of no progress */
#define TELL_EVERY_NS (NS_PER_S / 10)

/* --- which files --------------------------------------------------------------------------------
 */

static int compare_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_case_file(const char *name)
{
	return span_ends(span_of(name), SPAN(CASE_FILE_END));
}

static int add_file(struct suite *suite, const char *path)
{
	struct span copy = arena_copy(&suite->setup->keep, span_of(path));

	if (!copy.ptr)
		return cli_failed(suite->run, CLI_OUTPUT, "out of memory");
	texts_add(&suite->files, copy.ptr);
	return CLI_FINE;
}

/* Case files at or below `path`, in the order of their names. */
static int find_below(struct suite *suite, const char *path)
{
	char *start = strdup(path), *roots[] = {start, NULL};
	FTS *tree = start ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_entries) : NULL;
	FTSENT *entry;
	int code = CLI_FINE;

	while (tree && code == CLI_FINE && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
			entry->fts_info == FTS_ERR)
			code = cli_failed(suite->run, CLI_CONFIG, "%s: %s", entry->fts_path,
				strerror(entry->fts_errno));
		else if (entry->fts_info == FTS_F && is_case_file(entry->fts_name))
			code = add_file(suite, entry->fts_path);
	}
	if (tree)
		fts_close(tree);
	free(start);
	return code;
}

int suite_find(struct suite *suite)
{
	const struct texts *paths = &suite->run->arguments;
	const struct setup *setup = suite->setup;
	int code = CLI_FINE;

	for (size_t i = 0; i < paths->count && code == CLI_FINE; i++)
		code = find_below(suite, paths->items[i]);
	for (size_t i = 0; paths->count == 0 && i < setup->folders_count; i++) {
		if (code == CLI_FINE)
			code = find_below(suite, setup->folders[i]);
	}
	return code;
}

/* --- progress -----------------------------------------------------------------------------------
 */

static void tell(struct suite *suite)
{
	struct out *err = &suite->run->err;
	int64_t now = clock_mono_ns();

	if (!err->terminal || now - suite->started_ns < TELL_AFTER_NS ||
		now - suite->told_ns < TELL_EVERY_NS)
		return;
	suite->told_ns = now;
	suite->telling = true;
	out_printf(err, "\r%zu tests, %zu failed\033[K", suite_count(suite),
		suite->states[CASE_FAILED]);
	out_flush(err);
}

static void stop_telling(struct suite *suite)
{
	if (!suite->telling)
		return;
	out_str(&suite->run->err, "\r\033[K");
	out_flush(&suite->run->err);
	suite->telling = false;
}

/* --- running ------------------------------------------------------------------------------------
 */

static void sentence_ran(void *context, const struct sentence *sentence)
{
	struct suite *suite = context;
	const struct texts *paths = &suite->run->arguments;
	const struct sentence *last =
		suite->sentences_count ? &suite->sentences[suite->sentences_count - 1] : NULL;

	tell(suite);
	if (paths->count && (!last || last->rule->source != sentence->rule->source) &&
		!diagnostics_is_below(sentence->rule->source->name, paths))
		return;
	if (!arena_grow(&suite->setup->keep, (void **)&suite->sentences, suite->sentences_count,
		    &suite->sentences_capacity, sizeof(*sentence), 256)) {
		suite->failed = true;
		return;
	}
	suite->sentences[suite->sentences_count++] = *sentence;
	suite->states[sentence_passed(sentence) ? CASE_PASSED : CASE_FAILED]++;
}

static void case_ran(void *context, const struct case_result *result)
{
	struct suite *suite = context;

	suite->states[result->state]++;
	tell(suite);
}

/* The configured limits of size, and time enough for every case on a busy machine. */
static struct evaluate_options options_of(const struct setup *setup)
{
	struct evaluate_options options = setup->limits;

	options.comment_ns = selftest_options.comment_ns;
	options.pattern_ns = selftest_options.pattern_ns;
	return options;
}

static int run_case_files(struct suite *suite)
{
	struct setup *setup = suite->setup;
	struct evaluator *evaluator = evaluator_new(setup->guesser);
	int rc = evaluator ? OK : ERR_NOMEM;

	setup->limits = options_of(setup);
	suite->cases.ran = case_ran;
	suite->cases.context = suite;
	for (size_t i = 0; i < suite->files.count && rc != ERR_NOMEM; i++)
		rc = cases_run(evaluator, setup->set, &setup->limits, suite->files.items[i],
			&setup->keep, &suite->broken, &suite->cases);
	evaluator_free(evaluator);
	return rc == ERR_NOMEM ? rc : OK;
}

int suite_run(struct suite *suite)
{
	int rc;

	suite->started_ns = suite->told_ns = clock_mono_ns();
	rc = selftest_each(suite->setup->set, suite->setup->guesser, sentence_ran, suite);
	if (rc == OK)
		rc = run_case_files(suite);
	stop_telling(suite);
	if (rc != OK || suite->failed)
		return cli_failed(suite->run, CLI_OUTPUT, "out of memory");
	if (suite->broken.errors == 0)
		return CLI_FINE;
	diagnostics_show(&suite->run->err, &suite->broken);
	return CLI_CONFIG;
}

void suite_free(struct suite *suite)
{
	texts_free(&suite->files);
	errors_free(&suite->broken);
}

/* --- reading the results ------------------------------------------------------------------------
 */

size_t suite_count(const struct suite *suite)
{
	return suite->sentences_count + suite->cases.count;
}

static struct test test_of_sentence(const struct sentence *sentence)
{
	return (struct test){
		.source = sentence->rule->source,
		.node = sentence->test->node,
		.sentence = sentence,
		.comment = &sentence->comment,
		.state = sentence_passed(sentence) ? CASE_PASSED : CASE_FAILED,
		.name = span_of(sentence->rule->id),
	};
}

struct test suite_test(const struct suite *suite, size_t i)
{
	const struct case_result *result;

	if (i < suite->sentences_count)
		return test_of_sentence(&suite->sentences[i]);
	result = &suite->cases.items[i - suite->sentences_count];
	return (struct test){
		.source = result->source,
		.node = result->node,
		.result = result,
		.comment = &result->comment,
		.state = result->state,
		.name = result->keys->entry.name,
		.table = result->table_name,
		.todo = result->keys->entry.todo,
	};
}

void test_put_problem(const struct test *test, struct buf *out)
{
	const struct sentence *sentence = test->sentence;

	if (test->result && test->result->what)
		buf_str(out, test->result->what);
	if (!sentence || sentence_passed(sentence))
		return;
	if (sentence->holds == TRUTH_UNKNOWN)
		buf_str(out, "could not be tested in time");
	else
		buf_str(out, sentence->test->match ? "should match, but does not"
						   : "should not match, but does");
}
