/* What characters may stand for, and the bounded walk that reads them as words: see reading.h. */
#include "text/reading.h"

#include "text/tables.h"

#define STEPS_PER_PLACE 64
#define SAME_LETTERS_MAX 4 /* no word has more of the same letter in a row */
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
	bool apart;
	bool glued; /* within a longer word: nothing is skipped and nothing masked */
	bool stretched; /* some run is: doubled letters may then stand for one, too */
	uint32_t wanted; /* enum trie_end: what must end where a word does */
	bool endings; /* words may have endings that are not the lexicon's */
	size_t steps_left;
	struct reading *out;
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
			 : ends & (w->apart ? TRIE_WORD | TRIE_FILLER : w->wanted);
}

/* Whether the lexicon has a word in what was read up to a word end at p. */
static bool has_word(const struct walk *w, const struct position *p)
{
	return p->words > 0 || p->suffix || (ends_of(w, p) & w->wanted);
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

	if (p->words > 0 || p->suffix || !(ends & w->wanted) || !(ends & TRIE_OPEN))
		return false;
	if (p->masked > 0 || p->skipped > 0)
		return false;
	return w->glued || (w->places[p->place].flags & PLACE_LETTER);
}

/* Reads place p.place as one or more of the letter that leads to `child`, and goes on. */
static bool take(struct walk *w, const struct position *p, uint32_t child, bool masked)
{
	const struct place *place = &w->places[p->place];
	uint32_t nodes[SAME_LETTERS_MAX] = {child}, letter = w->lexicon->nodes[child].letter;
	uint32_t most = place->run < SAME_LETTERS_MAX ? place->run : SAME_LETTERS_MAX, count = 0;
	bool loose = place->run >= STRETCHED || w->stretched;

	for (; count < most && child != TRIE_NONE; count++) {
		nodes[count] = child;
		child = trie_child(w->lexicon, child, letter);
	}
	for (; count > 0 && (loose || count == place->run); count--) {
		struct position next = *p;

		if (p->len + count > READING_MAX)
			return false;
		for (uint32_t i = 0; i < count; i++) {
			w->out->items[p->len + i].letter = letter;
			w->out->items[p->len + i].from = place->from;
		}
		/* the run's last character, if the word may end here; its first begins the word */
		if (p->word_len + count > 1)
			w->out->items[p->len + count - 1].from = place->last;
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

/* Ends the word, if one ends here, and goes on with an ending or the next word. */
static bool end_word(struct walk *w, const struct position *p)
{
	struct position next = *p;

	if (w->endings && !p->suffix && (ends_of(w, p) & w->wanted)) {
		next.node = w->lexicon->suffixes;
		next.suffix = true;
		if (walk(w, &next))
			return true;
	}
	if (!w->apart || !is_word_end(w, p) || p->len == READING_MAX)
		return false;
	next = *p;
	next.words += has_word(w, p);
	w->out->items[next.len].letter = ' ';
	w->out->items[next.len++].from = w->places[p->place - 1].to;
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

/* Depth: each place is met at most three times (as an ending, as a next word, and read). */
static bool walk(struct walk *w, const struct position *p)
{
	const struct place *place = &w->places[p->place];
	uint32_t child;

	if (w->steps_left == 0)
		return false;
	w->steps_left--;
	if (p->place == w->count) {
		w->out->count = p->len;
		return is_word_end(w, p) && has_word(w, p) && is_sound(w, p);
	}
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
	w->out->count = p->len;
	return is_open_end(w, p) && is_sound(w, p);
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

/* A walk over all of the places; `wanted` is set later. */
static struct walk walk_of(const struct lexicon *lexicon, const struct place *places, size_t count,
	struct reading *out)
{
	struct walk w = {.lexicon = lexicon, .places = places, .count = count, .out = out};

	for (size_t i = 0; i < count; i++)
		w.stretched |= places[i].run >= STRETCHED && (places[i].flags & PLACE_LETTER);
	return w;
}

bool reading_find(const struct lexicon *lexicon, const struct place *places, size_t count,
	bool apart, struct reading *out)
{
	static const struct {
		uint32_t wanted;
		bool endings;
	} wishes[] = {{TRIE_ALONE, false}, {TRIE_ALONE, true}, {TRIE_WORD, true}};
	struct walk w = walk_of(lexicon, places, count, out);

	w.apart = apart;
	if (hides_too_much(places, count))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		w.wanted = wishes[i].wanted;
		w.endings = wishes[i].endings;
		w.steps_left = STEPS_PER_PLACE * (count + 1);
		if (walk(&w, &(struct position){.node = lexicon->root}))
			return true;
	}
	return false;
}

bool reading_find_glued(const struct lexicon *lexicon, const struct place *places, size_t count,
	struct reading *out)
{
	struct walk w = walk_of(lexicon, places, count, out);

	w.glued = true;
	w.wanted = TRIE_WORD;
	w.steps_left = STEPS_PER_PLACE * (count + 1);
	for (size_t i = 0; i < count; i++)
		if (walk(&w, &(struct position){.place = i, .node = lexicon->glued}))
			return true;
	return false;
}
