/* `phrase`: words in an order, with alternatives, lists and gaps (match/phrase.h). */
#include "rules/condition_parts.h"

struct phrases {
	struct strings any;
	struct patterns patterns;
};

static const struct key keys[] = {
	{.name = "any",
		.type = TYPE_STRINGS,
		.help = "Phrases, any of which makes it true.",
		.offset = offsetof(struct phrases, any),
		.flags = KEY_REQUIRED},
};

static const struct section section = {
	.name = "phrase",
	.help = "Words in this order: `(a|b)` one of these, `[a|b]` one or none, `<name>` an entry "
		"of a list, `kill*` a beginning, `*word*` one that may be glued to others, `...` "
		"up to 4 words in between, `...7` up to 7.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct phrases),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct phrases *phrases = condition->data;
	int rc = patterns_init(loader, &phrases->patterns, phrases->any.count), result = OK;

	for (size_t i = 0; rc != ERR_NOMEM && i < phrases->any.count; i++) {
		uint32_t id;

		rc = loader_add_phrase(loader, phrases->any.nodes[i], &id);
		if (rc == OK)
			rc = patterns_add(loader, condition, &phrases->patterns, id);
		if (rc != OK)
			result = rc;
	}
	return rc == ERR_NOMEM ? rc : result;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct phrases *phrases = condition->data;

	return patterns_test(&phrases->patterns, scene, evidence);
}

const struct condition_kind condition_kind_phrase = {
	.name = "phrase",
	.help = "One of the phrases stands in the text.",
	.example = "phrase: \"(i|we) (will|'ll|am going to) <harm> (you|u)\"",
	.section = &section,
	.flags = CONDITION_PATTERNS,
	.compile = compile,
	.test = test,
};
