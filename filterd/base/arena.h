/*
 * An arena: memory that is given out piece by piece and taken back all at once.
 *
 * Two uses: a worker's arena holds everything of one comment and is reset after the answer; a rule
 * set's arena holds the set for its life. Nothing in an arena is freed on its own.
 */
#pragma once

#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the newest first; owned */
	char *at; /* next free byte of the newest block */
	char *end; /* its end */
	size_t used; /* [bytes] held from malloc() */
	size_t limit; /* [bytes] most it may hold; 0 is no limit */
};

/* An empty arena; allocates nothing yet. */
void arena_init(struct arena *a, size_t limit);

/*
 * `size` bytes aligned for any type, not zeroed; NULL when malloc fails or the limit is reached.
 * size 0 gives a valid pointer.
 */
void *arena_alloc(struct arena *a, size_t size);

/* The same, zeroed, for `count` items of `size` bytes; NULL also when count * size overflows. */
void *arena_zalloc(struct arena *a, size_t count, size_t size);

/*
 * Makes room for one more item in an array that lives in the arena: when `count` items of `size`
 * bytes fill *capacity, they move to one twice as large, of `first` items at the beginning. False
 * when there is no memory.
 */
bool arena_grow(
	struct arena *a, void **items, size_t count, size_t *capacity, size_t size, size_t first);

/* A copy of s with a NUL after it; ptr is NULL when there is no memory. */
struct span arena_copy(struct arena *a, struct span s);

/* Gives all that `from` holds to `to` and leaves `from` empty. */
void arena_join(struct arena *to, struct arena *from);

/* Takes everything back but keeps one block for the next comment. */
void arena_reset(struct arena *a);

/* Frees all; the arena may be used again. */
void arena_free(struct arena *a);
