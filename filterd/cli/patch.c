/* Edits as a unified diff: see patch.h. */
#include "cli/patch.h"

#define CONTEXT 3 /* lines shown around a change */

/* Edits whose lines touch, as whole lines: bytes [from, to) become `text`. */
struct change {
	size_t first, end; /* of the edits, exclusive */
	size_t from, to;
};

struct patch {
	struct out *out;
	struct span text;
	const struct case_edits *edits;
	size_t at; /* [bytes] where the next line to be counted begins */
	size_t line; /* its number, from 1 on */
	long shift; /* lines that the new text is ahead */
};

static size_t count_lines(struct span text)
{
	size_t count = 0;

	for (size_t at = 0; at < text.len; at = span_next_line(text, at))
		count++;
	return count;
}

/* `lines` lines further back, or on. */
static size_t lines_back(struct span text, size_t at, unsigned lines)
{
	while (lines-- && at > 0)
		at = span_line_begin(text, at - 1);
	return at;
}

static size_t lines_on(struct span text, size_t at, unsigned lines)
{
	while (lines--)
		at = span_next_line(text, at);
	return at;
}

/* Whether the edit leaves the line before it, and the one behind it, as they are. */
static bool is_of_lines(struct span text, const struct case_edit *edit)
{
	return span_line_begin(text, edit->from) == edit->from &&
	       span_line_begin(text, edit->to) == edit->to;
}

static struct change change_at(const struct patch *p, size_t first)
{
	const struct case_edit *items = p->edits->items;
	struct change change = {.first = first, .end = first};

	change.from = span_line_begin(p->text, items[first].from);
	change.to = change.from;
	while (change.end < p->edits->count &&
		(change.end == first ||
			span_line_begin(p->text, items[change.end].from) < change.to)) {
		const struct case_edit *edit = &items[change.end++];
		size_t to =
			is_of_lines(p->text, edit) ? edit->to : span_next_line(p->text, edit->to);

		if (to > change.to)
			change.to = to;
	}
	return change;
}

static void put_lines(struct patch *p, char sign, enum style style, struct span lines)
{
	for (size_t at = 0; at < lines.len;) {
		size_t next = span_next_line(lines, at);
		bool ended = lines.ptr[next - 1] == '\n';

		out_style(p->out, style);
		out_printf(p->out, "%c", sign);
		out_untrusted(p->out, span_sub(lines, at, ended ? next - 1 : next), 0);
		out_style(p->out, STYLE_PLAIN);
		out_str(p->out, ended ? "\n" : "\n\\ No newline at end of file\n");
		at = next;
	}
}

/* The lines of a change after it is made. */
static void make(const struct patch *p, const struct change *change, struct buf *out)
{
	case_edits_apply(
		p->edits, change->first, change->end, p->text, change->from, change->to, out);
}

/* The changes from edit `first` on that share their context; *end is the edit behind them. */
static void measure_hunk(struct patch *p, size_t first, size_t *end, size_t *to, long *grows)
{
	*end = first;
	*grows = 0;
	*to = 0;
	while (*end < p->edits->count) {
		struct change change = change_at(p, *end);
		struct buf made = {0};

		if (*end > first && change.from > lines_on(p->text, *to, 2 * CONTEXT))
			return;
		make(p, &change, &made);
		*grows += (long)count_lines(buf_content(&made)) -
			  (long)count_lines(span_sub(p->text, change.from, change.to));
		buf_free(&made);
		*to = change.to;
		*end = change.end;
	}
}

/* Shows a hunk; returns the first edit behind it. */
static size_t show_hunk(struct patch *p, size_t first)
{
	size_t from = lines_back(p->text, change_at(p, first).from, CONTEXT), end, to, lines;
	long grows;

	measure_hunk(p, first, &end, &to, &grows);
	to = lines_on(p->text, to, CONTEXT);
	p->line += count_lines(span_sub(p->text, p->at, from));
	lines = count_lines(span_sub(p->text, from, to));
	out_style(p->out, STYLE_NAME);
	out_printf(p->out, "@@ -%zu,%zu +%ld,%ld @@", p->line, lines, (long)p->line + p->shift,
		(long)lines + grows);
	out_style(p->out, STYLE_PLAIN);
	out_str(p->out, "\n");
	p->at = from;
	p->shift += grows;
	for (size_t i = first; i < end;) {
		struct change change = change_at(p, i);
		struct buf made = {0};

		put_lines(p, ' ', STYLE_PLAIN, span_sub(p->text, from, change.from));
		put_lines(p, '-', STYLE_BAD, span_sub(p->text, change.from, change.to));
		make(p, &change, &made);
		put_lines(p, '+', STYLE_GOOD, buf_content(&made));
		buf_free(&made);
		from = change.to;
		i = change.end;
	}
	put_lines(p, ' ', STYLE_PLAIN, span_sub(p->text, from, to));
	return end;
}

void patch_show(struct out *out, const char *name, struct span text, const struct case_edits *edits)
{
	struct patch p = {.out = out, .text = text, .edits = edits, .line = 1};

	out_style(out, STYLE_BOLD);
	out_printf(out, "--- %s\n+++ %s\n", name, name);
	out_style(out, STYLE_PLAIN);
	for (size_t i = 0; i < edits->count;)
		i = show_hunk(&p, i);
}
