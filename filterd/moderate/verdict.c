/* Names of verdicts. */
#include "moderate/verdict.h"

const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_APPROVE] = "approve",
	[VERDICT_REVIEW] = "review",
	[VERDICT_REJECT] = "reject",
};
