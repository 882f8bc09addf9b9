/* `filterd eval`: how the verdicts on labelled comments stand to their labels. */
#include "cli/eval.h"

#include <stddef.h>

#define EXAMPLES_DEFAULT 3
#define ROWS_DEFAULT 15

struct eval_options {
	struct common common;
	int64_t threads;
	int64_t examples;
	int64_t rows;
	struct texts mappings;
};

/* clang-format off */
static const struct option_row eval_rows[] = {
	{'j', "threads", OPTION_NUMBER, "N", "threads (one for each core)",
		offsetof(struct eval_options, threads), 1, STREAM_THREADS_MAX, NULL},
	{0, "examples", OPTION_NUMBER, "N", "comments shown of each rule and guideline (3)",
		offsetof(struct eval_options, examples), 1, EXAMPLES_EACH_MAX, NULL},
	{0, "rows", OPTION_NUMBER, "N", "rules and entries shown (15); --json has all",
		offsetof(struct eval_options, rows), 1, RULES_MAX, NULL},
	{0, "as", OPTION_TEXTS, "NAME=ID", "labels call the guideline ID so; repeatable",
		offsetof(struct eval_options, mappings), 0, 0, NULL},
};
/* clang-format on */

static int show(struct run *run, struct eval *eval)
{
	const struct eval_options *options = run->options;
	bool done;

	if (scores_labelled(&eval->counts.scores) == 0)
		return cli_failed(run, CLI_OUTPUT,
			"no comment has a label: see "
			"filterd/cli/README.md");
	if (options->common.json)
		done = eval_json(&run->out.buffer, eval);
	else
		done = eval_report(
			&run->out, eval, options->rows ? (size_t)options->rows : ROWS_DEFAULT);
	return done ? CLI_FINE : cli_failed(run, CLI_OUTPUT, "out of memory");
}

static int run_eval(struct run *run)
{
	const struct eval_options *options = run->options;
	struct eval eval = {0};
	int code;

	if (run->arguments.count == 0)
		return cli_usage_error(run, "a file of labelled comments is needed");
	code = mappings_read(run, &options->mappings, &eval.mappings);
	if (code == CLI_FINE)
		code = setup_load(run, &eval.setup, SETUP_RULES);
	if (code == CLI_FINE)
		code = eval_run(run, &eval, &run->arguments,
			options->threads ? (unsigned)options->threads : stream_cores(),
			options->examples ? (unsigned)options->examples : EXAMPLES_DEFAULT);
	if (code == CLI_FINE)
		code = show(run, &eval);
	eval_free(&eval);
	return code;
}

const struct command command_eval = {
	.name = "eval",
	.summary = "Compare verdicts with the labels of comments.",
	.usage = "FILE...",
	.details = "The comments of FILE are requests, one JSON a line, with labels as in "
		   "filterd/cli/README.md;\n"
		   "- is standard input. Shown are verdicts against labels, per guideline, "
		   "language, rule and\n"
		   "list entry, and what to look at first.\n",
	.tables = {{eval_rows, ARRAY_LEN(eval_rows)}, COMMON_ALL},
	.size = sizeof(struct eval_options),
	.arguments_max = -1,
	.run = run_eval,
};
