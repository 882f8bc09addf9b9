/* One try-out: see trial_run.h. */
#include "server/trial_run.h"

#include "base/clock.h"
#include "server/trials.h"
#include "wire/json.h"
#include "wire/native.h"
#include "wire/trial.h"

#include <stdio.h>

#define ANSWER_LIMIT ((size_t)16 * 1024 * 1024) /* [bytes] no answer is larger */

struct run {
	struct trial_bench *bench;
	const struct generation *live;
	struct trial_request request;
	struct buf *out;
	size_t judged, changed, written;
};

/* --- the bench --- */

int trial_bench_init(struct trial_bench *bench, const struct language_guesser *guesser)
{
	*bench = (struct trial_bench){.guesser = guesser};
	arena_init(&bench->arena, 0);
	arena_init(&bench->request, 0);
	candidate_init(&bench->copy);
	bench->evaluator = evaluator_new(guesser);
	bench->explainer = explainer_new(guesser);
	return bench->evaluator && bench->explainer ? OK : ERR_NOMEM;
}

void trial_bench_free(struct trial_bench *bench)
{
	candidate_forget(&bench->copy);
	evaluator_free(bench->evaluator);
	explainer_free(bench->explainer);
	arena_free(&bench->arena);
	arena_free(&bench->request);
}

/* --- the answer --- */

static void write_member(struct buf *out, const char *name, struct span text)
{
	buf_printf(out, ",\"%s\":", name);
	json_write(out, text);
}

static const struct guideline_points *points_of(
	const struct verdict *verdict, const struct guideline *guideline)
{
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		if (verdict->guidelines[i].guideline == guideline)
			return &verdict->guidelines[i];
	}
	return NULL;
}

/* Every guideline with its points and what they are measured by, on the comment's site. */
static void write_guidelines(struct buf *out, const struct ruleset *set,
	const struct comment *comment, const struct verdict *verdict)
{
	const struct site *site = ruleset_site(set, comment->site);
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);

	buf_str(out, ",\"guidelines\":[");
	for (size_t i = 0; i < count; i++) {
		const struct guideline_points *points = points_of(verdict, &guidelines[i]);
		int64_t review_at, reject_at;
		bool off;

		ruleset_thresholds(set, site, comment->article.section, &guidelines[i], &review_at,
			&reject_at, &off);
		buf_str(out, i > 0 ? ",{\"id\":" : "{\"id\":");
		json_write(out, span_of(guidelines[i].id));
		write_member(out, "title", wording_for(&guidelines[i].title, NULL, 0));
		buf_printf(out, ",\"points\":[%d,%d],\"review_at\":%lld,\"reject_at\":%lld",
			points ? points->low : 0, points ? points->high : 0, (long long)review_at,
			(long long)reject_at);
		buf_printf(out, ",\"exempt\":%s,\"off\":%s}",
			points && points->exempt ? "true" : "false", off ? "true" : "false");
	}
	buf_char(out, ']');
}

/* Judges by one set and appends `,"name":verdict`. OK or ERR_NOMEM. */
static int write_verdict(struct run *run, const char *name, const struct ruleset *set,
	const struct native_request *request, const struct verdict **out)
{
	int status =
		evaluate(run->bench->evaluator, set, &request->comment, &run->live->options, out);

	if (status != OK)
		return status;
	buf_printf(run->out, ",\"%s\":", name);
	return native_write_verdict(run->out, request, *out);
}

static int write_explanation(struct run *run, const struct comment *comment)
{
	const struct candidate *copy = &run->bench->copy;
	const struct explain_options shown = {.all = false};

	buf_str(run->out, ",\"explanation\":");
	return explain_json(run->bench->explainer, copy->set ? copy->set : run->live->set, comment,
		&run->live->options, &shown, run->out);
}

/* Judges one comment by both sets. OK or ERR_NOMEM. */
static int write_both(struct run *run, size_t index, const struct native_request *request)
{
	const struct ruleset *set = run->bench->copy.set;
	const struct verdict *verdict;
	enum verdict_kind live;
	int status = write_verdict(run, "live", run->live->set, request, &verdict);
	bool changed = false;

	if (status != OK)
		return status;
	live = verdict->kind;
	if (set != NULL) {
		status = write_verdict(run, "trial", set, request, &verdict);
		if (status != OK)
			return status;
		changed = verdict->kind != live;
	}
	run->changed += changed;
	buf_printf(run->out, ",\"changed\":%s", changed ? "true" : "false");
	if (!run->request.changed_only)
		write_guidelines(run->out, set ? set : run->live->set, &request->comment, verdict);
	if (run->request.explain == (int64_t)index)
		status = write_explanation(run, &request->comment);
	return status;
}

/* The result of one comment, unless it is not wanted. OK or ERR_NOMEM. */
static int write_result(struct run *run, size_t index)
{
	size_t before = run->out->len, changed = run->changed;
	struct native_request request;
	struct refusal refusal;
	int status = OK;

	arena_reset(&run->bench->request);
	buf_str(run->out, run->written > 0 ? ",{" : "{");
	buf_printf(run->out, "\"index\":%zu", index);
	if (native_read(run->request.comments[index], &run->bench->request, &request, &refusal)) {
		/* One moment for both, or a rule about time could seem to change the verdict. */
		if (request.comment.submitted_ms == COMMENT_ABSENT)
			request.comment.submitted_ms = clock_real_ms();
		status = write_both(run, index, &request);
		if (run->request.changed_only && run->changed == changed) {
			run->out->len = before;
			return status;
		}
	} else if (refusal.code == REFUSAL_OOM) {
		return ERR_NOMEM;
	} else {
		buf_str(run->out, ",\"error\":{");
		refusal_write(run->out, &refusal, "message");
		buf_char(run->out, '}');
	}
	buf_char(run->out, '}');
	run->written++;
	return status;
}

static int write_results(struct run *run, const atomic_bool *stop)
{
	int64_t until_ns = clock_mono_ns() + TRIAL_JUDGE_NS;
	int status = OK;

	buf_str(run->out, ",\"results\":[");
	while (run->judged < run->request.comments_count && status == OK && !atomic_load(stop)) {
		if (run->judged > 0 &&
			(run->out->len > TRIAL_ANSWER_MAX || clock_mono_ns() >= until_ns))
			break;
		status = write_result(run, run->judged++);
	}
	buf_printf(run->out, "],\"judged\":%zu,\"left\":%zu,\"changed\":%zu}\n", run->judged,
		run->request.comments_count - run->judged, run->changed);
	return status;
}

bool trial_run(struct trial_bench *bench, struct generation *live, struct span json,
	const atomic_bool *stop, struct buf *out, struct refusal *refusal)
{
	struct run run = {.bench = bench, .live = live, .out = out};
	int status;

	out->limit = ANSWER_LIMIT;
	arena_reset(&bench->arena);
	if (!trial_read(json, &bench->arena, &run.request, refusal))
		return false;
	if (!candidate_make(&bench->copy, live, run.request.files, run.request.files_count,
		    bench->guesser, &bench->arena, refusal))
		return false;
	candidate_write(out, &bench->copy, live);
	status = write_results(&run, stop);
	/* What was refused is not asked again, and what it holds may be large. */
	if (status != OK || out->failed || bench->copy.set == NULL)
		candidate_forget(&bench->copy);
	if (status == OK && !out->failed)
		return true;
	refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	return false;
}
