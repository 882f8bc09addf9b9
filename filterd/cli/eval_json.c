/* Verdicts against labels, as one JSON document: see eval.h and README.md. */
#include "cli/eval.h"
#include "wire/json.h"

#include <stdlib.h>

static void put_hits(struct buf *json, const struct hit_score *hits)
{
	buf_printf(json,
		"\"right\":%llu,\"wrong\":%llu,\"between\":%llu,\"caught\":%llu,\"flagged\":%llu,"
		"\"caught_alone\":%llu,\"flagged_alone\":%llu,",
		(unsigned long long)hits->right, (unsigned long long)hits->wrong,
		(unsigned long long)hits->between, (unsigned long long)hits->right_part,
		(unsigned long long)hits->wrong_part, (unsigned long long)hits->right_alone,
		(unsigned long long)hits->wrong_alone);
	share_json(json, "precision", eval_precision(hits));
}

static void put_examples(struct buf *json, struct eval *eval, size_t group)
{
	size_t count;
	const struct example *examples = examples_of(&eval->examples, group, &count);

	buf_str(json, ",\"examples\":[");
	for (size_t i = 0; i < count; i++) {
		buf_str(json, i ? "," : "");
		example_json(json, &examples[i]);
	}
	buf_char(json, ']');
}

static void put_guidelines(struct buf *json, struct eval *eval)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(eval->setup.set, &guidelines);

	buf_str(json, ",\"guidelines\":[");
	for (size_t i = 0; i < count; i++) {
		buf_str(json, i ? ",{\"guideline\":" : "{\"guideline\":");
		json_write(json, span_of(guidelines[i].id));
		buf_str(json, ",\"score\":");
		guideline_json(json, &eval->counts.scores.guidelines[i]);
		put_examples(json, eval, eval_missed_group(eval, i));
		buf_char(json, '}');
	}
	buf_printf(json, "],\"unnamed\":{\"missed\":%llu",
		(unsigned long long)eval->counts.scores.missed_unnamed);
	put_examples(json, eval, eval_missed_group(eval, count));
	buf_char(json, '}');
}

static void put_languages(struct buf *json, const struct eval *eval)
{
	const char *comma = "";

	buf_str(json, ",\"languages\":[");
	for (size_t i = 0; i < eval->counts.languages_count; i++) {
		const struct language_score *language = &eval->counts.languages[i];
		struct scores scores = {0};

		memcpy(scores.verdicts, language->verdicts, sizeof(scores.verdicts));
		if (scores_labelled(&scores) == 0)
			continue;
		buf_printf(json, "%s{\"lang\":", comma);
		json_write(json, span_of(language->tag));
		buf_str(json, ",\"scores\":");
		scores_json(json, &scores);
		buf_char(json, '}');
		comma = ",";
	}
	buf_char(json, ']');
}

static bool put_rules(struct buf *json, struct eval *eval)
{
	const struct rule *all;
	size_t count, *rules = eval_rules(eval, &count);

	ruleset_rules(eval->setup.set, &all);
	buf_str(json, ",\"rules\":[");
	for (size_t i = 0; rules && i < count; i++) {
		const struct rule *rule = &all[rules[i]];

		buf_str(json, i ? ",{\"rule\":" : "{\"rule\":");
		json_write(json, span_of(rule->id));
		buf_str(json, ",\"guideline\":");
		if (rule->guideline)
			json_write(json, span_of(rule->guideline->id));
		else
			buf_str(json, "null");
		buf_str(json, ",\"file\":");
		json_write(json, span_of(rule->source->name));
		buf_printf(json, ",\"rule_line\":%u,", rule->node->line);
		put_hits(json, &eval->counts.rules[rules[i]]);
		put_examples(json, eval, eval_wrong_group(rule));
		buf_char(json, '}');
	}
	buf_char(json, ']');
	free(rules);
	return rules != NULL;
}

static bool put_entries(struct buf *json, const struct eval *eval)
{
	const struct rule *all;
	size_t count, *entries = eval_entries(eval, &count);

	ruleset_rules(eval->setup.set, &all);
	buf_str(json, ",\"entries\":[");
	for (size_t i = 0; entries && i < count; i++) {
		const struct entry_score *entry = &eval->counts.entries[entries[i]];

		buf_str(json, i ? ",{\"entry\":" : "{\"entry\":");
		json_write(json, entry->entry);
		buf_str(json, ",\"rule\":");
		json_write(json, span_of(all[entry->rule].id));
		buf_char(json, ',');
		put_hits(json, &entry->hits);
		buf_char(json, '}');
	}
	buf_char(json, ']');
	free(entries);
	return entries != NULL;
}

bool eval_json(struct buf *json, struct eval *eval)
{
	buf_str(json, "{\"version\":");
	json_write(json, span_of(ruleset_version(eval->setup.set)));
	buf_printf(json, ",\"comments\":%llu,\"labelled\":%llu,\"refused\":%llu,\"scores\":",
		(unsigned long long)eval->comments,
		(unsigned long long)scores_labelled(&eval->counts.scores),
		(unsigned long long)eval->refused);
	scores_json(json, &eval->counts.scores);
	put_guidelines(json, eval);
	put_languages(json, eval);
	if (!put_rules(json, eval) || !put_entries(json, eval))
		return false;
	buf_str(json, "}\n");
	return !json->failed;
}
