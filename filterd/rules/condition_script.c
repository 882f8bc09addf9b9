/* `script`: which writing the text is in. */
#include "rules/condition_parts.h"
#include "rules/findings.h"

struct scripts {
	struct strings any;
	int64_t percent;
	unsigned wanted; /* bit per enum script */
	enum field field;
};

static const struct key keys[] = {
	{.name = "any",
		.type = TYPE_STRINGS,
		.help = "ISO 15924 codes: Latn, Arab, Cyrl, Grek, Hebr, Hani, ...",
		.offset = offsetof(struct scripts, any),
		.flags = KEY_REQUIRED},
	{.name = "percent",
		.type = TYPE_INT,
		.help = "At least so many in a hundred of the letters.",
		.offset = offsetof(struct scripts, percent),
		.min = 1,
		.max = 100,
		.fallback = "50"},
};

static const struct section section = {
	.name = "script",
	.help = "The share of letters of some scripts; a text without letters has none.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct scripts),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct scripts *scripts = condition->data;
	int rc = OK;

	scripts->field = loader->field;
	condition->always = true;
	for (size_t i = 0; i < scripts->any.count; i++) {
		struct span code = scripts->any.items[i];
		size_t s = SCRIPT_COMMON + 1;
		const char *nearest;

		while (s < SCRIPT_COUNT && !span_eq(code, span_of(script_names[s])))
			s++;
		if (s < SCRIPT_COUNT) {
			scripts->wanted |= 1u << s;
			continue;
		}
		loader_error(
			loader, scripts->any.nodes[i], "unknown script `%.*s`", SPAN_ARGS(code));
		nearest = nearest_name(code, script_names + 1, SCRIPT_COUNT - 1);
		if (nearest)
			errors_hint(loader->errors, "did you mean `%s`?", nearest);
		rc = ERR_INVALID;
	}
	return rc;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct scripts *scripts = condition->data;
	const struct findings *findings = findings_counts(scene, scripts->field);
	int64_t n = 0, letters;

	(void)evidence; /* a share has no place */
	if (!findings)
		return TRUTH_UNKNOWN;
	letters = (int64_t)findings->counts.letters;
	for (unsigned s = 0; s < SCRIPT_COUNT; s++)
		if (scripts->wanted & (1u << s))
			n += (int64_t)findings->counts.of_script[s];
	return truth_of(letters > 0 && n * 100 >= letters * scripts->percent);
}

const struct condition_kind condition_kind_script = {
	.name = "script",
	.help = "The text is written in one of the scripts.",
	.example = "script: {any: [Cyrl, Hani], percent: 30}",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
