/* Command line options: every form of writing them, and what is said about the wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/options.h"
#include "cli/out.h"

struct settings {
	bool json, quiet;
	struct perhaps cover;
	const char *config;
	struct texts rules;
	int64_t threads;
	int colour;
};

static const char *const colours[] = {"auto", "always", NULL};

static const struct option_row rows[] = {
	{'c', "config", OPTION_TEXT, "FILE", "help of config", offsetof(struct settings, config), 0,
		0, NULL},
	{'r', "rules", OPTION_TEXTS, "DIR", "", offsetof(struct settings, rules), 0, 0, NULL},
	{'j', "threads", OPTION_NUMBER, "N", "", offsetof(struct settings, threads), 1, 64, NULL},
	{0, "json", OPTION_FLAG, NULL, "", offsetof(struct settings, json), 0, 0, NULL},
	{'q', "quiet", OPTION_FLAG, NULL, "", offsetof(struct settings, quiet), 0, 0, NULL},
	{0, "cover", OPTION_PERHAPS, "N", "", offsetof(struct settings, cover), 0, 100, NULL},
	{0, "color", OPTION_CHOICE, "WHEN", "", offsetof(struct settings, colour), 0, 0, colours},
};
static const struct option_table table = {rows, ARRAY_LEN(rows)};

#define WORDS_MAX 16

/* Reads the words of `line` (separated by single spaces). */
static enum options_result parse(
	const char *line, struct settings *settings, struct texts *arguments, char problem[256])
{
	static char copy[512];
	char *words[WORDS_MAX], *left = copy, *word;
	int count = 0;

	*settings = (struct settings){0};
	*arguments = (struct texts){0};
	problem[0] = '\0';
	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	while ((word = strsep(&left, " ")))
		words[count++] = word;
	return options_parse(&table, 1, count, words, settings, arguments, problem);
}

static void release(struct settings *settings, struct texts *arguments)
{
	options_free(&table, 1, settings);
	texts_free(arguments);
}

static void reads_every_form(void **state)
{
	struct settings s;
	struct texts arguments;
	char problem[256];

	(void)state;
	assert_int_equal(
		parse("one -c a.yaml --json -ra --rules b --rules=c -j8 two --color=always", &s,
			&arguments, problem),
		OPTIONS_OK);
	assert_string_equal(s.config, "a.yaml");
	assert_true(s.json);
	assert_false(s.quiet);
	assert_int_equal(s.rules.count, 3);
	assert_string_equal(s.rules.items[0], "a");
	assert_string_equal(s.rules.items[1], "b");
	assert_string_equal(s.rules.items[2], "c");
	assert_int_equal(s.threads, 8);
	assert_int_equal(s.colour, 1);
	assert_int_equal(arguments.count, 2);
	assert_string_equal(arguments.items[0], "one");
	assert_string_equal(arguments.items[1], "two");
	release(&s, &arguments);
}

static void the_last_of_a_single_value_counts(void **state)
{
	struct settings s;
	struct texts arguments;
	char problem[256];

	(void)state;
	assert_int_equal(parse("-c a -c b --config= ", &s, &arguments, problem), OPTIONS_OK);
	assert_string_equal(s.config, "");
	assert_int_equal(arguments.count, 1); /* the empty word after the last space */
	release(&s, &arguments);
}

static void a_value_that_may_be_left_out(void **state)
{
	struct settings s;
	struct texts arguments;
	char problem[256];

	(void)state;
	assert_int_equal(parse("--cover 80", &s, &arguments, problem), OPTIONS_OK);
	assert_true(s.cover.given);
	assert_int_equal(s.cover.number, 0);
	assert_string_equal(arguments.items[0], "80");
	release(&s, &arguments);
	assert_int_equal(parse("--cover=80", &s, &arguments, problem), OPTIONS_OK);
	assert_int_equal(s.cover.number, 80);
	release(&s, &arguments);
	assert_int_equal(parse("--cover=101", &s, &arguments, problem), OPTIONS_WRONG);
	assert_string_equal(problem, "`--cover` takes a number from 0 to 100");
	release(&s, &arguments);
}

static void joins_flags(void **state)
{
	struct settings s;
	struct texts arguments;
	char problem[256];

	(void)state;
	assert_int_equal(parse("-qcx", &s, &arguments, problem), OPTIONS_OK);
	assert_true(s.quiet);
	assert_string_equal(s.config, "x");
	release(&s, &arguments);
}

static void knows_what_is_no_option(void **state)
{
	struct settings s;
	struct texts arguments;
	char problem[256];

	(void)state;
	assert_int_equal(parse("- -q -- -c --json --help", &s, &arguments, problem), OPTIONS_OK);
	assert_true(s.quiet);
	assert_false(s.json);
	assert_int_equal(arguments.count, 4);
	assert_string_equal(arguments.items[0], "-");
	assert_string_equal(arguments.items[3], "--help");
	release(&s, &arguments);
}

static void help_wins(void **state)
{
	struct settings s;
	struct texts arguments;
	char problem[256];

	(void)state;
	assert_int_equal(parse("x --help --nonsense", &s, &arguments, problem), OPTIONS_HELP);
	release(&s, &arguments);
	assert_int_equal(parse("-h", &s, &arguments, problem), OPTIONS_HELP);
	release(&s, &arguments);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *line, *problem;
	} wrong[] = {
		{"--confg x", "unknown option `--confg`; did you mean `--config`?"},
		{"--hlep", "unknown option `--hlep`; did you mean `--help`?"},
		{"--zzz", "unknown option `--zzz`"},
		{"--confg=x", "unknown option `--confg`; did you mean `--config`?"},
		{"-x", "unknown option `-x`"},
		{"-qx", "unknown option `-x`"},
		{"-c", "`--config` needs a value: FILE"},
		{"--rules", "`--rules` needs a value: DIR"},
		{"--json=1", "`--json` takes no value"},
		{"-j 0", "`--threads` takes a number from 1 to 64"},
		{"-j 65", "`--threads` takes a number from 1 to 64"},
		{"-j 4x", "`--threads` takes a number from 1 to 64"},
		{"--threads=", "`--threads` takes a number from 1 to 64"},
		{"-j 99999999999999999999", "`--threads` takes a number from 1 to 64"},
		{"--color sometimes", "`--color` is one of auto, always"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct settings s;
		struct texts arguments;
		char problem[256];

		assert_int_equal(parse(wrong[i].line, &s, &arguments, problem), OPTIONS_WRONG);
		assert_string_equal(problem, wrong[i].problem);
		release(&s, &arguments);
	}
}

static void a_long_name_fits_the_problem(void **state)
{
	struct settings s = {0};
	struct texts arguments = {0};
	char word[2000], problem[256];
	char *words[] = {word};

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	word[0] = word[1] = '-';
	assert_int_equal(
		options_parse(&table, 1, 1, words, &s, &arguments, problem), OPTIONS_WRONG);
	assert_true(strlen(problem) < sizeof(problem));
	release(&s, &arguments);
}

static void describes_each_row(void **state)
{
	struct out out;

	(void)state;
	out_init(&out, -1, COLOUR_NEVER);
	options_describe(&table, 1, &out);
	assert_true(span_starts(buf_content(&out.buffer), SPAN("  -c, --config FILE")));
	buf_char(&out.buffer, '\0');
	assert_non_null(strstr(out.buffer.data, "help of config\n"));
	assert_non_null(strstr(out.buffer.data, "\n      --json "));
	assert_non_null(strstr(out.buffer.data, "\n  -h, --help "));
	buf_free(&out.buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),
		cmocka_unit_test(the_last_of_a_single_value_counts),
		cmocka_unit_test(a_value_that_may_be_left_out),
		cmocka_unit_test(joins_flags),
		cmocka_unit_test(knows_what_is_no_option),
		cmocka_unit_test(help_wins),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(a_long_name_fits_the_problem),
		cmocka_unit_test(describes_each_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
