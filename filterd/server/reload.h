/*
 * Reload: the rule set in force, and the thread that builds the next one.
 *
 * A reload reads configuration and rules anew, runs the rules' own tests, and only then swaps one
 * pointer; any error leaves the old generation in force. Requests are coalesced: whoever asks while
 * a build runs is served by the next one, however many ask.
 *
 * Workers keep a reference of their own and compare one pointer per turn (reload_current_is()), so
 * answering a comment takes no lock; they are woken after a swap, which frees the old generation.
 */
#pragma once

#include "server/generation.h"

struct reload;

/* How the last attempt ended. */
struct reload_outcome {
	uint64_t ticket; /* the newest request it served; 0: none was made yet */
	bool ok;
	char version[RULES_VERSION_SIZE]; /* of the rules in force */
	const struct errors *errors; /* of a failed attempt, warnings of a good one */
};

/*
 * Starts the thread. `first` (its reference is taken over) is in force at once. `done` is called on
 * that thread after each attempt, with nothing locked. `source` must outlive the reload. NULL: no
 * memory or no thread.
 */
struct reload *reload_new(const struct generation_source *source, struct generation *first,
	void (*done)(void *context), void *context);

/* Stops the thread, waiting for a build under way; drops the generation in force. */
void reload_free(struct reload *reload);

/* The generation in force, with a new reference for the caller. */
struct generation *reload_current(struct reload *reload);

/* Whether `generation` is still the one in force. One atomic load. */
bool reload_current_is(const struct reload *reload, const struct generation *generation);

/* Asks for a reload and returns its ticket at once: it is over when reload_done() reaches it. */
uint64_t reload_request(struct reload *reload);
uint64_t reload_done(struct reload *reload);

/*
 * Locks the outcome of the last attempt for reading; keep it short and call reload_outcome_done()
 * after.
 */
struct reload_outcome reload_outcome(struct reload *reload);
void reload_outcome_done(struct reload *reload);

/* Counts for metrics; any thread. */
uint64_t reload_succeeded(const struct reload *reload);
uint64_t reload_failed(const struct reload *reload);
bool reload_stale(const struct reload *reload); /* the last attempt failed */
