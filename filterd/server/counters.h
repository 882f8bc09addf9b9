/*
 * What one thread counts. Each struct has one writer; anybody may read it at any time, so the
 * counters are atomics without order, which cost no more than plain numbers and share no cache
 * line between writers.
 */
#pragma once

#include "moderate/verdict.h"
#include "server/config.h"
#include "wire/refusal.h"

#include <stdatomic.h>

typedef _Atomic uint64_t counter;

static inline void counter_add(counter *c, uint64_t n)
{
	atomic_store_explicit(
		c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline uint64_t counter_get(const counter *c)
{
	return atomic_load_explicit((counter *)c, memory_order_relaxed);
}

#define PROTOCOL_COUNT 2 /* of enum protocol */

/* "ndjson", "http". */
extern const char *const protocol_names[PROTOCOL_COUNT];

/* The codes of verdict faults that are counted by name; others count as the last. */
enum fault_id {
	FAULT_DEADLINE,
	FAULT_INTERNAL,
	FAULT_REGEX_LIMIT,
	FAULT_RULE_SUSPENDED,
	FAULT_TOO_LONG,
	FAULT_OTHER,
	FAULT_COUNT,
};

extern const char *const fault_names[FAULT_COUNT];

/* The id of a fault's code. */
enum fault_id fault_id(const char *code);

enum timeout_id {
	TIMEOUT_IDLE, /* nothing was asked */
	TIMEOUT_HEADER, /* headers were not complete in time */
	TIMEOUT_REQUEST, /* the request was not */
	TIMEOUT_WRITE, /* answers were not read */
	TIMEOUT_COUNT,
};

extern const char *const timeout_names[TIMEOUT_COUNT];

enum rejection_id {
	REJECTED_ADDRESS, /* too many of one address */
	REJECTED_CONNECTIONS, /* too many altogether */
	REJECTED_FILES, /* the process is out of file descriptors */
	REJECTED_MEMORY,
	REJECTED_COUNT,
};

extern const char *const rejection_names[REJECTED_COUNT];

#define LATENCY_BUCKETS 14

/* Upper bounds of the buckets of `latency` [ns]; what is slower goes into one more. */
extern const int64_t latency_bounds[LATENCY_BUCKETS];

struct counters {
	counter verdicts[VERDICT_COUNT];
	/* Requests by what came of them; REFUSAL_NONE: answered as asked. */
	counter requests[PROTOCOL_COUNT][REFUSAL_COUNT];
	counter faults[FAULT_COUNT];
	counter opened[PROTOCOL_COUNT]; /* connections */
	counter closed[PROTOCOL_COUNT];
	counter rejected[REJECTED_COUNT];
	counter timeouts[TIMEOUT_COUNT];
	counter unknown_fields; /* of requests */
	counter latency[LATENCY_BUCKETS + 1]; /* comments by the time one took */
	counter latency_ns; /* their sum */
} __attribute__((aligned(64)));

/* Counts one comment that took so long to read, judge and answer. */
void counters_latency(struct counters *counters, int64_t took_ns);
