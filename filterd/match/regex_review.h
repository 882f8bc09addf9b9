/* What lint asks of a regex: what it costs, what in it is never found, and how it runs away. */
#pragma once

#include "match/matcher.h"

/*
 * What running the regex costs for one ordinary comment of 300 characters, [ns] of CPU rounded to
 * two digits: it is run often enough to tell. 0 when it cannot be run.
 */
int64_t regex_cost_ns(struct span regex);

/*
 * A part of the regex that can match no folded text, as of a capital: *out is where it stands in
 * the regex. OK, ERR_UNSUPPORTED when there is none that is known of, or ERR_NOMEM.
 */
int regex_never(struct arena *arena, struct span regex, struct span *out);

#define REGEX_ATTACK_STEPS 20000 /* that a short text must not take: RUN_STEPS_MAX */

/* A text on which a regex hits its limits: `before`, `piece` so many times, `after`. */
struct regex_attack {
	struct span before, piece, after;
	uint32_t times;
	int64_t took_ns; /* of CPU, until it was ended; 0: it took too many steps on a short text */
};

/*
 * Looks for such a text by trying some that are made from the regex itself, within `budget_ns` or
 * little more, and with the limits that comments are judged with. OK with *out, ERR_UNSUPPORTED
 * when none was found, or ERR_NOMEM.
 */
int regex_attack(struct arena *arena, struct span regex, bool original, int64_t budget_ns,
	struct regex_attack *out);
