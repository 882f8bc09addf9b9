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

#define DB_SCHEMA_VERSION 2 /* PRAGMA user_version */
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
struct db_statement;

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
struct db_statement *db_statement(struct db *db, const char *sql);

/* Prepares a text made for one use, for db_finalize(). OK, ERR_NOMEM or ERR_IO. */
int db_prepare(struct db *db, const char *sql, struct db_statement **out);
void db_finalize(struct db_statement *statement); /* NULL is legal */

#define DB_ROW 1 /* of db_step(): there is a row to be read */

/* Takes a step: DB_ROW, OK when it is over, or ERR_IO or ERR_NOMEM. */
int db_step(struct db *db, struct db_statement *statement);

/* Gives a kept statement back, ready for its next use, and passes `rc` on. */
int db_finish(struct db_statement *statement, int rc);

/*
 * Binds the parameter `?at`, from 1 on: a text ("" for an empty one, never NULL), a number, bytes.
 * Texts and bytes must outlive the statement's use. One that is not bound is NULL.
 */
void db_bind(struct db_statement *statement, int at, struct span text);
void db_bind_int(struct db_statement *statement, int at, int64_t number);
void db_bind_blob(struct db_statement *statement, int at, const void *bytes, size_t len);

/*
 * A column of the row at hand, from 0 on; 0 or {NULL, 0} for NULL. Texts and bytes are valid until
 * the next step. False: no memory for the text.
 */
int64_t db_int(struct db_statement *statement, int column);
bool db_text(struct db_statement *statement, int column, struct span *out);
struct span db_blob(struct db_statement *statement, int column);

/* The key of the row that was inserted last, and how many the last statement changed. */
int64_t db_inserted(struct db *db);
int64_t db_changed(struct db *db);

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
bool db_within(const struct db *db); /* whether something is begun */

/* SQLite's own connection, for tests and benchmarks. */
sqlite3 *db_handle(struct db *db);

/* What the last failed call on the connection means; DB_FINE when none failed. */
enum db_trouble db_trouble(const struct db *db);
/* The same in words, for a log line; never text of a comment. Valid until the next call. */
const char *db_why(const struct db *db);
