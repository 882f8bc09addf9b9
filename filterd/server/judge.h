/* One comment from JSON to its answer: what NDJSON and HTTP have in common. */
#pragma once

#include "server/worker.h"
#include "wire/native.h"

struct judge_input {
	struct span json; /* one comment in the native form */
	int64_t received_ns; /* when its bytes were read */
	int64_t deadline_ms; /* [ms] after that the caller waits, or COMMENT_ABSENT: as in the JSON
			      */
	enum protocol protocol; /* for the counters */
};

/*
 * Reads, judges and answers one comment. True: the answer was appended to `out` as one line. False:
 * nothing was appended, *refusal says why and *id names the comment (empty when it has no good
 * id; valid until the worker's next comment). Counts in every case. Takes its time: up to the
 * limit of one comment. worker->now_ns is the time after it.
 */
bool judge(struct worker *worker, const struct judge_input *input, struct buf *out,
	struct refusal *refusal, struct span *id);

/* Counts a request that was refused before it came to a comment, or answered without one. */
void judge_count(struct worker *worker, enum protocol protocol, enum refusal_code code);
