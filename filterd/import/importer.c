/* Entries, comments and remarks while a file is read: see importer.h. */
#include "import/importer.h"

#include "import/scalar.h"
#include "rules/yaml.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_MIN 4 /* [bytes] around a text in the file, at least */
#define WHAT_MAX 120 /* [bytes] of a piece of the input that is quoted in a remark */

const char *const import_note_names[] = {
	[IMPORT_LEFT] = "not carried over",
	[IMPORT_CHANGED] = "changed",
	[IMPORT_REPEATED] = "repeated",
};

static void add_line(
	struct importer *im, struct import_lines *lines, struct span text, bool comment)
{
	if (!text.ptr || !arena_grow(im->arena, (void **)&lines->items, lines->count,
				 &lines->capacity, sizeof(*lines->items), 8)) {
		im->nomem = true;
		return;
	}
	lines->items[lines->count++] = (struct import_line){text, comment};
	im->bytes += text.len + LINE_MIN;
	im->full = im->full || im->bytes > YAML_SIZE_MAX;
	lines->entries += !comment;
}

void importer_carried(struct importer *im)
{
	im->result->items++;
	im->result->carried++;
}

void importer_entry(struct importer *im, struct import_lines *lines, struct span text)
{
	add_line(im, lines, text, false);
}

__attribute__((format(printf, 2, 0))) static struct span text_of(
	struct importer *im, const char *format, va_list args)
{
	struct buf text = {0};
	struct span kept = {NULL, 0};
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len >= 0 && buf_reserve(&text, (size_t)len + 1)) {
		vsnprintf(text.data, (size_t)len + 1, format, args);
		kept = arena_copy(im->arena, (struct span){text.data, (size_t)len});
	}
	buf_free(&text);
	if (!kept.ptr) {
		im->nomem = true;
		kept = SPAN("");
	}
	return kept;
}

struct span importer_text(struct importer *im, const char *format, ...)
{
	struct span text;
	va_list args;

	va_start(args, format);
	text = text_of(im, format, args);
	va_end(args);
	return text;
}

void importer_comment(struct importer *im, struct import_lines *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_line(im, lines, text_of(im, format, args), true);
	va_end(args);
}

struct span importer_shown(struct importer *im, struct span text, size_t max)
{
	struct buf shown = {0};
	struct span kept = {NULL, 0};

	scalar_comment(&shown, text, max);
	if (!shown.failed)
		kept = arena_copy(im->arena, buf_content(&shown));
	buf_free(&shown);
	if (kept.ptr)
		return kept;
	im->nomem = true;
	return SPAN("");
}

void importer_quote(struct importer *im, struct import_lines *lines, struct span text)
{
	add_line(im, lines, importer_shown(im, text, 0), true);
}

static void count(struct import_result *result, enum import_note_kind kind)
{
	result->items += kind != IMPORT_CHANGED;
	result->left += kind == IMPORT_LEFT;
	result->repeated += kind == IMPORT_REPEATED;
	result->changed += kind == IMPORT_CHANGED;
}

void importer_note(struct importer *im, struct import_lines *lines, enum import_note_kind kind,
	uint32_t line, struct span what, const char *format, ...)
{
	struct import_result *result = im->result;
	struct span why, shown = what.len ? importer_shown(im, what, WHAT_MAX) : SPAN("(nothing)");
	va_list args;

	va_start(args, format);
	why = importer_shown(im, text_of(im, format, args), 0);
	va_end(args);
	count(result, kind);
	importer_comment(im, lines, "%s (%.*s:%u): %.*s: %.*s", import_note_names[kind],
		SPAN_ARGS(im->name), line, SPAN_ARGS(shown), SPAN_ARGS(why));
	if (!arena_grow(im->arena, (void **)&result->notes, result->notes_count,
		    &result->notes_capacity, sizeof(*result->notes), 16)) {
		im->nomem = true;
		return;
	}
	result->notes[result->notes_count++] = (struct import_note){kind, line, shown, why};
}

bool importer_next_line(struct span text, size_t *at, uint32_t *line, struct span *out)
{
	const char *end;
	size_t from = *at, next;

	if (from == 0 && span_starts(text, SPAN("\xEF\xBB\xBF")))
		from = 3;
	if (from >= text.len)
		return false;
	end = memchr(text.ptr + from, '\n', text.len - from);
	next = end ? (size_t)(end - text.ptr) + 1 : text.len;
	*out = span_sub(text, from, end ? next - 1 : next);
	*at = next;
	++*line;
	return true;
}
