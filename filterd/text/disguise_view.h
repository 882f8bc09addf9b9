/* Puts the disguised view together from what was read; private to text/. */
#pragma once

#include "text/override.h"
#include "text/text.h"

/* What is read in place of a part of the text. */
struct replacement {
	struct replacement *next;
	uint32_t from, to; /* of the source */
	size_t words;
	size_t len; /* bytes */
	char *bytes; /* what is read there */
	uint32_t *map; /* for each byte, where it comes from in the source */
};

/* All that was read in a text. */
struct readings {
	const struct view *source; /* the folded view, what overrides turned round turned back */
	const struct turned *turned; /* the passages of it that were */
	const struct replacement *first; /* in the order of the text; NULL: there is none */
	size_t words, bytes; /* of all replacements */
};

/* Fills text->disguised and text->decoded. OK or ERR_NOMEM. */
int disguise_build(struct text *text, const struct readings *readings);
