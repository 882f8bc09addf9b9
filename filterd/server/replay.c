/* Comments judged again: see replay.h. */
#include "server/replay.h"

#include "server/replay_told.h"
#include "store/history.h"
#include "wire/native.h"

#include <stdlib.h>

/* --- groups --- */

/* Why a comment goes its way. */
struct cause {
	const char *rule, *guideline;
	const struct rule *now; /* the rule in the set */
	const struct rule *found; /* whose places are shown; NULL: all */
	enum side side; /* of the verdict that has them */
	bool before;
};

/* A rule may be called like a guideline: the name of a group says which it is. */
static bool name_group(struct buf *name, const struct replay_group *like)
{
	buf_clear(name);
	buf_printf(name, "%d%d%c", like->from, like->to, like->rule ? 'r' : 'g');
	buf_span(name, span_of(like->rule ? like->rule : like->guideline));
	return !name->failed;
}

static const char *keep_text(struct replay *r, const char *text, bool *failed)
{
	struct span kept = {NULL, 0};

	if (text == NULL)
		return NULL;
	kept = arena_copy(&r->keep, span_of(text));
	*failed |= kept.ptr == NULL;
	return kept.ptr;
}

static struct replay_group *add_group(struct replay *r, const struct replay_group *like)
{
	struct span name = arena_copy(&r->keep, buf_content(&r->name));
	bool failed =
		name.ptr == NULL || !arena_grow(&r->keep, (void **)&r->groups, r->groups_count,
					    &r->groups_capacity, sizeof(*r->groups), 64);
	struct replay_group *group;

	if (failed || map_set(&r->names, name, (uint32_t)r->groups_count) != OK)
		return NULL;
	group = &r->groups[r->groups_count++];
	*group = *like;
	group->rule = keep_text(r, like->rule, &failed);
	group->guideline = keep_text(r, like->guideline, &failed);
	return failed ? NULL : group;
}

/* The group of the like, which is made if there is none; NULL: no memory. */
static struct replay_group *find_group(struct replay *r, const struct replay_group *like)
{
	uint32_t at;

	if (!name_group(&r->name, like))
		return NULL;
	at = map_get(&r->names, buf_content(&r->name));
	return at == MAP_NONE ? add_group(r, like) : &r->groups[at];
}

static int add_example(struct replay *r, struct replay_group *group, const struct queue_item *item,
	struct span text, const struct verdict *verdict, const struct rule *rule)
{
	struct replay_example *example, **end = &group->examples;

	if (group->examples_count >= r->options.examples ||
		r->examples_count >= REPLAY_EXAMPLES_MAX)
		return OK;
	example = arena_zalloc(&r->keep, 1, sizeof(*example));
	if (example == NULL)
		return ERR_NOMEM;
	memcpy(example->queue_id, item->queue_id, QUEUE_ID_SIZE);
	example->site = arena_copy(&r->keep, item->site);
	example->comment_id = arena_copy(&r->keep, item->comment_id);
	if (!example->site.ptr || !example->comment_id.ptr ||
		excerpt_make(&r->keep, text, verdict, rule, &example->excerpt) != OK)
		return ERR_NOMEM;
	while (*end)
		end = &(*end)->next;
	*end = example;
	group->examples_count++;
	r->examples_count++;
	return OK;
}

/* --- causes --- */

/* What keeps the verdict what it is: its strongest rule, else a fault. */
static void find_strongest(const struct verdict *verdict, struct cause *out)
{
	for (size_t i = 0; i < verdict->matches_count; i++) {
		const struct match *match = &verdict->matches[i];

		if (match->shadow || match->points <= 0)
			continue;
		out->rule = match->rule->id;
		out->guideline = match->guideline;
		out->now = out->found = match->rule;
		return;
	}
}

static void find_cause(const struct replay *r, const struct change *change, struct cause *out)
{
	const struct pairs *pairs = &r->pairs;
	size_t guideline = change->cause - pairs->rules_count;

	if (change->cause < pairs->rules_count) {
		const struct rule_pair *pair = &pairs->rules[change->cause];

		out->found = change_rule(pairs, change, &out->side);
		out->rule = pair->id;
		out->now = pair->rules[SIDE_NEW];
	} else if (guideline < pairs->guidelines_count) {
		out->guideline = pairs->guidelines[guideline].id;
		(void)change_rule(pairs, change, &out->side);
	}
}

/* Whether the rule stands in the stored verdict. */
static bool stood_before(const struct verdict *old, const char *rule)
{
	for (size_t i = 0; i < old->matches_count; i++) {
		if (rule && strcmp(old->matches[i].rule->id, rule) == 0)
			return true;
	}
	return false;
}

/* --- one comment --- */

static const enum verdict_kind decided_as[QUEUE_STATES] = {
	[QUEUE_WAITING] = VERDICT_REVIEW,
	[QUEUE_ESCALATED] = VERDICT_REVIEW,
	[QUEUE_APPROVED] = VERDICT_APPROVE,
	[QUEUE_REJECTED] = VERDICT_REJECT,
	[QUEUE_SUPERSEDED] = VERDICT_REVIEW,
};

/* The index of the guideline that a reject is for: the strongest that nothing lifts. */
static uint16_t guideline_of(const struct verdict *verdict)
{
	size_t i = 0;

	while (i + 1 < verdict->guidelines_count && verdict->guidelines[i].exempt)
		i++;
	return verdict->guidelines_count ? (uint16_t)verdict->guidelines[i].guideline->index : 0;
}

static int keep_decision(
	struct replay *r, const struct queue_item *item, const struct verdict *verdict)
{
	struct replay_decision *decision;

	if (r->decisions_count == REPLAY_DECISIONS_MAX)
		return OK;
	if (r->decisions_count == r->decisions_capacity) {
		size_t capacity = r->decisions_capacity ? 2 * r->decisions_capacity : 1024;
		void *larger = realloc(r->decisions, capacity * sizeof(*r->decisions));

		if (larger == NULL)
			return ERR_NOMEM;
		r->decisions = larger;
		r->decisions_capacity = capacity;
	}
	decision = &r->decisions[r->decisions_count++];
	decision->version = item->version;
	decision->reject = verdict->kind == VERDICT_REJECT;
	decision->guideline = guideline_of(verdict);
	memcpy(decision->queue_id, item->queue_id, QUEUE_ID_SIZE);
	return OK;
}

/* What replay_apply() would do about a comment that waits. */
static int plan(struct replay *r, const struct queue_item *item, const struct verdict *verdict)
{
	if (verdict->kind == VERDICT_REVIEW || verdict->degraded)
		return OK;
	if (item->state == QUEUE_ESCALATED) {
		r->counts.escalated++;
		return OK;
	}
	if (item->state != QUEUE_WAITING)
		return OK;
	if (item->claimed_by.len > 0) {
		r->counts.claimed++;
		return OK;
	}
	r->counts.certain[verdict->kind]++;
	return keep_decision(r, item, verdict);
}

/* Counts the comment by its verdicts and what made the difference between them. */
static int count(struct replay *r, const struct queue_item *item, struct span text,
	const struct verdict *old, const struct verdict *new)
{
	struct replay_group like = {.from = decided_as[item->state], .to = new->kind}, *group;
	struct cause cause = {.side = SIDE_NEW};
	struct change change;
	int rc = change_find(&r->pairs, &r->comment, old, new, &change);

	if (rc != OK)
		return rc;
	r->counts.judged++;
	r->counts.verdicts[like.from][like.to]++;
	if (like.from == like.to && like.from != VERDICT_REVIEW)
		return OK;
	if (old->kind != new->kind)
		find_cause(r, &change, &cause);
	else
		find_strongest(new, &cause);
	like.rule = cause.rule;
	like.guideline = cause.guideline;
	like.now = cause.now;
	if (cause.now && cause.now->guideline)
		like.guideline = cause.now->guideline->id;
	group = find_group(r, &like);
	if (group == NULL)
		return ERR_NOMEM;
	group->count++;
	group->before |= stood_before(old, cause.rule);
	return add_example(r, group, item, text, cause.side == SIDE_OLD ? old : new, cause.found);
}

int replay_judge_one(struct replay *r, const struct queue_item *item)
{
	struct native_request request;
	struct refusal refusal = REFUSAL_INIT;
	const struct verdict *verdict;
	struct verdict told;
	int rc;

	arena_reset(&r->comment);
	if (item->request.len == 0) {
		r->counts.erased++;
		return OK;
	}
	if (!native_read_export(item->request, &r->comment, &request, &refusal)) {
		r->counts.unreadable++;
		return refusal.code == REFUSAL_OOM ? ERR_NOMEM : OK;
	}
	/* Rules with dates go by when it was written, not by when it is looked at. */
	if (request.comment.submitted_ms == COMMENT_ABSENT)
		request.comment.submitted_ms = item->queued_ms;
	rc = evaluate(r->evaluator, r->options.set, &request.comment, &r->options.limits, &verdict);
	if (rc == OK)
		rc = replay_told(&r->pairs, &r->comment, item, &request.comment,
			r->options.history ? decided_as[item->state] : VERDICT_REVIEW, &told);
	if (rc == OK)
		rc = count(r, item, request.comment.text, &told, verdict);
	return rc == OK ? plan(r, item, verdict) : rc;
}

/* --- slices --- */

static bool is_stopped(const struct replay *r)
{
	return r->options.stop && atomic_load(r->options.stop);
}

int replay_judge(struct replay *r)
{
	struct queue_filter filter = r->options.filter;
	uint64_t seen = replay_seen(&r->counts);
	struct queue_page page = {.count = 0};
	int rc;

	filter.after = buf_content(&r->cursor);
	filter.no_total = r->total_known;
	filter.limit = REPLAY_PAGE;
	if (r->options.most && r->options.most - seen < filter.limit)
		filter.limit = (size_t)(r->options.most - seen);
	arena_reset(&r->page);
	rc = (r->options.history ? history_list : queue_list)(
		r->options.db, &filter, &r->page, &page);
	if (rc != OK)
		return rc;
	if (!r->total_known)
		r->total = r->options.most && r->options.most < page.total ? r->options.most
									   : page.total;
	r->total_known = true;
	for (size_t i = 0; i < page.count && rc == OK && !is_stopped(r); i++)
		rc = replay_judge_one(r, &page.items[i]);
	r->done = !is_stopped(r) &&
		  (page.next.len == 0 || (r->options.most && seen + page.count >= r->options.most));
	buf_clear(&r->cursor);
	buf_span(&r->cursor, page.next);
	return rc == OK && r->cursor.failed ? ERR_NOMEM : rc;
}

int replay_apply(struct replay *r, int64_t batch, struct span note, int64_t now_ms,
	struct batch_counts *out, bool *done)
{
	struct queue_decision decisions[BATCH_SLICE];
	const struct guideline *guidelines;
	size_t slice = r->decisions_count - r->applied;
	int rc;

	ruleset_guidelines(r->options.set, &guidelines);
	slice = slice < BATCH_SLICE ? slice : BATCH_SLICE;
	for (size_t i = 0; i < slice; i++) {
		const struct replay_decision *from = &r->decisions[r->applied + i];

		decisions[i] = (struct queue_decision){
			.queue_id = {from->queue_id, QUEUE_ID_SIZE - 1},
			.version = from->version,
			.act = from->reject ? QUEUE_REJECT : QUEUE_APPROVE,
			.actor = SPAN(REPLAY_ACTOR),
			.note = note,
			.now_ms = now_ms,
		};
		if (from->reject)
			decisions[i].reason = span_of(guidelines[from->guideline].id);
	}
	rc = batch_decide(r->options.db, batch, decisions, slice, out);
	if (rc == OK)
		r->applied += slice;
	*done = r->applied == r->decisions_count;
	return rc;
}

struct span replay_note(struct arena *arena, const char *what, int64_t batch,
	const struct ruleset *set, struct span who, struct span own)
{
	struct buf note = {.limit = QUEUE_NOTE_MAX};
	struct span kept;

	buf_printf(&note, "%s %lld", what, (long long)batch);
	if (set != NULL)
		buf_printf(&note, " rules %s", ruleset_version(set));
	buf_str(&note, " by ");
	buf_span(&note, who);
	if (own.len > 0) {
		buf_str(&note, ": ");
		buf_span(&note, own);
	}
	kept = arena_copy(arena, buf_content(&note));
	buf_free(&note);
	return kept;
}

/* --- the whole --- */

int replay_new(const struct replay_options *options, struct replay **out)
{
	struct replay *r = calloc(1, sizeof(*r));
	int rc;

	*out = r;
	if (r == NULL)
		return ERR_NOMEM;
	r->options = *options;
	r->options.filter.now_ms = options->now_ms;
	if (options->filter.queued_to_ms == 0 || options->filter.queued_to_ms > options->now_ms)
		r->options.filter.queued_to_ms = options->now_ms + 1;
	arena_init(&r->keep, 0);
	arena_init(&r->page, 0);
	arena_init(&r->comment, 0);
	r->evaluator = evaluator_new(options->guesser);
	rc = pairs_make_told(&r->pairs, options->set);
	if (rc == OK && r->evaluator != NULL)
		return OK;
	replay_free(r);
	*out = NULL;
	return ERR_NOMEM;
}

void replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	evaluator_free(r->evaluator);
	pairs_free(&r->pairs);
	map_free(&r->names);
	arena_free(&r->keep);
	arena_free(&r->page);
	arena_free(&r->comment);
	buf_free(&r->cursor);
	buf_free(&r->name);
	free(r->decisions);
	free(r);
}

uint64_t replay_changed(const struct replay_counts *counts)
{
	uint64_t changed = counts->judged;

	for (size_t i = 0; i < VERDICT_COUNT; i++)
		changed -= counts->verdicts[i][i];
	return changed;
}

static int compare_groups(const void *a, const void *b)
{
	const struct replay_group *x = *(const struct replay_group *const *)a;
	const struct replay_group *y = *(const struct replay_group *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x > y) - (x < y);
}

const struct replay_group **replay_groups(
	const struct replay *r, enum verdict_kind from, enum verdict_kind to, size_t *count_out)
{
	const struct replay_group **found = calloc(r->groups_count + 1, sizeof(*found));

	*count_out = 0;
	if (found == NULL)
		return NULL;
	for (size_t i = 0; i < r->groups_count; i++) {
		if (r->groups[i].from == from && r->groups[i].to == to)
			found[(*count_out)++] = &r->groups[i];
	}
	qsort(found, *count_out, sizeof(*found), compare_groups);
	return found;
}
