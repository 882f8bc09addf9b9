/*
 * A rule set: all guidelines, lists and rules of one or more folders, compiled and immutable.
 *
 * ruleset_load() reads every *.yaml of the folders in byte order of their paths, reports every
 * mistake, and gives a set only if there is none: a broken set is never half in force. Threads
 * share a set by reference count; the last ruleset_unref() frees it.
 */
#pragma once

#include "match/matcher.h"
#include "rules/comment.h"
#include "rules/schema.h"
#include "text/chars.h"
#include "text/lexicon.h"

#define RULES_MAX 100000 /* rules in a set */
#define GUIDELINES_MAX 64 /* guidelines in a set */
#define LANGUAGES_MAX 64 /* languages that rules of a set are for */
#define RULE_FILES_MAX 1000 /* files in a set, word files included */
#define RULESET_SIZE_MAX (64 * 1024 * 1024) /* [bytes] of all files together */
#define RULE_ID_MAX 128 /* [bytes] of [A-Za-z0-9._/-] */
#define POINTS_MAX 1000 /* of one rule and of a threshold */
#define RULES_VERSION_SIZE 9 /* 8 hex digits and NUL */

enum action {
	ACTION_POINTS, /* adds the rule's own points */
	ACTION_REVIEW, /* points that reach review_at */
	ACTION_REJECT, /* points that reach reject_at */
	ACTION_APPROVE, /* lifts guidelines */
	ACTION_COUNT,
};

/* "points", "review", "reject", "approve". */
extern const char *const action_names[ACTION_COUNT];

enum in_quotes {
	IN_QUOTES_SAME, /* a quoted match counts like any other */
	IN_QUOTES_REVIEW, /* if every match is quoted, at most review */
	IN_QUOTES_IGNORE, /* quoted matches do not count */
};

struct guideline {
	const char *id;
	uint32_t index; /* 0..GUIDELINES_MAX-1, in the order of the files */
	struct wording title;
	struct wording description;
	int64_t review_at; /* [points] */
	int64_t reject_at; /* [points] */
	const struct source *source;
	const struct yaml_node *node;
};

/* A sentence of a rule's own `tests`, with context if it needs one. */
struct rule_test {
	struct comment comment;
	bool match; /* the rule must hold; else it must not */
	const struct yaml_node *node;
};

/* A language that rules are for. */
struct rule_language {
	struct span tag;
	enum script script;
	unsigned also; /* language_bit() */
};

struct rule {
	const char *id;
	uint32_t index; /* in the set's order */
	const struct guideline *guideline; /* NULL for an approve rule that lifts named or all */
	struct wording reason;
	enum action action;
	int32_t points; /* of ACTION_POINTS */
	uint64_t lifts; /* of ACTION_APPROVE: bit per guideline index */
	const struct span *languages; /* it applies to these; count 0: to every language */
	size_t languages_count;
	uint64_t languages_set; /* the same: bit per index in ruleset_languages() */
	struct condition *when;
	struct condition *unless; /* NULL: none; exceptions of other files are joined in by `any` */
	enum in_quotes in_quotes;
	bool excuse_article_words;
	bool disguised;
	bool shadow;
	int64_t from_ms, until_ms; /* COMMENT_ABSENT: no bound; until is exclusive */
	const struct rule_test *tests;
	size_t tests_count;
	const struct source *source;
	const struct yaml_node *node;
};

/* What a site, or a section of it, changes about a rule or guideline (configuration, `sites`). */
struct override {
	struct span rules; /* rule id or glob (* within and across /) */
	struct span section; /* of the article; empty: all */
	bool off;
	bool has_action;
	enum action action; /* with has_action */
	int32_t points; /* with has_action and ACTION_POINTS */
	const struct yaml_node *node;
};

struct threshold {
	struct span guideline;
	struct span section; /* empty: all */
	int64_t review_at, reject_at; /* 0: unchanged */
	bool off; /* the guideline does not count */
	const struct yaml_node *node;
};

/* How strict a publisher is: scales what it takes to act. */
enum temperament {
	TEMPERAMENT_BALANCED, /* the thresholds as the rules have them */
	TEMPERAMENT_STRICT,
	TEMPERAMENT_OPEN,
	TEMPERAMENT_COUNT,
};

struct site {
	struct span name;
	enum temperament temperament;
	struct span lang; /* taken when a comment names none */
	const struct override *overrides;
	size_t overrides_count;
	const struct threshold *thresholds;
	size_t thresholds_count;
};

struct ruleset; /* opaque; getters below */

/* A file that a set is made of. */
struct ruleset_file {
	const char *path; /* as errors name it */
	const char *relative; /* below its folder, or as a list names it: part of the version */
	struct span text;
	bool words; /* a word file of a list; else YAML */
};

struct ruleset_options {
	const char *const *folders; /* in this order */
	size_t folders_count;
	/*
	 * Instead of folders: these files with these texts, which are copied. Nothing is read from
	 * disk; a word file that is not among them is an error.
	 */
	const struct ruleset_file *files;
	size_t files_count; /* 0: folders */
	enum temperament temperament; /* of comments of no configured site */
	const struct site *sites; /* of the configuration; must outlive the set; may be NULL */
	size_t sites_count;
	const struct source *sites_source; /* where errors about them are placed */
	bool origins; /* remember where patterns and list entries stand: see origins.h */
	/*
	 * Look for all that may be wrong, which takes its time, and give the set even if it is
	 * refused: without the rules that are broken, for the tests of the others alone.
	 */
	bool lint;
};

/*
 * Loads and compiles. OK with *out (reference count 1); ERR_INVALID with errors added; ERR_NOMEM;
 * ERR_LIMIT with an error added; with `lint` *out may be set after ERR_INVALID, too. Warnings may
 * be added in every case. Does NOT run the rules' own tests: moderate/selftest.h does. Sources that
 * errors point to are kept by *keep (freed by the caller with arena_free() after the errors are
 * shown), so that a refused set can still be quoted.
 */
int ruleset_load(const struct ruleset_options *options, struct errors *errors, struct arena *keep,
	struct ruleset **out);

struct ruleset *ruleset_ref(struct ruleset *set);
void ruleset_unref(struct ruleset *set); /* NULL is legal */
/* Frees a set that nobody else holds, but gives the sources that errors point to to *keep. */
void ruleset_refuse(struct ruleset *set, struct arena *keep);

const char *ruleset_version(const struct ruleset *set);
size_t ruleset_rules(const struct ruleset *set, const struct rule **out);
size_t ruleset_guidelines(const struct ruleset *set, const struct guideline **out);
/* What the set was made of: YAML in the order of loading, word files after, none twice. */
size_t ruleset_files(const struct ruleset *set, const struct ruleset_file **out);
/* NULL when no rule looks for patterns in the field. */
const struct matcher *ruleset_matcher(const struct ruleset *set, enum field field);
const struct lexicon *ruleset_lexicon(const struct ruleset *set);
/* Rules that must be tested whatever the text; ascending indexes. */
const uint32_t *ruleset_always(const struct ruleset *set, size_t *count);
/* Rules that may hold when this pattern is a candidate; ascending indexes. */
const uint32_t *ruleset_triggered(
	const struct ruleset *set, enum field field, uint32_t pattern, size_t *count);
/* The languages that rules of the set are for. */
const struct rule_language *ruleset_languages(const struct ruleset *set, size_t *count);
/* Whether any rule is for some languages only, or asks for the language: else none is guessed. */
bool ruleset_needs_language(const struct ruleset *set);

/* What holds for a rule on a site and section, overrides applied; the last that fits wins. */
struct effective {
	bool off;
	enum action action;
	int32_t points;
};
/* `site` may be empty or unknown: then no overrides. Precomputed: O(1) unless sections matter. */
const struct site *ruleset_site(const struct ruleset *set, struct span name);
struct effective ruleset_effective(const struct ruleset *set, const struct site *site,
	struct span section, const struct rule *rule);
/*
 * What it takes to act there: a guideline's own thresholds, scaled by the temperament (rounded, at
 * least 1, and 1000, which says never, stays), or those that the site has for it.
 */
void ruleset_thresholds(const struct ruleset *set, const struct site *site, struct span section,
	const struct guideline *guideline, int64_t *review_at, int64_t *reject_at, bool *off);
