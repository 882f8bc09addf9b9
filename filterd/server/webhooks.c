/* Webhooks: see webhooks.h. */
#include "server/webhooks.h"

#include "base/log.h"
#include "server/webhook_call.h"
#include "store/hooks.h"
#include "wire/webhook.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOOK_MS 500
#define GATHER_MS 5 /* after a call is over, for others that share its commit */
#define COUNT_MS 2000 /* how often what waits is counted */
#define STOP_MS 1000 /* that calls under way may take at the end */
#define SECRET_MIN 16 /* [bytes]; also in config_keys.c */
#define SECRET_MAX 256
#define FAILURES_MANY 8 /* in a row: then it is asked with one call at a time */

/* A delivery that is being sent. */
struct flight {
	struct call *call; /* NULL: free */
	int64_t seq, attempts, first_ms;
	char queue_id[QUEUE_ID_SIZE];
};

struct target {
	struct webhook hook; /* a copy of the configuration's */
	SSL_CTX *tls;
	struct flight flights[WEBHOOK_CALLS];
	size_t in_flight;
	int64_t failures; /* in a row */
	int64_t paused_ns; /* nothing before */
	_Atomic uint64_t delivered, failed, waiting, dead;
};

struct webhooks {
	struct arena keep; /* of the copies */
	struct target targets[WEBHOOKS_MAX];
	size_t count;
	struct db *db;
	struct reload *reload;
	struct call_means means;
	pthread_t thread;
	bool started;
	struct event *look, *wake, *end;
	int wake_fd;
	atomic_bool stop;
	int64_t troubles; /* of the database, in a row */
	int64_t counted_ns;
	struct arena arena; /* of one look */
};

/* --- time --- */

static void look_in(struct webhooks *all, int64_t ms)
{
	const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	if (event_add(all->look, &in) != 0)
		log_errorx("webhooks: out of memory");
}

static int64_t pause_ms(int64_t failures, int64_t most_ms)
{
	uint32_t random;
	int64_t pause;

	evutil_secure_rng_get_bytes(&random, sizeof(random));
	pause = hooks_pause_ms(failures, random);
	return pause < most_ms ? pause : most_ms;
}

/* Nothing is sent to it for so long. */
static void pause_target(struct target *target, int64_t ms)
{
	int64_t until_ns = clock_mono_ns() + ms * NS_PER_MS;

	if (until_ns > target->paused_ns)
		target->paused_ns = until_ns;
}

/* --- what is over --- */

static bool is_success(const struct call_result *result)
{
	return result->status >= 200 && result->status <= 299;
}

/* Says what failed, as it is kept with the delivery. */
static struct span explain(const struct call_result *result, char out[HOOKS_ERROR_MAX])
{
	if (result->status == 0)
		snprintf(out, HOOKS_ERROR_MAX, "%s", result->error);
	else
		snprintf(out, HOOKS_ERROR_MAX, "answered %d%s", result->status,
			result->status >= 300 && result->status <= 399
				? " (redirects are not followed)"
				: "");
	return span_of(out);
}

static void note_success(struct target *target)
{
	target->delivered++;
	if (target->failures > 0)
		log_info("webhook %.*s takes decisions again", SPAN_ARGS(target->hook.name));
	target->failures = 0;
	target->paused_ns = 0;
}

/* How long the delivery waits [ms]; the whole webhook may have to wait, too. */
static int64_t note_failure(
	struct target *target, const struct flight *flight, const struct call_result *result)
{
	int64_t wait_ms = pause_ms(flight->attempts + 1, HOOKS_RETRY_MOST_MS);
	int64_t asked_ms = 0;

	target->failed++;
	if (result->status == 410) /* it is well, and wants this one no more */
		return wait_ms;
	target->failures++;
	if (result->retry_after_s > 0)
		asked_ms = (result->retry_after_s < WEBHOOK_WAIT_MAX_S ? result->retry_after_s
								       : WEBHOOK_WAIT_MAX_S) *
			   1000;
	if (asked_ms > wait_ms)
		wait_ms = asked_ms;
	if (result->status == 429 || result->status == 503)
		pause_target(target, asked_ms);
	if (target->failures >= FAILURES_MANY)
		pause_target(target,
			pause_ms(target->failures - FAILURES_MANY + 1, WEBHOOK_PROBE_MAX_MS));
	return wait_ms;
}

static int settle_failure(struct webhooks *all, struct target *target, const struct flight *flight,
	const struct call_result *result)
{
	char text[HOOKS_ERROR_MAX];
	const struct hook_failure failure = {
		.seq = flight->seq,
		.attempts = flight->attempts,
		.first_ms = flight->first_ms,
		.now_ms = clock_real_ms(),
		.wait_ms = note_failure(target, flight, result),
		.give_up_ms = target->hook.give_up,
		.gone = result->status == 410,
		.error = explain(result, text),
	};
	bool dead;
	int rc = hooks_failed(all->db, target->hook.name, &failure, &dead);

	if (rc == OK && dead)
		log_errorx("webhook %.*s: decision %lld about %s is not tried any more: %s",
			SPAN_ARGS(target->hook.name), (long long)flight->seq, flight->queue_id,
			text);
	else if (!failure.gone && target->failures == 1)
		log_warnx(
			"webhook %.*s: %s; it is tried again", SPAN_ARGS(target->hook.name), text);
	return rc;
}

static int settle_one(struct webhooks *all, struct target *target, struct flight *flight)
{
	const struct call_result *result = call_result(flight->call);
	int rc;

	if (is_success(result)) {
		note_success(target);
		rc = hooks_delivered(all->db, target->hook.name, flight->seq);
	} else {
		rc = settle_failure(all, target, flight, result);
	}
	return rc;
}

static void land(struct target *target, struct flight *flight)
{
	call_free(flight->call);
	*flight = (struct flight){.call = NULL};
	target->in_flight--;
}

/* Writes down how all calls ended that are over, with one commit. What fails is sent again. */
static int settle(struct webhooks *all)
{
	bool begun = false;
	int rc = OK;

	for (size_t i = 0; i < all->count; i++) {
		struct target *target = &all->targets[i];

		for (size_t k = 0; k < WEBHOOK_CALLS; k++) {
			struct flight *flight = &target->flights[k];

			if (!flight->call || !call_result(flight->call))
				continue;
			if (!begun && rc == OK) {
				rc = db_begin(all->db);
				begun = rc == OK;
			}
			if (rc == OK)
				rc = settle_one(all, target, flight);
			land(target, flight);
		}
	}
	return begun ? db_end(all->db, rc) : rc;
}

/* --- what is next --- */

static bool is_in_flight(const struct target *target, int64_t seq)
{
	for (size_t i = 0; i < WEBHOOK_CALLS; i++) {
		if (target->flights[i].call && target->flights[i].seq == seq)
			return true;
	}
	return false;
}

static int send_one(
	struct webhooks *all, struct target *target, const struct hook_delivery *delivery)
{
	const struct webhook_request request = {
		.authority = target->hook.authority,
		.target = target->hook.target,
		.secret = target->hook.secret,
		.event = &delivery->event,
		.now_s = clock_real_ms() / 1000,
	};
	struct flight *flight = target->flights;
	struct buf bytes = {0};
	int rc = webhook_write(&bytes, &request);

	while (flight->call)
		flight++;
	if (rc == OK) {
		flight->call = call_start(&all->means, &target->hook, target->tls, &bytes);
		rc = flight->call ? OK : ERR_NOMEM;
	}
	buf_free(&bytes);
	if (rc != OK)
		return rc;
	flight->seq = delivery->event.seq;
	flight->attempts = delivery->attempts;
	flight->first_ms = delivery->first_ms;
	memcpy(flight->queue_id, delivery->event.queue_id, QUEUE_ID_SIZE);
	target->in_flight++;
	return OK;
}

/* How many calls may go on at once. */
static size_t allowed_calls(const struct target *target)
{
	if (clock_mono_ns() < target->paused_ns)
		return 0;
	return target->failures >= FAILURES_MANY ? 1 : WEBHOOK_CALLS;
}

static int send_due(struct webhooks *all, struct target *target)
{
	size_t allowed = allowed_calls(target), count = 0;
	struct hook_delivery *due;
	int rc = OK;

	if (target->in_flight >= allowed)
		return OK;
	/* Those that are under way are among them. */
	rc = hooks_due(all->db, target->hook.name, clock_real_ms(), 2 * (size_t)WEBHOOK_CALLS,
		&all->arena, &due, &count);
	for (size_t i = 0; i < count && rc == OK && target->in_flight < allowed; i++) {
		if (!is_in_flight(target, due[i].event.seq))
			rc = send_one(all, target, &due[i]);
	}
	return rc;
}

static int64_t undo_time(const struct webhooks *all)
{
	struct generation *generation = reload_current(all->reload);
	int64_t ms = generation->config->undo_time;

	generation_unref(generation);
	return ms;
}

static int serve(struct webhooks *all, struct target *target, bool *more)
{
	const struct hook_wish wish = {
		.hook = target->hook.name,
		.sites = target->hook.sites.items,
		.sites_count = target->hook.sites.count,
		.hold_ms = undo_time(all),
	};
	bool here = false;
	int rc = hooks_gather(all->db, &wish, clock_real_ms(), &all->arena, &here);

	if (rc == ERR_NOTFOUND) /* it was forgotten: begin anew */
		rc = hooks_begin(all->db, target->hook.name);
	*more |= here;
	return rc == OK ? send_due(all, target) : rc;
}

static int count(struct webhooks *all)
{
	int rc = OK;

	all->counted_ns = clock_mono_ns();
	for (size_t i = 0; i < all->count && rc == OK; i++) {
		struct target *target = &all->targets[i];
		struct hook_state state;

		rc = hooks_state(all->db, target->hook.name, &state);
		if (rc == OK) {
			target->waiting = state.waiting;
			target->dead = state.dead;
		}
	}
	return rc;
}

/* --- the thread --- */

static bool is_idle(const struct webhooks *all)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->targets[i].in_flight > 0)
			return false;
	}
	return true;
}

/* The database fails: wait, longer and longer. What has been sent may be sent again. */
static void suffer(struct webhooks *all, int rc)
{
	int64_t wait_ms = pause_ms(++all->troubles, WEBHOOK_PROBE_MAX_MS);

	for (size_t i = 0; i < all->count; i++)
		pause_target(&all->targets[i], wait_ms);
	log_errorx("webhooks: the queue cannot be read or written: %s",
		rc == ERR_NOMEM ? "out of memory" : db_why(all->db));
	look_in(all, wait_ms);
}

static void on_look(evutil_socket_t fd, short what, void *argument)
{
	struct webhooks *all = argument;
	bool more = false;
	int rc;

	(void)fd;
	(void)what;
	arena_reset(&all->arena);
	rc = settle(all);
	if (atomic_load(&all->stop)) {
		if (is_idle(all))
			event_base_loopbreak(all->means.base);
		return;
	}
	for (size_t i = 0; i < all->count && rc == OK; i++)
		rc = serve(all, &all->targets[i], &more);
	if (rc == OK && clock_mono_ns() - all->counted_ns >= COUNT_MS * NS_PER_MS)
		rc = count(all);
	if (rc != OK) {
		suffer(all, rc);
		return;
	}
	all->troubles = 0;
	look_in(all, more ? 0 : LOOK_MS);
}

/* A call is over. */
static void on_over(void *context)
{
	look_in(context, GATHER_MS);
}

static void on_end(evutil_socket_t fd, short what, void *argument)
{
	struct webhooks *all = argument;

	(void)fd;
	(void)what;
	event_base_loopbreak(all->means.base);
}

static void on_wake(evutil_socket_t fd, short what, void *argument)
{
	static const struct timeval grace = {.tv_sec = STOP_MS / 1000};
	struct webhooks *all = argument;

	(void)fd;
	(void)what;
	event_del(all->wake);
	look_in(all, 0);
	if (event_add(all->end, &grace) != 0)
		event_base_loopbreak(all->means.base);
}

static void *webhooks_main(void *argument)
{
	struct webhooks *all = argument;

	pthread_setname_np(pthread_self(), "webhooks");
	look_in(all, 0);
	event_base_loop(all->means.base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

/* --- opening --- */

/* A file's one line; ERR_INVALID: `why` says what is wrong. */
static int read_secret(struct arena *keep, const char *path, struct buf *why, struct span *out)
{
	char text[SECRET_MAX + 2];
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		got = read(fd, text, sizeof(text));
	if (got < 0)
		buf_printf(why, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return ERR_INVALID;
	while (got > 0 && (text[got - 1] == '\n' || text[got - 1] == '\r'))
		got--;
	if (got < SECRET_MIN || got > SECRET_MAX) {
		buf_printf(why, "%s: a secret has %d to %d bytes", path, SECRET_MIN, SECRET_MAX);
		return ERR_INVALID;
	}
	*out = arena_copy(keep, (struct span){text, (size_t)got});
	return out->ptr ? OK : ERR_NOMEM;
}

/* The configuration goes with the first reload: everything is copied. */
static int copy_hook(struct arena *keep, const struct webhook *from, struct webhook *out)
{
	struct span *texts[] = {&out->name, &out->authority, &out->target, &out->secret};
	struct span *sites = arena_zalloc(keep, from->sites.count, sizeof(*sites));
	bool whole = sites != NULL;

	*out = *from;
	for (size_t i = 0; i < ARRAY_LEN(texts) && whole; i++) {
		*texts[i] = arena_copy(keep, *texts[i]);
		whole = texts[i]->ptr != NULL;
	}
	for (size_t i = 0; i < from->sites.count && whole; i++) {
		sites[i] = arena_copy(keep, from->sites.items[i]);
		whole = sites[i].ptr != NULL;
	}
	out->sites = (struct strings){.items = sites, .count = from->sites.count};
	out->host = arena_copy(keep, span_of(from->host)).ptr;
	out->secret_file = out->ca_file = NULL;
	out->node = NULL;
	return whole && out->host ? OK : ERR_NOMEM;
}

static int open_target(
	struct webhooks *all, const struct webhook *from, struct buf *why, struct target *out)
{
	int rc = copy_hook(&all->keep, from, &out->hook);

	if (rc == OK && from->secret_file)
		rc = read_secret(&all->keep, from->secret_file, why, &out->hook.secret);
	if (rc == OK && from->tls)
		rc = call_tls_new(from->ca_file, why, &out->tls);
	if (rc == OK)
		rc = hooks_begin(all->db, out->hook.name);
	if (rc == ERR_IO)
		buf_str(why, db_why(all->db));
	return rc == ERR_IO ? ERR_INVALID : rc;
}

static int open_loop(struct webhooks *all)
{
	struct event_base *base = event_base_new();

	all->means = (struct call_means){.base = base, .over = on_over, .context = all};
	all->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!base || all->wake_fd < 0)
		return ERR_NOMEM;
	all->means.dns = evdns_base_new(base, 0);
	if (!all->means.dns)
		return ERR_NOMEM;
	/* A file that is not there, or names nobody, leaves a server on this machine. */
	(void)evdns_base_resolv_conf_parse(all->means.dns, DNS_OPTIONS_ALL, "/etc/resolv.conf");
	(void)evdns_base_set_option(all->means.dns, "timeout:", "2");
	(void)evdns_base_set_option(all->means.dns, "attempts:", "2");
	(void)evutil_secure_rng_init();
	all->look = evtimer_new(base, on_look, all);
	all->end = evtimer_new(base, on_end, all);
	all->wake = event_new(base, all->wake_fd, EV_READ, on_wake, all);
	return all->look && all->end && all->wake && event_add(all->wake, NULL) == 0 ? OK
										     : ERR_NOMEM;
}

int webhooks_open(const struct config *config, struct turns *turns, struct errors *errors,
	struct webhooks **out)
{
	struct webhooks *all;
	struct buf why = {0};
	int rc;

	*out = NULL;
	if (config->webhooks_count == 0)
		return OK;
	all = calloc(1, sizeof(*all));
	if (!all)
		return ERR_NOMEM;
	arena_init(&all->keep, 0);
	arena_init(&all->arena, 0);
	all->wake_fd = -1;
	rc = open_loop(all);
	if (rc == OK)
		rc = db_open(config->store, DB_WRITE, &why, &all->db);
	if (rc == OK)
		db_take_turns(all->db, turns);
	for (size_t i = 0; i < config->webhooks_count && rc == OK; i++) {
		rc = open_target(all, &config->webhooks[i], &why, &all->targets[all->count++]);
		if (rc == ERR_INVALID)
			errors_add(errors, SEVERITY_ERROR,
				yaml_place(config->source, config->webhooks[i].node),
				"the webhook cannot be used: %.*s", (int)why.len, why.data);
	}
	buf_free(&why);
	if (rc == OK)
		*out = all;
	else
		webhooks_free(all);
	return rc;
}

int webhooks_start(struct webhooks *webhooks, struct reload *reload)
{
	webhooks->reload = reload;
	webhooks->started = pthread_create(&webhooks->thread, NULL, webhooks_main, webhooks) == 0;
	return webhooks->started ? OK : ERR_IO;
}

static void stop_thread(struct webhooks *all)
{
	const uint64_t one = 1;

	atomic_store(&all->stop, true);
	if (write(all->wake_fd, &one, sizeof(one)) < 0)
		log_warn("waking the webhooks");
	pthread_join(all->thread, NULL);
}

/* What was cancelled is called back once more. */
static void close_loop(struct webhooks *all)
{
	struct event *const events[] = {all->look, all->wake, all->end};

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (events[i])
			event_free(events[i]);
	}
	if (all->means.dns)
		evdns_base_free(all->means.dns, 1);
	if (all->means.base) {
		event_base_loop(all->means.base, EVLOOP_NONBLOCK);
		event_base_free(all->means.base);
	}
	if (all->wake_fd >= 0)
		close(all->wake_fd);
}

void webhooks_free(struct webhooks *all)
{
	if (!all)
		return;
	if (all->started)
		stop_thread(all);
	for (size_t i = 0; i < all->count; i++) {
		for (size_t k = 0; k < WEBHOOK_CALLS; k++)
			call_free(all->targets[i].flights[k].call);
	}
	close_loop(all);
	for (size_t i = 0; i < all->count; i++)
		SSL_CTX_free(all->targets[i].tls);
	db_close(all->db);
	arena_free(&all->keep);
	arena_free(&all->arena);
	free(all);
}

bool webhooks_counts(const struct webhooks *all, size_t i, struct webhook_counts *out)
{
	const struct target *target;

	if (!all || i >= all->count)
		return false;
	target = &all->targets[i];
	*out = (struct webhook_counts){
		.delivered = target->delivered,
		.failed = target->failed,
		.waiting = target->waiting,
		.dead = target->dead,
	};
	return true;
}
