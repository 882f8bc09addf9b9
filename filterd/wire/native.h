/*
 * The native protocol: one JSON object is one comment, one JSON object is its answer.
 *
 * NDJSON and HTTP carry the same objects; README.md in this folder is the reference. What is read
 * and in which form stands in one table in native.c.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "moderate/verdict.h"
#include "wire/refusal.h"

#define NATIVE_ID_MAX 128 /* [bytes] of [A-Za-z0-9._:-] */
#define NATIVE_TAGS_MAX 64 /* tags of an article */
#define NATIVE_DEADLINE_MAX 3600000 /* [ms] */
#define NATIVE_MATCHED_TEXT_MAX 256 /* [bytes] of a matched text that an answer quotes */

struct native_request {
	struct comment comment; /* spans into the JSON text or the arena */
	int64_t deadline_ms; /* [ms] from its arrival that the caller waits, or COMMENT_ABSENT */
	struct span reason_lang; /* BCP 47 tag in which reasons are wanted, or empty */
	unsigned unknown_fields; /* fields passed over */
};

/*
 * Reads one comment from `json`, a whole JSON text that, like the arena, must outlive *out. True,
 * or false with *refusal filled: bad JSON before a wrong field, the first of several wrong fields.
 * Even then out->comment.id is the id if there was a good one, for the answer to name it.
 */
bool native_read(
	struct span json, struct arena *arena, struct native_request *out, struct refusal *refusal);

/* For the manual: the form of a field (`author.name`) in words, or NULL; and how many there are. */
const char *native_field_form(struct span path);
size_t native_fields_count(void);

/*
 * The same for a line of an export: an id may be any string or number there, for it is only shown
 * again. Of a longer one the first NATIVE_ID_MAX bytes are kept.
 */
bool native_read_export(
	struct span json, struct arena *arena, struct native_request *out, struct refusal *refusal);

/*
 * Appends the answer as one line. Equal input gives equal bytes. OK; or ERR_NOMEM, and `out` is as
 * it was before, ready for a refusal instead.
 */
int native_write_verdict(
	struct buf *out, const struct native_request *request, const struct verdict *verdict);

/*
 * The same in two parts, for an answer that waits until its comment is stored: all that is known
 * from the verdict, and the end, which tells the queue id (NULL: it was not queued) and the
 * revision that it was queued as. OK, or ERR_NOMEM as above.
 */
int native_write_beginning(
	struct buf *out, const struct native_request *request, const struct verdict *verdict);
int native_write_end(struct buf *out, const char *queue_id, uint32_t revision);

/* A score in ten-thousandths, cut as answers show it. */
uint32_t native_score(double score);

/* Appends the refusal as one line; `id` may be empty (null in the answer). */
void native_write_refusal(struct buf *out, struct span id, const struct refusal *refusal);

/* Appends the last line before the server closes: lines up to `line` have been answered. */
void native_write_bye(struct buf *out, uint64_t line);
