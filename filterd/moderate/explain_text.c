/* Writes an explanation for a terminal: see explain.h. */
#include "moderate/explanation.h"

#include "text/chars.h"
#include "text/utf8.h"

#define READINGS_SHOWN 12
#define TRACES_SHOWN 3 /* patterns of a condition that come nearest, unless all are asked for */
#define WORDS_SHOWN 20
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

/* The words that are read in another way than they are written. */
static void put_readings(struct buf *out, const struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->readings_count; i++) {
		const struct explained_reading *reading = &explanation->readings[i];

		if (i == READINGS_SHOWN) {
			buf_printf(
				out, "           and %zu more\n", explanation->readings_count - i);
			return;
		}
		buf_str(out, i ? "           \"" : "read as    \"");
		put_text(out, span_sub(explanation->text->original, reading->range.from,
				      reading->range.to));
		buf_str(out, "\": ");
		put_text(out, reading->read);
		buf_str(out, reading->view == VIEW_DISGUISED ? " (disguised)\n" : "\n");
	}
}

static void put_comment(struct buf *out, const struct explanation *explanation)
{
	const struct verdict *verdict = explanation->verdict;
	const struct language *language = &verdict->language;
	const char *also;

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
	buf_char(out, '\n');
	put_readings(out, explanation);
	buf_printf(out, "language   %s", language->tag[0] ? language->tag : "unknown");
	if (language->source == LANGUAGE_GUESSED)
		buf_printf(out, " (guessed, %.2f)", language->confidence);
	for (size_t i = 0; (also = language_also(language, i)); i++)
		buf_printf(out, "%s%s", i ? ", " : ", and in parts ", also);
	if (language->doubted)
		buf_printf(out,
			"; its rules may ask for a review but not reject, as the text does not "
			"read as %s",
			language->tag);
	buf_char(out, '\n');
}

/* A duration after some words: "0.4 µs". */
static void put_time(struct buf *out, const char *before, int64_t ns)
{
	buf_printf(out, "%s%.*f µs", before,
		ns < 10000    ? 2
		: ns < 100000 ? 1
			      : 0,
		(double)ns / 1000);
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

/* "(salak + lar + da)": the words that have something before or behind them. */
static void put_inflected(struct buf *out, const struct inflected *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_str(out, i ? ", " : " (");
		for (size_t k = 0; k < words[i].before_count; k++) {
			put_text(out, words[i].before[k]);
			buf_str(out, " + ");
		}
		put_text(out, words[i].stem);
		for (size_t k = 0; k < words[i].behind_count; k++) {
			buf_str(out, " + ");
			put_text(out, words[i].behind[k]);
		}
	}
	buf_str(out, count ? ")" : "");
}

static void put_evidence(struct buf *out, const struct explanation *explanation,
	const struct explained_condition *condition, unsigned indent)
{
	const struct evidence *evidence = &condition->evidence;
	const struct stage *stage = explanation->stage;

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
			struct inflected words[INFLECTED_MAX];
			size_t count = explanation_inflected(
				explanation, condition->condition, item, words);

			buf_str(out, ": ");
			put_text(out, item->entry);
			put_inflected(out, words, count);
		}
		buf_str(out, item->disguised ? " (disguised)\n" : "\n");
	}
}

static void put_words(struct buf *out, const struct span *words, size_t count)
{
	for (size_t i = 0; i < count && i < WORDS_SHOWN; i++) {
		buf_str(out, i ? ", " : "");
		put_text(out, words[i]);
	}
	buf_str(out, count > WORDS_SHOWN ? ", …\n" : "\n");
}

/* What of the pattern stands in the text, and what it lacks. */
static void put_trace(struct buf *out, const struct pattern_trace *trace, unsigned indent)
{
	if (trace->seen_count) {
		buf_printf(out, "%*s%s", (int)indent, "",
			trace->candidate ? "let through by " : "found    ");
		put_words(out, trace->seen, trace->seen_count);
	}
	if (trace->lacks_digit)
		buf_printf(out, "%*slacks    a digit\n", (int)indent, "");
	else if (trace->lacks_count) {
		buf_printf(out, "%*slacks    %s", (int)indent, "",
			trace->lacks_count > 1 ? "one of " : "");
		put_words(out, trace->lacks, trace->lacks_count);
	}
	if (!trace->candidate && trace->seen_count == 0)
		buf_printf(out, "%*snot tried: nothing of it is there\n", (int)indent, "");
}

static void put_slots(struct buf *out, const struct form_slots *slots)
{
	for (size_t i = 0; i < slots->count; i++) {
		buf_str(out, i ? " [" : "[");
		for (size_t k = 0; k < slots->items[i].count; k++) {
			buf_str(out, k ? "|" : "");
			put_text(out, slots->items[i].texts[k]);
		}
		buf_char(out, ']');
	}
}

/* "ar-noun: [w|f] [al] + word + [ha|at]", for each of the forms that entries have. */
static void put_forms(struct buf *out, const struct explanation *explanation,
	const struct trigger *trigger, unsigned indent)
{
	const struct forms *forms[FORMS_SHOWN];
	size_t count = explanation_forms(explanation, trigger, forms);

	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "%*sforms    ", (int)indent, "");
		put_text(out, forms[i]->name);
		buf_str(out, ": ");
		put_slots(out, &forms[i]->prefixes);
		buf_str(out, forms[i]->prefixes.count ? " + word" : "word");
		buf_str(out, forms[i]->suffixes.count ? " + " : "");
		put_slots(out, &forms[i]->suffixes);
		buf_char(out, '\n');
	}
}

static void put_patterns(struct buf *out, const struct explanation *explanation,
	const struct condition *condition, unsigned indent)
{
	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *trigger = &condition->triggers[i];
		struct pattern_info info;
		struct pattern_trace trace;

		explanation_describe(explanation, trigger, &info);
		if (info.written.len) {
			buf_printf(out, "%*sphrase   ", (int)indent, "");
			put_text(out, info.written);
			buf_char(out, '\n');
		}
		buf_printf(out, "%*spattern  ", (int)indent, "");
		put_text(out, info.regex);
		buf_printf(out, "\n%*sneeds    ", (int)indent, "");
		if (info.literals_count == 0)
			buf_str(out, "nothing: it is run on every text");
		put_words(out, info.literals, info.literals_count);
		put_forms(out, explanation, trigger, indent);
		if (explanation_trace(explanation, trigger, &trace))
			put_trace(out, &trace, indent);
	}
}

/* Of a condition that does not hold: patterns of which something is there, the nearest first. */
static void put_nearest(struct buf *out, const struct explanation *explanation,
	const struct condition *condition, unsigned indent)
{
	unsigned shown = 0;

	for (int tried = 1; tried >= 0; tried--) {
		for (size_t i = 0; i < condition->triggers_count && shown < TRACES_SHOWN; i++) {
			const struct trigger *trigger = &condition->triggers[i];
			struct pattern_info info;
			struct pattern_trace trace;

			if (!explanation_trace(explanation, trigger, &trace) ||
				trace.seen_count == 0 || trace.candidate != (tried == 1))
				continue;
			shown++;
			explanation_describe(explanation, trigger, &info);
			if (info.written.len) {
				buf_printf(out, "%*sphrase   ", (int)indent, "");
				put_text(out, info.written);
				buf_char(out, '\n');
			}
			put_trace(out, &trace, indent);
		}
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
	put_evidence(out, explanation, condition, indent + 4);
	if (shown->patterns)
		put_patterns(out, explanation, of, indent + 4);
	else if (shown->rule && condition->truth == TRUTH_NO)
		put_nearest(out, explanation, of, indent + 4);
}

/* What settles that the rule does not hold. */
static void put_blocker(struct buf *out, const struct explained_condition *blocker)
{
	const struct condition *of = blocker->condition;

	buf_printf(out, ": %s`%s` of line %u %s", blocker->unless ? "the exception " : "",
		of->kind->name, of->node->line,
		blocker->truth == TRUTH_UNKNOWN ? "is unknown"
		: blocker->truth == TRUTH_NO    ? "does not hold"
						: "holds");
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
	if (rule->cost_ns >= 0)
		put_time(out, ", ", rule->cost_ns);
	if (skipped)
		buf_printf(out, ", because %s", skipped);
	else if (rule->blocker)
		put_blocker(out, rule->blocker);
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
	if (explanation.evaluate_ns >= 0) {
		put_time(out, "cost       ", explanation.evaluate_ns);
		buf_str(out, " for the verdict");
		if (explanation.prepare_ns >= 0)
			put_time(out, ", of it ", explanation.prepare_ns);
		buf_str(out,
			explanation.prepare_ns >= 0
				? " to read the text; a rule's cost is that of judging it alone\n"
				: "\n");
	}
	for (size_t i = 0; i < explanation.rules_count; i++)
		put_rule(out, &explanation, &explanation.rules[i], shown);
	return out->failed || explanation.stage->scene.failed ? ERR_NOMEM : OK;
}
