/*
 * An explanation as data: what explain_text() and explain_json() write.
 *
 * Private to moderate/. Lives in the explainer's arenas until the next one is made.
 */
#pragma once

#include "moderate/explain.h"
#include "moderate/stage.h"

/* One condition of a rule. */
struct explained_condition {
	const struct condition *condition;
	unsigned depth; /* 0: the `when` or `unless` itself; children follow with one more */
	bool unless;
	enum truth truth;
	struct evidence evidence;
};

struct explained_rule {
	const struct rule *rule;
	struct effective effective; /* on this site */
	enum applies applies;
	bool suspended;
	struct judgement judgement;
	struct explained_condition *conditions;
	size_t conditions_count;
};

struct explanation {
	const struct verdict *verdict;
	struct stage *stage; /* the comment as it was set up; its text is NULL when too long */
	const struct text *text; /* NULL: too long */
	const struct explained_rule *rules;
	size_t rules_count;
};

/* Makes one. OK, ERR_NOMEM or ERR_INVALID (no such rule). */
int explanation_make(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct explanation *out);

/* "yes", "no", "unknown". */
extern const char *const explanation_truths[3];

/* Why the rule does not come to its conditions; NULL if it does. */
const char *explanation_skipped(const struct explained_rule *rule);
