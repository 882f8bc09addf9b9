/*
 * Broken files: each mistake with its exact text and place.
 *
 * tests/bad/NAME.yaml, or the folder tests/bad/NAME, is loaded; tests/bad/NAME.err is what must be
 * shown. Names that begin with `config-` are configurations, `warn-` must load all the same, all
 * others must be refused. UPDATE=1 writes the .err files: read the difference before keeping it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/ruleset.h"
#include "server/config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASES_MAX 512

static struct CMUnitTest cases[CASES_MAX];
static size_t cases_count;

/* What was loaded: errors may point into it. */
struct loaded {
	struct arena keep;
	struct ruleset *set;
	struct config *config;
};

static int load(const char *path, struct errors *errors, struct loaded *out)
{
	const struct ruleset_options options = {.folders = &path, .folders_count = 1};
	bool config = strncmp(path, "config-", 7) == 0;
	int rc;

	*out = (struct loaded){0};
	arena_init(&out->keep, 0);
	rc = config ? config_load(path, errors, &out->keep, &out->config)
		    : ruleset_load(&options, errors, &out->keep, &out->set);
	assert_true((rc == OK) == (out->set || out->config));
	return rc;
}

static void unload(struct loaded *loaded)
{
	ruleset_unref(loaded->set);
	config_free(loaded->config);
	arena_free(&loaded->keep);
}

static void read_expected(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char chunk[4096];
	size_t got;

	if (!file)
		return;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(out, chunk, got);
	fclose(file);
}

static void write_expected(const char *path, const struct buf *shown)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(shown->data, 1, shown->len, file), shown->len);
	fclose(file);
}

static void check(void **state)
{
	const char *name = *state;
	size_t stem = strlen(name);
	struct buf shown = {0}, expected = {0};
	struct errors errors = {0};
	struct loaded loaded;
	char path[512];
	int rc;

	if (span_ends(span_of(name), SPAN(".yaml")))
		stem -= 5;
	snprintf(path, sizeof(path), "%.*s.err", (int)stem, name);
	rc = load(name, &errors, &loaded);
	errors_render(&errors, &shown, false);
	buf_char(&shown, '\0');
	shown.len--;
	if (getenv("UPDATE"))
		write_expected(path, &shown);
	read_expected(path, &expected);
	buf_char(&expected, '\0');
	if (strncmp(name, "warn-", 5) == 0) {
		assert_int_equal(rc, OK);
		assert_true(errors.warnings > 0);
	} else {
		assert_int_not_equal(rc, OK);
		assert_true(errors.errors > 0);
	}
	assert_string_equal(shown.data, expected.data);
	errors_free(&errors);
	unload(&loaded);
	buf_free(&shown);
	buf_free(&expected);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static int collect(void)
{
	struct dirent *entry;
	DIR *dir = opendir(".");

	if (!dir)
		return -1;
	while ((entry = readdir(dir)) && cases_count < CASES_MAX) {
		struct stat st;
		bool yaml = span_ends(span_of(entry->d_name), SPAN(".yaml"));
		char *name;

		if (entry->d_name[0] == '.' || stat(entry->d_name, &st) != 0 ||
			(!yaml && !S_ISDIR(st.st_mode)) || strcmp(entry->d_name, "words") == 0)
			continue;
		name = strdup(entry->d_name);
		if (!name)
			break;
		cases[cases_count++] = (struct CMUnitTest){
			.name = name, .test_func = check, .initial_state = name};
	}
	closedir(dir);
	qsort(cases, cases_count, sizeof(cases[0]), by_name);
	return 0;
}

int main(void)
{
	int failed;

	if (chdir("tests/bad") != 0 || collect() != 0 || cases_count == 0) {
		perror("tests/bad");
		return 1;
	}
	failed = _cmocka_run_group_tests("bad", cases, cases_count, NULL, NULL);
	for (size_t i = 0; i < cases_count; i++)
		free(cases[i].initial_state);
	return failed;
}
