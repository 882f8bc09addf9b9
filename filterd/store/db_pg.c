/*
 * PostgreSQL, the engine of a queue that several daemons share: see db.h and db_engine.h.
 *
 * A connection is made when it is needed, and anew when it was lost; between two tries in vain it
 * waits a little longer each time. Nothing waits for the server without end: it is told how long a
 * statement and a lock may take, and when it does not even say that the time is over, the
 * connection is given up. All of that is DB_LOST or DB_BUSY, never DB_BROKEN: what a server has
 * committed is its care, and what it has not is tried again.
 *
 * Statements are sent with their parameters' types, texts and bytes as they are and numbers as
 * eight bytes; results come back in binary form.
 */
#include "store/db_engine.h"

#ifndef WITH_POSTGRESQL

static int open_none(const char *path, enum db_use use, struct buf *why, struct db **out)
{
	(void)path;
	(void)use;
	*out = NULL;
	buf_str(why, "this filterd was built without libpq, and keeps its queue in a file alone");
	return ERR_UNSUPPORTED;
}

const struct db_engine db_pg = {.open = open_none};

#else

#include "base/arena.h"
#include "base/clock.h"
#include "store/pg_sql.h"
#include "store/schema.h"

#include <endian.h>
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define VERSION_MIN 120000 /* PostgreSQL 12 */
#define CONNECT_S "2" /* [s] for each address of the server */
#define STATEMENT_MS 3000 /* [ms] that the server may take for one */
#define LOCK_MS 200 /* [ms] that another's lock is waited for */
#define IDLE_MS 5000 /* [ms] after which the server takes back what a halted process has begun */
#define ANSWER_MS 4000 /* [ms] after which a server is taken for dead; more than STATEMENT_MS */
#define MIGRATE_MS 60000 /* [ms] for the schema, and for whoever makes it just now */
#define CHECK_MS 600000 /* [ms] for each statement of a check */
#define CHECK_MS_TEXT "600000"
#define PAUSE_MIN_MS 100 /* [ms] between two tries to connect */
#define PAUSE_MAX_MS 1000

/* Types, by pg_type.h. */
enum { TYPE_NONE = 0, TYPE_BOOL = 16, TYPE_BYTES = 17, TYPE_INT = 20, TYPE_TEXT = 25 };
enum { TYPE_NUMERIC = 1700 };

struct pg_db {
	struct db base;
	PGconn *connection; /* NULL: lost, or not made yet */
	unsigned connected; /* how often */
	unsigned names; /* of prepared statements */
	enum db_use use;
	char *uri; /* with its password: never shown */
	char *shown; /* where it is, without */
	int64_t retry_ns, pause_ms; /* when and how far apart connecting is tried */
	int64_t answer_ms; /* ANSWER_MS, or more while the schema is made */
	int64_t now_ms; /* of the server, of this transaction */
	int64_t changed; /* rows of the last statement */
	bool refused; /* by us: the server is not as it must be */
	struct buf why; /* NUL-terminated */
};

struct pg_statement {
	struct db_statement base;
	char *sql; /* in PostgreSQL's words */
	int count; /* of parameters */
	bool kept;
	unsigned name, connected; /* when it was prepared; 0: it is not */
	Oid prepared[PG_PARAMETERS_MAX]; /* types */
	Oid types[PG_PARAMETERS_MAX];
	const char *values[PG_PARAMETERS_MAX]; /* NULL: not bound */
	int lengths[PG_PARAMETERS_MAX];
	int64_t numbers[PG_PARAMETERS_MAX]; /* big-endian, for those in `values` */
	struct arena texts; /* that had to be escaped or unescaped */
	bool failed; /* one could not be */
	PGresult *result; /* NULL: not sent yet */
	int row;
};

static struct pg_db *pg_of(struct db *db)
{
	return (struct pg_db *)db;
}

static struct pg_statement *own(struct db_statement *statement)
{
	return (struct pg_statement *)statement;
}

/* --- troubles --- */

/* By the beginning of the SQLSTATE; what is not here may be over in a while. */
static const struct {
	const char *state;
	enum db_trouble trouble;
} troubles[] = {
	{"08", DB_LOST}, /* connection */
	{"22", DB_REFUSED}, /* data */
	{"23", DB_REFUSED}, /* constraints */
	{"25006", DB_LOST}, /* it has become a standby: another is to be found */
	{"53100", DB_FULL}, {"53300", DB_LOST}, /* too many connections */
	{"54", DB_REFUSED}, /* too large */
	{"57P", DB_LOST}, /* shut down, or still starting */
	{"P0001", DB_REFUSED}, /* raised by a trigger */
};

static enum db_trouble trouble_of(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
		if (strncmp(state, troubles[i].state, strlen(troubles[i].state)) == 0)
			return troubles[i].trouble;
	}
	return DB_BUSY;
}

static void say(struct pg_db *pg, const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	buf_clear(&pg->why);
	db_append_line(&pg->why, (struct span){text, len});
	buf_char(&pg->why, '\0');
}

static const char *said(const struct db *db)
{
	const struct pg_db *pg = (const struct pg_db *)db;

	return pg->why.len > 0 ? pg->why.data : "";
}

/* Gives the connection up; the next use makes another. ERR_IO. */
static int lose(struct pg_db *pg)
{
	PQfinish(pg->connection);
	pg->connection = NULL;
	pg->base.trouble = DB_LOST;
	return ERR_IO;
}

/* The server, or the way to it, is gone. */
static int lost(struct pg_db *pg)
{
	say(pg, PQerrorMessage(pg->connection));
	return lose(pg);
}

/* Notes what went wrong; only the message itself, for the details quote what is in a row. */
static int failed(struct pg_db *pg, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (PQstatus(pg->connection) != CONNECTION_OK)
		return message ? (say(pg, message), lose(pg)) : lost(pg);
	say(pg, message ? message : PQerrorMessage(pg->connection));
	pg->base.trouble = state ? trouble_of(state) : DB_MEMORY;
	if (pg->base.trouble == DB_LOST)
		return lose(pg);
	return pg->base.trouble == DB_MEMORY ? ERR_NOMEM : ERR_IO;
}

/* --- talking --- */

/* Waits until the socket can be read, or written, too. False: it took too long. */
static bool wait_for_socket(struct pg_db *pg, bool write, int64_t until_ns)
{
	struct pollfd one = {.fd = PQsocket(pg->connection), .events = POLLIN};
	int64_t left_ms = (until_ns - clock_mono_ns()) / NS_PER_MS;
	int rc;

	if (write)
		one.events |= POLLOUT;
	rc = left_ms > 0 ? poll(&one, 1, (int)left_ms) : 0;
	return rc > 0 || (rc < 0 && errno == EINTR);
}

/* Sends what is left to send and reads until no more is to come. */
static bool exchange(struct pg_db *pg, int64_t until_ns)
{
	PGconn *c = pg->connection;
	int unsent;

	while ((unsent = PQflush(c)) > 0) {
		if (!wait_for_socket(pg, true, until_ns))
			break;
		if (!PQconsumeInput(c))
			return false;
	}
	while (unsent == 0 && PQisBusy(c)) {
		if (!wait_for_socket(pg, false, until_ns)) {
			unsent = 1;
			break;
		}
		if (!PQconsumeInput(c))
			return false;
	}
	if (unsent > 0)
		say(pg, "the server does not answer");
	return unsent == 0;
}

/*
 * The answer to what was sent: the last result, or the first that failed, which is the caller's.
 * OK, or a failure with what it means noted; then *out is NULL.
 */
static int answer(struct pg_db *pg, PGresult **out)
{
	int64_t until_ns = clock_mono_ns() + pg->answer_ms * NS_PER_MS;
	PGresult *next, *got = NULL;
	ExecStatusType status;
	int rc;

	*out = NULL;
	for (;;) {
		buf_clear(&pg->why);
		if (!exchange(pg, until_ns)) {
			PQclear(got);
			return pg->why.len > 0 ? lose(pg) : lost(pg);
		}
		next = PQgetResult(pg->connection);
		if (next == NULL)
			break;
		if (got && PQresultStatus(got) == PGRES_FATAL_ERROR) {
			PQclear(next);
			continue;
		}
		PQclear(got);
		got = next;
	}
	status = PQresultStatus(got);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		*out = got;
		return OK;
	}
	rc = failed(pg, got);
	PQclear(got);
	return rc;
}

/* Sends statements without parameters; results in text form. */
static int ask(struct pg_db *pg, const char *sql, PGresult **out)
{
	*out = NULL;
	return PQsendQuery(pg->connection, sql) ? answer(pg, out) : lost(pg);
}

static int tell(struct pg_db *pg, const char *sql)
{
	PGresult *result;
	int rc = ask(pg, sql, &result);

	PQclear(result);
	return rc;
}

/* --- the connection --- */

static void ignore_notice(void *argument, const PGresult *result)
{
	(void)argument;
	(void)result;
}

static int refuse(struct pg_db *pg, const char *why)
{
	say(pg, why);
	pg->refused = true;
	return ERR_INVALID;
}

/* Whether the server keeps what it commits, and texts as they are. ERR_INVALID: it does not. */
static int look_at_settings(struct pg_db *pg, bool *raise)
{
	PGresult *result;
	int rc = ask(pg,
		"SELECT current_setting('synchronous_commit'), current_setting('fsync'),"
		" current_setting('server_encoding')",
		&result);

	if (rc != OK)
		return rc;
	if (PQserverVersion(pg->connection) < VERSION_MIN)
		rc = refuse(pg, "the server is older than PostgreSQL 12");
	else if (strcmp(PQgetvalue(result, 0, 0), "off") == 0)
		rc = refuse(pg, "synchronous_commit is off there, so that what was committed could"
				" be lost; set it on");
	else if (strcmp(PQgetvalue(result, 0, 1), "on") != 0)
		rc = refuse(pg, "fsync is off there, so that what was committed could be lost; set"
				" it on");
	else if (strcmp(PQgetvalue(result, 0, 2), "UTF8") != 0)
		rc = refuse(pg, "the database's encoding is not UTF8");
	*raise = strcmp(PQgetvalue(result, 0, 0), "remote_apply") != 0;
	PQclear(result);
	return rc;
}

static int set_up(struct pg_db *pg)
{
	char settings[400];
	bool raise = false;
	int rc = look_at_settings(pg, &raise);

	if (rc != OK)
		return rc;
	snprintf(settings, sizeof(settings),
		"SET statement_timeout = %d; SET lock_timeout = %d;"
		"SET idle_in_transaction_session_timeout = %d; %s%s",
		STATEMENT_MS, LOCK_MS, IDLE_MS, raise ? "SET synchronous_commit = on;" : "",
		pg->use == DB_READ ? "SET default_transaction_read_only = on" : "");
	return tell(pg, settings);
}

/*
 * Connects. What stands before `dbname` the address may set otherwise; what stands behind it, it
 * may not. libpq looks names up and asks one address after the other while this thread waits.
 */
static int connect_now(struct pg_db *pg)
{
	const char *const keys[] = {"fallback_application_name", "gssencmode", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "tcp_user_timeout", "connect_timeout",
		"dbname", "client_encoding", "target_session_attrs", NULL};
	const char *const values[] = {"filterd", "disable", "10", "5", "3", "4000", CONNECT_S,
		pg->uri, "UTF8", pg->use == DB_READ ? "any" : "read-write", NULL};

	pg->connection = PQconnectdbParams(keys, values, 1);
	if (pg->connection == NULL) {
		pg->base.trouble = DB_MEMORY;
		return ERR_NOMEM;
	}
	if (PQstatus(pg->connection) != CONNECTION_OK)
		return lost(pg);
	PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
	if (PQsetnonblocking(pg->connection, 1) != 0)
		return lost(pg);
	return set_up(pg);
}

static int connect_again(struct pg_db *pg)
{
	int64_t now_ns = clock_mono_ns();
	int rc;

	if (now_ns < pg->retry_ns) {
		pg->base.trouble = DB_LOST;
		return ERR_IO;
	}
	rc = connect_now(pg);
	if (rc == OK) {
		pg->connected++;
		pg->pause_ms = 0;
		return OK;
	}
	if (pg->connection != NULL)
		lose(pg);
	pg->pause_ms = pg->pause_ms ? 2 * pg->pause_ms : PAUSE_MIN_MS;
	if (pg->pause_ms > PAUSE_MAX_MS)
		pg->pause_ms = PAUSE_MAX_MS;
	pg->retry_ns = clock_mono_ns() + pg->pause_ms * NS_PER_MS;
	return rc == ERR_NOMEM ? rc : ERR_IO;
}

/*
 * Makes a connection if there is none, also in the place of one that was ended meanwhile. Within a
 * transaction there is nothing to be made anew.
 */
static int ensure(struct pg_db *pg)
{
	if (pg->base.depth > 0) {
		if (pg->connection == NULL)
			pg->base.trouble = DB_LOST;
		return pg->connection ? OK : ERR_IO;
	}
	/* Nothing is under way: what can be read is its good-bye. */
	while (pg->connection != NULL) {
		struct pollfd one = {.fd = PQsocket(pg->connection), .events = POLLIN};

		if (poll(&one, 1, 0) <= 0)
			return OK;
		if (!PQconsumeInput(pg->connection) || PQstatus(pg->connection) != CONNECTION_OK)
			(void)lost(pg);
	}
	return connect_again(pg);
}

/* --- statements --- */

static int prepare(struct db *db, const char *sql, bool kept, struct db_statement **out)
{
	struct pg_statement *made = calloc(1, sizeof(*made));
	struct buf text = {0};

	*out = NULL;
	if (made != NULL)
		made->count = pg_translate(sql, &text);
	buf_char(&text, '\0');
	if (made == NULL || text.failed || made->count > PG_PARAMETERS_MAX) {
		db->trouble = DB_MEMORY;
		buf_free(&text);
		free(made);
		return ERR_NOMEM;
	}
	made->base.db = db;
	made->sql = text.data;
	made->kept = kept;
	arena_init(&made->texts, 0);
	*out = &made->base;
	return OK;
}

static void finalize(struct db_statement *statement)
{
	struct pg_statement *s = own(statement);

	PQclear(s->result);
	arena_free(&s->texts);
	free(s->sql);
	free(s);
}

static void reset(struct db_statement *statement)
{
	struct pg_statement *s = own(statement);

	PQclear(s->result);
	s->result = NULL;
	s->failed = false;
	memset(s->types, 0, sizeof(s->types));
	memset(s->values, 0, sizeof(s->values));
	arena_reset(&s->texts);
}

static void bind_bytes(struct pg_statement *s, int at, Oid type, const void *bytes, size_t len)
{
	if (at < 1 || at > s->count)
		return;
	s->types[at - 1] = type;
	s->values[at - 1] = len ? bytes : "";
	s->lengths[at - 1] = (int)len;
	s->failed |= len > INT32_MAX;
}

/* The text in the statement's own memory, changed by pg_escape() or pg_unescape(). */
static struct span changed_text(
	struct pg_statement *s, struct span text, void (*change)(struct span, struct buf *))
{
	struct buf made = {0};
	struct span kept = {NULL, 0};

	change(text, &made);
	if (!made.failed)
		kept = arena_copy(&s->texts, buf_content(&made));
	s->failed |= kept.ptr == NULL;
	buf_free(&made);
	return kept;
}

static void bind(struct db_statement *statement, int at, struct span text)
{
	struct pg_statement *s = own(statement);

	if (pg_must_escape(text))
		text = changed_text(s, text, pg_escape);
	bind_bytes(s, at, TYPE_TEXT, text.ptr, text.len);
}

static void bind_int(struct db_statement *statement, int at, int64_t number)
{
	struct pg_statement *s = own(statement);

	if (at < 1 || at > s->count)
		return;
	s->numbers[at - 1] = (int64_t)htobe64((uint64_t)number);
	bind_bytes(s, at, TYPE_INT, &s->numbers[at - 1], sizeof(int64_t));
}

static void bind_blob(struct db_statement *statement, int at, const void *bytes, size_t len)
{
	bind_bytes(own(statement), at, TYPE_BYTES, bytes, len);
}

/* Whether it is prepared on this connection for values of these types; NULL fits all. */
static bool is_prepared(const struct pg_db *pg, const struct pg_statement *s)
{
	if (s->name == 0 || s->connected != pg->connected)
		return false;
	for (int i = 0; i < s->count; i++) {
		if (s->types[i] != TYPE_NONE && s->types[i] != s->prepared[i])
			return false;
	}
	return true;
}

static int prepare_there(struct pg_db *pg, struct pg_statement *s)
{
	PGresult *result;
	char name[16];
	int rc;

	s->name = ++pg->names;
	snprintf(name, sizeof(name), "s%u", s->name);
	if (!PQsendPrepare(pg->connection, name, s->sql, s->count, s->types))
		return lost(pg);
	rc = answer(pg, &result);
	PQclear(result);
	if (rc != OK) {
		s->name = 0;
		return rc;
	}
	s->connected = pg->connected;
	memcpy(s->prepared, s->types, sizeof(s->prepared));
	return OK;
}

static int send_statement(struct pg_db *pg, struct pg_statement *s)
{
	int formats[PG_PARAMETERS_MAX];
	char name[16];
	int rc = OK, sent;

	for (int i = 0; i < s->count; i++)
		formats[i] = 1;
	if (s->kept && !is_prepared(pg, s))
		rc = prepare_there(pg, s);
	if (rc != OK)
		return rc;
	snprintf(name, sizeof(name), "s%u", s->name);
	sent = s->kept ? PQsendQueryPrepared(
				 pg->connection, name, s->count, s->values, s->lengths, formats, 1)
		       : PQsendQueryParams(pg->connection, s->sql, s->count, s->types, s->values,
				 s->lengths, formats, 1);
	return sent ? answer(pg, &s->result) : lost(pg);
}

static int step(struct db *db, struct db_statement *statement)
{
	struct pg_statement *s = own(statement);
	struct pg_db *pg = pg_of(db);
	int rc = OK;

	if (s->failed) {
		db->trouble = DB_MEMORY;
		return ERR_NOMEM;
	}
	if (s->result == NULL) {
		rc = ensure(pg);
		if (rc == OK)
			rc = send_statement(pg, s);
		if (rc != OK)
			return rc;
		pg->changed = strtoll(PQcmdTuples(s->result), NULL, 10);
		s->row = -1;
	}
	if (s->row + 1 >= PQntuples(s->result))
		return OK;
	s->row++;
	return DB_ROW;
}

/* --- columns --- */

static int64_t big_endian(const unsigned char *bytes, int len)
{
	uint64_t number = bytes[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < len; i++)
		number = number << 8 | bytes[i];
	return (int64_t)number;
}

/* The whole part of a sum: digits to the base 10000. */
static int64_t numeric(const unsigned char *bytes, int len)
{
	int64_t digits = big_endian(bytes, 2), weight = big_endian(bytes + 2, 2), number = 0;

	for (int64_t i = 0; i <= weight && weight < 5; i++) {
		int64_t at = 8 + 2 * i;

		number = number * 10000 +
			 (i < digits && at + 2 <= len ? big_endian(bytes + at, 2) : 0);
	}
	return big_endian(bytes + 4, 2) == 0 ? number : -number;
}

static int64_t number(struct db_statement *statement, int column)
{
	const struct pg_statement *s = own(statement);
	const unsigned char *bytes = (const unsigned char *)PQgetvalue(s->result, s->row, column);
	int len = PQgetlength(s->result, s->row, column);
	Oid type = PQftype(s->result, column);

	if (type == TYPE_NUMERIC && len >= 8)
		return numeric(bytes, len);
	return len > 0 && len <= 8 ? big_endian(bytes, len) : 0;
}

static struct span blob(struct db_statement *statement, int column)
{
	const struct pg_statement *s = own(statement);

	if (PQgetisnull(s->result, s->row, column))
		return (struct span){NULL, 0};
	return (struct span){PQgetvalue(s->result, s->row, column),
		(size_t)PQgetlength(s->result, s->row, column)};
}

static bool text(struct db_statement *statement, int column, struct span *out)
{
	struct pg_statement *s = own(statement);

	*out = blob(statement, column);
	if (pg_is_escaped(*out))
		*out = changed_text(s, *out, pg_unescape);
	return !s->failed;
}

static int run(struct db *db, const char *sql)
{
	struct pg_db *pg = pg_of(db);
	int rc = ensure(pg);

	return rc == OK ? tell(pg, sql) : rc;
}

static int64_t inserted(struct db *db)
{
	int64_t key = 0;

	return db_number(db, "SELECT lastval()", &key) == OK ? key : 0;
}

static int64_t changed(struct db *db)
{
	return pg_of(db)->changed;
}

/* --- whole or not at all --- */

#define CLOCK "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

/* The clock comes with it, for it costs nothing then. */
static int begin(struct db *db)
{
	struct pg_db *pg = pg_of(db);
	PGresult *result;
	int rc = ensure(pg);

	if (rc == OK)
		rc = ask(pg, "BEGIN ISOLATION LEVEL READ COMMITTED; " CLOCK, &result);
	if (rc != OK)
		return rc;
	pg->now_ms = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return OK;
}

static int commit(struct db *db)
{
	struct pg_db *pg = pg_of(db);
	PGresult *result;
	int rc;

	/* Never on another connection: there it would be a success that has committed nothing. */
	if (pg->connection == NULL) {
		db->trouble = DB_LOST;
		return ERR_IO;
	}
	rc = ask(pg, "COMMIT", &result);
	/* A transaction in which something failed is rolled back, and that is no error. */
	if (rc == OK && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		say(pg, "the server rolled it back");
		db->trouble = DB_BUSY;
		rc = ERR_IO;
	}
	PQclear(result);
	return rc;
}

static void rollback(struct db *db)
{
	struct pg_db *pg = pg_of(db);
	enum db_trouble trouble = db->trouble;
	struct buf why = pg->why;

	pg->why = (struct buf){0};
	if (pg->connection != NULL && PQtransactionStatus(pg->connection) != PQTRANS_IDLE)
		(void)tell(pg, "ROLLBACK");
	buf_free(&pg->why);
	pg->why = why;
	db->trouble = trouble;
}

static int64_t now_ms(struct db *db, int64_t fallback_ms)
{
	if (db->depth > 0)
		return pg_of(db)->now_ms;
	(void)db_number(db, CLOCK, &fallback_ms);
	return fallback_ms;
}

static int lock(struct db *db, struct span kind, struct span key)
{
	struct db_statement *statement = db_statement(
		db, "SELECT pg_advisory_xact_lock(hashtextextended(?1 || chr(1) || ?2, 0))");
	int rc;

	if (statement == NULL)
		return ERR_NOMEM;
	db_bind(statement, 1, kind);
	db_bind(statement, 2, key);
	rc = db_step(db, statement);
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

/* --- the schema --- */

/*
 * Beside the tables of both engines. A decision that was taken from the end of its table is missed
 * by what the trigger notes, as it is by SQLite's own counter.
 */
static const char own_tables[] =
	"CREATE TABLE filterd_schema (version BIGINT NOT NULL);"
	"INSERT INTO filterd_schema VALUES (0);"
	"CREATE TABLE last_decision (seq BIGINT NOT NULL);"
	"INSERT INTO last_decision VALUES (0);"
	"CREATE FUNCTION note_last_decision() RETURNS trigger LANGUAGE plpgsql AS $$"
	" BEGIN UPDATE last_decision SET seq = NEW.seq; RETURN NULL; END $$";
static const char own_trigger[] = "CREATE TRIGGER decision_noted AFTER INSERT ON decision"
				  " FOR EACH ROW EXECUTE FUNCTION note_last_decision()";

static int last_decision(struct db *db, int64_t *out)
{
	return db_number(db, "SELECT seq FROM last_decision", out);
}

/* The server looks after its files; what follows may read all rows, and takes its time. */
static int check(struct db *db, struct buf *findings)
{
	(void)findings;
	pg_of(db)->answer_ms = CHECK_MS + ANSWER_MS;
	return run(db, "SET statement_timeout = " CHECK_MS_TEXT);
}

/* By way of pg_class, or the server answers from memory what another has changed since. */
#define IS_TABLE(name) "SELECT count(*) FROM pg_class WHERE oid = to_regclass('" name "')"

/* Whose tables these are and of which version; 0: nobody's yet. */
static int identify(struct pg_db *pg, struct buf *why, int64_t *version)
{
	struct db *db = &pg->base;
	int64_t ours = 0, anothers = 0;
	int rc = db_number(db, IS_TABLE("filterd_schema"), &ours);

	*version = 0;
	if (rc == OK && ours)
		rc = db_number(db, "SELECT version FROM filterd_schema", version);
	if (rc == OK && !ours)
		rc = db_number(db, IS_TABLE("item"), &anothers);
	if (rc != OK)
		return rc;
	if (anothers)
		return db_explain(why, pg->shown, "has tables of another program");
	if (*version > DB_SCHEMA_VERSION)
		return db_explain(why, pg->shown, "was made by a newer filterd");
	if (*version < 0 || (ours && *version == 0))
		return db_explain(why, pg->shown, "is of a version that there is not");
	return OK;
}

static int make_schema(struct pg_db *pg, int64_t version)
{
	struct db *db = &pg->base;
	char set[64];
	int rc = version == 0 ? run(db, own_tables) : OK;

	for (size_t i = (size_t)version; i < schema_steps_count && rc == OK; i++) {
		struct buf text = {0};

		(void)pg_translate(schema_steps[i], &text);
		buf_char(&text, '\0');
		rc = text.failed ? ERR_NOMEM : run(db, text.data);
		buf_free(&text);
	}
	if (rc == OK && version == 0)
		rc = run(db, own_trigger);
	snprintf(set, sizeof(set), "UPDATE filterd_schema SET version = %d", DB_SCHEMA_VERSION);
	return rc == OK ? run(db, set) : rc;
}

/* Brings the schema up to date, whole or not at all; one daemon after the other. */
static int migrate(struct pg_db *pg, struct buf *why)
{
	struct db *db = &pg->base;
	int64_t version = 0;
	char limits[128];
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	pg->answer_ms = MIGRATE_MS + ANSWER_MS;
	snprintf(limits, sizeof(limits),
		"SET LOCAL lock_timeout = %d; SET LOCAL statement_timeout = %d", MIGRATE_MS,
		MIGRATE_MS);
	rc = run(db, limits);
	if (rc == OK)
		rc = db_lock(db, SPAN("filterd"), SPAN("schema"));
	if (rc == OK)
		rc = identify(pg, why, &version);
	if (rc == OK && version < DB_SCHEMA_VERSION)
		rc = make_schema(pg, version);
	rc = db_end(db, rc);
	pg->answer_ms = ANSWER_MS;
	return rc;
}

/* --- opening --- */

/* Where the address leads, without a password. NULL: no memory. */
static char *show_address(const PQconninfoOption *options)
{
	static const char *const names[] = {"user", "host", "hostaddr", "port", "dbname"};
	static const char *const before[] = {"", "@", "@", ":", "/"};
	struct buf out = {0};

	buf_str(&out, "postgresql://");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (const PQconninfoOption *o = options; o->keyword != NULL; o++) {
			if (strcmp(o->keyword, names[i]) != 0 || !o->val || !o->val[0])
				continue;
			buf_str(&out, before[i]);
			db_append_line(&out, span_of(o->val));
		}
	}
	buf_char(&out, '\0');
	if (!out.failed)
		return out.data;
	buf_free(&out);
	return NULL;
}

/* libpq quotes what it cannot read, which may be the password: its words are not passed on. */
static int read_address(struct pg_db *pg, const char *path, struct buf *why)
{
	PQconninfoOption *options = PQconninfoParse(path, NULL);

	if (options == NULL) {
		buf_str(why, "the address of the PostgreSQL server cannot be read; it is written"
			     " postgresql://USER@HOST:PORT/DATABASE, other characters as %XX");
		return ERR_INVALID;
	}
	pg->uri = strdup(path);
	pg->shown = show_address(options);
	PQconninfoFree(options);
	return pg->uri && pg->shown ? OK : ERR_NOMEM;
}

static void each_file(
	const char *path, void (*each)(void *context, const char *file), void *context)
{
	static const char *const names[] = {
		"passfile", "sslcert", "sslcrl", "sslcrldir", "sslkey", "sslrootcert"};
	PQconninfoOption *options = PQconninfoParse(path, NULL);
	const char *home = getenv("HOME"), *passwords = getenv("PGPASSFILE");
	struct buf file = {0};

	for (const PQconninfoOption *o = options; o && o->keyword != NULL; o++) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			if (strcmp(o->keyword, names[i]) == 0 && o->val && o->val[0])
				each(context, o->val);
		}
	}
	PQconninfoFree(options);
	if (passwords)
		each(context, passwords);
	if (home && home[0]) { /* where libpq looks when nothing is said */
		buf_printf(&file, "%s/.pgpass%c%s/.postgresql%c", home, 0, home, 0);
		if (!file.failed) {
			each(context, file.data);
			each(context, file.data + strlen(file.data) + 1);
		}
	}
	buf_free(&file);
}

static int open_ready(struct pg_db *pg, const char *path, struct buf *why)
{
	int64_t version = 0;
	int rc = read_address(pg, path, why);

	if (rc == OK)
		rc = ensure(pg);
	if (rc == OK)
		rc = identify(pg, why, &version);
	if (rc == OK && version < DB_SCHEMA_VERSION && pg->use == DB_CREATE)
		rc = migrate(pg, why);
	else if (rc == OK && version < DB_SCHEMA_VERSION)
		rc = db_explain(why, pg->shown,
			version == 0 ? "is empty"
				     : "is of an older filterd: start the daemon once");
	if ((rc == ERR_IO || rc == ERR_INVALID) && why->len == 0)
		buf_printf(why, "%s: %s", pg->shown, said(&pg->base));
	return rc == ERR_IO && pg->refused ? ERR_INVALID : rc;
}

static void close_connection(struct db *db)
{
	struct pg_db *pg = pg_of(db);

	PQfinish(pg->connection);
	buf_free(&pg->why);
	free(pg->uri);
	free(pg->shown);
	free(pg);
}

static int open_server(const char *path, enum db_use use, struct buf *why, struct db **out)
{
	struct pg_db *pg = calloc(1, sizeof(*pg));
	int rc;

	*out = NULL;
	if (pg == NULL)
		return ERR_NOMEM;
	pg->base.engine = &db_pg;
	pg->use = use;
	pg->answer_ms = ANSWER_MS;
	rc = open_ready(pg, path, why);
	if (rc != OK) {
		db_close(&pg->base);
		return rc;
	}
	*out = &pg->base;
	return OK;
}

const struct db_engine db_pg = {
	.open = open_server,
	.close = close_connection,
	.why = said,
	.each_file = each_file,
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
	.lock = lock,
	.now_ms = now_ms,
	.skip_locked = " FOR UPDATE OF i SKIP LOCKED",
	.last_decision = last_decision,
	.check = check,
};

#endif
