/*
 * Conditions: what `when` and `unless` of a rule are made of.
 *
 * A kind of condition is one file (condition_links.c) with its keys (a schema section), a compile
 * function, a test function and its help, and one row in the table of kinds (condition.c). Nothing
 * else in the project names a kind.
 *
 * The life of a condition: the loader reads its node by the kind's section into `data`, compile()
 * turns that into what the test needs (patterns, numbers), test() is called for each comment, on
 * any thread, and must be pure.
 */
#pragma once

#include "base/truth.h"
#include "match/matcher.h"
#include "rules/comment.h"
#include "rules/schema.h"
#include "text/language.h"

struct condition;
struct loader; /* see loader.h: what compile() may use */

/* Everything a test may look at. Made by moderate/evaluate.c, once per comment. */
struct scene {
	const struct comment *comment;
	int64_t now_ms; /* [ms since 1970] when the comment was submitted */
	struct language language;
	struct arena *arena; /* the comment's; anything a test allocates lives here */
	void *private_; /* of evaluate.c */
	/* The text of a field with its views, prepared on first use. NULL: out of memory. */
	struct text *(*text)(struct scene *scene, enum field field);
	/*
	 * Whether pattern `id` of the field's matcher matches; its hits if yes. On unknown the
	 * fault has been noted in the scene.
	 */
	enum truth (*find)(struct scene *scene, enum field field, uint32_t id,
		const struct hit **hits, size_t *count);
	/* Whether the folded word stands in the article's title, text or tags. */
	bool (*article_has)(struct scene *scene, struct span folded_word);
};

/* Places that made a condition true, for the verdict; filled by test(). */
struct evidence {
	struct evidence_item *items; /* in the scene's arena */
	size_t count;
	size_t capacity;
};

struct evidence_item {
	enum field field;
	struct range range; /* of the field's original; from == to: no place (a count, a time) */
	struct span entry;
	bool disguised;
};

/* Adds one; silently stops at 64. False when out of memory. */
bool evidence_add(struct scene *scene, struct evidence *evidence, struct evidence_item item);

enum condition_flag {
	CONDITION_FORESEEN =
		1 << 0, /* a later version's: refused by the loader, in the table already */
	CONDITION_CHEAP = 1 << 1, /* tested before those that run patterns */
};

struct condition_kind {
	const char *name; /* the key in `when` */
	const char *help; /* what it is true for, in a sentence */
	const char *example; /* a line of YAML for the reference */
	const struct section *section; /* its keys; data is the section's struct */
	unsigned flags; /* enum condition_flag */
	/* Checks and compiles; errors go to the loader. OK, ERR_INVALID or ERR_NOMEM. */
	int (*compile)(struct loader *loader, struct condition *condition);
	enum truth (*test)(
		const struct condition *condition, struct scene *scene, struct evidence *evidence);
};

/* The table of kinds: in the order of the reference. */
extern const struct condition_kind *const condition_kinds[];
extern const size_t condition_kinds_count;

struct condition {
	const struct condition_kind *kind;
	void *data; /* the kind's struct, in the rule set's arena */
	const struct yaml_node *node; /* where it stands, for explain; outlives it */
	struct condition **children; /* of all, any, none, at_least, condition, field; NULL-free */
	size_t children_count;
	/*
	 * The patterns one of which must be a candidate for this condition to be true or unknown;
	 * triggers_all says there are none such: it has to be tested on every comment.
	 */
	struct trigger *triggers;
	size_t triggers_count;
	bool always;
};

/* A pattern in a field's matcher. */
struct trigger {
	enum field field;
	uint32_t pattern;
};

/* Tests a condition with its kind's function. */
enum truth condition_test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence);
