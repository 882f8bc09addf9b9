/*
 * Scores: how verdicts stand to what people said of the comments.
 *
 * Two things are asked of a verdict. Is a bad comment kept from the page (caught: review or
 * reject), and is one that is ok left alone? A comment labelled `review` lies between: it must not
 * be rejected, and counts in nothing else.
 */
#pragma once

#include "cli/cli.h"
#include "moderate/verdict.h"
#include "wire/label.h"

#define MAPPINGS_MAX 64 /* of one command: --as */

/* A name that labels use for a guideline. */
struct mapping {
	struct span name, guideline;
};

struct mappings {
	struct mapping items[MAPPINGS_MAX];
	size_t count;
};

/* One guideline, over labelled comments. */
struct guideline_score {
	uint64_t labelled; /* said to break it; the next three are all of these */
	uint64_t right; /* and it reached review_at */
	uint64_t elsewhere; /* it did not, but the comment was caught for another guideline */
	uint64_t missed; /* approved */
	uint64_t other; /* it reached review_at on a comment that is bad for another reason */
	uint64_t wrong; /* it reached review_at on a comment that is ok */
};

#define STRANGERS_MAX 32 /* names told about */
#define STRANGER_SIZE 48 /* [bytes] of one with its NUL; longer ones are cut */

/* A name in labels that no guideline has. */
struct stranger {
	char name[STRANGER_SIZE];
	uint64_t count; /* comments with it */
};

struct scores {
	uint64_t verdicts[LABEL_COUNT][VERDICT_COUNT];
	uint64_t missed_unnamed; /* bad comments approved whose label names no guideline */
	struct guideline_score guidelines[GUIDELINES_MAX]; /* by index in the set */
	struct stranger strangers[STRANGERS_MAX];
	size_t strangers_count;
};

/* Reads texts of the form NAME=GUIDELINE: --as. CLI_FINE, or CLI_USAGE after saying why. */
int mappings_read(struct run *run, const struct texts *texts, struct mappings *out);

/* Guidelines that reached review_at in the verdict and are not lifted, a bit for each index. */
uint64_t scores_reached(
	const struct ruleset *set, const struct comment *comment, const struct verdict *verdict);

/*
 * Counts one comment. Gives the guidelines that its label names, a bit for each index: those of a
 * bad comment.
 */
uint64_t scores_add(struct scores *scores, const struct ruleset *set,
	const struct mappings *mappings, const struct comment *comment, const struct label *label,
	const struct verdict *verdict);

/* Adds what another thread has counted. */
void scores_join(struct scores *to, const struct scores *from);

/* Comments with a label. */
uint64_t scores_labelled(const struct scores *scores);

/* The shares that people ask for; the rows of the table below. */
enum figure {
	FIGURE_CAUGHT, /* bad comments not approved: recall */
	FIGURE_REJECTED, /* bad comments rejected */
	FIGURE_FLAGGED, /* ok comments not approved */
	FIGURE_WRONG, /* ok comments rejected */
	FIGURE_PRECISION, /* of comments not approved, those that are bad */
	FIGURE_PRECISION_REJECTED, /* of comments rejected, those that are bad */
	FIGURE_REVIEW_REJECTED, /* comments labelled review that are rejected */
	FIGURE_COUNT,
};

struct share scores_figure(const uint64_t verdicts[LABEL_COUNT][VERDICT_COUNT], enum figure figure);

/* Precision and recall of a guideline: see struct guideline_score. */
struct share scores_precision(const struct guideline_score *score);
struct share scores_recall(const struct guideline_score *score);

/* The figures as rows, a column for each of the `count` scores (one: no heads). */
void scores_show(struct out *out, const struct scores *const *columns, const char *const *heads,
	size_t count);

/* What names in labels are no guideline, and what to do about it; nothing if there are none. */
void scores_show_strangers(struct out *out, const struct scores *scores);

/* {"labels":{"ok":{"approve":n,…},…},"caught":0.5,…}, null for a share of nothing. */
void scores_json(struct buf *json, const struct scores *scores);

/* {"labelled":n,"right":n,…,"precision":0.9,"recall":0.5} */
void guideline_json(struct buf *json, const struct guideline_score *score);

/* "name": and the share as a number of four decimals, or null. */
void share_json(struct buf *json, const char *name, struct share share);
