/* SQLite, the engine of a queue that is a file: see db.h and db_engine.h. */
#include "store/db_engine.h"

#include "base/path.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 200 /* [ms] that another process's lock is waited for */

struct sqlite_statement {
	struct db_statement base;
	sqlite3_stmt *sqlite;
};

struct sqlite_db {
	struct db base;
	sqlite3 *handle;
	bool moved; /* the file is not at its place any more */
};

static sqlite3 *handle_of(const struct db *db)
{
	return ((const struct sqlite_db *)db)->handle;
}

static sqlite3_stmt *own(struct db_statement *statement)
{
	return ((struct sqlite_statement *)statement)->sqlite;
}

/* --- troubles --- */

/*
 * What the system said when the log was last written to in vain, 0: nothing. SQLite itself keeps
 * that only for failures before a commit's own.
 */
static int log_errno(sqlite3 *handle)
{
	sqlite3_file *log = NULL;
	int said = 0;

	if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
		log != NULL && log->pMethods != NULL)
		(void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &said);
	return said;
}

static enum db_trouble trouble_of(sqlite3 *handle, int code)
{
	switch (code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return DB_FINE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return DB_BUSY;
	case SQLITE_FULL:
		return DB_FULL;
	case SQLITE_NOMEM:
		return DB_MEMORY;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
		return DB_REFUSED;
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_NOMEM)
			return DB_MEMORY;
		/* What was not written can be written later; what was not synced may be lost. */
		if (code == SQLITE_IOERR_WRITE &&
			(log_errno(handle) == ENOSPC || log_errno(handle) == EDQUOT))
			return DB_FULL;
		return DB_BROKEN;
	default:
		return DB_BROKEN;
	}
}

static int failed(struct db *db)
{
	sqlite3 *handle = handle_of(db);

	db->trouble = trouble_of(handle, sqlite3_extended_errcode(handle));
	if (db->trouble == DB_FINE) /* a misuse of ours: nothing can be promised */
		db->trouble = DB_BROKEN;
	return db->trouble == DB_MEMORY ? ERR_NOMEM : ERR_IO;
}

static const char *said(const struct db *db)
{
	return ((const struct sqlite_db *)db)->moved ? "its file was removed or replaced"
						     : sqlite3_errmsg(handle_of(db));
}

/* --- statements --- */

sqlite3 *db_handle(struct db *db)
{
	return db->engine == &db_sqlite ? handle_of(db) : NULL;
}

static int prepare(struct db *db, const char *sql, bool kept, struct db_statement **out)
{
	/* Rows are locked where transactions that write do not exclude one another. */
	const char *end = strstr(sql, " FOR UPDATE");
	struct sqlite_statement *made = calloc(1, sizeof(*made));
	int rc;

	*out = NULL;
	if (made == NULL) {
		db->trouble = DB_MEMORY;
		return ERR_NOMEM;
	}
	if (sqlite3_prepare_v3(handle_of(db), sql, end ? (int)(end - sql) : -1,
		    kept ? SQLITE_PREPARE_PERSISTENT : 0, &made->sqlite, NULL) == SQLITE_OK) {
		*out = &made->base;
		return OK;
	}
	rc = failed(db);
	free(made);
	return rc;
}

static void finalize(struct db_statement *statement)
{
	sqlite3_finalize(own(statement));
	free(statement);
}

static int step(struct db *db, struct db_statement *statement)
{
	int code = sqlite3_step(own(statement));

	if (code == SQLITE_ROW)
		return DB_ROW;
	if (code == SQLITE_DONE)
		return OK;
	return failed(db);
}

static void reset(struct db_statement *statement)
{
	/* Its own result is that of the last step, which is known. */
	(void)sqlite3_reset(own(statement));
	(void)sqlite3_clear_bindings(own(statement));
}

/* Binding fails only for want of memory, and then the next step does, too. */
static void bind(struct db_statement *statement, int at, struct span text)
{
	(void)sqlite3_bind_text64(
		own(statement), at, text.len ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_int(struct db_statement *statement, int at, int64_t number)
{
	(void)sqlite3_bind_int64(own(statement), at, number);
}

static void bind_blob(struct db_statement *statement, int at, const void *bytes, size_t len)
{
	(void)sqlite3_bind_blob64(own(statement), at, bytes, len, SQLITE_STATIC);
}

static int64_t number(struct db_statement *statement, int column)
{
	return sqlite3_column_int64(own(statement), column);
}

static bool text(struct db_statement *statement, int column, struct span *out)
{
	out->ptr = (const char *)sqlite3_column_text(own(statement), column);
	out->len = out->ptr ? (size_t)sqlite3_column_bytes(own(statement), column) : 0;
	return out->ptr != NULL ||
	       sqlite3_errcode(sqlite3_db_handle(own(statement))) != SQLITE_NOMEM;
}

static struct span blob(struct db_statement *statement, int column)
{
	const void *bytes = sqlite3_column_blob(own(statement), column);

	return (struct span){
		bytes, bytes ? (size_t)sqlite3_column_bytes(own(statement), column) : 0};
}

static int64_t inserted(struct db *db)
{
	return sqlite3_last_insert_rowid(handle_of(db));
}

static int64_t changed(struct db *db)
{
	return sqlite3_changes64(handle_of(db));
}

static int run(struct db *db, const char *sql)
{
	if (sqlite3_exec(handle_of(db), sql, NULL, NULL, NULL) == SQLITE_OK)
		return OK;
	return failed(db);
}

/* --- whole or not at all --- */

/* Runs a kept statement without results. */
static int run_kept(struct db *db, const char *sql)
{
	struct db_statement *statement = db_statement(db, sql);

	return statement ? db_finish(statement, db_step(db, statement)) : ERR_IO;
}

/* What is written to a file without a name is gone with the process, and SQLite does not mind. */
static int check_place(struct db *db)
{
	struct sqlite_db *sqlite = (struct sqlite_db *)db;
	int moved = 0;

	(void)sqlite3_file_control(sqlite->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	sqlite->moved = moved != 0;
	if (sqlite->moved)
		db->trouble = DB_BROKEN;
	return sqlite->moved ? ERR_IO : OK;
}

static int begin(struct db *db)
{
	int rc = check_place(db);

	return rc == OK ? run_kept(db, "BEGIN IMMEDIATE") : rc;
}

static int commit(struct db *db)
{
	return run_kept(db, "COMMIT");
}

static void rollback(struct db *db)
{
	enum db_trouble trouble = db->trouble;

	/* After some failures SQLite has taken it back already. */
	if (!sqlite3_get_autocommit(handle_of(db)))
		(void)run_kept(db, "ROLLBACK");
	db->trouble = trouble;
}

/* --- the file --- */

static int last_decision(struct db *db, int64_t *out)
{
	return db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'decision'", out);
}

static int check(struct db *db, struct buf *findings)
{
	struct db_statement *statement = NULL;
	int rc = db_prepare(db, "PRAGMA integrity_check", &statement);

	while (rc == OK && (rc = db_step(db, statement)) == DB_ROW) {
		struct span line;

		rc = db_text(statement, 0, &line) ? OK : ERR_NOMEM;
		if (rc == OK && !span_eq(line, SPAN("ok")))
			buf_printf(findings, "file: %.*s\n", SPAN_ARGS(line));
	}
	db_finalize(statement);
	return rc;
}

/* What was erased stands in the log until that is written over. */
static int forget(struct db *db)
{
	return run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

/* --- opening --- */

/* What SQLite or the system said of it. */
static int explain_failure(struct db *db, struct buf *why, const char *path)
{
	sqlite3 *handle = handle_of(db);
	int code = sqlite3_extended_errcode(handle);

	if (trouble_of(handle, code) == DB_MEMORY)
		return ERR_NOMEM;
	buf_printf(why, "%s: %s", path, sqlite3_errmsg(handle));
	if (sqlite3_system_errno(handle) != 0)
		buf_printf(why, " (%s)", strerror(sqlite3_system_errno(handle)));
	return (code & 0xFF) == SQLITE_NOTADB || (code & 0xFF) == SQLITE_CORRUPT ? ERR_INVALID
										 : ERR_IO;
}

/* A new name is safe once its folder is synced. */
static int sync_folder(const char *path, struct buf *why)
{
	char *folder = path_folder(path);
	int fd, rc = OK;

	if (folder == NULL)
		return ERR_NOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0) {
		buf_printf(why, "%s: %s", folder, strerror(errno));
		rc = ERR_IO;
	}
	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

/* Makes the file's folder if it is not there (its parent must be) and looks at what is at `path`.
 */
static int prepare_place(const char *path, bool *is_new, struct buf *why)
{
	char *folder = path_folder(path);
	struct stat st;
	int rc = OK;

	if (folder == NULL)
		return ERR_NOMEM;
	if (mkdir(folder, 0700) == 0) {
		rc = sync_folder(folder, why);
	} else if (errno != EEXIST) {
		buf_printf(why, "%s: the folder cannot be made: %s", folder, strerror(errno));
		rc = ERR_IO;
	}
	free(folder);
	*is_new = false;
	if (rc != OK)
		return rc;
	if (stat(path, &st) == 0) {
		*is_new = st.st_size == 0;
		return S_ISREG(st.st_mode) ? OK : db_explain(why, path, "is not a file");
	}
	*is_new = errno == ENOENT;
	if (errno != ENOENT) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	return OK;
}

/* Makes an empty file that only its owner can read, as SQLite would not. */
static int make_file(const char *path, struct buf *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	close(fd);
	return OK;
}

/* Whether a pragma answers with this word. OK, ERR_INVALID (*got has its answer) or a failure. */
static int pragma_word(struct db *db, const char *sql, const char *wanted, struct buf *got)
{
	struct db_statement *statement;
	int rc = db_prepare(db, sql, &statement);

	if (rc != OK)
		return rc;
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		struct span word;

		if (!db_text(statement, 0, &word))
			rc = ERR_NOMEM;
		else
			rc = span_eq(word, span_of(wanted)) ? OK : ERR_INVALID;
		if (rc == ERR_INVALID && got)
			db_append_line(got, word);
	}
	db_finalize(statement);
	return rc;
}

/* What must hold for the connection. Reading fails here first when the file is no database. */
static int set_up(struct db *db, enum db_use use)
{
	sqlite3 *handle = handle_of(db);
	int on = 0;
	int rc = OK;

	sqlite3_busy_timeout(handle, BUSY_MS);
	sqlite3_extended_result_codes(handle, 1);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	/* A file that is refused is left as it is, and so is its log: see open_ready(). */
	sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &on);
	sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 64 << 20);
	sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
	rc = db_run(db, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
			"PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
	if (rc == OK && use != DB_READ)
		rc = db_run(db, "PRAGMA secure_delete=ON; PRAGMA synchronous=FULL;"
				"PRAGMA journal_size_limit=67108864;");
	if (rc == OK && use == DB_READ)
		rc = db_run(db, "PRAGMA query_only=ON;");
	return rc;
}

/* Whose file it is and of which version; *version 0: nobody's yet. */
static int identify(struct db *db, const char *path, struct buf *why, int64_t *version)
{
	int64_t application = 0, tables = 0;
	int rc = db_number(db, "PRAGMA application_id", &application);

	if (rc == OK)
		rc = db_number(db, "PRAGMA user_version", version);
	if (rc == OK)
		rc = db_number(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc != OK)
		return explain_failure(db, why, path);
	if (application != DB_APPLICATION_ID && (application != 0 || tables > 0))
		return db_explain(why, path, "is a database of another program");
	if (*version > DB_SCHEMA_VERSION)
		return db_explain(why, path, "was made by a newer filterd");
	if (*version < 0)
		return db_explain(why, path, "is of a version that there is not");
	if (application == 0)
		*version = 0;
	return OK;
}

/* Brings the schema up to date, whole or not at all. Somebody else may do the same just now. */
static int migrate(struct db *db)
{
	int64_t version = 0;
	int rc = db_begin(db);
	char numbers[96];

	if (rc != OK)
		return rc;
	rc = db_number(db, "PRAGMA user_version", &version);
	for (size_t i = (size_t)version; i < schema_steps_count && rc == OK; i++)
		rc = db_run(db, schema_steps[i]);
	snprintf(numbers, sizeof(numbers), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		DB_APPLICATION_ID, DB_SCHEMA_VERSION);
	if (rc == OK)
		rc = db_run(db, numbers);
	return db_end(db, rc);
}

/* Whatever is done when the file may be changed: check, log, schema. */
static int make_ready(struct db *db, const char *path, bool is_new, struct buf *why)
{
	struct buf got = {0};
	int64_t version = 0;
	int rc = identify(db, path, why, &version);

	if (rc != OK)
		return rc;
	if (!is_new)
		rc = pragma_word(db, "PRAGMA quick_check(1)", "ok", &got);
	if (rc == ERR_INVALID) {
		buf_printf(why, "%s: is damaged (%.*s); nothing was changed", path, (int)got.len,
			got.data);
		buf_free(&got);
		return ERR_INVALID;
	}
	if (rc == OK)
		rc = pragma_word(db, "PRAGMA journal_mode=WAL", "wal", &got);
	if (rc == ERR_INVALID) {
		buf_printf(why, "%s: a write-ahead log is not possible there (it answers `%.*s`)",
			path, (int)got.len, got.data);
		buf_free(&got);
		return ERR_IO;
	}
	if (rc == OK && version < DB_SCHEMA_VERSION)
		rc = migrate(db);
	return rc == OK ? sync_folder(path, why) : explain_failure(db, why, path);
}

/* Accepts the file, or says why not. */
static int accept_file(
	struct db *db, const char *path, enum db_use use, bool is_new, struct buf *why)
{
	int64_t version = 0;
	int rc;

	if (set_up(db, use) != OK)
		return explain_failure(db, why, path);
	if (use == DB_CREATE)
		return make_ready(db, path, is_new, why);
	rc = identify(db, path, why, &version);
	if (rc == OK && version < DB_SCHEMA_VERSION)
		return db_explain(why, path,
			version == 0 ? "is empty"
				     : "is of an older filterd: start the daemon once");
	return rc;
}

static int open_ready(
	struct sqlite_db *db, const char *path, enum db_use use, bool is_new, struct buf *why)
{
	int rc, off = 0;

	if (sqlite3_open_v2(path, &db->handle,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
		    NULL) != SQLITE_OK)
		return explain_failure(&db->base, why, path);
	rc = accept_file(&db->base, path, use, is_new, why);
	if (rc == OK)
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, &off);
	return rc;
}

static int open_file(const char *path, enum db_use use, struct buf *why, struct db **out)
{
	struct sqlite_db *db;
	bool is_new = false;
	int rc = OK;

	*out = NULL;
	if (use == DB_CREATE) {
		rc = prepare_place(path, &is_new, why);
		if (rc == OK && is_new)
			rc = make_file(path, why);
		if (rc != OK)
			return rc;
	}
	db = calloc(1, sizeof(*db));
	if (db == NULL)
		return ERR_NOMEM;
	db->base.engine = &db_sqlite;
	rc = open_ready(db, path, use, is_new, why);
	if (rc != OK) {
		db_close(&db->base);
		return rc;
	}
	*out = &db->base;
	return OK;
}

static void close_file(struct db *db)
{
	sqlite3_close(handle_of(db));
	free(db);
}

const struct db_engine db_sqlite = {
	.open = open_file,
	.close = close_file,
	.why = said,
	.prepare = prepare,
	.finalize = finalize,
	.step = step,
	.reset = reset,
	.bind = bind,
	.bind_int = bind_int,
	.bind_blob = bind_blob,
	.number = number,
	.text = text,
	.blob = blob,
	.inserted = inserted,
	.changed = changed,
	.run = run,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.skip_locked = "",
	.last_decision = last_decision,
	.check = check,
	.forget = forget,
};
