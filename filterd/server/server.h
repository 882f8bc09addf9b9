/*
 * The daemon: reads the configuration and the rules, listens, serves until told to stop.
 *
 * One process. The main thread accepts connections and hands each to a worker thread, which keeps
 * it for its life; a further thread builds new rule sets. Signals: HUP reloads, TERM and INT drain
 * (a second one exits at once), PIPE is ignored.
 */
#pragma once

#include <stddef.h>

#define EXIT_STORE 75 /* EX_TEMPFAIL: the review queue broke; a new start checks it */
#define EXIT_CONFIG 78 /* EX_CONFIG: configuration or rules are broken, or an address is taken */

struct server_options {
	const char *config_path; /* the configuration file; NULL: defaults, without a file */
	const char *const *folders; /* `-r`: rule folders instead of the configured ones */
	size_t folders_count; /* 0: those of the configuration */
};

/*
 * Serves until SIGTERM or SIGINT. The caller owns `options`, which must outlive the call. Returns
 * the exit status: 0 after a drain, EXIT_CONFIG when configuration, rules or addresses are refused
 * (the reasons are on standard error), EXIT_STORE when the review queue broke
 * or its server is not there, 1 when the system
 * refuses what is needed to run or a second signal cut the drain short.
 */
int server_run(const struct server_options *options);
