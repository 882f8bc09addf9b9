/* A list of errors with places, how it is shown, and the nearest valid name. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_LEN 64

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		return NULL;
	/* What is quoted in it may hold line breaks. */
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	return text;
}

/* Room in a full list for what is worse than the last of its mildest: that one goes. */
static struct error *replace_milder(struct errors *list, enum severity severity)
{
	enum severity mildest = severity;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].severity > mildest)
			mildest = list->items[i].severity;
	for (size_t i = list->count; i-- > 0 && mildest > severity;) {
		struct error *e = &list->items[i];

		if (e->severity != mildest)
			continue;
		free(e->text);
		free(e->hint);
		memmove(e, e + 1, (list->count - i - 1) * sizeof(*e));
		list->count--;
		list->dropped++;
		return &list->items[list->count];
	}
	return NULL;
}

static struct error *append(struct errors *list, enum severity severity)
{
	struct error *items;

	if (list->count >= (list->most ? list->most : ERRORS_MAX))
		return replace_milder(list, severity);
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 8;

		items = realloc(list->items, capacity * sizeof(*items));
		if (!items)
			return NULL;
		list->items = items;
		list->capacity = capacity;
	}
	return &list->items[list->count];
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_ERROR] = "error",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_NOTE] = "note",
	};

	return names[severity];
}

/* How many of the severity there are. */
static size_t *counter(struct errors *list, enum severity severity)
{
	return severity == SEVERITY_ERROR     ? &list->errors
	       : severity == SEVERITY_WARNING ? &list->warnings
					      : &list->notes;
}

void errors_add(
	struct errors *list, enum severity severity, struct place place, const char *format, ...)
{
	struct error *error = append(list, severity);
	va_list args;

	(*counter(list, severity))++;
	list->newest_dropped = !error;
	if (!error) {
		list->dropped++;
		return;
	}
	va_start(args, format);
	*error = (struct error){severity, list->scope, place, format_text(format, args), NULL};
	va_end(args);
	list->count++;
}

void errors_code(struct errors *list, const char *code)
{
	if (list->count && !list->newest_dropped)
		list->items[list->count - 1].code = code;
}

void errors_hint(struct errors *list, const char *format, ...)
{
	struct error *last = list->count ? &list->items[list->count - 1] : NULL;
	va_list args;

	if (!last || list->newest_dropped)
		return;
	va_start(args, format);
	free(last->hint);
	last->hint = format_text(format, args);
	va_end(args);
}

void errors_move(struct errors *to, struct errors *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct error *slot = append(to, from->items[i].severity);

		if (slot) {
			*slot = from->items[i];
			to->count++;
		} else {
			free(from->items[i].text);
			free(from->items[i].hint);
			to->dropped++;
		}
	}
	to->errors += from->errors;
	to->warnings += from->warnings;
	to->notes += from->notes;
	to->dropped += from->dropped;
	to->newest_dropped = true;
	free(from->items);
	*from = (struct errors){.most = from->most};
}

static int compare(const struct error *a, const struct error *b)
{
	const char *name_a = a->place.source ? a->place.source->name : "";
	const char *name_b = b->place.source ? b->place.source->name : "";
	int order = strcmp(name_a, name_b);

	if (order == 0)
		order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
	if (order == 0)
		order = (a->place.column > b->place.column) - (a->place.column < b->place.column);
	return order;
}

/* Merges two sorted halves by way of `spare`; of equals the first stays first. */
static void merge(struct error *items, struct error *spare, size_t half, size_t count)
{
	size_t a = 0, b = half;

	for (size_t i = 0; i < count; i++) {
		bool first = b == count || (a < half && compare(&items[a], &items[b]) <= 0);

		spare[i] = items[first ? a++ : b++];
	}
	memcpy(items, spare, count * sizeof(*items));
}

/* Merge sort, from the bottom up: stable, and there may be very many of them. */
void errors_sort(struct errors *list)
{
	size_t count = list->count;
	struct error *spare = count > 1 ? malloc(count * sizeof(*spare)) : NULL;

	for (size_t width = 1; spare && width < count; width *= 2) {
		for (size_t at = 0; at + width < count; at += 2 * width) {
			size_t both = count - at < 2 * width ? count - at : 2 * width;

			merge(list->items + at, spare, width, both);
		}
	}
	free(spare);
	list->newest_dropped = true;
}

struct span place_line(const struct place *place)
{
	struct span text = place->source->text;
	size_t from = 0;

	if (!text.ptr)
		return text;
	for (uint32_t line = 1; line < place->line; line++) {
		const char *end = memchr(text.ptr + from, '\n', text.len - from);

		if (!end)
			return (struct span){NULL, 0};
		from = (size_t)(end - text.ptr) + 1;
	}
	text = span_sub(text, from, text.len);
	if (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);

		if (end)
			text.len = (size_t)(end - text.ptr);
	}
	return text;
}

/*
 * Quotes the line and puts a caret under the column. A tab stays a tab in both lines, so the caret
 * stands right whatever the tab width; a long line is shown from a little before the column.
 */
static void render_line(const struct place *place, struct buf *out)
{
	enum { before = 60, shown = 100 };
	struct span line = place_line(place);
	uint32_t skip = place->column > before ? place->column - before : 0, at = 0;
	struct buf caret = {0};

	buf_str(out, "    ");
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if ((c & 0xC0) != 0x80)
			at++;
		if (at <= skip || at > skip + shown)
			continue;
		buf_char(out, (c < 0x20 && c != '\t') || c == 0x7f ? '?' : (char)c);
		if (at < place->column && (c & 0xC0) != 0x80)
			buf_char(&caret, c == '\t' ? '\t' : ' ');
	}
	buf_str(out, "\n    ");
	buf_span(out, buf_content(&caret));
	buf_str(out, "^\n");
	buf_free(&caret);
}

static const char *const severity_colours[] = {
	[SEVERITY_ERROR] = "\033[1;31m",
	[SEVERITY_WARNING] = "\033[1;33m",
	[SEVERITY_NOTE] = "\033[1;36m",
};

static void render(const struct error *e, struct buf *out, bool colour, bool codes)
{
	if (e->place.source)
		buf_printf(out, "%s:", e->place.source->name);
	if (e->place.source && e->place.line)
		buf_printf(out, "%u:", e->place.line);
	if (e->place.source && e->place.line && e->place.column)
		buf_printf(out, "%u:", e->place.column);
	if (e->place.source)
		buf_char(out, ' ');
	buf_printf(out, "%s%s:%s %s", colour ? severity_colours[e->severity] : "",
		severity_name(e->severity), colour ? "\033[0m" : "",
		e->text ? e->text : "out of memory");
	if (e->hint)
		buf_printf(out, "; %s", e->hint);
	if (codes && e->code)
		buf_printf(out, " %s[%s]%s", colour ? "\033[2m" : "", e->code,
			colour ? "\033[0m" : "");
	buf_char(out, '\n');
	if (e->place.source && e->place.line && e->place.column)
		render_line(&e->place, out);
}

static void render_all(const struct errors *list, struct buf *out, bool colour, bool codes)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct error *e = &list->items[i];

		if (codes && i > 0 && e->place.source != list->items[i - 1].place.source)
			buf_char(out, '\n');
		render(e, out, colour, codes);
	}
	if (list->dropped)
		buf_printf(out, "and %zu more\n", list->dropped);
}

void errors_render(const struct errors *list, struct buf *out, bool colour)
{
	render_all(list, out, colour, false);
}

void errors_render_codes(const struct errors *list, struct buf *out, bool colour)
{
	render_all(list, out, colour, true);
}

void errors_free(struct errors *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].text);
		free(list->items[i].hint);
	}
	free(list->items);
	*list = (struct errors){0};
}

static size_t min3(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Damerau-Levenshtein distance (optimal string alignment) with three rolling rows. */
static size_t distance(struct span a, struct span b)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *recycled = before;

		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t differs = a.ptr[i - 1] != b.ptr[j - 1];

			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + differs);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
				a.ptr[i - 2] == b.ptr[j - 1] && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		before = last;
		last = now;
		now = recycled;
	}
	return last[b.len];
}

const char *nearest_name(struct span got, const char *const *names, size_t count)
{
	const char *best = NULL;
	size_t best_distance = got.len < 5 ? 2 : 3;

	if (got.len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct span name = span_of(names[i]);
		size_t far;

		if (name.len > NAME_MAX_LEN)
			continue;
		far = distance(got, name);
		if (far < best_distance) {
			best_distance = far;
			best = names[i];
		}
	}
	return best;
}
