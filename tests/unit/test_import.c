/*
 * Files of other systems made into rule files.
 *
 * tests/import/KIND-NAME.* is imported; tests/import/expected/KIND-NAME.EXT.yaml is what must come
 * out. Each file is loaded and its rules' tests are run, and its items are counted: nothing may get
 * lost. UPDATE=1 writes the expected files: read the difference before keeping it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import/import.h"
#include "import/scalar.h"
#include "rules/yaml.h"
#include "ruleset_of.h"
#include "text/utf8.h"

#include <dirent.h>

#define CASES_MAX 64

/* One import and what came of it. */
struct imported {
	struct arena arena;
	struct errors errors;
	struct buf file; /* NUL-terminated, which its length does not count */
	struct import_result result;
	int rc;
};

static const struct import_kind *kind_of(struct span name)
{
	size_t count;
	const struct import_kind *kinds = import_kinds(&count);

	for (size_t i = 0; i < count; i++) {
		if (span_eq(name, span_of(kinds[i].name)))
			return &kinds[i];
	}
	fail_msg("no kind %.*s", SPAN_ARGS(name));
	return NULL;
}

static void run(struct imported *imported, const char *kind, const char *name, struct span text,
	const struct import_options *options)
{
	static const struct import_options plain = {.action = -1};
	struct source source = {name, text};

	*imported = (struct imported){0};
	arena_init(&imported->arena, 0);
	imported->rc = import_run(kind_of(span_of(kind)), &source, options ? options : &plain,
		&imported->arena, &imported->errors, &imported->file, &imported->result);
	buf_char(&imported->file, '\0');
	imported->file.len--;
}

static void release(struct imported *imported)
{
	errors_free(&imported->errors);
	buf_free(&imported->file);
	arena_free(&imported->arena);
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		count++;
	return count;
}

/* Every item is accounted for, in the figures and in the file. */
static void check_nothing_lost(const struct imported *imported)
{
	const struct import_result *result = &imported->result;
	size_t kinds[3] = {0};

	assert_int_equal(result->items, result->carried + result->left + result->repeated);
	for (size_t i = 0; i < result->notes_count; i++)
		kinds[result->notes[i].kind]++;
	assert_int_equal(kinds[IMPORT_LEFT], result->left);
	assert_int_equal(kinds[IMPORT_REPEATED], result->repeated);
	assert_int_equal(kinds[IMPORT_CHANGED], result->changed);
	assert_int_equal(count_of(imported->file.data, "# not carried over ("), result->left);
	assert_int_equal(count_of(imported->file.data, "# repeated ("), result->repeated);
	assert_int_equal(count_of(imported->file.data, "# changed ("), result->changed);
	assert_int_equal(count_of(imported->file.data, "\n  - id: "), result->rules);
}

/* The file is a set of its own, whose rules' tests pass; without rules it is only remarks. */
static void check_loads(const struct imported *imported)
{
	struct errors errors = {0};
	struct buf shown = {0};
	struct arena keep;
	struct ruleset *set;
	const struct rule *rules;

	if (imported->result.rules == 0)
		return;
	arena_init(&keep, 0);
	set = ruleset_of(imported->file.data, NULL, 0, &errors, &keep);
	errors_render(&errors, &shown, false);
	buf_char(&shown, '\0');
	if (!set)
		fail_msg("%s", shown.data);
	assert_int_equal(ruleset_rules(set, &rules), imported->result.rules);
	ruleset_unref(set);
	errors_free(&errors);
	arena_free(&keep);
	buf_free(&shown);
}

/* --- files --------------------------------------------------------------------------------------
 */

static void read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char chunk[4096];
	size_t got;

	while (file && (got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(out, chunk, got);
	if (file)
		fclose(file);
	buf_char(out, '\0');
	out->len--;
}

static void write_file(const char *path, const struct buf *content)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(content->data, 1, content->len, file), content->len);
	fclose(file);
}

static void test_file(void **state)
{
	const char *name = *state;
	char kind[32], path[512], expected_path[512];
	struct buf text = {0}, expected = {0};
	struct imported imported;

	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(name, "-"), name);
	snprintf(path, sizeof(path), "tests/import/%s", name);
	snprintf(expected_path, sizeof(expected_path), "tests/import/expected/%s.yaml", name);
	read_file(path, &text);
	run(&imported, kind, name, buf_content(&text), NULL);
	assert_int_equal(imported.rc, OK);
	if (getenv("UPDATE"))
		write_file(expected_path, &imported.file);
	read_file(expected_path, &expected);
	check_nothing_lost(&imported);
	check_loads(&imported);
	assert_string_equal(imported.file.data, expected.data);
	release(&imported);
	buf_free(&text);
	buf_free(&expected);
}

/* --- scalars ------------------------------------------------------------------------------------
 */

/* What YAML makes of the scalar, as an item of a list and in a flow list. */
static void check_scalar(struct span text)
{
	struct buf file = {0};
	struct errors errors = {0};
	struct yaml_node *root = NULL;
	struct arena arena;

	buf_str(&file, "a:\n  - ");
	scalar_write(&file, text);
	buf_str(&file, "\nb: [");
	scalar_write(&file, text);
	buf_str(&file, ", end]\n");
	arena_init(&arena, 0);
	assert_int_equal(
		yaml_parse(&arena, &(struct source){"s", buf_content(&file)}, &errors, &root), OK);
	assert_int_equal(errors.warnings, 0);
	for (int i = 0; i < 2; i++) {
		const struct yaml_node *list = yaml_get(root, i ? "b" : "a");

		assert_int_equal(list->count, i ? 2 : 1);
		assert_true(span_eq(list->items[0].value, text));
		assert_false(yaml_is_null(&list->items[0]));
	}
	errors_free(&errors);
	arena_free(&arena);
	buf_free(&file);
}

static void test_scalars_read_back(void **state)
{
	static const char *const texts[] = {"", " ", "a", "a b", "a ", " a", "yes", "NO", "null",
		"~", "1", "-", "- a", "a: b", "a #b", "#", "'", "''", "it's", "\"", "\\", "*a",
		"&a", "!a", "[a]", "{a}", "a,b", "%a", "@a", "`a`", "|", ">", "?", ":", "---",
		"...", "a\nb", "\n", "\t", "\r\n", "\x01", "\x7f", "\xC2\x85", "\xE2\x80\xA8",
		"\xE2\x80\xAE", "\xEF\xBB\xBF", "\xEF\xBF\xBF", "\xF3\xA0\x80\x81",
		"\xF0\x9F\x98\x80", "ئەحمەق", "نه\xE2\x80\x8Cروم", "<<", "<a>", "a:", "=", "é",
		"e\xCC\x81", "賭場"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_scalar(span_of(texts[i]));
}

/* Texts of random characters, many of which mean something to YAML. */
static void test_random_scalars_read_back(void **state)
{
	static const uint32_t often[] = {' ', '\'', '"', '\\', ':', '#', '-', '\n', '\t', '\r', '[',
		'{', ',', '*', '&', '!', '|', '>', '%', '@', 0x85, 0x200B, 0x2028, 0xFEFF, 0xE0041,
		0x642};
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[64];
		size_t len = 0, chars = (size_t)(seed >> 16) % 12;

		for (size_t c = 0; c < chars; c++) {
			uint32_t code;

			seed = seed * 1664525 + 1013904223;
			code = (seed >> 8) % 3 ? often[(seed >> 10) % ARRAY_LEN(often)]
					       : (seed >> 9) % 0x110000;
			if (code == 0 || (code >= 0xD800 && code < 0xE000))
				code = 'x';
			len += utf8_put(code, text + len);
		}
		seed = seed * 1664525 + 1013904223;
		check_scalar((struct span){text, len});
	}
}

static void test_comments_are_one_clean_line(void **state)
{
	struct buf out = {0};

	(void)state;
	scalar_comment(&out, SPAN("a\tb\nc\xE2\x80\xAE\xFF\xC3"), 0);
	buf_char(&out, '\0');
	assert_string_equal(out.data, "a b<U+000A>c<U+202E><0xFF><0xC3>");
	buf_clear(&out);
	scalar_comment(&out, SPAN("ab\xC3\xA9"), 3);
	buf_char(&out, '\0');
	assert_string_equal(out.data, "ab…");
	buf_free(&out);
}

/* --- options and bounds -------------------------------------------------------------------------
 */

static void test_options(void **state)
{
	static const char *const languages[] = {"ckb", "kmr"};
	const struct import_options options = {
		.guideline = SPAN("profanity"),
		.languages = languages,
		.languages_count = 2,
		.id = SPAN("ours/wp"),
		.action = ACTION_APPROVE,
	};
	struct imported imported;

	(void)state;
	run(&imported, "wordpress", "keys.txt", SPAN("good word\n"), &options);
	assert_int_equal(imported.rc, OK);
	assert_non_null(strstr(imported.file.data, "\nguideline: profanity\n"));
	assert_null(strstr(imported.file.data, "guidelines:\n"));
	assert_non_null(strstr(imported.file.data, "\nlanguage: [ckb, kmr]\n"));
	assert_non_null(strstr(imported.file.data, "\n  - id: ours/wp/keys\n"));
	assert_non_null(
		strstr(imported.file.data, "\n    action: approve\n    guidelines: [profanity]\n"));
	release(&imported);
}

static void test_broken_json_is_an_error_with_its_place(void **state)
{
	static const char *const texts[] = {"{\"wordList\": {\"banned\": [\"a\"", "{\"a\": 1}",
		"{\"banned\": [\"\xFF\"]}", "{\"wordList\": {\"banned\": []}, \"wordList\": {}}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct imported imported;

		run(&imported, "coral", "settings.json", span_of(texts[i]), NULL);
		assert_int_equal(imported.rc, ERR_INVALID);
		assert_true(imported.errors.errors > 0);
		assert_int_equal(imported.file.len, 0);
		release(&imported);
	}
}

static void test_what_is_too_long_for_a_rule_file_is_told(void **state)
{
	struct buf text = {0};
	struct imported imported;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "word number %d\n", i);
	run(&imported, "words", "long.txt", buf_content(&text), NULL);
	assert_int_equal(imported.rc, ERR_LIMIT);
	assert_int_equal(imported.errors.errors, 1);
	release(&imported);
	buf_free(&text);
}

/* Ten thousand documents, deep nesting, a key of thousands of fields: all of it in bounded time. */
static void test_hostile_automoderator(void **state)
{
	struct buf text = {0};
	struct imported imported;

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_str(&text, "---\n");
	for (int i = 0; i < 1000; i++)
		buf_str(&text, "[");
	buf_str(&text, "\n---\n? [complex]\n: x\n---\n");
	for (int i = 0; i < 1000; i++)
		buf_str(&text, "body+");
	buf_str(&text,
		"body: [x]\naction: remove\n---\nbody (((regex, ,, )))): y\naction: remove\n");
	run(&imported, "automoderator", "hostile.yaml", buf_content(&text), NULL);
	assert_int_equal(imported.rc, OK);
	check_nothing_lost(&imported);
	check_loads(&imported);
	release(&imported);
	buf_free(&text);
}

/* With less and less memory: an error, never a crash or half a file. */
static void test_out_of_memory(void **state)
{
	static const struct import_options options = {.action = -1};
	const struct source source = {"a.yaml",
		SPAN("body: [one, two]\nauthor: {account_age: '< 7 days'}\naction: remove\n---\n"
		     "title: [x]\naction: filter\n")};
	int rc = ERR_NOMEM;

	(void)state;
	for (size_t limit = 1; rc != OK && limit < 1024 * 1024; limit += 512) {
		struct arena arena;
		struct errors errors = {0};
		struct import_result result;
		struct buf out = {0};

		arena_init(&arena, limit);
		rc = import_run(kind_of(SPAN("automoderator")), &source, &options, &arena, &errors,
			&out, &result);
		assert_true(rc == OK || rc == ERR_NOMEM);
		buf_free(&out);
		errors_free(&errors);
		arena_free(&arena);
	}
	assert_int_equal(rc, OK);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(import_name_fits(SPAN("our/list-2.x_y")));
	assert_false(import_name_fits(SPAN("")));
	assert_false(import_name_fits(SPAN("Our")));
	assert_false(import_name_fits(SPAN("a b")));
	assert_false(import_name_fits(SPAN("a\0b")));
	assert_false(import_name_fits(SPAN("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx")));
}

static struct CMUnitTest cases[CASES_MAX] = {
	cmocka_unit_test(test_scalars_read_back),
	cmocka_unit_test(test_random_scalars_read_back),
	cmocka_unit_test(test_comments_are_one_clean_line),
	cmocka_unit_test(test_options),
	cmocka_unit_test(test_broken_json_is_an_error_with_its_place),
	cmocka_unit_test(test_what_is_too_long_for_a_rule_file_is_told),
	cmocka_unit_test(test_hostile_automoderator),
	cmocka_unit_test(test_out_of_memory),
	cmocka_unit_test(test_names),
};

int main(void)
{
	size_t count = 0, fixed;
	struct dirent *entry;
	DIR *dir = opendir("tests/import");
	int failed;

	while (cases[count].test_func)
		count++;
	fixed = count;
	while (dir && (entry = readdir(dir)) && count < CASES_MAX) {
		char *name = strchr(entry->d_name, '-') ? strdup(entry->d_name) : NULL;

		if (name)
			cases[count++] = (struct CMUnitTest){
				.name = name, .test_func = test_file, .initial_state = name};
	}
	if (dir)
		closedir(dir);
	if (count == fixed) {
		perror("tests/import");
		return 1;
	}
	failed = _cmocka_run_group_tests("import", cases, count, NULL, NULL);
	for (size_t i = fixed; i < count; i++)
		free(cases[i].initial_state);
	return failed;
}
