/* One request at the desk, as what does it sees it. Private to desk*.c. */
#pragma once

#include "server/desk.h"
#include "wire/queue_ask.h"

struct desk_call {
	struct db *db;
	struct arena *arena; /* of this request */
	const struct errand_request *request;
	struct queue_ask ask; /* read from the query, and from the body if there is one */
	int64_t now_ms;
	int64_t undo_ms; /* a decision is not told to the CMS before this has passed */
	struct buf *out;
	struct refusal *refusal;
};

/* What is done: appends JSON to `out` and returns OK; or what went wrong, or ERR_INVALID with
 * *refusal set. */
struct desk_act {
	int (*run)(struct desk_call *call);
	bool has_body; /* its request is in the body, else in the query */
};
