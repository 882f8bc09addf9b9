/* What the files of lint share: private to lint*.c. */
#pragma once

#include "rules/load.h"

#define LINT_BESIDE_MAX 4096 /* patterns joined by `any`; more are not compared */

/* One run over a set that has been built. */
struct lint {
	struct load *load;
	struct ruleset *set;
	struct errors *errors;
	struct arena *arena; /* for the run; the loader's scratch */
	struct arena texts; /* of the text being scanned alone */
	struct scan *scan;
	struct text text; /* the one scanned last */
	struct map said; /* what has been said, and where */
	const struct pattern_origin **places[FIELD_COUNT]; /* of each pattern, by its number */
	size_t places_count[FIELD_COUNT];
	const struct pattern_origin **beside; /* scratch: LINT_BESIDE_MAX of them */
	bool failed; /* out of memory where no code can be passed */
};

/* Whether the kind of finding has not been said about the place yet. */
bool lint_first(struct lint *lint, enum lint_kind kind, struct place place);

/* Adds a finding of the table's severity, once for each place; a hint may follow. */
#define lint_say(lint, kind, place, ...)                                                           \
	lint_say_as((lint), lint_kinds[kind].severity, (kind), (place), __VA_ARGS__)
#define lint_say_as(lint, severity, kind, place, ...)                                              \
	(lint_first((lint), (kind), (place)) &&                                                    \
		(errors_add((lint)->errors, (severity), (place), __VA_ARGS__),                     \
			lint_mark((lint)->errors, (kind)), true))

/* Looks for all patterns of the field in `text` (folded text alone). OK or ERR_NOMEM. */
int lint_scan(struct lint *lint, enum field field, struct span text);

/* Whether the pattern was found in the text scanned last; *hit (may be NULL) is the first place. */
bool lint_found(struct lint *lint, uint32_t id, struct hit *hit);

/* Where a pattern is written; NULL for one that is not noted. */
const struct pattern_origin *lint_place(const struct lint *lint, enum field field, uint32_t id);

/* Where an entry of a words pattern is written: there, or in the list it comes from. */
struct place lint_entry_place(struct lint *lint, const struct pattern_origin *words, size_t entry);

/* The list that an entry of a words pattern comes from; NULL if it is written where it is used. */
struct list *lint_list_of(struct lint *lint, const struct pattern_origin *words, size_t entry);

/* The phrase parsed once more, for how it is written. NULL if it cannot be had. */
struct phrase *lint_parse_again(struct lint *lint, const struct pattern_origin *place);

/* Where an entry of a list that a phrase names is written; without a source if it cannot be told.
 */
struct place lint_phrase_entry_place(
	struct lint *lint, const struct pattern_origin *phrase, struct span entry);

/* Whether a pattern of the condition matches whatever text the rule is for: found by trying. */
bool lint_finds_all(struct lint *lint, const struct rule *rule, const struct condition *condition);

/*
 * Whether the words and phrases of `outer` are found wherever those of `inner` are: each entry of
 * those was tried. False where that cannot be told. Both are made of patterns.
 */
bool lint_finds_as_much(
	struct lint *lint, const struct condition *outer, const struct condition *inner);

/* Patterns that others beside them in a rule cover, and those in a foreign script. OK or ERR_NOMEM.
 */
int lint_beside(struct lint *lint);

/* Entries that are found by others, or never. OK or ERR_NOMEM. */
int lint_entries(struct lint *lint);

/* Regexes: their cost, and whether they run away. OK or ERR_NOMEM. */
int lint_patterns(struct lint *lint);

/* Entries that are ordinary words. OK or ERR_NOMEM. */
int lint_ordinary(struct lint *lint);

/* Rules, guidelines and their thresholds. OK or ERR_NOMEM. */
int lint_rules(struct lint *lint);
