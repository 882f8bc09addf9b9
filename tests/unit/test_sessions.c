/* Sessions: signed, read back, and every byte of them counts; failed attempts; the audit's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "queue_folder.h"
#include "server/attempts.h"
#include "server/audit_log.h"
#include "server/sessions.h"
#include "server/tokens.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW INT64_C(1764000000000)
#define END (NOW / 1000 + SESSION_S)

static const unsigned char key[TOKEN_KEY] = {1, 2, 3};
static const unsigned char other_key[TOKEN_KEY] = {1, 2, 4};

static const struct session session_of_amina = {
	.id = "abcdefgh",
	.end_s = END,
	.proof = "0123456789012345678901234567890123456789012",
};

static bool reads(const unsigned char *with, const char *text, int64_t now_ms)
{
	struct session session;

	return session_read(with, span_of(text), now_ms, &session);
}

static void a_session_is_read_back_until_its_end(void **state)
{
	char text[SESSION_SIZE];
	struct session read;

	(void)state;
	assert_true(session_write(key, &session_of_amina, text));
	assert_memory_equal(text, "v1.abcdefgh.1764043200.0123", 27);
	assert_true(session_read(key, span_of(text), NOW, &read));
	assert_string_equal(read.id, "abcdefgh");
	assert_string_equal(read.proof, session_of_amina.proof);
	assert_int_equal(read.end_s, END);
	assert_true(reads(key, text, END * 1000 - 1));
	assert_false(reads(key, text, END * 1000));
	assert_false(reads(other_key, text, NOW));
}

static void each_bit_of_a_session_counts(void **state)
{
	char text[SESSION_SIZE];

	(void)state;
	assert_true(session_write(key, &session_of_amina, text));
	for (size_t i = 0; i < strlen(text); i++) {
		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(text[i] ^ 1 << bit);
			assert_false(reads(key, text, NOW));
			text[i] = (char)(text[i] ^ 1 << bit);
		}
	}
	assert_true(reads(key, text, NOW));
	for (size_t len = 0; len < strlen(text); len++) {
		struct session read;

		assert_false(session_read(key, (struct span){text, len}, NOW, &read));
	}
}

static void the_session_is_found_among_cookies(void **state)
{
	static const struct {
		const char *cookies, *found; /* NULL: none */
	} cases[] = {
		{"filterd_session=a", "a"},
		{"x=y; filterd_session=a", "a"},
		{"x=y;filterd_session=a;z", "a"},
		{"  filterd_session=a; filterd_session=a", "a"},
		{"filterd_session=", ""},
		{"filterd_session=a; filterd_session=b", NULL},
		{"filterd_session=a; x=filterd_session=b", "a"},
		{"Filterd_session=a", NULL},
		{"xfilterd_session=a", NULL},
		{"", NULL},
		{";;;", NULL},
		{"filterd_session", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span found = session_of_cookies(span_of(cases[i].cookies));

		if ((found.ptr == NULL) != (cases[i].found == NULL) ||
			!span_eq(found, span_of(cases[i].found)))
			fail_msg("%s", cases[i].cookies);
	}
}

static struct in6_addr address(unsigned char first, unsigned char last, bool v4)
{
	struct in6_addr made = {0};

	made.s6_addr[0] = v4 ? 0 : first;
	made.s6_addr[15] = last;
	if (v4)
		made.s6_addr[10] = made.s6_addr[11] = 0xFF;
	return made;
}

static void five_failures_a_minute_are_listened_to(void **state)
{
	struct attempts *attempts = attempts_new();
	struct in6_addr one = address(0, 1, true), two = address(0, 2, true);
	int64_t now_ns = 1000 * NS_PER_S;

	(void)state;
	for (int i = 0; i < ATTEMPTS_PER_ADDRESS; i++) {
		assert_int_equal(attempts_wait_s(attempts, &one, now_ns), 0);
		attempts_failed(attempts, &one, now_ns + i * NS_PER_S);
	}
	assert_int_equal(attempts_wait_s(attempts, &one, now_ns + 5 * NS_PER_S), 55);
	assert_int_equal(attempts_wait_s(attempts, &two, now_ns + 5 * NS_PER_S), 0);
	assert_int_equal(attempts_wait_s(attempts, &one, now_ns + 60 * NS_PER_S), 0);
	attempts_failed(attempts, &one, now_ns + 60 * NS_PER_S);
	assert_int_equal(attempts_wait_s(attempts, &one, now_ns + 60 * NS_PER_S), 0);
	attempts_free(attempts);
}

static void a_network_of_ipv6_is_one_address(void **state)
{
	struct attempts *attempts = attempts_new();

	(void)state;
	for (unsigned char i = 0; i < ATTEMPTS_PER_ADDRESS; i++) {
		struct in6_addr from = address(0x20, i, false);

		attempts_failed(attempts, &from, NS_PER_S);
	}
	for (unsigned char i = 0x20; i < 0x22; i++) {
		struct in6_addr from = address(i, 99, false);

		assert_int_equal(attempts_wait_s(attempts, &from, NS_PER_S) > 0, i == 0x20);
	}
	attempts_free(attempts);
}

static void all_together_are_bounded(void **state)
{
	struct attempts *attempts = attempts_new();
	struct in6_addr fresh = address(0, 200, true);

	(void)state;
	for (unsigned i = 0; i < ATTEMPTS_ALL; i++) {
		struct in6_addr from = address(0, (unsigned char)(i / 4), true);

		assert_int_equal(attempts_wait_s(attempts, &from, NS_PER_S), 0);
		attempts_failed(attempts, &from, NS_PER_S);
	}
	assert_int_equal(attempts_wait_s(attempts, &fresh, NS_PER_S), ATTEMPTS_S);
	assert_int_equal(attempts_wait_s(attempts, &fresh, (1 + ATTEMPTS_S) * NS_PER_S), 0);
	attempts_free(attempts);
}

/* --- with a database --- */

struct fixture {
	char folder[QUEUE_FOLDER_SIZE], path[QUEUE_PATH_SIZE];
	struct buf why;
	struct arena arena;
	struct db *db;
	struct audit_log *log;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	queue_folder_make(f->folder, f->path);
	arena_init(&f->arena, 0);
	f->log = audit_log_new(true);
	assert_int_equal(db_open(f->path, DB_CREATE, &f->why, &f->db), OK);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	audit_log_free(f->log);
	buf_free(&f->why);
	arena_free(&f->arena);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

static size_t rows(struct fixture *f, struct audit_row **out)
{
	size_t count;

	assert_int_equal(audit_list(f->db, 1000, &f->arena, out, &count), OK);
	return count;
}

static void the_audit_counts_what_is_the_same_within_a_minute(void **state)
{
	struct fixture *f = *state;
	struct audit_entry often = {.at_ms = NOW, .times = 1, .actor = "amina", .what = "GET /x"};
	struct audit_entry rare = {.at_ms = NOW, .times = 1, .rare = true, .what = "login"};
	struct audit_row *found;

	for (int i = 0; i < 50; i++)
		audit_log_add(f->log, &often);
	assert_int_equal(audit_log_write(f->log, f->db, NOW + 59999, false), OK);
	assert_int_equal(rows(f, &found), 0);
	audit_log_add(f->log, &rare);
	assert_int_equal(audit_log_write(f->log, f->db, NOW + 59999, false), OK);
	assert_int_equal(rows(f, &found), 1);
	assert_int_equal(audit_log_write(f->log, f->db, NOW + 60000, false), OK);
	assert_int_equal(rows(f, &found), 2);
	assert_int_equal(found[0].times, 50);
	audit_log_add(f->log, &often);
	assert_int_equal(audit_log_write(f->log, f->db, NOW, true), OK);
	assert_int_equal(rows(f, &found), 3);
}

static void what_cannot_be_written_is_kept_and_bounded(void **state)
{
	struct fixture *f = *state;
	struct audit_entry entry = {.at_ms = NOW, .times = 1, .rare = true};
	struct audit_row *found;
	struct db *other;

	/* Another process holds the lock. */
	assert_int_equal(db_open(f->path, DB_WRITE, &f->why, &other), OK);
	assert_int_equal(db_begin(other), OK);
	for (int i = 0; i < 600; i++) {
		snprintf(entry.what, sizeof(entry.what), "what %d", i);
		audit_log_add(f->log, &entry);
	}
	assert_int_equal(audit_log_write(f->log, f->db, NOW, false), ERR_IO);
	assert_int_equal(db_end(other, OK), OK);
	db_close(other);
	assert_int_equal(audit_log_write(f->log, f->db, NOW, false), OK);
	assert_int_equal(rows(f, &found), 512);
}

/* Whoever has the database has the key, and what of a token is kept. */
static void the_database_is_not_enough_for_a_session(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE], made[SESSION_SIZE];
	struct session session = {.end_s = clock_real_ms() / 1000 + 60};
	unsigned char session_key[TOKEN_KEY];
	struct access_who who;
	struct tokens *tokens;
	struct token *kept;
	size_t count;

	assert_int_equal(token_add(f->db, SPAN("amina"), USER_ADMIN, 0, clock_real_ms(), text), OK);
	assert_int_equal(tokens_open(f->path, NULL, f->log, 90, &f->why, &tokens), OK);
	assert_int_equal(token_key(f->db, session_key), OK);
	assert_int_equal(token_list(f->db, 0, &f->arena, &kept, &count), OK);
	memcpy(session.id, kept[0].id, sizeof(session.id));
	for (int i = 0; i < 2; i++) {
		token_base64(i ? kept[0].proof : kept[0].hash, session.proof);
		assert_true(session_write(session_key, &session, made));
		assert_false(tokens_find_session(tokens, span_of(made), clock_real_ms(), &who));
	}
	assert_true(token_proof(span_of(text), session.proof));
	assert_true(session_write(session_key, &session, made));
	assert_true(tokens_find_session(tokens, span_of(made), clock_real_ms(), &who));
	tokens_close(tokens);
}

static void workers_see_what_the_database_says(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_TEXT_SIZE], session[SESSION_SIZE];
	int64_t now_ms = clock_real_ms();
	struct access_who who = {0}, again;
	struct tokens *tokens;

	assert_false(tokens_any(NULL));
	assert_false(tokens_find(NULL, SPAN("x"), now_ms, &who));
	assert_int_equal(tokens_open(f->path, NULL, f->log, 90, &f->why, &tokens), OK);
	assert_false(tokens_any(tokens));
	assert_int_equal(
		token_add(f->db, SPAN("amina"), USER_MODERATOR, now_ms + 60000, now_ms, text), OK);
	assert_false(tokens_find(tokens, span_of(text), now_ms, &who));
	assert_int_equal(tokens_refresh(tokens, f->db), OK);
	assert_true(tokens_any(tokens));
	assert_true(tokens_find(tokens, span_of(text), now_ms, &who));
	assert_string_equal(who.name, "amina");
	assert_int_equal(who.role, USER_MODERATOR);
	assert_true(tokens_hold(tokens, who.token_id, now_ms));
	assert_true(tokens_session(tokens, span_of(text), &who, now_ms, session));
	assert_true(who.ends_ms <= now_ms + 60000);
	assert_true(tokens_find_session(tokens, span_of(session), now_ms, &again));
	assert_int_equal(again.via, VIA_SESSION);
	assert_string_equal(again.token_id, who.token_id);
	/* Over at its second, whether or not anybody looked into the database. */
	assert_false(tokens_find(tokens, span_of(text), now_ms + 60000, &again));
	assert_false(tokens_hold(tokens, who.token_id, now_ms + 60000));
	assert_false(tokens_find_session(tokens, span_of(session), now_ms + 60000, &again));
	assert_int_equal(token_revoke(f->db, SPAN("amina"), now_ms), OK);
	assert_int_equal(tokens_refresh(tokens, f->db), OK);
	assert_false(tokens_find(tokens, span_of(text), now_ms, &again));
	assert_false(tokens_find_session(tokens, span_of(session), now_ms, &again));
	assert_true(tokens_any(tokens));
	tokens_close(tokens);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_read_back_until_its_end),
		cmocka_unit_test(each_bit_of_a_session_counts),
		cmocka_unit_test(the_session_is_found_among_cookies),
		cmocka_unit_test(five_failures_a_minute_are_listened_to),
		cmocka_unit_test(a_network_of_ipv6_is_one_address),
		cmocka_unit_test(all_together_are_bounded),
		TEST(the_audit_counts_what_is_the_same_within_a_minute),
		TEST(what_cannot_be_written_is_kept_and_bounded),
		TEST(the_database_is_not_enough_for_a_session),
		TEST(workers_see_what_the_database_says),
	};

	log_init(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
