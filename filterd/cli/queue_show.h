/* Items of the review queue as a person reads them at a terminal. */
#pragma once

#include "cli/out.h"
#include "store/queue.h"

/* Two lines: id, state, score, guideline, where it belongs; the text's beginning. */
void queue_show_line(struct out *out, const struct queue_item *item, int64_t now_ms);

/*
 * The whole comment with what matched underlined, which rules, why, its context and what was
 * decided about it. False: no memory.
 */
bool queue_show_whole(struct out *out, const struct queue_item *item,
	const struct queue_event *events, size_t events_count, int64_t now_ms);
