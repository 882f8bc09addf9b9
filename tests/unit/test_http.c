/* HTTP requests and answers: framing, limits, independence of how the bytes are cut up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_cases.h"
#include "wire/http.h"
#include "wire/http_answer.h"

#include <stdio.h>
#include <stdlib.h>

/* The input of one connection, fed piece by piece, and the transcript of what came out. */
struct connection {
	struct http_parser parser;
	struct buf in;
	struct buf out;
	bool refused;
};

static void begin(struct connection *c, const struct http_limits *limits)
{
	memset(&c->in, 0, sizeof(c->in));
	memset(&c->out, 0, sizeof(c->out));
	c->refused = false;
	http_init(&c->parser, limits);
}

/* The input moves on every feed, so that a sanitizer sees what still points to where it was. */
static void append_moving(struct buf *in, struct span bytes)
{
	char *moved = malloc(in->len + bytes.len + 1);

	assert_non_null(moved);
	if (in->len)
		memcpy(moved, in->data, in->len);
	if (bytes.len)
		memcpy(moved + in->len, bytes.ptr, bytes.len);
	free(in->data);
	in->data = moved;
	in->len += bytes.len;
	in->cap = in->len + 1;
}

static void write_request(struct buf *out, const struct http_request *r)
{
	buf_printf(out, "%s ", http_method_names[r->method]);
	buf_span(out, r->path);
	if (r->query.len)
		buf_char(out, '?');
	buf_span(out, r->query);
	buf_char(out, '<');
	buf_span(out, r->body);
	buf_str(out, r->keep_alive ? ">+" : ">-");
}

static void feed(struct connection *c, struct span bytes)
{
	struct http_request request;
	struct refusal refusal;
	enum http_result got;

	append_moving(&c->in, bytes);
	while ((got = http_next(&c->parser, &c->in, &request, &refusal)) == HTTP_REQUEST)
		write_request(&c->out, &request);
	if (got == HTTP_REFUSED && !c->refused) {
		buf_printf(&c->out, "%d", refusal_kinds[refusal.code].status);
		c->refused = true;
	}
}

/* Ends the transcript, which the caller compares, and frees the rest. */
static const char *finish(struct connection *c)
{
	if (!c->refused &&
		(http_is_inside(&c->parser, &c->in) || c->in.len || c->parser.skipped_line))
		buf_char(&c->out, '~');
	buf_char(&c->out, '\0');
	free(c->in.data);
	assert_false(c->out.failed);
	return c->out.data;
}

static void expect(struct span input, const char *expected, size_t first, size_t step)
{
	struct connection c;
	size_t at = first < input.len ? first : input.len;

	begin(&c, &http_limits_default);
	feed(&c, span_sub(input, 0, at));
	while (at < input.len) {
		size_t to = input.len - at > step ? at + step : input.len;

		feed(&c, span_sub(input, at, to));
		at = to;
	}
	if (strcmp(finish(&c), expected) != 0)
		fail_msg("%.*s\nfed %zu and then by %zu: `%s`, not `%s`", SPAN_ARGS(input), first,
			step, c.out.data, expected);
	buf_free(&c.out);
}

static void every_case_of_the_table_however_it_is_cut_up(void **state)
{
	(void)state;
	assert_true(ARRAY_LEN(http_cases) >= 120);
	for (size_t i = 0; i < ARRAY_LEN(http_cases); i++) {
		const struct http_case *c = &http_cases[i];

		expect(c->input, c->expected, c->input.len, 1); /* at once */
		expect(c->input, c->expected, 0, 1); /* byte by byte */
		expect(c->input, c->expected, 0, 3);
		for (size_t cut = 1; cut < c->input.len; cut++)
			expect(c->input, c->expected, cut, c->input.len);
	}
}

/* --- limits --- */

static const struct http_limits small = {.line = 40, .headers = 60, .body = 20};

static void expect_small(const char *input, const char *expected)
{
	for (size_t step = 1; step < 300; step = step < 4 ? step + 1 : step * 10) {
		struct span all = span_of(input);
		struct connection c;

		begin(&c, &small);
		for (size_t at = 0; at < all.len; at += step)
			feed(&c, span_sub(all, at, at + step));
		if (strcmp(finish(&c), expected) != 0)
			fail_msg("%s by %zu: `%s`, not `%s`", input, step, c.out.data, expected);
		buf_free(&c.out);
	}
}

#define LINE_28(x) "GET /34567890123456" x " HTTP/1.1\r\n" /* 28 bytes and x, and CR LF */

static void limits_hold_to_the_byte(void **state)
{
	(void)state;
	/* request line: 40 bytes */
	expect_small(LINE_28("78901234567") "Host: a\r\n\r\n", "GET /3456789012345678901234567<>+");
	expect_small(
		LINE_28("789012345678") "Host: a\r\n\r\n", "GET /34567890123456789012345678<>+");
	expect_small(LINE_28("7890123456789") "Host: a\r\n\r\n", "414");
	expect_small("GET /3456789012345678901234567890123456789012345", "414");
	expect_small("POOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOST", "414");
	/* fields with their ends: 60 bytes; "Host: a" and the empty line are 11 */
	expect_small("GET / HTTP/1.1\r\nHost: a\r\nX: "
		     "4567890123456789012345678901234567890123456\r\n\r\n",
		"GET /<>+");
	expect_small("GET / HTTP/1.1\r\nHost: a\r\nX: "
		     "45678901234567890123456789012345678901234567\r\n\r\n",
		"GET /<>+");
	expect_small("GET / HTTP/1.1\r\nHost: a\r\nX: "
		     "456789012345678901234567890123456789012345678\r\n\r\n",
		"431");
	expect_small(
		"GET / HTTP/1.1\r\nHost: a\r\nXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
		"431");
	/* body: 20 bytes, either way */
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n12345678901234567890",
		"PUT /<12345678901234567890>+");
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n", "413");
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "9\r\n123456789\r\nB\r\n01234567890\r\n0\r\n\r\n",
		"PUT /<12345678901234567890>+");
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "9\r\n123456789\r\nC\r\n",
		"413");
	/* trailers count with the fields: 39 bytes of them are used */
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "0\r\nX: 456789012345678\r\n\r\n",
		"400");
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "0\r\nX: 4567890123456789012345",
		"400");
	expect_small("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "0\r\nX: 45678901234\r\n\r\n",
		"PUT /<>+");
}

static void there_are_at_most_64_fields(void **state)
{
	(void)state;
	for (int count = HTTP_FIELDS_MAX - 1; count <= HTTP_FIELDS_MAX; count++) {
		struct buf input = {0};
		struct connection c;

		buf_str(&input, "GET / HTTP/1.1\r\nHost: a\r\n");
		for (int i = 0; i < count; i++)
			buf_printf(&input, "X-%d: %d\r\n", i, i);
		buf_str(&input, "\r\n");
		begin(&c, &http_limits_default);
		feed(&c, buf_content(&input));
		assert_string_equal(finish(&c), count == HTTP_FIELDS_MAX ? "431" : "GET /<>+");
		buf_free(&c.out);
		buf_free(&input);
	}
}

/* The head's fields count, too: a trailer more than 64 is one too many. */
static void there_are_at_most_64_fields_with_the_trailers(void **state)
{
	(void)state;
	for (int count = HTTP_FIELDS_MAX - 2; count <= HTTP_FIELDS_MAX - 1; count++) {
		struct buf input = {0};
		struct connection c;

		buf_str(&input, "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
				"0\r\n");
		for (int i = 0; i < count; i++)
			buf_printf(&input, "X-%d: %d\r\n", i, i);
		buf_str(&input, "\r\n");
		begin(&c, &http_limits_default);
		feed(&c, buf_content(&input));
		assert_string_equal(finish(&c), count == HTTP_FIELDS_MAX - 1 ? "400" : "PUT /<>+");
		buf_free(&c.out);
		buf_free(&input);
	}
}

static void the_default_limits_are_those_of_the_manual(void **state)
{
	static char spaces[300000];

	(void)state;
	memset(spaces, 'a', sizeof(spaces));
	for (int over = -1; over <= 1; over++) {
		const char *expected = over > 0 ? "414" : "~";
		struct buf input = {0};
		struct connection c;

		/* request line of 4 KiB */
		buf_str(&input, "GET /");
		buf_append(&input, spaces, (size_t)(4096 - 5 - 9 + over));
		buf_str(&input, " HTTP/1.1\r\n");
		begin(&c, &http_limits_default);
		feed(&c, buf_content(&input));
		assert_string_equal(finish(&c), expected);
		buf_free(&c.out);
		/* fields of 8 KiB: "A: " and the two line ends are 7 */
		buf_clear(&input);
		buf_str(&input, "GET / HTTP/1.0\r\nA: ");
		buf_append(&input, spaces, (size_t)(8192 - 7 + over));
		buf_str(&input, "\r\n\r\n");
		begin(&c, &http_limits_default);
		feed(&c, buf_content(&input));
		assert_string_equal(finish(&c), over > 0 ? "431" : "GET /<>-");
		buf_free(&c.out);
		/* body of 256 KiB */
		buf_clear(&input);
		buf_printf(&input, "PUT / HTTP/1.0\r\nContent-Length: %d\r\n\r\n", 262144 + over);
		buf_append(&input, spaces, (size_t)(262144 + over));
		begin(&c, &http_limits_default);
		feed(&c, buf_content(&input));
		finish(&c);
		assert_int_equal(strlen(c.out.data), over > 0 ? 3 : 5 + 1 + 262144 + over + 2);
		buf_free(&c.out);
		buf_free(&input);
	}
}

/* A body in chunks of one byte is six times its size; the buffer needs room for the body alone. */
static void a_chunked_body_is_joined_in_its_own_space(void **state)
{
	struct http_parser p;
	struct buf in = {.limit = http_buffer_min(&http_limits_default)};
	struct http_request request;
	struct refusal refusal;
	size_t most = 0;

	(void)state;
	http_init(&p, &http_limits_default);
	buf_str(&in, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 262144; i++) {
		buf_str(&in, "1\r\nx\r\n");
		if (i % 1000 == 0)
			assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_MORE);
		if (in.len > most)
			most = in.len;
	}
	assert_false(in.failed);
	assert_true(most < 262144 + 8192);
	buf_str(&in, "0\r\n\r\n");
	assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_REQUEST);
	assert_int_equal(request.body.len, 262144);
	for (size_t i = 0; i < request.body.len; i++)
		assert_int_equal(request.body.ptr[i], 'x');
	buf_free(&in);
}

static void many_pipelined_requests_come_one_by_one(void **state)
{
	struct connection c;
	struct buf input = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_printf(&input, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i);
	begin(&c, &http_limits_default);
	feed(&c, buf_content(&input));
	finish(&c);
	for (int i = 0, at = 0; i < 10000; i++) {
		char expected[32];

		at += snprintf(expected, sizeof(expected), "GET /%d<>+", i);
		assert_memory_equal(
			c.out.data + at - (int)strlen(expected), expected, strlen(expected));
	}
	buf_free(&c.out);
	buf_free(&input);
}

/* --- what the server asks --- */

static bool takes_continue(const char *head)
{
	struct http_request request;
	struct refusal refusal;
	struct http_parser p;
	struct buf in = {0};
	bool wants;

	http_init(&p, &http_limits_default);
	buf_str(&in, head);
	http_next(&p, &in, &request, &refusal);
	wants = http_take_continue(&p, &in);
	assert_false(http_take_continue(&p, &in)); /* once */
	buf_free(&in);
	return wants;
}

static void continue_is_asked_for_only_when_a_good_body_is_awaited(void **state)
{
	(void)state;
	assert_true(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
				   "Content-Length: 2\r\n\r\n"));
	assert_true(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n"));
	assert_false(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
				    "Content-Length: 2\r\n\r\n{"));
	assert_false(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
				    "Content-Length: 0\r\n\r\n"));
	assert_false(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
				    "Content-Length: 300000\r\n\r\n"));
	assert_false(takes_continue("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n"
				    "Content-Length: 2\r\n\r\n"));
	assert_false(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
				    "Content-Length: 2\r\n"));
	assert_false(takes_continue("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"));
}

static void a_silent_client_is_idle_or_too_slow(void **state)
{
	struct http_request request;
	struct refusal refusal;
	struct http_parser p;
	struct buf in = {0};

	(void)state;
	http_init(&p, &http_limits_default);
	assert_false(http_is_inside(&p, &in));
	buf_str(&in, "G");
	assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_MORE);
	assert_true(http_is_inside(&p, &in));
	buf_str(&in, "ET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
	assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_MORE);
	assert_true(http_is_inside(&p, &in));
	buf_str(&in, "x");
	assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_REQUEST);
	assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_MORE);
	assert_false(http_is_inside(&p, &in));
	assert_int_equal(in.len, 0); /* nothing of the request is kept */
	buf_free(&in);
}

static void fields_are_found_in_any_case(void **state)
{
	struct http_request request;
	struct refusal refusal;
	struct http_parser p;
	struct buf in = {0};

	(void)state;
	http_init(&p, &http_limits_default);
	buf_str(&in, "GET / HTTP/1.1\r\nhOsT: a\r\nX-Deadline-Ms:  250 \r\nX-Empty:\r\n"
		     "Cookie: a=b\r\nCookie: c=d\r\n\r\n");
	assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_REQUEST);
	assert_true(span_eq(http_field(&request, SPAN("host")), SPAN("a")));
	assert_true(span_eq(http_field(&request, SPAN("x-deadline-ms")), SPAN("250")));
	assert_true(span_eq(http_field(&request, SPAN("cookie")), SPAN("a=b")));
	assert_non_null(http_field(&request, SPAN("x-empty")).ptr);
	assert_int_equal(http_field(&request, SPAN("x-empty")).len, 0);
	assert_null(http_field(&request, SPAN("x")).ptr);
	buf_free(&in);
}

static void the_kind_of_body_is_what_its_fields_say(void **state)
{
	static const struct {
		const char *fields;
		enum http_media media;
	} cases[] = {
		{"Content-Type: application/json\r\n", HTTP_MEDIA_JSON},
		{"Content-Type: Application/JSON; charset=UTF-8\r\n", HTTP_MEDIA_JSON},
		{"Content-Type: application/json;charset=\"utf-8\"\r\n", HTTP_MEDIA_JSON},
		{"Content-Type: application/json ; odata=verbose ; charset=utf-8\r\n",
			HTTP_MEDIA_JSON},
		{"Content-Type: application/x-ndjson\r\n", HTTP_MEDIA_NDJSON},
		{"Content-Type: application/json\r\nContent-Encoding: identity\r\n",
			HTTP_MEDIA_JSON},
		{"", HTTP_MEDIA_OTHER},
		{"Content-Type:\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: text/plain\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/x-www-form-urlencoded\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/jsonx\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json, text/plain\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset=utf-7\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset=utf-16\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset=iso-8859-1\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset=utf-8; charset=utf-7\r\n",
			HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset=\"utf-8\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json; charset=\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json;\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json\r\nContent-Encoding: gzip\r\n", HTTP_MEDIA_OTHER},
		{"Content-Type: application/json\r\nContent-Encoding: identity, gzip\r\n",
			HTTP_MEDIA_OTHER},
		{"Content-Type: application/json\r\nContent-Encoding:\r\n", HTTP_MEDIA_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_request request;
		struct refusal refusal;
		struct http_parser p;
		struct buf in = {0};

		http_init(&p, &http_limits_default);
		buf_printf(&in, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n", cases[i].fields);
		assert_int_equal(http_next(&p, &in, &request, &refusal), HTTP_REQUEST);
		if (http_media(&request) != cases[i].media)
			fail_msg("%s", cases[i].fields);
		buf_free(&in);
	}
}

/* --- answers --- */

static void expect_answer(const struct http_answer *answer, const char *text)
{
	struct buf out = {0};

	assert_int_equal(http_answer(&out, answer), OK);
	buf_char(&out, '\0');
	assert_string_equal(out.data, text);
	buf_free(&out);
}

/* What a client gets of a body that is sent in pieces. */
static void expect_pieces(enum http_framing framing, const char *text)
{
	struct http_answer answer = {
		.status = 200, .framing = framing, .close = framing == HTTP_FRAMING_CLOSE};
	struct buf out = {0};

	assert_int_equal(http_answer(&out, &answer), OK);
	if (framing == HTTP_FRAMING_CHUNKED) {
		http_answer_chunk(&out, SPAN("0123456789abcdefg\n"));
		http_answer_chunk(&out, SPAN("{}\n"));
		http_answer_chunk(&out, (struct span){NULL, 0});
	}
	buf_char(&out, '\0');
	assert_string_equal(out.data, text);
	buf_free(&out);
}

#define ALWAYS "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"

static void an_answer_says_how_long_it_is(void **state)
{
	(void)state;
	expect_answer(&(struct http_answer){.status = 200,
			      .type = "application/json",
			      .body = SPAN("{}\n"),
			      .date = "Mon, 23 Nov 2026 10:00:00 GMT"},
		"HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\n"
		"Content-Type: application/json\r\nContent-Length: 3\r\n" ALWAYS "{}\n");
	expect_answer(&(struct http_answer){.status = 200,
			      .type = "text/plain",
			      .body = SPAN("abc"),
			      .head = true,
			      .close = true},
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
		"Connection: close\r\n" ALWAYS);
	expect_answer(&(struct http_answer){.status = 204}, "HTTP/1.1 204 No Content\r\n" ALWAYS);
}

static void a_body_may_come_in_pieces(void **state)
{
	(void)state;
	expect_pieces(HTTP_FRAMING_CHUNKED,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" ALWAYS
		"12\r\n0123456789abcdefg\n\r\n3\r\n{}\n\r\n0\r\n\r\n");
	expect_pieces(HTTP_FRAMING_CLOSE, "HTTP/1.1 200 OK\r\nConnection: close\r\n" ALWAYS);
}

static void a_refusal_is_a_problem_document(void **state)
{
	static const struct http_answer like = {.close = true, .allow = "POST"};
	struct buf out = {0}, scratch = {0};
	struct refusal refusal;

	(void)state;
	refusal_set(&refusal, REFUSAL_METHOD_NOT_ALLOWED, NULL, REFUSAL_NOWHERE);
	assert_int_equal(http_answer_refusal(&out, &scratch, &refusal, &like), OK);
	buf_char(&out, '\0');
	assert_string_equal(out.data,
		"HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/problem+json\r\n"
		"Content-Length: 123\r\nAllow: POST\r\nConnection: close\r\n" ALWAYS
		"{\"title\":\"Method Not Allowed\",\"status\":405,\"code\":\"method_not_allowed\","
		"\"detail\":\"The resource does not have this method.\"}\n");
	buf_clear(&out);
	refusal_set(&refusal, REFUSAL_OVERLOADED, NULL, REFUSAL_NOWHERE);
	assert_int_equal(
		http_answer_refusal(&out, &scratch, &refusal, &(struct http_answer){0}), OK);
	buf_char(&out, '\0');
	assert_non_null(strstr(out.data, "503 Service Unavailable\r\n"));
	assert_non_null(strstr(out.data, "Retry-After: 1\r\n"));
	assert_non_null(strstr(out.data, "\"retry_after_ms\":1000"));
	buf_clear(&out);
	refusal_set(&refusal, REFUSAL_UNAUTHORIZED, NULL, REFUSAL_NOWHERE);
	assert_int_equal(
		http_answer_refusal(&out, &scratch, &refusal, &(struct http_answer){0}), OK);
	buf_char(&out, '\0');
	assert_non_null(strstr(out.data, "WWW-Authenticate: Bearer\r\n"));
	buf_free(&out);
	buf_free(&scratch);
}

/* Every code of the table has a status that the answers know a phrase for. */
static void every_refusal_has_a_phrase(void **state)
{
	struct buf out = {0}, scratch = {0};

	(void)state;
	for (int code = REFUSAL_NONE + 1; code < REFUSAL_COUNT; code++) {
		struct refusal refusal;

		refusal_set(&refusal, (enum refusal_code)code, NULL, REFUSAL_NOWHERE);
		assert_int_equal(
			http_answer_refusal(&out, &scratch, &refusal, &(struct http_answer){0}),
			OK);
		buf_char(&out, '\0');
		assert_null(strstr(out.data, "Unknown"));
		buf_clear(&out);
	}
	buf_free(&out);
	buf_free(&scratch);
}

static void an_answer_without_room_leaves_the_buffer_as_it_was(void **state)
{
	struct buf out = {.limit = 60};

	(void)state;
	buf_str(&out, "before");
	assert_int_equal(http_answer(&out, &(struct http_answer){.status = 200}), ERR_NOMEM);
	assert_true(span_eq(buf_content(&out), SPAN("before")));
	assert_false(out.failed);
	buf_free(&out);
}

static void dates_are_those_of_http(void **state)
{
	char text[HTTP_DATE_SIZE];

	(void)state;
	http_date(784111777000, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT"); /* RFC 9110's own example */
	http_date(0, text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_int_equal(http_continue.len, strlen(http_continue.ptr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_table_however_it_is_cut_up),
		cmocka_unit_test(limits_hold_to_the_byte),
		cmocka_unit_test(there_are_at_most_64_fields),
		cmocka_unit_test(there_are_at_most_64_fields_with_the_trailers),
		cmocka_unit_test(the_default_limits_are_those_of_the_manual),
		cmocka_unit_test(a_chunked_body_is_joined_in_its_own_space),
		cmocka_unit_test(many_pipelined_requests_come_one_by_one),
		cmocka_unit_test(continue_is_asked_for_only_when_a_good_body_is_awaited),
		cmocka_unit_test(a_silent_client_is_idle_or_too_slow),
		cmocka_unit_test(fields_are_found_in_any_case),
		cmocka_unit_test(the_kind_of_body_is_what_its_fields_say),
		cmocka_unit_test(an_answer_says_how_long_it_is),
		cmocka_unit_test(a_body_may_come_in_pieces),
		cmocka_unit_test(a_refusal_is_a_problem_document),
		cmocka_unit_test(every_refusal_has_a_phrase),
		cmocka_unit_test(an_answer_without_room_leaves_the_buffer_as_it_was),
		cmocka_unit_test(dates_are_those_of_http),
	};

	return cmocka_run_group_tests_name("wire/http", tests, NULL, NULL);
}
