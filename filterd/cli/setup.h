/*
 * What a command works with: the configuration, the rules it names, and their limits.
 *
 * `-c` and `-r` mean the same everywhere; this is the one place that knows what. Mistakes in the
 * files are shown as they are found, with file, line and column.
 */
#pragma once

#include "base/error.h"
#include "cli/cli.h"
#include "moderate/evaluate.h"
#include "server/config.h"

struct setup {
	struct arena keep; /* holds what errors, configuration and paths point to */
	struct errors errors;
	struct config *config;
	const char *const *folders; /* of rules: -r, else the configuration's */
	size_t folders_count;
	struct ruleset *set;
	struct language_guesser *guesser; /* may be NULL */
	struct evaluate_options limits;
};

enum setup_depth {
	SETUP_CONFIG, /* the configuration alone */
	SETUP_RULES, /* and the rules, ready for evaluate() */
	SETUP_TESTED, /* and the rules' own tests, as the daemon would before it uses them */
	SETUP_CASES, /* the rules as they are written, for case files: without the temperament */
	SETUP_ORIGINS, /* the same, and where their patterns stand: see rules/origins.h */
	SETUP_LINTED, /* and all that may be wrong besides; rules that are broken are passed over */
};

/*
 * Reads and loads, and collects what is wrong in setup->errors without showing it; parts that could
 * not be loaded are NULL.
 * CLI_FINE even then; another exit code, after a message, only when there is nothing to collect
 * (out of memory).
 */
int setup_collect(struct run *run, struct setup *setup, enum setup_depth depth);

/* The same with SETUP_LINTED, keeping so many errors and warnings (ERRORS_ALL: all). */
int setup_lint(struct run *run, struct setup *setup, size_t most);

/*
 * The same for commands that need it whole: CLI_FINE, or CLI_CONFIG after showing what is wrong.
 * Warnings alone are left to `filterd lint`. The rules' own tests are run only by commands about
 * them: a person who tries a text should see what a half-done rule does.
 */
int setup_load(struct run *run, struct setup *setup, enum setup_depth depth);

/* setup_load() of what `from` names instead of the command's own -c and -r. */
int setup_load_from(
	struct run *run, const struct common *from, struct setup *setup, enum setup_depth depth);

/* Frees what setup_collect() and setup_load() made; a zeroed one is fine too. */
void setup_free(struct setup *setup);
