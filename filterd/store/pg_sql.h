/* SQL as it is written in this folder, put into PostgreSQL's words. */
#pragma once

#include "base/buf.h"

#define PG_PARAMETERS_MAX 256

/*
 * Appends the statement with `$N` for `?N` and `?`, and PostgreSQL's types and words for a table;
 * texts in single quotes stay as they are. Returns the greatest N; more than PG_PARAMETERS_MAX is
 * a mistake of ours.
 */
int pg_translate(const char *sql, struct buf *out);

/*
 * PostgreSQL keeps no NUL in a text. The character U+10FFFF, which is none that anybody may use,
 * stands before a `0` for NUL and before a `1` for itself. Whether the text must be changed so, and
 * the changed one, appended.
 */
bool pg_must_escape(struct span text);
void pg_escape(struct span text, struct buf *out);
/* The other way. A text that was escaped holds the character, and the result is shorter. */
bool pg_is_escaped(struct span text);
void pg_unescape(struct span text, struct buf *out);
