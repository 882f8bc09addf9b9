/*
 * The tally: points per guideline, and the verdict they come to.
 *
 * Points add up, with two exceptions. Rules with `action: review` ask for a person: by themselves,
 * without any rule that has points or rejects, they never reject, however many they are. And what
 * is quoted, where the rule says that this is at most a review, never counts towards reject. A rule
 * that is unknown widens the interval between the lowest and the highest that the points can be.
 *
 * What decides is monotone in the points and in the guidelines lifted. So the verdict of the lowest
 * points with every unknown approve rule lifting, and that of the highest points with none, bound
 * every way in which the unknowns could fall: if the two agree, all do.
 */
#pragma once

#include "moderate/verdict.h"

struct points {
	int32_t firm; /* of rules with points, and of those that reject */
	int32_t review; /* of rules that ask for review */
	int32_t quoted; /* of matches that are at most a review because they are quoted */
};

struct tally_line {
	const struct guideline *guideline;
	int64_t review_at, reject_at;
	bool off; /* does not count on this site */
	bool touched; /* a rule has added points */
	struct points low, high;
};

struct tally {
	struct tally_line *lines; /* by guideline index, in the arena */
	size_t count;
	uint64_t lifted; /* guidelines that an approve rule lifts */
	uint64_t maybe_lifted; /* those, and the ones that an unknown approve rule lifts */
};

/* Starts a tally of the set's guidelines for a site and section. OK or ERR_NOMEM. */
int tally_start(struct tally *tally, struct arena *arena, const struct ruleset *set,
	const struct site *site, struct span section);

/*
 * Adds what a rule is worth. `holds` is yes or unknown; `quoted` says that a yes is at most a
 * review; `surely_quoted` is false when there may be places that are not quoted. *action and
 * *points are what the match shows.
 */
void tally_add(struct tally *tally, const struct rule *rule, struct effective effective,
	enum truth holds, bool quoted, bool surely_quoted, enum action *action, int32_t *points);

/* Whether the rule can change anything: not if its guideline is off. */
bool tally_wants(const struct tally *tally, const struct rule *rule, struct effective effective);

/* The verdict, and *certain: whether every way the unknowns could fall gives it. */
enum verdict_kind tally_verdict(const struct tally *tally, bool *certain);

/* Fills in guidelines (those with points, strongest first) and score. OK or ERR_NOMEM. */
int tally_report(const struct tally *tally, struct arena *arena, struct verdict *out);
