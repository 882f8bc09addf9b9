/* The JSON reader and writer: what is accepted, what is refused and where, and within which bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "json_cases.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>

/* Writes `text` again from the reader's events. REFUSAL_NONE or the refusal's code. */
static enum refusal_code rewrite(
	struct span text, struct arena *arena, struct buf *out, size_t *offset)
{
	enum json_event event;
	bool first = true;
	struct json j;

	json_init(&j, text, arena);
	while ((event = json_next(&j)) > JSON_END) {
		bool closing = event == JSON_OBJECT_END || event == JSON_ARRAY_END;
		struct span string;

		if (!first && !closing)
			buf_char(out, ',');
		first = event == JSON_OBJECT || event == JSON_ARRAY || event == JSON_KEY;
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
			json_write(out, j.token);
			buf_char(out, ':');
			break;
		case JSON_STRING:
			string = json_text(&j);
			assert_non_null(string.ptr);
			json_write(out, string);
			break;
		default:
			buf_span(out, j.token);
		}
	}
	*offset = j.refusal.offset;
	/* what has ended stays ended */
	assert_int_equal(json_next(&j), event);
	return event == JSON_END ? REFUSAL_NONE : j.refusal.code;
}

/* A copy of exactly the text's size, so that a sanitizer sees a byte read too far. */
static struct span exact(struct span text)
{
	char *copy = malloc(text.len ? text.len : 1);

	assert_non_null(copy);
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return (struct span){copy, text.len};
}

static void fail_case(struct span text, const char *what, const char *got)
{
	print_error("%s: %.*s\n", what, SPAN_ARGS(text));
	fail_msg("got: %s", got);
}

static void every_case_of_the_table(void **state)
{
	struct arena arena;
	struct buf out = {0};

	(void)state;
	assert_true(ARRAY_LEN(json_cases) >= 250);
	arena_init(&arena, 0);
	for (size_t i = 0; i < ARRAY_LEN(json_cases); i++) {
		const struct json_case *c = &json_cases[i];
		struct span text = exact(c->text);
		char got[80];
		size_t offset;
		enum refusal_code code = rewrite(text, &arena, &out, &offset);

		snprintf(got, sizeof(got), "%s at %zd", refusal_kinds[code].name, (ssize_t)offset);
		if (code != c->code || (code != REFUSAL_NONE && offset != c->offset))
			fail_case(c->text, "case", got);
		if (code == REFUSAL_NONE &&
			!span_eq(buf_content(&out), c->again ? span_of(c->again) : c->text)) {
			buf_char(&out, '\0');
			fail_case(c->text, "written again", out.data);
		}
		free((void *)(uintptr_t)text.ptr);
		buf_clear(&out);
		arena_reset(&arena);
	}
	buf_free(&out);
	arena_free(&arena);
}

/* Every beginning of an accepted object or array is refused, and in bounds. */
static void no_beginning_of_a_text_is_taken_for_the_whole(void **state)
{
	struct arena arena;
	struct buf out = {0};
	size_t tried = 0;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < ARRAY_LEN(json_cases); i++) {
		struct span whole = json_cases[i].text;

		if (json_cases[i].code != REFUSAL_NONE || whole.len == 0 ||
			(whole.ptr[0] != '{' && whole.ptr[0] != '[' && whole.ptr[0] != '"'))
			continue;
		for (size_t len = 0; len < whole.len; len++) {
			struct span text = exact(span_sub(whole, 0, len));
			size_t offset;

			assert_int_not_equal(rewrite(text, &arena, &out, &offset), REFUSAL_NONE);
			assert_true(offset <= len);
			free((void *)(uintptr_t)text.ptr);
			buf_clear(&out);
			tried++;
		}
		arena_reset(&arena);
	}
	assert_true(tried > 500);
	buf_free(&out);
	arena_free(&arena);
}

/* Each special byte at each place of a string, whatever the scanner's stride. */
static void specials_are_seen_at_every_offset(void **state)
{
	static const struct {
		const char *bytes;
		enum refusal_code code;
	} specials[] = {
		{"\n", REFUSAL_BAD_JSON},
		{"\x1F", REFUSAL_BAD_JSON},
		{"\\q", REFUSAL_BAD_JSON},
		{"\x80", REFUSAL_INVALID_UTF8},
		{"\xFF", REFUSAL_INVALID_UTF8},
		{"\xE2\x82\xAC", REFUSAL_NONE},
		{"\\n", REFUSAL_NONE},
		{"\x7F", REFUSAL_NONE},
		{" ", REFUSAL_NONE},
		{"!", REFUSAL_NONE},
		{"#", REFUSAL_NONE},
		{"[", REFUSAL_NONE},
		{"]", REFUSAL_NONE},
	};
	struct arena arena;
	struct buf out = {0};

	(void)state;
	arena_init(&arena, 0);
	for (size_t s = 0; s < ARRAY_LEN(specials); s++) {
		for (size_t len = 0; len < 70; len++) {
			for (size_t at = 0; at <= len; at++) {
				struct buf text = {0};
				struct span copy;
				size_t offset;

				buf_char(&text, '"');
				for (size_t i = 0; i < len; i++) {
					if (i == at)
						buf_str(&text, specials[s].bytes);
					buf_char(&text, "aA!#~]"[i % 6]);
				}
				if (at == len)
					buf_str(&text, specials[s].bytes);
				buf_char(&text, '"');
				copy = exact(buf_content(&text));
				assert_int_equal(
					rewrite(copy, &arena, &out, &offset), specials[s].code);
				if (specials[s].code != REFUSAL_NONE)
					assert_int_equal(offset, at + 1);
				else
					assert_true(span_eq(buf_content(&out), buf_content(&text)));
				free((void *)(uintptr_t)copy.ptr);
				buf_free(&text);
				buf_clear(&out);
			}
		}
		arena_reset(&arena);
	}
	buf_free(&out);
	arena_free(&arena);
}

static void append_keys(struct buf *text, int count)
{
	buf_char(text, '{');
	for (int i = 0; i < count; i++)
		buf_printf(text, "%s\"k%d\":%d", i ? "," : "", i, i);
	buf_char(text, '}');
}

static enum refusal_code refusal_of(struct span text, size_t *offset)
{
	struct buf out = {0};
	struct arena arena;
	enum refusal_code code;

	arena_init(&arena, 0);
	code = rewrite(text, &arena, &out, offset);
	buf_free(&out);
	arena_free(&arena);
	return code;
}

static void an_object_has_at_most_64_keys(void **state)
{
	struct buf text = {0};
	size_t offset;

	(void)state;
	append_keys(&text, JSON_KEYS_MAX);
	assert_int_equal(refusal_of(buf_content(&text), &offset), REFUSAL_NONE);
	buf_clear(&text);
	append_keys(&text, JSON_KEYS_MAX + 1);
	assert_int_equal(refusal_of(buf_content(&text), &offset), REFUSAL_TOO_MANY_KEYS);
	assert_memory_equal(text.data + offset, "\"k64\"", 5);
	/* each object has its own: 32 full ones within each other, and full ones in a row */
	buf_clear(&text);
	for (int depth = 0; depth < JSON_DEPTH_MAX - 1; depth++) {
		append_keys(&text, JSON_KEYS_MAX - 1);
		text.len--;
		buf_str(&text, ",\"last\":");
	}
	append_keys(&text, JSON_KEYS_MAX);
	for (int depth = 0; depth < JSON_DEPTH_MAX - 1; depth++)
		buf_char(&text, '}');
	assert_int_equal(refusal_of(buf_content(&text), &offset), REFUSAL_NONE);
	buf_clear(&text);
	buf_char(&text, '[');
	for (int i = 0; i < 100; i++) {
		if (i)
			buf_char(&text, ',');
		append_keys(&text, JSON_KEYS_MAX);
	}
	buf_char(&text, ']');
	assert_int_equal(refusal_of(buf_content(&text), &offset), REFUSAL_NONE);
	buf_free(&text);
}

static void a_key_has_at_most_256_bytes(void **state)
{
	struct buf text = {0};
	size_t offset;

	(void)state;
	for (int len = JSON_KEY_MAX - 1; len <= JSON_KEY_MAX + 1; len++) {
		buf_clear(&text);
		buf_printf(&text, "{\"%0*d\":1}", len, 7);
		assert_int_equal(refusal_of(buf_content(&text), &offset),
			len > JSON_KEY_MAX ? REFUSAL_KEY_TOO_LONG : REFUSAL_NONE);
	}
	buf_free(&text);
}

/* Nanoseconds of the fastest of three readings. */
static int64_t time_of(struct span text, enum refusal_code expected)
{
	int64_t best = INT64_MAX;
	size_t offset;

	for (int i = 0; i < 3; i++) {
		int64_t begin = clock_mono_ns(), took;

		assert_int_equal(refusal_of(text, &offset), expected);
		took = clock_mono_ns() - begin;
		if (took < best)
			best = took;
	}
	return best;
}

static void hostile_sizes_are_refused_at_once(void **state)
{
	struct buf text = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_char(&text, '[');
	assert_true(time_of(buf_content(&text), REFUSAL_TOO_DEEP) < 5 * NS_PER_MS);
	buf_clear(&text);
	for (int i = 0; i < 50000; i++)
		buf_str(&text, "{\"a\":");
	assert_true(time_of(buf_content(&text), REFUSAL_TOO_DEEP) < 5 * NS_PER_MS);
	buf_clear(&text);
	append_keys(&text, 100000);
	assert_true(time_of(buf_content(&text), REFUSAL_TOO_MANY_KEYS) < 5 * NS_PER_MS);
	buf_clear(&text);
	for (int i = 0; i < 20000; i++)
		buf_char(&text, '9');
	assert_true(time_of(buf_content(&text), REFUSAL_BAD_NUMBER) < 5 * NS_PER_MS);
	/* 262,144 bytes of escapes, six for each byte */
	buf_clear(&text);
	buf_char(&text, '"');
	while (text.len < 262140)
		buf_str(&text, "\\u0041");
	buf_char(&text, '"');
	assert_true(time_of(buf_content(&text), REFUSAL_NONE) < 100 * NS_PER_MS);
	/* objects full of keys that share the bit of the set: compared, but only 64 of them */
	buf_clear(&text);
	buf_char(&text, '[');
	while (text.len < 250000) {
		buf_str(&text, text.len > 1 ? ",{" : "{");
		for (int k = 0; k < JSON_KEYS_MAX; k++)
			buf_printf(&text, "%s\"a%02d%0*d%02da\":0", k ? "," : "", k, 100, 0, k);
		buf_char(&text, '}');
	}
	buf_char(&text, ']');
	assert_true(time_of(buf_content(&text), REFUSAL_NONE) < 100 * NS_PER_MS);
	buf_free(&text);
}

static void an_arena_at_its_limit_is_told(void **state)
{
	static const char text[] = "{\"k\":\"\\n................................\"}";
	struct arena arena;
	struct json j;

	(void)state;
	arena_init(&arena, 8);
	json_init(&j, SPAN(text), &arena);
	assert_int_equal(json_next(&j), JSON_OBJECT);
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_int_equal(json_next(&j), JSON_STRING);
	assert_null(json_text(&j).ptr);
	assert_int_equal(json_next(&j), JSON_OBJECT_END);
	json_init(&j, SPAN("{\"\\n...............................\":1}"), &arena);
	assert_int_equal(json_next(&j), JSON_OBJECT);
	assert_int_equal(json_next(&j), JSON_REFUSED);
	assert_int_equal(j.refusal.code, REFUSAL_OOM);
	arena_free(&arena);
}

static void a_plain_string_is_a_span_of_the_input(void **state)
{
	static const char text[] = "[\"plain \xC3\xA9\",\"esc\\taped\"]";
	struct arena arena;
	struct span string;
	struct json j;

	(void)state;
	arena_init(&arena, 0);
	json_init(&j, SPAN(text), &arena);
	assert_int_equal(json_next(&j), JSON_ARRAY);
	assert_int_equal(json_next(&j), JSON_STRING);
	assert_int_equal(j.offset, 1);
	assert_ptr_equal(json_text(&j).ptr, text + 2);
	assert_null(arena.blocks);
	assert_int_equal(json_next(&j), JSON_STRING);
	string = json_text(&j);
	assert_true(span_eq(string, SPAN("esc\taped")));
	assert_false(string.ptr >= text && string.ptr < text + sizeof(text));
	arena_free(&arena);
}

static void leaving_a_value_passes_over_all_of_it(void **state)
{
	struct arena arena;
	struct json j;

	(void)state;
	arena_init(&arena, 0);
	json_init(&j, SPAN("{\"a\":{\"b\":[1,{\"c\":[]}]},\"d\":2}"), &arena);
	assert_int_equal(json_next(&j), JSON_OBJECT);
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_int_equal(json_leave(&j, json_next(&j)), JSON_OBJECT);
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_true(span_eq(j.token, SPAN("d")));
	assert_int_equal(json_leave(&j, json_next(&j)), JSON_NUMBER);
	assert_int_equal(json_next(&j), JSON_OBJECT_END);
	assert_int_equal(json_next(&j), JSON_END);
	/* with all checks */
	json_init(&j, SPAN("[[{\"a\":1,\"a\":2}]]"), &arena);
	assert_int_equal(json_next(&j), JSON_ARRAY);
	assert_int_equal(json_leave(&j, json_next(&j)), JSON_REFUSED);
	assert_int_equal(j.refusal.code, REFUSAL_DUPLICATE_KEY);
	arena_free(&arena);
}

static void whole_numbers_are_read_exactly(void **state)
{
	static const struct {
		const char *token;
		bool good;
		int64_t value;
	} cases[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"42", true, 42},
		{"-7", true, -7},
		{"9007199254740993", true, INT64_C(9007199254740993)},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"99999999999999999999999999", false, 0},
		{"1.0", false, 0},
		{"1e2", false, 0},
		{"", false, 0},
		{"-", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t value = 1234;

		assert_int_equal(json_int(span_of(cases[i].token), &value), cases[i].good);
		assert_int_equal(value, cases[i].good ? cases[i].value : 1234);
	}
}

static void every_byte_is_written_so_that_it_is_read_back(void **state)
{
	char bytes[3 * 0x80 + 4];
	struct span all = {bytes, 0};
	struct buf out = {0};
	struct arena arena;
	struct json j;

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int c = 0; c < 0x80; c++)
			bytes[all.len++] = (char)c;
	}
	memcpy(bytes + all.len, "\xF0\x9F\x98\x80", 4);
	all.len += 4;
	arena_init(&arena, 0);
	json_write(&out, all);
	for (size_t i = 0; i < out.len; i++)
		assert_true((unsigned char)out.data[i] >= 0x20);
	json_init(&j, buf_content(&out), &arena);
	assert_int_equal(json_next(&j), JSON_STRING);
	assert_true(span_eq(json_text(&j), all));
	assert_int_equal(json_next(&j), JSON_END);
	buf_clear(&out);
	json_write(&out, (struct span){NULL, 0});
	assert_true(span_eq(buf_content(&out), SPAN("\"\"")));
	buf_free(&out);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_table),
		cmocka_unit_test(no_beginning_of_a_text_is_taken_for_the_whole),
		cmocka_unit_test(specials_are_seen_at_every_offset),
		cmocka_unit_test(an_object_has_at_most_64_keys),
		cmocka_unit_test(a_key_has_at_most_256_bytes),
		cmocka_unit_test(hostile_sizes_are_refused_at_once),
		cmocka_unit_test(an_arena_at_its_limit_is_told),
		cmocka_unit_test(a_plain_string_is_a_span_of_the_input),
		cmocka_unit_test(leaving_a_value_passes_over_all_of_it),
		cmocka_unit_test(whole_numbers_are_read_exactly),
		cmocka_unit_test(every_byte_is_written_so_that_it_is_read_back),
	};

	return cmocka_run_group_tests_name("wire/json", tests, NULL, NULL);
}
