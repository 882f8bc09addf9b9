/*
 * A diff: what changes when one rule set takes the place of another, over many comments.
 *
 * Every changed comment is in exactly one group, that of its cause (see moderate/change.h) and the
 * way its verdict went. Counts grow with the rules, never with the comments.
 */
#pragma once

#include "cli/examples.h"
#include "cli/scores.h"
#include "cli/setup.h"
#include "moderate/change.h"

/* The ways a verdict can go, the worst first. */
#define DIRECTIONS 6
extern const struct direction {
	enum verdict_kind from, to;
} directions[DIRECTIONS];

struct diff_group {
	uint64_t count;
	uint64_t right, wrong; /* of labelled comments: what the label asks for, and the opposite */
};

struct diff_counts {
	uint64_t verdicts[VERDICT_COUNT][VERDICT_COUNT]; /* old by new */
	uint64_t silent; /* comments with the same verdict, though matches differ */
	uint64_t *silent_rules; /* by rule pair; owned */
	struct diff_group *groups; /* by diff_group_at(); owned */
	struct scores scores[SIDE_COUNT];
};

struct diff {
	struct setup setups[SIDE_COUNT];
	const char *names[SIDE_COUNT]; /* as the caller wrote them */
	struct pairs pairs;
	struct mappings mappings;
	struct examples examples; /* by the groups' numbers */
	struct diff_counts counts;
	uint64_t comments, refused;
	bool lines; /* write each changed comment as NDJSON */
};

/* The number of the group of a cause and direction. */
size_t diff_group_at(size_t cause, size_t direction);

/*
 * Judges all comments of `files` by both sets, which have been loaded, and fills in the rest.
 * CLI_FINE, or an exit code after a message. diff_free() in every case.
 */
int diff_run(struct run *run, struct diff *diff, const struct texts *files, unsigned threads,
	unsigned examples);
void diff_free(struct diff *diff);

/* Comments whose verdict changes. */
uint64_t diff_changed(const struct diff *diff);

/* The groups of a direction that have comments, the largest first. Owned by the caller (free()). */
size_t *diff_groups_of(const struct diff *diff, size_t direction, size_t *count);

/* For people: see cmd_diff.c. At most `groups` of each direction. False when out of memory. */
bool diff_report(struct out *out, struct diff *diff, size_t groups);

/* As one JSON document. False when out of memory. */
bool diff_json(struct buf *json, struct diff *diff);
