/*
 * The coverage of tests: see coverage.h.
 *
 * Which patterns a rule has is learnt from the conditions themselves: each is tested once with a
 * `find` that notes what it is asked for. For a comment they are tested once more, one by one, with
 * a `find` that passes hits on and notes which alternatives they took.
 */
#include "moderate/covering.h"

#include <stdlib.h>

const char *const coverage_names[COVERAGE_COUNT] = {
	[COVERAGE_RULE] = "rules",
	[COVERAGE_ENTRY] = "entries",
	[COVERAGE_ALTERNATIVE] = "alternatives",
};

/* --- items --------------------------------------------------------------------------------------
 */

static struct span key_of(const void *const *address)
{
	return (struct span){(const char *)address, sizeof(*address)};
}

uint32_t coverage_find(const struct coverage *c, const void *address)
{
	return map_get(&c->by_key, key_of(&address));
}

/* Lets the address stand for the item. */
static void set_key(struct coverage *c, const void *address, uint32_t item)
{
	const void **kept = arena_alloc(&c->arena, sizeof(*kept));

	if (!kept) {
		c->failed = true;
		return;
	}
	*kept = address;
	if (map_set(&c->by_key, key_of(kept), item) != OK)
		c->failed = true;
}

/* The number of the item of that address, which is added unless it is there. */
static uint32_t add_item(struct coverage *c, const void *address, const struct coverage_item *item)
{
	uint32_t number = coverage_find(c, address);

	if (number != MAP_NONE)
		return number;
	if (!arena_grow(
		    &c->arena, (void **)&c->items, c->count, &c->capacity, sizeof(*item), 256)) {
		c->failed = true;
		return MAP_NONE;
	}
	number = (uint32_t)c->count;
	c->items[c->count++] = *item;
	set_key(c, address, number);
	return number;
}

static void cover(struct coverage *c, const void *address)
{
	uint32_t number = coverage_find(c, address);

	if (number == MAP_NONE || c->items[number].covered)
		return;
	c->items[number].covered = true;
	c->covered++;
}

/* --- what there is ------------------------------------------------------------------------------
 */

static void add_rule(struct coverage *c, const struct rule *rule)
{
	const struct coverage_item item = {
		.kind = COVERAGE_RULE,
		.place = yaml_place(rule->source, rule->node),
		.text = span_of(rule->id),
		.used = true,
	};

	add_item(c, rule, &item);
}

/* An alternative of the pattern at a node. */
static void add_alternative(struct coverage *c, const void *key, const struct yaml_node *node,
	size_t offset, struct span text)
{
	const struct coverage_item item = {
		.kind = COVERAGE_ALTERNATIVE,
		.place = yaml_place(c->origin->source, node),
		.node = node,
		.offset = offset,
		.text = text,
		.used = true,
	};

	add_item(c, key, &item);
}

/* Lets the alternative stand for the list's entry; false if it is of no list. */
static bool join_entry(struct coverage *c, const void *key, const char *text)
{
	uint32_t item = coverage_find(c, text);

	if (item == MAP_NONE)
		return false;
	c->items[item].used = true;
	set_key(c, key, item);
	return true;
}

static void add_part(void *context, const struct pattern_part *part)
{
	struct coverage *c = context;
	const struct strings *words = &c->origin->entries;
	uint32_t word;

	if (coverage_find(c, part->key) != MAP_NONE)
		return;
	if (!part->entry) {
		add_alternative(c, part->key, c->origin->node, part->offset, part->written);
		return;
	}
	if (words->count == 0) {
		join_entry(c, part->key, part->written.ptr);
		return;
	}
	word = map_get(&c->words, part->written);
	if (word != MAP_NONE && !join_entry(c, part->key, words->items[word].ptr))
		add_alternative(c, part->key, words->nodes[word], 0, part->written);
}

static void add_pattern(struct coverage *c, const struct pattern_origin *origin)
{
	const struct matcher *matcher = ruleset_matcher(c->set, origin->field);
	const struct strings *words = &origin->entries;

	c->origin = origin;
	for (size_t i = words->count; i-- > 0;)
		if (map_set(&c->words, words->items[i], (uint32_t)i) != OK)
			c->failed = true;
	if (words->count == 0)
		add_alternative(c, origin, origin->node, 0, origin->node->value);
	matcher_parts(matcher, origin->id, add_part, c);
	map_free(&c->words);
	c->words = (struct map){0};
	c->origin = NULL;
}

/* In place of the stage's `find`: notes the pattern, and claims that it is there. */
static enum truth find_nothing(struct scene *scene, enum field field, uint32_t id,
	const struct hit **hits, size_t *count, bool *more)
{
	struct coverage *c = (struct coverage *)scene;
	struct known *known = &c->patterns[field][id];

	*hits = NULL;
	*count = 0;
	if (more)
		*more = false;
	if (!known->added)
		add_pattern(c, known->origin);
	known->added = true;
	if (c->asked)
		c->asked(c->asked_context, field, id);
	return TRUTH_YES;
}

/* In place of the stage's `find`: notes which alternatives were found. */
static void cover_part(void *context, const struct pattern_part *part)
{
	cover(context, part->key);
}

static enum truth find_and_cover(struct scene *scene, enum field field, uint32_t id,
	const struct hit **hits, size_t *count, bool *more)
{
	struct coverage *c = (struct coverage *)scene;
	enum truth found = c->find(scene, field, id, hits, count, more);

	if (found != TRUTH_YES)
		return found;
	cover(c, c->patterns[field][id].origin);
	for (size_t i = 0; i < *count; i++)
		matcher_parts_of(ruleset_matcher(c->set, field), id, &c->stage.fields[field].text,
			&(*hits)[i], cover_part, c);
	return found;
}

/* --- conditions ---------------------------------------------------------------------------------
 */

/* A rule being looked at. */
struct looking {
	const struct rule *rule;
	bool all; /* at every condition; else at those that matter by what came out */
	bool holds; /* the rule */
	bool in_when;
};

/* Tests the conditions at the end of the tree, whose depth is bounded by the loader. */
static void look(struct coverage *c, const struct looking *looking,
	const struct condition *condition, bool negated)
{
	struct evidence evidence = {0};

	negated ^= condition->kind->logic == LOGIC_NONE;
	for (size_t i = 0; i < condition->children_count; i++)
		look(c, looking, condition->children[i], negated);
	if (condition->children_count == 0 && (looking->all || looking->holds == !negated))
		stage_test(&c->stage, looking->rule, condition, looking->in_when, &evidence, NULL);
}

void coverage_look(struct coverage *c, const struct rule *rule, bool all)
{
	struct looking looking = {.rule = rule, .all = all, .in_when = true};
	struct judgement judgement;

	if (!all && stage_applies(&c->stage, rule) != APPLIES)
		return;
	stage_judge(&c->stage, rule, &judgement);
	if (!all && judgement.holds == TRUTH_UNKNOWN)
		return;
	looking.holds = judgement.holds == TRUTH_YES;
	if (looking.holds && !all)
		cover(c, rule);
	c->find = c->stage.scene.find;
	c->stage.scene.find = all ? find_nothing : find_and_cover;
	look(c, &looking, rule->when, false);
	looking.in_when = false;
	c->stage.scene.find = c->find;
	/* An `unless` matters where the rule would hold without it. */
	if (rule->unless &&
		(all || stage_test(&c->stage, rule, rule->when, true, NULL, NULL) == TRUTH_YES)) {
		c->stage.scene.find = all ? find_nothing : find_and_cover;
		look(c, &looking, rule->unless, true);
		c->stage.scene.find = c->find;
	}
}

/* --- making and using it ------------------------------------------------------------------------
 */

static bool note_origins(struct coverage *c, const struct origins *origins)
{
	for (size_t f = 0; f < FIELD_COUNT; f++) {
		const struct matcher *matcher = ruleset_matcher(c->set, (enum field)f);

		c->patterns[f] = arena_zalloc(
			&c->arena, matcher ? matcher_count(matcher) : 1, sizeof(struct known));
		if (!c->patterns[f])
			return false;
	}
	for (size_t i = 0; i < origins->patterns_count; i++)
		c->patterns[origins->patterns[i].field][origins->patterns[i].id].origin =
			&origins->patterns[i];
	for (size_t i = 0; i < origins->entries_count; i++) {
		const struct entry_origin *entry = &origins->entries[i];
		const struct coverage_item item = {
			.kind = COVERAGE_ENTRY,
			.place = entry->place,
			.text = entry->entry,
			.list = entry->list,
		};

		add_item(c, entry->entry.ptr, &item);
	}
	return true;
}

/* Lets every condition of every rule say which patterns it has. */
static bool gather(struct coverage *c, const struct origins *origins)
{
	static const struct comment nothing = COMMENT_INIT;
	const struct rule *rules;
	size_t count = ruleset_rules(c->set, &rules);

	if (!note_origins(c, origins) ||
		stage_open(&c->stage, c->set, &nothing, &selftest_options) != OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		add_rule(c, &rules[i]);
		coverage_look(c, &rules[i], true);
	}
	return !c->failed && !c->stage.scene.failed;
}

struct coverage *coverage_new(const struct ruleset *set, const struct language_guesser *guesser)
{
	const struct origins *origins = ruleset_origins(set);
	struct coverage *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	stage_init(&c->stage, guesser);
	arena_init(&c->arena, 0);
	c->set = set;
	if (gather(c, origins))
		return c;
	coverage_free(c);
	return NULL;
}

void coverage_free(struct coverage *coverage)
{
	if (!coverage)
		return;
	stage_free(&coverage->stage);
	picks_free(&coverage->picks);
	map_free(&coverage->by_key);
	map_free(&coverage->words);
	arena_free(&coverage->arena);
	free(coverage);
}

static int outcome(const struct coverage *c)
{
	return c->failed || c->stage.scene.failed ? ERR_NOMEM : OK;
}

int coverage_sentence(struct coverage *coverage, const struct sentence *sentence)
{
	int rc = stage_open(&coverage->stage, coverage->set, &sentence->comment, &selftest_options);

	if (rc != OK)
		return rc == ERR_LIMIT ? OK : rc;
	coverage_look(coverage, sentence->rule, false);
	return outcome(coverage);
}

int coverage_comment(struct coverage *coverage, const struct comment *comment,
	const struct evaluate_options *options)
{
	struct stage *stage = &coverage->stage;
	const struct rule *rules;
	uint32_t i;
	int rc = stage_open(stage, coverage->set, comment, options);

	if (rc != OK)
		return rc == ERR_LIMIT ? OK : rc;
	/* A rule that cannot hold covers nothing, not even an exception of it. */
	if (picks_fill(&coverage->picks, stage) != OK)
		return ERR_NOMEM;
	ruleset_rules(coverage->set, &rules);
	while (picks_take(&coverage->picks, &i))
		if (!ruleset_effective(
			    coverage->set, stage->site, comment->article.section, &rules[i])
				.off)
			coverage_look(coverage, &rules[i], false);
	return outcome(coverage);
}

/* --- reading it ---------------------------------------------------------------------------------
 */

static int compare_items(const void *a, const void *b)
{
	const struct coverage_item *x = a, *y = b;
	int names = strcmp(x->place.source->name, y->place.source->name);

	if (names != 0)
		return names;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	if (x->place.column != y->place.column)
		return x->place.column < y->place.column ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

const struct coverage_item *coverage_items(struct coverage *coverage, size_t *count)
{
	size_t used = 0;

	/* Numbers of items are of no use any more. */
	for (size_t i = 0; i < coverage->count; i++)
		if (coverage->items[i].used)
			coverage->items[used++] = coverage->items[i];
	if (used)
		qsort(coverage->items, used, sizeof(*coverage->items), compare_items);
	*count = coverage->count = used;
	return coverage->items;
}

struct place coverage_place(const struct coverage_item *item)
{
	return item->node ? yaml_place_inside(item->place.source, item->node, item->offset)
			  : item->place;
}
