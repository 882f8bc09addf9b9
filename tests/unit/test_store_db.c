/* Opening the queue's database: made, reopened, and whatever is no such file refused untouched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_folder.h"
#include "store/queue.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char folder[QUEUE_FOLDER_SIZE], path[QUEUE_PATH_SIZE];
	struct buf why;
	struct db *db;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	queue_folder_make(f->folder, f->path);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	buf_free(&f->why);
	queue_folder_remove(f->folder);
	free(f);
	return 0;
}

static int reopen(struct fixture *f, enum db_use use)
{
	db_close(f->db);
	buf_clear(&f->why);
	return db_open(f->path, use, &f->why, &f->db);
}

/* Refused, with one line that names the place and says what the matter is. */
static void assert_refused(struct fixture *f, enum db_use use, int wanted, const char *says)
{
	assert_int_equal(reopen(f, use), wanted);
	assert_null(f->db);
	buf_char(&f->why, '\0');
	assert_non_null(strstr(f->why.data, f->folder));
	if (strstr(f->why.data, says) == NULL)
		fail_msg("`%s` does not say `%s`", f->why.data, says);
	assert_null(strchr(f->why.data, '\n'));
}

static void put(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void get(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	char piece[4096];
	size_t len;

	assert_non_null(file);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(out, piece, len);
	fclose(file);
}

static void add_some(struct fixture *f, int count)
{
	struct queue_entry entry = {.site = SPAN("s"),
		.text = SPAN("text"),
		.request = SPAN("{\"text\":\"text\"}"),
		.answer = SPAN("{\"verdict\":\"review\""),
		.now_ms = 1};
	struct queue_added added;

	for (int i = 0; i < count; i++)
		assert_int_equal(queue_add(f->db, &entry, &added), OK);
}

/* Copies the database as the machine would leave it behind: with its log, not closed. */
static void leave_behind(struct fixture *f)
{
	static const char *const ends[] = {"", "-wal"};
	char from[QUEUE_PATH_SIZE + 8], to[160];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct buf bytes = {0};

		snprintf(from, sizeof(from), "%s%s", f->path, ends[i]);
		snprintf(to, sizeof(to), "%s/left.db%s", f->folder, ends[i]);
		get(from, &bytes);
		put(to, bytes.data, bytes.len);
		buf_free(&bytes);
	}
	snprintf(f->path, sizeof(f->path), "%s/left.db", f->folder);
}

/* --- the tests --- */

static void it_is_made_with_its_folder_for_its_owner_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char folder[96];

	snprintf(folder, sizeof(folder), "%s/made", f->folder);
	snprintf(f->path, sizeof(f->path), "%s/queue.db", folder);
	assert_int_equal(reopen(f, DB_CREATE), OK);
	add_some(f, 1);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(folder, sizeof(folder), "%s/made/queue.db-wal", f->folder);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void it_is_opened_as_durable_as_promised(void **state)
{
	static const struct {
		const char *sql;
		int64_t value;
	} promised[] = {
		{"PRAGMA application_id", DB_APPLICATION_ID},
		{"PRAGMA user_version", DB_SCHEMA_VERSION},
		{"SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1},
		{"PRAGMA synchronous", 2},
		{"PRAGMA secure_delete", 1},
		{"PRAGMA foreign_keys", 1},
		{"PRAGMA cell_size_check", 1},
		{"PRAGMA trusted_schema", 0},
		{"PRAGMA temp_store", 2},
		{"PRAGMA journal_size_limit", 64 << 20},
	};
	struct fixture *f = *state;
	int defensive = 0;

	for (int round = 0; round < 2; round++) { /* made, then found */
		assert_int_equal(reopen(f, DB_CREATE), OK);
		for (size_t i = 0; i < ARRAY_LEN(promised); i++)
			assert_int_equal(queue_number(f->db, promised[i].sql), promised[i].value);
		sqlite3_db_config(db_handle(f->db), SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive);
		assert_int_equal(defensive, 1);
	}
	assert_int_equal(f->why.len, 0);
}

static void what_was_stored_is_there_when_it_is_opened_again(void **state)
{
	static const enum db_use uses[] = {DB_CREATE, DB_WRITE, DB_READ};
	struct fixture *f = *state;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	add_some(f, 3);
	for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
		assert_int_equal(reopen(f, uses[i]), OK);
		assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 3);
	}
	assert_int_equal(db_run(f->db, "DELETE FROM item"), ERR_IO); /* it only reads */
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 3);
}

static void an_empty_file_becomes_a_database_only_when_one_is_to_be_made(void **state)
{
	struct fixture *f = *state;

	put(f->path, "", 0);
	assert_refused(f, DB_WRITE, ERR_INVALID, "is empty");
	assert_refused(f, DB_READ, ERR_INVALID, "is empty");
	assert_int_equal(reopen(f, DB_CREATE), OK);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 0);
}

static void a_file_that_is_not_there_is_not_made_by_a_reader(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, DB_READ, ERR_IO, "No such file");
	assert_refused(f, DB_WRITE, ERR_IO, "No such file");
	assert_int_not_equal(access(f->path, F_OK), 0);
}

static void places_where_no_database_can_be_are_named(void **state)
{
	struct fixture *f = *state;
	char link[96];

	snprintf(link, sizeof(link), "%s/link", f->folder);
	assert_int_equal(symlink("/nonexistent/queue.db", link), 0);
	snprintf(f->path, sizeof(f->path), "%s", link);
	assert_refused(f, DB_CREATE, ERR_IO, "No such file");
	snprintf(f->path, sizeof(f->path), "%s/no/such/queue.db", f->folder);
	assert_refused(f, DB_CREATE, ERR_IO, "cannot be made");
	snprintf(f->path, sizeof(f->path), "%s/link/queue.db", f->folder);
	assert_refused(f, DB_CREATE, ERR_IO, "link");
	snprintf(f->path, sizeof(f->path), "%s", f->folder);
	assert_refused(f, DB_CREATE, ERR_INVALID, "is not a file");
	snprintf(f->path, sizeof(f->path), "%s/file", f->folder);
	put(f->path, "", 0);
	snprintf(f->path, sizeof(f->path), "%s/file/queue.db", f->folder);
	assert_refused(f, DB_CREATE, ERR_IO, "Not a directory");
}

/* Root may write everywhere: it is somebody else for a while. */
static void become(bool nobody)
{
	static bool was_root;

	if (nobody)
		was_root = geteuid() == 0;
	if (was_root)
		assert_int_equal(seteuid(nobody ? 65534 : 0), 0);
}

static void what_may_not_be_written_is_named(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chmod(f->folder, 0555), 0);
	become(true);
	assert_refused(f, DB_CREATE, ERR_IO, "Permission denied");
	become(false);
	assert_int_equal(chmod(f->folder, 0700), 0);
	assert_int_equal(reopen(f, DB_CREATE), OK);
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(chmod(f->folder, 0555), 0);
	become(true);
	assert_refused(f, DB_CREATE, ERR_IO, "");
	become(false);
}

static void other_files_are_refused_and_left_alone(void **state)
{
	static const char text[] = "This is a letter to the editor, and by no means a database. "
				   "It is long enough to be taken for the head of one, though.";
	struct fixture *f = *state;
	struct buf after = {0};

	put(f->path, text, sizeof(text));
	assert_refused(f, DB_CREATE, ERR_INVALID, "is not a database");
	get(f->path, &after);
	assert_true(
		span_eq((struct span){after.data, after.len}, (struct span){text, sizeof(text)}));
	buf_free(&after);
}

static void anothers_database_is_refused(void **state)
{
	struct fixture *f = *state;
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, "CREATE TABLE theirs (a)", NULL, NULL, NULL), 0);
	sqlite3_close(handle);
	assert_refused(f, DB_CREATE, ERR_INVALID, "another program");
	assert_refused(f, DB_READ, ERR_INVALID, "another program");
}

static void a_newer_version_is_refused(void **state)
{
	static const enum db_use uses[] = {DB_CREATE, DB_WRITE, DB_READ};
	struct fixture *f = *state;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	assert_int_equal(db_run(f->db, "PRAGMA user_version = 1000"), OK);
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		assert_refused(f, uses[i], ERR_INVALID, "newer filterd");
}

static void a_version_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	assert_int_equal(db_run(f->db, "PRAGMA user_version = -1"), OK);
	assert_refused(f, DB_CREATE, ERR_INVALID, "version");
}

static void a_damaged_file_is_refused_and_left_as_it_is(void **state)
{
	static const char *const ends[] = {"", "-wal"};
	struct buf before[2] = {{0}}, after = {0};
	struct fixture *f = *state;
	char name[QUEUE_PATH_SIZE + 8];
	int fd;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	add_some(f, 200);
	assert_int_equal(db_run(f->db, "PRAGMA wal_checkpoint(TRUNCATE)"), OK);
	add_some(f, 5);
	leave_behind(f);
	/* Pages of tables, zeroed; the head and the schema are as they were. */
	fd = open(f->path, O_WRONLY);
	assert_true(fd >= 0);
	memset(name, 0, sizeof(name));
	for (off_t at = 20 * 4096; at < 24 * 4096; at += (off_t)sizeof(name))
		assert_int_equal(pwrite(fd, name, sizeof(name), at), sizeof(name));
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		get(name, &before[i]);
	}
	assert_refused(f, DB_CREATE, ERR_INVALID, "");
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		assert_int_equal(access(name, F_OK), 0);
		get(name, &after);
		assert_int_equal(after.len, before[i].len);
		assert_memory_equal(after.data, before[i].data, after.len);
		buf_free(&after);
		buf_free(&before[i]);
	}
}

static void what_the_last_process_left_in_the_log_is_there(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	add_some(f, 7);
	leave_behind(f);
	assert_int_equal(reopen(f, DB_CREATE), OK);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 7);
}

static void statements_are_kept_by_their_text(void **state)
{
	static const char text[] = "SELECT ?1";
	struct fixture *f = *state;
	struct db_statement *statement;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	statement = db_statement(f->db, text);
	assert_non_null(statement);
	assert_ptr_equal(db_statement(f->db, text), statement);
	assert_null(db_statement(f->db, "SELECT no_such_column FROM item"));
	assert_ptr_equal(db_statement(f->db, text), statement);
}

static void a_part_that_fails_takes_back_the_whole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	assert_int_equal(db_begin(f->db), OK);
	add_some(f, 1);
	assert_int_equal(db_begin(f->db), OK);
	assert_int_equal(db_end(f->db, ERR_IO), ERR_IO);
	assert_int_equal(db_end(f->db, OK), ERR_IO);
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 0);
	add_some(f, 1); /* and the connection goes on */
	assert_int_equal(queue_number(f->db, "SELECT count(*) FROM item"), 1);
}

static void troubles_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct db *other;

	assert_int_equal(reopen(f, DB_CREATE), OK);
	assert_int_equal(db_trouble(f->db), DB_FINE);
	assert_int_equal(db_open(f->path, DB_WRITE, &f->why, &other), OK);
	assert_int_equal(db_begin(other), OK);
	assert_int_equal(db_begin(f->db), ERR_IO);
	assert_int_equal(db_trouble(f->db), DB_BUSY);
	assert_int_equal(db_end(other, OK), OK);
	db_close(other);
	assert_int_equal(db_run(f->db, "INSERT INTO content VALUES (1, 'a', 'b')"), ERR_IO);
	assert_int_equal(db_trouble(f->db), DB_REFUSED);
	assert_int_equal(db_run(f->db, "PRAGMA max_page_count = 1"), OK);
	for (int rc = db_begin(f->db), i = 0; rc == OK && i < 200; i++)
		rc = db_run(f->db, "CREATE TABLE IF NOT EXISTS big (a);"
				   "INSERT INTO big VALUES (zeroblob(100000))");
	assert_int_equal(db_trouble(f->db), DB_FULL);
	assert_int_equal(db_end(f->db, ERR_IO), ERR_IO);
	assert_int_equal(db_trouble(f->db), DB_FULL); /* taking it back did not hide why */
}

static void nothing_is_written_to_a_file_that_was_removed_or_replaced(void **state)
{
	struct fixture *f = *state;

	for (int replaced = 0; replaced < 2; replaced++) {
		assert_int_equal(reopen(f, DB_CREATE), OK);
		add_some(f, 1);
		assert_int_equal(unlink(f->path), 0);
		if (replaced)
			put(f->path, "", 0);
		assert_int_equal(db_begin(f->db), ERR_IO);
		assert_int_equal(db_trouble(f->db), DB_BROKEN);
		assert_non_null(strstr(db_why(f->db), "removed or replaced"));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(it_is_made_with_its_folder_for_its_owner_alone),
		TEST(it_is_opened_as_durable_as_promised),
		TEST(what_was_stored_is_there_when_it_is_opened_again),
		TEST(an_empty_file_becomes_a_database_only_when_one_is_to_be_made),
		TEST(a_file_that_is_not_there_is_not_made_by_a_reader),
		TEST(places_where_no_database_can_be_are_named),
		TEST(what_may_not_be_written_is_named),
		TEST(other_files_are_refused_and_left_alone),
		TEST(anothers_database_is_refused),
		TEST(a_newer_version_is_refused),
		TEST(a_version_that_is_none_is_refused),
		TEST(a_damaged_file_is_refused_and_left_as_it_is),
		TEST(what_the_last_process_left_in_the_log_is_there),
		TEST(statements_are_kept_by_their_text),
		TEST(a_part_that_fails_takes_back_the_whole),
		TEST(troubles_are_told_apart),
		TEST(nothing_is_written_to_a_file_that_was_removed_or_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
