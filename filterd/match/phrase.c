/* Parses the phrase language: see phrase.h and, for what comes out, phrase_tree.h. */
#include "match/phrase_tree.h"

#include <stdarg.h>
#include <stdio.h>

#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

#define SPECIAL "()[]<>|*\\" /* and a run of three dots */
#define GAPS_PRODUCT_MAX 20000 /* ways to place the gaps of one phrase */

struct parser {
	struct arena *arena;
	struct span in;
	size_t at;
	const struct phrase_lists *lists;
	struct phrase *phrase;
	size_t entries_room;
	unsigned depth;
	double gap_ways;
	struct pattern_error *error;
};

int pattern_fail(struct pattern_error *error, size_t offset, const char *format, ...)
{
	va_list args;

	*error = (struct pattern_error){.offset = offset};
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return ERR_INVALID;
}

/* --- words ------------------------------------------------------------------------------------ */

static enum phrase_edge edge_of(uint32_t c)
{
	unsigned flags = char_info(c).flags;

	if (!(flags & CHAR_WORD))
		return c == '\'' ? PHRASE_JOINED : PHRASE_SIGN;
	return flags & (CHAR_SOLO | CHAR_MARK) ? PHRASE_SOLO : PHRASE_PLAIN;
}

enum phrase_edge phrase_word_begin(struct span word)
{
	size_t at = 0;

	return edge_of(utf8_next(word, &at));
}

enum phrase_edge phrase_word_end(struct span word)
{
	size_t at = word.len;
	uint32_t c = utf8_prev(word, &at);
	enum phrase_edge edge = edge_of(c);

	/* Where a mark ends the word, what it sits on decides: the general form of the edge. */
	return edge == PHRASE_JOINED ? PHRASE_SIGN : edge;
}

static struct phrase_element *add_element(
	struct arena *arena, struct phrase_element ***last, enum phrase_kind kind)
{
	struct phrase_element *e = arena_zalloc(arena, 1, sizeof(*e));

	if (!e)
		return NULL;
	e->kind = kind;
	**last = e;
	*last = &e->next;
	return e;
}

/* The stars that stood at a word's begin and end. */
struct stars {
	bool before, behind;
};

/* What is wrong with a word that is to be found within others; NULL: nothing. */
static const char *why_not_glued(struct span word)
{
	if (phrase_word_begin(word) != PHRASE_PLAIN)
		return "`*` must stand before a letter or digit";
	if (utf8_count(word).chars < PHRASE_GLUED_MIN)
		return "a word that is found within others (`*` before it) has four letters or "
		       "more";
	return NULL;
}

/*
 * Folds one word as written, without its stars, and adds it: more than one where folding puts
 * spaces in it.
 */
static int add_folded(struct arena *arena, struct span written, struct stars stars, size_t offset,
	struct phrase_element ***last, struct pattern_error *error)
{
	struct span folded = fold_word(arena, written);
	struct phrase_element *e = NULL;
	size_t at = 0;

	if (!folded.ptr)
		return ERR_NOMEM;
	while (at < folded.len) {
		size_t from = at;

		while (at < folded.len && folded.ptr[at] != ' ')
			at++;
		if (at > from) {
			e = add_element(arena, last, PHRASE_WORD);
			if (!e)
				return ERR_NOMEM;
			e->word.text = span_sub(folded, from, at);
		}
		at++;
	}
	if (!e)
		return pattern_fail(error, offset, "nothing is left of this word after folding");
	if (stars.behind && !(phrase_word_end(e->word.text) & (PHRASE_PLAIN | PHRASE_SOLO)))
		return pattern_fail(error, offset + stars.before + written.len,
			"`*` must stand after a letter or digit");
	if (stars.before && why_not_glued(e->word.text))
		return pattern_fail(error, offset, "%s", why_not_glued(e->word.text));
	e->word.prefix = stars.behind;
	e->word.glued = stars.before;
	return OK;
}

static bool is_space_at(struct span s, size_t at)
{
	return char_info(utf8_next(s, &at)).flags & CHAR_SPACE;
}

static size_t skip_spaces(struct span s, size_t at)
{
	while (at < s.len && is_space_at(s, at))
		at += utf8_len((unsigned char)s.ptr[at]);
	return at;
}

/* Whether any of the forms has something to put before a word. */
static bool have_prefixes(const struct form_set *forms)
{
	for (size_t i = 0; i < forms->count; i++)
		if (forms->items[i]->prefixes.count > 0)
			return true;
	return false;
}

static bool have_suffixes(const struct form_set *forms)
{
	for (size_t i = 0; i < forms->count; i++)
		if (forms->items[i]->suffixes.count > 0)
			return true;
	return false;
}

/*
 * Gives the first word the prefixes and the last the suffixes; not where a sign or a letter of a
 * script without spaces stands, for there a word has no edge that they could move.
 */
static void inflect(struct phrase_element *first, const struct form_set *forms)
{
	struct phrase_element *last = first;

	while (last->next)
		last = last->next;
	if (have_prefixes(forms) && phrase_word_begin(first->word.text) == PHRASE_PLAIN) {
		first->word.forms = forms;
		first->word.prefixes = true;
	}
	if (have_suffixes(forms) && !last->word.prefix &&
		phrase_word_end(last->word.text) == PHRASE_PLAIN) {
		last->word.forms = forms;
		last->word.suffixes = true;
	}
}

int phrase_parse_entry(struct arena *arena, struct span entry, const struct form_set *forms,
	size_t offset, struct phrase_sequence *sequence, struct pattern_error *error)
{
	struct phrase_element **last = &sequence->first;
	size_t bad, at;

	if (!utf8_valid(entry, &bad))
		return pattern_fail(error, offset, "an entry is not valid UTF-8");
	at = skip_spaces(entry, 0);
	while (at < entry.len) {
		size_t from = at, to;
		struct stars stars;
		int rc;

		while (at < entry.len && !is_space_at(entry, at))
			at += utf8_len((unsigned char)entry.ptr[at]);
		to = at;
		at = skip_spaces(entry, at);
		stars.behind = at == entry.len && to > from + 1 && entry.ptr[to - 1] == '*';
		stars.before = to > from + 1u + stars.behind && entry.ptr[from] == '*' &&
			       entry.ptr[from + 1] != '*';
		rc = add_folded(arena, span_sub(entry, from + stars.before, to - stars.behind),
			stars, offset, &last, error);
		if (rc != OK)
			return rc;
	}
	if (!sequence->first)
		return pattern_fail(error, offset, "an entry is empty");
	if (forms)
		inflect(sequence->first, forms);
	return OK;
}

/* --- the parser ------------------------------------------------------------------------------- */

static int parse_choices(struct parser *p, char closer, struct phrase_sequence **out);

static bool at_gap(const struct parser *p)
{
	struct span rest = span_sub(p->in, p->at, p->in.len);

	return span_starts(rest, SPAN("...")) || span_starts(rest, SPAN("\xE2\x80\xA6"));
}

static bool at_apostrophe(const struct parser *p)
{
	struct span rest = span_sub(p->in, p->at, p->in.len);

	return span_starts(rest, SPAN("'")) || span_starts(rest, SPAN("\xE2\x80\x99"));
}

/* Whether the next character is one of `set`; false at the end. */
static bool at_one_of(const struct parser *p, const char *set)
{
	return p->at < p->in.len && p->in.ptr[p->at] != '\0' && strchr(set, p->in.ptr[p->at]);
}

/* Whether nothing, or white space, or the end of a group is next: where an element may end. */
static bool at_boundary(const struct parser *p)
{
	return p->at == p->in.len || is_space_at(p->in, p->at) || at_one_of(p, ")]|") || at_gap(p);
}

static int parse_word(struct parser *p, struct phrase_element ***last)
{
	size_t from = p->at;
	char *plain = arena_alloc(p->arena, p->in.len - from + 1);
	size_t len = 0;
	struct stars stars = {.before = at_one_of(p, "*")};
	int rc;

	if (!plain)
		return ERR_NOMEM;
	p->at += stars.before;
	while (p->at < p->in.len && !is_space_at(p->in, p->at) && !at_gap(p)) {
		size_t more = utf8_len((unsigned char)p->in.ptr[p->at]);

		if (p->in.ptr[p->at] == '\\') {
			p->at++;
			if (!at_one_of(p, SPECIAL ".'"))
				return pattern_fail(p->error, p->at - 1,
					"`\\` stands only before one of ( ) [ ] < > | * . ' \\");
			more = 1;
		} else if (at_one_of(p, SPECIAL)) {
			break;
		}
		memcpy(plain + len, p->in.ptr + p->at, more);
		len += more;
		p->at += more;
	}
	if (at_one_of(p, "*")) {
		stars.behind = len > 0;
		p->at++;
		if (!at_boundary(p))
			return pattern_fail(
				p->error, p->at - 1, "`*` stands only at the end of a word");
	}
	if (len == 0)
		return pattern_fail(p->error, from,
			"`*` stands at the end of a word that it makes a prefix, or before one "
			"that is found within others");
	rc = add_folded(p->arena, (struct span){plain, len}, stars, from, last, p->error);
	if (rc == OK && !at_boundary(p))
		return pattern_fail(
			p->error, p->at, "a space is missing before `%c`", p->in.ptr[p->at]);
	return rc;
}

static int parse_gap(struct parser *p, struct phrase_element ***last)
{
	size_t from = p->at;
	struct phrase_element *e = add_element(p->arena, last, PHRASE_GAP);
	unsigned words = 0;
	size_t digits;

	if (!e)
		return ERR_NOMEM;
	p->at += 3; /* "..." and U+2026 are both three bytes long */
	if (at_one_of(p, "."))
		return pattern_fail(p->error, from, "a gap is written with three dots");
	digits = p->at;
	while (at_one_of(p, "0123456789")) {
		if (words <= PHRASE_GAP_MAX)
			words = words * 10 + (unsigned)(p->in.ptr[p->at] - '0');
		p->at++;
	}
	if (p->at == digits)
		words = PHRASE_GAP_DEFAULT;
	else if (words == 0 || words > PHRASE_GAP_MAX)
		return pattern_fail(p->error, digits, "a gap is of 1 to %d words", PHRASE_GAP_MAX);
	if (!at_boundary(p) || at_gap(p))
		return pattern_fail(p->error, p->at, "a space is missing after the gap");
	e->gap = words;
	p->gap_ways *= words + 1;
	if (p->gap_ways > GAPS_PRODUCT_MAX)
		return pattern_fail(
			p->error, from, "the gaps of this phrase are too many or too wide");
	return OK;
}

/* The number by which a match tells that this entry was in it. */
static int number_entry(struct parser *p, const struct span *entry, uint32_t *number)
{
	struct phrase *phrase = p->phrase;

	if (!arena_grow(p->arena, (void **)&phrase->entries, phrase->entries_count,
		    &p->entries_room, sizeof(*phrase->entries), 32))
		return ERR_NOMEM;
	*number = (uint32_t)phrase->entries_count;
	phrase->entries[phrase->entries_count++] = entry;
	return OK;
}

static int add_entries(struct parser *p, size_t offset, const struct phrase_list *list,
	struct phrase_sequence **out)
{
	for (size_t i = 0; i < list->count; i++) {
		struct phrase_sequence *s = arena_zalloc(p->arena, 1, sizeof(*s));
		int rc;

		if (!s)
			return ERR_NOMEM;
		s->at = (uint32_t)offset;
		rc = phrase_parse_entry(p->arena, list->entries[i],
			list->forms ? list->forms[i] : NULL, offset, s, p->error);
		if (rc == OK)
			rc = number_entry(p, &list->entries[i], &s->entry);
		if (rc != OK)
			return rc;
		*out = s;
		out = &s->next;
	}
	return OK;
}

static int parse_list(struct parser *p, struct phrase_element ***last)
{
	size_t from = p->at;
	const char *end = memchr(p->in.ptr + from, '>', p->in.len - from);
	struct phrase_list list = {0};
	struct phrase_element *e;
	struct span name;

	if (!end)
		return pattern_fail(p->error, from, "`<` is never closed");
	name = span_sub(p->in, from + 1, (size_t)(end - p->in.ptr));
	if (name.len == 0)
		return pattern_fail(p->error, from, "`<>` names no list");
	if (!p->lists || !p->lists->find(p->lists->context, name, &list)) {
		pattern_fail(p->error, from, "there is no list `%.*s`",
			(int)(name.len < 64 ? name.len : 64), name.ptr);
		p->error->unknown_list = name;
		return ERR_INVALID;
	}
	if (list.count == 0)
		return pattern_fail(p->error, from, "the list `%.*s` is empty",
			(int)(name.len < 64 ? name.len : 64), name.ptr);
	p->at = (size_t)(end - p->in.ptr) + 1;
	e = add_element(p->arena, last, PHRASE_CHOICE);
	if (!e)
		return ERR_NOMEM;
	return add_entries(p, from, &list, &e->choices);
}

static int parse_group(struct parser *p, struct phrase_element ***last)
{
	size_t from = p->at;
	char opener = p->in.ptr[p->at++], closer = opener == '(' ? ')' : ']';
	struct phrase_element *e = add_element(p->arena, last, PHRASE_CHOICE);
	int rc;

	if (!e)
		return ERR_NOMEM;
	if (++p->depth > PHRASE_DEPTH_MAX)
		return pattern_fail(
			p->error, from, "groups are nested more than %d deep", PHRASE_DEPTH_MAX);
	e->optional = opener == '[';
	rc = parse_choices(p, closer, &e->choices);
	if (rc != OK)
		return rc;
	if (p->at == p->in.len)
		return pattern_fail(p->error, from, "`%c` is never closed", opener);
	p->at++;
	p->depth--;
	return OK;
}

static int parse_element(struct parser *p, struct phrase_element ***last)
{
	char c = p->in.ptr[p->at];
	int rc;

	if (at_gap(p))
		return parse_gap(p, last);
	if (c == '>')
		return pattern_fail(p->error, p->at, "`>` closes nothing");
	if (c != '(' && c != '[' && c != '<')
		return parse_word(p, last);
	rc = c == '<' ? parse_list(p, last) : parse_group(p, last);
	if (rc == OK && !at_boundary(p) && !at_apostrophe(p))
		return pattern_fail(
			p->error, p->at, "a space is missing after `%c`", p->in.ptr[p->at - 1]);
	return rc;
}

/* Where elements stand that were written as one: a word may be several after folding. */
static void set_range(struct phrase_element *e, size_t from, size_t to)
{
	do {
		e->from = (uint16_t)from;
		e->to = (uint16_t)to;
		e = e->next;
	} while (e);
}

/* Elements up to the end, a `|` or a closing bracket. */
static int parse_elements(struct parser *p, struct phrase_sequence *sequence)
{
	struct phrase_element **last = &sequence->first, *gap = NULL;
	size_t from = p->at = skip_spaces(p->in, p->at), gap_at = 0;
	bool needed = false; /* an element that must be there has been seen */

	while (p->at < p->in.len && !at_one_of(p, ")]|")) {
		struct phrase_element **mine = last;
		size_t start = p->at;
		int rc = parse_element(p, &last);

		if (rc != OK)
			return rc;
		set_range(*mine, start, p->at);
		if ((*mine)->kind == PHRASE_GAP) {
			if (gap || !needed)
				return pattern_fail(p->error, start,
					"a gap needs a word before it that must be there");
			gap = *mine;
			gap_at = start;
		} else if (!phrase_is_optional(*mine)) {
			needed = true;
			gap = NULL;
		}
		p->at = skip_spaces(p->in, p->at);
	}
	if (gap)
		return pattern_fail(
			p->error, gap_at, "a gap needs a word after it that must be there");
	if (!needed)
		return pattern_fail(p->error, from,
			sequence->first ? "all of this may be left out, which would match anything"
					: "a word is missing here");
	return OK;
}

static int parse_choices(struct parser *p, char closer, struct phrase_sequence **out)
{
	for (;;) {
		struct phrase_sequence *s = arena_zalloc(p->arena, 1, sizeof(*s));
		int rc;

		if (!s)
			return ERR_NOMEM;
		s->entry = PHRASE_NO_ENTRY;
		s->at = (uint32_t)skip_spaces(p->in, p->at);
		rc = parse_elements(p, s);
		if (rc != OK)
			return rc;
		*out = s;
		out = &s->next;
		if (p->at == p->in.len || p->in.ptr[p->at] == closer)
			return OK;
		if (p->in.ptr[p->at] != '|')
			return pattern_fail(p->error, p->at, "`%c` stands where `%c` is expected",
				p->in.ptr[p->at], closer);
		p->at++;
	}
}

int phrase_parse(struct arena *arena, struct span written, const struct phrase_lists *lists,
	struct phrase **out, struct pattern_error *error)
{
	struct parser p = {
		.arena = arena, .in = written, .lists = lists, .gap_ways = 1, .error = error};
	size_t bad;
	int rc;

	if (written.len > PHRASE_LENGTH_MAX)
		return pattern_fail(error, PHRASE_LENGTH_MAX, "a phrase has at most %d bytes",
			PHRASE_LENGTH_MAX);
	if (!utf8_valid(written, &bad))
		return pattern_fail(error, bad, "this is not valid UTF-8");
	p.phrase = arena_zalloc(arena, 1, sizeof(*p.phrase));
	if (!p.phrase)
		return ERR_NOMEM;
	p.phrase->written = written;
	p.phrase->sequence.entry = PHRASE_NO_ENTRY;
	if (skip_spaces(written, 0) == written.len)
		return pattern_fail(error, 0, "the phrase is empty");
	rc = parse_elements(&p, &p.phrase->sequence);
	if (rc != OK)
		return rc;
	if (at_one_of(&p, "|"))
		return pattern_fail(error, p.at, "`|` stands only inside ( ) or [ ]");
	if (p.at < written.len)
		return pattern_fail(error, p.at, "`%c` closes nothing", written.ptr[p.at]);
	*out = p.phrase;
	return OK;
}

static void visit_words(const struct phrase_sequence *s,
	void (*each)(void *context, const struct phrase_word *word), void *context)
{
	for (const struct phrase_element *e = s->first; e; e = e->next) {
		if (e->kind == PHRASE_WORD)
			each(context, &e->word);
		if (e->kind == PHRASE_CHOICE)
			for (const struct phrase_sequence *c = e->choices; c; c = c->next)
				visit_words(c, each, context);
	}
}

void phrase_words(const struct phrase *phrase,
	void (*each)(void *context, const struct phrase_word *word), void *context)
{
	visit_words(&phrase->sequence, each, context);
}
