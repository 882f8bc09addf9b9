/*
 * What a protocol does on a connection: one table per protocol.
 *
 * A connection moves bytes, keeps deadlines and bounds; the protocol finds requests in the bytes
 * and writes answers. It never touches the socket and never waits.
 */
#pragma once

#include "base/buf.h"
#include "server/counters.h"
#include "server/held.h"

struct connection;

/* What the connection is to do after the protocol had its turn. */
enum outcome {
	OUTCOME_MORE, /* every complete request is answered: read on */
	OUTCOME_YIELD, /* there may be more, but it is the others' turn */
	OUTCOME_WAIT, /* an answer waits for a reload or try-out: resume() when one is over */
	OUTCOME_CLOSE, /* that was the last answer: send it and close */
};

/* How far the request that is being received has come; says which deadline holds. */
enum stage {
	STAGE_NONE, /* not known */
	STAGE_NEW, /* nothing was received yet on this connection */
	STAGE_REST, /* between requests */
	STAGE_HEAD, /* within headers */
	STAGE_BODY, /* within a body or line */
};

struct protocol_ops {
	enum protocol id;
	size_t session_size; /* [bytes] of its state per connection, zeroed at first */

	void (*begin)(struct connection *connection);
	/*
	 * Answers the complete requests in `in`, up to the connection's share of a turn, into
	 * `out`. Drops from `in` what it is done with; more is appended before it is called again,
	 * unless it yields. It may change the bytes in `in`, but not add any.
	 */
	enum outcome (*input)(struct connection *connection, struct buf *in, struct buf *out);
	/* The client sends nothing more; connection->in is the begin of a request, or empty. */
	void (*ended)(struct connection *connection, struct buf *out);
	/* A deadline passed: what there is to say before the connection is closed. */
	void (*expired)(struct connection *connection, enum timeout_id timeout, struct buf *out);
	/* After OUTCOME_WAIT: a reload or try-out is over, maybe the one. */
	enum outcome (*resume)(struct connection *connection, struct buf *out);
	/*
	 * An answer that was held back is due: appends it whole, or, if `added` is NULL, a refusal
	 * with the code. Counts it.
	 */
	void (*release)(struct connection *connection, struct held *held,
		const struct queue_added *added, enum refusal_code code, struct buf *out);
	/*
	 * The service drains: the last words. Called when no request is under way (false: wait,
	 * this client is still to be told) and, whatever is under way, when the time is over.
	 */
	bool (*drained)(struct connection *connection, struct buf *out);
	void (*end)(struct connection *connection); /* frees what the session owns; may be NULL */

	/* What a client is told whose connection is not taken. */
	void (*refuse)(struct buf *out, enum refusal_code code);
};

extern const struct protocol_ops protocol_ndjson;
extern const struct protocol_ops protocol_http;

/* By enum protocol. */
extern const struct protocol_ops *const protocols[PROTOCOL_COUNT];
