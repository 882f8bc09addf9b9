/* `filterd version`: this program's version and those of the libraries it runs with. */
#include "cli/cli.h"

#include "text/tables.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <yaml.h>

#define VERSION "0.1.0"

static int run_version(struct run *run)
{
	char pcre2[64] = "", jit[64] = "";
	uint32_t has_jit = 0;

	pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
	pcre2_config(PCRE2_CONFIG_JIT, &has_jit);
	if (has_jit)
		pcre2_config(PCRE2_CONFIG_JITTARGET, jit);
	out_printf(&run->out, "filterd %s\n", VERSION);
	out_printf(&run->out, "libevent %s\n", event_get_version());
	out_printf(&run->out, "libyaml %s\n", yaml_get_version_string());
	out_printf(&run->out, "PCRE2 %s, %s%s\n", pcre2, has_jit ? "JIT for " : "no JIT", jit);
	out_printf(&run->out, "%s\n", OpenSSL_version(OPENSSL_VERSION));
	return CLI_FINE;
}

const struct command command_version = {
	.name = "version",
	.summary = "Show the versions of filterd and its libraries.",
	.usage = "",
	.size = sizeof(struct common),
	.arguments_max = 0,
	.run = run_version,
};
