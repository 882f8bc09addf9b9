/*
 * The HTTP/1.1 request parser: see http.h.
 *
 * A state machine over lines. A line is parsed when its LF has come, so that nothing depends on how
 * the bytes were cut up; its length is checked before its content for the same reason. Three things
 * stop a wrong client before a line is complete: a first byte that begins no method, and the limits
 * of the request line and of the fields.
 */
#include "wire/http.h"

#include "wire/http_head.h"
#include "wire/http_text.h"

const struct http_limits http_limits_default = {HTTP_LINE_MAX, 8 * 1024, 256 * 1024};

#define CHUNK_LINE_MAX 8 /* hex digits */
#define READ_ROOM (16 * 1024) /* [bytes] to read into beside the longest request */

static enum http_result bad(struct http_parser *p, const char *message)
{
	return http_head_refuse(p, REFUSAL_BAD_REQUEST, message);
}

/*
 * Takes a line that ends with CR LF off the input and moves `at` past it; *line is without them.
 * `most` counts the bytes before the LF; over it the line is refused as `too_long`. HTTP_REQUEST
 * stands for "here is one".
 */
static enum http_result take_line(struct http_parser *p, const struct buf *in, size_t most,
	enum refusal_code too_long, struct span *line)
{
	struct span rest = {in->data + p->at, in->len - p->at};
	const char *lf = NULL;
	size_t end;

	if (p->scanned < rest.len)
		lf = memchr(rest.ptr + p->scanned, '\n', rest.len - p->scanned);
	end = lf ? (size_t)(lf - rest.ptr) : rest.len;
	if (end > most)
		return http_head_refuse(p, too_long, NULL);
	if (!lf) {
		p->scanned = rest.len;
		return HTTP_MORE;
	}
	p->scanned = 0;
	if (end == 0 || rest.ptr[end - 1] != '\r')
		return bad(p, "a line does not end with CR LF");
	*line = span_sub(rest, 0, end - 1);
	p->at += end + 1;
	return HTTP_REQUEST;
}

/* --- states: HTTP_REQUEST means "on to the next state" --- */

static enum http_result at_request_line(struct http_parser *p, struct buf *in)
{
	struct span line = {NULL, 0};
	enum http_result got;

	/* TLS, HTTP/2 frames, JSON: told by the first byte, as they may never send a LF. */
	if (p->at < in->len && in->data[p->at] != '\r' &&
		!http_text_run((struct span){in->data + p->at, 1}, HTTP_TEXT_TOKEN))
		return bad(p, "this is no HTTP");
	got = take_line(p, in, p->limits.line + 1, REFUSAL_URI_TOO_LONG, &line);
	if (got != HTTP_REQUEST)
		return got;
	if (line.len == 0 && !p->skipped_line) {
		p->skipped_line = true; /* RFC 9112 section 2.2: some send one after a body */
		p->start = p->at;
		return HTTP_REQUEST;
	}
	p->state = HTTP_AT_FIELD;
	return http_head_request_line(p, in, line);
}

/* Takes a field line within what is left of the limit. */
static enum http_result take_field_line(
	struct http_parser *p, const struct buf *in, struct span *line)
{
	size_t before = p->at;
	enum http_result got;

	if (p->headers_left == 0)
		return http_head_refuse(p, REFUSAL_HEADERS_TOO_LARGE, NULL);
	got = take_line(p, in, p->headers_left - 1, REFUSAL_HEADERS_TOO_LARGE, line);
	p->headers_left -= p->at - before;
	return got;
}

static enum http_result at_field(struct http_parser *p, struct buf *in)
{
	struct span line = {NULL, 0};
	enum http_result got = take_field_line(p, in, &line);

	if (got != HTTP_REQUEST)
		return got;
	return line.len ? http_head_field(p, in, line) : http_head_end(p);
}

static enum http_result at_body(struct http_parser *p, struct buf *in)
{
	if (in->len - p->at < p->body_len)
		return HTTP_MORE;
	p->at += p->body_len;
	p->state = HTTP_DONE;
	return HTTP_REQUEST;
}

static enum http_result at_chunk_size(struct http_parser *p, struct buf *in)
{
	struct span line = {NULL, 0};
	size_t size = 0;
	enum http_result got = take_line(p, in, CHUNK_LINE_MAX + 1, REFUSAL_BAD_REQUEST, &line);

	if (got != HTTP_REQUEST)
		return got;
	if (line.len == 0)
		return bad(p, "a chunk has no size");
	for (size_t i = 0; i < line.len; i++) {
		int digit = http_text_hex(line.ptr[i]);

		if (digit < 0)
			return bad(p, "a chunk size is not made of hex digits alone");
		size = size << 4 | (size_t)digit;
	}
	if (size > p->limits.body - p->body_len)
		return http_head_refuse(p, REFUSAL_TOO_LARGE, NULL);
	p->chunk_left = size;
	p->state = size ? HTTP_AT_CHUNK_DATA : HTTP_AT_TRAILER;
	return HTTP_REQUEST;
}

/* Moves the chunk's bytes to the end of the body so far, over the chunk sizes between them. */
static enum http_result at_chunk_data(struct http_parser *p, struct buf *in)
{
	size_t here = in->len - p->at;

	if (here > p->chunk_left)
		here = p->chunk_left;
	memmove(in->data + p->body_at + p->body_len, in->data + p->at, here);
	p->body_len += here;
	p->at += here;
	p->chunk_left -= here;
	if (p->chunk_left)
		return HTTP_MORE;
	p->state = HTTP_AT_CHUNK_END;
	return HTTP_REQUEST;
}

static enum http_result at_chunk_end(struct http_parser *p, struct buf *in)
{
	struct span line = {NULL, 0};
	enum http_result got = take_line(p, in, 1, REFUSAL_BAD_REQUEST, &line);

	if (got == HTTP_REQUEST)
		p->state = HTTP_AT_CHUNK_SIZE;
	return got;
}

static enum http_result at_trailer(struct http_parser *p, struct buf *in)
{
	struct span line = {NULL, 0};
	enum http_result got = take_field_line(p, in, &line);

	if (got != HTTP_REQUEST)
		return got;
	if (line.len)
		return http_head_trailer(p, line);
	p->state = HTTP_DONE;
	return HTTP_REQUEST;
}

static enum http_result (*const at_state[])(struct http_parser *p, struct buf *in) = {
	[HTTP_AT_REQUEST_LINE] = at_request_line,
	[HTTP_AT_FIELD] = at_field,
	[HTTP_AT_BODY] = at_body,
	[HTTP_AT_CHUNK_SIZE] = at_chunk_size,
	[HTTP_AT_CHUNK_DATA] = at_chunk_data,
	[HTTP_AT_CHUNK_END] = at_chunk_end,
	[HTTP_AT_TRAILER] = at_trailer,
};

/* --- the parser from outside --- */

size_t http_buffer_min(const struct http_limits *limits)
{
	return limits->line + limits->headers + limits->body + READ_ROOM;
}

static void begin_request(struct http_parser *p)
{
	p->state = HTTP_AT_REQUEST_LINE;
	p->start = p->at;
	p->scanned = 0;
	p->headers_left = p->limits.headers;
	p->body_len = 0;
	p->seen = 0;
	p->skipped_line = p->chunked = p->close = p->keep_alive = p->wants_continue = false;
	p->fields_count = p->field_lines = 0;
}

void http_init(struct http_parser *p, const struct http_limits *limits)
{
	p->limits = *limits;
	p->at = 0;
	p->refusal = (struct refusal)REFUSAL_INIT;
	begin_request(p);
}

/* Gives back the space of requests handed out, and of chunk sizes already read. */
static void give_back(struct http_parser *p, struct buf *in)
{
	size_t start = p->start;

	if (p->state == HTTP_AT_CHUNK_SIZE || p->state == HTTP_AT_CHUNK_DATA ||
		p->state == HTTP_AT_CHUNK_END || p->state == HTTP_AT_TRAILER) {
		size_t to = p->body_at + p->body_len;

		memmove(in->data + to, in->data + p->at, in->len - p->at);
		in->len -= p->at - to;
		p->at = to;
	}
	buf_consume(in, start);
	p->start = 0;
	p->at -= start;
	p->body_at -= start;
}

static void fill_request(
	const struct http_parser *p, const struct buf *in, struct http_request *out)
{
	const char *base = in->data + p->start;

	out->method = p->method;
	out->is_1_1 = p->is_1_1;
	out->keep_alive = p->keep_alive;
	out->path = (struct span){base + p->path_at, p->path_len};
	out->query = (struct span){base + p->query_at, p->query_len};
	out->body = (struct span){in->data + p->body_at, p->body_len};
	out->base = base;
	out->fields = p->fields;
	out->fields_count = p->fields_count;
}

enum http_result http_next(
	struct http_parser *p, struct buf *in, struct http_request *out, struct refusal *refusal)
{
	enum http_result got = HTTP_REQUEST;

	if (p->state == HTTP_DONE)
		begin_request(p);
	while (p->state < HTTP_DONE && got == HTTP_REQUEST)
		got = p->at < in->len || p->state == HTTP_AT_BODY ? at_state[p->state](p, in)
								  : HTTP_MORE;
	if (p->state == HTTP_BROKEN) {
		*refusal = p->refusal;
		return HTTP_REFUSED;
	}
	if (got == HTTP_MORE)
		give_back(p, in);
	else
		fill_request(p, in, out);
	return got;
}

bool http_take_continue(struct http_parser *p, const struct buf *in)
{
	bool wants = p->wants_continue && p->at == in->len && p->body_at == p->at &&
		     (p->state == HTTP_AT_BODY || p->state == HTTP_AT_CHUNK_SIZE);

	if (wants)
		p->wants_continue = false;
	return wants;
}

bool http_is_inside(const struct http_parser *p, const struct buf *in)
{
	return p->state < HTTP_DONE && (p->state != HTTP_AT_REQUEST_LINE || p->at < in->len);
}
