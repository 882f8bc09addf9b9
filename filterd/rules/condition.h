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
struct findings; /* see findings.h: links, contacts and counts of one text */

/* Everything a test may look at. Made by moderate/evaluate.c, once per comment. */
struct scene {
	const struct comment *comment;
	int64_t now_ms; /* [ms since 1970] when the comment was submitted */
	struct language language;
	struct arena *arena; /* the comment's; anything a test allocates lives here */
	/*
	 * Set by whoever runs out of memory: the comment gets no verdict, so what a test returns
	 * after that does not matter.
	 */
	bool failed;
	struct findings *findings[FIELD_COUNT]; /* made on first use, by findings.c */
	/*
	 * The text of a field with its views, prepared on first use. NULL: out of memory, or the
	 * field is too long to be judged; the test returns unknown, the reason has been noted.
	 */
	struct text *(*text)(struct scene *scene, enum field field);
	/*
	 * Whether pattern `id` of the field's matcher matches; its hits if yes. Hits that do not
	 * count for the rule being tested (counts() below) are left out. On unknown the fault has
	 * been noted in the scene. *more (may be NULL): the hits may not be all there are, for a
	 * limit was hit behind them or only HITS_MAX are kept.
	 */
	enum truth (*find)(struct scene *scene, enum field field, uint32_t id,
		const struct hit **hits, size_t *count, bool *more);
	/*
	 * Whether a place counts for the rule being tested: not if the rule ignores quotes and the
	 * place is quoted. For conditions that find places by themselves.
	 */
	bool (*counts)(struct scene *scene, enum field field, struct range range);
	/* Notes why a condition is unknown. */
	void (*fault)(struct scene *scene, enum scan_fault fault);
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

#define EVIDENCE_MAX 64

/*
 * Adds one; silently stops at EVIDENCE_MAX. `evidence` may be NULL: nobody wants to know. Out of
 * memory is noted in scene->failed.
 */
void evidence_add(struct scene *scene, struct evidence *evidence, struct evidence_item item);

enum condition_flag {
	CONDITION_FORESEEN =
		1 << 0, /* a later version's: refused by the loader, in the table already */
	CONDITION_CHEAP = 1 << 1, /* tested before those that run patterns */
	/*
	 * Besides the keys of its section its mapping holds any condition keys: the loader does not
	 * read it by the section, compile() does.
	 */
	CONDITION_OPEN = 1 << 2,
	CONDITION_LANGUAGE = 1 << 3, /* looks at the comment's language */
	CONDITION_PLACELESS = 1 << 4, /* nothing that it finds has a place in a text */
	CONDITION_PATTERNS = 1 << 5, /* holds where one of its triggers matches, and only there */
};

/* What a condition says about the conditions in it, for lint. */
enum condition_logic {
	LOGIC_LEAF, /* there are none */
	LOGIC_ALL, /* all of them hold */
	LOGIC_ANY, /* one of them holds */
	LOGIC_NONE, /* none of them holds */
	LOGIC_SOME, /* `of` of them hold */
};

struct condition_kind {
	const char *name; /* the key in `when` */
	const char *help; /* what it is true for, in a sentence */
	const char *example; /* a line of YAML for the reference */
	const struct section *section; /* its keys; data is the section's struct (see OPEN) */
	unsigned flags; /* enum condition_flag */
	enum condition_logic logic;
	/* Checks and compiles; errors go to the loader. OK, ERR_INVALID or ERR_NOMEM. */
	int (*compile)(struct loader *loader, struct condition *condition);
	enum truth (*test)(
		const struct condition *condition, struct scene *scene, struct evidence *evidence);
};

/* The table of kinds: in the order of the reference. */
extern const struct condition_kind *const condition_kinds[];
extern const size_t condition_kinds_count;

/* The kind of that name, or NULL. */
const struct condition_kind *condition_kind_find(struct span name);

struct condition {
	const struct condition_kind *kind;
	void *data; /* the kind's struct, in the rule set's arena */
	const struct yaml_node *node; /* where it stands, for explain; outlives it */
	struct condition **children; /* of all, any, none, at_least, condition, field; NULL-free */
	size_t children_count;
	/*
	 * The patterns one of which must be a candidate for this condition to be true or unknown.
	 * `always` says there are none such: it has to be tested on every comment. Set by
	 * compile().
	 */
	struct trigger *triggers;
	size_t triggers_count;
	uint32_t weight; /* conditions below it and itself, shared ones each time; see loader.c */
	bool always;
};

/* A pattern in a field's matcher. */
struct trigger {
	enum field field;
	uint32_t pattern;
};

/*
 * Makes one condition of several: all of them must hold, or any. `node` is where the whole stands.
 * The array is copied, the children are shared. OK or ERR_NOMEM.
 */
int condition_all(struct arena *arena, const struct yaml_node *node, struct condition **children,
	size_t count, struct condition **out);
int condition_any(struct arena *arena, const struct yaml_node *node, struct condition **children,
	size_t count, struct condition **out);

/* Adds a pattern to the condition's triggers. OK or ERR_NOMEM. */
int condition_add_trigger(
	struct arena *arena, struct condition *condition, enum field field, uint32_t pattern);

/* Whether the condition or one below it looks at the comment's language. */
bool condition_needs_language(const struct condition *condition);

/* Tests a condition with its kind's function. */
enum truth condition_test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence);
