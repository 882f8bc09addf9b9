/*
 * Try-outs: comments judged by the rules in force and by a private copy of them with some files
 * changed, as errands (errands.h) on a thread of their own.
 *
 * A try-out never touches the generation in force, what is counted about rules, or the breaker. One
 * runs at a time; a few may wait; more are turned away. Each is bounded in time and in the size of
 * its answer: what it did not come to judge is left, and the answer says how far it came.
 *
 * The last private copy is kept for a minute, for whoever asks about one text many times, and with
 * it one reference to the generation that it was made from.
 */
#pragma once

#include "server/errands.h"
#include "server/reload.h"

#define TRIALS_WAITING_MAX 8
#define TRIAL_JUDGE_NS (4 * NS_PER_S) /* for the comments; one that has begun is ended */
#define TRIAL_ANSWER_MAX (1024 * 1024) /* [bytes] after which no further comment is judged */

struct trials;

/*
 * Starts the thread. `reload` and `guesser` (may be NULL) must outlive it. `done` is called on that
 * thread after each try-out, with nothing locked. NULL: no memory or no thread.
 */
struct trials *trials_new(struct reload *reload, const struct language_guesser *guesser,
	void (*done)(void *context), void *context);

/* Stops the thread, after the try-out under way. Every errand must have been dropped. */
void trials_free(struct trials *trials);

/* Where to ask for one: the body is its request (wire/trial.h), the rest of it means nothing. */
struct errands *trials_errands(struct trials *trials);
