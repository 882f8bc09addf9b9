/* `filterd version`: this program's version and those of the libraries it runs with. */
#include "cli/cli.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <yaml.h>

#define TEXT_SIZE 64 /* PCRE2 writes at most 24 code units into any of these */

/* What PCRE2 was built with; "" when it does not say. */
static const char *pcre2_says(uint32_t what, char text[TEXT_SIZE])
{
	if (pcre2_config(what, NULL) > TEXT_SIZE || pcre2_config(what, text) < 0)
		text[0] = '\0';
	return text;
}

static int run_version(struct run *run)
{
	const struct common *options = run->options;
	char pcre2[TEXT_SIZE], jit[TEXT_SIZE], unicode[TEXT_SIZE];
	const struct {
		const char *title, *key, *version;
	} rows[] = {
		{"filterd", "filterd", FILTERD_VERSION},
		{"libevent", "libevent", event_get_version()},
		{"libyaml", "libyaml", yaml_get_version_string()},
		{"PCRE2", "pcre2", pcre2_says(PCRE2_CONFIG_VERSION, pcre2)},
		{"PCRE2 JIT", "pcre2_jit", pcre2_says(PCRE2_CONFIG_JITTARGET, jit)},
		{"OpenSSL", "openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
		{"Unicode", "unicode", pcre2_says(PCRE2_CONFIG_UNICODE_VERSION, unicode)},
	};

	if (options->json)
		out_str(&run->out, "{");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *version = rows[i].version[0] ? rows[i].version : "none";

		if (options->json)
			out_printf(
				&run->out, "%s\"%s\":\"%s\"", i ? "," : "", rows[i].key, version);
		else
			out_printf(&run->out, "%s %s\n", rows[i].title, version);
	}
	if (options->json)
		out_str(&run->out, "}\n");
	return CLI_FINE;
}

const struct command command_version = {
	.name = "version",
	.summary = "Show the versions of filterd and its libraries.",
	.usage = "",
	.tables = {COMMON_ONLY_JSON},
	.size = sizeof(struct common),
	.arguments_max = 0,
	.run = run_version,
};
