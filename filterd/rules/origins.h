/*
 * Where the patterns and list entries of a rule set stand in its files.
 *
 * Gathered for the coverage of tests (ruleset_options.origins), whose set keeps them as long as it
 * lives, and while a set is linted.
 */
#pragma once

#include "rules/ruleset.h"

enum pattern_written {
	WRITTEN_WORDS,
	WRITTEN_PHRASE,
	WRITTEN_REGEX, /* on the folded text */
	WRITTEN_ORIGINAL, /* a regex on the text as sent */
};

struct pattern_origin {
	enum pattern_written written;
	enum field field; /* of the matcher that has it */
	uint32_t id;
	const struct source *source;
	const struct yaml_node
		*node; /* of a phrase or regex: its text; of words: the first entry */
	/*
	 * Of words: all entries, those of lists put in. A node is that of the entry, or of the
	 * `<name>` by which it came. Empty for phrases and regexes.
	 */
	struct strings entries;
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
