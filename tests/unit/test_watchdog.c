/* When all is well: every worker has turned since the last look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/watchdog.h"

static void turn(struct worker *w)
{
	counter_add(&w->turns, 1);
}

static void each_must_have_turned(void **state)
{
	static struct worker workers[3];
	struct service service = {.workers = workers, .workers_count = ARRAY_LEN(workers)};
	uint64_t seen[3] = {0};

	(void)state;
	assert_false(watchdog_is_well(&service, seen)); /* none has turned yet */
	for (size_t i = 0; i < 3; i++)
		turn(&workers[i]);
	assert_true(watchdog_is_well(&service, seen));
	/* One that is stuck is enough, whatever the others do. */
	for (size_t stuck = 0; stuck < 3; stuck++) {
		for (size_t i = 0; i < 3; i++) {
			if (i != stuck)
				turn(&workers[i]);
		}
		assert_false(watchdog_is_well(&service, seen));
		/* It goes on. */
		for (size_t i = 0; i < 3; i++)
			turn(&workers[i]);
		assert_true(watchdog_is_well(&service, seen));
	}
	assert_false(watchdog_is_well(&service, seen));
}

static void one_that_has_ended_need_not_turn(void **state)
{
	static struct worker workers[2];
	struct service service = {.workers = workers, .workers_count = ARRAY_LEN(workers)};
	uint64_t seen[2] = {0};

	(void)state;
	atomic_store(&workers[0].ended, true);
	assert_false(watchdog_is_well(&service, seen));
	turn(&workers[1]);
	assert_true(watchdog_is_well(&service, seen));
}

static void nobody_asked(void **state)
{
	struct service service = {0};
	struct watchdog watchdog = {0};

	(void)state;
	/* No WATCHDOG_USEC in a test's environment: no event, and so no loop is needed. */
	assert_int_equal(watchdog_start(&watchdog, NULL, &service), OK);
	assert_null(watchdog.tick);
	watchdog_stop(&watchdog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_must_have_turned),
		cmocka_unit_test(one_that_has_ended_need_not_turn),
		cmocka_unit_test(nobody_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
