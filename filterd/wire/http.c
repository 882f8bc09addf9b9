/*
 * The HTTP/1.1 request parser: see http.h.
 *
 * A state machine over lines. A line is parsed when its LF has come, so that nothing depends on how
 * the bytes were cut up; its length is checked before its content for the same reason. Three things
 * stop a wrong client before a line is complete: a first byte that begins no method, and the limits
 * of the request line and of the fields.
 */
#include "wire/http.h"

#include "text/utf8.h"

const char *const http_method_names[HTTP_METHODS] = {
	[HTTP_DELETE] = "DELETE",
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_OPTIONS] = "OPTIONS",
	[HTTP_PATCH] = "PATCH",
	[HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",
};

const struct http_limits http_limits_default = {4 * 1024, 8 * 1024, 256 * 1024};

#define CHUNK_LINE_MAX 8 /* hex digits */
#define LENGTH_DIGITS_MAX 15 /* of Content-Length: more is no length but an attack */
#define READ_ROOM (16 * 1024) /* [bytes] to read into beside the longest request */

/* --- characters --- */

enum char_class {
	TOKEN = 1 << 0, /* of methods and field names: tchar of RFC 9110 */
	TARGET = 1 << 1, /* of paths and queries: pchar of RFC 3986, /, ? */
	VALUE = 1 << 2, /* of field values: no control character but tab */
	HOST = 1 << 3, /* of a registered name or IPv4 address */
	LITERAL = 1 << 4, /* of an IPv6 address in brackets */
};

#define LETTER (TOKEN | TARGET | VALUE | HOST)
#define HEX_LETTER (LETTER | LITERAL)

/* clang-format off */
static const unsigned char classes[256] = {
	['\t'] = VALUE, [' '] = VALUE,
	['!'] = TOKEN | TARGET | VALUE, ['"'] = VALUE, ['#'] = TOKEN | VALUE,
	['$'] = TOKEN | TARGET | VALUE, ['%'] = TOKEN | TARGET | VALUE,
	['&'] = TOKEN | TARGET | VALUE, ['\''] = TOKEN | TARGET | VALUE, ['('] = TARGET | VALUE,
	[')'] = TARGET | VALUE, ['*'] = TOKEN | TARGET | VALUE, ['+'] = TOKEN | TARGET | VALUE,
	[','] = TARGET | VALUE, ['-'] = TOKEN | TARGET | VALUE | HOST,
	['.'] = TOKEN | TARGET | VALUE | HOST | LITERAL, ['/'] = TARGET | VALUE,
	['0' ... '9'] = HEX_LETTER, [':'] = TARGET | VALUE | LITERAL, [';'] = TARGET | VALUE,
	['<'] = VALUE, ['='] = TARGET | VALUE, ['>'] = VALUE, ['?'] = TARGET | VALUE,
	['@'] = TARGET | VALUE, ['A' ... 'F'] = HEX_LETTER, ['G' ... 'Z'] = LETTER,
	['['] = VALUE, ['\\'] = VALUE, [']'] = VALUE, ['^'] = TOKEN | VALUE,
	['_'] = TOKEN | TARGET | VALUE | HOST, ['`'] = TOKEN | VALUE,
	['a' ... 'f'] = HEX_LETTER, ['g' ... 'z'] = LETTER, ['{'] = VALUE,
	['|'] = TOKEN | VALUE, ['}'] = VALUE, ['~'] = TOKEN | TARGET | VALUE,
	[0x80 ... 0xFF] = VALUE,
};
/* clang-format on */

/* How many bytes at the front of s are of the class. */
static size_t run_of(struct span s, enum char_class class)
{
	size_t n = 0;

	while (n < s.len && (classes[(unsigned char)s.ptr[n]] & class))
		n++;
	return n;
}

static bool is_all(struct span s, enum char_class class)
{
	return run_of(s, class) == s.len;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether both are the same apart from the case of ASCII letters. */
static bool same_word(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	}
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = span_sub(s, 1, s.len);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- lines --- */

static enum http_result refuse(struct http_parser *p, enum refusal_code code, const char *message)
{
	refusal_set(&p->refusal, code, message, REFUSAL_NOWHERE);
	p->state = HTTP_BROKEN;
	return HTTP_REFUSED;
}

static enum http_result bad(struct http_parser *p, const char *message)
{
	return refuse(p, REFUSAL_BAD_REQUEST, message);
}

/*
 * Takes a line that ends with CR LF off the input and moves `at` past it; *line is without them.
 * `most` counts the bytes before the LF; over it the line is refused as `too_long`. HTTP_REQUEST
 * stands for "here is one".
 */
static enum http_result take_line(struct http_parser *p, const struct buf *in, size_t most,
	enum refusal_code too_long, struct span *line)
{
	struct span rest = span_sub(buf_content(in), p->at, in->len);
	const char *lf = NULL;
	size_t end;

	if (p->scanned < rest.len)
		lf = memchr(rest.ptr + p->scanned, '\n', rest.len - p->scanned);
	end = lf ? (size_t)(lf - rest.ptr) : rest.len;
	if (end > most)
		return refuse(p, too_long, NULL);
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

/* --- request line --- */

/*
 * Resolves percent signs in the path, in place, and returns its new length, or 0 for one that is
 * refused: what two readers could take for two resources (a hidden slash, dot segments, NUL).
 */
static size_t decode_path(char *path, size_t len)
{
	size_t out = 0, segment = 1;

	for (size_t i = 0; i < len; i++) {
		char c = path[i];

		if (c == '%') {
			int high = len - i > 2 ? hex_digit(path[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(path[i + 2]) : -1;

			if (low < 0)
				return 0;
			c = (char)(high << 4 | low);
			if ((unsigned char)c < 0x20 || c == 0x7F || c == '/' || c == '\\')
				return 0;
			i += 2;
		}
		path[out++] = c;
	}
	for (size_t i = 1; i <= out; i++) {
		size_t n = i - segment;

		if (i < out && path[i] != '/')
			continue;
		if ((n == 0 && i < out) || (n == 1 && path[segment] == '.') ||
			(n == 2 && path[segment] == '.' && path[segment + 1] == '.'))
			return 0;
		segment = i + 1;
	}
	return utf8_valid((struct span){path, out}, NULL) ? out : 0;
}

/* Whether each percent sign in the query is followed by the two hex digits of a byte but NUL. */
static bool is_query(struct span query)
{
	for (size_t i = 0; i < query.len; i++) {
		if (query.ptr[i] != '%')
			continue;
		if (query.len - i < 3 || hex_digit(query.ptr[i + 1]) < 0 ||
			hex_digit(query.ptr[i + 2]) < 0 ||
			(query.ptr[i + 1] == '0' && query.ptr[i + 2] == '0'))
			return false;
	}
	return true;
}

static enum http_result read_target(struct http_parser *p, struct buf *in, struct span target)
{
	size_t at = (size_t)(target.ptr - in->data), path_len;
	const char *mark;

	if (target.len == 0 || target.ptr[0] != '/')
		return bad(p, "the target does not begin with a slash");
	if (!is_all(target, TARGET))
		return bad(p, "the target has a byte that must be percent-encoded");
	mark = memchr(target.ptr, '?', target.len);
	path_len = mark ? (size_t)(mark - target.ptr) : target.len;
	p->query_at = at + path_len + (mark != NULL) - p->start;
	p->query_len = mark ? target.len - path_len - 1 : 0;
	if (!is_query(span_sub(target, path_len, target.len)))
		return bad(p, "a percent sign in the query encodes no byte");
	p->path_at = at - p->start;
	p->path_len = decode_path(in->data + at, path_len);
	if (p->path_len == 0)
		return bad(p, "the path is ambiguous or encodes a byte that no path has");
	return HTTP_REQUEST;
}

/* "HTTP/1.1" or "HTTP/1.0"; other versions are told apart from what is no version. */
static enum http_result read_version(struct http_parser *p, struct span version)
{
	if (version.len != 8 || !span_starts(version, SPAN("HTTP/")) || !is_digit(version.ptr[5]) ||
		version.ptr[6] != '.' || !is_digit(version.ptr[7]))
		return bad(p, "the request line does not end with an HTTP version");
	if (version.ptr[5] != '1' || version.ptr[7] > '1')
		return refuse(p, REFUSAL_HTTP_VERSION, NULL);
	p->is_1_1 = version.ptr[7] == '1';
	return HTTP_REQUEST;
}

static enum http_result read_method(struct http_parser *p, struct span method)
{
	for (int m = 0; m < HTTP_METHODS; m++) {
		if (span_eq(method, span_of(http_method_names[m]))) {
			p->method = (enum http_method)m;
			return HTTP_REQUEST;
		}
	}
	return refuse(p, REFUSAL_NOT_IMPLEMENTED, "the method is not known");
}

static enum http_result read_request_line(struct http_parser *p, struct buf *in, struct span line)
{
	size_t method = run_of(line, TOKEN), target;
	enum http_result got;
	const char *space;

	if (method == 0 || method == line.len || line.ptr[method] != ' ')
		return bad(p, "the request line does not begin with a method and a space");
	target = method + 1;
	space = memchr(line.ptr + target, ' ', line.len - target);
	if (!space)
		return bad(p, "the request line has no HTTP version");
	got = read_version(p, span_sub(line, (size_t)(space - line.ptr) + 1, line.len));
	if (got == HTTP_REQUEST)
		got = read_target(p, in, span_sub(line, target, (size_t)(space - line.ptr)));
	if (got == HTTP_REQUEST)
		got = read_method(p, span_sub(line, 0, method));
	return got;
}

/* --- fields --- */

static enum http_result read_connection(struct http_parser *p, struct span value)
{
	while (value.len) {
		const char *comma = memchr(value.ptr, ',', value.len);
		size_t end = comma ? (size_t)(comma - value.ptr) : value.len;
		struct span option = trim(span_sub(value, 0, end));

		p->close |= same_word(option, SPAN("close"));
		p->keep_alive |= same_word(option, SPAN("keep-alive"));
		value = span_sub(value, end + 1, value.len);
	}
	return HTTP_REQUEST;
}

static enum http_result read_length(struct http_parser *p, struct span value)
{
	size_t length = 0;

	if (value.len == 0 || value.len > LENGTH_DIGITS_MAX)
		return bad(p, "Content-Length is no length");
	for (size_t i = 0; i < value.len; i++) {
		if (!is_digit(value.ptr[i]))
			return bad(p, "Content-Length is not made of digits alone");
		length = length * 10 + (size_t)(value.ptr[i] - '0');
	}
	p->body_len = length;
	return HTTP_REQUEST;
}

static enum http_result read_transfer(struct http_parser *p, struct span value)
{
	if (!same_word(value, SPAN("chunked")))
		return refuse(p, REFUSAL_NOT_IMPLEMENTED,
			"the only transfer coding that is known is `chunked`");
	p->chunked = true;
	return HTTP_REQUEST;
}

static enum http_result read_expect(struct http_parser *p, struct span value)
{
	if (!same_word(value, SPAN("100-continue")))
		return refuse(p, REFUSAL_EXPECTATION_FAILED, NULL);
	p->wants_continue = true;
	return HTTP_REQUEST;
}

/* host [":" port]: a name, an IPv4 address, or an IPv6 address in brackets. */
static enum http_result read_host(struct http_parser *p, struct span value)
{
	struct span port;
	size_t host;

	if (value.len && value.ptr[0] == '[') {
		size_t inside = run_of(span_sub(value, 1, value.len), LITERAL);

		host = inside && inside + 1 < value.len && value.ptr[inside + 1] == ']' ? inside + 2
											: 0;
	} else {
		host = run_of(value, HOST);
	}
	port = span_sub(value, host, value.len);
	if (host == 0 || port.len > 6 || (port.len && port.ptr[0] != ':'))
		return bad(p, "Host is no host and port");
	for (size_t i = 1; i < port.len; i++) {
		if (!is_digit(port.ptr[i]))
			return bad(p, "Host is no host and port");
	}
	return HTTP_REQUEST;
}

/* An upgrade is never done; the connection ends after the answer, so nothing can follow it. */
static enum http_result read_upgrade(struct http_parser *p, struct span value)
{
	(void)value;
	p->close = true;
	return HTTP_REQUEST;
}

enum known_field {
	KNOWN_AUTHORIZATION,
	KNOWN_CONNECTION,
	KNOWN_CONTENT_ENCODING,
	KNOWN_CONTENT_LENGTH,
	KNOWN_CONTENT_TYPE,
	KNOWN_EXPECT,
	KNOWN_HOST,
	KNOWN_TRANSFER_ENCODING,
	KNOWN_UPGRADE,
	KNOWN_FIELDS,
};

/* The fields that change how a request is read, or that must not be there twice. */
static const struct {
	struct span name;
	bool once;
	enum http_result (*read)(struct http_parser *p, struct span value);
} known_fields[KNOWN_FIELDS] = {
	[KNOWN_AUTHORIZATION] = {{"authorization", 13}, true, NULL},
	[KNOWN_CONNECTION] = {{"connection", 10}, false, read_connection},
	[KNOWN_CONTENT_ENCODING] = {{"content-encoding", 16}, true, NULL},
	[KNOWN_CONTENT_LENGTH] = {{"content-length", 14}, true, read_length},
	[KNOWN_CONTENT_TYPE] = {{"content-type", 12}, true, NULL},
	[KNOWN_EXPECT] = {{"expect", 6}, true, read_expect},
	[KNOWN_HOST] = {{"host", 4}, true, read_host},
	[KNOWN_TRANSFER_ENCODING] = {{"transfer-encoding", 17}, true, read_transfer},
	[KNOWN_UPGRADE] = {{"upgrade", 7}, false, read_upgrade},
};

static bool has_seen(const struct http_parser *p, enum known_field field)
{
	return p->seen >> field & 1;
}

static enum http_result read_known(struct http_parser *p, struct span name, struct span value)
{
	for (int f = 0; f < KNOWN_FIELDS; f++) {
		if (known_fields[f].name.len != name.len || !same_word(known_fields[f].name, name))
			continue;
		if (known_fields[f].once && has_seen(p, (enum known_field)f))
			return bad(p, "a field that must stand once stands twice");
		p->seen |= 1u << f;
		return known_fields[f].read ? known_fields[f].read(p, value) : HTTP_REQUEST;
	}
	return HTTP_REQUEST;
}

/* Splits a field line, of the head or the trailers. */
static enum http_result split_field(
	struct http_parser *p, struct span line, struct span *name, struct span *value)
{
	size_t name_len = run_of(line, TOKEN);

	if (is_blank(line.ptr[0]))
		return bad(p, "a field is folded over several lines");
	if (name_len == 0 || name_len == line.len || line.ptr[name_len] != ':')
		return bad(p, "a field is not a name, a colon and a value");
	*name = span_sub(line, 0, name_len);
	*value = trim(span_sub(line, name_len + 1, line.len));
	if (!is_all(*value, VALUE))
		return bad(p, "a field has a control character");
	if (p->field_lines++ == HTTP_FIELDS_MAX)
		return refuse(p, REFUSAL_HEADERS_TOO_LARGE, NULL);
	return HTTP_REQUEST;
}

static enum http_result read_field(struct http_parser *p, const struct buf *in, struct span line)
{
	const char *base = in->data + p->start;
	struct span name, value;
	enum http_result got = split_field(p, line, &name, &value);

	if (got != HTTP_REQUEST)
		return got;
	p->fields[p->fields_count++] = (struct http_field){
		.name_at = (uint32_t)(name.ptr - base),
		.name_len = (uint32_t)name.len,
		.value_at = (uint32_t)(value.ptr - base),
		.value_len = (uint32_t)value.len,
	};
	return read_known(p, name, value);
}

/* Decides how the body is framed, once all fields are known. */
static enum http_result end_head(struct http_parser *p)
{
	if (p->is_1_1 && !has_seen(p, KNOWN_HOST))
		return bad(p, "Host is missing");
	if (p->chunked && has_seen(p, KNOWN_CONTENT_LENGTH))
		return bad(p, "Content-Length and Transfer-Encoding contradict each other");
	if (p->chunked && !p->is_1_1)
		return bad(p, "HTTP/1.0 has no Transfer-Encoding");
	if (p->body_len > p->limits.body)
		return refuse(p, REFUSAL_TOO_LARGE, NULL);
	p->keep_alive = !p->close && (p->is_1_1 || p->keep_alive);
	p->wants_continue &= p->is_1_1 && (p->chunked || p->body_len);
	p->body_at = p->at;
	p->state = p->chunked ? HTTP_AT_CHUNK_SIZE : HTTP_AT_BODY;
	return HTTP_REQUEST;
}

/* --- states: HTTP_REQUEST means "on to the next state" --- */

static enum http_result at_request_line(struct http_parser *p, struct buf *in)
{
	struct span line;
	enum http_result got;

	/* TLS, HTTP/2 frames, JSON: told by the first byte, as they may never send a LF. */
	if (p->at < in->len && in->data[p->at] != '\r' &&
		!(classes[(unsigned char)in->data[p->at]] & TOKEN))
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
	return read_request_line(p, in, line);
}

/* Takes a field line within what is left of the limit. */
static enum http_result take_field_line(
	struct http_parser *p, const struct buf *in, struct span *line)
{
	size_t before = p->at;
	enum http_result got;

	if (p->headers_left == 0)
		return refuse(p, REFUSAL_HEADERS_TOO_LARGE, NULL);
	got = take_line(p, in, p->headers_left - 1, REFUSAL_HEADERS_TOO_LARGE, line);
	p->headers_left -= p->at - before;
	return got;
}

static enum http_result at_field(struct http_parser *p, struct buf *in)
{
	struct span line;
	enum http_result got = take_field_line(p, in, &line);

	if (got != HTTP_REQUEST)
		return got;
	return line.len ? read_field(p, in, line) : end_head(p);
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
	struct span line;
	size_t size = 0;
	enum http_result got = take_line(p, in, CHUNK_LINE_MAX + 1, REFUSAL_BAD_REQUEST, &line);

	if (got != HTTP_REQUEST)
		return got;
	if (line.len == 0)
		return bad(p, "a chunk has no size");
	for (size_t i = 0; i < line.len; i++) {
		int digit = hex_digit(line.ptr[i]);

		if (digit < 0)
			return bad(p, "a chunk size is not made of hex digits alone");
		size = size << 4 | (size_t)digit;
	}
	if (size > p->limits.body - p->body_len)
		return refuse(p, REFUSAL_TOO_LARGE, NULL);
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
	struct span line;
	enum http_result got = take_line(p, in, 1, REFUSAL_BAD_REQUEST, &line);

	if (got == HTTP_REQUEST)
		p->state = HTTP_AT_CHUNK_SIZE;
	return got;
}

static enum http_result at_trailer(struct http_parser *p, struct buf *in)
{
	struct span line, name, value;
	enum http_result got = take_field_line(p, in, &line);

	if (got != HTTP_REQUEST)
		return got;
	if (line.len)
		return split_field(p, line, &name, &value);
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

struct span http_field(const struct http_request *request, struct span name)
{
	for (size_t i = 0; i < request->fields_count; i++) {
		const struct http_field *f = &request->fields[i];

		if (same_word((struct span){request->base + f->name_at, f->name_len}, name))
			return (struct span){request->base + f->value_at, f->value_len};
	}
	return (struct span){NULL, 0};
}

/* --- what the body is --- */

/* Whether the parameters (`;charset=utf-8`, after the media type) allow the body to be UTF-8. */
static bool is_utf8(struct span parameters)
{
	while ((parameters = trim(parameters)).len) {
		struct span name, value;
		size_t n;

		if (parameters.ptr[0] != ';')
			return false;
		parameters = trim(span_sub(parameters, 1, parameters.len));
		n = run_of(parameters, TOKEN);
		name = span_sub(parameters, 0, n);
		if (n == 0 || n == parameters.len || parameters.ptr[n] != '=')
			return false;
		parameters = span_sub(parameters, n + 1, parameters.len);
		if (parameters.len && parameters.ptr[0] == '"') {
			const char *quote = memchr(parameters.ptr + 1, '"', parameters.len - 1);

			if (!quote)
				return false;
			n = (size_t)(quote - parameters.ptr);
			value = span_sub(parameters, 1, n);
			n++;
		} else {
			n = run_of(parameters, TOKEN);
			value = span_sub(parameters, 0, n);
		}
		parameters = span_sub(parameters, n, parameters.len);
		if (value.len == 0 ||
			(same_word(name, SPAN("charset")) && !same_word(value, SPAN("utf-8"))))
			return false;
	}
	return true;
}

enum http_media http_media(const struct http_request *request)
{
	static const struct {
		struct span name;
		enum http_media media;
	} types[] = {
		{{"application/json", 16}, HTTP_MEDIA_JSON},
		{{"application/x-ndjson", 20}, HTTP_MEDIA_NDJSON},
	};
	struct span type = http_field(request, SPAN("content-type"));
	struct span encoding = http_field(request, SPAN("content-encoding"));
	const char *semicolon = type.len ? memchr(type.ptr, ';', type.len) : NULL;
	size_t end = semicolon ? (size_t)(semicolon - type.ptr) : type.len;

	if (encoding.ptr && !same_word(encoding, SPAN("identity")))
		return HTTP_MEDIA_OTHER;
	if (!is_utf8(span_sub(type, end, type.len)))
		return HTTP_MEDIA_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (same_word(trim(span_sub(type, 0, end)), types[i].name))
			return types[i].media;
	}
	return HTTP_MEDIA_OTHER;
}
