/* `filterd check --ndjson`: requests in, answers out in the same order, on any number of threads.
 */
#pragma once

#include "cli/setup.h"

#define STREAM_THREADS_MAX 64

/*
 * Answers each line of descriptor `in` on run->out until its end, as the daemon's socket would: the
 * same bytes. What has been read is answered before more is waited for, so that a program can talk
 * to it line by line. CLI_FINE, or CLI_OUTPUT when `in` cannot be read to its end.
 */
int stream_answers(struct run *run, const struct setup *setup, int in, unsigned threads);
