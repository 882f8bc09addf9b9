/* The head of a request, line by line: see http_head.h. */
#include "wire/http_head.h"

#include "text/utf8.h"
#include "wire/http_text.h"

const char *const http_method_names[HTTP_METHODS] = {
	[HTTP_DELETE] = "DELETE",
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_OPTIONS] = "OPTIONS",
	[HTTP_PATCH] = "PATCH",
	[HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",
};

#define LENGTH_DIGITS_MAX 15 /* of Content-Length: more is no length but an attack */

enum http_result http_head_refuse(
	struct http_parser *p, enum refusal_code code, const char *message)
{
	/* 431 speaks of the head, which was fine. */
	if (code == REFUSAL_HEADERS_TOO_LARGE && p->state == HTTP_AT_TRAILER) {
		code = REFUSAL_BAD_REQUEST;
		message = "the trailers are larger, or more, than the head leaves them";
	}
	refusal_set(&p->refusal, code, message, REFUSAL_NOWHERE);
	p->state = HTTP_BROKEN;
	return HTTP_REFUSED;
}

static enum http_result bad(struct http_parser *p, const char *message)
{
	return http_head_refuse(p, REFUSAL_BAD_REQUEST, message);
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
			int high = len - i > 2 ? http_text_hex(path[i + 1]) : -1;
			int low = high >= 0 ? http_text_hex(path[i + 2]) : -1;

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
		if (query.len - i < 3 || http_text_hex(query.ptr[i + 1]) < 0 ||
			http_text_hex(query.ptr[i + 2]) < 0 ||
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
	if (!http_text_all(target, HTTP_TEXT_TARGET))
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
	if (version.len != 8 || !span_starts(version, SPAN("HTTP/")) ||
		!http_text_is_digit(version.ptr[5]) || version.ptr[6] != '.' ||
		!http_text_is_digit(version.ptr[7]))
		return bad(p, "the request line does not end with an HTTP version");
	if (version.ptr[5] != '1' || version.ptr[7] > '1')
		return http_head_refuse(p, REFUSAL_HTTP_VERSION, NULL);
	p->is_1_1 = version.ptr[7] == '1';
	return HTTP_REQUEST;
}

static enum http_result read_method(struct http_parser *p, struct span method)
{
	for (int m = 0; m < HTTP_METHODS; m++) {
		const char *name = http_method_names[m];

		if (method.ptr[0] == name[0] && span_eq(method, span_of(name))) {
			p->method = (enum http_method)m;
			return HTTP_REQUEST;
		}
	}
	return http_head_refuse(p, REFUSAL_NOT_IMPLEMENTED, "the method is not known");
}

enum http_result http_head_request_line(struct http_parser *p, struct buf *in, struct span line)
{
	size_t method = http_text_run(line, HTTP_TEXT_TOKEN), target;
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
		struct span option = http_text_trim(span_sub(value, 0, end));

		p->close |= http_text_same(option, SPAN("close"));
		p->keep_alive |= http_text_same(option, SPAN("keep-alive"));
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
		if (!http_text_is_digit(value.ptr[i]))
			return bad(p, "Content-Length is not made of digits alone");
		length = length * 10 + (size_t)(value.ptr[i] - '0');
	}
	p->body_len = length;
	return HTTP_REQUEST;
}

static enum http_result read_transfer(struct http_parser *p, struct span value)
{
	if (!http_text_same(value, SPAN("chunked")))
		return http_head_refuse(p, REFUSAL_NOT_IMPLEMENTED,
			"the only transfer coding that is known is `chunked`");
	p->chunked = true;
	return HTTP_REQUEST;
}

static enum http_result read_expect(struct http_parser *p, struct span value)
{
	if (!http_text_same(value, SPAN("100-continue")))
		return http_head_refuse(p, REFUSAL_EXPECTATION_FAILED, NULL);
	p->wants_continue = true;
	return HTTP_REQUEST;
}

/* host [":" port]: a name, an IPv4 address, or an IPv6 address in brackets. */
static enum http_result read_host(struct http_parser *p, struct span value)
{
	struct span port;
	size_t host;

	if (value.len == 0)
		return bad(p, "Host is empty");
	if (value.ptr[0] == '[') {
		size_t inside = http_text_run(span_sub(value, 1, value.len), HTTP_TEXT_LITERAL);

		host = inside && inside + 1 < value.len && value.ptr[inside + 1] == ']' ? inside + 2
											: 0;
	} else {
		host = http_text_run(value, HTTP_TEXT_HOST);
	}
	port = (struct span){value.ptr + host, value.len - host};
	if (host == 0 || port.len > 6 || (port.len && port.ptr[0] != ':'))
		return bad(p, "Host is no host and port");
	for (size_t i = 1; i < port.len; i++) {
		if (!http_text_is_digit(port.ptr[i]))
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
		if (known_fields[f].name.len != name.len ||
			!http_text_same(known_fields[f].name, name))
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
	size_t name_len = http_text_run(line, HTTP_TEXT_TOKEN);

	if (http_text_is_blank(line.ptr[0]))
		return bad(p, "a field is folded over several lines");
	if (name_len == 0 || name_len == line.len || line.ptr[name_len] != ':')
		return bad(p, "a field is not a name, a colon and a value");
	*name = span_sub(line, 0, name_len);
	*value = http_text_trim(span_sub(line, name_len + 1, line.len));
	if (!http_text_all(*value, HTTP_TEXT_VALUE))
		return bad(p, "a field has a control character");
	if (p->field_lines++ == HTTP_FIELDS_MAX)
		return http_head_refuse(p, REFUSAL_HEADERS_TOO_LARGE, NULL);
	return HTTP_REQUEST;
}

enum http_result http_head_field(struct http_parser *p, const struct buf *in, struct span line)
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

enum http_result http_head_trailer(struct http_parser *p, struct span line)
{
	struct span name, value;

	return split_field(p, line, &name, &value);
}

enum http_result http_head_end(struct http_parser *p)
{
	if (p->is_1_1 && !has_seen(p, KNOWN_HOST))
		return bad(p, "Host is missing");
	if (p->chunked && has_seen(p, KNOWN_CONTENT_LENGTH))
		return bad(p, "Content-Length and Transfer-Encoding contradict each other");
	if (p->chunked && !p->is_1_1)
		return bad(p, "HTTP/1.0 has no Transfer-Encoding");
	if (p->body_len > p->limits.body)
		return http_head_refuse(p, REFUSAL_TOO_LARGE, NULL);
	p->keep_alive = !p->close && (p->is_1_1 || p->keep_alive);
	p->wants_continue &= p->is_1_1 && (p->chunked || p->body_len);
	p->body_at = p->at;
	p->state = p->chunked ? HTTP_AT_CHUNK_SIZE : HTTP_AT_BODY;
	return HTTP_REQUEST;
}
