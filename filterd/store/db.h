/*
 * A connection to the queue's database, with its schema made or brought up to date when the daemon
 * opens it, and opened so that what is committed is on the disk. The database is
 *
 *   - an SQLite file (WAL, synchronous=FULL; secure_delete: what is erased is gone; checked when
 *     the daemon opens it), or
 *   - a PostgreSQL server, which several daemons may share. A connection that is lost is made anew
 *     when it is next used.
 *
 * One thread at a time uses a connection. Several connections, of this process or others (`filterd
 * queue` beside the daemon), may be open on one database.
 *
 * SQL is written once, as both understand it: parameters are `?N`; ON CONFLICT and RETURNING are
 * fine; integers are int64. A SELECT of one row that is to be changed ends with ` FOR UPDATE`.
 */
#pragma once

#include "base/buf.h"
#include "store/turns.h"

#include <sqlite3.h>

#define DB_SCHEMA_VERSION 5 /* PRAGMA user_version */
#define DB_APPLICATION_ID 0x46696c74 /* PRAGMA application_id: "Filt" */

enum db_use {
	DB_READ, /* only reads; the file or schema must be there */
	DB_WRITE, /* reads and writes; the file or schema must be there */
	DB_CREATE, /* the same; the file, its folder and schema are made, the file is checked */
};

/* What is to be done about a failure, whatever the engine calls it. */
enum db_trouble {
	DB_FINE,
	DB_BUSY, /* another process holds the lock for longer than we wait: try again */
	DB_FULL, /* disk or quota: goes on when there is room again */
	DB_REFUSED, /* this row cannot be stored (too large, a constraint); others can */
	DB_BROKEN, /* I/O error, file damaged or gone: no further write on this connection */
	DB_MEMORY,
	/*
	 * The server cannot be reached, or went away: try again. Of a commit that ended so it is
	 * not known whether it holds: look for what it was to write.
	 */
	DB_LOST,
};

struct db;
struct db_statement;

/* Whether the path is the address of a server, `postgresql://...`, and not a file's. */
bool db_is_server(const char *path);

/*
 * Calls `each` for the files beside the database itself that a connection to the server reads
 * whenever it is made: passwords, certificates. Some may not be there. For a file: none.
 */
void db_each_file(const char *path, void (*each)(void *context, const char *file), void *context);

/*
 * Opens the file at `path`, or connects to the server. OK with *out; ERR_INVALID when it is not
 * ours, damaged, of a newer schema or not as durable as promised; ERR_IO when it cannot be opened,
 * reached or written; ERR_UNSUPPORTED: built without that engine; ERR_NOMEM. `why` then says what
 * and where in one line, without a newline and without a password.
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
 * part of that, and if it fails, all of it does; but what is only refused (ERR_CONFLICT,
 * ERR_NOTFOUND, ERR_INVALID) must have written nothing, and leaves the rest as it is. Each is ended
 * by db_end(), whose outermost call commits if its `rc` is OK and nothing has failed, and takes all
 * back if not; it returns `rc`, or what went wrong with the commit. OK, ERR_NOMEM or ERR_IO.
 */
int db_begin(struct db *db);
int db_end(struct db *db, int rc);
bool db_within(const struct db *db); /* whether something is begun */

/* From now on each transaction waits for its turn. `turns` must outlive the connection. */
void db_take_turns(struct db *db, struct turns *turns);

/*
 * Within a transaction: nobody else holds the lock of this kind and key until it ends. Where only
 * one transaction at a time can write anyhow, nothing is done. OK, ERR_NOMEM or ERR_IO.
 */
int db_lock(struct db *db, struct span kind, struct span key);

/*
 * What makes a SELECT from `item i` take its rows for this transaction alone and pass over those
 * that others have taken: to stand after its LIMIT. "" where transactions exclude one another.
 */
const char *db_skip_locked(const struct db *db);

/*
 * [ms] since 1970, for what several processes compare, such as leases: of the server's clock, the
 * same throughout a transaction; of `fallback_ms`, the caller's, where all are on one machine or
 * the server does not answer.
 */
int64_t db_now_ms(struct db *db, int64_t fallback_ms);
/* For tests, which set the clock: from now on it is always the caller's. */
void db_use_callers_clock(struct db *db);

/* The greatest seq that a decision ever had, even if it is not there any more; 0: none. */
int db_last_decision(struct db *db, int64_t *out);
/* Appends a line for each fault of the file to `findings`; a server looks after its own. */
int db_check(struct db *db, struct buf *findings);
/* Outside a transaction, after something was erased: takes it out of the log, too. */
int db_forget(struct db *db);

/* SQLite's own connection, for tests and benchmarks; NULL with another engine. */
sqlite3 *db_handle(struct db *db);

/* What the last failed call on the connection means; DB_FINE when none failed. */
enum db_trouble db_trouble(const struct db *db);
/* The same in words, for a log line; never text of a comment. Valid until the next call. */
const char *db_why(const struct db *db);
