/*
 * Phrases without PCRE2: a phrase compiled to a graph that is walked over the runs of a text. The
 * same answer as the regex that phrase_regex.c prints for it, the place and the entry included (a
 * differential test and a fuzz target hold it to that), at a fraction of the cost: a list of a
 * thousand words takes one look-up. Private to match/.
 */
#pragma once

#include "match/phrase_tree.h"
#include "match/runs.h"

struct program;

/*
 * Compiles a phrase into the arena, in which the phrase must live as long. *out is NULL for a
 * phrase that may begin with something else than an ordinary letter or digit: PCRE2 has to run it.
 * OK or ERR_NOMEM.
 */
int program_make(struct arena *arena, const struct phrase *phrase, const struct program **out);

enum program_result {
	PROGRAM_NONE,
	PROGRAM_FOUND,
	PROGRAM_LIMIT, /* too many ways to try: nothing is known */
};

struct program_match {
	struct range range; /* [bytes] of the text */
	uint32_t entry; /* of a list, the last on the way, or PHRASE_NO_ENTRY */
};

/*
 * Finds the first match that begins at byte `from` or after it. Bounded: at most PROGRAM_STEPS_MAX
 * steps, of which passing over much text takes several.
 */
#define PROGRAM_STEPS_MAX 50000
enum program_result program_find(const struct program *program, const struct runs *runs,
	size_t from, struct program_match *out);
