/*
 * Webhooks: decisions of moderators sent to the CMS, on a thread with an event loop and a database
 * connection of its own, so that nothing else waits for a CMS.
 *
 *     look: what is over ──► database; decisions that can no longer be undone ──► deliveries;
 *           those that are due ──► calls (webhook_call.h), WEBHOOK_CALLS at once for each webhook
 *
 * Twice a second it looks around, and whenever a call is over. A delivery is given up only by the
 * database (store/hooks.h); one that is repeated has the same number.
 *
 * A webhook that fails many times in a row is asked with one call at a time, at longer and longer
 * intervals up to WEBHOOK_PROBE_MAX_MS, until it takes one.
 */
#pragma once

#include "server/reload.h"
#include "store/turns.h"

#define WEBHOOK_CALLS 8 /* at once, of each webhook */
#define WEBHOOK_PROBE_MAX_MS 60000
#define WEBHOOK_WAIT_MAX_S 3600 /* [s] that a Retry-After can ask for */

struct webhooks;

/*
 * Opens what they need, before the sandbox: secrets, certificates, a connection to the
 * configuration's `store`, which must be ready and with which it takes `turns`. *out is NULL when
 * there are none. OK; ERR_INVALID with errors added; ERR_NOMEM.
 */
int webhooks_open(const struct config *config, struct turns *turns, struct errors *errors,
	struct webhooks **out);

/* Starts the thread; `reload` must outlive it. OK or ERR_IO. */
int webhooks_start(struct webhooks *webhooks, struct reload *reload);

/* Ends the calls under way, after a second at most, and the thread. NULL is legal. */
void webhooks_free(struct webhooks *webhooks);

/* For metrics, of the i-th webhook of the configuration; any thread. False: there is none. */
struct webhook_counts {
	uint64_t delivered, failed; /* attempts */
	uint64_t waiting, dead; /* deliveries, now */
};
bool webhooks_counts(const struct webhooks *webhooks, size_t i, struct webhook_counts *out);
