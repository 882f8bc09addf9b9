/* Turns: one at a time, and everybody gets theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/turns.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define WRITERS 8
#define ROUNDS 100

struct yard {
	struct turns *turns;
	_Atomic int inside, most;
	int rounds; /* by no lock but the turn */
};

static void *write_often(void *argument)
{
	struct yard *yard = argument;

	for (int i = 0; i < ROUNDS; i++) {
		int now;

		turns_take(yard->turns);
		now = atomic_fetch_add(&yard->inside, 1) + 1;
		if (now > atomic_load(&yard->most))
			atomic_store(&yard->most, now);
		usleep(10); /* so that others come meanwhile */
		yard->rounds++;
		atomic_fetch_sub(&yard->inside, 1);
		turns_give(yard->turns);
	}
	return NULL;
}

static void test_one_at_a_time(void **state)
{
	struct yard yard = {.turns = turns_new()};
	pthread_t threads[WRITERS];

	(void)state;
	assert_non_null(yard.turns);
	for (size_t i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_often, &yard), 0);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(yard.most, 1);
	assert_int_equal(yard.rounds, WRITERS * ROUNDS);
	turns_free(yard.turns);
}

static void test_none_is_always_ones_turn(void **state)
{
	(void)state;
	turns_take(NULL);
	turns_take(NULL);
	turns_give(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_none_is_always_ones_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
