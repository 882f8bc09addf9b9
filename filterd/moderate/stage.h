/*
 * The stage: one comment set up for its rules, and one rule judged at a time.
 *
 * Private to moderate/. It makes the scene that conditions look at: texts and scans of the fields,
 * language, article words. It decides what is asked of a rule besides its conditions: language,
 * dates, `unless`, quotes. A stage is one thread's, used for comment after comment; what it gives
 * out lives in its arena until stage_open() is called again.
 */
#pragma once

#include "moderate/evaluate.h"
#include "rules/condition.h"

#define FAULTS_MAX 32 /* further ones are not listed */

/* One field of the comment. */
struct stage_field {
	struct scan *scan; /* kept from comment to comment; NULL until needed */
	const struct matcher *matcher; /* NULL: no rule looks for patterns here */
	struct text text;
	struct span value;
	bool prepared; /* text is there */
	bool scanned; /* scan holds this comment's candidates */
	bool quotes_found;
	bool too_long; /* not judged: everything asked about it is unknown */
};

struct stage {
	struct scene scene; /* first: conditions get a pointer to it */
	struct arena arena;
	const struct language_guesser *guesser;
	const struct ruleset *set;
	const struct site *site; /* NULL: not configured */
	const struct evaluate_options *options;
	struct stage_field fields[FIELD_COUNT];
	struct scan_limits limits;
	uint64_t languages; /* that the comment may be in: bit per index in ruleset_languages() */
	uint64_t doubted; /* of these, the one it was said to be in but does not read as */
	unsigned judged; /* rules so far */
	bool late; /* the comment's time is over */
	const struct rule *rule; /* the one being judged */
	bool in_when; /* places that do not count for the rule are left out */
	bool faulted; /* a condition of the rule met a fault */
	struct span *article_words; /* open-addressed set of folded words; NULL until asked */
	size_t article_mask;
	struct fault *faults;
	size_t faults_count;
	bool degraded; /* a rule that is not only in shadow met a fault */
};

/* What came out for one rule. */
struct judgement {
	enum truth holds;
	bool quoted; /* it holds, and every place stands in a quoted passage */
	bool faulted; /* something was unknown on the way: there may be more places */
	struct evidence evidence;
};

/* Why a rule does not come to its conditions at all. */
enum applies {
	APPLIES,
	APPLIES_OTHER_LANGUAGE,
	APPLIES_NOT_YET, /* before `from` */
	APPLIES_NO_LONGER, /* after `until` */
};

/* An empty stage; `guesser` may be NULL and must outlive it. */
void stage_init(struct stage *stage, const struct language_guesser *guesser);
void stage_free(struct stage *stage);

/*
 * Sets up a comment: set, comment and options must stay until the next call. OK; ERR_NOMEM;
 * ERR_LIMIT: the comment's text is too long to be judged (the fault is noted).
 */
int stage_open(struct stage *stage, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options);

/* Whether the rule is for this comment's language and time. */
enum applies stage_applies(const struct stage *stage, const struct rule *rule);

/*
 * The languages that the rule judges the comment in: 0 for a rule that is for every language.
 * *doubted is whether the comment seems to be in none of them, whatever it was said to be in.
 */
uint64_t stage_languages(const struct stage *stage, const struct rule *rule, bool *doubted);

/* Judges one rule. Out of memory is noted in stage->scene.failed. */
void stage_judge(struct stage *stage, const struct rule *rule, struct judgement *out);

/*
 * Tests one condition as a part of the rule: of its `when`, or of its `unless`, where every place
 * counts. *faulted (may be NULL) tells whether something was unknown.
 */
enum truth stage_test(struct stage *stage, const struct rule *rule,
	const struct condition *condition, bool in_when, struct evidence *evidence, bool *faulted);

/* Notes a fault of the rule being judged (rule NULL: of the comment). `code` is a literal. */
void stage_fault(struct stage *stage, const char *code, const struct rule *rule);

/* Whether the place is quoted. */
bool stage_quoted(struct stage *stage, enum field field, struct range range);
