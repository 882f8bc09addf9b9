/*
 * Compiles phrases to graphs and walks them: see program.h.
 *
 * A node is one thing to match and knows the node that follows; the alternatives of a choice lead
 * back to the node behind it. Walking is backtracking in the order in which PCRE2 tries things:
 * alternatives as written, what is optional first with and then without, gaps as short as can be.
 *
 * What makes it fast is a choice's table of keys: the first runs of all words with which its
 * alternatives can begin. The hash of the run at hand gives the few alternatives that are worth a
 * try.
 */
#include "match/program.h"

#include <stdlib.h>

#include "match/compare.h"
#include "text/chars.h"
#include "text/utf8.h"

enum node_kind {
	NODE_WORD,
	NODE_GAP,
	NODE_CHOICE,
	NODE_ENTRY, /* the end of a list's entry */
	NODE_END,
};

struct node {
	enum node_kind kind;
	uint32_t number; /* of NODE_GAP: [words] at most; of NODE_ENTRY: the entry */
	bool keyed; /* of NODE_WORD: `hash` is that of the run it begins with */
	uint32_t hash;
	const struct phrase_word *word; /* of NODE_WORD */
	const struct choice *choice; /* of NODE_CHOICE */
	const struct node *next; /* NULL only of NODE_END */
};

/* With this run at hand, that alternative may begin. */
struct key {
	uint32_t hash; /* of the run */
	uint32_t alternative;
};

struct choice {
	const struct node **alternatives; /* in order of precedence */
	uint32_t count;
	bool optional; /* and then none of them */
	const struct key *keys; /* by bucket, then by alternative */
	const uint32_t *buckets; /* buckets[h & mask] to [(h & mask) + 1]: its keys */
	uint32_t mask;
	const uint32_t *others; /* ascending: alternatives that begin with what has no key */
	uint32_t others_count;
};

struct program {
	const struct node *first;
	uint64_t starts; /* run_bit() of each run that a match may begin with */
};

/* --- keys ------------------------------------------------------------------------------------- */

/* The first runs that a sequence can begin with. */
struct keys {
	struct key *items; /* NULL: only count them */
	size_t count;
	uint32_t alternative; /* whose they are */
};

static void add_key(struct keys *keys, struct span run)
{
	if (keys->items)
		keys->items[keys->count] = (struct key){run_hash(run), keys->alternative};
	keys->count++;
}

/* Adds the key of a word; false if it has none: it begins with a sign, or goes on at will. */
static bool word_key(const struct phrase_word *word, struct keys *keys)
{
	size_t len = run_length(word->text);

	if (phrase_word_begin(word->text) != PHRASE_PLAIN ||
		(word->prefix && len == word->text.len))
		return false;
	add_key(keys, span_sub(word->text, 0, len));
	return true;
}

/*
 * Adds the keys of what begins at `e`; false if it can begin with something that has none. Recurses
 * as deep as groups nest.
 */
static bool keys_of(const struct phrase_element *e, struct keys *keys)
{
	for (; e; e = e->next) {
		if (e->kind == PHRASE_WORD)
			return word_key(&e->word, keys);
		if (e->kind == PHRASE_GAP)
			return false;
		for (const struct phrase_sequence *s = e->choices; s; s = s->next)
			if (!keys_of(s->first, keys))
				return false;
		if (!e->optional)
			return true;
	}
	return false;
}

/* --- compiling -------------------------------------------------------------------------------- */

static const struct node *compile_sequence(
	struct arena *arena, const struct phrase_sequence *s, const struct node *next);

static struct node *new_node(struct arena *arena, enum node_kind kind, const struct node *next)
{
	struct node *node = arena_zalloc(arena, 1, sizeof(*node));

	if (node) {
		node->kind = kind;
		node->next = next;
	}
	return node;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->alternative != y->alternative)
		return x->alternative < y->alternative ? -1 : 1;
	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Brings them into the alternatives' order, each once. */
static void sort_keys(struct keys *keys)
{
	size_t kept = 0;

	qsort(keys->items, keys->count, sizeof(*keys->items), compare_keys);
	for (size_t i = 0; i < keys->count; i++)
		if (kept == 0 || compare_keys(&keys->items[kept - 1], &keys->items[i]) != 0)
			keys->items[kept++] = keys->items[i];
	keys->count = kept;
}

/* Puts the keys, which are in the alternatives' order, into buckets. */
static bool fill_buckets(struct arena *arena, struct choice *choice, const struct keys *keys)
{
	uint32_t size = 1, *buckets;
	struct key *sorted;

	while (size < keys->count)
		size *= 2;
	choice->mask = size - 1;
	buckets = arena_zalloc(arena, (size_t)size + 1, sizeof(*buckets));
	sorted = arena_alloc(arena, keys->count * sizeof(*sorted));
	if (!buckets || !sorted)
		return false;
	for (size_t i = 0; i < keys->count; i++)
		buckets[(keys->items[i].hash & choice->mask) + 1]++;
	for (uint32_t b = 0; b < size; b++)
		buckets[b + 1] += buckets[b];
	/* From the back, so that each bucket keeps the alternatives' order and its own beginning.
	 */
	for (size_t i = keys->count; i-- > 0;)
		sorted[--buckets[(keys->items[i].hash & choice->mask) + 1]] = keys->items[i];
	for (uint32_t b = 0; b < size; b++)
		buckets[b] = buckets[b + 1];
	buckets[size] = (uint32_t)keys->count;
	choice->keys = sorted;
	choice->buckets = buckets;
	return true;
}

static bool make_keys(struct arena *arena, const struct phrase_element *e, struct choice *choice)
{
	struct keys keys = {0};
	uint32_t *others = arena_alloc(arena, choice->count * sizeof(*others));
	bool ok;

	if (!others)
		return false;
	for (const struct phrase_sequence *s = e->choices; s; s = s->next)
		keys_of(s->first, &keys);
	keys.items = malloc((keys.count ? keys.count : 1) * sizeof(*keys.items));
	if (!keys.items)
		return false;
	keys.count = 0;
	for (const struct phrase_sequence *s = e->choices; s; s = s->next) {
		size_t before = keys.count;

		if (!keys_of(s->first, &keys)) {
			keys.count = before;
			others[choice->others_count++] = keys.alternative;
		}
		keys.alternative++;
	}
	choice->others = others;
	sort_keys(&keys);
	ok = fill_buckets(arena, choice, &keys);
	free(keys.items);
	return ok;
}

static const struct node *compile_choice(
	struct arena *arena, const struct phrase_element *e, const struct node *next)
{
	struct node *node = new_node(arena, NODE_CHOICE, next);
	struct choice *choice = arena_zalloc(arena, 1, sizeof(*choice));
	uint32_t count = 0;

	if (!node || !choice)
		return NULL;
	for (const struct phrase_sequence *s = e->choices; s; s = s->next)
		count++;
	choice->alternatives = arena_alloc(arena, count * sizeof(*choice->alternatives));
	choice->optional = e->optional;
	node->choice = choice;
	if (!choice->alternatives)
		return NULL;
	for (const struct phrase_sequence *s = e->choices; s; s = s->next) {
		const struct node *first = compile_sequence(arena, s, next);

		if (!first)
			return NULL;
		choice->alternatives[choice->count++] = first;
	}
	return make_keys(arena, e, choice) ? node : NULL;
}

static const struct node *compile_element(
	struct arena *arena, const struct phrase_element *e, const struct node *next)
{
	struct node *node;

	if (e->kind == PHRASE_CHOICE)
		return compile_choice(arena, e, next);
	node = new_node(arena, e->kind == PHRASE_WORD ? NODE_WORD : NODE_GAP, next);
	if (node && e->kind == PHRASE_WORD) {
		struct keys key = {.items = &(struct key){0}};

		node->word = &e->word;
		node->keyed = word_key(&e->word, &key);
		node->hash = key.items->hash;
	} else if (node) {
		node->number = e->gap;
	}
	return node;
}

/* Compiles from the last element to the first, as each node must know what follows it. */
static const struct node *compile_sequence(
	struct arena *arena, const struct phrase_sequence *s, const struct node *next)
{
	const struct phrase_element **elements;
	size_t count = 0;

	for (const struct phrase_element *e = s->first; e; e = e->next)
		count++;
	elements = arena_alloc(arena, count * sizeof(*elements));
	if (!elements)
		return NULL;
	count = 0;
	for (const struct phrase_element *e = s->first; e; e = e->next)
		elements[count++] = e;
	if (s->entry != PHRASE_NO_ENTRY) {
		struct node *node = new_node(arena, NODE_ENTRY, next);

		if (!node)
			return NULL;
		node->number = s->entry;
		next = node;
	}
	while (count > 0 && next)
		next = compile_element(arena, elements[--count], next);
	return next;
}

/* Whether every word that `e` can begin with begins with an ordinary letter or digit. */
static bool begins_plainly(const struct phrase_element *e)
{
	for (; e; e = e->next) {
		if (e->kind == PHRASE_WORD)
			return phrase_word_begin(e->word.text) == PHRASE_PLAIN;
		for (const struct phrase_sequence *s = e->choices; s; s = s->next)
			if (!begins_plainly(s->first))
				return false;
		if (!phrase_is_optional(e))
			return true;
	}
	return true;
}

/* The bit that stands for a run, and for one of 64 others: one load tells most away. */
static uint64_t run_bit(uint32_t hash)
{
	return UINT64_C(1) << (hash >> 26);
}

static uint64_t starts_of(const struct node *first)
{
	const struct choice *choice = first->choice;
	uint64_t starts = 0;

	if (first->kind == NODE_WORD)
		return first->keyed ? run_bit(first->hash) : UINT64_MAX;
	if (first->kind != NODE_CHOICE || choice->optional || choice->others_count > 0)
		return UINT64_MAX;
	for (uint32_t i = 0; i < choice->buckets[choice->mask + 1]; i++)
		starts |= run_bit(choice->keys[i].hash);
	return starts;
}

int program_make(struct arena *arena, const struct phrase *phrase, const struct program **out)
{
	struct program *program;
	struct node *end;

	*out = NULL;
	if (!begins_plainly(phrase->sequence.first))
		return OK;
	program = arena_zalloc(arena, 1, sizeof(*program));
	end = new_node(arena, NODE_END, NULL);
	if (!program || !end)
		return ERR_NOMEM;
	program->first = compile_sequence(arena, &phrase->sequence, end);
	if (!program->first)
		return ERR_NOMEM;
	program->starts = starts_of(program->first);
	*out = program;
	return OK;
}

/* --- walking ---------------------------------------------------------------------------------- */

#define BRANCHES_MAX 256 /* places to come back to */
#define STEP_BYTES 64 /* of text passed over count as a step */

/* Where the walk stands, or a place to come back to. */
struct state {
	const struct node *node;
	uint32_t at; /* [bytes] end of what has been matched */
	uint32_t run; /* no run after `at` comes before this one */
	uint32_t entry;
	uint32_t tried; /* of a choice: alternatives before this one; of a gap: words skipped */
	bool again; /* come back to: not the first time at this node */
	bool preceded; /* something has been matched */
};

struct walk {
	const struct runs *runs;
	struct state branches[BRANCHES_MAX];
	size_t count;
	size_t steps;
	bool limit;
};

static void branch(struct walk *w, struct state state)
{
	if (w->count == BRANCHES_MAX) {
		w->limit = true;
		return;
	}
	state.again = true;
	w->branches[w->count++] = state;
}

/* The first run that begins at s->at or after it, or NULL. */
static const struct run *next_run(const struct walk *w, struct state *s)
{
	const struct runs *runs = w->runs;

	while (s->run < runs->count && runs->items[s->run].from < s->at)
		s->run++;
	return s->run < runs->count ? &runs->items[s->run] : NULL;
}

/* Counts what lies between here and the end of the next run, which is about to be passed over. */
static void count_way(struct walk *w, struct state *s)
{
	const struct run *run = next_run(w, s);

	w->steps += ((run ? run->to : w->runs->text.len) - s->at) / STEP_BYTES;
}

static bool walk_word(struct walk *w, struct state *s)
{
	struct span text = w->runs->text;
	const struct phrase_word *word = s->node->word;
	size_t at = s->at;

	if (s->node->keyed) {
		const struct run *run = next_run(w, s);

		if (!run || run->hash != s->node->hash)
			return false;
	}
	if (s->preceded) {
		count_way(w, s);
		at = compare_before(word, text, at);
		if (at == 0)
			return false;
	}
	at = compare_word(word, text, at);
	if (at == 0)
		return false;
	s->at = (uint32_t)at;
	s->preceded = true;
	return true;
}

/* Goes on behind the gap at first, and each time it comes back skips one more word. */
static bool walk_gap(struct walk *w, struct state *s)
{
	if (s->again) {
		size_t at;

		count_way(w, s);
		at = compare_any_word(w->runs->text, s->at);
		if (at == 0)
			return false;
		s->at = (uint32_t)at;
		s->tried++;
	}
	if (s->tried < s->node->number)
		branch(w, *s);
	return true;
}

/* The first alternative from s->tried on that may begin here; choice->count if there is none. */
static uint32_t next_alternative(const struct walk *w, struct state *s)
{
	const struct choice *choice = s->node->choice;
	const struct run *run = next_run(w, s);
	uint32_t best = choice->count;

	if (run) {
		uint32_t b = run->hash & choice->mask;

		for (uint32_t i = choice->buckets[b]; i < choice->buckets[b + 1]; i++) {
			if (choice->keys[i].hash == run->hash &&
				choice->keys[i].alternative >= s->tried) {
				best = choice->keys[i].alternative;
				break;
			}
		}
	}
	for (uint32_t i = 0; i < choice->others_count; i++)
		if (choice->others[i] >= s->tried)
			return choice->others[i] < best ? choice->others[i] : best;
	return best;
}

static bool walk_choice(struct walk *w, struct state *s, const struct node **next)
{
	const struct choice *choice = s->node->choice;
	uint32_t alternative = s->tried < choice->count ? next_alternative(w, s) : choice->count;

	if (alternative == choice->count) {
		*next = s->node->next;
		return choice->optional;
	}
	*next = choice->alternatives[alternative];
	s->tried = alternative + 1;
	if (choice->optional || s->tried < choice->count)
		branch(w, *s);
	return true;
}

/* Moves the state over its node. False: this way leads nowhere. */
static bool step(struct walk *w, struct state *s)
{
	const struct node *next = s->node->next;
	bool ok = true;

	if (s->node->kind == NODE_WORD)
		ok = walk_word(w, s);
	else if (s->node->kind == NODE_GAP)
		ok = walk_gap(w, s);
	else if (s->node->kind == NODE_CHOICE)
		ok = walk_choice(w, s, &next);
	else
		s->entry = s->node->number;
	s->node = next;
	s->tried = 0;
	s->again = false;
	return ok;
}

/* Walks from the state on; true at the end of the graph, *s is what it came to. */
static bool walk(struct walk *w, struct state *s)
{
	w->count = 0;
	for (;;) {
		bool ok = true;

		while (ok && s->node->kind != NODE_END) {
			if (++w->steps > PROGRAM_STEPS_MAX)
				w->limit = true;
			ok = !w->limit && step(w, s);
		}
		if (ok)
			return true;
		if (w->limit || w->count == 0)
			return false;
		*s = w->branches[--w->count];
	}
}

/* Whether a match may begin with the run. Wrong only in saying yes. */
static bool may_begin(const struct node *first, const struct run *run)
{
	const struct choice *choice = first->choice;
	uint32_t bucket;

	if (first->kind == NODE_WORD)
		return !first->keyed || first->hash == run->hash;
	if (first->kind != NODE_CHOICE || choice->optional || choice->others_count > 0)
		return true;
	bucket = run->hash & choice->mask;
	for (uint32_t i = choice->buckets[bucket]; i < choice->buckets[bucket + 1]; i++)
		if (choice->keys[i].hash == run->hash)
			return true;
	return false;
}

enum program_result program_find(const struct program *program, const struct runs *runs,
	size_t from, struct program_match *out)
{
	struct walk w;

	w.runs = runs;
	w.steps = 0;
	w.limit = false;
	for (size_t i = 0; i < runs->count; i++) {
		const struct run *run = &runs->items[i];
		struct state s;

		if (!(program->starts & run_bit(run->hash)) || run->from < from ||
			!may_begin(program->first, run))
			continue;
		s = (struct state){.node = program->first,
			.at = run->from,
			.run = (uint32_t)i,
			.entry = PHRASE_NO_ENTRY};
		if (walk(&w, &s)) {
			*out = (struct program_match){{run->from, s.at}, s.entry};
			return PROGRAM_FOUND;
		}
		if (w.limit)
			return PROGRAM_LIMIT;
	}
	return PROGRAM_NONE;
}
