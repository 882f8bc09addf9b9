/* Comments that the rules decided, kept: see history.h. */
#include "store/history.h"

#include "store/chain.h"
#include "store/list.h"

#include <stdio.h>

/* --- which --- */

/* FNV-1a: the same everywhere, which a seeded hash is not. */
static uint64_t hash(uint64_t from, struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		from = (from ^ (unsigned char)text.ptr[i]) * UINT64_C(1099511628211);
	return from;
}

bool history_takes(struct span site, struct span comment_id, struct span text, uint32_t share)
{
	uint64_t mixed;

	if (share == 0 || share >= HISTORY_ALL)
		return share != 0;
	mixed = hash(UINT64_C(14695981039346656037), site);
	mixed = hash(mixed, (struct span){"", 1}); /* between a site and an id */
	mixed = hash(mixed, comment_id.len ? comment_id : text);
	/* Ids that count up differ in their last bits alone: spread them. */
	mixed = (mixed ^ mixed >> 33) * UINT64_C(0xff51afd7ed558ccd);
	mixed ^= mixed >> 33;
	return mixed % HISTORY_ALL < share;
}

/* --- keeping --- */

static int insert(struct db *db, const struct queue_entry *entry, enum queue_state state,
	const unsigned char text_hash[CHAIN_HASH])
{
	struct db_statement *statement = db_statement(db,
		"INSERT INTO history (site, comment_id, text_hash, revision, state, kept_ms, score,"
		" language, guideline, rules_version, author_id, author_name, article_id,"
		" article_title, request, answer) VALUES (?1, nullif(?2, ''), ?3, ?4, ?5, ?6, ?7,"
		" ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING");
	const struct span texts[] = {entry->language, entry->guideline, entry->rules_version,
		entry->author_id, entry->author_name, entry->article_id, entry->article_title,
		entry->request, entry->answer};

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, entry->site);
	db_bind(statement, 2, entry->comment_id);
	db_bind_blob(statement, 3, text_hash, CHAIN_HASH);
	db_bind_int(statement, 4, entry->revision);
	db_bind_int(statement, 5, state);
	db_bind_int(statement, 6, entry->now_ms);
	db_bind_int(statement, 7, entry->score);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		db_bind(statement, 8 + (int)i, texts[i]);
	return db_finish(statement, db_step(db, statement));
}

int history_add(struct db *db, const struct queue_entry *entry, enum queue_state state)
{
	unsigned char text_hash[CHAIN_HASH];
	int rc;

	if (!chain_hash_text(entry->text, text_hash))
		return ERR_NOMEM;
	rc = db_begin(db);
	return rc == OK ? db_end(db, insert(db, entry, state, text_hash)) : rc;
}

/* --- listing --- */

/* The page's conditions, by numbers: an empty text and a zero do not restrict. */
#define WHERE                                                                                      \
	" WHERE seq > ?1 AND (?2 = '' OR site = ?2) AND (?3 = '' OR language = ?3)"                \
	" AND (?4 = '' OR guideline = ?4) AND (?5 = '' OR author_id = ?5)"                         \
	" AND (?6 = '' OR article_id = ?6) AND kept_ms >= ?7 AND kept_ms < ?8"                     \
	" AND score >= ?9 AND score <= ?10 AND (state = ?11 OR state = ?12)"

static void bind_filter(
	struct db_statement *statement, const struct queue_filter *filter, int64_t after)
{
	const struct span texts[] = {filter->site, filter->language, filter->guideline,
		filter->author_id, filter->article_id};
	bool approved = !filter->states || (filter->states & 1U << QUEUE_APPROVED);
	bool rejected = !filter->states || (filter->states & 1U << QUEUE_REJECTED);

	db_bind_int(statement, 1, after);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		db_bind(statement, 2 + (int)i, texts[i]);
	db_bind_int(statement, 7, filter->queued_from_ms);
	db_bind_int(statement, 8, filter->queued_to_ms ? filter->queued_to_ms : INT64_MAX);
	db_bind_int(statement, 9, filter->score_from);
	db_bind_int(statement, 10, filter->score_to ? filter->score_to : INT64_MAX);
	db_bind_int(statement, 11, approved ? QUEUE_APPROVED : -1);
	db_bind_int(statement, 12, rejected ? QUEUE_REJECTED : -1);
}

static int read_item(struct db_statement *statement, struct arena *arena, struct queue_item *out)
{
	struct span *const texts[] = {&out->site, &out->comment_id, &out->language, &out->guideline,
		&out->rules_version, &out->author_id, &out->author_name, &out->article_id,
		&out->article_title, &out->request, &out->answer};
	int64_t state = db_int(statement, 1);

	*out = (struct queue_item){
		.seq = db_int(statement, 0),
		.state = (enum queue_state)state,
		.revision = (uint32_t)db_int(statement, 2),
		.queued_ms = db_int(statement, 3),
		.score = (uint32_t)db_int(statement, 4),
	};
	if (state != QUEUE_APPROVED && state != QUEUE_REJECTED)
		return ERR_IO;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!list_text(arena, statement, 5 + (int)i, texts[i]))
			return ERR_NOMEM;
	}
	return OK;
}

static int read_page(struct db *db, struct db_statement *statement, size_t limit,
	struct arena *arena, struct queue_page *out)
{
	char text[32];
	int rc = OK, len;

	out->items = arena_zalloc(arena, limit, sizeof(*out->items));
	if (out->items == NULL)
		return ERR_NOMEM;
	while ((rc = db_step(db, statement)) == DB_ROW && out->count < limit) {
		rc = read_item(statement, arena, &out->items[out->count]);
		if (rc != OK)
			return rc;
		out->count++;
	}
	if (rc != DB_ROW)
		return rc;
	len = snprintf(text, sizeof(text), "%lld", (long long)out->items[out->count - 1].seq);
	out->next = arena_copy(arena, (struct span){text, (size_t)len});
	return out->next.ptr ? OK : ERR_NOMEM;
}

static int count_all(struct db *db, const struct queue_filter *filter, uint64_t *out)
{
	struct db_statement *statement = db_statement(db, "SELECT count(*) FROM history" WHERE);
	int rc;

	if (statement == NULL)
		return ERR_IO;
	bind_filter(statement, filter, 0);
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		*out = (uint64_t)db_int(statement, 0);
		rc = OK;
	}
	return db_finish(statement, rc);
}

/* A cursor is the last item's seq: up to 15 digits. */
static bool read_cursor(struct span text, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (i == 15 || text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*out = *out * 10 + (text.ptr[i] - '0');
	}
	return true;
}

int history_list(struct db *db, const struct queue_filter *filter, struct arena *arena,
	struct queue_page *out)
{
	struct db_statement *statement = db_statement(db,
		"SELECT seq, state, revision, kept_ms, score, site, comment_id, language, "
		"guideline,"
		" rules_version, author_id, author_name, article_id, article_title, request, answer"
		" FROM history" WHERE " ORDER BY seq LIMIT ?13");
	size_t limit =
		filter->limit && filter->limit < QUEUE_PAGE_MAX ? filter->limit : QUEUE_PAGE_MAX;
	int64_t after;
	int rc;

	*out = (struct queue_page){.next = {"", 0}};
	if (!read_cursor(filter->after, &after))
		return ERR_INVALID;
	if (statement == NULL)
		return ERR_IO;
	bind_filter(statement, filter, after);
	/* One more, to know whether there is one. */
	db_bind_int(statement, 13, (int64_t)limit + 1);
	rc = db_finish(statement, read_page(db, statement, limit, arena, out));
	return rc == OK && !filter->no_total ? count_all(db, filter, &out->total) : rc;
}

/* --- retention --- */

int history_erase(struct db *db, int64_t before_ms, size_t limit, size_t *erased)
{
	struct db_statement *statement = db_statement(db,
		"DELETE FROM history WHERE seq IN (SELECT seq FROM history WHERE kept_ms < ?1"
		" ORDER BY kept_ms LIMIT ?2)");
	int rc;

	*erased = 0;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, before_ms);
	db_bind_int(statement, 2, (int64_t)limit);
	rc = db_finish(statement, db_step(db, statement));
	if (rc == OK)
		*erased = (size_t)db_changed(db);
	return rc;
}
