/* What a replay found, as JSON: see replay.h and cli/README.md. */
#include "server/replay.h"

#include "wire/json.h"

#include <stdlib.h>

static void put_text(struct buf *json, const char *key, struct span text)
{
	buf_printf(json, "\"%s\":", key);
	if (text.len > 0)
		json_write(json, text);
	else
		buf_str(json, "null");
}

static void put_number(struct buf *json, const char *key, uint64_t number)
{
	buf_printf(json, ",\"%s\":%llu", key, (unsigned long long)number);
}

static void put_matrix(struct buf *json, const struct replay_counts *counts)
{
	buf_str(json, ",\"verdicts\":{");
	for (size_t from = 0; from < VERDICT_COUNT; from++) {
		buf_printf(json, "%s\"%s\":{", from ? "," : "", verdict_names[from]);
		for (size_t to = 0; to < VERDICT_COUNT; to++)
			buf_printf(json, "%s\"%s\":%llu", to ? "," : "", verdict_names[to],
				(unsigned long long)counts->verdicts[from][to]);
		buf_char(json, '}');
	}
	buf_char(json, '}');
}

static void put_example(struct buf *json, const struct replay_example *example)
{
	buf_printf(json, "{\"queue_id\":\"%s\",", example->queue_id);
	put_text(json, "site", example->site);
	buf_char(json, ',');
	put_text(json, "id", example->comment_id);
	buf_char(json, ',');
	excerpt_json(json, &example->excerpt);
	buf_char(json, '}');
}

static void put_group(struct buf *json, const struct replay_group *group)
{
	buf_printf(json, "{\"from\":\"%s\",\"to\":\"%s\",", verdict_names[group->from],
		verdict_names[group->to]);
	put_text(json, "rule", span_of(group->rule));
	if (group->rule)
		buf_printf(json, ",\"is\":\"%s\"",
			!group->now     ? "gone"
			: group->before ? "known"
					: "new");
	buf_char(json, ',');
	put_text(json, "guideline", span_of(group->guideline));
	if (group->now) {
		buf_char(json, ',');
		put_text(json, "file", span_of(group->now->source->name));
		put_number(json, "rule_line", group->now->node->line);
	}
	put_number(json, "count", group->count);
	buf_str(json, ",\"examples\":[");
	for (const struct replay_example *example = group->examples; example;
		example = example->next) {
		put_example(json, example);
		if (example->next)
			buf_char(json, ',');
	}
	buf_str(json, "]}");
}

static bool put_groups(struct buf *json, const struct replay *r)
{
	const char *comma = "";

	buf_str(json, ",\"groups\":[");
	for (unsigned way = 0; way < VERDICT_COUNT * VERDICT_COUNT; way++) {
		size_t count;
		const struct replay_group **groups =
			replay_groups(r, (enum verdict_kind)(way / VERDICT_COUNT),
				(enum verdict_kind)(way % VERDICT_COUNT), &count);

		if (groups == NULL)
			return false;
		for (size_t i = 0; i < count; i++) {
			buf_str(json, comma);
			put_group(json, groups[i]);
			comma = ",";
		}
		free(groups);
	}
	buf_char(json, ']');
	return true;
}

bool replay_json(struct buf *json, const struct replay *r)
{
	const struct replay_counts *counts = &r->counts;

	put_text(json, "rules", span_of(ruleset_version(r->options.set)));
	buf_printf(json, ",\"complete\":%s", r->done ? "true" : "false");
	put_number(json, "comments", counts->judged);
	put_number(json, "erased", counts->erased);
	put_number(json, "unreadable", counts->unreadable);
	put_number(json, "changed", replay_changed(counts));
	put_matrix(json, counts);
	buf_printf(json,
		",\"certain\":{\"approve\":%llu,\"reject\":%llu,\"claimed\":%llu,"
		"\"escalated\":%llu}",
		(unsigned long long)counts->certain[VERDICT_APPROVE],
		(unsigned long long)counts->certain[VERDICT_REJECT],
		(unsigned long long)counts->claimed, (unsigned long long)counts->escalated);
	return put_groups(json, r) && !json->failed;
}
