/* The watchdog: see watchdog.h. */
#include "server/watchdog.h"

#include "base/log.h"
#include "server/notify.h"

#include <stdlib.h>

#define LOOKS 4 /* in the time allowed */

bool watchdog_is_well(const struct service *service, uint64_t *seen)
{
	bool well = true;

	for (size_t i = 0; i < service->workers_count; i++) {
		const struct worker *w = &service->workers[i];
		uint64_t turns = counter_get(&w->turns);

		if (turns == seen[i] && !atomic_load(&w->ended))
			well = false;
		seen[i] = turns;
	}
	return well;
}

/* An idle worker has to be woken to turn. */
static void ask_all(struct service *service)
{
	for (size_t i = 0; i < service->workers_count; i++)
		worker_wake(&service->workers[i]);
}

static void on_tick(evutil_socket_t fd, short what, void *argument)
{
	struct watchdog *watchdog = argument;
	static _Atomic int64_t last;

	(void)fd;
	(void)what;
	if (watchdog_is_well(watchdog->service, watchdog->seen))
		notify_alive();
	else if (log_once_a_second(&last))
		log_errorx("a worker does not turn: the service manager is not told that all is "
			   "well");
	ask_all(watchdog->service);
}

int watchdog_start(struct watchdog *watchdog, struct event_base *base, struct service *service)
{
	int64_t allowed_us = notify_watchdog_us();
	int64_t every_us = allowed_us / LOOKS;
	struct timeval every = {.tv_sec = every_us / 1000000, .tv_usec = every_us % 1000000};

	watchdog->service = service;
	if (allowed_us <= 0)
		return OK;
	watchdog->seen = calloc(service->workers_count, sizeof(*watchdog->seen));
	watchdog->tick = event_new(base, -1, EV_PERSIST, on_tick, watchdog);
	if (watchdog->seen == NULL || watchdog->tick == NULL ||
		event_add(watchdog->tick, &every) != 0)
		return ERR_NOMEM;
	ask_all(service);
	return OK;
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (watchdog->tick != NULL)
		event_free(watchdog->tick);
	free(watchdog->seen);
	*watchdog = (struct watchdog){0};
}
