/* A connection to the queue's database, whichever engine keeps it: see db.h. */
#include "store/db_engine.h"

#include <stdlib.h>

/* What a path begins with that names a server. */
static const char *const servers[] = {"postgresql://", "postgres://"};

bool db_is_server(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		if (strncmp(path, servers[i], strlen(servers[i])) == 0)
			return true;
	}
	return false;
}

void db_each_file(const char *path, void (*each)(void *context, const char *file), void *context)
{
	if (db_is_server(path) && db_pg.each_file)
		db_pg.each_file(path, each, context);
}

int db_open(const char *path, enum db_use use, struct buf *why, struct db **out)
{
	const struct db_engine *engine = db_is_server(path) ? &db_pg : &db_sqlite;

	return engine->open(path, use, why, out);
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->kept_count; i++)
		db->engine->finalize(db->kept[i].statement);
	db->engine->close(db);
}

enum db_trouble db_trouble(const struct db *db)
{
	return db->trouble;
}

const char *db_why(const struct db *db)
{
	return db->engine->why(db);
}

/* --- statements --- */

struct db_statement *db_statement(struct db *db, const char *sql)
{
	struct db_statement *made;

	for (size_t i = 0; i < db->kept_count; i++) {
		if (db->kept[i].sql == sql)
			return db->kept[i].statement;
	}
	if (db->kept_count == DB_STATEMENTS_MAX) {
		/* More than we have: a mistake of ours, but no reason to fail. */
		db->engine->finalize(db->kept[--db->kept_count].statement);
	}
	if (db->engine->prepare(db, sql, true, &made) != OK)
		return NULL;
	made->db = db;
	db->kept[db->kept_count].sql = sql;
	db->kept[db->kept_count++].statement = made;
	return made;
}

int db_prepare(struct db *db, const char *sql, struct db_statement **out)
{
	int rc = db->engine->prepare(db, sql, false, out);

	if (rc == OK)
		(*out)->db = db;
	return rc;
}

void db_finalize(struct db_statement *statement)
{
	if (statement != NULL)
		statement->db->engine->finalize(statement);
}

int db_step(struct db *db, struct db_statement *statement)
{
	return db->engine->step(db, statement);
}

int db_finish(struct db_statement *statement, int rc)
{
	statement->db->engine->reset(statement);
	return rc;
}

void db_bind(struct db_statement *statement, int at, struct span text)
{
	statement->db->engine->bind(statement, at, text);
}

void db_bind_int(struct db_statement *statement, int at, int64_t number)
{
	statement->db->engine->bind_int(statement, at, number);
}

void db_bind_blob(struct db_statement *statement, int at, const void *bytes, size_t len)
{
	statement->db->engine->bind_blob(statement, at, bytes, len);
}

int64_t db_int(struct db_statement *statement, int column)
{
	return statement->db->engine->number(statement, column);
}

bool db_text(struct db_statement *statement, int column, struct span *out)
{
	return statement->db->engine->text(statement, column, out);
}

struct span db_blob(struct db_statement *statement, int column)
{
	return statement->db->engine->blob(statement, column);
}

int64_t db_inserted(struct db *db)
{
	return db->engine->inserted(db);
}

int64_t db_changed(struct db *db)
{
	return db->engine->changed(db);
}

int db_run(struct db *db, const char *sql)
{
	return db->engine->run(db, sql);
}

/* --- whole or not at all --- */

int db_begin(struct db *db)
{
	int rc;

	if (db->depth > 0) {
		db->depth++;
		return OK;
	}
	turns_take(db->turns);
	rc = db->engine->begin(db);
	if (rc != OK)
		turns_give(db->turns);
	db->depth = rc == OK;
	return rc;
}

int db_end(struct db *db, int rc)
{
	bool refused = rc == ERR_CONFLICT || rc == ERR_NOTFOUND || rc == ERR_INVALID;

	db->spoilt |= rc != OK && !refused;
	if (--db->depth > 0)
		return rc;
	if (rc == OK && !db->spoilt)
		rc = db->engine->commit(db);
	else if (rc == OK) /* a part failed and nobody said so */
		rc = ERR_IO;
	if (rc != OK)
		db->engine->rollback(db);
	turns_give(db->turns);
	db->spoilt = false;
	return rc;
}

void db_take_turns(struct db *db, struct turns *turns)
{
	db->turns = turns;
}

bool db_within(const struct db *db)
{
	return db->depth > 0;
}

/* --- what engines differ in --- */

int db_lock(struct db *db, struct span kind, struct span key)
{
	return db->engine->lock ? db->engine->lock(db, kind, key) : OK;
}

const char *db_skip_locked(const struct db *db)
{
	return db->engine->skip_locked;
}

int64_t db_now_ms(struct db *db, int64_t fallback_ms)
{
	if (db->callers_clock || !db->engine->now_ms)
		return fallback_ms;
	return db->engine->now_ms(db, fallback_ms);
}

void db_use_callers_clock(struct db *db)
{
	db->callers_clock = true;
}

int db_last_decision(struct db *db, int64_t *out)
{
	*out = 0;
	return db->engine->last_decision(db, out);
}

int db_check(struct db *db, struct buf *findings)
{
	return db->engine->check ? db->engine->check(db, findings) : OK;
}

int db_forget(struct db *db)
{
	return db->engine->forget ? db->engine->forget(db) : OK;
}

/* --- for the engines --- */

int db_explain(struct buf *why, const char *path, const char *what)
{
	buf_printf(why, "%s: %s", path, what);
	return ERR_INVALID;
}

void db_append_line(struct buf *out, struct span said)
{
	for (size_t i = 0; i < said.len; i++)
		buf_char(out, said.ptr[i] == '\n' ? ' ' : said.ptr[i]);
}

int db_number(struct db *db, const char *sql, int64_t *out)
{
	struct db_statement *statement;
	int rc = db_prepare(db, sql, &statement);

	if (rc != OK)
		return rc;
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		*out = db_int(statement, 0);
		rc = OK;
	}
	db_finalize(statement);
	return rc;
}
