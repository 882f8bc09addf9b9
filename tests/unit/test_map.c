/* Hash maps: many keys, overwriting, and keys that differ only by length or a NUL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"

#include <stdio.h>

static void an_empty_map_has_nothing(void **state)
{
	struct map m = {0};

	(void)state;
	assert_int_equal(map_get(&m, SPAN("a")), MAP_NONE);
	map_free(&m);
}

static void keeps_every_key(void **state)
{
	enum { keys = 5000 };
	static char names[keys][16];
	struct map m = {0};

	(void)state;
	for (uint32_t i = 0; i < keys; i++) {
		snprintf(names[i], sizeof(names[i]), "key-%u", i);
		assert_int_equal(map_set(&m, span_of(names[i]), i), OK);
	}
	assert_int_equal(m.count, keys);
	for (uint32_t i = 0; i < keys; i++)
		assert_int_equal(map_get(&m, span_of(names[i])), i);
	assert_int_equal(map_get(&m, SPAN("key-5000")), MAP_NONE);
	assert_int_equal(map_get(&m, SPAN("")), MAP_NONE);
	map_free(&m);
	assert_int_equal(m.count, 0);
}

static void overwrites(void **state)
{
	struct map m = {0};

	(void)state;
	assert_int_equal(map_set(&m, SPAN("a"), 1), OK);
	assert_int_equal(map_set(&m, SPAN("a"), 2), OK);
	assert_int_equal(m.count, 1);
	assert_int_equal(map_get(&m, SPAN("a")), 2);
	map_free(&m);
}

static void tells_bytes_apart(void **state)
{
	struct map m = {0};

	(void)state;
	assert_int_equal(map_set(&m, SPAN(""), 1), OK);
	assert_int_equal(map_set(&m, SPAN("\0"), 2), OK);
	assert_int_equal(map_set(&m, SPAN("\0\0"), 3), OK);
	assert_int_equal(map_set(&m, SPAN("a\0b"), 4), OK);
	assert_int_equal(map_set(&m, SPAN("a\0c"), 5), OK);
	assert_int_equal(map_get(&m, SPAN("")), 1);
	assert_int_equal(map_get(&m, SPAN("\0")), 2);
	assert_int_equal(map_get(&m, SPAN("\0\0")), 3);
	assert_int_equal(map_get(&m, SPAN("a\0b")), 4);
	assert_int_equal(map_get(&m, SPAN("a\0c")), 5);
	map_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(keeps_every_key),
		cmocka_unit_test(overwrites),
		cmocka_unit_test(tells_bytes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
