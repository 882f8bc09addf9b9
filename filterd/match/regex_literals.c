/*
 * Finds literals of which one must occur wherever a regex matches: see literal.h.
 *
 * A small reader of regexes that PCRE2 has accepted. For each part it works out either all the
 * strings that the part can match, while they are few ("exact"), or a set of literals that it needs
 * ("needed"). What it does not know for sure it takes for something that may match anything; at
 * constructs that change the meaning of others (conditions, extended mode, comments, \Q) it gives
 * up, and the regex is tried on every text.
 */
#include "match/literal.h"

#include "match/regex.h"
#include "match/regex_cursor.h"
#include "text/fold.h"
#include "text/utf8.h"

#define SET_MAX 48 /* strings of an exact set */
#define NEEDED_MAX 128 /* literals of a needed set */
#define CLASS_MAX 4 /* members of a class that is spelt out */
#define STRING_MAX 64 /* [bytes] of one string */
#define DEPTH_MAX 250 /* PCRE2's own limit of nested groups */
#define UNLIMITED UINT32_MAX

/* Stands for \b in the strings here: no byte of UTF-8. */
#define EDGE '\xFF'

struct strings {
	struct span items[SET_MAX];
	size_t count;
};

struct part {
	bool exact; /* `strings` are all that it matches */
	/* Not exact, but every match begins and ends with one of `strings`. */
	bool borders;
	struct strings strings;
	struct literals needed; /* if not exact; none are known if it is empty */
	bool digit; /* every match holds a digit, if not a literal one */
	bool variable; /* holds a repeat that can match more or less of the same text */
};

struct reader {
	struct arena *arena; /* for the time of reading */
	struct regex_cursor c;
	bool original;
	bool caseless;
	bool unbounded;
	bool lost; /* gave up, or out of memory */
	bool impure; /* an exact set may be more than what is matched, or in another order */
	unsigned depth;
	bool choices; /* the regex as a whole is one of several */
	struct literals sets[REGEX_OTHERS_MAX]; /* of which the regex as a whole needs one each */
	size_t sets_count;
};

static void read_choices(struct reader *r, struct part *out);

/* --- sets ------------------------------------------------------------------------------------- */

static struct part any_part(void)
{
	return (struct part){.exact = false};
}

static struct part digit_part(void)
{
	return (struct part){.exact = false, .digit = true};
}

static struct part exact_part(struct span string)
{
	return (struct part){.exact = true, .strings = {.items = {string}, .count = 1}};
}

/*
 * What is no letter, digit or _: at a word character that stands beside it there is a \b, and \b
 * beside any other is not asked for.
 */
static struct part gap_part(void)
{
	struct part part = exact_part(SPAN("\xFF"));

	part.exact = false;
	part.borders = true;
	return part;
}

static bool add_string(struct strings *set, struct span string)
{
	if (set->count == SET_MAX || string.len > STRING_MAX)
		return false;
	for (size_t i = 0; i < set->count; i++)
		if (span_eq(set->items[i], string))
			return true;
	set->items[set->count++] = string;
	return true;
}

static bool add_all(struct strings *set, const struct strings *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (!add_string(set, more->items[i]))
			return false;
	return true;
}

static struct span join(struct reader *r, struct span a, struct span b)
{
	char *both = arena_alloc(r->arena, a.len + b.len);

	if (!both) {
		r->lost = true;
		return a;
	}
	if (a.len > 0)
		memcpy(both, a.ptr, a.len);
	if (b.len > 0)
		memcpy(both + a.len, b.ptr, b.len);
	return (struct span){both, a.len + b.len};
}

/* Every string of `a` followed by every one of `b`. False when they are too many or too long. */
static bool cross(
	struct reader *r, const struct strings *a, const struct strings *b, struct strings *out)
{
	struct strings both = {.count = 0};

	if (a->count * b->count > SET_MAX)
		return false;
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (!add_string(&both, join(r, a->items[i], b->items[k])))
				return false;
	*out = both;
	return true;
}

/* The longest piece of the string between edges. */
static struct literal literal_of_string(struct span string)
{
	struct literal best = {.kind = LITERAL_PART, .bytes = {NULL, 0}};
	size_t from = 0;

	for (size_t at = 0; at <= string.len; at++) {
		if (at < string.len && string.ptr[at] != EDGE)
			continue;
		if (at - from > best.bytes.len) {
			best.bytes = span_sub(string, from, at);
			best.edge_before = from > 0;
			best.edge_after = at < string.len;
		}
		from = at + 1;
	}
	return best;
}

/* The literals that a match of one of the strings needs; none if one of them is too short. */
static struct literals literals_of(struct reader *r, const struct strings *set)
{
	struct literals out = {arena_alloc(r->arena, SET_MAX * sizeof(struct literal)), 0};

	if (!out.items) {
		r->lost = true;
		return out;
	}
	for (size_t i = 0; i < set->count; i++) {
		struct literal l = literal_of_string(set->items[i]);

		if (r->original) {
			/* What is dropped in folding may stand at an edge. */
			l.edge_before = l.edge_after = false;
			l.bytes = fold_word(r->arena, l.bytes);
		}
		if (l.bytes.len < LITERAL_SHORTEST)
			return (struct literals){NULL, 0};
		if (!r->original)
			literal_find_run(&l);
		out.items[out.count++] = l;
	}
	return out;
}

static void keep_better(struct reader *r, struct literals *best, struct literals other)
{
	if (other.count > 0 && r->depth == 0 && r->sets_count < REGEX_OTHERS_MAX)
		r->sets[r->sets_count++] = other;
	if (other.count > 0 && (best->count == 0 || literals_worth(&other) > literals_worth(best)))
		*best = other;
}

/* What the part needs, exact or not. */
static struct literals needed_of(struct reader *r, const struct part *part)
{
	struct literals best = part->needed;

	if (part->exact || part->borders)
		keep_better(r, &best, literals_of(r, &part->strings));
	return best;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool at_end(const struct reader *r)
{
	return r->c.at >= r->c.in.len || r->lost;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One character of the pattern as it matches. */
static struct part char_part(struct reader *r, uint32_t c)
{
	char bytes[4];
	size_t len;

	r->impure |= r->caseless;
	if (r->caseless && c >= 0x80)
		return any_part();
	if (r->caseless && c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	len = utf8_put(c, bytes);
	return exact_part(join(r, (struct span){bytes, len}, (struct span){NULL, 0}));
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What matches no characters, but not everywhere. */
static struct part condition_part(struct reader *r)
{
	r->impure = true;
	return exact_part(SPAN(""));
}

/* Behind "\x": \xH, \xHH or \x{H...}. */
static struct part read_hex(struct reader *r)
{
	bool braces = cursor_take(&r->c, "{");
	size_t most = braces ? 8 : 2;
	uint32_t c = 0;

	for (size_t i = 0; i < most && r->c.at < r->c.in.len; i++) {
		int digit = hex_digit(r->c.in.ptr[r->c.at]);

		if (digit < 0)
			break;
		c = c << 4 | (uint32_t)digit;
		r->c.at++;
	}
	if (braces && !cursor_take(&r->c, "}"))
		r->lost = true;
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return any_part();
	return char_part(r, c);
}

/* What follows \p, \k, \g and the like: {name}, <name>, 'name', or one character or number. */
static void skip_name(struct reader *r)
{
	if (cursor_sees(&r->c, "{"))
		cursor_skip_past(&r->c, '}');
	else if (cursor_sees(&r->c, "<"))
		cursor_skip_past(&r->c, '>');
	else if (cursor_take(&r->c, "'"))
		cursor_skip_past(&r->c, '\'');
	else if (r->c.at < r->c.in.len &&
		 (is_digit(r->c.in.ptr[r->c.at]) || strchr("+-", r->c.in.ptr[r->c.at])))
		for (r->c.at++; cursor_at_digit(&r->c);)
			r->c.at++;
	else
		r->c.at += r->c.at < r->c.in.len;
}

static struct part read_escape(struct reader *r)
{
	static const char controls[] = "a\ae\x1B"
				       "f\fn\nr\rt\t";
	uint32_t c;

	r->c.at++;
	if (r->c.at >= r->c.in.len) {
		r->lost = true;
		return any_part();
	}
	c = utf8_next(r->c.in, &r->c.at);
	if (c >= 0x80 ||
		(c != 0 && !(is_digit((char)c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))))
		return char_part(r, c);
	for (size_t i = 0; i + 1 < sizeof(controls); i += 2)
		if (c == (uint32_t)controls[i])
			return char_part(r, (uint32_t)controls[i + 1]);
	switch (c) {
	case 'b':
		return exact_part(SPAN("\xFF"));
	case 'A':
	case 'B':
	case 'K':
	case 'Z':
	case 'z':
		return condition_part(r);
	case 'R':
	case 'W':
	case 'h':
	case 's':
	case 'v':
		return gap_part();
	case 'd':
		return digit_part();
	case 'D':
	case 'H':
	case 'S':
	case 'V':
	case 'X':
	case 'w':
		return any_part();
	case 'N':
		if (cursor_sees(&r->c, "{U+"))
			cursor_skip_past(&r->c, '}');
		return any_part();
	case 'P':
	case 'g':
	case 'k':
	case 'p':
		skip_name(r);
		return any_part();
	case 'x':
		return read_hex(r);
	default:
		if (is_digit((char)c)) { /* a back reference or octal */
			while (cursor_at_digit(&r->c))
				r->c.at++;
			return any_part();
		}
		r->lost = true;
		return any_part();
	}
}

/* [...]: spelt out if it has few members and nothing but characters. */
static struct part read_class(struct reader *r)
{
	struct part all = {.exact = true};
	bool plain, first = true;

	r->c.at++;
	plain = !cursor_take(&r->c, "^");
	for (; !at_end(r) && (first || !cursor_sees(&r->c, "]")); first = false) {
		struct part member;

		size_t posix = regex_posix_class(r->c.in, r->c.at);

		if (posix > 0) {
			r->c.at += posix;
			plain = false;
			continue;
		}
		if (cursor_sees(&r->c, "\\")) {
			if (cursor_sees(&r->c, "\\b")) { /* a backspace here */
				r->c.at += 2;
				plain = false;
				continue;
			}
			member = read_escape(r);
		} else {
			member = char_part(r, utf8_next(r->c.in, &r->c.at));
		}
		/* A range, or a - that stands for itself: no need to know. */
		plain = plain && member.exact && member.strings.items[0].len > 0 &&
			!cursor_sees(&r->c, "-") && add_all(&all.strings, &member.strings) &&
			all.strings.count <= CLASS_MAX;
	}
	if (!cursor_take(&r->c, "]"))
		r->lost = true;
	return plain ? all : any_part();
}

/* --- groups ----------------------------------------------------------------------------------- */

/* Letters behind "(?": options. True if they were read; *group if a group follows them. */
static bool read_options(struct reader *r, bool *group)
{
	bool on = true;
	size_t at = r->c.at;

	for (; at < r->c.in.len && r->c.in.ptr[at] && strchr("imsnJUx^-", r->c.in.ptr[at]); at++)
		;
	if (at >= r->c.in.len || (r->c.in.ptr[at] != ')' && r->c.in.ptr[at] != ':'))
		return false;
	for (; r->c.at < at; r->c.at++) {
		char c = r->c.in.ptr[r->c.at];

		if (c == 'x' && on)
			r->lost = true;
		if (c == '-')
			on = false;
		else if (c == 'i')
			r->caseless = on;
		else if (c == '^')
			r->caseless = false;
	}
	*group = r->c.in.ptr[at] == ':';
	r->c.at = at + 1;
	return true;
}

/* Reads what is in a group up to its end. `caseless` as it was before the group. */
static struct part read_inside(struct reader *r, bool caseless)
{
	struct part part;

	read_choices(r, &part);
	if (!cursor_take(&r->c, ")"))
		r->lost = true;
	r->caseless = caseless;
	return part;
}

/* "(?" is behind us. */
static struct part read_special_group(struct reader *r)
{
	static const char *const lookarounds[] = {"=", "!", "<=", "<!"};
	static const char *const groups[] = {":", "|"};
	bool caseless = r->caseless, group;

	for (size_t i = 0; i < ARRAY_LEN(lookarounds); i++) {
		if (cursor_take(&r->c, lookarounds[i])) {
			read_inside(r, caseless);
			return condition_part(r);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if (cursor_take(&r->c, groups[i]))
			return read_inside(r, caseless);
	if (cursor_take(&r->c, ">")) {
		struct part part = read_inside(r, caseless);

		part.variable = false; /* it gives nothing back */
		r->impure = true;
		return part;
	}
	if (cursor_take(&r->c, "#")) { /* a repeat behind it would be of what stands before */
		r->lost = true;
		return any_part();
	}
	if (cursor_take(&r->c, "<") || cursor_take(&r->c, "P<")) {
		cursor_skip_past(&r->c, '>');
		return read_inside(r, caseless);
	}
	if (cursor_take(&r->c, "'")) {
		cursor_skip_past(&r->c, '\'');
		return read_inside(r, caseless);
	}
	if (cursor_sees(&r->c, "(")) {
		r->lost = true;
		return any_part();
	}
	if (read_options(r, &group))
		return group ? read_inside(r, caseless) : condition_part(r);
	cursor_skip_past(&r->c, ')'); /* (?R), (?1), (?&name), (?P>name), (?P=name) */
	return any_part();
}

static struct part read_group(struct reader *r)
{
	struct part part = any_part();

	if (++r->depth > DEPTH_MAX)
		r->lost = true;
	r->c.at++;
	if (!r->lost)
		part = cursor_take(&r->c, "?") ? read_special_group(r)
					       : read_inside(r, r->caseless);
	r->depth--;
	return part;
}

/* --- repeats ---------------------------------------------------------------------------------- */

static bool read_number(struct reader *r, size_t *at, uint32_t *out)
{
	size_t from = *at;

	*out = 0;
	while (*at < r->c.in.len && is_digit(r->c.in.ptr[*at])) {
		if (*out < 100000)
			*out = *out * 10 + (uint32_t)(r->c.in.ptr[*at] - '0');
		++*at;
	}
	return *at > from;
}

/* {n}, {n,} or {n,m}; anything else is no repeat. */
static bool read_braces(struct reader *r, uint32_t *least, uint32_t *most)
{
	size_t at = r->c.at + 1;

	if (!cursor_sees(&r->c, "{") || !read_number(r, &at, least))
		return false;
	*most = *least;
	if (at < r->c.in.len && r->c.in.ptr[at] == ',') {
		at++;
		if (!read_number(r, &at, most))
			*most = UNLIMITED;
	}
	if (at >= r->c.in.len || r->c.in.ptr[at] != '}')
		return false;
	r->c.at = at + 1;
	return true;
}

static bool read_repeat(struct reader *r, uint32_t *least, uint32_t *most)
{
	*least = 0;
	*most = UNLIMITED;
	if (cursor_take(&r->c, "*"))
		return true;
	if (cursor_take(&r->c, "+")) {
		*least = 1;
		return true;
	}
	if (cursor_take(&r->c, "?")) {
		*most = 1;
		return true;
	}
	return read_braces(r, least, most);
}

static void apply_repeat(struct reader *r, struct part *part, uint32_t least, uint32_t most)
{
	bool possessive = cursor_take(&r->c, "+"), lazy = !possessive && cursor_take(&r->c, "?");
	bool variable = part->variable;

	r->impure |= possessive || lazy;
	if (most == UNLIMITED && variable && !possessive)
		r->unbounded = true;
	if (least == 1 && most == 1)
		return;
	if (least == 0) {
		if (!(most == 1 && part->exact && add_string(&part->strings, SPAN(""))))
			*part = any_part();
	} else if (part->exact) {
		part->exact = false;
		part->borders = true;
	}
	part->variable = !possessive && (variable || least != most);
}

static struct part read_atom(struct reader *r)
{
	switch (r->c.in.ptr[r->c.at]) {
	case '(':
		return read_group(r);
	case '[':
		return cursor_take(&r->c, "[0-9]") ? digit_part() : read_class(r);
	case '\\':
		return read_escape(r);
	case '.':
		r->c.at++;
		return any_part();
	case '^':
	case '$':
		r->c.at++;
		return condition_part(r);
	default:
		return char_part(r, utf8_next(r->c.in, &r->c.at));
	}
}

/* --- sequences and choices -------------------------------------------------------------------- */

/* Puts `next` behind `all`; all->strings are those that what was read last may end with. */
static void append(struct reader *r, struct part *all, const struct part *next)
{
	struct strings both;
	bool fits =
		(next->exact || next->borders) && cross(r, &all->strings, &next->strings, &both);

	all->variable |= next->variable;
	all->digit |= next->digit;
	if (next->exact && fits) {
		all->strings = both;
		return;
	}
	keep_better(r, &all->needed, literals_of(r, fits ? &both : &all->strings));
	keep_better(r, &all->needed, next->needed);
	all->exact = false;
	if (next->exact || next->borders)
		all->strings = next->strings;
	else
		all->strings = exact_part(SPAN("")).strings;
}

static void read_sequence(struct reader *r, struct part *out)
{
	*out = exact_part(SPAN(""));
	while (!at_end(r) && !cursor_sees(&r->c, "|") && !cursor_sees(&r->c, ")")) {
		struct part part = read_atom(r);
		uint32_t least, most;

		while (!r->lost && read_repeat(r, &least, &most))
			apply_repeat(r, &part, least, most);
		append(r, out, &part);
	}
	if (!out->exact)
		keep_better(r, &out->needed, literals_of(r, &out->strings));
}

/* Adds what another choice needs to what all the ones before need. */
static struct literals unite(struct reader *r, struct literals a, struct literals b)
{
	struct literals both = {NULL, 0};

	if (a.count == 0 || b.count == 0 || a.count + b.count > NEEDED_MAX)
		return both;
	both.items = arena_alloc(r->arena, (a.count + b.count) * sizeof(*both.items));
	if (!both.items) {
		r->lost = true;
		return both;
	}
	memcpy(both.items, a.items, a.count * sizeof(*a.items));
	memcpy(both.items + a.count, b.items, b.count * sizeof(*b.items));
	both.count = a.count + b.count;
	return both;
}

static void read_choices(struct reader *r, struct part *out)
{
	read_sequence(r, out);
	while (!r->lost && cursor_take(&r->c, "|")) {
		struct part next;
		struct literals needed;

		r->choices |= r->depth == 0;

		read_sequence(r, &next);
		out->variable |= next.variable;
		out->digit &= next.digit;
		if (out->exact && next.exact) {
			struct strings both = out->strings;

			if (add_all(&both, &next.strings)) {
				out->strings = both;
				continue;
			}
		}
		needed = unite(r, needed_of(r, out), needed_of(r, &next));
		*out = (struct part){
			.needed = needed, .digit = out->digit, .variable = out->variable};
	}
}

/* Copies the literals to where they stay. */
static int keep(struct arena *arena, struct literals found, struct literals *out)
{
	out->items = arena_alloc(arena, found.count * sizeof(*out->items));
	if (!out->items)
		return ERR_NOMEM;
	for (size_t i = 0; i < found.count; i++) {
		out->items[i] = found.items[i];
		out->items[i].bytes = arena_copy(arena, found.items[i].bytes);
		if (!out->items[i].bytes.ptr)
			return ERR_NOMEM;
	}
	out->count = found.count;
	return OK;
}

/* The string without the edges at its ends. False for what exact_find() does not do. */
static bool exact_string_of(struct span string, struct exact_string *out)
{
	*out = (struct exact_string){.bytes = string};
	while (out->bytes.len > 0 && out->bytes.ptr[0] == EDGE) {
		out->bytes = span_sub(out->bytes, 1, out->bytes.len);
		out->edge_before = true;
	}
	while (out->bytes.len > 0 && out->bytes.ptr[out->bytes.len - 1] == EDGE) {
		out->bytes.len--;
		out->edge_after = true;
	}
	if (out->bytes.len == 0 || memchr(out->bytes.ptr, (unsigned char)EDGE, out->bytes.len))
		return false;
	return !((out->edge_before && (out->bytes.ptr[0] & 0x80)) ||
		 (out->edge_after && (out->bytes.ptr[out->bytes.len - 1] & 0x80)));
}

/* What the whole regex matches, if that is a few strings and no more. OK or ERR_NOMEM. */
static int keep_exact(struct arena *arena, const struct reader *r, const struct part *all,
	const struct exact **out)
{
	struct exact *exact;

	if (!all->exact || r->impure || all->strings.count > EXACT_MAX)
		return OK;
	exact = arena_zalloc(arena, 1, sizeof(*exact));
	if (!exact)
		return ERR_NOMEM;
	for (size_t i = 0; i < all->strings.count; i++) {
		struct exact_string *s = &exact->strings[exact->count++];

		if (!exact_string_of(all->strings.items[i], s))
			return OK;
		s->bytes = arena_copy(arena, s->bytes);
		if (!s->bytes.ptr)
			return ERR_NOMEM;
	}
	*out = exact;
	return OK;
}

int literals_of_regex(
	struct arena *arena, struct span regex, bool original, struct regex_facts *out)
{
	struct arena scratch;
	struct reader r = {.arena = &scratch, .c.in = regex, .original = original};
	struct part all;
	int rc = OK;

	arena_init(&scratch, 0);
	*out = (struct regex_facts){.others_count = 0};
	read_choices(&r, &all);
	out->unbounded = r.unbounded;
	if (!r.lost && r.c.at == regex.len) {
		struct literals best = needed_of(&r, &all);

		out->digit = all.digit;
		rc = keep_exact(arena, &r, &all, &out->exact);
		if (rc == OK)
			rc = keep(arena, best, &out->literals);
		for (size_t i = 0; i < r.sets_count && !r.choices && rc == OK; i++)
			if (r.sets[i].items != best.items)
				rc = keep(arena, r.sets[i], &out->others[out->others_count++]);
	}
	arena_free(&scratch);
	return rc;
}
