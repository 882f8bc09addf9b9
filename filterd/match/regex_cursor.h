/* A place in a regex that is being read: what the readers of regexes share. Private to match/. */
#pragma once

#include "base/span.h"

struct regex_cursor {
	struct span in; /* the regex */
	size_t at; /* [bytes] the next to be read */
};

/* Whether `what` stands there. */
static inline bool cursor_sees(const struct regex_cursor *c, const char *what)
{
	return span_starts(span_sub(c->in, c->at, c->in.len), span_of(what));
}

/* The same, and moves past it if it does. */
static inline bool cursor_take(struct regex_cursor *c, const char *what)
{
	if (!cursor_sees(c, what))
		return false;
	c->at += strlen(what);
	return true;
}

/* Moves past the next such byte, or to the end. */
static inline void cursor_skip_past(struct regex_cursor *c, char byte)
{
	while (c->at < c->in.len && c->in.ptr[c->at] != byte)
		c->at++;
	c->at += c->at < c->in.len;
}

static inline bool cursor_at_digit(const struct regex_cursor *c)
{
	return c->at < c->in.len && c->in.ptr[c->at] >= '0' && c->in.ptr[c->at] <= '9';
}
