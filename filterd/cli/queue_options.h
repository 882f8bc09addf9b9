/* What commands about the review queue have in common: which database, which comments, who asks. */
#pragma once

#include "cli/cli.h"
#include "store/queue.h"

struct queue_options {
	struct common common;
	const char *store;
	const char *site, *lang, *guideline, *rule, *author, *article, *same_as;
	int64_t score_from, score_to; /* [%] */
	int order; /* enum queue_order */
	int state; /* 0: those that wait; else 1 + enum queue_state */
};

/* Its rows; a command's own struct begins with a struct queue_options. */
#define QUEUE_ROWS 12
extern const struct option_row queue_rows[QUEUE_ROWS];

#define QUEUE_ALL                                                                                  \
	{                                                                                          \
		queue_rows, QUEUE_ROWS                                                             \
	}

/* The filter that the options ask for, for any page. Its texts are the options'. */
struct queue_filter queue_filter_of(const struct queue_options *options, int64_t now_ms);

/* A text of the command line; empty for one that was not given. */
struct span queue_text(const char *text);
