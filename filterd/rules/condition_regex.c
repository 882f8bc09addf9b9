/* `regex`: a PCRE2 pattern on the folded text or on the text as sent. */
#include "rules/condition_parts.h"

struct regexes {
	struct strings pattern;
	int on;
	struct patterns patterns;
};

enum on {
	ON_FOLDED,
	ON_ORIGINAL,
};

static const char *const on_names[] = {[ON_FOLDED] = "folded", [ON_ORIGINAL] = "original", NULL};

static const struct key keys[] = {
	{.name = "pattern",
		.type = TYPE_STRINGS,
		.help = "PCRE2 patterns, any of which makes it true.",
		.offset = offsetof(struct regexes, pattern),
		.flags = KEY_REQUIRED},
	{.name = "on",
		.type = TYPE_CHOICE,
		.help = "The folded text has no capitals, accents or hidden characters; the "
			"original "
			"is the text as sent.",
		.offset = offsetof(struct regexes, on),
		.choices = on_names,
		.fallback = "folded"},
};

static const struct section section = {
	.name = "regex",
	.help = "Regular expressions of PCRE2.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct regexes),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct regexes *regexes = condition->data;
	int rc = patterns_init(loader, &regexes->patterns, regexes->pattern.count), result = OK;

	for (size_t i = 0; rc != ERR_NOMEM && i < regexes->pattern.count; i++) {
		uint32_t id;

		rc = loader_add_regex(
			loader, regexes->pattern.nodes[i], regexes->on == ON_ORIGINAL, &id);
		if (rc == OK)
			rc = patterns_add(loader, condition, &regexes->patterns, id);
		if (rc != OK)
			result = rc;
	}
	return rc == ERR_NOMEM ? rc : result;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct regexes *regexes = condition->data;

	return patterns_test(&regexes->patterns, scene, evidence);
}

const struct condition_kind condition_kind_regex = {
	.name = "regex",
	.help = "One of the regular expressions matches.",
	.example = "regex: '\\bpromo ?code\\b'",
	.section = &section,
	.flags = CONDITION_PATTERNS,
	.compile = compile,
	.test = test,
};
