/* `emoji`: how many emoji, and whether there is anything else. */
#include "rules/condition_parts.h"
#include "rules/findings.h"

struct emoji {
	int64_t at_least, at_most;
	bool only;
	enum field field;
};

static const struct key keys[] = {
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "At least so many; a family, a flag or a skin tone counts as one.",
		.offset = offsetof(struct emoji, at_least),
		.max = BOUND_MAX,
		.fallback = "1"},
	{.name = "at_most",
		.type = TYPE_INT,
		.help = "At most so many; without it there is no upper bound.",
		.offset = offsetof(struct emoji, at_most),
		.max = BOUND_MAX,
		.fallback = BOUND_MAX_TEXT},
	{.name = "only",
		.type = TYPE_BOOL,
		.help = "Holds only when the text has no letter and no digit.",
		.offset = offsetof(struct emoji, only),
		.fallback = "false"},
};

static const struct section section = {
	.name = "emoji",
	.help = "Counts emoji.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct emoji),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct emoji *emoji = condition->data;

	emoji->field = loader->field;
	condition->always = true;
	return bounds_settle(loader, condition->node, &emoji->at_least, emoji->at_most);
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct emoji *emoji = condition->data;
	const struct findings *findings = findings_counts(scene, emoji->field);

	(void)evidence; /* a count has no place */
	if (!findings)
		return TRUTH_UNKNOWN;
	if (emoji->only && findings->counts.letters_digits > 0)
		return TRUTH_NO;
	return truth_of(
		bounds_hold(emoji->at_least, emoji->at_most, (int64_t)findings->counts.emoji));
}

const struct condition_kind condition_kind_emoji = {
	.name = "emoji",
	.help = "The text has so many emoji.",
	.example = "emoji: {at_least: 10}",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
