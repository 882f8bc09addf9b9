/*
 * Regexes that are nothing but a few strings, like \b(?:foo|bar)s?\b: found without PCRE2, whose
 * machine code, in no cache, costs a microsecond to get. The same answer. Private to match/.
 */
#pragma once

#include "base/span.h"

#define EXACT_MAX 8 /* strings */

/* One of the strings that a regex matches; \b before or behind it where so flagged. */
struct exact_string {
	struct span bytes; /* not empty; where flagged it begins or ends with an ASCII character */
	bool edge_before, edge_after;
};

/* All that a regex matches, in the order in which PCRE2 tries them. */
struct exact {
	struct exact_string strings[EXACT_MAX];
	size_t count;
};

enum exact_result {
	EXACT_NONE,
	EXACT_FOUND,
	EXACT_UNSURE, /* what stands beside a string is not ASCII: PCRE2 knows best what a \b is
			 there */
};

/* Finds the first match that begins at byte `from` or after it. `text` must be valid UTF-8. */
enum exact_result exact_find(
	const struct exact *exact, struct span text, size_t from, struct range *out);
