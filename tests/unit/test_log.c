/* The log: one record per event whatever bytes it is given, as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What `call` writes to standard error. */
#define CAPTURE(into, call)                                                                        \
	do {                                                                                       \
		FILE *file = tmpfile();                                                            \
		int saved = dup(STDERR_FILENO);                                                    \
		size_t got;                                                                        \
		assert_non_null(file);                                                             \
		assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);                               \
		call;                                                                              \
		assert_true(dup2(saved, STDERR_FILENO) >= 0);                                      \
		close(saved);                                                                      \
		rewind(file);                                                                      \
		got = fread(into, 1, sizeof(into) - 1, file);                                      \
		into[got] = '\0';                                                                  \
		fclose(file);                                                                      \
	} while (0)

static void writes_time_level_and_text(void **state)
{
	char line[512];
	int64_t when;

	(void)state;
	log_init(LOG_INFO, false);
	CAPTURE(line, log_info("rules %s loaded, %d rules", "3f2a91c0", 12));
	assert_true(clock_parse((struct span){line, 24}, &when));
	assert_string_equal(line + 24, " info  rules 3f2a91c0 loaded, 12 rules\n");
}

static void levels_below_the_least_are_left_out(void **state)
{
	char line[512];

	(void)state;
	log_init(LOG_WARN, false);
	assert_false(log_wants(LOG_INFO));
	CAPTURE(line, log_info("not this"));
	assert_string_equal(line, "");
	CAPTURE(line, log_warnx("but this"));
	assert_non_null(strstr(line, "warn  but this\n"));
	log_init(LOG_DEBUG, false);
	CAPTURE(line, log_debug("and this"));
	assert_non_null(strstr(line, "debug and this\n"));
}

static void adds_the_reason_of_errno_and_keeps_it(void **state)
{
	char line[512];

	(void)state;
	log_init(LOG_INFO, false);
	errno = ENOENT;
	CAPTURE(line,
		(errno = ENOENT, log_warn("cannot open %s", "x"), assert_int_equal(errno, ENOENT)));
	assert_non_null(strstr(line, "cannot open x: No such file or directory\n"));
}

static const char hostile[] = "a\nb\rc\x1b[31m\x7f\xC2\x85"
			      "d\xE2\x80\xA8"
			      "e\"\\f";

static void no_input_forges_a_line(void **state)
{
	char line[512];

	(void)state;
	log_init(LOG_INFO, false);
	CAPTURE(line, log_info("%s", hostile));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_null(strchr(line, '\r'));
	assert_null(strchr(line, '\x1b'));
	assert_non_null(
		strstr(line, "a\\x0ab\\x0dc\\x1b[31m\\x7f\\xc2\\x85d\\xe2\\x80\\xa8e\"\\f"));
}

static void json_lines_are_json(void **state)
{
	char line[1024];
	json_t *record;
	const char *text;

	(void)state;
	log_init(LOG_INFO, true);
	CAPTURE(line, log_warnx("%s", hostile));
	record = json_loads(line, 0, NULL);
	assert_non_null(record);
	assert_string_equal(json_string_value(json_object_get(record, "level")), "warn");
	text = json_string_value(json_object_get(record, "text"));
	assert_non_null(text);
	assert_non_null(strstr(text, "e\"\\f"));
	json_decref(record);
	log_init(LOG_INFO, false);
}

static void invalid_utf8_does_not_break_json(void **state)
{
	char line[1024];
	json_t *record;

	(void)state;
	log_init(LOG_INFO, true);
	CAPTURE(line, log_warnx("path %s", "caf\xE9/\xFF\xC2"));
	record = json_loads(line, 0, NULL);
	assert_non_null(record);
	json_decref(record);
	log_init(LOG_INFO, false);
}

static void a_long_line_is_cut(void **state)
{
	static char text[20000], line[30000];

	(void)state;
	log_init(LOG_INFO, false);
	memset(text, 'x', sizeof(text) - 1);
	CAPTURE(line, log_info("%s", text));
	assert_true(strlen(line) < 5000);
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static void a_line_that_cannot_be_written_is_counted(void **state)
{
	int saved = dup(STDERR_FILENO), full = open("/dev/full", O_WRONLY);
	uint64_t before = log_dropped();

	(void)state;
	assert_true(full >= 0);
	dup2(full, STDERR_FILENO);
	log_info("lost");
	dup2(saved, STDERR_FILENO);
	close(full);
	close(saved);
	assert_int_equal(log_dropped(), before + 1);
}

static void once_a_second(void **state)
{
	_Atomic int64_t last = 0;

	(void)state;
	assert_true(log_once_a_second(&last));
	assert_false(log_once_a_second(&last));
	last = clock_mono_ns() - 2 * NS_PER_S;
	assert_true(log_once_a_second(&last));
	assert_false(log_once_a_second(&last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_time_level_and_text),
		cmocka_unit_test(levels_below_the_least_are_left_out),
		cmocka_unit_test(adds_the_reason_of_errno_and_keeps_it),
		cmocka_unit_test(no_input_forges_a_line),
		cmocka_unit_test(json_lines_are_json),
		cmocka_unit_test(invalid_utf8_does_not_break_json),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(a_line_that_cannot_be_written_is_counted),
		cmocka_unit_test(once_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
