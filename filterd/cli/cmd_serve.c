/* `filterd serve`: says how to talk to the daemon, then is the daemon. */
#include "cli/setup.h"

#include "server/server.h"

static const char sample[] = "{\"text\":\"I will kill you\"}";

/* A command to try a listener with. `address` as in the configuration. */
static void say_how(struct out *out, struct span address, bool http)
{
	size_t colon = address.len;

	out_str(out, "  ");
	if (http) {
		out_printf(out,
			"curl -H 'Content-Type: application/json' -d '%s' http://%.*s/v1/check\n",
			sample, SPAN_ARGS(address));
		return;
	}
	if (span_starts(address, SPAN("unix:"))) {
		out_printf(out, "echo '%s' | socat - UNIX-CONNECT:%.*s\n", sample,
			SPAN_ARGS(span_sub(address, 5, address.len)));
		return;
	}
	while (colon > 0 && address.ptr[colon - 1] != ':')
		colon--;
	out_printf(out, "echo '%s' | nc -N %.*s %.*s\n", sample,
		SPAN_ARGS(span_sub(address, 0, colon ? colon - 1 : 0)),
		SPAN_ARGS(span_sub(address, colon, address.len)));
}

static int run_serve(struct run *run)
{
	struct server_options options = {0};
	struct setup setup;
	int code = setup_config(run, &setup);

	if (code == CLI_FINE) {
		out_str(&run->out, "Try it from another terminal:\n");
		for (size_t i = 0; i < setup.config->listeners_count; i++)
			say_how(&run->out, setup.config->listeners[i].address,
				setup.config->listeners[i].protocol == PROTOCOL_HTTP);
		out_flush(&run->out);
		options = (struct server_options){setup.config_path, setup.folders,
			setup.folders_given ? setup.folders_count : 0};
		code = server_run(&options);
	}
	setup_free(&setup);
	return code;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "Run the daemon.",
	.usage = "",
	.details = "Listens where the configuration says. SIGHUP reloads the rules; SIGTERM answers what\n"
		   "has been asked and ends, a second one ends at once.\n",
	.tables = {COMMON_WITHOUT_JSON},
	.size = sizeof(struct common),
	.arguments_max = 0,
	.run = run_serve,
};
