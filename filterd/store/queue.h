/*
 * The review queue: comments that wait for a person, and what was decided about them.
 *
 * These are the operations on one connection (db.h), each whole or not at all; they run inside the
 * caller's transaction if there is one (store.h batches so), else in one of their own. Times are
 * milliseconds since 1970 and come from the caller, so that tests can set the clock; but where
 * several machines share a server, leases and decisions go by that one's clock (db_now_ms()).
 *
 * An item is a comment in one revision. (site, comment id, revision) is unique: a comment that is
 * sent again is the same item with the same queue id. A comment without an id is an item of its
 * own. One that comes again with another text is a new revision, whether or not the CMS counts
 * them; the older item is then `superseded`, and no decision can land on it.
 *
 * Decisions are only ever added. Each carries the hash of the one before it and of itself, so that
 * a changed or missing row is found (queue_verify()).
 */
#pragma once

#include "base/arena.h"
#include "store/db.h"

#define QUEUE_ID_SIZE 27 /* 26 characters of [a-z2-7] (128 random bits), NUL */
#define QUEUE_PAGE_MAX 200 /* items of a page */
#define QUEUE_TOTAL_MAX 10000 /* items that are counted; if there are more, that is not told */
#define QUEUE_NOTE_MAX 2000 /* [bytes] */
#define QUEUE_ACTOR_MAX 128 /* [bytes] */

enum queue_state {
	QUEUE_WAITING,
	QUEUE_ESCALATED, /* waits for somebody with more say */
	QUEUE_APPROVED,
	QUEUE_REJECTED,
	QUEUE_SUPERSEDED, /* a newer revision came */
	QUEUE_STATES,
};
/* "waiting", "escalated", ... */
extern const char *const queue_state_names[QUEUE_STATES];

/* One rule that held for the comment. */
struct queue_match {
	struct span rule, guideline;
};

/* A comment on its way into the queue. All spans are UTF-8 and the caller's. */
struct queue_entry {
	struct span site, comment_id; /* empty: not told */
	uint32_t revision; /* 0: not told */
	struct span text; /* for the hash by which a changed or repeated text is told */
	struct span language; /* tag, may be empty */
	struct span author_id, author_name, article_id, article_title;
	struct span guideline; /* the strongest; may be empty */
	uint32_t score; /* in ten-thousandths */
	struct span rules_version;
	const struct queue_match *matches;
	size_t matches_count;
	struct span request; /* the comment with its context as JSON, as it came */
	struct span answer; /* the answer as JSON, up to and without `,"queued"` */
	int64_t now_ms;
	/*
	 * The queue id of a try before, of which it is not known whether it was stored (DB_LOST):
	 * if it was, it is found. Empty: this is the first try.
	 */
	struct span tried_as;
};

struct queue_added {
	char queue_id[QUEUE_ID_SIZE];
	uint32_t revision;
	bool again; /* it was there already */
};

/* Stores the comment, or finds that it is there. OK, ERR_NOMEM or ERR_IO (see db_trouble()). */
int queue_add(struct db *db, const struct queue_entry *entry, struct queue_added *out);

/* An item as it is shown. Spans lie in the arena given. */
struct queue_item {
	char queue_id[QUEUE_ID_SIZE];
	int64_t seq; /* grows with arrival */
	uint32_t version; /* grows with each claim, decision and undo: what a decision must name */
	enum queue_state state;
	struct span site, comment_id, language, author_id, author_name, article_id, article_title;
	struct span guideline, rules_version;
	uint32_t revision, score;
	int64_t queued_ms;
	struct span claimed_by; /* empty: nobody, or the lease is over */
	int64_t claimed_until_ms;
	struct span request, answer; /* JSON; empty once retention has erased them */
};

enum queue_order { QUEUE_OLDEST, QUEUE_NEWEST, QUEUE_HIGHEST_SCORE };

/* Empty spans and zeros do not restrict. */
struct queue_filter {
	uint32_t states; /* bits 1 << enum queue_state; 0: waiting and escalated */
	struct span site, language, guideline, rule, author_id, article_id;
	uint32_t score_from, score_to; /* in ten-thousandths; score_to 0: no upper bound */
	int64_t queued_from_ms, queued_to_ms;
	struct span same_text_as; /* a queue id: items with the same text as that one */
	const struct span *ids; /* queue ids: only these; at most QUEUE_PAGE_MAX */
	size_t ids_count; /* 0: all */
	enum queue_order order;
	struct span after; /* cursor: `next` of the page before */
	size_t limit; /* 0: 50; at most QUEUE_PAGE_MAX */
	bool no_total; /* nobody wants to know it: it is not counted */
	int64_t now_ms; /* for leases */
};

struct queue_page {
	struct queue_item *items;
	size_t count;
	uint64_t
		total; /* items that the filter lets through, of all pages, up to QUEUE_TOTAL_MAX */
	struct span next; /* cursor of the page that follows; empty: this was the last */
};

/* Lists a page. OK; ERR_INVALID for a cursor that is none; ERR_NOMEM, ERR_IO. */
int queue_list(struct db *db, const struct queue_filter *filter, struct arena *arena,
	struct queue_page *out);

/* One item by queue id. OK; ERR_NOTFOUND, ERR_NOMEM, ERR_IO. */
int queue_get(struct db *db, struct span queue_id, int64_t now_ms, struct arena *arena,
	struct queue_item *out);

/*
 * Claims up to `limit` items that the filter lets through and nobody else holds, for `lease_ms`
 * from now; *out lists them. A claim of one's own is prolonged.
 */
int queue_claim(struct db *db, const struct queue_filter *filter, struct span actor,
	int64_t lease_ms, struct arena *arena, struct queue_page *out);

/* Gives a claim back before its time. OK; ERR_NOTFOUND: it held none. */
int queue_release(struct db *db, struct span queue_id, struct span actor, int64_t now_ms);

enum queue_act { QUEUE_APPROVE, QUEUE_REJECT, QUEUE_ESCALATE, QUEUE_NOTE, QUEUE_UNDO, QUEUE_ACTS };
/* "approve", "reject", "escalate", "note", "undo". */
extern const char *const queue_act_names[QUEUE_ACTS];

struct queue_decision {
	struct span queue_id;
	uint32_t version; /* of the item as the person saw it; 0: whatever it is now */
	enum queue_act act;
	struct span actor; /* who */
	struct span reason; /* at most 64 of [a-z0-9_/-], such as a guideline's id; may be empty */
	struct span note; /* may be empty */
	int64_t now_ms;
};

/*
 * Decides. OK with *version the item's new one; ERR_NOTFOUND; ERR_CONFLICT when the item has
 * another version, is superseded, is claimed by somebody else, is decided already, or there is
 * nothing to undo; ERR_INVALID for a reason or length that is none; ERR_NOMEM, ERR_IO.
 */
int queue_decide(struct db *db, const struct queue_decision *decision, uint32_t *version);

/* One row of the decisions' history, as the feed tells it. */
struct queue_event {
	int64_t seq; /* the cursor */
	int64_t at_ms;
	char queue_id[QUEUE_ID_SIZE];
	struct span site, comment_id;
	uint32_t revision;
	enum queue_act act;
	enum queue_state state; /* of the item after it */
	struct span actor, reason, note;
};

/*
 * What the CMS is to know, after the cursor, oldest first: approvals, rejections, and those taken
 * back. What is younger than `hold_ms` is not told yet, nor what comes after it, for it can still
 * be undone. What was undone before any reader was told it is never told, nor its undo; once one
 * reader was told it, everybody is told both, whatever clocks and `hold_ms` say: how far the
 * furthest has come is written before the events are returned. OK, ERR_NOMEM, ERR_IO.
 */
int queue_feed(struct db *db, int64_t after, int64_t hold_ms, int64_t now_ms, size_t limit,
	struct arena *arena, struct queue_event **events, size_t *count);

/* All that was decided and noted about one item, the oldest first; at most QUEUE_PAGE_MAX. */
int queue_history(struct db *db, struct span queue_id, struct arena *arena,
	struct queue_event **events, size_t *count);

/* How an item stands, without what it says. */
struct queue_glance {
	char queue_id[QUEUE_ID_SIZE];
	enum queue_state state;
	uint32_t version;
	struct span claimed_by; /* empty: nobody */
	int64_t claimed_until_ms;
	struct span decided_by; /* who decided last; empty: nobody has */
};

/* Looks at items by their queue ids; *out (in the arena) holds those that there are. */
int queue_look(struct db *db, const struct span *ids, size_t ids_count, int64_t now_ms,
	struct arena *arena, struct queue_glance **out, size_t *count);

enum queue_grouping {
	QUEUE_BY_SITE,
	QUEUE_BY_LANGUAGE,
	QUEUE_BY_GUIDELINE,
	QUEUE_BY_RULE,
	QUEUE_GROUPINGS,
};
/* "site", "lang", "guideline", "rule": as the filters are called on the wire. */
extern const char *const queue_grouping_names[QUEUE_GROUPINGS];

#define QUEUE_GROUPS_MAX 50

/* Items that wait (or are escalated) and share something. */
struct queue_group {
	struct span name;
	uint64_t open;
};

/* The largest groups, at most QUEUE_GROUPS_MAX, in the arena. */
int queue_groups(struct db *db, enum queue_grouping by, struct arena *arena,
	struct queue_group **out, size_t *count);

struct queue_counts {
	uint64_t by_state[QUEUE_STATES];
	int64_t oldest_ms; /* of those that wait; 0: none */
	uint64_t decisions;
};
int queue_count(struct db *db, struct queue_counts *out);

/*
 * Checks the file and the chain of decisions. OK when all is well; ERR_INVALID with one line for
 * each finding in `findings`; ERR_IO, ERR_NOMEM.
 */
int queue_verify(struct db *db, struct buf *findings, uint64_t *decisions);

/*
 * Erases request, answer, author, title, the text's hash and notes of items decided (or superseded)
 * before `before_ms`, and deletes what the history has kept from before then, at most `limit` of
 * them; *erased says how many. Counts, states and the chain stay. Outside a transaction it also
 * takes them out of the write-ahead log.
 */
int queue_erase(struct db *db, int64_t before_ms, size_t limit, size_t *erased);
