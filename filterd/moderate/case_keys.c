/* The tables of keys in case files. */
#include "moderate/case_keys.h"

#include "rules/ruleset.h"

static const char *const verdict_choices[] = {"approve", "review", "reject", NULL};

#define AT(field) .offset = offsetof(struct entry_keys, field)
static const struct key entry_keys[] = {
	{.name = "text",
		.type = TYPE_STRING,
		AT(text),
		.help = "The comment.",
		.min = -1,
		.max = TEST_TEXT_MAX,
		.flags = KEY_REQUIRED},
	{.name = "name",
		.type = TYPE_STRING,
		AT(name),
		.help = "What reports call it; without it they show the text."},
	{.name = "todo",
		.type = TYPE_STRING,
		AT(todo),
		.help = "Why it is known to fail: it is counted apart, and named once it passes."},
	{.name = "rules",
		.type = TYPE_STRINGS,
		AT(rules),
		.help = "Rules that must hold; no others may. `none`: none at all."},
	{.name = "not_rules",
		.type = TYPE_STRINGS,
		AT(not_rules),
		.help = "Rules that must not hold."},
	{.name = "guidelines",
		.type = TYPE_NUMBERED,
		AT(guidelines),
		.help = "Guidelines that must have points, or so many (`{threats: 10}`); no others "
			"may. `none`: none at all.",
		.max = INT32_MAX},
	{.name = "degraded",
		.type = TYPE_BOOL,
		AT(degraded),
		.help = "Whether something must have been unknown on the way.",
		.fallback = "false"},
};
#undef AT

const struct section entry_section = {
	.name = "table entry",
	.noun = "an entry of a table",
	.help = "A comment in a table: mostly just its text, else with what is special about it.",
	.keys = entry_keys,
	.count = ARRAY_LEN(entry_keys),
	.shorthand = 0,
	.also = &context_section,
	.also_at = offsetof(struct entry_keys, context),
	.elsewhere = keys_of_sentence,
	.size = sizeof(struct entry_keys),
};

static const struct key case_keys[] = {
	{.name = "expect",
		.type = TYPE_CHOICE,
		.help = "The verdict it must get.",
		.offset = offsetof(struct case_keys, expect),
		.choices = verdict_choices,
		.flags = KEY_REQUIRED},
};

const struct section case_section = {
	.name = "case",
	.noun = "a case",
	.help = "A comment with its context, and what must come out for it.",
	.keys = case_keys,
	.count = ARRAY_LEN(case_keys),
	.shorthand = -1,
	.also = &entry_section,
	.also_at = offsetof(struct case_keys, entry),
	.size = sizeof(struct case_keys),
};

#define AT(field) .offset = offsetof(struct table_keys, field)
static const struct key table_keys[] = {
	{.name = "name", .type = TYPE_STRING, AT(name), .help = "What reports call it."},
	{.name = "approve",
		.type = TYPE_NODE,
		AT(approve),
		.help = "Comments that must be approved.",
		.section = &entry_section,
		.shape = "list of entries"},
	{.name = "review",
		.type = TYPE_NODE,
		AT(review),
		.help = "Comments that a person must look at.",
		.section = &entry_section,
		.shape = "list of entries"},
	{.name = "reject",
		.type = TYPE_NODE,
		AT(reject),
		.help = "Comments that must be rejected.",
		.section = &entry_section,
		.shape = "list of entries"},
};
#undef AT

const struct section table_section = {
	.name = "table",
	.noun = "a table",
	.help = "Many short comments by the verdict they must get. Context that stands here is "
		"that of all of them.",
	.keys = table_keys,
	.count = ARRAY_LEN(table_keys),
	.shorthand = -1,
	.also = &context_section,
	.also_at = offsetof(struct table_keys, context),
	.size = sizeof(struct table_keys),
};

#define AT(field) .offset = offsetof(struct case_file_keys, field)
static const struct key case_file_keys[] = {
	{.name = "cases",
		.type = TYPE_NODE,
		AT(cases),
		.help = "Comments, each with its verdict.",
		.section = &case_section,
		.shape = "list of cases"},
	{.name = "tables",
		.type = TYPE_NODE,
		AT(tables),
		.help = "Many short comments, sorted by their verdict.",
		.section = &table_section,
		.shape = "list of tables"},
};
#undef AT

const struct section case_file_section = {
	.name = "case file",
	.noun = "a case file",
	.help = "Comments and the verdict that each must get from the whole rule set "
		"(`*.test.yaml`). Context that stands at the top is that of the whole file.",
	.keys = case_file_keys,
	.count = ARRAY_LEN(case_file_keys),
	.shorthand = -1,
	.also = &context_section,
	.also_at = offsetof(struct case_file_keys, context),
	.size = sizeof(struct case_file_keys),
};
