/*
 * A progress bar on standard error, if that is a terminal; else nothing.
 *
 *     judging [#########.................]  34 %  340,000 comments, 7 s left
 *
 * It is drawn on one line, a few times a second, and wiped when the work is done or something else
 * is to be written there.
 */
#pragma once

#include "cli/out.h"

struct progress {
	struct out *out; /* not owned; NULL: nothing is shown */
	const char *doing; /* one word of ours: "judging" */
	uint64_t bytes_total; /* 0: not known, so there is no bar, only the count */
	uint64_t bytes, lines; /* done */
	int64_t begun_ns, next_ns; /* of clock_mono_ns(): the begin, and when it is drawn again */
	bool drawn;
};

/* Begins one on `err`; it shows nothing there unless that is a terminal that can wipe a line. */
void progress_init(
	struct progress *progress, struct out *err, const char *doing, uint64_t bytes_total);

/* Counts what has been done, and draws when it is time. NULL is legal. */
void progress_add(struct progress *progress, uint64_t bytes, uint64_t lines);

/* Wipes it; it is drawn again with the next progress_add(). */
void progress_wipe(struct progress *progress);
