/* The places of a match: counted in bytes, code points and UTF-16 units. */
#pragma once

#include "moderate/stage.h"

/* Where a field's characters stand, made once per comment for the fields with matches. */
struct positions {
	struct span text;
	uint32_t *chars; /* code points before each step */
	uint32_t *utf16; /* UTF-16 units before each step */
};

/*
 * Makes the spans of a rule's evidence for `out`: sorted, without doubles, at most MATCH_SPANS_MAX,
 * all in one field (the comment's text if there is a place in it). `made` has one item per field,
 * zeroed before the comment's first match. OK or ERR_NOMEM.
 */
int spans_make(struct stage *stage, const struct evidence *evidence,
	struct positions made[FIELD_COUNT], struct match *out);
