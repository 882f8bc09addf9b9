/* Answers of HTTP/1.1: see http_answer.h. */
#include "wire/http_answer.h"

#include "wire/json.h"

#include <stdio.h>
#include <time.h>

#define WRITE(out, literal) buf_append((out), (literal), sizeof(literal) - 1)

const struct span http_continue = {"HTTP/1.1 100 Continue\r\n\r\n", 25};

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{200, "OK"},
	{204, "No Content"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{501, "Not Implemented"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
};

/*
 * A page of ours runs its own scripts and styles and talks to this server, nothing else: no inline
 * code, no other host, no frame around it, no form that is sent anywhere.
 */
static const char page_fields[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
	"require-trusted-types-for 'script'\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"X-Frame-Options: DENY\r\n";

static const char *phrase_of(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return "Unknown";
}

static void write_field(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_str(out, name);
	buf_str(out, value);
	WRITE(out, "\r\n");
}

int http_answer(struct buf *out, const struct http_answer *answer)
{
	size_t before = out->len;

	WRITE(out, "HTTP/1.1 ");
	buf_u64(out, (uint64_t)answer->status);
	buf_char(out, ' ');
	buf_str(out, phrase_of(answer->status));
	WRITE(out, "\r\n");
	write_field(out, "Date: ", answer->date);
	write_field(out, "Content-Type: ", answer->type);
	if (answer->framing == HTTP_FRAMING_CHUNKED) {
		WRITE(out, "Transfer-Encoding: chunked\r\n");
	} else if (answer->framing == HTTP_FRAMING_LENGTH && answer->status != 204) {
		WRITE(out, "Content-Length: ");
		buf_u64(out, answer->body.len);
		WRITE(out, "\r\n");
	}
	write_field(out, "Allow: ", answer->allow);
	write_field(out, "Set-Cookie: ", answer->cookie);
	if (answer->status == 401)
		WRITE(out, "WWW-Authenticate: Bearer\r\n");
	if (answer->retry_after_s) {
		WRITE(out, "Retry-After: ");
		buf_u64(out, (uint64_t)answer->retry_after_s);
		WRITE(out, "\r\n");
	}
	if (answer->close)
		WRITE(out, "Connection: close\r\n");
	if (answer->page)
		buf_str(out, page_fields);
	WRITE(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n");
	if (!answer->head)
		buf_span(out, answer->body);
	if (!out->failed)
		return OK;
	out->len = before;
	out->failed = false;
	return ERR_NOMEM;
}

void http_answer_chunk(struct buf *out, struct span piece)
{
	buf_printf(out, "%zx\r\n", piece.len);
	buf_span(out, piece);
	WRITE(out, "\r\n");
}

int http_answer_refusal(struct buf *out, struct buf *scratch, const struct refusal *refusal,
	const struct http_answer *like)
{
	const struct refusal_kind *kind = &refusal_kinds[refusal->code];
	struct http_answer answer = *like;

	buf_clear(scratch);
	WRITE(scratch, "{\"title\":");
	json_write(scratch, span_of(phrase_of(kind->status)));
	WRITE(scratch, ",\"status\":");
	buf_u64(scratch, (uint64_t)kind->status);
	buf_char(scratch, ',');
	refusal_write(scratch, refusal, "detail");
	buf_span(scratch, like->body);
	WRITE(scratch, "}\n");
	if (scratch->failed)
		return ERR_NOMEM;
	answer.status = kind->status;
	answer.type = "application/problem+json";
	answer.body = buf_content(scratch);
	answer.retry_after_s = (refusal_retry_ms(refusal) + 999) / 1000;
	return http_answer(out, &answer);
}

void http_date(int64_t real_ms, char out[HTTP_DATE_SIZE])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(real_ms / 1000);
	char text[96];
	struct tm utc;

	/* Not strftime(): its names follow the locale. */
	if (!gmtime_r(&seconds, &utc) || utc.tm_year > 9999 - 1900 || utc.tm_year < -1900)
		memset(&utc, 0, sizeof(utc));
	snprintf(text, sizeof(text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + 3 * utc.tm_wday, utc.tm_mday, months + 3 * utc.tm_mon, utc.tm_year + 1900,
		utc.tm_hour, utc.tm_min, utc.tm_sec);
	memcpy(out, text, HTTP_DATE_SIZE - 1);
	out[HTTP_DATE_SIZE - 1] = '\0';
}
