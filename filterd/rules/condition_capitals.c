/* `capitals`: text that shouts. */
#include "rules/condition_parts.h"
#include "rules/findings.h"

struct capitals {
	int64_t percent;
	int64_t letters;
	enum field field;
};

static const struct key keys[] = {
	{.name = "percent",
		.type = TYPE_INT,
		.help = "At least so many in a hundred of the letters that can be capitals are.",
		.offset = offsetof(struct capitals, percent),
		.min = 1,
		.max = 100,
		.fallback = "70"},
	{.name = "letters",
		.type = TYPE_INT,
		.help = "With fewer such letters it does not hold: OK, NATO, PKK.",
		.offset = offsetof(struct capitals, letters),
		.min = 1,
		.max = BOUND_MAX,
		.fallback = "20"},
};

static const struct section section = {
	.name = "capitals",
	.help = "The share of capital letters; scripts without capitals (Arabic) do not count.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct capitals),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct capitals *capitals = condition->data;

	capitals->field = loader->field;
	condition->always = true;
	return OK;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct capitals *capitals = condition->data;
	const struct findings *findings = findings_counts(scene, capitals->field);
	int64_t cased, upper;

	(void)evidence; /* a share of the whole text has no place */
	if (!findings)
		return TRUTH_UNKNOWN;
	cased = (int64_t)findings->counts.cased;
	upper = (int64_t)findings->counts.capitals;
	return truth_of(cased >= capitals->letters && upper * 100 >= cased * capitals->percent);
}

const struct condition_kind condition_kind_capitals = {
	.name = "capitals",
	.help = "Most letters are capitals.",
	.example = "capitals: {percent: 70, letters: 20}",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
