/* What lint asks of a phrase: its alternatives, and a text that it finds. See phrase.h. */
#include "match/phrase_tree.h"

/* --- alternatives ----------------------------------------------------------------------------- */

struct review {
	struct arena *arena;
	unsigned groups;
	void (*each)(void *context, const struct phrase_alternative *alternative);
	void *context;
	bool failed;
};

/* The words of the sequence with spaces in between; ptr is NULL if there is anything else in it. */
static struct span words_of(struct review *r, const struct phrase_sequence *s, bool *prefix)
{
	struct span out = {NULL, 0};
	char *text;
	size_t len = 0;

	for (const struct phrase_element *e = s->first; e; e = e->next) {
		if (e->kind != PHRASE_WORD)
			return out;
		len += e->word.text.len + 1;
		*prefix = e->word.prefix;
	}
	text = arena_alloc(r->arena, len);
	if (!text) {
		r->failed = true;
		return out;
	}
	out.ptr = text;
	for (const struct phrase_element *e = s->first; e; e = e->next) {
		if (out.len)
			text[out.len++] = ' ';
		memcpy(text + out.len, e->word.text.ptr, e->word.text.len);
		out.len += e->word.text.len;
	}
	return out;
}

/* The forms of an entry's words: its first or its last has them. */
static const struct form_set *forms_of(const struct phrase_sequence *s)
{
	for (const struct phrase_element *e = s->first; e; e = e->next)
		if (e->word.forms)
			return e->word.forms;
	return NULL;
}

/* As deep as phrases nest: PHRASE_DEPTH_MAX. */
static void review_sequence(struct review *r, const struct phrase_sequence *s);

static void review_choices(struct review *r, const struct phrase_sequence *choices, unsigned group)
{
	for (const struct phrase_sequence *c = choices; c; c = c->next) {
		const struct phrase_element *only = c->first && !c->first->next ? c->first : NULL;
		bool prefix = false;
		struct span text = words_of(r, c, &prefix);

		if (text.ptr)
			r->each(r->context, &(struct phrase_alternative){.group = group,
						    .offset = c->at,
						    .text = text,
						    .prefix = prefix,
						    .forms = forms_of(c),
						    .of_list = c->entry != PHRASE_NO_ENTRY});
		else if (only && only->kind == PHRASE_CHOICE)
			review_choices(r, only->choices, group); /* (a|<b>), (a|(b|c)) */
	}
}

static void review_sequence(struct review *r, const struct phrase_sequence *s)
{
	for (const struct phrase_element *e = s->first; e; e = e->next) {
		if (e->kind != PHRASE_CHOICE)
			continue;
		review_choices(r, e->choices, r->groups++);
		for (const struct phrase_sequence *c = e->choices; c; c = c->next)
			if (c->first && c->first->next)
				review_sequence(r, c);
	}
}

int phrase_alternatives(struct arena *arena, const struct phrase *phrase,
	void (*each)(void *context, const struct phrase_alternative *alternative), void *context)
{
	struct review r = {.arena = arena, .each = each, .context = context};

	review_sequence(&r, &phrase->sequence);
	return r.failed ? ERR_NOMEM : OK;
}

/* --- the shortest text ------------------------------------------------------------------------ */

static void put_shortest(const struct phrase_sequence *s, struct buf *out, bool *plain)
{
	for (const struct phrase_element *e = s->first; e; e = e->next) {
		*plain &= e->kind == PHRASE_WORD && !phrase_word_is_open(&e->word) &&
			  !e->word.prefixes;
		if (e->kind == PHRASE_CHOICE && !e->optional)
			put_shortest(e->choices, out, plain);
		if (e->kind != PHRASE_WORD)
			continue;
		if (out->len && phrase_word_begin(e->word.text) != PHRASE_JOINED)
			buf_char(out, ' ');
		buf_span(out, e->word.text);
	}
}

void phrase_shortest(const struct phrase *phrase, struct buf *out, bool *plain)
{
	*plain = true;
	put_shortest(&phrase->sequence, out, plain);
}
