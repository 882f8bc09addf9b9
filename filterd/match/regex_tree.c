/* Reads regexes into trees: see regex_tree.h. */
#include "match/regex_tree.h"

#include "match/regex.h"
#include "match/regex_cursor.h"
#include "text/utf8.h"

#include <ctype.h>

#define DEPTH_MAX 250 /* PCRE2's own limit of nested groups */

struct reader {
	struct arena *arena;
	struct regex_cursor c;
	bool caseless;
	unsigned depth;
	int rc; /* OK, or why it gave up */
	struct regex_node lost; /* what stands for a node once it has */
};

static bool at_end(const struct reader *r)
{
	return r->c.at >= r->c.in.len || r->rc != OK;
}

static struct regex_node *new_node(struct reader *r, enum regex_kind kind, size_t from)
{
	struct regex_node *node = arena_zalloc(r->arena, 1, sizeof(*node));

	if (!node) {
		r->rc = ERR_NOMEM;
		return &r->lost;
	}
	node->kind = kind;
	node->caseless = r->caseless;
	node->written = span_sub(r->c.in, from, r->c.at);
	return node;
}

static struct regex_node *give_up(struct reader *r)
{
	r->rc = r->rc == OK ? ERR_UNSUPPORTED : r->rc;
	return new_node(r, REGEX_UNKNOWN, r->c.at);
}

static struct regex_node *literal(struct reader *r, size_t from, uint32_t c)
{
	struct regex_node *node = new_node(r, REGEX_CHARACTER, from);

	if (r->rc == OK) {
		node->literal = true;
		node->character = c;
	}
	return node;
}

/* --- atoms ------------------------------------------------------------------------------------ */

/* {name}, <name>, 'name', or a number or one character. */
static void skip_name(struct reader *r)
{
	if (cursor_sees(&r->c, "{"))
		cursor_skip_past(&r->c, '}');
	else if (cursor_sees(&r->c, "<"))
		cursor_skip_past(&r->c, '>');
	else if (cursor_take(&r->c, "'"))
		cursor_skip_past(&r->c, '\'');
	else
		for (r->c.at += r->c.at < r->c.in.len; cursor_at_digit(&r->c);)
			r->c.at++;
}

/* Behind \x or \o: up to two hexadecimal digits, or {...}. */
static void skip_code(struct reader *r)
{
	if (cursor_sees(&r->c, "{")) {
		cursor_skip_past(&r->c, '}');
		return;
	}
	for (int i = 0;
		i < 2 && r->c.at < r->c.in.len && isxdigit((unsigned char)r->c.in.ptr[r->c.at]);
		i++)
		r->c.at++;
}

static struct regex_node *read_escape(struct reader *r)
{
	size_t from = r->c.at++;
	uint32_t c = r->c.at < r->c.in.len ? utf8_next(r->c.in, &r->c.at) : 0;

	if (c == 0 || c == 'Q' || c == 'E')
		return give_up(r);
	if (c < 0x80 && strchr("bBAZzGK", (int)c))
		return new_node(r, REGEX_NOTHING, from);
	if (c == 'g' || c == 'k' || (c >= '0' && c <= '9')) {
		if (c >= '0' && c <= '9')
			while (cursor_at_digit(&r->c))
				r->c.at++;
		else
			skip_name(r);
		return new_node(r, REGEX_UNKNOWN, from);
	}
	if (c == 'p' || c == 'P')
		skip_name(r);
	else if (c == 'x' || c == 'o')
		skip_code(r);
	else if (c == 'c')
		r->c.at += r->c.at < r->c.in.len;
	else if (c == 'N' && cursor_sees(&r->c, "{"))
		cursor_skip_past(&r->c, '}');
	else if (c >= 0x80 || !isalpha((int)c))
		return literal(r, from, c);
	return new_node(r, REGEX_CHARACTER, from);
}

static struct regex_node *read_class(struct reader *r)
{
	size_t from = r->c.at++;

	cursor_take(&r->c, "^");
	cursor_take(&r->c, "]");
	while (!at_end(r) && !cursor_sees(&r->c, "]")) {
		size_t posix = regex_posix_class(r->c.in, r->c.at);

		if (posix > 0)
			r->c.at += posix;
		else if (cursor_sees(&r->c, "\\Q"))
			return give_up(r);
		else
			r->c.at += cursor_sees(&r->c, "\\") ? 2 : 1;
	}
	if (!cursor_take(&r->c, "]"))
		return give_up(r);
	return new_node(r, REGEX_CHARACTER, from);
}

/* --- groups ----------------------------------------------------------------------------------- */

static struct regex_node *read_choices(struct reader *r);

static struct regex_node *read_inside(struct reader *r)
{
	bool caseless = r->caseless;
	struct regex_node *node = read_choices(r);

	r->caseless = caseless;
	return cursor_take(&r->c, ")") ? node : give_up(r);
}

/* Letters behind "(?" up to ) or :. */
static struct regex_node *read_options(struct reader *r, size_t from)
{
	bool caseless = r->caseless, on = true;

	for (; r->c.at < r->c.in.len && strchr("imsnJUx^-", r->c.in.ptr[r->c.at]); r->c.at++) {
		if (r->c.in.ptr[r->c.at] == '-')
			on = false;
		else if (r->c.in.ptr[r->c.at] == 'i')
			r->caseless = on;
		else if (r->c.in.ptr[r->c.at] == 'x')
			return give_up(r);
		else if (r->c.in.ptr[r->c.at] == '^')
			r->caseless = false;
	}
	if (cursor_take(&r->c, ")"))
		return new_node(r, REGEX_NOTHING, from);
	if (cursor_take(&r->c, ":")) {
		struct regex_node *node = read_choices(r);

		r->caseless = caseless;
		return cursor_take(&r->c, ")") ? node : give_up(r);
	}
	/* (?R), (?1), (?&name), (?P>name) */
	cursor_skip_past(&r->c, ')');
	return new_node(r, REGEX_UNKNOWN, from);
}

static struct regex_node *read_special(struct reader *r, size_t from)
{
	static const char *const lookarounds[] = {"=", "!", "<=", "<!"};

	for (size_t i = 0; i < ARRAY_LEN(lookarounds); i++) {
		if (cursor_take(&r->c, lookarounds[i])) {
			read_inside(r);
			return new_node(r, REGEX_NOTHING, from);
		}
	}
	if (cursor_sees(&r->c, "(") || cursor_sees(&r->c, "#"))
		return give_up(r);
	if (cursor_take(&r->c, ">")) {
		struct regex_node *inside = read_inside(r);
		struct regex_node *node = new_node(r, REGEX_REPEAT, from);

		/* Gives nothing back, once. */
		if (r->rc == OK) {
			node->first = inside;
			node->min = node->max = 1;
			node->keeps = true;
		}
		return node;
	}
	if (cursor_take(&r->c, "<") || cursor_take(&r->c, "P<")) {
		cursor_skip_past(&r->c, '>');
		return read_inside(r);
	}
	if (cursor_take(&r->c, "'")) {
		cursor_skip_past(&r->c, '\'');
		return read_inside(r);
	}
	if (cursor_take(&r->c, "|"))
		return read_inside(r);
	return read_options(r, from);
}

static struct regex_node *read_group(struct reader *r)
{
	struct regex_node *node;
	size_t from = r->c.at++;

	if (++r->depth > DEPTH_MAX)
		return give_up(r);
	node = cursor_take(&r->c, "?") ? read_special(r, from) : read_inside(r);
	r->depth--;
	return node;
}

static struct regex_node *read_atom(struct reader *r)
{
	size_t from = r->c.at;
	char c = r->c.in.ptr[r->c.at];

	switch (c) {
	case '(':
		return read_group(r);
	case '[':
		return read_class(r);
	case '\\':
		return read_escape(r);
	case '.':
		r->c.at++;
		return new_node(r, REGEX_CHARACTER, from);
	case '^':
	case '$':
		r->c.at++;
		return new_node(r, REGEX_NOTHING, from);
	default:
		return literal(r, from, utf8_next(r->c.in, &r->c.at));
	}
}

/* --- repeats and sequences -------------------------------------------------------------------- */

static uint32_t read_number(struct reader *r)
{
	uint32_t n = 0;

	for (; cursor_at_digit(&r->c); r->c.at++)
		n = n < 100000 ? n * 10 + (uint32_t)(r->c.in.ptr[r->c.at] - '0') : n;
	return n;
}

/* {n}, {n,} or {n,m}; anything else is text. */
static bool read_braces(struct reader *r, uint32_t *min, uint32_t *max)
{
	size_t from = r->c.at;

	if (!cursor_take(&r->c, "{"))
		return false;
	if (cursor_at_digit(&r->c)) {
		*min = *max = read_number(r);
		if (cursor_take(&r->c, ","))
			*max = cursor_at_digit(&r->c) ? read_number(r) : REGEX_NO_BOUND;
		if (cursor_take(&r->c, "}"))
			return true;
	}
	r->c.at = from;
	return false;
}

static bool read_quantifier(struct reader *r, uint32_t *min, uint32_t *max)
{
	*max = REGEX_NO_BOUND;
	if (cursor_take(&r->c, "*")) {
		*min = 0;
		return true;
	}
	if (cursor_take(&r->c, "+")) {
		*min = 1;
		return true;
	}
	if (cursor_take(&r->c, "?")) {
		*min = 0;
		*max = 1;
		return true;
	}
	return read_braces(r, min, max);
}

static struct regex_node *read_repeats(struct reader *r, struct regex_node *atom, size_t from)
{
	uint32_t min, max;

	while (!at_end(r) && read_quantifier(r, &min, &max)) {
		bool keeps = !cursor_take(&r->c, "?") && cursor_take(&r->c, "+");
		struct regex_node *node = new_node(r, REGEX_REPEAT, from);

		if (r->rc != OK)
			return node;
		node->first = atom;
		node->min = min;
		node->max = max;
		node->keeps = keeps;
		atom = node;
	}
	return atom;
}

static struct regex_node *read_sequence(struct reader *r)
{
	size_t from = r->c.at;
	struct regex_node *sequence = new_node(r, REGEX_SEQUENCE, from), *first = NULL;
	struct regex_node **last = &first;

	while (!at_end(r) && !cursor_sees(&r->c, "|") && !cursor_sees(&r->c, ")")) {
		size_t begin = r->c.at;
		struct regex_node *atom = read_repeats(r, read_atom(r), begin);

		if (r->rc != OK)
			break;
		*last = atom;
		last = &atom->next;
	}
	if (r->rc == OK)
		sequence->first = first;
	return sequence;
}

static struct regex_node *read_choices(struct reader *r)
{
	struct regex_node *one = read_sequence(r), *choice, **last;

	if (r->rc != OK || !cursor_sees(&r->c, "|"))
		return one;
	choice = new_node(r, REGEX_CHOICE, r->c.at);
	if (r->rc != OK)
		return choice;
	choice->first = one;
	last = &one->next;
	while (r->rc == OK && cursor_take(&r->c, "|")) {
		struct regex_node *more = read_sequence(r);

		if (r->rc != OK)
			break;
		*last = more;
		last = &more->next;
	}
	return choice;
}

int regex_tree(struct arena *arena, struct span regex, struct regex_node **out)
{
	struct reader r = {.arena = arena, .c.in = regex};

	*out = read_choices(&r);
	if (r.rc == OK && r.c.at < regex.len)
		return ERR_UNSUPPORTED;
	return r.rc;
}

bool regex_has_unbounded(const struct regex_node *node)
{
	if (node->kind == REGEX_REPEAT && node->max == REGEX_NO_BOUND && !node->keeps)
		return true;
	for (const struct regex_node *in = node->first; in; in = in->next)
		if (regex_has_unbounded(in))
			return true;
	return false;
}
