/* What the masks of a token stand for; private to text/. */
#pragma once

#include "text/reading.h"

/*
 * One mask may stand for a letter or for nothing. Several in a row, and several dashes or dots
 * (f--k), stand for a letter each; but emoji, and what closes an *emphasis*, for nothing. A
 * question mark at the end asks.
 */
void masks_settle(struct place *places, size_t count);
