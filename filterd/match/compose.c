/* Texts that a pattern finds: see matcher_compose() in parts.h. */
#include "match/parts.h"

#include "match/pattern.h"

#include <limits.h>

struct composer {
	const struct pattern *pattern;
	const struct compose_wishes *wishes;
	struct buf *out;
};

/* The depth of these two is that of the phrase as written. */
static bool has_wanted(const struct composer *c, const struct phrase_sequence *sequence)
{
	if (c->wishes->wanted(c->wishes->context, sequence))
		return true;
	for (const struct phrase_element *e = sequence->first; e; e = e->next) {
		if (e->kind != PHRASE_CHOICE)
			continue;
		for (const struct phrase_sequence *s = e->choices; s; s = s->next)
			if (has_wanted(c, s))
				return true;
	}
	return false;
}

static void put_sequence(const struct composer *c, const struct phrase_sequence *sequence);

/* A word as written, without the signs that mean something in a phrase. */
static void put_word(const struct composer *c, struct span word)
{
	bool escaped = false;

	if (c->out->len > 0 && word.len > 0 && phrase_word_begin(word) != PHRASE_JOINED)
		buf_char(c->out, ' ');
	for (size_t i = 0; i < word.len; i++) {
		char at = word.ptr[i];

		if (!escaped && (at == '\\' || at == '*')) {
			escaped = at == '\\';
			continue;
		}
		escaped = false;
		buf_char(c->out, at);
	}
}

static void put_choice(const struct composer *c, const struct phrase_element *e)
{
	const struct phrase_sequence *chosen = e->choices;

	while (chosen && !has_wanted(c, chosen))
		chosen = chosen->next;
	if (!chosen && !e->optional)
		chosen = e->choices;
	if (chosen)
		put_sequence(c, chosen);
}

static void put_sequence(const struct composer *c, const struct phrase_sequence *sequence)
{
	unsigned written = UINT_MAX;

	c->wishes->taken(c->wishes->context, sequence);
	if (sequence->entry != PHRASE_NO_ENTRY) {
		put_word(c, c->pattern->phrase ? *c->pattern->list_entries[sequence->entry]
					       : c->pattern->entries[sequence->entry]);
		return;
	}
	for (const struct phrase_element *e = sequence->first; e; e = e->next) {
		/* what folds to several words is written once */
		if (e->kind == PHRASE_WORD && e->from == written)
			continue;
		written = e->from;
		if (e->kind == PHRASE_WORD)
			put_word(c, span_sub(c->pattern->written, e->from, e->to));
		else if (e->kind == PHRASE_CHOICE)
			put_choice(c, e);
	}
}

bool matcher_compose(const struct matcher *matcher, uint32_t id,
	const struct compose_wishes *wishes, struct buf *out)
{
	const struct pattern *p = &matcher->patterns[id];
	const struct composer c = {p, wishes, out};
	const struct phrase_sequence *words = p->sequences;

	if (p->phrase) {
		put_sequence(&c, &p->phrase->sequence);
		return true;
	}
	while (words && !has_wanted(&c, words))
		words = words->next;
	if (!p->sequences)
		return false;
	put_sequence(&c, words ? words : p->sequences);
	return true;
}
