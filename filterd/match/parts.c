/*
 * What of a pattern stands in a text: see parts.h.
 *
 * Tries the alternatives in the order in which program.c and PCRE2 do, so the first way that covers
 * a hit is the one by which it was found.
 */
#include "match/parts.h"

#include "match/compare.h"
#include "match/pattern.h"

#define STEPS_MAX 1000000 /* elements tried for one question */
#define DEPTH_MAX 2000 /* elements on one way */

/* What follows when a sequence is through. */
struct rest {
	const struct phrase_element *next;
	const struct rest *outer; /* NULL: nothing does */
};

/* A word with forms, where it was found. */
struct found_word {
	const struct phrase_word *word;
	struct range range;
};

struct walk {
	struct span text;
	size_t to; /* where it must end; SIZE_MAX: anywhere */
	size_t steps;
	unsigned depth;
	/* Alternatives on the way here, and the first of those that each was chosen from. */
	const struct phrase_sequence *taken[DEPTH_MAX], *beside[DEPTH_MAX];
	size_t taken_count;
	struct found_word words[INFLECTED_MAX]; /* on the way here */
	size_t words_count;
};

static bool walk(struct walk *w, const struct phrase_element *e, const struct rest *rest, size_t at,
	bool preceded);

static bool walk_word(struct walk *w, const struct phrase_element *e, const struct rest *rest,
	size_t at, bool preceded)
{
	size_t end;

	if (preceded) {
		at = compare_before(&e->word, w->text, at);
		if (at == 0)
			return false;
	}
	end = compare_word(&e->word, w->text, at);
	if (end == 0)
		return false;
	if (!e->word.forms || w->words_count == INFLECTED_MAX)
		return walk(w, e->next, rest, end, true);
	w->words[w->words_count++] = (struct found_word){&e->word, {(uint32_t)at, (uint32_t)end}};
	if (walk(w, e->next, rest, end, true))
		return true;
	w->words_count--;
	return false;
}

static bool walk_gap(struct walk *w, const struct phrase_element *e, const struct rest *rest,
	size_t at, bool preceded)
{
	for (unsigned skipped = 0;; skipped++) {
		if (walk(w, e->next, rest, at, preceded))
			return true;
		if (skipped == e->gap)
			return false;
		at = compare_any_word(w->text, at);
		if (at == 0)
			return false;
	}
}

static bool walk_choice(struct walk *w, const struct phrase_element *e, const struct rest *rest,
	size_t at, bool preceded)
{
	const struct rest mine = {e->next, rest};

	for (const struct phrase_sequence *s = e->choices; s; s = s->next) {
		if (w->taken_count < DEPTH_MAX) {
			w->taken[w->taken_count] = s;
			w->beside[w->taken_count] = e->choices;
		}
		w->taken_count++;
		if (walk(w, s->first, &mine, at, preceded))
			return true;
		w->taken_count--;
	}
	return e->optional && walk(w, e->next, rest, at, preceded);
}

/* Whether the elements from `e` on and what follows stand at `at`. */
static bool walk(struct walk *w, const struct phrase_element *e, const struct rest *rest, size_t at,
	bool preceded)
{
	bool found = false;

	while (!e && rest) {
		e = rest->next;
		rest = rest->outer;
	}
	if (!e)
		return w->to == SIZE_MAX || at == w->to;
	if (w->depth == DEPTH_MAX || ++w->steps > STEPS_MAX)
		return false;
	w->depth++;
	if (e->kind == PHRASE_WORD)
		found = walk_word(w, e, rest, at, preceded);
	else if (e->kind == PHRASE_GAP)
		found = walk_gap(w, e, rest, at, preceded);
	else
		found = walk_choice(w, e, rest, at, preceded);
	w->depth--;
	return found;
}

static void begin(struct walk *w)
{
	w->steps = 0;
	w->depth = 0;
	w->taken_count = 0;
	w->words_count = 0;
}

/* Walks over the hit; false when there are too many ways, or it was not found by this one. */
static bool walk_hit(struct walk *w, const struct phrase_element *first, const struct text *text,
	const struct hit *hit)
{
	begin(w);
	w->text = hit->view == VIEW_DISGUISED ? text->disguised.text : text->folded.text;
	w->to = hit->in_view.to;
	return walk(w, first, NULL, hit->in_view.from, false);
}

/* --- what is missing ----------------------------------------------------------------------------
 */

/* Whether the element alone stands anywhere in the view; true if that takes too long to find out.
 */
static bool stands_in(struct walk *w, const struct phrase_element *e, struct span view)
{
	struct phrase_element alone = *e;

	alone.next = NULL;
	w->text = view;
	w->to = SIZE_MAX;
	for (size_t at = 0; at < view.len; at++) {
		if (((unsigned char)view.ptr[at] & 0xC0) == 0x80)
			continue;
		if (walk(w, &alone, NULL, at, false) || w->steps > STEPS_MAX)
			return true;
	}
	return false;
}

size_t matcher_missing(
	const struct matcher *matcher, uint32_t id, const struct text *text, struct span *part)
{
	const struct pattern *p = &matcher->patterns[id];
	struct walk w;
	size_t missing = 0;

	*part = (struct span){NULL, 0};
	if (!p->phrase)
		return 1;
	begin(&w);
	for (const struct phrase_element *e = p->phrase->sequence.first; e; e = e->next) {
		if (phrase_is_optional(e) || stands_in(&w, e, text->folded.text) ||
			(p->options.disguised && text->disguised.text.ptr &&
				stands_in(&w, e, text->disguised.text)))
			continue;
		if (missing++ == 0)
			*part = span_sub(p->written, e->from, e->to);
	}
	if (missing == 0)
		*part = p->written;
	return missing;
}

/* --- alternatives -------------------------------------------------------------------------------
 */

static struct pattern_part part_of(const struct pattern *p, const struct phrase_sequence *s)
{
	const struct phrase_element *last = s->first;
	struct pattern_part part = {.key = s, .entry = s->entry != PHRASE_NO_ENTRY};

	if (part.entry) {
		part.written = p->phrase ? *p->list_entries[s->entry] : p->entries[s->entry];
		return part;
	}
	while (last->next)
		last = last->next;
	part.offset = s->first->from;
	part.written = span_sub(p->written, s->first->from, last->to);
	return part;
}

/* The depth is that of the phrase as written. */
static void visit(const struct pattern *p, const struct phrase_sequence *sequence,
	pattern_part_seen *each, void *context)
{
	for (const struct phrase_element *e = sequence->first; e; e = e->next) {
		if (e->kind != PHRASE_CHOICE)
			continue;
		for (const struct phrase_sequence *s = e->choices; s; s = s->next) {
			const struct pattern_part part = part_of(p, s);

			each(context, &part);
			visit(p, s, each, context);
		}
	}
}

void matcher_parts(
	const struct matcher *matcher, uint32_t id, pattern_part_seen *each, void *context)
{
	const struct pattern *p = &matcher->patterns[id];

	if (p->phrase)
		visit(p, &p->phrase->sequence, each, context);
	for (const struct phrase_sequence *s = p->sequences; s; s = s->next) {
		const struct pattern_part part = part_of(p, s);

		each(context, &part);
	}
}

/* Whether both are nothing but words, and the same: then only the first is ever found. */
static bool are_same(const struct phrase_sequence *a, const struct phrase_sequence *b)
{
	const struct phrase_element *x = a->first, *y = b->first;

	while (x && y && x->kind == PHRASE_WORD && y->kind == PHRASE_WORD &&
		x->word.prefix == y->word.prefix && x->word.forms == y->word.forms &&
		span_eq(x->word.text, y->word.text)) {
		x = x->next;
		y = y->next;
	}
	return !x && !y;
}

/* Tells of an alternative, and of those like it among `all` that it was chosen from. */
static void tell(const struct pattern *p, const struct phrase_sequence *all,
	const struct phrase_sequence *taken, pattern_part_seen *each, void *context)
{
	for (const struct phrase_sequence *s = all; s; s = s->next) {
		if (s == taken || are_same(s, taken)) {
			const struct pattern_part part = part_of(p, s);

			each(context, &part);
		}
	}
}

bool matcher_parts_of(const struct matcher *matcher, uint32_t id, const struct text *text,
	const struct hit *hit, pattern_part_seen *each, void *context)
{
	const struct pattern *p = &matcher->patterns[id];
	struct walk w;

	/* Words: the entry that the hit tells of. */
	for (const struct phrase_sequence *s = p->sequences; s; s = s->next) {
		if (span_eq(p->entries[s->entry], hit->entry)) {
			tell(p, p->sequences, s, each, context);
			return true;
		}
	}
	if (!p->phrase)
		return true;
	if (!walk_hit(&w, p->phrase->sequence.first, text, hit))
		return false;
	for (size_t i = 0; i < w.taken_count && i < DEPTH_MAX; i++)
		tell(p, w.beside[i], w.taken[i], each, context);
	return true;
}

/* --- forms ------------------------------------------------------------------------------------ */

/* Cuts a word at its stem, if one of the forms makes what is before and behind it there. */
static bool cut_at(const struct phrase_word *word, const struct forms *forms, struct span found,
	size_t before, struct inflected *out)
{
	struct span rest = span_sub(found, before, found.len), first = span_sub(found, 0, before);

	if (!span_starts(rest, word->text))
		return false;
	rest = span_sub(rest, word->text.len, rest.len);
	if (word->prefix)
		rest.len = 0;
	if (!forms_can_make(&forms->prefixes, first) || !forms_can_make(&forms->suffixes, rest))
		return false;
	out->stem = word->text;
	out->before_count = forms_cut(&forms->prefixes, first, out->before);
	out->behind_count = forms_cut(&forms->suffixes, rest, out->behind);
	return true;
}

/* False if it is just as the pattern has it. */
static bool cut_word(const struct phrase_word *word, struct span found, struct inflected *out)
{
	for (size_t i = 0; i < word->forms->count; i++)
		for (size_t before = 0; before + word->text.len <= found.len; before++)
			if (cut_at(word, word->forms->items[i], found, before, out))
				return out->before_count + out->behind_count > 0;
	return false;
}

size_t matcher_inflected(const struct matcher *matcher, uint32_t id, const struct text *text,
	const struct hit *hit, struct inflected out[INFLECTED_MAX])
{
	const struct pattern *p = &matcher->patterns[id];
	const struct phrase_element *first = p->phrase ? p->phrase->sequence.first : NULL;
	struct walk w;
	size_t count = 0;

	w.words_count = 0;
	for (const struct phrase_sequence *s = p->sequences; s; s = s->next) {
		if (span_eq(p->entries[s->entry], hit->entry) && walk_hit(&w, s->first, text, hit))
			break;
	}
	if (first && !walk_hit(&w, first, text, hit))
		return 0;
	for (size_t i = 0; i < w.words_count; i++) {
		struct range range = w.words[i].range;

		count += cut_word(
			w.words[i].word, span_sub(w.text, range.from, range.to), &out[count]);
	}
	return count;
}

/* The depth is that of the phrase as written. */
static void visit_forms(const struct phrase_sequence *sequence,
	void (*each)(void *context, const struct forms *forms), void *context)
{
	for (const struct phrase_element *e = sequence->first; e; e = e->next) {
		const struct form_set *set = e->kind == PHRASE_WORD ? e->word.forms : NULL;

		for (size_t i = 0; set && i < set->count; i++)
			each(context, set->items[i]);
		if (e->kind != PHRASE_CHOICE)
			continue;
		for (const struct phrase_sequence *s = e->choices; s; s = s->next)
			visit_forms(s, each, context);
	}
}

void matcher_forms(const struct matcher *matcher, uint32_t id,
	void (*each)(void *context, const struct forms *forms), void *context)
{
	const struct pattern *p = &matcher->patterns[id];

	if (p->phrase)
		visit_forms(&p->phrase->sequence, each, context);
	for (const struct phrase_sequence *s = p->sequences; s; s = s->next)
		visit_forms(s, each, context);
}
