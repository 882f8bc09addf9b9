/* Which language a text is in: told by the CMS, seen by its script, or guessed. */
#pragma once

#include "text/text.h"

#define LANGUAGE_SIZE 9 /* longest tag we keep ("zh-hant", "ckb") and NUL */

enum language_source {
	LANGUAGE_UNKNOWN,
	LANGUAGE_TOLD, /* the CMS named it */
	LANGUAGE_SCRIPT, /* the script leaves one of ours (Hebrew: he) or special letters do (ڕ ڵ ێ:
			    ckb) */
	LANGUAGE_GUESSED, /* frequent words, letters and affixes */
};

struct language {
	char tag[LANGUAGE_SIZE]; /* BCP 47 primary tag, lower case ("en", "ckb"); "" when unknown */
	enum language_source source;
	double confidence; /* 0 to 1; 1 when told; of the best guess also when the tag is "" */
	unsigned scripts; /* bit (1 << enum script) for each script with a share >= 10 % */
	unsigned own_script; /* the bit of the script in which `tag` is written; 0: no tag */
	unsigned also; /* further languages that parts of it are in: language_bit() of each */
	bool doubted; /* it was told, but the text reads as another language and not as this one */
};

/*
 * The tag of the i-th further language that a part of the text is in, by words and letters that are
 * no other language's; NULL behind the last.
 */
const char *language_also(const struct language *language, size_t i);
/* The bit of the tag's language in `also`; 0: it is none that is told by words and letters. */
unsigned language_bit(struct span tag);
/* The script in which a language is written: Latin, unless we know better. */
enum script language_script(struct span tag);

struct language_guesser; /* an index of frequent words; immutable, shared by all threads */

/* NULL when there is no memory. */
struct language_guesser *language_guesser_new(void);
void language_guesser_free(struct language_guesser *guesser);

/*
 * Finds the language of `text`. `told` is the CMS's `lang` ("" if none): of a well-formed tag the
 * language is kept ("en-GB" is "en", "eng" as well; "zh-Hant" stays), "ku" becomes ckb or kmr by
 * the text's script; "und" and what is no tag count as none. `guesser` may be NULL: guesses then
 * rest on scripts and letters alone.
 *
 * Deterministic, and bounded: at most the first 2 KiB are looked at. Where the evidence is weak,
 * as in texts of a few words or of several languages, the confidence is below 0.5 and the tag "";
 * so Kurdish is not called Arabic, Persian or Turkish, nor they Kurdish, for one word or name.
 *
 * What is told is what the page is in; readers write as they like. So the text is looked at all the
 * same: languages that show themselves in it are given besides (`also`), in mixed texts as well.
 */
void language_find(const struct language_guesser *guesser, const struct text *text,
	struct span told, struct language *out);
