/*
 * The history: some of the comments that were approved or rejected by the rules themselves, kept so
 * that changed rules can be tried on them. Nobody decides about them, and retention deletes them
 * whole.
 */
#pragma once

#include "store/queue.h"

#define HISTORY_ALL 10000 /* a share of comments, in ten-thousandths */

/*
 * Whether a comment is among the `share` of all that are kept: by its site and id (without one, its
 * text), so that each filterd and each run takes the same ones.
 */
bool history_takes(struct span site, struct span comment_id, struct span text, uint32_t share);

/*
 * Keeps the comment; `state` is QUEUE_APPROVED or QUEUE_REJECTED. One that is there with the same
 * text is not kept again. OK, ERR_NOMEM, ERR_IO.
 */
int history_add(struct db *db, const struct queue_entry *entry, enum queue_state state);

/*
 * Lists a page, the oldest first: as queue_list(), of the filter's states, site, language,
 * guideline, author, article, times, scores, `after` and `limit`; what else the filter says is not
 * looked at. Items have an empty queue id. The total is counted unless no_total.
 */
int history_list(struct db *db, const struct queue_filter *filter, struct arena *arena,
	struct queue_page *out);

/* Deletes what was kept before `before_ms`, at most `limit`. Within a transaction that is begun. */
int history_erase(struct db *db, int64_t before_ms, size_t limit, size_t *erased);
