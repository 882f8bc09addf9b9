/* A worker: see worker.h. */
#include "server/worker.h"

#include "base/log.h"
#include "server/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BUFFER_KEPT ((size_t)1024 * 1024) /* [bytes] of an answer buffer kept between turns */

/*
 * A turn is to last no longer than this, so that a client who asks one thing does not wait for
 * those who ask thousands: the more connections have something to do, the less each may at a time.
 */
#define TURN_NS (20 * NS_PER_MS)
#define SHARE_MAX_NS (2 * NS_PER_MS)

/* --- turns --- */

static void adopt_generation(struct worker *w)
{
	generation_unref(w->generation);
	w->generation = reload_current(w->service->reload);
}

void worker_enter(struct worker *w)
{
	w->now_ns = w->entered_ns = clock_mono_ns();
	w->callbacks++;
	if (w->turn_ns == 0)
		w->turn_ns = w->now_ns;
	else if (w->now_ns - w->turn_ns > w->waited_ns)
		w->waited_ns = w->now_ns - w->turn_ns;
	if (w->now_ns - w->date_ns > NS_PER_S / 2) {
		http_date(clock_real_ms(), w->date);
		w->date_ns = w->now_ns;
	}
	/* Whoever was told that a reload is over is answered by the new rules, on every worker. */
	if (!reload_current_is(w->service->reload, w->generation))
		adopt_generation(w);
}

static void abandon_all(struct worker *w)
{
	struct connection *c, *next;

	for (c = TAILQ_FIRST(&w->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		connection_abandon(c);
	}
}

/* Goes once round the connections that were left with complete requests. */
static void continue_ready(struct worker *w)
{
	struct connection *c, *last = TAILQ_LAST(&w->ready, connection_list);

	while ((c = TAILQ_FIRST(&w->ready)) != NULL) {
		worker_enter(w);
		TAILQ_REMOVE(&w->ready, c, ready_link);
		TAILQ_INSERT_TAIL(&w->ready, c, ready_link);
		connection_continue(c);
		if (c == last)
			break;
	}
}

static void free_doomed(struct worker *w)
{
	struct connection *c;

	while ((c = TAILQ_FIRST(&w->doomed)) != NULL) {
		TAILQ_REMOVE(&w->doomed, c, link);
		connection_free(c);
	}
}

static void end_turn(struct worker *w)
{
	counter_add(&w->turns, 1);
	overload_turn(&w->overload, w->now_ns, w->waited_ns);
	w->share_ns = w->callbacks > 0 ? TURN_NS / w->callbacks : SHARE_MAX_NS;
	if (w->share_ns > SHARE_MAX_NS)
		w->share_ns = SHARE_MAX_NS;
	w->turn_ns = w->waited_ns = 0;
	w->callbacks = 0;
	if (w->draining && w->now_ns >= w->service->drain_deadline_ns)
		abandon_all(w);
	free_doomed(w);
	if (w->out.cap > BUFFER_KEPT)
		buf_free(&w->out);
	if (w->body.cap > BUFFER_KEPT)
		buf_free(&w->body);
}

static void *worker_main(void *argument)
{
	struct worker *w = argument;
	char name[16];

	snprintf(name, sizeof(name), "worker %zu", w->index);
	pthread_setname_np(pthread_self(), name);
	while (!(w->draining && TAILQ_EMPTY(&w->all))) {
		int flags = EVLOOP_ONCE | (TAILQ_EMPTY(&w->ready) ? 0 : EVLOOP_NONBLOCK);

		if (event_base_loop(w->base, flags) < 0) {
			log_warn("event loop of worker %zu", w->index);
			break;
		}
		continue_ready(w);
		end_turn(w);
	}
	atomic_store(&w->ended, true);
	return NULL;
}

/* --- callbacks --- */

static void on_tick(evutil_socket_t fd, short what, void *argument)
{
	struct worker *w = argument;
	struct connection *c, *next;

	(void)fd;
	(void)what;
	worker_enter(w);
	for (c = TAILQ_FIRST(&w->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		connection_check(c);
	}
}

bool worker_tick_as_needed(struct worker *w)
{
	static const struct timeval interval = {.tv_usec = WORKER_TICK_MS * 1000};
	bool wanted = !TAILQ_EMPTY(&w->all);

	if (wanted != w->ticking &&
		(wanted ? event_add(w->tick, &interval) : event_del(w->tick)) == 0)
		w->ticking = wanted;
	return w->ticking == wanted;
}

/* Empties the mailbox into connections. */
static void open_mail(struct worker *w)
{
	struct handed *mail;
	size_t count;

	pthread_mutex_lock(&w->lock);
	mail = w->mailbox;
	count = w->mail;
	w->mailbox = NULL;
	w->mail = w->mailbox_size = 0;
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < count; i++)
		connection_new(w, &mail[i]);
	free(mail);
}

static void start_draining(struct worker *w)
{
	struct connection *c, *next;

	w->draining = true;
	for (c = TAILQ_FIRST(&w->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		connection_drain(c);
	}
}

static void on_wake(evutil_socket_t fd, short what, void *argument)
{
	struct worker *w = argument;
	struct connection *c, *next;
	uint64_t times;

	(void)what;
	if (read(fd, &times, sizeof(times)) < 0 && errno != EAGAIN && errno != EINTR)
		log_warn("wake-up of worker %zu", w->index);
	worker_enter(w);
	for (c = TAILQ_FIRST(&w->holding); c != NULL; c = next) {
		next = TAILQ_NEXT(c, holding_link);
		connection_release(c);
	}
	for (c = TAILQ_FIRST(&w->all); c != NULL && w->waiting > 0; c = next) {
		next = TAILQ_NEXT(c, link);
		connection_resume(c);
	}
	if (!w->draining && atomic_load(&w->service->draining))
		start_draining(w);
	open_mail(w);
}

/* --- for the main thread --- */

int worker_hand(struct worker *w, const struct handed *handed)
{
	int status = OK;

	pthread_mutex_lock(&w->lock);
	if (w->mail == w->mailbox_size) {
		size_t size = w->mailbox_size ? 2 * w->mailbox_size : 16;
		struct handed *grown = realloc(w->mailbox, size * sizeof(*grown));

		if (grown == NULL) {
			status = ERR_NOMEM;
		} else {
			w->mailbox = grown;
			w->mailbox_size = size;
		}
	}
	if (status == OK)
		w->mailbox[w->mail++] = *handed;
	pthread_mutex_unlock(&w->lock);
	if (status == OK) {
		atomic_fetch_add(&w->load, 1);
		worker_wake(w);
	}
	return status;
}

void worker_wake(struct worker *w)
{
	uint64_t one = 1;

	/* Fails only when 2^64 wake-ups are waiting already. */
	if (write(w->wake_fd, &one, sizeof(one)) < 0)
		log_warn("waking worker %zu", w->index);
}

static struct event_base *new_loop(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	/* One thread per loop: other threads wake it through a descriptor. */
	if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int worker_init(struct worker *w, struct service *service, size_t index,
	const struct language_guesser *guesser)
{
	w->service = service;
	w->index = index;
	w->wake_fd = -1;
	TAILQ_INIT(&w->all);
	TAILQ_INIT(&w->ready);
	TAILQ_INIT(&w->holding);
	TAILQ_INIT(&w->doomed);
	arena_init(&w->arena, 0);
	if (pthread_mutex_init(&w->lock, NULL) != 0)
		return ERR_NOMEM;
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->wake_fd < 0)
		return ERR_IO;
	w->base = new_loop();
	w->evaluator = evaluator_new(guesser);
	w->input.limit = WORKER_INPUT;
	if (w->base == NULL || w->evaluator == NULL || !buf_reserve(&w->input, WORKER_INPUT))
		return ERR_NOMEM;
	w->wake = event_new(w->base, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w);
	w->tick = event_new(w->base, -1, EV_PERSIST, on_tick, w);
	if (w->wake == NULL || w->tick == NULL || event_add(w->wake, NULL) != 0)
		return ERR_NOMEM;
	return OK;
}

int worker_start(struct worker *w)
{
	w->generation = reload_current(w->service->reload);
	w->now_ns = clock_mono_ns();
	w->share_ns = SHARE_MAX_NS;
	if (pthread_create(&w->thread, NULL, worker_main, w) != 0)
		return ERR_IO;
	w->started = true;
	return OK;
}

void worker_join(struct worker *w)
{
	if (w->started)
		pthread_join(w->thread, NULL);
	w->started = false;
}

void worker_free(struct worker *w)
{
	for (size_t i = 0; i < w->mail; i++)
		close(w->mailbox[i].fd);
	free(w->mailbox);
	if (w->wake != NULL)
		event_free(w->wake);
	if (w->tick != NULL)
		event_free(w->tick);
	if (w->base != NULL)
		event_base_free(w->base);
	if (w->wake_fd >= 0)
		close(w->wake_fd);
	generation_unref(w->generation);
	evaluator_free(w->evaluator);
	arena_free(&w->arena);
	buf_free(&w->out);
	buf_free(&w->input);
	buf_free(&w->body);
	buf_free(&w->note);
	pthread_mutex_destroy(&w->lock);
}
