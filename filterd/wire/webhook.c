/* Requests to webhooks and their answers: see webhook.h. */
#include "wire/webhook.h"

#include "wire/http_text.h"
#include "wire/queue_json.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

/* --- writing --- */

static const char *const verdicts[QUEUE_STATES] = {
	[QUEUE_WAITING] = "review",
	[QUEUE_ESCALATED] = "review",
	[QUEUE_APPROVED] = "approve",
	[QUEUE_REJECTED] = "reject",
	[QUEUE_SUPERSEDED] = "review",
};

/* The event as the feed tells it, and what it means for the comment. */
static void write_body(struct buf *out, const struct queue_event *event)
{
	queue_write_event(out, event);
	if (out->failed)
		return;
	out->len -= 2; /* "}\n" */
	buf_printf(out, ",\"verdict\":\"%s\"}", verdicts[event->state]);
}

bool webhook_sign(
	struct span secret, int64_t now_s, struct span body, char out[WEBHOOK_SIGNATURE_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf text = {0};
	bool done;

	buf_printf(&text, "%lld.", (long long)now_s);
	buf_span(&text, body);
	done = !text.failed &&
	       HMAC(EVP_sha256(), secret.ptr, (int)secret.len, (const unsigned char *)text.data,
		       text.len, hash, &len) != NULL;
	buf_free(&text);
	for (unsigned i = 0; done && i < 32; i++)
		snprintf(out + 2 * (size_t)i, 3, "%02x", hash[i]);
	return done;
}

int webhook_write(struct buf *out, const struct webhook_request *request)
{
	char signature[WEBHOOK_SIGNATURE_SIZE];
	struct buf body = {0};

	write_body(&body, request->event);
	if (body.failed ||
		!webhook_sign(request->secret, request->now_s, buf_content(&body), signature)) {
		buf_free(&body);
		return ERR_NOMEM;
	}
	buf_str(out, "POST ");
	buf_span(out, request->target);
	buf_str(out, " HTTP/1.1\r\nHost: ");
	buf_span(out, request->authority);
	buf_printf(out,
		"\r\nUser-Agent: filterd\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\nX-Filterd-Delivery: %lld\r\n"
		"X-Filterd-Signature: t=%lld,v1=%s\r\nConnection: close\r\n\r\n",
		body.len, (long long)request->event->seq, (long long)request->now_s, signature);
	buf_span(out, buf_content(&body));
	buf_free(&body);
	return out->failed ? ERR_NOMEM : OK;
}

/* --- reading --- */

/* Takes the next whole line without its end. */
static bool take_line(struct span bytes, size_t *at, struct span *line)
{
	size_t next = span_next_line(bytes, *at);

	if (next == *at || bytes.ptr[next - 1] != '\n')
		return false;
	*line = span_sub(bytes, *at, next - 1);
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	*at = next;
	return true;
}

/* A number of at most nine digits; -1: it is none. */
static int64_t read_number(struct span text)
{
	int64_t number = 0;

	if (text.len == 0 || text.len > 9)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (!http_text_is_digit(text.ptr[i]))
			return -1;
		number = number * 10 + (text.ptr[i] - '0');
	}
	return number;
}

/* "HTTP/1.1 200 OK" */
static int read_status(struct span line)
{
	int64_t status = -1;

	if ((span_starts(line, SPAN("HTTP/1.1 ")) || span_starts(line, SPAN("HTTP/1.0 "))) &&
		(line.len == 12 || (line.len > 12 && line.ptr[12] == ' ')))
		status = read_number(span_sub(line, 9, 12));
	return status >= 100 ? (int)status : 0;
}

static void read_field(struct span line, struct webhook_answer *out)
{
	size_t colon = http_text_run(line, HTTP_TEXT_TOKEN);
	struct span name = span_sub(line, 0, colon);
	struct span value = http_text_trim(span_sub(line, colon + 1, line.len));

	if (http_text_same(name, SPAN("retry-after")))
		out->retry_after_s = read_number(value);
	else if (http_text_same(name, SPAN("content-length")))
		out->body_len = read_number(value);
}

/* One head; ERR_AGAIN also when it may still become one. */
static int read_head(struct span bytes, size_t *at, struct webhook_answer *out)
{
	static const struct span begin = {"HTTP/1.", 7};
	struct span line, rest = span_sub(bytes, *at, bytes.len);

	*out = (struct webhook_answer){.retry_after_s = -1, .body_len = -1};
	if (!span_eq(span_sub(rest, 0, begin.len), span_sub(begin, 0, rest.len)))
		return ERR_INVALID;
	if (!take_line(bytes, at, &line))
		return ERR_AGAIN;
	out->status = read_status(line);
	if (out->status == 0)
		return ERR_INVALID;
	while (take_line(bytes, at, &line)) {
		if (line.len == 0) {
			out->body_at = *at;
			return OK;
		}
		read_field(line, out);
	}
	return ERR_AGAIN;
}

int webhook_read(struct span bytes, struct webhook_answer *out)
{
	size_t at = 0;
	int rc;

	do
		rc = read_head(bytes, &at, out);
	while (rc == OK && out->status < 200);
	if (rc == OK && (out->status == 204 || out->status == 304))
		out->body_len = 0;
	return rc;
}
