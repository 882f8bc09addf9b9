/* Decisions that are taken, and taken back, together: see batch.h. */
#include "store/batch.h"

#include "store/decide.h"
#include "store/list.h"

/* --- the batch itself --- */

int batch_begin(
	struct db *db, struct span actor, struct span rules_version, int64_t now_ms, int64_t *id)
{
	struct db_statement *statement;
	int rc = db_begin(db);

	*id = 0;
	if (rc != OK)
		return rc;
	statement = db_statement(db, "INSERT INTO batch (actor, rules_version, begun_ms)"
				     " VALUES (?1, ?2, ?3) RETURNING id");
	rc = ERR_IO;
	if (statement != NULL) {
		db_bind(statement, 1, actor);
		db_bind(statement, 2, rules_version);
		db_bind_int(statement, 3, now_ms);
		rc = db_step(db, statement);
		if (rc == DB_ROW) {
			*id = db_int(statement, 0);
			rc = OK;
		}
		rc = db_finish(statement, rc);
	}
	return db_end(db, rc);
}

int batch_end(struct db *db, int64_t id, int64_t now_ms)
{
	struct db_statement *statement;
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	statement = db_statement(db, "UPDATE batch SET ended_ms = ?2 WHERE id = ?1");
	rc = ERR_IO;
	if (statement != NULL) {
		db_bind_int(statement, 1, id);
		db_bind_int(statement, 2, now_ms);
		rc = db_finish(statement, db_step(db, statement));
	}
	return db_end(db, rc);
}

/* --- deciding --- */

static int add_to_batch(struct db *db, int64_t id, int64_t decision)
{
	struct db_statement *statement =
		db_statement(db, "INSERT INTO batched (decision, batch) VALUES (?1, ?2)");

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, decision);
	db_bind_int(statement, 2, id);
	return db_finish(statement, db_step(db, statement));
}

/* Decides one, or counts that it cannot be. */
static int decide_one(struct db *db, int64_t id, const struct queue_decision *decision,
	struct batch_counts *counts)
{
	struct queue_decision own = *decision;
	uint32_t version;
	int64_t seq;
	int rc;

	if (!decide_is_reason(own.reason))
		own.reason = (struct span){NULL, 0};
	rc = decide_within(db, &own, &version, &seq);
	if (rc == ERR_CONFLICT || rc == ERR_NOTFOUND) {
		counts->passed++;
		return OK;
	}
	if (rc == OK && own.act != QUEUE_UNDO)
		rc = add_to_batch(db, id, seq);
	counts->approved += own.act == QUEUE_APPROVE;
	counts->rejected += own.act == QUEUE_REJECT;
	counts->undone += own.act == QUEUE_UNDO;
	return rc;
}

/* Adds what a slice did once it is committed. */
static void add_counts(struct batch_counts *to, const struct batch_counts *slice)
{
	to->approved += slice->approved;
	to->rejected += slice->rejected;
	to->undone += slice->undone;
	to->passed += slice->passed;
}

int batch_decide(struct db *db, int64_t id, const struct queue_decision *decisions, size_t count,
	struct batch_counts *counts)
{
	struct batch_counts slice = {0};
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	for (size_t i = 0; i < count && i < BATCH_SLICE && rc == OK; i++)
		rc = decide_one(db, id, &decisions[i], &slice);
	rc = db_end(db, rc);
	if (rc == OK)
		add_counts(counts, &slice);
	return rc;
}

/* --- taking back --- */

/* A decision of a batch: whose item, and the item's version after it. */
struct batched {
	int64_t seq;
	uint32_t version;
	char queue_id[QUEUE_ID_SIZE];
};

static int find_batch(struct db *db, int64_t id)
{
	struct db_statement *statement = db_statement(db, "SELECT 1 FROM batch WHERE id = ?1");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, id);
	rc = db_step(db, statement);
	if (rc == DB_ROW)
		rc = OK;
	else if (rc == OK)
		rc = ERR_NOTFOUND;
	return db_finish(statement, rc);
}

/* The next decisions of the batch that are not taken back. */
static int read_batched(
	struct db *db, int64_t id, int64_t after, struct batched *out, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT d.seq, d.version, i.queue_id FROM batched b"
		" JOIN decision d ON d.seq = b.decision JOIN item i ON i.seq = d.item"
		" WHERE b.batch = ?1 AND b.decision > ?2 AND NOT EXISTS (SELECT 1 FROM decision u"
		" WHERE u.undoes = d.seq AND u.undoes > 0) ORDER BY b.decision LIMIT ?3");
	int rc = OK;

	*count = 0;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, id);
	db_bind_int(statement, 2, after);
	db_bind_int(statement, 3, BATCH_SLICE);
	while (rc == OK && *count < BATCH_SLICE && (rc = db_step(db, statement)) == DB_ROW) {
		struct batched *found = &out[*count];

		found->seq = db_int(statement, 0);
		found->version = (uint32_t)db_int(statement, 1);
		rc = list_id(statement, 2, found->queue_id) ? OK : ERR_IO;
		*count += rc == OK;
	}
	return db_finish(statement, rc);
}

/* One slice, within what is begun. */
static int undo_slice(struct db *db, int64_t id, const struct queue_decision *as, int64_t *cursor,
	struct batch_counts *counts)
{
	struct batched found[BATCH_SLICE];
	size_t count;
	int rc = read_batched(db, id, *cursor, found, &count);

	for (size_t i = 0; i < count && rc == OK; i++) {
		struct queue_decision decision = *as;

		decision.queue_id = (struct span){found[i].queue_id, QUEUE_ID_SIZE - 1};
		decision.version = found[i].version;
		rc = decide_one(db, id, &decision, counts);
	}
	*cursor = count == BATCH_SLICE ? found[count - 1].seq : 0;
	return rc;
}

int batch_undo(struct db *db, int64_t id, struct span actor, struct span note, int64_t now_ms,
	int64_t *cursor, struct batch_counts *counts)
{
	const struct queue_decision as = {
		.act = QUEUE_UNDO, .actor = actor, .note = note, .now_ms = now_ms};
	struct batch_counts slice = {0};
	int64_t next = *cursor;
	int rc = find_batch(db, id);

	if (rc == OK)
		rc = db_begin(db);
	if (rc != OK)
		return rc;
	rc = db_end(db, undo_slice(db, id, &as, &next, &slice));
	if (rc == OK) {
		add_counts(counts, &slice);
		*cursor = next;
	}
	return rc;
}

/* --- what there is --- */

static int read_batch(struct db_statement *statement, struct arena *arena, struct batch *out)
{
	*out = (struct batch){
		.id = db_int(statement, 0),
		.begun_ms = db_int(statement, 3),
		.ended_ms = db_int(statement, 4),
		.approved = (uint64_t)db_int(statement, 5),
		.rejected = (uint64_t)db_int(statement, 6),
		.undone = (uint64_t)db_int(statement, 7),
	};
	return list_text(arena, statement, 1, &out->actor) &&
			       list_text(arena, statement, 2, &out->rules_version)
		       ? OK
		       : ERR_NOMEM;
}

int batch_list(struct db *db, struct arena *arena, struct batch **batches, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT b.id, b.actor, b.rules_version, b.begun_ms, b.ended_ms,"
		" coalesce(sum(CASE WHEN d.act = 0 THEN 1 ELSE 0 END), 0),"
		" coalesce(sum(CASE WHEN d.act = 1 THEN 1 ELSE 0 END), 0), count(u.seq)"
		" FROM batch b LEFT JOIN batched m ON m.batch = b.id"
		" LEFT JOIN decision d ON d.seq = m.decision"
		" LEFT JOIN decision u ON u.undoes = d.seq AND u.undoes > 0"
		" GROUP BY b.id, b.actor, b.rules_version, b.begun_ms, b.ended_ms"
		" ORDER BY b.id DESC LIMIT ?1");
	int rc = OK;

	*count = 0;
	*batches = arena_zalloc(arena, QUEUE_PAGE_MAX, sizeof(**batches));
	if (*batches == NULL)
		return ERR_NOMEM;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, QUEUE_PAGE_MAX);
	while (rc == OK && *count < QUEUE_PAGE_MAX && (rc = db_step(db, statement)) == DB_ROW) {
		rc = read_batch(statement, arena, &(*batches)[*count]);
		*count += rc == OK;
	}
	return db_finish(statement, rc);
}
