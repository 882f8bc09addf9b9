/* Reading YAML by tables: every type, its defaults, and shorthands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/schema.h"

struct inner {
	int64_t n;
	struct span s;
};

struct all {
	bool flag;
	int64_t number, size, duration, instant;
	struct span text;
	struct strings texts;
	int choice;
	unsigned choices;
	struct wording wording;
	struct inner inner;
	const struct yaml_node *node;
	struct numbered numbered;
	struct inner beside;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct key inner_keys[] = {
	{.name = "n",
		.type = TYPE_INT,
		.help = "N.",
		.offset = offsetof(struct inner, n),
		.min = -5,
		.max = 5,
		.fallback = "3"},
	{.name = "s", .type = TYPE_STRING, .help = "S.", .offset = offsetof(struct inner, s)},
};
static const struct key beside_keys[] = {
	{.name = "m",
		.type = TYPE_INT,
		.help = "M.",
		.offset = offsetof(struct inner, n),
		.max = 9,
		.fallback = "4"},
};
static const struct section beside_section = {
	.name = "beside",
	.help = "Beside.",
	.keys = beside_keys,
	.count = ARRAY_LEN(beside_keys),
	.shorthand = -1,
	.size = sizeof(struct inner),
};
static const struct section inner_section = {
	.name = "inner",
	.help = "Inner.",
	.keys = inner_keys,
	.count = ARRAY_LEN(inner_keys),
	.shorthand = 1,
	.size = sizeof(struct inner),
};

#define AT(field) .offset = offsetof(struct all, field)
static const struct key all_keys[] = {
	{.name = "flag", .type = TYPE_BOOL, .help = "F.", AT(flag), .fallback = "true"},
	{.name = "number", .type = TYPE_INT, .help = "N.", AT(number), .min = 1, .max = 10},
	{.name = "size",
		.type = TYPE_SIZE,
		.help = "S.",
		AT(size),
		.max = 1 << 20,
		.fallback = "16KiB"},
	{.name = "duration",
		.type = TYPE_DURATION,
		.help = "D.",
		AT(duration),
		.fallback = "250ms"},
	{.name = "instant", .type = TYPE_INSTANT, .help = "I.", AT(instant)},
	{.name = "text", .type = TYPE_STRING, .help = "T.", AT(text), .fallback = "none"},
	{.name = "texts", .type = TYPE_STRINGS, .help = "T.", AT(texts)},
	{.name = "choice",
		.type = TYPE_CHOICE,
		.help = "C.",
		AT(choice),
		.choices = colours,
		.fallback = "green"},
	{.name = "choices",
		.type = TYPE_CHOICES,
		.help = "C.",
		AT(choices),
		.choices = colours,
		.fallback = "[red, green]"},
	{.name = "wording", .type = TYPE_WORDING, .help = "W.", AT(wording)},
	{.name = "inner", .type = TYPE_SECTION, .help = "I.", AT(inner), .section = &inner_section},
	{.name = "node", .type = TYPE_NODE, .help = "N.", AT(node), .shape = "anything"},
	{.name = "numbered", .type = TYPE_NUMBERED, .help = "N.", AT(numbered), .max = 9},
	{.name = "old", .type = TYPE_INT, .help = "Old.", .flags = KEY_RETIRED},
	{.name = "later", .type = TYPE_INT, .help = "Later.", .flags = KEY_FORESEEN},
};
static const struct section all_section = {
	.name = "all",
	.noun = "all of it",
	.help = "All.",
	.keys = all_keys,
	.count = ARRAY_LEN(all_keys),
	.shorthand = -1,
	.also = &beside_section,
	.also_at = offsetof(struct all, beside),
	.size = sizeof(struct all),
};

struct fixture {
	struct arena arena;
	struct errors errors;
	struct source source;
	struct all all;
	int rc;
};

static void read_all(struct fixture *f, const char *text)
{
	struct yaml_node *root;

	*f = (struct fixture){.source = {"t.yaml", span_of(text)}};
	arena_init(&f->arena, 0);
	assert_int_equal(yaml_parse(&f->arena, &f->source, &f->errors, &root), OK);
	f->rc = schema_read(&f->arena, &f->source, &f->errors, &all_section, root, &f->all);
	assert_true((f->rc == OK) == (f->errors.errors == 0));
}

static void finish(struct fixture *f)
{
	errors_free(&f->errors);
	arena_free(&f->arena);
}

#define assert_span(got, want) assert_true(span_eq((got), span_of(want)))

static void defaults(void **state)
{
	struct fixture f;
	(void)state;

	read_all(&f, "number: 7\n");
	assert_int_equal(f.rc, OK);
	assert_true(f.all.flag);
	assert_int_equal(f.all.number, 7);
	assert_int_equal(f.all.size, 16384);
	assert_int_equal(f.all.duration, 250);
	assert_span(f.all.text, "none");
	assert_int_equal(f.all.choice, 1);
	assert_int_equal(f.all.choices, 3);
	assert_int_equal(f.all.inner.n, 3);
	assert_int_equal(f.all.texts.count, 0);
	assert_null(f.all.node);
	finish(&f);
}

static void every_type(void **state)
{
	struct fixture f;
	(void)state;

	read_all(&f, "flag: false\nnumber: 10\nsize: 1MiB\nduration: 2h\n"
		     "instant: 1970-01-02\ntext: no\ntexts: [no, on, yes, 1, 0x10]\nchoice: blue\n"
		     "choices: [red, blue]\nwording: {en: Yes, ckb: بەڵێ}\n"
		     "inner: {n: -5, s: 12}\nnode: {a: b}\n");
	assert_int_equal(f.rc, OK);
	assert_false(f.all.flag);
	assert_int_equal(f.all.number, 10);
	assert_int_equal(f.all.size, 1 << 20);
	assert_int_equal(f.all.duration, 7200000);
	assert_int_equal(f.all.instant, 86400000);
	assert_span(f.all.text, "no");
	assert_int_equal(f.all.texts.count, 5);
	assert_span(f.all.texts.items[0], "no");
	assert_span(f.all.texts.items[4], "0x10");
	assert_int_equal(f.all.texts.nodes[1]->column, 13);
	assert_int_equal(f.all.choice, 2);
	assert_int_equal(f.all.choices, 5);
	assert_int_equal(f.all.inner.n, -5);
	assert_span(f.all.inner.s, "12");
	assert_int_equal(f.all.node->kind, YAML_MAPPING);
	finish(&f);
}

static void a_value_for_a_list_or_a_section(void **state)
{
	struct fixture f;
	(void)state;

	read_all(&f, "texts: one\nchoices: green\ninner: short\nwording: \"all\"\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.all.texts.count, 1);
	assert_int_equal(f.all.choices, 2);
	assert_span(f.all.inner.s, "short");
	assert_int_equal(f.all.inner.n, 3);
	assert_int_equal(f.all.wording.count, 1);
	finish(&f);
}

static void the_wording_for_a_reader(void **state)
{
	const struct span tr[] = {SPAN("tr"), SPAN("ckb")}, fa = SPAN("fa");
	struct fixture f;
	(void)state;

	read_all(&f, "wording: {ckb: K, en: E}\n");
	assert_span(wording_for(&f.all.wording, tr, 2), "K");
	assert_span(wording_for(&f.all.wording, &fa, 1), "E");
	assert_span(wording_for(&f.all.wording, NULL, 0), "E");
	finish(&f);
	read_all(&f, "wording: {ckb: K, ar: A}\n");
	assert_span(wording_for(&f.all.wording, &fa, 1), "K");
	finish(&f);
}

static void all_mistakes_in_one_run(void **state)
{
	struct fixture f;
	(void)state;

	read_all(&f, "flag: yes\nnumber: 11\nsize: 16kb\nduration: 5\ninstant: x\ntext: [a]\n"
		     "texts: {}\nchoice: gren\nchoices: []\nwording: {e: x}\ninner: {m: 1}\n"
		     "node: ~\nlater: 1\nunknown: 1\n");
	assert_int_equal(f.rc, ERR_INVALID);
	assert_int_equal(f.errors.errors, 14);
	for (size_t i = 0; i < f.errors.count; i++)
		assert_int_equal(f.errors.items[i].place.line, i + 1);
	assert_string_equal(f.errors.items[7].hint, "did you mean `green`?");
	finish(&f);
}

static void names_with_and_without_numbers(void **state)
{
	struct fixture f;
	(void)state;

	read_all(&f, "numbered: {a: 3, b: 9}\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.all.numbered.names.count, 2);
	assert_span(f.all.numbered.names.items[1], "b");
	assert_int_equal(f.all.numbered.names.nodes[1]->column, 18);
	assert_int_equal(f.all.numbered.numbers[0], 3);
	assert_int_equal(f.all.numbered.numbers[1], 9);
	finish(&f);
	read_all(&f, "numbered: [a, b]\n");
	assert_int_equal(f.all.numbered.names.count, 2);
	assert_null(f.all.numbered.numbers);
	finish(&f);
	read_all(&f, "numbered: a\n");
	assert_int_equal(f.all.numbered.names.count, 1);
	finish(&f);
	read_all(&f, "numbered: {a: 10, b: x, c: [1]}\n");
	assert_int_equal(f.errors.errors, 3);
	finish(&f);
}

static void keys_of_another_section(void **state)
{
	struct fixture f;
	size_t offset = 0;
	(void)state;

	read_all(&f, "m: 7\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.all.beside.n, 7);
	finish(&f);
	read_all(&f, "number: 2\n");
	assert_int_equal(f.all.beside.n, 4);
	finish(&f);
	read_all(&f, "m: 10\n");
	assert_int_equal(f.errors.errors, 1);
	finish(&f);
	assert_string_equal(schema_key(&all_section, ARRAY_LEN(all_keys), &offset)->name, "m");
	assert_int_equal(offset, offsetof(struct all, beside.n));
	assert_null(schema_key(&all_section, ARRAY_LEN(all_keys) + 1, &offset));
}

static void retired_keys_warn(void **state)
{
	struct fixture f;
	(void)state;

	read_all(&f, "old: 1\n");
	assert_int_equal(f.rc, OK);
	assert_int_equal(f.errors.warnings, 1);
	finish(&f);
}

static void numbers_at_their_bounds(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{"number: 1\n", OK},
		{"number: 0\n", ERR_INVALID},
		{"number: 10\n", OK},
		{"number: 11\n", ERR_INVALID},
		{"number: -1\n", ERR_INVALID},
		{"number: +1\n", ERR_INVALID},
		{"number: 01\n", ERR_INVALID},
		{"number: 1.0\n", ERR_INVALID},
		{"number: ''\n", ERR_INVALID},
		{"number: 999999999999999999999999\n", ERR_INVALID},
		{"size: 1048576\n", OK},
		{"size: 1048577\n", ERR_INVALID},
		{"size: 999999999999999GiB\n", ERR_INVALID},
		{"duration: 0s\n", OK},
		{"duration: 999999999999999d\n", ERR_INVALID},
		{"duration: -1s\n", ERR_INVALID},
		{"duration: 1 s\n", ERR_INVALID},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;

		read_all(&f, cases[i].text);
		if (f.rc != cases[i].rc)
			fail_msg("%s", cases[i].text);
		finish(&f);
	}
}

static void units_as_they_are_written(void **state)
{
	char out[32];
	(void)state;

	schema_print_duration(out, 90000);
	assert_string_equal(out, "90s");
	schema_print_duration(out, 3600000);
	assert_string_equal(out, "1h");
	schema_print_duration(out, 0);
	assert_string_equal(out, "0ms");
	schema_print_size(out, 16384);
	assert_string_equal(out, "16KiB");
	schema_print_size(out, 1000);
	assert_string_equal(out, "1000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_type),
		cmocka_unit_test(a_value_for_a_list_or_a_section),
		cmocka_unit_test(the_wording_for_a_reader),
		cmocka_unit_test(all_mistakes_in_one_run),
		cmocka_unit_test(names_with_and_without_numbers),
		cmocka_unit_test(keys_of_another_section),
		cmocka_unit_test(retired_keys_warn),
		cmocka_unit_test(numbers_at_their_bounds),
		cmocka_unit_test(units_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
