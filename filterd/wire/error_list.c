/* Errors as JSON: see error_list.h. */
#include "wire/error_list.h"

#include "wire/json.h"

static void write_member(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":", name);
	json_write(out, span_of(text));
}

static void write_error(struct buf *out, const struct error *e)
{
	buf_str(out, e->severity == SEVERITY_ERROR ? "{\"severity\":\"error\""
						   : "{\"severity\":\"warning\"");
	if (e->place.source != NULL)
		write_member(out, "file", e->place.source->name);
	if (e->place.line > 0)
		buf_printf(out, ",\"line\":%u", e->place.line);
	if (e->place.column > 0)
		buf_printf(out, ",\"column\":%u", e->place.column);
	write_member(out, "text", e->text);
	if (e->hint != NULL)
		write_member(out, "hint", e->hint);
	buf_char(out, '}');
}

void error_list_write_items(struct buf *out, const struct errors *errors)
{
	buf_char(out, '[');
	for (size_t i = 0; i < errors->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		write_error(out, &errors->items[i]);
	}
	buf_char(out, ']');
}

void error_list_write(struct buf *out, const struct errors *errors)
{
	buf_str(out, "\"errors\":");
	error_list_write_items(out, errors);
	if (errors->dropped > 0)
		buf_printf(out, ",\"more_errors\":%zu", errors->dropped);
}
