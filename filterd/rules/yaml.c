/*
 * YAML by events: a tree with marks, and a refusal for everything that rule files do not need.
 *
 * The text is checked before libyaml sees it (encoding, control characters, directives), so that
 * its line and column counts are ours. Children wait in one pool until their collection ends and
 * are then copied to the arena as one array: no node is moved twice, whatever the nesting.
 */
#include "rules/yaml.h"

#include "base/map.h"
#include "text/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#define HIDDEN_MAX 5 /* hidden characters that are told of, each of which costs a look back */

/* A collection whose end has not come yet. */
struct frame {
	struct yaml_node node;
	size_t first; /* of its children in the pool */
};

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

/* --- files ---------------------------------------------------------------------------------- */

#define file_error(source, errors, ...)                                                            \
	errors_add((errors), SEVERITY_ERROR, (struct place){(source), 0, 0}, __VA_ARGS__)

/* Reads up to max + 1 bytes, so that a file that grew since fstat() is noticed. */
static int read_all(int fd, size_t expected, size_t max, struct buf *out)
{
	out->limit = max + 1;
	for (;;) {
		size_t room = expected > out->len ? expected - out->len + 1 : 4096;
		char *to;
		ssize_t got;

		if (room > max + 1 - out->len)
			room = max + 1 - out->len;
		if (room == 0)
			return ERR_LIMIT;
		to = buf_reserve(out, room);
		if (!to)
			return ERR_NOMEM;
		got = read(fd, to, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return out->len > max ? ERR_LIMIT : OK;
		out->len += (size_t)got;
	}
}

int source_read(struct arena *arena, const char *path, size_t max, struct errors *errors,
	struct source **out)
{
	struct source *source = arena_zalloc(arena, 1, sizeof(*source));
	struct span name = arena_copy(arena, span_of(path));
	struct buf content = {0};
	struct stat st;
	int fd = -1, rc;

	if (!source || !name.ptr)
		return ERR_NOMEM;
	source->name = name.ptr;
	rc = ERR_IO;
	/* O_NONBLOCK: opening a FIFO nobody writes to must not hang. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		file_error(source, errors, "cannot be read: %s", strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		file_error(source, errors, "is not a regular file");
		goto out;
	}
	rc = st.st_size > (off_t)max ? ERR_LIMIT : read_all(fd, (size_t)st.st_size, max, &content);
	if (rc == ERR_LIMIT) {
		file_error(source, errors, "is larger than %zu bytes", max);
		errors_hint(errors, "split it into several files");
	} else if (rc == ERR_IO) {
		file_error(source, errors, "cannot be read: %s", strerror(errno));
	}
	if (rc != OK)
		goto out;
	if (st.st_mode & S_IWOTH) {
		errors_add(errors, SEVERITY_WARNING, (struct place){source, 0, 0},
			"every user of this machine may change this file");
		errors_hint(errors, "chmod o-w");
	}
	source->text = arena_copy(arena, buf_content(&content));
	rc = source->text.ptr ? OK : ERR_NOMEM;
out:
	if (fd >= 0)
		close(fd);
	buf_free(&content);
	*out = source;
	return rc;
}

/* --- the text before parsing ---------------------------------------------------------------- */

struct place yaml_place_at(const struct source *source, size_t offset)
{
	struct place place = {source, 1, 1};

	for (size_t i = 0; i < offset && i < source->text.len; i++) {
		unsigned char c = (unsigned char)source->text.ptr[i];

		if (c == '\n') {
			place.line++;
			place.column = 1;
		} else if ((c & 0xC0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

static bool check_encoding(const struct source *source, struct errors *errors)
{
	struct span text = source->text;
	struct place start = {source, 1, 1};
	const char *nul;
	size_t bad = 0;

	if (span_starts(text, SPAN("\xEF\xBB\xBF"))) {
		errors_add(errors, SEVERITY_ERROR, start, "the file begins with a byte order mark");
		errors_hint(errors, "save it as UTF-8 without BOM");
		return false;
	}
	if (span_starts(text, SPAN("\xFE\xFF")) || span_starts(text, SPAN("\xFF\xFE"))) {
		errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
			"the file is in UTF-16");
		errors_hint(errors, "save it as UTF-8");
		return false;
	}
	nul = text.len ? memchr(text.ptr, 0, text.len) : NULL;
	if (nul) {
		errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, (size_t)(nul - text.ptr)),
			"the file holds a NUL byte");
		errors_hint(errors, "is it a text file, saved as UTF-8?");
		return false;
	}
	if (!utf8_valid(text, &bad)) {
		errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, bad),
			"this is not UTF-8 (byte 0x%02X)", (unsigned char)text.ptr[bad]);
		errors_hint(errors, "save the file as UTF-8");
		return false;
	}
	return true;
}

/* What libyaml would count as a line break and an editor would not, or not read at all. */
static const char *odd_character(uint32_t c, bool before_line_feed)
{
	if (c == '\r')
		return before_line_feed ? NULL : "a carriage return without a line feed";
	if (c == '\t' || c == '\n')
		return NULL;
	if (c < 0x20 || (c >= 0x7F && c < 0xA0 && c != 0x85))
		return "a control character";
	if (c == 0x85 || c == 0x2028 || c == 0x2029)
		return "a Unicode line separator";
	return c == 0xFFFE || c == 0xFFFF ? "a noncharacter" : NULL;
}

/*
 * Characters that nobody sees and that change what a line says: direction controls, zero-width
 * spaces, tags. Zero-width joiners are part of Persian, Kurdish and emoji.
 */
static bool is_hidden(uint32_t c)
{
	return c == 0x00AD || c == 0x061C || c == 0x200B || c == 0x200E || c == 0x200F ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

static void warn_hidden(const struct source *source, struct errors *errors, size_t at, uint32_t c)
{
	errors_add(errors, SEVERITY_WARNING, yaml_place_at(source, at),
		"a hidden character (U+%04X) stands here", (unsigned)c);
	errors_hint(errors,
		c > 0xFFFF ? "if it is meant, write \"\\U%08X\" in double quotes"
			   : "if it is meant, write \"\\u%04X\" in double quotes",
		(unsigned)c);
}

static bool check_characters(const struct source *source, struct errors *errors)
{
	struct span text = source->text;
	unsigned hidden = 0;

	for (size_t at = 0, next; at < text.len; at = next) {
		const char *odd;
		uint32_t c;

		next = at;
		c = utf8_next(text, &next);
		odd = odd_character(c, next < text.len && text.ptr[next] == '\n');
		if (odd) {
			errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, at),
				"%s (U+%04X) may not stand in the file", odd, (unsigned)c);
			errors_hint(errors, "in double quotes it can be written \"\\u%04X\"",
				(unsigned)c);
			return false;
		}
		if (c >= 0xAD && is_hidden(c) && ++hidden <= HIDDEN_MAX)
			warn_hidden(source, errors, at, c);
		/* libyaml compares each %TAG with all before: quadratic, and nobody needs them. */
		if (c == '%' && (at == 0 || text.ptr[at - 1] == '\n')) {
			errors_add(errors, SEVERITY_ERROR, yaml_place_at(source, at),
				"a line may not begin with `%%`: directives are not allowed");
			return false;
		}
	}
	return true;
}

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
	node.value = arena_copy(b->arena, value);
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
			continue;
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
		"check the indentation, and quotes inside a text in quotes"},
	{"could not find expected ':'", "a `:` is missing after this key",
		"write `key: value`; a text that goes on in the next line must be indented"},
	{"did not find expected '-' indicator", "a `- ` is expected here",
		"entries of one list must be indented alike"},
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

size_t yaml_offset(const struct source *source, uint32_t line, uint32_t column)
{
	struct span text = source->text;
	size_t at = 0;

	while (line > 1 && at < text.len) {
		if (text.ptr[at++] == '\n')
			line--;
	}
	while (column > 1 && at < text.len && text.ptr[at] != '\n') {
		at += utf8_len((unsigned char)text.ptr[at]);
		column--;
	}
	return at < text.len ? at : text.len ? text.len - 1 : 0;
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

int yaml_parse(struct arena *arena, const struct source *source, struct errors *errors,
	struct yaml_node **out)
{
	struct builder b = {.arena = arena, .source = source, .errors = errors};
	yaml_parser_t parser;
	int rc;

	*out = NULL;
	if (source->text.len > YAML_SIZE_MAX) {
		file_error(source, errors, "is larger than %d bytes", YAML_SIZE_MAX);
		return ERR_INVALID;
	}
	if (!check_encoding(source, errors) || !check_characters(source, errors))
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
