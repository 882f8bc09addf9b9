/* The review queue's operations on a database of its own, with the clock in the test's hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_folder.h"
#include "store/history.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HOUR INT64_C(3600000)
#define BEGUN INT64_C(1700000000000)

struct fixture {
	char folder[QUEUE_FOLDER_SIZE];
	char path[QUEUE_PATH_SIZE];
	struct db *db;
	struct arena arena;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	queue_folder_make(f->folder, f->path);
	f->db = queue_open(f->path);
	arena_init(&f->arena, 0);
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

static struct queue_entry entry_of(const char *id, uint32_t revision, const char *text)
{
	static const struct queue_match matches[] = {
		{{"en/threats/direct", 17}, {"threats", 7}}, {{"any/links", 9}, {"promotion", 9}}};
	return (struct queue_entry){
		.site = SPAN("english"),
		.comment_id = span_of(id),
		.revision = revision,
		.text = span_of(text),
		.language = SPAN("en"),
		.author_id = SPAN("u1"),
		.author_name = SPAN("Marker-Author"),
		.article_id = SPAN("a1"),
		.article_title = SPAN("Marker-Title"),
		.guideline = SPAN("threats"),
		.score = 7000,
		.rules_version = SPAN("3f2a91c0"),
		.matches = matches,
		.matches_count = 2,
		.request = SPAN("{\"text\":\"Marker-Text\"}"),
		.answer = SPAN("{\"verdict\":\"review\""),
		.now_ms = BEGUN,
	};
}

static struct queue_added add(
	struct fixture *f, const char *id, uint32_t revision, const char *text)
{
	struct queue_entry entry = entry_of(id, revision, text);
	struct queue_added added;

	assert_int_equal(queue_add(f->db, &entry, &added), OK);
	return added;
}

static int decide_as(struct fixture *f, const char *queue_id, enum queue_act act, const char *actor,
	uint32_t version, int64_t now_ms)
{
	struct queue_decision decision = {
		.queue_id = span_of(queue_id),
		.version = version,
		.act = act,
		.actor = span_of(actor),
		.reason = act == QUEUE_REJECT ? SPAN("threats") : (struct span){0},
		.note = act == QUEUE_NOTE ? SPAN("Marker-Note") : (struct span){0},
		.now_ms = now_ms,
	};
	uint32_t now_version = 0;

	return queue_decide(f->db, &decision, &now_version);
}

static int decide(struct fixture *f, const char *queue_id, enum queue_act act)
{
	return decide_as(f, queue_id, act, "ana", 0, BEGUN + 1000);
}

static struct queue_item get(struct fixture *f, const char *queue_id)
{
	struct queue_item item;

	assert_int_equal(queue_get(f->db, span_of(queue_id), BEGUN, &f->arena, &item), OK);
	return item;
}

static struct queue_page list(struct fixture *f, struct queue_filter filter)
{
	struct queue_page page;

	filter.now_ms = filter.now_ms ? filter.now_ms : BEGUN;
	assert_int_equal(queue_list(f->db, &filter, &f->arena, &page), OK);
	return page;
}

static void raw(struct fixture *f, const char *sql)
{
	if (db_run(f->db, sql) != OK)
		fail_msg("%s: %s", sql, db_why(f->db));
}

/* What verify says; freed by the next call's caller. */
static int verify(struct fixture *f, struct buf *findings)
{
	uint64_t decisions;
	int rc;

	buf_clear(findings);
	rc = queue_verify(f->db, findings, &decisions);
	buf_char(findings, '\0');
	return rc;
}

/* --- adding --- */

static void the_same_comment_is_the_same_item(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c-1", 0, "one"), again = add(f, "c-1", 0, "one");

	assert_false(first.again);
	assert_true(again.again);
	assert_string_equal(first.queue_id, again.queue_id);
	assert_int_equal(again.revision, 1);
	assert_int_equal(list(f, (struct queue_filter){0}).total, 1);
}

static void another_text_is_a_new_revision(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c-1", 0, "one"), edited = add(f, "c-1", 0, "two");
	struct queue_added told = add(f, "c-1", 7, "three"), stale = add(f, "c-1", 3, "four");

	assert_int_equal(edited.revision, 2);
	assert_int_equal(told.revision, 7);
	assert_int_equal(stale.revision, 8);
	assert_int_equal(get(f, first.queue_id).state, QUEUE_SUPERSEDED);
	assert_int_equal(get(f, told.queue_id).state, QUEUE_SUPERSEDED);
	assert_int_equal(get(f, stale.queue_id).state, QUEUE_WAITING);
	/* A late repetition of an older revision is what it was. */
	assert_string_equal(add(f, "c-1", 7, "three").queue_id, told.queue_id);
	assert_int_equal(decide(f, first.queue_id, QUEUE_APPROVE), ERR_CONFLICT);
	assert_int_equal(list(f, (struct queue_filter){0}).total, 1);
}

static void comments_without_an_id_are_never_the_same(void **state)
{
	struct fixture *f = *state;

	assert_string_not_equal(add(f, "", 0, "one").queue_id, add(f, "", 0, "one").queue_id);
	assert_int_equal(list(f, (struct queue_filter){0}).total, 2);
}

static void an_item_is_kept_whole(void **state)
{
	struct fixture *f = *state;
	struct queue_item item = get(f, add(f, "c-1", 0, "a\0b").queue_id);

	assert_true(span_eq(item.site, SPAN("english")));
	assert_true(span_eq(item.comment_id, SPAN("c-1")));
	assert_true(span_eq(item.author_name, SPAN("Marker-Author")));
	assert_true(span_eq(item.request, SPAN("{\"text\":\"Marker-Text\"}")));
	assert_true(span_eq(item.answer, SPAN("{\"verdict\":\"review\"")));
	assert_int_equal(item.score, 7000);
	assert_int_equal(item.queued_ms, BEGUN);
	assert_int_equal(item.version, 1);
	assert_int_equal(queue_get(f->db, SPAN("nobody"), BEGUN, &f->arena, &item), ERR_NOTFOUND);
}

/* --- lists --- */

static void fill(struct fixture *f, int count)
{
	assert_int_equal(db_begin(f->db), OK);
	for (int i = 0; i < count; i++) {
		char id[16];

		snprintf(id, sizeof(id), "c-%d", i);
		add(f, id, 0, id);
	}
	assert_int_equal(db_end(f->db, OK), OK);
	raw(f, "UPDATE item SET score = 5000 + seq * 7 % 4000, queued_ms = queued_ms + seq");
}

static void pages_go_through_all_in_each_order(void **state)
{
	static const enum queue_order orders[] = {QUEUE_OLDEST, QUEUE_NEWEST, QUEUE_HIGHEST_SCORE};
	struct fixture *f = *state;

	fill(f, 250);
	raw(f, "UPDATE item SET score = 9000 WHERE seq % 3 = 0"); /* equal ones must not get lost */
	for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
		struct queue_filter filter = {.order = orders[o], .limit = 40};
		bool seen[251] = {false};
		size_t count = 0, pages = 0;
		struct queue_item last = {.seq = 0};

		do {
			struct queue_page page = list(f, filter);

			assert_int_equal(page.total, 250);
			for (size_t i = 0; i < page.count; i++) {
				struct queue_item *item = &page.items[i];

				assert_false(seen[item->seq]);
				seen[item->seq] = true;
				if (count++ > 0 && orders[o] == QUEUE_OLDEST)
					assert_true(item->seq > last.seq);
				if (count > 1 && orders[o] == QUEUE_NEWEST)
					assert_true(item->seq < last.seq);
				if (count > 1 && orders[o] == QUEUE_HIGHEST_SCORE)
					assert_true(item->score <= last.score);
				last = *item;
			}
			filter.after = page.next;
			pages++;
		} while (filter.after.len > 0);
		assert_int_equal(count, 250);
		assert_int_equal(pages, 7);
	}
}

static void filters_restrict(void **state)
{
	struct fixture *f = *state;
	struct queue_page page;
	struct queue_item second;

	fill(f, 10);
	raw(f, "UPDATE item SET site = 'sorani', language = 'ckb', guideline = 'abuse', author_id "
	       "= 'u2',"
	       " article_id = 'a2', score = 9000 WHERE seq = 2");
	raw(f, "DELETE FROM item_rule WHERE rule = 'any/links' AND item <> 2");
	page = list(f, (struct queue_filter){.site = SPAN("sorani")});
	assert_int_equal(page.total, 1);
	second = page.items[0];
	assert_int_equal(second.seq, 2);
	assert_int_equal(list(f, (struct queue_filter){.site = SPAN("english")}).total, 9);
	assert_int_equal(list(f, (struct queue_filter){.language = SPAN("ckb")}).total, 1);
	assert_int_equal(list(f, (struct queue_filter){.guideline = SPAN("abuse")}).total, 1);
	assert_int_equal(list(f, (struct queue_filter){.author_id = SPAN("u2")}).total, 1);
	assert_int_equal(list(f, (struct queue_filter){.article_id = SPAN("a2")}).total, 1);
	assert_int_equal(list(f, (struct queue_filter){.rule = SPAN("any/links")}).total, 1);
	assert_int_equal(
		list(f, (struct queue_filter){.rule = SPAN("en/threats/direct")}).total, 10);
	assert_int_equal(list(f, (struct queue_filter){.score_from = 9000}).total, 1);
	assert_int_equal(list(f, (struct queue_filter){.score_to = 8999}).total, 9);
	assert_int_equal(list(f, (struct queue_filter){.queued_from_ms = BEGUN + 9}).total, 2);
	assert_int_equal(list(f, (struct queue_filter){.queued_to_ms = BEGUN + 9}).total, 8);
	assert_int_equal(
		list(f, (struct queue_filter){.same_text_as = span_of(second.queue_id)}).total, 1);
	assert_int_equal(list(f, (struct queue_filter){.site = SPAN("' OR 1=1 --")}).total, 0);
	assert_int_equal(decide(f, second.queue_id, QUEUE_REJECT), OK);
	assert_int_equal(list(f, (struct queue_filter){0}).total, 9);
	assert_int_equal(list(f, (struct queue_filter){.states = 1U << QUEUE_REJECTED}).total, 1);
}

static void a_wrong_cursor_is_refused(void **state)
{
	static const char *const wrong[] = {"x1", "o", "o1x", "n1", "s1", "s.1", "s1.",
		"o99999999999999999999", "o-1", "o1 OR 1"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct queue_filter filter = {.after = span_of(wrong[i])};
		struct queue_page page;

		assert_int_equal(queue_list(f->db, &filter, &f->arena, &page), ERR_INVALID);
	}
}

/* --- claims --- */

static void nobody_gets_what_another_holds(void **state)
{
	struct fixture *f = *state;
	struct queue_filter filter = {.limit = 3, .now_ms = BEGUN};
	struct queue_page anas, bens, later;

	fill(f, 5);
	assert_int_equal(queue_claim(f->db, &filter, SPAN("ana"), HOUR, &f->arena, &anas), OK);
	assert_int_equal(anas.count, 3);
	assert_int_equal(queue_claim(f->db, &filter, SPAN("ben"), HOUR, &f->arena, &bens), OK);
	assert_int_equal(bens.count, 2);
	assert_int_equal(bens.items[0].seq, 4);
	assert_int_equal(
		decide_as(f, anas.items[0].queue_id, QUEUE_APPROVE, "ben", 0, BEGUN), ERR_CONFLICT);
	assert_int_equal(decide_as(f, anas.items[0].queue_id, QUEUE_NOTE, "ben", 0, BEGUN), OK);
	assert_int_equal(decide_as(f, anas.items[0].queue_id, QUEUE_APPROVE, "ana",
				 anas.items[0].version, BEGUN),
		OK);
	/* Prolonged, given back, and over. */
	filter.now_ms = BEGUN + HOUR / 2;
	assert_int_equal(queue_claim(f->db, &filter, SPAN("ana"), HOUR, &f->arena, &later), OK);
	assert_int_equal(later.count, 2);
	assert_int_equal(queue_release(f->db, span_of(later.items[0].queue_id), SPAN("ben"), BEGUN),
		ERR_NOTFOUND);
	assert_int_equal(
		queue_release(f->db, span_of(later.items[0].queue_id), SPAN("ana"), BEGUN), OK);
	filter.now_ms = BEGUN + HOUR + 1;
	assert_int_equal(queue_claim(f->db, &filter, SPAN("eva"), HOUR, &f->arena, &later), OK);
	assert_int_equal(later.count, 3); /* ben's two, and the one that was given back */
	assert_int_equal(get(f, later.items[0].queue_id).claimed_by.len, 3);
}

#define CROWD 4
#define CROWD_ITEMS 400

struct moderator {
	const char *path;
	char name[16];
	int decided[CROWD_ITEMS + 1]; /* by seq: how often */
	pthread_t thread;
};

/* Claims some, decides them, until nothing waits; another's lock is waited for. */
static void *work(void *argument)
{
	struct moderator *m = argument;
	struct buf why = {0};
	struct arena arena;
	struct db *db;
	bool more = true;

	arena_init(&arena, 0);
	assert_int_equal(db_open(m->path, DB_WRITE, &why, &db), OK);
	while (more) {
		struct queue_filter filter = {.limit = 7, .now_ms = BEGUN};
		struct queue_page page;

		if (queue_claim(db, &filter, span_of(m->name), HOUR, &arena, &page) != OK)
			continue;
		more = page.count > 0;
		for (size_t i = 0; i < page.count; i++) {
			const struct queue_decision decision = {
				.queue_id = span_of(page.items[i].queue_id),
				.version = page.items[i].version,
				.act = i % 2 ? QUEUE_APPROVE : QUEUE_REJECT,
				.actor = span_of(m->name),
				.now_ms = BEGUN,
			};
			uint32_t version;
			int rc;

			while ((rc = queue_decide(db, &decision, &version)) == ERR_IO)
				continue;
			m->decided[page.items[i].seq] += rc == OK;
		}
	}
	db_close(db);
	arena_free(&arena);
	return NULL;
}

static void a_crowd_decides_each_once(void **state)
{
	static struct moderator crowd[CROWD];
	struct fixture *f = *state;
	struct buf findings = {0};

	fill(f, CROWD_ITEMS);
	for (int i = 0; i < CROWD; i++) {
		crowd[i].path = f->path;
		snprintf(crowd[i].name, sizeof(crowd[i].name), "m%d", i);
		assert_int_equal(pthread_create(&crowd[i].thread, NULL, work, &crowd[i]), 0);
	}
	for (int i = 0; i < CROWD; i++)
		pthread_join(crowd[i].thread, NULL);
	for (int seq = 1; seq <= CROWD_ITEMS; seq++) {
		int times = 0;

		for (int i = 0; i < CROWD; i++)
			times += crowd[i].decided[seq];
		assert_int_equal(times, 1);
	}
	assert_int_equal(verify(f, &findings), OK);
	buf_free(&findings);
}

/* --- decisions --- */

static void a_second_decision_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	struct queue_added added = add(f, "c-1", 0, "one");

	assert_int_equal(
		decide_as(f, added.queue_id, QUEUE_APPROVE, "ana", 2, BEGUN), ERR_CONFLICT);
	assert_int_equal(decide_as(f, added.queue_id, QUEUE_APPROVE, "ana", 1, BEGUN), OK);
	assert_int_equal(decide_as(f, added.queue_id, QUEUE_REJECT, "ben", 1, BEGUN), ERR_CONFLICT);
	assert_int_equal(decide_as(f, added.queue_id, QUEUE_REJECT, "ben", 0, BEGUN), ERR_CONFLICT);
	assert_int_equal(get(f, added.queue_id).state, QUEUE_APPROVED);
	assert_int_equal(get(f, added.queue_id).version, 2);
	assert_int_equal(decide(f, "nobody", QUEUE_APPROVE), ERR_NOTFOUND);
}

static void undo_goes_back_step_by_step(void **state)
{
	struct fixture *f = *state;
	struct queue_added added = add(f, "c-1", 0, "one");

	assert_int_equal(decide(f, added.queue_id, QUEUE_UNDO), ERR_CONFLICT);
	assert_int_equal(decide(f, added.queue_id, QUEUE_ESCALATE), OK);
	assert_int_equal(decide(f, added.queue_id, QUEUE_ESCALATE), ERR_CONFLICT);
	assert_int_equal(decide(f, added.queue_id, QUEUE_REJECT), OK);
	assert_int_equal(decide(f, added.queue_id, QUEUE_UNDO), OK);
	assert_int_equal(get(f, added.queue_id).state, QUEUE_ESCALATED);
	assert_int_equal(decide(f, added.queue_id, QUEUE_APPROVE), OK);
	assert_int_equal(decide(f, added.queue_id, QUEUE_UNDO), OK);
	assert_int_equal(decide(f, added.queue_id, QUEUE_UNDO), OK);
	assert_int_equal(get(f, added.queue_id).state, QUEUE_WAITING);
	assert_int_equal(decide(f, added.queue_id, QUEUE_UNDO), ERR_CONFLICT);
}

static void what_is_no_decision_is_refused(void **state)
{
	struct fixture *f = *state;
	struct queue_added added = add(f, "c-1", 0, "one");
	char note[QUEUE_NOTE_MAX + 2];
	struct queue_decision good = {.queue_id = span_of(added.queue_id),
		.act = QUEUE_APPROVE,
		.actor = SPAN("ana"),
		.now_ms = BEGUN};
	struct queue_decision wrong[4] = {good, good, good, good};
	uint32_t version;

	memset(note, 'x', sizeof(note));
	wrong[0].actor = (struct span){0};
	wrong[1].reason = SPAN("Not a code");
	wrong[2].note = (struct span){note, sizeof(note)};
	wrong[3].act = QUEUE_NOTE; /* without one */
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(queue_decide(f->db, &wrong[i], &version), ERR_INVALID);
	assert_int_equal(get(f, added.queue_id).state, QUEUE_WAITING);
}

/* --- the feed --- */

static size_t feed(struct fixture *f, int64_t after, int64_t now_ms, struct queue_event **events)
{
	size_t count;

	assert_int_equal(
		queue_feed(f->db, after, 60000, now_ms, 100, &f->arena, events, &count), OK);
	return count;
}

static void the_feed_tells_what_can_no_longer_be_undone(void **state)
{
	struct fixture *f = *state;
	struct queue_added items[4];
	struct queue_event *events;

	for (int i = 0; i < 4; i++) {
		char id[16];

		snprintf(id, sizeof(id), "c-%d", i);
		items[i] = add(f, id, 0, id);
	}
	decide_as(f, items[0].queue_id, QUEUE_REJECT, "ana", 0, BEGUN);
	decide_as(f, items[1].queue_id, QUEUE_APPROVE, "ana", 0, BEGUN);
	decide_as(f, items[1].queue_id, QUEUE_NOTE, "ana", 0, BEGUN);
	decide_as(f, items[2].queue_id, QUEUE_ESCALATE, "ana", 0, BEGUN);
	decide_as(f, items[1].queue_id, QUEUE_UNDO, "ana", 0, BEGUN + 30000); /* in time */
	assert_int_equal(feed(f, 0, BEGUN + 59999, &events), 0);
	assert_int_equal(feed(f, 0, BEGUN + 60000, &events), 1);
	assert_string_equal(events[0].queue_id, items[0].queue_id);
	assert_int_equal(events[0].state, QUEUE_REJECTED);
	assert_true(span_eq(events[0].reason, SPAN("threats")));
	assert_int_equal(feed(f, events[0].seq, BEGUN + 10 * HOUR, &events), 0);
	/* Taken back when the CMS knows already: that is told. */
	decide_as(f, items[0].queue_id, QUEUE_UNDO, "ben", 0, BEGUN + HOUR);
	decide_as(f, items[3].queue_id, QUEUE_APPROVE, "ben", 0, BEGUN + HOUR + 1);
	assert_int_equal(feed(f, 1, BEGUN + 2 * HOUR, &events), 2);
	assert_int_equal(events[0].act, QUEUE_UNDO);
	assert_int_equal(events[0].state, QUEUE_WAITING);
	assert_string_equal(events[1].queue_id, items[3].queue_id);
	assert_true(span_eq(events[1].comment_id, SPAN("c-3")));
}

static void what_was_told_is_also_told_when_it_is_undone(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "c-1", 0, "one"), two = add(f, "c-2", 0, "two");
	struct queue_event *events;

	decide_as(f, one.queue_id, QUEUE_APPROVE, "ana", 0, BEGUN);
	decide_as(f, two.queue_id, QUEUE_APPROVE, "ana", 0, BEGUN + 30000);
	assert_int_equal(feed(f, 0, BEGUN + 60000, &events), 1);
	/* The clock was set back, so this is within the hold; but one reader knows. */
	decide_as(f, one.queue_id, QUEUE_UNDO, "ana", 0, BEGUN + 1000);
	decide_as(f, two.queue_id, QUEUE_UNDO, "ana", 0, BEGUN + 31000); /* nobody knows */
	assert_int_equal(feed(f, 1, BEGUN + HOUR, &events), 1);
	assert_int_equal(events[0].seq, 3);
	assert_int_equal(events[0].act, QUEUE_UNDO);
	assert_string_equal(events[0].queue_id, one.queue_id);
	/* Another reader, who comes late, is told both. */
	assert_int_equal(feed(f, 0, BEGUN + HOUR, &events), 2);
	assert_int_equal(events[0].act, QUEUE_APPROVE);
	assert_int_equal(events[1].act, QUEUE_UNDO);
}

static void what_nobody_was_told_is_not_taken_back(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "c-1", 0, "one");
	struct queue_event *events;

	decide_as(f, one.queue_id, QUEUE_APPROVE, "ana", 0, BEGUN);
	/* Long after the hold, but no reader has asked meanwhile. */
	decide_as(f, one.queue_id, QUEUE_UNDO, "ana", 0, BEGUN + HOUR);
	decide_as(f, one.queue_id, QUEUE_REJECT, "ana", 0, BEGUN + HOUR);
	assert_int_equal(feed(f, 0, BEGUN + 2 * HOUR, &events), 1);
	assert_int_equal(events[0].act, QUEUE_REJECT);
	decide_as(f, one.queue_id, QUEUE_UNDO, "ana", 0, BEGUN + 3 * HOUR);
	assert_int_equal(feed(f, 3, BEGUN + 4 * HOUR, &events), 1);
	assert_int_equal(events[0].act, QUEUE_UNDO);
}

static void a_clock_set_back_changes_no_order(void **state)
{
	struct fixture *f = *state;
	struct queue_added one = add(f, "c-1", 0, "one"), two = add(f, "c-2", 0, "two");
	struct queue_event *events;

	decide_as(f, one.queue_id, QUEUE_APPROVE, "ana", 0, BEGUN + HOUR);
	decide_as(f, two.queue_id, QUEUE_REJECT, "ana", 0, BEGUN);
	assert_int_equal(feed(f, 0, BEGUN + 60000, &events), 0);
	assert_int_equal(feed(f, 0, BEGUN + HOUR + 60000, &events), 2);
	assert_int_equal(events[0].at_ms, BEGUN + HOUR);
	assert_int_equal(events[1].at_ms, BEGUN + HOUR);
	/* What was told already holds nothing up, whenever it says that it was. */
	assert_int_equal(feed(f, 2, BEGUN, &events), 0);
}

static void the_history_tells_all_about_one(void **state)
{
	struct fixture *f = *state;
	struct queue_added added = add(f, "c-1", 0, "one");
	struct queue_event *events;
	size_t count;

	decide(f, added.queue_id, QUEUE_ESCALATE);
	decide(f, added.queue_id, QUEUE_NOTE);
	assert_int_equal(
		queue_history(f->db, span_of(added.queue_id), &f->arena, &events, &count), OK);
	assert_int_equal(count, 2);
	assert_int_equal(events[0].act, QUEUE_ESCALATE);
	assert_true(span_eq(events[1].note, SPAN("Marker-Note")));
}

/* --- verifying and erasing --- */

static void a_changed_or_missing_row_is_found(void **state)
{
	/* What is done to the table, and what must be said. */
	static const struct {
		const char *sql, *said;
	} attacks[] = {
		{"UPDATE decision SET actor = 'eve' WHERE seq = 3", "decision 3: was changed"},
		{"UPDATE decision SET state = 2 WHERE seq = 2", "decision 2: was changed"},
		{"UPDATE decision SET at_ms = at_ms + 1 WHERE seq = 1", "decision 1: was changed"},
		{"UPDATE decision SET note = 'other' WHERE act = 3", "its note was changed"},
		{"DELETE FROM decision WHERE seq = 1", "decision 1: missing"},
		{"DELETE FROM decision WHERE seq = 2", "decision 2: missing"},
		{"DELETE FROM decision WHERE seq = (SELECT max(seq) FROM decision)",
			"missing (up to 6)"},
		{"UPDATE item SET state = 2 WHERE seq = 5", "its state is not what was decided"},
	};
	struct fixture *f = *state;
	struct buf findings = {0};

	fill(f, 5);
	for (int i = 0; i < 5; i++)
		decide(f, list(f, (struct queue_filter){0}).items[0].queue_id, QUEUE_REJECT);
	decide(f, add(f, "d-1", 0, "x").queue_id, QUEUE_NOTE);
	raw(f, "UPDATE item SET state = 3 WHERE state = 3");
	assert_int_equal(verify(f, &findings), OK);
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		assert_int_equal(db_begin(f->db), OK);
		raw(f, attacks[i].sql);
		assert_int_equal(verify(f, &findings), ERR_INVALID);
		if (strstr(findings.data, attacks[i].said) == NULL)
			fail_msg("%s: %s", attacks[i].sql, findings.data);
		assert_int_equal(db_end(f->db, ERR_INVALID), ERR_INVALID); /* taken back */
	}
	assert_int_equal(verify(f, &findings), OK);
	buf_free(&findings);
}

/* Whether the bytes stand in the database's file or its log. */
static bool in_files(struct fixture *f, const char *marker)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char path[QUEUE_PATH_SIZE + 8];
		static char bytes[4 << 20];
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		assert_true(n >= 0 && n < (ssize_t)sizeof(bytes));
		found |= memmem(bytes, (size_t)n, marker, strlen(marker)) != NULL;
		close(fd);
	}
	return found;
}

static void what_is_erased_is_in_no_file(void **state)
{
	static const char *const markers[] = {
		"Marker-Text", "Marker-Author", "Marker-Title", "Marker-Note"};
	struct fixture *f = *state;
	struct queue_entry kept = entry_of("c-2", 0, "two");
	struct buf findings = {0};
	struct queue_added added;
	size_t erased;

	assert_int_equal(history_add(f->db, &kept, QUEUE_APPROVED), OK);
	added = add(f, "c-1", 0, "one");
	decide(f, added.queue_id, QUEUE_NOTE);
	decide(f, added.queue_id, QUEUE_REJECT);
	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		assert_true(in_files(f, markers[i]) || queue_is_pg());
	assert_int_equal(queue_erase(f->db, BEGUN, 100, &erased), OK);
	assert_int_equal(erased, 0); /* it was decided after that */
	assert_int_equal(queue_erase(f->db, BEGUN + HOUR, 1, &erased), OK);
	assert_int_equal(erased, 1);
	assert_true(in_files(f, "Marker-Text") || queue_is_pg()); /* in the history */
	assert_int_equal(queue_erase(f->db, BEGUN + HOUR, 100, &erased), OK);
	assert_int_equal(erased, 1);
	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		assert_false(in_files(f, markers[i]));
	assert_int_equal(get(f, added.queue_id).state, QUEUE_REJECTED);
	assert_int_equal(get(f, added.queue_id).request.len, 0);
	assert_int_equal(verify(f, &findings), OK);
	assert_int_equal(queue_erase(f->db, BEGUN + HOUR, 100, &erased), OK);
	assert_int_equal(erased, 0);
	buf_free(&findings);
}

static struct queue_page history(struct fixture *f, struct queue_filter filter)
{
	struct queue_page page;

	assert_int_equal(history_list(f->db, &filter, &f->arena, &page), OK);
	return page;
}

static void the_history_is_kept_once_and_listed_in_pages(void **state)
{
	struct fixture *f = *state;
	struct queue_filter filter = {.limit = 2};
	struct queue_page page;
	char id[16];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5; i++) {
			struct queue_entry entry = entry_of(id, 0, "text");

			snprintf(id, sizeof(id), "c-%d", i);
			entry.comment_id = span_of(id);
			entry.now_ms = BEGUN + i;
			assert_int_equal(history_add(f->db, &entry,
						 i == 3 ? QUEUE_REJECTED : QUEUE_APPROVED),
				OK);
		}
	}
	page = history(f, filter);
	assert_int_equal(page.total, 5);
	assert_int_equal(page.count, 2);
	assert_true(span_eq(page.items[1].comment_id, SPAN("c-1")));
	assert_true(span_eq(page.items[0].request, SPAN("{\"text\":\"Marker-Text\"}")));
	assert_true(span_eq(page.items[0].guideline, SPAN("threats")));
	filter.after = page.next;
	page = history(f, filter);
	filter.after = page.next;
	page = history(f, filter);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.next.len, 0);
	page = history(f, (struct queue_filter){.states = 1U << QUEUE_REJECTED});
	assert_int_equal(page.count, 1);
	assert_true(span_eq(page.items[0].comment_id, SPAN("c-3")));
	assert_int_equal(history(f, (struct queue_filter){.site = SPAN("none")}).count, 0);
	assert_int_equal(history(f, (struct queue_filter){.author_id = SPAN("u1")}).count, 5);
	assert_int_equal(history(f, (struct queue_filter){.queued_from_ms = BEGUN + 1,
					    .queued_to_ms = BEGUN + 3})
				 .count,
		2);
	filter.after = SPAN("o5");
	assert_int_equal(history_list(f->db, &filter, &f->arena, &page), ERR_INVALID);
}

static void a_share_of_comments_is_always_the_same(void **state)
{
	const struct span site = SPAN("english"), none = {NULL, 0};
	unsigned small = 0, large = 0;
	char id[16];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct span own;
		bool in_small, in_large;

		snprintf(id, sizeof(id), "c-%u", i);
		own = span_of(id);
		in_small = history_takes(site, own, none, 500);
		in_large = history_takes(site, own, none, 2000);
		assert_true(in_large || !in_small); /* a larger share has all of a smaller one */
		assert_int_equal(in_small, history_takes(site, own, SPAN("text"), 500));
		small += in_small;
		large += in_large;
	}
	assert_in_range(small, 900, 1100);
	assert_in_range(large, 3800, 4200);
	assert_false(history_takes(site, SPAN("c-1"), none, 0));
	assert_true(history_takes(site, SPAN("c-1"), none, HISTORY_ALL));
}

static void counts_are_by_state(void **state)
{
	struct fixture *f = *state;
	struct queue_counts counts;

	fill(f, 3);
	decide(f, list(f, (struct queue_filter){0}).items[0].queue_id, QUEUE_REJECT);
	assert_int_equal(queue_count(f->db, &counts), OK);
	assert_int_equal(counts.by_state[QUEUE_WAITING], 2);
	assert_int_equal(counts.by_state[QUEUE_REJECTED], 1);
	assert_int_equal(counts.oldest_ms, BEGUN + 2);
	assert_int_equal(counts.decisions, 1);
}

/* --- opening --- */

static void what_is_not_ours_is_refused(void **state)
{
	static const struct {
		const char *sql, *said;
	} cases[] =
		{
			{"PRAGMA user_version = 99", "newer filterd"},
			{"PRAGMA application_id = 7", "another program"},
		},
	  on_server[] = {
		  {"UPDATE filterd_schema SET version = 99", "newer filterd"},
		  {"DROP TABLE filterd_schema", "another program"},
	  };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf why = {0};
		struct db *db;

		raw(f, queue_is_pg() ? on_server[i].sql : cases[i].sql);
		assert_int_equal(db_open(f->path, DB_CREATE, &why, &db), ERR_INVALID);
		buf_char(&why, '\0');
		if (strstr(why.data, cases[i].said) == NULL)
			fail_msg("%s", why.data);
		buf_free(&why);
	}
}

static void a_reader_cannot_write_and_makes_no_file(void **state)
{
	struct fixture *f = *state;
	struct buf why = {0};
	char path[QUEUE_PATH_SIZE + 8];
	struct db *db;

	assert_int_equal(db_open(f->path, DB_READ, &why, &db), OK);
	assert_int_equal(db_run(db, "DELETE FROM item"), ERR_IO);
	db_close(db);
	if (queue_is_pg()) { /* nor a schema */
		snprintf(path, sizeof(path), "%s_none", f->path);
		assert_int_equal(db_open(path, DB_READ, &why, &db), ERR_INVALID);
	} else {
		snprintf(path, sizeof(path), "%s/none.db", f->folder);
		assert_int_equal(db_open(path, DB_READ, &why, &db), ERR_IO);
		assert_int_equal(access(path, F_OK), -1);
	}
	buf_free(&why);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_same_comment_is_the_same_item),
		TEST(another_text_is_a_new_revision),
		TEST(comments_without_an_id_are_never_the_same),
		TEST(an_item_is_kept_whole),
		TEST(pages_go_through_all_in_each_order),
		TEST(filters_restrict),
		TEST(a_wrong_cursor_is_refused),
		TEST(nobody_gets_what_another_holds),
		TEST(a_crowd_decides_each_once),
		TEST(a_second_decision_is_a_conflict),
		TEST(undo_goes_back_step_by_step),
		TEST(what_is_no_decision_is_refused),
		TEST(the_feed_tells_what_can_no_longer_be_undone),
		TEST(what_was_told_is_also_told_when_it_is_undone),
		TEST(what_nobody_was_told_is_not_taken_back),
		TEST(a_clock_set_back_changes_no_order),
		TEST(the_history_tells_all_about_one),
		TEST(a_changed_or_missing_row_is_found),
		TEST(what_is_erased_is_in_no_file),
		TEST(the_history_is_kept_once_and_listed_in_pages),
		TEST(a_share_of_comments_is_always_the_same),
		TEST(counts_are_by_state),
		TEST(what_is_not_ours_is_refused),
		TEST(a_reader_cannot_write_and_makes_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
