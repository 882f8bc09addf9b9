/* `filterd schema`: the JSON Schema of rule files, case files or the configuration, for editors. */
#include "cli/cli.h"

#include "moderate/case_keys.h"
#include "rules/schema_json.h"
#include "server/config.h"

static int configuration_schema(struct buf *out)
{
	return schema_json_section(out, &config_section, "filterd configuration");
}

static int tests_schema(struct buf *out)
{
	return schema_json_section(out, &case_file_section, "filterd tests");
}

static const struct {
	const char *name;
	int (*print)(struct buf *out);
} schemas[] = {
	{"rules", schema_json},
	{"config", configuration_schema},
	{"tests", tests_schema},
};

static int run_schema(struct run *run)
{
	const char *name = run->arguments.count ? run->arguments.items[0] : schemas[0].name;

	for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
		if (strcmp(schemas[i].name, name) == 0)
			return schemas[i].print(&run->out.buffer) == OK
				       ? CLI_FINE
				       : cli_failed(run, CLI_OUTPUT, "out of memory");
	}
	return cli_usage_error(
		run, "there is a schema of `rules`, `config` and `tests`, not of `%.64s`", name);
}

const struct command command_schema = {
	.name = "schema",
	.summary = "Print the JSON Schema of rule files, of the configuration or of case files.",
	.usage = "[rules|config|tests]",
	.details = "Editors that know JSON Schema complete keys by it and show mistakes as you "
		   "type.\n",
	.size = sizeof(struct common),
	.arguments_max = 1,
	.run = run_schema,
};
