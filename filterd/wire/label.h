/*
 * Labels: what a person says of a comment, beside the request in the same JSON object.
 *
 *     {"text": "…", "label": "ok"}                              what a news site would publish
 *     {"text": "…", "label": "bad", "category": "threats"}      breaks that guideline
 *     {"text": "…", "label": "bad"}                             breaks some
 *     {"text": "…", "label": "review"}                          lies between: never to be rejected
 *     {"text": "…", "label": {"guidelines": ["threats", "abuse"]}}   breaks these; none: ok
 *     {"text": "…", "label": {"verdict": "review"}}             ok and approve, bad and reject are
 *                                                               the same
 *
 * The daemon passes over these fields; commands that measure read them.
 */
#pragma once

#include "base/arena.h"
#include "wire/refusal.h"

#define LABEL_GUIDELINES_MAX 16 /* names of one label */

enum label_kind {
	LABEL_NONE, /* nobody has said anything */
	LABEL_OK,
	LABEL_REVIEW,
	LABEL_BAD,
	LABEL_COUNT,
};

/* "none", "ok", "review", "bad". */
extern const char *const label_names[LABEL_COUNT];

struct label {
	enum label_kind kind;
	/* The guidelines it is said to break, or names of somebody's own for them. */
	struct span guidelines[LABEL_GUIDELINES_MAX]; /* into the JSON text or the arena */
	size_t guidelines_count;
};

/*
 * Reads the label in `json`, a text that native_read() has read without refusing it; both it and
 * the arena must outlive *out. True, also when there is none (or null); false with *refusal filled
 * when what stands there is no label, and then *out is LABEL_NONE.
 */
bool label_read(struct span json, struct arena *arena, struct label *out, struct refusal *refusal);
