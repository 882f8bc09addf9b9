/* Points per guideline, and the verdict they come to: see tally.h. */
#include "moderate/tally.h"

#include "moderate/evaluate.h"

#include <stdlib.h>

int tally_start(struct tally *tally, struct arena *arena, const struct ruleset *set,
	const struct site *site, struct span section, uint64_t languages)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);

	*tally = (struct tally){.arena = arena, .count = count, .languages = languages};
	ruleset_languages(set, &tally->languages_count);
	tally->lines = arena_zalloc(arena, count, sizeof(*tally->lines));
	if (!tally->lines)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct tally_line *line = &tally->lines[i];

		line->guideline = &guidelines[i];
		ruleset_thresholds(set, site, section, line->guideline, &line->review_at,
			&line->reject_at, &line->off);
	}
	return OK;
}

bool tally_wants(const struct tally *tally, const struct rule *rule, struct effective effective)
{
	if (effective.off)
		return false;
	if (effective.action == ACTION_APPROVE)
		return true;
	return rule->guideline && !tally->lines[rule->guideline->index].off;
}

/* The guidelines that an approve rule lifts. */
static uint64_t lifts(const struct rule *rule)
{
	if (rule->lifts)
		return rule->lifts;
	return rule->guideline ? UINT64_C(1) << rule->guideline->index : UINT64_MAX;
}

static void add_points(struct points *to, int32_t points, bool review, bool mild)
{
	if (mild)
		to->mild += points;
	else if (review)
		to->review += points;
	else
		to->firm += points;
}

/* Adds `worth` points, or `mild` ones where no more than a review may come of them. */
static void add_bounds(
	struct bounds *to, const struct finding *finding, int32_t worth, int32_t mild)
{
	bool review = finding->effective.action == ACTION_REVIEW;

	if (finding->holds == TRUTH_YES)
		add_points(&to->low, finding->mild ? mild : worth, review, finding->mild);
	add_points(&to->high, finding->surely_mild ? mild : worth, review, finding->surely_mild);
}

int tally_add(
	struct tally *tally, const struct finding *finding, enum action *action, int32_t *points)
{
	const struct rule *rule = finding->rule;
	struct tally_line *line;
	int32_t worth, mild;

	*action = finding->effective.action;
	*points = 0;
	if (*action == ACTION_APPROVE) {
		tally->maybe_lifted |= lifts(rule);
		if (finding->holds == TRUTH_YES)
			tally->lifted |= lifts(rule);
		return OK;
	}
	line = &tally->lines[rule->guideline->index];
	worth = *action == ACTION_REVIEW   ? (int32_t)line->review_at
		: *action == ACTION_REJECT ? (int32_t)line->reject_at
					   : finding->effective.points;
	mild = worth;
	if (finding->mild && *action == ACTION_REJECT) {
		*action = ACTION_REVIEW;
		mild = (int32_t)line->review_at;
	}
	*points = finding->mild ? mild : worth;
	line->touched = true;
	if (finding->languages == 0 || finding->languages == tally->languages) {
		add_bounds(&line->all, finding, worth, mild);
		return OK;
	}
	if (!line->own)
		line->own = arena_zalloc(tally->arena, tally->languages_count, sizeof(*line->own));
	if (!line->own)
		return ERR_NOMEM;
	for (uint64_t left = finding->languages; left; left &= left - 1)
		add_bounds(&line->own[__builtin_ctzll(left)], finding, worth, mild);
	return OK;
}

static struct points add(struct points a, struct points b)
{
	return (struct points){a.firm + b.firm, a.review + b.review, a.mild + b.mild};
}

static int64_t sum_of(struct points points)
{
	return (int64_t)points.firm + points.review + points.mild;
}

static enum verdict_kind kind_of(const struct tally_line *line, struct points points)
{
	if (points.firm > 0 && (int64_t)points.firm + points.review >= line->reject_at)
		return VERDICT_REJECT;
	return sum_of(points) >= line->review_at ? VERDICT_REVIEW : VERDICT_APPROVE;
}

/* Whether a is stricter than b. */
static bool is_stricter(const struct tally_line *line, struct points a, struct points b)
{
	enum verdict_kind x = kind_of(line, a), y = kind_of(line, b);

	return x != y ? x > y : sum_of(a) > sum_of(b);
}

/* The points of the strictest language. */
static struct points strictest(const struct tally *tally, const struct tally_line *line, bool high)
{
	struct points all = high ? line->all.high : line->all.low, most = all;

	for (size_t i = 0; line->own && i < tally->languages_count; i++) {
		struct points here = add(all, high ? line->own[i].high : line->own[i].low);

		if (is_stricter(line, here, most))
			most = here;
	}
	return most;
}

/* The points as one number, which stops short of reject where the verdict does. */
static int32_t total(const struct tally_line *line, struct points points)
{
	int64_t points_sum = sum_of(points), ceiling = line->reject_at - 1;

	if (points_sum <= ceiling || kind_of(line, points) == VERDICT_REJECT)
		return (int32_t)points_sum;
	return (int32_t)(ceiling > line->review_at ? ceiling : line->review_at);
}

enum verdict_kind tally_verdict(const struct tally *tally, bool *certain)
{
	enum verdict_kind low = VERDICT_APPROVE, high = VERDICT_APPROVE;

	for (size_t i = 0; i < tally->count; i++) {
		const struct tally_line *line = &tally->lines[i];
		uint64_t bit = UINT64_C(1) << i;
		enum verdict_kind kind;

		if (!line->touched)
			continue;
		kind = kind_of(line, strictest(tally, line, false));
		if (!(tally->maybe_lifted & bit) && kind > low)
			low = kind;
		kind = kind_of(line, strictest(tally, line, true));
		if (!(tally->lifted & bit) && kind > high)
			high = kind;
	}
	*certain = low == high;
	return *certain ? low : VERDICT_REVIEW;
}

/* A guideline's score never says more than its points decided. */
static double score_of(const struct tally_line *line, struct points points)
{
	double score = evaluate_score(total(line, points), line->review_at, line->reject_at);

	return score >= 0.9 && kind_of(line, points) != VERDICT_REJECT ? 0.899 : score;
}

struct ranked {
	struct guideline_points points;
	double score;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->points.high != y->points.high)
		return x->points.high > y->points.high ? -1 : 1;
	return x->points.guideline->index < y->points.guideline->index ? -1 : 1;
}

int tally_report(const struct tally *tally, struct arena *arena, struct verdict *out)
{
	struct ranked ranked[GUIDELINES_MAX];
	struct guideline_points *listed;
	size_t count = 0;

	for (size_t i = 0; i < tally->count; i++) {
		const struct tally_line *line = &tally->lines[i];
		struct points low;

		if (!line->touched)
			continue;
		low = strictest(tally, line, false);
		ranked[count++] = (struct ranked){
			.points = {.guideline = line->guideline,
				.low = total(line, low),
				.high = total(line, strictest(tally, line, true)),
				.exempt = tally->lifted >> i & 1},
			.score = score_of(line, low),
		};
	}
	if (count > 1)
		qsort(ranked, count, sizeof(*ranked), compare_ranked);
	listed = arena_alloc(arena, count * sizeof(*listed));
	if (!listed)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		listed[i] = ranked[i].points;
	out->guidelines = listed;
	out->guidelines_count = count;
	out->score = count ? ranked[0].score : 0.0;
	/* A review that only the unknown asks for has no points to show for it. */
	if (out->kind == VERDICT_REVIEW && out->score < 0.5)
		out->score = 0.5;
	return OK;
}
