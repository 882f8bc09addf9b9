/* The audit: see audit.h. */
#include "store/audit.h"

#include "store/list.h"

int audit_add(struct db *db, const struct audit_row *row)
{
	struct db_statement *statement =
		db_statement(db, "INSERT INTO audit (at_ms, times, actor, address, what, outcome)"
				 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, row->at_ms);
	db_bind_int(statement, 2, row->times);
	db_bind(statement, 3, row->actor);
	db_bind(statement, 4, row->address);
	db_bind(statement, 5, row->what);
	db_bind(statement, 6, row->outcome);
	return db_finish(statement, db_step(db, statement));
}

static bool read_row(struct db_statement *statement, struct arena *arena, struct audit_row *out)
{
	*out = (struct audit_row){
		.at_ms = db_int(statement, 0),
		.times = db_int(statement, 1),
	};
	return list_text(arena, statement, 2, &out->actor) &&
	       list_text(arena, statement, 3, &out->address) &&
	       list_text(arena, statement, 4, &out->what) &&
	       list_text(arena, statement, 5, &out->outcome);
}

int audit_list(
	struct db *db, size_t limit, struct arena *arena, struct audit_row **out, size_t *count)
{
	struct db_statement *statement =
		db_statement(db, "SELECT at_ms, times, actor, address, what, outcome FROM audit"
				 " ORDER BY seq DESC LIMIT ?1");
	size_t capacity = 0;
	void *items = NULL;
	int rc;

	*count = 0;
	*out = NULL;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, (int64_t)limit);
	while ((rc = db_step(db, statement)) == DB_ROW) {
		rc = ERR_NOMEM;
		if (!arena_grow(arena, &items, *count, &capacity, sizeof(**out), 64) ||
			!read_row(statement, arena, (struct audit_row *)items + *count))
			break;
		++*count;
	}
	*out = items;
	return db_finish(statement, rc);
}

int audit_erase(struct db *db, int64_t before_ms)
{
	struct db_statement *statement = db_statement(db, "DELETE FROM audit WHERE at_ms < ?1");

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, before_ms);
	return db_finish(statement, db_step(db, statement));
}
