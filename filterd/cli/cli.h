/*
 * The command line: what a subcommand is, and what all of them share.
 *
 * A subcommand is one file (cmd_check.c) with its options (a table), its struct (which begins with
 * struct common), a run function, and one row in the table of cli.c. Help, suggestions and exit
 * codes follow from the table.
 */
#pragma once

#include "cli/options.h"
#include "cli/out.h"

#define FILTERD_VERSION "0.1.0"

enum exit_code {
	CLI_FINE = 0,
	CLI_FOUND = 1, /* errors, failed tests, a comment that is not approved */
	CLI_USAGE = 2,
	CLI_OUTPUT = 74, /* what was found could not be written, or the input not be read */
	CLI_CONFIG = 78, /* configuration or rules are broken or cannot be read */
};

/* What every subcommand that loads rules understands; the first member of its struct. */
struct common {
	const char *config; /* -c; NULL: the default places */
	struct texts rules; /* -r */
	int colour; /* enum colour_choice */
	bool json;
};

struct command;

/* One run of a subcommand. */
struct run {
	const struct command *command;
	void *options; /* the command's struct, filled */
	struct texts arguments; /* what is no option */
	struct out out; /* standard output */
	struct out err; /* standard error */
};

#define COMMAND_TABLES 3

struct command {
	const char *name;
	const char *summary; /* one line for the list of commands */
	const char *usage; /* what follows the name: "[TEXT|-]" */
	const char *details; /* further lines of --help; may be NULL */
	struct option_table tables[COMMAND_TABLES];
	size_t size; /* [bytes] of its struct */
	int arguments_max; /* more arguments are a usage error; -1: any number */
	bool hidden; /* not in the list: for this project's own tools */
	int (*run)(struct run *run); /* returns an exit code */
};

/* The rows of struct common. A command takes all of them or some. */
#define COMMON_ROWS 4
extern const struct option_row common_rows[COMMON_ROWS];

#define COMMON_ALL                                                                                 \
	{                                                                                          \
		common_rows, COMMON_ROWS                                                           \
	}
#define COMMON_WITHOUT_JSON                                                                        \
	{                                                                                          \
		common_rows, COMMON_ROWS - 1                                                       \
	}
#define COMMON_CONFIG                                                                              \
	{                                                                                          \
		common_rows, 1                                                                     \
	}
#define COMMON_OUTPUT                                                                              \
	{                                                                                          \
		common_rows + 2, COMMON_ROWS - 2                                                   \
	}
#define COMMON_ONLY_JSON                                                                           \
	{                                                                                          \
		common_rows + COMMON_ROWS - 1, 1                                                   \
	}

extern const struct command command_bench, command_check, command_diff, command_eval,
	command_explain, command_help, command_import, command_lint, command_queue,
	command_reference, command_replay, command_schema, command_serve, command_test,
	command_token, command_version;

/* Says what is wrong with the call on standard error; returns CLI_USAGE. */
int cli_usage_error(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says what failed on standard error; returns `code`. */
int cli_failed(struct run *run, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* All commands, for the reference. */
const struct command *const *cli_commands(size_t *count);

/* What `filterd COMMAND --help` prints. */
void cli_describe(const struct command *command, struct out *out);

/* What `filterd help` prints. */
void cli_describe_all(struct out *out);

/* The command of that name, or NULL after a message on run->err with the nearest name. */
const struct command *cli_find(struct run *run, const char *name);

/*
 * Which of the command's actions its first argument names; without one, the first. False after a
 * message with the nearest name: there is none.
 */
bool cli_find_action(struct run *run, const char *const *names, size_t count, size_t *out);

/* Runs argv[1..]; returns the exit code. */
int cli_main(int argc, char **argv);
