/*
 * Prints a phrase as the PCRE2 pattern that is its meaning.
 *
 * The pieces, with W a word character and S one of a script that sets no spaces (text/segment.h):
 *
 *   BEGIN, END   the edges of a word. A word of ordinary letters needs only look at what stands
 *                outside it; EDGE is the general form, for words that begin or end with S or a
 * mark. sep          what parts two words: one character or more that is no W, none of which ends a
 *                sentence. An apostrophe alone between a letter and W parts nothing. Both edges
 *                follow from it, so BEGIN and END stand only where a match begins and ends.
 *   any          a word in a gap
 *   pN, sN       what may stand before and behind a word with forms, which are numbered as they
 * come
 *
 * They are subroutines in a (?(DEFINE)...) group: what PCRE2 compiles, and keeps, is
 * much smaller.
 *
 * Separators stand before the element that they part from what precedes; elements that may be left
 * out at the very beginning of a phrase carry theirs behind them instead.
 */
#include "match/phrase_tree.h"

#include <stdlib.h>

#include "text/utf8.h"

#define W "[\\p{L}\\p{N}\\p{M}_]"
#define NOT_W "[^\\p{L}\\p{N}\\p{M}_]"
#define S                                                                                          \
	"[\\p{sc:Han}\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Thai}\\p{sc:Lao}\\p{sc:Khmer}"         \
	"\\p{sc:Myanmar}]"
#define SPACE "[\\t-\\r\\x85\\p{Z}]"
#define ELISION "(?<!'(?<=(?<!" W ")\\p{L}'|(?<!" W ")\\p{L}\\p{L}'))"
#define BEGIN "(?<!" W "(?<!" S "))" ELISION
#define END "(?!\\p{M}|(?!" S ")" W ")"
#define EDGE "(?!(?<=" W ")(?=" W ")(?!(?!\\p{M})(?:(?<=" S ")|(?=" S "))))"
#define BEGIN_GENERAL EDGE ELISION
#define TAIL "(?:(?<=[a-z0-9_])[a-z0-9_]|\\p{M}|(?<!" S ")(?!" S ")" W ")*+"
#define SENTENCE_END                                                                               \
	"[.!?\\x{61F}\\x{6D4}\\x{2026}][\"')\\]\\x{BB}\\x{201D}\\x{2019}]*+(?:" SPACE "|\\z)"
#define BLANK_LINE "\\n[ \\t\\r]*+\\n"
#define DEFINE_SEP                                                                                 \
	"(?<sep>(?!'(?<=\\p{L}')" W ")(?:[ ,]|(?!" SENTENCE_END "|" BLANK_LINE ")" NOT_W ")++)"
#define DEFINE_ANY                                                                                 \
	"(?<any>" W "(?:(?<=[a-z0-9_])[a-z0-9_]|\\p{M}|(?<!" S ")(?!" S ")" W                      \
	"|(?<=\\p{L})'(?=\\p{L}))*+)"
#define SEP "(?&sep)"
#define SPACES "(?:(?!" BLANK_LINE ")" SPACE ")"

/* What has to be printed before the first word of an element. */
enum before {
	BEFORE_START, /* the phrase begins here: an edge */
	BEFORE_WORD, /* a word precedes: a separator */
	BEFORE_DONE, /* nothing: it has been printed */
};

/* What has to be printed behind the last word. */
enum behind {
	BEHIND_END, /* the match may end here: an edge */
	BEHIND_DONE, /* nothing: it follows, or a separator does */
};

struct printer {
	struct buf *out;
	bool uses_sep, uses_any;
	const struct forms **forms; /* owned; those that are used */
	size_t forms_count, forms_room;
};

static void print_sequence(
	struct printer *p, const struct phrase_sequence *s, enum before before, enum behind behind);

static void print_literal(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c == 0x7F)
			buf_printf(out, "\\x{%X}", c);
		else {
			if (c < 0x80 && strchr("\\^$.[]|()?*+{}#-", c))
				buf_char(out, '\\');
			buf_char(out, (char)c);
		}
	}
}

/* --- edges ------------------------------------------------------------------------------------ */

/* What the element's first words may begin with: bits of enum phrase_edge. */
static unsigned begins_of(const struct phrase_element *e)
{
	unsigned edges = 0;

	for (; e; e = e->next) {
		if (e->kind == PHRASE_WORD)
			edges |= phrase_word_begin(e->word.text);
		else if (e->kind == PHRASE_CHOICE)
			for (const struct phrase_sequence *s = e->choices; s; s = s->next)
				edges |= begins_of(s->first);
		if (!phrase_is_optional(e))
			break;
	}
	return edges;
}

/* Whether the element surely begins with an ordinary letter or digit, nothing optional before. */
static bool is_plain_begin(const struct phrase_element *e)
{
	if (e->kind == PHRASE_WORD)
		return phrase_word_begin(e->word.text) == PHRASE_PLAIN;
	if (e->kind == PHRASE_GAP)
		return false;
	for (const struct phrase_sequence *s = e->choices; s; s = s->next)
		if (phrase_is_optional(s->first) || !is_plain_begin(s->first))
			return false;
	return true;
}

static bool is_plain_end(const struct phrase_element *e)
{
	if (e->kind == PHRASE_WORD)
		return !e->word.prefix && phrase_word_end(e->word.text) == PHRASE_PLAIN;
	if (e->kind == PHRASE_GAP)
		return false;
	for (const struct phrase_sequence *s = e->choices; s; s = s->next) {
		const struct phrase_element *last = s->first;

		while (last->next)
			last = last->next;
		if (phrase_is_optional(last) || !is_plain_end(last))
			return false;
	}
	return true;
}

static void print_separator(struct printer *p)
{
	p->uses_sep = true;
	buf_str(p->out, SEP);
}

/* What stands before the first letter of a word that begins so. */
static void print_begin(struct printer *p, enum phrase_edge edge, enum before before)
{
	if (before == BEFORE_START) {
		if (edge == PHRASE_PLAIN)
			buf_str(p->out, BEGIN);
		else if (edge == PHRASE_SOLO)
			buf_str(p->out, BEGIN_GENERAL);
	} else if (before == BEFORE_WORD) {
		/* Signs separate words, too: only white space surely is no part of this one. */
		if (edge == PHRASE_SIGN)
			buf_str(p->out, SPACES "++");
		else if (edge == PHRASE_JOINED)
			buf_str(p->out, SPACES "*+");
		else
			print_separator(p);
	}
}

static void print_end(struct printer *p, enum phrase_edge edge, enum behind behind)
{
	if (behind == BEHIND_END && edge == PHRASE_PLAIN)
		buf_str(p->out, END);
	else if (behind == BEHIND_END && edge == PHRASE_SOLO)
		buf_str(p->out, EDGE);
}

/* What stands between an element left out at will and the beginning proper. */
static void print_join(struct printer *p, unsigned edges)
{
	if (!(edges & (PHRASE_SIGN | PHRASE_JOINED))) {
		print_separator(p);
		return;
	}
	buf_str(p->out, "(?:");
	print_separator(p);
	buf_str(p->out, "(?=" W ")|" SPACES "++|(?='))");
}

/* --- elements --------------------------------------------------------------------------------- */

/* The number of the forms among those that are used. */
static size_t number_forms(struct printer *p, const struct forms *forms)
{
	size_t i = 0;

	while (i < p->forms_count && p->forms[i] != forms)
		i++;
	if (i == p->forms_room) {
		size_t room = i ? 2 * i : 8;
		const struct forms **bigger = realloc(p->forms, room * sizeof(*bigger));

		if (!bigger) {
			p->out->failed = true;
			return i;
		}
		p->forms = bigger;
		p->forms_room = room;
	}
	if (i == p->forms_count)
		p->forms[p->forms_count++] = forms;
	return i;
}

/* The text of the word with what may stand before and behind it. */
static void print_inflected(struct printer *p, const struct phrase_word *word)
{
	const struct form_set *set = word->forms;

	if (set->count > 1)
		buf_str(p->out, "(?:");
	for (size_t i = 0; i < set->count; i++) {
		const struct forms *forms = set->items[i];
		size_t number = number_forms(p, forms);

		if (i > 0)
			buf_char(p->out, '|');
		if (word->prefixes && forms->prefixes.count > 0)
			buf_printf(p->out, "(?&p%zu)", number);
		print_literal(p->out, word->text);
		if (word->suffixes && forms->suffixes.count > 0)
			buf_printf(p->out, "(?&s%zu)", number);
	}
	if (set->count > 1)
		buf_char(p->out, ')');
}

static void print_word(
	struct printer *p, const struct phrase_word *word, enum before before, enum behind behind)
{
	print_begin(p, phrase_word_begin(word->text), before);
	if (word->forms)
		print_inflected(p, word);
	else
		print_literal(p->out, word->text);
	if (word->prefix)
		buf_str(p->out, TAIL);
	else
		print_end(p, phrase_word_end(word->text), behind);
}

static void print_choices(struct printer *p, const struct phrase_sequence *choices,
	enum before before, enum behind behind)
{
	for (const struct phrase_sequence *s = choices; s; s = s->next) {
		print_sequence(p, s, before, behind);
		if (s->entry != PHRASE_NO_ENTRY)
			buf_printf(p->out, "(*:%u)", s->entry);
		if (s->next)
			buf_char(p->out, '|');
	}
}

static void print_element(
	struct printer *p, const struct phrase_element *e, enum before before, enum behind behind)
{
	bool hoist_begin, hoist_end;

	if (e->kind == PHRASE_WORD) {
		print_word(p, &e->word, before, behind);
		return;
	}
	if (e->kind == PHRASE_GAP) {
		p->uses_any = true;
		buf_str(p->out, "(?:");
		print_separator(p);
		buf_printf(p->out, "(?&any)){0,%u}?", e->gap);
		return;
	}
	hoist_begin = before != BEFORE_DONE && is_plain_begin(e);
	hoist_end = behind == BEHIND_END && is_plain_end(e);
	if (hoist_begin)
		print_begin(p, PHRASE_PLAIN, before);
	buf_str(p->out, "(?:");
	print_choices(p, e->choices, hoist_begin ? BEFORE_DONE : before,
		hoist_end ? BEHIND_DONE : behind);
	buf_char(p->out, ')');
	if (hoist_end)
		print_end(p, PHRASE_PLAIN, BEHIND_END);
}

/* Whether something that must be there follows. */
static bool is_followed(const struct phrase_element *e)
{
	for (e = e->next; e; e = e->next)
		if (!phrase_is_optional(e))
			return true;
	return false;
}

static void print_sequence(
	struct printer *p, const struct phrase_sequence *s, enum before before, enum behind behind)
{
	for (const struct phrase_element *e = s->first; e; e = e->next) {
		bool optional = e->kind == PHRASE_CHOICE && e->optional;

		if (optional)
			buf_str(p->out, "(?:");
		print_element(p, e, before, is_followed(e) ? BEHIND_DONE : behind);
		if (optional && before == BEFORE_START)
			print_join(p, begins_of(e->next));
		if (optional)
			buf_str(p->out, ")?");
		else
			before = BEFORE_WORD;
	}
}

static void define_slots(
	struct printer *p, char kind, size_t number, const struct form_slots *slots)
{
	if (slots->count == 0)
		return;
	buf_printf(p->out, "(?<%c%zu>", kind, number);
	for (size_t i = 0; i < slots->count; i++) {
		buf_str(p->out, "(?:");
		for (size_t k = 0; k < slots->items[i].count; k++) {
			if (k > 0)
				buf_char(p->out, '|');
			print_literal(p->out, slots->items[i].texts[k]);
		}
		buf_str(p->out, ")?");
	}
	buf_char(p->out, ')');
}

/* Prints the subroutines, and frees what was noted for it. */
static void print_defines(struct printer *p)
{
	if (p->uses_sep || p->uses_any || p->forms_count > 0) {
		buf_str(p->out, "(?(DEFINE)");
		if (p->uses_sep || p->uses_any)
			buf_str(p->out, DEFINE_SEP);
		if (p->uses_any)
			buf_str(p->out, DEFINE_ANY);
		for (size_t i = 0; i < p->forms_count; i++) {
			define_slots(p, 'p', i, &p->forms[i]->prefixes);
			define_slots(p, 's', i, &p->forms[i]->suffixes);
		}
		buf_char(p->out, ')');
	}
	free(p->forms);
}

void phrase_print_regex(const struct phrase *phrase, struct buf *out)
{
	struct printer p = {.out = out};

	print_sequence(&p, &phrase->sequence, BEFORE_START, BEHIND_END);
	print_defines(&p);
}

void phrase_print_choice(const struct phrase_sequence *choices, struct buf *out)
{
	const struct phrase_sequence all = {.next = NULL,
		.first = &(struct phrase_element){.kind = PHRASE_CHOICE,
			.choices = (struct phrase_sequence *)choices},
		.entry = PHRASE_NO_ENTRY};
	struct printer p = {.out = out};

	print_sequence(&p, &all, BEFORE_START, BEHIND_END);
	print_defines(&p);
}
