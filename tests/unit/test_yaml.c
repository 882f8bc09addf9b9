/* The YAML tree: marks, what is refused, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rules/yaml.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct arena arena;
	struct errors errors;
	struct source source;
	struct yaml_node *root;
	int rc;
};

static void parse_span(struct fixture *f, struct span text)
{
	*f = (struct fixture){.source = {"t.yaml", text}};
	arena_init(&f->arena, 0);
	f->rc = yaml_parse(&f->arena, &f->source, &f->errors, &f->root);
	assert_true((f->rc == OK) == (f->errors.errors == 0));
}

static void parse(struct fixture *f, const char *text)
{
	parse_span(f, span_of(text));
}

static void finish(struct fixture *f)
{
	errors_free(&f->errors);
	arena_free(&f->arena);
}

static void marks_are_lines_and_code_points(void **state)
{
	struct fixture f;
	const struct yaml_node *list;
	(void)state;

	parse(&f, "ä: [\"ö\", x]\nb:\n  - 'c'\n  - {d: e}\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.root->kind, YAML_MAPPING);
	assert_int_equal(f.root->count, 2);
	list = yaml_get(f.root, "ä");
	assert_int_equal(list->count, 2);
	assert_int_equal(list->items[1].line, 1);
	assert_int_equal(list->items[1].column, 10);
	assert_true(list->items[0].quoted);
	assert_false(list->items[1].quoted);
	list = yaml_get(f.root, "b");
	assert_int_equal(list->items[1].kind, YAML_MAPPING);
	assert_int_equal(list->items[1].line, 4);
	assert_int_equal(list->items[1].column, 5);
	assert_string_equal(yaml_get(&list->items[1], "d")->value.ptr, "e");
	assert_null(yaml_get(f.root, "e"));
	finish(&f);
}

static void nothing_is_no_root(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# only\n", "---\n...\n", "~\n", "null\n"};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct fixture f;

		parse(&f, texts[i]);
		assert_int_equal(f.rc, OK);
		assert_null(f.root);
		finish(&f);
	}
}

/* libyaml alone takes 28 seconds for this. */
static void deep_nesting_is_refused_at_once(void **state)
{
	static const char *const repeated[] = {"[", "{a: ", "- ", "[{a: "};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(repeated); i++) {
		struct fixture f;
		struct buf text = {0};
		int64_t before;

		while (text.len < 200 * 1024)
			buf_str(&text, repeated[i]);
		before = clock_mono_ns();
		parse_span(&f, buf_content(&text));
		assert_true(clock_mono_ns() - before < 500 * NS_PER_MS);
		assert_int_equal(f.rc, ERR_INVALID);
		assert_int_equal(f.errors.count, 1);
		assert_string_equal(f.errors.items[0].text, "nested deeper than 16 levels");
		assert_int_equal(f.errors.items[0].place.line, 1);
		if (i == 0)
			assert_int_equal(f.errors.items[0].place.column, 17);
		finish(&f);
		buf_free(&text);
	}
}

static void hostile_files_take_linear_time(void **state)
{
	static const struct {
		const char *repeated;
		const char *before;
	} cases[] = {
		{"- &a%u x\n", ""},
		{"%%TAG !t%u! y\n", ""},
		{"k%u: x\n", ""},
		{"k: x\n", ""},
		{"? ", ""},
		{"a, ", "["},
		{"\"", ""},
		{"#", ""},
		{"\xE2\x80\x8B", "a: "},
		{"*a%u ", ""},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		struct buf text = {0};
		int64_t before;

		buf_str(&text, cases[i].before);
		for (unsigned n = 0; text.len < 256 * 1024; n++) {
			char piece[64];

/* The formats are ours, in the table above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(piece, sizeof(piece), cases[i].repeated, n);
#pragma GCC diagnostic pop
			buf_str(&text, piece);
		}
		before = clock_mono_ns();
		parse_span(&f, buf_content(&text));
		assert_true(clock_mono_ns() - before < 2 * NS_PER_S);
		finish(&f);
		buf_free(&text);
	}
}

static void bounds_on_nodes_and_size(void **state)
{
	struct fixture f;
	struct buf text = {0};
	(void)state;

	for (unsigned i = 0; i <= YAML_NODES_MAX; i++)
		buf_str(&text, "- a\n");
	parse_span(&f, buf_content(&text));
	assert_int_equal(f.rc, ERR_INVALID);
	assert_string_equal(f.errors.items[0].text, "the file holds more than 200000 entries");
	finish(&f);
	while (text.len <= YAML_SIZE_MAX)
		buf_str(&text, "# comment\n");
	parse_span(&f, buf_content(&text));
	assert_int_equal(f.rc, ERR_INVALID);
	assert_string_equal(f.errors.items[0].text, "is larger than 1048576 bytes");
	finish(&f);
	buf_free(&text);
}

static void every_first_byte(void **state)
{
	(void)state;

	for (unsigned c = 0; c < 256; c++) {
		char text[] = {(char)c, 'a', ':', ' ', (char)c, '\n'};
		struct fixture f;

		parse_span(&f, (struct span){text, sizeof(text)});
		if (c >= 0x80)
			assert_int_equal(f.rc, ERR_INVALID);
		finish(&f);
	}
}

/* --- places inside scalars
 * ------------------------------------------------------------------------ */

/* `@` marks the byte whose place is asked for, in the value and in the file. */
static void check_inside(const char *text)
{
	struct fixture f;
	const struct yaml_node *value;
	const char *at = strrchr(text, '@'), *found;
	struct place place, expected = {.line = 1, .column = 1};

	parse(&f, text);
	assert_int_equal(f.rc, OK);
	value = yaml_get(f.root, "k");
	assert_non_null(value);
	found = memchr(value->value.ptr, '@', value->value.len);
	assert_non_null(found);
	place = yaml_place_inside(&f.source, value, (size_t)(found - value->value.ptr));
	expected = yaml_place_at(&f.source, (size_t)(at - text));
	if (place.line != expected.line || place.column != expected.column)
		fail_msg("%s: %u:%u instead of %u:%u", text, place.line, place.column,
			expected.line, expected.column);
	finish(&f);
}

static void places_inside_scalars(void **state)
{
	static const char *const texts[] = {
		"k: ab@\n",
		"k: a\n  b c@\n",
		"k: a\n\n\n  b c@\n",
		"k: 'it''s @'\n",
		"k: 'it''''s\n   two @'\n",
		"k: \"a\\n\\u00e4\\x41\\U0001F600\\\\@\"\n",
		"k: \"a \\\n    b@\"\n",
		"k: \"a\n    b\n\n  c@\"\n",
		"k: |\n  one\n  two@\n",
		"k: |-\n\n\n    one\n      more\n    two@\n",
		"k: >\n  one\n  two\n\n  three@\n",
		"k: >-   # a comment\n  ö one\n  ü two@\n",
		"k: |2\n   one\n  two@\n",
		"a: ä\nk: [1]\n",
		"k: \"\\t@\"\n",
		"k: 'a\r\n  b@'\r\n",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strchr(texts[i], '@'))
			check_inside(texts[i]);
	}
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static void expect_file(const char *path, int rc, const char *text)
{
	struct errors errors = {0};
	struct source *source;
	struct arena arena;

	arena_init(&arena, 0);
	assert_int_equal(source_read(&arena, path, 1000, &errors, &source), rc);
	if (rc == OK) {
		assert_int_equal(errors.errors, 0);
	} else {
		assert_int_equal(errors.errors, 1);
		assert_string_equal(errors.items[0].text, text);
		assert_string_equal(errors.items[0].place.source->name, path);
	}
	errors_free(&errors);
	arena_free(&arena);
}

static void what_is_no_file(void **state)
{
	char dir[] = "/tmp/filterd-yaml-XXXXXX", path[64];
	int fd;
	(void)state;

	assert_non_null(mkdtemp(dir));
	expect_file("/dev/zero", ERR_IO, "is not a regular file");
	expect_file(dir, ERR_IO, "is not a regular file");
	expect_file("/nonexistent", ERR_IO, "cannot be read: No such file or directory");
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_file(path, ERR_IO, "is not a regular file");
	unlink(path);
	snprintf(path, sizeof(path), "%s/sparse", dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(ftruncate(fd, (off_t)10 << 30), 0);
	expect_file(path, ERR_LIMIT, "is larger than 1000 bytes");
	assert_int_equal(ftruncate(fd, 1001), 0);
	expect_file(path, ERR_LIMIT, "is larger than 1000 bytes");
	assert_int_equal(ftruncate(fd, 1000), 0);
	expect_file(path, OK, NULL);
	assert_int_equal(ftruncate(fd, 0), 0);
	expect_file(path, OK, NULL);
	close(fd);
	unlink(path);
	rmdir(dir);
	/* Its size is told as 0. */
	expect_file("/proc/self/mounts", ERR_LIMIT, "is larger than 1000 bytes");
}

static void a_file_that_others_may_write(void **state)
{
	char path[] = "/tmp/filterd-yaml-XXXXXX";
	int fd = mkstemp(path);
	struct errors errors = {0};
	struct source *source;
	struct arena arena;
	(void)state;

	arena_init(&arena, 0);
	assert_int_equal(fchmod(fd, 0666), 0);
	assert_int_equal(source_read(&arena, path, 1000, &errors, &source), OK);
	assert_int_equal(errors.warnings, 1);
	errors_free(&errors);
	arena_free(&arena);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_lines_and_code_points),
		cmocka_unit_test(nothing_is_no_root),
		cmocka_unit_test(deep_nesting_is_refused_at_once),
		cmocka_unit_test(hostile_files_take_linear_time),
		cmocka_unit_test(bounds_on_nodes_and_size),
		cmocka_unit_test(every_first_byte),
		cmocka_unit_test(places_inside_scalars),
		cmocka_unit_test(what_is_no_file),
		cmocka_unit_test(a_file_that_others_may_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
