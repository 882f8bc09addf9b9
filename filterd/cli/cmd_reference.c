/* `filterd reference NAME`: the parts of READMEs that are made from tables (tests/tools/docs.py).
 */
#include "cli/cli.h"

#include "moderate/case_keys.h"
#include "rules/reference.h"
#include "server/config.h"

static void describe_cli(struct out *out)
{
	size_t count;
	const struct command *const *commands = cli_commands(&count);

	for (size_t i = 0; i < count; i++) {
		if (commands[i]->hidden)
			continue;
		out_printf(out, "## filterd %s\n\n```text\n", commands[i]->name);
		cli_describe(commands[i], out);
		out_str(out, "```\n\n");
	}
}

static void describe_rules(struct out *out)
{
	reference_rules(&out->buffer);
	out_str(out, "\n");
	reference_section(&out->buffer, &case_file_section, &file_section, 3);
}

static void describe_config(struct out *out)
{
	reference_section(&out->buffer, &config_section, NULL, 3);
}

static const struct {
	const char *name;
	void (*print)(struct out *out);
} references[] = {
	{"cli", describe_cli},
	{"config", describe_config},
	{"rules", describe_rules},
};

static int run_reference(struct run *run)
{
	const char *name = run->arguments.count ? run->arguments.items[0] : "";

	for (size_t i = 0; i < ARRAY_LEN(references); i++) {
		if (strcmp(references[i].name, name) == 0) {
			references[i].print(&run->out);
			return CLI_FINE;
		}
	}
	return cli_usage_error(run, "there is no reference `%.64s`", name);
}

const struct command command_reference = {
	.name = "reference",
	.summary = "Print a reference that stands in a README.",
	.usage = "NAME",
	.size = sizeof(struct common),
	.arguments_max = 1,
	.hidden = true,
	.run = run_reference,
};
