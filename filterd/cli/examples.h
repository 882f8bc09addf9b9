/*
 * Examples: a few comments of each group, kept to be shown.
 *
 * They are the first ones in the order of the input, whatever thread met them: threads note them,
 * and who collects a batch keeps those of which there are not enough yet. Texts are copied, cut to
 * what stands around the places.
 */
#pragma once

#include "base/arena.h"
#include "cli/survey.h"
#include "wire/excerpt.h"

#define EXAMPLES_MAX 20000 /* of all groups together: about 16 MB */
#define EXAMPLES_EACH_MAX 100 /* of one group */

struct example {
	size_t group;
	size_t order; /* among those kept */
	const char *file;
	uint64_t line;
	struct span id;
	struct excerpt excerpt;
	enum label_kind label;
};

/* Examples in an arena: those kept, or what one thread has noted of a batch. Zero it first. */
struct example_list {
	struct arena arena;
	struct example *items;
	size_t count, capacity;
};

struct examples {
	struct example_list list;
	uint32_t *kept; /* by group; threads read it while nothing is collected */
	unsigned each; /* how many of a group are kept */
	bool failed; /* out of memory: some are missing */
};

/* Makes room for `groups` groups of at most `each` examples. OK or ERR_NOMEM. */
int examples_init(struct examples *examples, size_t groups, unsigned each);
void examples_free(struct examples *examples);

/* Whether a comment of the group is still to be noted. */
bool examples_want(const struct examples *examples, size_t group);

/*
 * Notes the comment for the group, with the places in its text that the matches of `rule` found
 * (NULL: of every rule that is not in shadow). OK or ERR_NOMEM.
 */
int examples_note(struct example_list *noted, size_t group, const struct survey_comment *comment,
	const struct verdict *verdict, const struct rule *rule);

/* Keeps what is wanted of what a thread has noted, and empties that. */
void examples_take(struct examples *examples, struct example_list *noted);

/* Those of a group, in the order of the input. The first call ends the taking. */
const struct example *examples_of(struct examples *examples, size_t group, size_t *count);

/* The text with its places, below a line that says where it stands. False when out of memory. */
bool example_show(struct out *out, const struct example *example);

/* {"file":…,"line":…,"id":…,"label":…,"text":…,"cut":…,"spans":[[from,to],…]} */
void example_json(struct buf *json, const struct example *example);
