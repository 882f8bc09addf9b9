/*
 * A rule set while it is being loaded: its files, and everything in it that has a name.
 *
 * Private to ruleset.c, loader.c, lists.c and sites.c. The order: read all files, declare all names
 * (so that files may use each other's in any order), compile rules, then exceptions, then what
 * nobody used (for its errors), then build the matchers and tables.
 */
#pragma once

#include "base/map.h"
#include "rules/keys.h"
#include "rules/lint.h"
#include "rules/loader.h"
#include "rules/origins.h"

#include <stdatomic.h>

#define LIST_ENTRIES_MAX 200000 /* of one list, included lists counted in */
#define EXEMPTIONS_MAX 1000000 /* pairs of an exception and a rule */
#define LIST_INCLUDES_MAX 32 /* lists that one list includes */
#define LIST_DEPTH_MAX 16 /* lists that include lists */
#define LIST_FORMS_MAX 8 /* names of forms of one list */
#define ENTRIES_TOTAL_MAX 2000000 /* of all lists, of all `words`, and of lists in phrases */

struct rule_file {
	const struct source *source;
	const char *relative; /* its path below the folder: what the version is made of */
	const struct yaml_node *root; /* NULL: YAML only: it could not be parsed */
	struct file_keys keys;
	bool disguised_said; /* `disguised:` stands in the file */
};

/* How far something that may refer to others of its kind has come. */
enum state {
	STATE_NEW,
	STATE_OPEN, /* being worked on: meeting it again is a cycle */
	STATE_DONE,
	STATE_BROKEN, /* an error has been added */
};

/* Forms by their name. */
struct named_forms {
	struct forms *forms; /* in the set's arena */
	const struct rule_file *file;
	const struct yaml_node *name_node;
	bool used;
	bool broken; /* an error has been added */
};

struct list {
	struct span name;
	const struct rule_file *file;
	const struct yaml_node *name_node;
	const struct yaml_node *node;
	struct span *entries; /* expanded; in the set's arena */
	const struct form_set **forms; /* of each; NULL: none of any */
	struct phrase_element **parsed; /* of each, by phrases; NULL: no phrase has named it yet */
	size_t count;
	const struct form_set *own_forms; /* of those written here; NULL: none */
	struct place *places; /* of its own entries; without a source: of an included list */
	struct list *includes[LIST_INCLUDES_MAX];
	size_t includes_count;
	enum state state;
	bool used;
	bool linted; /* it is used for words, and its own have been looked at */
	bool tried; /* each entry has been looked for, by lint */
};

/* A named condition; compiled for each field it is used on. */
struct named {
	struct span name;
	const struct rule_file *file;
	const struct yaml_node *name_node;
	const struct yaml_node *node;
	struct condition *compiled[FIELD_COUNT];
	enum state state[FIELD_COUNT];
	bool used;
};

/* Names of one kind: items stand elsewhere, the map gives their index. */
struct names {
	struct map map;
	const char **all; /* owned; for the nearest one */
	size_t count, capacity;
};

/* An exception's condition and one rule that it is for. */
struct exemption {
	uint32_t rule;
	struct condition *unless;
};

struct load {
	struct loader loader; /* loader.load points back here */
	struct ruleset *set;
	struct arena scratch; /* freed when loading is over */
	const struct ruleset_options *options;

	struct rule_file **files; /* YAML files in order, word files after them; array owned */
	size_t files_count, files_capacity;
	size_t yaml_files; /* how many of them are YAML */
	size_t bytes; /* of all files */

	struct names guideline_names;
	uint64_t guidelines_meant; /* bit per index: a misspelt name was nearest to it */
	struct named_forms *forms; /* owned */
	size_t forms_capacity;
	struct names forms_names;
	struct list *lists; /* owned */
	size_t lists_capacity;
	struct names list_names;
	unsigned list_depth; /* of the list being expanded */
	size_t entries; /* of all lists, `words` and lists in phrases so far */
	struct named *named; /* owned */
	size_t named_capacity;
	struct names condition_names;
	struct map rule_ids;

	struct exemption *exemptions; /* owned */
	size_t exemptions_count, exemptions_capacity;
	/* Of patterns, in the set's arena; only for origins and lint. */
	struct pattern_origin *origins;
	size_t origins_count, origins_capacity;
	bool incomplete; /* a file could not be read: unknown names may be its */
	bool built; /* whatever is wrong, the set is whole: its tests can be run */
	bool nomem; /* where no error code can be passed */
};

struct triggered {
	uint32_t *starts; /* patterns + 1 of them: where a pattern's rules begin in `rules` */
	uint32_t *rules; /* rule indexes, ascending for each pattern */
	size_t patterns;
};

struct site_table;

struct ruleset {
	_Atomic uint32_t references;
	struct arena arena; /* holds all below but the matchers */
	char version[RULES_VERSION_SIZE];
	struct rule *rules;
	size_t rules_count;
	struct guideline *guidelines;
	size_t guidelines_count;
	struct ruleset_file *files;
	size_t files_count;
	struct matcher *matchers[FIELD_COUNT]; /* owned */
	struct lexicon *lexicon;
	uint32_t *always;
	size_t always_count;
	struct triggered triggered[FIELD_COUNT];
	struct rule_language languages[LANGUAGES_MAX];
	size_t languages_count;
	bool needs_language;
	const struct origins *origins; /* NULL unless asked for */
	enum temperament temperament; /* of comments of no site */
	const struct site *sites; /* the configuration's */
	struct site_table *site_tables; /* one for each of them */
	size_t sites_count;
};

/* Makes room for one more item of an owned array; false when out of memory. */
bool load_grow(void **items, size_t count, size_t *capacity, size_t size);

/* Adds a name, or an error at `node` that names the place of the first. OK, ERR_*. */
int names_add(struct names *names, struct span name, uint32_t index);
/* The index, or MAP_NONE. */
uint32_t names_find(const struct names *names, struct span name);
/* The nearest name, or NULL; also if the error it is for would not be kept. */
const char *names_nearest(const struct names *names, struct span name, const struct errors *errors);
void names_free(struct names *names);

/*
 * Whether the word can be a name of a list, condition or guideline: 1 to 64 letters of any script,
 * digits, `-`, `_`, `.` and `/`. If not, adds an error.
 */
bool load_check_name(struct load *load, const struct rule_file *file, const char *what,
	const struct yaml_node *node);

/* Whether the text stands in any of the YAML files. */
bool load_says(const struct load *load, const char *text);

/* Reads a file into the set: counts it, and bounds the whole. OK, ERR_INVALID or ERR_NOMEM. */
int load_read(struct load *load, const char *path, const char *relative, struct rule_file **out);

#define load_error(load, file_source, node, ...)                                                   \
	errors_add((load)->loader.errors, SEVERITY_ERROR, yaml_place((file_source), (node)),       \
		__VA_ARGS__)
#define load_warning(load, file_source, node, ...)                                                 \
	errors_add((load)->loader.errors, SEVERITY_WARNING, yaml_place((file_source), (node)),     \
		__VA_ARGS__)

/* phrase_lists.find: the entries of a list, for `<name>` in phrases. context is the loader. */
bool loader_find_list(void *context, struct span name, struct phrase_list *out);

/* --- inflect.c -------------------------------------------------------------------------------- */

/* Declares and reads the forms of a file. OK or ERR_NOMEM; errors are added. */
int inflect_declare(struct load *load, const struct rule_file *file);

/*
 * The forms that a list of the file names, in the set's arena. OK, ERR_INVALID (errors are added,
 * here or where they are broken; *out is NULL) or ERR_NOMEM.
 */
int inflect_find(struct load *load, const struct rule_file *file, const struct strings *names,
	const struct form_set **out);

/* Warns about forms that no list has. */
void inflect_finish(struct load *load);

/*
 * All that the suffixes of forms make, in the scratch arena, for disguised words: at most
 * FORMS_COMBINED_MAX of them. OK or ERR_NOMEM.
 */
int inflect_endings(struct load *load, const struct span **out, size_t *count);

/* --- lists.c ---------------------------------------------------------------------------------- */

/* Declares the lists of a file. OK or ERR_NOMEM; errors are added. */
int lists_declare(struct load *load, const struct rule_file *file);

/*
 * The list `name` with its entries read and its includes put in; NULL if there is none, without an
 * error. A broken list has been reported; it holds what could be read.
 */
struct list *lists_get(struct load *load, struct span name);

/* Adds the error "there is no list `name`" at a place. */
void lists_unknown(struct load *load, struct place place, struct span name);

/* Reads lists that nobody used, for their errors, and warns about them. OK or ERR_NOMEM. */
int lists_finish(struct load *load);

/* Whether `<name>` is written; then *name is what stands between. */
bool lists_is_include(struct span entry, struct span *name);

/* The entries of all lists that are used, as origins->entries. OK or ERR_NOMEM. */
int lists_origins(struct load *load, struct origins *origins);

/* Warns about the quotation marks of a word processor, which quote nothing in YAML. */
void lists_lint_quotes(struct load *load, struct place place, struct span text);

/*
 * Warns about a word that is written in disguise, whose plain form finds more, and about several
 * between commas.
 */
void lists_lint_word(struct load *load, struct place place, struct span word);

/* The same for a list that is used for words (it may as well hold domains), and those in it. */
void lists_lint(struct load *load, struct list *list);

/* --- rule.c ----------------------------------------------------------------------------------- */

/* Declares the guidelines of a file. OK or ERR_NOMEM; errors are added. */
int rule_declare_guidelines(struct load *load, const struct rule_file *file);

/* Compiles the rules of all files, then their exceptions. OK or ERR_NOMEM; errors are added. */
int rule_compile_all(struct load *load);
int rule_compile_exceptions(struct load *load);

/*
 * Calls `each` (false: out of memory, noted in load->nomem) for the rules that fit an id or glob;
 * adds an error at `node` if none does. Returns how many do.
 */
size_t rule_fitting(struct load *load, const struct source *source, const struct yaml_node *node,
	struct span pattern, bool (*each)(struct load *load, struct rule *rule, void *context),
	void *context);

/* --- lint_*.c: what is looked for in lint mode alone, once all is built ------------------------
 */

/* Everything below. OK or ERR_NOMEM. */
int lint_load(struct load *load);

/* --- sites.c ---------------------------------------------------------------------------------- */

/* Compiles options->sites into set->site_tables. OK, ERR_INVALID with errors added, or ERR_NOMEM.
 */
int sites_compile(struct load *load);

/* Whether `text` fits a pattern in which * stands for any run of characters. */
bool sites_glob(struct span pattern, struct span text);
