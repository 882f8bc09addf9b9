/*
 * A generation: one rule set in force with all that was read together with it, and what each
 * worker has counted about its rules.
 *
 * Immutable but for the tallies (one writer each) and the list of suspended rules (a lock). Shared
 * by reference count; the last reference frees rule set, configuration and tallies.
 *
 * The breaker: a rule that hits its limits on more than BREAKER_PERCENT of BREAKER_WINDOW comments
 * of one worker is suspended for all: it counts as unknown, costs nothing, and only a reload gives
 * it another chance.
 */
#pragma once

#include "moderate/evaluate.h"
#include "server/config.h"
#include "server/counters.h"
#include "server/limits.h"

#include <pthread.h>

#define BREAKER_WINDOW 1000 /* comments */
#define BREAKER_PERCENT 1

/* One worker's counts about the rules of one generation; indexes are those of the rules. */
struct rule_tally {
	counter *hits; /* comments a rule held for */
	counter *limits; /* comments on which it hit a limit */
	uint16_t *recent; /* limits in the current window */
	uint32_t window; /* comments in it so far */
	uint8_t *suspended; /* this worker's copy, for the evaluator */
	uint32_t suspended_seen; /* of generation.suspended_count, when it was copied */
};

struct generation {
	_Atomic uint32_t references;
	struct config *config; /* owned */
	struct ruleset *set; /* one reference */
	struct limits limits;
	struct evaluate_options options; /* `suspended` is left NULL */
	int64_t loaded_ms; /* [ms since 1970] */
	size_t rules_count;
	struct rule_tally *tallies; /* one per worker */
	size_t workers;
	pthread_mutex_t lock; /* of suspended */
	uint8_t *suspended; /* byte per rule */
	_Atomic uint32_t suspended_count;
};

/* Where generations come from. */
struct generation_source {
	const char *config_path; /* NULL: the usual places, else the defaults */
	const char *const *folders; /* of rules, instead of the configuration's */
	size_t folders_count; /* 0: the configuration's */
	const struct language_guesser *guesser; /* may be NULL */
	size_t workers; /* 0: as the configuration says */
	bool sandboxed; /* files that the first load had no use for cannot be read any more */
};

/*
 * Reads configuration and rules and runs the rules' own tests. OK with *out (one reference);
 * ERR_INVALID or ERR_LIMIT with errors added; ERR_NOMEM. What errors quote lives as long as *out,
 * or is given to `keep`.
 */
int generation_load(const struct generation_source *source, struct errors *errors,
	struct arena *keep, struct generation **out);

struct generation *generation_ref(struct generation *generation);
void generation_unref(struct generation *generation); /* NULL is legal */

/*
 * Counts a verdict into a worker's tally and trips the breaker for a rule that hits its limits too
 * often.
 */
void generation_count(struct generation *generation, size_t worker, const struct verdict *verdict);

/* The suspended rules as the evaluator wants them, or NULL; valid until the worker's next call. */
const uint8_t *generation_suspended(struct generation *generation, size_t worker);
