/*
 * An explanation as data: what explain_text() and explain_json() write.
 *
 * Private to moderate/. Lives in the explainer's arenas until the next one is made.
 */
#pragma once

#include "match/parts.h"
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
	/*
	 * If the rule does not hold or is unknown: the condition that settles that alone, as deep
	 * in the tree as there is one; of `unless`, the exception. NULL: the rule holds or is
	 * skipped.
	 */
	const struct explained_condition *blocker;
	int64_t cost_ns; /* [ns] of judging it alone; -1: not measured */
};

/* A piece of the text that a view reads in another way, letter case apart. */
struct explained_reading {
	enum view_kind view; /* VIEW_FOLDED or VIEW_DISGUISED */
	struct range range; /* of the original */
	struct span read; /* of the view */
};

struct explanation {
	const struct verdict *verdict;
	struct stage *stage; /* the comment as it was set up; its text is NULL when too long */
	const struct text *text; /* NULL: too long */
	const struct explained_reading *readings;
	size_t readings_count;
	const struct explained_rule *rules;
	size_t rules_count;
	int64_t prepare_ns; /* [ns] views and index; -1: not measured */
	int64_t evaluate_ns; /* [ns] the whole verdict; -1: not measured */
};

#define READINGS_MAX 64 /* further ones are not listed */

/* Makes one. OK, ERR_NOMEM or ERR_INVALID (no such rule). */
int explanation_make(struct explainer *explainer, const struct ruleset *set,
	const struct comment *comment, const struct evaluate_options *options,
	const struct explain_options *shown, struct explanation *out);

/* Fills in the readings; out->text is there. OK or ERR_NOMEM. */
int explanation_find_readings(struct arena *arena, struct explanation *out);

/* What the trigger's pattern is. Out of memory is noted in the scene. */
void explanation_describe(const struct explanation *explanation, const struct trigger *trigger,
	struct pattern_info *out);

/*
 * Traces the trigger's pattern (see matcher_trace()) in the explained comment. False: there is
 * nothing to tell, for the field is empty or was not judged; or memory is short, which is noted in
 * the scene.
 */
bool explanation_trace(const struct explanation *explanation, const struct trigger *trigger,
	struct pattern_trace *out);

/*
 * The words of what a leaf condition found that have endings or beginnings: their number, at most
 * INFLECTED_MAX. As matcher_inflected().
 */
size_t explanation_inflected(const struct explanation *explanation,
	const struct condition *condition, const struct evidence_item *item,
	struct inflected out[INFLECTED_MAX]);

#define FORMS_SHOWN 16

/* The forms that entries of the trigger's pattern have, each once: at most FORMS_SHOWN. */
size_t explanation_forms(const struct explanation *explanation, const struct trigger *trigger,
	const struct forms *out[FORMS_SHOWN]);

/* "yes", "no", "unknown". */
extern const char *const explanation_truths[3];

/* Why the rule does not come to its conditions; NULL if it does. */
const char *explanation_skipped(const struct explained_rule *rule);
