/* The tree of a lexicon's words, which disguised words are read along; private to text/. */
#pragma once

#include "text/lexicon.h"

enum trie_end {
	TRIE_WORD = 1 << 0, /* a word of the lexicon ends here */
	TRIE_FILLER = 1 << 1, /* a common small word, which may stand between spelt-out words */
	TRIE_SUFFIX = 1 << 2, /* an ending that a disguised word may have */
};

struct trie_node {
	uint32_t letter; /* code point that leads here */
	uint32_t first; /* its children: nodes[first .. first + count), by letter */
	uint32_t count;
	uint32_t ends; /* enum trie_end bits */
};

struct lexicon {
	struct trie_node *nodes; /* in the arena */
	uint32_t root; /* words and fillers */
	uint32_t suffixes; /* endings */
	size_t words;
};

#define TRIE_NONE UINT32_MAX

/* The child of `node` under `letter`, or TRIE_NONE. */
static inline uint32_t trie_child(const struct lexicon *lexicon, uint32_t node, uint32_t letter)
{
	const struct trie_node *n = &lexicon->nodes[node];
	uint32_t low = n->first, high = n->first + n->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (lexicon->nodes[middle].letter < letter)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n->first + n->count && lexicon->nodes[low].letter == letter ? low : TRIE_NONE;
}
