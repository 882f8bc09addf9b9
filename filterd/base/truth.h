/* Three-valued logic: a condition holds, does not hold, or could not be found out (Kleene's K3). */
#pragma once

/* The order no < unknown < yes makes "and" the minimum and "or" the maximum. */
enum truth {
	TRUTH_NO = 0,
	TRUTH_UNKNOWN = 1,
	TRUTH_YES = 2,
};

static inline enum truth truth_of(int holds)
{
	return holds ? TRUTH_YES : TRUTH_NO;
}

/* "not unknown" stays unknown: a limit that was hit must never turn into a decision. */
static inline enum truth truth_not(enum truth a)
{
	return (enum truth)(TRUTH_YES - a);
}

static inline enum truth truth_and(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

static inline enum truth truth_or(enum truth a, enum truth b)
{
	return a > b ? a : b;
}
