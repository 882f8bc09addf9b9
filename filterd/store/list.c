/* Lists of items by filters: queue_list(), queue_get() and queue_count() of queue.h. */
#include "store/list.h"

#include <stdio.h>
#include <stdlib.h>

const char *const queue_state_names[QUEUE_STATES] = {
	[QUEUE_WAITING] = "waiting",
	[QUEUE_ESCALATED] = "escalated",
	[QUEUE_APPROVED] = "approved",
	[QUEUE_REJECTED] = "rejected",
	[QUEUE_SUPERSEDED] = "superseded",
};

/* The columns of an item, in the order of read_item(). */
#define COLUMNS                                                                                    \
	" i.queue_id, i.seq, i.version, i.state, i.site, i.comment_id, i.language, i.author_id,"   \
	" i.author_name, i.article_id, i.article_title, i.guideline, i.rules_version, i.revision," \
	" i.score, i.queued_ms, i.claimed_by, i.claimed_until_ms, c.request, c.answer"
#define FROM " FROM item i LEFT JOIN content c ON c.item = i.seq "
#define OPEN (1U << QUEUE_WAITING | 1U << QUEUE_ESCALATED)

/* --- reading rows --- */

bool list_text(struct arena *arena, struct db_statement *statement, int column, struct span *out)
{
	struct span found;

	*out = (struct span){"", 0};
	if (!db_text(statement, column, &found))
		return false;
	if (found.len == 0)
		return true;
	*out = arena_copy(arena, found);
	return out->ptr != NULL;
}

bool list_id(struct db_statement *statement, int column, char out[QUEUE_ID_SIZE])
{
	struct span id;

	out[0] = '\0';
	if (!db_text(statement, column, &id) || id.len != QUEUE_ID_SIZE - 1)
		return false;
	memcpy(out, id.ptr, QUEUE_ID_SIZE - 1);
	out[QUEUE_ID_SIZE - 1] = '\0';
	return true;
}

static int read_item(
	struct db_statement *statement, int64_t now_ms, struct arena *arena, struct queue_item *out)
{
	struct span *const texts[] = {&out->site, &out->comment_id, &out->language, &out->author_id,
		&out->author_name, &out->article_id, &out->article_title, &out->guideline,
		&out->rules_version};
	int64_t state = db_int(statement, 3);

	*out = (struct queue_item){
		.seq = db_int(statement, 1),
		.version = (uint32_t)db_int(statement, 2),
		.state = (enum queue_state)state,
		.revision = (uint32_t)db_int(statement, 13),
		.score = (uint32_t)db_int(statement, 14),
		.queued_ms = db_int(statement, 15),
		.claimed_until_ms = db_int(statement, 17),
	};
	if (!list_id(statement, 0, out->queue_id) || state < 0 || state >= QUEUE_STATES)
		return ERR_IO;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!list_text(arena, statement, 4 + (int)i, texts[i]))
			return ERR_NOMEM;
	}
	if (!list_text(arena, statement, 16, &out->claimed_by) ||
		!list_text(arena, statement, 18, &out->request) ||
		!list_text(arena, statement, 19, &out->answer))
		return ERR_NOMEM;
	if (out->claimed_until_ms <= now_ms) {
		out->claimed_by = (struct span){"", 0};
		out->claimed_until_ms = 0;
	}
	return OK;
}

/* --- the query --- */

#define BOUND_MAX (24 + QUEUE_PAGE_MAX)

/* A query that is being put together; values are bound in their order, never pasted in. */
struct query {
	struct buf sql;
	struct {
		struct span text; /* if it is one */
		int64_t number;
		bool is_text;
	} bound[BOUND_MAX];
	int count;
};

static void add_text(struct query *q, const char *condition, struct span text)
{
	if (text.len == 0)
		return;
	q->bound[q->count].is_text = true;
	q->bound[q->count].text = text;
	buf_str(&q->sql, condition);
	q->count++;
}

static void add_number(struct query *q, const char *condition, int64_t number)
{
	q->bound[q->count].number = number;
	buf_str(&q->sql, condition);
	q->count++;
}

/* States stand in the text as numbers; of those that wait there is a column, and indexes by it. */
static void add_states(struct query *q, uint32_t states)
{
	bool first = true;

	if (states == OPEN) {
		buf_str(&q->sql, "i.open = 1");
		return;
	}
	buf_str(&q->sql, "i.state IN (");
	for (unsigned state = 0; state < QUEUE_STATES; state++) {
		if (!(states & 1U << state))
			continue;
		buf_printf(&q->sql, first ? "%u" : ", %u", state);
		first = false;
	}
	buf_char(&q->sql, ')');
}

/*
 * Where the items come from: by a rule, in the order of its own index, for which a CROSS JOIN asks;
 * then the conditions begin.
 */
static void add_source(struct query *q, const struct queue_filter *filter)
{
	if (filter->rule.len > 0)
		add_text(q,
			" FROM item_rule r CROSS JOIN item i WHERE i.seq = r.item AND r.rule = ? "
			"AND ",
			filter->rule);
	else
		buf_str(&q->sql, " FROM item i WHERE ");
}

static void add_ids(struct query *q, const struct queue_filter *filter)
{
	for (size_t i = 0; i < filter->ids_count && i < QUEUE_PAGE_MAX; i++)
		add_text(q, i == 0 ? " AND i.queue_id IN (?" : ", ?",
			filter->ids[i].len ? filter->ids[i] : SPAN("-"));
	if (filter->ids_count > 0)
		buf_char(&q->sql, ')');
}

static void add_filter(
	struct query *q, const struct queue_filter *filter, const struct span *claimant)
{
	add_states(q, filter->states ? filter->states : OPEN);
	add_text(q, " AND i.site = ?", filter->site);
	add_text(q, " AND i.language = ?", filter->language);
	add_text(q, " AND i.guideline = ?", filter->guideline);
	add_text(q, " AND i.author_id = ? AND i.author_id <> ''", filter->author_id);
	add_text(q, " AND i.article_id = ? AND i.article_id <> ''", filter->article_id);
	add_text(q, " AND i.text_hash = (SELECT text_hash FROM item WHERE queue_id = ?)",
		filter->same_text_as);
	add_ids(q, filter);
	if (filter->score_from > 0)
		add_number(q, " AND i.score >= ?", filter->score_from);
	if (filter->score_to > 0)
		add_number(q, " AND i.score <= ?", filter->score_to);
	if (filter->queued_from_ms > 0)
		add_number(q, " AND i.queued_ms >= ?", filter->queued_from_ms);
	if (filter->queued_to_ms > 0)
		add_number(q, " AND i.queued_ms < ?", filter->queued_to_ms);
	if (claimant) {
		add_number(q, " AND (i.claimed_until_ms <= ?", filter->now_ms);
		add_text(q, " OR i.claimed_by = ?", *claimant);
		buf_char(&q->sql, ')');
	}
}

/* The orders: how a cursor is written, what comes after it, and the order itself. */
static const struct {
	char letter;
	const char *after; /* by the cursor's seq; NULL: by the score, too */
	const char *by;
	const char *by_rule; /* the same by the rule's index */
} orders[] = {
	[QUEUE_OLDEST] = {'o', " AND i.seq > ?", " ORDER BY i.seq", " ORDER BY r.item"},
	[QUEUE_NEWEST] = {'n', " AND i.seq < ?", " ORDER BY i.seq DESC", " ORDER BY r.item DESC"},
	[QUEUE_HIGHEST_SCORE] = {'s', NULL, " ORDER BY i.score DESC, i.seq DESC",
		" ORDER BY i.score DESC, i.seq DESC"},
};

/* Up to 15 digits. */
static bool take_number(struct span *text, int64_t *out)
{
	size_t digits = 0;

	*out = 0;
	while (digits < text->len && digits < 15 && text->ptr[digits] >= '0' &&
		text->ptr[digits] <= '9')
		*out = *out * 10 + (text->ptr[digits++] - '0');
	*text = span_sub(*text, digits, text->len);
	return digits > 0;
}

/* A cursor is the order's letter, with `s` the score and a dot, and the seq of the last item. */
static int add_cursor(struct query *q, const struct queue_filter *filter)
{
	struct span rest = filter->after;
	int64_t score = 0, seq;

	if (rest.len == 0)
		return OK;
	if (rest.ptr[0] != orders[filter->order].letter)
		return ERR_INVALID;
	rest = span_sub(rest, 1, rest.len);
	if (filter->order == QUEUE_HIGHEST_SCORE) {
		if (!take_number(&rest, &score) || rest.len == 0 || rest.ptr[0] != '.')
			return ERR_INVALID;
		rest = span_sub(rest, 1, rest.len);
	}
	if (!take_number(&rest, &seq) || rest.len > 0)
		return ERR_INVALID;
	if (filter->order == QUEUE_HIGHEST_SCORE) {
		add_number(q, " AND (i.score < ?", score);
		add_number(q, " OR (i.score = ?", score);
		add_number(q, " AND i.seq < ?))", seq);
	} else {
		add_number(q, orders[filter->order].after, seq);
	}
	return OK;
}

static int write_cursor(const struct queue_filter *filter, const struct queue_item *last,
	struct arena *arena, struct span *out)
{
	char text[64];
	int len;

	if (filter->order == QUEUE_HIGHEST_SCORE)
		len = snprintf(text, sizeof(text), "s%u.%lld", last->score, (long long)last->seq);
	else
		len = snprintf(text, sizeof(text), "%c%lld", orders[filter->order].letter,
			(long long)last->seq);
	*out = arena_copy(arena, (struct span){text, (size_t)len});
	return out->ptr ? OK : ERR_NOMEM;
}

/* Prepares and binds; the statement is the caller's to finalize. */
static int prepare(struct db *db, struct query *q, struct db_statement **out)
{
	int rc = OK;

	*out = NULL;
	buf_char(&q->sql, '\0');
	if (q->sql.failed)
		return ERR_NOMEM;
	rc = db_prepare(db, q->sql.data, out);
	for (int i = 0; i < q->count && rc == OK; i++) {
		if (q->bound[i].is_text)
			db_bind(*out, i + 1, q->bound[i].text);
		else
			db_bind_int(*out, i + 1, q->bound[i].number);
	}
	return rc;
}

/* --- lists --- */

static size_t limit_of(const struct queue_filter *filter)
{
	size_t limit = filter->limit ? filter->limit : 50;

	return limit < QUEUE_PAGE_MAX ? limit : QUEUE_PAGE_MAX;
}

static int read_page(struct db *db, struct db_statement *statement,
	const struct queue_filter *filter, struct arena *arena, struct queue_page *out)
{
	size_t limit = limit_of(filter);
	int rc = DB_ROW;

	out->items = arena_zalloc(arena, limit, sizeof(*out->items));
	if (out->items == NULL)
		return ERR_NOMEM;
	while ((rc = db_step(db, statement)) == DB_ROW && out->count < limit) {
		rc = read_item(statement, filter->now_ms, arena, &out->items[out->count]);
		if (rc != OK)
			return rc;
		out->count++;
	}
	/* One more than the page holds was asked for, to know whether there is one. */
	if (rc == DB_ROW)
		rc = write_cursor(filter, &out->items[out->count - 1], arena, &out->next);
	return rc;
}

static int count_all(struct db *db, const struct queue_filter *filter, uint64_t *out)
{
	struct query q = {.count = 0};
	struct db_statement *statement = NULL;
	int rc;

	buf_str(&q.sql, "SELECT count(*) FROM (SELECT 1");
	add_source(&q, filter);
	add_filter(&q, filter, NULL);
	buf_printf(&q.sql, " LIMIT %d) AS few", QUEUE_TOTAL_MAX);
	rc = prepare(db, &q, &statement);
	if (rc == OK)
		rc = db_step(db, statement);
	if (rc == DB_ROW) {
		*out = (uint64_t)db_int(statement, 0);
		rc = OK;
	}
	db_finalize(statement);
	buf_free(&q.sql);
	return rc;
}

int list_items(struct db *db, const struct queue_filter *filter, const struct span *claimant,
	struct arena *arena, struct queue_page *out)
{
	struct query q = {.count = 0};
	struct db_statement *statement = NULL;
	int rc;

	*out = (struct queue_page){.next = {"", 0}};
	/* Texts are read only of the page: a sorter must not carry them. */
	buf_str(&q.sql, "SELECT" COLUMNS FROM "JOIN (SELECT i.seq AS found");
	add_source(&q, filter);
	add_filter(&q, filter, claimant);
	rc = add_cursor(&q, filter);
	buf_str(&q.sql,
		filter->rule.len > 0 ? orders[filter->order].by_rule : orders[filter->order].by);
	/* Of what is claimed there is no next page, and what is taken is taken from others. */
	if (claimant)
		buf_printf(&q.sql, " LIMIT %zu%s", limit_of(filter), db_skip_locked(db));
	else
		buf_printf(&q.sql, " LIMIT %zu", limit_of(filter) + 1);
	buf_printf(&q.sql, ") AS page ON i.seq = found%s", orders[filter->order].by);
	if (rc == OK)
		rc = prepare(db, &q, &statement);
	if (rc == OK)
		rc = read_page(db, statement, filter, arena, out);
	db_finalize(statement);
	buf_free(&q.sql);
	return rc;
}

int queue_list(struct db *db, const struct queue_filter *filter, struct arena *arena,
	struct queue_page *out)
{
	struct queue_filter now = *filter;
	int rc;

	now.now_ms = db_now_ms(db, filter->now_ms);
	rc = list_items(db, &now, NULL, arena, out);

	return rc == OK && !filter->no_total ? count_all(db, filter, &out->total) : rc;
}

int queue_get(struct db *db, struct span queue_id, int64_t now_ms, struct arena *arena,
	struct queue_item *out)
{
	struct db_statement *statement =
		db_statement(db, "SELECT" COLUMNS FROM "WHERE i.queue_id = ?1");
	int64_t clock_ms = db_now_ms(db, now_ms);
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, queue_id);
	rc = db_step(db, statement);
	if (rc == DB_ROW)
		rc = read_item(statement, clock_ms, arena, out);
	else if (rc == OK)
		rc = ERR_NOTFOUND;
	return db_finish(statement, rc);
}

int queue_count(struct db *db, struct queue_counts *out)
{
	struct db_statement *statement =
		db_statement(db, "SELECT state, count(*) FROM item GROUP BY state");
	int rc;

	*out = (struct queue_counts){.oldest_ms = 0};
	if (statement == NULL)
		return ERR_IO;
	while ((rc = db_step(db, statement)) == DB_ROW) {
		int64_t state = db_int(statement, 0);

		if (state >= 0 && state < QUEUE_STATES)
			out->by_state[state] = (uint64_t)db_int(statement, 1);
	}
	rc = db_finish(statement, rc);
	statement = rc == OK ? db_statement(db,
				       "SELECT (SELECT queued_ms FROM item WHERE open = 1"
				       " ORDER BY seq LIMIT 1), (SELECT count(*) FROM decision)")
			     : NULL;
	if (statement == NULL)
		return rc == OK ? ERR_IO : rc;
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		out->oldest_ms = db_int(statement, 0);
		out->decisions = (uint64_t)db_int(statement, 1);
		rc = OK;
	}
	return db_finish(statement, rc);
}
