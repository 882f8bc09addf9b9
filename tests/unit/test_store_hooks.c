/* What webhooks were told, on a database of its own, with the clock in the test's hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_folder.h"
#include "store/hooks.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR INT64_C(3600000)
#define BEGUN INT64_C(1700000000000)
#define HOLD 30000

static const struct span cms = {"http://cms/a", 12}, other = {"http://cms/b", 12};

struct fixture {
	char folder[QUEUE_FOLDER_SIZE];
	char path[QUEUE_PATH_SIZE];
	struct db *db;
	struct arena arena;
	int64_t now_ms;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct buf why = {0};

	queue_folder_make(f->folder, f->path);
	assert_int_equal(db_open(f->path, DB_CREATE, &why, &f->db), OK);
	arena_init(&f->arena, 0);
	f->now_ms = BEGUN;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	arena_free(&f->arena);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

/* --- helpers --- */

static struct queue_added add(struct fixture *f, const char *site, const char *id, const char *text)
{
	struct queue_entry entry = {
		.site = span_of(site),
		.comment_id = span_of(id),
		.text = span_of(text),
		.request = SPAN("{}"),
		.answer = SPAN("{"),
		.now_ms = f->now_ms,
	};
	struct queue_added added;

	assert_int_equal(queue_add(f->db, &entry, &added), OK);
	return added;
}

static void decide(struct fixture *f, const struct queue_added *item, enum queue_act act)
{
	struct queue_decision decision = {
		.queue_id = span_of(item->queue_id),
		.act = act,
		.actor = SPAN("ana"),
		.now_ms = f->now_ms,
	};
	uint32_t version;

	assert_int_equal(queue_decide(f->db, &decision, &version), OK);
}

static void begin(struct fixture *f, struct span hook)
{
	assert_int_equal(hooks_begin(f->db, hook), OK);
}

static void gather_held(struct fixture *f, struct span hook, int64_t hold_ms)
{
	const struct hook_wish wish = {.hook = hook, .hold_ms = hold_ms};
	bool more;

	assert_int_equal(hooks_gather(f->db, &wish, f->now_ms, &f->arena, &more), OK);
	assert_false(more);
}

static void gather_at(struct fixture *f, struct span hook)
{
	gather_held(f, hook, HOLD);
}

/* After the time in which a decision can be undone. */
static void gather(struct fixture *f, struct span hook)
{
	f->now_ms += HOLD;
	gather_at(f, hook);
}

static size_t due(struct fixture *f, struct span hook, struct hook_delivery **out)
{
	size_t count;

	assert_int_equal(hooks_due(f->db, hook, f->now_ms, 100, &f->arena, out, &count), OK);
	return count;
}

/* Whether exactly these decisions are due. */
static void expect_due(struct fixture *f, struct span hook, size_t count, const int64_t *seqs)
{
	struct hook_delivery *got;

	assert_int_equal(due(f, hook, &got), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(got[i].event.seq, seqs[i]);
}
#define EXPECT_DUE(f, hook, ...)                                                                   \
	expect_due((f), (hook), sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t),                \
		(int64_t[]){__VA_ARGS__})

static void delivered(struct fixture *f, struct span hook, int64_t seq)
{
	assert_int_equal(hooks_delivered(f->db, hook, seq), OK);
}

static bool fails(struct fixture *f, struct span hook, int64_t seq, int64_t wait_ms, bool gone)
{
	struct hook_delivery *got;
	size_t count = due(f, hook, &got);

	for (size_t i = 0; i < count; i++) {
		const struct hook_failure failure = {
			.seq = seq,
			.attempts = got[i].attempts,
			.first_ms = got[i].first_ms,
			.now_ms = f->now_ms,
			.wait_ms = wait_ms,
			.give_up_ms = 72 * HOUR,
			.gone = gone,
			.error = SPAN("answered 500"),
		};
		bool dead;

		if (got[i].event.seq != seq)
			continue;
		assert_int_equal(hooks_failed(f->db, hook, &failure, &dead), OK);
		return dead;
	}
	fail_msg("%lld is not due", (long long)seq);
	return false;
}

static struct hook_state state_of(struct fixture *f, struct span hook)
{
	struct hook_state out;

	assert_int_equal(hooks_state(f->db, hook, &out), OK);
	return out;
}

/* --- tests --- */

static void a_new_webhook_begins_with_decisions_made_from_now_on(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one"), two = add(f, "en", "c-2", "two");

	decide(f, &one, QUEUE_APPROVE);
	begin(f, cms);
	decide(f, &two, QUEUE_REJECT);
	gather_at(f, cms); /* it can still be undone */
	expect_due(f, cms, 0, NULL);
	gather(f, cms);
	EXPECT_DUE(f, cms, 2);
	begin(f, cms); /* at the next start: it goes on where it was */
	delivered(f, cms, 2);
	expect_due(f, cms, 0, NULL);
	assert_int_equal(state_of(f, cms).seq, 2);
	assert_int_equal(state_of(f, cms).waiting, 0);
}

static void one_that_is_not_known_gets_nothing(void **state)
{
	const struct hook_wish wish = {.hook = cms};
	struct fixture *f = *state;
	bool more;

	assert_int_equal(hooks_gather(f->db, &wish, f->now_ms, &f->arena, &more), ERR_NOTFOUND);
	assert_int_equal(state_of(f, cms).waiting, 0);
}

static void webhooks_know_nothing_of_each_other(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one");

	begin(f, cms);
	begin(f, other);
	decide(f, &one, QUEUE_APPROVE);
	gather(f, cms);
	gather_at(f, other);
	delivered(f, cms, 1);
	EXPECT_DUE(f, other, 1);
	/* It was told one of them: both are told that it is taken back. */
	decide(f, &one, QUEUE_UNDO);
	gather(f, cms);
	gather_at(f, other);
	EXPECT_DUE(f, cms, 2);
	EXPECT_DUE(f, other, 1);
}

static void what_is_undone_in_time_is_never_told(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one");

	begin(f, cms);
	decide(f, &one, QUEUE_APPROVE);
	f->now_ms += HOLD - 1;
	gather_at(f, cms);
	decide(f, &one, QUEUE_UNDO);
	decide(f, &one, QUEUE_REJECT);
	gather(f, cms);
	EXPECT_DUE(f, cms, 3);
}

static void only_of_its_sites(void **state)
{
	static const struct span sites[] = {{"en", 2}, {"ku", 2}};
	const struct hook_wish wish = {.hook = cms, .sites = sites, .sites_count = 2};
	struct fixture *f = *state;
	static const char *const all[] = {"en", "", "ar", "ku"};
	bool more;

	begin(f, cms);
	for (int i = 0; i < 4; i++) {
		struct queue_added added = add(f, all[i], "c-1", "one");

		decide(f, &added, QUEUE_APPROVE);
	}
	assert_int_equal(hooks_gather(f->db, &wish, f->now_ms, &f->arena, &more), OK);
	EXPECT_DUE(f, cms, 1, 4);
	assert_int_equal(state_of(f, cms).seq, 4);
}

static void later_ones_of_a_comment_wait_behind_and_others_go_on(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one"), two = add(f, "en", "c-2", "two");
	struct queue_added edited;

	begin(f, cms);
	decide(f, &one, QUEUE_APPROVE);
	gather(f, cms);
	assert_false(fails(f, cms, 1, 5000, false));
	decide(f, &one, QUEUE_UNDO);
	decide(f, &two, QUEUE_REJECT);
	edited = add(f, "en", "c-1", "one, edited"); /* another item, the same comment */
	decide(f, &edited, QUEUE_REJECT);
	f->now_ms += 1000;
	gather_held(f, cms, 0);
	EXPECT_DUE(f, cms, 3);
	f->now_ms += 4000;
	EXPECT_DUE(f, cms, 3, 1); /* by the time they wait for */
	delivered(f, cms, 1);
	EXPECT_DUE(f, cms, 2, 3);
	delivered(f, cms, 2);
	EXPECT_DUE(f, cms, 3, 4);
}

static void comments_without_an_id_are_each_their_own(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "", "one"), two = add(f, "en", "", "two");

	begin(f, cms);
	decide(f, &one, QUEUE_APPROVE);
	decide(f, &two, QUEUE_APPROVE);
	gather(f, cms);
	EXPECT_DUE(f, cms, 1, 2);
}

static void the_pause_doubles_up_to_a_quarter_of_an_hour(void **state)
{
	static const struct {
		int64_t failures, pause_ms;
	} expected[] = {
		{1, 1000}, {2, 2000}, {5, 16000}, {10, 512000}, {11, 900000}, {1000000, 900000}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		int64_t pause = expected[i].pause_ms;

		for (uint32_t random = 0; random < 5; random++) {
			int64_t got = hooks_pause_ms(expected[i].failures, random * 858993459U);

			assert_in_range(got, pause * 3 / 4, pause * 5 / 4 + 1);
		}
	}
}

static void after_three_days_it_is_dead_and_the_next_goes_on(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one");
	struct hook_trouble *troubles;
	size_t count;
	int tries = 1;

	begin(f, cms);
	decide(f, &one, QUEUE_APPROVE);
	gather(f, cms);
	decide(f, &one, QUEUE_UNDO);
	while (!fails(f, cms, 1, 900000, false)) {
		tries++;
		f->now_ms += 900000;
	}
	assert_int_equal(tries, 72 * 4 + 1);
	gather(f, cms);
	EXPECT_DUE(f, cms, 2);
	assert_int_equal(state_of(f, cms).waiting, 1);
	assert_int_equal(state_of(f, cms).dead, 1);
	assert_int_equal(hooks_troubles(f->db, &f->arena, &troubles, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(troubles[0].delivery.event.seq, 1);
	assert_int_equal(troubles[0].delivery.attempts, tries);
	assert_int_equal(troubles[0].dead_ms, BEGUN + HOLD + 72 * HOUR);
	assert_true(span_eq(troubles[0].hook, cms));
	assert_true(span_eq(troubles[0].error, SPAN("answered 500")));
}

static void a_dead_one_is_tried_again_unless_it_was_overtaken(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one"), two = add(f, "en", "c-2", "two");
	uint64_t again, dropped;

	begin(f, cms);
	decide(f, &one, QUEUE_APPROVE);
	decide(f, &two, QUEUE_APPROVE);
	gather(f, cms);
	assert_true(fails(f, cms, 1, 1000, true)); /* gone */
	assert_true(fails(f, cms, 2, 1000, true));
	expect_due(f, cms, 0, NULL);
	decide(f, &one, QUEUE_UNDO);
	gather(f, cms);
	EXPECT_DUE(f, cms, 3);
	delivered(f, cms, 3);
	assert_int_equal(hooks_retry(f->db, 7, &again, &dropped), OK);
	assert_int_equal(again + dropped, 0);
	assert_int_equal(hooks_retry(f->db, 0, &again, &dropped), OK);
	assert_int_equal(again, 1);
	assert_int_equal(dropped, 1);
	EXPECT_DUE(f, cms, 2);
	assert_int_equal(state_of(f, cms).dead, 0);
}

static void they_are_listed(void **state)
{
	struct fixture *f = *state;
	struct hook_state *hooks;
	size_t count;

	assert_int_equal(hooks_list(f->db, &f->arena, &hooks, &count), OK);
	assert_int_equal(count, 0);
	begin(f, other);
	begin(f, cms);
	assert_int_equal(hooks_list(f->db, &f->arena, &hooks, &count), OK);
	assert_int_equal(count, 2);
	assert_true(span_eq(hooks[0].hook, cms));
	assert_true(span_eq(hooks[1].hook, other));
}

static void one_that_is_forgotten_has_nothing_left(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one");

	begin(f, cms);
	begin(f, other);
	decide(f, &one, QUEUE_APPROVE);
	gather(f, cms);
	gather_at(f, other);
	assert_int_equal(hooks_forget(f->db, cms), OK);
	assert_int_equal(hooks_forget(f->db, cms), ERR_NOTFOUND);
	assert_int_equal(hooks_forget(f->db, SPAN("")), ERR_NOTFOUND);
	assert_int_equal(state_of(f, cms).waiting, 0);
	EXPECT_DUE(f, other, 1);
	begin(f, cms);
	gather(f, cms);
	expect_due(f, cms, 0, NULL);
}

/* A file of the first version: what was decided stays, and is told from the next decision on. */
static void an_older_file_is_brought_up_to_date(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "en", "c-1", "one");
	struct buf why = {0};
	uint64_t decisions;

	decide(f, &one, QUEUE_APPROVE);
	assert_int_equal(db_run(f->db, QUEUE_MAKE_OLD), OK);
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(db_open(f->path, DB_WRITE, &why, &f->db), ERR_INVALID);
	buf_clear(&why);
	assert_int_equal(db_open(f->path, DB_CREATE, &why, &f->db), OK);
	begin(f, cms);
	decide(f, &one, QUEUE_UNDO);
	decide(f, &one, QUEUE_REJECT);
	gather(f, cms);
	EXPECT_DUE(f, cms, 3); /* nobody had been told what was undone */
	buf_clear(&why);
	assert_int_equal(queue_verify(f->db, &why, &decisions), OK);
	assert_int_equal(decisions, 3);
	buf_free(&why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_webhook_begins_with_decisions_made_from_now_on),
		TEST(one_that_is_not_known_gets_nothing),
		TEST(webhooks_know_nothing_of_each_other),
		TEST(what_is_undone_in_time_is_never_told),
		TEST(only_of_its_sites),
		TEST(later_ones_of_a_comment_wait_behind_and_others_go_on),
		TEST(comments_without_an_id_are_each_their_own),
		cmocka_unit_test(the_pause_doubles_up_to_a_quarter_of_an_hour),
		TEST(after_three_days_it_is_dead_and_the_next_goes_on),
		TEST(a_dead_one_is_tried_again_unless_it_was_overtaken),
		TEST(they_are_listed),
		TEST(one_that_is_forgotten_has_nothing_left),
		TEST(an_older_file_is_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
