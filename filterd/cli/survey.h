/*
 * A survey: every comment of some files judged by a command's own function, on all cores.
 *
 * It opens the files in their order (`-` is standard input), reads requests and labels, shows
 * progress, and says of each line that is no request why (the first few; all are counted).
 */
#pragma once

#include "cli/setup.h"
#include "cli/stream.h"
#include "wire/label.h"
#include "wire/native.h"

/* One comment. What it points to lives until judge() returns. */
struct survey_comment {
	const struct comment *comment;
	const struct label *label;
	const char *file; /* as shown to people; lives as long as the survey */
	uint64_t line; /* 1-based */
};

struct survey {
	/* What it is to do. */
	struct run *run;
	const char *const *files;
	size_t files_count;
	size_t line_max; /* [bytes] of a request */
	unsigned threads; /* 1 to STREAM_THREADS_MAX */
	const char *doing; /* for the progress bar */
	bool writes; /* collect() writes to run->out: no bar among its lines on a terminal */
	void *const *states; /* one for each thread */
	/* On any thread; the comments of a batch come in order. OK or ERR_NOMEM. */
	int (*judge)(void *state, const struct survey_comment *comment);
	/* After each batch, on the calling thread, with the states in the order of the comments. */
	void (*collect)(void *context, void *state);
	void *context;
	/* What came of it. */
	uint64_t comments;
	uint64_t refused; /* lines that are no request */
	uint64_t bad_labels; /* of comments, which count as not labelled */
};

/*
 * The limits to judge with: the setup's, with twenty times the time. A machine that is busy with a
 * million comments stops threads for longer than a comment may take in the daemon; that is no fault
 * of the rules, and figures must not depend on it.
 */
struct evaluate_options survey_limits(const struct setup *setup);

/*
 * Runs it. CLI_FINE; CLI_OUTPUT after a message when a file cannot be read, or none of its lines is
 * a request.
 */
int survey_run(struct survey *survey);
