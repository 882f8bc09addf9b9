/* A folder for a queue's database, and a look into that, for the tests of store/. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "store/db.h"

#define QUEUE_FOLDER_SIZE 64
#define QUEUE_PATH_SIZE 128

/* Makes the folder; `path` is where the database in it is to be. */
static inline void queue_folder_make(char folder[QUEUE_FOLDER_SIZE], char path[QUEUE_PATH_SIZE])
{
	snprintf(folder, QUEUE_FOLDER_SIZE, "/tmp/filterd-queue-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	snprintf(path, QUEUE_PATH_SIZE, "%s/queue.db", folder);
}

/* Removes it with all that is in it, also what a test made unwritable. */
static inline void queue_folder_remove(const char *folder)
{
	char command[2 * QUEUE_FOLDER_SIZE + 32];

	snprintf(command, sizeof(command), "chmod -R u+rwx %s && rm -r %s", folder, folder);
	assert_int_equal(system(command), 0);
}

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
