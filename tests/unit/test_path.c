/* The folder a file stands in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/path.h"
#include "base/span.h"

#include <stdlib.h>

static void a_folder_is_what_stands_before_the_last_name(void **state)
{
	static const struct {
		const char *path, *folder;
	} cases[] = {
		{"var/queue.db", "var"},
		{"/etc/filterd/config.yaml", "/etc/filterd"},
		{"queue.db", "."},
		{"/queue.db", "/"},
		{"a/b/", "a"},
		{"a//b", "a"},
		{"/", "/"},
		{"", "."},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *folder = path_folder(cases[i].path);

		assert_non_null(folder);
		assert_string_equal(folder, cases[i].folder);
		free(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_is_what_stands_before_the_last_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
