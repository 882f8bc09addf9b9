/*
 * The one description of every key in rule files and in the configuration.
 *
 * A section is a table of keys; a key names its type, bounds, default, help and where its value
 * goes in a C struct. schema_read() fills the struct from a YAML node and reports every mistake
 * with its place and the nearest valid name. The same tables print the reference (docs.c) and the
 * JSON Schema (`filterd schema`), so the three cannot differ.
 */
#pragma once

#include "rules/yaml.h"

enum value_type {
	TYPE_BOOL, /* true | false                      -> bool */
	TYPE_INT, /* whole number, key.min..key.max    -> int64_t */
	TYPE_STRING, /* non-empty text, NUL-terminated    -> struct span; min..max: bytes */
	TYPE_STRINGS, /* a string, or a list of them       -> struct strings */
	TYPE_CHOICE, /* one of key.choices                -> int (its index) */
	TYPE_CHOICES, /* one or a list of key.choices      -> unsigned (bit per index) */
	TYPE_INSTANT, /* date or RFC 3339                  -> int64_t [ms since 1970] */
	TYPE_DURATION, /* 250ms, 10s, 5m, 12h, 30d          -> int64_t [ms] */
	TYPE_SIZE, /* 4096, 64KiB, 16MiB                -> int64_t [bytes] */
	TYPE_WORDING, /* text, or language: text           -> struct wording */
	TYPE_NUMBERED, /* names, or name: number (min..max) -> struct numbered */
	TYPE_SECTION, /* a mapping described by key.section-> the section's struct, in place */
	TYPE_NODE, /* read by whoever owns the table    -> const struct yaml_node * */
};

struct section;

enum key_flag {
	KEY_REQUIRED = 1 << 0,
	KEY_RETIRED = 1 << 1, /* warns, is not used */
	KEY_FORESEEN = 1 << 2, /* known name of a later version: refused with that reason */
	KEY_RELOADABLE = 1 << 3, /* configuration: taken over by a reload */
};

struct key {
	const char *name;
	enum value_type type;
	const char *help; /* a sentence for the reference */
	size_t offset; /* offsetof() in the section's struct */
	int64_t min, max; /* for numbers, durations, sizes; both 0: no bounds */
	const char *fallback; /* default: a word, or words as `[a, b]`; NULL: zero or absent */
	const char *const *choices; /* NULL-terminated */
	const struct section
		*section; /* TYPE_SECTION; for TYPE_NODE: what the reference points to */
	const char *shape; /* TYPE_NODE: how the reference writes its value ("list of rules") */
	unsigned flags; /* enum key_flag */
};

struct section {
	const char *name; /* unique; the reference's heading and the schema's $defs name */
	const char *noun; /* for errors: "a rule"; NULL: the name in backticks */
	const char *help;
	const struct key *keys;
	size_t count;
	/*
	 * Index of the key that a bare scalar or list stands for (`phrase: "…"` is
	 * `phrase: {any: "…"}`), or -1: a mapping is required.
	 */
	int shorthand;
	/* A section whose keys may stand beside its own, read into the struct at `also_at`; or
	 * NULL.
	 */
	const struct section *also;
	size_t also_at;
	/* For a key it does not have: where that key belongs ("it is a condition: ..."), or NULL.
	 */
	const char *(*elsewhere)(struct span key);
	size_t size; /* [bytes] of the section's struct */
};

struct form_set;

struct strings {
	const struct span *items;
	const struct yaml_node *const *nodes; /* where each stands */
	size_t count;
	/* Of entries that lists were put in: what each is inflected by, or NULL; else NULL. */
	const struct form_set *const *forms;
};

/* Names, each with a number or none with one. */
struct numbered {
	struct strings names;
	const int64_t *numbers; /* one for each name; NULL: names alone */
};

/* A text per language, for people: reason, title. */
struct wording {
	const struct span *tags; /* "en", "ckb", ... ; "" when the file gave one text for all */
	const struct span *texts;
	size_t count;
};

/* The text for the first of `tags` that there is (count may be 0), else English, else the first. */
struct span wording_for(const struct wording *wording, const struct span *tags, size_t count);

/*
 * Reads `node` by `section` into `target` (section->size bytes, zeroed by this function, then set
 * to defaults). Unknown, missing, doubled, mistyped and out-of-range keys are added to `errors`;
 * all of them, not only the first. OK, ERR_INVALID or ERR_NOMEM. Memory comes from the arena.
 */
int schema_read(struct arena *arena, const struct source *source, struct errors *errors,
	const struct section *section, const struct yaml_node *node, void *target);

/*
 * The i-th key that may stand in the section, those of `also` behind its own; NULL behind the last.
 * *offset (may be NULL) is where its value goes in the section's struct.
 */
const struct key *schema_key(const struct section *section, size_t i, size_t *offset);

/* Whether the mapping has the key, for telling "absent" from "default". */
bool schema_has(const struct yaml_node *node, const char *name);

/* Whether some key of the mapping is none of the section's, but probably meant to be this one. */
bool schema_is_misspelt(
	const struct section *section, const struct yaml_node *node, const char *name);

/* Whether it is a language code as rules name them: two or three small letters. */
bool schema_is_language(struct span tag);

/* Reads a duration such as "90s", "1h", "90d" [ms]. False: it is none. */
bool schema_parse_duration(struct span text, int64_t *ms);
/* "90s", "1h", "250ms": a duration [ms] as it would be written. */
void schema_print_duration(char out[32], int64_t ms);
/* "16KiB", "1000": a size [bytes] as it would be written. */
void schema_print_size(char out[32], int64_t bytes);
