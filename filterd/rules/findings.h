/* What is found in a text by counting rather than by patterns; made once per comment and field. */
#pragma once

#include "rules/condition.h"
#include "rules/scan_contacts.h"
#include "rules/scan_hidden.h"
#include "rules/scan_repetition.h"
#include "text/chars.h"

/* Numbers about a text. */
struct counts {
	size_t characters; /* visible ones; white space between them counts once */
	size_t letters;
	size_t cased; /* letters of scripts that have capitals */
	size_t capitals;
	size_t emoji; /* a joined sequence, a flag or a skin tone counts with its emoji as one */
	size_t letters_digits;
	size_t of_script[SCRIPT_COUNT]; /* letters */
};

struct findings {
	unsigned made; /* which parts are there (private) */
	struct links links;
	struct range *link_places; /* of each link, in the original */
	struct contacts contacts;
	struct range *contact_places; /* of each contact, in the original */
	struct hiddens hidden;
	struct repetitions repetitions; /* ranges of the original, other than scan_repetition()'s */
	struct counts counts;
	size_t shared_words; /* different words of at least SHARED_WORD_MIN that the article has */
};

#define SHARED_WORD_MIN 4 /* [characters] shorter words (the, and, in) are shared by any texts */
#define SHARED_WORDS_MAX 1024 /* further different words of the comment are not looked at */

/*
 * The findings of a field with the part asked for. NULL when the text could not be had: the test
 * returns unknown.
 */
const struct findings *findings_links(struct scene *scene, enum field field);
const struct findings *findings_contacts(struct scene *scene, enum field field);
const struct findings *findings_hidden(struct scene *scene, enum field field);
const struct findings *findings_repetition(struct scene *scene, enum field field);
const struct findings *findings_counts(struct scene *scene, enum field field);
const struct findings *findings_shared_words(struct scene *scene, enum field field);

/* Whether c shows nothing and takes no room: hidden, a control, or a blank of Braille. */
bool findings_invisible(uint32_t c);
