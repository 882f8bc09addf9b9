/* The store's thread: each comment stored once and told, failures told and got over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "queue_folder.h"
#include "store/store.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define WAIT_NS (20 * NS_PER_S) /* never reached when things work */

struct fixture {
	char folder[QUEUE_FOLDER_SIZE], path[QUEUE_PATH_SIZE];
	struct store *store;
	struct db *other; /* another process, as it were */
};

static void count_call(void *owner)
{
	atomic_fetch_add((atomic_int *)owner, 1);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct buf why = {0};

	queue_folder_make(f->folder, f->path);
	assert_int_equal(store_open(f->path, count_call, &why, &f->store), OK);
	assert_int_equal(db_open(f->path, DB_WRITE, &why, &f->other), OK);
	assert_int_equal(why.len, 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	db_close(f->other);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

static int give(struct store *store, const char *id, void *owner, struct store_row **row)
{
	const struct queue_entry entry = {
		.site = SPAN("s"),
		.comment_id = span_of(id),
		.text = SPAN("text"),
		.request = SPAN("{\"text\":\"text\"}"),
		.answer = SPAN("{\"verdict\":\"review\""),
		.now_ms = 1,
	};

	return store_add(store, &entry, owner, row);
}

/* Waits until it is decided. */
static enum store_state outcome(struct store_row *row, struct queue_added *added)
{
	int64_t until = clock_mono_ns() + WAIT_NS;
	enum store_state state;

	while ((state = store_row_state(row, added)) == STORE_PENDING) {
		assert_true(clock_mono_ns() < until);
		sched_yield();
	}
	return state;
}

static enum store_state give_and_wait(struct fixture *f, const char *id)
{
	static atomic_int calls;
	struct queue_added added;
	struct store_row *row;
	enum store_state state;

	assert_int_equal(give(f->store, id, &calls, &row), OK);
	state = outcome(row, &added);
	store_row_drop(row);
	return state;
}

static int64_t count_items(struct fixture *f)
{
	struct queue_counts counts;

	assert_int_equal(queue_count(f->other, &counts), OK);
	return (int64_t)counts.by_state[QUEUE_WAITING];
}

/* --- the tests --- */

#define GIVERS 4
#define EACH_MAX 1500

/* A server is asked several times for each row. */
static int each_gives(void)
{
	return queue_is_pg() ? EACH_MAX / 5 : EACH_MAX;
}

struct giver {
	struct store *store;
	int number;
	atomic_int calls;
	int stored;
	pthread_t thread;
};

/* As a worker does: many under way, none waited for alone. */
static void *give_many(void *argument)
{
	static struct store_row *rows[GIVERS][EACH_MAX];
	struct giver *giver = argument;
	struct queue_added added;
	int each = each_gives();

	for (int i = 0; i < each; i++) {
		char id[32];

		snprintf(id, sizeof(id), "c-%d-%d", giver->number, i);
		while (give(giver->store, id, &giver->calls, &rows[giver->number][i]) == ERR_LIMIT)
			sched_yield();
	}
	for (int i = 0; i < each; i++) {
		giver->stored += outcome(rows[giver->number][i], &added) == STORE_STORED;
		store_row_drop(rows[giver->number][i]);
	}
	return NULL;
}

static void each_comment_is_stored_once_and_its_owner_told(void **state)
{
	struct giver givers[GIVERS] = {0};
	struct fixture *f = *state;
	struct store_counts counts;
	int each = each_gives();

	assert_int_equal(store_start(f->store), OK);
	for (int i = 0; i < GIVERS; i++) {
		givers[i].store = f->store;
		givers[i].number = i;
		assert_int_equal(pthread_create(&givers[i].thread, NULL, give_many, &givers[i]), 0);
	}
	for (int i = 0; i < GIVERS; i++) {
		pthread_join(givers[i].thread, NULL);
		assert_int_equal(givers[i].stored, each);
	}
	assert_int_equal(count_items(f), GIVERS * each);
	store_counts(f->store, &counts);
	assert_int_equal(counts.stored, GIVERS * each);
	assert_int_equal(counts.failed + counts.again + counts.waiting, 0);
	assert_true(counts.commits >= (uint64_t)(GIVERS * each / STORE_BATCH_MAX));
	assert_true(counts.commits < (uint64_t)(GIVERS * each));
	/* After the last commit its owners are told: closing waits for that. */
	store_close(f->store);
	f->store = NULL;
	for (int i = 0; i < GIVERS; i++) {
		assert_true(atomic_load(&givers[i].calls) > 0);
		assert_true(atomic_load(&givers[i].calls) <= each);
	}
}

static void what_waits_is_written_before_it_closes(void **state)
{
	struct fixture *f = *state;
	atomic_int calls = 0;

	for (int i = 0; i < 300; i++) {
		struct store_row *row;
		char id[32];

		snprintf(id, sizeof(id), "c-%d", i);
		assert_int_equal(give(f->store, id, &calls, &row), OK);
		store_row_drop(row); /* whoever asked has gone: it is stored all the same */
	}
	assert_int_equal(store_start(f->store), OK);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(count_items(f), 300);
	assert_int_equal(atomic_load(&calls), (300 + STORE_BATCH_MAX - 1) / STORE_BATCH_MAX);
}

static void too_many_are_turned_away(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;
	atomic_int calls = 0;
	struct store_row *row;
	char id[32];

	/* Its thread is not started yet: nothing leaves. */
	for (int i = 0; i < STORE_BACKLOG_MAX; i++) {
		snprintf(id, sizeof(id), "c-%d", i);
		assert_int_equal(give(f->store, id, &calls, &row), OK);
		store_row_drop(row);
	}
	assert_int_equal(give(f->store, "one-more", &calls, &row), ERR_LIMIT);
	assert_null(row);
	store_counts(f->store, &counts);
	assert_int_equal(counts.refused, 1);
	assert_int_equal(counts.waiting, STORE_BACKLOG_MAX);
}

static void a_lock_that_lasts_fails_the_row_and_is_got_over(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_start(f->store), OK);
	assert_int_equal(db_begin(f->other), OK);
	if (queue_is_pg())
		assert_int_equal(db_run(f->other, "LOCK TABLE item IN EXCLUSIVE MODE"), OK);
	assert_int_equal(give_and_wait(f, "c-1"), STORE_FAILED);
	assert_int_equal(store_health(f->store), STORE_TROUBLED);
	assert_int_equal(db_end(f->other, OK), OK);
	assert_int_equal(give_and_wait(f, "c-1"), STORE_STORED);
	assert_int_equal(store_health(f->store), STORE_WELL);
	assert_int_equal(count_items(f), 1);
}

static void a_row_that_fails_takes_no_other_with_it(void **state)
{
	static const char *const ids[] = {"good-1", "bad", "good-2"};
	struct store_row *rows[ARRAY_LEN(ids)];
	struct fixture *f = *state;
	struct queue_added added;
	atomic_int calls = 0;

	queue_refuse_rows(f->other, "item", "comment_id", "bad");
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_int_equal(give(f->store, ids[i], &calls, &rows[i]), OK);
	assert_int_equal(store_start(f->store), OK);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		assert_int_equal(outcome(rows[i], &added), i == 1 ? STORE_FAILED : STORE_STORED);
		store_row_drop(rows[i]);
	}
	assert_int_equal(count_items(f), 2);
	assert_int_equal(give_and_wait(f, "good-3"), STORE_STORED);
	assert_int_equal(store_health(f->store), STORE_WELL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_comment_is_stored_once_and_its_owner_told),
		TEST(what_waits_is_written_before_it_closes),
		TEST(too_many_are_turned_away),
		TEST(a_lock_that_lasts_fails_the_row_and_is_got_over),
		TEST(a_row_that_fails_takes_no_other_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
