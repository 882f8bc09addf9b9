/*
 * YAML by events: a tree with marks, and a refusal for everything that rule files do not need.
 *
 * The text is checked before libyaml sees it (source_check()), so that its line and column counts
 * are ours. Children wait in one pool until their collection ends and
 * are then copied to the arena as one array: no node is moved twice, whatever the nesting.
 */
#include "rules/yaml.h"
#include "rules/lint.h"

#include "base/map.h"

#include <stdlib.h>
#include <yaml.h>

/* A collection whose end has not come yet. */
struct frame {
	struct yaml_node node;
	size_t first; /* of its children in the pool */
};

#define SEEN_SLOTS 64 /* short texts remembered, so that repeated keys are kept once */
#define SEEN_LEN_MAX 24 /* [bytes] */
#define CHUNK 4096 /* [bytes] taken from the arena for texts at a time */

struct builder {
	struct arena *arena;
	const struct source *source;
	struct errors *errors;
	struct yaml_node *pool; /* owned; children of the open collections, outermost first */
	size_t pool_count, pool_capacity;
	struct frame frames[YAML_DEPTH_MAX];
	unsigned depth;
	size_t nodes;
	size_t documents;
	bool explicit_start;
	bool refused; /* an error was added; parsing goes on to find more */
	struct yaml_node root;
	struct span seen[SEEN_SLOTS]; /* by a hash of the text; the last one wins */
	char *chunk; /* free room for texts */
	size_t chunk_left; /* [bytes] */
};

static struct place place_of(const struct source *source, yaml_mark_t mark)
{
	return (struct place){source, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

#define refuse(b, mark, ...)                                                                       \
	do {                                                                                       \
		errors_add(                                                                        \
			(b)->errors, SEVERITY_ERROR, place_of((b)->source, (mark)), __VA_ARGS__);  \
		(b)->refused = true;                                                               \
	} while (0)

/* --- building the tree ---------------------------------------------------------------------- */

static int push(struct builder *b, const struct yaml_node *node)
{
	if (b->pool_count == b->pool_capacity) {
		size_t capacity = b->pool_capacity ? b->pool_capacity * 2 : 256;
		struct yaml_node *pool = realloc(b->pool, capacity * sizeof(*pool));

		if (!pool)
			return ERR_NOMEM;
		b->pool = pool;
		b->pool_capacity = capacity;
	}
	b->pool[b->pool_count++] = *node;
	return OK;
}

static bool key_comes_next(const struct builder *b)
{
	const struct frame *top = b->depth ? &b->frames[b->depth - 1] : NULL;

	return top && top->node.kind == YAML_MAPPING && (b->pool_count - top->first) % 2 == 0;
}

static int add_node(struct builder *b, const struct yaml_node *node)
{
	if (b->depth == 0) {
		b->root = *node;
		return OK;
	}
	return push(b, node);
}

static bool count_node(struct builder *b, yaml_mark_t mark)
{
	if (++b->nodes <= YAML_NODES_MAX)
		return true;
	refuse(b, mark, "the file holds more than %d entries", YAML_NODES_MAX);
	errors_hint(b->errors, "split it into several files");
	return false;
}

static void check_extras(
	struct builder *b, yaml_mark_t mark, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor) {
		refuse(b, mark, "anchors (`&%s`) are not allowed", (const char *)anchor);
		errors_hint(
			b->errors, "a name in `lists:` or `conditions:` can be used many times");
	}
	if (tag) {
		refuse(b, mark, "tags (`!...`) are not allowed");
		errors_hint(b->errors, "a text that begins with `!` needs quotes");
	}
}

static struct span keep_copy(struct builder *b, struct span text)
{
	struct span kept;

	if (text.len + 1 > CHUNK / 4)
		return arena_copy(b->arena, text);
	if (text.len + 1 > b->chunk_left) {
		b->chunk = arena_alloc(b->arena, CHUNK);
		b->chunk_left = b->chunk ? CHUNK : 0;
		if (!b->chunk)
			return (struct span){NULL, 0};
	}
	kept = (struct span){b->chunk, text.len};
	memcpy(b->chunk, text.ptr, text.len);
	b->chunk[text.len] = '\0';
	b->chunk += text.len + 1;
	b->chunk_left -= text.len + 1;
	return kept;
}

/*
 * A NUL-terminated copy that lives in the arena. A set of ten thousand rules is mostly the same few
 * keys again and again: they are packed without gaps, and short ones shared.
 */
static struct span keep_text(struct builder *b, struct span text)
{
	struct span *seen;
	uint32_t hash = (uint32_t)text.len;

	if (text.len > SEEN_LEN_MAX)
		return keep_copy(b, text);
	for (size_t i = 0; i < text.len; i++)
		hash = hash * 31 + (unsigned char)text.ptr[i];
	seen = &b->seen[hash % SEEN_SLOTS];
	if (!seen->ptr || !span_eq(*seen, text))
		*seen = keep_copy(b, text);
	return *seen;
}

static int on_scalar(struct builder *b, const yaml_event_t *event)
{
	yaml_mark_t mark = event->start_mark;
	struct span value = {(const char *)event->data.scalar.value, event->data.scalar.length};
	struct yaml_node node = {.kind = YAML_SCALAR,
		.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE,
		.line = (uint32_t)mark.line + 1,
		.column = (uint32_t)mark.column + 1};

	if (!count_node(b, mark))
		return ERR_INVALID;
	check_extras(b, mark, event->data.scalar.anchor, event->data.scalar.tag);
	if (key_comes_next(b) && !node.quoted && span_eq(value, SPAN("<<"))) {
		refuse(b, mark, "merge keys (`<<`) are not allowed");
		errors_hint(b->errors, "write the keys out");
	}
	if (value.len && memchr(value.ptr, 0, value.len))
		refuse(b, mark, "a text may not hold the character U+0000");
	node.value = keep_text(b, value);
	return node.value.ptr ? add_node(b, &node) : ERR_NOMEM;
}

static int on_start(struct builder *b, enum yaml_kind kind, const yaml_event_t *event,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	yaml_mark_t mark = event->start_mark;
	struct frame *frame;

	if (!count_node(b, mark))
		return ERR_INVALID;
	if (b->depth == YAML_DEPTH_MAX) {
		refuse(b, mark, "nested deeper than %d levels", YAML_DEPTH_MAX);
		return ERR_INVALID;
	}
	if (key_comes_next(b)) {
		refuse(b, mark, "a key must be a single word, not a list or mapping");
		errors_hint(b->errors, "a text that begins with `[` or `{` needs quotes");
	}
	check_extras(b, mark, anchor, tag);
	frame = &b->frames[b->depth++];
	frame->node = (struct yaml_node){
		.kind = kind, .line = (uint32_t)mark.line + 1, .column = (uint32_t)mark.column + 1};
	frame->first = b->pool_count;
	return OK;
}

static void refuse_duplicate(
	struct builder *b, const struct yaml_node *key, const struct yaml_node *first)
{
	errors_add(b->errors, SEVERITY_ERROR, yaml_place(b->source, key), "duplicate key `%s`",
		key->value.ptr);
	lint_mark(b->errors, LINT_DUPLICATE_KEY);
	errors_hint(
		b->errors, "it already stands in line %u, column %u", first->line, first->column);
	b->refused = true;
}

/* Mappings are small, except for ones made to be slow: those get a hash map. */
static int check_duplicates(struct builder *b, const struct yaml_node *mapping)
{
	enum { small = 16 };
	struct map seen = {0};
	int rc = OK;

	for (size_t i = 0; i < mapping->count && rc == OK; i++) {
		const struct yaml_node *key = yaml_key(mapping, i);
		uint32_t first = MAP_NONE;

		if (key->kind != YAML_SCALAR)
			continue; /* refused already */
		if (mapping->count <= small) {
			for (size_t j = 0; j < i && first == MAP_NONE; j++) {
				if (span_eq(yaml_key(mapping, j)->value, key->value))
					first = (uint32_t)j;
			}
		} else {
			first = map_get(&seen, key->value);
			if (first == MAP_NONE)
				rc = map_set(&seen, key->value, (uint32_t)i);
		}
		if (first != MAP_NONE)
			refuse_duplicate(b, key, yaml_key(mapping, first));
	}
	map_free(&seen);
	return rc;
}

static int on_end(struct builder *b)
{
	struct frame *frame = &b->frames[--b->depth];
	size_t children = b->pool_count - frame->first;

	if (children) {
		frame->node.items = arena_alloc(b->arena, children * sizeof(*frame->node.items));
		if (!frame->node.items)
			return ERR_NOMEM;
		memcpy(frame->node.items, b->pool + frame->first,
			children * sizeof(*frame->node.items));
	}
	b->pool_count = frame->first;
	frame->node.count = frame->node.kind == YAML_MAPPING ? children / 2 : children;
	if (frame->node.kind == YAML_MAPPING && check_duplicates(b, &frame->node) != OK)
		return ERR_NOMEM;
	return add_node(b, &frame->node);
}

static int on_document_start(struct builder *b, const yaml_event_t *event)
{
	if (b->documents++ > 0) {
		refuse(b, event->start_mark, "a second document begins here");
		errors_hint(b->errors, "a file holds one: take out the line `---` or `...`");
		return ERR_INVALID;
	}
	b->explicit_start = !event->data.document_start.implicit;
	return OK;
}

/* `---` at the top asks for `...` at the bottom: so a file that was cut off can be told. */
static int on_document_end(struct builder *b, const yaml_event_t *event)
{
	if (b->explicit_start && event->data.document_end.implicit && b->documents == 1) {
		refuse(b, event->start_mark,
			"the file begins with `---` but does not end with `...`");
		errors_hint(b->errors,
			"it may have been cut off: add a line `...` at the end, or take out `---`");
	}
	return OK;
}

static int on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, YAML_SEQUENCE, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, YAML_MAPPING, event, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(b);
	case YAML_ALIAS_EVENT:
		refuse(b, event->start_mark, "aliases (`*%s`) are not allowed",
			(const char *)event->data.alias.anchor);
		errors_hint(b->errors, "a text that begins with `*` needs quotes");
		return add_node(b, &(struct yaml_node){.value = SPAN(""), .quoted = true});
	case YAML_DOCUMENT_START_EVENT:
		return on_document_start(b, event);
	case YAML_DOCUMENT_END_EVENT:
		return on_document_end(b, event);
	default:
		return OK;
	}
}

/* --- what libyaml complains about, in plain words -------------------------------------------- */

static const struct {
	const char *problem; /* libyaml's */
	const char *text;
	const char *hint;
} complaints[] = {
	{"mapping values are not allowed in this context", "a `:` is not expected here",
		"a text with `: ` in it needs quotes; or is the indentation off?"},
	{"did not find expected key", "a key is expected here",
		"check the indentation, and the quotes: one inside a text in quotes, or one not "
		"closed further up"},
	{"could not find expected ':'", "a `:` is missing after this key",
		"write `key: value`; a text that goes on in the next line must be indented"},
	{"did not find expected '-' indicator", "the indentation is off: a `- ` is expected here",
		"all keys of one entry begin in the same column, and so do all entries of a list"},
	{"did not find expected ',' or ']'", "a `,` or `]` is missing before this", NULL},
	{"did not find expected ',' or '}'", "a `,` or `}` is missing before this", NULL},
	{"did not find expected node content", "a value is missing before this", NULL},
	{"found unexpected end of stream", "the file ends inside a text in quotes",
		"a closing quote is missing"},
	{"did not find expected <document start>", "nothing may follow the end of the document",
		"take out the line `...`, or what follows it"},
	{"found invalid Unicode character escape code", "this escape is no character",
		"surrogates (D800 to DFFF) are none: write one \\U with eight digits"},
	{"did not find expected alphabetic or numeric character",
		"a text may not begin with `*` or `&`", "put the text in quotes"},
	{"found unknown escape character", "there is no such escape in double quotes",
		"write backslashes in single quotes: '\\b'"},
	{"block sequence entries are not allowed in this context", "a `- ` is not expected here",
		"begin the list in a new line, below its key"},
	{"found a tab character that violates indentation", "a tab may not indent", "use spaces"},
	{"found a tab character where an indentation space is expected", "a tab may not indent",
		"use spaces"},
};

static void explain_problem(
	const struct source *source, struct errors *errors, const yaml_parser_t *parser)
{
	struct place place = place_of(source, parser->problem_mark);
	const char *problem = parser->problem ? parser->problem : "unreadable";
	char at = parser->problem_mark.index < source->text.len ? '?' : '\0';

	for (size_t i = 0; i < ARRAY_LEN(complaints); i++) {
		if (strcmp(problem, complaints[i].problem) != 0)
			continue;
		errors_add(errors, SEVERITY_ERROR, place, "%s", complaints[i].text);
		if (complaints[i].hint)
			errors_hint(errors, "%s", complaints[i].hint);
		return;
	}
	if (parser->context && strstr(parser->context, "a tag")) {
		errors_add(errors, SEVERITY_ERROR, place, "a text may not begin with `!`");
		errors_hint(errors, "put the text in quotes");
		return;
	}
	/* The mark's index counts characters, so the byte is looked up by line and column. */
	if (at)
		at = source->text.ptr[yaml_offset(source, place.line, place.column)];
	if (strcmp(problem, "found character that cannot start any token") == 0) {
		if (at == '\t')
			errors_add(errors, SEVERITY_ERROR, place, "a tab may not indent");
		else
			errors_add(errors, SEVERITY_ERROR, place,
				"a text may not begin with this character");
		errors_hint(errors, at == '\t' ? "use spaces" : "put the text in quotes");
		return;
	}
	errors_add(errors, SEVERITY_ERROR, place, "not valid YAML: %s%s%s", problem,
		parser->context ? " " : "", parser->context ? parser->context : "");
}

/* --- the whole ------------------------------------------------------------------------------ */

static int build(struct builder *b, yaml_parser_t *parser)
{
	for (bool more = true; more;) {
		yaml_event_t event;
		int rc;

		if (!yaml_parser_parse(parser, &event)) {
			if (parser->error == YAML_MEMORY_ERROR)
				return ERR_NOMEM;
			explain_problem(b->source, b->errors, parser);
			return ERR_INVALID;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		rc = on_event(b, &event);
		yaml_event_delete(&event);
		if (rc != OK)
			return rc;
	}
	return b->refused ? ERR_INVALID : OK;
}

static int parse_source(struct arena *arena, const struct source *source, struct errors *errors,
	struct yaml_node **out)
{
	struct builder b = {.arena = arena, .source = source, .errors = errors};
	yaml_parser_t parser;
	int rc;

	*out = NULL;
	if (source->text.len > YAML_SIZE_MAX) {
		errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
			"is larger than %d bytes", YAML_SIZE_MAX);
		return ERR_INVALID;
	}
	if (!source_check(source, errors))
		return ERR_INVALID;
	if (!yaml_parser_initialize(&parser))
		return ERR_NOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&parser, (const unsigned char *)source->text.ptr, source->text.len);
	rc = build(&b, &parser);
	yaml_parser_delete(&parser);
	free(b.pool);
	if (rc != OK || b.documents == 0 || yaml_is_null(&b.root))
		return rc;
	*out = arena_alloc(arena, sizeof(**out));
	if (!*out)
		return ERR_NOMEM;
	**out = b.root;
	return OK;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	struct span name = span_of(key);

	if (!mapping || mapping->kind != YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < mapping->count; i++) {
		if (span_eq(yaml_key(mapping, i)->value, name))
			return yaml_value(mapping, i);
	}
	return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
	static const char *const names[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != YAML_SCALAR || node->quoted)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (span_eq(node->value, span_of(names[i])))
			return true;
	}
	return false;
}

int yaml_parse(struct arena *arena, const struct source *source, struct errors *errors,
	struct yaml_node **out)
{
	const char *scope = lint_scope(errors, LINT_SYNTAX);
	int rc = parse_source(arena, source, errors, out);

	errors->scope = scope;
	return rc;
}

bool yaml_same(const struct yaml_node *a, const struct yaml_node *b)
{
	size_t items = a->kind == YAML_MAPPING ? 2 * a->count : a->count;

	if (a->kind != b->kind || a->count != b->count || !span_eq(a->value, b->value))
		return false;
	for (size_t i = 0; i < items; i++) {
		if (!yaml_same(&a->items[i], &b->items[i]))
			return false;
	}
	return true;
}
