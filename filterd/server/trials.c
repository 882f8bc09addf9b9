/* The thread of try-outs: see trials.h. */
#include "server/trials.h"

#include "server/trial_run.h"

#include <stdlib.h>

#define COPY_KEPT_S 60 /* [s] that the last private copy is kept without being asked for */

struct trials {
	struct reload *reload;
	struct trial_bench bench; /* the thread's */
	struct errands *errands;
};

static void perform(void *context, const struct errand_request *request, const atomic_bool *dropped,
	struct errand_answer *answer)
{
	struct trials *trials = context;
	struct generation *live = reload_current(trials->reload);

	if (trial_run(
		    &trials->bench, live, request->body, dropped, &answer->body, &answer->refusal))
		answer->refusal = (struct refusal)REFUSAL_INIT;
	else
		buf_clear(&answer->body);
	generation_unref(live);
}

static void idle(void *context)
{
	struct trials *trials = context;

	candidate_forget(&trials->bench.copy);
}

struct trials *trials_new(struct reload *reload, const struct language_guesser *guesser,
	void (*done)(void *context), void *context)
{
	struct trials *trials = calloc(1, sizeof(*trials));
	struct errands_duty duty = {
		.name = "trials",
		.waiting_max = TRIALS_WAITING_MAX,
		.perform = perform,
		.idle = idle,
		.idle_s = COPY_KEPT_S,
		.done = done,
		.context = trials,
		.done_context = context,
	};

	if (trials == NULL)
		return NULL;
	trials->reload = reload;
	if (trial_bench_init(&trials->bench, guesser) == OK)
		trials->errands = errands_new(&duty);
	if (trials->errands != NULL)
		return trials;
	trial_bench_free(&trials->bench);
	free(trials);
	return NULL;
}

void trials_free(struct trials *trials)
{
	if (trials == NULL)
		return;
	errands_free(trials->errands);
	trial_bench_free(&trials->bench);
	free(trials);
}

struct errands *trials_errands(struct trials *trials)
{
	return trials->errands;
}
