/* The audit on its way to the database: see audit_log.h. */
#include "server/audit_log.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

#define ENTRIES_MAX 512 /* that wait to be written */
#define GATHER_MS 60000 /* [ms] within which the same is counted */

struct audit_log {
	bool kept;
	pthread_mutex_t lock; /* of all below */
	struct audit_entry entries[ENTRIES_MAX];
	size_t count;
	uint64_t lost; /* for which there was no room */
};

struct audit_log *audit_log_new(bool kept)
{
	struct audit_log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	pthread_mutex_init(&log->lock, NULL);
	log->kept = kept;
	return log;
}

void audit_log_free(struct audit_log *log)
{
	if (log == NULL)
		return;
	pthread_mutex_destroy(&log->lock);
	free(log);
}

static bool is_the_same(const struct audit_entry *a, const struct audit_entry *b)
{
	return a->rare == b->rare && strcmp(a->actor, b->actor) == 0 &&
	       strcmp(a->what, b->what) == 0 && strcmp(a->address, b->address) == 0 &&
	       strcmp(a->outcome, b->outcome) == 0;
}

void audit_log_add(struct audit_log *log, const struct audit_entry *entry)
{
	size_t i = 0;

	if (entry->rare)
		log_info("audit: %s by %s from %s: %s", entry->what,
			entry->actor[0] ? entry->actor : "nobody known", entry->address,
			entry->outcome);
	if (!log->kept)
		return;
	pthread_mutex_lock(&log->lock);
	while (i < log->count && !is_the_same(&log->entries[i], entry))
		i++;
	if (i < log->count) {
		log->entries[i].times++;
	} else if (log->count < ENTRIES_MAX) {
		log->entries[log->count++] = *entry;
	} else {
		log->lost++;
	}
	pthread_mutex_unlock(&log->lock);
}

static bool is_due(const struct audit_entry *entry, int64_t now_ms, bool all)
{
	return all || entry->rare || now_ms - entry->at_ms >= GATHER_MS || now_ms < entry->at_ms;
}

/* Takes what is due out of the log, into *out (freed by the caller). */
static size_t take(struct audit_log *log, int64_t now_ms, bool all, struct audit_entry **out)
{
	size_t due = 0, kept = 0;

	*out = NULL;
	pthread_mutex_lock(&log->lock);
	for (size_t i = 0; i < log->count; i++)
		due += is_due(&log->entries[i], now_ms, all);
	if (due > 0)
		*out = malloc(due * sizeof(**out));
	due = 0;
	for (size_t i = 0; i < log->count && *out != NULL; i++) {
		if (is_due(&log->entries[i], now_ms, all))
			(*out)[due++] = log->entries[i];
		else
			log->entries[kept++] = log->entries[i];
	}
	if (*out != NULL)
		log->count = kept;
	pthread_mutex_unlock(&log->lock);
	return due;
}

static void put_back(struct audit_log *log, const struct audit_entry *entries, size_t count)
{
	pthread_mutex_lock(&log->lock);
	for (size_t i = 0; i < count; i++) {
		if (log->count < ENTRIES_MAX)
			log->entries[log->count++] = entries[i];
		else
			log->lost++;
	}
	pthread_mutex_unlock(&log->lock);
}

static int write_entry(struct db *db, const struct audit_entry *entry)
{
	const struct audit_row row = {
		.at_ms = entry->at_ms,
		.times = entry->times,
		.actor = span_of(entry->actor),
		.address = span_of(entry->address),
		.what = span_of(entry->what),
		.outcome = span_of(entry->outcome),
	};

	return audit_add(db, &row);
}

static void tell_lost(struct audit_log *log)
{
	uint64_t lost;

	pthread_mutex_lock(&log->lock);
	lost = log->lost;
	log->lost = 0;
	pthread_mutex_unlock(&log->lock);
	if (lost > 0)
		log_warnx("audit: %llu entries were lost, for the database did not take them",
			(unsigned long long)lost);
}

int audit_log_write(struct audit_log *log, struct db *db, int64_t now_ms, bool all)
{
	struct audit_entry *entries;
	size_t count = take(log, now_ms, all, &entries);
	int rc = OK;

	tell_lost(log);
	if (count == 0)
		return OK;
	rc = db_begin(db);
	if (rc == OK) {
		for (size_t i = 0; i < count && rc == OK; i++)
			rc = write_entry(db, &entries[i]);
		rc = db_end(db, rc);
	}
	if (rc != OK)
		put_back(log, entries, count);
	free(entries);
	return rc;
}
