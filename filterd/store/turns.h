/*
 * Turns: who of one process writes to the database next, first come, first served. SQLite's own
 * lock is tried again and again by whoever waits; under a steady load of commits somebody would
 * fail now and then.
 */
#pragma once

#include <stdbool.h>

struct turns;

struct turns *turns_new(void); /* NULL: no memory */
void turns_free(struct turns *turns); /* NULL is legal */

/*
 * Waits for a turn, and ends it. A turn is one transaction, which is bounded. NULL: it is always
 * one's turn.
 */
void turns_take(struct turns *turns);
void turns_give(struct turns *turns);
