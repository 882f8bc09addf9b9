/* Decisions as they are told: what the feed and the deliveries to webhooks share. */
#pragma once

#include "store/list.h"

/* Columns 0 to 10 for feed_read(), of `decision d` and `item i`; others may follow. */
#define FEED_COLUMNS                                                                               \
	" d.seq, d.at_ms, i.queue_id, i.site, i.comment_id, i.revision, d.act, d.state, d.actor,"  \
	" d.reason, d.note"
#define FEED_COLUMNS_COUNT 11

/*
 * Whether a decision (its table's alias, a literal) is one that is told: an approval, a rejection,
 * or one taken back, unless it was taken back before anybody knew.
 */
#define FEED_TELLS(d)                                                                              \
	"((" d ".act IN (0, 1) OR (" d ".act = 4 AND " d ".before IN (2, 3)))"                     \
	" AND " d ".quiet = 0 AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = " d ".seq" \
	" AND u.undoes > 0 AND u.quiet = 1))"

/* Reads the row at hand. OK; ERR_NOMEM; ERR_IO: the file is damaged. */
int feed_read(struct db_statement *statement, struct arena *arena, struct queue_event *out);
