/*
 * Runs one PCRE2 pattern over one text within bounds of time and memory. Private to match/.
 *
 * PCRE2's match limit starts anew at each position of the text, so it bounds no time. A text is
 * therefore searched in windows of start positions, and the clock is read between them: first in
 * wide windows with a small match limit, which is all that a sane pattern ever needs; a window that
 * hits this limit again in narrow ones with the full limit.
 */
#pragma once

#include "match/regex.h"

#define RUN_STEPS_MAX 20000 /* match limit of PCRE2 at one position; fewer in long texts */

struct runner {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL: PCRE2's own 32 KiB on the machine stack */
};

/* OK or ERR_NOMEM. */
int runner_init(struct runner *runner);
void runner_free(struct runner *runner);

enum run_result {
	RUN_NONE, /* surely no match */
	RUN_FOUND,
	RUN_LIMIT, /* a limit of PCRE2 was hit */
	RUN_TIME, /* end_ns has passed */
	RUN_FAILED, /* PCRE2 reported anything else */
};

struct run_match {
	struct range range; /* [bytes] of the text */
	struct span mark; /* the last (*:mark) on the way, or empty; lives as long as the code */
};

/*
 * Finds the first match of one character or more that begins at `from` (a character boundary) or
 * after it. `text` must be valid UTF-8. end_ns is of clock_mono_ns().
 */
enum run_result runner_find(struct runner *runner, const pcre2_code *code, struct span text,
	size_t from, int64_t end_ns, struct run_match *match);
