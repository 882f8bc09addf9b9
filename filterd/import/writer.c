/* Writes lists, rules and the file as a whole: see importer.h. */
#include "import/importer.h"
#include "import/scalar.h"
#include "text/chars.h"
#include "text/utf8.h"

#define EXAMPLE_MAX 80 /* [bytes] of a sentence in `tests` */

enum action importer_action(const struct importer *im, enum action own)
{
	return im->options->action < 0 ? own : (enum action)im->options->action;
}

/* --- lines --------------------------------------------------------------------------------------
 */

static void write_indent(struct buf *out, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		buf_char(out, ' ');
}

static void write_comment(struct buf *out, size_t indent, struct span text)
{
	write_indent(out, indent);
	buf_char(out, '#');
	if (text.len > 0)
		buf_char(out, ' ');
	buf_span(out, text);
	buf_char(out, '\n');
}

static void write_comments(struct buf *out, size_t indent, struct import_lines *lines)
{
	for (size_t i = 0; i < lines->count && !lines->told; i++) {
		if (lines->items[i].comment)
			write_comment(out, indent, lines->items[i].text);
	}
	lines->told = true;
}

/* The entries as items of a list; the comments between them the first time. */
static void write_lines(struct buf *out, size_t indent, struct import_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (!lines->items[i].comment) {
			write_indent(out, indent);
			buf_str(out, "- ");
			scalar_write(out, lines->items[i].text);
			buf_char(out, '\n');
		} else if (!lines->told) {
			write_comment(out, indent, lines->items[i].text);
		}
	}
	lines->told = true;
}

/* --- conditions ---------------------------------------------------------------------------------
 */

/* What is looked at, and for what: an item of a list of conditions. */
struct look {
	enum field field;
	enum import_form form;
	struct import_lines *lines;
	struct span list; /* the name of the list that holds them; empty: they are written out */
};

/* `key:` and what is listed: by the list's name, or written out. */
static void write_listed(struct buf *out, size_t indent, const char *key, const struct look *look)
{
	write_indent(out, indent);
	if (look->list.len > 0) {
		buf_printf(out, "%s: \"<%.*s>\"\n", key, SPAN_ARGS(look->list));
		return;
	}
	buf_printf(out, "%s:\n", key);
	write_lines(out, indent + 2, look->lines);
}

static void write_line(struct buf *out, size_t indent, const char *text)
{
	write_indent(out, indent);
	buf_str(out, text);
	buf_char(out, '\n');
}

static void write_condition(struct buf *out, size_t indent, const struct look *look)
{
	switch (look->form) {
	case FORM_DOMAINS:
		/* An e-mail address has its domain alone, which is no link. */
		if (look->field == FIELD_EMAIL_DOMAIN) {
			write_listed(out, indent, "words", look);
			return;
		}
		write_line(out, indent, "links:");
		write_listed(out, indent + 2, "domains", look);
		return;
	case FORM_FOLDED:
		write_listed(out, indent, "regex", look);
		return;
	case FORM_ORIGINAL:
		write_line(out, indent, "regex:");
		write_line(out, indent + 2, "on: original");
		write_listed(out, indent + 2, "pattern", look);
		return;
	default:
		write_listed(out, indent, "words", look);
	}
}

/* The condition as an item: what is written two columns further in gets its dash afterwards. */
static void write_look(struct buf *out, const struct look *look)
{
	const size_t indent = WRITER_ITEM;
	size_t from = out->len;

	if (look->field == FIELD_TEXT) {
		write_condition(out, indent + 2, look);
	} else {
		write_line(out, indent + 2, "field:");
		write_indent(out, indent + 4);
		buf_printf(out, "in: %s\n", field_names[look->field]);
		write_condition(out, indent + 4, look);
	}
	if (!out->failed)
		out->data[from + indent] = '-';
}

/* Whether entries of the form can stand in the field. */
static bool is_looked_at(enum field field, enum import_form form)
{
	switch (field) {
	case FIELD_EMAIL_DOMAIN:
		return form == FORM_DOMAINS;
	case FIELD_AUTHOR_NAME:
	case FIELD_TITLE:
		return form != FORM_DOMAINS;
	default:
		return true;
	}
}

static size_t write_looks(struct buf *out, struct import_patterns *patterns, unsigned fields,
	const struct span lists[FORM_COUNT])
{
	size_t count = 0;

	for (int form = 0; form < FORM_COUNT; form++) {
		struct import_lines *lines = &patterns->forms[form];

		if (lines->entries == 0) {
			write_comments(out, WRITER_ITEM + 2, lines);
			continue;
		}
		for (int field = 0; field < FIELD_COUNT; field++) {
			struct look look = {
				(enum field)field, (enum import_form)form, lines, lists[form]};

			if ((fields & FIELD_BIT(field)) && is_looked_at(look.field, look.form)) {
				write_look(out, &look);
				count++;
			}
		}
	}
	return count;
}

size_t writer_patterns(struct buf *out, struct import_patterns *patterns, unsigned fields)
{
	static const struct span none[FORM_COUNT];

	return write_looks(out, patterns, fields, none);
}

/* Appends the lines with as many columns more, or fewer, before each. */
static void write_shifted(struct buf *out, const struct buf *lines, int columns)
{
	size_t at = 0;

	while (at < lines->len) {
		const char *end = memchr(lines->data + at, '\n', lines->len - at);
		size_t next = end ? (size_t)(end - lines->data) + 1 : lines->len;

		for (int i = 0; i < columns; i++)
			buf_char(out, ' ');
		at += columns < 0 && next - at > (size_t)-columns ? (size_t)-columns : 0;
		buf_append(out, lines->data + at, next - at);
		at = next;
	}
	out->failed |= lines->failed;
}

void writer_item(struct buf *out, const char *combine, const struct buf *items, size_t count)
{
	bool none = strcmp(combine, "none") == 0;

	if (count == 1 && !none) {
		write_shifted(out, items, 0);
		return;
	}
	write_indent(out, WRITER_ITEM);
	buf_printf(out, "- %s:\n", combine);
	write_shifted(out, items, 4);
}

void writer_when(struct buf *out, const char *combine, const struct buf *items, size_t count)
{
	size_t dash;

	if (count != 1) {
		write_line(out, WRITER_WHEN, combine);
		write_shifted(out, items, 0);
		return;
	}
	dash = out->len + WRITER_WHEN - 2;
	write_shifted(out, items, -(WRITER_ITEM + 2 - WRITER_WHEN));
	/* The dash, which may stand behind remarks, goes. */
	while (dash < out->len && out->data[dash] != '-') {
		const char *end = memchr(out->data + dash, '\n', out->len - dash);

		dash = end ? (size_t)(end - out->data) + WRITER_WHEN - 1 : out->len;
	}
	if (dash < out->len)
		out->data[dash] = ' ';
}

/* --- rules --------------------------------------------------------------------------------------
 */

static void write_key(struct buf *out, const char *key, struct span value)
{
	buf_printf(out, "    %s: ", key);
	scalar_write(out, value);
	buf_char(out, '\n');
}

static struct span guideline_of(const struct importer *im)
{
	return im->options->guideline.len ? im->options->guideline : SPAN(IMPORT_GUIDELINE);
}

void writer_rule(struct importer *im, struct import_rule *rule)
{
	struct buf *out = &im->rules;

	write_comments(out, 2, &rule->head);
	buf_str(out, "  - id: ");
	scalar_write(out, importer_text(im, "%.*s/%.*s", SPAN_ARGS(im->id), SPAN_ARGS(rule->id)));
	buf_char(out, '\n');
	write_key(out, "reason", rule->reason);
	buf_printf(out, "    action: %s\n", action_names[rule->action]);
	if (rule->action == ACTION_APPROVE) {
		buf_str(out, "    guidelines: [");
		scalar_write(out, guideline_of(im));
		buf_str(out, "]\n");
	}
	if (rule->shadow)
		buf_str(out, "    shadow: true\n");
	buf_str(out, "    when:\n");
	if (rule->when.failed)
		im->nomem = true;
	buf_span(out, buf_content(&rule->when));
	buf_free(&rule->when);
	if (rule->staff_exempt)
		buf_str(out, "    unless: {author: {role: staff}}\n");
	if (rule->ignore_quotes)
		buf_str(out, "    in_quotes: ignore\n");
	if (rule->match.len > 0) {
		buf_str(out, "    tests:\n      match:\n        - ");
		scalar_write(out, rule->match);
		buf_char(out, '\n');
	}
	im->result->rules++;
}

/* --- examples -----------------------------------------------------------------------------------
 */

/* Whether the text is letters and digits in words set apart by single spaces: it finds itself. */
static bool is_simple(struct span text)
{
	bool space = true;

	for (size_t at = 0; at < text.len;) {
		uint32_t c = utf8_next(text, &at);
		unsigned flags = char_info(c).flags;

		if (c == ' ' ? space : !(flags & (CHAR_LETTER | CHAR_DIGIT)) || (flags & CHAR_SOLO))
			return false;
		space = c == ' ';
	}
	return !space && text.len <= EXAMPLE_MAX;
}

struct span writer_example(struct importer *im, const struct import_patterns *patterns)
{
	const struct import_lines *words = &patterns->forms[FORM_WORDS];
	const struct import_lines *domains = &patterns->forms[FORM_DOMAINS];

	for (size_t i = 0; i < words->count; i++) {
		struct span text = words->items[i].text;

		if (words->items[i].comment)
			continue;
		if (span_ends(text, SPAN("*")))
			text.len--;
		if (is_simple(text))
			return text;
	}
	for (size_t i = 0; i < domains->count; i++) {
		struct span text = domains->items[i].text;

		if (!domains->items[i].comment && text.len <= EXAMPLE_MAX)
			return importer_text(im, "http://%.*s/", SPAN_ARGS(text));
	}
	return SPAN("");
}

/* --- groups -------------------------------------------------------------------------------------
 */

/* A list under `lists:`; its name, or an empty span if it has no entry. */
static struct span write_list(
	struct importer *im, const char *name, const char *tail, struct import_lines *lines)
{
	struct span list;

	if (lines->entries == 0) {
		write_comments(&im->lists, 2, lines);
		return SPAN("");
	}
	list = importer_text(im, "%.*s-%s%s", SPAN_ARGS(im->id), name, tail);
	buf_printf(&im->lists, "  %.*s:\n", SPAN_ARGS(list));
	write_lines(&im->lists, 4, lines);
	im->lists_count++;
	return list;
}

void writer_group(struct importer *im, struct import_group *group)
{
	struct import_patterns *patterns = &group->patterns;
	struct import_rule rule = {
		.id = span_of(group->name),
		.reason = span_of(group->reason),
		.action = importer_action(im, group->action),
		.match = writer_example(im, patterns),
	};
	struct span lists[FORM_COUNT] = {
		[FORM_WORDS] = write_list(im, group->name, "", &patterns->forms[FORM_WORDS]),
		[FORM_DOMAINS] =
			write_list(im, group->name, "-domains", &patterns->forms[FORM_DOMAINS]),
	};
	struct buf any = {0}, all = {0};
	size_t count;

	if (group->besides) {
		rule.match = SPAN("");
		write_indent(&all, WRITER_ITEM);
		buf_printf(&all, "- %s\n", group->besides);
	}
	count = write_looks(&any, patterns, group->fields, lists);
	if (!group->besides) {
		writer_when(&rule.when, "any:", &any, count);
	} else if (count > 0) {
		writer_item(&all, "any", &any, count);
		writer_when(&rule.when, "all:", &all, 2);
	}
	if (count > 0)
		writer_rule(im, &rule);
	im->nomem |= any.failed || all.failed;
	buf_free(&rule.when);
	buf_free(&any);
	buf_free(&all);
	map_free(&patterns->seen);
}

void writer_remarks(struct importer *im, struct import_lines *lines)
{
	write_comments(&im->rules, 2, lines);
}

/* --- the file -----------------------------------------------------------------------------------
 */

/* Sentences as comments of at most 100 columns. */
static void write_wrapped(struct buf *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column == 0 || column + 1 + word > 100) {
			buf_str(out, column ? "\n#" : "#");
			column = 1;
		}
		buf_char(out, ' ');
		buf_append(out, text, word);
		column += 1 + word;
		text += word + strspn(text + word, " ");
	}
	buf_char(out, '\n');
}

static void write_head(struct importer *im, struct buf *out)
{
	const struct import_result *result = im->result;

	buf_str(out, "# Made by `filterd import ");
	buf_printf(out, "%s` from %.*s: %zu of %zu items carried over", im->kind->name,
		SPAN_ARGS(im->name), result->carried, result->items);
	if (result->repeated > 0)
		buf_printf(out, ", %zu repeated", result->repeated);
	buf_printf(out, ", %zu not.\n", result->left);
	if (result->left > 0)
		buf_str(out, "# Look for \"not carried over\" below.\n");
	if (im->kind->about)
		write_wrapped(out, im->kind->about);
	buf_str(out,
		"# Read it from top to bottom before you use it: published lists hold ordinary "
		"words and names.\n");
}

static void write_defaults(struct importer *im, struct buf *out)
{
	const struct import_options *options = im->options;

	buf_str(out, "\nguideline: ");
	scalar_write(out, guideline_of(im));
	buf_char(out, '\n');
	for (size_t i = 0; i < options->languages_count; i++) {
		buf_str(out, i == 0 ? "language: [" : ", ");
		scalar_write(out, span_of(options->languages[i]));
	}
	if (options->languages_count > 0)
		buf_str(out, "]\n");
	if (options->guideline.len == 0)
		buf_printf(out, "guidelines:\n  %s: {title: Imported rules}\n", IMPORT_GUIDELINE);
}

/* A section under its key; remarks alone need none. */
static void write_section(struct buf *out, const char *key, bool any, const struct buf *content)
{
	if (any)
		buf_printf(out, "\n%s:\n", key);
	else if (content->len > 0)
		buf_char(out, '\n');
	buf_span(out, buf_content(content));
}

void writer_file(struct importer *im, struct buf *out)
{
	write_head(im, out);
	if (im->result->rules > 0)
		write_defaults(im, out);
	write_section(out, "lists", im->lists_count > 0, &im->lists);
	write_section(out, "rules", im->result->rules > 0, &im->rules);
}
