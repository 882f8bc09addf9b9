/* `filterd test`: the rules' own sentences, and case files with the verdict each comment must get.
 */
#include "cli/diagnostics.h"
#include "cli/report.h"
#include "cli/setup.h"

#include "moderate/cases.h"
#include "moderate/selftest.h"
#include "wire/json.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CASE_FILE_END ".test.yaml"

struct test_run {
	struct run *run;
	struct setup *setup;
	struct texts files; /* case files */
	struct evaluator *evaluator;
	struct case_results cases;
	size_t sentences; /* of rules, in the files asked for */
	size_t failed_sentences; /* an error in setup->errors for each */
};

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

static int add_file(struct test_run *t, const char *path)
{
	struct span copy = arena_copy(&t->setup->keep, span_of(path));

	if (!copy.ptr)
		return cli_failed(t->run, CLI_OUTPUT, "out of memory");
	texts_add(&t->files, copy.ptr);
	return CLI_FINE;
}

/* Case files at or below `path`, in the order of their names. */
static int find_case_files(struct test_run *t, const char *path)
{
	char *start = strdup(path), *roots[] = {start, NULL};
	FTS *tree = start ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_entries) : NULL;
	FTSENT *entry;
	int code = CLI_FINE;

	while (tree && code == CLI_FINE && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
			entry->fts_info == FTS_ERR)
			code = cli_failed(t->run, CLI_CONFIG, "%s: %s", entry->fts_path,
				strerror(entry->fts_errno));
		else if (entry->fts_info == FTS_F && is_case_file(entry->fts_name))
			code = add_file(t, entry->fts_path);
	}
	if (tree)
		fts_close(tree);
	free(start);
	return code;
}

static int find_all_case_files(struct test_run *t)
{
	const struct texts *paths = &t->run->arguments;
	int code = CLI_FINE;

	for (size_t i = 0; i < paths->count && code == CLI_FINE; i++)
		code = find_case_files(t, paths->items[i]);
	for (size_t i = 0; paths->count == 0 && i < t->setup->folders_count; i++) {
		if (code == CLI_FINE)
			code = find_case_files(t, t->setup->folders[i]);
	}
	return code;
}

/* --- running ------------------------------------------------------------------------------------
 */

/* Sentences of rules in the files asked for; all without arguments. */
static size_t count_sentences(const struct ruleset *set, const struct texts *paths)
{
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules), sentences = 0;

	for (size_t i = 0; i < count; i++) {
		if (rules[i].tests_count > 0 &&
			(paths->count == 0 || diagnostics_is_below(rules[i].source->name, paths)))
			sentences += rules[i].tests_count;
	}
	return sentences;
}

static int run_sentences(struct test_run *t)
{
	struct selftest_counts counts;
	struct errors *errors = &t->setup->errors;

	errors_free(errors); /* warnings about the rules: they are lint's */
	if (selftest_run(t->setup->set, t->setup->guesser, errors, &counts) == ERR_NOMEM)
		return cli_failed(t->run, CLI_OUTPUT, "out of memory");
	diagnostics_keep(errors, &t->run->arguments);
	t->sentences = count_sentences(t->setup->set, &t->run->arguments);
	t->failed_sentences = errors->errors;
	return CLI_FINE;
}

static int run_cases(struct test_run *t)
{
	struct errors errors = {0};
	int code = CLI_FINE;

	for (size_t i = 0; i < t->files.count; i++) {
		if (cases_run(t->evaluator, t->setup->set, t->files.items[i], &t->setup->keep,
			    &errors, &t->cases) == ERR_NOMEM)
			code = cli_failed(t->run, CLI_OUTPUT, "out of memory");
	}
	if (errors.errors > 0) {
		diagnostics_show(&t->run->err, &errors);
		code = CLI_CONFIG;
	}
	errors_free(&errors);
	return code;
}

/* --- telling ------------------------------------------------------------------------------------
 */

static void show_place(struct out *out, const struct case_result *result)
{
	out_printf(
		out, "%s:%u:%u: ", result->source->name, result->node->line, result->node->column);
	out_styled(out, STYLE_BAD, "failed:");
	out_printf(out, " %s\n", result->what);
}

static int show_failed_case(struct test_run *t, const struct case_result *result)
{
	const struct verdict *verdict;

	show_place(&t->run->out, result);
	if (evaluate(t->evaluator, t->setup->set, &result->comment, &t->setup->limits, &verdict) !=
			OK ||
		!report_verdict(&t->run->out, t->setup->set, &result->comment, verdict))
		return cli_failed(t->run, CLI_OUTPUT, "out of memory");
	out_str(&t->run->out, "\n");
	return CLI_FINE;
}

static int show(struct test_run *t)
{
	struct out *out = &t->run->out;
	size_t failed = t->failed_sentences + t->cases.failed;
	int code = CLI_FINE;

	diagnostics_show(out, &t->setup->errors);
	for (size_t i = 0; i < t->cases.count && code == CLI_FINE; i++) {
		if (!t->cases.items[i].passed)
			code = show_failed_case(t, &t->cases.items[i]);
	}
	if (t->failed_sentences > 0)
		out_str(out, "`filterd explain --rule ID TEXT` shows why a rule holds or not.\n\n");
	out_printf(out, "rules: %zu of %zu sentences as expected\n",
		t->sentences - t->failed_sentences, t->sentences);
	out_printf(out, "cases: %zu of %zu verdicts as expected, %zu files\n",
		t->cases.count - t->cases.failed, t->cases.count, t->files.count);
	out_style(out, failed ? STYLE_BAD : STYLE_GOOD);
	out_printf(out, "%zu passed, %zu failed", t->sentences + t->cases.count - failed, failed);
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n");
	return code;
}

static void case_json(struct buf *json, const struct case_result *result)
{
	buf_str(json, "{\"file\":");
	json_write(json, span_of(result->source->name));
	buf_printf(json, ",\"line\":%u,\"column\":%u,\"text\":", result->node->line,
		result->node->column);
	json_write(json, result->comment.text);
	buf_printf(json, ",\"verdict\":\"%s\",\"problem\":", verdict_names[result->verdict]);
	json_write(json, span_of(result->what));
	buf_str(json, "}");
}

static int show_json(struct test_run *t)
{
	struct buf *json = &t->run->out.buffer;
	size_t failed = t->failed_sentences + t->cases.failed;
	const char *comma = "";

	buf_printf(json, "{\"passed\":%zu,\"failed\":%zu,\"cases\":[",
		t->sentences + t->cases.count - failed, failed);
	for (size_t i = 0; i < t->cases.count; i++) {
		if (t->cases.items[i].passed)
			continue;
		buf_str(json, comma);
		case_json(json, &t->cases.items[i]);
		comma = ",";
	}
	buf_str(json, "],");
	diagnostics_json(&t->run->out, &t->setup->errors);
	buf_str(json, "}\n");
	return CLI_FINE;
}

static int run_test(struct run *run)
{
	const struct common *options = run->options;
	struct setup setup = {0};
	struct test_run t = {.run = run, .setup = &setup};
	int code = setup_load(run, &setup, SETUP_RULES);

	if (code == CLI_FINE)
		code = find_all_case_files(&t);
	if (code != CLI_FINE)
		goto out;
	t.evaluator = evaluator_new(setup.guesser);
	code = t.evaluator ? run_sentences(&t) : cli_failed(run, CLI_OUTPUT, "out of memory");
	if (code == CLI_FINE)
		code = run_cases(&t);
	if (code == CLI_FINE)
		code = options->json ? show_json(&t) : show(&t);
	if (code == CLI_FINE && t.failed_sentences + t.cases.failed > 0)
		code = CLI_FOUND;
out:
	evaluator_free(t.evaluator);
	texts_free(&t.files);
	setup_free(&setup);
	return code;
}

const struct command command_test = {
	.name = "test",
	.summary = "Run the tests of rules and the case files.",
	.usage = "[PATH...]",
	.details = "Without PATH: the sentences beside every rule, and every *.test.yaml below the "
		   "rule\n"
		   "folders. With PATH: those of these rule files, case files and folders alone.\n"
		   "Exit code: 0 all passed, 1 some failed, 78 rules or case files are broken.\n",
	.tables = {COMMON_ALL},
	.size = sizeof(struct common),
	.arguments_max = -1,
	.run = run_test,
};
