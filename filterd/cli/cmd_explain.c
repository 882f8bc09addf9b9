/* `filterd explain`: why each rule holds for a text, and why the others do not. */
#include "cli/input.h"
#include "cli/setup.h"

#include "moderate/explain.h"

#include <stddef.h>
#include <stdlib.h>

struct explain_command {
	struct text_options text;
	const char *rule;
	bool all;
	bool patterns;
	bool cost;
};

/* clang-format off */
static const struct option_row explain_rows[] = {
	{0, "rule", OPTION_TEXT, "ID", "this rule alone",
		offsetof(struct explain_command, rule), 0, 0, NULL},
	{0, "all", OPTION_FLAG, NULL, "every rule, also those far from holding",
		offsetof(struct explain_command, all), 0, 0, NULL},
	{0, "patterns", OPTION_FLAG, NULL, "each pattern, what it is looked up by, and what let it through",
		offsetof(struct explain_command, patterns), 0, 0, NULL},
	{0, "cost", OPTION_FLAG, NULL, "measure what each rule costs, alone",
		offsetof(struct explain_command, cost), 0, 0, NULL},
};
/* clang-format on */

static int unknown_rule(struct run *run, const struct ruleset *set, const char *id)
{
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules);
	const char **ids = calloc(count + 1, sizeof(*ids)), *near;

	for (size_t i = 0; ids && i < count; i++)
		ids[i] = rules[i].id;
	near = ids ? nearest_name(span_of(id), ids, count) : NULL;
	free(ids);
	return cli_usage_error(run, "there is no rule `%.128s`%s%s%s", id,
		near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
}

static int explain(struct run *run, struct setup *setup)
{
	const struct explain_command *options = run->options;
	const struct explain_options shown = {
		.rule = options->rule,
		.all = options->all,
		.patterns = options->patterns,
		.cost = options->cost,
		.colour = run->out.colour,
	};
	struct explainer *explainer = NULL;
	struct comment comment;
	int rc, code = input_comment(run, setup, &comment);

	if (code != CLI_FINE)
		return code;
	explainer = explainer_new(setup->guesser);
	if (!explainer)
		return cli_failed(run, CLI_OUTPUT, "out of memory");
	rc = (options->text.common.json ? explain_json : explain_text)(
		explainer, setup->set, &comment, &setup->limits, &shown, &run->out.buffer);
	explainer_free(explainer);
	if (rc == ERR_INVALID)
		return unknown_rule(run, setup->set, options->rule);
	return rc == OK ? CLI_FINE : cli_failed(run, CLI_OUTPUT, "out of memory");
}

static int run_explain(struct run *run)
{
	struct setup setup;
	int code = setup_load(run, &setup, SETUP_RULES);

	if (code == CLI_FINE)
		code = explain(run, &setup);
	setup_free(&setup);
	return code;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "Show why rules hold for a text, and why others do not.",
	.usage = "[TEXT|-]",
	.details = "TEXT is the comment; without it, or with -, standard input is. Shown are rules "
		   "that\n"
		   "hold and those that nearly do, with what settles it; with --rule also what of "
		   "its\n"
		   "patterns stands in the text and what is lacking.\n",
	.tables = {{explain_rows, ARRAY_LEN(explain_rows)}, TEXT_ALL, COMMON_ALL},
	.size = sizeof(struct explain_command),
	.arguments_max = 1,
	.run = run_explain,
};
