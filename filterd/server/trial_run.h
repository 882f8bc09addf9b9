/*
 * One try-out, from its JSON to the JSON of its answer. Private to trials.c.
 *
 * Everything here belongs to the thread of the try-outs.
 */
#pragma once

#include "moderate/explain.h"
#include "server/candidate.h"
#include "wire/refusal.h"

#include <stdatomic.h>

struct trial_bench {
	const struct language_guesser *guesser;
	struct evaluator *evaluator;
	struct explainer *explainer;
	struct arena arena; /* of the try-out */
	struct arena request; /* of one comment */
	struct candidate copy; /* the last one */
};

/* OK or ERR_NOMEM; trial_bench_free() in either case. */
int trial_bench_init(struct trial_bench *bench, const struct language_guesser *guesser);
void trial_bench_free(struct trial_bench *bench);

/*
 * Runs the try-out `json` against `live` (a reference is taken as long as the copy is kept). Stops
 * between two comments when *stop is set. True: *out is the answer; false: *refusal says why not.
 */
bool trial_run(struct trial_bench *bench, struct generation *live, struct span json,
	const atomic_bool *stop, struct buf *out, struct refusal *refusal);
