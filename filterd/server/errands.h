/*
 * Errands: what takes too long for a worker, done one at a time by a thread that may wait for a
 * disk or think for seconds.
 *
 *     worker: errands_ask() ──► waiting ──► the thread: perform() ──► done() wakes the workers,
 *     each asks errand_done() of its connections that wait
 *
 * The rules' try-outs (trials.h) and the queue's desk (desk.h) are two such threads.
 */
#pragma once

#include "base/buf.h"
#include "wire/refusal.h"

#include <stdatomic.h>

/* What is asked for. All spans are copied with it. */
struct errand_request {
	const void *what; /* for perform(), static: which of the things it does */
	struct span subject, query, body; /* of the path, after ?, and what came with it */
	struct span actor; /* who asks */
};

struct errand_answer {
	struct buf body; /* JSON; after a refusal: members that its document has beside the usual */
	struct refusal refusal; /* REFUSAL_NONE: it went well */
};

struct errands;
struct errand;

/* Who does them, and what is to happen then. */
struct errands_duty {
	const char *name; /* of the thread */
	size_t waiting_max; /* errands that may wait; more are turned away */
	/* Does one. It may stop when *dropped is set: nobody waits any more. */
	void (*perform)(void *context, const struct errand_request *request,
		const atomic_bool *dropped, struct errand_answer *answer);
	/* Called each `idle_s` [s] in which nothing was asked; NULL: never. */
	void (*idle)(void *context);
	int idle_s;
	/* Called after each, with nothing locked. Both on the thread. */
	void (*done)(void *done_context);
	void *context, *done_context;
};

/* Starts the thread. NULL: no memory or no thread. */
struct errands *errands_new(const struct errands_duty *duty);

/* Stops it, after the errand under way. Every errand must have been dropped. NULL is legal. */
void errands_free(struct errands *errands);

/* Asks for one. REFUSAL_NONE with *out, REFUSAL_OVERLOADED or REFUSAL_OOM. */
enum refusal_code errands_ask(
	struct errands *errands, const struct errand_request *request, struct errand **out);

/* Whether it is over; then *answer is what was made of it, until errand_drop(). */
bool errand_done(struct errand *errand, const struct errand_answer **answer);

/* Gives it back, over or not. NULL is legal. */
void errand_drop(struct errand *errand);
