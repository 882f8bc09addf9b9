/* Builds the tree of words that disguises may hide: see lexicon.h and trie.h. */
#include "text/lexicon.h"

#include <stdlib.h>

#include "text/tables.h"
#include "text/trie.h"
#include "text/utf8.h"

#define SHORTEST 3 /* letters */
#define GLUED (UINT32_C(1) << 31) /* of an entry: it belongs into the tree of glued words, too */
#define INSIDE (UINT32_C(1) << 30) /* and goes on at will there */

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
	uint32_t rank;
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
		struct entry *last = &entries[kept];

		if (!span_eq(entries[i].word, last->word)) {
			entries[++kept] = entries[i];
			continue;
		}
		last->ends |= entries[i].ends;
		last->rank = entries[i].rank > last->rank ? entries[i].rank : last->rank;
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

	if (low < mine.high && entries[low].word.len == mine.depth) {
		node->rank = entries[low].rank;
		node->ends = entries[low++].ends;
	}
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
	/* Children stand behind their parents. */
	for (uint32_t n = b->count; n-- > root;) {
		struct trie_node *node = &b->lexicon->nodes[n];

		node->best = node->rank;
		for (uint32_t c = node->first; c < node->first + node->count; c++)
			if (b->lexicon->nodes[c].best > node->best)
				node->best = b->lexicon->nodes[c].best;
	}
	return root;
}

static size_t count_bytes(const struct entry *entries, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += entries[i].word.len;
	return bytes;
}

/* The words among the first `count` entries that are looked for within others, for a tree of them.
 */
static size_t copy_glued(struct entry *out, const struct entry *words, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!(words[i].ends & GLUED) || words[i].word.len < NIBBLE_BYTES)
			continue;
		out[kept] = words[i];
		out[kept++].ends = TRIE_WORD | (words[i].ends & INSIDE ? TRIE_OPEN : 0u);
	}
	return kept;
}

/* Where in a text one of these words may begin. They are sorted, so that those of a bucket agree.
 */
static void note_glued(struct lexicon *lexicon, const struct entry *glued, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *bytes = glued[i].word.ptr;
		unsigned head = glued_head(bytes);

		nibbles_note(&lexicon->nibbles, bytes, glued[i].word.len,
			(unsigned)(i * NIBBLE_BUCKETS / count));
		lexicon->heads[head / 64] |= UINT64_C(1) << head % 64;
	}
	lexicon->glued_count = count;
	lexicon->by_lanes = nibbles_usable();
}

/*
 * Fills the lexicon from entries that are not sorted yet. Behind the words there is room for all of
 * them again.
 */
static int build(struct lexicon *lexicon, struct arena *arena, struct entry *words, size_t count,
	struct entry *endings, size_t endings_count)
{
	struct entry *glued;
	struct builder b = {.lexicon = lexicon};
	size_t nodes, glued_count;

	count = sort_entries(words, count);
	endings_count = sort_entries(endings, endings_count);
	glued = words + count;
	glued_count = copy_glued(glued, words, count);
	note_glued(lexicon, glued, glued_count);
	for (size_t i = 0; i < count; i++)
		lexicon->words += (words[i].ends & TRIE_WORD) != 0;
	nodes = 3 + count_bytes(words, count) + count_bytes(glued, glued_count) +
		count_bytes(endings, endings_count);
	if (nodes >= TRIE_NONE)
		return ERR_NOMEM;
	lexicon->nodes = arena_alloc(arena, nodes * sizeof(*lexicon->nodes));
	b.pending = malloc(nodes * sizeof(*b.pending));
	if (!lexicon->nodes || !b.pending) {
		free(b.pending);
		return ERR_NOMEM;
	}
	lexicon->root = add_tree(&b, words, count);
	lexicon->glued = add_tree(&b, glued, glued_count);
	lexicon->suffixes = add_tree(&b, endings, endings_count);
	free(b.pending);
	return OK;
}

static struct entry entry_of(const struct lexicon_word *word)
{
	struct entry entry = {.word = word->text, .ends = TRIE_WORD, .rank = word->weight};

	if (entry.rank >= TRIE_RANK_ALONE)
		entry.rank = TRIE_RANK_ALONE - 1;
	if (word->flags & LEXICON_ALONE) {
		entry.ends |= TRIE_ALONE;
		entry.rank |= TRIE_RANK_ALONE;
	}
	entry.ends |= word->flags & LEXICON_OPEN ? TRIE_OPEN : 0u;
	entry.ends |= word->flags & LEXICON_GLUED ? GLUED : 0u;
	entry.ends |= word->flags & LEXICON_INSIDE ? GLUED | INSIDE : 0u;
	return entry;
}

/*
 * Entries (to be freed) of those words that are long enough, and of the fillers, with room for all
 * of them again. NULL when out of memory.
 */
static struct entry *collect_words(const struct lexicon_word *words, size_t *count)
{
	struct entry *entries = NULL;
	size_t kept = 0;

	if (*count < SIZE_MAX / 2 / sizeof(*entries) - ARRAY_LEN(fillers))
		entries = malloc(2 * (*count + ARRAY_LEN(fillers)) * sizeof(*entries));
	if (!entries)
		return NULL;
	for (size_t i = 0; i < *count; i++)
		if (is_hideable(words[i].text, SHORTEST))
			entries[kept++] = entry_of(&words[i]);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		entries[kept++] = (struct entry){span_of(fillers[i]), TRIE_FILLER, 0};
	*count = kept;
	return entries;
}

/* Entries (to be freed) of these endings and of those that every lexicon has, or NULL. */
static struct entry *collect_endings(const struct span *endings, size_t *count)
{
	struct entry *entries = NULL;
	size_t kept = 0;

	if (*count < SIZE_MAX / sizeof(*entries) - ARRAY_LEN(suffixes))
		entries = malloc((*count + ARRAY_LEN(suffixes)) * sizeof(*entries));
	if (!entries)
		return NULL;
	for (size_t i = 0; i < *count; i++)
		if (is_hideable(endings[i], 1))
			entries[kept++] = (struct entry){endings[i], TRIE_SUFFIX, 0};
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		entries[kept++] = (struct entry){span_of(suffixes[i]), TRIE_SUFFIX, 0};
	*count = kept;
	return entries;
}

struct lexicon *lexicon_new_with(struct arena *arena, const struct lexicon_word *words,
	size_t count, const struct span *endings, size_t endings_count)
{
	struct lexicon *lexicon = arena_zalloc(arena, 1, sizeof(*lexicon));
	struct entry *all = collect_words(words, &count);
	struct entry *ends = collect_endings(endings, &endings_count);
	int rc = lexicon && all && ends ? build(lexicon, arena, all, count, ends, endings_count)
					: ERR_NOMEM;

	free(all);
	free(ends);
	return rc == OK ? lexicon : NULL;
}

struct lexicon *lexicon_new(struct arena *arena, const struct lexicon_word *words, size_t count)
{
	return lexicon_new_with(arena, words, count, NULL, 0);
}

size_t lexicon_count(const struct lexicon *lexicon)
{
	return lexicon->words;
}
