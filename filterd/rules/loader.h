/*
 * What a rule set is loaded with: passed to each condition's compile().
 *
 * Private to rules/: the rest of the program loads rule sets through ruleset.h.
 */
#pragma once

#include "rules/condition.h"
#include "rules/ruleset.h"

struct load;

struct loader {
	struct arena *arena; /* the rule set's: everything compiled lives there */
	struct errors *errors;
	const struct source *source; /* the file being compiled */
	const struct rule *rule; /* the rule being compiled; NULL in named conditions */
	enum field field; /* which field patterns look at: text unless inside `field` */
	bool disguised; /* whether words and phrases look at disguised text (rule, then file) */
	bool disguised_regex; /* the same for regexes: only if rule or file say so */
	unsigned depth; /* of nested conditions */
	struct matcher_builder *matchers[FIELD_COUNT]; /* made on first use */
	struct phrase_lists lists; /* how `<name>` is resolved */
	struct load *load; /* the whole set being loaded: see load.h */
};

#define CONDITION_DEPTH_MAX 8

/*
 * Compiles the mapping of a `when`, `unless` or nested condition: its keys are all to hold, so more
 * than one makes an implicit `all`. OK with *out, ERR_INVALID with errors added, or ERR_NOMEM.
 */
int loader_condition(struct loader *loader, const struct yaml_node *node, struct condition **out);

/* The named condition (`conditions:` of any file), compiled once; NULL after adding an error. */
struct condition *loader_named_condition(struct loader *loader, const struct yaml_node *name);

/*
 * Expands what is written under `words`, `domains` and the like: plain strings, and `<name>` for a
 * list's entries. *out gets them all, in order. OK, ERR_INVALID (unknown list: error added, with
 * the nearest name) or ERR_NOMEM.
 */
int loader_expand(struct loader *loader, const struct strings *written, struct strings *out);

/*
 * Adds patterns to the matcher of the loader's field; errors are placed inside the YAML scalar. OK
 * with *id, ERR_INVALID with errors added, or ERR_NOMEM.
 */
int loader_add_words(struct loader *loader, const struct strings *entries, uint32_t *id);
int loader_add_phrase(struct loader *loader, const struct yaml_node *phrase, uint32_t *id);
int loader_add_regex(
	struct loader *loader, const struct yaml_node *regex, bool original, uint32_t *id);

/* An error at a node of the file being compiled. */
#define loader_error(loader, node, ...)                                                            \
	errors_add((loader)->errors, SEVERITY_ERROR, yaml_place((loader)->source, (node)),         \
		__VA_ARGS__)
