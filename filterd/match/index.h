/*
 * The literal index: one pass over a text finds every literal that stands in it. Private to match/.
 */
#pragma once

#include "match/literal.h"

#define POSTING_NO_ENTRY UINT32_MAX

/* Who wants to know of a literal. */
struct posting {
	uint32_t pattern;
	uint32_t entry; /* of a words pattern; else POSTING_NO_ENTRY */
};

struct index;

struct index *index_new(void); /* NULL when out of memory */
void index_free(struct index *index); /* NULL is legal */

/* Adds a literal; its bytes must outlive index_build(). OK or ERR_NOMEM. */
int index_add(struct index *index, const struct literal *literal, struct posting posting);

/* Ends the adding. OK or ERR_NOMEM. */
int index_build(struct index *index);

/* Told that a literal with these postings stands at byte `at` of the text. False: stop. */
typedef bool index_seen(void *context, const struct posting *postings, size_t count, uint32_t at);

/*
 * Passes over `text` (valid UTF-8, folded) and calls `seen` for each literal in it. Linear in the
 * text and in what is seen. False if `seen` said stop.
 */
bool index_scan(const struct index *index, struct span text, index_seen *seen, void *context);
