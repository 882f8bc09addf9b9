/*
 * The coverage of tests: which rules, entries of lists and alternatives no test hits.
 *
 * A rule is covered by a test for which it holds. An entry, or an alternative (a phrase or regex, a
 * word of `words`, what stands between bars in a phrase), is covered where it stands in the comment
 * and matters: under `when` if the rule holds, under `unless` and `none` if these keep it from
 * holding. Entries count once, however many rules use their list; lists of which no pattern is made
 * (domains) do not count.
 */
#pragma once

#include "moderate/evaluate.h"
#include "moderate/selftest.h"

struct coverage;

enum coverage_kind {
	COVERAGE_RULE,
	COVERAGE_ENTRY, /* of a list */
	COVERAGE_ALTERNATIVE,
	COVERAGE_COUNT,
};

/* "rules", "entries", "alternatives". */
extern const char *const coverage_names[COVERAGE_COUNT];

struct coverage_item {
	enum coverage_kind kind;
	struct place place; /* of what it is in: see coverage_place() */
	const struct yaml_node *node; /* that holds it; NULL: `place` is exact */
	size_t offset; /* [bytes] of the node's value */
	struct span text; /* as written; of a rule its id */
	struct span list; /* of an entry */
	bool covered;
	bool used; /* private: some rule looks for it; others are left out */
	uint32_t tried; /* private: the last pattern that a comment was made of for it */
};

/*
 * A coverage of the set, which was loaded with ruleset_options.origins, with nothing covered yet.
 * `guesser` may be NULL; both must outlive it. NULL when out of memory.
 */
struct coverage *coverage_new(const struct ruleset *set, const struct language_guesser *guesser);
void coverage_free(struct coverage *coverage); /* NULL is legal */

/* Takes a rule's own test into account. OK or ERR_NOMEM. */
int coverage_sentence(struct coverage *coverage, const struct sentence *sentence);

/* Takes a comment that all rules are tried on into account. OK or ERR_NOMEM. */
int coverage_comment(struct coverage *coverage, const struct comment *comment,
	const struct evaluate_options *options);

/*
 * Makes comments that cover what is missing of the rule, and takes them into account: texts of the
 * words in its patterns, where needed beside a sentence of the rule's own tests. Each is told to
 * `made`; what cannot be covered so stays missing. OK or ERR_NOMEM.
 */
int coverage_suggest(struct coverage *coverage, const struct rule *rule,
	void (*made)(void *context, const struct comment *comment), void *context);

/*
 * All items, in the order of files and places; nothing can be taken into account any more. They
 * live as long as the coverage.
 */
const struct coverage_item *coverage_items(struct coverage *coverage, size_t *count);

/* Where the item stands, exactly: for those that are shown, for it reads the file's text. */
struct place coverage_place(const struct coverage_item *item);
