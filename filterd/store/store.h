/*
 * The store: a thread that writes comments into the queue, many with one commit, and tells when
 * they are safe.
 *
 *     worker: store_add() ──► waiting ──► writer thread: BEGIN, rows, COMMIT (synced) ──► done()
 *
 * No worker ever waits: it holds the answer back and looks at store_add_state() when it is woken. A
 * commit takes what waits, at most STORE_BATCH_MAX rows; while it syncs, the next ones gather.
 *
 * What goes wrong is told, never hidden: a row that could not be stored ends as STORE_FAILED. A
 * busy or full disk heals by itself (tried anew with the next row), and a server that went away is
 * looked for again; rows under way then are tried once more for a second and a half, under the same
 * queue ids, so that one that was committed is found and not stored twice. After a failed sync or a
 * damaged file nothing more is written, store_health() says so, and whoever runs the process ends
 * it.
 */
#pragma once

#include "store/queue.h"

#define STORE_BATCH_MAX 64 /* rows of a commit */
#define STORE_BACKLOG_MAX 4096 /* rows that wait; more are turned away */

struct store;
struct store_row;

enum store_state { STORE_PENDING, STORE_STORED, STORE_FAILED };

enum store_health {
	STORE_WELL,
	STORE_TROUBLED, /* the last commit failed; tries go on */
	STORE_BROKEN, /* nothing more is written */
};

/*
 * Opens (and makes) the database, without the thread. `done` is called on that thread after each
 * commit or failure, with nothing locked, once for each different `owner` of its rows (as given to
 * store_add()). OK; else as db_open() says.
 */
int store_open(const char *path, void (*done)(void *owner), struct buf *why, struct store **out);

/* Starts the thread. Rows given before wait for it. OK or ERR_IO. */
int store_start(struct store *store);

/* Writes what waits, stops the thread, closes. Every row must have been dropped. NULL is legal. */
void store_close(struct store *store);

/*
 * Gives a comment to the writer; everything in `entry` is copied. OK with *out, which is the
 * caller's until store_row_drop(); ERR_LIMIT: too many wait, or the store is broken; ERR_NOMEM.
 */
int store_add(
	struct store *store, const struct queue_entry *entry, void *owner, struct store_row **out);

/* How it stands; any thread. With STORE_STORED *added is filled. */
enum store_state store_row_state(struct store_row *row, struct queue_added *added);

/* Gives the row back, whatever its state: it is stored all the same. NULL is legal. */
void store_row_drop(struct store_row *row);

/* For other connections of this process that write to the same database; valid until store_close().
 */
struct turns *store_turns(struct store *store);

enum store_health store_health(struct store *store);

/* For metrics; any thread. */
struct store_counts {
	uint64_t stored, again, failed, refused; /* rows */
	uint64_t commits;
	uint64_t waiting; /* rows, now */
	uint64_t commit_ns; /* spent in commits altogether */
};
void store_counts(struct store *store, struct store_counts *out);
