/* Results of tests for programs: see test_report.h. */
#include "cli/test_report.h"

#include "text/chars.h"
#include "text/utf8.h"
#include "wire/json.h"

#define TITLE_MAX 100 /* [bytes] of a text in a title */

static const char *const state_names[] = {
	[CASE_PASSED] = "passed",
	[CASE_FAILED] = "failed",
	[CASE_TODO] = "todo",
	[CASE_DONE] = "passed",
};

/* The name of the test for a list: its own, or the beginning of its text, behind its table's. */
static void put_title(struct buf *out, const struct test *test)
{
	struct span text = test->comment->text;
	size_t at = 0;

	if (test->table.len) {
		buf_span(out, test->table);
		buf_str(out, ": ");
	}
	if (test->name.len) {
		buf_span(out, test->name);
		if (!test->sentence)
			return;
		buf_str(out, test->sentence->test->match ? " matches: " : " does not match: ");
	}
	while (at < text.len && at < TITLE_MAX)
		utf8_next(text, &at);
	buf_span(out, span_sub(text, 0, at));
	buf_str(out, at < text.len ? "…" : "");
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void put_test_json(struct buf *json, const struct test *test)
{
	struct buf problem = {0};

	buf_printf(json,
		"{\"kind\":\"%s\",\"state\":\"%s\",\"file\":", test->sentence ? "sentence" : "case",
		state_names[test->state]);
	json_write(json, span_of(test->source->name));
	buf_printf(json, ",\"line\":%u,\"column\":%u", test->node->line, test->node->column);
	if (test->name.len) {
		buf_str(json, test->sentence ? ",\"rule\":" : ",\"name\":");
		json_write(json, test->name);
	}
	if (test->table.len) {
		buf_str(json, ",\"table\":");
		json_write(json, test->table);
	}
	buf_str(json, ",\"text\":");
	json_write(json, test->comment->text);
	if (test->sentence)
		buf_printf(json, ",\"expected\":\"%s\"",
			test->sentence->test->match ? "match" : "no_match");
	else
		buf_printf(json, ",\"expected\":\"%s\",\"verdict\":\"%s\"",
			verdict_names[test->result->keys->expect],
			verdict_names[test->result->verdict]);
	test_put_problem(test, &problem);
	if (problem.len) {
		buf_str(json, ",\"problem\":");
		json_write(json, buf_content(&problem));
	}
	if (test->todo.len) {
		buf_str(json, ",\"todo\":");
		json_write(json, test->todo);
	}
	buf_char(json, '}');
	json->failed |= problem.failed;
	buf_free(&problem);
}

void test_json(const struct suite *suite, struct buf *out)
{
	const char *comma = "";

	buf_printf(out, "\"passed\":%zu,\"failed\":%zu,\"todo\":%zu,\"tests\":[",
		suite_passed(suite), suite->states[CASE_FAILED], suite->states[CASE_TODO]);
	for (size_t i = 0; i < suite_count(suite); i++) {
		const struct test test = suite_test(suite, i);

		if (test.state == CASE_PASSED)
			continue;
		buf_str(out, comma);
		put_test_json(out, &test);
		comma = ",";
	}
	buf_char(out, ']');
}

/* --- TAP ----------------------------------------------------------------------------------------
 */

/* One line of text in which no `#` begins a directive. */
static void put_tap_text(struct out *out, struct span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text, &at);

		if (c == '#' || c == '\\')
			out_str(out, "\\");
		out_untrusted(out, span_sub(text, from, at), 0);
	}
}

static void put_tap_test(struct out *out, const struct test *test, size_t number)
{
	struct buf text = {0};
	bool bad = test->state == CASE_FAILED || test->state == CASE_TODO;

	put_title(&text, test);
	out_printf(out, "%sok %zu - ", bad ? "not " : "", number);
	put_tap_text(out, buf_content(&text));
	if (test->todo.len) {
		out_str(out, " # TODO ");
		put_tap_text(out, test->todo);
	}
	out_str(out, "\n");
	buf_clear(&text);
	if (bad) {
		/* JSON's strings are YAML's, too. */
		out_str(out, "  ---\n  message: ");
		test_put_problem(test, &text);
		json_write(&out->buffer, buf_content(&text));
		out_str(out, "\n  at:\n    file: ");
		json_write(&out->buffer, span_of(test->source->name));
		out_printf(out, "\n    line: %u\n  ...\n", test->node->line);
	}
	buf_free(&text);
}

void test_tap(const struct suite *suite, struct out *out)
{
	out_printf(out, "TAP version 14\n1..%zu\n", suite_count(suite));
	for (size_t i = 0; i < suite_count(suite); i++) {
		const struct test test = suite_test(suite, i);

		put_tap_test(out, &test, i + 1);
	}
}

/* --- JUnit --------------------------------------------------------------------------------------
 */

/* Text of an attribute or element. What XML cannot hold is shown as what it is. */
static void put_xml(struct buf *out, struct span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text, &at);

		if (c == '<')
			buf_str(out, "&lt;");
		else if (c == '>')
			buf_str(out, "&gt;");
		else if (c == '&')
			buf_str(out, "&amp;");
		else if (c == '"')
			buf_str(out, "&quot;");
		else if (char_hides(c) || c >= 0xFFFE)
			buf_printf(out, "&lt;U+%04X&gt;", c);
		else
			buf_span(out, span_sub(text, from, at));
	}
}

static void put_attribute(struct buf *out, const char *name, struct span value)
{
	buf_printf(out, " %s=\"", name);
	put_xml(out, value);
	buf_char(out, '"');
}

static void put_junit_test(struct buf *out, const struct test *test)
{
	struct buf text = {0};

	put_title(&text, test);
	buf_str(out, "    <testcase");
	put_attribute(out, "name", buf_content(&text));
	put_attribute(out, "classname", span_of(test->source->name));
	put_attribute(out, "file", span_of(test->source->name));
	buf_printf(out, " line=\"%u\"", test->node->line);
	buf_clear(&text);
	test_put_problem(test, &text);
	if (test->state == CASE_FAILED) {
		buf_str(out, "><failure");
		put_attribute(out, "message", buf_content(&text));
		buf_char(out, '>');
		put_xml(out, span_of(test->source->name));
		buf_printf(out, ":%u: ", test->node->line);
		put_xml(out, test->comment->text);
		buf_str(out, "</failure></testcase>\n");
	} else if (test->state == CASE_TODO) {
		buf_str(out, "><skipped");
		put_attribute(out, "message", test->todo);
		buf_str(out, "/></testcase>\n");
	} else {
		buf_str(out, "/>\n");
	}
	out->failed |= text.failed;
	buf_free(&text);
}

/* The tests from `from` on that stand in one file; returns how many there are. */
static size_t put_junit_file(const struct suite *suite, size_t from, struct buf *out)
{
	const struct source *source = suite_test(suite, from).source;
	size_t states[CASE_DONE + 1] = {0}, count = 0;

	while (from + count < suite_count(suite) &&
		suite_test(suite, from + count).source == source)
		states[suite_test(suite, from + count++).state]++;
	buf_str(out, "  <testsuite");
	put_attribute(out, "name", span_of(source->name));
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", count,
		states[CASE_FAILED], states[CASE_TODO]);
	for (size_t i = from; i < from + count; i++) {
		const struct test test = suite_test(suite, i);

		put_junit_test(out, &test);
	}
	buf_str(out, "  </testsuite>\n");
	return count;
}

void test_junit(const struct suite *suite, struct buf *out)
{
	buf_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"filterd test\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"%zu\">\n",
		suite_count(suite), suite->states[CASE_FAILED], suite->states[CASE_TODO]);
	for (size_t i = 0; i < suite_count(suite);)
		i += put_junit_file(suite, i, out);
	buf_str(out, "</testsuites>\n");
}
