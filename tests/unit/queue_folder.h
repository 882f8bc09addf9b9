/*
 * A place for a queue's database, and a look into that, for the tests of store/: a folder for a
 * file, or, with an address in FILTERD_POSTGRES, a schema of that server's.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/db.h"

#ifdef WITH_POSTGRESQL
#include <libpq-fe.h>
#endif

#define QUEUE_FOLDER_SIZE 64
#define QUEUE_PATH_SIZE 256

/* Whether the tests run on PostgreSQL. */
static inline bool queue_is_pg(void)
{
	return getenv("FILTERD_POSTGRES") != NULL;
}

/* Runs a statement on the server, beside what is tested. */
static inline void queue_server(const char *sql)
{
#ifdef WITH_POSTGRESQL
	PGconn *connection = PQconnectdb(getenv("FILTERD_POSTGRES"));
	PGresult *result = PQexec(connection, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(connection));
	PQclear(result);
	PQfinish(connection);
#else
	fail_msg("%s: built without libpq", sql);
#endif
}

/* Makes the folder; `path` is where the database in it is to be. */
static inline void queue_folder_make(char folder[QUEUE_FOLDER_SIZE], char path[QUEUE_PATH_SIZE])
{
	static int made;

	if (queue_is_pg()) {
		char sql[QUEUE_FOLDER_SIZE + 32];

		snprintf(folder, QUEUE_FOLDER_SIZE, "q_%d_%d", (int)getpid(), made++);
		snprintf(path, QUEUE_PATH_SIZE, "%s&options=-csearch_path%%3D%s",
			getenv("FILTERD_POSTGRES"), folder);
		snprintf(sql, sizeof(sql), "CREATE SCHEMA %s", folder);
		queue_server(sql);
		return;
	}
	snprintf(folder, QUEUE_FOLDER_SIZE, "/tmp/filterd-queue-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	snprintf(path, QUEUE_PATH_SIZE, "%s/queue.db", folder);
}

/* Removes it with all that is in it, also what a test made unwritable. */
static inline void queue_folder_remove(const char *folder)
{
	char command[2 * QUEUE_FOLDER_SIZE + 64];

	if (queue_is_pg()) {
		snprintf(command, sizeof(command),
			"SET client_min_messages = error; DROP SCHEMA %s CASCADE", folder);
		queue_server(command);
		return;
	}
	snprintf(command, sizeof(command), "chmod -R u+rwx %s && rm -r %s", folder, folder);
	assert_int_equal(system(command), 0);
}

/* Opens it as the daemon does, with the clock in the test's hand. */
static inline struct db *queue_open(const char *path)
{
	struct buf why = {0};
	struct db *db;

	if (db_open(path, DB_CREATE, &why, &db) != OK)
		fail_msg("%s: %.*s", path, (int)why.len, why.data);
	assert_int_equal(why.len, 0);
	db_use_callers_clock(db);
	return db;
}

/* From now on an INSERT into the table fails where `column` is `value`; everywhere if NULL. */
static inline void queue_refuse_rows(
	struct db *db, const char *table, const char *column, const char *value)
{
	char when[128] = "", sql[512];

	if (column)
		snprintf(when, sizeof(when), "WHEN (new.%s = '%s')", column, value);
	snprintf(sql, sizeof(sql),
		queue_is_pg() ? "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
				" $$ BEGIN RAISE 'no'; END $$; CREATE TRIGGER bad BEFORE INSERT ON"
				" %s FOR EACH ROW %s EXECUTE FUNCTION refuse()"
			      : "CREATE TRIGGER bad BEFORE INSERT ON %s %s BEGIN SELECT raise(FAIL,"
				" 'no'); END",
		table, when);
	assert_int_equal(db_run(db, sql), OK);
}

/* Takes a file back to the first version of the schema, whatever was added since. */
#define QUEUE_MAKE_OLD                                                                             \
	"DROP TABLE delivery; DROP TABLE told; ALTER TABLE decision DROP COLUMN quiet;"            \
	"DROP TABLE history; DROP TABLE audit; DROP TABLE secret; DROP TABLE token;"               \
	"DROP TABLE batched; DROP TABLE batch; PRAGMA user_version = 1"

/* The number that a query of one row gives. */
static inline int64_t queue_number(struct db *db, const char *sql)
{
	struct db_statement *statement;
	int64_t value;

	assert_int_equal(db_prepare(db, sql, &statement), OK);
	assert_int_equal(db_step(db, statement), DB_ROW);
	value = db_int(statement, 0);
	db_finalize(statement);
	return value;
}
