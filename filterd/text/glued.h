/* Words that may be glued to others, found in plain text; private to text/. */
#pragma once

#include "text/trie.h"

/*
 * The offset of the first byte at or after `at` where a word that may be glued begins right behind
 * a letter, digit or `_`, or folded.len. `folded` must come from fold(), which puts FOLD_PADDING
 * after it. Costs about a tenth of folding where nothing is found.
 */
size_t glued_next(const struct lexicon *lexicon, struct span folded, size_t at);
