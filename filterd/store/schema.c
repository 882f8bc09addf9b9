/* The tables of the queue's database: see schema.h. */
#include "store/schema.h"

/*
 * item       a comment in one revision, with what lists and filters need; stays for good, but for
 *            author and titles, which retention empties.
 * content    its text and answer, erased by retention: apart, so that lists do not read them.
 * item_rule  the rules that held, for filters.
 * decision   what was decided, only ever added to; hash covers the row and the hash before it.
 *
 * State is enum queue_state, act enum queue_act. Times are milliseconds since 1970.
 */
static const char step_1[] =
	"CREATE TABLE item ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" queue_id TEXT NOT NULL UNIQUE,"
	" site TEXT NOT NULL,"
	" comment_id TEXT," /* NULL: the CMS gave none; such items are never the same */
	" revision INTEGER NOT NULL,"
	" text_hash BLOB NOT NULL," /* SHA-256 */
	" state INTEGER NOT NULL DEFAULT 0,"
	" open INTEGER AS (state IN (0, 1)) VIRTUAL," /* it waits for a person */
	" version INTEGER NOT NULL DEFAULT 1,"
	" queued_ms INTEGER NOT NULL,"
	" settled_ms INTEGER," /* when it was last decided or superseded */
	" score INTEGER NOT NULL,"
	" language TEXT NOT NULL,"
	" guideline TEXT NOT NULL,"
	" rules_version TEXT NOT NULL,"
	" author_id TEXT NOT NULL, author_name TEXT NOT NULL,"
	" article_id TEXT NOT NULL, article_title TEXT NOT NULL,"
	" claimed_by TEXT NOT NULL DEFAULT '',"
	" claimed_until_ms INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (site, comment_id, revision)"
	") STRICT;"
	/* Those that wait, as they are listed: see list.c. */
	"CREATE INDEX open_by_seq ON item (open, seq);"
	"CREATE INDEX open_by_score ON item (open, score, seq);"
	"CREATE INDEX open_by_age ON item (open, queued_ms, seq);"
	"CREATE INDEX open_by_site ON item (open, site, seq);"
	"CREATE INDEX open_by_language ON item (open, language, seq);"
	"CREATE INDEX open_by_guideline ON item (open, guideline, seq);"
	"CREATE INDEX item_by_state ON item (state, seq);"
	"CREATE INDEX item_by_author ON item (author_id, seq) WHERE author_id <> '';"
	"CREATE INDEX item_by_article ON item (article_id, seq) WHERE article_id <> '';"
	"CREATE INDEX item_by_text ON item (text_hash, seq);"
	"CREATE INDEX item_by_end ON item (settled_ms) WHERE settled_ms IS NOT NULL;"
	"CREATE TABLE content ("
	" item INTEGER PRIMARY KEY REFERENCES item (seq),"
	" request TEXT NOT NULL,"
	" answer TEXT NOT NULL"
	") STRICT;"
	"CREATE TABLE item_rule ("
	" rule TEXT NOT NULL,"
	" item INTEGER NOT NULL REFERENCES item (seq),"
	" guideline TEXT NOT NULL,"
	" PRIMARY KEY (rule, item)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX item_rule_by_item ON item_rule (item);"
	"CREATE TABLE decision ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" item INTEGER NOT NULL REFERENCES item (seq),"
	" version INTEGER NOT NULL," /* of the item after it */
	" at_ms INTEGER NOT NULL,"
	" act INTEGER NOT NULL,"
	" state INTEGER NOT NULL," /* of the item after it */
	" before INTEGER NOT NULL," /* its state before: what undo goes back to */
	" undoes INTEGER NOT NULL," /* seq of the decision that this one takes back, or 0 */
	" actor TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" note TEXT NOT NULL," /* emptied by retention */
	" note_hash BLOB NOT NULL," /* SHA-256: the chain holds without the note */
	" hash BLOB NOT NULL" /* SHA-256 over the hash before and this row */
	") STRICT;"
	"CREATE INDEX decision_by_item ON decision (item, seq);"
	"CREATE INDEX decision_by_time ON decision (at_ms);"
	"CREATE INDEX decision_undone ON decision (undoes) WHERE undoes > 0;";

/*
 * batch      decisions that were taken together: see batch.h. actor is who asked for it.
 * batched    which they are; apart from the decisions, whose chain covers only their own row.
 */
static const char step_batches[] = "CREATE TABLE batch ("
				   " id INTEGER PRIMARY KEY AUTOINCREMENT,"
				   " actor TEXT NOT NULL,"
				   " rules_version TEXT NOT NULL,"
				   " begun_ms INTEGER NOT NULL,"
				   " ended_ms INTEGER"
				   ") STRICT;"
				   "CREATE TABLE batched ("
				   " decision INTEGER PRIMARY KEY REFERENCES decision (seq),"
				   " batch INTEGER NOT NULL REFERENCES batch (id)"
				   ") STRICT;"
				   "CREATE INDEX batched_by_batch ON batched (batch, decision);";

/*
 * token   who may use the daemon: never the token's text, and no row is ever removed.
 * secret  keys that are made once.
 * audit   who did what over HTTP, by the minute; decisions are in `decision`. Goes with retention.
 */
static const char step_tokens[] =
	"CREATE TABLE token ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE,"
	" name TEXT NOT NULL,"
	" role TEXT NOT NULL,"
	" hash BLOB NOT NULL UNIQUE," /* SHA-256 */
	" proof BLOB NOT NULL," /* SHA-256 of what its sessions show */
	" created_ms INTEGER NOT NULL,"
	" expires_ms INTEGER NOT NULL," /* 0: never */
	" revoked_ms INTEGER NOT NULL DEFAULT 0," /* 0: it is not */
	" used_ms INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE UNIQUE INDEX token_by_name ON token (name) WHERE revoked_ms = 0;"
	"CREATE TABLE secret ("
	" name TEXT PRIMARY KEY,"
	" value BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE audit ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at_ms INTEGER NOT NULL," /* of the first time */
	" times INTEGER NOT NULL,"
	" actor TEXT NOT NULL,"
	" address TEXT NOT NULL,"
	" what TEXT NOT NULL,"
	" outcome TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX audit_by_time ON audit (at_ms);";

/* history    comments that the rules decided, kept to try other rules on: see history.h. */
static const char step_history[] = "CREATE TABLE history ("
				   " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
				   " site TEXT NOT NULL,"
				   " comment_id TEXT," /* NULL: the CMS gave none */
				   " text_hash BLOB NOT NULL," /* SHA-256 */
				   " revision INTEGER NOT NULL,"
				   " state INTEGER NOT NULL," /* approved or rejected */
				   " kept_ms INTEGER NOT NULL,"
				   " score INTEGER NOT NULL,"
				   " language TEXT NOT NULL,"
				   " guideline TEXT NOT NULL,"
				   " rules_version TEXT NOT NULL,"
				   " author_id TEXT NOT NULL, author_name TEXT NOT NULL,"
				   " article_id TEXT NOT NULL, article_title TEXT NOT NULL,"
				   " request TEXT NOT NULL,"
				   " answer TEXT NOT NULL,"
				   " UNIQUE (site, comment_id, text_hash)"
				   ") STRICT;"
				   "CREATE INDEX history_by_age ON history (kept_ms);";

/*
 * told       how far each reader of the decisions has come: webhooks by their names, and '' for the
 *            furthest of all, who asks for the feed included.
 * delivery   a decision on its way to a webhook, until the webhook has taken it.
 *
 * An undo is `quiet` if nobody had been told what it takes back: then neither is ever told.
 */
static const char step_hooks[] =
	"ALTER TABLE decision ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE told ("
	" reader TEXT NOT NULL PRIMARY KEY,"
	" seq INTEGER NOT NULL" /* of a decision */
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO told (reader, seq) VALUES ('', 0);"
	"CREATE TABLE delivery ("
	" reader TEXT NOT NULL,"
	" seq INTEGER NOT NULL REFERENCES decision (seq),"
	" comment INTEGER NOT NULL," /* the first item of the comment, whatever its revision */
	" attempts INTEGER NOT NULL DEFAULT 0," /* that failed */
	" first_ms INTEGER NOT NULL DEFAULT 0," /* when the first of them was */
	" next_ms INTEGER NOT NULL DEFAULT 0," /* not before */
	" dead_ms INTEGER NOT NULL DEFAULT 0," /* since then it is not tried any more; 0: it is */
	" error TEXT NOT NULL DEFAULT ''," /* of the last attempt, in our words */
	" PRIMARY KEY (reader, seq)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX delivery_due ON delivery (reader, dead_ms, next_ms, seq);"
	"CREATE INDEX delivery_order ON delivery (reader, comment, seq);";

const char *const schema_steps[] = {step_1, step_batches, step_tokens, step_history, step_hooks};
const size_t schema_steps_count = sizeof(schema_steps) / sizeof(schema_steps[0]);
