/*
 * The phrase language of rules, and the PCRE2 pattern that is its meaning.
 *
 *   kill you              these words in this order
 *   (a|b c|d)             one of the alternatives
 *   [really|very]         the same, or nothing
 *   <harm>                one of the entries of the list
 *   kill*                 a word that begins so
 *   ...                   up to 4 words in between; ...7 up to 7; never across a sentence end
 *   'll                   a word part that begins with an apostrophe joins what stands before it
 *   \( \[ \< \* \. \|     the character itself
 *
 * Words are folded like the text. Between two words stands at least one character that is no part
 * of a word (space, comma, dash, line break), none of it a sentence end. `filterd explain` prints
 * the pattern, and a test holds the fast matcher to it.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

#define PHRASE_LENGTH_MAX 2048 /* [bytes] of one phrase as written */
#define PHRASE_DEPTH_MAX 8 /* nested ( and [ */
#define PHRASE_GAP_MAX 20 /* words */
#define PHRASE_GAP_DEFAULT 4 /* words */

struct form_set;

/* What a list holds. All of it outlives the matcher. */
struct phrase_list {
	const struct span
		*entries; /* as written: words separated by spaces, a final * of prefixes */
	const struct form_set *const *forms; /* of each entry, NULL: none; NULL: none of any */
	size_t count;
};

/* Lists by name; what `<name>` in a phrase stands for. */
struct phrase_lists {
	void *context;
	/* Fills *out; false if there is no such list. */
	bool (*find)(void *context, struct span name, struct phrase_list *out);
};

/* What is wrong with a phrase or regex, and where. */
struct pattern_error {
	size_t offset; /* [bytes] into the text as written */
	char text[160]; /* first letter small, no full stop: "`(` is never closed" */
	struct span unknown_list; /* the name, when that is what is wrong; else empty */
};

struct phrase; /* the parsed form, in the arena */

/*
 * Parses a phrase. OK, ERR_INVALID (*error filled) or ERR_NOMEM. `lists` may be NULL: then `<` is
 * an error.
 */
int phrase_parse(struct arena *arena, struct span written, const struct phrase_lists *lists,
	struct phrase **out, struct pattern_error *error);

/* Appends the PCRE2 pattern (to be compiled with PCRE2_UTF | PCRE2_UCP) that defines the phrase. */
void phrase_print_regex(const struct phrase *phrase, struct buf *out);

/* One of several that stand in ( ) or [ ], if it is nothing but words. */
struct phrase_alternative {
	unsigned group; /* the same for those of one ( ) or [ ] */
	size_t offset; /* [bytes] where it is written; of a list's entry where the list is */
	struct span text; /* its words, folded, with a space in between */
	bool prefix; /* the last word is a beginning */
	const struct form_set *forms; /* of the list's entry; NULL: none */
	bool of_list;
};

/*
 * Calls `each` with every such alternative, group after group; the texts live in `arena`. OK or
 * ERR_NOMEM.
 */
int phrase_alternatives(struct arena *arena, const struct phrase *phrase,
	void (*each)(void *context, const struct phrase_alternative *alternative), void *context);

/*
 * Appends the shortest text for which the phrase holds: of alternatives the first, what may be
 * left out left out. *plain is whether it is all that the phrase finds.
 */
void phrase_shortest(const struct phrase *phrase, struct buf *out, bool *plain);

struct phrase_word;

/* Calls `each` with every word: for the lexicon. */
void phrase_words(const struct phrase *phrase,
	void (*each)(void *context, const struct phrase_word *word), void *context);
