/*
 * A hash map from byte strings to 32-bit numbers, with a random seed so that hostile keys cannot be
 * made to collide. Keys are not copied: they must outlive the map.
 */
#pragma once

#include "base/span.h"
#include "base/status.h"

#define MAP_NONE UINT32_MAX /* what map_get() returns for a key that is not there */

struct map_slot {
	struct span key;
	uint32_t hash;
	uint32_t value; /* MAP_NONE: empty */
};

struct map {
	struct map_slot *slots; /* owned; a power of two of them, at most half filled */
	size_t capacity;
	size_t count;
};

/* The value under key, or MAP_NONE. */
uint32_t map_get(const struct map *m, struct span key);

/* Sets key to value (not MAP_NONE), over an old one if there is one. OK or ERR_NOMEM. */
int map_set(struct map *m, struct span key, uint32_t value);

void map_free(struct map *m);

/* The seeded hash the map uses; it differs from run to run and must not leave the process. */
uint32_t map_hash(struct span key);
