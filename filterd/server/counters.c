/* What one thread counts: the names and bounds. */
#include "server/counters.h"

const char *const protocol_names[PROTOCOL_COUNT] = {
	[PROTOCOL_HTTP] = "http",
	[PROTOCOL_NDJSON] = "ndjson",
};

const char *const fault_names[FAULT_COUNT] = {
	[FAULT_DEADLINE] = "deadline",
	[FAULT_INTERNAL] = "internal",
	[FAULT_OTHER] = "other",
	[FAULT_REGEX_LIMIT] = "regex_limit",
	[FAULT_RULE_SUSPENDED] = "rule_suspended",
	[FAULT_TOO_LONG] = "too_long",
};

const char *const timeout_names[TIMEOUT_COUNT] = {
	[TIMEOUT_HEADER] = "header",
	[TIMEOUT_IDLE] = "idle",
	[TIMEOUT_REQUEST] = "request",
	[TIMEOUT_WRITE] = "write",
};

const char *const rejection_names[REJECTED_COUNT] = {
	[REJECTED_ADDRESS] = "address",
	[REJECTED_CONNECTIONS] = "connections",
	[REJECTED_FILES] = "files",
	[REJECTED_MEMORY] = "memory",
};

const int64_t latency_bounds[LATENCY_BUCKETS] = {1000, 2000, 5000, 10000, 20000, 50000, 100000,
	200000, 500000, 1000000, 5000000, 20000000, 50000000, 100000000};

enum fault_id fault_id(const char *code)
{
	for (int i = 0; i < FAULT_OTHER; i++) {
		if (strcmp(code, fault_names[i]) == 0)
			return (enum fault_id)i;
	}
	return FAULT_OTHER;
}

void counters_latency(struct counters *counters, int64_t took_ns)
{
	size_t bucket = 0;

	while (bucket < LATENCY_BUCKETS && took_ns > latency_bounds[bucket])
		bucket++;
	counter_add(&counters->latency[bucket], 1);
	counter_add(&counters->latency_ns, took_ns > 0 ? (uint64_t)took_ns : 0);
}
