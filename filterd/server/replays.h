/*
 * Replays over HTTP: the queue judged again by the rules in force or by a candidate for them, on a
 * thread of its own, one at a time.
 *
 *     none ──► judging ──► judged ──► applying ──► applied
 *                 │           └──► undoing ──► undone       (of any batch)
 *                 └──► stopped, failed: with what was found so far
 *
 * Whoever asks is answered at once and comes again to see how far it is (replays_tell()). What is
 * judged is kept until the next one begins; only rules in force can decide.
 */
#pragma once

#include "server/reload.h"
#include "store/turns.h"
#include "wire/refusal.h"

struct replays;

/* As desk_open(). */
int replays_open(const char *path, struct turns *turns, struct buf *why, struct replays **out);

/* Starts the thread; `reload` and `guesser` (may be NULL) must outlive it. OK or ERR_NOMEM. */
int replays_start(
	struct replays *replays, struct reload *reload, const struct language_guesser *guesser);

/* Stops what is under way between two comments, or two transactions. NULL is legal. */
void replays_close(struct replays *replays);

/* What can be asked for. */
enum replays_want {
	REPLAYS_NOTHING,
	REPLAYS_JUDGE, /* body: {"filter":{...},"files":[...]}, both as elsewhere */
	REPLAYS_APPLY, /* body: {"id":N,"note":"..."}: decide what the replay N found certain */
	REPLAYS_UNDO, /* body: {"batch":N,"note":"..."} */
};

/*
 * Begins it, as `actor`. True; or false with *refusal: what is wrong with the body (copied), or
 * REFUSAL_CONFLICT: something is under way, or there is nothing judged to apply.
 */
bool replays_begin(struct replays *replays, enum replays_want want, struct span body,
	struct span actor, struct arena *arena, struct refusal *refusal);

/* Ends what is under way, soon. */
void replays_stop(struct replays *replays);

/* Appends how it stands, as one JSON object. */
void replays_tell(struct replays *replays, struct buf *out);
