/* Makes an explanation: see explanation.h. */
#include "moderate/explanation.h"

#include "base/clock.h"

#include <stdlib.h>

/* How often the cost of a rule is measured (the least counts); of all rules together; at least. */
#define COST_ROUNDS 25
#define COST_ROUNDS_ALL 5000
#define COST_ROUNDS_LEAST 3

struct explainer {
	struct evaluator *evaluator; /* gives the verdict */
	struct stage stage; /* gives the reasons */
	struct stage timing; /* is set up again and again to measure what rules cost */
};

const char *const explanation_truths[3] = {
	[TRUTH_NO] = "no",
	[TRUTH_UNKNOWN] = "unknown",
	[TRUTH_YES] = "yes",
};

struct explainer *explainer_new(const struct language_guesser *guesser)
{
	struct explainer *explainer = calloc(1, sizeof(*explainer));

	if (!explainer)
		return NULL;
	stage_init(&explainer->stage, guesser);
	stage_init(&explainer->timing, guesser);
	explainer->evaluator = evaluator_new(guesser);
	if (explainer->evaluator)
		return explainer;
	explainer_free(explainer);
	return NULL;
}

void explainer_free(struct explainer *explainer)
{
	if (!explainer)
		return;
	evaluator_free(explainer->evaluator);
	stage_free(&explainer->stage);
	stage_free(&explainer->timing);
	free(explainer);
}

const char *explanation_skipped(const struct explained_rule *rule)
{
	static const char *const reasons[] = {
		[APPLIES_OTHER_LANGUAGE] = "it is for another language",
		[APPLIES_NOT_YET] = "it is not in force yet",
		[APPLIES_NO_LONGER] = "it is no longer in force",
	};

	if (rule->effective.off)
		return "it is switched off on this site";
	if (rule->applies != APPLIES)
		return reasons[rule->applies];
	return rule->suspended ? "it is suspended" : NULL;
}

/* --- why it does not hold ----------------------------------------------------------------------
 */

/* The index after the condition at `at` and all below it. */
static size_t after(const struct explained_rule *rule, size_t at)
{
	unsigned depth = rule->conditions[at].depth;

	for (at++; at < rule->conditions_count && rule->conditions[at].depth > depth;)
		at++;
	return at;
}

static bool is_kind(const struct explained_condition *condition, const char *name)
{
	return strcmp(condition->condition->kind->name, name) == 0;
}

/* Goes down from the condition at `at` to the one that alone settles it. */
static size_t settled_by(const struct explained_rule *rule, size_t at)
{
	for (;;) {
		const struct explained_condition *of = &rule->conditions[at];
		enum truth wanted = is_kind(of, "none") ? truth_not(of->truth) : of->truth;
		bool one_will_do =
			(is_kind(of, "all") && of->truth == TRUTH_NO) ||
			((is_kind(of, "any") || is_kind(of, "none")) && wanted == TRUTH_YES) ||
			of->truth == TRUTH_UNKNOWN;
		size_t first = 0, found = 0, end = after(rule, at);

		for (size_t child = at + 1; child < end; child = after(rule, child)) {
			if (rule->conditions[child].truth != wanted)
				continue;
			first = found ? first : child;
			found++;
		}
		if (found == 0 || (found > 1 && !one_will_do))
			return at;
		at = first;
	}
}

/* What keeps the rule from holding, or from being known to hold. */
static void find_blocker(struct explained_rule *rule)
{
	size_t when = 0, unless = rule->conditions_count ? after(rule, 0) : 0;

	if (rule->judgement.holds == TRUTH_YES || rule->conditions_count == 0 ||
		explanation_skipped(rule))
		return;
	if (rule->conditions[when].truth != TRUTH_YES)
		rule->blocker = &rule->conditions[settled_by(rule, when)];
	else if (unless < rule->conditions_count && rule->conditions[unless].truth != TRUTH_NO)
		rule->blocker = &rule->conditions[settled_by(rule, unless)];
}

/* --- making it -------------------------------------------------------------------------------- */

static size_t count_conditions(const struct condition *condition)
{
	size_t count = 1;

	if (!condition)
		return 0;
	for (size_t i = 0; i < condition->children_count; i++)
		count += count_conditions(condition->children[i]);
	return count;
}

/* Tests the condition and all below it. Their depth is bounded by the loader. */
static void explain_condition(struct stage *stage, struct explained_rule *rule,
	const struct condition *condition, unsigned depth, bool unless)
{
	struct explained_condition *out = &rule->conditions[rule->conditions_count++];

	*out = (struct explained_condition){
		.condition = condition, .depth = depth, .unless = unless};
	out->truth = stage_test(stage, rule->rule, condition, !unless, &out->evidence, NULL);
	for (size_t i = 0; i < condition->children_count; i++)
		explain_condition(stage, rule, condition->children[i], depth + 1, unless);
}

static int explain_rule(struct stage *stage, const struct rule *rule, struct explained_rule *out)
{
	const struct evaluate_options *options = stage->options;
	size_t count = count_conditions(rule->when) + count_conditions(rule->unless);

	*out = (struct explained_rule){
		.rule = rule,
		.cost_ns = -1,
		.effective = ruleset_effective(
			stage->set, stage->site, stage->scene.comment->article.section, rule),
		.applies = stage_applies(stage, rule),
		.suspended = options->suspended && options->suspended[rule->index],
	};
	out->conditions = arena_alloc(&stage->arena, count * sizeof(*out->conditions));
	if (!out->conditions)
		return ERR_NOMEM;
	stage_judge(stage, rule, &out->judgement);
	explain_condition(stage, out, rule->when, 0, false);
	if (rule->unless)
		explain_condition(stage, out, rule->unless, 0, true);
	find_blocker(out);
	return stage->scene.failed ? ERR_NOMEM : OK;
}

/* Whether a condition below this one found something, though the rule does not hold. */
static bool is_near(const struct explained_rule *rule)
{
	for (size_t i = 0; i < rule->conditions_count; i++)
		if (!rule->conditions[i].unless && rule->conditions[i].evidence.count)
			return true;
	return false;
}

static bool is_shown(const struct explained_rule *rule, const struct explain_options *shown)
{
	return shown->all || shown->rule || rule->judgement.holds != TRUTH_NO || is_near(rule);
}

/* --- what it costs ---------------------------------------------------------------------------- */

static void keep_least(int64_t *least, int64_t ns)
{
	if (*least < 0 || ns < *least)
		*least = ns;
}

/* Judges one rule on a comment that is set up anew each time: nothing is remembered of it. */
static int measure_rule(struct stage *timing, const struct stage *stage, unsigned rounds,
	struct explained_rule *rule, struct explanation *out)
{
	for (unsigned i = 0; i < rounds; i++) {
		struct judgement judgement;
		int64_t begun = clock_mono_ns(), opened, empty, judged;
		int rc = stage_open(timing, stage->set, stage->scene.comment, stage->options);

		if (rc != OK)
			return rc;
		opened = clock_mono_ns();
		empty = clock_mono_ns() - opened; /* what looking at the clock costs */
		stage_judge(timing, rule->rule, &judgement);
		judged = clock_mono_ns() - opened - 2 * empty;
		if (timing->scene.failed)
			return ERR_NOMEM;
		keep_least(&rule->cost_ns, judged > 0 ? judged : 0);
		keep_least(&out->prepare_ns, opened - begun);
	}
	return OK;
}

static int measure(
	struct explainer *explainer, struct explained_rule *rules, struct explanation *out)
{
	const struct stage *stage = &explainer->stage;
	size_t rounds = out->rules_count ? COST_ROUNDS_ALL / out->rules_count : 0;

	rounds = rounds > COST_ROUNDS ? COST_ROUNDS : rounds;
	rounds = rounds < COST_ROUNDS_LEAST ? COST_ROUNDS_LEAST : rounds;
	for (unsigned i = 0; i < COST_ROUNDS; i++) {
		int64_t begun = clock_mono_ns();
		int rc = evaluate(explainer->evaluator, stage->set, stage->scene.comment,
			stage->options, &out->verdict);

		if (rc != OK)
			return rc;
		keep_least(&out->evaluate_ns, clock_mono_ns() - begun);
	}
	for (size_t i = 0; i < out->rules_count; i++) {
		int rc = measure_rule(&explainer->timing, stage, (unsigned)rounds, &rules[i], out);

		if (rc != OK)
			return rc;
	}
	return OK;
}

static int explain_rules(
	struct explainer *explainer, const struct explain_options *shown, struct explanation *out)
{
	struct stage *stage = &explainer->stage;
	const struct rule *rules;
	size_t count = ruleset_rules(stage->set, &rules);
	struct explained_rule *explained = arena_alloc(&stage->arena, count * sizeof(*explained));

	if (!explained)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct explained_rule *rule = &explained[out->rules_count];

		if (shown->rule && strcmp(shown->rule, rules[i].id) != 0)
			continue;
		if (explain_rule(stage, &rules[i], rule) != OK)
			return ERR_NOMEM;
		out->rules_count += is_shown(rule, shown);
	}
	out->rules = explained;
	if (shown->rule && out->rules_count == 0)
		return ERR_INVALID;
	return shown->cost ? measure(explainer, explained, out) : OK;
}

int explanation_make(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct explanation *out)
{
	struct stage *stage = &explainer->stage;
	int rc = evaluate(explainer->evaluator, set, comment, options, &out->verdict);

	out->stage = stage;
	out->text = NULL;
	out->rules = NULL;
	out->rules_count = 0;
	out->readings = NULL;
	out->readings_count = 0;
	out->prepare_ns = out->evaluate_ns = -1;
	if (rc != OK)
		return rc;
	rc = stage_open(stage, set, comment, options);
	if (rc != OK)
		return rc == ERR_LIMIT ? OK : rc;
	out->text = &stage->fields[FIELD_TEXT].text;
	rc = explanation_find_readings(&stage->arena, out);
	if (rc != OK)
		return rc;
	return explain_rules(explainer, shown, out);
}

void explanation_describe(const struct explanation *explanation, const struct trigger *trigger,
	struct pattern_info *out)
{
	struct stage *stage = explanation->stage;

	if (matcher_describe(stage->fields[trigger->field].matcher, trigger->pattern, &stage->arena,
		    out) != OK)
		stage->scene.failed = true;
}

bool explanation_trace(const struct explanation *explanation, const struct trigger *trigger,
	struct pattern_trace *out)
{
	struct stage *stage = explanation->stage;
	const struct stage_field *field = &stage->fields[trigger->field];

	if (!field->prepared || field->too_long || !field->matcher)
		return false;
	if (matcher_trace(field->matcher, trigger->pattern, &field->text, &stage->arena, out) == OK)
		return true;
	stage->scene.failed = true;
	return false;
}

/* Whether this is what the condition told of. */
static bool is_of_hit(const struct evidence_item *item, const struct hit *hit)
{
	return hit->in_original.from == item->range.from && hit->in_original.to == item->range.to &&
	       hit->entry.ptr == item->entry.ptr && hit->disguised == item->disguised;
}

size_t explanation_inflected(const struct explanation *explanation,
	const struct condition *condition, const struct evidence_item *item,
	struct inflected out[INFLECTED_MAX])
{
	struct scene *scene = &explanation->stage->scene;
	const struct stage_field *field = &explanation->stage->fields[item->field];

	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *t = &condition->triggers[i];
		const struct hit *hits;
		size_t count;

		if (t->field != item->field || !field->matcher ||
			scene->find(scene, t->field, t->pattern, &hits, &count, NULL) != TRUTH_YES)
			continue;
		for (size_t h = 0; h < count; h++)
			if (is_of_hit(item, &hits[h]))
				return matcher_inflected(
					field->matcher, t->pattern, &field->text, &hits[h], out);
	}
	return 0;
}

struct collecting {
	const struct forms **items;
	size_t count;
};

static void collect_forms(void *context, const struct forms *forms)
{
	struct collecting *c = context;

	for (size_t i = 0; i < c->count; i++)
		if (c->items[i] == forms)
			return;
	if (c->count < FORMS_SHOWN)
		c->items[c->count++] = forms;
}

size_t explanation_forms(const struct explanation *explanation, const struct trigger *trigger,
	const struct forms *out[FORMS_SHOWN])
{
	const struct matcher *matcher = explanation->stage->fields[trigger->field].matcher;
	struct collecting c = {out, 0};

	if (matcher)
		matcher_forms(matcher, trigger->pattern, collect_forms, &c);
	return c.count;
}
