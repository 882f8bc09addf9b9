/* Errors for people: how they are shown, ordered, counted, and which name was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

#include <stdlib.h>

static const char text[] = "rules:\n  - id: a\n    patern: \"x\"\n\tph\x01rase: y\n";
static const struct source source = {"rules/threats.yaml", {text, sizeof(text) - 1}};

static struct place at(uint32_t line, uint32_t column)
{
	return (struct place){&source, line, column};
}

static void assert_shown(const struct errors *list, const char *wanted)
{
	struct buf out = {0};

	errors_render(list, &out, false);
	buf_char(&out, '\0');
	assert_false(out.failed);
	assert_string_equal(out.data, wanted);
	buf_free(&out);
}

static void shows_line_and_caret(void **state)
{
	struct errors list = {0};

	(void)state;
	errors_add(&list, SEVERITY_ERROR, at(3, 5), "unknown key `%s`", "patern");
	errors_hint(&list, "did you mean `pattern`?");
	assert_shown(&list,
		"rules/threats.yaml:3:5: error: unknown key `patern`; did you mean `pattern`?\n"
		"        patern: \"x\"\n"
		"        ^\n");
	assert_int_equal(list.errors, 1);
	errors_free(&list);
	assert_int_equal(list.count, 0);
}

static void shows_places_without_line_or_file(void **state)
{
	struct errors list = {0};

	(void)state;
	errors_add(&list, SEVERITY_WARNING, (struct place){&source, 0, 0}, "is empty");
	errors_add(&list, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "no rules at all");
	errors_add(&list, SEVERITY_ERROR, at(99, 1), "beyond the end");
	assert_shown(&list, "rules/threats.yaml: warning: is empty\n"
			    "error: no rules at all\n"
			    "rules/threats.yaml:99:1: error: beyond the end\n"
			    "    \n"
			    "    ^\n");
	assert_int_equal(list.warnings, 1);
	errors_free(&list);
}

static void control_characters_are_not_shown(void **state)
{
	struct errors list = {0};

	(void)state;
	errors_add(&list, SEVERITY_ERROR, at(4, 3), "bad");
	assert_shown(&list, "rules/threats.yaml:4:3: error: bad\n"
			    "    \tph?rase: y\n"
			    "    \t ^\n");
	errors_free(&list);
}

static void columns_count_code_points(void **state)
{
	struct source kurdish = {"k.yaml", SPAN("وشە: x")};
	struct errors list = {0};

	(void)state;
	errors_add(&list, SEVERITY_ERROR, (struct place){&kurdish, 1, 6}, "here");
	assert_shown(&list, "k.yaml:1:6: error: here\n    وشە: x\n         ^\n");
	errors_free(&list);
}

static void a_long_line_is_shown_around_the_column(void **state)
{
	char long_text[1000];
	struct source line = {"long.yaml", {long_text, sizeof(long_text)}};
	struct errors list = {0};
	struct buf out = {0};

	(void)state;
	memset(long_text, 'a', sizeof(long_text));
	long_text[499] = 'X';
	errors_add(&list, SEVERITY_ERROR, (struct place){&line, 1, 500}, "here");
	errors_render(&list, &out, false);
	assert_true(out.len < 400);
	const char *shown = memchr(out.data, 'X', out.len);
	const char *caret = memchr(out.data, '^', out.len);

	assert_non_null(shown);
	assert_non_null(caret);
	const char *line_start = out.data + strlen("long.yaml:1:500: error: here\n");
	const char *caret_start = memchr(shown, '\n', out.len - (size_t)(shown - out.data));

	assert_non_null(caret_start);
	assert_int_equal(shown - line_start, caret - caret_start - 1);
	buf_free(&out);
	errors_free(&list);
}

static void keeps_fifty_and_counts_the_rest(void **state)
{
	struct errors list = {0};
	struct buf out = {0};

	(void)state;
	for (int i = 0; i < 60; i++) {
		errors_add(&list, SEVERITY_ERROR, at(0, 0), "number %d", i);
		errors_hint(&list, "hint %d", i);
	}
	assert_int_equal(list.count, ERRORS_MAX);
	assert_int_equal(list.errors, 60);
	assert_int_equal(list.dropped, 10);
	/* The hint of a dropped one must not replace that of the last kept one. */
	assert_string_equal(list.items[ERRORS_MAX - 1].hint, "hint 49");
	errors_render(&list, &out, false);
	assert_true(span_ends(buf_content(&out), SPAN("\nand 10 more\n")));
	buf_free(&out);
	errors_free(&list);
}

static void sorts_by_place_and_keeps_equals(void **state)
{
	struct source other = {"rules/a.yaml", {NULL, 0}};
	struct errors list = {0};

	(void)state;
	errors_add(&list, SEVERITY_ERROR, at(3, 1), "3:1 first");
	errors_add(&list, SEVERITY_ERROR, at(2, 9), "2:9");
	errors_add(&list, SEVERITY_ERROR, at(3, 1), "3:1 second");
	errors_add(&list, SEVERITY_ERROR, (struct place){&other, 7, 1}, "other file");
	errors_add(&list, SEVERITY_ERROR, (struct place){0}, "no file");
	errors_sort(&list);
	const char *wanted[] = {"no file", "other file", "2:9", "3:1 first", "3:1 second"};

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		assert_string_equal(list.items[i].text, wanted[i]);
	errors_free(&list);
}

static void finds_the_name_that_was_meant(void **state)
{
	static const char *const names[] = {"phrase", "words", "regex", "near", "links", "all"};
	static const struct {
		struct span got;
		const char *meant;
	} rows[] = {
		{SPAN("pharse"), "phrase"}, /* swapped letters are one edit */
		{SPAN("phrases"), "phrase"},
		{SPAN("fraze"), NULL},
		{SPAN("wordz"), "words"},
		{SPAN("wrds"), "words"}, /* four letters: one edit */
		{SPAN("nar"), "near"},
		{SPAN("nrae"), NULL},
		{SPAN("al"), "all"},
		{SPAN(""), NULL},
		{SPAN("zzzzzz"), NULL},
		{SPAN("regex"), "regex"},
	};
	char longest[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *near = nearest_name(rows[i].got, names, ARRAY_LEN(names));

		if (rows[i].meant)
			assert_string_equal(near ? near : "none", rows[i].meant);
		else
			assert_null(near);
	}
	memset(longest, 'a', sizeof(longest));
	assert_null(nearest_name((struct span){longest, sizeof(longest)}, names, ARRAY_LEN(names)));
}

static void colours_only_when_asked(void **state)
{
	struct errors list = {0};
	struct buf out = {0};

	(void)state;
	errors_add(&list, SEVERITY_ERROR, at(1, 1), "x");
	errors_render(&list, &out, true);
	assert_non_null(memchr(out.data, '\033', out.len));
	buf_clear(&out);
	errors_render(&list, &out, false);
	assert_null(memchr(out.data, '\033', out.len));
	buf_free(&out);
	errors_free(&list);
}

static void errors_take_the_place_of_warnings(void **state)
{
	struct errors list = {0};

	(void)state;
	for (uint32_t i = 1; i <= ERRORS_MAX + 5; i++)
		errors_add(&list, SEVERITY_WARNING, at(i, 1), "warning %u", i);
	errors_hint(&list, "of one that was dropped");
	errors_add(&list, SEVERITY_ERROR, at(1, 1), "why it is refused");
	errors_hint(&list, "and what to do");
	assert_int_equal(list.count, ERRORS_MAX);
	assert_int_equal(list.dropped, 6);
	assert_int_equal(list.errors, 1);
	assert_int_equal(list.warnings, ERRORS_MAX + 5);
	assert_null(list.items[ERRORS_MAX - 2].hint);
	assert_string_equal(list.items[ERRORS_MAX - 1].text, "why it is refused");
	assert_string_equal(list.items[ERRORS_MAX - 1].hint, "and what to do");
	errors_free(&list);
}

static void notes_make_room_first(void **state)
{
	struct errors list = {.most = 4};

	(void)state;
	errors_add(&list, SEVERITY_NOTE, at(1, 1), "a note");
	errors_add(&list, SEVERITY_WARNING, at(2, 1), "a warning");
	errors_add(&list, SEVERITY_NOTE, at(3, 1), "another note");
	errors_add(&list, SEVERITY_WARNING, at(4, 1), "another warning");
	errors_add(&list, SEVERITY_NOTE, at(5, 1), "no room for this");
	errors_code(&list, "of one that was dropped");
	errors_add(&list, SEVERITY_ERROR, at(6, 1), "an error");
	errors_code(&list, "kind");
	errors_add(&list, SEVERITY_WARNING, at(7, 1), "a third warning");
	errors_add(&list, SEVERITY_WARNING, at(8, 1), "no room for this, either");
	static const char *const wanted[] = {
		"a warning", "another warning", "an error", "a third warning"};

	assert_int_equal(list.count, 4);
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(list.items[i].text, wanted[i]);
	assert_null(list.items[1].code);
	assert_string_equal(list.items[2].code, "kind");
	assert_int_equal(list.notes, 3);
	assert_int_equal(list.warnings, 4);
	assert_int_equal(list.dropped, 4);
	assert_false(errors_are_full(&list));
	errors_free(&list);
}

static void codes_stand_behind_and_files_apart(void **state)
{
	struct source other = {"rules/b.yaml", {NULL, 0}};
	struct errors list = {.scope = "some"};
	struct buf out = {0};

	(void)state;
	errors_add(&list, SEVERITY_NOTE, (struct place){&other, 2, 0}, "first\nof two lines");
	errors_add(&list, SEVERITY_ERROR, (struct place){0}, "no file");
	errors_code(&list, "other");
	errors_hint(&list, "mend it");
	errors_render_codes(&list, &out, false);
	assert_true(span_eq(
		buf_content(&out), SPAN("rules/b.yaml:2: note: first of two lines [some]\n\n"
					"error: no file; mend it [other]\n")));
	buf_free(&out);
	errors_free(&list);
}

static void sorts_very_many(void **state)
{
	struct errors list = {.most = ERRORS_ALL};

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		errors_add(&list, SEVERITY_ERROR, at(1 + i * 7919 % 500, 1), "%u", i);
	errors_sort(&list);
	assert_int_equal(list.count, 1000);
	for (size_t i = 1; i < list.count; i++) {
		const struct error *a = &list.items[i - 1], *b = &list.items[i];

		assert_true(a->place.line <= b->place.line);
		assert_true(a->place.line < b->place.line || atoi(a->text) < atoi(b->text));
	}
	errors_free(&list);
}

static void moves_to_another_list(void **state)
{
	struct errors from = {0}, to = {0};

	(void)state;
	errors_add(&to, SEVERITY_WARNING, at(1, 1), "first");
	for (uint32_t i = 1; i <= ERRORS_MAX + 2; i++)
		errors_add(&from, SEVERITY_ERROR, at(i, 1), "error %u", i);
	errors_move(&to, &from);
	assert_int_equal(from.count, 0);
	assert_null(from.items);
	assert_int_equal(to.count, ERRORS_MAX);
	assert_int_equal(to.errors, ERRORS_MAX + 2);
	assert_int_equal(to.warnings, 1);
	assert_int_equal(to.count + to.dropped, to.errors + to.warnings);
	assert_string_equal(to.items[0].text, "error 1");
	errors_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_line_and_caret),
		cmocka_unit_test(shows_places_without_line_or_file),
		cmocka_unit_test(control_characters_are_not_shown),
		cmocka_unit_test(columns_count_code_points),
		cmocka_unit_test(a_long_line_is_shown_around_the_column),
		cmocka_unit_test(keeps_fifty_and_counts_the_rest),
		cmocka_unit_test(errors_take_the_place_of_warnings),
		cmocka_unit_test(notes_make_room_first),
		cmocka_unit_test(codes_stand_behind_and_files_apart),
		cmocka_unit_test(sorts_very_many),
		cmocka_unit_test(moves_to_another_list),
		cmocka_unit_test(sorts_by_place_and_keeps_equals),
		cmocka_unit_test(finds_the_name_that_was_meant),
		cmocka_unit_test(colours_only_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
