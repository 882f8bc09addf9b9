/* What a coverage is made of; private to coverage.c and suggest.c. */
#pragma once

#include "base/map.h"
#include "match/parts.h"
#include "moderate/coverage.h"
#include "moderate/picks.h"
#include "moderate/stage.h"
#include "rules/origins.h"

/* A pattern of a matcher. */
struct known {
	const struct pattern_origin *origin;
	bool added; /* its alternatives are among the items */
};

struct coverage {
	struct stage stage; /* first: conditions give their scene back */
	struct arena arena; /* items and keys of the maps */
	struct picks picks;
	const struct ruleset *set;
	struct coverage_item *items;
	size_t count, capacity;
	/*
	 * Items by what tells them apart: the address of a rule, of a pattern's origin, of an
	 * alternative (pattern_part.key), of an entry's text.
	 */
	struct map by_key;
	struct known *patterns[FIELD_COUNT]; /* by id; in the arena */
	enum truth (*find)(struct scene *scene, enum field field, uint32_t id,
		const struct hit **hits, size_t *count, bool *more); /* the stage's own */
	const struct pattern_origin *origin; /* whose alternatives are being added */
	struct map words; /* of it: their index by text */
	size_t covered; /* items */
	uint32_t rounds; /* of suggest.c: patterns that comments were made of */
	/* Told which patterns a rule looks for, while it is looked at as a whole; may be NULL. */
	void (*asked)(void *context, enum field field, uint32_t id);
	void *asked_context;
	bool failed; /* out of memory below a callback */
};

/* The number of the item that the address stands for, or MAP_NONE. */
uint32_t coverage_find(const struct coverage *c, const void *address);

/*
 * Looks at a rule's patterns: with `all` at every one, to learn what there is; else at those that
 * matter for the comment on the stage, to cover what stands in it.
 */
void coverage_look(struct coverage *c, const struct rule *rule, bool all);
