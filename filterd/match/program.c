/*
 * Compiles phrases to graphs and walks them: see program.h.
 *
 * A node is one thing to match and knows the node that follows; the alternatives of a choice lead
 * back to the node behind it. Walking is backtracking in the order in which PCRE2 tries things:
 * alternatives as written, what is optional first with and then without, gaps as short as can be.
 *
 * What makes it fast is a choice's table of keys: the first runs of all words with which its
 * alternatives can begin, and of words that may go on, such as `kill*`, the first bytes of those.
 * The hashes of the run at hand and of its beginning, also behind prefixes of forms, give the few
 * alternatives that are worth a try.
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

/* Two for every entry of every list that a phrase names: they are kept small. */
struct node {
	uint8_t kind; /* enum node_kind */
	bool keyed; /* of NODE_WORD: `hash` is that of the run it begins with */
	uint16_t head; /* of NODE_WORD: head_at() of the run it begins with; 0: not known */
	union {
		uint32_t hash; /* of NODE_WORD */
		uint32_t number; /* of NODE_GAP: [words] at most; of NODE_ENTRY: the entry */
	};
	union {
		const struct phrase_word *word; /* of NODE_WORD */
		const struct choice *choice; /* of NODE_CHOICE */
	};
	const struct node *next; /* NULL only of NODE_END */
};

/* With this run at hand, and that behind it, the alternative may begin. */
struct key {
	uint32_t hash; /* of the run, or of what it begins with or goes on with behind prefixes */
	uint32_t second; /* of the run behind it; 0: any, or none */
	uint32_t alternative;
};

#define BEGINNINGS_MAX 5 /* lengths that begin_length() gives */

struct choice {
	const struct node **alternatives; /* in order of precedence */
	uint32_t count;
	bool optional; /* and then none of them */
	const struct key *keys; /* by bucket, then by alternative */
	const uint32_t *buckets; /* buckets[h & mask] to [(h & mask) + 1]: its keys */
	uint32_t mask;
	const uint32_t *others; /* ascending: alternatives that begin with what has no key */
	uint32_t others_count;
	uint8_t beginnings[BEGINNINGS_MAX]; /* the lengths of what keys are of [bytes] */
	uint32_t beginnings_count;
	uint64_t heads; /* head_bit() of all of them */
	uint64_t open; /* head_bit() of runs that may begin so, also with prefixes */
	const struct forms **forms; /* those with prefixes before what such keys are of */
	size_t forms_count, forms_room;
};

struct program {
	const struct node *first;
	uint64_t starts, heads; /* run_bit() and head_bit() of all that a match may begin with */
};

/* The two bytes at `at`, at least one of which must be there, as a number. */
static uint16_t head_at(struct span s, size_t at)
{
	unsigned second = at + 1 < s.len ? (unsigned char)s.ptr[at + 1] : 0;

	return (uint16_t)(second << 8 | (unsigned char)s.ptr[at]);
}

static uint64_t head_bit(uint16_t head)
{
	return UINT64_C(1) << (uint16_t)(head * 0x9E37u) / 1024;
}

/* The head of every run that the word can begin with; 0 if it is not always the same. */
static uint16_t word_head(const struct phrase_word *word)
{
	bool same = word->text.len >= 2 && phrase_word_begin(word->text) == PHRASE_PLAIN &&
		    !word->prefixes;

	return same ? head_at(word->text, 0) : 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

/* The first runs that a sequence can begin with. */
struct keys {
	struct key *items; /* NULL: only count them */
	size_t count;
	uint32_t alternative; /* whose they are */
	struct choice *choice; /* that they are of */
	struct arena *arena;
	bool failed; /* out of memory */
};

/* The hash of the run that the word begins with; false if it has none: see word_key(). */
static bool first_run(const struct phrase_word *word, uint32_t *hash, size_t *len)
{
	*len = run_length(word->text);
	if (phrase_word_begin(word->text) != PHRASE_PLAIN || word->prefixes ||
		(phrase_word_is_open(word) && *len == word->text.len))
		return false;
	*hash = run_hash(span_sub(word->text, 0, *len));
	return true;
}

/* The hash of the run behind the first `len` bytes of `e`'s word, be it the next word's; or 0. */
static uint32_t second_run(const struct phrase_element *e, size_t len)
{
	struct span rest = span_sub(e->word.text, len, e->word.text.len);
	uint32_t hash = 0;

	while (rest.len > 0 && (len = run_length(rest)) == 0)
		rest = span_sub(rest, utf8_len((unsigned char)rest.ptr[0]), rest.len);
	if (rest.len > 0)
		return phrase_word_is_open(&e->word) && len == rest.len
			       ? 0
			       : run_hash(span_sub(rest, 0, len));
	if (e->next && e->next->kind == PHRASE_WORD)
		first_run(&e->next->word, &hash, &len);
	return hash;
}

/* How much of the first run of a word that may go on is a key: few lengths, as each is looked up.
 */
static size_t begin_length(size_t run)
{
	if (run >= 8)
		return 8;
	return run < 4 ? run : 4;
}

static void note_beginning(struct choice *choice, struct span text, size_t len)
{
	choice->heads |= len < 2 ? UINT64_MAX : head_bit(head_at(text, 0));
	choice->open |= choice->heads;
	for (uint32_t i = 0; i < choice->beginnings_count; i++)
		if (choice->beginnings[i] == len)
			return;
	choice->beginnings[choice->beginnings_count++] = (uint8_t)len;
}

static void note_forms(struct keys *keys, const struct forms *forms)
{
	struct choice *choice = keys->choice;

	for (size_t i = 0; i < choice->forms_count; i++)
		if (choice->forms[i] == forms)
			return;
	if (!arena_grow(keys->arena, (void **)&choice->forms, choice->forms_count,
		    &choice->forms_room, sizeof(*choice->forms), 4)) {
		keys->failed = true;
		return;
	}
	choice->forms[choice->forms_count++] = forms;
	choice->open = UINT64_MAX;
}

/* The key of a word that begins with a letter and may go on, or has prefixes. */
static struct key open_key(const struct phrase_word *word, struct keys *keys)
{
	size_t len = begin_length(run_length(word->text));

	note_beginning(keys->choice, word->text, len);
	for (size_t i = 0; word->prefixes && i < word->forms->count; i++)
		note_forms(keys, word->forms->items[i]);
	return (struct key){
		.hash = run_hash(span_sub(word->text, 0, len)), .alternative = keys->alternative};
}

/* Adds the key of a word; false if it has none, for it begins with a sign. */
static bool word_key(const struct phrase_element *e, struct keys *keys)
{
	struct key key = {.alternative = keys->alternative};
	size_t len;

	if (first_run(&e->word, &key.hash, &len))
		key.second = keys->items ? second_run(e, len) : 0;
	else if (phrase_word_begin(e->word.text) == PHRASE_PLAIN)
		key = open_key(&e->word, keys);
	else
		return false;
	if (keys->items)
		keys->items[keys->count] = key;
	keys->count++;
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
			return word_key(e, keys);
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
		node->kind = (uint8_t)kind;
		node->next = next;
	}
	return node;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->alternative != y->alternative)
		return x->alternative < y->alternative ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->second > y->second) - (x->second < y->second);
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
	struct keys keys = {.choice = choice, .arena = arena};
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
	ok = !keys.failed && fill_buckets(arena, choice, &keys);
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
		size_t len;

		node->word = &e->word;
		node->keyed = first_run(&e->word, &node->hash, &len);
		node->head = word_head(&e->word);
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

/* The bits that stand for a run, and for 63 of 64 others do not: they tell most away. */
static uint64_t run_bit(uint32_t hash)
{
	return UINT64_C(1) << (hash >> 26);
}

/* Notes all runs that a match can begin with at the node. Recurses as deep as groups nest. */
static void add_starts(const struct node *node, struct program *out)
{
	for (; node->kind == NODE_CHOICE; node = node->next) {
		for (uint32_t i = 0; i < node->choice->count; i++)
			add_starts(node->choice->alternatives[i], out);
		if (!node->choice->optional)
			return;
	}
	if (node->kind == NODE_WORD && node->keyed)
		out->starts |= run_bit(node->hash);
	else if (node->kind == NODE_WORD && node->head > 0)
		out->heads |= head_bit(node->head);
	else
		out->starts = UINT64_MAX;
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
	add_starts(program->first, program);
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

/* A choice that is looked at with a run at hand. */
struct hand {
	const struct choice *choice;
	const struct runs *runs;
	const struct run *run;
	uint32_t tried; /* alternatives before this one are not asked for */
};

/* The first alternative with a key of this hash, if it is before `best`; else `best`. */
static inline uint32_t first_with(const struct hand hand, uint32_t hash, uint32_t best)
{
	const struct choice *choice = hand.choice;
	uint32_t b = hash & choice->mask;

	for (uint32_t i = choice->buckets[b]; i < choice->buckets[b + 1]; i++) {
		const struct key *key = &choice->keys[i];
		const struct run *next = hand.run + 1;

		if (key->hash != hash || key->alternative < hand.tried)
			continue;
		if (key->second == 0 ||
			(next < hand.runs->items + hand.runs->count && next->hash == key->second))
			return key->alternative < best ? key->alternative : best;
	}
	return best;
}

/* The same for what stands at the begin of `rest` of the run. */
static uint32_t first_beginning(const struct hand *hand, struct span rest, uint32_t best)
{
	if (rest.len == 0 || !(hand->choice->heads & head_bit(head_at(rest, 0))))
		return best;
	for (uint32_t i = 0; i < hand->choice->beginnings_count; i++) {
		size_t len = hand->choice->beginnings[i];

		if (len <= rest.len)
			best = first_with(*hand, run_hash(span_sub(rest, 0, len)), best);
	}
	return best;
}

/* The same for what the run begins with, and goes on with behind prefixes. */
static __attribute__((noinline)) uint32_t first_open(const struct hand *hand, uint32_t best)
{
	const struct choice *choice = hand->choice;
	struct span run = span_sub(hand->runs->text, hand->run->from, hand->run->to);
	bool reached[FORMS_LONGEST + 1];

	best = first_beginning(hand, run, best);
	for (size_t i = 0; i < choice->forms_count; i++) {
		size_t longest = forms_reach(&choice->forms[i]->prefixes, run, reached);

		for (size_t at = 1; at <= longest; at++)
			if (reached[at])
				best = first_beginning(hand, span_sub(run, at, run.len), best);
	}
	return best;
}

/* The first alternative that has a key and may begin with the run; choice->count: there is none. */
static inline uint32_t first_keyed(const struct hand hand)
{
	uint32_t best = first_with(hand, hand.run->hash, hand.choice->count);

	if (hand.choice->open &&
		hand.choice->open & head_bit(head_at(hand.runs->text, hand.run->from)))
		best = first_open(&hand, best);
	return best;
}

/* The first alternative from s->tried on that may begin here; choice->count if there is none. */
static uint32_t next_alternative(const struct walk *w, struct state *s)
{
	const struct choice *choice = s->node->choice;
	const struct run *run = next_run(w, s);
	uint32_t best = choice->count;

	if (run)
		best = first_keyed((struct hand){choice, w->runs, run, s->tried});
	for (uint32_t i = 0; i < choice->others_count && choice->others[i] < best; i++)
		if (choice->others[i] >= s->tried)
			return choice->others[i];
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

/* The same as may_begin(), from the program alone: without a look at its graph. */
static bool may_start(const struct program *program, const struct runs *runs, const struct run *run)
{
	return (program->starts & run_bit(run->hash)) ||
	       (program->heads && program->heads & head_bit(head_at(runs->text, run->from)));
}

/* Whether a match may begin with the run. Wrong only in saying yes. */
static bool may_begin(const struct node *first, const struct runs *runs, const struct run *run)
{
	const struct choice *choice = first->choice;

	if (first->kind == NODE_WORD)
		return !first->keyed || first->hash == run->hash;
	if (first->kind != NODE_CHOICE || choice->optional || choice->others_count > 0)
		return true;
	return first_keyed((struct hand){choice, runs, run, 0}) < choice->count;
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

		if (run->from < from || !may_start(program, runs, run) ||
			!may_begin(program->first, runs, run))
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
