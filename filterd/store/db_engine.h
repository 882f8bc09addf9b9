/*
 * What an engine behind db.h does in its own way. db.c has what all of them share: kept statements,
 * transactions within each other; only it and the engines include this.
 *
 * An engine's own connection and statement begin with the structures below, so that a pointer to
 * one is a pointer to the other. A call that fails sets `trouble` of the connection and returns
 * ERR_IO or ERR_NOMEM, unless it says otherwise.
 */
#pragma once

#include "store/db.h"

#define DB_STATEMENTS_MAX 64 /* texts of ours that one connection uses */

struct db_statement {
	struct db *db;
};

struct db {
	const struct db_engine *engine;
	struct {
		const char *sql; /* by address */
		struct db_statement *statement;
	} kept[DB_STATEMENTS_MAX];
	size_t kept_count;
	struct turns *turns; /* not owned; NULL: it takes none */
	unsigned depth; /* of db_begin() */
	bool spoilt; /* a part of the transaction failed */
	bool callers_clock; /* see db_use_callers_clock() */
	enum db_trouble trouble; /* of the last failed call */
};

struct db_engine {
	/* As db_open() says, db_close() with no statement left, db_why(). */
	int (*open)(const char *path, enum db_use use, struct buf *why, struct db **out);
	void (*close)(struct db *db);
	const char *(*why)(const struct db *db);

	/* As db_each_file() says; NULL: none. */
	void (*each_file)(
		const char *path, void (*each)(void *context, const char *file), void *context);

	/* As db.h says of them; `reset` unbinds, too. */
	int (*prepare)(struct db *db, const char *sql, bool kept, struct db_statement **out);
	void (*finalize)(struct db_statement *statement);
	int (*step)(struct db *db, struct db_statement *statement);
	void (*reset)(struct db_statement *statement);
	void (*bind)(struct db_statement *statement, int at, struct span text);
	void (*bind_int)(struct db_statement *statement, int at, int64_t number);
	void (*bind_blob)(struct db_statement *statement, int at, const void *bytes, size_t len);
	int64_t (*number)(struct db_statement *statement, int column);
	bool (*text)(struct db_statement *statement, int column, struct span *out);
	struct span (*blob)(struct db_statement *statement, int column);
	int64_t (*inserted)(struct db *db);
	int64_t (*changed)(struct db *db);
	int (*run)(struct db *db, const char *sql);

	/* The outermost transaction. Rolling back keeps `trouble` as it is. */
	int (*begin)(struct db *db);
	int (*commit)(struct db *db);
	void (*rollback)(struct db *db);

	/* As db.h says; NULL where nothing is to be done, or for the caller's clock. */
	int (*lock)(struct db *db, struct span kind, struct span key);
	int64_t (*now_ms)(struct db *db, int64_t fallback_ms);
	const char *skip_locked;
	int (*last_decision)(struct db *db, int64_t *out);
	int (*check)(struct db *db, struct buf *findings);
	int (*forget)(struct db *db);
};

extern const struct db_engine db_sqlite, db_pg;

/* For the engines: "PATH: WHAT" in `why`; ERR_INVALID. */
int db_explain(struct buf *why, const char *path, const char *what);
/* Appends what a library said as one line. */
void db_append_line(struct buf *out, struct span said);
/* One number of a query of one row; *out is left as it is when there is none. */
int db_number(struct db *db, const char *sql, int64_t *out);
