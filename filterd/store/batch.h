/*
 * Batches: decisions that were taken together, by a program, and can be taken back together.
 *
 * A batch is written in slices, a transaction each, so that nobody waits long for the database.
 * What a slice has committed stays and belongs to the batch, whatever becomes of the rest; so does
 * what an undo has taken back.
 */
#pragma once

#include "store/queue.h"

#define BATCH_SLICE 200 /* decisions of a transaction */

/* What became of decisions; added up from slice to slice. */
struct batch_counts {
	uint64_t approved, rejected, undone;
	uint64_t passed; /* not as they were any more, claimed, decided: left as they are */
};

/* Begins one: `actor` is who asked for it. OK with *id, from 1 on; ERR_NOMEM, ERR_IO. */
int batch_begin(
	struct db *db, struct span actor, struct span rules_version, int64_t now_ms, int64_t *id);

/* Notes that it is over: nothing more will be decided. OK, ERR_NOMEM, ERR_IO. */
int batch_end(struct db *db, int64_t id, int64_t now_ms);

/*
 * Decides up to BATCH_SLICE of `decisions`, all or none but those that cannot be: these are counted
 * as `passed`. A reason that is none is left out. OK, ERR_INVALID for an actor or a note that is
 * none, ERR_NOMEM, ERR_IO.
 */
int batch_decide(struct db *db, int64_t id, const struct queue_decision *decisions, size_t count,
	struct batch_counts *counts);

/*
 * Takes back the next decisions of the batch after *cursor (at first 0), up to BATCH_SLICE, of
 * those that are not taken back yet; items that anybody has touched since are `passed`. *cursor is
 * 0 when these were the last. ERR_NOTFOUND: there is no such batch; else as above.
 */
int batch_undo(struct db *db, int64_t id, struct span actor, struct span note, int64_t now_ms,
	int64_t *cursor, struct batch_counts *counts);

/* A batch as it stands. Spans lie in the arena given. */
struct batch {
	int64_t id;
	struct span actor, rules_version;
	int64_t begun_ms;
	int64_t ended_ms; /* 0: it is under way, or was interrupted */
	uint64_t approved, rejected, undone; /* undone: of the others */
};

/* The last ones, the newest first, at most QUEUE_PAGE_MAX. OK, ERR_NOMEM, ERR_IO. */
int batch_list(struct db *db, struct arena *arena, struct batch **batches, size_t *count);
