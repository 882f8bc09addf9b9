/*
 * `duplicate`, `rate`, `model`: kinds of later versions. Their names are taken, so that a rule that
 * uses one is told so instead of being called a misspelling.
 */
#include "rules/condition_parts.h"

static const struct section section = {
	.name = "foreseen",
	.help = "Not in this version.",
	.shorthand = -1,
};

const struct condition_kind condition_kind_duplicate = {
	.name = "duplicate",
	.help = "The same or nearly the same text was sent before; needs memory of earlier "
		"comments, which this version does not keep.",
	.example = "duplicate: {times: 3, within: 1h}",
	.section = &section,
	.flags = CONDITION_FORESEEN,
};

const struct condition_kind condition_kind_rate = {
	.name = "rate",
	.help = "The author or address sends too many comments; needs memory of earlier comments, "
		"which this version does not keep.",
	.example = "rate: {per: author, at_most: 5, within: 10m}",
	.section = &section,
	.flags = CONDITION_FORESEEN,
};

const struct condition_kind condition_kind_model = {
	.name = "model",
	.help = "A learned score is high; this version has no model.",
	.example = "model: {name: abuse, at_least: 0.9}",
	.section = &section,
	.flags = CONDITION_FORESEEN,
};
