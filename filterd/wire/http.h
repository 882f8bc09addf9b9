/*
 * Requests of HTTP/1.1, parsed strictly: whatever two parsers could read in two ways is refused.
 *
 *     while ((got = http_next(&parser, &in, &request, &refusal)) == HTTP_REQUEST) { answer }
 *     HTTP_MORE: read more into `in`;  HTTP_REFUSED: answer and close
 *
 * Of RFC 9112 this is the part that clients use: origin-form targets, lines that end with CR LF,
 * exactly one Host, a body by Content-Length (digits, once) or by `Transfer-Encoding: chunked`
 * (nothing else, never with a Content-Length, not in HTTP/1.0), no chunk extensions, no folded
 * lines, no upgrade. Trailers are checked like fields and dropped.
 *
 * Nothing is allocated: a request is spans into the connection's input buffer, into whose own space
 * a chunked body is joined and the percent signs of the path are resolved. How the bytes were cut
 * up on their way makes no difference to the result, and time is linear in them.
 */
#pragma once

#include "base/buf.h"
#include "wire/refusal.h"

#define HTTP_LINE_MAX 4096 /* [bytes] of a request line without its end */
#define HTTP_FIELDS_MAX 64 /* header fields of a request, trailers included */

enum http_method {
	HTTP_DELETE,
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OPTIONS,
	HTTP_PATCH,
	HTTP_POST,
	HTTP_PUT,
	HTTP_METHODS,
};

/* "DELETE", "GET", ... */
extern const char *const http_method_names[HTTP_METHODS];

struct http_limits {
	size_t line; /* [bytes] of the request line without its end */
	size_t headers; /* [bytes] of header fields and trailers with their line ends */
	size_t body; /* [bytes] of a body, unchunked */
};

/* 4 KiB, 8 KiB, 256 KiB. */
extern const struct http_limits http_limits_default;

/* [bytes] an input buffer must be able to hold for every legal request to fit, and some to read. */
size_t http_buffer_min(const struct http_limits *limits);

/* Where a header field stands, from the first byte of its request. */
struct http_field {
	uint32_t name_at, name_len;
	uint32_t value_at, value_len; /* without the white space around it */
};

/* A whole request. Valid until the next http_next() or change of the input buffer. */
struct http_request {
	enum http_method method;
	bool is_1_1; /* else HTTP/1.0 */
	bool keep_alive; /* the client wants the connection kept after the answer */
	struct span path; /* decoded: valid UTF-8 that begins with /, no empty or dot segments */
	struct span query; /* after ?, as sent */
	struct span body;
	const char *base; /* what the fields' offsets count from */
	const struct http_field *fields;
	size_t fields_count;
};

enum http_state {
	HTTP_AT_REQUEST_LINE,
	HTTP_AT_FIELD,
	HTTP_AT_BODY,
	HTTP_AT_CHUNK_SIZE,
	HTTP_AT_CHUNK_DATA,
	HTTP_AT_CHUNK_END,
	HTTP_AT_TRAILER,
	HTTP_DONE, /* the request was handed out; the next one begins at `at` */
	HTTP_BROKEN,
};

/* One connection's parser. All offsets are into the input buffer unless they say otherwise. */
struct http_parser {
	struct http_limits limits;
	enum http_state state;
	size_t start; /* first byte of the request */
	size_t at; /* first byte not parsed yet */
	size_t scanned; /* [bytes] from `at` on that hold no LF */
	size_t headers_left; /* [bytes] */
	size_t body_at; /* where the body begins */
	size_t body_len; /* [bytes] so far (chunked) or to come */
	size_t chunk_left; /* [bytes] of the chunk that have not come */
	size_t path_at, path_len; /* from `start` */
	size_t query_at, query_len; /* from `start` */
	enum http_method method;
	unsigned seen; /* bit per field of the table in http.c */
	bool is_1_1;
	bool skipped_line; /* an empty line before the request line */
	bool chunked, close, keep_alive, wants_continue;
	struct refusal refusal; /* why it is broken */
	size_t field_lines; /* of head and trailers */
	size_t fields_count; /* of the head */
	struct http_field fields[HTTP_FIELDS_MAX];
};

enum http_result {
	HTTP_MORE, /* no whole request yet */
	HTTP_REQUEST,
	HTTP_REFUSED, /* answer *refusal and close; the rest of the input means nothing */
};

void http_init(struct http_parser *p, const struct http_limits *limits);

/*
 * Parses the next request out of `in`, to which the caller only ever appends between calls. Bytes
 * of requests handed out before are dropped from the front of `in`. *out is filled with
 * HTTP_REQUEST, *refusal with HTTP_REFUSED.
 */
enum http_result http_next(
	struct http_parser *p, struct buf *in, struct http_request *out, struct refusal *refusal);

/*
 * After HTTP_MORE: whether the client waits for `100 Continue` before it sends the body. True once
 * a request, and only when its head is acceptable.
 */
bool http_take_continue(struct http_parser *p, const struct buf *in);

/* Whether the parser is within a request: then a silent client is too slow, not idle. */
bool http_is_inside(const struct http_parser *p, const struct buf *in);

/* The value of the first field of that name (any case); ptr is NULL when there is none. */
struct span http_field(const struct http_request *request, struct span name);

enum http_media {
	HTTP_MEDIA_JSON, /* application/json */
	HTTP_MEDIA_NDJSON, /* application/x-ndjson */
	HTTP_MEDIA_OTHER, /* anything else, none, a charset other than UTF-8, or encoded: 415 */
};

/* What the body is by Content-Type and Content-Encoding. */
enum http_media http_media(const struct http_request *request);
