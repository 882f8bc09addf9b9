/* Who works on what: queue_claim() and queue_release() of queue.h. */
#include "store/list.h"

/* The item may have been changed, not claimed, since it was read: *version is what it is now. */
static int claim_one(struct db *db, const struct queue_item *item, struct span actor,
	int64_t until_ms, uint32_t *version)
{
	struct db_statement *statement = db_statement(db,
		"UPDATE item SET claimed_by = ?2, claimed_until_ms = ?3, version = version + 1"
		" WHERE seq = ?1 RETURNING version");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, item->seq);
	db_bind(statement, 2, actor);
	db_bind_int(statement, 3, until_ms);
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		*version = (uint32_t)db_int(statement, 0);
		rc = db_step(db, statement);
	}
	return db_finish(statement, rc);
}

int queue_claim(struct db *db, const struct queue_filter *filter, struct span actor,
	int64_t lease_ms, struct arena *arena, struct queue_page *out)
{
	struct queue_filter now = *filter;
	int64_t until_ms;
	int rc;

	*out = (struct queue_page){.count = 0};
	if (actor.len == 0 || actor.len > QUEUE_ACTOR_MAX || lease_ms <= 0)
		return ERR_INVALID;
	rc = db_begin(db);
	if (rc != OK)
		return rc;
	now.now_ms = db_now_ms(db, filter->now_ms);
	until_ms = now.now_ms + lease_ms;
	rc = list_items(db, &now, &actor, arena, out);
	for (size_t i = 0; i < out->count && rc == OK; i++) {
		struct queue_item *item = &out->items[i];

		rc = claim_one(db, item, actor, until_ms, &item->version);
		item->claimed_by = actor;
		item->claimed_until_ms = until_ms;
	}
	out->total = out->count;
	return db_end(db, rc);
}

int queue_release(struct db *db, struct span queue_id, struct span actor, int64_t now_ms)
{
	struct db_statement *statement;
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	statement = db_statement(db,
		"UPDATE item SET claimed_by = '', claimed_until_ms = 0, version = version + 1"
		" WHERE queue_id = ?1 AND claimed_by = ?2 AND claimed_until_ms > ?3");
	rc = ERR_IO;
	if (statement != NULL) {
		db_bind(statement, 1, queue_id);
		db_bind(statement, 2, actor);
		db_bind_int(statement, 3, db_now_ms(db, now_ms));
		rc = db_finish(statement, db_step(db, statement));
	}
	if (rc == OK && db_changed(db) == 0)
		rc = ERR_NOTFOUND;
	return db_end(db, rc);
}
