/*
 * An evaluation: how a rule set's verdicts stand to the labels of many comments, and which
 * guidelines, languages, rules and list entries that is due to.
 *
 * Counts grow with the rules and their entries, never with the comments. Comments without a label
 * are counted and left out.
 */
#pragma once

#include "base/map.h"
#include "cli/examples.h"
#include "cli/scores.h"
#include "cli/setup.h"

#define EVAL_LANGUAGES_MAX 64 /* told apart; further ones are counted with the unknown */
#define EVAL_ENTRIES_MAX 200000 /* entries with hits, on one thread; further ones are left out */

/*
 * Hits of a rule or entry on labelled comments. Comments labelled `review` are neither right nor
 * wrong. For a rule that approves, what is right is wrong and the other way round, and it takes
 * part where a comment is approved.
 */
struct hit_score {
	uint64_t right; /* on comments that are bad */
	uint64_t wrong; /* on comments that are ok */
	uint64_t between; /* on comments labelled review */
	/* Of these, comments that are not approved: here it took part in what came of it. */
	uint64_t right_part, wrong_part;
	/* Of these, comments in which no other rule has points: they are its work alone. */
	uint64_t right_alone, wrong_alone;
};

struct language_score {
	char tag[LANGUAGE_SIZE]; /* "": unknown */
	uint64_t verdicts[LABEL_COUNT][VERDICT_COUNT];
};

struct entry_score {
	struct span entry; /* as written in a list, words or phrase; in the arena */
	uint32_t rule; /* index in the set */
	struct hit_score hits;
};

struct eval_counts {
	struct scores scores;
	struct language_score languages[EVAL_LANGUAGES_MAX];
	size_t languages_count;
	struct hit_score *rules; /* by index in the set; owned */
	struct arena arena; /* holds entries and their names */
	struct map entry_names; /* rule and entry to an index of entries */
	struct entry_score *entries;
	size_t entries_count, entries_capacity;
};

struct eval {
	struct setup setup;
	struct mappings mappings;
	struct examples examples;
	struct eval_counts counts;
	uint64_t comments, refused;
};

/*
 * Judges all comments of `files` by the set, which has been loaded, and fills in the rest.
 * CLI_FINE, or an exit code after a message. eval_free() in every case.
 */
int eval_run(struct run *run, struct eval *eval, const struct texts *files, unsigned threads,
	unsigned examples);
void eval_free(struct eval *eval);

/*
 * The group of ok comments that a rule helped not to approve; of bad comments of a guideline that
 * are approved (its index; the number of guidelines: those whose label names none).
 */
size_t eval_wrong_group(const struct rule *rule);
size_t eval_missed_group(const struct eval *eval, size_t guideline);

/*
 * How much a rule or entry costs: the ok comments it helped not to approve, each weighed by how
 * often it is wrong. One that is always wrong comes before one that is wrong as often but right,
 * too.
 */
double eval_cost(const struct hit_score *hits);

/* Of its hits on bad and on ok comments, those on bad ones. */
struct share eval_precision(const struct hit_score *hits);

/* Rules, or entries, with hits: the costliest first. Owned by the caller (free()); NULL: no memory.
 */
size_t *eval_rules(const struct eval *eval, size_t *count);
size_t *eval_entries(const struct eval *eval, size_t *count);

/* Guidelines of which labelled comments are missed, the most first. As above. */
size_t *eval_missed(const struct eval *eval, size_t *count);

/* For people: at most `rows` rules and entries. False when out of memory. */
bool eval_report(struct out *out, struct eval *eval, size_t rows);

/* As one JSON document. False when out of memory. */
bool eval_json(struct buf *json, struct eval *eval);
