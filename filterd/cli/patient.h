/* Writing to the queue's database beside another process, such as a daemon: with patience. */
#pragma once

#include "store/db.h"

#include <stdatomic.h>

/*
 * Runs `write`, which makes one short transaction. When another process holds the database it is
 * tried again for 10 s, unless *stop is set meanwhile (`stop` may be NULL). After it the others get
 * as much time as it took. What `write` returned.
 */
int patient_write(struct db *db, const atomic_bool *stop,
	int (*write)(struct db *db, void *context), void *context);
