/* Mistakes in files: see diagnostics.h. */
#include "cli/diagnostics.h"

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
	*(e->severity == SEVERITY_ERROR ? &errors->errors : &errors->warnings) -= 1;
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
	errors->warnings = 0;
	errors->dropped = errors->errors - kept;
}

void diagnostics_show(struct out *out, struct errors *errors)
{
	errors_sort(errors);
	errors_render(errors, &out->buffer, out->colour);
}

static void finding_json(struct buf *json, const struct error *e)
{
	buf_str(json, "{\"severity\":");
	buf_str(json, e->severity == SEVERITY_ERROR ? "\"error\"" : "\"warning\"");
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
