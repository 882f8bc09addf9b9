/* A thread that does one thing after another: see errands.h. */
#include "server/errands.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

/*
 * An errand belongs to whoever asked and, until it is over, to the thread: the last of them frees
 * it.
 */
struct errand {
	struct errands *errands;
	TAILQ_ENTRY(errand) link; /* in errands.waiting */
	struct errand_request request; /* its spans lie in `copy` */
	char *copy;
	atomic_bool dropped; /* nobody waits for it; set under the lock */
	bool waiting, over; /* neither: it is being done */
	struct errand_answer answer;
};

TAILQ_HEAD(errand_list, errand);

struct errands {
	struct errands_duty duty;
	pthread_t thread;

	pthread_mutex_t lock; /* of all below, and of what errands say of themselves */
	pthread_cond_t wanted;
	struct errand_list waiting; /* the oldest first */
	size_t count; /* of those */
	bool stop;
};

static void errand_free(struct errand *errand)
{
	free(errand->copy);
	buf_free(&errand->answer.body);
	free(errand);
}

/* Takes it off the list of those who wait; the lock is held. */
static void unqueue(struct errands *errands, struct errand *errand)
{
	TAILQ_REMOVE(&errands->waiting, errand, link);
	errands->count--;
	errand->waiting = false;
}

/* --- the thread --- */

static void perform(struct errands *errands, struct errand *errand)
{
	const struct errands_duty *duty = &errands->duty;
	bool dropped;

	duty->perform(duty->context, &errand->request, &errand->dropped, &errand->answer);
	pthread_mutex_lock(&errands->lock);
	errand->over = true;
	dropped = atomic_load(&errand->dropped);
	pthread_mutex_unlock(&errands->lock);
	if (dropped)
		errand_free(errand);
	else
		duty->done(duty->done_context);
}

/* Waits for an errand, and does what is to be done meanwhile. The lock is held. */
static void await(struct errands *errands)
{
	const struct errands_duty *duty = &errands->duty;
	struct timespec until;

	if (duty->idle == NULL) {
		pthread_cond_wait(&errands->wanted, &errands->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += duty->idle_s;
	if (pthread_cond_timedwait(&errands->wanted, &errands->lock, &until) == ETIMEDOUT) {
		pthread_mutex_unlock(&errands->lock);
		duty->idle(duty->context);
		pthread_mutex_lock(&errands->lock);
	}
}

static void *errands_main(void *argument)
{
	struct errands *errands = argument;
	struct errand *errand;

	pthread_mutex_lock(&errands->lock);
	while (!errands->stop) {
		errand = TAILQ_FIRST(&errands->waiting);
		if (errand == NULL) {
			await(errands);
			continue;
		}
		unqueue(errands, errand);
		pthread_mutex_unlock(&errands->lock);
		perform(errands, errand);
		pthread_mutex_lock(&errands->lock);
	}
	pthread_mutex_unlock(&errands->lock);
	return NULL;
}

/* --- for others --- */

struct errands *errands_new(const struct errands_duty *duty)
{
	struct errands *errands = calloc(1, sizeof(*errands));
	pthread_condattr_t monotonic;

	if (errands == NULL)
		return NULL;
	errands->duty = *duty;
	TAILQ_INIT(&errands->waiting);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&errands->lock, NULL);
	pthread_cond_init(&errands->wanted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&errands->thread, NULL, errands_main, errands) == 0) {
		pthread_setname_np(errands->thread, duty->name);
		return errands;
	}
	pthread_cond_destroy(&errands->wanted);
	pthread_mutex_destroy(&errands->lock);
	free(errands);
	return NULL;
}

void errands_free(struct errands *errands)
{
	if (errands == NULL)
		return;
	pthread_mutex_lock(&errands->lock);
	errands->stop = true;
	pthread_cond_signal(&errands->wanted);
	pthread_mutex_unlock(&errands->lock);
	pthread_join(errands->thread, NULL);
	pthread_cond_destroy(&errands->wanted);
	pthread_mutex_destroy(&errands->lock);
	free(errands);
}

/* Makes it with a copy of all that is asked; NULL: no memory. */
static struct errand *make(struct errands *errands, const struct errand_request *request)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	size_t len =
		request->subject.len + request->query.len + request->body.len + request->actor.len;
	char *at = malloc(len + 1);

	if (errand == NULL || at == NULL) {
		free(errand);
		free(at);
		return NULL;
	}
	errand->errands = errands;
	errand->copy = at;
	errand->request = *request;
	struct span *const spans[] = {&errand->request.subject, &errand->request.query,
		&errand->request.body, &errand->request.actor};
	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		if (spans[i]->len > 0)
			memcpy(at, spans[i]->ptr, spans[i]->len);
		spans[i]->ptr = at;
		at += spans[i]->len;
	}
	return errand;
}

enum refusal_code errands_ask(
	struct errands *errands, const struct errand_request *request, struct errand **out)
{
	struct errand *errand = make(errands, request);
	bool full;

	if (errand == NULL)
		return REFUSAL_OOM;
	pthread_mutex_lock(&errands->lock);
	full = errands->count == errands->duty.waiting_max;
	if (!full) {
		TAILQ_INSERT_TAIL(&errands->waiting, errand, link);
		errands->count++;
		errand->waiting = true;
		pthread_cond_signal(&errands->wanted);
	}
	pthread_mutex_unlock(&errands->lock);
	if (full) {
		errand_free(errand);
		return REFUSAL_OVERLOADED;
	}
	*out = errand;
	return REFUSAL_NONE;
}

bool errand_done(struct errand *errand, const struct errand_answer **answer)
{
	bool over;

	pthread_mutex_lock(&errand->errands->lock);
	over = errand->over;
	pthread_mutex_unlock(&errand->errands->lock);
	*answer = over ? &errand->answer : NULL;
	return over;
}

void errand_drop(struct errand *errand)
{
	struct errands *errands;
	bool running;

	if (errand == NULL)
		return;
	errands = errand->errands;
	pthread_mutex_lock(&errands->lock);
	running = !errand->over && !errand->waiting;
	if (errand->waiting)
		unqueue(errands, errand);
	atomic_store(&errand->dropped, true);
	pthread_mutex_unlock(&errands->lock);
	/* The one that is being done is the thread's from here on. */
	if (!running)
		errand_free(errand);
}
