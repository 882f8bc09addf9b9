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

void reference_section(struct buf *out, const struct section *root, unsigned level)
{
	const struct section *sections[SECTIONS_MAX] = {root};
	size_t count = 1;

	for (size_t i = 0; i < count; i++) {
		const struct section *section = sections[i];

		put_heading(out, level, section->name);
		buf_printf(out, "%s\n\n", section->help);
		put_keys(out, section);
		for (size_t k = 0; k < section->count; k++) {
			const struct section *below = section->keys[k].section;
			size_t known = 0;

			while (below && known < count && sections[known] != below)
				known++;
			if (below && known == count && count < SECTIONS_MAX)
				sections[count++] = below;
		}
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
	reference_section(out, &file_section, 3);
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
