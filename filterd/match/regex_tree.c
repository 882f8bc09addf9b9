/* Reads regexes into trees: see regex_tree.h. */
#include "match/regex_tree.h"

#include "match/regex.h"
#include "text/utf8.h"

#include <ctype.h>

#define DEPTH_MAX 250 /* PCRE2's own limit of nested groups */

struct reader {
	struct arena *arena;
	struct span in;
	size_t at;
	bool caseless;
	unsigned depth;
	int rc; /* OK, or why it gave up */
	struct regex_node lost; /* what stands for a node once it has */
};

static bool at_end(const struct reader *r)
{
	return r->at >= r->in.len || r->rc != OK;
}

static bool looking_at(const struct reader *r, const char *what)
{
	return span_starts(span_sub(r->in, r->at, r->in.len), span_of(what));
}

static bool take(struct reader *r, const char *what)
{
	if (!looking_at(r, what))
		return false;
	r->at += strlen(what);
	return true;
}

static void skip_past(struct reader *r, char c)
{
	while (r->at < r->in.len && r->in.ptr[r->at] != c)
		r->at++;
	r->at += r->at < r->in.len;
}

static bool at_digit(const struct reader *r)
{
	return r->at < r->in.len && r->in.ptr[r->at] >= '0' && r->in.ptr[r->at] <= '9';
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
	node->written = span_sub(r->in, from, r->at);
	return node;
}

static struct regex_node *give_up(struct reader *r)
{
	r->rc = r->rc == OK ? ERR_UNSUPPORTED : r->rc;
	return new_node(r, REGEX_UNKNOWN, r->at);
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
	if (looking_at(r, "{"))
		skip_past(r, '}');
	else if (looking_at(r, "<"))
		skip_past(r, '>');
	else if (take(r, "'"))
		skip_past(r, '\'');
	else
		for (r->at += r->at < r->in.len; at_digit(r);)
			r->at++;
}

/* Behind \x or \o: up to two hexadecimal digits, or {...}. */
static void skip_code(struct reader *r)
{
	if (looking_at(r, "{")) {
		skip_past(r, '}');
		return;
	}
	for (int i = 0; i < 2 && r->at < r->in.len && isxdigit((unsigned char)r->in.ptr[r->at]);
		i++)
		r->at++;
}

static struct regex_node *read_escape(struct reader *r)
{
	size_t from = r->at++;
	uint32_t c = r->at < r->in.len ? utf8_next(r->in, &r->at) : 0;

	if (c == 0 || c == 'Q' || c == 'E')
		return give_up(r);
	if (c < 0x80 && strchr("bBAZzGK", (int)c))
		return new_node(r, REGEX_NOTHING, from);
	if (c == 'g' || c == 'k' || (c >= '0' && c <= '9')) {
		if (c >= '0' && c <= '9')
			while (at_digit(r))
				r->at++;
		else
			skip_name(r);
		return new_node(r, REGEX_UNKNOWN, from);
	}
	if (c == 'p' || c == 'P')
		skip_name(r);
	else if (c == 'x' || c == 'o')
		skip_code(r);
	else if (c == 'c')
		r->at += r->at < r->in.len;
	else if (c == 'N' && looking_at(r, "{"))
		skip_past(r, '}');
	else if (c >= 0x80 || !isalpha((int)c))
		return literal(r, from, c);
	return new_node(r, REGEX_CHARACTER, from);
}

static struct regex_node *read_class(struct reader *r)
{
	size_t from = r->at++;

	take(r, "^");
	take(r, "]");
	while (!at_end(r) && !looking_at(r, "]")) {
		size_t posix = regex_posix_class(r->in, r->at);

		if (posix > 0)
			r->at += posix;
		else if (looking_at(r, "\\Q"))
			return give_up(r);
		else
			r->at += looking_at(r, "\\") ? 2 : 1;
	}
	if (!take(r, "]"))
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
	return take(r, ")") ? node : give_up(r);
}

/* Letters behind "(?" up to ) or :. */
static struct regex_node *read_options(struct reader *r, size_t from)
{
	bool caseless = r->caseless, on = true;

	for (; r->at < r->in.len && strchr("imsnJUx^-", r->in.ptr[r->at]); r->at++) {
		if (r->in.ptr[r->at] == '-')
			on = false;
		else if (r->in.ptr[r->at] == 'i')
			r->caseless = on;
		else if (r->in.ptr[r->at] == 'x')
			return give_up(r);
		else if (r->in.ptr[r->at] == '^')
			r->caseless = false;
	}
	if (take(r, ")"))
		return new_node(r, REGEX_NOTHING, from);
	if (take(r, ":")) {
		struct regex_node *node = read_choices(r);

		r->caseless = caseless;
		return take(r, ")") ? node : give_up(r);
	}
	/* (?R), (?1), (?&name), (?P>name) */
	skip_past(r, ')');
	return new_node(r, REGEX_UNKNOWN, from);
}

static struct regex_node *read_special(struct reader *r, size_t from)
{
	static const char *const lookarounds[] = {"=", "!", "<=", "<!"};

	for (size_t i = 0; i < ARRAY_LEN(lookarounds); i++) {
		if (take(r, lookarounds[i])) {
			read_inside(r);
			return new_node(r, REGEX_NOTHING, from);
		}
	}
	if (looking_at(r, "(") || looking_at(r, "#"))
		return give_up(r);
	if (take(r, ">")) {
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
	if (take(r, "<") || take(r, "P<")) {
		skip_past(r, '>');
		return read_inside(r);
	}
	if (take(r, "'")) {
		skip_past(r, '\'');
		return read_inside(r);
	}
	if (take(r, "|"))
		return read_inside(r);
	return read_options(r, from);
}

static struct regex_node *read_group(struct reader *r)
{
	struct regex_node *node;
	size_t from = r->at++;

	if (++r->depth > DEPTH_MAX)
		return give_up(r);
	node = take(r, "?") ? read_special(r, from) : read_inside(r);
	r->depth--;
	return node;
}

static struct regex_node *read_atom(struct reader *r)
{
	size_t from = r->at;
	char c = r->in.ptr[r->at];

	switch (c) {
	case '(':
		return read_group(r);
	case '[':
		return read_class(r);
	case '\\':
		return read_escape(r);
	case '.':
		r->at++;
		return new_node(r, REGEX_CHARACTER, from);
	case '^':
	case '$':
		r->at++;
		return new_node(r, REGEX_NOTHING, from);
	default:
		return literal(r, from, utf8_next(r->in, &r->at));
	}
}

/* --- repeats and sequences -------------------------------------------------------------------- */

static uint32_t read_number(struct reader *r)
{
	uint32_t n = 0;

	for (; at_digit(r); r->at++)
		n = n < 100000 ? n * 10 + (uint32_t)(r->in.ptr[r->at] - '0') : n;
	return n;
}

/* {n}, {n,} or {n,m}; anything else is text. */
static bool read_braces(struct reader *r, uint32_t *min, uint32_t *max)
{
	size_t from = r->at;

	if (!take(r, "{"))
		return false;
	if (at_digit(r)) {
		*min = *max = read_number(r);
		if (take(r, ","))
			*max = at_digit(r) ? read_number(r) : REGEX_NO_BOUND;
		if (take(r, "}"))
			return true;
	}
	r->at = from;
	return false;
}

static bool read_quantifier(struct reader *r, uint32_t *min, uint32_t *max)
{
	*max = REGEX_NO_BOUND;
	if (take(r, "*")) {
		*min = 0;
		return true;
	}
	if (take(r, "+")) {
		*min = 1;
		return true;
	}
	if (take(r, "?")) {
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
		bool keeps = !take(r, "?") && take(r, "+");
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
	size_t from = r->at;
	struct regex_node *sequence = new_node(r, REGEX_SEQUENCE, from), *first = NULL;
	struct regex_node **last = &first;

	while (!at_end(r) && !looking_at(r, "|") && !looking_at(r, ")")) {
		size_t begin = r->at;
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

	if (r->rc != OK || !looking_at(r, "|"))
		return one;
	choice = new_node(r, REGEX_CHOICE, r->at);
	if (r->rc != OK)
		return choice;
	choice->first = one;
	last = &one->next;
	while (r->rc == OK && take(r, "|")) {
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
	struct reader r = {.arena = arena, .in = regex};

	*out = read_choices(&r);
	if (r.rc == OK && r.at < regex.len)
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
