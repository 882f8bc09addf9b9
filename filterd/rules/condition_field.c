/* `field`: any conditions, on another text of the comment. */
#include "rules/condition_parts.h"

struct field_of {
	int in;
};

static const char *const choices[FIELD_COUNT + 1] = {
	[FIELD_TEXT] = "text",
	[FIELD_AUTHOR_NAME] = "author_name",
	[FIELD_AUTHOR_URL] = "author_url",
	[FIELD_EMAIL_DOMAIN] = "email_domain",
	[FIELD_PARENT] = "parent",
	[FIELD_TITLE] = "title",
};

static const struct key keys[] = {
	{.name = "in",
		.type = TYPE_CHOICE,
		.help = "Which text; `parent` is the comment that is answered.",
		.offset = offsetof(struct field_of, in),
		.choices = choices,
		.flags = KEY_REQUIRED},
};

static const struct section section = {
	.name = "field",
	.help = "Besides `in` any condition keys, all of which must hold for that text.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct field_of),
};

/* Splits the mapping: `in` is ours, every other key a condition. */
static int split(struct arena *arena, const struct yaml_node *node, struct yaml_node *ours,
	struct yaml_node *others)
{
	*ours = *others = *node;
	ours->count = others->count = 0;
	ours->items = arena_alloc(arena, (2 * node->count + 1) * sizeof(*ours->items));
	others->items = arena_alloc(arena, (2 * node->count + 1) * sizeof(*others->items));
	if (!ours->items || !others->items)
		return ERR_NOMEM;
	for (size_t i = 0; i < node->count; i++) {
		bool own = span_eq(yaml_key(node, i)->value, SPAN("in"));
		struct yaml_node *to = own ? ours : others;

		to->items[2 * to->count] = *yaml_key(node, i);
		to->items[2 * to->count + 1] = *yaml_value(node, i);
		to->count++;
	}
	return OK;
}

static int compile(struct loader *loader, struct condition *condition)
{
	struct yaml_node *parts;
	struct field_of of;
	enum field outer = loader->field;
	int rc;

	if (condition->node->kind != YAML_MAPPING) {
		loader_error(loader, condition->node, "`field` needs a mapping with `in`");
		return ERR_INVALID;
	}
	parts = arena_alloc(loader->arena, 2 * sizeof(*parts));
	if (!parts || split(loader->arena, condition->node, &parts[0], &parts[1]) != OK)
		return ERR_NOMEM;
	rc = schema_read(loader->arena, loader->source, loader->errors, &section, &parts[0], &of);
	if (rc != OK)
		return rc;
	if (parts[1].count == 0) {
		loader_error(loader, condition->node, "`field` needs a condition besides `in`");
		return ERR_INVALID;
	}
	loader->field = (enum field)of.in;
	rc = children_compile(loader, condition, &parts[1]);
	loader->field = outer;
	if (rc == OK)
		children_trigger_all(condition);
	return rc;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	return condition_test(condition->children[0], scene, evidence);
}

const struct condition_kind condition_kind_field = {
	.name = "field",
	.help = "The conditions in it hold for another text of the comment.",
	.example = "field: {in: author_name, words: [admin, moderator]}",
	.section = &section,
	.logic = LOGIC_ALL,
	.flags = CONDITION_OPEN,
	.compile = compile,
	.test = test,
};
