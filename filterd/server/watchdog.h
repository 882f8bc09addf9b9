/*
 * The watchdog: tells the service manager again and again that the daemon works, as long as it
 * does. When it stops hearing that, it restarts the daemon.
 *
 * The main thread looks four times in the time that the service manager allows. At each look it
 * wakes every worker, so that an idle one turns, too; it says WATCHDOG=1 only if each has turned
 * since the look before. So neither a stopped process nor one worker that is stuck passes for well:
 * a restart comes at most a quarter later than the time allowed.
 */
#pragma once

#include "server/worker.h"

struct watchdog {
	struct service *service;
	struct event *tick; /* NULL: nobody wants to know */
	uint64_t *seen; /* by worker: its turns at the last look */
};

/* Begins to look, if the service manager wants that. OK or ERR_NOMEM; stop it in either case. */
int watchdog_start(struct watchdog *watchdog, struct event_base *base, struct service *service);
void watchdog_stop(struct watchdog *watchdog); /* legal for one of zeros */

/*
 * The decision: whether each worker has turned since the last look, or has ended in good order.
 * `seen` has their turns at that look, and afterwards those of this one.
 */
bool watchdog_is_well(const struct service *service, uint64_t *seen);
