/* A connection: see connection.h. */
#include "server/connection.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTION_MAGIC 0x436f6e6e
#define LINGER_NS NS_PER_S
#define LINGER_BYTES ((size_t)1024 * 1024) /* a client that sends more may get the reset */

const struct protocol_ops *const protocols[PROTOCOL_COUNT] = {
	[PROTOCOL_HTTP] = &protocol_http,
	[PROTOCOL_NDJSON] = &protocol_ndjson,
};

/* --- states --- */

#define TO(state) (1U << CONNECTION_##state)
#define TO_ANY                                                                                     \
	(TO(OPEN) | TO(READY) | TO(PAUSED) | TO(WAITING) | TO(CLOSING) | TO(LINGERING) | TO(DEAD))

/* The states that may follow each. */
static const unsigned followers[CONNECTION_STATES] = {
	[CONNECTION_CLOSING] = TO(LINGERING) | TO(DEAD),
	[CONNECTION_DEAD] = 0,
	[CONNECTION_LINGERING] = TO(DEAD),
	[CONNECTION_OPEN] = TO_ANY,
	[CONNECTION_PAUSED] = TO_ANY,
	[CONNECTION_READY] = TO_ANY,
	[CONNECTION_WAITING] = TO_ANY,
};

/* False: the loop has no memory to wait for it. */
static bool watch(struct event *event, bool *watched, bool on)
{
	if (on != *watched && (on ? event_add(event, NULL) : event_del(event)) == 0)
		*watched = on;
	return *watched == on;
}

static bool set_reading(struct connection *c, bool on)
{
	return watch(&c->read_event, &c->reading, on);
}

static bool set_writing(struct connection *c, bool on)
{
	return watch(&c->write_event, &c->writing, on);
}

static void die(struct connection *c)
{
	struct worker *w = c->worker;

	set_reading(c, false);
	set_writing(c, false);
	close(c->fd);
	c->fd = -1;
	if (held_any(&c->held))
		TAILQ_REMOVE(&w->holding, c, holding_link);
	TAILQ_REMOVE(&w->all, c, link);
	TAILQ_INSERT_TAIL(&w->doomed, c, link);
	addresses_give(w->service->addresses, &c->peer);
	counter_add(&w->counters.closed[c->protocol->id], 1);
	atomic_fetch_sub(&w->service->connections, 1);
	atomic_fetch_sub(&w->load, 1);
	worker_tick_as_needed(w);
}

/* Changes the state, and with it what the loop waits for. */
static void connection_state(struct connection *c, enum connection_state next)
{
	enum connection_state before = c->state;
	bool watched = true;

	assert(c->magic == CONNECTION_MAGIC);
	assert(followers[before] & (1U << next));
	if (before == CONNECTION_READY && next != CONNECTION_READY)
		TAILQ_REMOVE(&c->worker->ready, c, ready_link);
	if (before != CONNECTION_READY && next == CONNECTION_READY)
		TAILQ_INSERT_TAIL(&c->worker->ready, c, ready_link);
	c->worker->waiting += (next == CONNECTION_WAITING) - (before == CONNECTION_WAITING);
	c->state = next;
	if (next != CONNECTION_OPEN) {
		c->timed = STAGE_NONE;
		c->deadline_ns = 0;
	}
	switch (next) {
	case CONNECTION_OPEN:
		watched = set_reading(c, !c->ended);
		break;
	case CONNECTION_READY: /* its events cost less than taking them off and on again */
		break;
	case CONNECTION_PAUSED:
	case CONNECTION_WAITING:
	case CONNECTION_CLOSING:
		set_reading(c, false);
		break;
	case CONNECTION_LINGERING:
		c->deadline_ns = c->worker->now_ns + LINGER_NS;
		watched = set_reading(c, true);
		break;
	case CONNECTION_DEAD:
		die(c);
		break;
	case CONNECTION_STATES:
		break;
	}
	/* It would never be heard again. */
	if (!watched)
		connection_state(c, CONNECTION_DEAD);
}

/* --- deadlines --- */

/* Sets the deadline of what is being received: kept while it is the same request and stage. */
static void time_request(struct connection *c)
{
	const struct limits *limits = &c->worker->generation->limits;
	bool under_way = c->stage == STAGE_HEAD || c->stage == STAGE_BODY;
	bool same_request = (c->timed == STAGE_HEAD || c->timed == STAGE_BODY) &&
			    c->handled == c->timed_handled;
	int64_t now = c->worker->now_ns;

	if (c->stage == c->timed && c->handled == c->timed_handled)
		return;
	if (under_way && !same_request)
		c->begun_ns = now;
	c->timed = c->stage;
	c->timed_handled = c->handled;
	switch (c->stage) {
	case STAGE_NEW:
		c->deadline_ns = now + (c->protocol->id == PROTOCOL_HTTP ? limits->header_ns
									 : limits->idle_ns);
		break;
	case STAGE_HEAD:
		c->deadline_ns = c->begun_ns + limits->header_ns;
		break;
	case STAGE_BODY:
		c->deadline_ns = c->begun_ns + limits->request_ns;
		break;
	case STAGE_NONE:
	case STAGE_REST:
		c->deadline_ns = now + limits->idle_ns;
		break;
	}
}

/* Every byte unsent when the clock starts must be gone when it ends; then it starts anew. */
static void time_writing(struct connection *c)
{
	if (c->out.len == 0) {
		c->write_deadline_ns = 0;
	} else if (c->write_deadline_ns == 0 || c->sent >= c->write_mark) {
		c->write_mark = c->sent + c->out.len;
		c->write_deadline_ns = c->worker->now_ns + c->worker->generation->limits.write_ns;
	}
}

/* --- sending --- */

/* Where bytes go that can be sent: behind what is unsent, or into the worker's buffer. */
static struct buf *sendable(struct connection *c)
{
	if (c->out.len > 0)
		return &c->out;
	buf_clear(&c->worker->out);
	return &c->worker->out;
}

struct buf *connection_out(struct connection *c, struct buf *out)
{
	return held_any(&c->held) ? held_tail(&c->held) : out;
}

bool connection_hold(struct connection *c, struct buf *answers, size_t from, struct store_row *row,
	struct span id, const struct held_frame *frame)
{
	struct span answer = span_sub(buf_content(answers), from, answers->len);
	bool first = !held_any(&c->held);
	int rc = held_add(&c->held, row, id, answer, frame, c->worker->now_ns);

	answers->len = from;
	if (rc != OK) {
		store_row_drop(row);
		return false;
	}
	if (first)
		TAILQ_INSERT_TAIL(&c->worker->holding, c, holding_link);
	return true;
}

/* [bytes] that the client has not taken yet, or could not; none: nothing is held back either. */
static size_t unsent(struct connection *c)
{
	return c->out.len + held_bytes(&c->held);
}

/* Sends what it can of `out` and keeps the rest. False: the connection is dead. */
static bool flush(struct connection *c, struct buf *out)
{
	ssize_t n = 0;

	if (out->failed) {
		connection_state(c, CONNECTION_DEAD);
		return false;
	}
	if (out->len > 0) {
		n = send(c->fd, out->data, out->len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			connection_state(c, CONNECTION_DEAD);
			return false;
		}
	}
	n = n < 0 ? 0 : n;
	c->sent += (size_t)n;
	if (out == &c->out) {
		buf_consume(&c->out, (size_t)n);
		if (c->out.len == 0)
			buf_free(&c->out);
	} else if ((size_t)n < out->len) {
		buf_append(&c->out, out->data + n, out->len - (size_t)n);
		if (c->out.failed) {
			connection_state(c, CONNECTION_DEAD);
			return false;
		}
	}
	if (!set_writing(c, c->out.len > 0)) {
		connection_state(c, CONNECTION_DEAD);
		return false;
	}
	time_writing(c);
	return true;
}

/* All is sent: lets the client read it before the socket goes. */
static void linger(struct connection *c)
{
	if (c->ended || shutdown(c->fd, SHUT_WR) != 0)
		connection_state(c, CONNECTION_DEAD);
	else
		connection_state(c, CONNECTION_LINGERING);
}

/* --- a turn --- */

/* The protocol has had its turn: sends `out` (as sendable() gave it) and decides how to go on. */
static void settle(struct connection *c, enum outcome outcome, struct buf *out)
{
	bool at_rest = c->stage == STAGE_REST || c->stage == STAGE_NEW;

	if (outcome == OUTCOME_MORE && c->ended) {
		c->protocol->ended(c, connection_out(c, out));
		outcome = OUTCOME_CLOSE;
	} else if (outcome == OUTCOME_MORE && c->worker->draining && at_rest &&
		   c->protocol->drained(c, connection_out(c, out))) {
		outcome = OUTCOME_CLOSE;
	}
	if (c->in.len == 0 && c->in.data != NULL)
		buf_free(&c->in);
	if (!flush(c, out))
		return;
	if (outcome == OUTCOME_CLOSE && unsent(c) == 0)
		linger(c);
	else if (outcome == OUTCOME_CLOSE)
		connection_state(c, CONNECTION_CLOSING);
	else if (outcome == OUTCOME_WAIT)
		connection_state(c, CONNECTION_WAITING);
	else if (unsent(c) > c->worker->generation->limits.output)
		connection_state(c, CONNECTION_PAUSED);
	else if (outcome == OUTCOME_YIELD)
		connection_state(c, CONNECTION_READY);
	else
		connection_state(c, CONNECTION_OPEN);
	if (c->state == CONNECTION_OPEN)
		time_request(c);
}

/* Lets the protocol answer what is in the connection's buffer. */
static void take_turn(struct connection *c)
{
	struct buf *out = sendable(c);

	settle(c, c->protocol->input(c, &c->in, connection_out(c, out)), out);
}

/* The same for bytes just read into the worker's buffer, which the connection borrows for that. */
static void take_borrowed_turn(struct connection *c)
{
	struct buf *borrowed = &c->worker->input, *out = sendable(c);
	enum outcome outcome = c->protocol->input(c, borrowed, connection_out(c, out));

	if (borrowed->len > 0)
		buf_append(&c->in, borrowed->data, borrowed->len);
	borrowed->len = 0;
	if (c->in.failed)
		connection_state(c, CONNECTION_DEAD);
	else
		settle(c, outcome, out);
}

bool connection_had_share(const struct connection *c, uint64_t since, size_t unsent)
{
	const struct worker *w = c->worker;

	return c->handled - since >= w->generation->limits.turn_requests ||
	       unsent + c->held.bytes > w->generation->limits.output ||
	       w->now_ns - w->entered_ns > w->share_ns;
}

/* Bytes of a client that has had its last answer. */
static void pass_over(struct connection *c, ssize_t n)
{
	c->lingered += n > 0 ? (size_t)n : 0;
	if (n == 0 || c->lingered > LINGER_BYTES)
		connection_state(c, CONNECTION_DEAD);
}

static void receive(struct connection *c)
{
	struct worker *w = c->worker;
	ssize_t n = recv(c->fd, w->input.data, WORKER_INPUT, 0);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			connection_state(c, CONNECTION_DEAD);
		return;
	}
	if (c->state == CONNECTION_LINGERING) {
		pass_over(c, n);
		return;
	}
	c->read_ns = w->now_ns;
	if (n == 0) {
		c->ended = true;
		set_reading(c, false);
		take_turn(c);
	} else if (c->in.len == 0) {
		w->input.len = (size_t)n;
		take_borrowed_turn(c);
	} else {
		buf_append(&c->in, w->input.data, (size_t)n);
		if (c->in.failed)
			connection_state(c, CONNECTION_DEAD);
		else
			take_turn(c);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct connection *c = argument;

	(void)fd;
	(void)what;
	worker_enter(c->worker);
	if (c->state == CONNECTION_OPEN || c->state == CONNECTION_LINGERING)
		receive(c);
}

/* Something was sent or released: goes on with what had to wait for that. */
static void relieve(struct connection *c)
{
	if (c->state == CONNECTION_CLOSING && unsent(c) == 0)
		linger(c);
	else if (c->state == CONNECTION_PAUSED &&
		 unsent(c) <= c->worker->generation->limits.output / 2)
		connection_state(c, CONNECTION_READY);
}

static void on_writable(evutil_socket_t fd, short what, void *argument)
{
	struct connection *c = argument;

	(void)fd;
	(void)what;
	worker_enter(c->worker);
	if (flush(c, &c->out))
		relieve(c);
}

/* --- what is held back --- */

/* Why the first held answer is not waited for any longer, or REFUSAL_NONE. */
static enum refusal_code hopeless(struct connection *c, enum held_state state)
{
	const struct worker *w = c->worker;
	int64_t since_ns = TAILQ_FIRST(&c->held.first)->since_ns;

	if (state == HELD_FAILED || w->now_ns - since_ns >= w->generation->limits.store_ns)
		return REFUSAL_QUEUE_UNAVAILABLE;
	return REFUSAL_NONE;
}

/* Appends to `out` what is due; with a code, all of it, and what is not stored is refused so. */
static void release(struct connection *c, enum refusal_code last_words, struct buf *out)
{
	struct queue_added added;
	enum held_state state;

	while ((state = held_look(&c->held, &added)) != HELD_NOTHING) {
		enum refusal_code code = REFUSAL_NONE;
		struct held *held;

		if (state != HELD_STORED) {
			code = last_words != REFUSAL_NONE ? last_words : hopeless(c, state);
			if (code == REFUSAL_NONE)
				return;
		}
		held = held_take(&c->held);
		c->protocol->release(c, held, code == REFUSAL_NONE ? &added : NULL, code, out);
		buf_span(out, buf_content(&held->after));
		out->failed |= held->after.failed;
		held_drop(held);
	}
	TAILQ_REMOVE(&c->worker->holding, c, holding_link);
}

void connection_release(struct connection *c)
{
	struct buf *out = sendable(c);

	release(c, REFUSAL_NONE, out);
	if ((out->len > 0 || out->failed) && flush(c, out))
		relieve(c);
}

/* --- what the worker calls --- */

void connection_drain(struct connection *c)
{
	/* What has arrived already was asked in time. */
	if (c->state == CONNECTION_OPEN)
		receive(c);
	if (c->state == CONNECTION_OPEN)
		settle(c, OUTCOME_MORE, sendable(c));
}

void connection_new(struct worker *w, const struct handed *handed)
{
	struct connection *c = calloc(1, sizeof(*c) + handed->protocol->session_size);

	if (c == NULL) {
		counter_add(&w->counters.rejected[REJECTED_MEMORY], 1);
		close(handed->fd);
		addresses_give(w->service->addresses, &handed->peer);
		atomic_fetch_sub(&w->service->connections, 1);
		atomic_fetch_sub(&w->load, 1);
		return;
	}
	c->magic = CONNECTION_MAGIC;
	c->fd = handed->fd;
	c->worker = w;
	c->protocol = handed->protocol;
	c->peer = handed->peer;
	c->stage = STAGE_NEW;
	c->late = w->draining;
	held_init(&c->held);
	/* A protocol refuses what is too large long before: this bounds our own mistakes. */
	c->in.limit = w->generation->limits.request + w->generation->limits.headers +
		      (size_t)4 * WORKER_INPUT;
	event_assign(&c->read_event, w->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
	event_assign(&c->write_event, w->base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
	TAILQ_INSERT_TAIL(&w->all, c, link);
	counter_add(&w->counters.opened[c->protocol->id], 1);
	c->protocol->begin(c);
	if (!worker_tick_as_needed(w))
		connection_state(c, CONNECTION_DEAD); /* it would have no deadlines */
	else if (c->late)
		connection_drain(c);
	else
		settle(c, OUTCOME_MORE, sendable(c));
}

void connection_free(struct connection *c)
{
	assert(c->magic == CONNECTION_MAGIC && c->state == CONNECTION_DEAD);
	if (c->protocol->end != NULL)
		c->protocol->end(c);
	buf_free(&c->in);
	buf_free(&c->out);
	held_free(&c->held);
	c->magic = 0;
	free(c);
}

void connection_continue(struct connection *c)
{
	assert(c->state == CONNECTION_READY);
	take_turn(c);
}

void connection_resume(struct connection *c)
{
	struct buf *out;
	enum outcome outcome;

	if (c->state != CONNECTION_WAITING)
		return;
	out = sendable(c);
	outcome = c->protocol->resume(c, connection_out(c, out));
	/* Whatever the client sent meanwhile was not read; what came before is in c->in. */
	settle(c, outcome == OUTCOME_MORE ? OUTCOME_YIELD : outcome, out);
}

static enum timeout_id timeout_of(enum stage stage)
{
	if (stage == STAGE_HEAD)
		return TIMEOUT_HEADER;
	return stage == STAGE_BODY ? TIMEOUT_REQUEST : TIMEOUT_IDLE;
}

void connection_check(struct connection *c)
{
	struct worker *w = c->worker;

	if (held_any(&c->held))
		connection_release(c);
	if (c->state == CONNECTION_DEAD)
		return;
	if (c->write_deadline_ns != 0 && w->now_ns >= c->write_deadline_ns) {
		counter_add(&w->counters.timeouts[TIMEOUT_WRITE], 1);
		connection_state(c, CONNECTION_DEAD);
	} else if (c->deadline_ns != 0 && w->now_ns >= c->deadline_ns) {
		if (c->state == CONNECTION_LINGERING) {
			connection_state(c, CONNECTION_DEAD);
		} else {
			struct buf *out = sendable(c);

			counter_add(&w->counters.timeouts[timeout_of(c->stage)], 1);
			c->protocol->expired(c, timeout_of(c->stage), connection_out(c, out));
			settle(c, OUTCOME_CLOSE, out);
		}
	}
}

void connection_abandon(struct connection *c)
{
	struct buf *out;

	if (c->state == CONNECTION_DEAD)
		return;
	out = sendable(c);
	if (c->state != CONNECTION_CLOSING && c->state != CONNECTION_LINGERING)
		c->protocol->drained(c, connection_out(c, out));
	if (held_any(&c->held))
		release(c, REFUSAL_CLOSING, out);
	if (flush(c, out))
		connection_state(c, CONNECTION_DEAD);
}
