/* The queue's database, as commands open it. */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"
#include "store/db.h"

/*
 * Opens the database at `path`, or with NULL the configured one (-c of the command). CLI_FINE with
 * *out, the caller's until db_close(); else an exit code after a message.
 */
int database_open(struct run *run, const char *path, enum db_use use, struct db **out);

/* The name of who runs the command: the login's, or "uid-N"; in the arena. */
struct span database_user(struct arena *arena);
