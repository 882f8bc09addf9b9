/* `filterd serve`: says how to talk to the daemon, then is the daemon. */
#include "cli/setup.h"

#include "server/server.h"

#include <netdb.h>

static const char sample[] = "{\"text\":\"I will kill you\"}";

/* A command to try a listener with. From elsewhere it takes a token. */
static void say_how(struct out *out, const struct listener *listener)
{
	const char *token = listener->loopback ? "" : "-H 'Authorization: Bearer TOKEN' ";
	const char *first = listener->loopback ? "" : "{\"token\":\"TOKEN\"}\\n";
	char host[NI_MAXHOST], port[NI_MAXSERV];
	const struct sockaddr *address = (const struct sockaddr *)&listener->address;

	if (listener->path && listener->protocol == PROTOCOL_HTTP) {
		out_printf(out,
			"  curl --unix-socket %s -H 'Content-Type: application/json' -d '%s' "
			"http://localhost/v1/check\n",
			listener->path, sample);
		return;
	}
	if (listener->path) {
		out_printf(out, "  echo '%s' | socat - UNIX-CONNECT:%s\n", sample, listener->path);
		return;
	}
	if (listener->protocol == PROTOCOL_HTTP) {
		out_printf(out,
			"  curl %s-H 'Content-Type: application/json' -d '%s' http://%s/v1/check\n",
			token, sample, listener->text);
		if (listener->loopback)
			out_printf(out, "or try rules in a browser: http://%s/console/rules\n",
				listener->text);
		return;
	}
	if (getnameinfo(address, listener->address_len, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		out_printf(out,
			listener->loopback ? "  echo '%s%s' | nc -N %s %s\n"
					   : "  printf '%s%s\\n' | nc -N %s %s\n",
			first, sample, host, port);
}

static void say_how_to_try(struct out *out, const struct config *config)
{
	out_str(out, "Once it is ready, try from another terminal:\n");
	for (size_t i = 0; i < config->listeners_count; i++)
		say_how(out, &config->listeners[i]);
	out_flush(out);
}

static int run_serve(struct run *run)
{
	const struct common *common = run->options;
	struct setup setup;
	int code = setup_load(run, &setup, SETUP_CONFIG);

	if (code == CLI_FINE) {
		const struct server_options options = {
			.config_path = common->config,
			.folders = common->rules.items,
			.folders_count = common->rules.count,
		};

		/* Whoever wants JSON collects the output, where lines for people would be in the
		 * way. */
		if (!setup.config->log_json)
			say_how_to_try(&run->out, setup.config);
		code = server_run(&options);
	}
	setup_free(&setup);
	return code;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "Run the daemon.",
	.usage = "",
	.details =
		"Listens where the configuration says. SIGHUP reloads the rules; SIGTERM answers "
		"what\nhas been asked and ends, a second one ends at once.\n",
	.tables = {COMMON_WITHOUT_JSON},
	.size = sizeof(struct common),
	.arguments_max = 0,
	.run = run_serve,
};
