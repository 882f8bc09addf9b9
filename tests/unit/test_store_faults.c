/*
 * Reads, writes and syncs of the database fail in turn, once or from then on: what was told to be
 * stored is there afterwards, and what failed was never told to be.
 *
 * A layer over SQLite's own access to files counts the operations of one kind and lets the n-th one
 * fail. Each run stores comments one after another, then opens the file again without the layer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/store.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define WAIT_NS (20 * NS_PER_S) /* never reached when things work */

/* --- the layer --- */

enum operation { READ, WRITE, SYNC, TRUNCATE, MAP, OPERATIONS };

static struct {
	atomic_bool on;
	enum operation operation;
	int code; /* what SQLite is told */
	int system_errno;
	bool lasting; /* from the n-th on */
	atomic_long count, at; /* the n-th; 0: none */
	atomic_long hits; /* how many failed */
} fault;

struct handle {
	sqlite3_file base;
	sqlite3_file real; /* the head of the handle of the layer below */
};

static sqlite3_file *real_of(sqlite3_file *handle)
{
	return &((struct handle *)handle)->real;
}

static const sqlite3_io_methods *below(sqlite3_file *handle)
{
	return real_of(handle)->pMethods;
}

static bool fails(enum operation operation)
{
	long now;

	if (!atomic_load(&fault.on) || operation != fault.operation)
		return false;
	now = atomic_fetch_add(&fault.count, 1) + 1;
	if (fault.at == 0 || now < fault.at || (now > fault.at && !fault.lasting))
		return false;
	atomic_fetch_add(&fault.hits, 1);
	return true;
}

static int close_file(sqlite3_file *handle)
{
	return below(handle)->xClose(real_of(handle));
}

static int read_file(sqlite3_file *handle, void *out, int amount, sqlite3_int64 offset)
{
	return fails(READ) ? fault.code
			   : below(handle)->xRead(real_of(handle), out, amount, offset);
}

/* A write that fails may have written a part. */
static int write_file(sqlite3_file *handle, const void *bytes, int amount, sqlite3_int64 offset)
{
	if (!fails(WRITE))
		return below(handle)->xWrite(real_of(handle), bytes, amount, offset);
	if (amount > 1)
		(void)below(handle)->xWrite(real_of(handle), bytes, amount / 2, offset);
	return fault.code;
}

static int truncate_file(sqlite3_file *handle, sqlite3_int64 size)
{
	return fails(TRUNCATE) ? fault.code : below(handle)->xTruncate(real_of(handle), size);
}

/* Not passed on, for speed: the machine does not go down here (that is test_store_crash.c's). */
static int sync_file(sqlite3_file *handle, int flags)
{
	(void)handle;
	(void)flags;
	return fails(SYNC) ? fault.code : SQLITE_OK;
}

static int file_size(sqlite3_file *handle, sqlite3_int64 *out)
{
	return below(handle)->xFileSize(real_of(handle), out);
}

static int lock(sqlite3_file *handle, int level)
{
	return below(handle)->xLock(real_of(handle), level);
}

static int unlock(sqlite3_file *handle, int level)
{
	return below(handle)->xUnlock(real_of(handle), level);
}

static int check_lock(sqlite3_file *handle, int *out)
{
	return below(handle)->xCheckReservedLock(real_of(handle), out);
}

static int control(sqlite3_file *handle, int what, void *argument)
{
	if (what == SQLITE_FCNTL_LAST_ERRNO && fault.hits > 0) {
		*(int *)argument = fault.system_errno;
		return SQLITE_OK;
	}
	return below(handle)->xFileControl(real_of(handle), what, argument);
}

static int sector_size(sqlite3_file *handle)
{
	return below(handle)->xSectorSize(real_of(handle));
}

static int characteristics(sqlite3_file *handle)
{
	return below(handle)->xDeviceCharacteristics(real_of(handle));
}

static int map_region(sqlite3_file *handle, int region, int size, int extend, void volatile **out)
{
	return fails(MAP) ? fault.code
			  : below(handle)->xShmMap(real_of(handle), region, size, extend, out);
}

static int lock_region(sqlite3_file *handle, int offset, int n, int flags)
{
	return below(handle)->xShmLock(real_of(handle), offset, n, flags);
}

static void region_barrier(sqlite3_file *handle)
{
	below(handle)->xShmBarrier(real_of(handle));
}

static int unmap_regions(sqlite3_file *handle, int forget)
{
	return below(handle)->xShmUnmap(real_of(handle), forget);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = close_file,
	.xRead = read_file,
	.xWrite = write_file,
	.xTruncate = truncate_file,
	.xSync = sync_file,
	.xFileSize = file_size,
	.xLock = lock,
	.xUnlock = unlock,
	.xCheckReservedLock = check_lock,
	.xFileControl = control,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = characteristics,
	.xShmMap = map_region,
	.xShmLock = lock_region,
	.xShmBarrier = region_barrier,
	.xShmUnmap = unmap_regions,
};

static sqlite3_vfs *plain;
static sqlite3_vfs failing;

static int open_file(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *handle, int flags, int *out_flags)
{
	int code;

	(void)vfs;
	handle->pMethods = NULL;
	code = plain->xOpen(plain, name, real_of(handle), flags, out_flags);
	if (real_of(handle)->pMethods != NULL)
		handle->pMethods = &methods;
	return code;
}

/* --- a run --- */

#define ROWS 4

struct fixture {
	char folder[40], path[64];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	plain = sqlite3_vfs_find(NULL);
	failing = *plain;
	failing.zName = "failing";
	failing.szOsFile = (int)sizeof(struct handle) + plain->szOsFile;
	failing.xOpen = open_file;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void begin_run(struct fixture *f)
{
	/* In memory if there is such a place: some thousand databases are made. */
	snprintf(f->folder, sizeof(f->folder), "/dev/shm/filterd-faults-XXXXXX");
	if (mkdtemp(f->folder) == NULL) {
		snprintf(f->folder, sizeof(f->folder), "/tmp/filterd-faults-XXXXXX");
		assert_non_null(mkdtemp(f->folder));
	}
	snprintf(f->path, sizeof(f->path), "%s/queue.db", f->folder);
	fault.on = false;
	fault.count = fault.hits = 0;
	assert_int_equal(sqlite3_vfs_register(&failing, 1), SQLITE_OK);
}

static void end_run(struct fixture *f)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
}

static void nobody(void *owner)
{
	(void)owner;
}

/* Gives a comment and waits for its outcome; false: it was turned away. */
static bool give(struct store *store, int number, enum store_state *state, char *queue_id)
{
	char id[16];
	struct queue_entry entry = {
		.site = SPAN("s"),
		.text = SPAN("text"),
		.request = SPAN("{\"text\":\"text\"}"),
		.answer = SPAN("{\"verdict\":\"review\""),
		.now_ms = 1,
	};
	int64_t until = clock_mono_ns() + WAIT_NS;
	struct queue_added added;
	struct store_row *row;

	snprintf(id, sizeof(id), "c-%d", number);
	entry.comment_id = span_of(id);
	if (store_add(store, &entry, NULL, &row) != OK)
		return false;
	while ((*state = store_row_state(row, &added)) == STORE_PENDING) {
		assert_true(clock_mono_ns() < until);
		sched_yield();
	}
	if (*state == STORE_STORED)
		memcpy(queue_id, added.queue_id, QUEUE_ID_SIZE);
	store_row_drop(row);
	return true;
}

struct outcome {
	bool opened;
	int stored, failed, refused; /* comments */
	int stored_after; /* of those, after a failure */
	enum store_health health;
	char ids[ROWS][QUEUE_ID_SIZE]; /* "": not stored */
};

static void store_rows(const char *path, bool fail_opening, struct outcome *out)
{
	struct buf why = {0};
	struct store *store;

	*out = (struct outcome){.opened = false};
	fault.on = fail_opening;
	if (store_open(path, nobody, &why, &store) != OK) {
		assert_true(why.len > 0);
		buf_free(&why);
		return;
	}
	out->opened = true;
	assert_int_equal(store_start(store), OK);
	fault.on = true;
	for (int i = 0; i < ROWS; i++) {
		enum store_state state;

		if (!give(store, i, &state, out->ids[i]))
			out->refused++;
		else if (state == STORE_STORED)
			out->stored++;
		else
			out->failed++;
		out->stored_after += out->ids[i][0] && out->failed > 0;
	}
	out->health = store_health(store);
	store_close(store); /* with its checkpoint, under the fault */
	buf_free(&why);
}

/* Opens the file as the next process does: whole, with each comment that was stored, once. */
static void check_rows(const char *path, const struct outcome *outcome)
{
	struct buf why = {0};
	struct queue_item item;
	struct arena arena;
	uint64_t decisions;
	struct db *db;

	fault.on = false;
	assert_int_equal(sqlite3_vfs_unregister(&failing), SQLITE_OK);
	assert_int_equal(sqlite3_vfs_register(plain, 1), SQLITE_OK);
	assert_int_equal(db_open(path, DB_CREATE, &why, &db), OK);
	assert_int_equal(queue_verify(db, &why, &decisions), OK);
	arena_init(&arena, 0);
	for (int i = 0; i < ROWS; i++) {
		struct span id = span_of(outcome->ids[i]);

		if (id.len > 0)
			assert_int_equal(queue_get(db, id, 1, &arena, &item), OK);
	}
	arena_free(&arena);
	db_close(db);
	buf_free(&why);
}

/* Lets the n-th operation fail for each n until there are no more; calls `check` for each. */
static long sweep(
	struct fixture *f, bool fail_opening, void (*check)(const struct outcome *outcome))
{
	struct outcome outcome;
	long n = 0;

	do {
		begin_run(f);
		fault.at = ++n;
		store_rows(f->path, fail_opening, &outcome);
		check_rows(f->path, &outcome);
		if (fault.hits == 0)
			assert_int_equal(outcome.stored, ROWS);
		else if (outcome.opened)
			check(&outcome);
		end_run(f);
	} while (fault.hits > 0);
	return n - 1;
}

static void set_fault(enum operation operation, int code, int system_errno, bool lasting)
{
	fault.operation = operation;
	fault.code = code;
	fault.system_errno = system_errno;
	fault.lasting = lasting;
}

/* --- the tests --- */

/* The fault hit one commit, or the checkpoint at the end: all others are stored. */
static void check_healed(const struct outcome *outcome)
{
	assert_true(outcome->failed <= 1);
	assert_int_equal(outcome->stored + outcome->failed, ROWS);
	assert_int_equal(outcome->health, outcome->ids[ROWS - 1][0] ? STORE_WELL : STORE_TROUBLED);
}

static void a_full_disk_that_has_room_again_is_got_over(void **state)
{
	static const struct {
		int code, system_errno;
	} kinds[] = {
		{SQLITE_FULL, ENOSPC}, {SQLITE_IOERR_WRITE, ENOSPC}, {SQLITE_IOERR_WRITE, EDQUOT}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		set_fault(WRITE, kinds[i].code, kinds[i].system_errno, false);
		assert_true(sweep(*state, false, check_healed) > ROWS);
	}
}

/* Nothing is stored from the failure on, but it is not given up either. */
static void check_full(const struct outcome *outcome)
{
	assert_int_equal(outcome->refused, 0);
	assert_int_equal(outcome->stored + outcome->failed, ROWS);
	assert_int_equal(outcome->stored_after, 0);
	assert_int_equal(outcome->health, outcome->failed ? STORE_TROUBLED : STORE_WELL);
}

static void a_disk_that_stays_full_stores_nothing_and_says_so(void **state)
{
	set_fault(WRITE, SQLITE_FULL, ENOSPC, true);
	assert_true(sweep(*state, false, check_full) > ROWS);
}

/* Once failed, never again: the rest is turned away. */
static void check_broken(const struct outcome *outcome)
{
	assert_int_equal(outcome->stored_after, 0);
	assert_int_equal(outcome->stored + outcome->failed + outcome->refused, ROWS);
	if (outcome->failed > 0) {
		assert_int_equal(outcome->failed, 1);
		assert_int_equal(outcome->health, STORE_BROKEN);
	}
}

static void after_a_failed_sync_nothing_more_is_stored(void **state)
{
	for (int lasting = 0; lasting < 2; lasting++) {
		set_fault(SYNC, SQLITE_IOERR_FSYNC, EIO, lasting);
		assert_true(sweep(*state, false, check_broken) >= ROWS);
	}
}

static void after_a_failed_write_nothing_more_is_stored(void **state)
{
	for (int lasting = 0; lasting < 2; lasting++) {
		set_fault(WRITE, SQLITE_IOERR_WRITE, EIO, lasting);
		assert_true(sweep(*state, false, check_broken) > ROWS);
	}
}

static void check_nothing(const struct outcome *outcome)
{
	(void)outcome; /* what counts is seen by check_rows() */
}

static void whatever_fails_from_the_opening_on_loses_nothing(void **state)
{
	static const struct {
		enum operation operation;
		int code;
	} kinds[] = {
		{READ, SQLITE_IOERR_READ},
		{WRITE, SQLITE_IOERR_WRITE},
		{SYNC, SQLITE_IOERR_FSYNC},
		{TRUNCATE, SQLITE_IOERR_TRUNCATE},
		{MAP, SQLITE_IOERR_SHMMAP},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (int lasting = 0; lasting < 2; lasting++) {
			set_fault(kinds[i].operation, kinds[i].code, EIO, lasting);
			(void)sweep(*state, true, check_nothing);
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_full_disk_that_has_room_again_is_got_over),
		TEST(a_disk_that_stays_full_stores_nothing_and_says_so),
		TEST(after_a_failed_sync_nothing_more_is_stored),
		TEST(after_a_failed_write_nothing_more_is_stored),
		TEST(whatever_fails_from_the_opening_on_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
