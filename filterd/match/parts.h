/*
 * What of a pattern stands in a text: for people who ask why it does not match, and for the
 * coverage of tests. Walks over the phrase as it was parsed; the matcher proper never comes here.
 */
#pragma once

#include "match/forms.h"
#include "match/matcher.h"

/*
 * How many parts that a phrase cannot do without stand nowhere in the text (prepared with the
 * matcher's lexicon). *part is the first of them as written. 0: they are all there, but not in this
 * order, or too far apart; then *part is the phrase. Of words and regexes: 1, and *part is empty.
 */
size_t matcher_missing(
	const struct matcher *matcher, uint32_t id, const struct text *text, struct span *part);

/*
 * One alternative of a pattern: what stands between two bars of a phrase, or an entry of a list in
 * it; one of the entries of words.
 */
struct pattern_part {
	const void *key; /* tells it from all others, as long as the matcher lives */
	struct span written;
	size_t offset; /* [bytes] of the phrase as written; 0 of entries */
	bool entry; /* of a list, or of words; of a list in a phrase `written` points into it */
};

typedef void pattern_part_seen(void *context, const struct pattern_part *part);

/* Calls `each` with every alternative of the pattern; a regex has none. */
void matcher_parts(
	const struct matcher *matcher, uint32_t id, pattern_part_seen *each, void *context);

/*
 * Calls `each` with the alternatives that a hit of the pattern in `text` took, and with those
 * beside them that are the same words after folding. False when there are too many ways to tell.
 */
bool matcher_parts_of(const struct matcher *matcher, uint32_t id, const struct text *text,
	const struct hit *hit, pattern_part_seen *each, void *context);

/* What a composed text should show; keys are those of pattern_part. */
struct compose_wishes {
	bool (*wanted)(void *context, const void *key);
	void (*taken)(void *context, const void *key);
	void *context;
};

/*
 * Appends a text that the pattern finds, in words as they are written there. Of a choice the
 * first alternative is taken that is wanted or has a wanted one in it, else the first of all; what
 * may be left out is, unless there is a wanted one in it. Each that is taken is told to `taken`.
 * False, and nothing appended, for a regex.
 */
bool matcher_compose(const struct matcher *matcher, uint32_t id,
	const struct compose_wishes *wishes, struct buf *out);

/* A word of a hit, cut into its stem and what its forms put before and behind it. */
struct inflected {
	struct span stem; /* folded, as the pattern has it */
	struct span before[FORMS_SLOTS_MAX], behind[FORMS_SLOTS_MAX]; /* of the view */
	size_t before_count, behind_count; /* not both 0 */
};

#define INFLECTED_MAX 8 /* further words of a hit are not told about */

/*
 * The words of a hit of the pattern in `text` that are not as they are written in the pattern, in
 * the text's order; returns how many. As long as the text stays.
 */
size_t matcher_inflected(const struct matcher *matcher, uint32_t id, const struct text *text,
	const struct hit *hit, struct inflected out[INFLECTED_MAX]);

/* Calls `each` with the forms of each word of the pattern that has some: the same ones often. */
void matcher_forms(const struct matcher *matcher, uint32_t id,
	void (*each)(void *context, const struct forms *forms), void *context);
