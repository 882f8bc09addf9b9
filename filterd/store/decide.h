/* Deciding: what one decision and many with one commit share. */
#pragma once

#include "store/queue.h"

/* Whether it may be the reason of a decision. */
bool decide_is_reason(struct span reason);

/*
 * queue_decide() within what is begun; *seq is the decision's. Unless it answers ERR_IO or
 * ERR_NOMEM, a refusal has written nothing, and what else was done stands.
 */
int decide_within(
	struct db *db, const struct queue_decision *decision, uint32_t *version, int64_t *seq);
