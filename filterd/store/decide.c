/* Decisions: queue_decide() of queue.h. */
#include "store/decide.h"

#include "store/chain.h"

const char *const queue_act_names[QUEUE_ACTS] = {
	[QUEUE_APPROVE] = "approve",
	[QUEUE_REJECT] = "reject",
	[QUEUE_ESCALATE] = "escalate",
	[QUEUE_NOTE] = "note",
	[QUEUE_UNDO] = "undo",
};

/* What a decision is about, as it stands. */
struct subject {
	int64_t seq;
	uint32_t version;
	enum queue_state state;
	bool others; /* somebody else has claimed it */
};

static int find(struct db *db, const struct queue_decision *decision, struct subject *out)
{
	struct db_statement *statement = db_statement(db,
		"SELECT seq, version, state, claimed_by <> ?2 AND claimed_until_ms > ?3 FROM item"
		" WHERE queue_id = ?1 FOR UPDATE");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, decision->queue_id);
	db_bind(statement, 2, decision->actor);
	db_bind_int(statement, 3, db_now_ms(db, decision->now_ms));
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		out->seq = db_int(statement, 0);
		out->version = (uint32_t)db_int(statement, 1);
		out->state = (enum queue_state)db_int(statement, 2);
		out->others = db_int(statement, 3) != 0;
		rc = OK;
	} else if (rc == OK) {
		rc = ERR_NOTFOUND;
	}
	return db_finish(statement, rc);
}

/* The decision that an undo takes back: the newest that none has taken back. */
static int find_undoable(struct db *db, const struct subject *subject, struct chain_row *row)
{
	struct db_statement *statement = db_statement(db,
		"SELECT d.seq, d.before FROM decision d WHERE d.item = ?1 AND d.act IN (?2, ?3, ?4)"
		" AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.seq AND u.undoes > 0)"
		" ORDER BY d.seq DESC LIMIT 1");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, subject->seq);
	db_bind_int(statement, 2, QUEUE_APPROVE);
	db_bind_int(statement, 3, QUEUE_REJECT);
	db_bind_int(statement, 4, QUEUE_ESCALATE);
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		row->undoes = db_int(statement, 0);
		row->state = db_int(statement, 1);
		rc = OK;
	} else if (rc == OK) {
		rc = ERR_CONFLICT;
	}
	return db_finish(statement, rc);
}

/* What the item's state will be; ERR_CONFLICT when the act does not fit. */
static int next_state(struct db *db, const struct queue_decision *decision,
	const struct subject *subject, struct chain_row *row)
{
	bool open = subject->state == QUEUE_WAITING || subject->state == QUEUE_ESCALATED;

	row->state = subject->state;
	if (decision->version != 0 && decision->version != subject->version)
		return ERR_CONFLICT;
	if (decision->act == QUEUE_NOTE)
		return OK;
	if (subject->state == QUEUE_SUPERSEDED || subject->others)
		return ERR_CONFLICT;
	switch (decision->act) {
	case QUEUE_APPROVE:
		row->state = QUEUE_APPROVED;
		return open ? OK : ERR_CONFLICT;
	case QUEUE_REJECT:
		row->state = QUEUE_REJECTED;
		return open ? OK : ERR_CONFLICT;
	case QUEUE_ESCALATE:
		row->state = QUEUE_ESCALATED;
		return subject->state == QUEUE_WAITING ? OK : ERR_CONFLICT;
	case QUEUE_UNDO:
		return find_undoable(db, subject, row);
	case QUEUE_NOTE:
	case QUEUE_ACTS:
		break;
	}
	return ERR_INVALID;
}

/* The end of the chain: its last seq and time (0: none yet) and hash (zeros). */
static int find_end(struct db *db, int64_t *seq, int64_t *at_ms, unsigned char hash[CHAIN_HASH])
{
	struct db_statement *statement =
		db_statement(db, "SELECT seq, hash, at_ms FROM decision ORDER BY seq DESC LIMIT 1");
	int rc;

	*seq = *at_ms = 0;
	memset(hash, 0, CHAIN_HASH);
	if (statement == NULL)
		return ERR_IO;
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		struct span found = db_blob(statement, 1);

		*seq = db_int(statement, 0);
		*at_ms = db_int(statement, 2);
		rc = found.len == CHAIN_HASH ? OK : ERR_IO;
		if (rc == OK)
			memcpy(hash, found.ptr, CHAIN_HASH);
	}
	return db_finish(statement, rc);
}

static int append(struct db *db, const struct chain_row *row, struct span note,
	const unsigned char hash[CHAIN_HASH])
{
	struct db_statement *statement = db_statement(db,
		"INSERT INTO decision (seq, item, version, at_ms, act, state, before, undoes, "
		"actor,"
		" reason, note, note_hash, hash, quiet) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10, ?11, ?12, ?13,"
		/* What nobody was told needs not be taken back: see queue_feed(). */
		" CASE WHEN ?8 > (SELECT seq FROM told WHERE reader = '') THEN 1 ELSE 0 END)");
	const int64_t numbers[] = {row->seq, row->item, row->version, row->at_ms, row->act,
		row->state, row->before, row->undoes};

	if (statement == NULL)
		return ERR_IO;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		db_bind_int(statement, (int)i + 1, numbers[i]);
	db_bind(statement, 9, row->actor);
	db_bind(statement, 10, row->reason);
	db_bind(statement, 11, note);
	db_bind_blob(statement, 12, row->note_hash, CHAIN_HASH);
	db_bind_blob(statement, 13, hash, CHAIN_HASH);
	return db_finish(statement, db_step(db, statement));
}

/* A decision ends the claim; what waits again can be claimed by anybody. */
static int change(struct db *db, const struct chain_row *row)
{
	struct db_statement *statement = db_statement(db,
		"UPDATE item SET state = ?2, version = ?3, settled_ms = ?4, claimed_by = '',"
		" claimed_until_ms = 0 WHERE seq = ?1");
	bool settled = row->state == QUEUE_APPROVED || row->state == QUEUE_REJECTED;

	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, row->item);
	db_bind_int(statement, 2, row->state);
	db_bind_int(statement, 3, row->version);
	if (settled)
		db_bind_int(statement, 4, row->at_ms);
	return db_finish(statement, db_step(db, statement));
}

static int decide(
	struct db *db, const struct queue_decision *decision, uint32_t *version, int64_t *seq)
{
	struct subject subject = {.seq = 0};
	struct chain_row row = {
		.act = decision->act,
		.at_ms = db_now_ms(db, decision->now_ms),
		.actor = decision->actor,
		.reason = decision->reason,
	};
	unsigned char before[CHAIN_HASH], hash[CHAIN_HASH];
	int64_t last_ms;
	/* First of all, so that whoever decides waits here and holds nothing that others need. */
	int rc = db_lock(db, SPAN("decision"), SPAN("chain"));

	if (rc == OK)
		rc = find(db, decision, &subject);
	if (rc == OK)
		rc = next_state(db, decision, &subject, &row);
	if (rc == OK)
		rc = find_end(db, &row.seq, &last_ms, before);
	if (rc != OK)
		return rc;
	row.seq++;
	/* A clock that was set back must not put a decision before those it came after. */
	if (row.at_ms < last_ms)
		row.at_ms = last_ms;
	row.item = subject.seq;
	row.before = subject.state;
	row.version = decision->act == QUEUE_NOTE ? subject.version : subject.version + 1;
	*version = (uint32_t)row.version;
	*seq = row.seq;
	if (!chain_hash_text(decision->note, row.note_hash) || !chain_hash(before, &row, hash))
		return ERR_NOMEM;
	rc = append(db, &row, decision->note, hash);
	return rc == OK && decision->act != QUEUE_NOTE ? change(db, &row) : rc;
}

bool decide_is_reason(struct span reason)
{
	for (size_t i = 0; i < reason.len; i++) {
		char c = reason.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '/' ||
			    c == '-'))
			return false;
	}
	return reason.len <= 64;
}

static bool is_valid(const struct queue_decision *decision)
{
	return decision->actor.len > 0 && decision->actor.len <= QUEUE_ACTOR_MAX &&
	       decision->note.len <= QUEUE_NOTE_MAX && decide_is_reason(decision->reason) &&
	       (decision->act != QUEUE_NOTE || decision->note.len > 0);
}

int decide_within(
	struct db *db, const struct queue_decision *decision, uint32_t *version, int64_t *seq)
{
	return is_valid(decision) ? decide(db, decision, version, seq) : ERR_INVALID;
}

int queue_decide(struct db *db, const struct queue_decision *decision, uint32_t *version)
{
	int64_t seq;
	int rc;

	if (!is_valid(decision))
		return ERR_INVALID;
	rc = db_begin(db);
	return rc == OK ? db_end(db, decide(db, decision, version, &seq)) : rc;
}
