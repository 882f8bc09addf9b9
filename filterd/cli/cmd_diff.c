/* `filterd diff`: which comments change their verdict when one rule set takes another's place. */
#include "cli/diff.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#define EXAMPLES_DEFAULT 3
#define GROUPS_DEFAULT 20

struct diff_options {
	struct common common;
	int64_t threads;
	int64_t examples;
	int64_t groups;
	struct texts mappings;
	bool ndjson;
};

/* clang-format off */
static const struct option_row diff_rows[] = {
	{'j', "threads", OPTION_NUMBER, "N", "threads (one for each core)",
		offsetof(struct diff_options, threads), 1, STREAM_THREADS_MAX, NULL},
	{0, "examples", OPTION_NUMBER, "N", "comments shown of each rule and direction (3)",
		offsetof(struct diff_options, examples), 1, EXAMPLES_EACH_MAX, NULL},
	{0, "groups", OPTION_NUMBER, "N", "rules shown of each direction (20); --json has all",
		offsetof(struct diff_options, groups), 1, RULES_MAX, NULL},
	{0, "as", OPTION_TEXTS, "NAME=ID", "labels call the guideline ID so; repeatable",
		offsetof(struct diff_options, mappings), 0, 0, NULL},
	{0, "ndjson", OPTION_FLAG, NULL, "a line of JSON for each changed comment instead",
		offsetof(struct diff_options, ndjson), 0, 0, NULL},
};
/* clang-format on */

/* A folder is rules under the configuration of -c; a file is a configuration. */
static int load_side(struct run *run, struct diff *diff, enum side side, const char *path)
{
	const struct diff_options *options = run->options;
	struct common from = {.config = path};
	struct stat found;

	diff->names[side] = path;
	if (stat(path, &found) != 0)
		return cli_failed(run, CLI_CONFIG, "cannot read %s: %s", path, strerror(errno));
	if (S_ISDIR(found.st_mode))
		from = (struct common){.config = options->common.config, .rules = {&path, 1}};
	return setup_load_from(run, &from, &diff->setups[side], SETUP_RULES);
}

static int show(struct run *run, struct diff *diff)
{
	const struct diff_options *options = run->options;
	bool done = true;

	if (options->common.json)
		done = diff_json(&run->out.buffer, diff);
	else if (!options->ndjson)
		done = diff_report(&run->out, diff,
			options->groups ? (size_t)options->groups : GROUPS_DEFAULT);
	if (!done)
		return cli_failed(run, CLI_OUTPUT, "out of memory");
	return diff_changed(diff) ? CLI_FOUND : CLI_FINE;
}

static int run_diff(struct run *run)
{
	const struct diff_options *options = run->options;
	const struct texts *arguments = &run->arguments;
	struct diff diff = {.lines = options->ndjson};
	struct texts files;
	int code;

	if (arguments->count < 3)
		return cli_usage_error(run, "two rule sets and at least one file are needed");
	if (options->ndjson && options->common.json)
		return cli_usage_error(run, "--json and --ndjson exclude each other");
	files = (struct texts){arguments->items + 2, arguments->count - 2};
	code = mappings_read(run, &options->mappings, &diff.mappings);
	for (enum side side = SIDE_OLD; side < SIDE_COUNT && code == CLI_FINE; side++)
		code = load_side(run, &diff, side, arguments->items[side]);
	if (code == CLI_FINE)
		code = diff_run(run, &diff, &files,
			options->threads ? (unsigned)options->threads : stream_cores(),
			options->examples ? (unsigned)options->examples : EXAMPLES_DEFAULT);
	if (code == CLI_FINE)
		code = show(run, &diff);
	diff_free(&diff);
	return code;
}

const struct command command_diff = {
	.name = "diff",
	.summary = "Show which comments change their verdict with other rules.",
	.usage = "OLD NEW FILE...",
	.details = "OLD and NEW are rule folders, or configuration files (with their sites). The "
		   "comments\n"
		   "of FILE are requests, one JSON a line as for `filterd check --ndjson`; - is "
		   "standard\n"
		   "input. They may have labels, see filterd/cli/README.md; then right and wrong "
		   "changes\n"
		   "are told apart.\n"
		   "Exit code: 0 nothing changes, 1 some verdicts do.\n",
	.tables = {{diff_rows, ARRAY_LEN(diff_rows)}, COMMON_CONFIG, COMMON_OUTPUT},
	.size = sizeof(struct diff_options),
	.arguments_max = -1,
	.run = run_diff,
};
