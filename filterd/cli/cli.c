/* The table of subcommands, their help, and the way from argv to a run. */
#include "cli/cli.h"

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct command *const commands[] = {
	&command_serve,
	&command_check,
	&command_lint,
	&command_test,
	&command_explain,
	&command_diff,
	&command_eval,
	&command_import,
	&command_queue,
	&command_replay,
	&command_token,
	&command_schema,
	&command_bench,
	&command_version,
	&command_help,
	&command_reference,
};

static const char *const colour_choices[] = {"auto", "always", "never", NULL};

/* clang-format off */
const struct option_row common_rows[COMMON_ROWS] = {
	{'c', "config", OPTION_TEXT, "FILE", "configuration (./config.yaml, then /etc/filterd/config.yaml)",
		offsetof(struct common, config), 0, 0, NULL},
	{'r', "rules", OPTION_TEXTS, "DIR", "rule folder instead of the configured ones; repeatable",
		offsetof(struct common, rules), 0, 0, NULL},
	{0, "color", OPTION_CHOICE, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always, never",
		offsetof(struct common, colour), 0, 0, colour_choices},
	{0, "json", OPTION_FLAG, NULL, "print results as JSON",
		offsetof(struct common, json), 0, 0, NULL},
};
/* clang-format on */

const struct command *const *cli_commands(size_t *count)
{
	*count = ARRAY_LEN(commands);
	return commands;
}

__attribute__((format(printf, 2, 0))) static void say(
	struct run *run, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	if (run->command)
		out_printf(&run->err, "filterd %s: ", run->command->name);
	else
		out_str(&run->err, "filterd: ");
	out_printf(&run->err, "%s\n", text);
}

int cli_usage_error(struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(run, format, args);
	va_end(args);
	out_printf(&run->err, "Try `filterd %s%s--help`.\n", run->command ? run->command->name : "",
		run->command ? " " : "");
	return CLI_USAGE;
}

int cli_failed(struct run *run, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(run, format, args);
	va_end(args);
	return code;
}

void cli_describe(const struct command *command, struct out *out)
{
	out_printf(out, "usage: filterd %s%s%s\n\n%s\n", command->name,
		command->usage[0] ? " " : "", command->usage, command->summary);
	if (command->details)
		out_printf(out, "\n%s", command->details);
	out_str(out, "\noptions:\n");
	options_describe(command->tables, COMMAND_TABLES, out);
}

void cli_describe_all(struct out *out)
{
	out_str(out, "usage: filterd COMMAND [OPTIONS] [ARGUMENTS]\n\n"
		     "Sorts readers' comments into approve, reject or review by YAML rules.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (!commands[i]->hidden)
			out_printf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	}
	out_str(out, "\n`filterd COMMAND --help` tells more of each.\n"
		     "Exit codes: 0 fine, 1 found something, 2 wrong usage, 74 cannot read or "
		     "write, 78 broken\nconfiguration or rules.\n");
}

const struct command *cli_find(struct run *run, const char *name)
{
	const char *names[ARRAY_LEN(commands)], *near;
	size_t shown = 0;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		if (!commands[i]->hidden)
			names[shown++] = commands[i]->name;
	}
	near = nearest_name(span_of(name), names, shown);
	cli_usage_error(run, "unknown command `%.64s`%s%s%s", name, near ? "; did you mean `" : "",
		near ? near : "", near ? "`?" : "");
	return NULL;
}

bool cli_find_action(struct run *run, const char *const *names, size_t count, size_t *out)
{
	const char *name = run->arguments.count ? run->arguments.items[0] : names[0], *near;

	for (*out = 0; *out < count; ++*out) {
		if (strcmp(name, names[*out]) == 0)
			return true;
	}
	near = nearest_name(span_of(name), names, count);
	cli_usage_error(run, "there is no `%s %.64s`%s%s%s", run->command->name, name,
		near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
	return false;
}

static int run_command(struct run *run, int argc, char **argv)
{
	const struct command *command = run->command;
	enum options_result result;
	struct common *common;
	char problem[256];
	int code;

	run->options = calloc(1, command->size);
	if (!run->options)
		return cli_failed(run, CLI_OUTPUT, "out of memory");
	common = run->options;
	result = options_parse(command->tables, COMMAND_TABLES, argc, argv, run->options,
		&run->arguments, problem);
	if (result == OPTIONS_OK) {
		out_init(&run->out, STDOUT_FILENO, (enum colour_choice)common->colour);
		out_init(&run->err, STDERR_FILENO, (enum colour_choice)common->colour);
	}
	if (result == OPTIONS_HELP) {
		cli_describe(command, &run->out);
		code = CLI_FINE;
	} else if (result == OPTIONS_WRONG) {
		code = cli_usage_error(run, "%s", problem);
	} else if (command->arguments_max >= 0 &&
		   run->arguments.count > (size_t)command->arguments_max) {
		code = cli_usage_error(run, "too many arguments: `%.64s`",
			run->arguments.items[command->arguments_max]);
	} else {
		code = command->run(run);
	}
	options_free(command->tables, COMMAND_TABLES, run->options);
	texts_free(&run->arguments);
	free(run->options);
	return code;
}

static int dispatch(struct run *run, int argc, char **argv)
{
	if (argc < 2) {
		cli_describe_all(&run->err);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		run->command = &command_help;
	else if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		run->command = &command_version;
	else if (argv[1][0] == '-')
		return cli_usage_error(run, "unknown option `%.64s`", argv[1]);
	else
		run->command = cli_find(run, argv[1]);
	return run->command ? run_command(run, argc - 2, argv + 2) : CLI_USAGE;
}

int cli_main(int argc, char **argv)
{
	struct run run = {0};
	int code;

	out_init(&run.out, STDOUT_FILENO, COLOUR_AUTO);
	out_init(&run.err, STDERR_FILENO, COLOUR_AUTO);
	code = dispatch(&run, argc, argv);
	out_close(&run.err);
	if (!out_close(&run.out)) {
		dprintf(STDERR_FILENO, "filterd: cannot write: %s\n", strerror(run.out.error));
		return CLI_OUTPUT;
	}
	return code;
}
