/*
 * A replay: comments of the queue judged again, by the rules of today or by others.
 *
 *     replay_new() ──► replay_judge() until it is done ──► what would change, by rule, with
 * examples └──► replay_apply() until it is done: what is now certain is decided
 *
 * It works in slices: each call takes a page of comments, or a transaction of decisions, and
 * returns, so that the caller can show progress, answer others, or end it. Nothing is written
 * before replay_apply(), and only for comments that are as they were judged.
 *
 * A comment is compared with what was decided about it: one that waits with `review`, one of the
 * history with what the rules said. What made the
 * difference is found from the verdict that was stored with it (moderate/change.h), for the rules
 * that gave it may be gone.
 */
#pragma once

#include "base/map.h"
#include "moderate/change.h"
#include "moderate/evaluate.h"
#include "store/batch.h"
#include "wire/excerpt.h"

#include <stdatomic.h>

#define REPLAY_PAGE QUEUE_PAGE_MAX /* comments of a slice */
#define REPLAY_DECISIONS_MAX 1000000 /* that are kept to be applied: 40 MB */
#define REPLAY_EXAMPLES_MAX 20000 /* of all groups together */
#define REPLAY_EXAMPLES_EACH_MAX 100 /* of one group */
#define REPLAY_ACTOR "replay" /* who decides */

struct replay_options {
	struct db *db; /* of replay_judge() and replay_apply() */
	const struct ruleset *set; /* must outlive the replay, like what follows */
	const struct language_guesser *guesser; /* may be NULL */
	struct evaluate_options limits;
	struct queue_filter filter; /* which comments; of its pages and total it takes care */
	bool history; /* those of the history (store/history.h) instead of the queue's */
	uint64_t most; /* comments; 0: all */
	unsigned examples; /* kept of each group */
	const atomic_bool *stop; /* ends a slice between two comments; may be NULL */
	int64_t now_ms; /* what comes into the queue later is not looked at */
};

struct replay_example {
	struct replay_example *next;
	char queue_id[QUEUE_ID_SIZE]; /* empty: of the history */
	struct span site, comment_id;
	struct excerpt excerpt;
};

/* Comments that go the same way for the same reason: each comment is in at most one group. */
struct replay_group {
	enum verdict_kind from, to; /* from: what was decided, review for what waits */
	const char *rule; /* the id of the rule that is the cause, or NULL: */
	const char *guideline; /* that guideline's thresholds; NULL too: a limit on size or time */
	const struct rule *now; /* the rule in the set; NULL: that has none of this id */
	bool before; /* the rule stands in the stored verdict of one of the comments */
	uint64_t count;
	struct replay_example *examples; /* the first ones met */
	unsigned examples_count;
};

struct replay_counts {
	uint64_t judged;
	uint64_t erased; /* retention has erased the text */
	uint64_t unreadable; /* what is stored is no request */
	uint64_t verdicts[VERDICT_COUNT][VERDICT_COUNT]; /* from by to */
	uint64_t certain[VERDICT_COUNT]; /* comments that wait, that replay_apply() would decide */
	uint64_t claimed; /* would be certain, but somebody works on them */
	uint64_t escalated; /* would be certain, but were left to somebody with more say */
};

/* A decision that is certain. */
struct replay_decision {
	uint32_t version; /* of the item when it was judged */
	uint16_t guideline; /* index in the set, of a reject */
	bool reject;
	char queue_id[QUEUE_ID_SIZE];
};

struct replay {
	struct replay_options options;
	struct evaluator *evaluator;
	struct pairs pairs;
	struct arena keep; /* of groups and examples */
	struct arena page, comment; /* of a page, of one comment */
	struct buf cursor, name;
	struct map names; /* of the groups */
	struct replay_group *groups; /* in the order in which they were met */
	size_t groups_count, groups_capacity, examples_count;
	struct replay_counts counts;
	uint64_t total; /* comments there are, if total_known */
	bool total_known;
	bool done; /* judged all */
	struct replay_decision *decisions; /* owned */
	size_t decisions_count, decisions_capacity;
	size_t applied; /* of them, tried */
};

/* OK with *out, for replay_free(); ERR_NOMEM. */
int replay_new(const struct replay_options *options, struct replay **out);
void replay_free(struct replay *replay); /* NULL is legal */

/*
 * Judges the next comments, at most REPLAY_PAGE of them; replay->done says whether these were the
 * last. OK; ERR_INVALID: the filter cannot be; ERR_IO (see db_trouble()), ERR_NOMEM.
 */
int replay_judge(struct replay *replay);

/*
 * Judges one comment that the caller has, from a file, say: its request and answer, state,
 * queued_ms and guideline, and what examples show. OK or ERR_NOMEM.
 */
int replay_judge_one(struct replay *replay, const struct queue_item *item);

/* Comments that were come to, whatever became of them. */
static inline uint64_t replay_seen(const struct replay_counts *counts)
{
	return counts->judged + counts->erased + counts->unreadable;
}

/* Comments that did not stay what they were. */
uint64_t replay_changed(const struct replay_counts *counts);

/*
 * The groups of a way, the largest first; *count of them. For free(). NULL: no memory.
 */
const struct replay_group **replay_groups(
	const struct replay *replay, enum verdict_kind from, enum verdict_kind to, size_t *count);

/*
 * Decides the next of what is certain, at most BATCH_SLICE in one transaction, as REPLAY_ACTOR,
 * within the batch (see store/batch.h), with `note`. What has changed since it was judged, is
 * claimed or decided is passed over and counted in `out`. *done: these were the last. OK, ERR_IO
 * (with DB_BUSY the same can be tried again), ERR_NOMEM.
 */
int replay_apply(struct replay *replay, int64_t batch, struct span note, int64_t now_ms,
	struct batch_counts *out, bool *done);

/*
 * The note of a batch's decisions, such as "replay 12 rules 3f2a91c0 by ana: too strict", of at
 * most QUEUE_NOTE_MAX bytes; in the arena, ptr NULL: no memory. `set` may be NULL, `own` empty.
 */
struct span replay_note(struct arena *arena, const char *what, int64_t batch,
	const struct ruleset *set, struct span who, struct span own);

/* Appends the result as members of a JSON object: see cli/README.md. False: no memory. */
bool replay_json(struct buf *json, const struct replay *replay);
