/* NDJSON on a connection: a comment a line, an answer a line, in order. */
#include "server/connection.h"
#include "server/judge.h"
#include "wire/ndjson.h"

static struct ndjson *framing_of(struct connection *c)
{
	return (struct ndjson *)c->session;
}

static void refuse_line(
	struct connection *c, struct span id, struct refusal *refusal, struct buf *out)
{
	refusal->line = framing_of(c)->line;
	native_write_refusal(out, id, refusal);
}

/* An answer that waits for its comment to be stored; or a refusal. */
static void hold_line(
	struct connection *c, const struct judge_output *made, size_t from, struct buf *out)
{
	struct held_frame frame = {.line = framing_of(c)->line};
	struct refusal refusal;

	if (connection_hold(c, out, from, made->row, made->id, &frame))
		return;
	refusal_set(&refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	judge_count(c->worker, PROTOCOL_NDJSON, refusal.code);
	refuse_line(c, made->id, &refusal, out);
}

static void answer_line(struct connection *c, struct span line, struct buf *out)
{
	struct judge_input input = {
		.json = line,
		.received_ns = c->read_ns,
		.deadline_ms = COMMENT_ABSENT,
		.protocol = PROTOCOL_NDJSON,
	};
	struct judge_output made;
	size_t from = out->len;

	switch (judge(c->worker, &input, out, &made)) {
	case JUDGED:
		break;
	case JUDGED_HELD:
		hold_line(c, &made, from, out);
		break;
	case JUDGED_REFUSED:
		refuse_line(c, made.id, &made.refusal, out);
		break;
	}
}

static void begin(struct connection *c)
{
	*framing_of(c) = (struct ndjson){.line_max = c->worker->generation->limits.request};
}

static enum outcome input(struct connection *c, struct buf *in, struct buf *out)
{
	struct ndjson *framing = framing_of(c);
	enum outcome outcome = OUTCOME_YIELD;
	uint64_t since = c->handled;
	size_t used = 0, step;
	struct refusal refusal;
	struct span line;

	while (outcome == OUTCOME_YIELD && !connection_had_share(c, since, out->len)) {
		enum ndjson_result got = ndjson_next(framing,
			span_sub(buf_content(in), used, in->len), false, &step, &line, &refusal);

		used += step;
		if (got == NDJSON_MORE) {
			outcome = OUTCOME_MORE;
			break;
		}
		if (got == NDJSON_LINE) {
			answer_line(c, line, out);
		} else {
			judge_count(c->worker, PROTOCOL_NDJSON, refusal.code);
			refuse_line(c, (struct span){0}, &refusal, out);
		}
		if (got == NDJSON_BROKEN)
			outcome = OUTCOME_CLOSE;
		c->handled++;
		out = connection_out(c, out);
	}
	buf_consume(in, used);
	if (in->len > 0)
		c->stage = STAGE_BODY;
	else if (c->stage != STAGE_NEW || framing->begun)
		c->stage = STAGE_REST;
	return outcome;
}

static void ended(struct connection *c, struct buf *out)
{
	struct refusal refusal;

	if (ndjson_cut_short(framing_of(c), buf_content(&c->in), &refusal)) {
		judge_count(c->worker, PROTOCOL_NDJSON, refusal.code);
		native_write_refusal(out, (struct span){0}, &refusal);
	}
}

static void expired(struct connection *c, enum timeout_id timeout, struct buf *out)
{
	struct refusal refusal;

	if (timeout == TIMEOUT_IDLE) {
		native_write_bye(out, framing_of(c)->line);
		return;
	}
	refusal_set(&refusal, REFUSAL_REQUEST_TIMEOUT, NULL, REFUSAL_NOWHERE);
	refusal.line = framing_of(c)->line + 1;
	judge_count(c->worker, PROTOCOL_NDJSON, refusal.code);
	native_write_refusal(out, (struct span){0}, &refusal);
}

static void release(struct connection *c, struct held *held, const struct queue_added *added,
	enum refusal_code code, struct buf *out)
{
	struct refusal refusal;

	if (judge_release(c->worker, PROTOCOL_NDJSON, held, added, code, &refusal))
		buf_span(out, buf_content(&held->answer));
	else
		native_write_refusal(out, held_id(held), &refusal);
}

static bool drained(struct connection *c, struct buf *out)
{
	native_write_bye(out, framing_of(c)->line);
	return true;
}

static void refuse(struct buf *out, enum refusal_code code)
{
	struct refusal refusal;

	refusal_set(&refusal, code, NULL, REFUSAL_NOWHERE);
	native_write_refusal(out, (struct span){0}, &refusal);
}

const struct protocol_ops protocol_ndjson = {
	.id = PROTOCOL_NDJSON,
	.session_size = sizeof(struct ndjson),
	.begin = begin,
	.input = input,
	.ended = ended,
	.expired = expired,
	.release = release,
	.drained = drained,
	.refuse = refuse,
};
