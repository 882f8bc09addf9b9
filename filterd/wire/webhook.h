/*
 * A decision as a webhook of the CMS is told it: the HTTP request written and signed, the answer
 * read. The answer is another program's: what is not HTTP is refused, and nothing of it is kept but
 * the numbers.
 */
#pragma once

#include "store/queue.h"

#define WEBHOOK_SIGNATURE_SIZE 65 /* HMAC-SHA256 in hex, NUL */

struct webhook_request {
	struct span authority, target; /* of the URL */
	struct span secret;
	const struct queue_event *event;
	int64_t now_s; /* [s since 1970] when it is signed */
};

/* Appends the request, head and body. OK or ERR_NOMEM. */
int webhook_write(struct buf *out, const struct webhook_request *request);

/* HMAC-SHA256 of "now_s.body" with the secret. False: no memory. */
bool webhook_sign(
	struct span secret, int64_t now_s, struct span body, char out[WEBHOOK_SIGNATURE_SIZE]);

struct webhook_answer {
	int status; /* 200 to 999 */
	int64_t retry_after_s; /* -1: not said, or as a date */
	size_t body_at; /* where the body begins */
	int64_t body_len; /* -1: not said, it ends with the connection */
};

/*
 * Reads the head of an answer from what has come so far, interim ones (1xx) passed over. OK;
 * ERR_AGAIN: more has to come; ERR_INVALID: this is no HTTP.
 */
int webhook_read(struct span bytes, struct webhook_answer *out);
