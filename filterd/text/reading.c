/* What characters may stand for, and the bounded walk that reads them as words: see reading.h. */
#include "text/reading.h"

#include <string.h>

#include "text/tables.h"

#define STEPS_PER_PLACE 64
#define STEPS_LENT 1024 /* of the spare ones, for each place of a masked word */
#define SAME_LETTERS_MAX 4 /* no word has more of the same letter in a row */
#define SPELT_LONG                                                                                 \
	4 /* letters of a word among several that are spelt out: "a s s i n" is no two             \
	   */
#define STRETCHED 3 /* a run of so many is stretched, and may stand for fewer */

#define SKIN_FIRST 0x1F3FB /* the colours of the skin of the emoji before */
#define SKIN_LAST 0x1F3FF

#define L(letter) (UINT32_C(1) << ((letter) - 'a'))

/* Signs and digits of ASCII that stand for letters, hide them, or part them. */
struct look {
	uint32_t letters;
	uint32_t other; /* a letter of the Arabic script */
	uint32_t flags;
};

static const struct look looks[128] = {
	['!'] = {L('i') | L('l'), 0, PLACE_SIGN | PLACE_SKIP},
	['#'] = {L('h'), 0, PLACE_MASK},
	['$'] = {L('s'), 0, PLACE_SIGN},
	['%'] = {0, 0, PLACE_MASK},
	['&'] = {L('a'), 0, PLACE_SIGN | PLACE_MASK | PLACE_SKIP},
	['('] = {L('c'), 0, PLACE_SKIP},
	[')'] = {0, 0, PLACE_SKIP},
	['*'] = {0, 0, PLACE_MASK | PLACE_SKIP},
	['+'] = {L('t'), 0, PLACE_SIGN | PLACE_SKIP},
	['-'] = {0, 0, PLACE_SKIP},
	['.'] = {0, 0, PLACE_SKIP},
	['0'] = {L('o'), 0x0647, PLACE_DIGIT}, /* heh */
	['1'] = {L('i') | L('l'), 0x0627, PLACE_DIGIT}, /* alef */
	['2'] = {L('z'), 0, PLACE_DIGIT},
	['3'] = {L('e'), 0x0639, PLACE_DIGIT}, /* ain, as Arabic is typed with Latin keys */
	['4'] = {L('a'), 0, PLACE_DIGIT},
	['5'] = {L('s'), 0x0647, PLACE_DIGIT}, /* the Arabic digit five looks like a heh */
	['6'] = {L('b') | L('g'), 0, PLACE_DIGIT},
	['7'] = {L('t') | L('l'), 0x062D, PLACE_DIGIT}, /* hah */
	['8'] = {L('b'), 0, PLACE_DIGIT},
	['9'] = {L('g') | L('q'), 0x0648, PLACE_DIGIT}, /* the Arabic digit nine looks like a waw */
	['<'] = {L('c'), 0, PLACE_SIGN | PLACE_SKIP},
	['?'] = {0, 0, PLACE_MASK | PLACE_SKIP},
	['@'] = {L('a') | L('o') | L('u'), 0, PLACE_SIGN},
	['['] = {L('c'), 0, PLACE_SKIP},
	[']'] = {0, 0, PLACE_SKIP},
	['^'] = {L('a'), 0, PLACE_MASK | PLACE_SKIP},
	['_'] = {0, 0, PLACE_SKIP},
	['{'] = {0, 0, PLACE_SKIP},
	['|'] = {L('i') | L('l'), 0x0627, PLACE_SIGN | PLACE_SKIP},
	['}'] = {0, 0, PLACE_SKIP},
	['~'] = {0, 0, PLACE_SKIP},
};

static uint32_t confusable_letters(uint32_t c)
{
	unsigned low = 0, high = confusables_count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (confusables[middle].c < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low < confusables_count && confusables[low].c == c ? confusables[low].letters : 0;
}

static bool is_regional_indicator(uint32_t c)
{
	return c >= 0x1F1E6 && c <= 0x1F1FF;
}

struct place place_of(uint32_t c, uint32_t from, uint32_t to)
{
	struct place p = {.from = from, .to = to, .last = from, .run = 1, .c = c};
	unsigned flags = char_lookup(c).flags;

	if (c >= 'a' && c <= 'z') {
		p.flags = PLACE_LETTER;
		p.letters = c == 'v' ? L('u') : 0;
	} else if (c < 128) {
		p.letters = looks[c].letters;
		p.other = looks[c].other;
		p.flags = looks[c].flags;
	} else {
		p.letters = confusable_letters(c);
		if ((flags & (CHAR_LETTER | CHAR_MARK)) || is_regional_indicator(c))
			p.flags = PLACE_LETTER | (flags & CHAR_MARK ? PLACE_SKIP : 0);
		else if (p.letters)
			p.flags = PLACE_SIGN | PLACE_SKIP;
		else if (c >= SKIN_FIRST && c <= SKIN_LAST)
			p.flags = PLACE_SKIP;
		else if (flags & CHAR_EMOJI)
			p.flags = PLACE_MASK | PLACE_SKIP;
		else if (!(flags & (CHAR_WORD | CHAR_SPACE)))
			p.flags = PLACE_SKIP;
	}
	return p;
}

struct walk {
	const struct lexicon *lexicon;
	const struct place *places;
	size_t count;
	bool apart; /* words may follow each other */
	bool glued; /* within a longer word: nothing is skipped and nothing masked */
	bool stretched; /* some run is: doubled letters may then stand for one, too */
	size_t steps_left;
	uint32_t score; /* of the best reading so far; 0: there is none */
	struct reading *out; /* that reading */
	struct reading trial; /* what is being read */
};

/* Where a walk is. */
struct position {
	size_t place; /* the next one to read */
	uint32_t node; /* what the letters of this word have led to */
	uint32_t len; /* items read */
	uint32_t word_len; /* of them in this word */
	uint32_t words; /* finished words of the lexicon */
	uint32_t masked; /* letters that only a mask stands for */
	uint32_t signs; /* letters that a digit or a sign stands for */
	uint32_t skipped; /* masks that were taken for nothing */
	uint32_t longest; /* [letters] of the words finished */
	uint32_t rank; /* the greatest of the words finished, and of the one that has an ending */
	bool suffix; /* the node is of an ending */
	bool last_masked;
};

static bool walk(struct walk *w, const struct position *p);

static uint32_t ends_of(const struct walk *w, const struct position *p)
{
	return w->lexicon->nodes[p->node].ends;
}

/*
 * A masked word shows its first letter and half of its letters; or its first and last letter and a
 * third of them (n****r).
 */
static bool shows_enough(const struct position *p)
{
	return 2 * p->masked <= p->len || (!p->last_masked && 3 * p->masked <= 2 * p->len);
}

static bool is_word_end(const struct walk *w, const struct position *p)
{
	uint32_t ends = ends_of(w, p);

	return p->suffix ? ends & TRIE_SUFFIX
			 : ends & (w->apart ? TRIE_WORD | TRIE_FILLER : TRIE_WORD);
}

/* Whether the lexicon has a word in what was read up to a word end at p. */
static bool has_word(const struct walk *w, const struct position *p)
{
	return p->words > 0 || p->suffix || (ends_of(w, p) & TRIE_WORD);
}

/* Whether what was read up to p may count. */
static bool is_sound(const struct walk *w, const struct position *p)
{
	return shows_enough(p) && (!w->glued || 2 * p->signs <= p->len);
}

/* Whether a word ends at p that goes on at will, and does. */
static bool is_open_end(const struct walk *w, const struct position *p)
{
	uint32_t ends = ends_of(w, p);

	if (p->words > 0 || p->suffix || !(ends & TRIE_WORD) || !(ends & TRIE_OPEN))
		return false;
	if (p->masked > 0 || p->skipped > 0 || w->stretched)
		return false;
	if (w->apart && p->word_len < SPELT_LONG)
		return false;
	return w->glued || (w->places[p->place].flags & PLACE_LETTER);
}

/* The letters of the longest word of the lexicon in what was read up to a word end at p. */
static uint32_t longest_word(const struct walk *w, const struct position *p)
{
	bool word = !p->suffix && (ends_of(w, p) & TRIE_WORD);

	return word && p->word_len > p->longest ? p->word_len : p->longest;
}

/*
 * Takes what was read up to p for the reading, if it is one, and a better one than the last: of a
 * word that is asked for more, without an ending, with all letters. Returns whether to stop: of
 * letters that stand apart the first reading is the one.
 */
static bool offer(struct walk *w, const struct position *p, bool open)
{
	uint32_t rank = p->rank, score;

	if (!p->suffix && w->lexicon->nodes[p->node].rank > rank)
		rank = w->lexicon->nodes[p->node].rank;
	score = 4 * rank + (p->suffix ? 0 : 2) + !open;
	if (!is_sound(w, p) || score <= w->score)
		return false;
	if (p->word_len < p->len && longest_word(w, p) < SPELT_LONG)
		return false;
	w->score = score;
	w->out->count = p->len;
	memcpy(w->out->items, w->trial.items, p->len * sizeof(w->trial.items[0]));
	return w->apart;
}

/* Whether nothing below the node can be better than what there is. */
static bool is_in_vain(const struct walk *w, const struct position *p, uint32_t node)
{
	return !p->suffix && !w->apart && 4 * w->lexicon->nodes[node].best + 3 <= w->score;
}

/* Reads place p.place as one or more of the letter that leads to `child`, and goes on. */
static bool take(struct walk *w, const struct position *p, uint32_t child, bool masked)
{
	const struct place *place = &w->places[p->place];
	uint32_t nodes[SAME_LETTERS_MAX] = {child}, letter = w->lexicon->nodes[child].letter;
	uint32_t most = place->run < SAME_LETTERS_MAX ? place->run : SAME_LETTERS_MAX, count = 0;
	bool loose = place->run >= STRETCHED || w->stretched;

	if (is_in_vain(w, p, child))
		return false;
	for (; count < most && child != TRIE_NONE; count++) {
		nodes[count] = child;
		child = trie_child(w->lexicon, child, letter);
	}
	for (; count > 0 && (loose || count == place->run); count--) {
		struct position next = *p;

		if (p->len + count > READING_MAX)
			return false;
		for (uint32_t i = 0; i < count; i++) {
			w->trial.items[p->len + i].letter = letter;
			w->trial.items[p->len + i].from = place->from;
		}
		/* the run's last character, if the word may end here; its first begins the word */
		if (p->word_len + count > 1)
			w->trial.items[p->len + count - 1].from = place->last;
		next.place++;
		next.node = nodes[count - 1];
		next.len += count;
		next.word_len += count;
		next.masked += masked ? count : 0;
		next.signs += place->flags & (PLACE_DIGIT | PLACE_SIGN) ? count : 0;
		next.last_masked = masked;
		if (walk(w, &next))
			return true;
	}
	return false;
}

/* Tries one letter that a place may stand for besides its own. */
static bool take_letter(struct walk *w, const struct position *p, uint32_t letter)
{
	uint32_t child = trie_child(w->lexicon, p->node, letter);
	bool masked = w->places[p->place].flags & PLACE_VOWEL;

	return child != TRIE_NONE && take(w, p, child, masked);
}

/* Tries every letter of the lexicon, of which those count as masked that it does not look like. */
static bool take_any_letter(struct walk *w, const struct position *p)
{
	const struct place *place = &w->places[p->place];
	const struct trie_node *node = &w->lexicon->nodes[p->node];

	for (uint32_t i = node->first; i < node->first + node->count; i++) {
		uint32_t letter = w->lexicon->nodes[i].letter;
		bool alike = letter == place->other;

		if (letter >= 'a' && letter <= 'z')
			alike = place->letters & L(letter);
		if (letter != place->c && take(w, p, i, !alike))
			return true;
	}
	return false;
}

/* Tries what a place may stand for besides its own letter, in the order of the alphabet. */
static bool take_look_alikes(struct walk *w, const struct position *p)
{
	const struct place *place = &w->places[p->place];

	if ((place->flags & PLACE_MASK) && p->word_len > 0 && !p->suffix && !w->glued)
		return take_any_letter(w, p);
	for (uint32_t left = place->letters; left; left &= left - 1)
		if (take_letter(w, p, 'a' + (uint32_t)__builtin_ctz(left)))
			return true;
	return place->other && take_letter(w, p, place->other);
}

/* Whether an underscore is next, or was last, at a word end: it joins two words rather than a word
 * and its ending.
 */
static bool at_underscore(const struct walk *w, const struct position *p)
{
	return w->places[p->place - 1].c == '_' ||
	       (p->place < w->count && w->places[p->place].c == '_');
}

/* Ends the word, if one ends here, and goes on with an ending or the next word. */
static bool end_word(struct walk *w, const struct position *p)
{
	struct position next = *p;

	if (!p->suffix && !w->glued && (ends_of(w, p) & TRIE_WORD) && !at_underscore(w, p)) {
		next.rank = w->lexicon->nodes[p->node].rank;
		next.longest = longest_word(w, p);
		next.node = w->lexicon->suffixes;
		next.suffix = true;
		if (walk(w, &next))
			return true;
	}
	if (!w->apart || !is_word_end(w, p) || p->len == READING_MAX)
		return false;
	next = *p;
	next.words += has_word(w, p);
	next.longest = longest_word(w, p);
	if (!p->suffix && w->lexicon->nodes[p->node].rank > next.rank)
		next.rank = w->lexicon->nodes[p->node].rank;
	w->trial.items[next.len].letter = ' ';
	w->trial.items[next.len++].from = w->places[p->place - 1].to;
	next.node = w->lexicon->root;
	next.word_len = 0;
	next.suffix = false;
	return walk(w, &next);
}

static bool is_hiding(const struct place *place)
{
	return place->flags & (PLACE_MASK | PLACE_VOWEL);
}

/* Goes on as if nothing stood at the place, if it may stand for nothing. */
static bool skip(struct walk *w, const struct position *p)
{
	const struct place *place = &w->places[p->place];
	struct position next = *p;

	if (!(place->flags & PLACE_SKIP) || (w->glued && !(place->flags & PLACE_LETTER)))
		return false;
	next.place++;
	next.skipped += (place->flags & PLACE_MASK) != 0;
	return walk(w, &next);
}

/* Returns whether to stop. Depth: each place is met at most three times (as an ending, as a next
 * word, and read). */
static bool walk(struct walk *w, const struct position *p)
{
	const struct place *place = &w->places[p->place];
	uint32_t child;

	if (w->steps_left == 0)
		return false;
	w->steps_left--;
	if (p->place == w->count)
		return is_word_end(w, p) && has_word(w, p) && offer(w, p, false);
	/* a mask rather hides a letter than nothing, a sign rather nothing than a letter */
	if (!is_hiding(place) && skip(w, p))
		return true;
	if (place->flags & PLACE_LETTER) {
		child = trie_child(w->lexicon, p->node, place->c);
		if (child != TRIE_NONE && take(w, p, child, false))
			return true;
	}
	if (take_look_alikes(w, p) || (is_hiding(place) && skip(w, p)) || end_word(w, p))
		return true;
	return is_open_end(w, p) && offer(w, p, true);
}

/* Whether so many places can only be masks that no reading of them shows enough. */
static bool hides_too_much(const struct place *places, size_t count)
{
	size_t masks = 0, all = 0;

	for (size_t i = 0; i < count; i++) {
		if (places[i].flags == PLACE_MASK && !places[i].letters)
			masks++;
		if (places[i].flags != PLACE_SKIP)
			all += places[i].run;
	}
	return 3 * masks > 2 * all;
}

static void begin(struct walk *w, const struct lexicon *lexicon, const struct place *places,
	size_t count, struct reading *out)
{
	w->lexicon = lexicon;
	w->places = places;
	w->count = count;
	w->apart = w->glued = w->stretched = false;
	w->steps_left = STEPS_PER_PLACE * (count + 1);
	w->score = 0;
	w->out = out;
	for (size_t i = 0; i < count; i++)
		w->stretched |= places[i].run >= STRETCHED && (places[i].flags & PLACE_LETTER);
}

static bool has_mask(const struct place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (places[i].flags & PLACE_MASK)
			return true;
	return false;
}

bool reading_find(const struct lexicon *lexicon, const struct place *places, size_t count,
	enum reading_kind kind, size_t *spare, struct reading *out)
{
	struct walk w; /* not cleared: there is room for a long reading */
	size_t lent = STEPS_LENT * (count + 1);

	if (hides_too_much(places, count))
		return false;
	begin(&w, lexicon, places, count, out);
	w.apart = kind == READING_SPELT;
	if (!has_mask(places, count))
		lent = 0;
	else if (lent > *spare)
		lent = *spare;
	w.steps_left += lent;
	walk(&w, &(struct position){.node = lexicon->root});
	*spare -= lent < w.steps_left ? 0 : lent - w.steps_left;
	return w.score > 0;
}

bool reading_find_glued(const struct lexicon *lexicon, const struct place *places, size_t count,
	struct reading *out)
{
	struct walk w;

	begin(&w, lexicon, places, count, out);
	w.glued = true;
	for (size_t i = 1; i < count && w.score == 0; i++)
		walk(&w, &(struct position){.place = i, .node = lexicon->glued});
	return w.score > 0;
}
