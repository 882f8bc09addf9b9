/* What was decided, told: queue_feed() and queue_history() of queue.h. */
#include "store/feed.h"

int feed_read(struct db_statement *statement, struct arena *arena, struct queue_event *out)
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
		rc = feed_read(statement, arena, &(*events)[*count]);
		if (rc != OK)
			return rc;
		++*count;
	}
	return rc == DB_ROW ? OK : rc;
}

/* How far the furthest reader has come. */
static int read_told(struct db *db, int64_t *seq)
{
	struct db_statement *statement = db_statement(db, "SELECT seq FROM told WHERE reader = ''");
	int rc;

	*seq = 0;
	if (statement == NULL)
		return ERR_IO;
	rc = db_step(db, statement);
	if (rc == DB_ROW)
		*seq = db_int(statement, 0);
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

static int write_told(struct db *db, int64_t seq)
{
	struct db_statement *statement =
		db_statement(db, "UPDATE told SET seq = ?1 WHERE reader = '' AND seq < ?1");

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, seq);
	return db_finish(statement, db_step(db, statement));
}

/* What a reader wants to know. */
struct question {
	int64_t after, hold_ms, now_ms;
	size_t limit;
};

static int read_feed(struct db *db, const struct question *question, struct arena *arena,
	struct queue_event **events, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT" FEED_COLUMNS " FROM decision d JOIN item i ON i.seq = d.item"
		" WHERE d.seq > ?1"
		/* Nothing from the first on that is too young. */
		" AND d.seq < coalesce((SELECT min(seq) FROM decision WHERE at_ms > ?3 - ?2"
		" AND seq > ?1),"
		" 9223372036854775807)"
		" AND " FEED_TELLS("d") " ORDER BY d.seq LIMIT ?4");

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, question->after);
	db_bind_int(statement, 2, question->hold_ms);
	db_bind_int(statement, 3, db_now_ms(db, question->now_ms));
	db_bind_int(statement, 4, (int64_t)question->limit);
	return db_finish(
		statement, read_events(db, statement, question->limit, arena, events, count));
}

/* Reads again, for something may have been undone since, and notes how far it goes. */
static int tell(struct db *db, const struct question *question, struct arena *arena,
	struct queue_event **events, size_t *count)
{
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	/* Nothing is undone quietly between the reading and the note. */
	rc = db_lock(db, SPAN("decision"), SPAN("chain"));
	if (rc == OK)
		rc = read_feed(db, question, arena, events, count);
	if (rc == OK && *count > 0)
		rc = write_told(db, (*events)[*count - 1].seq);
	return db_end(db, rc);
}

int queue_feed(struct db *db, int64_t after, int64_t hold_ms, int64_t now_ms, size_t limit,
	struct arena *arena, struct queue_event **events, size_t *count)
{
	const struct question question = {
		.after = after,
		.hold_ms = hold_ms,
		.now_ms = now_ms,
		.limit = limit && limit < QUEUE_PAGE_MAX ? limit : QUEUE_PAGE_MAX,
	};
	int64_t told;
	/* In this order: what is told by now can no longer be undone quietly. */
	int rc = read_told(db, &told);

	*count = 0;
	if (rc == OK)
		rc = read_feed(db, &question, arena, events, count);
	if (rc == OK && *count > 0 && (*events)[*count - 1].seq > told)
		rc = tell(db, &question, arena, events, count);
	if (rc != OK)
		*count = 0;
	return rc;
}

int queue_history(struct db *db, struct span queue_id, struct arena *arena,
	struct queue_event **events, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT" FEED_COLUMNS " FROM decision d JOIN item i ON i.seq = d.item"
		" WHERE i.queue_id = ?1 ORDER BY d.seq LIMIT ?2");

	*count = 0;
	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, queue_id);
	db_bind_int(statement, 2, QUEUE_PAGE_MAX);
	return db_finish(
		statement, read_events(db, statement, QUEUE_PAGE_MAX, arena, events, count));
}
