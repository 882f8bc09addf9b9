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
#include "rules/config.h"

struct setup {
	struct arena keep; /* holds what errors, configuration and paths point to */
	struct errors errors;
	const char *config_path; /* NULL: none was found and none named, defaults are used */
	struct config *config;
	const char *const *folders; /* of rules: -r, else the configuration's */
	size_t folders_count;
	struct ruleset *set; /* NULL until setup_rules() */
	struct language_guesser *guesser; /* may be NULL */
	struct evaluate_options limits;
};

/* Reads the configuration. CLI_FINE, or an exit code after showing why. */
int setup_config(struct run *run, struct setup *setup);

/*
 * The same, then loads the rules and opens what evaluation needs. Their own tests are run only by
 * commands about them: a person who tries a text should see what a half-done rule does. CLI_FINE,
 * or an exit code after showing why.
 */
int setup_rules(struct run *run, struct setup *setup);

/* Shows what has been collected in setup->errors on standard error. */
void setup_show_errors(struct run *run, struct setup *setup);

void setup_free(struct setup *setup);
