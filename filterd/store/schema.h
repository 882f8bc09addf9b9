/*
 * The tables of the queue's database, as a list of steps: a file of version N is brought up to date
 * by the steps from N on, in one transaction. A step is never changed once it was released. They
 * are written in SQLite's words; pg_sql.c has PostgreSQL's for them.
 */
#pragma once

#include <stddef.h>

extern const char *const schema_steps[];
extern const size_t schema_steps_count; /* DB_SCHEMA_VERSION */
