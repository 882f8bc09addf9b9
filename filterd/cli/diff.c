/* Two rule sets over many comments: see diff.h. */
#include "cli/diff.h"

#include "wire/json.h"

#include <stdlib.h>

const struct direction directions[DIRECTIONS] = {
	{VERDICT_APPROVE, VERDICT_REJECT},
	{VERDICT_REJECT, VERDICT_APPROVE},
	{VERDICT_REVIEW, VERDICT_REJECT},
	{VERDICT_REVIEW, VERDICT_APPROVE},
	{VERDICT_APPROVE, VERDICT_REVIEW},
	{VERDICT_REJECT, VERDICT_REVIEW},
};

/* One thread. */
struct differ {
	struct diff *diff;
	struct evaluator *evaluators[SIDE_COUNT];
	struct evaluate_options limits[SIDE_COUNT];
	struct arena arena; /* of one comment */
	struct example_list noted;
	struct buf lines; /* of --ndjson, not yet written */
	struct diff_counts counts;
};

size_t diff_group_at(size_t cause, size_t direction)
{
	return cause * DIRECTIONS + direction;
}

static size_t direction_of(enum verdict_kind from, enum verdict_kind to)
{
	size_t i = 0;

	while (directions[i].from != from || directions[i].to != to)
		i++;
	return i;
}

/* --- one comment ------------------------------------------------------------------------------ */

/* What the label says of a change: 1 it is right, -1 it is wrong, 0 nothing. */
static int opinion(enum label_kind label, struct direction way)
{
	int stricter = way.to > way.from ? 1 : -1;

	switch (label) {
	case LABEL_BAD:
		return stricter;
	case LABEL_OK:
		return -stricter;
	case LABEL_REVIEW: /* must not be rejected; approve or review are as good */
		return way.to == VERDICT_REJECT ? -1 : way.from == VERDICT_REJECT ? 1 : 0;
	case LABEL_NONE:
	case LABEL_COUNT:
		break;
	}
	return 0;
}

static void put_side(struct buf *line, const char *name, const struct verdict *verdict)
{
	buf_printf(line, ",\"%s\":{\"verdict\":\"%s\",\"score\":%.4f}", name,
		verdict_names[verdict->kind], verdict->score);
}

static void put_match(struct buf *line, const char *name, const struct match *match)
{
	if (match)
		buf_printf(line, ",\"%s\":{\"action\":\"%s\",\"points\":%d%s}", name,
			action_names[match->action], match->points,
			match->shadow ? ",\"shadow\":true" : "");
	else
		buf_printf(line, ",\"%s\":null", name);
}

static void put_cause(struct buf *line, const struct pairs *pairs, size_t cause)
{
	size_t guideline = cause - pairs->rules_count;

	buf_str(line, "\"rule\":");
	if (cause < pairs->rules_count)
		json_write(line, span_of(pairs->rules[cause].id));
	else
		buf_str(line, "null");
	buf_str(line, ",\"guideline\":");
	if (cause >= pairs->rules_count && guideline < pairs->guidelines_count)
		json_write(line, span_of(pairs->guidelines[guideline].id));
	else
		buf_str(line, "null");
}

/* The line of --ndjson for a changed comment. */
static void put_line(
	struct differ *d, const struct survey_comment *comment, const struct change *change)
{
	const struct pairs *pairs = &d->diff->pairs;
	struct buf *line = &d->lines;

	buf_str(line, "{\"id\":");
	if (comment->comment->id.len)
		json_write(line, comment->comment->id);
	else
		buf_str(line, "null");
	buf_str(line, ",\"file\":");
	json_write(line, span_of(comment->file));
	buf_printf(line, ",\"line\":%llu", (unsigned long long)comment->line);
	put_side(line, "old", change->verdicts[SIDE_OLD]);
	put_side(line, "new", change->verdicts[SIDE_NEW]);
	if (comment->label->kind != LABEL_NONE)
		buf_printf(line, ",\"label\":\"%s\"", label_names[comment->label->kind]);
	buf_str(line, ",\"cause\":{");
	put_cause(line, pairs, change->cause);
	buf_str(line, "},\"rules\":[");
	for (size_t i = 0; i < change->differences_count; i++) {
		const struct difference *difference = &change->differences[i];

		buf_str(line, i ? ",{\"rule\":" : "{\"rule\":");
		json_write(line, span_of(pairs->rules[difference->pair].id));
		put_match(line, "old", difference->matches[SIDE_OLD]);
		put_match(line, "new", difference->matches[SIDE_NEW]);
		buf_char(line, '}');
	}
	buf_str(line, "],\"text\":");
	json_write(line, comment->comment->text);
	buf_str(line, "}\n");
}

static int count_change(
	struct differ *d, const struct survey_comment *comment, const struct change *change)
{
	size_t way =
		direction_of(change->verdicts[SIDE_OLD]->kind, change->verdicts[SIDE_NEW]->kind);
	size_t at = diff_group_at(change->cause, way);
	struct diff_group *group = &d->counts.groups[at];
	int said = opinion(comment->label->kind, directions[way]);
	const struct rule *rule;
	enum side side;

	group->count++;
	group->right += said > 0;
	group->wrong += said < 0;
	if (d->diff->lines)
		put_line(d, comment, change);
	if (!examples_want(&d->diff->examples, at))
		return OK;
	rule = change_rule(&d->diff->pairs, change, &side);
	return examples_note(&d->noted, at, comment, change->verdicts[side], rule);
}

static void count_silent(struct differ *d, const struct change *change)
{
	d->counts.silent += change->differences_count > 0;
	for (size_t i = 0; i < change->differences_count; i++)
		d->counts.silent_rules[change->differences[i].pair]++;
}

static int judge(void *state, const struct survey_comment *comment)
{
	struct differ *d = state;
	const struct verdict *verdicts[SIDE_COUNT];
	struct change change;
	int rc = OK;

	arena_reset(&d->arena);
	for (enum side side = SIDE_OLD; side < SIDE_COUNT && rc == OK; side++) {
		const struct setup *setup = &d->diff->setups[side];

		rc = evaluate(d->evaluators[side], setup->set, comment->comment, &d->limits[side],
			&verdicts[side]);
		if (rc == OK && comment->label->kind != LABEL_NONE)
			scores_add(&d->counts.scores[side], setup->set, &d->diff->mappings,
				comment->comment, comment->label, verdicts[side]);
	}
	if (rc == OK)
		rc = change_find(&d->diff->pairs, &d->arena, verdicts[SIDE_OLD], verdicts[SIDE_NEW],
			&change);
	if (rc != OK)
		return rc;
	d->counts.verdicts[verdicts[SIDE_OLD]->kind][verdicts[SIDE_NEW]->kind]++;
	if (verdicts[SIDE_OLD]->kind != verdicts[SIDE_NEW]->kind)
		return count_change(d, comment, &change);
	count_silent(d, &change);
	return OK;
}

/* --- all of them ------------------------------------------------------------------------------ */

struct collecting {
	struct run *run;
	struct diff *diff;
	bool failed;
};

static void collect(void *context, void *state)
{
	struct collecting *to = context;
	struct differ *d = state;

	to->failed |= d->lines.failed;
	out_span(&to->run->out, buf_content(&d->lines));
	buf_clear(&d->lines);
	examples_take(&to->diff->examples, &d->noted);
}

static int counts_init(struct diff_counts *counts, const struct pairs *pairs)
{
	counts->silent_rules = calloc(pairs->rules_count, sizeof(*counts->silent_rules));
	counts->groups = calloc(pairs->causes_count * DIRECTIONS, sizeof(*counts->groups));
	return counts->silent_rules && counts->groups ? OK : ERR_NOMEM;
}

static void counts_free(struct diff_counts *counts)
{
	free(counts->silent_rules);
	free(counts->groups);
}

static void counts_join(
	struct diff_counts *to, const struct diff_counts *from, const struct pairs *pairs)
{
	for (size_t a = 0; a < VERDICT_COUNT; a++)
		for (size_t b = 0; b < VERDICT_COUNT; b++)
			to->verdicts[a][b] += from->verdicts[a][b];
	to->silent += from->silent;
	for (size_t i = 0; i < pairs->rules_count; i++)
		to->silent_rules[i] += from->silent_rules[i];
	for (size_t i = 0; i < pairs->causes_count * DIRECTIONS; i++) {
		to->groups[i].count += from->groups[i].count;
		to->groups[i].right += from->groups[i].right;
		to->groups[i].wrong += from->groups[i].wrong;
	}
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++)
		scores_join(&to->scores[side], &from->scores[side]);
}

static int differ_init(struct differ *d, struct diff *diff)
{
	d->diff = diff;
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++) {
		d->limits[side] = survey_limits(&diff->setups[side]);
		d->evaluators[side] = evaluator_new(diff->setups[side].guesser);
		if (!d->evaluators[side])
			return ERR_NOMEM;
	}
	return counts_init(&d->counts, &diff->pairs);
}

static void differ_free(struct differ *d)
{
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++)
		evaluator_free(d->evaluators[side]);
	arena_free(&d->arena);
	arena_free(&d->noted.arena);
	buf_free(&d->lines);
	counts_free(&d->counts);
}

static int survey_all(struct run *run, struct diff *diff, const struct texts *files,
	struct differ *differs, void *const *states, unsigned threads)
{
	size_t old_max = (size_t)diff->setups[SIDE_OLD].config->limits.request;
	size_t new_max = (size_t)diff->setups[SIDE_NEW].config->limits.request;
	struct collecting collecting = {run, diff, false};
	struct survey survey = {
		.run = run,
		.files = files->items,
		.files_count = files->count,
		.line_max = old_max > new_max ? old_max : new_max,
		.threads = threads,
		.doing = "comparing",
		.writes = diff->lines,
		.states = states,
		.judge = judge,
		.collect = collect,
		.context = &collecting,
	};
	int code = survey_run(&survey);

	diff->comments = survey.comments;
	diff->refused = survey.refused;
	for (unsigned i = 0; i < threads; i++)
		counts_join(&diff->counts, &differs[i].counts, &diff->pairs);
	if (code == CLI_FINE && (collecting.failed || diff->examples.failed))
		code = cli_failed(run, CLI_OUTPUT, "out of memory");
	return code;
}

int diff_run(struct run *run, struct diff *diff, const struct texts *files, unsigned threads,
	unsigned examples)
{
	struct differ *differs = calloc(threads, sizeof(*differs));
	void *states[STREAM_THREADS_MAX];
	int rc = differs ? OK : ERR_NOMEM, code;

	if (rc == OK)
		rc = pairs_make(
			&diff->pairs, diff->setups[SIDE_OLD].set, diff->setups[SIDE_NEW].set);
	if (rc == OK)
		rc = counts_init(&diff->counts, &diff->pairs);
	if (rc == OK)
		rc = examples_init(
			&diff->examples, diff->pairs.causes_count * DIRECTIONS, examples);
	for (unsigned i = 0; i < threads && rc == OK; i++) {
		states[i] = &differs[i];
		rc = differ_init(&differs[i], diff);
	}
	code = rc == OK ? survey_all(run, diff, files, differs, states, threads)
			: cli_failed(run, CLI_OUTPUT, "out of memory");
	for (unsigned i = 0; differs && i < threads; i++)
		differ_free(&differs[i]);
	free(differs);
	return code;
}

void diff_free(struct diff *diff)
{
	examples_free(&diff->examples);
	counts_free(&diff->counts);
	pairs_free(&diff->pairs);
	for (enum side side = SIDE_OLD; side < SIDE_COUNT; side++)
		setup_free(&diff->setups[side]);
}

/* --- what came of it -------------------------------------------------------------------------- */

uint64_t diff_changed(const struct diff *diff)
{
	uint64_t count = 0;

	for (size_t i = 0; i < DIRECTIONS; i++)
		count += diff->counts.verdicts[directions[i].from][directions[i].to];
	return count;
}

static int compare_groups(const void *a, const void *b, void *context)
{
	const struct diff *diff = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	uint64_t left = diff->counts.groups[x].count, right = diff->counts.groups[y].count;

	if (left != right)
		return left > right ? -1 : 1;
	return (x > y) - (x < y);
}

size_t *diff_groups_of(const struct diff *diff, size_t direction, size_t *count)
{
	size_t *found, causes = diff->pairs.causes_count;

	*count = 0;
	for (size_t cause = 0; cause < causes; cause++)
		*count += diff->counts.groups[diff_group_at(cause, direction)].count > 0;
	found = calloc(*count + 1, sizeof(*found));
	if (!found)
		return NULL;
	*count = 0;
	for (size_t cause = 0; cause < causes; cause++) {
		if (diff->counts.groups[diff_group_at(cause, direction)].count > 0)
			found[(*count)++] = diff_group_at(cause, direction);
	}
	qsort_r(found, *count, sizeof(*found), compare_groups, (void *)(uintptr_t)diff);
	return found;
}
