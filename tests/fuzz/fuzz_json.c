/*
 * Fuzzes the JSON reader against jansson, and the native protocol and try-outs on top of it.
 *
 * Both must accept and refuse the same texts, apart from what is documented: our bounds (depth,
 * keys, length of keys and numbers, numbers from 1e308), and that jansson takes no whole number
 * beyond 64 bits, no NUL in a key, and a NUL outside of strings for the end of the text. What is
 * accepted is written again, read again, and must be the same then.
 */
/* Jansson's types are called like our events, so they step aside. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_TRUE JANSSON_TRUE
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

#include "text/utf8.h"
#include "wire/json.h"
#include "wire/native.h"
#include "wire/trial.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds)                                                                               \
	do {                                                                                       \
		if (!(holds))                                                                      \
			abort();                                                                   \
	} while (0)

static bool is_within(struct span part, struct span whole)
{
	return part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len;
}

static void write_string(struct buf *out, struct span string)
{
	CHECK(string.ptr && utf8_valid(string, NULL));
	json_write(out, string);
}

static void write_event(struct json *j, enum json_event event, struct buf *out)
{
	switch (event) {
	case JSON_OBJECT:
		buf_char(out, '{');
		break;
	case JSON_OBJECT_END:
		buf_char(out, '}');
		break;
	case JSON_ARRAY:
		buf_char(out, '[');
		break;
	case JSON_ARRAY_END:
		buf_char(out, ']');
		break;
	case JSON_KEY:
		write_string(out, j->token);
		buf_char(out, ':');
		break;
	case JSON_STRING:
		CHECK(is_within(j->token, j->input));
		write_string(out, json_text(j));
		break;
	default:
		CHECK(is_within(j->token, j->input));
		buf_span(out, j->token);
	}
}

/* Writes the text again; or why it is refused. */
static struct refusal rewrite(struct span text, struct arena *arena, struct buf *out)
{
	enum json_event event;
	bool first = true;
	struct json j;

	json_init(&j, text, arena);
	while ((event = json_next(&j)) > JSON_END) {
		CHECK(j.offset < text.len && j.depth <= JSON_DEPTH_MAX);
		if (!first && event != JSON_OBJECT_END && event != JSON_ARRAY_END)
			buf_char(out, ',');
		first = event == JSON_OBJECT || event == JSON_ARRAY || event == JSON_KEY;
		write_event(&j, event, out);
	}
	CHECK(event == JSON_END || (j.refusal.code && j.refusal.offset <= text.len));
	return j.refusal;
}

/* Whether the refusal is one of those that jansson need not share. */
static bool is_ours_alone(struct span text, const struct refusal *ours)
{
	switch (ours->code) {
	case REFUSAL_TOO_DEEP:
	case REFUSAL_TOO_MANY_KEYS:
	case REFUSAL_KEY_TOO_LONG:
	case REFUSAL_BAD_NUMBER:
		return true;
	default: /* a NUL is the end of the text for jansson, whatever follows it */
		return ours->offset < text.len && text.ptr[ours->offset] == '\0';
	}
}

static void compare_with_jansson(struct span text, const struct refusal *ours)
{
	json_error_t error;
	json_t *theirs = json_loadb(text.len ? text.ptr : "", text.len,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

	if (theirs) {
		json_decref(theirs);
		CHECK(ours->code == REFUSAL_NONE || is_ours_alone(text, ours));
	} else if (ours->code == REFUSAL_NONE) {
		CHECK(json_error_code(&error) == json_error_numeric_overflow ||
			json_error_code(&error) == json_error_null_byte_in_key);
	}
}

static void check_native(struct span text, struct arena *arena)
{
	struct native_request request;
	struct refusal refusal;
	struct buf answer = {0}, again = {0};

	if (native_read(text, arena, &request, &refusal)) {
		for (enum field field = FIELD_TEXT; field < FIELD_COUNT; field++)
			CHECK(utf8_valid(comment_field(&request.comment, field), NULL));
	} else {
		CHECK(refusal.code != REFUSAL_NONE && refusal.code != REFUSAL_OOM);
		CHECK(refusal.offset <= text.len || refusal.offset == REFUSAL_NOWHERE);
		native_write_refusal(&answer, request.comment.id, &refusal);
		CHECK(memchr(answer.data, '\n', answer.len) == answer.data + answer.len - 1);
		CHECK(rewrite(buf_content(&answer), arena, &again).code == REFUSAL_NONE);
	}
	CHECK(request.comment.id.len <= NATIVE_ID_MAX);
	buf_free(&answer);
	buf_free(&again);
}

static void check_trial(struct span text, struct arena *arena)
{
	struct trial_request request;
	struct refusal refusal;

	if (!trial_read(text, arena, &request, &refusal)) {
		CHECK(refusal.code != REFUSAL_NONE && refusal.code != REFUSAL_OOM);
		return;
	}
	CHECK(request.files_count <= TRIAL_FILES_MAX && request.explain >= -1);
	CHECK(request.comments_count <= TRIAL_COMMENTS_MAX);
	for (size_t i = 0; i < request.files_count; i++)
		CHECK(utf8_valid(request.files[i].path, NULL) &&
			utf8_valid(request.files[i].text, NULL));
	/* Each is one object, alone as it was among the others. */
	for (size_t i = 0; i < request.comments_count; i++) {
		struct buf again = {0};

		CHECK(is_within(request.comments[i], text) && request.comments[i].ptr[0] == '{');
		CHECK(rewrite(request.comments[i], arena, &again).code == REFUSAL_NONE);
		buf_free(&again);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct buf once = {0}, twice = {0};
	struct refusal refusal;
	struct arena arena;

	arena_init(&arena, 0);
	refusal = rewrite(text, &arena, &once);
	compare_with_jansson(text, &refusal);
	if (refusal.code == REFUSAL_NONE) {
		/* a key written with escapes may be longer than it was */
		enum refusal_code second = rewrite(buf_content(&once), &arena, &twice).code;

		CHECK(second == REFUSAL_KEY_TOO_LONG ||
			(second == REFUSAL_NONE &&
				span_eq(buf_content(&once), buf_content(&twice))));
	}
	check_native(text, &arena);
	check_trial(text, &arena);
	buf_free(&once);
	buf_free(&twice);
	arena_free(&arena);
	return 0;
}
