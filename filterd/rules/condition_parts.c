/* What the files of condition kinds share: see condition_parts.h. */
#include "rules/condition_parts.h"
#include "rules/lint.h"

#include <stdlib.h>

/* --- bounds ----------------------------------------------------------------------------------- */

static const struct key bounds_keys[] = {
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "The smallest number for which it holds.",
		.offset = offsetof(struct bounds, at_least),
		.max = BOUND_MAX,
		.fallback = "0"},
	{.name = "at_most",
		.type = TYPE_INT,
		.help = "The largest number for which it holds; without it there is no upper "
			"bound.",
		.offset = offsetof(struct bounds, at_most),
		.max = BOUND_MAX,
		.fallback = BOUND_MAX_TEXT},
};

const struct section bounds_section = {
	.name = "bounds",
	.help = "A number that must lie between two others, both included.",
	.keys = bounds_keys,
	.count = ARRAY_LEN(bounds_keys),
	.shorthand = 0,
	.size = sizeof(struct bounds),
};

int bounds_settle(
	struct loader *loader, const struct yaml_node *node, int64_t *at_least, int64_t at_most)
{
	if (node->kind == YAML_MAPPING && schema_has(node, "at_most") &&
		!schema_has(node, "at_least"))
		*at_least = 0;
	if (*at_least > at_most) {
		loader_error(loader, node, "at_least is above at_most: this never holds");
		lint_mark(loader->errors, LINT_NEVER_FIRES);
		return ERR_INVALID;
	}
	return OK;
}

/* --- patterns --------------------------------------------------------------------------------- */

int patterns_init(struct loader *loader, struct patterns *patterns, size_t count)
{
	patterns->field = loader->field;
	patterns->count = 0;
	patterns->ids = arena_alloc(loader->arena, count * sizeof(*patterns->ids));
	return patterns->ids ? OK : ERR_NOMEM;
}

int patterns_add(
	struct loader *loader, struct condition *condition, struct patterns *patterns, uint32_t id)
{
	patterns->ids[patterns->count++] = id;
	return condition_add_trigger(loader->arena, condition, patterns->field, id);
}

enum truth patterns_test(
	const struct patterns *patterns, struct scene *scene, struct evidence *evidence)
{
	enum truth result = TRUTH_NO;

	/* All are looked for, also after one was found: whether a match is quoted in every place
	 * decides what some rules do. */
	for (size_t i = 0; i < patterns->count; i++) {
		const struct hit *hits;
		size_t count;
		enum truth found =
			scene->find(scene, patterns->field, patterns->ids[i], &hits, &count, NULL);

		result = truth_or(result, found);
		if (found != TRUTH_YES)
			continue;
		for (size_t h = 0; h < count; h++)
			evidence_add(scene, evidence,
				(struct evidence_item){.field = patterns->field,
					.range = hits[h].in_original,
					.entry = hits[h].entry,
					.disguised = hits[h].disguised});
	}
	return result;
}

/* --- children --------------------------------------------------------------------------------- */

int children_compile(
	struct loader *loader, struct condition *condition, const struct yaml_node *node)
{
	bool list = node->kind == YAML_SEQUENCE;
	size_t count = list ? node->count : 1;
	int rc = OK;

	if (count == 0) {
		loader_error(
			loader, node, "`%s` needs at least one condition", condition->kind->name);
		return ERR_INVALID;
	}
	condition->children = arena_alloc(loader->arena, count * sizeof(struct condition *));
	if (!condition->children)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct condition *child;
		int one = loader_condition(loader, list ? &node->items[i] : node, &child);

		if (one == ERR_NOMEM)
			return one;
		if (one == OK)
			condition->children[condition->children_count++] = child;
		else
			rc = one; /* the others may be wrong too: say so in the same run */
	}
	return rc;
}

void children_trigger_all(struct condition *condition)
{
	const struct condition *best = NULL;

	for (size_t i = 0; i < condition->children_count; i++) {
		const struct condition *child = condition->children[i];

		/* It can only hold when the child with the fewest triggers can. */
		if (!child->always && (!best || child->triggers_count < best->triggers_count))
			best = child;
	}
	condition->always = !best;
	condition->triggers = best ? best->triggers : NULL;
	condition->triggers_count = best ? best->triggers_count : 0;
}

static int compare_triggers(const void *a, const void *b)
{
	const struct trigger *x = a, *y = b;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

int children_trigger_any(struct arena *arena, struct condition *condition)
{
	size_t total = 0, kept = 0;

	condition->always = false;
	for (size_t i = 0; i < condition->children_count; i++) {
		condition->always |= condition->children[i]->always;
		total += condition->children[i]->triggers_count;
	}
	if (condition->always || total == 0)
		return OK;
	condition->triggers = arena_alloc(arena, total * sizeof(*condition->triggers));
	if (!condition->triggers)
		return ERR_NOMEM;
	total = 0;
	for (size_t i = 0; i < condition->children_count; i++) {
		const struct condition *child = condition->children[i];

		if (child->triggers_count)
			memcpy(condition->triggers + total, child->triggers,
				child->triggers_count * sizeof(*child->triggers));
		total += child->triggers_count;
	}
	qsort(condition->triggers, total, sizeof(*condition->triggers), compare_triggers);
	for (size_t i = 0; i < total; i++)
		if (i == 0 ||
			compare_triggers(&condition->triggers[i - 1], &condition->triggers[i]))
			condition->triggers[kept++] = condition->triggers[i];
	condition->triggers_count = kept;
	return OK;
}

enum truth children_test_all(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	enum truth result = TRUTH_YES;

	for (size_t i = 0; result != TRUTH_NO && i < condition->children_count; i++)
		result = truth_and(result, condition_test(condition->children[i], scene, evidence));
	return result;
}
