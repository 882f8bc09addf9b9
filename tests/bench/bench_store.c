/*
 * How many comments for review are stored durably in a second: through the store, as the daemon
 * does, against the same rows written by bare SQLite statements, 64 with one commit.
 *
 * usage: bench_store [--json]
 *
 * Writes databases into a folder below TMPDIR (or /tmp), which it removes. Ends with 1 when the
 * store reaches less than half of bare SQLite.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store.h"

#define ROWS 20000
#define ROUNDS 3 /* the best counts */

static char folder[256];

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_store: %s\n", what);
	exit(1);
}

static void path_of(char out[512], const char *name)
{
	snprintf(out, 512, "%s/%s", folder, name);
}

static void drop_database(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[600];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

/* A comment of 200 bytes with an answer of 900, two rules and what goes with it. */
static struct queue_entry entry_of(int number, char id[32])
{
	static const struct queue_match matches[] = {{{"en/threats/direct", 17}, {"threats", 7}},
		{{"any/links/many", 14}, {"promotion", 9}}};
	static char request[400], answer[900];

	memset(request, 'r', sizeof(request));
	memset(answer, 'a', sizeof(answer));
	snprintf(id, 32, "comment-%d", number);
	return (struct queue_entry){
		.site = SPAN("english"),
		.comment_id = span_of(id),
		.text = {request, 200},
		.language = SPAN("en"),
		.author_id = span_of(id),
		.author_name = SPAN("A reader"),
		.article_id = SPAN("article-17"),
		.article_title = SPAN("Talks about the budget go on"),
		.guideline = SPAN("threats"),
		.score = 7000,
		.rules_version = SPAN("3f2a91c0"),
		.matches = matches,
		.matches_count = ARRAY_LEN(matches),
		.request = {request, sizeof(request)},
		.answer = {answer, sizeof(answer)},
		.now_ms = 1700000000000,
	};
}

/* --- through the store --- */

static void nobody(void *owner)
{
	(void)owner;
}

static double store_rows_per_s(const char *path)
{
	struct store_counts counts = {.stored = 0};
	struct buf why = {0};
	struct store *store;
	int64_t began;

	if (store_open(path, nobody, &why, &store) != OK || store_start(store) != OK)
		die("the store cannot be opened");
	began = clock_mono_ns();
	for (int i = 0; i < ROWS; i++) {
		char id[32];
		struct queue_entry entry = entry_of(i, id);
		struct store_row *row;

		while (store_add(store, &entry, NULL, &row) == ERR_LIMIT)
			sched_yield();
		store_row_drop(row);
	}
	while (counts.stored < ROWS) {
		sched_yield();
		store_counts(store, &counts);
		if (counts.failed > 0)
			die("a row was not stored");
	}
	began = clock_mono_ns() - began;
	store_close(store);
	return ROWS * 1e9 / (double)began;
}

/* --- bare --- */

static void check(int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE)
		die("SQLite fails");
}

static void bind(sqlite3_stmt *statement, int at, struct span text)
{
	check(sqlite3_bind_text(statement, at, text.ptr, (int)text.len, SQLITE_STATIC));
}

static void step(sqlite3_stmt *statement)
{
	check(sqlite3_step(statement));
	check(sqlite3_reset(statement));
}

static double bare_rows_per_s(const char *path)
{
	static const char *const texts[] = {
		"INSERT INTO item (site, comment_id, queue_id, revision, text_hash, queued_ms, "
		"score,"
		" language, guideline, rules_version, author_id, author_name, article_id,"
		" article_title) VALUES (?1, ?2, ?2, 1, ?3, 1700000000000, 7000, ?4, ?5, ?6, ?2, "
		"?7,"
		" ?8, ?9)",
		"INSERT INTO content (item, request, answer) VALUES (?1, ?2, ?3)",
		"INSERT INTO item_rule (rule, item, guideline) VALUES (?1, ?2, ?3)",
	};
	sqlite3_stmt *statements[ARRAY_LEN(texts)];
	struct buf why = {0};
	struct db *db;
	int64_t began;

	if (db_open(path, DB_CREATE, &why, &db) != OK)
		die("the database cannot be opened");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check(sqlite3_prepare_v2(db_handle(db), texts[i], -1, &statements[i], NULL));
	began = clock_mono_ns();
	for (int i = 0; i < ROWS; i++) {
		char id[32];
		struct queue_entry entry = entry_of(i, id);
		int64_t item;

		if (i % STORE_BATCH_MAX == 0)
			check(sqlite3_exec(db_handle(db), "BEGIN IMMEDIATE", NULL, NULL, NULL));
		bind(statements[0], 1, entry.site);
		bind(statements[0], 2, entry.comment_id);
		check(sqlite3_bind_blob(statements[0], 3, id, sizeof(id), SQLITE_STATIC));
		bind(statements[0], 4, entry.language);
		bind(statements[0], 5, entry.guideline);
		bind(statements[0], 6, entry.rules_version);
		bind(statements[0], 7, entry.author_name);
		bind(statements[0], 8, entry.article_id);
		bind(statements[0], 9, entry.article_title);
		step(statements[0]);
		item = sqlite3_last_insert_rowid(db_handle(db));
		check(sqlite3_bind_int64(statements[1], 1, item));
		bind(statements[1], 2, entry.request);
		bind(statements[1], 3, entry.answer);
		step(statements[1]);
		for (size_t k = 0; k < entry.matches_count; k++) {
			bind(statements[2], 1, entry.matches[k].rule);
			check(sqlite3_bind_int64(statements[2], 2, item));
			bind(statements[2], 3, entry.matches[k].guideline);
			step(statements[2]);
		}
		if (i % STORE_BATCH_MAX == STORE_BATCH_MAX - 1 || i == ROWS - 1)
			check(sqlite3_exec(db_handle(db), "COMMIT", NULL, NULL, NULL));
	}
	began = clock_mono_ns() - began;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		sqlite3_finalize(statements[i]);
	db_close(db);
	return ROWS * 1e9 / (double)began;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0, ok;
	const char *below = getenv("TMPDIR");
	double store = 0, bare = 0;
	char path[512];

	if (argc > 1 + json)
		die("usage: bench_store [--json]");
	snprintf(folder, sizeof(folder), "%s/bench-store-XXXXXX", below ? below : "/tmp");
	if (mkdtemp(folder) == NULL)
		die("no folder");
	for (int round = 0; round < ROUNDS; round++) {
		double rate;

		path_of(path, "store.db");
		rate = store_rows_per_s(path);
		store = rate > store ? rate : store;
		drop_database(path);
		path_of(path, "bare.db");
		rate = bare_rows_per_s(path);
		bare = rate > bare ? rate : bare;
		drop_database(path);
	}
	(void)rmdir(folder);
	ok = store >= bare / 2;
	if (json)
		printf("{\"store_rows_per_s\":%.0f,\"bare_rows_per_s\":%.0f}\n", store, bare);
	else
		printf("%.0f rows a second through the store, %.0f by bare SQLite\n"
		       "  of bare SQLite's rows a second %21.2f  (at least 0.5) %s\n",
			store, bare, store / bare, ok ? "ok" : "MISSED");
	return ok ? 0 : 1;
}
