/* `filterd reference NAME`: the parts of READMEs that are made from tables (tests/tools/docs.py).
 */
#include "cli/cli.h"

#include "moderate/case_keys.h"
#include "rules/reference.h"
#include "server/config.h"
#include "server/http_exchange.h"
#include "server/metrics.h"
#include "store/roles.h"
#include "wire/json.h"
#include "wire/native.h"
#include "wire/queue_ask.h"
#include "wire/tables.h"

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

static void describe_config(struct buf *out)
{
	reference_section(out, &config_section, NULL, 3);
}

static void describe_rules(struct buf *out)
{
	reference_rules(out);
	buf_str(out, "\n");
	reference_section(out, &case_file_section, &file_section, 3);
}

/* --- limits: those of the configuration, and those that are fixed --- */

static const struct {
	const char *what;
	const char *key; /* under `limits:`; NULL: fixed */
	int64_t count; /* of what is fixed, or besides the key's */
	const char *unit; /* what is counted; NULL: bytes, as a size */
	enum refusal_code code; /* then; REFUSAL_NONE: see `then` */
	const char *then; /* what else happens */
} limits[] = {
	{"text of a comment that is judged", "text", 0, NULL, REFUSAL_NONE,
		"verdict `review` with reason `too_long`"},
	{"NDJSON line, HTTP body", "request", 0, NULL, REFUSAL_TOO_LARGE, NULL},
	{"HTTP fields, trailers included", "headers", HTTP_FIELDS_MAX, "fields",
		REFUSAL_HEADERS_TOO_LARGE, "`bad_request` for trailers"},
	{"HTTP request line", NULL, HTTP_LINE_MAX, NULL, REFUSAL_URI_TOO_LONG, NULL},
	{"answers not read by the client", "output", 0, NULL, REFUSAL_NONE,
		"nothing more is read from it until they are"},
	{"empty lines of NDJSON in a row", NULL, NDJSON_EMPTY_MAX, "", REFUSAL_BAD_LINE, NULL},
	{"arrays and objects within each other", NULL, JSON_DEPTH_MAX, "", REFUSAL_TOO_DEEP, NULL},
	{"keys of an object", NULL, JSON_KEYS_MAX, "", REFUSAL_TOO_MANY_KEYS, NULL},
	{"a key", NULL, JSON_KEY_MAX, "bytes", REFUSAL_KEY_TOO_LONG, NULL},
	{"a number", NULL, JSON_NUMBER_MAX, "bytes", REFUSAL_BAD_NUMBER, NULL},
	{"an id", NULL, NATIVE_ID_MAX, "bytes", REFUSAL_BAD_VALUE, NULL},
	{"tags of an article", NULL, NATIVE_TAGS_MAX, "", REFUSAL_BAD_VALUE, NULL},
};

/* The default of a key under `limits:`, as the configuration's own table writes it. */
static const char *limit_default(const char *name)
{
	const struct section *section = NULL;

	for (size_t i = 0; i < config_section.count; i++) {
		if (strcmp(config_section.keys[i].name, "limits") == 0)
			section = config_section.keys[i].section;
	}
	for (size_t i = 0; section && i < section->count; i++) {
		if (strcmp(section->keys[i].name, name) == 0)
			return section->keys[i].fallback;
	}
	return "?";
}

/* "8KiB, 64 fields" */
static void put_limit(struct buf *out, const char *key, int64_t count, const char *unit)
{
	char size[32];

	if (key)
		buf_str(out, limit_default(key));
	if (!count)
		return;
	if (key)
		buf_str(out, ", ");
	schema_print_size(size, count);
	if (unit)
		buf_printf(out, "%lld%s%s", (long long)count, unit[0] ? " " : "", unit);
	else
		buf_str(out, size);
}

static void describe_limits(struct buf *out)
{
	buf_str(out, "| what | limit | `limits:` | beyond it |\n|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const char *code = refusal_kinds[limits[i].code].name, *then = limits[i].then;

		buf_printf(out, "| %s | ", limits[i].what);
		put_limit(out, limits[i].key, limits[i].count, limits[i].unit);
		buf_str(out, " | ");
		if (limits[i].key)
			buf_printf(out, "`%s`", limits[i].key);
		buf_str(out, " | ");
		if (limits[i].code != REFUSAL_NONE)
			buf_printf(out, "`%s`%s", code, then ? "; " : "");
		buf_printf(out, "%s |\n", then ? then : "");
	}
}

static const struct {
	const char *name;
	void (*table)(struct buf *out);
} references[] = {
	{"codes", tables_codes},
	{"config", describe_config},
	{"fields", tables_fields},
	{"limits", describe_limits},
	{"filters", queue_ask_describe},
	{"metrics", metrics_describe},
	{"roles", user_roles_describe},
	{"routes", routes_describe},
	{"rules", describe_rules},
};

static int run_reference(struct run *run)
{
	const char *name = run->arguments.count ? run->arguments.items[0] : "";

	if (strcmp(name, "cli") == 0) {
		describe_cli(&run->out);
		return CLI_FINE;
	}
	for (size_t i = 0; i < ARRAY_LEN(references); i++) {
		if (strcmp(references[i].name, name) == 0) {
			references[i].table(&run->out.buffer);
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
