/*
 * Change: what makes two rule sets judge one comment differently.
 *
 * Rules and guidelines of the sets are paired by their ids. A verdict that changes has one cause:
 * the rule that weighs most among those whose match differs and whose difference leads the way the
 * verdict went, in the guideline that decides; without such a rule (other thresholds, an override)
 * that guideline; without a guideline (a limit was hit) nothing that has a name.
 */
#pragma once

#include "base/map.h"
#include "moderate/verdict.h"

enum side {
	SIDE_OLD,
	SIDE_NEW,
	SIDE_COUNT,
};

struct rule_pair {
	const char *id;
	const struct rule *rules[SIDE_COUNT]; /* NULL: that set has none of this id */
};

struct guideline_pair {
	const char *id;
	const struct guideline *guidelines[SIDE_COUNT];
};

/* The rules and guidelines of two sets: the new set's in its order, then those the old one alone
 * has. */
struct pairs {
	struct arena arena; /* holds what is below */
	struct rule_pair *rules;
	size_t rules_count;
	struct guideline_pair *guidelines;
	size_t guidelines_count;
	uint32_t *of_rule[SIDE_COUNT]; /* by the rule's index in its set */
	uint32_t *of_guideline[SIDE_COUNT];
	/* Causes are numbered: the rules, the guidelines, and last the one without a name. */
	size_t causes_count;
	struct map rule_names, guideline_names; /* the pairs by their ids */
	size_t rules_most, guidelines_most; /* that there is room for */
};

/* Pairs the sets, which must outlive *out. OK or ERR_NOMEM; pairs_free() in every case. */
int pairs_make(struct pairs *out, const struct ruleset *old, const struct ruleset *new);
void pairs_free(struct pairs *pairs);

#define PAIRS_TOLD_MAX 4096 /* rules, and guidelines, that are told of and not in the new set */

/*
 * The same where the old side is verdicts that were written down, under whatever rules: its rules
 * and guidelines are known by their ids alone, and added as they are told of. Causes are renumbered
 * by that.
 */
int pairs_make_told(struct pairs *out, const struct ruleset *new);

/*
 * The rule or guideline of that id on the told side, of which only `id` and `index` mean anything.
 * OK; ERR_LIMIT: there are too many, do without; ERR_NOMEM.
 */
int pairs_told_rule(struct pairs *pairs, struct span id, const struct rule **out);
int pairs_told_guideline(struct pairs *pairs, struct span id, const struct guideline **out);

/* A rule whose match is not the same. */
struct difference {
	uint32_t pair; /* into pairs->rules */
	const struct match *matches[SIDE_COUNT]; /* NULL: it did not hold */
};

struct change {
	const struct verdict *verdicts[SIDE_COUNT];
	struct difference *differences; /* in the arena; those that can do most first */
	size_t differences_count;
	uint32_t cause; /* if the verdicts differ */
};

/*
 * Compares the verdicts of one comment. A match is the same when its guideline, action,
 * own points and shadow are. *out lives
 * in the arena and points to the verdicts. OK or ERR_NOMEM.
 */
int change_find(const struct pairs *pairs, struct arena *arena, const struct verdict *old,
	const struct verdict *new, struct change *out);

/*
 * The rule that is the cause, in the set of the side whose verdict has its places; NULL if the
 * cause is no rule, and *side is the stricter one, or the new one of equals.
 */
const struct rule *change_rule(
	const struct pairs *pairs, const struct change *change, enum side *side);

/* Points of a difference's match on one side; 0 if the rule did not hold. */
int32_t difference_points(const struct difference *difference, enum side side);
