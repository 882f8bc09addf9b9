/*
 * Refusals: why a request got no verdict, in one table that NDJSON, HTTP and the manual share.
 *
 * A refusal is never a judgement: whoever gets one keeps the comment unpublished, and either sends
 * it again (retry) or shows it to a person and mends the caller (no retry).
 */
#pragma once

#include "base/buf.h"

enum refusal_code {
	REFUSAL_NONE,
	/* The bytes are not what the protocol says: nothing in them is believed. */
	REFUSAL_BAD_JSON,
	REFUSAL_BAD_LINE,
	REFUSAL_BAD_NUMBER,
	REFUSAL_BAD_REQUEST,
	REFUSAL_DUPLICATE_KEY,
	REFUSAL_INVALID_UTF8,
	REFUSAL_KEY_TOO_LONG,
	REFUSAL_TOO_DEEP,
	REFUSAL_TOO_MANY_KEYS,
	REFUSAL_WRONG_PROTOCOL,
	/* Good JSON, but not a request: `pointer` says where. */
	REFUSAL_BAD_VALUE,
	REFUSAL_MISSING_FIELD,
	REFUSAL_WRONG_TYPE,
	/* Larger than the limits. */
	REFUSAL_HEADERS_TOO_LARGE,
	REFUSAL_TOO_LARGE,
	REFUSAL_URI_TOO_LONG,
	/* HTTP: understood, but not something that is done here. */
	REFUSAL_EXPECTATION_FAILED,
	REFUSAL_FORBIDDEN,
	REFUSAL_HTTP_VERSION,
	REFUSAL_METHOD_NOT_ALLOWED,
	REFUSAL_NOT_FOUND,
	REFUSAL_NOT_IMPLEMENTED,
	REFUSAL_UNAUTHORIZED,
	REFUSAL_UNSUPPORTED_MEDIA_TYPE,
	/* Somebody else was first. */
	REFUSAL_CONFLICT,
	/* The rules, not the comment. */
	REFUSAL_RULES_REFUSED,
	/* Not now: the same request may well succeed later. */
	REFUSAL_CLOSING,
	REFUSAL_EXPIRED,
	REFUSAL_OOM,
	REFUSAL_OVERLOADED,
	REFUSAL_QUEUE_UNAVAILABLE,
	REFUSAL_REQUEST_TIMEOUT,
	REFUSAL_TOO_MANY_ATTEMPTS,
	REFUSAL_TOO_MANY_CONNECTIONS,
	REFUSAL_COUNT,
};

/* What the table says of a code. */
struct refusal_kind {
	const char *name; /* on the wire; never renamed, never used for something else */
	int status; /* of HTTP */
	int retry_ms; /* [ms] to wait before the same request is sent again; 0: it stays wrong */
	const char *meaning; /* a sentence: the message when there is no better one */
};

extern const struct refusal_kind refusal_kinds[REFUSAL_COUNT];

#define REFUSAL_POINTER_SIZE 64 /* the longest JSON pointer to a field we know, and NUL */
#define REFUSAL_NOWHERE SIZE_MAX

/* One refusal. Make it with refusal_set(); everything in it is ours, nothing points to the input.
 */
struct refusal {
	enum refusal_code code; /* REFUSAL_NONE: there is none */
	const char *message; /* static; what exactly is wrong; NULL: the kind's meaning */
	size_t offset; /* [bytes] into the JSON text or HTTP request, or REFUSAL_NOWHERE */
	uint64_t line; /* NDJSON: 1-based number of the line on its connection; 0: none */
	int retry_ms; /* [ms] instead of the kind's, so that not all callers come back at once; or 0
		       */
	char pointer[REFUSAL_POINTER_SIZE]; /* JSON pointer (RFC 6901) to the field, or "" */
};

#define REFUSAL_INIT                                                                               \
	{                                                                                          \
		.offset = REFUSAL_NOWHERE                                                          \
	}

/* Sets code, message (static or NULL) and offset; no line, no pointer. */
void refusal_set(
	struct refusal *refusal, enum refusal_code code, const char *message, size_t offset);

/* [ms] after which the same request may be sent again; 0: it stays wrong. */
int refusal_retry_ms(const struct refusal *refusal);

/* What to tell the caller: the message or the kind's meaning. Never NULL. */
const char *refusal_message(const struct refusal *refusal);

/*
 * Appends the members that NDJSON and HTTP errors share, without braces: "code", the message under
 * `message_key` ("message", "detail"), and those of "line", "pointer", "offset", "retry_after_ms"
 * that are known.
 */
void refusal_write(struct buf *out, const struct refusal *refusal, const char *message_key);
