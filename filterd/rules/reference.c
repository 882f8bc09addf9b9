/* The reference of all keys, as Markdown: see reference.h. */
#include "rules/reference.h"

#include "rules/condition.h"
#include "rules/keys.h"
#include "rules/lint.h"

#define SECTIONS_MAX 64

/* What stands for a key's value, in words. */
static void put_kind(struct buf *out, const struct key *key)
{
	char min[32], max[32];

	switch (key->type) {
	case TYPE_BOOL:
		buf_str(out, "`true` or `false`");
		break;
	case TYPE_INT:
		buf_str(out, "whole number");
		if (key->min || key->max)
			buf_printf(out, ", %lld to %lld", (long long)key->min, (long long)key->max);
		break;
	case TYPE_STRING:
		buf_str(out, "text");
		break;
	case TYPE_STRINGS:
		buf_str(out, "text, or list of texts");
		break;
	case TYPE_CHOICE:
	case TYPE_CHOICES:
		for (size_t i = 0; key->choices[i]; i++)
			buf_printf(out, "%s`%s`", i ? ", " : "", key->choices[i]);
		if (key->type == TYPE_CHOICES)
			buf_str(out, "; one, or a list of them");
		break;
	case TYPE_INSTANT:
		buf_str(out, "date or time");
		break;
	case TYPE_DURATION:
		schema_print_duration(min, key->min);
		schema_print_duration(max, key->max);
		buf_str(out, "time span");
		if (key->min || key->max)
			buf_printf(out, ", %s to %s", min, max);
		break;
	case TYPE_SIZE:
		schema_print_size(min, key->min);
		schema_print_size(max, key->max);
		buf_str(out, "size");
		if (key->min || key->max)
			buf_printf(out, ", %s to %s", min, max);
		break;
	case TYPE_WORDING:
		buf_str(out, "text, or `language: text`");
		break;
	case TYPE_NUMBERED:
		buf_str(out, "name, list of names, or `name: number`");
		break;
	case TYPE_SECTION:
		buf_printf(out, "mapping, see %s", key->section->name);
		break;
	case TYPE_NODE:
		buf_str(out, key->shape ? key->shape : "mapping");
		break;
	}
}

/* A bar would end the table's cell. */
static void put_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_char(out, '\\');
		buf_char(out, *text);
	}
}

static void put_keys(struct buf *out, const struct section *section)
{
	buf_str(out, "| key | value | default | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < section->count; i++) {
		const struct key *key = &section->keys[i];

		if (key->flags & (KEY_RETIRED | KEY_FORESEEN))
			continue;
		buf_printf(out, "| `%s` | ", key->name);
		put_kind(out, key);
		if (key->flags & KEY_REQUIRED)
			buf_str(out, " | required | ");
		else if (key->fallback)
			buf_printf(out, " | `%s` | ", key->fallback);
		else
			buf_str(out, " | | ");
		put_cell(out, key->help);
		buf_str(out, " |\n");
	}
	buf_char(out, '\n');
}

static void put_heading(struct buf *out, unsigned level, const char *text)
{
	for (unsigned i = 0; i < level; i++)
		buf_char(out, '#');
	buf_printf(out, " %s\n\n", text);
}

/* Sections in the order in which they are met, each once. */
struct sections {
	const struct section *items[SECTIONS_MAX];
	size_t count;
};

static void add_section(struct sections *sections, const struct section *section)
{
	for (size_t i = 0; i < sections->count; i++)
		if (sections->items[i] == section)
			return;
	if (section && sections->count < SECTIONS_MAX)
		sections->items[sections->count++] = section;
}

/* Adds the root and all that its keys lead to. */
static void collect(struct sections *sections, const struct section *root)
{
	size_t i = sections->count;

	add_section(sections, root);
	for (; i < sections->count; i++) {
		const struct section *section = sections->items[i];

		for (size_t k = 0; k < section->count; k++)
			add_section(sections, section->keys[k].section);
		add_section(sections, section->also);
	}
}

void reference_section(
	struct buf *out, const struct section *root, const struct section *known, unsigned level)
{
	struct sections sections = {.count = 0};
	size_t first;

	if (known)
		collect(&sections, known);
	first = sections.count;
	collect(&sections, root);
	for (size_t i = first; i < sections.count; i++) {
		const struct section *section = sections.items[i];

		put_heading(out, level, section->name);
		buf_printf(out, "%s\n\n", section->help);
		put_keys(out, section);
		if (section->also)
			buf_printf(out, "Besides, the keys of %s.\n\n", section->also->name);
	}
}

static void put_condition(struct buf *out, const struct condition_kind *kind)
{
	const struct section *section = kind->section;

	buf_printf(out, "#### %s\n\n%s\n\n", kind->name, kind->help);
	if (section && strcmp(section->help, kind->help) != 0)
		buf_printf(out, "%s\n\n", section->help);
	if (kind->example)
		buf_printf(out, "    %s\n\n", kind->example);
	if (section && section->shorthand >= 0)
		buf_printf(out, "Written without keys, the value is that of `%s`.\n\n",
			section->keys[section->shorthand].name);
	if (section)
		put_keys(out, section);
}

static void put_lint_kinds(struct buf *out)
{
	put_heading(out, 3, "findings of `filterd lint`");
	buf_str(out, "The codes that stand behind each finding, in `--json` and in `--sarif`.\n\n"
		     "| code | | |\n|---|---|---|\n");
	for (size_t i = 0; i < LINT_KIND_COUNT; i++) {
		buf_printf(out, "| `%s` | %s | ", lint_kinds[i].code,
			severity_name(lint_kinds[i].severity));
		put_cell(out, lint_kinds[i].help);
		buf_str(out, " |\n");
	}
	buf_char(out, '\n');
}

void reference_rules(struct buf *out)
{
	reference_section(out, &file_section, NULL, 3);
	put_heading(out, 3, "conditions");
	buf_str(out, "What stands under `when`, `unless` and `conditions`. Of several keys in one "
		     "mapping all must hold.\n\n");
	for (size_t i = 0; i < condition_kinds_count; i++) {
		if (!(condition_kinds[i]->flags & CONDITION_FORESEEN))
			put_condition(out, condition_kinds[i]);
	}
	buf_str(out, "Known names of later versions, refused by this one:");
	for (size_t i = 0; i < condition_kinds_count; i++) {
		if (condition_kinds[i]->flags & CONDITION_FORESEEN)
			buf_printf(out, " `%s`", condition_kinds[i]->name);
	}
	buf_str(out, ".\n\n");
	put_lint_kinds(out);
}
