/* What changes from one rule set to another, as one JSON document: see diff.h and README.md. */
#include "cli/diff.h"
#include "wire/json.h"

#include <stdlib.h>

static const char *const sides[SIDE_COUNT] = {[SIDE_OLD] = "old", [SIDE_NEW] = "new"};

static void put_text(struct buf *json, const char *key, const char *text)
{
	buf_printf(json, "\"%s\":", key);
	if (text)
		json_write(json, span_of(text));
	else
		buf_str(json, "null");
}

static void put_number(struct buf *json, const char *key, uint64_t number)
{
	buf_printf(json, "\"%s\":%llu", key, (unsigned long long)number);
}

static void put_sets(struct buf *json, const struct diff *diff)
{
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		const struct rule *rules;

		buf_printf(json, "\"%s\":{", sides[side]);
		put_text(json, "path", diff->names[side]);
		buf_char(json, ',');
		put_text(json, "version", ruleset_version(diff->setups[side].set));
		buf_char(json, ',');
		put_number(json, "rules", ruleset_rules(diff->setups[side].set, &rules));
		buf_str(json, "},");
	}
}

static void put_matrix(struct buf *json, const struct diff *diff)
{
	buf_str(json, ",\"verdicts\":{");
	for (size_t old = 0; old < VERDICT_COUNT; old++) {
		buf_printf(json, "%s\"%s\":{", old ? "," : "", verdict_names[old]);
		for (size_t new = 0; new < VERDICT_COUNT; new ++) {
			buf_str(json, new ? "," : "");
			put_number(json, verdict_names[new], diff->counts.verdicts[old][new]);
		}
		buf_char(json, '}');
	}
	buf_char(json, '}');
}

static void put_rule(struct buf *json, const struct rule_pair *pair)
{
	bool removed = !pair->rules[SIDE_NEW];
	const struct rule *rule = pair->rules[removed ? SIDE_OLD : SIDE_NEW];

	put_text(json, "rule", pair->id);
	buf_char(json, ',');
	put_text(json, "is", removed ? "removed" : pair->rules[SIDE_OLD] ? "kept" : "added");
	buf_char(json, ',');
	put_text(json, "guideline", rule->guideline ? rule->guideline->id : NULL);
	buf_char(json, ',');
	put_text(json, "file", rule->source->name);
	buf_char(json, ',');
	put_number(json, "rule_line", rule->node->line);
}

static void put_cause(struct buf *json, const struct diff *diff, size_t cause)
{
	const struct pairs *pairs = &diff->pairs;
	size_t guideline = cause - pairs->rules_count;

	if (cause < pairs->rules_count) {
		put_rule(json, &pairs->rules[cause]);
		return;
	}
	buf_str(json, "\"rule\":null,");
	put_text(json, "guideline",
		guideline < pairs->guidelines_count ? pairs->guidelines[guideline].id : NULL);
}

static void put_group(struct buf *json, struct diff *diff, size_t at)
{
	const struct diff_group *group = &diff->counts.groups[at];
	struct direction way = directions[at % DIRECTIONS];
	const struct example *examples;
	size_t count;

	buf_printf(json, "{\"from\":\"%s\",\"to\":\"%s\",", verdict_names[way.from],
		verdict_names[way.to]);
	put_cause(json, diff, at / DIRECTIONS);
	buf_char(json, ',');
	put_number(json, "count", group->count);
	buf_char(json, ',');
	share_json(json, "share", (struct share){group->count, diff->comments});
	buf_char(json, ',');
	put_number(json, "right", group->right);
	buf_char(json, ',');
	put_number(json, "wrong", group->wrong);
	buf_str(json, ",\"examples\":[");
	examples = examples_of(&diff->examples, at, &count);
	for (size_t i = 0; i < count; i++) {
		buf_str(json, i ? "," : "");
		example_json(json, &examples[i]);
	}
	buf_str(json, "]}");
}

static bool put_groups(struct buf *json, struct diff *diff)
{
	const char *comma = "";

	buf_str(json, ",\"groups\":[");
	for (size_t i = 0; i < DIRECTIONS; i++) {
		size_t count, *groups = diff_groups_of(diff, i, &count);

		if (!groups)
			return false;
		for (size_t k = 0; k < count; k++) {
			buf_str(json, comma);
			put_group(json, diff, groups[k]);
			comma = ",";
		}
		free(groups);
	}
	buf_char(json, ']');
	return true;
}

static void put_silent(struct buf *json, const struct diff *diff)
{
	const char *comma = "";

	buf_str(json, ",\"matches_only\":{");
	put_number(json, "count", diff->counts.silent);
	buf_str(json, ",\"rules\":[");
	for (size_t i = 0; i < diff->pairs.rules_count; i++) {
		if (!diff->counts.silent_rules[i])
			continue;
		buf_printf(json, "%s{", comma);
		put_rule(json, &diff->pairs.rules[i]);
		buf_char(json, ',');
		put_number(json, "count", diff->counts.silent_rules[i]);
		buf_char(json, '}');
		comma = ",";
	}
	buf_str(json, "]}");
}

static void put_guideline_side(struct buf *json, const struct diff *diff,
	const struct guideline_pair *pair, enum side side)
{
	const struct guideline *guideline = pair->guidelines[side];

	buf_printf(json, ",\"%s\":", sides[side]);
	if (guideline)
		guideline_json(json, &diff->counts.scores[side].guidelines[guideline->index]);
	else
		buf_str(json, "null");
}

static void put_scores(struct buf *json, const struct diff *diff)
{
	buf_str(json, ",\"labels\":");
	if (scores_labelled(&diff->counts.scores[SIDE_NEW]) == 0) {
		buf_str(json, "null");
		return;
	}
	buf_char(json, '{');
	put_number(json, "count", scores_labelled(&diff->counts.scores[SIDE_NEW]));
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		buf_printf(json, ",\"%s\":", sides[side]);
		scores_json(json, &diff->counts.scores[side]);
	}
	buf_str(json, ",\"guidelines\":[");
	for (size_t i = 0; i < diff->pairs.guidelines_count; i++) {
		buf_str(json, i ? ",{" : "{");
		put_text(json, "guideline", diff->pairs.guidelines[i].id);
		for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++)
			put_guideline_side(json, diff, &diff->pairs.guidelines[i], side);
		buf_char(json, '}');
	}
	buf_str(json, "]}");
}

bool diff_json(struct buf *json, struct diff *diff)
{
	uint64_t changed = diff_changed(diff);

	buf_char(json, '{');
	put_sets(json, diff);
	put_number(json, "comments", diff->comments);
	buf_char(json, ',');
	put_number(json, "refused", diff->refused);
	buf_char(json, ',');
	put_number(json, "changed", changed);
	buf_char(json, ',');
	share_json(json, "share", (struct share){changed, diff->comments});
	put_matrix(json, diff);
	if (!put_groups(json, diff))
		return false;
	put_silent(json, diff);
	put_scores(json, diff);
	buf_str(json, "}\n");
	return !json->failed;
}
