/* Finding and reading items: what the operations on the queue share. */
#pragma once

#include "store/queue.h"

/*
 * queue_list(), but if `claimant` is not NULL only of items that nobody else holds, and without
 * the total.
 */
int list_items(struct db *db, const struct queue_filter *filter, const struct span *claimant,
	struct arena *arena, struct queue_page *out);

/* A column's text, copied into the arena; false when it is full. */
bool list_text(struct arena *arena, struct db_statement *statement, int column, struct span *out);

/* A queue id's column. False: it is none, the file is damaged. */
bool list_id(struct db_statement *statement, int column, char out[QUEUE_ID_SIZE]);
