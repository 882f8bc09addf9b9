/*
 * A worker: a thread with an event loop, the connections it was given, and the scratch memory with
 * which it judges their comments one at a time.
 *
 * The loop runs in turns: wait for events, run their callbacks, go on with connections that had
 * more than their share (`ready`), then free what was closed, adopt a new generation, and judge the
 * wait. Nothing of one request outlives its turn except what connection.h says.
 *
 * Only the thread itself touches a worker, but for the mailbox (a lock), the counters (atomics)
 * and `load`.
 */
#pragma once

#include "base/arena.h"
#include "server/reload.h"
#include "store/store.h"
#include "wire/http_answer.h"

#include <event2/event.h>
#include <pthread.h>
#include <sys/queue.h>

struct connection;
struct desk;
struct protocol_ops;
struct replays;
struct attempts;
struct audit_log;
struct tokens;
struct trials;
struct webhooks;
struct worker;

TAILQ_HEAD(connection_list, connection);

/* What all workers share. Set up before they start, then read only, but for what is atomic. */
struct service {
	struct reload *reload;
	struct trials *trials;
	struct store *store; /* NULL: off */
	struct desk *desk; /* NULL with it, as what follows */
	struct replays *replays;
	struct tokens *tokens; /* NULL: there is no store */
	struct audit_log *audit;
	struct attempts *attempts; /* to log in */
	struct webhooks *webhooks; /* NULL: none */
	struct addresses *addresses;
	struct worker *workers;
	size_t workers_count;
	struct counters acceptor; /* what the main thread counts */
	_Atomic size_t connections; /* open now, all workers together */
	_Atomic bool draining;
	int64_t drain_deadline_ns; /* set before `draining` */
	int64_t started_ms; /* [ms since 1970] */
	struct span reload_token; /* empty: reload over HTTP only from this machine */
};

/* A connection on its way from the main thread to a worker. */
struct handed {
	int fd; /* non-blocking */
	const struct protocol_ops *protocol;
	struct peer peer; /* counted in service->addresses */
};

struct worker {
	struct service *service;
	size_t index;
	pthread_t thread;
	bool started;
	_Atomic bool ended; /* its thread is about to end */
	counter turns; /* of its loop so far */
	struct event_base *base;
	struct event *wake; /* the mailbox has something, something is over, or we drain */
	struct event *tick; /* looks at deadlines while there are connections */
	bool ticking;
	int wake_fd;

	pthread_mutex_t lock; /* of the mailbox */
	struct handed *mailbox;
	size_t mail, mailbox_size;
	_Atomic size_t load; /* connections it has or is about to get */

	struct generation *generation; /* its own reference */
	struct evaluator *evaluator;
	struct arena arena; /* of one request */
	struct buf input; /* what was just read from a socket; WORKER_INPUT bytes, never more */
	struct buf out; /* answers of one connection's turn, before they are written */
	struct buf body; /* an HTTP body that is being written */
	struct buf note; /* that of a refusal */
	char date[HTTP_DATE_SIZE]; /* now, for HTTP */
	int64_t date_ns; /* when `date` was written */

	int64_t now_ns; /* at the last look at the clock */
	int64_t entered_ns; /* when the callback that runs began */
	int64_t turn_ns; /* when the first callback of this turn began; 0: none yet */
	uint32_t callbacks; /* of this turn so far */
	int64_t share_ns; /* what one connection may take of a turn, whatever its requests cost */
	int64_t waited_ns; /* the longest a callback of this turn waited for others */
	struct overload overload;
	bool draining;
	size_t waiting; /* connections that wait for a reload or a try-out */

	struct connection_list all;
	struct connection_list ready; /* have complete requests left over from an earlier turn */
	struct connection_list holding; /* have answers that wait for the store */
	struct connection_list doomed; /* closed, to be freed at the end of the turn */
	struct counters counters;
};

#define WORKER_INPUT (16 * 1024) /* [bytes] read at a time */
#define WORKER_TICK_MS 50 /* how exact deadlines are */

/*
 * Makes a worker and its loop, without starting it; `guesser` may be NULL. OK, ERR_NOMEM or
 * ERR_IO. On failure
 * worker_free() is still to be called.
 */
int worker_init(struct worker *worker, struct service *service, size_t index,
	const struct language_guesser *guesser);

/* Starts its thread. OK or ERR_IO. */
int worker_start(struct worker *worker);

/* Waits for its thread to end, which it does once the service drains and its connections are gone.
 */
void worker_join(struct worker *worker);
void worker_free(struct worker *worker);

/* Gives it a connection; any thread. ERR_NOMEM: it did not take it, the caller closes. */
int worker_hand(struct worker *worker, const struct handed *handed);

/*
 * Makes it look around: a reload or try-out is over, comments are stored, or the service drains.
 * Any thread.
 */
void worker_wake(struct worker *worker);

/* A callback of the loop begins: looks at the clock and notes how long it waited for others. */
void worker_enter(struct worker *worker);

/* Starts or stops the tick with the first and the last connection. False: no memory for that. */
bool worker_tick_as_needed(struct worker *worker);
