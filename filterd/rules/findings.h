/* What is found in a text by counting rather than by patterns; made once per comment and field. */
#pragma once

#include "rules/condition.h"
#include "rules/scan_contacts.h"
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
	struct contacts contacts;
	struct counts counts;
};

/*
 * The findings of a field with the part asked for. NULL when the text could not be had: the test
 * returns unknown.
 */
const struct findings *findings_links(struct scene *scene, enum field field);
const struct findings *findings_contacts(struct scene *scene, enum field field);
const struct findings *findings_counts(struct scene *scene, enum field field);

/* Whether c shows nothing and takes no room: hidden, a control, or a blank of Braille. */
bool findings_invisible(uint32_t c);

/* Adds a place of the folded text to the evidence, as a place of the original. */
void findings_evidence(struct scene *scene, enum field field, struct range in_folded,
	struct span entry, struct evidence *evidence);

/* Whether a place of the folded text counts for the rule being tested (see scene->counts). */
bool findings_counts_here(struct scene *scene, enum field field, struct range in_folded);
