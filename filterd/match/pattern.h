/* What the matcher keeps of a pattern; private to match/. */
#pragma once

#include "match/entry.h"
#include "match/index.h"
#include "match/matcher.h"
#include "match/phrase_tree.h"
#include "match/program.h"
#include "match/regex.h"

enum pattern_kind {
	PATTERN_WORDS,
	PATTERN_PHRASE,
	PATTERN_REGEX,
};

/* What every use needs comes first: a pattern is seldom in the cache. */
struct pattern {
	/*
	 * The regex compiled. Words patterns and nearly all phrases are confirmed without: theirs
	 * is NULL, and where it is needed after all (the plain way) it is compiled then and there.
	 */
	pcre2_code *code; /* owned */
	const struct program *program; /* of a phrase; NULL: `code` is run */
	const struct exact *exact; /* of a regex; NULL: `code` is run */
	enum pattern_kind kind;
	struct pattern_options options;
	bool always; /* no literal leads to it: it is a candidate on every text */
	bool unbounded;
	bool matches_empty;
	/*
	 * Where in the matcher's needs it begins what else a phrase needs: groups of words, each
	 * its number of words and their bits in a run_set, one of which must be there; then 0.
	 * 0: nothing.
	 */
	uint32_t needs;
	uint32_t entries_count;
	const struct span *entries; /* of words: as written, in order of precedence */
	const struct entry *compiled; /* of words: in the same order */
	const struct span *const *list_entries; /* of a phrase: by the number in its marks */
	struct span written; /* of a phrase */
	const struct phrase *phrase; /* of a phrase: for those who ask what of it matched */
	const struct phrase_sequence *sequences; /* of words: an array in the same order */
	struct span
		regex; /* as a regex, if that is what is run; else pattern_print_regex() tells */
	struct span *literals; /* for describe */
	size_t literals_count;
};

struct matcher {
	struct pattern *patterns; /* owned, and the rest is in the arena */
	size_t count;
	const uint32_t *always; /* the patterns that are, ascending */
	size_t always_count;
	struct index *index; /* owned */
	uint16_t *needs; /* owned */
	const struct literals *marked; /* the sets that markers stand for */
	const struct lexicon_word *lexicon;
	size_t lexicon_count;
	int64_t made_ns; /* tells two matchers apart that had the same address */
};

/* Appends the regex that defines the pattern. */
void pattern_print_regex(const struct pattern *pattern, struct buf *out);

/*
 * The first group of words that the pattern needs of which `runs` holds none (its number of words,
 * then their bits); NULL: it lacks nothing.
 */
static inline const uint16_t *pattern_lacks(
	const struct matcher *matcher, const struct pattern *pattern, const struct run_set *runs)
{
	const uint16_t *need;

	if (pattern->needs == 0)
		return NULL;
	need = matcher->needs + pattern->needs;
	while (*need > 0) {
		const uint16_t *group = need, *end = need + 1 + *need;
		bool found = false;

		for (need++; need < end; need++)
			found |= run_set_has(runs, *need);
		if (!found)
			return group;
	}
	return NULL;
}

/* Entries of a words pattern that its plain form holds in one regex: more are too many for PCRE2.
 */
#define CHUNK_ENTRIES 200
