/* What the queue looks like from afar: queue_look() and queue_groups() of queue.h. */
#include "store/list.h"

const char *const queue_grouping_names[QUEUE_GROUPINGS] = {
	[QUEUE_BY_SITE] = "site",
	[QUEUE_BY_LANGUAGE] = "lang",
	[QUEUE_BY_GUIDELINE] = "guideline",
	[QUEUE_BY_RULE] = "rule",
};

/* The act of a note, which decides nothing, is left out. */
static const char glance_sql[] =
	"SELECT i.queue_id, i.state, i.version, i.claimed_by, i.claimed_until_ms,"
	" (SELECT d.actor FROM decision d WHERE d.item = i.seq AND d.act <> 3"
	" ORDER BY d.seq DESC LIMIT 1) FROM item i WHERE i.queue_id = ?1";

static int read_glance(struct db_statement *statement, int64_t now_ms, struct arena *arena,
	struct queue_glance *out)
{
	int64_t state = db_int(statement, 1);

	*out = (struct queue_glance){
		.state = (enum queue_state)state,
		.version = (uint32_t)db_int(statement, 2),
		.claimed_until_ms = db_int(statement, 4),
	};
	if (!list_id(statement, 0, out->queue_id) || state < 0 || state >= QUEUE_STATES)
		return ERR_IO;
	if (!list_text(arena, statement, 3, &out->claimed_by) ||
		!list_text(arena, statement, 5, &out->decided_by))
		return ERR_NOMEM;
	if (out->claimed_until_ms <= now_ms) {
		out->claimed_by = (struct span){"", 0};
		out->claimed_until_ms = 0;
	}
	return OK;
}

int queue_look(struct db *db, const struct span *ids, size_t ids_count, int64_t now_ms,
	struct arena *arena, struct queue_glance **out, size_t *count)
{
	struct db_statement *statement = db_statement(db, glance_sql);
	int rc = OK;

	*count = 0;
	*out = arena_zalloc(arena, ids_count + 1, sizeof(**out));
	if (*out == NULL || statement == NULL)
		return *out ? ERR_IO : ERR_NOMEM;
	for (size_t i = 0; i < ids_count && rc == OK; i++) {
		db_bind(statement, 1, ids[i]);
		rc = db_step(db, statement);
		if (rc == DB_ROW) {
			rc = read_glance(statement, now_ms, arena, &(*out)[*count]);
			*count += rc == OK;
		}
		rc = db_finish(statement, rc);
	}
	return rc;
}

/* The largest groups first, those of the same size by name; ?1 is how many. */
static const char *const group_sql[QUEUE_GROUPINGS] = {
	[QUEUE_BY_SITE] = "SELECT site, count(*) FROM item WHERE open = 1 GROUP BY site"
			  " ORDER BY 2 DESC, 1 LIMIT ?1",
	[QUEUE_BY_LANGUAGE] = "SELECT language, count(*) FROM item WHERE open = 1 GROUP BY language"
			      " ORDER BY 2 DESC, 1 LIMIT ?1",
	[QUEUE_BY_GUIDELINE] = "SELECT guideline, count(*) FROM item WHERE open = 1"
			       " GROUP BY guideline ORDER BY 2 DESC, 1 LIMIT ?1",
	[QUEUE_BY_RULE] = "SELECT r.rule, count(*) FROM item_rule r JOIN item i ON i.seq = r.item"
			  " WHERE i.open = 1 GROUP BY r.rule ORDER BY 2 DESC, 1 LIMIT ?1",
};

int queue_groups(struct db *db, enum queue_grouping by, struct arena *arena,
	struct queue_group **out, size_t *count)
{
	struct db_statement *statement = db_statement(db, group_sql[by]);
	int rc = OK;

	*count = 0;
	*out = arena_zalloc(arena, QUEUE_GROUPS_MAX, sizeof(**out));
	if (*out == NULL || statement == NULL)
		return *out ? ERR_IO : ERR_NOMEM;
	db_bind_int(statement, 1, QUEUE_GROUPS_MAX);
	while (*count < QUEUE_GROUPS_MAX && (rc = db_step(db, statement)) == DB_ROW) {
		struct queue_group *group = &(*out)[*count];

		group->open = (uint64_t)db_int(statement, 1);
		if (!list_text(arena, statement, 0, &group->name))
			return db_finish(statement, ERR_NOMEM);
		++*count;
	}
	return db_finish(statement, rc == DB_ROW ? OK : rc);
}
