/*
 * A connection to the queue's database: one SQLite file, opened so that what is
 * committed is on the disk and what is erased is gone (WAL, synchronous=FULL, secure_delete), with
 * its schema made or brought up to date and the file checked when the daemon opens it.
 *
 * One thread at a time uses a connection. Several connections, of this process or others (`filterd
 * queue` beside the daemon), may be open on one file.
 */
#pragma once

#include "base/buf.h"

#include <sqlite3.h>

#define DB_SCHEMA_VERSION 1 /* PRAGMA user_version */
#define DB_APPLICATION_ID 0x46696c74 /* PRAGMA application_id: "Filt" */

enum db_use {
	DB_READ, /* only reads; the file must be there */
	DB_WRITE, /* reads and writes; the file must be there */
	DB_CREATE, /* the same; the file, its folder and schema are made, the file is checked */
};

/* What is to be done about a failure, whatever SQLite calls it. */
enum db_trouble {
	DB_FINE,
	DB_BUSY, /* another process holds the lock for longer than we wait: try again */
	DB_FULL, /* disk or quota: goes on when there is room again */
	DB_REFUSED, /* this row cannot be stored (too large, a constraint); others can */
	DB_BROKEN, /* I/O error, file damaged or gone: no further write on this connection */
	DB_MEMORY,
};

struct db;

/*
 * Opens the file at `path`. OK with *out; ERR_INVALID when the file is not ours, damaged or of a
 * newer schema, ERR_IO when it cannot be opened or written, ERR_NOMEM; `why` then says what and
 * where in one line, without a newline.
 */
int db_open(const char *path, enum db_use use, struct buf *why, struct db **out);
void db_close(struct db *db); /* NULL is legal */

/*
 * The statement of the text, prepared at its first use and kept until the connection is closed; by
 * address, so `sql` must be a string literal. NULL after a failure, which db_trouble() tells.
 */
sqlite3_stmt *db_statement(struct db *db, const char *sql);

/* Prepares a text made for one use, which the caller finalizes. OK, ERR_NOMEM or ERR_IO. */
int db_prepare(struct db *db, const char *sql, sqlite3_stmt **out);

#define DB_ROW 1 /* of db_step(): there is a row to be read */

/* Takes a step: DB_ROW, OK when it is over, or ERR_IO or ERR_NOMEM. */
int db_step(struct db *db, sqlite3_stmt *statement);

/* Gives a kept statement back, ready for its next use, and passes `rc` on. */
int db_finish(sqlite3_stmt *statement, int rc);

/* Binds a text that outlives the statement's use; "" for an empty one, never NULL. */
void db_bind(sqlite3_stmt *statement, int at, struct span text);

/* Runs statements of ours without results. OK, ERR_NOMEM or ERR_IO. */
int db_run(struct db *db, const char *sql);

/*
 * Begins something that is done whole or not at all: a transaction that writes. Within one it is
 * part of that, and if it fails, all of it does. Each is ended by db_end(), whose outermost call
 * commits if every `rc` was OK and takes all back if not; it returns `rc`, or what went wrong with
 * the commit. OK, ERR_NOMEM or ERR_IO.
 */
int db_begin(struct db *db);
int db_end(struct db *db, int rc);

sqlite3 *db_handle(struct db *db);

/* What the last failed call on the connection means; DB_FINE when none failed. */
enum db_trouble db_trouble(const struct db *db);
/* The same in words, for a log line; never text of a comment. Valid until the next call. */
const char *db_why(const struct db *db);
