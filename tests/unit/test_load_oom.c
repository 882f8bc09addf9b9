/*
 * Loading with too little memory: the k-th allocation fails, for every k, once and from then on.
 *
 * A load that lacks memory says so or succeeds all the same (what failed was not needed); it never
 * gives a set that lacks something, and never blames the files. The same goes for imports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "failing_malloc.h"
#include "import/import.h"
#include "rules/ruleset.h"
#include "server/config.h"

#include <stdlib.h>

static bool from_then_on;

/* What a load gave; freed by the caller. */
struct loaded {
	struct errors errors;
	struct arena keep;
	struct ruleset *set;
	struct config *config;
};

static int load_rules(struct loaded *out)
{
	const char *file = "tests/fuzz/yaml.in/all-conditions.yaml";
	const struct ruleset_options options = {.folders = &file, .folders_count = 1};

	return ruleset_load(&options, &out->errors, &out->keep, &out->set);
}

static int lint_rules(struct loaded *out)
{
	const char *file = "tests/fuzz/yaml.in/all-conditions.yaml";
	const struct ruleset_options options = {.folders = &file, .folders_count = 1, .lint = true};

	return ruleset_load(&options, &out->errors, &out->keep, &out->set);
}

static int load_config(struct loaded *out)
{
	return config_load("config.example.yaml", &out->errors, &out->keep, &out->config);
}

static void check(const struct loaded *loaded, int rc)
{
	const struct rule *rules;

	assert_true(rc == OK || rc == ERR_NOMEM);
	assert_int_equal(loaded->errors.errors, 0);
	assert_true((rc == OK) == (loaded->set || loaded->config));
	if (loaded->set) {
		assert_int_equal(ruleset_rules(loaded->set, &rules), 1);
		assert_string_equal(rules[0].id, "a/1");
		assert_non_null(rules[0].when);
		assert_non_null(rules[0].unless);
		assert_int_equal(rules[0].tests_count, 3);
	}
	if (loaded->config)
		assert_int_equal(loaded->config->listeners_count, 3);
}

/* With `sparse` not every k is tried once they are many: lint allocates often. */
static void sweep(int (*load)(struct loaded *out), bool sparse)
{
	bool enough = false;

	for (long k = 0; !enough; k += sparse ? 1 + k / 16 : 1) {
		struct loaded loaded = {0};
		int rc;

		assert_true(k < 100000);
		failing_start(k, from_then_on);
		rc = load(&loaded);
		enough = !failing_stop();
		check(&loaded, rc);
		errors_free(&loaded.errors);
		ruleset_unref(loaded.set);
		config_free(loaded.config);
		arena_free(&loaded.keep);
	}
}

static void rules_with_one_failure(void **state)
{
	(void)state;
	from_then_on = false;
	sweep(load_rules, false);
}

static void rules_without_any_memory_left(void **state)
{
	(void)state;
	from_then_on = true;
	sweep(load_rules, false);
}

static void linted_rules_with_one_failure(void **state)
{
	(void)state;
	from_then_on = false;
	sweep(lint_rules, true);
}

static void linted_rules_without_any_memory_left(void **state)
{
	(void)state;
	from_then_on = true;
	sweep(lint_rules, true);
}

static void configuration_with_one_failure(void **state)
{
	(void)state;
	from_then_on = false;
	sweep(load_config, false);
}

static void configuration_without_any_memory_left(void **state)
{
	(void)state;
	from_then_on = true;
	sweep(load_config, false);
}

/* --- imports ------------------------------------------------------------------------------------
 */

/* A bit of everything for each kind, in the order of their table. */
static const char *const imports[] = {
	"# remark\nbody (regex): ['a+', '(']\nauthor: {account_age: '< 7 days', is_gold: true}\n"
	"~body#2: [x y, x y]\nparent_submission: {flair_text: [a]}\naction: remove\n---\n"
	"type: submission\naction: filter\n---\n[\n",
	"{\"wordList\": {\"banned\": [\"a b\", \"*\"], \"suspect\": \"c\"}}",
	"word,action\n\"a \"\"b\",block\n*c,silence\nd,tag\n",
	"one # remark\ntwo*\n<three>\none\n\xFF\n",
	"one\nexample.com\n.ru/\n10.0.0.1\n",
};

static int import_one(size_t kind, struct buf *file)
{
	static const struct import_options options = {.action = -1};
	struct source source = {"file", span_of(imports[kind])};
	struct import_result result;
	struct errors errors = {0};
	struct arena arena;
	size_t count;
	int rc;

	arena_init(&arena, 0);
	rc = import_run(
		&import_kinds(&count)[kind], &source, &options, &arena, &errors, file, &result);
	errors_free(&errors);
	arena_free(&arena);
	return rc;
}

static void sweep_import(size_t kind)
{
	struct buf whole = {0};
	bool enough = false;

	assert_int_equal(import_one(kind, &whole), OK);
	for (long k = 0; !enough; k++) {
		struct buf file = {0};
		int rc;

		failing_start(k, from_then_on);
		rc = import_one(kind, &file);
		enough = !failing_stop() || k > 100000;
		assert_true(rc == OK || rc == ERR_NOMEM);
		if (rc == OK)
			assert_true(span_eq(buf_content(&file), buf_content(&whole)));
		buf_free(&file);
	}
	buf_free(&whole);
}

static void imports_with_one_failure(void **state)
{
	(void)state;
	from_then_on = false;
	for (size_t kind = 0; kind < ARRAY_LEN(imports); kind++)
		sweep_import(kind);
}

static void imports_without_any_memory_left(void **state)
{
	(void)state;
	from_then_on = true;
	for (size_t kind = 0; kind < ARRAY_LEN(imports); kind++)
		sweep_import(kind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_with_one_failure),
		cmocka_unit_test(rules_without_any_memory_left),
		cmocka_unit_test(linted_rules_with_one_failure),
		cmocka_unit_test(linted_rules_without_any_memory_left),
		cmocka_unit_test(configuration_with_one_failure),
		cmocka_unit_test(configuration_without_any_memory_left),
		cmocka_unit_test(imports_with_one_failure),
		cmocka_unit_test(imports_without_any_memory_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
