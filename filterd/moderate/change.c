/* What makes two rule sets judge one comment differently: see change.h. */
#include "moderate/change.h"

#include <stdlib.h>

/* --- pairs ------------------------------------------------------------------------------------ */

/* The number of the pair called `id`, which is made if there is none; MAP_NONE: no memory. */
static uint32_t find_or_add(struct map *names, const char *id, size_t *count)
{
	uint32_t at = map_get(names, span_of(id));

	if (at != MAP_NONE)
		return at;
	if (map_set(names, span_of(id), (uint32_t)*count) != OK)
		return MAP_NONE;
	return (uint32_t)(*count)++;
}

static int pair_rules(struct pairs *pairs, const struct ruleset *set, enum side side)
{
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules);

	for (size_t i = 0; i < count; i++) {
		uint32_t at = find_or_add(&pairs->rule_names, rules[i].id, &pairs->rules_count);

		if (at == MAP_NONE)
			return ERR_NOMEM;
		pairs->rules[at].id = rules[i].id;
		pairs->rules[at].rules[side] = &rules[i];
		pairs->of_rule[side][i] = at;
	}
	return OK;
}

static int pair_guidelines(struct pairs *pairs, const struct ruleset *set, enum side side)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);

	for (size_t i = 0; i < count; i++) {
		uint32_t at = find_or_add(
			&pairs->guideline_names, guidelines[i].id, &pairs->guidelines_count);

		if (at == MAP_NONE)
			return ERR_NOMEM;
		pairs->guidelines[at].id = guidelines[i].id;
		pairs->guidelines[at].guidelines[side] = &guidelines[i];
		pairs->of_guideline[side][i] = at;
	}
	return OK;
}

/* How many a side has, or may come to have. */
static size_t most_rules(const struct ruleset *set)
{
	const struct rule *rules;

	return set ? ruleset_rules(set, &rules) : PAIRS_TOLD_MAX;
}

static size_t most_guidelines(const struct ruleset *set)
{
	const struct guideline *guidelines;

	return set ? ruleset_guidelines(set, &guidelines) : PAIRS_TOLD_MAX;
}

static bool make_room(struct pairs *pairs, const struct ruleset *const sets[SIDE_COUNT])
{
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		pairs->rules_most += most_rules(sets[side]);
		pairs->guidelines_most += most_guidelines(sets[side]);
	}
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		pairs->of_rule[side] =
			arena_zalloc(&pairs->arena, pairs->rules_most, sizeof(uint32_t));
		pairs->of_guideline[side] =
			arena_zalloc(&pairs->arena, pairs->guidelines_most, sizeof(uint32_t));
		if (!pairs->of_rule[side] || !pairs->of_guideline[side])
			return false;
	}
	pairs->rules = arena_zalloc(&pairs->arena, pairs->rules_most, sizeof(*pairs->rules));
	pairs->guidelines =
		arena_zalloc(&pairs->arena, pairs->guidelines_most, sizeof(*pairs->guidelines));
	return pairs->rules && pairs->guidelines;
}

static void count_causes(struct pairs *pairs)
{
	pairs->causes_count = pairs->rules_count + pairs->guidelines_count + 1;
}

/* `old` NULL: it is told. */
static int make(struct pairs *out, const struct ruleset *old, const struct ruleset *new)
{
	const struct ruleset *const sets[SIDE_COUNT] = {[SIDE_OLD] = old, [SIDE_NEW] = new};
	int rc = OK;

	*out = (struct pairs){0};
	arena_init(&out->arena, 0);
	if (!make_room(out, sets))
		return ERR_NOMEM;
	for (int side = SIDE_NEW; side >= SIDE_OLD && rc == OK; side--) {
		if (!sets[side])
			continue;
		rc = pair_rules(out, sets[side], (enum side)side);
		if (rc == OK)
			rc = pair_guidelines(out, sets[side], (enum side)side);
	}
	count_causes(out);
	return rc;
}

int pairs_make(struct pairs *out, const struct ruleset *old, const struct ruleset *new)
{
	return make(out, old, new);
}

void pairs_free(struct pairs *pairs)
{
	map_free(&pairs->rule_names);
	map_free(&pairs->guideline_names);
	arena_free(&pairs->arena);
	*pairs = (struct pairs){0};
}

/* --- a side that is told --- */

int pairs_make_told(struct pairs *out, const struct ruleset *new)
{
	return make(out, NULL, new);
}

/* The number of the pair of that id, which is made, with its id, if there is none. */
static int find_told(struct pairs *pairs, struct map *names, struct span id, size_t *count,
	size_t most, uint32_t *at, const char **kept)
{
	struct span copied;

	*kept = NULL;
	*at = map_get(names, id);
	if (*at != MAP_NONE)
		return OK;
	if (*count == most)
		return ERR_LIMIT;
	copied = arena_copy(&pairs->arena, id);
	if (!copied.ptr || map_set(names, copied, (uint32_t)*count) != OK)
		return ERR_NOMEM;
	*kept = copied.ptr;
	*at = (uint32_t)(*count)++;
	count_causes(pairs);
	return OK;
}

int pairs_told_rule(struct pairs *pairs, struct span id, const struct rule **out)
{
	struct rule_pair *pair;
	struct rule *told;
	const char *kept;
	uint32_t at;
	int rc = find_told(
		pairs, &pairs->rule_names, id, &pairs->rules_count, pairs->rules_most, &at, &kept);

	if (rc != OK)
		return rc;
	pair = &pairs->rules[at];
	if (kept)
		pair->id = kept;
	if (!pair->rules[SIDE_OLD]) {
		told = arena_zalloc(&pairs->arena, 1, sizeof(*told));
		if (!told)
			return ERR_NOMEM;
		told->id = pair->id;
		told->index = at;
		pairs->of_rule[SIDE_OLD][at] = at;
		pair->rules[SIDE_OLD] = told;
	}
	*out = pair->rules[SIDE_OLD];
	return OK;
}

int pairs_told_guideline(struct pairs *pairs, struct span id, const struct guideline **out)
{
	struct guideline_pair *pair;
	struct guideline *told;
	const char *kept;
	uint32_t at;
	int rc = find_told(pairs, &pairs->guideline_names, id, &pairs->guidelines_count,
		pairs->guidelines_most, &at, &kept);

	if (rc != OK)
		return rc;
	pair = &pairs->guidelines[at];
	if (kept)
		pair->id = kept;
	if (!pair->guidelines[SIDE_OLD]) {
		told = arena_zalloc(&pairs->arena, 1, sizeof(*told));
		if (!told)
			return ERR_NOMEM;
		told->id = pair->id;
		told->index = at;
		pairs->of_guideline[SIDE_OLD][at] = at;
		pair->guidelines[SIDE_OLD] = told;
	}
	*out = pair->guidelines[SIDE_OLD];
	return OK;
}

/* --- differences ------------------------------------------------------------------------------ */

int32_t difference_points(const struct difference *difference, enum side side)
{
	return difference->matches[side] ? difference->matches[side]->points : 0;
}

static bool approves(const struct match *match)
{
	return match && !match->shadow && match->action == ACTION_APPROVE;
}

/* How much a difference can do. A rule that lifts guidelines can do more than any points. */
static int32_t weight_of(const struct difference *difference)
{
	if (approves(difference->matches[SIDE_OLD]) != approves(difference->matches[SIDE_NEW]))
		return INT32_MAX;
	return abs(
		difference_points(difference, SIDE_NEW) - difference_points(difference, SIDE_OLD));
}

static int compare_pairs(const void *a, const void *b)
{
	const struct difference *x = a, *y = b;

	return (x->pair > y->pair) - (x->pair < y->pair);
}

static int compare_weights(const void *a, const void *b)
{
	int32_t left = weight_of(a), right = weight_of(b);

	return left != right ? (left > right ? -1 : 1) : compare_pairs(a, b);
}

/* Points of review and reject come from the guideline's thresholds: they are not the rule's own. */
static bool is_same(const struct match *old, const struct match *new)
{
	bool own = old && old->action == ACTION_POINTS;

	return old && new && old->action == new->action && old->shadow == new->shadow &&
	       (!own || old->points == new->points) && strcmp(old->guideline, new->guideline) == 0;
}

/* Every match of both verdicts, each rule once, sorted by pair. */
static size_t join_matches(const struct pairs *pairs, const struct change *change)
{
	struct difference *items = change->differences;
	size_t count = 0, kept = 0;

	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		const struct verdict *verdict = change->verdicts[side];

		for (size_t i = 0; i < verdict->matches_count; i++) {
			const struct match *match = &verdict->matches[i];

			items[count] = (struct difference){
				.pair = pairs->of_rule[side][match->rule->index]};
			items[count++].matches[side] = match;
		}
	}
	qsort(items, count, sizeof(*items), compare_pairs);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && items[kept - 1].pair == items[i].pair) {
			for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++)
				if (items[i].matches[side])
					items[kept - 1].matches[side] = items[i].matches[side];
		} else {
			items[kept++] = items[i];
		}
	}
	return kept;
}

/* Whether nothing at all is different, as for nearly every comment. */
static bool is_untouched(const struct pairs *pairs, const struct change *change)
{
	const struct verdict *old = change->verdicts[SIDE_OLD], *new = change->verdicts[SIDE_NEW];

	if (old->matches_count != new->matches_count)
		return false;
	for (size_t i = 0; i < old->matches_count; i++) {
		const struct match *a = &old->matches[i], *b = &new->matches[i];

		if (pairs->of_rule[SIDE_OLD][a->rule->index] !=
				pairs->of_rule[SIDE_NEW][b->rule->index] ||
			!is_same(a, b))
			return false;
	}
	return true;
}

static int find_differences(const struct pairs *pairs, struct arena *arena, struct change *out)
{
	size_t most =
		out->verdicts[SIDE_OLD]->matches_count + out->verdicts[SIDE_NEW]->matches_count;
	size_t count;

	if (is_untouched(pairs, out))
		return OK;
	out->differences = arena_zalloc(arena, most, sizeof(*out->differences));
	if (!out->differences)
		return ERR_NOMEM;
	count = join_matches(pairs, out);
	for (size_t i = 0; i < count; i++) {
		struct difference *item = &out->differences[i];

		if (!is_same(item->matches[SIDE_OLD], item->matches[SIDE_NEW]))
			out->differences[out->differences_count++] = *item;
	}
	qsort(out->differences, out->differences_count, sizeof(*out->differences), compare_weights);
	return OK;
}

/* --- the cause -------------------------------------------------------------------------------- */

/* The strongest guideline that no rule lifts, or NULL. */
static const struct guideline *decider_of(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		if (!verdict->guidelines[i].exempt)
			return verdict->guidelines[i].guideline;
	}
	return NULL;
}

static bool is_lifted(const struct verdict *verdict, const char *guideline)
{
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		if (strcmp(verdict->guidelines[i].guideline->id, guideline) == 0)
			return verdict->guidelines[i].exempt;
	}
	return false;
}

/* The points that a match (NULL: none) adds to the guideline. */
static int32_t points_for(const struct match *match, const char *guideline)
{
	return match && strcmp(match->guideline, guideline) == 0 ? match->points : 0;
}

/*
 * Whether the difference leads the way the verdict went: towards reject by more points for the
 * guideline, by points that count in another way, or by an exemption that is gone; towards approve
 * the other way round.
 */
static bool leads(const struct change *change, const struct difference *difference,
	const char *guideline, enum side stricter)
{
	enum side milder = stricter == SIDE_NEW ? SIDE_OLD : SIDE_NEW;
	const struct match *more = difference->matches[stricter];
	const struct match *less = difference->matches[milder];
	int32_t points = points_for(more, guideline);

	if (approves(less) && !approves(more))
		return is_lifted(change->verdicts[milder], guideline);
	return points > 0 && points >= points_for(less, guideline);
}

/* The rule that a fault on either side names, if there is one. */
static uint32_t faulty_rule(const struct pairs *pairs, const struct change *change, uint32_t none)
{
	for (int side = SIDE_NEW; side >= SIDE_OLD; side--) {
		const struct verdict *verdict = change->verdicts[side];

		for (size_t i = 0; i < verdict->faults_count; i++) {
			const struct rule *rule = verdict->faults[i].rule;

			if (rule && !rule->shadow)
				return pairs->of_rule[side][rule->index];
		}
	}
	return none;
}

static uint32_t find_cause(const struct pairs *pairs, const struct change *change)
{
	enum side stricter = change->verdicts[SIDE_NEW]->kind > change->verdicts[SIDE_OLD]->kind
				     ? SIDE_NEW
				     : SIDE_OLD;
	const struct guideline *decider = decider_of(change->verdicts[stricter]);
	uint32_t none = (uint32_t)pairs->causes_count - 1;

	for (size_t i = 0; decider && i < change->differences_count; i++) {
		if (leads(change, &change->differences[i], decider->id, stricter))
			return change->differences[i].pair;
	}
	if (change->verdicts[stricter]->degraded)
		return faulty_rule(pairs, change, none);
	return decider ? (uint32_t)pairs->rules_count +
				 pairs->of_guideline[stricter][decider->index]
		       : none;
}

int change_find(const struct pairs *pairs, struct arena *arena, const struct verdict *old,
	const struct verdict *new, struct change *out)
{
	int rc;

	*out = (struct change){.verdicts = {[SIDE_OLD] = old, [SIDE_NEW] = new}};
	rc = find_differences(pairs, arena, out);
	if (rc == OK && old->kind != new->kind)
		out->cause = find_cause(pairs, out);
	return rc;
}

const struct rule *change_rule(
	const struct pairs *pairs, const struct change *change, enum side *side)
{
	bool milder = change->verdicts[SIDE_NEW]->kind < change->verdicts[SIDE_OLD]->kind;
	enum side other = milder ? SIDE_NEW : SIDE_OLD;

	*side = milder ? SIDE_OLD : SIDE_NEW;
	if (change->cause >= pairs->rules_count)
		return NULL;
	for (size_t i = 0; i < change->differences_count; i++) {
		const struct difference *difference = &change->differences[i];

		/* A rule that lifts guidelines held where the verdict is milder. */
		if (difference->pair == change->cause && !difference->matches[*side])
			*side = other;
	}
	return pairs->rules[change->cause].rules[*side];
}
