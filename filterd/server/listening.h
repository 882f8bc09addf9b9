/*
 * Listening sockets: opened as configured or taken over from the service manager, and the accepting
 * of connections within the limits.
 */
#pragma once

#include "base/error.h"
#include "server/worker.h"

struct listening {
	int fd;
	const struct protocol_ops *protocol;
	char *path; /* owned; of a Unix socket that we made and unlink, or NULL */
	bool far; /* other machines can reach it */
	const struct listener *configured; /* NULL: the service manager's */
	struct event *event;
	struct acceptor *acceptor;
};

/* All of the process; lives in the main thread. */
struct acceptor {
	struct service *service;
	struct event_base *base;
	struct listening *listening; /* owned */
	size_t count;
	int reserve_fd; /* given up for a moment to tell a client that there are no more */
	struct event *pause; /* ends a pause after the system could not accept */
	size_t connections_max;
	size_t turn; /* the worker to look at first, so that equals take turns */
	struct buf words; /* what a refused client is told */
};

/*
 * Opens what `config` says, or takes the sockets of the service manager instead, whose names say
 * the protocol ("ndjson", "http"). OK; ERR_INVALID with errors added; ERR_NOMEM. acceptor_close()
 * is to be called in every case.
 */
int acceptor_open(struct acceptor *acceptor, struct service *service, struct event_base *base,
	const struct config *config, struct errors *errors);

/* Starts to accept. OK or ERR_NOMEM. */
int acceptor_start(struct acceptor *acceptor);

/* Accepts what has connected so far, then closes the sockets and removes their files. */
void acceptor_stop(struct acceptor *acceptor);

/* The same without accepting; frees all. */
void acceptor_close(struct acceptor *acceptor);
