/* A quick look for the places of a folded text where a word may be disguised; private to text/. */
#pragma once

#include "base/span.h"

/*
 * The offset of the first byte at or after `at` that may belong to a disguised word, or folded.len.
 * `folded` must come from fold(), which puts FOLD_PADDING after it.
 * `foreign`: whole words in letters that are neither Latin nor Arabic are evidence, too.
 * Never misses one, and finds nothing in most ordinary text: this is what makes disguises free for
 * comments without any.
 */
size_t evidence_next(struct span folded, size_t at, bool foreign);
