/* Reading try-outs: which files and comments are found, and what is refused where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/trial.h"

static void finds_files_and_comments(void **state)
{
	static const char json[] =
		"{\"more\":[{\"files\":[1]}],\"comments\":[ {\"text\":\"a\\u0062\"} , {}],"
		"\"explain\":1,\"changed_only\":true,"
		"\"files\":[{\"text\":\"x: 1\\n\",\"path\":\"r/a.yaml\",\"more\":[[]]},"
		"{\"path\":\"b\",\"text\":\"\"}]}";
	struct trial_request request;
	struct refusal refusal;
	struct arena arena;
	(void)state;

	arena_init(&arena, 0);
	assert_true(trial_read(span_of(json), &arena, &request, &refusal));
	assert_int_equal(request.comments_count, 2);
	assert_true(span_eq(request.comments[0], SPAN("{\"text\":\"a\\u0062\"}")));
	assert_true(span_eq(request.comments[1], SPAN("{}")));
	assert_int_equal(request.files_count, 2);
	assert_true(span_eq(request.files[0].path, SPAN("r/a.yaml")));
	assert_true(span_eq(request.files[0].text, SPAN("x: 1\n")));
	assert_int_equal(request.files[1].text.len, 0);
	assert_int_equal(request.explain, 1);
	assert_true(request.changed_only);
	arena_free(&arena);
}

static void everything_may_be_absent(void **state)
{
	struct trial_request request;
	struct refusal refusal;
	struct arena arena;
	(void)state;

	arena_init(&arena, 0);
	assert_true(trial_read(SPAN(" {} "), &arena, &request, &refusal));
	assert_int_equal(request.comments_count + request.files_count, 0);
	assert_int_equal(request.explain, -1);
	assert_false(request.changed_only);
	arena_free(&arena);
}

static void refusals_say_which_member(void **state)
{
	static const struct {
		const char *json;
		enum refusal_code code;
		const char *pointer;
	} cases[] = {
		{"", REFUSAL_BAD_JSON, ""},
		{"[]", REFUSAL_WRONG_TYPE, ""},
		{"[[[{}]]]", REFUSAL_WRONG_TYPE, ""},
		{"\"a\"", REFUSAL_WRONG_TYPE, ""},
		{"{} {}", REFUSAL_BAD_JSON, ""},
		{"{\"files\":1}", REFUSAL_WRONG_TYPE, "/files"},
		{"{\"files\":[[{}]]}", REFUSAL_WRONG_TYPE, "/files"},
		{"{\"files\":[{\"path\":[1],\"text\":\"a\"}]}", REFUSAL_WRONG_TYPE, "/files"},
		{"{\"files\":[{\"text\":\"a\"}]}", REFUSAL_BAD_VALUE, "/files"},
		{"{\"files\":[{\"text\":\"a\"", REFUSAL_BAD_JSON, ""},
		{"{\"comments\":{\"text\":\"a\"}}", REFUSAL_WRONG_TYPE, "/comments"},
		{"{\"comments\":[1,{}]}", REFUSAL_WRONG_TYPE, "/comments"},
		{"{\"comments\":[{]}", REFUSAL_BAD_JSON, ""},
		{"{\"explain\":1.5}", REFUSAL_BAD_VALUE, "/explain"},
		{"{\"explain\":[0]}", REFUSAL_BAD_VALUE, "/explain"},
		{"{\"changed_only\":{\"a\":1}}", REFUSAL_WRONG_TYPE, "/changed_only"},
		{"{\"files\":1,\"comments\":1}", REFUSAL_WRONG_TYPE, "/files"},
		/* Bad JSON is told before a wrong member. */
		{"{\"files\":1,\"comments\":1", REFUSAL_BAD_JSON, ""},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct trial_request request;
		struct refusal refusal;
		struct arena arena;

		arena_init(&arena, 0);
		assert_false(trial_read(span_of(cases[i].json), &arena, &request, &refusal));
		assert_int_equal(refusal.code, cases[i].code);
		assert_string_equal(refusal.pointer, cases[i].pointer);
		arena_free(&arena);
	}
}

/* Every beginning of a good request is refused, and none is read beyond its end. */
static void every_prefix(void **state)
{
	static const char json[] = "{\"files\":[{\"path\":\"a\",\"text\":\"b\\n\"}],"
				   "\"comments\":[{\"text\":\"c\"}],\"explain\":0}";
	struct trial_request request;
	struct refusal refusal;
	struct arena arena;
	(void)state;

	arena_init(&arena, 0);
	for (size_t len = 0; len + 1 < sizeof(json); len++) {
		char *copy = test_malloc(len + 1);

		memcpy(copy, json, len);
		assert_false(trial_read((struct span){copy, len}, &arena, &request, &refusal));
		test_free(copy);
		arena_reset(&arena);
	}
	assert_true(trial_read(span_of(json), &arena, &request, &refusal));
	arena_free(&arena);
}

static void without_memory(void **state)
{
	struct trial_request request;
	struct refusal refusal;
	struct arena arena;
	(void)state;

	arena_init(&arena, 1);
	assert_false(trial_read(
		SPAN("{\"files\":[{\"path\":\"a\",\"text\":\"b\"}]}"), &arena, &request, &refusal));
	assert_int_equal(refusal.code, REFUSAL_OOM);
	assert_false(trial_read(SPAN("{\"comments\":[{}]}"), &arena, &request, &refusal));
	assert_int_equal(refusal.code, REFUSAL_OOM);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_files_and_comments),
		cmocka_unit_test(everything_may_be_absent),
		cmocka_unit_test(refusals_say_which_member),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
