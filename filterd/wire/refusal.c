/* The table of refusals: see refusal.h. */
#include "wire/refusal.h"

#include "wire/json.h"

const struct refusal_kind refusal_kinds[REFUSAL_COUNT] = {
	[REFUSAL_NONE] = {"none", 200, 0, "Nothing is wrong."},
	[REFUSAL_BAD_JSON] = {"bad_json", 400, 0, "The request is not one JSON value (RFC 8259)."},
	[REFUSAL_BAD_LINE] = {"bad_line", 400, 0, "The line breaks the framing of NDJSON."},
	[REFUSAL_BAD_NUMBER] = {"bad_number", 400, 0,
		"A number is longer than 128 bytes or not below 1e308."},
	[REFUSAL_BAD_REQUEST] = {"bad_request", 400, 0,
		"The bytes are no unambiguous HTTP/1.1 request."},
	[REFUSAL_DUPLICATE_KEY] = {"duplicate_key", 400, 0, "An object has the same key twice."},
	[REFUSAL_INVALID_UTF8] = {"invalid_utf8", 400, 0, "A string is not well-formed UTF-8."},
	[REFUSAL_KEY_TOO_LONG] = {"key_too_long", 400, 0, "A key is longer than 256 bytes."},
	[REFUSAL_TOO_DEEP] = {"too_deep", 400, 0,
		"Arrays and objects are nested more than 32 deep."},
	[REFUSAL_TOO_MANY_KEYS] = {"too_many_keys", 400, 0, "An object has more than 64 keys."},
	[REFUSAL_WRONG_PROTOCOL] = {"wrong_protocol", 400, 0,
		"This port speaks NDJSON: one JSON object a line."},
	[REFUSAL_BAD_VALUE] = {"bad_value", 422, 0, "A field has a value that is not allowed."},
	[REFUSAL_MISSING_FIELD] = {"missing_field", 422, 0, "The field `text` is required."},
	[REFUSAL_WRONG_TYPE] = {"wrong_type", 422, 0, "A field has the wrong JSON type."},
	[REFUSAL_HEADERS_TOO_LARGE] = {"headers_too_large", 431, 0,
		"The header fields are larger than the limit (8 KiB) or more than 64."},
	[REFUSAL_TOO_LARGE] = {"too_large", 413, 0,
		"The line or body is larger than the limit (256 KiB)."},
	[REFUSAL_URI_TOO_LONG] = {"uri_too_long", 414, 0, "The request line is over 4 KiB."},
	[REFUSAL_EXPECTATION_FAILED] = {"expectation_failed", 417, 0,
		"The only expectation that is met is `100-continue`."},
	[REFUSAL_FORBIDDEN] = {"forbidden", 403, 0, "This caller may not do that."},
	[REFUSAL_HTTP_VERSION] = {"http_version", 505, 0, "Only HTTP/1.0 and HTTP/1.1 are spoken."},
	[REFUSAL_METHOD_NOT_ALLOWED] = {"method_not_allowed", 405, 0,
		"The resource does not have this method."},
	[REFUSAL_NOT_FOUND] = {"not_found", 404, 0,
		"There is no such resource; comments go to POST /v1/check."},
	[REFUSAL_NOT_IMPLEMENTED] = {"not_implemented", 501, 0,
		"The method or transfer coding is not known here."},
	[REFUSAL_UNAUTHORIZED] = {"unauthorized", 401, 0, "The request needs a valid token."},
	[REFUSAL_UNSUPPORTED_MEDIA_TYPE] = {"unsupported_media_type", 415, 0,
		"Content-Type must be application/json or application/x-ndjson, in UTF-8, and the "
		"body unencoded."},
	[REFUSAL_CONFLICT] = {"conflict", 409, 0,
		"The comment is not any more as you saw it, or somebody else has claimed it."},
	[REFUSAL_RULES_REFUSED] = {"rules_refused", 422, 0,
		"The new rules have errors; the old rules stay in force."},
	[REFUSAL_CLOSING] = {"closing", 503, 1000, "The server is shutting down."},
	[REFUSAL_EXPIRED] = {"expired", 503, 1000,
		"The request's deadline passed before it was evaluated."},
	[REFUSAL_OOM] = {"oom", 503, 1000, "There was not enough memory for this request."},
	[REFUSAL_OVERLOADED] = {"overloaded", 503, 1000, "The server has too much to do."},
	[REFUSAL_QUEUE_UNAVAILABLE] = {"queue_unavailable", 503, 2000,
		"A person has to look at the comment, and the review queue cannot store it now."},
	[REFUSAL_REQUEST_TIMEOUT] = {"request_timeout", 408, 1000,
		"The request did not arrive in time."},
	[REFUSAL_TOO_MANY_ATTEMPTS] = {"too_many_attempts", 429, 60000,
		"Too many tokens from there were wrong."},
	[REFUSAL_TOO_MANY_CONNECTIONS] = {"too_many_connections", 503, 1000,
		"All connections are taken."},
};

void refusal_set(
	struct refusal *refusal, enum refusal_code code, const char *message, size_t offset)
{
	*refusal = (struct refusal){.code = code, .message = message, .offset = offset};
}

int refusal_retry_ms(const struct refusal *refusal)
{
	return refusal->retry_ms ? refusal->retry_ms : refusal_kinds[refusal->code].retry_ms;
}

const char *refusal_message(const struct refusal *refusal)
{
	return refusal->message ? refusal->message : refusal_kinds[refusal->code].meaning;
}

void refusal_write(struct buf *out, const struct refusal *refusal, const char *message_key)
{
	const struct refusal_kind *kind = &refusal_kinds[refusal->code];

	buf_str(out, "\"code\":");
	json_write(out, span_of(kind->name));
	buf_str(out, ",\"");
	buf_str(out, message_key);
	buf_str(out, "\":");
	json_write(out, span_of(refusal_message(refusal)));
	if (refusal->line) {
		buf_str(out, ",\"line\":");
		buf_u64(out, refusal->line);
	}
	if (refusal->pointer[0]) {
		buf_str(out, ",\"pointer\":");
		json_write(out, span_of(refusal->pointer));
	}
	if (refusal->offset != REFUSAL_NOWHERE) {
		buf_str(out, ",\"offset\":");
		buf_u64(out, refusal->offset);
	}
	if (refusal_retry_ms(refusal)) {
		buf_str(out, ",\"retry_after_ms\":");
		buf_u64(out, (uint64_t)refusal_retry_ms(refusal));
	}
}
