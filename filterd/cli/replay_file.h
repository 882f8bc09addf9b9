/* An export replayed: items of the queue, or requests, from a file. */
#pragma once

#include "cli/setup.h"
#include "server/replay.h"

#include <stdatomic.h>

/*
 * Judges every line of the file (- is standard input): an item as `filterd queue --json` writes it,
 * or a request, which is compared with its label (see cli/README.md) or, without one, as held.
 * Lines that are neither are counted as unreadable. CLI_FINE; CLI_OUTPUT after a message when it
 * cannot be read.
 */
int replay_file(struct run *run, const struct setup *setup, struct replay *replay, const char *file,
	const atomic_bool *stop);
