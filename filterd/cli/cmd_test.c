/* `filterd test`: the rules' own sentences, and case files with the verdict each comment must get.
 */
#include "cli/diagnostics.h"
#include "cli/save.h"
#include "cli/test_report.h"
#include "cli/test_update.h"
#include "cli/test_watch.h"

#include <errno.h>

struct test_options {
	struct common common;
	bool all;
	bool tap;
	bool watch;
	bool update, yes;
	const char *junit;
	struct perhaps coverage; /* [percent] that is asked for */
	bool suggest;
};

static int write_junit(struct suite *suite, const char *path)
{
	struct buf xml = {0};
	int code = CLI_FINE, error;

	test_junit(suite, &xml);
	error = xml.failed ? ENOMEM : save_file(path, buf_content(&xml));
	if (error)
		code = cli_failed(suite->run, CLI_OUTPUT, "%s: %s", path, strerror(error));
	buf_free(&xml);
	return code;
}

static int report(struct suite *suite, struct coverage *coverage)
{
	const struct test_options *options = suite->run->options;
	struct out *out = &suite->run->out;

	if (options->tap) {
		test_tap(suite, out);
		return CLI_FINE;
	}
	if (!options->common.json)
		return test_show(suite, coverage, options->all, options->coverage.number);
	out_str(out, "{");
	test_json(suite, &out->buffer);
	if (coverage) {
		out_str(out, ",");
		test_coverage_json(suite, coverage, &out->buffer);
	}
	out_str(out, ",");
	diagnostics_json(out, &suite->broken);
	out_str(out, "}\n");
	return CLI_FINE;
}

/* Comments for what the tests miss; failures are told apart from them. */
static int suggest(struct suite *suite)
{
	struct coverage *coverage = test_coverage(suite);
	int rc = coverage ? test_suggest(suite, coverage) : ERR_NOMEM;

	coverage_free(coverage);
	if (rc != OK)
		return cli_failed(suite->run, CLI_OUTPUT, "out of memory");
	if (suite->states[CASE_FAILED] == 0)
		return CLI_FINE;
	return cli_failed(suite->run, CLI_FOUND,
		"%zu of the tests that are there fail: `filterd test` shows them",
		suite->states[CASE_FAILED]);
}

/* Tells of the results, and of what they cover if that was asked for. */
static int report_all(struct suite *suite)
{
	const struct test_options *options = suite->run->options;
	struct coverage *coverage = NULL;
	int code;

	if (options->coverage.given) {
		coverage = test_coverage(suite);
		if (!coverage)
			return cli_failed(suite->run, CLI_OUTPUT, "out of memory");
	}
	code = report(suite, coverage);
	if (code == CLI_FINE && options->junit)
		code = write_junit(suite, options->junit);
	if (code == CLI_FINE &&
		(suite->states[CASE_FAILED] > 0 ||
			(coverage && !test_is_covered(suite, coverage, options->coverage.number))))
		code = CLI_FOUND;
	coverage_free(coverage);
	return code;
}

/* A path that was mistyped must not look like tests that pass. */
static void warn_of_none(struct suite *suite)
{
	const struct texts *paths = &suite->run->arguments;

	if (suite_count(suite) == 0 && suite->broken.errors == 0 && paths->count > 0)
		cli_failed(suite->run, CLI_FINE, "there are no tests in %s%s", paths->items[0],
			paths->count > 1 ? ", nor in the others" : "");
}

/* Loads, runs and tells, once. */
static int run_once(struct run *run)
{
	const struct test_options *options = run->options;
	struct setup setup = {0};
	struct suite suite = {.run = run, .setup = &setup};
	bool origins = options->coverage.given || options->suggest;
	int code = setup_load(run, &setup, origins ? SETUP_ORIGINS : SETUP_CASES);
	int broken = CLI_FINE;

	if (code == CLI_FINE)
		code = suite_find(&suite);
	if (code == CLI_FINE) {
		broken = suite_run(&suite);
		code = broken == CLI_CONFIG ? CLI_FINE : broken;
		warn_of_none(&suite);
	}
	if (code == CLI_FINE)
		code = options->update    ? test_update(&suite, options->yes)
		       : options->suggest ? suggest(&suite)
					  : report_all(&suite);
	if (broken == CLI_CONFIG && code != CLI_OUTPUT)
		code = CLI_CONFIG;
	suite_free(&suite);
	setup_free(&setup);
	return code;
}

static int run_test(struct run *run)
{
	const struct test_options *options = run->options;

	if (options->tap && options->common.json)
		return cli_usage_error(run, "`--tap` and `--json` exclude each other");
	if (options->tap && options->coverage.given)
		return cli_usage_error(run, "`--tap` has no place for `--coverage`");
	if (options->tap && options->watch)
		return cli_usage_error(run, "`--tap` is of one run: not with `--watch`");
	if (options->update && (options->tap || options->common.json || options->junit ||
				       options->watch || options->coverage.given))
		return cli_usage_error(
			run, "`--update` stands alone: it shows what it would write");
	if (options->suggest &&
		(options->tap || options->common.json || options->junit || options->watch ||
			options->update || options->coverage.given))
		return cli_usage_error(run, "`--suggest` stands alone: it writes a case file");
	if (options->yes && !options->update)
		return cli_usage_error(run, "`--yes` is for `--update`");
	if (options->watch)
		return test_watch(run, run_once, options->junit);
	return run_once(run);
}

#define AT(field) .offset = offsetof(struct test_options, field)
static const struct option_row rows[] = {
	{.name = "all",
		.type = OPTION_FLAG,
		.help = "show more than the first 50 failures and uncovered places",
		AT(all)},
	{.name = "coverage",
		.type = OPTION_PERHAPS,
		.value = "PERCENT",
		.help = "name rules, list entries and alternatives that no test hits",
		.max = 100,
		AT(coverage)},
	{.name = "junit",
		.type = OPTION_TEXT,
		.value = "FILE",
		.help = "write the results as JUnit's XML, too",
		AT(junit)},
	{.name = "suggest",
		.type = OPTION_FLAG,
		.help = "write comments that hit what no test does, as cases to read and keep",
		AT(suggest)},
	{.name = "tap",
		.type = OPTION_FLAG,
		.help = "print results in the Test Anything Protocol",
		AT(tap)},
	{.name = "update",
		.type = OPTION_FLAG,
		.help = "offer to write what comes out into case files, as a diff",
		AT(update)},
	{.letter = 'w',
		.name = "watch",
		.type = OPTION_FLAG,
		.help = "run again when rules, case files or the configuration change",
		AT(watch)},
	{.name = "yes",
		.type = OPTION_FLAG,
		.help = "with --update: write without asking",
		AT(yes)},
};
#undef AT

const struct command command_test = {
	.name = "test",
	.summary = "Run the tests of rules and the case files.",
	.usage = "[PATH...]",
	.details = "Without PATH: the sentences beside every rule, and every *.test.yaml below the "
		   "rule\n"
		   "folders. With PATH: those of these rule files, case files and folders alone.\n"
		   "Exit code: 0 all passed, 1 some failed or too little is covered, 78 rules or "
		   "case\n"
		   "files are broken.\n",
	.tables = {{rows, ARRAY_LEN(rows)}, COMMON_ALL},
	.size = sizeof(struct test_options),
	.arguments_max = -1,
	.run = run_test,
};
