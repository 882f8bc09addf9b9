/* Tests which labels are read, and what is said of those that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "wire/label.h"

/* "bad threats abuse" and so on; "code pointer" when refused. */
static void reads(const char *json, const char *expected)
{
	struct arena arena = {0};
	struct label label;
	struct refusal refusal;
	struct buf out = {0};

	if (label_read(span_of(json), &arena, &label, &refusal)) {
		buf_str(&out, label_names[label.kind]);
		for (size_t i = 0; i < label.guidelines_count; i++) {
			buf_char(&out, ' ');
			buf_span(&out, label.guidelines[i]);
		}
	} else {
		assert_int_equal(label.kind, LABEL_NONE);
		assert_int_equal(label.guidelines_count, 0);
		buf_printf(&out, "%s %s", refusal_kinds[refusal.code].name, refusal.pointer);
	}
	buf_char(&out, '\0');
	assert_string_equal(out.data, expected);
	buf_free(&out);
	arena_free(&arena);
}

static void words(void **state)
{
	(void)state;
	reads("{\"text\":\"x\"}", "none");
	reads("{\"text\":\"\\\"label\\\":\"}", "none");
	reads("{\"text\":\"x\",\"label\":null}", "none");
	reads("{\"text\":\"x\",\"label\":\"ok\"}", "ok");
	reads("{\"label\":\"approve\",\"text\":\"x\"}", "ok");
	reads("{\"label\":\"b\\u0061d\"}", "bad");
	reads("{\"label\":\"reject\"}", "bad");
	reads("{\"label\":\"review\",\"category\":\"mixed\"}", "review");
}

static void categories(void **state)
{
	(void)state;
	reads("{\"label\":\"bad\",\"category\":\"abuse\"}", "bad abuse");
	reads("{\"category\":\"abuse\",\"label\":\"bad\"}", "bad abuse");
	reads("{\"category\":\"none\",\"label\":\"ok\"}", "ok");
	reads("{\"category\":7,\"label\":\"bad\"}", "bad");
	reads("{\"category\":\"abuse\"}", "none");
}

static void objects(void **state)
{
	(void)state;
	reads("{\"label\":{\"guidelines\":[\"threats\",\"abuse\"]}}", "bad threats abuse");
	reads("{\"label\":{\"guidelines\":[]}}", "ok");
	reads("{\"label\":{\"verdict\":\"review\"}}", "review");
	reads("{\"label\":{\"verdict\":\"reject\",\"guidelines\":[\"a\"]},\"category\":\"b\"}",
		"bad a");
	reads("{\"label\":{\"by\":{\"name\":[1]},\"verdict\":\"approve\",\"guidelines\":null}}",
		"ok");
	reads("{\"meta\":{\"label\":\"bad\"},\"text\":\"x\"}", "none");
}

static void what_is_no_label(void **state)
{
	(void)state;
	reads("{\"label\":\"baad\"}", "bad_value /label");
	reads("{\"label\":\"\"}", "bad_value /label");
	reads("{\"label\":1}", "wrong_type /label");
	reads("{\"label\":[\"bad\"]}", "wrong_type /label");
	reads("{\"label\":{}}", "missing_field /label");
	reads("{\"label\":{\"verdict\":2}}", "wrong_type /label/verdict");
	reads("{\"label\":{\"guidelines\":\"abuse\"}}", "wrong_type /label/guidelines");
	reads("{\"label\":{\"guidelines\":[{\"a\":1}]}}", "wrong_type /label/guidelines");
	reads("{\"label\":{\"verdict\":\"ok\",\"guidelines\":[\"abuse\"]}}", "bad_value /label");
	reads("{\"label\":{\"guidelines\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\","
	      "\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\"]}}",
		"bad_value /label/guidelines");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(categories),
		cmocka_unit_test(objects),
		cmocka_unit_test(what_is_no_label),
	};

	return cmocka_run_group_tests_name("wire/label", tests, NULL, NULL);
}
