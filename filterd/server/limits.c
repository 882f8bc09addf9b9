/* Bounds on what clients may take: see limits.h. */
#include "server/limits.h"

#include "base/map.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

struct address_count {
	uint64_t key[2]; /* the counted part of the address */
	uint32_t count; /* 0: the slot is free */
};

/* Open addressing, linear probing; at most half full, so a probe always ends. */
struct addresses {
	pthread_mutex_t lock;
	size_t mask; /* slots - 1 */
	uint32_t per_address;
	struct address_count slots[];
};

struct peer peer_of(const struct sockaddr_storage *address)
{
	struct peer peer = {.local = address->ss_family == AF_UNIX};

	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address;

		peer.address.s6_addr[10] = peer.address.s6_addr[11] = 0xFF;
		memcpy(&peer.address.s6_addr[12], &in->sin_addr, 4);
		peer.local = peer.address.s6_addr[12] == 127;
		peer.counted = true;
	} else if (address->ss_family == AF_INET6) {
		peer.address = ((const struct sockaddr_in6 *)address)->sin6_addr;
		peer.local =
			IN6_IS_ADDR_LOOPBACK(&peer.address) ||
			(IN6_IS_ADDR_V4MAPPED(&peer.address) && peer.address.s6_addr[12] == 127);
		peer.counted = true;
	}
	return peer;
}

static void key_of(const struct peer *peer, uint64_t key[2])
{
	memcpy(key, &peer->address, sizeof(peer->address));
	if (!IN6_IS_ADDR_V4MAPPED(&peer->address))
		key[1] = 0;
}

struct addresses *addresses_new(size_t connections, size_t per_address)
{
	size_t slots = 16;
	struct addresses *table;

	while (slots < 2 * (connections + 1))
		slots *= 2;
	table = calloc(1, sizeof(*table) + slots * sizeof(table->slots[0]));
	if (table == NULL)
		return NULL;
	if (pthread_mutex_init(&table->lock, NULL) != 0) {
		free(table);
		return NULL;
	}
	table->mask = slots - 1;
	table->per_address = per_address < UINT32_MAX ? (uint32_t)per_address : UINT32_MAX;
	return table;
}

void addresses_free(struct addresses *table)
{
	if (table == NULL)
		return;
	pthread_mutex_destroy(&table->lock);
	free(table);
}

static size_t home(const struct addresses *table, const uint64_t key[2])
{
	return map_hash((struct span){(const char *)key, 2 * sizeof(key[0])}) & table->mask;
}

/* The key's slot, or the free one where it would go. */
static size_t find(const struct addresses *table, const uint64_t key[2])
{
	size_t at = home(table, key);

	while (table->slots[at].count > 0 &&
		(table->slots[at].key[0] != key[0] || table->slots[at].key[1] != key[1]))
		at = (at + 1) & table->mask;
	return at;
}

int addresses_take(struct addresses *table, const struct peer *peer)
{
	struct address_count *slot;
	uint64_t key[2];
	int status = OK;

	if (!peer->counted)
		return OK;
	key_of(peer, key);
	pthread_mutex_lock(&table->lock);
	slot = &table->slots[find(table, key)];
	if (slot->count >= table->per_address) {
		status = ERR_LIMIT;
	} else {
		memcpy(slot->key, key, sizeof(key));
		slot->count++;
	}
	pthread_mutex_unlock(&table->lock);
	return status;
}

/* Frees a slot and moves those behind it that would no longer be found. */
static void vacate(struct addresses *table, size_t hole)
{
	size_t at = hole;

	for (;;) {
		at = (at + 1) & table->mask;
		if (table->slots[at].count == 0)
			break;
		size_t distance = (at - home(table, table->slots[at].key)) & table->mask;

		if (distance >= ((at - hole) & table->mask)) {
			table->slots[hole] = table->slots[at];
			hole = at;
		}
	}
	table->slots[hole].count = 0;
}

void addresses_give(struct addresses *table, const struct peer *peer)
{
	uint64_t key[2];
	size_t at;

	if (!peer->counted)
		return;
	key_of(peer, key);
	pthread_mutex_lock(&table->lock);
	at = find(table, key);
	assert(table->slots[at].count > 0);
	if (--table->slots[at].count == 0)
		vacate(table, at);
	pthread_mutex_unlock(&table->lock);
}

void overload_turn(struct overload *overload, int64_t now_ns, int64_t waited_ns)
{
	if (waited_ns <= OVERLOAD_WAIT_NS) {
		overload->above_since_ns = 0;
		overload->refusing = false;
		return;
	}
	if (overload->above_since_ns == 0)
		overload->above_since_ns = now_ns;
	if (now_ns - overload->above_since_ns >= OVERLOAD_FOR_NS)
		overload->refusing = true;
}
