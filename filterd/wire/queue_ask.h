/* What is asked of the review queue: filters and decisions, out of a query or a JSON body. */
#pragma once

#include "store/queue.h"
#include "wire/refusal.h"

#define QUEUE_ASK_IDS_MAX QUEUE_PAGE_MAX
#define QUEUE_ASK_LEASE_MAX 86400 /* [s] */

struct queue_ask {
	struct queue_filter filter; /* `ids` among it */
	int64_t lease_s; /* 0: not said */
	struct queue_decision *decisions; /* actor and time are the caller's to set */
	size_t decisions_count;
	struct queue_decision decision; /* of a body that is one */
	int64_t id, batch; /* of a replay, of a batch; 0: not said */
	bool has_files; /* there is `files`, which trial.h reads */
};

/*
 * Reads the query of a list. False: *refusal says why not, with the name as `pointer`. A name that
 * is not known is refused: a filter that were passed over would let more through than was meant.
 */
bool queue_ask_query(
	struct span query, struct arena *arena, struct queue_ask *out, struct refusal *refusal);

/*
 * Reads a body: an object of `filter`, `ids`, `limit`, `lease_s`, `decisions`, or of one decision's
 * `act`, `version`, `reason`, `note`; or of a replay's `id`, `batch`, `files`. Which of them are
 * needed is the caller's to know.
 */
bool queue_ask_body(
	struct span json, struct arena *arena, struct queue_ask *out, struct refusal *refusal);

/* Appends the filters as Markdown, for README.md in this folder. */
void queue_ask_describe(struct buf *out);
