/* Configuration and rules for a command: see setup.h. */
#include "cli/setup.h"

#include "base/clock.h"
#include "cli/diagnostics.h"
#include "moderate/selftest.h"
#include "rules/lint.h"

#include <unistd.h>

static void set_limits(struct setup *setup)
{
	const struct config_limits *limits = &setup->config->limits;

	setup->limits = evaluate_defaults;
	setup->limits.text_max = (size_t)limits->text;
	setup->limits.comment_ns = limits->comment_time * NS_PER_MS;
	setup->limits.pattern_ns = limits->rule_time * NS_PER_MS;
}

/* The folder `rules` is right beside the sources only; elsewhere nobody asked for it. */
static void check_found(struct setup *setup)
{
	if (setup->config->source || access(setup->folders[0], F_OK) == 0)
		return;
	errors_add(&setup->errors, SEVERITY_ERROR, (struct place){0},
		"there is no ./config.yaml, no /etc/filterd/config.yaml and no folder ./%s",
		setup->folders[0]);
	errors_hint(&setup->errors, "name a configuration with -c, or rules with -r");
}

static int collect_config(struct setup *setup, const struct common *options)
{
	int rc = config_load(options->config, &setup->errors, &setup->keep, &setup->config);

	if (rc != OK)
		return rc;
	set_limits(setup);
	setup->folders = options->rules.count ? options->rules.items : setup->config->rules;
	setup->folders_count =
		options->rules.count ? options->rules.count : setup->config->rules_count;
	if (options->rules.count == 0)
		check_found(setup);
	return setup->errors.errors ? ERR_INVALID : OK;
}

static int collect_rules(struct setup *setup, enum setup_depth depth)
{
	bool written = depth == SETUP_CASES || depth == SETUP_ORIGINS;
	const struct ruleset_options options = {
		.folders = setup->folders,
		.folders_count = setup->folders_count,
		.temperament = written ? TEMPERAMENT_BALANCED : setup->config->temperament,
		.sites = setup->config->sites,
		.sites_count = setup->config->sites_count,
		.sites_source = setup->config->source,
		.origins = depth == SETUP_ORIGINS,
		.lint = depth == SETUP_LINTED,
	};
	struct selftest_counts counts;
	int rc = ruleset_load(&options, &setup->errors, &setup->keep, &setup->set);

	if (!setup->set)
		return rc;
	setup->guesser = language_guesser_new();
	if ((depth == SETUP_TESTED || depth == SETUP_LINTED) &&
		selftest_run(setup->set, setup->guesser, &setup->errors, &counts) == ERR_NOMEM)
		rc = ERR_NOMEM;
	return rc;
}

static int collect_from(struct run *run, const struct common *from, struct setup *setup,
	enum setup_depth depth, size_t most)
{
	int rc;

	*setup =
		(struct setup){.errors = {.most = most, .scope = lint_kinds[LINT_WRONG_RULE].code}};
	arena_init(&setup->keep, 0);
	rc = collect_config(setup, from);
	if (rc == OK && depth != SETUP_CONFIG)
		rc = collect_rules(setup, depth);
	return rc == ERR_NOMEM ? cli_failed(run, CLI_OUTPUT, "out of memory") : CLI_FINE;
}

int setup_collect(struct run *run, struct setup *setup, enum setup_depth depth)
{
	return collect_from(run, run->options, setup, depth, ERRORS_MAX);
}

int setup_lint(struct run *run, struct setup *setup, size_t most)
{
	return collect_from(run, run->options, setup, SETUP_LINTED, most);
}

int setup_load_from(
	struct run *run, const struct common *from, struct setup *setup, enum setup_depth depth)
{
	int code = collect_from(run, from, setup, depth, ERRORS_MAX);

	if (code != CLI_FINE || setup->errors.errors == 0)
		return code;
	diagnostics_drop_warnings(&setup->errors);
	diagnostics_show(&run->err, &setup->errors);
	return CLI_CONFIG;
}

int setup_load(struct run *run, struct setup *setup, enum setup_depth depth)
{
	return setup_load_from(run, run->options, setup, depth);
}

void setup_free(struct setup *setup)
{
	language_guesser_free(setup->guesser);
	ruleset_unref(setup->set);
	config_free(setup->config);
	errors_free(&setup->errors);
	arena_free(&setup->keep);
}
