/* NDJSON on a connection: a comment a line, an answer a line, in order. */
#include "base/log.h"
#include "server/access.h"
#include "server/judge.h"
#include "wire/credential.h"
#include "wire/ndjson.h"

struct ndjson_session {
	struct ndjson framing;
	char token_id[TOKEN_ID_SIZE]; /* of who is let in; empty: nobody yet, or none is needed */
};

static struct ndjson_session *session_of(struct connection *c)
{
	return (struct ndjson_session *)c->session;
}

static struct ndjson *framing_of(struct connection *c)
{
	return &session_of(c)->framing;
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

/* --- who may --- */

/*
 * Whether the next line has to be a token, because none was sent yet: over the network, and with
 * `require_tokens` over loopback. A Unix socket goes by its mode.
 */
static bool is_stranger(struct connection *c)
{
	if (session_of(c)->token_id[0] != '\0')
		return false;
	return c->peer.far || (c->peer.counted && c->worker->generation->config->require_tokens);
}

/* What let somebody in holds no longer, or did not let anybody in: nothing more is answered. */
static enum outcome turn_away(struct connection *c, enum refusal_code code, struct buf *out)
{
	static _Atomic int64_t last;
	struct refusal refusal;

	if (log_once_a_second(&last))
		access_audit(c, NULL, NULL, "ndjson", code, true);
	refusal_set(&refusal, code, NULL, REFUSAL_NOWHERE);
	judge_count(c->worker, PROTOCOL_NDJSON, code);
	refuse_line(c, (struct span){0}, &refusal, out);
	return OUTCOME_CLOSE;
}

/* The first line, which is to be a token. */
static enum outcome greet(struct connection *c, struct span line, struct buf *out)
{
	struct worker *w = c->worker;
	struct access_who who;
	struct refusal refusal;
	struct span token;

	arena_reset(&w->arena);
	if (!credential_read(line, &w->arena, &token, &refusal) ||
		!tokens_find(w->service->tokens, token, clock_real_ms(), &who))
		return turn_away(c, REFUSAL_UNAUTHORIZED, out);
	if (!user_may(who.role, ACCESS_JUDGE))
		return turn_away(c, REFUSAL_FORBIDDEN, out);
	memcpy(session_of(c)->token_id, who.token_id, sizeof(who.token_id));
	judge_count(w, PROTOCOL_NDJSON, REFUSAL_NONE);
	buf_str(out, "{\"ok\":true}\n");
	return OUTCOME_YIELD;
}

/* Whether lines may be answered: nobody is to be asked, or who was let in holds a token still. */
static bool is_welcome(struct connection *c)
{
	const char *id = session_of(c)->token_id;

	return id[0] == '\0' || tokens_hold(c->worker->service->tokens, id, clock_real_ms());
}

/* --- the protocol --- */

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

	if (in->len > 0 && !is_welcome(c)) {
		buf_consume(in, in->len);
		return turn_away(c, REFUSAL_UNAUTHORIZED, out);
	}
	while (outcome == OUTCOME_YIELD && !connection_had_share(c, since, out->len)) {
		enum ndjson_result got = ndjson_next(framing,
			span_sub(buf_content(in), used, in->len), false, &step, &line, &refusal);

		used += step;
		if (got == NDJSON_MORE) {
			outcome = OUTCOME_MORE;
			break;
		}
		if (got == NDJSON_LINE && is_stranger(c)) {
			outcome = greet(c, line, out);
		} else if (got == NDJSON_LINE) {
			answer_line(c, line, out);
		} else {
			judge_count(c->worker, PROTOCOL_NDJSON, refusal.code);
			refuse_line(c, (struct span){0}, &refusal, out);
		}
		if (got == NDJSON_BROKEN || (got != NDJSON_LINE && is_stranger(c)))
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
	.session_size = sizeof(struct ndjson_session),
	.begin = begin,
	.input = input,
	.ended = ended,
	.expired = expired,
	.release = release,
	.drained = drained,
	.refuse = refuse,
};
