/* Failed attempts to log in: see attempts.h. */
#include "server/attempts.h"

#include <pthread.h>
#include <stdlib.h>

#define SLOTS 512 /* addresses that are remembered: those of a minute's failures, and more */
#define FOR_NS (ATTEMPTS_S * NS_PER_S)

_Static_assert(SLOTS > ATTEMPTS_ALL, "an address that failed could be forgotten within its minute");

/* Failures of a minute, which begins with the first. */
struct window {
	uint64_t key[2];
	int64_t begun_ns; /* 0: none */
	unsigned count;
};

struct attempts {
	pthread_mutex_t lock; /* of all below */
	struct window all, slots[SLOTS];
};

struct attempts *attempts_new(void)
{
	struct attempts *attempts = calloc(1, sizeof(*attempts));

	if (attempts != NULL)
		pthread_mutex_init(&attempts->lock, NULL);
	return attempts;
}

void attempts_free(struct attempts *attempts)
{
	if (attempts == NULL)
		return;
	pthread_mutex_destroy(&attempts->lock);
	free(attempts);
}

static bool is_over(const struct window *window, int64_t now_ns)
{
	return window->begun_ns == 0 || now_ns - window->begun_ns >= FOR_NS;
}

static int wait_s(const struct window *window, unsigned most, int64_t now_ns)
{
	if (is_over(window, now_ns) || window->count < most)
		return 0;
	return (int)((window->begun_ns + FOR_NS - now_ns + NS_PER_S - 1) / NS_PER_S);
}

static void count(struct window *window, int64_t now_ns)
{
	if (is_over(window, now_ns)) {
		window->begun_ns = now_ns;
		window->count = 0;
	}
	window->count++;
}

static void key_of(const struct in6_addr *address, uint64_t key[2])
{
	memcpy(key, address, sizeof(*address));
	/* Who has an IPv6 address has all of its network. */
	if (!IN6_IS_ADDR_V4MAPPED(address))
		key[1] = 0;
}

/* The slot of the key; if there is none yet, the one to take for it. */
static struct window *slot_of(struct attempts *attempts, const uint64_t key[2])
{
	struct window *oldest = &attempts->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		struct window *slot = &attempts->slots[i];

		if (slot->begun_ns != 0 && slot->key[0] == key[0] && slot->key[1] == key[1])
			return slot;
		if (slot->begun_ns < oldest->begun_ns)
			oldest = slot;
	}
	return oldest;
}

int attempts_wait_s(struct attempts *attempts, const struct in6_addr *address, int64_t now_ns)
{
	const struct window *slot;
	uint64_t key[2];
	int all, own = 0;

	key_of(address, key);
	pthread_mutex_lock(&attempts->lock);
	all = wait_s(&attempts->all, ATTEMPTS_ALL, now_ns);
	slot = slot_of(attempts, key);
	if (slot->key[0] == key[0] && slot->key[1] == key[1])
		own = wait_s(slot, ATTEMPTS_PER_ADDRESS, now_ns);
	pthread_mutex_unlock(&attempts->lock);
	return all > own ? all : own;
}

void attempts_failed(struct attempts *attempts, const struct in6_addr *address, int64_t now_ns)
{
	struct window *slot;
	uint64_t key[2];

	key_of(address, key);
	pthread_mutex_lock(&attempts->lock);
	slot = slot_of(attempts, key);
	if (slot->key[0] != key[0] || slot->key[1] != key[1])
		*slot = (struct window){.key = {key[0], key[1]}};
	count(slot, now_ns);
	count(&attempts->all, now_ns);
	pthread_mutex_unlock(&attempts->lock);
}
