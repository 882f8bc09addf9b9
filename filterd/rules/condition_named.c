/* `condition`: conditions written once under `conditions:` and used by name. */
#include "rules/condition_parts.h"

struct named {
	struct strings names;
};

static const struct key keys[] = {
	{.name = "names",
		.type = TYPE_STRINGS,
		.help = "Names under `conditions:` of any file of the set; all of them must hold.",
		.offset = offsetof(struct named, names),
		.flags = KEY_REQUIRED},
};

static const struct section section = {
	.name = "condition",
	.help = "Named conditions.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct named),
};

static int compile(struct loader *loader, struct condition *condition)
{
	const struct named *named = condition->data;
	int rc = OK;

	condition->children =
		arena_alloc(loader->arena, named->names.count * sizeof(struct condition *));
	if (!condition->children)
		return ERR_NOMEM;
	for (size_t i = 0; i < named->names.count; i++) {
		struct condition *child = loader_named_condition(loader, named->names.nodes[i]);

		if (child)
			condition->children[condition->children_count++] = child;
		else
			rc = ERR_INVALID;
	}
	children_trigger_all(condition);
	return rc;
}

const struct condition_kind condition_kind_condition = {
	.name = "condition",
	.help = "The named conditions hold.",
	.example = "condition: new-author",
	.section = &section,
	.logic = LOGIC_ALL,
	.compile = compile,
	.test = children_test_all,
};
