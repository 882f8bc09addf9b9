/*
 * The audit: who did what over HTTP, from where, and whether it was allowed. Never the text of a
 * comment, never a token. What was decided about comments is in the chain of decisions (queue.h);
 * this also has what was only looked at, tried or refused.
 */
#pragma once

#include "base/arena.h"
#include "store/db.h"

struct audit_row {
	int64_t at_ms; /* of the first time */
	int64_t times; /* the same, within a minute of it */
	struct span actor; /* a token's name, or the name that a caller on this machine gave */
	struct span address; /* of the caller, or "unix" */
	struct span what; /* "login", "POST /v1/rules/reload", ... */
	struct span outcome; /* "ok", or the code of the refusal */
};

/* Appends a row. OK, ERR_NOMEM or ERR_IO. */
int audit_add(struct db *db, const struct audit_row *row);

/* The latest rows, at most `limit`, the newest first, in the arena. OK, ERR_NOMEM or ERR_IO. */
int audit_list(
	struct db *db, size_t limit, struct arena *arena, struct audit_row **out, size_t *count);

/* Erases what is older. OK, ERR_NOMEM or ERR_IO. */
int audit_erase(struct db *db, int64_t before_ms);
