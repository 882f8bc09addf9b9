/* Finds what is repeated most in a folded text: a character, a word, a line. */
#pragma once

#include "base/arena.h"
#include "base/status.h"

struct run {
	int64_t times; /* 0: the text has none */
	struct range range; /* [bytes] of the folded text; the first of the longest */
};

struct repetitions {
	struct run character; /* in a row, twice at least; white space does not count */
	struct run word; /* in a row */
	struct run line; /* anywhere, trimmed, not empty; the range is the last one's */
};

/* Linear time. OK or ERR_NOMEM. */
int scan_repetition(struct arena *arena, struct span folded, struct repetitions *out);
