/* `invisible`: characters that show nothing, where they have no business. */
#include "rules/condition_parts.h"
#include "rules/findings.h"

struct invisible {
	unsigned kinds; /* bit per enum hidden_kind */
	int64_t at_least;
	enum field field;
};

static const char *const hidden_names[HIDDEN_COUNT + 1] = {
	[HIDDEN_BIDI] = "bidi",
	[HIDDEN_ZERO_WIDTH] = "zero_width",
	[HIDDEN_TAG] = "tag",
	[HIDDEN_CONTROL] = "control",
};

static const struct key keys[] = {
	{.name = "kinds",
		.type = TYPE_CHOICES,
		.help = "`bidi`: turns the direction of text around; `zero_width`: of no width, "
			"outside the words and emoji that need it; `tag`: hidden ASCII; "
			"`control`: control characters. Without it all of them.",
		.offset = offsetof(struct invisible, kinds),
		.choices = hidden_names},
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "At least so many.",
		.offset = offsetof(struct invisible, at_least),
		.min = 1,
		.max = BOUND_MAX,
		.fallback = "1"},
};

static const struct section section = {
	.name = "invisible",
	.help = "Hidden characters.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct invisible),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct invisible *invisible = condition->data;

	if (invisible->kinds == 0)
		invisible->kinds = (1u << HIDDEN_COUNT) - 1;
	invisible->field = loader->field;
	condition->always = true;
	return OK;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct invisible *invisible = condition->data;
	const struct findings *findings = findings_hidden(scene, invisible->field);
	int64_t n = 0;

	if (!findings)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < findings->hidden.count; i++) {
		const struct hidden *hidden = &findings->hidden.items[i];

		if (!(invisible->kinds & (1u << hidden->kind)) ||
			!scene->counts(scene, invisible->field, hidden->range))
			continue;
		n++;
		evidence_add(scene, evidence,
			(struct evidence_item){.field = invisible->field,
				.range = hidden->range,
				.entry = span_of(hidden_names[hidden->kind])});
	}
	return truth_of(n >= invisible->at_least);
}

const struct condition_kind condition_kind_invisible = {
	.name = "invisible",
	.help = "The text has hidden characters.",
	.example = "invisible: {kinds: [bidi, tag], at_least: 1}",
	.section = &section,
	.flags = CONDITION_CHEAP,
	.compile = compile,
	.test = test,
};
