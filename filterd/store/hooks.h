/*
 * What webhooks were told: for each one (by its name, the URL) how far in the decisions it has
 * come, and the deliveries that it has not taken yet.
 *
 *     decisions ── hooks_gather() ──► deliveries ── hooks_due() ──► sent ──► hooks_delivered()
 *                                         ▲                           └────► hooks_failed()
 *                                         └── later, longer and longer, until it is dead ◄──┘
 *
 * A decision becomes a delivery in the same transaction that moves the webhook's cursor, and stays
 * one until the webhook has said that it has it: after a crash it may be sent again, with the same
 * number (`seq`), but it is never lost. Of one comment (all its revisions) the oldest delivery goes
 * first and the others wait for it, unless it is dead. Webhooks know nothing of each other.
 */
#pragma once

#include "store/queue.h"

#define HOOKS_RETRY_FIRST_MS INT64_C(1000) /* after the first failure; doubles with each */
#define HOOKS_RETRY_MOST_MS INT64_C(900000)
#define HOOKS_ERROR_MAX 256 /* [bytes] of an error's text */
#define HOOKS_TROUBLES_MAX 1000 /* that are listed */

/* Makes the webhook known; a new one begins with the next decision. OK, ERR_NOMEM, ERR_IO. */
int hooks_begin(struct db *db, struct span hook);

/* What of the decisions a webhook gets. */
struct hook_wish {
	struct span hook;
	const struct span *sites; /* of these; count 0: of all */
	size_t sites_count;
	int64_t hold_ms; /* as for queue_feed() */
};

/*
 * Makes deliveries of the decisions after the webhook's cursor, at most QUEUE_PAGE_MAX of them.
 * *more: there may be others. OK, ERR_NOTFOUND (it is not known), ERR_NOMEM, ERR_IO.
 */
int hooks_gather(struct db *db, const struct hook_wish *wish, int64_t now_ms, struct arena *arena,
	bool *more);

struct hook_delivery {
	struct queue_event event;
	int64_t attempts; /* that failed */
	int64_t first_ms; /* when the first of them was; 0: none */
};

/*
 * The deliveries whose time has come, at most `limit`, those that waited longest first; of each
 * comment one at most. OK, ERR_NOMEM, ERR_IO.
 */
int hooks_due(struct db *db, struct span hook, int64_t now_ms, size_t limit, struct arena *arena,
	struct hook_delivery **out, size_t *count);

/* The webhook has it. OK, also if that was known already; ERR_NOMEM, ERR_IO. */
int hooks_delivered(struct db *db, struct span hook, int64_t seq);

struct hook_failure {
	int64_t seq, attempts, first_ms; /* of the delivery as it was read */
	int64_t now_ms;
	int64_t wait_ms; /* until the next attempt: hooks_pause_ms(), or what the CMS asked for */
	int64_t give_up_ms; /* dead when the first failure is so long ago */
	bool gone; /* dead at once */
	struct span error; /* HOOKS_ERROR_MAX bytes of it are kept */
};

/* It failed; *dead: for good. OK, ERR_NOMEM, ERR_IO. */
int hooks_failed(struct db *db, struct span hook, const struct hook_failure *failure, bool *dead);

/*
 * How long to wait [ms] after so many failures (from 1 on): HOOKS_RETRY_FIRST_MS doubling to
 * HOOKS_RETRY_MOST_MS, and up to a quarter more or less by `random`.
 */
int64_t hooks_pause_ms(int64_t failures, uint32_t random);

struct hook_state {
	struct span hook;
	int64_t seq; /* the last decision it was told or that waits for it */
	uint64_t waiting, dead; /* deliveries */
};

/* All webhooks there are or were, by name. OK, ERR_NOMEM, ERR_IO. */
int hooks_list(struct db *db, struct arena *arena, struct hook_state **out, size_t *count);

/* The same of one; zeros if it is not known. */
int hooks_state(struct db *db, struct span hook, struct hook_state *out);

/* A delivery that has failed. */
struct hook_trouble {
	struct span hook;
	struct hook_delivery delivery;
	int64_t next_ms, dead_ms; /* of dead ones `dead_ms` is not 0 */
	struct span error;
};

/* Those, dead ones first, at most HOOKS_TROUBLES_MAX. OK, ERR_NOMEM, ERR_IO. */
int hooks_troubles(struct db *db, struct arena *arena, struct hook_trouble **out, size_t *count);

/*
 * Forgets a webhook and what waits for it. OK; ERR_NOTFOUND: it is not known; ERR_NOMEM, ERR_IO.
 */
int hooks_forget(struct db *db, struct span hook);

/*
 * Has dead deliveries of all webhooks tried again: those of one decision, or all with `seq` 0. One
 * that a later decision about the same comment has overtaken is dropped instead, for the CMS must
 * not go back to it. *again and *dropped count. OK, ERR_NOMEM, ERR_IO.
 */
int hooks_retry(struct db *db, int64_t seq, uint64_t *again, uint64_t *dropped);
