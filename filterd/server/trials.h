/*
 * Try-outs: comments judged by the rules in force and by a private copy of them with some files
 * changed, on a thread of its own.
 *
 * A try-out never touches the generation in force, what is counted about rules, or the breaker. One
 * runs at a time; a few may wait; more are turned away. Each is bounded in time and in the size of
 * its answer: what it did not come to judge is left, and the answer says how far it came.
 *
 * The last private copy is kept for a minute, for whoever asks about one text many times, and with
 * it one reference to the generation that it was made from.
 */
#pragma once

#include "server/reload.h"
#include "wire/refusal.h"

#define TRIALS_WAITING_MAX 8
#define TRIAL_JUDGE_NS (4 * NS_PER_S) /* for the comments; one that has begun is ended */
#define TRIAL_TEST_NS (2 * NS_PER_S) /* for the rules' own tests */
#define TRIAL_ANSWER_MAX (1024 * 1024) /* [bytes] after which no further comment is judged */

struct trials;
struct trial;

/*
 * Starts the thread. `reload` and `guesser` (may be NULL) must outlive it. `done` is called on that
 * thread after each try-out, with nothing locked. NULL: no memory or no thread.
 */
struct trials *trials_new(struct reload *reload, const struct language_guesser *guesser,
	void (*done)(void *context), void *context);

/* Stops the thread, after the try-out under way. Every trial must have been dropped. */
void trials_free(struct trials *trials);

/* Asks for one; `request` (wire/trial.h) is copied. REFUSAL_NONE with *out, or why not. */
enum refusal_code trials_ask(struct trials *trials, struct span request, struct trial **out);

/*
 * Whether it is over. Then *refusal tells (REFUSAL_NONE: it went well) and *answer is its JSON,
 * valid until trial_drop().
 */
bool trial_done(struct trial *trial, struct refusal *refusal, struct span *answer);

/* Gives it back, over or not. NULL is legal. */
void trial_drop(struct trial *trial);
