/*
 * One attempt to tell a webhook something: the name is resolved, its addresses are tried one after
 * the other, with https the certificate and its name are checked, the request is sent, the answer
 * read (WEBHOOK_ANSWER_MAX bytes of it, then forgotten). All of it has one deadline. No redirect is
 * followed.
 */
#pragma once

#include "base/buf.h"
#include "server/config.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <openssl/ssl.h>

#define WEBHOOK_ANSWER_MAX 16384 /* [bytes] that are read */

/* What all calls share. */
struct call_means {
	struct event_base *base;
	struct evdns_base *dns;
	void (*over)(void *context); /* a call has ended; it must not be freed in here */
	void *context;
};

struct call_result {
	int status; /* 0: there was no answer */
	int64_t retry_after_s; /* -1: not said */
	char error[200]; /* without an answer: why, in our words */
};

struct call;

/*
 * Begins one. Takes the content of `request`. `hook`, `tls` (NULL for http) and `means` must
 * outlive it. NULL: no memory, `request` is left.
 */
struct call *call_start(const struct call_means *means, const struct webhook *hook, SSL_CTX *tls,
	struct buf *request);

/* NULL while it goes on; valid until it is freed. */
const struct call_result *call_result(const struct call *call);

/*
 * Ends it, over or not. NULL is legal. While its name is being resolved the memory stays until the
 * loop has turned once more.
 */
void call_free(struct call *call);

/* What https takes: the certificates of `ca_file`, NULL: those the system trusts. OK; ERR_NOMEM;
 * ERR_INVALID with a line in `why`. */
int call_tls_new(const char *ca_file, struct buf *why, SSL_CTX **out);
