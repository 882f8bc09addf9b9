/* The table of condition kinds, and what conditions of every kind have in common. */
#include "rules/condition_parts.h"

const struct condition_kind *const condition_kinds[] = {
	&condition_kind_words,
	&condition_kind_phrase,
	&condition_kind_regex,
	&condition_kind_near,
	&condition_kind_field,
	&condition_kind_links,
	&condition_kind_contact,
	&condition_kind_capitals,
	&condition_kind_repetition,
	&condition_kind_length,
	&condition_kind_emoji,
	&condition_kind_invisible,
	&condition_kind_script,
	&condition_kind_language,
	&condition_kind_author,
	&condition_kind_article,
	&condition_kind_time,
	&condition_kind_all,
	&condition_kind_any,
	&condition_kind_none,
	&condition_kind_at_least,
	&condition_kind_condition,
	&condition_kind_duplicate,
	&condition_kind_rate,
	&condition_kind_model,
};
const size_t condition_kinds_count = ARRAY_LEN(condition_kinds);

const struct condition_kind *condition_kind_find(struct span name)
{
	for (size_t i = 0; i < condition_kinds_count; i++)
		if (span_eq(span_of(condition_kinds[i]->name), name))
			return condition_kinds[i];
	return NULL;
}

enum truth condition_test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	size_t before = evidence ? evidence->count : 0;
	enum truth result = condition->kind->test(condition, scene, evidence);

	/* What was found on the way is no evidence if the whole does not hold. */
	if (evidence && result != TRUTH_YES)
		evidence->count = before;
	return result;
}

void evidence_add(struct scene *scene, struct evidence *evidence, struct evidence_item item)
{
	if (!evidence || evidence->count == EVIDENCE_MAX)
		return;
	if (evidence->count == evidence->capacity) {
		size_t capacity = evidence->capacity ? EVIDENCE_MAX : 4;
		struct evidence_item *items = arena_alloc(scene->arena, capacity * sizeof(*items));

		if (!items) {
			scene->failed = true;
			return;
		}
		if (evidence->count)
			memcpy(items, evidence->items, evidence->count * sizeof(*items));
		evidence->items = items;
		evidence->capacity = capacity;
	}
	evidence->items[evidence->count++] = item;
}

int condition_add_trigger(
	struct arena *arena, struct condition *condition, enum field field, uint32_t pattern)
{
	size_t count = condition->triggers_count;

	/* Room doubles: it is full whenever the count is a power of two. */
	if ((count & (count - 1)) == 0) {
		size_t capacity = count ? count * 2 : 1;
		struct trigger *triggers = arena_alloc(arena, capacity * sizeof(*triggers));

		if (!triggers)
			return ERR_NOMEM;
		if (count)
			memcpy(triggers, condition->triggers, count * sizeof(*triggers));
		condition->triggers = triggers;
	}
	condition->triggers[count] = (struct trigger){field, pattern};
	condition->triggers_count++;
	return OK;
}

bool condition_needs_language(const struct condition *condition)
{
	if (condition->kind->flags & CONDITION_LANGUAGE)
		return true;
	for (size_t i = 0; i < condition->children_count; i++)
		if (condition_needs_language(condition->children[i]))
			return true;
	return false;
}

static int join(struct arena *arena, const struct condition_kind *kind,
	const struct yaml_node *node, struct condition **children, size_t count,
	struct condition **out)
{
	struct condition *condition = arena_zalloc(arena, 1, sizeof(*condition));

	if (!condition)
		return ERR_NOMEM;
	condition->kind = kind;
	condition->node = node;
	condition->children = arena_alloc(arena, count * sizeof(struct condition *));
	if (!condition->children)
		return ERR_NOMEM;
	if (count)
		memcpy(condition->children, children, count * sizeof(struct condition *));
	condition->children_count = count;
	*out = condition;
	return OK;
}

int condition_all(struct arena *arena, const struct yaml_node *node, struct condition **children,
	size_t count, struct condition **out)
{
	int rc = join(arena, &condition_kind_all, node, children, count, out);

	if (rc == OK)
		children_trigger_all(*out);
	return rc;
}

int condition_any(struct arena *arena, const struct yaml_node *node, struct condition **children,
	size_t count, struct condition **out)
{
	int rc = join(arena, &condition_kind_any, node, children, count, out);

	return rc == OK ? children_trigger_any(arena, *out) : rc;
}
