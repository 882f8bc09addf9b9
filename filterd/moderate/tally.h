/*
 * The tally: points per guideline, and the verdict they come to.
 *
 * Points add up, with two exceptions. Rules with `action: review` ask for a person: by themselves,
 * without any rule that has points or rejects, they never reject, however many they are. And what
 * is at most a review (quoted, where the rule says so; or in a language that the comment was said
 * to be in but is not) never counts towards reject. A rule that is unknown widens the interval
 * between the lowest and the highest that the points can be.
 *
 * A comment that may be in several languages is judged in each: points of rules for one language do
 * not add to those of rules for another, as a word that two languages share would count twice. The
 * strictest language decides.
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
	int32_t mild; /* of matches that are at most a review, whatever their rule says */
};

/* The least and the most that they can be. */
struct bounds {
	struct points low, high;
};

struct tally_line {
	const struct guideline *guideline;
	int64_t review_at, reject_at;
	bool off; /* does not count on this site */
	bool touched; /* a rule has added points */
	struct bounds all; /* of rules that judge the comment in every language it may be in */
	struct bounds *own; /* of the others, by language of the set; NULL: there are none */
};

struct tally {
	struct arena *arena;
	struct tally_line *lines; /* by guideline index, in the arena */
	size_t count;
	size_t languages_count; /* of the set */
	uint64_t languages; /* that the comment may be in: bit per index */
	uint64_t lifted; /* guidelines that an approve rule lifts */
	uint64_t maybe_lifted; /* those, and the ones that an unknown approve rule lifts */
};

/*
 * Starts a tally of the set's guidelines for a site and section, and a comment that may be in these
 * of the set's languages (bit per index). OK or ERR_NOMEM.
 */
int tally_start(struct tally *tally, struct arena *arena, const struct ruleset *set,
	const struct site *site, struct span section, uint64_t languages);

/* What came out for a rule that holds, or may. */
struct finding {
	const struct rule *rule;
	struct effective effective;
	enum truth holds; /* yes or unknown */
	bool mild; /* a yes is at most a review */
	bool surely_mild; /* so is what else the rule might find */
	uint64_t languages; /* that it judges the comment in; 0: in all */
};

/* Adds what a rule is worth. *action and *points are what the match shows. OK or ERR_NOMEM. */
int tally_add(
	struct tally *tally, const struct finding *finding, enum action *action, int32_t *points);

/* Whether the rule can change anything: not if its guideline is off. */
bool tally_wants(const struct tally *tally, const struct rule *rule, struct effective effective);

/* The verdict, and *certain: whether every way the unknowns could fall gives it. */
enum verdict_kind tally_verdict(const struct tally *tally, bool *certain);

/* Fills in guidelines (those with points, strongest first) and score. OK or ERR_NOMEM. */
int tally_report(const struct tally *tally, struct arena *arena, struct verdict *out);
