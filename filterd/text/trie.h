/* The tree of a lexicon's words, which disguised words are read along; private to text/. */
#pragma once

#include "text/lexicon.h"
#include "text/nibbles.h"

enum trie_end {
	TRIE_WORD = 1 << 0, /* a word of the lexicon ends here */
	TRIE_FILLER = 1 << 1, /* a common small word, which may stand between spelt-out words */
	TRIE_SUFFIX = 1 << 2, /* an ending that a disguised word may have */
	TRIE_ALONE = 1 << 3, /* the word was asked for by itself */
	TRIE_OPEN = 1 << 4, /* it may go on behind */
};

struct trie_node {
	uint32_t letter; /* code point that leads here */
	uint32_t first; /* its children: nodes[first .. first + count), by letter */
	uint32_t count;
	uint32_t ends; /* enum trie_end bits */
	uint32_t rank; /* of the word that ends here: greater ones are rather read */
	uint32_t best; /* the greatest rank here and below */
};

#define GLUED_HEADS 1024 /* bits */

/* The bit that stands for the first NIBBLE_BYTES at p, as a number. */
static inline unsigned glued_head(const char *p)
{
	uint32_t key;

	memcpy(&key, p, sizeof(key));
	return key * UINT32_C(0x9E3779B1) >> 22;
}
_Static_assert(NIBBLE_BYTES == sizeof(uint32_t) && GLUED_HEADS == 1 << (32 - 22), "of one number");

struct lexicon {
	struct trie_node *nodes; /* in the arena */
	uint32_t root; /* words and fillers */
	uint32_t suffixes; /* endings */
	uint32_t glued; /* words that are looked for within others */
	size_t words;
	size_t glued_count;
	struct nibbles nibbles; /* of their first bytes */
	uint64_t heads[GLUED_HEADS / 64]; /* glued_head() of each: which first bytes there are */
	bool by_lanes; /* the processor can look at sixteen places at a time */
};

#define TRIE_RANK_ALONE 0x8000 /* words that are asked for by themselves rank above all others */
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
