/*
 * Quoted passages of a text: see text_find_quotes() in text.h.
 *
 * Three kinds, the first found at a place wins: [quote]…[/quote], lines that begin with `>`, and
 * passages between quotation marks. A mark that nothing closes before its paragraph ends quotes
 * nothing. Each kind of mark searches a paragraph for its end in vain at most once, so the work is
 * linear.
 */
#include "base/buf.h"
#include "text/chars.h"
#include "text/lanes.h"
#include "text/text.h"
#include "text/utf8.h"

#define TAGS_OPEN_MAX 16 /* [quote] inside [quote]; deeper ones are not looked at */

/* A quotation mark that opens, and those that close it. */
struct mark {
	uint32_t open;
	uint32_t close[2]; /* 0: none */
	bool ambiguous; /* may be an apostrophe or inches: what stands beside it decides */
};

static const struct mark marks[] = {
	{'"', {'"', 0}, true}, {'\'', {'\'', 0}, true}, {0x00AB, {0x00BB, 0}, false}, /* « » */
	{0x00BB, {0x00AB, 0x00BB}, false}, /* » « German, » » Swedish */
	{0x2018, {0x2019, 0}, true}, /* ‘ ’ */
	{0x201A, {0x2018, 0x2019}, false}, /* ‚ ‘ */
	{0x201C, {0x201D, 0}, false}, /* “ ” */
	{0x201D, {0x201D, 0}, true}, /* ” ” */
	{0x201E, {0x201C, 0x201D}, false}, /* „ “ and „ ” */
	{0x2039, {0x203A, 0}, false}, /* ‹ › */
	{0x300C, {0x300D, 0}, false}, /* 「 」 */
	{0x300E, {0x300F, 0}, false}, /* 『 』 */
};

struct quoting {
	struct span text;
	struct buf tagged; /* struct range: what lies in [quote], sorted and disjoint */
	struct buf found; /* struct range: all, likewise */
	size_t paragraph; /* the end of the one that was looked at last */
	size_t unclosed[ARRAY_LEN(marks)]; /* before here no mark of this kind is closed */
};

static size_t range_count(const struct buf *ranges)
{
	return ranges->len / sizeof(struct range);
}

static struct range *range_at(const struct buf *ranges, size_t i)
{
	return (struct range *)(void *)ranges->data + i;
}

static void add_range(struct buf *ranges, size_t from, size_t to)
{
	struct range range = {(uint32_t)from, (uint32_t)to};

	buf_append(ranges, &range, sizeof(range));
}

/* --- [quote] ---------------------------------------------------------------------------------- */

/* Whether s has the lower-case ASCII `word` at `at`, in any case. */
static bool has_word_at(struct span s, size_t at, struct span word)
{
	if (s.len - at < word.len)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)s.ptr[at + i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c != (unsigned char)word.ptr[i])
			return false;
	}
	return true;
}

static bool ends_name(struct span s, size_t at)
{
	return at < s.len && (s.ptr[at] == ']' || s.ptr[at] == '=' || s.ptr[at] == ' ');
}

static size_t next_bracket(struct span s, size_t at)
{
	const char *found = at < s.len ? memchr(s.ptr + at, '[', s.len - at) : NULL;

	return found ? (size_t)(found - s.ptr) : s.len;
}

/* Finds all that lies in [quote], [quote=…] or [quote …] and its [/quote], nested or not. */
static void find_tags(struct quoting *q)
{
	const struct span open_tag = SPAN("[quote"), close_tag = SPAN("[/quote]");
	size_t open[TAGS_OPEN_MAX], depth = 0;

	for (size_t at = 0; (at = next_bracket(q->text, at)) < q->text.len; at++) {
		size_t after = at + open_tag.len;

		if (has_word_at(q->text, at, open_tag) && ends_name(q->text, after)) {
			if (depth < TAGS_OPEN_MAX)
				open[depth] = at;
			depth++;
		} else if (has_word_at(q->text, at, close_tag) && depth > 0) {
			if (--depth >= TAGS_OPEN_MAX)
				continue;
			/* those inside it are part of it now */
			while (range_count(&q->tagged) > 0 &&
				range_at(&q->tagged, range_count(&q->tagged) - 1)->from >
					open[depth])
				q->tagged.len -= sizeof(struct range);
			add_range(&q->tagged, open[depth], at + close_tag.len);
		}
	}
}

/* --- lines and marks -------------------------------------------------------------------------- */

static size_t line_end(struct span s, size_t at)
{
	const char *newline = memchr(s.ptr + at, '\n', s.len - at);

	return newline ? (size_t)(newline - s.ptr) : s.len;
}

static size_t skip_blanks(struct span s, size_t at)
{
	while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\t' || s.ptr[at] == '\r'))
		at++;
	return at;
}

/* The end of the paragraph that `at` is in: a blank line, a quoted line, or `limit`. */
static size_t paragraph_end(struct quoting *q, size_t at, size_t limit)
{
	size_t end;

	if (at < q->paragraph) /* the same as last time */
		return q->paragraph;
	for (end = line_end(q->text, at); end < limit; end = line_end(q->text, end + 1)) {
		size_t next = skip_blanks(q->text, end + 1);

		if (next >= q->text.len || q->text.ptr[next] == '\n' || q->text.ptr[next] == '>')
			break;
	}
	q->paragraph = end < limit ? end : limit;
	return q->paragraph;
}

static bool is_word_before(struct span s, size_t at)
{
	return at > 0 && (char_info(utf8_prev(s, &at)).flags & CHAR_WORD);
}

static bool is_word_after(struct span s, size_t at)
{
	return at < s.len && (char_info(utf8_next(s, &at)).flags & CHAR_WORD);
}

static bool is_space_before(struct span s, size_t at)
{
	return at == 0 || (char_info(utf8_prev(s, &at)).flags & CHAR_SPACE);
}

static bool is_space_after(struct span s, size_t at)
{
	return at == s.len || (char_info(utf8_next(s, &at)).flags & CHAR_SPACE);
}

/* Where the mark whose text ends at `from` is closed, before `end`; 0 if nowhere. */
static size_t closing(struct span s, const struct mark *mark, size_t from, size_t end)
{
	for (size_t at = from; at < end;) {
		size_t start = at;
		uint32_t c = utf8_next(s, &at);

		if (c != mark->close[0] && c != mark->close[1])
			continue;
		if (start == from || c == 0)
			continue;
		if (mark->ambiguous && (is_word_after(s, at) || is_space_before(s, start)))
			continue;
		return at;
	}
	return 0;
}

/* If a quotation mark at `at` opens a passage, adds it. Returns where to go on. */
static size_t find_mark(struct quoting *q, size_t at, size_t limit)
{
	size_t start = at, end, close;
	uint32_t c = utf8_next(q->text, &at);

	if (c != '"' && c != '\'' && (c < 0x80 || !(char_info(c).flags & CHAR_QUOTE)))
		return at;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (marks[i].open != c || start < q->unclosed[i])
			continue;
		if (marks[i].ambiguous &&
			(is_word_before(q->text, start) || is_space_after(q->text, at)))
			continue;
		end = paragraph_end(q, at, limit);
		close = closing(q->text, &marks[i], at, end);
		if (close) {
			add_range(&q->found, start, close);
			return close;
		}
		q->unclosed[i] = end;
	}
	return at;
}

/* Adds a quoted line; several in a row are one passage. */
static void add_line(struct quoting *q, size_t from, size_t to)
{
	size_t count = range_count(&q->found);
	struct range *last = count > 0 ? range_at(&q->found, count - 1) : NULL;

	if (last && last->to + 1 == from && q->text.ptr[last->to] == '\n')
		last->to = (uint32_t)to;
	else
		add_range(&q->found, from, to);
}

/*
 * The next place from `at` on, before `limit`, where a quotation mark or a line may begin; else
 * `limit`. Most texts have next to none.
 */
static size_t next_sign(struct span s, size_t at, size_t limit)
{
	/* The last three are the first bytes of the marks that are not ASCII. */
	static const char signs[] = {'"', '\'', '\n', '\xC2', '\xE2', '\xE3'};

	for (; limit - at >= LANES; at += LANES) {
		lanes v = lanes_load(s.ptr + at);
		unsigned found =
			lanes_bits((lanes)(v == '"') | (lanes)(v == '\'') | (lanes)(v == '\n') |
				   (lanes)(v == 0xC2) | lanes_within(v, 0xE2, 2));

		if (found)
			return at + (size_t)__builtin_ctz(found);
	}
	while (at < limit && !memchr(signs, s.ptr[at], sizeof(signs)))
		at++;
	return at;
}

static void find_all(struct quoting *q)
{
	size_t tag = 0;

	for (size_t at = 0; at < q->text.len;) {
		bool tags_left = tag < range_count(&q->tagged);
		size_t limit = tags_left ? range_at(&q->tagged, tag)->from : q->text.len;

		if (tags_left && at == limit) {
			at = range_at(&q->tagged, tag++)->to;
			add_range(&q->found, limit, at);
			continue;
		}
		if (at == 0 || q->text.ptr[at - 1] == '\n') {
			size_t first = skip_blanks(q->text, at);

			if (first < limit && q->text.ptr[first] == '>') {
				size_t end = line_end(q->text, first);

				add_line(q, at, end < limit ? end : limit);
				at = end < limit ? end : limit;
				continue;
			}
		}
		at = next_sign(q->text, at, limit);
		if (at < limit)
			at = find_mark(q, at, limit);
	}
}

int text_find_quotes(struct text *text)
{
	struct quoting q = {.text = text->original};
	int rc = ERR_NOMEM;

	if (text->quotes_found)
		return OK;
	find_tags(&q);
	find_all(&q);
	if (q.tagged.failed || q.found.failed)
		goto out;
	text->quotes = arena_alloc(text->arena, q.found.len);
	if (!text->quotes)
		goto out;
	if (q.found.len > 0)
		memcpy(text->quotes, q.found.data, q.found.len);
	text->quotes_count = range_count(&q.found);
	text->quotes_found = true;
	rc = OK;
out:
	buf_free(&q.tagged);
	buf_free(&q.found);
	return rc;
}

bool text_is_quoted(const struct text *text, struct range range)
{
	size_t low = 0, high = text->quotes_count;

	/* the last passage that begins at or before the range */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (text->quotes[middle].from <= range.from)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && text->quotes[low - 1].to >= range.to;
}
