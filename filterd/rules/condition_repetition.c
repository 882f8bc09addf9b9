/* `repetition`: the same character, word or line again and again. */
#include "rules/condition_parts.h"
#include "rules/findings.h"

struct repetition {
	int64_t character, word, line; /* 0: not asked for */
	enum field field;
};

static const struct key keys[] = {
	{.name = "character",
		.type = TYPE_INT,
		.help = "The same character so often in a row; white space does not count.",
		.offset = offsetof(struct repetition, character),
		.min = 2,
		.max = BOUND_MAX},
	{.name = "word",
		.type = TYPE_INT,
		.help = "The same word so often in a row.",
		.offset = offsetof(struct repetition, word),
		.min = 2,
		.max = BOUND_MAX},
	{.name = "line",
		.type = TYPE_INT,
		.help = "The same line so often, anywhere in the text.",
		.offset = offsetof(struct repetition, line),
		.min = 2,
		.max = BOUND_MAX},
};

static const struct section section = {
	.name = "repetition",
	.help = "Any of the keys that are given makes it true; case and marks do not matter.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct repetition),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct repetition *repetition = condition->data;

	repetition->field = loader->field;
	condition->always = true;
	if (repetition->character || repetition->word || repetition->line)
		return OK;
	loader_error(loader, condition->node, "`repetition` needs `character`, `word` or `line`");
	return ERR_INVALID;
}

/* Whether the run is long enough; then its place is evidence. */
static bool found(const struct repetition *repetition, const struct run *run, int64_t least,
	struct scene *scene, struct evidence *evidence)
{
	if (least == 0 || run->times < least ||
		!scene->counts(scene, repetition->field, run->range))
		return false;
	evidence_add(scene, evidence,
		(struct evidence_item){.field = repetition->field, .range = run->range});
	return true;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct repetition *asked = condition->data;
	const struct findings *findings = findings_repetition(scene, asked->field);
	const struct repetitions *runs;

	if (!findings)
		return TRUTH_UNKNOWN;
	runs = &findings->repetitions;
	return truth_of(found(asked, &runs->character, asked->character, scene, evidence) ||
			found(asked, &runs->word, asked->word, scene, evidence) ||
			found(asked, &runs->line, asked->line, scene, evidence));
}

const struct condition_kind condition_kind_repetition = {
	.name = "repetition",
	.help = "The same character, word or line comes again and again.",
	.example = "repetition: {character: 10, word: 5, line: 3}",
	.section = &section,
	.compile = compile,
	.test = test,
};
