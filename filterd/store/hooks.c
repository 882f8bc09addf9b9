/* What webhooks were told: see hooks.h. */
#include "store/hooks.h"

#include "store/feed.h"

/* Runs a statement whose parameters ?1 and, if not 0, ?2 are these, for its effect. */
static int run_for(struct db *db, const char *sql, struct span hook, int64_t number)
{
	struct db_statement *statement = db_statement(db, sql);

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, hook);
	if (number != 0)
		db_bind_int(statement, 2, number);
	return db_finish(statement, db_step(db, statement));
}

int hooks_begin(struct db *db, struct span hook)
{
	return run_for(db,
		"INSERT INTO told (reader, seq)"
		" VALUES (?1, coalesce((SELECT max(seq) FROM decision), 0)) ON CONFLICT DO NOTHING",
		hook, 0);
}

/* --- from decisions to deliveries --- */

static int read_cursor(struct db *db, struct span hook, int64_t *seq)
{
	struct db_statement *statement = db_statement(db, "SELECT seq FROM told WHERE reader = ?1");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, hook);
	rc = db_step(db, statement);
	if (rc == DB_ROW)
		*seq = db_int(statement, 0);
	else if (rc == OK)
		rc = ERR_NOTFOUND;
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

static bool is_wanted(const struct hook_wish *wish, const struct queue_event *event)
{
	for (size_t i = 0; i < wish->sites_count; i++) {
		if (span_eq(wish->sites[i], event->site))
			return true;
	}
	return wish->sites_count == 0;
}

static int gather(struct db *db, const struct hook_wish *wish, int64_t now_ms, struct arena *arena,
	bool *more)
{
	struct queue_event *events;
	int64_t cursor = 0;
	size_t count = 0;
	int rc = read_cursor(db, wish->hook, &cursor);

	if (rc == OK)
		rc = queue_feed(
			db, cursor, wish->hold_ms, now_ms, QUEUE_PAGE_MAX, arena, &events, &count);
	for (size_t i = 0; i < count && rc == OK; i++) {
		cursor = events[i].seq;
		if (is_wanted(wish, &events[i]))
			rc = run_for(db,
				"INSERT INTO delivery (reader, seq, comment) SELECT ?1, d.seq,"
				" coalesce((SELECT min(j.seq) FROM item j WHERE j.site = i.site"
				" AND j.comment_id = i.comment_id), i.seq)"
				" FROM decision d JOIN item i ON i.seq = d.item WHERE d.seq = ?2"
				" ON CONFLICT DO NOTHING",
				wish->hook, cursor);
	}
	if (rc == OK && count > 0)
		rc = run_for(db, "UPDATE told SET seq = ?2 WHERE reader = ?1", wish->hook, cursor);
	*more = count == QUEUE_PAGE_MAX;
	return rc;
}

/* Whether there is any decision behind the cursor: most of the time there is none. */
static int is_behind(struct db *db, struct span hook, bool *behind)
{
	struct db_statement *statement =
		db_statement(db, "SELECT 1 FROM told t WHERE t.reader = ?1"
				 " AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.seq > t.seq)");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, hook);
	rc = db_step(db, statement);
	*behind = rc == OK;
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

int hooks_gather(struct db *db, const struct hook_wish *wish, int64_t now_ms, struct arena *arena,
	bool *more)
{
	bool behind = false;
	int rc = is_behind(db, wish->hook, &behind);

	*more = false;
	if (rc != OK || !behind)
		return rc;
	rc = db_begin(db);
	return rc == OK ? db_end(db, gather(db, wish, now_ms, arena, more)) : rc;
}

/* --- sending --- */

int hooks_due(struct db *db, struct span hook, int64_t now_ms, size_t limit, struct arena *arena,
	struct hook_delivery **out, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT" FEED_COLUMNS ", w.attempts, w.first_ms FROM delivery w"
		" JOIN decision d ON d.seq = w.seq JOIN item i ON i.seq = d.item"
		" WHERE w.reader = ?1 AND w.dead_ms = 0 AND w.next_ms <= ?2"
		" AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.reader = w.reader"
		" AND e.comment = w.comment AND e.seq < w.seq AND e.dead_ms = 0)"
		" ORDER BY w.next_ms, w.seq LIMIT ?3");
	int rc = DB_ROW;

	*count = 0;
	*out = arena_zalloc(arena, limit, sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, hook);
	db_bind_int(statement, 2, now_ms);
	db_bind_int(statement, 3, (int64_t)limit);
	while (*count < limit && (rc = db_step(db, statement)) == DB_ROW) {
		struct hook_delivery *delivery = &(*out)[*count];

		rc = feed_read(statement, arena, &delivery->event);
		if (rc != OK)
			break;
		delivery->attempts = db_int(statement, FEED_COLUMNS_COUNT);
		delivery->first_ms = db_int(statement, FEED_COLUMNS_COUNT + 1);
		++*count;
		rc = DB_ROW;
	}
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

int hooks_delivered(struct db *db, struct span hook, int64_t seq)
{
	return run_for(db, "DELETE FROM delivery WHERE reader = ?1 AND seq = ?2", hook, seq);
}

int64_t hooks_pause_ms(int64_t failures, uint32_t random)
{
	int64_t pause = HOOKS_RETRY_FIRST_MS;

	for (int64_t i = 1; i < failures && pause < HOOKS_RETRY_MOST_MS; i++)
		pause *= 2;
	if (pause > HOOKS_RETRY_MOST_MS)
		pause = HOOKS_RETRY_MOST_MS;
	return pause - pause / 4 + random % (pause / 2 + 1);
}

int hooks_failed(struct db *db, struct span hook, const struct hook_failure *failure, bool *dead)
{
	struct db_statement *statement = db_statement(db,
		"UPDATE delivery SET attempts = ?3, first_ms = ?4, next_ms = ?5, dead_ms = ?6,"
		" error = ?7 WHERE reader = ?1 AND seq = ?2");
	int64_t first_ms = failure->first_ms ? failure->first_ms : failure->now_ms;

	*dead = failure->gone || failure->now_ms - first_ms >= failure->give_up_ms;
	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, hook);
	db_bind_int(statement, 2, failure->seq);
	db_bind_int(statement, 3, failure->attempts + 1);
	db_bind_int(statement, 4, first_ms);
	db_bind_int(statement, 5, failure->now_ms + failure->wait_ms);
	db_bind_int(statement, 6, *dead ? failure->now_ms : 0);
	db_bind(statement, 7, span_sub(failure->error, 0, HOOKS_ERROR_MAX));
	return db_finish(statement, db_step(db, statement));
}

/* --- looking --- */

#define STATE_COLUMNS                                                                              \
	" t.reader, t.seq,"                                                                        \
	" (SELECT count(*) FROM delivery w WHERE w.reader = t.reader AND w.dead_ms = 0),"          \
	" (SELECT count(*) FROM delivery w WHERE w.reader = t.reader AND w.dead_ms > 0)"           \
	" FROM told t "

static void read_state(struct db_statement *statement, struct hook_state *out)
{
	out->seq = db_int(statement, 1);
	out->waiting = (uint64_t)db_int(statement, 2);
	out->dead = (uint64_t)db_int(statement, 3);
}

int hooks_state(struct db *db, struct span hook, struct hook_state *out)
{
	struct db_statement *statement =
		db_statement(db, "SELECT" STATE_COLUMNS "WHERE t.reader = ?1");
	int rc;

	*out = (struct hook_state){.hook = hook};
	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, hook);
	rc = db_step(db, statement);
	if (rc == DB_ROW)
		read_state(statement, out);
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

int hooks_list(struct db *db, struct arena *arena, struct hook_state **out, size_t *count)
{
	struct db_statement *statement =
		db_statement(db, "SELECT" STATE_COLUMNS "WHERE t.reader <> '' ORDER BY t.reader");
	size_t capacity = 0;
	int rc = ERR_IO;

	*count = 0;
	*out = NULL;
	while (statement != NULL && (rc = db_step(db, statement)) == DB_ROW) {
		if (!arena_grow(arena, (void **)out, *count, &capacity, sizeof(**out), 8) ||
			!list_text(arena, statement, 0, &(*out)[*count].hook)) {
			rc = ERR_NOMEM;
			break;
		}
		read_state(statement, &(*out)[(*count)++]);
	}
	return statement ? db_finish(statement, rc) : rc;
}

static int read_trouble(
	struct db_statement *statement, struct arena *arena, struct hook_trouble *out)
{
	int rc = feed_read(statement, arena, &out->delivery.event);

	out->delivery.attempts = db_int(statement, FEED_COLUMNS_COUNT);
	out->delivery.first_ms = db_int(statement, FEED_COLUMNS_COUNT + 1);
	out->next_ms = db_int(statement, FEED_COLUMNS_COUNT + 2);
	out->dead_ms = db_int(statement, FEED_COLUMNS_COUNT + 3);
	if (rc == OK && (!list_text(arena, statement, FEED_COLUMNS_COUNT + 4, &out->error) ||
				!list_text(arena, statement, FEED_COLUMNS_COUNT + 5, &out->hook)))
		rc = ERR_NOMEM;
	return rc;
}

int hooks_troubles(struct db *db, struct arena *arena, struct hook_trouble **out, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT" FEED_COLUMNS
		", w.attempts, w.first_ms, w.next_ms, w.dead_ms, w.error, w.reader"
		" FROM delivery w JOIN decision d ON d.seq = w.seq JOIN item i ON i.seq = d.item"
		" WHERE w.attempts > 0"
		" ORDER BY CASE WHEN w.dead_ms > 0 THEN 0 ELSE 1 END, w.reader, w.seq LIMIT ?1");
	int rc = ERR_IO;

	*count = 0;
	*out = arena_zalloc(arena, HOOKS_TROUBLES_MAX, sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, HOOKS_TROUBLES_MAX);
	while (*count < HOOKS_TROUBLES_MAX && (rc = db_step(db, statement)) == DB_ROW) {
		rc = read_trouble(statement, arena, &(*out)[*count]);
		if (rc != OK)
			break;
		++*count;
	}
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}

int hooks_forget(struct db *db, struct span hook)
{
	int64_t known;
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	rc = hook.len > 0 ? read_cursor(db, hook, &known) : ERR_NOTFOUND;
	if (rc == OK)
		rc = run_for(db, "DELETE FROM delivery WHERE reader = ?1", hook, 0);
	if (rc == OK)
		rc = run_for(db, "DELETE FROM told WHERE reader = ?1", hook, 0);
	return db_end(db, rc);
}

/* --- once more --- */

/* A decision that is told, later, about the same comment, and on its way or there. */
#define OVERTAKEN                                                                                  \
	" EXISTS (SELECT 1 FROM decision d JOIN item i ON i.seq = d.item"                          \
	" JOIN item j ON j.seq = i.seq OR (j.site = i.site AND j.comment_id = i.comment_id)"       \
	" JOIN decision l ON l.item = j.seq JOIN told t ON t.reader = delivery.reader"             \
	" WHERE d.seq = delivery.seq AND l.seq > d.seq AND l.seq <= t.seq AND " FEED_TELLS(        \
		"l") ")"

static int change_dead(struct db *db, const char *sql, int64_t seq, uint64_t *changed)
{
	struct db_statement *statement = db_statement(db, sql);
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, seq);
	rc = db_finish(statement, db_step(db, statement));
	*changed = rc == OK ? (uint64_t)db_changed(db) : 0;
	return rc;
}

int hooks_retry(struct db *db, int64_t seq, uint64_t *again, uint64_t *dropped)
{
	int rc = db_begin(db);

	*again = *dropped = 0;
	if (rc != OK)
		return rc;
	rc = change_dead(db,
		"DELETE FROM delivery WHERE dead_ms > 0 AND (seq = ?1 OR ?1 = 0) AND" OVERTAKEN,
		seq, dropped);
	if (rc == OK)
		rc = change_dead(db,
			"UPDATE delivery SET dead_ms = 0, next_ms = 0, attempts = 0, first_ms = 0"
			" WHERE dead_ms > 0 AND (seq = ?1 OR ?1 = 0)",
			seq, again);
	return db_end(db, rc);
}
