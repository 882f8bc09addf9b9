/* The thread of try-outs: see trials.h. */
#include "server/trials.h"

#include "server/trial_run.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#define COPY_KEPT_S 60 /* [s] that the last private copy is kept without being asked for */

/*
 * A try-out belongs to whoever asked and, until it is over, to the thread: the last of them frees
 * it.
 */
struct trial {
	struct trials *trials;
	TAILQ_ENTRY(trial) link; /* in trials.waiting */
	struct span request; /* owned copy */
	atomic_bool dropped; /* nobody waits for it; set under the lock */
	bool waiting, over; /* neither: it runs */
	struct buf answer;
	struct refusal refusal;
};

TAILQ_HEAD(trial_list, trial);

struct trials {
	struct reload *reload;
	void (*done)(void *context);
	void *context;
	struct trial_bench bench; /* the thread's */
	pthread_t thread;

	pthread_mutex_t lock; /* of all below, and of what trials say of themselves */
	pthread_cond_t wanted;
	struct trial_list waiting; /* the oldest first */
	size_t count; /* of those */
	bool stop;
};

static void trial_free(struct trial *trial)
{
	free((char *)trial->request.ptr);
	buf_free(&trial->answer);
	free(trial);
}

/* Takes it off the list of those who wait; the lock is held. */
static void unqueue(struct trials *trials, struct trial *trial)
{
	TAILQ_REMOVE(&trials->waiting, trial, link);
	trials->count--;
	trial->waiting = false;
}

/* --- the thread --- */

static void perform(struct trials *trials, struct trial *trial)
{
	struct generation *live = reload_current(trials->reload);
	bool dropped;

	if (trial_run(&trials->bench, live, trial->request, &trial->dropped, &trial->answer,
		    &trial->refusal))
		trial->refusal = (struct refusal)REFUSAL_INIT;
	generation_unref(live);
	pthread_mutex_lock(&trials->lock);
	trial->over = true;
	dropped = atomic_load(&trial->dropped);
	pthread_mutex_unlock(&trials->lock);
	if (dropped)
		trial_free(trial);
	else
		trials->done(trials->context);
}

/* Waits for a try-out, and forgets the last copy when none comes for a while. */
static void await(struct trials *trials)
{
	struct timespec until;

	if (trials->bench.copy.from == NULL) {
		pthread_cond_wait(&trials->wanted, &trials->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += COPY_KEPT_S;
	if (pthread_cond_timedwait(&trials->wanted, &trials->lock, &until) == ETIMEDOUT) {
		pthread_mutex_unlock(&trials->lock);
		trial_bench_forget(&trials->bench);
		pthread_mutex_lock(&trials->lock);
	}
}

static void *trials_main(void *argument)
{
	struct trials *trials = argument;
	struct trial *trial;

	pthread_mutex_lock(&trials->lock);
	while (!trials->stop) {
		trial = TAILQ_FIRST(&trials->waiting);
		if (trial == NULL) {
			await(trials);
			continue;
		}
		unqueue(trials, trial);
		pthread_mutex_unlock(&trials->lock);
		perform(trials, trial);
		pthread_mutex_lock(&trials->lock);
	}
	pthread_mutex_unlock(&trials->lock);
	return NULL;
}

/* --- for others --- */

static int start(struct trials *trials)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&trials->lock, NULL);
	pthread_cond_init(&trials->wanted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return pthread_create(&trials->thread, NULL, trials_main, trials);
}

struct trials *trials_new(struct reload *reload, const struct language_guesser *guesser,
	void (*done)(void *context), void *context)
{
	struct trials *trials = calloc(1, sizeof(*trials));

	if (trials == NULL)
		return NULL;
	trials->reload = reload;
	trials->done = done;
	trials->context = context;
	TAILQ_INIT(&trials->waiting);
	if (trial_bench_init(&trials->bench, guesser) == OK && start(trials) == 0)
		return trials;
	trial_bench_free(&trials->bench);
	free(trials);
	return NULL;
}

void trials_free(struct trials *trials)
{
	if (trials == NULL)
		return;
	pthread_mutex_lock(&trials->lock);
	trials->stop = true;
	pthread_cond_signal(&trials->wanted);
	pthread_mutex_unlock(&trials->lock);
	pthread_join(trials->thread, NULL);
	trial_bench_free(&trials->bench);
	pthread_cond_destroy(&trials->wanted);
	pthread_mutex_destroy(&trials->lock);
	free(trials);
}

enum refusal_code trials_ask(struct trials *trials, struct span request, struct trial **out)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	char *copy = malloc(request.len + 1);
	bool full;

	if (trial == NULL || copy == NULL) {
		free(trial);
		free(copy);
		return REFUSAL_OOM;
	}
	if (request.len > 0)
		memcpy(copy, request.ptr, request.len);
	trial->trials = trials;
	trial->request = (struct span){copy, request.len};
	pthread_mutex_lock(&trials->lock);
	full = trials->count == TRIALS_WAITING_MAX;
	if (!full) {
		TAILQ_INSERT_TAIL(&trials->waiting, trial, link);
		trials->count++;
		trial->waiting = true;
		pthread_cond_signal(&trials->wanted);
	}
	pthread_mutex_unlock(&trials->lock);
	if (full) {
		trial_free(trial);
		return REFUSAL_OVERLOADED;
	}
	*out = trial;
	return REFUSAL_NONE;
}

bool trial_done(struct trial *trial, struct refusal *refusal, struct span *answer)
{
	bool over;

	pthread_mutex_lock(&trial->trials->lock);
	over = trial->over;
	pthread_mutex_unlock(&trial->trials->lock);
	if (over) {
		*refusal = trial->refusal;
		*answer = buf_content(&trial->answer);
	}
	return over;
}

void trial_drop(struct trial *trial)
{
	struct trials *trials;
	bool running;

	if (trial == NULL)
		return;
	trials = trial->trials;
	pthread_mutex_lock(&trials->lock);
	running = !trial->over && !trial->waiting;
	if (trial->waiting)
		unqueue(trials, trial);
	atomic_store(&trial->dropped, true);
	pthread_mutex_unlock(&trials->lock);
	/* The one that runs is the thread's from here on. */
	if (!running)
		trial_free(trial);
}
