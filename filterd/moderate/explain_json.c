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

static void put_strings(struct buf *out, const char *name, const struct span *strings, size_t count)
{
	put_key(out, name);
	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		put_comma(out, i);
		put_string(out, strings[i]);
	}
	buf_char(out, ']');
}

/* The words that have something before or behind them. */
static void put_inflected(struct buf *out, const struct inflected *words, size_t count)
{
	if (count == 0)
		return;
	put_key(out, "inflected");
	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		put_comma(out, i);
		buf_char(out, '{');
		put_strings(out, "before", words[i].before, words[i].before_count);
		put_member(out, "stem", words[i].stem);
		put_strings(out, "behind", words[i].behind, words[i].behind_count);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_evidence(struct buf *out, const struct explanation *explanation,
	const struct explained_condition *condition)
{
	const struct evidence *evidence = &condition->evidence;
	const struct stage *stage = explanation->stage;
	struct inflected words[INFLECTED_MAX];
	size_t written = 0;

	put_key(out, "evidence");
	buf_char(out, '[');
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];
		size_t count =
			explanation_inflected(explanation, condition->condition, item, words);

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
		put_inflected(out, words, count);
		put_bool(out, "disguised", item->disguised);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_trace(struct buf *out, const struct pattern_trace *trace)
{
	put_bool(out, "tried", trace->candidate);
	put_strings(out, "found", trace->seen, trace->seen_count);
	put_strings(out, "lacks", trace->lacks, trace->lacks_count);
	if (trace->lacks_digit)
		put_bool(out, "lacks_digit", true);
}

static void put_slots(struct buf *out, const char *name, const struct form_slots *slots)
{
	put_key(out, name);
	buf_char(out, '[');
	for (size_t i = 0; i < slots->count; i++) {
		put_comma(out, i);
		buf_char(out, '[');
		for (size_t k = 0; k < slots->items[i].count; k++) {
			put_comma(out, k);
			put_string(out, slots->items[i].texts[k]);
		}
		buf_char(out, ']');
	}
	buf_char(out, ']');
}

static void put_forms(
	struct buf *out, const struct explanation *explanation, const struct trigger *trigger)
{
	const struct forms *forms[FORMS_SHOWN];
	size_t count = explanation_forms(explanation, trigger, forms);

	if (count == 0)
		return;
	put_key(out, "forms");
	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		put_comma(out, i);
		buf_char(out, '{');
		put_member(out, "name", forms[i]->name);
		put_slots(out, "prefixes", &forms[i]->prefixes);
		put_slots(out, "suffixes", &forms[i]->suffixes);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_patterns(
	struct buf *out, const struct explanation *explanation, const struct condition *condition)
{
	put_key(out, "patterns");
	buf_char(out, '[');
	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *trigger = &condition->triggers[i];
		struct pattern_info info;
		struct pattern_trace trace;

		explanation_describe(explanation, trigger, &info);
		put_comma(out, i);
		buf_char(out, '{');
		put_member(out, "regex", info.regex);
		if (info.written.len)
			put_member(out, "phrase", info.written);
		put_strings(out, "literals", info.literals, info.literals_count);
		put_forms(out, explanation, trigger);
		if (explanation_trace(explanation, trigger, &trace))
			put_trace(out, &trace);
		buf_char(out, '}');
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
	put_key(out, "column");
	buf_printf(out, "%u", condition->condition->node->column);
	put_member(out, "holds", span_of(explanation_truths[condition->truth]));
	if (condition->condition->children_count == 0) {
		put_evidence(out, explanation, condition);
		if (shown->patterns)
			put_patterns(out, explanation, condition->condition);
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

/* What settles that the rule does not hold. */
static void put_blocker(struct buf *out, const struct explained_condition *blocker)
{
	put_key(out, "because");
	buf_char(out, '{');
	put_member(out, "condition", span_of(blocker->condition->kind->name));
	put_key(out, "line");
	buf_printf(out, "%u", blocker->condition->node->line);
	put_member(out, "holds", span_of(explanation_truths[blocker->truth]));
	put_bool(out, "exception", blocker->unless);
	buf_char(out, '}');
}

static void put_ns(struct buf *out, const char *name, int64_t ns)
{
	put_key(out, name);
	buf_printf(out, "%lld", (long long)ns);
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
	if (rule->blocker)
		put_blocker(out, rule->blocker);
	if (rule->cost_ns >= 0)
		put_ns(out, "cost_ns", rule->cost_ns);
	for (size_t at = 0; at < rule->conditions_count;) {
		put_key(out, rule->conditions[at].unless ? "unless" : "when");
		put_condition(out, explanation, rule, &at, shown);
	}
	buf_char(out, '}');
}

static void put_readings(struct buf *out, const struct explanation *explanation)
{
	put_key(out, "readings");
	buf_char(out, '[');
	for (size_t i = 0; i < explanation->readings_count; i++) {
		const struct explained_reading *reading = &explanation->readings[i];

		put_comma(out, i);
		buf_char(out, '{');
		put_key(out, "bytes");
		buf_printf(out, "[%u,%u]", reading->range.from, reading->range.to);
		put_member(out, "text",
			span_sub(explanation->text->original, reading->range.from,
				reading->range.to));
		put_member(out, "read", reading->read);
		put_bool(out, "disguised", reading->view == VIEW_DISGUISED);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void put_verdict(struct buf *out, const struct verdict *verdict)
{
	const char *also;

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
	put_key(out, "lang_also");
	buf_char(out, '[');
	for (size_t i = 0; (also = language_also(&verdict->language, i)); i++) {
		put_comma(out, i);
		put_string(out, span_of(also));
	}
	buf_char(out, ']');
	put_bool(out, "lang_doubted", verdict->language.doubted);
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
		put_readings(out, &explanation);
	}
	put_verdict(out, explanation.verdict);
	if (explanation.evaluate_ns >= 0)
		put_ns(out, "evaluate_ns", explanation.evaluate_ns);
	if (explanation.prepare_ns >= 0)
		put_ns(out, "prepare_ns", explanation.prepare_ns);
	put_key(out, "rules");
	buf_char(out, '[');
	for (size_t i = 0; i < explanation.rules_count; i++) {
		put_comma(out, i);
		put_rule(out, &explanation, &explanation.rules[i], shown);
	}
	buf_str(out, "]}\n");
	return out->failed || explanation.stage->scene.failed ? ERR_NOMEM : OK;
}
