/*
 * The literal index: one pass over a text finds every literal that stands in it. Private to match/.
 */
#pragma once

#include "match/literal.h"

/* Who wants to know of a literal. */
struct posting {
	uint32_t pattern : 30;
	uint32_t disguised : 1; /* in the disguised view, too */
	uint32_t whole : 1; /* the literal is all of the entry */
	uint32_t entry; /* of a words pattern, in order of precedence; else POSTING_NO_ENTRY */
};

#define POSTING_NO_ENTRY UINT32_MAX
#define INDEX_PATTERNS_MAX (1u << 30)

/*
 * What a text is made of, so that "is this run there?" and "does this run follow that one?" take no
 * time: seldom a wrong yes, never a no.
 */
#define RUN_SET_BITS 8192
#define RUN_SET_DIGIT RUN_SET_BITS /* one more: a digit is there */
#define RUN_SET_MARKERS (RUN_SET_BITS + 64) /* and for each set of literals: one of it is there */
#define INDEX_MARKERS_MAX 1024
struct run_set {
	uint64_t bits[(RUN_SET_MARKERS + INDEX_MARKERS_MAX) / 64];
};

static inline bool run_set_has(const struct run_set *set, uint16_t bit)
{
	return set->bits[bit / 64] >> (bit % 64) & 1;
}

struct index;

struct index *index_new(void); /* NULL when out of memory */
void index_free(struct index *index); /* NULL is legal */

/* Adds a literal; its bytes must outlive index_build(). OK or ERR_NOMEM. */
int index_add(struct index *index, const struct literal *literal, struct posting posting);

/*
 * Lets the literal set the bit of a marker (below INDEX_MARKERS_MAX) in the run_set of each text in
 * which it stands. As index_add().
 */
int index_mark(struct index *index, const struct literal *literal, uint16_t marker);

/*
 * Adds what may stand before a LITERAL_STEM at the beginning of a run; not empty, its bytes must
 * outlive the index. OK or ERR_NOMEM.
 */
int index_add_prefix(struct index *index, struct span prefix);

/* Ends the adding. OK or ERR_NOMEM. */
int index_build(struct index *index);

/* The bit of a run_set that stands for a run, 1 to 64 KiB long. */
uint16_t index_run_bit(struct span run);

/* The bit that stands for a run with another one, `before`, as the next before it. */
uint16_t index_pair_bit(struct span before, struct span run);

/* What stands in a text. */
struct sight {
	const struct posting *postings; /* of a literal */
	size_t postings_count;
	uint32_t from, to; /* [bytes] of the text: the literal */
	uint32_t pair_from; /* [bytes] of a pair: where the run before begins; else `from` */
};

/* Told of a sight. False: stop. */
typedef bool index_seen(void *context, const struct sight *sight);

/*
 * Passes over `text` (valid UTF-8, folded) and calls `seen` for each literal in it; *runs is set to
 * the runs of the text. Linear in the text and in what is seen. False if `seen` said stop.
 */
bool index_scan(const struct index *index, struct span text, struct run_set *runs, index_seen *seen,
	void *context);
