/*
 * The nearest reason why a rule does not hold: see why_not.h.
 *
 * Of an explanation the reason that decides is told: what keeps the rule from its conditions, else
 * an `unless` that holds, else the condition that fails, as far down as there is only one to blame.
 */
#include "moderate/why_not.h"

#include "match/parts.h"
#include "moderate/explanation.h"
#include "text/chars.h"
#include "text/utf8.h"

#define QUOTE_MAX 60 /* [bytes] of a text in the line */

/* One line of text in quotation marks. */
static void put_quoted(struct buf *out, struct span text, char mark)
{
	buf_char(out, mark);
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text, &at);

		if (from >= QUOTE_MAX) {
			buf_str(out, "…");
			break;
		}
		if (char_hides(c))
			buf_printf(out, "<U+%04X>", c);
		else
			buf_span(out, span_sub(text, from, at));
	}
	buf_char(out, mark);
}

static void put_condition(struct buf *out, const struct explained_condition *condition)
{
	buf_printf(out, "%s (line %u)", condition->condition->kind->name,
		condition->condition->node->line);
}

/* --- a condition that fails ---------------------------------------------------------------------
 */

/*
 * Of the condition's patterns the one of which the least is missing; *part is the first of that, or
 * the phrase itself where nothing is. SIZE_MAX: there is nothing to tell.
 */
static size_t nearest_pattern(
	const struct stage *stage, const struct condition *condition, struct span *part)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *trigger = &condition->triggers[i];
		const struct stage_field *field = &stage->fields[trigger->field];
		struct span missing = {NULL, 0};
		size_t count = SIZE_MAX;

		if (field->prepared)
			count = matcher_missing(
				field->matcher, trigger->pattern, &field->text, &missing);
		if (count >= least)
			continue;
		least = count;
		*part = missing;
	}
	return least;
}

static void put_leaf(
	struct buf *out, const struct stage *stage, const struct explained_condition *leaf)
{
	const struct condition *of = leaf->condition;
	bool several = of->triggers_count > 1;
	struct span part = {NULL, 0};
	size_t missing;

	put_condition(out, leaf);
	if (leaf->truth == TRUTH_UNKNOWN) {
		buf_str(out, " is unknown");
		return;
	}
	if (of->triggers_count == 0) {
		buf_str(out, " does not hold");
		return;
	}
	missing = nearest_pattern(stage, of, &part);
	if (several)
		buf_printf(out, ": none of %zu", of->triggers_count);
	if (part.len == 0) {
		buf_str(out, several ? " is there" : ": nothing of it is there");
		return;
	}
	buf_str(out, several ? "; " : ": ");
	if (missing == 0) {
		buf_str(out, "of ");
		put_quoted(out, part, '`');
		buf_str(out, " all words are there, but not in this order or too far apart");
	} else {
		buf_str(out, several ? "the nearest needs " : "needs ");
		put_quoted(out, part, '`');
		buf_str(out, ", which is not there");
	}
}

/* The conditions directly below `parent`, one after the other; NULL behind the last. */
static const struct explained_condition *next_child(const struct explained_rule *rule,
	const struct explained_condition *parent, const struct explained_condition *last)
{
	const struct explained_condition *end = rule->conditions + rule->conditions_count;

	for (last = last ? last + 1 : parent + 1; last < end && last->depth > parent->depth; last++)
		if (last->depth == parent->depth + 1)
			return last;
	return NULL;
}

/* The one child that fails, or NULL: none or several do. */
static const struct explained_condition *one_to_blame(
	const struct explained_rule *rule, const struct explained_condition *parent, size_t *count)
{
	const struct explained_condition *blamed = NULL;

	*count = 0;
	for (const struct explained_condition *child = next_child(rule, parent, NULL); child;
		child = next_child(rule, parent, child)) {
		if (child->truth == TRUTH_YES)
			continue;
		if ((*count)++ == 0)
			blamed = child;
	}
	return *count == 1 ? blamed : NULL;
}

static void put_failure(struct buf *out, const struct stage *stage,
	const struct explained_rule *rule, const struct explained_condition *condition)
{
	const struct explained_condition *blamed;
	size_t count;

	while ((blamed = one_to_blame(rule, condition, &count)))
		condition = blamed;
	if (condition->condition->children_count == 0) {
		put_leaf(out, stage, condition);
		return;
	}
	put_condition(out, condition);
	if (condition->truth == TRUTH_UNKNOWN)
		buf_str(out, " is unknown");
	else if (count > 1)
		buf_printf(out, " does not hold: %zu of the %zu conditions in it fail", count,
			condition->condition->children_count);
	else
		buf_str(out, " does not hold, for what is in it does");
}

/* --- the rule -----------------------------------------------------------------------------------
 */

static const struct explained_condition *unless_of(const struct explained_rule *rule)
{
	for (size_t i = 0; i < rule->conditions_count; i++)
		if (rule->conditions[i].unless)
			return &rule->conditions[i];
	return NULL;
}

/* What of the comment the `unless`, or the condition in it that holds, was found by. */
static void put_unless(struct buf *out, const struct stage *stage,
	const struct explained_rule *rule, const struct explained_condition *unless)
{
	const struct explained_condition *end = rule->conditions + rule->conditions_count;
	const struct explained_condition *of = unless;

	for (; of < end && (of->condition->children_count || of->truth != TRUTH_YES); of++)
		;
	buf_str(out, "`unless` holds");
	if (of == end)
		of = unless;
	for (size_t i = 0; i < of->evidence.count; i++) {
		const struct evidence_item *item = &of->evidence.items[i];

		if (item->range.from == item->range.to)
			continue;
		buf_str(out, ": ");
		put_quoted(out,
			span_sub(
				stage->fields[item->field].value, item->range.from, item->range.to),
			'"');
		break;
	}
	buf_printf(out, " by ");
	put_condition(out, of);
}

/* The languages that the rule is for, and that of the comment. */
static void put_language(struct buf *out, const struct stage *stage, const struct rule *rule)
{
	const char *tag = stage->scene.language.tag;

	buf_str(out, "it is for ");
	for (size_t i = 0; i < rule->languages_count; i++)
		buf_printf(out, "%s%.*s", i ? ", " : "", SPAN_ARGS(rule->languages[i]));
	buf_printf(out, ", the comment is %s", tag[0] ? tag : "of no known language");
}

/* Whether the rule would find something if all places counted; then says why they do not. */
static bool put_discounted(struct buf *out, struct stage *stage, const struct rule *rule)
{
	bool quotes = rule->in_quotes == IN_QUOTES_IGNORE, article = rule->excuse_article_words;

	if (!(quotes || article) ||
		stage_test(stage, rule, rule->when, false, NULL, NULL) != TRUTH_YES)
		return false;
	buf_printf(out, "what it finds %s%s%s", quotes ? "is quoted" : "",
		quotes && article ? " or " : "", article ? "stands in the article" : "");
	return true;
}

/* Why the rule's `when` does not hold. */
static void put_when(struct buf *out, struct stage *stage, const struct explained_rule *rule)
{
	const struct explained_condition *when = &rule->conditions[0];

	if (when->truth == TRUTH_UNKNOWN || !put_discounted(out, stage, rule->rule))
		put_failure(out, stage, rule, when);
}

static void put_reason(
	struct buf *out, const struct explanation *explanation, const struct explained_rule *rule)
{
	const struct explained_condition *unless = unless_of(rule);
	const char *skipped = explanation_skipped(rule);

	if (rule->applies == APPLIES_OTHER_LANGUAGE && !rule->effective.off)
		put_language(out, explanation->stage, rule->rule);
	else if (skipped)
		buf_str(out, skipped);
	else if (rule->judgement.holds == TRUTH_YES)
		buf_str(out, "it holds");
	else if (rule->conditions[0].truth != TRUTH_YES)
		put_when(out, explanation->stage, rule);
	else if (unless && unless->truth == TRUTH_YES)
		put_unless(out, explanation->stage, rule, unless);
	else
		buf_str(out, "it is unknown");
}

int why_not(struct explainer *explainer, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options, const struct rule *rule, struct buf *out)
{
	const struct explain_options shown = {.rule = rule->id};
	struct explanation explanation;
	int rc = explanation_make(explainer, set, comment, options, &shown, &explanation);

	if (rc != OK)
		return rc;
	if (explanation.rules_count == 0)
		buf_str(out, "the text is too long to be judged");
	else
		put_reason(out, &explanation, &explanation.rules[0]);
	return out->failed ? ERR_NOMEM : OK;
}
