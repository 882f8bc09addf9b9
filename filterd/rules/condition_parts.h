/*
 * What the files of condition kinds share: bounds, patterns, the rows of the table.
 *
 * Private to the condition_*.c files and condition.c.
 */
#pragma once

#include "rules/loader.h"

/* --- the kinds, each in its own file ---------------------------------------------------------- */

extern const struct condition_kind condition_kind_all;
extern const struct condition_kind condition_kind_any;
extern const struct condition_kind condition_kind_article;
extern const struct condition_kind condition_kind_at_least;
extern const struct condition_kind condition_kind_author;
extern const struct condition_kind condition_kind_capitals;
extern const struct condition_kind condition_kind_condition;
extern const struct condition_kind condition_kind_contact;
extern const struct condition_kind condition_kind_duplicate;
extern const struct condition_kind condition_kind_emoji;
extern const struct condition_kind condition_kind_field;
extern const struct condition_kind condition_kind_invisible;
extern const struct condition_kind condition_kind_language;
extern const struct condition_kind condition_kind_length;
extern const struct condition_kind condition_kind_links;
extern const struct condition_kind condition_kind_model;
extern const struct condition_kind condition_kind_near;
extern const struct condition_kind condition_kind_none;
extern const struct condition_kind condition_kind_phrase;
extern const struct condition_kind condition_kind_rate;
extern const struct condition_kind condition_kind_regex;
extern const struct condition_kind condition_kind_repetition;
extern const struct condition_kind condition_kind_script;
extern const struct condition_kind condition_kind_time;
extern const struct condition_kind condition_kind_words;

/* --- counts with bounds ----------------------------------------------------------------------- */

#define BOUND_MAX 1000000000 /* the largest bound, and the `at_most` of those who name none */
#define BOUND_MAX_TEXT "1000000000"

struct bounds {
	int64_t at_least;
	int64_t at_most;
};

/* `{at_least:, at_most:}` of a number that is known from elsewhere: approved, words_shared. */
extern const struct section bounds_section;

static inline bool bounds_hold(int64_t at_least, int64_t at_most, int64_t n)
{
	return n >= at_least && n <= at_most;
}

/*
 * Sets at_least to 0 where the mapping names only at_most: `{at_most: 2}` holds for none at all,
 * while the plain condition asks for one. An error if at_least is above at_most.
 */
int bounds_settle(
	struct loader *loader, const struct yaml_node *node, int64_t *at_least, int64_t at_most);

/* --- patterns --------------------------------------------------------------------------------- */

/* Patterns of one field's matcher, any of which makes a condition true. */
struct patterns {
	enum field field;
	uint32_t *ids;
	size_t count;
};

/* Room for `count` patterns of the loader's field. OK or ERR_NOMEM. */
int patterns_init(struct loader *loader, struct patterns *patterns, size_t count);

/* Adds a pattern and makes it a trigger of the condition. OK or ERR_NOMEM. */
int patterns_add(
	struct loader *loader, struct condition *condition, struct patterns *patterns, uint32_t id);

/* Whether any of them matches, with the places of all that do. */
enum truth patterns_test(
	const struct patterns *patterns, struct scene *scene, struct evidence *evidence);

/* --- children --------------------------------------------------------------------------------- */

/*
 * Compiles each mapping of the list (or the one mapping) `node` into the condition's children. An
 * empty list is an error. OK, ERR_INVALID or ERR_NOMEM.
 */
int children_compile(
	struct loader *loader, struct condition *condition, const struct yaml_node *node);

/* Triggers of a condition that needs all of its children. */
void children_trigger_all(struct condition *condition);

/* Triggers of a condition that any of its children may make true. OK or ERR_NOMEM. */
int children_trigger_any(struct arena *arena, struct condition *condition);

/* Whether all children hold: tested in their order until one does not. */
enum truth children_test_all(
	const struct condition *condition, struct scene *scene, struct evidence *evidence);
