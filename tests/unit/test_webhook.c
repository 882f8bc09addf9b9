/* Requests to webhooks as they are written and signed, and answers as they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/webhook.h"

#include <stdlib.h>

static const struct queue_event event = {
	.seq = 17,
	.at_ms = 1764064800000,
	.queue_id = "abcdefghijklmnopqrstuvwxyz",
	.site = {"english", 7},
	.comment_id = {"c\"1", 3},
	.revision = 2,
	.act = QUEUE_REJECT,
	.state = QUEUE_REJECTED,
	.actor = {"ana", 3},
	.reason = {"promotion", 9},
};

static void the_signature_is_hmac_sha256_of_time_and_body(void **state)
{
	char out[WEBHOOK_SIGNATURE_SIZE];

	(void)state;
	/* printf '1764064800.{}' | openssl dgst -sha256 -hmac 0123456789abcdef */
	assert_true(webhook_sign(SPAN("0123456789abcdef"), 1764064800, SPAN("{}"), out));
	assert_string_equal(
		out, "743dad0dd725a77395cc6222fdb14fd378b0498fcc3903c08a6f17edfd750efc");
}

static void the_request_is_http_and_its_body_json(void **state)
{
	const struct webhook_request request = {
		.authority = SPAN("cms.example:8443"),
		.target = SPAN("/filterd?key=1"),
		.secret = SPAN("0123456789abcdef"),
		.event = &event,
		.now_s = 1764064900,
	};
	static const char body[] =
		"{\"seq\":17,\"queue_id\":\"abcdefghijklmnopqrstuvwxyz\",\"site\":\"english\","
		"\"id\":\"c\\\"1\",\"revision\":2,\"act\":\"reject\",\"state\":\"rejected\","
		"\"at\":\"2025-11-25T10:00:00.000Z\",\"actor\":\"ana\",\"reason\":\"promotion\","
		"\"note\":\"\",\"verdict\":\"reject\"}";
	char signature[WEBHOOK_SIGNATURE_SIZE];
	struct buf out = {0}, wanted = {0};

	(void)state;
	assert_true(webhook_sign(request.secret, request.now_s, span_of(body), signature));
	buf_printf(&wanted,
		"POST /filterd?key=1 HTTP/1.1\r\nHost: cms.example:8443\r\n"
		"User-Agent: filterd\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		"X-Filterd-Delivery: 17\r\nX-Filterd-Signature: t=1764064900,v1=%s\r\n"
		"Connection: close\r\n\r\n%s",
		sizeof(body) - 1, signature, body);
	assert_int_equal(webhook_write(&out, &request), OK);
	assert_true(span_eq(buf_content(&out), buf_content(&wanted)));
	buf_free(&out);
	buf_free(&wanted);
}

/* --- answers --- */

struct reading {
	const char *bytes;
	int rc, status;
	int64_t retry_after_s, body_len;
	size_t left; /* bytes of the body that are there */
};

static const struct reading readings[] = {
	{"HTTP/1.1 200 OK\r\n\r\n", OK, 200, -1, -1, 0},
	{"HTTP/1.0 404\r\nA: b\r\n\r\nno", OK, 404, -1, -1, 2},
	{"HTTP/1.1 200 \n\nhe", OK, 200, -1, -1, 2},
	{"HTTP/1.1 204 No\r\nContent-Length: 7\r\n\r\n", OK, 204, -1, 0, 0},
	{"HTTP/1.1 503 Busy\r\nRETRY-AFTER:  120 \r\ncontent-length:5\r\n\r\n", OK, 503, 120, 5, 0},
	{"HTTP/1.1 503 Busy\r\nRetry-After: Wed, 25 Nov 2026 10:00:00 GMT\r\n\r\n", OK, 503, -1, -1,
		0},
	{"HTTP/1.1 503 Busy\r\nRetry-After: -5\r\n\r\n", OK, 503, -1, -1, 0},
	{"HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\n\r\n", OK, 503, -1, -1, 0},
	{"HTTP/1.1 429 Slow\r\nRetry-After\r\n: 1\r\nRetry-Afterwards: 3\r\n\r\n", OK, 429, -1, -1,
		0},
	{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nRetry-After: 4\r\n\r\n"
	 "HTTP/1.1 200 OK\r\n\r\n",
		OK, 200, -1, -1, 0},
	{"HTTP/1.1 100 Continue\r\n\r\nnonsense", ERR_INVALID, 0, 0, 0, 0},
	{"HTTP/1.1 100 Continue\r\n\r\n", ERR_AGAIN, 0, 0, 0, 0},
	{"", ERR_AGAIN, 0, 0, 0, 0},
	{"HTTP/1.", ERR_AGAIN, 0, 0, 0, 0},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", ERR_AGAIN, 0, 0, 0, 0},
	{"HTTP/2", ERR_INVALID, 0, 0, 0, 0},
	{"HTTP/1.2 200 OK\r\n\r\n", ERR_INVALID, 0, 0, 0, 0},
	{"HTTP/1.1 20 OK\r\n\r\n", ERR_INVALID, 0, 0, 0, 0},
	{"HTTP/1.1 2000\r\n\r\n", ERR_INVALID, 0, 0, 0, 0},
	{"HTTP/1.1 099 OK\r\n\r\n", ERR_INVALID, 0, 0, 0, 0},
	{"HTTP/1.1 +12 OK\r\n\r\n", ERR_INVALID, 0, 0, 0, 0},
	{"<html>", ERR_INVALID, 0, 0, 0, 0},
};

/* From memory of exactly that size, so that a sanitizer sees a byte too much. */
static int read_exactly(struct span bytes, struct webhook_answer *out)
{
	char *copy = malloc(bytes.len ? bytes.len : 1);
	int rc;

	assert_non_null(copy);
	if (bytes.len)
		memcpy(copy, bytes.ptr, bytes.len);
	rc = webhook_read((struct span){copy, bytes.len}, out);
	free(copy);
	return rc;
}

static void answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(readings); i++) {
		const struct reading *r = &readings[i];
		struct span bytes = span_of(r->bytes);
		struct webhook_answer got;
		int rc = read_exactly(bytes, &got);

		if (rc != r->rc)
			fail_msg("%s: %d", r->bytes, rc);
		if (rc != OK)
			continue;
		assert_int_equal(got.status, r->status);
		assert_int_equal(got.retry_after_s, r->retry_after_s);
		assert_int_equal(got.body_len, r->body_len);
		assert_int_equal(bytes.len - got.body_at, r->left);
	}
}

/* However little of it has come: never something else than in the end, only not yet. */
static void what_has_not_come_is_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(readings); i++) {
		struct span bytes = span_of(readings[i].bytes);

		for (size_t len = 0; readings[i].rc == OK && len < bytes.len - readings[i].left;
			len++) {
			struct webhook_answer got;

			assert_int_equal(read_exactly(span_sub(bytes, 0, len), &got), ERR_AGAIN);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_signature_is_hmac_sha256_of_time_and_body),
		cmocka_unit_test(the_request_is_http_and_its_body_json),
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(what_has_not_come_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
