/* The disguised view; private to text/. */
#pragma once

#include "text/text.h"

/*
 * Fills text->disguised and text->decoded from text->folded, when the text hides a word of the
 * lexicon. OK or ERR_NOMEM.
 */
int disguise_find(struct text *text, const struct lexicon *lexicon);
