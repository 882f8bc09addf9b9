/* One comment from JSON to its answer: see judge.h. */
#include "server/judge.h"

#include "base/log.h"
#include "wire/queued.h"

#define RETRY_MIN_MS 1000
#define RETRY_SPREAD_MS 4000

static void count_verdict(struct worker *w, const struct verdict *verdict)
{
	counter_add(&w->counters.verdicts[verdict->kind], 1);
	for (size_t i = 0; i < verdict->faults_count; i++)
		counter_add(&w->counters.faults[fault_id(verdict->faults[i].code)], 1);
	generation_count(w->generation, w->index, verdict);
}

void judge_count(struct worker *w, enum protocol protocol, enum refusal_code code)
{
	static _Atomic int64_t last_oom, last_broken;

	counter_add(&w->counters.requests[protocol][code], 1);
	if (code == REFUSAL_OOM && log_once_a_second(&last_oom))
		log_errorx("out of memory: comments are refused with `oom`");
	if ((code == REFUSAL_WRONG_PROTOCOL || code == REFUSAL_BAD_REQUEST) &&
		log_once_a_second(&last_broken))
		log_warnx("a client of the %s port does not speak %s: %s (told at most once a "
			  "second)",
			protocol_names[protocol], protocol_names[protocol],
			refusal_kinds[code].name);
}

/* Why a comment that could be read is not judged at all. */
static enum refusal_code not_now(const struct worker *w, const struct judge_input *input,
	const struct native_request *request)
{
	int64_t deadline_ms = input->deadline_ms;

	if (deadline_ms == COMMENT_ABSENT)
		deadline_ms = request->deadline_ms;
	if (deadline_ms != COMMENT_ABSENT &&
		w->now_ns - input->received_ns >= deadline_ms * NS_PER_MS)
		return REFUSAL_EXPIRED;
	return w->overload.refusing ? REFUSAL_OVERLOADED : REFUSAL_NONE;
}

/* Gives the comment, with the answer as far as it is written, to the store. */
static enum refusal_code keep(struct worker *w, const struct judge_input *input,
	const struct native_request *request, const struct verdict *verdict, struct span answer,
	struct store_row **row)
{
	struct queue_entry entry;

	if (queued_entry(&w->arena, request, verdict, &entry) != OK)
		return REFUSAL_OOM;
	entry.request = input->json;
	entry.answer = answer;
	entry.now_ms = clock_real_ms();
	switch (store_add(w->service->store, &entry, w, row)) {
	case OK:
		return REFUSAL_NONE;
	case ERR_NOMEM:
		return REFUSAL_OOM;
	default:
		return REFUSAL_QUEUE_UNAVAILABLE;
	}
}

/* Evaluates and writes the answer; with *row set it is without its end. */
static enum refusal_code answer(struct worker *w, const struct judge_input *input,
	const struct native_request *request, struct buf *out, struct store_row **row)
{
	struct evaluate_options options = w->generation->options;
	enum refusal_code code = REFUSAL_NONE;
	const struct verdict *verdict;
	size_t before = out->len;

	options.suspended = generation_suspended(w->generation, w->index);
	if (evaluate(w->evaluator, w->generation->set, &request->comment, &options, &verdict) != OK)
		return REFUSAL_OOM;
	if (native_write_beginning(out, request, verdict) != OK)
		return REFUSAL_OOM;
	if (verdict->kind == VERDICT_REVIEW && w->service->store != NULL)
		code = keep(w, input, request, verdict,
			span_sub(buf_content(out), before, out->len), row);
	else if (native_write_end(out, NULL, 0) != OK)
		code = REFUSAL_OOM;
	if (code == REFUSAL_NONE)
		count_verdict(w, verdict);
	else
		out->len = before;
	return code;
}

enum judged judge(struct worker *w, const struct judge_input *input, struct buf *out,
	struct judge_output *made)
{
	struct native_request request;
	int64_t began_ns = w->now_ns;
	enum refusal_code code;

	made->row = NULL;
	arena_reset(&w->arena);
	if (native_read(input->json, &w->arena, &request, &made->refusal)) {
		code = not_now(w, input, &request);
		if (code == REFUSAL_NONE)
			code = answer(w, input, &request, out, &made->row);
		if (code != REFUSAL_NONE)
			refusal_set(&made->refusal, code, NULL, REFUSAL_NOWHERE);
		/* Spread over some seconds, or all who are refused come back together. */
		if (code == REFUSAL_OVERLOADED)
			made->refusal.retry_ms =
				RETRY_MIN_MS + (int)(w->now_ns / 1000 % RETRY_SPREAD_MS);
		w->now_ns = clock_mono_ns();
		counters_latency(&w->counters, w->now_ns - began_ns);
	}
	if (request.unknown_fields > 0)
		counter_add(&w->counters.unknown_fields, request.unknown_fields);
	made->id = request.comment.id;
	if (made->row != NULL)
		return JUDGED_HELD;
	judge_count(w, input->protocol, made->refusal.code);
	return made->refusal.code == REFUSAL_NONE ? JUDGED : JUDGED_REFUSED;
}

bool judge_release(struct worker *w, enum protocol protocol, struct held *held,
	const struct queue_added *added, enum refusal_code code, struct refusal *refusal)
{
	if (added != NULL &&
		native_write_end(&held->answer, added->queue_id, added->revision) != OK)
		code = REFUSAL_OOM;
	refusal_set(refusal, code, NULL, REFUSAL_NOWHERE);
	refusal->line = held->frame.line;
	judge_count(w, protocol, code);
	return code == REFUSAL_NONE;
}
