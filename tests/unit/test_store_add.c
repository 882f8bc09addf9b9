/* A comment enters the queue: which ones are the same item, and what becomes of the older text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_folder.h"
#include "store/queue.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture {
	char folder[QUEUE_FOLDER_SIZE];
	struct db *db;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[QUEUE_PATH_SIZE];

	queue_folder_make(f->folder, path);
	f->db = queue_open(path);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

static struct queue_entry entry_of(struct span id, uint32_t revision, const char *text)
{
	return (struct queue_entry){
		.site = SPAN("s"),
		.comment_id = id,
		.revision = revision,
		.text = span_of(text),
		.request = SPAN("{}"),
		.answer = SPAN("{"),
		.now_ms = 1000,
	};
}

static struct queue_added add(
	struct fixture *f, const char *id, uint32_t revision, const char *text)
{
	struct queue_entry entry = entry_of(span_of(id), revision, text);
	struct queue_added added;

	assert_int_equal(queue_add(f->db, &entry, &added), OK);
	return added;
}

static void assert_same(struct queue_added first, struct queue_added later)
{
	assert_true(later.again);
	assert_string_equal(later.queue_id, first.queue_id);
	assert_int_equal(later.revision, first.revision);
}

static void assert_new(struct queue_added first, struct queue_added later, uint32_t revision)
{
	assert_false(later.again);
	assert_string_not_equal(later.queue_id, first.queue_id);
	assert_int_equal(later.revision, revision);
}

/* --- the same comment --- */

static void the_same_comment_is_the_same_item(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c", 0, "text");

	assert_false(first.again);
	assert_int_equal(first.revision, 1);
	assert_int_equal(strlen(first.queue_id), QUEUE_ID_SIZE - 1);
	assert_int_equal(
		strspn(first.queue_id, "abcdefghijklmnopqrstuvwxyz234567"), QUEUE_ID_SIZE - 1);
	for (int i = 0; i < 100; i++)
		assert_same(first, add(f, "c", i % 2, "text"));
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 1);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM content"), 1);
}

static void ids_are_of_their_site(void **state)
{
	struct fixture *f = *state;
	struct queue_entry entry = entry_of(SPAN("c"), 0, "text");
	struct queue_added first = add(f, "c", 0, "text"), other;

	entry.site = SPAN("another");
	assert_int_equal(queue_add(f->db, &entry, &other), OK);
	assert_new(first, other, 1);
}

static void a_comment_without_an_id_is_an_item_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "", 0, "text");

	assert_new(first, add(f, "", 0, "text"), 1);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item WHERE state = 0"), 2);
}

/* --- another text --- */

static void another_text_supersedes_the_one_that_waits(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c", 0, "text");

	assert_new(first, add(f, "c", 0, "other"), 2);
	assert_int_equal(
		queue_number(f->db, "SELECT state FROM item WHERE revision = 1"), QUEUE_SUPERSEDED);
	assert_int_equal(
		queue_number(f->db, "SELECT settled_ms FROM item WHERE revision = 1"), 1000);
	assert_int_equal(queue_number(f->db, "SELECT version FROM item WHERE revision = 1"), 2);
	assert_int_equal(
		queue_number(f->db, "SELECT state FROM item WHERE revision = 2"), QUEUE_WAITING);
	assert_int_equal(
		queue_number(f->db, "SELECT settled_ms IS NULL FROM item WHERE revision = 2"), 1);
}

static void what_was_decided_is_not_superseded(void **state)
{
	struct fixture *f = *state;
	struct queue_decision decision = {.act = QUEUE_APPROVE, .actor = SPAN("ann"), .now_ms = 7};
	struct queue_added first = add(f, "c", 0, "text");
	uint32_t version;

	decision.queue_id = span_of(first.queue_id);
	assert_int_equal(queue_decide(f->db, &decision, &version), OK);
	assert_new(first, add(f, "c", 0, "other"), 2);
	assert_int_equal(
		queue_number(f->db, "SELECT state FROM item WHERE revision = 1"), QUEUE_APPROVED);
	assert_int_equal(queue_number(f->db, "SELECT settled_ms FROM item WHERE revision = 1"), 7);
}

static void a_told_revision_is_kept(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c", 7, "text");

	assert_int_equal(first.revision, 7);
	assert_same(first, add(f, "c", 0, "text"));
	assert_same(first, add(f, "c", 7, "text"));
	assert_new(first, add(f, "c", 9, "other"), 9);
	assert_new(first, add(f, "c", 0, "third"), 10);
}

static void an_older_revision_that_is_sent_again_is_found(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c", 1, "text"), second = add(f, "c", 2, "other");
	struct queue_added third = add(f, "c", 3, "text");

	assert_same(first, add(f, "c", 1, "text"));
	assert_same(second, add(f, "c", 2, "other"));
	assert_same(third, add(f, "c", 3, "text"));
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 3);
}

/* A CMS that counts no edits but sends a number, or is behind: each retry finds the first. */
static void a_retry_finds_its_item_though_it_got_another_revision(void **state)
{
	static const uint32_t told[] = {1, 5, 7};

	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		struct fixture *f = *state;
		struct queue_added edited;
		char id[8];

		snprintf(id, sizeof(id), "c-%zu", i);
		add(f, id, 7, "text");
		edited = add(f, id, told[i], "other");
		assert_int_equal(edited.revision, 8);
		for (int k = 0; k < 5; k++)
			assert_same(edited, add(f, id, told[i], "other"));
		assert_same(edited, add(f, id, 8, "other"));
		assert_same(edited, add(f, id, 0, "other"));
	}
}

static void nothing_comes_after_the_greatest_revision(void **state)
{
	struct fixture *f = *state;
	struct queue_added first = add(f, "c", UINT32_MAX, "text");
	struct queue_entry entry = entry_of(SPAN("c"), UINT32_MAX, "other");
	struct queue_added added;

	assert_int_equal(first.revision, UINT32_MAX);
	/* Refused, never wrapped round to a number that would be taken for the oldest. */
	assert_int_equal(queue_add(f->db, &entry, &added), ERR_IO);
	assert_int_equal(db_trouble(f->db), DB_REFUSED);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 1);
	assert_int_equal(queue_number(f->db, "SELECT state FROM item"), QUEUE_WAITING);
	assert_same(first, add(f, "c", 0, "text"));
}

/* --- what is stored --- */

static void hostile_bytes_come_back_as_they_came(void **state)
{
	static const char hostile[] = "'; DROP TABLE item; -- %s\0\"\n\xE2\x80\xAE?1";
	const struct span bytes = {hostile, sizeof(hostile) - 1};
	const struct queue_match match = {bytes, bytes};
	struct fixture *f = *state;
	struct queue_entry entry = {
		.site = bytes,
		.comment_id = bytes,
		.text = bytes,
		.language = bytes,
		.author_id = bytes,
		.author_name = bytes,
		.article_id = bytes,
		.article_title = bytes,
		.guideline = bytes,
		.rules_version = bytes,
		.matches = &match,
		.matches_count = 1,
		.request = bytes,
		.answer = bytes,
		.now_ms = 1,
	};
	struct queue_added first, again;
	struct queue_item item;
	struct arena arena;

	assert_int_equal(queue_add(f->db, &entry, &first), OK);
	assert_int_equal(queue_add(f->db, &entry, &again), OK);
	assert_same(first, again);
	arena_init(&arena, 0);
	assert_int_equal(queue_get(f->db, span_of(first.queue_id), 1, &arena, &item), OK);
	assert_true(span_eq(item.site, bytes));
	assert_true(span_eq(item.comment_id, bytes));
	assert_true(span_eq(item.author_name, bytes));
	assert_true(span_eq(item.article_title, bytes));
	assert_true(span_eq(item.guideline, bytes));
	assert_true(span_eq(item.request, bytes));
	assert_true(span_eq(item.answer, bytes));
	arena_free(&arena);
	/* A text that differs after a NUL is another. */
	entry.text.len--;
	assert_int_equal(queue_add(f->db, &entry, &again), OK);
	assert_new(first, again, 2);
}

static void a_long_comment_is_stored_whole(void **state)
{
	static char text[64 << 10];
	struct fixture *f = *state;
	struct queue_entry entry = entry_of(SPAN("c"), 0, "");
	struct queue_added added, again;

	memset(text, 'x', sizeof(text));
	entry.text = entry.request = (struct span){text, sizeof(text)};
	assert_int_equal(queue_add(f->db, &entry, &added), OK);
	assert_int_equal(queue_number(f->db, "SELECT length(request) FROM content"), sizeof(text));
	text[sizeof(text) - 1] = 'y';
	assert_int_equal(queue_add(f->db, &entry, &again), OK);
	assert_new(added, again, 2);
}

static void a_rule_that_held_twice_is_one_row(void **state)
{
	static const struct queue_match matches[] = {
		{{"en/a", 4}, {"g", 1}}, {{"en/b", 4}, {"g", 1}}, {{"en/a", 4}, {"h", 1}}};
	struct fixture *f = *state;
	struct queue_entry entry = entry_of(SPAN("c"), 0, "text");
	struct queue_added added;

	entry.matches = matches;
	entry.matches_count = ARRAY_LEN(matches);
	assert_int_equal(queue_add(f->db, &entry, &added), OK);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item_rule"), 2);
}

static void a_comment_is_stored_whole_or_not_at_all(void **state)
{
	static const struct queue_match match = {{"en/a", 4}, {"g", 1}};
	struct fixture *f = *state;
	struct queue_entry entry = entry_of(SPAN("c"), 0, "other");
	struct queue_added first = add(f, "c", 0, "text"), added;

	queue_refuse_rows(f->db, "item_rule", NULL, NULL);
	entry.matches = &match;
	entry.matches_count = 1;
	assert_int_equal(queue_add(f->db, &entry, &added), ERR_IO);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 1);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM content"), 1);
	/* Nor was the older one superseded by what is not there. */
	assert_int_equal(queue_number(f->db, "SELECT state FROM item"), QUEUE_WAITING);
	assert_same(first, add(f, "c", 0, "text"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_same_comment_is_the_same_item),
		TEST(ids_are_of_their_site),
		TEST(a_comment_without_an_id_is_an_item_of_its_own),
		TEST(another_text_supersedes_the_one_that_waits),
		TEST(what_was_decided_is_not_superseded),
		TEST(a_told_revision_is_kept),
		TEST(an_older_revision_that_is_sent_again_is_found),
		TEST(a_retry_finds_its_item_though_it_got_another_revision),
		TEST(nothing_comes_after_the_greatest_revision),
		TEST(hostile_bytes_come_back_as_they_came),
		TEST(a_long_comment_is_stored_whole),
		TEST(a_rule_that_held_twice_is_one_row),
		TEST(a_comment_is_stored_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
