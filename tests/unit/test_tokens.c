/* Tokens and the audit in the database: made, found, revoked, told apart; the table of roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_folder.h"
#include "store/audit.h"
#include "store/tokens.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW INT64_C(1764000000000)
#define DAY (24 * INT64_C(3600000))

struct fixture {
	char folder[QUEUE_FOLDER_SIZE], path[QUEUE_PATH_SIZE];
	struct buf why;
	struct arena arena;
	struct db *db;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	queue_folder_make(f->folder, f->path);
	arena_init(&f->arena, 0);
	assert_int_equal(db_open(f->path, DB_CREATE, &f->why, &f->db), OK);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	buf_free(&f->why);
	arena_free(&f->arena);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

static int add(struct fixture *f, const char *name, int64_t expires_ms, char text[TOKEN_TEXT_SIZE])
{
	return token_add(f->db, span_of(name), USER_MODERATOR, expires_ms, NOW, text);
}

static size_t list(struct fixture *f, int64_t holding_ms, struct token **out)
{
	size_t count;

	assert_int_equal(token_list(f->db, holding_ms, &f->arena, out, &count), OK);
	return count;
}

static void a_token_is_made_of_random_bits_and_only_its_hash_is_kept(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE], command[256];
	unsigned char hash[TOKEN_HASH];
	struct token *tokens;

	assert_int_equal(add(f, "amina", 0, text), OK);
	assert_int_equal(add(f, "baran", 0, other), OK);
	assert_int_equal(strlen(text), TOKEN_TEXT_SIZE - 1);
	assert_memory_equal(text, "filterd_", 8);
	assert_int_equal(
		strspn(text + 8,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
		43);
	assert_string_not_equal(text, other);
	assert_int_equal(list(f, NOW, &tokens), 2);
	assert_string_equal(tokens[0].name, "amina");
	assert_int_equal(tokens[0].role, USER_MODERATOR);
	assert_true(token_hash(span_of(text), hash));
	assert_memory_equal(tokens[0].hash, hash, TOKEN_HASH);
	assert_int_equal(strlen(tokens[0].id), TOKEN_ID_SIZE - 1);
	snprintf(command, sizeof(command), "! grep -raqF -e %s %s", text + 8, f->folder);
	assert_int_equal(system(command), 0);
}

static void base64_is_that_of_rfc_4648(void **state)
{
	unsigned char bytes[32];
	char text[TOKEN_BASE64_SIZE];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 8 + 7);
	token_base64(bytes, text);
	assert_string_equal(text, "Bw8XHycvNz9HT1dfZ293f4ePl5-nr7e_x8_X3-fv9_8");
	memset(bytes, 0xFF, sizeof(bytes));
	token_base64(bytes, text);
	assert_string_equal(text, "__________________________________________8");
}

static void a_name_belongs_to_one_that_holds(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE];
	struct token *tokens;
	bool any = true;

	assert_int_equal(token_any(f->db, &any), OK);
	assert_false(any);
	assert_int_equal(add(f, "amina", NOW + DAY, text), OK);
	assert_int_equal(add(f, "amina", 0, text), ERR_CONFLICT);
	/* Expired, it gives the name away. */
	assert_int_equal(token_add(f->db, SPAN("amina"), USER_ADMIN, 0, NOW + DAY, text), OK);
	assert_int_equal(token_revoke(f->db, SPAN("amina"), NOW + 2 * DAY), OK);
	assert_int_equal(token_revoke(f->db, SPAN("amina"), NOW + 2 * DAY), ERR_NOTFOUND);
	assert_int_equal(token_add(f->db, SPAN("amina"), USER_CMS, 0, NOW + 3 * DAY, text), OK);
	assert_int_equal(list(f, 0, &tokens), 3);
	assert_int_equal(list(f, NOW + 4 * DAY, &tokens), 1);
	assert_int_equal(tokens[0].role, USER_CMS);
	/* By its id, too; and even when all are gone it is known that there were some. */
	assert_int_equal(token_revoke(f->db, span_of(tokens[0].id), NOW + 4 * DAY), OK);
	assert_int_equal(list(f, NOW + 4 * DAY, &tokens), 0);
	assert_int_equal(token_any(f->db, &any), OK);
	assert_true(any);
}

static void it_holds_until_it_expires(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE];
	struct token *tokens;

	assert_int_equal(add(f, "cms", NOW + DAY, text), OK);
	assert_int_equal(list(f, NOW + DAY - 1, &tokens), 1);
	assert_true(token_holds(&tokens[0], NOW + DAY - 1));
	assert_false(token_holds(&tokens[0], NOW + DAY));
	assert_int_equal(list(f, NOW + DAY, &tokens), 0);
	assert_int_equal(token_revoke(f->db, SPAN("cms"), NOW + DAY), ERR_NOTFOUND);
}

static void no_more_than_a_bound_hold(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE], name[16];

	assert_int_equal(db_begin(f->db), OK);
	for (unsigned i = 0; i < TOKENS_MAX; i++) {
		snprintf(name, sizeof(name), "cms-%u", i);
		assert_int_equal(add(f, name, 0, text), OK);
	}
	assert_int_equal(db_end(f->db, OK), OK);
	assert_int_equal(add(f, "one more", 0, text), ERR_LIMIT);
	assert_int_equal(token_revoke(f->db, SPAN("cms-7"), NOW), OK);
	assert_int_equal(add(f, "one more", 0, text), OK);
}

static void names_are_text_that_can_be_seen(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		bool fine;
	} cases[] = {
		{"a", 1, true},
		{"Amina Hussein", 13, true},
		{"\xda\xa9\xd8\xa7\xd9\x88\xdb\x95", 8, true}, /* Kawe in Sorani */
		{"cms-1@erbil", 11, true},
		{"", 0, false},
		{" a", 2, false},
		{"a ", 2, false},
		{"a\nb", 3, false},
		{"a\tb", 3, false},
		{"a\0b", 3, false},
		{"\x7f", 1, false},
		{"a\xe2\x80\xae"
		 "b",
			5, false}, /* U+202E */
		{"a\xe2\x80\x8b"
		 "b",
			5, false}, /* U+200B */
		{"a\xc2\xa0"
		 "b",
			4, false}, /* a space that is none */
		{"\xc3\x28", 2, false},
		{"\xed\xa0\x80", 3, false},
	};
	char longest[QUEUE_ACTOR_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (token_is_name((struct span){cases[i].name, cases[i].len}) != cases[i].fine)
			fail_msg("case %zu", i);
	}
	memset(longest, 'a', sizeof(longest));
	assert_true(token_is_name((struct span){longest, QUEUE_ACTOR_MAX}));
	assert_false(token_is_name((struct span){longest, QUEUE_ACTOR_MAX + 1}));
}

static void the_key_of_sessions_is_made_once(void **state)
{
	struct fixture *f = *state;
	unsigned char first[TOKEN_KEY], second[TOKEN_KEY];
	static const unsigned char zeros[TOKEN_KEY];

	assert_int_equal(token_key(f->db, first), OK);
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(db_open(f->path, DB_WRITE, &f->why, &f->db), OK);
	assert_int_equal(token_key(f->db, second), OK);
	assert_memory_equal(first, second, TOKEN_KEY);
	assert_memory_not_equal(first, zeros, TOKEN_KEY);
}

static void uses_are_written_down_and_never_go_back(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE];
	struct token *tokens;

	assert_int_equal(add(f, "cms", 0, text), OK);
	assert_int_equal(list(f, NOW, &tokens), 1);
	assert_int_equal(tokens[0].used_ms, 0);
	assert_int_equal(token_used(f->db, tokens[0].id, NOW + 5), OK);
	assert_int_equal(token_used(f->db, tokens[0].id, NOW + 4), OK);
	assert_int_equal(list(f, NOW, &tokens), 1);
	assert_int_equal(tokens[0].used_ms, NOW + 5);
}

static void the_audit_keeps_order_and_goes_with_time(void **state)
{
	struct fixture *f = *state;
	struct audit_row row = {.times = 1,
		.actor = SPAN("amina"),
		.address = SPAN("unix"),
		.what = SPAN("login"),
		.outcome = SPAN("ok")};
	struct audit_row *rows;
	size_t count;

	for (int64_t i = 0; i < 5; i++) {
		row.at_ms = NOW + i * DAY;
		assert_int_equal(audit_add(f->db, &row), OK);
	}
	assert_int_equal(audit_list(f->db, 3, &f->arena, &rows, &count), OK);
	assert_int_equal(count, 3);
	assert_int_equal(rows[0].at_ms, NOW + 4 * DAY);
	assert_true(span_eq(rows[0].actor, SPAN("amina")));
	assert_int_equal(audit_erase(f->db, NOW + 3 * DAY), OK);
	assert_int_equal(audit_list(f->db, 100, &f->arena, &rows, &count), OK);
	assert_int_equal(count, 2);
}

/* Who may do what, as the issue has it; a right more or less is a decision, not an accident. */
static void roles_may_what_they_are_for(void **state)
{
	static const char may[USER_ROLES][ACCESS_RIGHTS + 1] = {
		/* open, watch, judge, feed, read, self, queue, replay, rules, reload, admin */
		[USER_CMS] = "xxxxxx-----",
		[USER_MODERATOR] = "xx--xxxx---",
		[USER_AUTHOR] = "xx--xx-xxx-",
		[USER_ADMIN] = "xxxxxxxxxxx",
	};
	enum user_role role;

	(void)state;
	for (size_t i = 0; i < USER_ROLES; i++) {
		for (size_t right = 0; right < ACCESS_RIGHTS; right++) {
			if (user_may((enum user_role)i, (enum access_right)right) !=
				(may[i][right] == 'x'))
				fail_msg("%s and right %zu", user_roles[i].name, right);
		}
		assert_true(user_role_find(span_of(user_roles[i].name), &role));
		assert_int_equal(role, i);
	}
	assert_false(user_role_find(SPAN("Admin"), &role));
	assert_false(user_role_find(SPAN(""), &role));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_made_of_random_bits_and_only_its_hash_is_kept),
		cmocka_unit_test(base64_is_that_of_rfc_4648),
		TEST(a_name_belongs_to_one_that_holds),
		TEST(it_holds_until_it_expires),
		TEST(no_more_than_a_bound_hold),
		cmocka_unit_test(names_are_text_that_can_be_seen),
		TEST(the_key_of_sessions_is_made_once),
		TEST(uses_are_written_down_and_never_go_back),
		TEST(the_audit_keeps_order_and_goes_with_time),
		cmocka_unit_test(roles_may_what_they_are_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
