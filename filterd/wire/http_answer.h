/* Answers of HTTP/1.1: status line, header fields, body. */
#pragma once

#include "base/buf.h"
#include "wire/refusal.h"

#define HTTP_DATE_SIZE 30 /* "Mon, 23 Nov 2026 10:00:00 GMT" and NUL */

/* What a client is told that waits for it before it sends its body. */
extern const struct span http_continue;

/* How the client knows where the body ends. */
enum http_framing {
	HTTP_FRAMING_LENGTH, /* Content-Length */
	HTTP_FRAMING_CHUNKED, /* pieces follow by http_answer_chunk(); not for HTTP/1.0 */
	HTTP_FRAMING_CLOSE, /* bytes follow until the connection is closed; `close` must be set */
};

struct http_answer {
	int status; /* one of the table in http_answer.c */
	const char *type; /* Content-Type; NULL: none */
	enum http_framing framing;
	struct span body; /* of HTTP_FRAMING_LENGTH */
	bool head; /* the request was HEAD: all but the body */
	bool close; /* the connection is closed after this */
	const char *date; /* of http_date(), or NULL */
	const char *allow; /* of a 405: "GET, HEAD", or NULL */
	const char *cookie; /* of Set-Cookie, or NULL */
	int retry_after_s; /* [s]; 0: not said */
	bool page; /* part of a page of ours: says what a browser may do with it */
};

/*
 * Appends the answer. OK; or ERR_NOMEM, and `out` is as it was before. Every answer says nosniff,
 * so that no browser takes it for anything but what it is, and no-store.
 */
int http_answer(struct buf *out, const struct http_answer *answer);

/* Appends one piece of a chunked body; an empty piece ends the body. */
void http_answer_chunk(struct buf *out, struct span piece);

/*
 * Appends a refusal as application/problem+json (RFC 9457) with the members of refusal_write().
 * `like` gives head, close, date and allow, and as `body` members of its own that the document has
 * beside these (`,"name":value`); a refusal that HTTP_REFUSED came with must close.
 * `scratch` is overwritten. OK or ERR_NOMEM as above.
 */
int http_answer_refusal(struct buf *out, struct buf *scratch, const struct refusal *refusal,
	const struct http_answer *like);

/* The instant as HTTP writes dates, NUL-terminated. */
void http_date(int64_t real_ms, char out[HTTP_DATE_SIZE]);
