/* A hash map with open addressing and linear probing: see map.h. */
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

static uint64_t seed;
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)(uintptr_t)&seed;
	seed |= 1;
}

uint32_t map_hash(struct span key)
{
	uint64_t h;

	pthread_once(&seeded, make_seed);
	h = seed ^ key.len;
	for (size_t i = 0; i < key.len; i++) {
		h = (h ^ (unsigned char)key.ptr[i]) * UINT64_C(0x9FB21C651E98DF25);
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static struct map_slot *find(const struct map *m, struct span key, uint32_t hash)
{
	size_t at = hash & (m->capacity - 1);

	while (m->slots[at].value != MAP_NONE &&
		(m->slots[at].hash != hash || !span_eq(m->slots[at].key, key)))
		at = (at + 1) & (m->capacity - 1);
	return &m->slots[at];
}

static int grow(struct map *m)
{
	struct map bigger = {.capacity = m->capacity ? m->capacity * 2 : 16, .count = m->count};

	bigger.slots = malloc(bigger.capacity * sizeof(*bigger.slots));
	if (!bigger.slots)
		return ERR_NOMEM;
	/* All bits set is MAP_NONE in every value. */
	memset(bigger.slots, 0xFF, bigger.capacity * sizeof(*bigger.slots));
	for (size_t i = 0; i < m->capacity; i++) {
		if (m->slots[i].value != MAP_NONE)
			*find(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	}
	free(m->slots);
	*m = bigger;
	return OK;
}

uint32_t map_get(const struct map *m, struct span key)
{
	return m->capacity ? find(m, key, map_hash(key))->value : MAP_NONE;
}

int map_set(struct map *m, struct span key, uint32_t value)
{
	uint32_t hash = map_hash(key);
	struct map_slot *slot;

	if (m->count * 2 >= m->capacity && grow(m) != OK)
		return ERR_NOMEM;
	slot = find(m, key, hash);
	if (slot->value == MAP_NONE)
		m->count++;
	*slot = (struct map_slot){key, hash, value};
	return OK;
}

void map_free(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}
