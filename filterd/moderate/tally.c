/* Points per guideline, and the verdict they come to: see tally.h. */
#include "moderate/tally.h"

#include "moderate/evaluate.h"

#include <stdlib.h>

int tally_start(struct tally *tally, struct arena *arena, const struct ruleset *set,
	const struct site *site, struct span section)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);

	*tally = (struct tally){.count = count};
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

static void add_points(struct points *to, int32_t points, bool review, bool quoted)
{
	if (quoted)
		to->quoted += points;
	else if (review)
		to->review += points;
	else
		to->firm += points;
}

void tally_add(struct tally *tally, const struct rule *rule, struct effective effective,
	enum truth holds, bool quoted, bool surely_quoted, enum action *action, int32_t *points)
{
	struct tally_line *line;
	int32_t worth, mild;
	bool review = effective.action == ACTION_REVIEW;

	*action = effective.action;
	*points = 0;
	if (effective.action == ACTION_APPROVE) {
		tally->maybe_lifted |= lifts(rule);
		if (holds == TRUTH_YES)
			tally->lifted |= lifts(rule);
		return;
	}
	line = &tally->lines[rule->guideline->index];
	worth = effective.action == ACTION_REVIEW   ? (int32_t)line->review_at
		: effective.action == ACTION_REJECT ? (int32_t)line->reject_at
						    : effective.points;
	mild = worth;
	if (quoted && effective.action == ACTION_REJECT) {
		*action = ACTION_REVIEW;
		mild = (int32_t)line->review_at;
	}
	line->touched = true;
	if (holds == TRUTH_YES)
		add_points(&line->low, quoted ? mild : worth, review, quoted);
	add_points(&line->high, surely_quoted ? mild : worth, review, surely_quoted);
	*points = quoted ? mild : worth;
}

static int64_t sum_of(struct points points)
{
	return (int64_t)points.firm + points.review + points.quoted;
}

static enum verdict_kind kind_of(const struct tally_line *line, struct points points)
{
	if (points.firm > 0 && (int64_t)points.firm + points.review >= line->reject_at)
		return VERDICT_REJECT;
	return sum_of(points) >= line->review_at ? VERDICT_REVIEW : VERDICT_APPROVE;
}

/* The points as one number, which stops short of reject where the verdict does. */
static int32_t total(const struct tally_line *line, struct points points)
{
	int64_t sum = sum_of(points), ceiling = line->reject_at - 1;

	if (sum <= ceiling || kind_of(line, points) == VERDICT_REJECT)
		return (int32_t)sum;
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
		kind = kind_of(line, line->low);
		if (!(tally->maybe_lifted & bit) && kind > low)
			low = kind;
		kind = kind_of(line, line->high);
		if (!(tally->lifted & bit) && kind > high)
			high = kind;
	}
	*certain = low == high;
	return *certain ? low : VERDICT_REVIEW;
}

/* A guideline's score never says more than its points decided. */
static double score_of(const struct tally_line *line)
{
	double score = evaluate_score(total(line, line->low), line->review_at, line->reject_at);

	return score >= 0.9 && kind_of(line, line->low) != VERDICT_REJECT ? 0.899 : score;
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

		if (!line->touched)
			continue;
		ranked[count++] = (struct ranked){
			.points = {.guideline = line->guideline,
				.low = total(line, line->low),
				.high = total(line, line->high),
				.exempt = tally->lifted >> i & 1},
			.score = score_of(line),
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
