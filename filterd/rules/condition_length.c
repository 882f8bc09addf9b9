/* `length`: how long the text is, in visible characters or words. */
#include "rules/condition_parts.h"
#include "rules/findings.h"
#include "text/segment.h"

enum unit {
	UNIT_CHARACTERS,
	UNIT_WORDS,
};

struct length {
	int64_t at_least, at_most;
	int unit;
	enum field field;
};

static const char *const unit_names[] = {
	[UNIT_CHARACTERS] = "characters", [UNIT_WORDS] = "words", NULL};

static const struct key keys[] = {
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "At least so long.",
		.offset = offsetof(struct length, at_least),
		.max = BOUND_MAX,
		.fallback = "1"},
	{.name = "at_most",
		.type = TYPE_INT,
		.help = "At most so long; without it there is no upper bound.",
		.offset = offsetof(struct length, at_most),
		.max = BOUND_MAX,
		.fallback = BOUND_MAX_TEXT},
	{.name = "unit",
		.type = TYPE_CHOICE,
		.help = "Visible characters (white space between them counts once), or words.",
		.offset = offsetof(struct length, unit),
		.choices = unit_names,
		.fallback = "characters"},
};

static const struct section section = {
	.name = "length",
	.help = "A text of nothing but white space and hidden characters has length 0.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct length),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct length *length = condition->data;

	length->field = loader->field;
	condition->always = true;
	return bounds_settle(loader, condition->node, &length->at_least, length->at_most);
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct length *length = condition->data;
	size_t n;

	(void)evidence; /* a length has no place */
	if (length->unit == UNIT_WORDS) {
		const struct text *text = scene->text(scene, length->field);

		if (!text)
			return TRUTH_UNKNOWN;
		n = segment_count_words(text->folded.text);
	} else {
		const struct findings *findings = findings_counts(scene, length->field);

		if (!findings)
			return TRUTH_UNKNOWN;
		n = findings->counts.characters;
	}
	return truth_of(bounds_hold(length->at_least, length->at_most, (int64_t)n));
}

const struct condition_kind condition_kind_length = {
	.name = "length",
	.help = "The text is so long.",
	.example = "length: {at_most: 0}",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
