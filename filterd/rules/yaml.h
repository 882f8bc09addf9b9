/*
 * A YAML file as a tree whose every node knows its line and column.
 *
 * Built from libyaml's events, never its loader (which has no depth limit and is quadratic). What
 * rule files do not need is refused with its place: anchors, aliases, tags, merge keys, a second
 * document, duplicate keys, NUL, any encoding but UTF-8, a byte order mark, directives, depth over
 * YAML_DEPTH_MAX, files over YAML_SIZE_MAX, more than YAML_NODES_MAX nodes, keys that are no
 * scalars. Who begins a file with `---` must end it with `...`, so that a file that was cut off
 * between two rules can be told from a whole one.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/status.h"

#define YAML_DEPTH_MAX 16
#define YAML_SIZE_MAX (1024 * 1024) /* [bytes] of one file */
#define YAML_NODES_MAX 200000 /* of one file */

enum yaml_kind {
	YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING,
};

struct yaml_node {
	enum yaml_kind kind;
	bool quoted; /* scalar in quotes or a block: always a string */
	uint32_t line; /* 1-based */
	uint32_t column; /* 1-based, code points */
	struct span value; /* of a scalar: NUL-terminated valid UTF-8 without NUL inside */
	struct yaml_node
		*items; /* of a sequence: count of them; of a mapping: key, value, key, ... */
	size_t count; /* items of a sequence, pairs of a mapping */
};

/*
 * Reads a file into *out: regular files only, up to `max` bytes, opened without blocking. Text and
 * source live in the arena. On failure one error is added (without line) and ERR_IO, ERR_LIMIT or
 * ERR_NOMEM returned.
 */
int source_read(struct arena *arena, const char *path, size_t max, struct errors *errors,
	struct source **out);

/*
 * Whether the text is UTF-8 without a byte order mark, NUL, control characters, directives and line
 * breaks that only some programs count; if not, adds an error. Hidden characters are warned of.
 */
bool source_check(const struct source *source, struct errors *errors);

/*
 * Parses source->text. *out is the root (NULL for a file without content). OK; ERR_INVALID with at
 * least one error added; ERR_NOMEM.
 */
int yaml_parse(struct arena *arena, const struct source *source, struct errors *errors,
	struct yaml_node **out);

/* The byte of source->text at a line and column (both 1-based); clamped to the text. */
size_t yaml_offset(const struct source *source, uint32_t line, uint32_t column);

/* The place of byte `offset` of source->text. */
struct place yaml_place_at(const struct source *source, size_t offset);

/*
 * The place of byte `offset` of a scalar's value, whatever way it is written: plain, in quotes with
 * escapes, as a block. Where the two cannot be matched up: where the scalar begins.
 */
struct place yaml_place_inside(
	const struct source *source, const struct yaml_node *scalar, size_t offset);

/* The same as an offset of source->text; for scalars that are not empty. */
size_t yaml_offset_inside(
	const struct source *source, const struct yaml_node *scalar, size_t offset);

/* The value under `key` of a mapping, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

static inline const struct yaml_node *yaml_key(const struct yaml_node *mapping, size_t pair)
{
	return &mapping->items[2 * pair];
}

static inline const struct yaml_node *yaml_value(const struct yaml_node *mapping, size_t pair)
{
	return &mapping->items[2 * pair + 1];
}

static inline struct place yaml_place(const struct source *source, const struct yaml_node *node)
{
	return (struct place){source, node->line, node->column};
}

/* Whether two nodes say the same, in whatever style; as deep as YAML may be nested. */
bool yaml_same(const struct yaml_node *a, const struct yaml_node *b);

/* Whether the node is a plain `null`, `~` or nothing. */
bool yaml_is_null(const struct yaml_node *node);
