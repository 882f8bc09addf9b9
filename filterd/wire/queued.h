/* A comment and its verdict as an entry of the review queue. */
#pragma once

#include "store/queue.h"
#include "wire/native.h"

/*
 * Fills *out but for `request`, `answer` and `now_ms`. It points into the request, the arena and
 * the verdict's rule set, not into the verdict. OK or ERR_NOMEM.
 */
int queued_entry(struct arena *arena, const struct native_request *request,
	const struct verdict *verdict, struct queue_entry *out);
