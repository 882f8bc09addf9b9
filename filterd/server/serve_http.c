/* HTTP on a connection: framing, keep-alive, deadlines, streamed answers. Routes are in routes.c.
 */
#include "server/http_exchange.h"
#include "server/judge.h"

#include <stdio.h>

static struct http_session *session_of(struct connection *c)
{
	return (struct http_session *)c->session;
}

/* --- answers --- */

static struct http_answer frame_of(const struct exchange *x)
{
	return (struct http_answer){
		.head = x->session->head,
		.close = x->session->close,
		.date = x->connection->worker->date,
		.cookie = x->cookie,
	};
}

/* An answer that did not fit into memory: the connection cannot go on without one. */
static void give_up(struct exchange *x)
{
	x->out->failed = true;
}

void exchange_answer(struct exchange *x, int status, const char *type, struct span body)
{
	struct http_answer answer = frame_of(x);

	answer.status = status;
	answer.type = type;
	answer.body = body;
	if (http_answer(x->out, &answer) != OK)
		give_up(x);
}

enum outcome exchange_body(struct exchange *x, int status, const char *type)
{
	struct worker *w = x->connection->worker;

	/* A long list takes its part of the connection's share, like a comment that is judged. */
	w->now_ns = clock_mono_ns();
	if (w->body.failed) {
		exchange_refuse(x, REFUSAL_OOM, NULL);
	} else {
		judge_count(w, PROTOCOL_HTTP, REFUSAL_NONE);
		exchange_answer(x, status, type, buf_content(&w->body));
	}
	return OUTCOME_MORE;
}

void exchange_page(struct exchange *x, const char *type, struct span body)
{
	struct http_answer answer = frame_of(x);

	answer.status = 200;
	answer.type = type;
	answer.body = body;
	answer.page = true;
	if (http_answer(x->out, &answer) != OK)
		give_up(x);
}

static void refuse_like(
	struct exchange *x, const struct refusal *refusal, struct span members, const char *allow)
{
	struct http_answer like;

	/* What the connection holds is given back, too. */
	x->session->close |= refusal->code == REFUSAL_OOM;
	like = frame_of(x);
	like.allow = allow;
	like.body = members;
	if (http_answer_refusal(x->out, &x->connection->worker->note, refusal, &like) != OK)
		give_up(x);
}

void exchange_refusal(struct exchange *x, const struct refusal *refusal, const char *allow)
{
	refuse_like(x, refusal, (struct span){0}, allow);
}

void exchange_refusal_with(struct exchange *x, const struct refusal *refusal, struct span members)
{
	judge_count(x->connection->worker, PROTOCOL_HTTP, refusal->code);
	refuse_like(x, refusal, members, NULL);
}

void exchange_refuse(struct exchange *x, enum refusal_code code, const char *message)
{
	struct refusal refusal;

	refusal_set(&refusal, code, message, REFUSAL_NOWHERE);
	judge_count(x->connection->worker, PROTOCOL_HTTP, code);
	exchange_refusal(x, &refusal, NULL);
}

void exchange_hold(struct exchange *x, const struct judge_output *made, struct buf *body)
{
	struct held_frame frame = {.head = x->session->head, .close = x->session->close};

	if (!connection_hold(x->connection, body, 0, made->row, made->id, &frame))
		exchange_refuse(x, REFUSAL_OOM, NULL);
}

/* --- errands --- */

enum outcome exchange_errand(
	struct exchange *x, struct errands *errands, const struct errand_request *request)
{
	enum refusal_code code = errands_ask(errands, request, &x->session->errand);

	if (code == REFUSAL_NONE)
		return OUTCOME_WAIT;
	exchange_refuse(x, code,
		code == REFUSAL_OVERLOADED ? "too many of these requests are waiting" : NULL);
	return OUTCOME_MORE;
}

enum outcome exchange_errand_done(struct exchange *x)
{
	const struct errand_answer *answer;

	if (!errand_done(x->session->errand, &answer))
		return OUTCOME_WAIT;
	if (answer->refusal.code == REFUSAL_NONE) {
		judge_count(x->connection->worker, PROTOCOL_HTTP, REFUSAL_NONE);
		exchange_answer(x, 200, "application/json", buf_content(&answer->body));
	} else {
		exchange_refusal_with(x, &answer->refusal, buf_content(&answer->body));
	}
	errand_drop(x->session->errand);
	x->session->errand = NULL;
	return OUTCOME_MORE;
}

/* --- streamed answers to an NDJSON body --- */

/* Sends collected answers as far as they go. */
static void stream_bytes(struct exchange *x, struct span bytes)
{
	if (!x->session->is_1_1)
		buf_span(x->out, bytes);
	else if (bytes.len > 0)
		http_answer_chunk(x->out, bytes);
}

/* The answer from `from` on waits for its comment to be stored. False: there is no memory for it.
 */
static bool stream_hold(
	struct exchange *x, const struct judge_output *made, struct buf *piece, size_t from)
{
	struct connection *c = x->connection;
	struct held_frame frame = {
		.line = x->session->lines.line,
		.streamed = true,
		.chunked = x->session->is_1_1,
	};
	bool held;

	stream_bytes(x, span_sub(buf_content(piece), 0, from));
	held = connection_hold(c, piece, from, made->row, made->id, &frame);
	buf_clear(piece);
	x->out = connection_out(c, x->out);
	return held;
}

/* One line of the body, good or bad, into the piece that is being collected. */
static void stream_line(struct exchange *x, enum ndjson_result got, struct span line,
	struct refusal *refusal, struct buf *piece)
{
	struct connection *c = x->connection;
	struct judge_input input = {
		.json = line,
		.received_ns = c->read_ns,
		.deadline_ms = COMMENT_ABSENT,
		.protocol = PROTOCOL_HTTP,
	};
	struct judge_output made = {.refusal = *refusal};
	enum judged judged = JUDGED_REFUSED;
	size_t from = piece->len;

	if (got == NDJSON_LINE)
		judged = judge(c->worker, &input, piece, &made);
	else
		judge_count(c->worker, PROTOCOL_HTTP, refusal->code);
	if (judged == JUDGED_HELD && !stream_hold(x, &made, piece, from)) {
		refusal_set(&made.refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
		judge_count(c->worker, PROTOCOL_HTTP, REFUSAL_OOM);
		judged = JUDGED_REFUSED;
	}
	if (judged == JUDGED_REFUSED) {
		made.refusal.line = x->session->lines.line;
		native_write_refusal(piece, made.id, &made.refusal);
	}
}

static enum outcome stream_on(struct exchange *x, const struct buf *in)
{
	struct http_session *s = x->session;
	struct buf *piece = &x->connection->worker->body;
	enum ndjson_result got = NDJSON_LINE;
	uint64_t lines = s->lines.line;
	struct refusal refusal;
	struct span line;
	size_t used;

	buf_clear(piece);
	while (got != NDJSON_MORE && got != NDJSON_BROKEN &&
		!connection_had_share(x->connection,
			x->connection->handled - (s->lines.line - lines),
			x->out->len + piece->len)) {
		got = ndjson_next(&s->lines, (struct span){in->data + s->body_at, s->body_len},
			true, &used, &line, &refusal);
		s->body_at += used;
		s->body_len -= used;
		if (got != NDJSON_MORE)
			stream_line(x, got, line, &refusal, piece);
	}
	if (piece->failed)
		give_up(x);
	else
		stream_bytes(x, buf_content(piece));
	if (got != NDJSON_MORE && got != NDJSON_BROKEN)
		return OUTCOME_YIELD;
	s->streaming = false;
	if (s->is_1_1)
		http_answer_chunk(x->out, (struct span){0});
	return OUTCOME_MORE;
}

enum outcome exchange_stream(struct exchange *x)
{
	struct http_session *s = x->session;
	struct http_answer answer;

	s->is_1_1 = x->request->is_1_1;
	s->close |= !s->is_1_1;
	s->streaming = true;
	s->lines = (struct ndjson){
		.line_max = x->connection->worker->generation->limits.request,
		.begun = true,
	};
	answer = frame_of(x);
	answer.status = 200;
	answer.type = "application/x-ndjson";
	answer.framing = s->is_1_1 ? HTTP_FRAMING_CHUNKED : HTTP_FRAMING_CLOSE;
	if (http_answer(x->out, &answer) != OK)
		give_up(x);
	return OUTCOME_YIELD;
}

/* --- the protocol --- */

static void begin(struct connection *c)
{
	const struct limits *limits = &c->worker->generation->limits;
	struct http_limits bounds = http_limits_default;

	bounds.headers = limits->headers;
	bounds.body = limits->request;
	http_init(&session_of(c)->parser, &bounds);
}

/* A whole request has come. */
static enum outcome answer_request(
	struct connection *c, const struct http_request *request, struct buf *in, struct buf *out)
{
	struct http_session *s = session_of(c);
	struct exchange x = {.connection = c, .session = s, .request = request, .out = out};
	enum outcome outcome;

	s->head = request->method == HTTP_HEAD;
	s->close = !request->keep_alive || c->worker->draining;
	s->body_at = (size_t)(request->body.ptr - in->data);
	s->body_len = request->body.len;
	outcome = route_request(&x);
	if (s->streaming)
		outcome = stream_on(&x, in);
	return outcome;
}

static void refuse_bytes(struct connection *c, const struct refusal *refusal, struct buf *out)
{
	struct exchange x = {.connection = c, .session = session_of(c), .out = out};

	x.session->head = false;
	x.session->close = true;
	judge_count(c->worker, PROTOCOL_HTTP, refusal->code);
	exchange_refusal(&x, refusal, NULL);
}

/* The next request of the input, or the next lines of a body. */
static enum outcome one_step(struct connection *c, struct buf *in, struct buf *out)
{
	struct http_session *s = session_of(c);
	struct http_request request;
	struct refusal refusal;
	enum outcome outcome;

	if (s->streaming) {
		struct exchange x = {.connection = c, .session = s, .out = out};

		outcome = stream_on(&x, in);
	} else {
		switch (http_next(&s->parser, in, &request, &refusal)) {
		case HTTP_MORE:
			if (http_take_continue(&s->parser, in))
				buf_span(out, http_continue);
			return OUTCOME_MORE;
		case HTTP_REFUSED:
			refuse_bytes(c, &refusal, out);
			return OUTCOME_CLOSE;
		case HTTP_REQUEST:
			break;
		}
		outcome = answer_request(c, &request, in, out);
	}
	if (outcome == OUTCOME_MORE) {
		c->handled++;
		outcome = s->close ? OUTCOME_CLOSE : OUTCOME_YIELD;
	}
	return outcome;
}

static void note_stage(struct connection *c, const struct buf *in)
{
	const struct http_parser *p = &session_of(c)->parser;

	if (!http_is_inside(p, in))
		c->stage = c->handled > 0 ? STAGE_REST : STAGE_NEW;
	else
		c->stage = p->state < HTTP_AT_BODY ? STAGE_HEAD : STAGE_BODY;
}

static enum outcome input(struct connection *c, struct buf *in, struct buf *out)
{
	enum outcome outcome = OUTCOME_YIELD;
	uint64_t since = c->handled;

	while (outcome == OUTCOME_YIELD && !connection_had_share(c, since, out->len)) {
		outcome = one_step(c, in, out);
		out = connection_out(c, out);
	}
	note_stage(c, in);
	return outcome;
}

static enum outcome resume(struct connection *c, struct buf *out)
{
	struct http_session *s = session_of(c);
	struct exchange x = {.connection = c, .session = s, .out = out};
	enum outcome outcome = route_resume(&x);

	if (outcome == OUTCOME_MORE) {
		c->handled++;
		outcome = s->close || c->worker->draining ? OUTCOME_CLOSE : OUTCOME_MORE;
	}
	return outcome;
}

/* A request that did not come to its end is not judged; whoever cut it off needs no answer. */
static void ended(struct connection *c, struct buf *out)
{
	(void)c;
	(void)out;
}

static void expired(struct connection *c, enum timeout_id timeout, struct buf *out)
{
	struct refusal refusal;

	if (timeout == TIMEOUT_IDLE)
		return;
	refusal_set(&refusal, REFUSAL_REQUEST_TIMEOUT, NULL, REFUSAL_NOWHERE);
	refuse_bytes(c, &refusal, out);
}

/* A line of an answer that is under way. */
static void release_line(struct held *held, const struct refusal *refusal, struct buf *out)
{
	if (refusal->code != REFUSAL_NONE) {
		buf_clear(&held->answer);
		native_write_refusal(&held->answer, held_id(held), refusal);
	}
	out->failed |= held->answer.failed;
	if (held->frame.chunked)
		http_answer_chunk(out, buf_content(&held->answer));
	else
		buf_span(out, buf_content(&held->answer));
}

static void release(struct connection *c, struct held *held, const struct queue_added *added,
	enum refusal_code code, struct buf *out)
{
	struct worker *w = c->worker;
	struct http_answer answer = {
		.status = 200,
		.type = "application/json",
		.head = held->frame.head,
		.close = held->frame.close,
		.date = w->date,
	};
	struct refusal refusal;
	bool whole = judge_release(w, PROTOCOL_HTTP, held, added, code, &refusal);

	if (whole)
		answer.body = buf_content(&held->answer);
	if (held->frame.streamed)
		release_line(held, &refusal, out);
	else if ((whole ? http_answer(out, &answer)
			: http_answer_refusal(out, &w->note, &refusal, &answer)) != OK)
		out->failed = true;
}

static bool drained(struct connection *c, struct buf *out)
{
	bool under_way =
		c->stage == STAGE_HEAD || c->stage == STAGE_BODY || c->state == CONNECTION_WAITING;
	struct refusal refusal;

	if (c->late && c->stage == STAGE_NEW)
		return false;
	if (under_way && !session_of(c)->streaming) {
		refusal_set(&refusal, REFUSAL_CLOSING, NULL, REFUSAL_NOWHERE);
		refuse_bytes(c, &refusal, out);
	}
	return true;
}

/* Nobody waits for its errand any more. */
static void end(struct connection *c)
{
	errand_drop(session_of(c)->errand);
}

static void refuse(struct buf *out, enum refusal_code code)
{
	struct buf scratch = {0};
	struct http_answer like = {.close = true};
	struct refusal refusal;

	refusal_set(&refusal, code, NULL, REFUSAL_NOWHERE);
	if (http_answer_refusal(out, &scratch, &refusal, &like) != OK)
		out->failed = true;
	buf_free(&scratch);
}

const struct protocol_ops protocol_http = {
	.id = PROTOCOL_HTTP,
	.session_size = sizeof(struct http_session),
	.begin = begin,
	.input = input,
	.ended = ended,
	.expired = expired,
	.resume = resume,
	.release = release,
	.drained = drained,
	.end = end,
	.refuse = refuse,
};
