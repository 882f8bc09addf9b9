/* The protocol's tables: complete, and each field as the reader knows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/native.h"
#include "wire/tables.h"

/* Rows of a table, its two lines of heading left out. */
static size_t rows(const struct buf *table)
{
	size_t lines = 0;

	for (size_t i = 0; i < table->len; i++)
		lines += table->data[i] == '\n';
	return lines - 2;
}

static void every_field_has_a_meaning_and_a_form(void **state)
{
	struct buf out = {0};

	(void)state;
	tables_fields(&out);
	buf_char(&out, '\0');
	assert_int_equal(rows(&out), native_fields_count());
	/* A meaning of what is no field. */
	assert_null(strstr(out.data, "| ? |"));
	assert_non_null(strstr(out.data, "\n| `author.created` | instant | "));
	buf_free(&out);
}

static void forms_are_found_by_path(void **state)
{
	(void)state;
	assert_string_equal(native_field_form(SPAN("text")), "string");
	assert_string_equal(native_field_form(SPAN("parent.id")), "id");
	assert_string_equal(native_field_form(SPAN("author")), "object");
	assert_null(native_field_form(SPAN("author.")));
	assert_null(native_field_form(SPAN("author.txet")));
	assert_null(native_field_form(SPAN("text.id")));
	assert_null(native_field_form(SPAN("")));
}

static void every_code_has_a_row(void **state)
{
	struct buf out = {0};

	(void)state;
	tables_codes(&out);
	assert_int_equal(rows(&out), REFUSAL_COUNT - 1);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_a_meaning_and_a_form),
		cmocka_unit_test(forms_are_found_by_path),
		cmocka_unit_test(every_code_has_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
