/* The query of a target, `name=value&name=value`, percent-encoded as forms do. */
#pragma once

#include "base/arena.h"
#include "wire/refusal.h"

/* One name with its value, decoded. */
struct query_part {
	struct span name, value; /* UTF-8, in the arena or the query */
};

/*
 * Takes the next part off the front of *rest. True with *out; false at the end (the refusal's code
 * is REFUSAL_NONE) or when a part is no percent-encoded UTF-8, or memory is out.
 */
bool query_next(
	struct span *rest, struct arena *arena, struct query_part *out, struct refusal *refusal);
