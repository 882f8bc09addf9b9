/* The verdict that is stored with a comment, as far as a comparison needs it. */
#pragma once

#include "moderate/change.h"
#include "store/queue.h"

/*
 * Reads the item's answer into a verdict of the told side of `pairs`; what it finds in `comment`
 * is kept where it lies within that. Lives in the arena. An answer that is none gives a verdict
 * without matches. OK or ERR_NOMEM.
 */
int replay_told(struct pairs *pairs, struct arena *arena, const struct queue_item *item,
	const struct comment *comment, struct verdict *out);
