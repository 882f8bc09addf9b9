/* The daemon: see server.h. Everything is made here, handed down, and torn down in reverse. */
#include "server/server.h"

#include "base/log.h"
#include "server/attempts.h"
#include "server/audit_log.h"
#include "server/desk.h"
#include "server/listening.h"
#include "server/notify.h"
#include "server/replays.h"
#include "server/sandbox.h"
#include "server/tokens.h"
#include "server/trials.h"
#include "server/watchdog.h"
#include "server/webhooks.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct server {
	struct generation_source source;
	struct language_guesser *guesser; /* owned; may be NULL */
	struct generation *first; /* until reload has it */
	struct service service;
	struct acceptor acceptor;
	struct watchdog watchdog;
	struct event_base *base; /* the main thread's */
	struct event *signals[3];
	size_t signals_count;
	struct event *look; /* at the store */
	bool stopping;
	bool broken; /* that is why it stops */
};

/* --- signals --- */

static void wake_workers(struct server *server)
{
	for (size_t i = 0; i < server->service.workers_count; i++)
		worker_wake(&server->service.workers[i]);
}

/* After each attempt to reload, and each try-out; on the thread that did it. */
static void on_done(void *context)
{
	wake_workers(context);
}

/* Comments of a worker are stored, or cannot be; on the store's thread. */
static void on_stored(void *owner)
{
	worker_wake(owner);
}

static void on_hup(evutil_socket_t number, short what, void *argument)
{
	struct server *server = argument;

	(void)number;
	(void)what;
	if (!server->stopping)
		reload_request(server->service.reload);
}

static void start_draining(struct server *server)
{
	struct generation *generation = reload_current(server->service.reload);

	notify_stopping();
	log_info("stopping: answering what has been asked, for %lld ms at most",
		(long long)(generation->limits.drain_ns / NS_PER_MS));
	server->service.drain_deadline_ns = clock_mono_ns() + generation->limits.drain_ns;
	generation_unref(generation);
	acceptor_stop(&server->acceptor);
	atomic_store(&server->service.draining, true);
	wake_workers(server);
	server->stopping = true;
	event_base_loopbreak(server->base);
}

static void on_term(evutil_socket_t number, short what, void *argument)
{
	struct server *server = argument;

	(void)number;
	(void)what;
	if (server->stopping) {
		log_warnx("told twice to stop: stopping at once");
		_exit(1);
	}
	start_draining(server);
}

/* After a failed sync or on a damaged file nothing can be promised any more. */
static void on_look(evutil_socket_t fd, short what, void *argument)
{
	struct server *server = argument;

	(void)fd;
	(void)what;
	if (server->stopping || (store_health(server->service.store) != STORE_BROKEN &&
					!desk_is_broken(server->service.desk)))
		return;
	log_errorx("the review queue cannot be written any more: stopping, to be started anew");
	server->broken = true;
	start_draining(server);
}

static int watch_store(struct server *server)
{
	static const struct timeval every = {.tv_usec = 200000};

	if (server->service.store == NULL)
		return OK;
	server->look = event_new(server->base, -1, EV_PERSIST, on_look, server);
	return server->look != NULL && event_add(server->look, &every) == 0 ? OK : ERR_NOMEM;
}

static int catch (struct server *server, int number, event_callback_fn callback)
{
	struct event *event = evsignal_new(server->base, number, callback, server);

	if (event == NULL)
		return ERR_NOMEM;
	server->signals[server->signals_count++] = event;
	return event_add(event, NULL) == 0 ? OK : ERR_NOMEM;
}

static int catch_signals(struct server *server)
{
	if (catch (server, SIGHUP, on_hup) != OK || catch (server, SIGTERM, on_term) != OK ||
		catch (server, SIGINT, on_term) != OK)
		return ERR_NOMEM;
	return OK;
}

/*
 * A write to what nobody reads, or to a file that may not grow, fails instead of ending the
 * process; SIGHUP before there is something to reload means nothing.
 */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGHUP, SIGPIPE, SIGXFSZ};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		sigaction(ignored[i], &ignore, NULL);
}

/* --- starting --- */

/* Shows what is wrong as people read it: on standard error, not in the log's form. */
static void show(struct errors *errors)
{
	struct buf text = {0};

	errors_sort(errors);
	errors_render(errors, &text, isatty(STDERR_FILENO) == 1);
	if (text.len > 0)
		fwrite(text.data, 1, text.len, stderr);
	buf_free(&text);
}

static int load_first(struct server *server)
{
	struct errors errors = {0};
	struct arena keep;
	int status;

	arena_init(&keep, 0);
	status = generation_load(&server->source, &errors, &keep, &server->first);
	show(&errors);
	errors_free(&errors);
	arena_free(&keep);
	if (server->first != NULL) {
		log_init(server->first->config->log_level, server->first->config->log_json);
		log_info("rules %s are in force: %zu rules", ruleset_version(server->first->set),
			server->first->rules_count);
	}
	return status;
}

static int open_sockets(struct server *server)
{
	struct errors errors = {0};
	int status = acceptor_open(
		&server->acceptor, &server->service, server->base, server->first->config, &errors);

	show(&errors);
	errors_free(&errors);
	return status;
}

/* Whoever can reach us from another machine has to have a token. */
static int check_listeners(const struct server *server)
{
	const struct acceptor *acceptor = &server->acceptor;
	struct errors errors = {0};
	int status = OK;

	for (size_t i = 0; i < acceptor->count && !tokens_any(server->service.tokens); i++) {
		const struct listener *l = acceptor->listening[i].configured;
		const struct source *source = server->first->config->source;
		struct place place = {0};

		if (!acceptor->listening[i].far)
			continue;
		if (l != NULL && l->node != NULL && source != NULL)
			place = (struct place){source, l->node->line, l->node->column};
		errors_add(&errors, SEVERITY_ERROR, place,
			"other machines can reach %s, and there is no token yet",
			l != NULL ? l->text : "a socket of the service manager");
		errors_hint(&errors, server->service.tokens != NULL
					     ? "make one: filterd token add NAME --role cms"
					     : "tokens are kept in the database of the key "
					       "`store`, which is off");
		status = ERR_INVALID;
	}
	show(&errors);
	errors_free(&errors);
	return status;
}

/* Before the sandbox, in which no file can be made. */
static int open_store(struct server *server)
{
	const struct config *config = server->first->config;
	const char *path = config->store;
	struct service *service = &server->service;
	struct turns *turns = NULL;
	struct buf why = {0};
	int status;

	if (path == NULL)
		return OK;
	status = store_open(path, on_stored, &why, &service->store);
	if (status == OK) {
		turns = store_turns(service->store);
		status = desk_open(path, turns, &why, &service->desk);
	}
	if (status == OK)
		status = replays_open(path, turns, &why, &service->replays);
	if (status == OK)
		status = tokens_open(
			path, turns, service->audit, config->audit_days, &why, &service->tokens);
	if (status != OK) {
		struct errors errors = {0};

		errors_add(&errors, SEVERITY_ERROR, (struct place){0},
			"the review queue cannot be opened: %.*s", (int)why.len, why.data);
		errors_hint(&errors,
			"the key `store` names its file or server; `store: off` goes without");
		show(&errors);
		errors_free(&errors);
	}
	buf_free(&why);
	/* A server that is not there yet may be when this one is started anew. */
	server->broken = status == ERR_IO && db_is_server(path);
	return status == ERR_IO || status == ERR_UNSUPPORTED ? ERR_INVALID : status;
}

static int open_webhooks(struct server *server)
{
	struct service *service = &server->service;
	struct errors errors = {0};
	int status = webhooks_open(server->first->config,
		service->store ? store_turns(service->store) : NULL, &errors, &service->webhooks);

	show(&errors);
	errors_free(&errors);
	return status == ERR_IO ? ERR_INVALID : status;
}

static int enter_sandbox(struct server *server)
{
	struct errors errors = {0};
	int status = sandbox_enter(server->first->config, server->source.folders,
		server->source.folders_count, &errors);

	server->source.sandboxed = server->first->config->sandbox != SANDBOX_OFF;
	show(&errors);
	errors_free(&errors);
	return status;
}

static int make_workers(struct server *server)
{
	struct service *service = &server->service;
	size_t count = server->first->workers;

	service->workers = aligned_alloc(64, count * sizeof(*service->workers));
	if (service->workers == NULL)
		return ERR_NOMEM;
	memset(service->workers, 0, count * sizeof(*service->workers));
	while (service->workers_count < count) {
		size_t i = service->workers_count++;
		int status = worker_init(&service->workers[i], service, i, server->guesser);

		if (status != OK)
			return status;
	}
	return OK;
}

static int make_service(struct server *server)
{
	struct service *service = &server->service;
	const struct generation *first = server->first;

	assert(first != NULL);
	service->started_ms = clock_real_ms();
	/* A copy, because the first configuration goes with the first reload. */
	service->reload_token.ptr =
		strndup(first->config->reload_token.len ? first->config->reload_token.ptr : "",
			first->config->reload_token.len);
	service->reload_token.len = first->config->reload_token.len;
	service->addresses =
		addresses_new(first->limits.connections, first->limits.connections_per_address);
	service->audit = audit_log_new(first->config->store != NULL);
	service->attempts = attempts_new();
	if (service->reload_token.ptr == NULL || service->addresses == NULL ||
		service->audit == NULL || service->attempts == NULL)
		return ERR_NOMEM;
	return make_workers(server);
}

/* Starts the threads, with all signals left to the main thread. */
static int start_threads(struct server *server)
{
	struct service *service = &server->service;
	sigset_t all, before;
	int status = OK;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	/* As many as now, whatever a later configuration says. */
	server->source.workers = service->workers_count;
	service->reload = reload_new(&server->source, server->first, on_done, server);
	if (service->reload == NULL)
		status = ERR_NOMEM;
	else
		server->first = NULL;
	if (status == OK) {
		service->trials = trials_new(service->reload, server->guesser, on_done, server);
		status = service->trials ? OK : ERR_NOMEM;
	}
	if (status == OK && service->store != NULL)
		status = store_start(service->store);
	if (status == OK && service->desk != NULL)
		status = desk_start(service->desk, service->reload, on_done, server);
	if (status == OK && service->replays != NULL)
		status = replays_start(service->replays, service->reload, server->guesser);
	if (status == OK && service->tokens != NULL)
		status = tokens_start(service->tokens);
	if (status == OK && service->webhooks != NULL)
		status = webhooks_start(service->webhooks, service->reload);
	for (size_t i = 0; i < service->workers_count && status == OK; i++)
		status = worker_start(&service->workers[i]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* --- stopping --- */

static bool all_ended(const struct server *server)
{
	for (size_t i = 0; i < server->service.workers_count; i++) {
		if (!atomic_load(&server->service.workers[i].ended))
			return false;
	}
	return true;
}

/* Waits for the workers while a second signal can still be heard. */
static void await_workers(struct server *server)
{
	static const struct timeval look = {.tv_usec = 10000};

	while (!all_ended(server)) {
		event_base_loopexit(server->base, &look);
		if (event_base_loop(server->base, 0) < 0)
			break;
	}
}

static void tear_down(struct server *server)
{
	struct service *service = &server->service;

	acceptor_close(&server->acceptor);
	/* After a start that failed midway nobody has told them. */
	atomic_store(&service->draining, true);
	for (size_t i = 0; i < service->workers_count; i++) {
		if (service->workers[i].started)
			worker_wake(&service->workers[i]);
	}
	watchdog_stop(&server->watchdog);
	for (size_t i = 0; i < service->workers_count; i++)
		worker_join(&service->workers[i]);
	/* Their threads wake workers: they end before those are freed. */
	webhooks_free(service->webhooks);
	trials_free(service->trials);
	desk_close(service->desk);
	replays_close(service->replays);
	reload_free(service->reload);
	tokens_close(service->tokens);
	store_close(service->store);
	for (size_t i = 0; i < service->workers_count; i++)
		worker_free(&service->workers[i]);
	free(service->workers);
	generation_unref(server->first);
	addresses_free(service->addresses);
	attempts_free(service->attempts);
	audit_log_free(service->audit);
	free((char *)service->reload_token.ptr);
	for (size_t i = 0; i < server->signals_count; i++)
		event_free(server->signals[i]);
	if (server->look != NULL)
		event_free(server->look);
	if (server->base != NULL)
		event_base_free(server->base);
	language_guesser_free(server->guesser);
	libevent_global_shutdown();
}

int server_run(const struct server_options *options)
{
	struct server server = {
		.source = {.config_path = options->config_path,
			.folders = options->folders,
			.folders_count = options->folders_count},
		.acceptor = {.reserve_fd = -1},
	};
	int code = 1, status;

	ignore_signals();
	server.guesser = language_guesser_new();
	server.source.guesser = server.guesser;
	status = load_first(&server);
	if (status == OK) {
		server.base = event_base_new();
		status = server.base ? make_service(&server) : ERR_NOMEM;
	}
	if (status == OK)
		status = open_sockets(&server);
	if (status == OK)
		status = catch_signals(&server);
	if (status == OK)
		status = open_store(&server);
	if (status == OK)
		status = check_listeners(&server);
	if (status == OK)
		status = open_webhooks(&server);
	/* Before there are threads: Landlock holds for this one and those it starts. */
	if (status == OK)
		status = enter_sandbox(&server);
	if (status == OK)
		status = start_threads(&server);
	if (status == OK)
		status = acceptor_start(&server.acceptor);
	if (status == OK)
		status = watchdog_start(&server.watchdog, server.base, &server.service);
	if (status == OK)
		status = watch_store(&server);
	if (status == OK) {
		notify_ready();
		log_info("ready: %zu workers", server.service.workers_count);
		code = event_base_loop(server.base, 0) < 0 ? 1 : 0;
	}
	if (server.stopping)
		await_workers(&server);
	else if (status == ERR_INVALID || status == ERR_LIMIT)
		code = EXIT_CONFIG;
	else
		log_errorx("cannot start: %s", status_name((enum status)status));
	if (server.broken)
		code = EXIT_STORE;
	if (server.stopping)
		log_info("stopped");
	tear_down(&server);
	return code;
}
