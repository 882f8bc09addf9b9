/*
 * The verdict on one comment: what is answered, with everything that led to it.
 *
 * Lives in the evaluator's arena until its next evaluation; names and reasons point into the rule
 * set, whose reference the caller must hold as long as it reads the verdict.
 */
#pragma once

#include "rules/comment.h"
#include "rules/ruleset.h"
#include "text/language.h"

enum verdict_kind {
	VERDICT_APPROVE,
	VERDICT_REVIEW,
	VERDICT_REJECT,
	VERDICT_COUNT,
};

/* "approve", "review", "reject". */
extern const char *const verdict_names[VERDICT_COUNT];

/* One place where a rule's pattern matched. All ranges are half-open and into the original field.
 */
struct match_span {
	struct range bytes;
	struct range chars; /* code points */
	struct range utf16; /* UTF-16 units */
	struct span text; /* the original bytes */
	struct span
		entry; /* the list entry, word or phrase alternative that matched; may be empty */
	bool disguised; /* found only in the disguised view */
	bool quoted; /* inside a quoted passage */
};

#define MATCH_SPANS_MAX 16 /* further places of one rule's match are not listed */

/* A rule that holds for the comment. */
struct match {
	const struct rule *rule;
	const char *guideline; /* id of the guideline it counts for */
	enum action action; /* after site overrides and in_quotes */
	int32_t points; /* added to the guideline; 0 for shadow and approve rules */
	bool shadow; /* no effect on the verdict */
	enum field field; /* where the spans are */
	const struct match_span *spans;
	size_t spans_count;
};

/* Points one guideline collected: [low, high], equal unless a rule is unknown. */
struct guideline_points {
	const struct guideline *guideline;
	int32_t low, high;
	bool exempt; /* an approve rule lifted it */
};

/* Why a verdict is not as certain as it should be. */
struct fault {
	const char *code; /* "regex_limit", "deadline", "too_long", "rule_suspended", ... */
	const struct rule *rule; /* NULL: the comment as a whole */
};

struct verdict {
	enum verdict_kind kind;
	double score; /* 0 to 1: < 0.5 approve, >= 0.5 review, >= 0.9 reject (before exemptions) */
	bool degraded; /* at least one fault of a rule that is not in shadow */
	const struct guideline_points *guidelines; /* those with points, strongest first */
	size_t guidelines_count;
	const struct match *matches; /* strongest first, then in the rule set's order */
	size_t matches_count;
	const struct fault *faults;
	size_t faults_count;
	struct language language;
	const char *rules_version; /* 8 hex digits */
};
