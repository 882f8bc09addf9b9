/* `words`: whole words, whatever their case, marks and disguise. */
#include "rules/condition_parts.h"

struct words {
	struct strings any;
	struct patterns patterns;
};

static const struct key keys[] = {
	{.name = "any",
		.type = TYPE_STRINGS,
		.help = "Words, several words in a row, a beginning (`kill*`), a word that may be "
			"glued to others (`*word*`, looked for as disguised words are), or a list "
			"(`<name>`).",
		.offset = offsetof(struct words, any),
		.flags = KEY_REQUIRED},
};

static const struct section section = {
	.name = "words",
	.help = "Whole words, any of which makes it true.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct words),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct words *words = condition->data;
	struct strings entries;
	uint32_t id;
	int rc = loader_expand(loader, &words->any, &entries);

	if (rc != OK)
		return rc;
	rc = patterns_init(loader, &words->patterns, 1);
	if (rc == OK)
		rc = loader_add_words(loader, &entries, &id);
	return rc == OK ? patterns_add(loader, condition, &words->patterns, id) : rc;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct words *words = condition->data;

	return patterns_test(&words->patterns, scene, evidence);
}

const struct condition_kind condition_kind_words = {
	.name = "words",
	.help = "One of the words stands in the text as a whole word.",
	.example = "words: [idiot, moron, \"half wit\", stupid*]",
	.section = &section,
	.flags = CONDITION_PATTERNS,
	.compile = compile,
	.test = test,
};
