/* Text with marked places: see show.h. */
#include "cli/show.h"

#include "text/chars.h"
#include "text/utf8.h"

#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

struct mark {
	struct range range;
	bool bare; /* holds only characters without width, which are then shown as tokens */
};

struct show {
	struct out *out;
	struct span text;
	struct mark *marks; /* sorted, disjoint; owned */
	size_t marks_count;
	size_t width; /* [columns] of a line after the indent */
};

/* One character as it is shown. */
struct cell {
	uint32_t c;
	size_t from, to; /* [bytes] of the text */
	unsigned columns;
	bool token; /* written as <U+XXXX> */
	bool marked;
};

static int compare_ranges(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	return (left->to > right->to) - (left->to < right->to);
}

static unsigned columns_of(uint32_t c)
{
	int columns = wcwidth((wchar_t)c);

	return columns < 0 ? 1 : (unsigned)columns;
}

static bool is_bare(struct span text, struct range range)
{
	for (size_t at = range.from; at < range.to;) {
		uint32_t c = utf8_next(text, &at);

		if (c == '\n' || char_hides(c) || columns_of(c) > 0)
			return false;
	}
	return true;
}

/* Sorts the ranges and joins those that touch. */
static bool make_marks(struct show *show, const struct range *ranges, size_t count)
{
	struct range *sorted = malloc((count + 1) * sizeof(*sorted));

	show->marks = malloc((count + 1) * sizeof(*show->marks));
	if (!sorted || !show->marks) {
		free(sorted);
		return false;
	}
	if (count)
		memcpy(sorted, ranges, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_ranges);
	for (size_t i = 0; i < count; i++) {
		struct mark *last = show->marks_count ? &show->marks[show->marks_count - 1] : NULL;

		if (sorted[i].from >= sorted[i].to || sorted[i].to > show->text.len)
			continue;
		if (last && sorted[i].from <= last->range.to) {
			if (sorted[i].to > last->range.to)
				last->range.to = sorted[i].to;
		} else {
			show->marks[show->marks_count++] = (struct mark){sorted[i], false};
		}
	}
	for (size_t i = 0; i < show->marks_count; i++)
		show->marks[i].bare = is_bare(show->text, show->marks[i].range);
	free(sorted);
	return true;
}

/* The character at byte `at`. *mark is the first mark that ends after it, and moves on with it. */
static struct cell cell_at(const struct show *show, size_t at, size_t *mark)
{
	struct cell cell = {.from = at, .to = at};

	while (*mark < show->marks_count && show->marks[*mark].range.to <= at)
		(*mark)++;
	cell.c = utf8_next(show->text, &cell.to);
	cell.marked = *mark < show->marks_count && show->marks[*mark].range.from <= at;
	cell.token = char_hides(cell.c) || (cell.marked && show->marks[*mark].bare);
	if (cell.c == '\t') {
		cell.token = false;
		cell.columns = 1; /* shown as a space: a tab would part carets from letters */
	} else if (cell.token) {
		cell.columns = cell.c > 0xFFFFF ? 10 : cell.c > 0xFFFF ? 9 : 8;
	} else {
		cell.columns = columns_of(cell.c);
	}
	return cell;
}

/*
 * Where the line that begins at `from` ends: at a line break, after the last space that fits, or
 * where the width is used up. *next is where the following line begins.
 */
static size_t line_end(const struct show *show, size_t from, size_t mark, size_t *next)
{
	size_t columns = 0, at = from, space = 0;

	while (at < show->text.len) {
		struct cell cell = cell_at(show, at, &mark);

		if (cell.c == '\n') {
			*next = cell.to;
			return at > from && show->text.ptr[at - 1] == '\r' ? at - 1 : at;
		}
		if (columns + cell.columns > show->width && columns > 0) {
			*next = space > from ? space : at;
			return *next;
		}
		columns += cell.columns;
		at = cell.to;
		if (cell.c == ' ')
			space = at;
	}
	*next = at;
	return at;
}

static bool is_right_to_left(uint32_t c)
{
	unsigned script = char_info(c).script;

	return script == SCRIPT_ARABIC || script == SCRIPT_HEBREW || script == SCRIPT_SYRIAC;
}

static void write_cells(const struct show *show, size_t from, size_t to, size_t mark)
{
	bool marked = false;

	for (size_t at = from; at < to;) {
		struct cell cell = cell_at(show, at, &mark);

		if (cell.marked != marked)
			out_style(show->out, cell.marked ? STYLE_MATCH : STYLE_PLAIN);
		marked = cell.marked;
		if (cell.c == '\t')
			out_str(show->out, " ");
		else if (cell.token)
			out_printf(show->out, "<U+%04X>", cell.c);
		else
			out_span(show->out, span_sub(show->text, cell.from, cell.to));
		at = cell.to;
	}
	if (marked)
		out_style(show->out, STYLE_PLAIN);
}

/* The line of carets; a run of right-to-left letters begins and ends with a direction mark. */
static void write_carets(const struct show *show, size_t from, size_t to, size_t mark)
{
	static const char direction_mark[] = "\xE2\x80\x8F"; /* U+200F */
	size_t blanks = 0;
	bool reversed = false;

	out_style(show->out, STYLE_BAD);
	for (size_t at = from; at < to;) {
		struct cell cell = cell_at(show, at, &mark);
		bool letter = (char_info(cell.c).flags & CHAR_LETTER) != 0;

		if (show->out->terminal && letter && is_right_to_left(cell.c) != reversed) {
			out_printf(show->out, "%*s%s", (int)blanks, "", direction_mark);
			blanks = 0;
			reversed = !reversed;
		}
		if (!cell.marked) {
			blanks += cell.columns;
		} else {
			out_printf(show->out, "%*s", (int)blanks, "");
			blanks = 0;
			for (unsigned i = 0; i < cell.columns; i++)
				out_str(show->out, "^");
		}
		at = cell.to;
	}
	if (reversed)
		out_printf(show->out, "%*s%s", (int)blanks, "", direction_mark);
	out_style(show->out, STYLE_PLAIN);
	out_str(show->out, "\n");
}

static void write_lines(const struct show *show)
{
	size_t mark = 0, next;

	for (size_t from = 0; from < show->text.len; from = next) {
		size_t to;

		while (mark < show->marks_count && show->marks[mark].range.to <= from)
			mark++;
		to = line_end(show, from, mark, &next);
		out_printf(show->out, "%*s", SHOW_INDENT, "");
		write_cells(show, from, to, mark);
		out_str(show->out, "\n");
		if (mark < show->marks_count && show->marks[mark].range.from < to) {
			out_printf(show->out, "%*s", SHOW_INDENT, "");
			write_carets(show, from, to, mark);
		}
	}
}

bool show_text(struct out *out, struct span text, const struct range *ranges, size_t count)
{
	struct show show = {.out = out, .text = text};
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	bool done;

	show.width = out->width > 2 * SHOW_INDENT ? out->width - SHOW_INDENT - 1 : 1;
	done = make_marks(&show, ranges, count);
	if (done)
		write_lines(&show);
	free(show.marks);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
	return done;
}
