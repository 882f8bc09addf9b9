/*
 * Literals: pieces of text of which one must occur for a pattern to match. Private to match/.
 *
 * What a literal of a word is looked for in is a run: word characters of scripts that set spaces,
 * as many as stand together. Every word edge is an end of a run, so a word without signs in it is
 * there only where it is a whole run; that one look-up for each run of the text suffices is what
 * makes thousands of words cheap.
 */
#pragma once

#include "base/arena.h"
#include "match/exact.h"
#include "match/phrase_tree.h"

#define LITERAL_PAIR_MAX 64 /* [bytes] of each run of a pair */

enum literal_kind {
	LITERAL_RUN, /* its key is a whole run */
	LITERAL_PREFIX, /* its key is what a run begins with */
	LITERAL_PART, /* may stand anywhere */
	LITERAL_STEM, /* its key is what a run goes on with behind one of the index's prefixes */
	LITERAL_PAIR, /* its key is a whole run, and the run before it is `before` */
};

struct literal {
	struct span bytes; /* folded, not empty */
	struct span before; /* of LITERAL_PAIR: a run, 1 to LITERAL_PAIR_MAX long */
	uint32_t key_from, key_len; /* [bytes] the part that is looked up; of LITERAL_PART: none */
	enum literal_kind kind;
	/* Of a regex: what stands before or behind it is no letter, digit or _ (\b). */
	bool edge_before, edge_after;
	uint8_t worth; /* literal_worth(), once that is known; else 0 */
};

struct literals {
	struct literal *items; /* in the arena */
	size_t count; /* 0: none is known */
};

/*
 * Makes a literal of a regex one that is found by a run, where what stands in it or its \b say
 * where a run begins or ends: that is cheaper to look for. Any other is left as it is.
 */
void literal_find_run(struct literal *literal);

/*
 * The piece of a word to look for, and its offset in it [bytes]. There always is one. Of a word
 * with prefixes that is so only without them: see literal_behind_prefixes(). `before` is the word
 * that stands directly before it in every match, or NULL: the two together are rarer than each.
 */
struct literal literal_of_word(
	const struct phrase_word *before, const struct phrase_word *word, uint32_t *offset);

/* The literal as people read it, in the arena; no ptr when out of memory. */
struct span literal_text(struct arena *arena, const struct literal *literal);

/* Turns that piece into what to look for behind prefixes; false if they make no difference to it.
 */
bool literal_behind_prefixes(
	const struct phrase_word *word, uint32_t offset, struct literal *literal);

/*
 * How telling a literal is: about the number of its letters, less where it is a frequent word or
 * stands anywhere.
 */
int literal_worth(const struct literal *literal);

/*
 * How telling a set is of which one occurs: the more, the seldomer any of them stands in ordinary
 * text. A few frequent words are worse than many rare ones.
 */
int literals_worth(const struct literals *set);

/* Sets of literals, of each of which one occurs in every match. */
struct literal_sets {
	struct literals *items; /* in the arena */
	size_t count;
	size_t best; /* the index of the most telling one */
};

/*
 * The literals of a phrase: a set for each of its elements that must be there. OK (never none) or
 * ERR_NOMEM.
 */
int literals_of_phrase(struct arena *arena, const struct phrase *phrase, struct literal_sets *out);

#define LITERAL_SHORTEST 3 /* [bytes] of a regex's literal */
#define REGEX_OTHERS_MAX 4

/* What is known of a regex. */
struct regex_facts {
	struct literals literals; /* the most telling ones; none is legal */
	/* Further sets, of each of which one occurs in every match. */
	struct literals others[REGEX_OTHERS_MAX];
	size_t others_count;
	const struct exact *exact; /* NULL: it is more than a few strings */
	bool digit; /* every match holds a digit (in folded text all are ASCII) */
	bool unbounded; /* an unlimited repeat holds a variable one */
};

/*
 * Reads a regex that PCRE2 has compiled. `original`: it is matched with the text as sent, so what
 * is looked for in the folded text is the literals' folded form. OK or ERR_NOMEM.
 */
int literals_of_regex(
	struct arena *arena, struct span regex, bool original, struct regex_facts *out);
