/*
 * Fuzzes the HTTP request parser.
 *
 * However the bytes are cut up, the same requests and refusal come out; and a request written again
 * in plain form is read as the same request. The first byte says how many bytes come at a time, and
 * its top bit whether the limits are small.
 */
#include "text/utf8.h"
#include "wire/http.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds)                                                                               \
	do {                                                                                       \
		if (!(holds))                                                                      \
			abort();                                                                   \
	} while (0)

static const struct http_limits small = {.line = 64, .headers = 160, .body = 48};
/* What is written again may be longer: every byte of a path as three, a length where there was
 * none. */
static const struct http_limits large = {.line = 16384, .headers = 16384, .body = 262144};

static bool is_framing(struct span name)
{
	static const struct span framing[] = {{"content-length", 14}, {"transfer-encoding", 17}};

	for (size_t i = 0; i < ARRAY_LEN(framing); i++) {
		size_t same = 0;

		while (same < name.len && same < framing[i].len &&
			(name.ptr[same] | 0x20) == framing[i].ptr[same])
			same++;
		if (same == name.len && same == framing[i].len)
			return true;
	}
	return false;
}

/* Appends the fields but those of framing. */
static void write_fields(struct buf *out, const struct http_request *r)
{
	for (size_t i = 0; i < r->fields_count; i++) {
		struct span name = {r->base + r->fields[i].name_at, r->fields[i].name_len};
		struct span value = {r->base + r->fields[i].value_at, r->fields[i].value_len};

		if (is_framing(name))
			continue;
		buf_span(out, name);
		buf_str(out, ": ");
		buf_span(out, value);
		buf_str(out, "\r\n");
	}
}

/* A form of the request that two requests share only when they are the same. */
static void write_plain(struct buf *out, const struct http_request *r)
{
	buf_printf(out, "%s ", http_method_names[r->method]);
	for (size_t i = 0; i < r->path.len; i++) {
		if (r->path.ptr[i] == '/')
			buf_char(out, '/');
		else
			buf_printf(out, "%%%02X", (unsigned char)r->path.ptr[i]);
	}
	if (r->query.len) {
		buf_char(out, '?');
		buf_span(out, r->query);
	}
	buf_printf(out, " HTTP/1.%d\r\n", r->is_1_1);
	write_fields(out, r);
	if (r->body.len) /* in place of the field that framed it, so there are never more fields */
		buf_printf(out, "Content-Length: %zu\r\n", r->body.len);
	buf_str(out, "\r\n");
	buf_span(out, r->body);
}

static void check_request(const struct http_request *r, const struct http_limits *limits)
{
	CHECK(r->path.len > 0 && r->path.ptr[0] == '/' && utf8_valid(r->path, NULL));
	for (size_t i = 0; i < r->path.len; i++) {
		CHECK((unsigned char)r->path.ptr[i] >= 0x20 && r->path.ptr[i] != '\\');
		CHECK(r->path.ptr[i] != '/' || i + 1 == r->path.len || r->path.ptr[i + 1] != '/');
	}
	CHECK(r->body.len <= limits->body && r->fields_count <= HTTP_FIELDS_MAX);
	CHECK(!r->is_1_1 || http_field(r, SPAN("host")).len > 0);
	CHECK(http_media(r) <= HTTP_MEDIA_OTHER);
}

/* The request written plainly is the same request. */
static void check_again(const struct http_request *r)
{
	struct buf plain = {0}, in = {0}, again = {0};
	struct http_request second;
	struct http_parser p;
	struct refusal refusal;

	write_plain(&plain, r);
	buf_span(&in, buf_content(&plain));
	http_init(&p, &large);
	CHECK(http_next(&p, &in, &second, &refusal) == HTTP_REQUEST);
	write_plain(&again, &second);
	CHECK(span_eq(buf_content(&plain), buf_content(&again)));
	CHECK(second.keep_alive == r->keep_alive);
	CHECK(http_next(&p, &in, &second, &refusal) == HTTP_MORE && in.len == 0);
	buf_free(&plain);
	buf_free(&in);
	buf_free(&again);
}

/* The input moves on every feed, so that a sanitizer sees what still points to where it was. */
static void append_moving(struct buf *in, struct span bytes)
{
	char *moved = malloc(in->len + bytes.len + 1);

	CHECK(moved);
	if (in->len)
		memcpy(moved, in->data, in->len);
	if (bytes.len)
		memcpy(moved + in->len, bytes.ptr, bytes.len);
	free(in->data);
	in->data = moved;
	in->len += bytes.len;
	in->cap = in->len + 1;
}

static void transcribe(
	struct span input, const struct http_limits *limits, size_t step, struct buf *out)
{
	enum http_result got = HTTP_MORE;
	struct http_request request;
	struct buf in = {0};
	struct http_parser p;
	struct refusal refusal;

	http_init(&p, limits);
	for (size_t at = 0; at < input.len && got != HTTP_REFUSED;) {
		size_t to = input.len - at > step ? at + step : input.len;

		append_moving(&in, span_sub(input, at, to));
		at = to;
		while ((got = http_next(&p, &in, &request, &refusal)) == HTTP_REQUEST) {
			check_request(&request, limits);
			check_again(&request);
			write_plain(out, &request);
			buf_printf(out, "%d\n", request.keep_alive);
		}
		CHECK(in.len <= http_buffer_min(limits));
	}
	if (got == HTTP_REFUSED)
		buf_printf(out, "%d %s", (int)refusal.code, refusal_message(&refusal));
	else
		buf_printf(out, "%d", http_is_inside(&p, &in));
	free(in.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = {(const char *)data, size};
	struct buf whole = {0}, pieces = {0};
	const struct http_limits *limits;

	if (size < 1)
		return 0;
	limits = data[0] & 0x80 ? &small : &http_limits_default;
	input = span_sub(input, 1, size);
	transcribe(input, limits, SIZE_MAX, &whole);
	transcribe(input, limits, (size_t)(data[0] & 0x7F) + 1, &pieces);
	CHECK(span_eq(buf_content(&whole), buf_content(&pieces)));
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
