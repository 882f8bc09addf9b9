/* Listening sockets: see listening.h. */
#include "server/listening.h"

#include "base/log.h"
#include "base/path.h"
#include "server/notify.h"
#include "server/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define ACCEPTS_PER_TURN 64
#define PAUSE_MS 100 /* after the system could not accept */
#define KERNEL_UNSENT (64 * 1024) /* [bytes] of answers to a TCP client that may wait there */
#define REFUSED_READ 16384 /* [bytes] of a refused client's request that are taken off it */

/* --- opening --- */

static void add_error(struct errors *errors, const struct config *config, const struct listener *l,
	const char *what, const char *detail)
{
	struct place place = {config->source, l->node && config->source ? l->node->line : 0,
		l->node && config->source ? l->node->column : 0};

	errors_add(errors, SEVERITY_ERROR, place, "%s %s: %s", what, l->text, detail);
}

/* Makes the folder of a socket's path, if only that is missing. */
static void make_parent(const char *path)
{
	char *folder = path_folder(path);

	/* If that fails, so does bind(), with a better reason. */
	if (folder != NULL && mkdir(folder, 0750) == 0)
		log_info("made the folder %s", folder);
	free(folder);
}

/* Whether the socket file is a leftover: nobody answers on it. */
static bool is_stale(const struct listener *l)
{
	struct stat st;
	int fd, refused;

	if (lstat(l->path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)&l->address, l->address_len) != 0 &&
		  errno == ECONNREFUSED;
	close(fd);
	return refused;
}

/* bind() for a Unix socket: over a leftover, and with the mode from the first moment. */
static int bind_unix(int fd, const struct listener *l)
{
	mode_t before;
	int result;

	make_parent(l->path); /* before the mask, which would shut even the owner out of it */
	before = umask(0777 & ~l->mode);
	result = bind(fd, (const struct sockaddr *)&l->address, l->address_len);
	if (result != 0 && errno == EADDRINUSE && is_stale(l) && unlink(l->path) == 0)
		result = bind(fd, (const struct sockaddr *)&l->address, l->address_len);
	umask(before);
	return result;
}

static int bind_tcp(int fd, const struct listener *l)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (l->address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	return bind(fd, (const struct sockaddr *)&l->address, l->address_len);
}

/* What a person can do something with: strerror() calls a file in the way an address. */
static const char *why(const struct listener *l, int code)
{
	struct stat st;

	if (code == EADDRINUSE && l->path && lstat(l->path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return "a file of that name is in the way; it is no socket, so it is left alone";
	if (code == EADDRINUSE)
		return "something listens there already; stop it, or choose another address";
	if (code == ENOENT && l->path)
		return "there is no such folder";
	return strerror(code);
}

static int open_one(struct listening *out, const struct listener *l, const struct config *config,
	struct errors *errors)
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	const char *what = "cannot listen on";

	out->fd = socket(l->address.ss_family, type, 0);
	if (out->fd < 0)
		goto fail;
	if ((l->path ? bind_unix(out->fd, l) : bind_tcp(out->fd, l)) != 0)
		goto fail;
	if (l->path != NULL && (out->path = strdup(l->path)) == NULL)
		return ERR_NOMEM;
	if (listen(out->fd, BACKLOG) != 0)
		goto fail;
	out->protocol = protocols[l->protocol];
	out->far = !l->loopback;
	out->configured = l;
	return OK;
fail:
	add_error(errors, config, l, what, why(l, errno));
	return ERR_INVALID;
}

static int open_configured(struct acceptor *a, const struct config *config, struct errors *errors)
{
	int status = OK;

	for (size_t i = 0; i < config->listeners_count && status != ERR_NOMEM; i++) {
		int got =
			open_one(&a->listening[a->count++], &config->listeners[i], config, errors);

		status = got == OK ? status : got;
		if (got == OK)
			log_info("listening on %s (%s)", config->listeners[i].text,
				protocol_names[config->listeners[i].protocol]);
	}
	return status;
}

/* Whether other machines can reach a socket that somebody else has bound. */
static bool is_far(int fd)
{
	struct sockaddr_storage own = {0};
	socklen_t size = sizeof(own);

	return getsockname(fd, (struct sockaddr *)&own, &size) != 0 || !peer_of(&own).local;
}

/* Takes over one socket of the service manager, if it is one that we can use. */
static int adopt_one(struct listening *out, const struct notify_fd *given, struct errors *errors)
{
	int listens = 0, type = 0;
	socklen_t size = sizeof(listens);

	for (int i = 0; i < PROTOCOL_COUNT; i++) {
		if (strcmp(given->name, protocol_names[i]) == 0)
			out->protocol = protocols[i];
	}
	if (out->protocol == NULL) {
		errors_add(errors, SEVERITY_ERROR, (struct place){0},
			"socket %d of the service manager is named `%s`", given->fd, given->name);
		errors_hint(errors, "FileDescriptorName= must be `ndjson` or `http`");
		return ERR_INVALID;
	}
	if (getsockopt(given->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens ||
		getsockopt(given->fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
		type != SOCK_STREAM) {
		errors_add(errors, SEVERITY_ERROR, (struct place){0},
			"socket %d (`%s`) of the service manager is no listening stream socket",
			given->fd, given->name);
		return ERR_INVALID;
	}
	out->fd = given->fd;
	out->far = is_far(given->fd);
	if (fcntl(out->fd, F_SETFL, fcntl(out->fd, F_GETFL) | O_NONBLOCK) != 0)
		log_warn("socket %d", out->fd);
	log_info("listening on socket %d of the service manager (%s)", given->fd, given->name);
	return OK;
}

int acceptor_open(struct acceptor *a, struct service *service, struct event_base *base,
	const struct config *config, struct errors *errors)
{
	struct notify_fd given[NOTIFY_FDS_MAX];
	size_t count, slots;
	int status = notify_listen_fds(given, &count, errors);

	*a = (struct acceptor){.service = service,
		.base = base,
		.reserve_fd = -1,
		.connections_max = (size_t)config->limits.connections};
	if (status != OK)
		return status;
	slots = count ? count : config->listeners_count;
	a->listening = calloc(slots + 1, sizeof(*a->listening));
	if (a->listening == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < slots; i++)
		a->listening[i] = (struct listening){.fd = -1, .acceptor = a};
	if (count == 0)
		return open_configured(a, config, errors);
	while (a->count < count) {
		int got = adopt_one(&a->listening[a->count], &given[a->count], errors);

		a->count++;
		status = got == OK ? status : got;
	}
	return status;
}

/* --- accepting --- */

/* Tells a client why it is not served, without waiting for it. */
static void turn_away(
	struct acceptor *a, int fd, const struct protocol_ops *protocol, enum rejection_id why)
{
	char request[REFUSED_READ];

	counter_add(&a->service->acceptor.rejected[why], 1);
	buf_clear(&a->words);
	protocol->refuse(&a->words, REFUSAL_TOO_MANY_CONNECTIONS);
	if (!a->words.failed)
		(void)!send(fd, a->words.data, a->words.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	/* Unread bytes would make the kernel send a reset, which throws the answer away. */
	(void)!recv(fd, request, sizeof(request), MSG_DONTWAIT);
	close(fd);
}

/* Out of descriptors: gives up the reserve to tell one client so. False: even that failed. */
static bool turn_away_without_files(struct acceptor *a, const struct listening *l)
{
	static _Atomic int64_t last;
	int fd;

	if (log_once_a_second(&last))
		log_warnx("out of file descriptors: connections are refused");
	if (a->reserve_fd < 0)
		return false;
	close(a->reserve_fd);
	fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		turn_away(a, fd, l->protocol, REJECTED_FILES);
	a->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0 && a->reserve_fd >= 0;
}

static struct worker *least_loaded(struct acceptor *a)
{
	struct service *service = a->service;
	struct worker *best = NULL;

	a->turn++;
	for (size_t i = 0; i < service->workers_count; i++) {
		struct worker *w = &service->workers[(a->turn + i) % service->workers_count];

		if (best == NULL || atomic_load(&w->load) < atomic_load(&best->load))
			best = w;
	}
	return best;
}

static void take(
	struct acceptor *a, const struct listening *l, int fd, const struct sockaddr_storage *from)
{
	struct service *service = a->service;
	struct handed handed = {.fd = fd, .protocol = l->protocol, .peer = peer_of(from)};
	int on = 1, unsent = KERNEL_UNSENT;

	handed.peer.far = l->far;
	if (atomic_load(&service->connections) >= a->connections_max) {
		turn_away(a, fd, l->protocol, REJECTED_CONNECTIONS);
		return;
	}
	if (addresses_take(service->addresses, &handed.peer) != OK) {
		turn_away(a, fd, l->protocol, REJECTED_ADDRESS);
		return;
	}
	/*
	 * Without a bound the kernel takes some MiB of answers that nobody reads: memory, and a
	 * reader too slow to be served would look as if it took its answers.
	 */
	if (from->ss_family != AF_UNIX) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	}
	atomic_fetch_add(&service->connections, 1);
	if (worker_hand(least_loaded(a), &handed) != OK) {
		atomic_fetch_sub(&service->connections, 1);
		addresses_give(service->addresses, &handed.peer);
		turn_away(a, fd, l->protocol, REJECTED_MEMORY);
	}
}

/* Stops accepting for a moment: the system lacks something, and asking again at once would spin. */
static void pause_accepting(struct acceptor *a)
{
	static const struct timeval pause = {.tv_usec = PAUSE_MS * 1000};

	/* Without the one event that ends the pause nothing would ever be accepted again. */
	if (event_add(a->pause, &pause) != 0)
		return;
	for (size_t i = 0; i < a->count; i++)
		event_del(a->listening[i].event);
}

static void on_pause_over(evutil_socket_t fd, short what, void *argument)
{
	struct acceptor *a = argument;
	bool all = true;

	(void)fd;
	(void)what;
	if (a->reserve_fd < 0)
		a->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < a->count; i++)
		all &= event_add(a->listening[i].event, NULL) == 0;
	if (!all)
		pause_accepting(a);
}

/* Accepts one connection. False: none is there, or it is time to pause. */
static bool accept_one(struct acceptor *a, const struct listening *l)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof(from);
	int fd = accept4(l->fd, (struct sockaddr *)&from, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		take(a, l, fd, &from);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE) {
		if (turn_away_without_files(a, l))
			return true;
		pause_accepting(a);
	} else if (errno == ENOBUFS || errno == ENOMEM) {
		pause_accepting(a);
	}
	/* Clients that went away again (ECONNABORTED and network errors) are none of our business.
	 */
	return errno != EAGAIN && errno != EWOULDBLOCK &&
	       !event_pending(a->pause, EV_TIMEOUT, NULL);
}

static void on_acceptable(evutil_socket_t fd, short what, void *argument)
{
	struct listening *l = argument;

	(void)fd;
	(void)what;
	for (int i = 0; i < ACCEPTS_PER_TURN && accept_one(l->acceptor, l); i++)
		;
}

int acceptor_start(struct acceptor *a)
{
	a->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	a->pause = event_new(a->base, -1, 0, on_pause_over, a);
	if (a->pause == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < a->count; i++) {
		struct listening *l = &a->listening[i];

		l->event = event_new(a->base, l->fd, EV_READ | EV_PERSIST, on_acceptable, l);
		if (l->event == NULL || event_add(l->event, NULL) != 0)
			return ERR_NOMEM;
	}
	return OK;
}

/* --- closing --- */

static void close_one(struct listening *l)
{
	if (l->event != NULL)
		event_free(l->event);
	if (l->fd >= 0)
		close(l->fd);
	if (l->path != NULL && unlink(l->path) != 0 && errno != ENOENT)
		log_warn("cannot remove %s", l->path);
	free(l->path);
	*l = (struct listening){.fd = -1};
}

void acceptor_stop(struct acceptor *a)
{
	for (size_t i = 0; i < a->count; i++) {
		for (int n = 0; n < BACKLOG && accept_one(a, &a->listening[i]); n++)
			;
	}
	acceptor_close(a);
}

void acceptor_close(struct acceptor *a)
{
	for (size_t i = 0; i < a->count; i++)
		close_one(&a->listening[i]);
	free(a->listening);
	a->listening = NULL;
	a->count = 0;
	if (a->pause != NULL)
		event_free(a->pause);
	a->pause = NULL;
	if (a->reserve_fd >= 0)
		close(a->reserve_fd);
	a->reserve_fd = -1;
	buf_free(&a->words);
}
