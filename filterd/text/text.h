/* One text of a comment with everything that conditions look at, prepared once and lazily. */
#pragma once

#include "text/lexicon.h"
#include "text/view.h"

struct text {
	struct span original; /* valid UTF-8; not owned */
	struct view folded; /* always there after text_prepare() */
	struct view disguised; /* text.ptr is NULL when nothing is disguised */
	struct range *decoded; /* ranges of `disguised` that stand for a disguised word; sorted */
	size_t decoded_count;
	struct range *quotes; /* ranges of the original that quote somebody; sorted, disjoint */
	size_t quotes_count;
	struct arena *arena; /* where the above lives */
	bool quotes_found; /* text_find_quotes() was here */
};

/*
 * Prepares the folded and, with a lexicon (may be NULL), the disguised view. `original` must be
 * valid UTF-8 and outlive *out. OK, ERR_NOMEM or ERR_LIMIT (see fold.h).
 */
int text_prepare(
	struct text *out, struct arena *arena, struct span original, const struct lexicon *lexicon);

/*
 * Finds the quoted passages, once: between straight or curly double quotes, guillemets or German
 * quotes on one paragraph, lines that begin with `>`, and [quote]…[/quote]. Single quotes quote
 * only when they are no apostrophes. A quote that its paragraph does not close quotes nothing. The
 * ranges hold the marks, too. OK or ERR_NOMEM.
 */
int text_find_quotes(struct text *text);

/* Whether all of the range (of the original) lies in a quoted passage. Needs text_find_quotes(). */
bool text_is_quoted(const struct text *text, struct range range);
