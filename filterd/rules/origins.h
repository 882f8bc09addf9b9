/*
 * Where the patterns and list entries of a rule set stand in its files.
 *
 * Kept only by a set that was loaded with ruleset_options.origins: for the coverage of tests. They
 * live as long as the set.
 */
#pragma once

#include "rules/ruleset.h"

struct pattern_origin {
	enum field field; /* of the matcher that has it */
	uint32_t id;
	const struct source *source;
	const struct yaml_node
		*node; /* of a phrase or regex: its text; of words: the first entry */
	/*
	 * Of words: all entries, those of lists put in. A node is that of the entry, or of the
	 * `<name>` by which it came. Empty for phrases and regexes.
	 */
	struct strings words;
};

struct entry_origin {
	struct span list;
	struct span entry; /* the span that patterns refer to: its ptr tells it from all others */
	struct place place;
};

struct origins {
	const struct pattern_origin *patterns; /* in the order of their compilation */
	size_t patterns_count;
	const struct entry_origin *entries; /* of lists that are used, in the order of the lists */
	size_t entries_count;
};

/* NULL when the set was loaded without. */
const struct origins *ruleset_origins(const struct ruleset *set);
