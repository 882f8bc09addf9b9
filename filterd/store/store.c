/* The store and its thread: see store.h. */
#include "store/store.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/history.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#define TRIES_NS (NS_PER_S + NS_PER_S / 2) /* that a batch may take with a server that fails */
#define PAUSE_NS (50 * NS_PER_MS) /* between two tries to reach it */
#define LOOK_NS (500 * NS_PER_MS) /* between two looks for one that is gone */

/* A row belongs to whoever gave it and, until it is over, to the thread: the last frees it. */
struct store_row {
	TAILQ_ENTRY(store_row) link; /* in store.waiting or the batch */
	void *owner;
	_Atomic int state; /* enum store_state; `added` is written before it says STORED */
	atomic_uint holders;
	bool history; /* it is for that, and has no owner */
	enum queue_state state_kept; /* in the history */
	struct queue_entry entry; /* its texts are in `bytes` */
	struct queue_added added;
	char tried_as[QUEUE_ID_SIZE]; /* see entry.tried_as, which points here */
	_Alignas(max_align_t) char bytes[];
};

TAILQ_HEAD(row_list, store_row);

struct store {
	struct db *db;
	struct turns *turns; /* the thread's */
	void (*done)(void *owner);
	pthread_t thread;
	bool started;
	_Atomic int health; /* enum store_health */
	_Atomic uint64_t stored, again, failed, refused, kept, dropped, commits, commit_ns;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wanted;
	struct row_list waiting; /* the oldest first */
	size_t count; /* of those */
	struct row_list keeping; /* the same of the history */
	size_t keeping_count;
	bool stop;
};

/* --- rows --- */

static void give_up(struct store_row *row)
{
	if (atomic_fetch_sub(&row->holders, 1) == 1)
		free(row);
}

void store_row_drop(struct store_row *row)
{
	if (row != NULL)
		give_up(row);
}

enum store_state store_row_state(struct store_row *row, struct queue_added *added)
{
	enum store_state state = (enum store_state)atomic_load(&row->state);

	if (state == STORE_STORED)
		*added = row->added;
	return state;
}

/* The texts of an entry, all that have to be copied. */
#define ENTRY_TEXTS 12
static void texts_of(struct queue_entry *entry, struct span *texts[ENTRY_TEXTS])
{
	struct span *const all[ENTRY_TEXTS] = {&entry->site, &entry->comment_id, &entry->text,
		&entry->language, &entry->author_id, &entry->author_name, &entry->article_id,
		&entry->article_title, &entry->guideline, &entry->rules_version, &entry->request,
		&entry->answer};

	memcpy(texts, all, sizeof(all));
}

static struct span copy(char **at, struct span text)
{
	struct span copied = {*at, text.len};

	if (text.len > 0)
		memcpy(*at, text.ptr, text.len);
	*at += text.len;
	return copied;
}

static struct store_row *row_new(const struct queue_entry *entry, void *owner)
{
	struct queue_entry own = *entry;
	struct span *texts[ENTRY_TEXTS];
	size_t matches_size = entry->matches_count * sizeof(struct queue_match);
	size_t size = matches_size;
	struct store_row *row;
	struct queue_match *matches;
	char *at;

	texts_of(&own, texts);
	for (size_t i = 0; i < ENTRY_TEXTS; i++)
		size += texts[i]->len;
	for (size_t i = 0; i < entry->matches_count; i++)
		size += entry->matches[i].rule.len + entry->matches[i].guideline.len;
	row = calloc(1, sizeof(*row) + size);
	if (row == NULL)
		return NULL;
	matches = (struct queue_match *)(void *)row->bytes;
	at = row->bytes + matches_size;
	for (size_t i = 0; i < ENTRY_TEXTS; i++)
		*texts[i] = copy(&at, *texts[i]);
	for (size_t i = 0; i < entry->matches_count; i++) {
		matches[i].rule = copy(&at, entry->matches[i].rule);
		matches[i].guideline = copy(&at, entry->matches[i].guideline);
	}
	own.matches = matches;
	row->entry = own;
	row->owner = owner;
	atomic_init(&row->holders, 2);
	return row;
}

/* --- the thread --- */

static const char *explain(struct store *store, int rc)
{
	return rc == ERR_NOMEM ? "out of memory" : db_why(store->db);
}

static void set_health(struct store *store, int rc)
{
	static _Atomic int64_t last;
	enum db_trouble trouble = rc == OK ? DB_FINE : db_trouble(store->db);
	enum store_health health = STORE_TROUBLED;

	if (trouble == DB_FINE || trouble == DB_REFUSED)
		health = STORE_WELL;
	else if (trouble == DB_BROKEN)
		health = STORE_BROKEN;
	if (trouble == DB_REFUSED && log_once_a_second(&last))
		log_errorx("a comment for review cannot be stored: %s", explain(store, rc));
	if (health != STORE_WELL && log_once_a_second(&last))
		log_errorx("comments for review cannot be stored: %s%s", explain(store, rc),
			health == STORE_BROKEN ? "; nothing more is written" : "");
	if (health == STORE_WELL && atomic_load(&store->health) == STORE_TROUBLED)
		log_info("comments for review are stored again");
	atomic_store(&store->health, health);
}

static int write_row(struct store *store, struct store_row *row)
{
	return row->history ? history_add(store->db, &row->entry, row->state_kept)
			    : queue_add(store->db, &row->entry, &row->added);
}

/* Writes the rows with one commit, all or none. *own: a row failed, not the database. */
static int write_together(struct store *store, const struct row_list *batch, bool *own)
{
	struct store_row *row;
	int rc = db_begin(store->db);

	*own = false;
	if (rc != OK)
		return rc;
	for (row = TAILQ_FIRST(batch); row != NULL && rc == OK; row = TAILQ_NEXT(row, link))
		rc = write_row(store, row);
	*own = rc != OK && db_trouble(store->db) != DB_BROKEN && db_trouble(store->db) != DB_LOST;
	return db_end(store->db, rc);
}

/* The server went away, perhaps after it had committed: the next try looks for this id. */
static void remember_id(struct store_row *row)
{
	if (row->added.queue_id[0] == '\0' || row->added.again)
		return;
	memcpy(row->tried_as, row->added.queue_id, QUEUE_ID_SIZE);
	row->entry.tried_as = span_of(row->tried_as);
}

/*
 * Whether to try once more, after a pause: a connection that was lost is often there again at once.
 * Not when it was lost already before this batch, so that rows do not pile up behind each try.
 */
static bool tries_again(struct store *store, int64_t until_ns)
{
	static const struct timespec pause = {.tv_nsec = PAUSE_NS};

	if (db_trouble(store->db) != DB_LOST || atomic_load(&store->health) != STORE_WELL ||
		clock_mono_ns() >= until_ns)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

/* After a row has spoilt the batch: each alone, so that only that one fails. */
static int write_apart(
	struct store *store, const struct row_list *batch, int64_t until_ns, bool *stored)
{
	struct store_row *row;
	int rc = OK;
	size_t i = 0;

	for (row = TAILQ_FIRST(batch); row != NULL; row = TAILQ_NEXT(row, link), i++) {
		int one = write_row(store, row);

		while (one != OK && tries_again(store, until_ns)) {
			remember_id(row);
			one = write_row(store, row);
		}
		stored[i] = one == OK;
		if (one == OK)
			continue;
		rc = one;
		/* Those that follow would fare no better, and others wait behind them. */
		if (db_trouble(store->db) != DB_REFUSED && clock_mono_ns() >= until_ns)
			break;
		if (db_trouble(store->db) == DB_BROKEN || db_trouble(store->db) == DB_LOST)
			break;
	}
	return rc;
}

/* Writes the rows and syncs; says which are stored. */
static int write_batch(struct store *store, const struct row_list *batch, bool *stored)
{
	int64_t until_ns = clock_mono_ns() + TRIES_NS;
	struct store_row *row;
	bool own;
	int rc = write_together(store, batch, &own);

	while (rc != OK && !own && tries_again(store, until_ns)) {
		for (row = TAILQ_FIRST(batch); row != NULL; row = TAILQ_NEXT(row, link))
			remember_id(row);
		rc = write_together(store, batch, &own);
	}
	if (rc == OK)
		memset(stored, true, STORE_BATCH_MAX * sizeof(*stored));
	return own ? write_apart(store, batch, until_ns, stored) : rc;
}

static void count_row(struct store *store, const struct store_row *row, bool stored)
{
	if (row->history && stored)
		store->kept++;
	else if (row->history)
		store->dropped++;
	else if (!stored)
		store->failed++;
	else if (row->added.again)
		store->again++;
	else
		store->stored++;
}

/* Tells each owner once, then lets the rows go. */
static void tell(struct store *store, struct row_list *batch, const bool *stored)
{
	void *owners[STORE_BATCH_MAX];
	size_t owners_count = 0, i = 0;
	struct store_row *row;

	while ((row = TAILQ_FIRST(batch)) != NULL) {
		size_t known = 0;

		TAILQ_REMOVE(batch, row, link);
		while (known < owners_count && owners[known] != row->owner)
			known++;
		if (known == owners_count && !row->history)
			owners[owners_count++] = row->owner;
		count_row(store, row, stored[i]);
		atomic_store(&row->state, stored[i++] ? STORE_STORED : STORE_FAILED);
		give_up(row);
	}
	for (i = 0; i < owners_count; i++)
		store->done(owners[i]);
}

static void perform(struct store *store, struct row_list *batch)
{
	bool stored[STORE_BATCH_MAX] = {false};
	int64_t began_ns = clock_mono_ns();
	int rc = ERR_IO;

	if (atomic_load(&store->health) != STORE_BROKEN) {
		rc = write_batch(store, batch, stored);
		set_health(store, rc);
	}
	store->commits += rc == OK;
	store->commit_ns += (uint64_t)(clock_mono_ns() - began_ns);
	tell(store, batch, stored);
}

/* Whether the server is there again, so that it is known before the next comment comes. */
static void look_for_server(struct store *store)
{
	int rc = db_begin(store->db);

	set_health(store, rc == OK ? db_end(store->db, OK) : rc);
}

/* Waits for rows, or until the server is to be looked for. The lock is held. */
static void wait_for_rows(struct store *store)
{
	struct timespec until;

	if (atomic_load(&store->health) != STORE_TROUBLED || db_trouble(store->db) != DB_LOST) {
		pthread_cond_wait(&store->wanted, &store->lock);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_NS;
	until.tv_sec += until.tv_nsec / NS_PER_S;
	until.tv_nsec %= NS_PER_S;
	if (pthread_cond_timedwait(&store->wanted, &store->lock, &until) != ETIMEDOUT)
		return;
	pthread_mutex_unlock(&store->lock);
	look_for_server(store);
	pthread_mutex_lock(&store->lock);
}

/* Moves up to `most` rows from a list that waits to the batch; how many. */
static size_t take_rows(struct row_list *from, size_t *count, size_t most, struct row_list *batch)
{
	size_t taken = 0;

	for (; taken<most && * count> 0; taken++) {
		struct store_row *row = TAILQ_FIRST(from);

		TAILQ_REMOVE(from, row, link);
		TAILQ_INSERT_TAIL(batch, row, link);
		--*count;
	}
	return taken;
}

/* Takes what waits, as much as one commit may have; of the history what fits. The lock is held. */
static void take_batch(struct store *store, struct row_list *batch)
{
	size_t taken;

	TAILQ_INIT(batch);
	taken = take_rows(&store->waiting, &store->count, STORE_BATCH_MAX, batch);
	take_rows(&store->keeping, &store->keeping_count, STORE_BATCH_MAX - taken, batch);
}

static void *store_main(void *argument)
{
	struct store *store = argument;
	struct row_list batch;

	pthread_setname_np(pthread_self(), "store");
	pthread_mutex_lock(&store->lock);
	while (!store->stop || store->count + store->keeping_count > 0) {
		if (store->count + store->keeping_count == 0) {
			wait_for_rows(store);
			continue;
		}
		take_batch(store, &batch);
		pthread_mutex_unlock(&store->lock);
		perform(store, &batch);
		pthread_mutex_lock(&store->lock);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

/* --- for others --- */

int store_open(const char *path, void (*done)(void *owner), struct buf *why, struct store **out)
{
	struct store *store = calloc(1, sizeof(*store));
	int rc;

	*out = NULL;
	if (store == NULL)
		return ERR_NOMEM;
	store->turns = turns_new();
	rc = store->turns ? db_open(path, DB_CREATE, why, &store->db) : ERR_NOMEM;
	if (rc != OK) {
		turns_free(store->turns);
		free(store);
		return rc;
	}
	db_take_turns(store->db, store->turns);
	store->done = done;
	TAILQ_INIT(&store->waiting);
	TAILQ_INIT(&store->keeping);
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->wanted, NULL);
	*out = store;
	return OK;
}

int store_start(struct store *store)
{
	store->started = pthread_create(&store->thread, NULL, store_main, store) == 0;
	return store->started ? OK : ERR_IO;
}

static void drop_all(struct row_list *list)
{
	struct store_row *row;

	while ((row = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, row, link);
		give_up(row);
	}
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	pthread_mutex_lock(&store->lock);
	store->stop = true;
	pthread_cond_signal(&store->wanted);
	pthread_mutex_unlock(&store->lock);
	if (store->started)
		pthread_join(store->thread, NULL);
	drop_all(&store->waiting);
	drop_all(&store->keeping);
	db_close(store->db);
	turns_free(store->turns);
	pthread_cond_destroy(&store->wanted);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

int store_add(
	struct store *store, const struct queue_entry *entry, void *owner, struct store_row **out)
{
	struct store_row *row;
	bool taken;

	*out = NULL;
	row = row_new(entry, owner);
	if (row == NULL)
		return ERR_NOMEM;
	pthread_mutex_lock(&store->lock);
	taken = store->count < STORE_BACKLOG_MAX && atomic_load(&store->health) != STORE_BROKEN;
	if (taken) {
		TAILQ_INSERT_TAIL(&store->waiting, row, link);
		store->count++;
		pthread_cond_signal(&store->wanted);
	}
	pthread_mutex_unlock(&store->lock);
	if (!taken) {
		store->refused++;
		free(row);
		return ERR_LIMIT;
	}
	*out = row;
	return OK;
}

struct turns *store_turns(struct store *store)
{
	return store->turns;
}

void store_keep(struct store *store, const struct queue_entry *entry, enum queue_state state)
{
	struct store_row *row;
	bool taken;

	/* Who is behind must not cost its callers a copy. */
	pthread_mutex_lock(&store->lock);
	taken = store->keeping_count < STORE_KEEPING_MAX;
	pthread_mutex_unlock(&store->lock);
	row = taken ? row_new(entry, NULL) : NULL;
	if (row == NULL) {
		store->dropped++;
		return;
	}
	row->history = true;
	row->state_kept = state;
	atomic_store(&row->holders, 1);
	pthread_mutex_lock(&store->lock);
	taken = store->keeping_count < STORE_KEEPING_MAX &&
		atomic_load(&store->health) != STORE_BROKEN;
	if (taken) {
		TAILQ_INSERT_TAIL(&store->keeping, row, link);
		store->keeping_count++;
		pthread_cond_signal(&store->wanted);
	}
	pthread_mutex_unlock(&store->lock);
	if (!taken) {
		store->dropped++;
		free(row);
	}
}

enum store_health store_health(struct store *store)
{
	return (enum store_health)atomic_load(&store->health);
}

void store_counts(struct store *store, struct store_counts *out)
{
	*out = (struct store_counts){
		.stored = store->stored,
		.again = store->again,
		.failed = store->failed,
		.refused = store->refused,
		.kept = store->kept,
		.dropped = store->dropped,
		.commits = store->commits,
		.commit_ns = store->commit_ns,
	};
	pthread_mutex_lock(&store->lock);
	out->waiting = store->count;
	pthread_mutex_unlock(&store->lock);
}
