/*
 * NDJSON from a descriptor, on any number of threads, with results in the order of its lines.
 *
 * The calling thread reads, cuts lines and hands them out in batches: the first lines of a batch to
 * the first state, the next ones to the second, and so on. When all are done it collects what each
 * state has made, in that order, so that whatever is put together there does not depend on the
 * number of threads. Memory is that of one batch.
 */
#pragma once

#include "cli/cli.h"
#include "wire/ndjson.h"

#define STREAM_THREADS_MAX 64

struct progress;

/* A line: a request, or why it is none. */
struct stream_line {
	struct span text; /* lives until its batch has been collected */
	uint64_t number; /* 1-based */
	struct refusal refusal; /* code REFUSAL_NONE: text is to be read */
};

/* What is done with the lines. */
struct stream {
	struct ndjson framing; /* as the first line finds it */
	void *const *states; /* one for each thread; never used by two at once */
	unsigned threads;
	/* One line, on any thread. The lines of a state come in order. */
	void (*work)(void *state, const struct stream_line *line);
	/*
	 * After each batch, while no thread works, with the states in the order of their lines:
	 * what it changes may be read by work().
	 */
	void (*collect)(void *context, void *state);
	void *context;
	struct progress *progress; /* may be NULL */
	bool (*stopped)(void *context); /* true ends it after the batch at hand; may be NULL */
};

/*
 * Works on each line of descriptor `in` until its end. What has been read is worked on, collected
 * and flushed on run->out before more is waited for, so that a program can talk to it line by line.
 * CLI_FINE, also after a failed write, which ends it early and is reported by cli_main();
 * CLI_OUTPUT after a message when `in`, called `name` there, cannot be read to its end.
 */
int stream_run(struct run *run, const struct stream *stream, int in, const char *name);

/* The number of cores that this process may use, 1 to STREAM_THREADS_MAX. */
unsigned stream_cores(void);
