/* Writes an explanation as JSON: see explain.h. */
#include "moderate/explanation.h"

static void put_string(struct buf *out, struct span text)
{
	buf_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < ' ' || c == 0x7F)
			buf_printf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_char(out, (char)c);
	}
	buf_char(out, '"');
}

static void put_key(struct buf *out, const char *name)
{
	if (out->len && out->data[out->len - 1] != '{' && out->data[out->len - 1] != '[')
		buf_char(out, ',');
	put_string(out, span_of(name));
	buf_char(out, ':');
}

static void put_member(struct buf *out, const char *name, struct span value)
{
	put_key(out, name);
	put_string(out, value);
}

static void put_bool(struct buf *out, const char *name, bool value)
{
	put_key(out, name);
	buf_str(out, value ? "true" : "false");
}

static void put_comma(struct buf *out, size_t i)
{
	if (i)
		buf_char(out, ',');
}

static void put_evidence(
	struct buf *out, const struct stage *stage, const struct evidence *evidence)
{
	size_t written = 0;

	put_key(out, "evidence");
	buf_char(out, '[');
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->range.from == item->range.to)
			continue;
		put_comma(out, written++);
		buf_char(out, '{');
		put_member(out, "field", span_of(field_names[item->field]));
		put_key(out, "bytes");
		buf_printf(out, "[%u,%u]", item->range.from, item->range.to);
		put_member(out, "text",
			span_sub(stage->fields[item->field].value, item->range.from,
				item->range.to));
		if (item->entry.len)
			put_member(out, "entry", item->entry);
		put_bool(out, "disguised", item->disguised);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_patterns(
	struct buf *out, const struct stage *stage, const struct condition *condition)
{
	put_key(out, "patterns");
	buf_char(out, '[');
	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *trigger = &condition->triggers[i];
		struct pattern_info info;

		matcher_describe(stage->fields[trigger->field].matcher, trigger->pattern, &info);
		put_comma(out, i);
		buf_char(out, '{');
		put_member(out, "regex", info.regex);
		put_key(out, "literals");
		buf_char(out, '[');
		for (size_t k = 0; k < info.literals_count; k++) {
			put_comma(out, k);
			put_string(out, info.literals[k]);
		}
		buf_str(out, "]}");
	}
	buf_char(out, ']');
}

/* Writes the condition at *at and those below it. Their depth is bounded by the loader. */
static void put_condition(struct buf *out, const struct explanation *explanation,
	const struct explained_rule *rule, size_t *at, const struct explain_options *shown)
{
	const struct explained_condition *condition = &rule->conditions[(*at)++];
	size_t first = *at;

	buf_char(out, '{');
	put_member(out, "condition", span_of(condition->condition->kind->name));
	put_key(out, "line");
	buf_printf(out, "%u", condition->condition->node->line);
	put_member(out, "holds", span_of(explanation_truths[condition->truth]));
	if (condition->condition->children_count == 0) {
		put_evidence(out, explanation->stage, &condition->evidence);
		if (shown->patterns)
			put_patterns(out, explanation->stage, condition->condition);
	} else {
		put_key(out, "conditions");
		buf_char(out, '[');
		while (*at < rule->conditions_count &&
			rule->conditions[*at].depth == condition->depth + 1) {
			put_comma(out, *at - first);
			put_condition(out, explanation, rule, at, shown);
		}
		buf_char(out, ']');
	}
	buf_char(out, '}');
}

static void put_rule(struct buf *out, const struct explanation *explanation,
	const struct explained_rule *rule, const struct explain_options *shown)
{
	const char *skipped = explanation_skipped(rule);
	const struct rule *of = rule->rule;

	buf_char(out, '{');
	put_member(out, "rule", span_of(of->id));
	if (of->guideline)
		put_member(out, "guideline", span_of(of->guideline->id));
	put_member(out, "action", span_of(action_names[rule->effective.action]));
	put_bool(out, "shadow", of->shadow);
	put_member(out, "file", span_of(of->source->name));
	put_key(out, "line");
	buf_printf(out, "%u", of->node->line);
	put_member(out, "holds", span_of(explanation_truths[rule->judgement.holds]));
	if (skipped)
		put_member(out, "skipped", span_of(skipped));
	put_bool(out, "quoted", rule->judgement.quoted);
	for (size_t at = 0; at < rule->conditions_count;) {
		put_key(out, rule->conditions[at].unless ? "unless" : "when");
		put_condition(out, explanation, rule, &at, shown);
	}
	buf_char(out, '}');
}

static void put_verdict(struct buf *out, const struct verdict *verdict)
{
	put_member(out, "verdict", span_of(verdict_names[verdict->kind]));
	put_key(out, "score");
	buf_printf(out, "%.3f", verdict->score);
	put_bool(out, "degraded", verdict->degraded);
	put_key(out, "guidelines");
	buf_char(out, '[');
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		const struct guideline_points *points = &verdict->guidelines[i];

		put_comma(out, i);
		buf_char(out, '{');
		put_member(out, "guideline", span_of(points->guideline->id));
		put_key(out, "points");
		buf_printf(out, "[%d,%d]", points->low, points->high);
		put_bool(out, "exempt", points->exempt);
		buf_char(out, '}');
	}
	buf_char(out, ']');
	put_key(out, "faults");
	buf_char(out, '[');
	for (size_t i = 0; i < verdict->faults_count; i++) {
		put_comma(out, i);
		buf_char(out, '{');
		put_member(out, "code", span_of(verdict->faults[i].code));
		if (verdict->faults[i].rule)
			put_member(out, "rule", span_of(verdict->faults[i].rule->id));
		buf_char(out, '}');
	}
	buf_char(out, ']');
	put_member(out, "lang", span_of(verdict->language.tag));
	put_member(out, "rules_version", span_of(verdict->rules_version));
}

int explain_json(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct buf *out)
{
	struct explanation explanation;
	int rc = explanation_make(explainer, set, comment, options, shown, &explanation);

	if (rc != OK)
		return rc;
	buf_char(out, '{');
	if (explanation.text) {
		put_member(out, "text", explanation.text->original);
		put_member(out, "folded", explanation.text->folded.text);
		if (explanation.text->disguised.text.ptr)
			put_member(out, "disguised", explanation.text->disguised.text);
	}
	put_verdict(out, explanation.verdict);
	put_key(out, "rules");
	buf_char(out, '[');
	for (size_t i = 0; i < explanation.rules_count; i++) {
		put_comma(out, i);
		put_rule(out, &explanation, &explanation.rules[i], shown);
	}
	buf_str(out, "]}\n");
	return out->failed ? ERR_NOMEM : OK;
}
