/* Builds the tree of words that disguises may hide: see lexicon.h and trie.h. */
#include "text/lexicon.h"

#include <stdlib.h>

#include "text/tables.h"
#include "text/trie.h"
#include "text/utf8.h"

#define SHORTEST 3 /* letters */

/* Small words that people spell out together with a bad one: "f u c k y o u". */
static const char *const fillers[] = {
	"a",
	"all",
	"am",
	"an",
	"and",
	"are",
	"be",
	"he",
	"her",
	"him",
	"i",
	"in",
	"is",
	"it",
	"me",
	"my",
	"no",
	"of",
	"on",
	"r",
	"she",
	"so",
	"that",
	"the",
	"them",
	"they",
	"this",
	"to",
	"u",
	"ur",
	"we",
	"will",
	"ya",
	"you",
	"your",
};

/* Endings that a disguised word may have beyond the lexicon's form: "b1tches", "k1lling". */
static const char *const suffixes[] = {
	"a",
	"as",
	"az",
	"d",
	"ed",
	"er",
	"ers",
	"es",
	"est",
	"ez",
	"in",
	"ing",
	"ings",
	"r",
	"rs",
	"s",
	"y",
	"z",
};

struct entry {
	struct span word;
	uint32_t ends;
};

/* A node that waits for its children: those of entries [low, high), which agree up to `depth`. */
struct pending {
	size_t low, high;
	size_t depth; /* [bytes] */
};

struct builder {
	struct lexicon *lexicon;
	struct pending *pending; /* one for each node, by its index */
	uint32_t count;
};

static int by_word(const void *a, const void *b)
{
	return span_cmp(((const struct entry *)a)->word, ((const struct entry *)b)->word);
}

/* Whether it is made of letters and their marks alone, and of so many of them at least. */
static bool is_hideable(struct span word, size_t shortest)
{
	size_t letters = 0;

	for (size_t at = 0; at < word.len;) {
		unsigned flags = char_lookup(utf8_next(word, &at)).flags;

		if (!(flags & (CHAR_LETTER | CHAR_MARK)))
			return false;
		letters += (flags & CHAR_LETTER) != 0;
	}
	return letters >= shortest;
}

/* Sorts the entries and joins those with the same word; returns how many are left. */
static size_t sort_entries(struct entry *entries, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(entries, count, sizeof(*entries), by_word);
	for (size_t i = 1; i < count; i++) {
		if (span_eq(entries[i].word, entries[kept].word))
			entries[kept].ends |= entries[i].ends;
		else
			entries[++kept] = entries[i];
	}
	return kept + 1;
}

static uint32_t add_node(struct builder *b, uint32_t letter, struct pending pending)
{
	b->lexicon->nodes[b->count] = (struct trie_node){.letter = letter};
	b->pending[b->count] = pending;
	return b->count++;
}

/* Adds the children of node n, one for each different next letter of its entries. */
static void add_children(struct builder *b, uint32_t n, const struct entry *entries)
{
	struct pending mine = b->pending[n];
	struct trie_node *node = &b->lexicon->nodes[n];
	size_t low = mine.low;

	if (low < mine.high && entries[low].word.len == mine.depth)
		node->ends = entries[low++].ends;
	node->first = b->count;
	while (low < mine.high) {
		size_t depth = mine.depth, high = low + 1;
		uint32_t letter = utf8_next(entries[low].word, &depth);

		for (; high < mine.high; high++) {
			size_t at = mine.depth;

			if (utf8_next(entries[high].word, &at) != letter)
				break;
		}
		add_node(b, letter, (struct pending){low, high, depth});
		low = high;
	}
	node->count = b->count - node->first;
}

/* Adds a tree of the sorted entries, breadth first; returns its root. */
static uint32_t add_tree(struct builder *b, const struct entry *entries, size_t count)
{
	uint32_t root = add_node(b, 0, (struct pending){0, count, 0});

	for (uint32_t n = root; n < b->count; n++)
		add_children(b, n, entries);
	return root;
}

static size_t count_bytes(const struct entry *entries, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += entries[i].word.len;
	return bytes;
}

/* Fills the lexicon from entries that are not sorted yet. */
static int build(struct lexicon *lexicon, struct arena *arena, struct entry *words, size_t count,
	struct entry *endings, size_t endings_count)
{
	struct builder b = {.lexicon = lexicon};
	size_t nodes;

	count = sort_entries(words, count);
	endings_count = sort_entries(endings, endings_count);
	for (size_t i = 0; i < count; i++)
		lexicon->words += (words[i].ends & TRIE_WORD) != 0;
	nodes = 2 + count_bytes(words, count) + count_bytes(endings, endings_count);
	if (nodes >= TRIE_NONE)
		return ERR_NOMEM;
	lexicon->nodes = arena_alloc(arena, nodes * sizeof(*lexicon->nodes));
	b.pending = malloc(nodes * sizeof(*b.pending));
	if (!lexicon->nodes || !b.pending) {
		free(b.pending);
		return ERR_NOMEM;
	}
	lexicon->root = add_tree(&b, words, count);
	lexicon->suffixes = add_tree(&b, endings, endings_count);
	free(b.pending);
	return OK;
}

/*
 * Entries (to be freed) of those words that have so many letters, and of the texts that every
 * lexicon has. NULL when out of memory.
 */
static struct entry *collect(const struct span *words, size_t *count, size_t shortest,
	uint32_t ends, const char *const *built_in, size_t built_in_count, uint32_t built_in_ends)
{
	struct entry *entries = NULL;
	size_t kept = 0;

	if (*count < SIZE_MAX / sizeof(*entries) - built_in_count)
		entries = malloc((*count + built_in_count) * sizeof(*entries));
	if (!entries)
		return NULL;
	for (size_t i = 0; i < *count; i++)
		if (is_hideable(words[i], shortest))
			entries[kept++] = (struct entry){words[i], ends};
	for (size_t i = 0; i < built_in_count; i++)
		entries[kept++] = (struct entry){span_of(built_in[i]), built_in_ends};
	*count = kept;
	return entries;
}

struct lexicon *lexicon_new_with(struct arena *arena, const struct span *words, size_t count,
	const struct span *endings, size_t endings_count)
{
	struct lexicon *lexicon = arena_zalloc(arena, 1, sizeof(*lexicon));
	struct entry *all = collect(
		words, &count, SHORTEST, TRIE_WORD, fillers, ARRAY_LEN(fillers), TRIE_FILLER);
	struct entry *ends = collect(endings, &endings_count, 1, TRIE_SUFFIX, suffixes,
		ARRAY_LEN(suffixes), TRIE_SUFFIX);
	int rc = lexicon && all && ends ? build(lexicon, arena, all, count, ends, endings_count)
					: ERR_NOMEM;

	free(all);
	free(ends);
	return rc == OK ? lexicon : NULL;
}

struct lexicon *lexicon_new(struct arena *arena, const struct span *words, size_t count)
{
	return lexicon_new_with(arena, words, count, NULL, 0);
}

size_t lexicon_count(const struct lexicon *lexicon)
{
	return lexicon->words;
}
