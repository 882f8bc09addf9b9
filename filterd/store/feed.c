/* What was decided, told: queue_feed() and queue_history() of queue.h. */
#include "store/list.h"

#define COLUMNS                                                                                    \
	" d.seq, d.at_ms, i.queue_id, i.site, i.comment_id, i.revision, d.act, d.state, d.actor,"  \
	" d.reason, d.note FROM decision d JOIN item i ON i.seq = d.item "

static int read_event(struct db_statement *statement, struct arena *arena, struct queue_event *out)
{
	struct {
		int column;
		struct span *text;
	} const texts[] = {{3, &out->site}, {4, &out->comment_id}, {8, &out->actor},
		{9, &out->reason}, {10, &out->note}};
	int64_t act = db_int(statement, 6), state = db_int(statement, 7);

	*out = (struct queue_event){
		.seq = db_int(statement, 0),
		.at_ms = db_int(statement, 1),
		.revision = (uint32_t)db_int(statement, 5),
		.act = (enum queue_act)act,
		.state = (enum queue_state)state,
	};
	if (!list_id(statement, 2, out->queue_id) || act < 0 || act >= QUEUE_ACTS || state < 0 ||
		state >= QUEUE_STATES)
		return ERR_IO;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!list_text(arena, statement, texts[i].column, texts[i].text))
			return ERR_NOMEM;
	}
	return OK;
}

static int read_events(struct db *db, struct db_statement *statement, size_t limit,
	struct arena *arena, struct queue_event **events, size_t *count)
{
	int rc = DB_ROW;

	*count = 0;
	*events = arena_zalloc(arena, limit, sizeof(**events));
	if (*events == NULL)
		return ERR_NOMEM;
	while (*count < limit && (rc = db_step(db, statement)) == DB_ROW) {
		rc = read_event(statement, arena, &(*events)[*count]);
		if (rc != OK)
			return rc;
		++*count;
	}
	return rc == DB_ROW ? OK : rc;
}

int queue_feed(struct db *db, int64_t after, int64_t hold_ms, int64_t now_ms, size_t limit,
	struct arena *arena, struct queue_event **events, size_t *count)
{
	/*
	 * Approvals and rejections, and what takes one back. Neither is told if the second came
	 * within ?2 of the first. Nothing is told from the first on that is younger than that.
	 */
	struct db_statement *statement = db_statement(db,
		"SELECT" COLUMNS "WHERE d.seq > ?1"
		" AND d.seq < coalesce((SELECT min(seq) FROM decision WHERE at_ms > ?3 - ?2"
		" AND seq > ?1),"
		" 9223372036854775807)"
		" AND (d.act IN (0, 1) OR (d.act = 4 AND d.before IN (2, 3)))"
		" AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.seq AND u.undoes > 0"
		" AND u.at_ms - d.at_ms < ?2)"
		" AND NOT (d.undoes > 0 AND EXISTS (SELECT 1 FROM decision u WHERE u.seq = d.undoes"
		" AND d.at_ms - u.at_ms < ?2))"
		" ORDER BY d.seq LIMIT ?4");

	*count = 0;
	if (statement == NULL)
		return ERR_IO;
	limit = limit && limit < QUEUE_PAGE_MAX ? limit : QUEUE_PAGE_MAX;
	db_bind_int(statement, 1, after);
	db_bind_int(statement, 2, hold_ms);
	db_bind_int(statement, 3, db_now_ms(db, now_ms));
	db_bind_int(statement, 4, (int64_t)limit);
	return db_finish(statement, read_events(db, statement, limit, arena, events, count));
}

int queue_history(struct db *db, struct span queue_id, struct arena *arena,
	struct queue_event **events, size_t *count)
{
	struct db_statement *statement =
		db_statement(db, "SELECT" COLUMNS "WHERE i.queue_id = ?1 ORDER BY d.seq LIMIT ?2");

	*count = 0;
	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, queue_id);
	db_bind_int(statement, 2, QUEUE_PAGE_MAX);
	return db_finish(
		statement, read_events(db, statement, QUEUE_PAGE_MAX, arena, events, count));
}
