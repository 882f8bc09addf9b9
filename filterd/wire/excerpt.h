/*
 * Excerpts: a comment's text, or a piece of it around the places that a verdict found in it, to be
 * shown as an example.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "moderate/verdict.h"

struct excerpt {
	struct span text; /* the comment's, or a piece of it with "…" where it goes on */
	bool cut; /* it is a piece */
	struct range *places; /* [bytes] of text */
	size_t places_count;
};

/*
 * Copies into the arena what is to be shown of `text`, with the places in it that the matches of
 * `rule` found (NULL: of every rule that is not in shadow). OK or ERR_NOMEM.
 */
int excerpt_make(struct arena *arena, struct span text, const struct verdict *verdict,
	const struct rule *rule, struct excerpt *out);

/* Copies one into another arena. OK or ERR_NOMEM. */
int excerpt_copy(struct arena *arena, const struct excerpt *excerpt, struct excerpt *out);

/* Appends "text":…,"cut":…,"spans":[[from,to],…] as members of an object. */
void excerpt_json(struct buf *json, const struct excerpt *excerpt);
