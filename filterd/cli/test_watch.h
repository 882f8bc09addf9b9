/* Running something again whenever rules, case files or the configuration change. */
#pragma once

#include "cli/cli.h"

/*
 * Calls `once` now and after every change, until SIGINT or SIGTERM; tells on a terminal what
 * changed and how long it took. `ignored` is a file whose changes do not count, or NULL. CLI_FINE,
 * or CLI_OUTPUT after a message.
 */
int test_watch(struct run *run, int (*once)(struct run *run), const char *ignored);
