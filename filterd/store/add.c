/* A comment enters the queue, or is found to be there: queue_add() of queue.h. */
#include "store/chain.h"
#include "store/list.h"

#include <sys/random.h>

/* An item that is there already. */
struct known {
	bool there, same; /* same: it has the same text */
	uint32_t revision;
	char queue_id[QUEUE_ID_SIZE];
};

/* 26 characters of five bits: the last two of 130 are zeros. False: no randomness to be had. */
static bool make_id(char out[QUEUE_ID_SIZE])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[17] = {0};

	if (getrandom(random, 16, 0) != 16)
		return false;
	for (unsigned i = 0; i < QUEUE_ID_SIZE - 1; i++) {
		unsigned bit = i * 5;
		unsigned pair = (unsigned)random[bit / 8] << 8 | random[bit / 8 + 1];

		out[i] = digits[pair >> (11 - bit % 8) & 31];
	}
	out[QUEUE_ID_SIZE - 1] = '\0';
	return true;
}

static void bind_key(struct db_statement *statement, const struct queue_entry *entry)
{
	db_bind(statement, 1, entry->site);
	db_bind(statement, 2, entry->comment_id);
}

/* Reads what a look-up found, if anything; its columns are revision, text_hash, queue_id. */
static int read_known(
	struct db *db, struct db_statement *statement, const unsigned char *hash, struct known *out)
{
	int rc = db_step(db, statement);

	*out = (struct known){.there = rc == DB_ROW};
	if (rc == DB_ROW) {
		out->revision = (uint32_t)db_int(statement, 0);
		out->same = chain_is(statement, 1, hash);
		rc = list_id(statement, 2, out->queue_id) ? OK : ERR_IO;
	}
	return db_finish(statement, rc);
}

static int find_newest(struct db *db, const struct queue_entry *entry, const unsigned char *hash,
	struct known *out)
{
	struct db_statement *statement = db_statement(db,
		"SELECT revision, text_hash, queue_id FROM item WHERE site = ?1 AND comment_id = ?2"
		" ORDER BY revision DESC LIMIT 1");

	if (statement == NULL)
		return ERR_IO;
	bind_key(statement, entry);
	return read_known(db, statement, hash, out);
}

static int find_told(struct db *db, const struct queue_entry *entry, const unsigned char *hash,
	struct known *out)
{
	struct db_statement *statement = db_statement(db,
		"SELECT revision, text_hash, queue_id FROM item WHERE site = ?1 AND comment_id = ?2"
		" AND revision = ?3");

	if (statement == NULL)
		return ERR_IO;
	bind_key(statement, entry);
	db_bind_int(statement, 3, entry->revision);
	return read_known(db, statement, hash, out);
}

/* No decision is to land on what the comment said before. */
static int supersede(struct db *db, const struct queue_entry *entry)
{
	struct db_statement *statement = db_statement(db,
		"UPDATE item SET state = ?3, settled_ms = ?4, version = version + 1"
		" WHERE site = ?1 AND comment_id = ?2 AND state IN (?5, ?6)");

	if (statement == NULL)
		return ERR_IO;
	bind_key(statement, entry);
	db_bind_int(statement, 3, QUEUE_SUPERSEDED);
	db_bind_int(statement, 4, entry->now_ms);
	db_bind_int(statement, 5, QUEUE_WAITING);
	db_bind_int(statement, 6, QUEUE_ESCALATED);
	return db_finish(statement, db_step(db, statement));
}

static int insert_item(struct db *db, const struct queue_entry *entry, const unsigned char *hash,
	const struct queue_added *added)
{
	struct db_statement *statement = db_statement(db,
		"INSERT INTO item (site, comment_id, queue_id, revision, text_hash, queued_ms,"
		" score, language, guideline, rules_version, author_id, author_name, article_id,"
		" article_title) VALUES (?1, nullif(?2, ''), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
		" ?12, ?13, ?14)");

	if (statement == NULL)
		return ERR_IO;
	bind_key(statement, entry);
	db_bind(statement, 3, (struct span){added->queue_id, QUEUE_ID_SIZE - 1});
	db_bind_int(statement, 4, added->revision);
	db_bind_blob(statement, 5, hash, CHAIN_HASH);
	db_bind_int(statement, 6, entry->now_ms);
	db_bind_int(statement, 7, entry->score);
	db_bind(statement, 8, entry->language);
	db_bind(statement, 9, entry->guideline);
	db_bind(statement, 10, entry->rules_version);
	db_bind(statement, 11, entry->author_id);
	db_bind(statement, 12, entry->author_name);
	db_bind(statement, 13, entry->article_id);
	db_bind(statement, 14, entry->article_title);
	return db_finish(statement, db_step(db, statement));
}

static int insert_content(struct db *db, const struct queue_entry *entry, int64_t item)
{
	struct db_statement *statement =
		db_statement(db, "INSERT INTO content (item, request, answer) VALUES (?1, ?2, ?3)");

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, item);
	db_bind(statement, 2, entry->request);
	db_bind(statement, 3, entry->answer);
	return db_finish(statement, db_step(db, statement));
}

static int insert_matches(struct db *db, const struct queue_entry *entry, int64_t item)
{
	int rc = OK;

	for (size_t i = 0; i < entry->matches_count && rc == OK; i++) {
		struct db_statement *statement =
			db_statement(db, "INSERT INTO item_rule (rule, item, guideline) VALUES"
					 " (?1, ?2, ?3) ON CONFLICT DO NOTHING");

		if (statement == NULL)
			return ERR_IO;
		db_bind(statement, 1, entry->matches[i].rule);
		db_bind_int(statement, 2, item);
		db_bind(statement, 3, entry->matches[i].guideline);
		rc = db_finish(statement, db_step(db, statement));
	}
	return rc;
}

static int insert(struct db *db, const struct queue_entry *entry, const unsigned char *hash,
	struct queue_added *out)
{
	int64_t item;
	int rc;

	if (entry->tried_as.len == QUEUE_ID_SIZE - 1)
		memcpy(out->queue_id, entry->tried_as.ptr, QUEUE_ID_SIZE - 1);
	else if (!make_id(out->queue_id))
		return ERR_IO;
	rc = insert_item(db, entry, hash, out);
	if (rc != OK)
		return rc;
	item = db_inserted(db);
	rc = insert_content(db, entry, item);
	return rc == OK ? insert_matches(db, entry, item) : rc;
}

/* One that was tried before, and of which nobody said whether it was stored. */
static int find_tried(struct db *db, const struct queue_entry *entry, const unsigned char *hash,
	struct known *out)
{
	struct db_statement *statement = db_statement(
		db, "SELECT revision, text_hash, queue_id FROM item WHERE queue_id = ?1");

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, entry->tried_as);
	return read_known(db, statement, hash, out);
}

static int add(struct db *db, const struct queue_entry *entry, const unsigned char *hash,
	struct queue_added *out)
{
	struct known newest = {.there = false}, known;
	uint32_t told = entry->revision;
	int rc = OK;

	if (entry->comment_id.len > 0) {
		/* Two revisions of it must not come past each other. */
		rc = db_lock(db, entry->site, entry->comment_id);
		if (rc == OK)
			rc = find_newest(db, entry, hash, &newest);
	} else if (entry->tried_as.len > 0) {
		rc = find_tried(db, entry, hash, &newest);
	}
	known = newest;
	if (rc == OK && newest.there && told != 0 && told != newest.revision)
		rc = find_told(db, entry, hash, &known);
	/* It got a greater number than was told when it came first: this is the retry. */
	if (newest.same && !known.same && told < newest.revision)
		known = newest;
	if (rc == OK && known.there && known.same) {
		memcpy(out->queue_id, known.queue_id, QUEUE_ID_SIZE);
		out->revision = known.revision;
		out->again = !span_eq(entry->tried_as, span_of(known.queue_id));
		return OK;
	}
	if (rc == OK && newest.there)
		rc = supersede(db, entry);
	out->revision = told ? told : 1;
	/* After the greatest there is none: that one again, which the table refuses. */
	if (newest.there && out->revision <= newest.revision)
		out->revision = newest.revision + (newest.revision < UINT32_MAX);
	return rc == OK ? insert(db, entry, hash, out) : rc;
}

int queue_add(struct db *db, const struct queue_entry *entry, struct queue_added *out)
{
	unsigned char hash[CHAIN_HASH];
	int rc;

	*out = (struct queue_added){.again = false};
	if (!chain_hash_text(entry->text, hash))
		return ERR_NOMEM;
	rc = db_begin(db);
	return rc == OK ? db_end(db, add(db, entry, hash, out)) : rc;
}
