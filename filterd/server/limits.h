/*
 * Bounds on what clients may take: sizes, times, connections per address, waiting.
 *
 * struct limits is the configuration's `limits:` in the units the code works with. The address
 * table counts connections per address for all threads; the overload gauge is one worker's.
 */
#pragma once

#include "base/clock.h"
#include "base/span.h"
#include "base/status.h"

#include <netinet/in.h>

struct limits {
	size_t request; /* [bytes] NDJSON line, HTTP body */
	size_t headers; /* [bytes] HTTP request line and headers */
	size_t output; /* [bytes] unsent answers before reading pauses */
	size_t connections; /* at once, all listeners together */
	size_t connections_per_address; /* Unix sockets are not counted */
	size_t turn_requests; /* of one connection before the others get their turn */
	int64_t header_ns; /* [ns] first byte of a request to the end of its headers */
	int64_t request_ns; /* [ns] first byte of a request to its last */
	int64_t idle_ns; /* [ns] between requests */
	int64_t write_ns; /* [ns] an answer may wait for its reader */
	int64_t store_ns; /* [ns] an answer may wait for its comment to be stored */
	int64_t drain_ns; /* [ns] from SIGTERM to the end */
};

/* A client's network address: IPv4 mapped into IPv6; 128 bits of zero for Unix sockets. */
struct peer {
	struct in6_addr address;
	bool local; /* a Unix socket or loopback */
	bool counted; /* it takes part in connections_per_address */
	bool far; /* it came through a listener that other machines can reach */
};

/* The peer of an address that accept() gave. */
struct peer peer_of(const struct sockaddr_storage *address);

struct addresses; /* connections per address; any thread may call */

/* A table for at most `connections` connections, each address at most `per_address`. NULL: no
 * memory. */
struct addresses *addresses_new(size_t connections, size_t per_address);
void addresses_free(struct addresses *table);

/*
 * Counts one more connection of the peer: OK, or ERR_LIMIT when the address has its share (then it
 * is not counted). IPv6 addresses are counted by their first 64 bits: a client owns all below.
 */
int addresses_take(struct addresses *table, const struct peer *peer);

/* The connection that addresses_take() counted is gone. */
void addresses_give(struct addresses *table, const struct peer *peer);

#define OVERLOAD_WAIT_NS (50 * NS_PER_MS) /* a request that waits longer waits too long */
#define OVERLOAD_FOR_NS (500 * NS_PER_MS) /* and when that lasts, new ones are refused */

/* Whether requests wait too long for their turn. */
struct overload {
	int64_t above_since_ns; /* waits have been too long since; 0: they are not */
	bool refusing; /* new requests are to be refused */
};

/*
 * Told at the end of each turn of the loop: the longest that a connection which was ready waited
 * for the others of that turn. One connection alone never waits for others, so a client that
 * pipelines a million requests is slowed by back-pressure, not refused.
 */
void overload_turn(struct overload *overload, int64_t now_ns, int64_t waited_ns);
