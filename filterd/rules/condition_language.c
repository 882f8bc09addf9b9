/* `language`: the comment's language, told or guessed. */
#include "rules/condition_parts.h"

struct languages {
	struct strings any;
};

static const struct key keys[] = {
	{.name = "any",
		.type = TYPE_STRINGS,
		.help = "Language tags (en, ckb, kmr, ar, tr, fa, ...), or `unknown`.",
		.offset = offsetof(struct languages, any),
		.flags = KEY_REQUIRED},
};

static const struct section section = {
	.name = "language",
	.help = "The comment's language: as the CMS told it, else guessed, else `unknown`.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct languages),
};

static bool is_tag(struct span tag)
{
	if (span_eq(tag, SPAN("unknown")))
		return true;
	for (size_t i = 0; i < tag.len; i++)
		if (tag.ptr[i] < 'a' || tag.ptr[i] > 'z')
			return false;
	return tag.len == 2 || tag.len == 3;
}

static int compile(struct loader *loader, struct condition *condition)
{
	const struct languages *languages = condition->data;
	int rc = OK;

	condition->always = true;
	for (size_t i = 0; i < languages->any.count; i++) {
		if (is_tag(languages->any.items[i]))
			continue;
		loader_error(loader, languages->any.nodes[i],
			"`%.*s` is no language tag; write it like en or ckb, or `unknown`",
			SPAN_ARGS(languages->any.items[i]));
		rc = ERR_INVALID;
	}
	return rc;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct languages *languages = condition->data;
	struct span tag = span_of(scene->language.tag);

	(void)evidence; /* a language has no place */
	if (tag.len == 0)
		tag = SPAN("unknown");
	for (size_t i = 0; i < languages->any.count; i++)
		if (span_eq(languages->any.items[i], tag))
			return TRUTH_YES;
	return TRUTH_NO;
}

const struct condition_kind condition_kind_language = {
	.name = "language",
	.help = "The comment is in one of the languages.",
	.example = "language: [en, unknown]",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_LANGUAGE | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
