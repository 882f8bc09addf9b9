/* Findings as SARIF: see sarif.h. */
#include "cli/sarif.h"

#include "cli/cli.h"
#include "rules/lint.h"
#include "text/utf8.h"
#include "wire/json.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- addresses -------------------------------------------------------------------------------- */

/* Appends a path as part of an address: what may not stand there is escaped. */
static void put_path(struct buf *out, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/";

	for (; *path; path++) {
		if (strchr(plain, *path))
			buf_char(out, *path);
		else
			buf_printf(out, "%%%02X", (unsigned char)*path);
	}
}

/* The rest of the path below the folder, or NULL. */
static const char *below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strncmp(path, folder, len) != 0 || path[len] != '/')
		return NULL;
	return path + len + 1;
}

static void put_artifact(struct buf *out, const char *name)
{
	char here[PATH_MAX], full[PATH_MAX];
	const char *relative = NULL;

	if (!realpath(name, full))
		snprintf(full, sizeof(full), "%s", name);
	if (getcwd(here, sizeof(here)))
		relative = below(full, here);
	buf_str(out, "\"artifactLocation\":{\"uri\":\"");
	if (!relative)
		buf_str(out, full[0] == '/' ? "file://" : "");
	put_path(out, relative ? relative : full);
	buf_str(out, "\"");
	if (relative)
		buf_str(out, ",\"uriBaseId\":\"SRCROOT\"");
	buf_str(out, "}");
}

static void put_base(struct buf *out)
{
	char here[PATH_MAX];

	if (!getcwd(here, sizeof(here)))
		return;
	buf_str(out, "\"originalUriBaseIds\":{\"SRCROOT\":{\"uri\":\"file://");
	put_path(out, here);
	buf_str(out, "/\"}},");
}

/* --- places ----------------------------------------------------------------------------------- */

/* The rest of the line from the place on. */
static struct span rest_of_line(const struct place *place)
{
	struct span line = place_line(place);
	size_t at = 0;

	for (uint32_t column = 1; at < line.len && column < place->column; column++)
		at += utf8_len((unsigned char)line.ptr[at]);
	return span_sub(line, at < line.len ? at : line.len, line.len);
}

/* [characters] from the place on that are meant: a text in quotes, else a word of YAML; 1 or more.
 */
static uint32_t length_at(const struct place *place)
{
	struct span rest = rest_of_line(place);
	char quote = rest.len && (rest.ptr[0] == '"' || rest.ptr[0] == '\'') ? rest.ptr[0] : '\0';
	uint32_t length = 0;
	size_t at = 0;

	while (at < rest.len) {
		char c = rest.ptr[at];

		if (length > 0 && quote && c == quote)
			return length + 1;
		if (length > 0 && !quote && strchr(" \t,:]})|", c))
			break;
		at += utf8_len((unsigned char)c);
		length++;
	}
	return length ? length : 1;
}

static void put_region(struct buf *out, const struct place *place)
{
	uint32_t column = place->column ? place->column : 1;

	buf_printf(out, ",\"region\":{\"startLine\":%u", place->line);
	if (place->column && place->source->text.ptr)
		buf_printf(out, ",\"startColumn\":%u,\"endColumn\":%u", column,
			column + length_at(place));
	buf_str(out, "}");
}

/* --- results ---------------------------------------------------------------------------------- */

static void put_result(struct buf *out, const struct error *e)
{
	const struct lint_kind_row *row = lint_kind_find(e->code);
	struct buf text = {0};

	if (!row)
		row = &lint_kinds[LINT_WRONG_RULE];
	buf_str(&text, e->text ? e->text : "out of memory");
	if (e->hint)
		buf_printf(&text, "; %s", e->hint);
	buf_printf(out,
		"{\"ruleId\":\"%s\",\"ruleIndex\":%d,\"level\":\"%s\",\"message\":{\"text\":",
		row->code, (int)(row - lint_kinds), severity_name(e->severity));
	json_write(out, buf_content(&text));
	buf_str(out, "}");
	if (e->place.source) {
		buf_str(out, ",\"locations\":[{\"physicalLocation\":{");
		put_artifact(out, e->place.source->name);
		if (e->place.line)
			put_region(out, &e->place);
		buf_str(out, "}}]");
	}
	buf_str(out, "}");
	buf_free(&text);
}

static void put_kind(struct buf *out, const struct lint_kind_row *row)
{
	buf_printf(out, "{\"id\":\"%s\",\"shortDescription\":{\"text\":", row->code);
	json_write(out, span_of(row->help));
	buf_str(out, "},\"help\":{\"text\":");
	json_write(out, span_of(row->help));
	buf_printf(out, "},\"defaultConfiguration\":{\"level\":\"%s\"}}",
		severity_name(row->severity));
}

void sarif_write(struct out *out, struct errors *errors)
{
	struct buf *json = &out->buffer;

	errors_sort(errors);
	buf_str(json, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
		      "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"filterd\","
		      "\"version\":\"" FILTERD_VERSION "\",\"rules\":[");
	for (size_t i = 0; i < LINT_KIND_COUNT; i++) {
		buf_str(json, i ? "," : "");
		put_kind(json, &lint_kinds[i]);
	}
	buf_str(json, "]}},");
	put_base(json);
	buf_str(json, "\"columnKind\":\"unicodeCodePoints\",\"results\":[");
	for (size_t i = 0; i < errors->count; i++) {
		buf_str(json, i ? ",\n" : "\n");
		put_result(json, &errors->items[i]);
	}
	buf_str(json, "]}]}\n");
}
