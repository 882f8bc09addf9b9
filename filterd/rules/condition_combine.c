/* `all`, `any`, `none`, `at_least`: conditions made of conditions, in three-valued logic. */
#include "rules/condition_parts.h"
#include "rules/lint.h"

struct combine {
	const struct yaml_node *conditions;
	int64_t of; /* at_least: how many */
};

static const struct key keys[] = {
	{.name = "conditions",
		.type = TYPE_NODE,
		.help = "The conditions; each is a mapping like `when`.",
		.offset = offsetof(struct combine, conditions),
		.shape = "list of conditions",
		.flags = KEY_REQUIRED},
	{.name = "of",
		.type = TYPE_INT,
		.help = "How many of them must hold.",
		.offset = offsetof(struct combine, of),
		.min = 1,
		.max = 100,
		.flags = KEY_REQUIRED},
};

#define SECTION(text, kind, keys_count, short_form)                                                \
	static const struct section kind##_section = {                                             \
		.name = #kind,                                                                     \
		.help = (text),                                                                    \
		.keys = keys,                                                                      \
		.count = (keys_count),                                                             \
		.shorthand = (short_form),                                                         \
		.size = sizeof(struct combine),                                                    \
	}

SECTION("All conditions of the list must hold.", all, 1, 0);
SECTION("One condition of the list must hold.", any, 1, 0);
SECTION("No condition of the list may hold.", none, 1, 0);
SECTION("So many conditions of the list must hold.", at_least, 2, -1);

static int compile_children(struct loader *loader, struct condition *condition)
{
	const struct combine *combine = condition->data;

	return children_compile(loader, condition, combine->conditions);
}

/* Conditions that cost little go first: they often settle it. The order is otherwise kept. */
static void cheap_first(struct condition *condition)
{
	size_t cheap = 0;

	for (size_t i = 0; i < condition->children_count; i++) {
		struct condition *child = condition->children[i];

		if (!(child->kind->flags & CONDITION_CHEAP))
			continue;
		memmove(condition->children + cheap + 1, condition->children + cheap,
			(i - cheap) * sizeof(struct condition *));
		condition->children[cheap++] = child;
	}
}

static int compile_all(struct loader *loader, struct condition *condition)
{
	int rc = compile_children(loader, condition);

	if (rc != OK)
		return rc;
	cheap_first(condition);
	children_trigger_all(condition);
	return OK;
}

static int compile_any(struct loader *loader, struct condition *condition)
{
	int rc = compile_children(loader, condition);

	return rc == OK ? children_trigger_any(loader->arena, condition) : rc;
}

/* Every child is tested, for the places of all of them: see patterns_test(). */
static enum truth test_any(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	enum truth result = TRUTH_NO;

	for (size_t i = 0; i < condition->children_count; i++)
		result = truth_or(result, condition_test(condition->children[i], scene, evidence));
	return result;
}

static int compile_none(struct loader *loader, struct condition *condition)
{
	condition->always = true;
	return compile_children(loader, condition);
}

static enum truth test_none(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	(void)evidence; /* what is not there has no place */
	return truth_not(test_any(condition, scene, NULL));
}

static int compile_at_least(struct loader *loader, struct condition *condition)
{
	const struct combine *combine = condition->data;
	int rc = compile_any(loader, condition);

	if (rc == OK && (size_t)combine->of > condition->children_count) {
		loader_error(loader, condition->node,
			"at least %d of %zu conditions can never hold", (int)combine->of,
			condition->children_count);
		lint_mark(loader->errors, LINT_NEVER_FIRES);
		return ERR_INVALID;
	}
	return rc;
}

static enum truth test_at_least(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct combine *combine = condition->data;
	int64_t yes = 0, unknown = 0;

	for (size_t i = 0; i < condition->children_count; i++) {
		enum truth one = condition_test(condition->children[i], scene, evidence);

		yes += one == TRUTH_YES;
		unknown += one == TRUTH_UNKNOWN;
	}
	if (yes >= combine->of)
		return TRUTH_YES;
	return yes + unknown >= combine->of ? TRUTH_UNKNOWN : TRUTH_NO;
}

const struct condition_kind condition_kind_all = {
	.name = "all",
	.help = "All of the conditions hold; several keys of one mapping mean the same.",
	.example = "all: [{words: [visit, buy]}, {links: 1}]",
	.section = &all_section,
	.logic = LOGIC_ALL,
	.compile = compile_all,
	.test = children_test_all,
};

const struct condition_kind condition_kind_any = {
	.name = "any",
	.help = "At least one of the conditions holds.",
	.example = "any: [{capitals: {percent: 80}}, {repetition: {character: 10}}]",
	.section = &any_section,
	.logic = LOGIC_ANY,
	.compile = compile_any,
	.test = test_any,
};

const struct condition_kind condition_kind_none = {
	.name = "none",
	.help = "None of the conditions holds.",
	.example = "none: [{author: {role: [trusted, staff]}}]",
	.section = &none_section,
	.logic = LOGIC_NONE,
	.compile = compile_none,
	.test = test_none,
};

const struct condition_kind condition_kind_at_least = {
	.name = "at_least",
	.help = "At least so many of the conditions hold.",
	.example =
		"at_least: {of: 2, conditions: [{links: 1}, {contact: phone}, {words: [cheap]}]}",
	.section = &at_least_section,
	.logic = LOGIC_SOME,
	.compile = compile_at_least,
	.test = test_at_least,
};
