/* Stored verdicts read again: see replay_told.h. What stands in a file may be anything. */
#include "server/replay_told.h"

#include "wire/queue_json.h"

/* The number of the name among `names`, or `none`. */
static size_t find_name(struct span name, const char *const *names, size_t count, size_t none)
{
	for (size_t i = 0; i < count; i++) {
		if (span_eq(name, span_of(names[i])))
			return i;
	}
	return none;
}

static int take_places(
	struct arena *arena, const struct told_match *told, size_t len, struct match *out)
{
	struct match_span *spans = arena_zalloc(arena, told->places_count, sizeof(*spans));

	if (spans == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < told->places_count; i++) {
		if (told->places[i].to <= len && told->places[i].from < told->places[i].to)
			spans[out->spans_count++].bytes = told->places[i];
	}
	out->spans = spans;
	return OK;
}

/* ERR_LIMIT: it is passed over. */
static int take_match(struct pairs *pairs, struct arena *arena, const struct told_match *told,
	const struct comment *comment, struct match *out)
{
	size_t field = find_name(told->field, field_names, FIELD_COUNT, FIELD_TEXT);
	const struct guideline *guideline = NULL;
	int rc;

	if (told->rule.len == 0 || told->rule.len > RULE_ID_MAX ||
		told->guideline.len > RULE_ID_MAX)
		return ERR_LIMIT;
	rc = pairs_told_rule(pairs, told->rule, &out->rule);
	if (rc == OK && told->guideline.len > 0)
		rc = pairs_told_guideline(pairs, told->guideline, &guideline);
	if (rc != OK)
		return rc;
	out->guideline = guideline ? guideline->id : "";
	out->action =
		(enum action)find_name(told->action, action_names, ACTION_COUNT, ACTION_POINTS);
	out->points = told->points;
	out->shadow = told->shadow;
	out->field = (enum field)field;
	return take_places(arena, told, comment_field(comment, out->field).len, out);
}

static int take_matches(struct pairs *pairs, struct arena *arena, const struct queue_item *item,
	const struct comment *comment, struct verdict *out)
{
	struct told_match *told = NULL;
	struct match *matches;
	size_t count = 0;
	int rc = queue_read_matches(item->answer, arena, &told, &count);

	if (rc == ERR_INVALID)
		return OK;
	matches = rc == OK ? arena_zalloc(arena, count, sizeof(*matches)) : NULL;
	if (matches == NULL)
		return ERR_NOMEM;
	out->matches = matches;
	for (size_t i = 0; i < count; i++) {
		rc = take_match(pairs, arena, &told[i], comment, &matches[out->matches_count]);
		if (rc == ERR_NOMEM)
			return rc;
		if (rc == OK)
			out->matches_count++;
		else
			matches[out->matches_count] = (struct match){.points = 0};
	}
	return OK;
}

/* The guideline it was held for; which others had points does not matter. */
static int take_guideline(
	struct pairs *pairs, struct arena *arena, struct span id, struct verdict *out)
{
	struct guideline_points *points = arena_zalloc(arena, 1, sizeof(*points));
	int rc;

	if (points == NULL)
		return ERR_NOMEM;
	if (id.len == 0 || id.len > RULE_ID_MAX)
		return OK;
	rc = pairs_told_guideline(pairs, id, &points->guideline);
	if (rc == ERR_LIMIT)
		return OK;
	out->guidelines = points;
	out->guidelines_count = rc == OK;
	return rc;
}

int replay_told(struct pairs *pairs, struct arena *arena, const struct queue_item *item,
	const struct comment *comment, struct verdict *out)
{
	int rc;

	*out = (struct verdict){.kind = VERDICT_REVIEW};
	rc = take_guideline(pairs, arena, item->guideline, out);
	return rc == OK ? take_matches(pairs, arena, item, comment, out) : rc;
}
