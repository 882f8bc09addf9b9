/*
 * The audit on its way to the database: workers add, the thread of tokens.h writes.
 *
 * What happens again and again (a page that polls, a CMS that reads the feed) is counted by the
 * minute, so that the audit grows with who did what and not with how often.
 */
#pragma once

#include "store/audit.h"
#include "store/queue.h"

#define AUDIT_TEXT 64 /* [bytes] of address, what and outcome, with a NUL */

struct audit_entry {
	int64_t at_ms; /* of the first time */
	int64_t times;
	bool rare; /* written down at once, and told in the log */
	char actor[QUEUE_ACTOR_MAX + 1]; /* empty: nobody we know */
	char address[2 * AUDIT_TEXT];
	char what[AUDIT_TEXT];
	char outcome[AUDIT_TEXT];
};

struct audit_log;

/* `kept`: there is a database to write it to; else it is only told in the log. NULL: no memory. */
struct audit_log *audit_log_new(bool kept);
void audit_log_free(struct audit_log *log); /* NULL is legal */

/* Adds what happened at `entry->at_ms` (`times` is 1); any thread, without waiting for a disk. */
void audit_log_add(struct audit_log *log, const struct audit_entry *entry);

/*
 * Writes what is rare, what is older than a minute, or with `all` everything, in one transaction.
 * OK; else it is kept for the next time (as db_begin()). For the thread that may wait.
 */
int audit_log_write(struct audit_log *log, struct db *db, int64_t now_ms, bool all);
