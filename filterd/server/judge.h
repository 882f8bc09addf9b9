/* One comment from JSON to its answer: what NDJSON and HTTP have in common. */
#pragma once

#include "server/held.h"
#include "server/worker.h"

struct judge_input {
	struct span json; /* one comment in the native form */
	int64_t received_ns; /* when its bytes were read */
	int64_t deadline_ms; /* [ms] after that the caller waits, or COMMENT_ABSENT: as in the JSON
			      */
	enum protocol protocol; /* for the counters */
};

enum judged {
	JUDGED, /* the answer was appended as one line */
	JUDGED_REFUSED, /* nothing was appended, `refusal` says why */
	JUDGED_HELD, /* the answer was appended but for its end: it waits for `row` */
};

struct judge_output {
	struct refusal refusal;
	struct span id; /* of the comment, or empty; valid until the worker's next comment */
	struct store_row *row; /* the caller's; NULL: none is waited for */
};

/*
 * Reads, judges and answers one comment into `out`. Counts what is answered or refused at once; an
 * answer that is held is counted when it is released. Takes its time: up to the limit of one
 * comment. worker->now_ns is the time after it.
 */
enum judged judge(struct worker *worker, const struct judge_input *input, struct buf *out,
	struct judge_output *made);

/* Counts a request that was refused before it came to a comment, or answered without one. */
void judge_count(struct worker *worker, enum protocol protocol, enum refusal_code code);

/*
 * For protocol_ops.release: makes a held answer whole: `held->answer` is then a line; false:
 * *refusal is to be answered instead (`added` is NULL and `code` says why, or memory is out).
 * Counts it.
 */
bool judge_release(struct worker *worker, enum protocol protocol, struct held *held,
	const struct queue_added *added, enum refusal_code code, struct refusal *refusal);
