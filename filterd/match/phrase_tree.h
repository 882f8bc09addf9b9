/*
 * The parsed form of a phrase; private to match/.
 *
 * A sequence is a list of elements that follow each other; a choice is an element with several
 * sequences to choose from. Each sequence holds at least one element that must be there (the
 * parser sees to it), so no sequence matches the empty string.
 */
#pragma once

#include "match/forms.h"
#include "match/phrase.h"

enum phrase_kind {
	PHRASE_WORD,
	PHRASE_GAP, /* stands between elements that must be there */
	PHRASE_CHOICE,
};

struct phrase_word {
	struct span text; /* folded, not empty, no white space in it */
	bool prefix; /* and whatever the word goes on with */
	bool glued; /* text/ looks for it within other words, as for disguises: no matter here */
	/* What of it may stand before and behind `text`; NULL: nothing. */
	const struct form_set *forms;
	bool prefixes, suffixes; /* which of them; `text` begins or ends as PHRASE_PLAIN then */
};

struct phrase_element {
	struct phrase_element *next;
	enum phrase_kind kind;
	uint16_t from, to; /* [bytes] of the phrase as written; of a list's entry 0 */
	struct phrase_word word; /* of PHRASE_WORD */
	unsigned gap; /* of PHRASE_GAP: [words] at most */
	struct phrase_sequence *choices; /* of PHRASE_CHOICE */
	bool optional; /* of PHRASE_CHOICE */
};

struct phrase_sequence {
	struct phrase_sequence *next;
	struct phrase_element *first;
	uint32_t entry; /* the list entry it stands for, or PHRASE_NO_ENTRY */
	uint32_t at; /* [bytes] where it begins in the phrase as written */
};

#define PHRASE_NO_ENTRY UINT32_MAX
#define PHRASE_GLUED_MIN 4 /* letters of a word that is found within others */
#define PHRASE_LEXICON_MIN 4 /* [bytes] of a prefix that disguised words are read by */

struct phrase {
	struct phrase_sequence sequence;
	struct span written;
	const struct span **entries; /* by number: the entries of its lists, as written */
	size_t entries_count;
};

/* What a word begins or ends with, which decides how its edge is written. */
enum phrase_edge {
	PHRASE_PLAIN = 1 << 0, /* a letter or digit of a script that sets spaces */
	PHRASE_SOLO = 1 << 1, /* another word character: Han, Thai, a mark, ... */
	PHRASE_SIGN = 1 << 2, /* no word character */
	PHRASE_JOINED = 1 << 3, /* an apostrophe: joins the word before */
};

enum phrase_edge phrase_word_begin(struct span word);
enum phrase_edge phrase_word_end(struct span word);

/* Whether the word may go on behind its text. */
static inline bool phrase_word_is_open(const struct phrase_word *word)
{
	return word->prefix || word->suffixes;
}

/* Whether the element may be left out. */
static inline bool phrase_is_optional(const struct phrase_element *e)
{
	return e->kind == PHRASE_GAP || (e->kind == PHRASE_CHOICE && e->optional);
}

/*
 * Splits an entry of a list (words separated by white space, a final * for a prefix, a * before a
 * word for glued ones) into sequence->first, its words with their `forms` (NULL: none). `offset` is
 * where errors of it stand. OK, ERR_INVALID or ERR_NOMEM.
 */
int phrase_parse_entry(struct arena *arena, struct span entry, const struct form_set *forms,
	size_t offset, struct phrase_sequence *sequence, struct pattern_error *error);

/* Appends the PCRE2 pattern of an element that stands alone (words patterns). */
void phrase_print_choice(const struct phrase_sequence *choices, struct buf *out);

/* Fills *error; returns ERR_INVALID. */
int pattern_fail(struct pattern_error *error, size_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
