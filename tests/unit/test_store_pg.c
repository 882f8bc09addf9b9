/*
 * A queue on a PostgreSQL server: connections that are lost at any point, settings that are
 * refused, who waits for whom. Runs on the server that FILTERD_POSTGRES names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "queue_folder.h"
#include "store/queue.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct fixture {
	char folder[QUEUE_FOLDER_SIZE], path[QUEUE_PATH_SIZE];
	struct db *db, *other;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	queue_folder_make(f->folder, f->path);
	f->db = queue_open(f->path);
	f->other = queue_open(f->path);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	db_close(f->other);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

static int add_as(struct db *db, const char *id, uint32_t revision, const char *text,
	const char *tried_as, struct queue_added *added)
{
	const struct queue_entry entry = {
		.site = SPAN("s"),
		.comment_id = span_of(id),
		.revision = revision,
		.text = span_of(text),
		.request = SPAN("{}"),
		.answer = SPAN("{"),
		.now_ms = 1000,
		.tried_as = span_of(tried_as),
	};

	return queue_add(db, &entry, added);
}

static int64_t count(struct fixture *f)
{
	return queue_number(f->other, "SELECT count(*) FROM item");
}

/* Ends the connection from the server's side, and waits until it has ended. */
static void end_connection(struct fixture *f)
{
	int64_t backend = queue_number(f->db, "SELECT pg_backend_pid()");
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 10000)", (int)backend);
	queue_server(sql);
}

/* --- lost connections --- */

static void an_idle_connection_that_was_ended_is_made_anew_unnoticed(void **state)
{
	struct fixture *f = *state;
	struct queue_added added;

	assert_int_equal(add_as(f->db, "c-1", 0, "text", NULL, &added), OK);
	end_connection(f);
	assert_int_equal(add_as(f->db, "c-2", 0, "text", NULL, &added), OK);
	end_connection(f);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 2);
}

/* A COMMIT on a new connection would succeed, and have committed nothing. */
static void what_was_begun_on_a_lost_connection_is_never_committed(void **state)
{
	struct fixture *f = *state;
	struct queue_added added;

	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(add_as(f->db, "c-1", 0, "text", NULL, &added), OK);
	end_connection(f);
	assert_int_equal(db_end(f->db, OK), ERR_IO);
	assert_int_equal(db_trouble(f->db), DB_LOST);
	assert_true(strlen(db_why(f->db)) > 0);
	assert_int_equal(count(f), 0);
	assert_int_equal(add_as(f->db, "c-1", 0, "text", added.queue_id, &added), OK);
	assert_int_equal(count(f), 1);
}

static void nothing_goes_on_within_a_transaction_that_was_lost(void **state)
{
	struct fixture *f = *state;
	struct queue_added added;

	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(add_as(f->db, "c-1", 0, "text", NULL, &added), OK);
	end_connection(f);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(add_as(f->db, "c-2", 0, "text", NULL, &added), ERR_IO);
		assert_int_equal(db_trouble(f->db), DB_LOST);
	}
	assert_int_equal(db_end(f->db, OK), ERR_IO);
	assert_int_equal(count(f), 0);
}

static void a_try_that_was_committed_is_found(void **state)
{
	static const char *const ids[] = {"", "c-1"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct queue_added first, again;

		assert_int_equal(add_as(f->db, ids[i], 0, "text", NULL, &first), OK);
		/* To whoever sent it, that one is new: nobody was told of the first try. */
		assert_int_equal(add_as(f->db, ids[i], 0, "text", first.queue_id, &again), OK);
		assert_string_equal(again.queue_id, first.queue_id);
		assert_false(again.again);
		assert_int_equal(count(f), i + 1);
	}
}

/* --- who waits for whom --- */

struct adder {
	const char *path, *text;
	uint32_t revision;
	atomic_bool done;
	int rc;
	struct queue_added added;
	pthread_t thread;
};

static void *add_slowly(void *argument)
{
	struct adder *adder = argument;
	struct db *db = queue_open(adder->path);

	assert_int_equal(db_run(db, "SET lock_timeout = 0"), OK);
	adder->rc = add_as(db, "c", adder->revision, adder->text, NULL, &adder->added);
	atomic_store(&adder->done, true);
	db_close(db);
	return NULL;
}

/* Waits until somebody waits for a lock. */
static void await_waiting(struct fixture *f)
{
	int64_t until = clock_mono_ns() + 20 * NS_PER_S;

	while (queue_number(f->other,
		       "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
		       " AND wait_event = 'advisory'") == 0) {
		assert_true(clock_mono_ns() < until);
		sched_yield();
	}
}

static void two_that_add_the_same_comment_add_one_item(void **state)
{
	static const struct {
		const char *text;
		uint32_t revision;
		int64_t items;
	} seconds[] = {{"text", 0, 1}, {"text", 5, 2}, {"other", 0, 2}, {"other", 5, 2}};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		struct adder adder = {
			.path = f->path, .text = seconds[i].text, .revision = seconds[i].revision};
		struct queue_added first;

		assert_int_equal(db_run(f->other, "TRUNCATE item CASCADE"), OK);
		assert_int_equal(db_begin(f->db), OK);
		assert_int_equal(add_as(f->db, "c", 0, "text", NULL, &first), OK);
		assert_int_equal(pthread_create(&adder.thread, NULL, add_slowly, &adder), 0);
		await_waiting(f);
		assert_false(atomic_load(&adder.done));
		assert_int_equal(db_end(f->db, OK), OK);
		pthread_join(adder.thread, NULL);
		assert_int_equal(adder.rc, OK);
		assert_int_equal(adder.added.again, seconds[i].items == 1);
		assert_int_equal(count(f), seconds[i].items);
		/* One waits; the older text is superseded. */
		assert_int_equal(
			queue_number(f->other, "SELECT count(*) FROM item WHERE open = 1"), 1);
	}
}

static void a_claim_passes_over_what_another_is_taking(void **state)
{
	struct queue_filter filter = {.limit = 1, .now_ms = 1};
	struct queue_page anas, bens;
	struct fixture *f = *state;
	struct queue_added added;
	struct arena arena;

	arena_init(&arena, 0);
	for (int i = 0; i < 2; i++) {
		char id[8];

		snprintf(id, sizeof(id), "c-%d", i);
		assert_int_equal(add_as(f->db, id, 0, "text", NULL, &added), OK);
	}
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(queue_claim(f->db, &filter, SPAN("ana"), 1000, &arena, &anas), OK);
	/* Without waiting, though nobody knows yet whether ana gets hers. */
	assert_int_equal(queue_claim(f->other, &filter, SPAN("ben"), 1000, &arena, &bens), OK);
	assert_int_equal(anas.count, 1);
	assert_int_equal(bens.count, 1);
	assert_string_not_equal(anas.items[0].queue_id, bens.items[0].queue_id);
	assert_int_equal(queue_claim(f->other, &filter, SPAN("eva"), 1000, &arena, &bens), OK);
	assert_int_equal(bens.count, 0);
	assert_int_equal(db_end(f->db, OK), OK);
	arena_free(&arena);
}

static void leases_go_by_the_servers_clock(void **state)
{
	struct queue_filter filter = {.limit = 1, .now_ms = 5};
	struct fixture *f = *state;
	struct queue_added added;
	struct queue_page page;
	struct buf why = {0};
	struct arena arena;
	struct db *db;

	arena_init(&arena, 0);
	assert_int_equal(add_as(f->db, "c-1", 0, "text", NULL, &added), OK);
	assert_int_equal(db_open(f->path, DB_WRITE, &why, &db), OK);
	assert_int_equal(queue_claim(db, &filter, SPAN("ana"), 60000, &arena, &page), OK);
	assert_int_equal(page.count, 1);
	assert_true(page.items[0].claimed_until_ms > clock_real_ms() - 60000);
	/* Whose own clock is years ahead takes nothing from anybody. */
	filter.now_ms = INT64_MAX / 2;
	assert_int_equal(queue_claim(db, &filter, SPAN("ben"), 60000, &arena, &page), OK);
	assert_int_equal(page.count, 0);
	db_close(db);
	arena_free(&arena);
}

/* --- settings --- */

static void a_session_is_as_durable_as_promised(void **state)
{
	static const struct {
		const char *there, *query;
	} cases[] = {
		{"local", "SELECT current_setting('synchronous_commit') = 'on'"},
		{"remote_write", "SELECT current_setting('synchronous_commit') = 'on'"},
		{"remote_apply", "SELECT current_setting('synchronous_commit') = 'remote_apply'"},
	};
	struct fixture *f = *state;
	char path[QUEUE_PATH_SIZE + 64];
	struct buf why = {0};
	struct db *db;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(path, sizeof(path), "%s%%20-csynchronous_commit%%3D%s", f->path,
			cases[i].there);
		assert_int_equal(db_open(path, DB_CREATE, &why, &db), OK);
		assert_int_equal(queue_number(db, cases[i].query), 1);
		db_close(db);
	}
	snprintf(path, sizeof(path), "%s%%20-csynchronous_commit%%3Doff", f->path);
	assert_int_equal(db_open(path, DB_READ, &why, &db), ERR_INVALID);
	buf_char(&why, '\0');
	assert_non_null(strstr(why.data, "synchronous_commit is off"));
	buf_free(&why);
}

static void numbers_of_all_kinds_are_read(void **state)
{
	static const struct {
		const char *query;
		int64_t number;
	} cases[] = {
		{"SELECT 7::smallint", 7},
		{"SELECT -7", -7},
		{"SELECT 9223372036854775807", INT64_MAX},
		{"SELECT true", 1},
		{"SELECT NULL::bigint", 0},
		{"SELECT sum(a) FROM (VALUES (123456789::bigint), (1), (20000)) AS t (a)",
			123476790},
		{"SELECT sum(a) FROM (VALUES (-50000::bigint)) AS t (a)", -50000},
		{"SELECT sum(a) FROM (VALUES (0::bigint)) AS t (a)", 0},
		{"SELECT 1234567.89", 1234567},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(queue_number(f->db, cases[i].query), cases[i].number);
	assert_int_equal(db_run(f->db, "CREATE TABLE t (seq BIGINT GENERATED BY DEFAULT AS"
				       " IDENTITY, a BIGINT); INSERT INTO t (a) VALUES (1), (2)"),
		OK);
	assert_int_equal(db_inserted(f->db), 2);
}

/* A kept statement whose parameter is NULL in one use and a number in the next. */
static void a_parameter_may_be_unbound_first(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 4; i++) {
		struct db_statement *statement =
			db_statement(f->db, "SELECT coalesce(?1, 5) + 1, ?2 = 'x'");

		if (i % 2)
			db_bind_int(statement, 1, 10 * i);
		db_bind(statement, 2, SPAN("x"));
		assert_int_equal(db_step(f->db, statement), DB_ROW);
		assert_int_equal(db_int(statement, 0), i % 2 ? 10 * i + 1 : 6);
		assert_int_equal(db_int(statement, 1), 1);
		assert_int_equal(db_finish(statement, db_step(f->db, statement)), OK);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_idle_connection_that_was_ended_is_made_anew_unnoticed),
		TEST(what_was_begun_on_a_lost_connection_is_never_committed),
		TEST(nothing_goes_on_within_a_transaction_that_was_lost),
		TEST(a_try_that_was_committed_is_found),
		TEST(two_that_add_the_same_comment_add_one_item),
		TEST(a_claim_passes_over_what_another_is_taking),
		TEST(leases_go_by_the_servers_clock),
		TEST(a_session_is_as_durable_as_promised),
		TEST(numbers_of_all_kinds_are_read),
		TEST(a_parameter_may_be_unbound_first),
	};

	if (!queue_is_pg()) {
		fputs("test_store_pg: FILTERD_POSTGRES names no server\n", stderr);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
