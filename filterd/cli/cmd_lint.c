/* `filterd lint`: every mistake in configuration and rules, and rules whose own tests fail. */
#include "cli/diagnostics.h"
#include "cli/sarif.h"
#include "cli/setup.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

struct lint_options {
	struct common common;
	bool strict;
	bool all;
	bool sarif;
};

static const struct option_row lint_rows[] = {
	{0, "all", OPTION_FLAG, NULL, "show all findings, not the first 50",
		offsetof(struct lint_options, all), 0, 0, NULL},
	{0, "sarif", OPTION_FLAG, NULL, "print findings as SARIF 2.1.0",
		offsetof(struct lint_options, sarif), 0, 0, NULL},
	{0, "strict", OPTION_FLAG, NULL, "warnings make the exit code 1 too",
		offsetof(struct lint_options, strict), 0, 0, NULL},
};

/*
 * Folders among the arguments that are no part of the configured rules are rule folders themselves;
 * everything else says what is to be shown.
 */
static int sort_arguments(struct run *run)
{
	struct lint_options *options = run->options;
	struct texts *words = &run->arguments;
	size_t kept = 0;

	for (size_t i = 0; i < words->count; i++) {
		struct stat st;

		if (stat(words->items[i], &st) != 0)
			return cli_failed(
				run, CLI_CONFIG, "%s: %s", words->items[i], strerror(errno));
		if (S_ISDIR(st.st_mode))
			texts_add(&options->common.rules, words->items[i]);
		else
			words->items[kept++] = words->items[i];
	}
	words->count = kept;
	return CLI_FINE;
}

static void say_count(struct out *out, size_t count, const char *what)
{
	if (count == 0)
		out_printf(out, "no %ss", what);
	else
		out_printf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void report(struct run *run, struct setup *setup)
{
	const struct lint_options *options = run->options;
	struct errors *errors = &setup->errors;
	struct out *out = &run->out;
	const struct rule *rules;
	const struct guideline *guidelines;

	if (options->sarif) {
		sarif_write(out, errors);
		return;
	}
	if (options->common.json) {
		out_printf(out, "{\"errors\":%zu,\"warnings\":%zu,\"notes\":%zu,", errors->errors,
			errors->warnings, errors->notes);
		diagnostics_json(out, errors);
		out_str(out, "}\n");
		return;
	}
	diagnostics_lint(out, errors);
	if (setup->set && errors->errors == 0) {
		say_count(out, ruleset_rules(setup->set, &rules), "rule");
		out_str(out, ", ");
		say_count(out, ruleset_guidelines(setup->set, &guidelines), "guideline");
		out_str(out, ": ");
	}
	say_count(out, errors->errors, "error");
	out_str(out, ", ");
	say_count(out, errors->warnings, "warning");
	if (errors->notes) {
		out_str(out, ", ");
		say_count(out, errors->notes, "note");
	}
	out_str(out, "\n");
}

static int run_lint(struct run *run)
{
	const struct lint_options *options = run->options;
	/* Machines want all, and those who look at one file all of that. */
	bool all = options->all || options->sarif || options->common.json;
	struct setup setup = {0};
	int code = sort_arguments(run);

	if (options->sarif && options->common.json)
		return cli_usage_error(run, "`--json` and `--sarif` exclude each other");
	all |= run->arguments.count > 0;
	if (code == CLI_FINE)
		code = setup_lint(run, &setup, all ? ERRORS_ALL : ERRORS_MAX);
	if (code != CLI_FINE)
		goto out;
	diagnostics_keep(&setup.errors, &run->arguments);
	report(run, &setup);
	if (!setup.config)
		code = CLI_CONFIG;
	else if (setup.errors.errors > 0 || (options->strict && setup.errors.warnings > 0))
		code = CLI_FOUND;
out:
	setup_free(&setup);
	return code;
}

const struct command command_lint = {
	.name = "lint",
	.summary = "Show every mistake in configuration and rules.",
	.usage = "[PATH...]",
	.details =
		"A folder as PATH is checked instead of the configured ones; a file limits what "
		"is\n"
		"shown to that file. The rules' own tests are run too. Without --all 50 findings\n"
		"are shown, errors before warnings; --json and --sarif hold all. Each finding\n"
		"ends with the code of its kind: rules/README.md lists them.\n"
		"Exit code: 0 no errors, 1 errors in rules, 78 errors in the configuration.\n",
	.tables = {{lint_rows, ARRAY_LEN(lint_rows)}, COMMON_ALL},
	.size = sizeof(struct lint_options),
	.arguments_max = -1,
	.run = run_lint,
};
