/* Which language a text is in: told by the CMS, seen by its script, or guessed. */
#pragma once

#include "text/text.h"

#define LANGUAGE_SIZE 9 /* longest tag we keep ("zh-Hant", "ckb") and NUL */

enum language_source {
	LANGUAGE_UNKNOWN,
	LANGUAGE_TOLD, /* the CMS named it */
	LANGUAGE_SCRIPT, /* the script leaves one of ours (Hebrew: he) or special letters do (ڕ ڵ ێ:
			    ckb) */
	LANGUAGE_GUESSED, /* n-grams (libexttextcat) and frequent words */
};

struct language {
	char tag[LANGUAGE_SIZE]; /* BCP 47 primary tag, lower case ("en", "ckb"); "" when unknown */
	enum language_source source;
	double confidence; /* 0 to 1; 1 when told */
	unsigned scripts; /* bit (1 << enum script) for each script with a share >= 10 % */
};

struct language_guesser; /* the n-gram fingerprints; immutable, shared by all threads */

/*
 * Opens the fingerprints (our own for kmr, libexttextcat's for the rest). NULL when they are not
 * installed: guesses then rest on scripts, letters and frequent words alone.
 */
struct language_guesser *language_guesser_new(void);
void language_guesser_free(struct language_guesser *guesser);

/*
 * Finds the language of `text`. `told` is the CMS's `lang` ("" if none); "en-GB" is kept as "en",
 * "ku" becomes ckb or kmr by script, "und" counts as none. Deterministic, and bounded: at most the
 * first 2 KiB of folded text are looked at. Kurdish is never called Arabic, Persian or Turkish on
 * weak evidence: below a confidence of 0.5 the tag is "".
 */
void language_find(const struct language_guesser *guesser, const struct text *text,
	struct span told, struct language *out);
