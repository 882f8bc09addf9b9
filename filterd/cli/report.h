/* A verdict as a person reads it on a terminal. */
#pragma once

#include "cli/out.h"
#include "moderate/verdict.h"

/* The colour of a verdict. */
extern const enum style verdict_styles[VERDICT_COUNT];

/*
 * Writes the verdict, the text with the places that matched, and each match with its rule, reason
 * and points. False when out of memory.
 */
bool report_verdict(struct out *out, const struct ruleset *set, const struct comment *comment,
	const struct verdict *verdict);

/* Writes one match: its rule, action, points, place, reason, and what it found. */
void report_match(struct out *out, const struct match *match);

/*
 * The text with every place in it that a rule without `shadow` found. False when out of memory.
 */
bool report_text(struct out *out, struct span text, const struct verdict *verdict);

/* Writes where a rule stands: "rules/en/threats.yaml:12". */
void report_rule_place(struct out *out, const struct rule *rule);
