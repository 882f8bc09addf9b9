/* Mistakes in files: see diagnostics.h. */
#include "cli/diagnostics.h"

#include "rules/lint.h"
#include "wire/json.h"

#include <limits.h>
#include <stdlib.h>

bool diagnostics_is_below(const char *file, const struct texts *paths)
{
	char resolved[PATH_MAX], path[PATH_MAX];

	if (!realpath(file, resolved))
		return false;
	for (size_t i = 0; i < paths->count; i++) {
		size_t len;

		if (!realpath(paths->items[i], path))
			continue;
		len = strlen(path);
		if (strncmp(resolved, path, len) == 0 &&
			(resolved[len] == '\0' || resolved[len] == '/' || path[len - 1] == '/'))
			return true;
	}
	return false;
}

/* Moves the error to the front part that stays, or frees it. */
static void keep_or_free(struct errors *errors, size_t *kept, struct error *e, bool keep)
{
	if (keep) {
		errors->items[(*kept)++] = *e;
		return;
	}
	*(e->severity == SEVERITY_ERROR           ? &errors->errors
		: e->severity == SEVERITY_WARNING ? &errors->warnings
						  : &errors->notes) -= 1;
	free(e->text);
	free(e->hint);
}

void diagnostics_keep(struct errors *errors, const struct texts *paths)
{
	size_t kept = 0;

	if (paths->count == 0)
		return;
	for (size_t i = 0; i < errors->count; i++) {
		struct error *e = &errors->items[i];

		keep_or_free(errors, &kept, e,
			!e->place.source || diagnostics_is_below(e->place.source->name, paths));
	}
	errors->count = kept;
}

void diagnostics_drop_warnings(struct errors *errors)
{
	size_t kept = 0;

	for (size_t i = 0; i < errors->count; i++)
		keep_or_free(errors, &kept, &errors->items[i],
			errors->items[i].severity == SEVERITY_ERROR);
	errors->count = kept;
	errors->warnings = errors->notes = 0;
	errors->dropped = errors->errors - kept;
}

void diagnostics_show(struct out *out, struct errors *errors)
{
	errors_sort(errors);
	errors_render(errors, &out->buffer, out->colour);
}

/* Kinds that were found, the commonest first, as a line for each: how many, which. */
static void show_kinds(struct out *out, const struct errors *errors)
{
	size_t counts[LINT_KIND_COUNT] = {0}, kinds = 0, of_one = 0;

	for (size_t i = 0; i < errors->count; i++) {
		const struct lint_kind_row *row = lint_kind_find(errors->items[i].code);

		kinds += row && counts[row - lint_kinds]++ == 0;
	}
	while (kinds > 1 && errors->dropped == 0) {
		size_t most = 0;

		for (size_t i = 1; i < LINT_KIND_COUNT; i++)
			if (counts[i] > counts[most])
				most = i;
		if (counts[most] == 0)
			break;
		out_printf(out, "%s%6zu  ", of_one++ ? "" : "\n", counts[most]);
		out_styled(out, STYLE_BOLD, lint_kinds[most].code);
		out_str(out, "\n");
		counts[most] = 0;
	}
}

void diagnostics_lint(struct out *out, struct errors *errors)
{
	errors_sort(errors);
	errors_render_codes(errors, &out->buffer, out->colour);
	if (errors->dropped)
		out_str(out, "(--all shows them, too)\n");
	show_kinds(out, errors);
	if (errors->count)
		out_str(out, "\n");
}

static void finding_json(struct buf *json, const struct error *e)
{
	buf_printf(json, "{\"severity\":\"%s\"", severity_name(e->severity));
	if (e->code)
		buf_printf(json, ",\"code\":\"%s\"", e->code);
	if (e->place.source) {
		buf_str(json, ",\"file\":");
		json_write(json, span_of(e->place.source->name));
	}
	if (e->place.source && e->place.line)
		buf_printf(json, ",\"line\":%u", e->place.line);
	if (e->place.source && e->place.line && e->place.column)
		buf_printf(json, ",\"column\":%u", e->place.column);
	buf_str(json, ",\"text\":");
	json_write(json, span_of(e->text ? e->text : "out of memory"));
	if (e->hint) {
		buf_str(json, ",\"hint\":");
		json_write(json, span_of(e->hint));
	}
	buf_str(json, "}");
}

void diagnostics_json(struct out *out, struct errors *errors)
{
	errors_sort(errors);
	buf_str(&out->buffer, "\"findings\":[");
	for (size_t i = 0; i < errors->count; i++) {
		if (i > 0)
			buf_char(&out->buffer, ',');
		finding_json(&out->buffer, &errors->items[i]);
	}
	buf_str(&out->buffer, "]");
}
