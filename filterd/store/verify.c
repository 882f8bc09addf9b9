/* Whether all is as it was written, and what is to go: queue_verify(), queue_erase(). */
#include "store/chain.h"
#include "store/list.h"

/* --- verifying --- */

struct walk {
	int64_t expected; /* the next seq */
	unsigned char hash[CHAIN_HASH]; /* of the row before */
	struct arena arena;
};

static int check_row(struct walk *walk, struct db_statement *statement, struct buf *findings)
{
	struct chain_row row = {
		.seq = db_int(statement, 0),
		.item = db_int(statement, 1),
		.version = db_int(statement, 2),
		.at_ms = db_int(statement, 3),
		.act = db_int(statement, 4),
		.state = db_int(statement, 5),
		.before = db_int(statement, 6),
		.undoes = db_int(statement, 7),
	};
	struct span note_hash = db_blob(statement, 11), hash = db_blob(statement, 12);
	unsigned char note[CHAIN_HASH];
	struct span text;

	arena_reset(&walk->arena);
	if (!list_text(&walk->arena, statement, 8, &row.actor) ||
		!list_text(&walk->arena, statement, 9, &row.reason) ||
		!list_text(&walk->arena, statement, 10, &text) || !chain_hash_text(text, note))
		return ERR_NOMEM;
	if (row.seq != walk->expected)
		buf_printf(findings, "decision %lld: missing (up to %lld)\n",
			(long long)walk->expected, (long long)row.seq - 1);
	walk->expected = row.seq + 1;
	if (note_hash.len == CHAIN_HASH)
		memcpy(row.note_hash, note_hash.ptr, CHAIN_HASH);
	if (text.len > 0 && memcmp(note, row.note_hash, CHAIN_HASH) != 0)
		buf_printf(findings, "decision %lld: its note was changed\n", (long long)row.seq);
	if (!chain_hash(walk->hash, &row, walk->hash))
		return ERR_NOMEM;
	if (!chain_is(statement, 12, walk->hash)) {
		buf_printf(findings, "decision %lld: was changed, or one before it is missing\n",
			(long long)row.seq);
		/* The next one is judged by what is written here: one finding for one fault. */
		if (hash.len == CHAIN_HASH)
			memcpy(walk->hash, hash.ptr, CHAIN_HASH);
	}
	return OK;
}

static int check_chain(struct db *db, struct buf *findings, uint64_t *decisions)
{
	struct walk walk = {.expected = 1};
	struct db_statement *statement = NULL;
	int64_t last = 0;
	size_t rows;
	/* Before the rows, so that one that is decided meanwhile is not missed. */
	int rc = db_last_decision(db, &last);

	if (rc != OK)
		return rc;
	rc = db_prepare(db,
		"SELECT seq, item, version, at_ms, act, state, before, undoes, actor, reason, note,"
		" note_hash, hash FROM decision WHERE seq >= ?1 ORDER BY seq LIMIT 10000",
		&statement);

	arena_init(&walk.arena, 0);
	do { /* a server sends all that was asked for at once */
		rows = 0;
		if (rc == OK)
			db_bind_int(statement, 1, walk.expected);
		while (rc == OK && (rc = db_step(db, statement)) == DB_ROW) {
			rc = check_row(&walk, statement, findings);
			rows++;
		}
		if (statement != NULL)
			rc = db_finish(statement, rc);
		*decisions += rows;
	} while (rc == OK && rows > 0);
	db_finalize(statement);
	arena_free(&walk.arena);
	if (rc == OK && last >= walk.expected)
		buf_printf(findings, "decision %lld: missing (up to %lld)\n",
			(long long)walk.expected, (long long)last);
	return rc;
}

/* Items that stand otherwise than their last decision says. */
static int check_items(struct db *db, struct buf *findings)
{
	struct db_statement *statement = NULL;
	int rc = db_prepare(db,
		"SELECT queue_id FROM item i WHERE state <> 4 AND state <> coalesce((SELECT d.state"
		" FROM decision d WHERE d.item = i.seq AND d.act <> 3 ORDER BY d.seq DESC LIMIT 1),"
		" 0) ORDER BY seq LIMIT 1000",
		&statement);

	while (rc == OK && (rc = db_step(db, statement)) == DB_ROW) {
		struct span id;

		rc = db_text(statement, 0, &id) ? OK : ERR_NOMEM;
		buf_printf(
			findings, "item %.*s: its state is not what was decided\n", SPAN_ARGS(id));
	}
	db_finalize(statement);
	return rc;
}

int queue_verify(struct db *db, struct buf *findings, uint64_t *decisions)
{
	size_t before = findings->len;
	int rc = db_check(db, findings);

	*decisions = 0;
	if (rc == OK)
		rc = check_chain(db, findings, decisions);
	if (rc == OK)
		rc = check_items(db, findings);
	if (rc == OK && findings->failed)
		rc = ERR_NOMEM;
	return rc == OK && findings->len > before ? ERR_INVALID : rc;
}

/* --- erasing --- */

/* Statements that run for each item that goes; ?1 is its seq, ?2 a hash of nothing. */
static const struct {
	const char *sql;
	bool hash;
} erasers[] = {
	{"DELETE FROM content WHERE item = ?1", false},
	{"UPDATE item SET author_id = '', author_name = '', article_title = '', text_hash = ?2"
	 " WHERE seq = ?1",
		true},
	{"UPDATE decision SET note = '' WHERE item = ?1 AND note <> ''", false},
};

static int erase_one(struct db *db, int64_t item)
{
	static const unsigned char nothing[CHAIN_HASH];
	int rc = OK;

	for (size_t i = 0; i < ARRAY_LEN(erasers) && rc == OK; i++) {
		struct db_statement *statement = db_statement(db, erasers[i].sql);

		if (statement == NULL)
			return ERR_IO;
		db_bind_int(statement, 1, item);
		if (erasers[i].hash)
			db_bind_blob(statement, 2, nothing, sizeof(nothing));
		rc = db_finish(statement, db_step(db, statement));
	}
	return rc;
}

/* The next item that is to go; 0: none is left. */
static int next_to_erase(struct db *db, int64_t before_ms, int64_t *item)
{
	struct db_statement *statement =
		db_statement(db, "SELECT i.seq FROM item i JOIN content c ON c.item = i.seq"
				 " WHERE i.settled_ms < ?1 AND i.settled_ms IS NOT NULL LIMIT 1");
	int rc;

	*item = 0;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, before_ms);
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		*item = db_int(statement, 0);
		rc = OK;
	}
	return db_finish(statement, rc);
}

int queue_erase(struct db *db, int64_t before_ms, size_t limit, size_t *erased)
{
	bool outermost = !db_within(db);
	int64_t item = 0;
	int rc = db_begin(db);

	*erased = 0;
	if (rc != OK)
		return rc;
	while (rc == OK && *erased < limit) {
		rc = next_to_erase(db, before_ms, &item);
		if (rc == OK && item == 0)
			break;
		if (rc == OK)
			rc = erase_one(db, item);
		++*erased;
	}
	rc = db_end(db, rc);
	return rc == OK && outermost && *erased > 0 ? db_forget(db) : rc;
}
