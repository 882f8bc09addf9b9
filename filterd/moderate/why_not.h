/* Why a rule does not hold for a comment, in one line: the nearest of the reasons there are. */
#pragma once

#include "moderate/explain.h"

/*
 * Appends a line without its end, such as "`unless` holds: \"told me\" (line 41)" or "phrase (line
 * 12): `<harm>` is not there". Says so, too, if the rule does hold. Hidden characters of the
 * comment are shown as what they are. OK or ERR_NOMEM.
 */
int why_not(struct explainer *explainer, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options, const struct rule *rule, struct buf *out);
