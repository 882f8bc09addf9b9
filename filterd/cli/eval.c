/* Verdicts against labels: see eval.h. */
#include "cli/eval.h"

#include <stdlib.h>

/* One thread. */
struct evaluating {
	struct eval *eval;
	struct evaluator *evaluator;
	struct evaluate_options limits;
	struct example_list noted;
	struct eval_counts counts;
};

/* --- groups of examples ----------------------------------------------------------------------- */

static size_t rules_of(const struct eval *eval)
{
	const struct rule *rules;

	return ruleset_rules(eval->setup.set, &rules);
}

static size_t guidelines_of(const struct eval *eval)
{
	const struct guideline *guidelines;

	return ruleset_guidelines(eval->setup.set, &guidelines);
}

size_t eval_wrong_group(const struct rule *rule)
{
	return rule->index;
}

size_t eval_missed_group(const struct eval *eval, size_t guideline)
{
	return rules_of(eval) + guideline;
}

/* --- one comment ------------------------------------------------------------------------------ */

static struct language_score *language_of(struct eval_counts *counts, const char *tag)
{
	struct language_score *language;

	for (size_t i = 0; i < counts->languages_count; i++) {
		if (strcmp(counts->languages[i].tag, tag) == 0)
			return &counts->languages[i];
	}
	if (counts->languages_count == EVAL_LANGUAGES_MAX)
		return &counts->languages[0];
	language = &counts->languages[counts->languages_count++];
	memcpy(language->tag, tag, strlen(tag) + 1);
	return language;
}

/* The entry's score, made on first use. NULL: no memory, or (*full) there are too many. */
static struct entry_score *entry_of(
	struct eval_counts *counts, uint32_t rule, struct span entry, bool *full)
{
	char name[sizeof(rule) + 512];
	struct span key = {name, sizeof(rule) + entry.len}, kept;
	uint32_t at;

	*full = entry.len > sizeof(name) - sizeof(rule);
	if (*full)
		return NULL;
	memcpy(name, &rule, sizeof(rule));
	memcpy(name + sizeof(rule), entry.ptr, entry.len);
	at = map_get(&counts->entry_names, key);
	if (at != MAP_NONE)
		return &counts->entries[at];
	*full = counts->entries_count == EVAL_ENTRIES_MAX;
	if (*full)
		return NULL;
	kept = arena_copy(&counts->arena, key);
	if (!kept.ptr ||
		!arena_grow(&counts->arena, (void **)&counts->entries, counts->entries_count,
			&counts->entries_capacity, sizeof(*counts->entries), 256) ||
		map_set(&counts->entry_names, kept, (uint32_t)counts->entries_count) != OK)
		return NULL;
	counts->entries[counts->entries_count] =
		(struct entry_score){.entry = span_sub(kept, sizeof(rule), kept.len), .rule = rule};
	return &counts->entries[counts->entries_count++];
}

/* What a hit is for the score: made once for a match, counted for its rule and its entries. */
struct judged_hit {
	enum label_kind label;
	bool right;
	bool part; /* it took part in the verdict */
	bool alone;
};

static void add_hit(struct hit_score *hits, struct judged_hit hit)
{
	if (hit.label == LABEL_REVIEW) {
		hits->between++;
	} else if (hit.right) {
		hits->right++;
		hits->right_part += hit.part;
		hits->right_alone += hit.alone;
	} else {
		hits->wrong++;
		hits->wrong_part += hit.part;
		hits->wrong_alone += hit.alone;
	}
}

/* Counts each entry of a match once. */
static int add_entries(struct eval_counts *counts, const struct match *match, struct judged_hit hit)
{
	for (size_t i = 0; i < match->spans_count; i++) {
		struct span entry = match->spans[i].entry;
		struct entry_score *score;
		bool full, seen = entry.len == 0;

		for (size_t k = 0; k < i && !seen; k++)
			seen = span_eq(match->spans[k].entry, entry);
		if (seen)
			continue;
		score = entry_of(counts, match->rule->index, entry, &full);
		if (!score && !full)
			return ERR_NOMEM;
		if (score)
			add_hit(&score->hits, hit);
	}
	return OK;
}

static struct judged_hit hit_of(
	const struct verdict *verdict, const struct match *match, enum label_kind label)
{
	bool approves = match->action == ACTION_APPROVE;
	struct judged_hit hit = {
		.label = label, .right = label == (approves ? LABEL_OK : LABEL_BAD)};
	size_t others = 0;

	if (match->shadow || approves != (verdict->kind == VERDICT_APPROVE))
		return hit;
	hit.part = true;
	for (size_t i = 0; i < verdict->matches_count; i++)
		others += &verdict->matches[i] != match && verdict->matches[i].points != 0;
	hit.alone = !approves && others == 0;
	return hit;
}

static int count_matches(
	struct evaluating *e, const struct survey_comment *comment, const struct verdict *verdict)
{
	int rc = OK;

	for (size_t i = 0; i < verdict->matches_count && rc == OK; i++) {
		const struct match *match = &verdict->matches[i];
		struct judged_hit hit = hit_of(verdict, match, comment->label->kind);
		size_t group = eval_wrong_group(match->rule);

		add_hit(&e->counts.rules[match->rule->index], hit);
		rc = add_entries(&e->counts, match, hit);
		if (rc == OK && hit.part && !hit.right && hit.label != LABEL_REVIEW &&
			examples_want(&e->eval->examples, group))
			rc = examples_note(&e->noted, group, comment, verdict, match->rule);
	}
	return rc;
}

/* Notes a bad comment that was approved, for each guideline it is labelled with, or for none. */
static int note_missed(struct evaluating *e, const struct survey_comment *comment,
	const struct verdict *verdict, uint64_t said)
{
	size_t count = guidelines_of(e->eval);

	for (size_t i = 0; i <= count; i++) {
		size_t group = eval_missed_group(e->eval, i);
		bool wanted = i < count ? said >> i & 1 : said == 0;

		if (wanted && examples_want(&e->eval->examples, group) &&
			examples_note(&e->noted, group, comment, verdict, NULL) != OK)
			return ERR_NOMEM;
	}
	return OK;
}

static int judge(void *state, const struct survey_comment *comment)
{
	struct evaluating *e = state;
	const struct setup *setup = &e->eval->setup;
	struct eval_counts *counts = &e->counts;
	enum label_kind label = comment->label->kind;
	const struct verdict *verdict;
	uint64_t said;
	int rc;

	if (label == LABEL_NONE)
		return OK;
	rc = evaluate(e->evaluator, setup->set, comment->comment, &e->limits, &verdict);
	if (rc != OK)
		return rc;
	said = scores_add(&counts->scores, setup->set, &e->eval->mappings, comment->comment,
		comment->label, verdict);
	language_of(counts, verdict->language.tag)->verdicts[label][verdict->kind]++;
	rc = count_matches(e, comment, verdict);
	if (rc == OK && label == LABEL_BAD && verdict->kind == VERDICT_APPROVE)
		rc = note_missed(e, comment, verdict, said);
	return rc;
}

/* --- all of them ------------------------------------------------------------------------------ */

static void collect(void *context, void *state)
{
	struct eval *eval = context;
	struct evaluating *e = state;

	examples_take(&eval->examples, &e->noted);
}

static int counts_init(struct eval_counts *counts, const struct eval *eval)
{
	/* The unknown language comes first, so that there is always room for it. */
	counts->languages_count = 1;
	counts->rules = calloc(rules_of(eval), sizeof(*counts->rules));
	return counts->rules ? OK : ERR_NOMEM;
}

static void counts_free(struct eval_counts *counts)
{
	free(counts->rules);
	map_free(&counts->entry_names);
	arena_free(&counts->arena);
}

static void hits_join(struct hit_score *to, const struct hit_score *from)
{
	to->right += from->right;
	to->wrong += from->wrong;
	to->between += from->between;
	to->right_part += from->right_part;
	to->wrong_part += from->wrong_part;
	to->right_alone += from->right_alone;
	to->wrong_alone += from->wrong_alone;
}

static int counts_join(
	struct eval_counts *to, const struct eval_counts *from, const struct eval *eval)
{
	scores_join(&to->scores, &from->scores);
	for (size_t i = 0; i < from->languages_count; i++) {
		struct language_score *language = language_of(to, from->languages[i].tag);

		for (size_t label = 0; label < LABEL_COUNT; label++)
			for (size_t verdict = 0; verdict < VERDICT_COUNT; verdict++)
				language->verdicts[label][verdict] +=
					from->languages[i].verdicts[label][verdict];
	}
	for (size_t i = 0; i < rules_of(eval); i++)
		hits_join(&to->rules[i], &from->rules[i]);
	for (size_t i = 0; i < from->entries_count; i++) {
		const struct entry_score *entry = &from->entries[i];
		bool full;
		struct entry_score *sum = entry_of(to, entry->rule, entry->entry, &full);

		if (!sum && !full)
			return ERR_NOMEM;
		if (sum)
			hits_join(&sum->hits, &entry->hits);
	}
	return OK;
}

static int survey_all(struct run *run, struct eval *eval, const struct texts *files,
	struct evaluating *threads, void *const *states, unsigned count)
{
	struct survey survey = {
		.run = run,
		.files = files->items,
		.files_count = files->count,
		.line_max = (size_t)eval->setup.config->limits.request,
		.threads = count,
		.doing = "judging",
		.states = states,
		.judge = judge,
		.collect = collect,
		.context = eval,
	};
	int code = survey_run(&survey), rc = eval->examples.failed ? ERR_NOMEM : OK;

	eval->comments = survey.comments;
	eval->refused = survey.refused;
	for (unsigned i = 0; i < count && rc == OK; i++)
		rc = counts_join(&eval->counts, &threads[i].counts, eval);
	if (code == CLI_FINE && rc != OK)
		code = cli_failed(run, CLI_OUTPUT, "out of memory");
	return code;
}

int eval_run(struct run *run, struct eval *eval, const struct texts *files, unsigned threads,
	unsigned examples)
{
	struct evaluating *all = calloc(threads, sizeof(*all));
	void *states[STREAM_THREADS_MAX];
	int rc = all ? counts_init(&eval->counts, eval) : ERR_NOMEM, code;

	if (rc == OK)
		rc = examples_init(&eval->examples,
			eval_missed_group(eval, guidelines_of(eval)) + 1, examples);
	for (unsigned i = 0; i < threads && rc == OK; i++) {
		states[i] = &all[i];
		all[i].eval = eval;
		all[i].limits = survey_limits(&eval->setup);
		all[i].evaluator = evaluator_new(eval->setup.guesser);
		rc = all[i].evaluator ? counts_init(&all[i].counts, eval) : ERR_NOMEM;
	}
	code = rc == OK ? survey_all(run, eval, files, all, states, threads)
			: cli_failed(run, CLI_OUTPUT, "out of memory");
	for (unsigned i = 0; all && i < threads; i++) {
		evaluator_free(all[i].evaluator);
		arena_free(&all[i].noted.arena);
		counts_free(&all[i].counts);
	}
	free(all);
	return code;
}

void eval_free(struct eval *eval)
{
	examples_free(&eval->examples);
	counts_free(&eval->counts);
	setup_free(&eval->setup);
}

/* --- what came of it -------------------------------------------------------------------------- */

struct share eval_precision(const struct hit_score *hits)
{
	return (struct share){hits->right, hits->right + hits->wrong};
}

double eval_cost(const struct hit_score *hits)
{
	double wrong = (double)hits->wrong_part, all = wrong + (double)hits->right_part;

	return all > 0 ? wrong * wrong / all : 0;
}

static int compare_hits(const struct hit_score *a, const struct hit_score *b)
{
	double left = eval_cost(a), right = eval_cost(b);

	if (left != right)
		return left > right ? -1 : 1;
	if (a->wrong != b->wrong)
		return a->wrong > b->wrong ? -1 : 1;
	return a->right != b->right ? (a->right > b->right ? -1 : 1) : 0;
}

static bool has_hits(const struct hit_score *hits)
{
	return hits->right + hits->wrong + hits->between > 0;
}

static int compare_rules(const void *a, const void *b, void *context)
{
	const struct eval *eval = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = compare_hits(&eval->counts.rules[x], &eval->counts.rules[y]);

	return order ? order : (x > y) - (x < y);
}

size_t *eval_rules(const struct eval *eval, size_t *count)
{
	size_t *found = calloc(rules_of(eval) + 1, sizeof(*found));

	*count = 0;
	for (size_t i = 0; found && i < rules_of(eval); i++) {
		if (has_hits(&eval->counts.rules[i]))
			found[(*count)++] = i;
	}
	if (found)
		qsort_r(found, *count, sizeof(*found), compare_rules, (void *)(uintptr_t)eval);
	return found;
}

static int compare_entries(const void *a, const void *b, void *context)
{
	const struct eval *eval = context;
	const struct entry_score *x = &eval->counts.entries[*(const size_t *)a];
	const struct entry_score *y = &eval->counts.entries[*(const size_t *)b];
	int order = compare_hits(&x->hits, &y->hits);

	if (order)
		return order;
	return x->rule != y->rule ? (x->rule > y->rule ? 1 : -1) : span_cmp(x->entry, y->entry);
}

size_t *eval_entries(const struct eval *eval, size_t *count)
{
	size_t *found = calloc(eval->counts.entries_count + 1, sizeof(*found));

	*count = found ? eval->counts.entries_count : 0;
	for (size_t i = 0; i < *count; i++)
		found[i] = i;
	if (found)
		qsort_r(found, *count, sizeof(*found), compare_entries, (void *)(uintptr_t)eval);
	return found;
}

static int compare_missed(const void *a, const void *b, void *context)
{
	const struct eval *eval = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	uint64_t left = eval->counts.scores.guidelines[x].missed;
	uint64_t right = eval->counts.scores.guidelines[y].missed;

	return left != right ? (left > right ? -1 : 1) : (x > y) - (x < y);
}

size_t *eval_missed(const struct eval *eval, size_t *count)
{
	size_t *found = calloc(guidelines_of(eval) + 1, sizeof(*found));

	*count = 0;
	for (size_t i = 0; found && i < guidelines_of(eval); i++) {
		if (eval->counts.scores.guidelines[i].missed)
			found[(*count)++] = i;
	}
	if (found)
		qsort_r(found, *count, sizeof(*found), compare_missed, (void *)(uintptr_t)eval);
	return found;
}
