/*
 * Evaluation: a comment and a rule set in, a verdict out.
 *
 * The index of literals says which patterns can match, those say which rules can hold; only these
 * rules and the few that depend on no pattern are judged, in the set's order. A comment in which
 * nothing is found costs the same whether there are ten rules or ten thousand.
 */
#include "moderate/evaluate.h"

#include "base/clock.h"
#include "moderate/picks.h"
#include "moderate/spans.h"
#include "moderate/tally.h"

#include <stdlib.h>

struct evaluator {
	struct stage stage;
	struct picks picks;
	struct tally tally;
	struct positions positions[FIELD_COUNT];
	struct match *matches; /* in the arena */
	size_t matches_count, matches_capacity;
};

const struct evaluate_options evaluate_defaults = {
	.text_max = 16 * 1024,
	.comment_ns = 100 * NS_PER_MS,
	.pattern_ns = 25 * NS_PER_MS,
};

struct evaluator *evaluator_new(const struct language_guesser *guesser)
{
	struct evaluator *evaluator = calloc(1, sizeof(*evaluator));

	if (evaluator)
		stage_init(&evaluator->stage, guesser);
	return evaluator;
}

void evaluator_free(struct evaluator *evaluator)
{
	if (!evaluator)
		return;
	stage_free(&evaluator->stage);
	picks_free(&evaluator->picks);
	free(evaluator);
}

double evaluate_score(int32_t points, int64_t review_at, int64_t reject_at)
{
	double p = points, review = (double)review_at, reject = (double)reject_at;

	if (points <= 0)
		return 0.0;
	if (points >= reject_at)
		return 0.9 + 0.1 * (1.0 - reject / p);
	if (points >= review_at)
		return 0.5 + 0.4 * (p - review) / (reject - review);
	return 0.5 * p / review;
}

/* --- what they come to ------------------------------------------------------------------------ */

static struct match *new_match(struct evaluator *evaluator)
{
	if (!arena_grow(&evaluator->stage.arena, (void **)&evaluator->matches,
		    evaluator->matches_count, &evaluator->matches_capacity,
		    sizeof(*evaluator->matches), 8))
		return NULL;
	return &evaluator->matches[evaluator->matches_count++];
}

static int judge(struct evaluator *evaluator, const struct rule *rule)
{
	struct stage *stage = &evaluator->stage;
	struct effective effective = ruleset_effective(
		stage->set, stage->site, stage->scene.comment->article.section, rule);
	struct judgement judgement;
	struct finding finding;
	struct match *match, unseen;
	bool doubted;

	if (!tally_wants(&evaluator->tally, rule, effective))
		return OK;
	stage_judge(stage, rule, &judgement);
	if (stage->scene.failed)
		return ERR_NOMEM;
	if (judgement.holds == TRUTH_NO)
		return OK;
	match = judgement.holds == TRUTH_YES ? new_match(evaluator) : &unseen;
	if (!match)
		return ERR_NOMEM;
	*match = (struct match){
		.rule = rule,
		.guideline = rule->guideline ? rule->guideline->id : "",
		.action = effective.action,
		.shadow = rule->shadow,
	};
	finding = (struct finding){
		.rule = rule,
		.effective = effective,
		.holds = judgement.holds,
		.languages = stage_languages(stage, rule, &doubted),
	};
	finding.mild = judgement.quoted || doubted;
	finding.surely_mild = (judgement.quoted && !judgement.faulted) || doubted;
	if (!rule->shadow &&
		tally_add(&evaluator->tally, &finding, &match->action, &match->points) != OK)
		return ERR_NOMEM;
	if (match == &unseen)
		return OK;
	return spans_make(stage, &judgement.evidence, evaluator->positions, match);
}

static int compare_matches(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	if (x->points != y->points)
		return x->points > y->points ? -1 : 1;
	return x->rule->index < y->rule->index ? -1 : 1;
}

/* The verdict without guidelines and matches. */
static struct verdict *new_verdict(struct evaluator *evaluator)
{
	struct stage *stage = &evaluator->stage;
	struct verdict *verdict = arena_zalloc(&stage->arena, 1, sizeof(*verdict));

	if (!verdict)
		return NULL;
	verdict->degraded = stage->degraded;
	verdict->faults = stage->faults;
	verdict->faults_count = stage->faults_count;
	verdict->language = stage->scene.language;
	verdict->rules_version = ruleset_version(stage->set);
	return verdict;
}

/* A comment that could not be judged: a person has to. */
static int give_up(struct evaluator *evaluator, const struct verdict **out)
{
	struct verdict *verdict = new_verdict(evaluator);

	if (!verdict)
		return ERR_NOMEM;
	verdict->kind = VERDICT_REVIEW;
	verdict->score = 0.5;
	*out = verdict;
	return OK;
}

static int conclude(struct evaluator *evaluator, const struct verdict **out)
{
	struct verdict *verdict = new_verdict(evaluator);
	bool certain;

	if (!verdict || evaluator->stage.scene.failed)
		return ERR_NOMEM;
	verdict->kind = tally_verdict(&evaluator->tally, &certain);
	verdict->degraded |= !certain;
	verdict->matches_count = evaluator->matches_count;
	verdict->matches = evaluator->matches;
	if (evaluator->matches_count > 1)
		qsort(evaluator->matches, evaluator->matches_count, sizeof(struct match),
			compare_matches);
	*out = verdict;
	return tally_report(&evaluator->tally, &evaluator->stage.arena, verdict);
}

int evaluate(struct evaluator *evaluator, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options, const struct verdict **out)
{
	struct stage *stage = &evaluator->stage;
	const struct rule *rules;
	uint32_t index;
	int rc;

	evaluator->matches = NULL;
	evaluator->matches_count = evaluator->matches_capacity = 0;
	memset(evaluator->positions, 0, sizeof(evaluator->positions));
	rc = stage_open(stage, set, comment, options);
	if (rc == ERR_LIMIT)
		return give_up(evaluator, out);
	if (rc == OK)
		rc = tally_start(&evaluator->tally, &stage->arena, set, stage->site,
			comment->article.section, stage->languages);
	if (rc == OK)
		rc = picks_fill(&evaluator->picks, stage);
	ruleset_rules(set, &rules);
	while (rc == OK && picks_take(&evaluator->picks, &index))
		rc = judge(evaluator, &rules[index]);
	return rc == OK ? conclude(evaluator, out) : rc;
}

int evaluate_rule(struct evaluator *evaluator, const struct ruleset *set, const struct rule *rule,
	const struct comment *comment, const struct evaluate_options *options, enum truth *out)
{
	struct judgement judgement;
	int rc = stage_open(&evaluator->stage, set, comment, options);

	*out = TRUTH_UNKNOWN;
	if (rc != OK)
		return rc == ERR_LIMIT ? OK : rc;
	stage_judge(&evaluator->stage, rule, &judgement);
	*out = judgement.holds;
	return evaluator->stage.scene.failed ? ERR_NOMEM : OK;
}
