/*
 * A backlog: the comments that a CMS kept while filterd was away, judged from a file as the daemon
 * would have done, those for review put into the queue.
 */
#pragma once

#include "cli/setup.h"
#include "store/db.h"

#include <stdatomic.h>

struct backlog {
	/* What it is to do. */
	struct run *run;
	const struct setup *setup; /* with rules */
	struct db *db;
	const char *file; /* - is standard input */
	const char *answers; /* where the answers go; NULL: run->out */
	unsigned threads; /* 1 to STREAM_THREADS_MAX */
	const atomic_bool *stop; /* ends it after the batch at hand */
	/* What came of it. */
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t again; /* reviews that were in the queue already */
	uint64_t refused; /* lines that got no verdict */
	bool ended; /* at the end of the file */
};

/*
 * Judges all lines and writes an answer for each, in their order: the daemon's. The answer of a
 * review is written once its comment is in the queue, on the disk. CLI_FINE; an exit code after a
 * message when the file cannot be read, the answers not be written or the queue not be reached:
 * what has been answered till then stands.
 */
int backlog_run(struct backlog *backlog);
