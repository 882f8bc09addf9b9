/* Finds characters of a text that show nothing and have no business where they stand. */
#pragma once

#include "base/arena.h"
#include "base/status.h"

enum hidden_kind {
	HIDDEN_BIDI, /* turns the direction of the text around */
	HIDDEN_ZERO_WIDTH,
	HIDDEN_TAG, /* invisible ASCII */
	HIDDEN_CONTROL,
	HIDDEN_COUNT,
};

struct hidden {
	enum hidden_kind kind;
	struct range range; /* [bytes] of the original */
};

struct hiddens {
	struct hidden *items; /* in the arena, by position */
	size_t count;
	size_t capacity;
};

/*
 * The same characters are part of good writing: ZWNJ inside Persian and Kurdish words, ZWJ and tags
 * inside emoji, direction marks around numbers. Those are left out, and so is a byte order mark at
 * either end, which programs leave there. Linear time. OK or ERR_NOMEM.
 */
int scan_hidden(struct arena *arena, struct span original, struct hiddens *out);
