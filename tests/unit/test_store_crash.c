/*
 * The power fails at every sync in turn: what was acknowledged before is there afterwards, once.
 *
 * The disk is in memory: a file has what was written and what was synced. When the power fails,
 * each sector that was written since the last sync has either content, by the seed's whim, or all
 * of them the older. With synchronous=NORMAL the same run must lose comments: a test that could not
 * see a loss would prove nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_MAX 8
#define SECTOR 512
#define REGIONS_MAX 16 /* of shared memory */

/* --- the disk --- */

struct content {
	char *bytes;
	size_t len;
};

struct disk_file {
	char name[128];
	struct content now, synced;
	void *regions[REGIONS_MAX];
	bool there;
};

static struct disk {
	struct disk_file files[FILES_MAX];
	bool dead; /* the power has failed: nothing works */
	long syncs; /* so far */
	long dies_at; /* the sync that does not happen any more; 0: none */
} disk;

/* SQLite's handle of an open file. */
struct handle {
	sqlite3_file base;
	struct disk_file *file;
};

static struct disk_file *file_of(sqlite3_file *handle)
{
	return ((struct handle *)handle)->file;
}

static void resize(struct content *content, size_t len)
{
	if (len > content->len) {
		content->bytes = realloc(content->bytes, len);
		assert_non_null(content->bytes);
		memset(content->bytes + content->len, 0, len - content->len);
	}
	content->len = len;
}

static void copy(struct content *to, const struct content *from)
{
	resize(to, from->len);
	if (from->len > 0)
		memcpy(to->bytes, from->bytes, from->len);
}

static void forget_regions(struct disk_file *file)
{
	for (int i = 0; i < REGIONS_MAX; i++) {
		free(file->regions[i]);
		file->regions[i] = NULL;
	}
}

static void disk_wipe(void)
{
	for (int i = 0; i < FILES_MAX; i++) {
		free(disk.files[i].now.bytes);
		free(disk.files[i].synced.bytes);
		forget_regions(&disk.files[i]);
	}
	disk = (struct disk){.dead = false};
}

/* Power comes back: what is on the disk is what was synced, and, if `torn`, some of the rest. */
static void disk_restart(bool torn, unsigned *seed)
{
	for (int i = 0; i < FILES_MAX; i++) {
		struct disk_file *file = &disk.files[i];
		struct content *now = &file->now, *synced = &file->synced;

		if (torn && rand_r(seed) % 2)
			resize(synced, now->len > synced->len ? now->len : synced->len);
		for (size_t at = 0; torn && at < synced->len && at < now->len; at += SECTOR) {
			size_t end = at + SECTOR;

			end = end < synced->len ? end : synced->len;
			end = end < now->len ? end : now->len;
			if (rand_r(seed) % 2)
				memcpy(synced->bytes + at, now->bytes + at, end - at);
		}
		copy(now, synced);
		forget_regions(file);
	}
	disk.dead = false;
	disk.dies_at = 0;
}

/* --- its files, as SQLite wants them --- */

static int close_file(sqlite3_file *handle)
{
	(void)handle;
	return SQLITE_OK;
}

static int read_file(sqlite3_file *handle, void *out, int amount, sqlite3_int64 offset)
{
	const struct content *now = &file_of(handle)->now;
	size_t from = (size_t)offset, len = (size_t)amount, has = 0;

	if (disk.dead)
		return SQLITE_IOERR_READ;
	if (from < now->len)
		has = now->len - from < len ? now->len - from : len;
	if (has > 0)
		memcpy(out, now->bytes + from, has);
	memset((char *)out + has, 0, len - has);
	return has == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *handle, const void *bytes, int amount, sqlite3_int64 offset)
{
	struct content *now = &file_of(handle)->now;
	size_t end = (size_t)offset + (size_t)amount;

	if (disk.dead)
		return SQLITE_IOERR_WRITE;
	if (end > now->len)
		resize(now, end);
	memcpy(now->bytes + offset, bytes, (size_t)amount);
	return SQLITE_OK;
}

static int truncate_file(sqlite3_file *handle, sqlite3_int64 size)
{
	if (disk.dead)
		return SQLITE_IOERR_TRUNCATE;
	resize(&file_of(handle)->now, (size_t)size);
	return SQLITE_OK;
}

static int sync_file(sqlite3_file *handle, int flags)
{
	(void)flags;
	if (++disk.syncs == disk.dies_at)
		disk.dead = true;
	if (disk.dead)
		return SQLITE_IOERR_FSYNC;
	copy(&file_of(handle)->synced, &file_of(handle)->now);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *handle, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)file_of(handle)->now.len;
	return SQLITE_OK;
}

/* One connection at a time: nobody to be locked out. */
static int lock(sqlite3_file *handle, int level)
{
	(void)handle;
	(void)level;
	return SQLITE_OK;
}

static int check_lock(sqlite3_file *handle, int *out)
{
	(void)handle;
	*out = 0;
	return SQLITE_OK;
}

static int control(sqlite3_file *handle, int what, void *argument)
{
	(void)handle;
	(void)what;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *handle)
{
	(void)handle;
	return SECTOR;
}

static int characteristics(sqlite3_file *handle)
{
	(void)handle;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* as of every file on Linux */
}

static int map_region(sqlite3_file *handle, int region, int size, int extend, void volatile **out)
{
	struct disk_file *file = file_of(handle);

	assert_true(region < REGIONS_MAX);
	if (file->regions[region] == NULL && extend)
		file->regions[region] = calloc(1, (size_t)size);
	*out = file->regions[region];
	return SQLITE_OK;
}

static int lock_region(sqlite3_file *handle, int offset, int n, int flags)
{
	(void)handle;
	(void)offset;
	(void)n;
	(void)flags;
	return SQLITE_OK;
}

static void region_barrier(sqlite3_file *handle)
{
	(void)handle;
}

static int unmap_regions(sqlite3_file *handle, int forget)
{
	if (forget)
		forget_regions(file_of(handle));
	return SQLITE_OK;
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
	.xUnlock = lock,
	.xCheckReservedLock = check_lock,
	.xFileControl = control,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = characteristics,
	.xShmMap = map_region,
	.xShmLock = lock_region,
	.xShmBarrier = region_barrier,
	.xShmUnmap = unmap_regions,
};

static struct disk_file *find_file(const char *name, bool make)
{
	struct disk_file *free_one = NULL;

	for (int i = 0; i < FILES_MAX; i++) {
		struct disk_file *file = &disk.files[i];

		if (file->there && strcmp(file->name, name) == 0)
			return file;
		if (!file->there && free_one == NULL)
			free_one = file;
	}
	if (!make)
		return NULL;
	assert_non_null(free_one);
	assert_true(strlen(name) < sizeof(free_one->name));
	memcpy(free_one->name, name, strlen(name) + 1);
	free_one->there = true;
	return free_one;
}

static int open_file(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *handle, int flags, int *out_flags)
{
	(void)vfs;
	if (disk.dead)
		return SQLITE_CANTOPEN;
	handle->pMethods = &methods;
	((struct handle *)handle)->file = find_file(name ? name : "(temporary)", true);
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

/* A name that goes is gone at once: the worst for whoever still needs it. */
static int delete_file(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct disk_file *file = find_file(name, false);

	(void)vfs;
	(void)sync;
	if (disk.dead)
		return SQLITE_IOERR_DELETE;
	if (file != NULL) {
		file->there = false;
		file->now.len = file->synced.len = 0;
	}
	return SQLITE_OK;
}

static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	const struct disk_file *file = find_file(name, false);

	(void)vfs;
	(void)flags;
	*out = file != NULL && file->now.len > 0;
	return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	sqlite3_snprintf(size, out, "%s", name);
	return SQLITE_OK;
}

static sqlite3_vfs *plain;
static sqlite3_vfs in_memory;

static int set_up(void **state)
{
	(void)state;
	plain = sqlite3_vfs_find(NULL);
	in_memory = *plain; /* randomness, sleep and time are the machine's */
	in_memory.zName = "in-memory";
	in_memory.szOsFile = sizeof(struct handle);
	in_memory.xOpen = open_file;
	in_memory.xDelete = delete_file;
	in_memory.xAccess = access_file;
	in_memory.xFullPathname = full_name;
	return sqlite3_vfs_register(&in_memory, 1) == SQLITE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	disk_wipe();
	sqlite3_vfs_unregister(&in_memory);
	return sqlite3_vfs_register(plain, 1) == SQLITE_OK ? 0 : -1;
}

/* --- the runs --- */

#define ROWS 3 /* of a commit */
#define COMMITS 120

static char path[64]; /* db_open() looks for it on the real disk, too */

static int add(struct db *db, int number, char *queue_id)
{
	char id[16];
	struct queue_entry entry = {
		.site = SPAN("s"),
		.text = SPAN("text"),
		.request = SPAN("{\"text\":\"text\"}"),
		.answer = SPAN("{\"verdict\":\"review\""),
		.now_ms = 1,
	};
	struct queue_added added;
	int rc;

	snprintf(id, sizeof(id), "c-%d", number);
	entry.comment_id = span_of(id);
	rc = queue_add(db, &entry, &added);
	memcpy(queue_id, added.queue_id, QUEUE_ID_SIZE);
	return rc;
}

/* Commits until it is done or the power fails; the ids of what was acknowledged. Returns how many.
 */
static int run_until_dark(const char *synchronous, char ids[][QUEUE_ID_SIZE])
{
	struct buf why = {0};
	struct db *db;
	int acknowledged = 0;
	int rc = db_open(path, DB_CREATE, &why, &db);

	if (rc == OK)
		rc = db_run(db, synchronous);
	/* Few frames, so that checkpoints come into it. */
	if (rc == OK)
		rc = db_run(db, "PRAGMA wal_autocheckpoint = 40");
	for (int commit = 0; commit < COMMITS && rc == OK; commit++) {
		rc = db_begin(db);
		if (rc != OK)
			break;
		for (int i = 0; i < ROWS && rc == OK; i++)
			rc = add(db, acknowledged + i, ids[acknowledged + i]);
		rc = db_end(db, rc);
		acknowledged += rc == OK ? ROWS : 0;
	}
	assert_true(rc == OK || disk.dead);
	db_close(db);
	buf_free(&why);
	return acknowledged;
}

/* How many of them are not there any more. The file itself must be whole. */
static int count_lost(char ids[][QUEUE_ID_SIZE], int acknowledged)
{
	struct buf why = {0};
	struct arena arena;
	struct queue_item item;
	uint64_t decisions;
	struct db *db;
	int lost = 0;

	arena_init(&arena, 0);
	assert_int_equal(db_open(path, DB_CREATE, &why, &db), OK);
	assert_int_equal(queue_verify(db, &why, &decisions), OK);
	for (int i = 0; i < acknowledged; i++) {
		int rc = queue_get(db, (struct span){ids[i], QUEUE_ID_SIZE - 1}, 1, &arena, &item);

		assert_true(rc == OK || rc == ERR_NOTFOUND);
		lost += rc != OK;
	}
	db_close(db);
	arena_free(&arena);
	buf_free(&why);
	return lost;
}

/* The power fails at each sync in turn. Returns how many acknowledged comments were lost. */
static int sweep(const char *synchronous, bool torn, long *points)
{
	static char ids[COMMITS * ROWS][QUEUE_ID_SIZE];
	unsigned seed = 1;
	int lost = 0;
	bool died = true;

	for (*points = 0; died; ++*points) {
		int acknowledged;

		disk_wipe();
		disk.dies_at = *points + 1;
		acknowledged = run_until_dark(synchronous, ids);
		died = disk.dead;
		if (!died) /* it ended well; the power fails now */
			assert_int_equal(acknowledged, COMMITS * ROWS);
		disk_restart(torn, &seed);
		lost += count_lost(ids, acknowledged);
	}
	return lost;
}

static void nothing_acknowledged_is_lost_when_the_power_fails(void **state)
{
	long points;

	(void)state;
	for (int torn = 0; torn < 2; torn++) {
		assert_int_equal(sweep("PRAGMA synchronous = FULL", torn, &points), 0);
		assert_true(points > COMMITS);
	}
}

static void without_full_syncs_the_same_test_sees_losses(void **state)
{
	long points;

	(void)state;
	assert_true(sweep("PRAGMA synchronous = NORMAL", false, &points) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost_when_the_power_fails),
		cmocka_unit_test(without_full_syncs_the_same_test_sees_losses),
	};
	int failed;

	snprintf(path, sizeof(path), "/tmp/filterd-crash-%d.db", (int)getpid());
	failed = cmocka_run_group_tests(tests, set_up, tear_down);
	unlink(path);
	return failed;
}
