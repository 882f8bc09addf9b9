/*
 * One rule of AutoModerator on its way to ours. Private to the automoderator files of import/.
 *
 * A rule is a YAML document: a mapping of checks, all of which must hold, and of what then happens.
 * Checks that filterd has become conditions; where one is lost the rule would hold for more
 * comments than it did, so it is written with `shadow: true`.
 */
#pragma once

#include "import/importer.h"
#include "rules/yaml.h"

/* Where a key stands. */
enum am_group {
	AM_TOP = 1 << 0,
	AM_AUTHOR = 1 << 1,
	AM_PARENT = 1 << 2, /* parent_submission */
};

struct am_rule {
	struct importer *im;
	uint32_t base; /* lines of the file before the document */
	struct import_rule rule; /* what is known of it so far */
	struct buf conditions; /* items of `all`, see WRITER_ITEM; freed with the rule */
	size_t conditions_count;
	struct span example; /* a sentence for which the only condition so far holds, or empty */
	bool has_action;
	bool limited; /* a check was lost: it would hold too often */
	bool any_threshold; /* one of the author's thresholds is enough */
	bool asks_staff; /* `is_moderator` is among the checks */
	const char *whole; /* why the rule as a whole cannot be carried over; NULL: it can */
};

/* The line of the file in which a node of the document stands. */
static inline uint32_t am_line(const struct am_rule *am, const struct yaml_node *node)
{
	return am->base + node->line;
}

/* Says that a check is lost, and remembers what that does to the rule. */
void am_lost(struct am_rule *am, const struct yaml_node *key, const char *why);

/* Adds one condition, written in one line such as `author: {role: staff}`; `not` turns it round. */
void am_condition(struct am_rule *am, bool not, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Whether the key is a search check of that group, such as `~title+body (includes, regex)`; then it
 * is read. Its name without signs and modifiers is in *name in any case.
 */
bool am_search(struct am_rule *am, enum am_group group, const struct yaml_node *key,
	const struct yaml_node *value, struct span *name);

/* The names of a group's search checks, for suggestions; gives how many there are. */
#define AM_SEARCH_NAMES_MAX 32
size_t am_search_names(enum am_group group, const char *names[AM_SEARCH_NAMES_MAX]);
