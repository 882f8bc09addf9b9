/*
 * A connection: bytes in, bytes out, deadlines and bounds.
 *
 *     OPEN ──► READY      more complete requests than its share of a turn: goes on next turn
 *      │ ◄──    │
 *      ├──► PAUSED        unsent answers over the limit: nothing is read or answered
 *      ├──► WAITING       an answer waits for a reload: nothing is read
 *      ├──► CLOSING       the last answer is written; sends what is left
 *      │       └──► LINGERING   all is sent; passes over what the client still sends, so that the
 *      │               │        kernel does not throw the answer away with a reset
 *      └──► DEAD ◄─────┘  socket closed, on the worker's list of those to free
 *
 * Beside any state but DEAD answers may be held back until comments are stored (held.h); the
 * connection is then on its worker's list `holding`, and CLOSING waits for them too.
 *
 * connection_state() alone changes the state. A connection is freed at the end of the turn, never
 * in a callback.
 *
 * Memory: bytes are read into the worker's buffer and answers collected in another; the
 * connection's own buffers hold only what could not be finished in the turn. An idle connection
 * has none.
 *
 * Deadlines are absolute: for a request from its first byte, however slowly the rest comes; for an
 * answer until everything that was unsent when the clock started is gone.
 */
#pragma once

#include "server/protocol.h"
#include "server/worker.h"

#include <event2/event_struct.h>

enum connection_state {
	CONNECTION_OPEN,
	CONNECTION_READY,
	CONNECTION_PAUSED,
	CONNECTION_WAITING,
	CONNECTION_CLOSING,
	CONNECTION_LINGERING,
	CONNECTION_DEAD,
	CONNECTION_STATES,
};

struct connection {
	uint32_t magic;
	enum connection_state state;
	int fd;
	struct worker *worker;
	const struct protocol_ops *protocol;
	struct peer peer;
	bool reading, writing; /* the events below are pending */
	bool ended; /* the client sends nothing more */
	bool late; /* it came when the service was draining already */

	enum stage stage; /* set by the protocol */
	enum stage timed; /* the stage that `deadline_ns` was set for */
	uint64_t handled; /* requests answered; set by the protocol */
	uint64_t timed_handled; /* `handled` when the request under way began */
	int64_t begun_ns; /* when its first byte came */
	int64_t deadline_ns; /* for the next byte to matter; 0: none */
	int64_t read_ns; /* when the bytes now being answered were read */

	struct buf in; /* received, not used yet */
	struct buf out; /* written, not sent yet */
	struct held_list held; /* written and waiting to become whole, with all that follows; not
				* empty: it is in worker.holding */
	uint64_t sent; /* [bytes] altogether */
	uint64_t write_mark; /* up to here must be sent by write_deadline_ns */
	int64_t write_deadline_ns; /* 0: nothing is unsent */
	size_t lingered; /* [bytes] passed over while lingering */

	struct event read_event, write_event;
	TAILQ_ENTRY(connection) link; /* in worker.all or worker.doomed */
	TAILQ_ENTRY(connection) ready_link; /* in worker.ready */
	TAILQ_ENTRY(connection) holding_link; /* in worker.holding */
	max_align_t session[]; /* protocol->session_size bytes */
};

/* Takes over what was handed, closing it when there is no memory. */
void connection_new(struct worker *worker, const struct handed *handed);

/* Frees what connection_state() put on the doomed list. */
void connection_free(struct connection *connection);

/* Goes on with a READY connection. */
void connection_continue(struct connection *connection);

/* Asks a WAITING connection whether it can go on. */
void connection_resume(struct connection *connection);

/* Sends what is held back as far as it is stored, or cannot be. */
void connection_release(struct connection *connection);

/* Closes it, or says good-bye, if a deadline has passed at worker->now_ns. */
void connection_check(struct connection *connection);

/* The service drains: ends the connection unless a request is under way. */
void connection_drain(struct connection *connection);

/* The time to drain is over: last words, and away. */
void connection_abandon(struct connection *connection);

/*
 * For protocols: where the next answer goes, if `out` was where the last one went: behind what is
 * held back.
 */
struct buf *connection_out(struct connection *connection, struct buf *out);

/*
 * For protocols: holds back the answer to the comment `id` that stands in `answers` from `from` on,
 * and takes it out of there. Takes the row over. False: no memory for it, and the row is dropped.
 */
bool connection_hold(struct connection *connection, struct buf *answers, size_t from,
	struct store_row *row, struct span id, const struct held_frame *frame);

/*
 * For protocols: whether this connection has had its share of the turn. `since` is `handled` at its
 * begin, `unsent` the bytes of answers that wait to be sent, without what is held back.
 */
bool connection_had_share(const struct connection *connection, uint64_t since, size_t unsent);
