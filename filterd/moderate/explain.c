/* Makes an explanation and writes it for a terminal: see explain.h. */
#include "moderate/explanation.h"

#include "text/chars.h"
#include "text/utf8.h"

#include <stdlib.h>

struct explainer {
	struct evaluator *evaluator; /* gives the verdict */
	struct stage stage; /* gives the reasons */
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

static int explain_rules(
	struct stage *stage, const struct explain_options *shown, struct explanation *out)
{
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
	return shown->rule && out->rules_count == 0 ? ERR_INVALID : OK;
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
	if (rc != OK)
		return rc;
	rc = stage_open(stage, set, comment, options);
	if (rc != OK)
		return rc == ERR_LIMIT ? OK : rc;
	out->text = &stage->fields[FIELD_TEXT].text;
	return explain_rules(stage, shown, out);
}

/* --- writing it for a terminal ------------------------------------------------------------------
 */

#define LONG_MAX_SHOWN 200 /* [bytes] of a pattern or text on one line */

static const char *const colours[3] = {
	[TRUTH_NO] = "\033[2m",
	[TRUTH_UNKNOWN] = "\033[33m",
	[TRUTH_YES] = "\033[1;32m",
};

/*
 * Text on one line, hidden characters shown as what they are, cut when long. A literal may end
 * within a character, which is left out.
 */
static void put_text(struct buf *out, struct span text)
{
	size_t valid;

	if (!utf8_valid(text, &valid))
		text.len = valid;
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c;

		if (at >= LONG_MAX_SHOWN) {
			buf_str(out, "…");
			return;
		}
		c = utf8_next(text, &at);
		if (char_hides(c))
			buf_printf(out, "<U+%04X>", c);
		else
			buf_span(out, span_sub(text, from, at));
	}
}

static void put_truth(struct buf *out, enum truth truth, bool colour)
{
	if (colour)
		buf_str(out, colours[truth]);
	buf_str(out, explanation_truths[truth]);
	if (colour)
		buf_str(out, "\033[0m");
}

static void put_comment(struct buf *out, const struct explanation *explanation)
{
	const struct verdict *verdict = explanation->verdict;
	const struct language *language = &verdict->language;

	if (!explanation->text) {
		buf_str(out, "The text is too long to be judged.\n");
		return;
	}
	buf_str(out, "text       ");
	put_text(out, explanation->text->original);
	buf_str(out, "\nfolded     ");
	put_text(out, explanation->text->folded.text);
	if (explanation->text->disguised.text.ptr) {
		buf_str(out, "\ndisguised  ");
		put_text(out, explanation->text->disguised.text);
	}
	buf_printf(out, "\nlanguage   %s", language->tag[0] ? language->tag : "unknown");
	if (language->source == LANGUAGE_GUESSED)
		buf_printf(out, " (guessed, %.2f)", language->confidence);
	buf_char(out, '\n');
}

static void put_verdict(struct buf *out, const struct verdict *verdict)
{
	buf_printf(out, "verdict    %s (%.2f)%s, rules %s\n", verdict_names[verdict->kind],
		verdict->score, verdict->degraded ? ", degraded" : "", verdict->rules_version);
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		const struct guideline_points *points = &verdict->guidelines[i];

		buf_printf(out, "           %s: %d", points->guideline->id, points->low);
		if (points->high != points->low)
			buf_printf(out, " to %d", points->high);
		buf_printf(out, " points%s\n", points->exempt ? ", exempt" : "");
	}
	for (size_t i = 0; i < verdict->faults_count; i++)
		buf_printf(out, "           fault: %s%s%s\n", verdict->faults[i].code,
			verdict->faults[i].rule ? " in " : "",
			verdict->faults[i].rule ? verdict->faults[i].rule->id : "");
}

static void put_evidence(struct buf *out, const struct stage *stage,
	const struct evidence *evidence, unsigned indent)
{
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->range.from == item->range.to)
			continue;
		buf_printf(out, "%*s", (int)indent, "");
		buf_char(out, '"');
		put_text(out, span_sub(stage->fields[item->field].value, item->range.from,
				      item->range.to));
		buf_printf(out, "\" at %u", item->range.from);
		if (item->field != FIELD_TEXT)
			buf_printf(out, " of %s", field_names[item->field]);
		if (item->entry.len) {
			buf_str(out, ": ");
			put_text(out, item->entry);
		}
		buf_str(out, item->disguised ? " (disguised)\n" : "\n");
	}
}

static void put_patterns(struct buf *out, const struct stage *stage,
	const struct condition *condition, unsigned indent)
{
	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *trigger = &condition->triggers[i];
		struct pattern_info info;

		matcher_describe(stage->fields[trigger->field].matcher, trigger->pattern, &info);
		buf_printf(out, "%*spattern  ", (int)indent, "");
		put_text(out, info.regex);
		buf_printf(out, "\n%*sneeds    ", (int)indent, "");
		if (info.literals_count == 0)
			buf_str(out, "nothing: it is run on every text");
		for (size_t k = 0; k < info.literals_count && k < 20; k++) {
			buf_str(out, k ? ", " : "");
			put_text(out, info.literals[k]);
		}
		buf_str(out, info.literals_count > 20 ? ", …\n" : "\n");
	}
}

static void put_condition(struct buf *out, const struct explanation *explanation,
	const struct explained_condition *condition, const struct explain_options *shown)
{
	const struct condition *of = condition->condition;
	unsigned indent = 2 + 2 * condition->depth;

	buf_printf(out, "%*s%s%s (line %u): ", (int)indent, "",
		condition->depth == 0 ? condition->unless ? "unless " : "when " : "",
		of->kind->name, of->node->line);
	put_truth(out, condition->truth, shown->colour);
	buf_char(out, '\n');
	if (of->children_count)
		return;
	put_evidence(out, explanation->stage, &condition->evidence, indent + 4);
	if (shown->patterns)
		put_patterns(out, explanation->stage, of, indent + 4);
}

static void put_rule(struct buf *out, const struct explanation *explanation,
	const struct explained_rule *rule, const struct explain_options *shown)
{
	const char *skipped = explanation_skipped(rule);
	const struct rule *of = rule->rule;

	buf_printf(out, "\n%s (%s%s%s%s, %s:%u): ", of->id, of->guideline ? of->guideline->id : "",
		of->guideline ? ", " : "", action_names[rule->effective.action],
		of->shadow ? ", shadow" : "", of->source->name, of->node->line);
	put_truth(out, rule->judgement.holds, shown->colour);
	if (skipped)
		buf_printf(out, ", because %s", skipped);
	if (rule->judgement.quoted)
		buf_str(out, ", only in quotes: review at most");
	buf_char(out, '\n');
	for (size_t i = 0; i < rule->conditions_count; i++)
		put_condition(out, explanation, &rule->conditions[i], shown);
}

int explain_text(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct buf *out)
{
	struct explanation explanation;
	int rc = explanation_make(explainer, set, comment, options, shown, &explanation);

	if (rc != OK)
		return rc;
	put_comment(out, &explanation);
	put_verdict(out, explanation.verdict);
	for (size_t i = 0; i < explanation.rules_count; i++)
		put_rule(out, &explanation, &explanation.rules[i], shown);
	return out->failed ? ERR_NOMEM : OK;
}
