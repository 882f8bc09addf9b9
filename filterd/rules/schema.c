/* Reading YAML by tables: every mistake is reported with its place and what would mend it. */
#include "rules/schema.h"
#include "rules/lint.h"

#include "base/buf.h"
#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>

#define STRING_MAX 16384 /* [bytes] of a text whose key names no bound */
#define DIGITS_MAX 15 /* keeps every number far from overflow */

struct reader {
	struct arena *arena;
	const struct source *source;
	struct errors *errors;
	bool bad; /* an error was added */
	bool nomem;
};

#define complain(r, node, ...)                                                                     \
	do {                                                                                       \
		errors_add((r)->errors, SEVERITY_ERROR, yaml_place((r)->source, (node)),           \
			__VA_ARGS__);                                                              \
		lint_mark((r)->errors, LINT_WRONG_VALUE);                                          \
		(r)->bad = true;                                                                   \
	} while (0)
#define hint(r, ...) errors_hint((r)->errors, __VA_ARGS__)

static void *take(struct reader *r, size_t count, size_t size)
{
	void *memory = arena_zalloc(r->arena, count, size);

	if (!memory)
		r->nomem = true;
	return memory;
}

/* A scalar that is not null, or an error. */
static bool is_text(struct reader *r, const struct key *key, const struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		return true;
	if (node->kind != YAML_SCALAR) {
		complain(r, node, "`%s` must be a single value, not a %s", key->name,
			node->kind == YAML_SEQUENCE ? "list" : "mapping");
	} else if (node->value.len) {
		complain(r, node, "`%s` without quotes means that there is no value",
			node->value.ptr);
		hint(r, "write \"%s\" in quotes if the word is meant", node->value.ptr);
	} else {
		complain(r, node, "`%s` has no value", key->name);
		hint(r, "give it one, or take the line out");
	}
	return false;
}

/* --- numbers -------------------------------------------------------------------------------- */

/* Plain decimal digits, no leading zero. Advances *at past them; false if there are none. */
static bool scan_digits(struct span s, size_t *at, int64_t *out)
{
	size_t from = *at;

	*out = 0;
	while (*at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9') {
		if (*at - from >= DIGITS_MAX)
			return false;
		*out = *out * 10 + (s.ptr[*at] - '0');
		++*at;
	}
	return *at > from && (*at == from + 1 || s.ptr[from] != '0');
}

static bool in_range(struct reader *r, const struct key *key, const struct yaml_node *node,
	int64_t value, const char *min, const char *max)
{
	if ((key->min == 0 && key->max == 0) || (value >= key->min && value <= key->max))
		return true;
	complain(r, node, "`%s` must be between %s and %s, not %s", key->name, min, max,
		node->value.ptr);
	return false;
}

static void read_int(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	struct span s = node->value;
	char min[24], max[24];
	size_t at = 0;
	bool negative;
	int64_t value;

	if (!is_text(r, key, node))
		return;
	negative = s.len && s.ptr[0] == '-';
	at = negative;
	if (node->quoted || !scan_digits(s, &at, &value) || at != s.len) {
		complain(r, node, "`%s` must be a whole number", key->name);
		hint(r, node->quoted ? "take the quotes away"
				     : "written in plain digits, such as 12 or 1500");
		return;
	}
	if (negative)
		value = -value;
	snprintf(min, sizeof(min), "%lld", (long long)key->min);
	snprintf(max, sizeof(max), "%lld", (long long)key->max);
	if (in_range(r, key, node, value, min, max))
		*(int64_t *)to = value;
}

struct unit {
	const char *name;
	int64_t factor;
};

/* The largest first, so that values are shown in the unit that suits them. */
static const struct unit duration_units[] = {
	{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit size_units[] = {
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};

static void print_unit(char out[32], int64_t value, const struct unit *units, size_t count)
{
	size_t i = 0;

	while (i + 1 < count && (value == 0 || value % units[i].factor != 0))
		i++;
	snprintf(out, 32, "%lld%s", (long long)(value / units[i].factor), units[i].name);
}

void schema_print_duration(char out[32], int64_t ms)
{
	print_unit(out, ms, duration_units, ARRAY_LEN(duration_units));
}

void schema_print_size(char out[32], int64_t bytes)
{
	print_unit(out, bytes, size_units, ARRAY_LEN(size_units));
}

static bool scan_unit(struct span text, const struct unit *units, size_t count, int64_t *out)
{
	size_t at = 0;
	int64_t number;

	if (!scan_digits(text, &at, &number))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!span_eq(span_sub(text, at, text.len), span_of(units[i].name)))
			continue;
		if (number > INT64_MAX / units[i].factor)
			return false;
		*out = number * units[i].factor;
		return true;
	}
	return false;
}

bool schema_parse_duration(struct span text, int64_t *ms)
{
	return scan_unit(text, duration_units, ARRAY_LEN(duration_units), ms);
}

static void read_duration(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	char min[32], max[32];
	int64_t value;

	if (!is_text(r, key, node))
		return;
	if (!scan_unit(node->value, duration_units, ARRAY_LEN(duration_units), &value)) {
		complain(r, node, "`%s` must be a time with its unit", key->name);
		hint(r, "such as 250ms, 10s, 5m, 12h or 30d");
		return;
	}
	schema_print_duration(min, key->min);
	schema_print_duration(max, key->max);
	if (in_range(r, key, node, value, min, max))
		*(int64_t *)to = value;
}

static void read_size(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	char min[32], max[32];
	int64_t value;

	if (!is_text(r, key, node))
		return;
	if (!scan_unit(node->value, size_units, ARRAY_LEN(size_units), &value)) {
		complain(r, node, "`%s` must be a size", key->name);
		hint(r, "a number of bytes, or one such as 64KiB or 16MiB");
		return;
	}
	schema_print_size(min, key->min);
	schema_print_size(max, key->max);
	if (in_range(r, key, node, value, min, max))
		*(int64_t *)to = value;
}

static void read_instant(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	if (!is_text(r, key, node) || clock_parse(node->value, to))
		return;
	complain(r, node, "`%s` must be a date or a time", key->name);
	hint(r, "such as 2026-11-23 or 2026-11-23T10:00:00Z");
}

static void read_bool(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	static const char *const yes[] = {
		"yes", "Yes", "YES", "on", "On", "ON", "True", "TRUE", "y"};
	bool is_yes = false, is_true;

	if (!is_text(r, key, node))
		return;
	is_true = span_eq(node->value, SPAN("true"));
	if (!node->quoted && (is_true || span_eq(node->value, SPAN("false")))) {
		*(bool *)to = is_true;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		is_yes |= span_eq(node->value, span_of(yes[i]));
	complain(r, node, "`%s` must be true or false, not %s", key->name, node->value.ptr);
	if (node->quoted)
		hint(r, "take the quotes away");
	else if (is_yes)
		hint(r, "write true");
}

/* --- texts ---------------------------------------------------------------------------------- */

static bool text_fits(struct reader *r, const struct key *key, const struct yaml_node *node)
{
	int64_t max = key->max ? key->max : STRING_MAX, min = key->min ? key->min : 1;

	if (!is_text(r, key, node))
		return false;
	if (node->value.len == 0 && min > 0) {
		complain(r, node, "`%s` is empty", key->name);
		return false;
	}
	if ((int64_t)node->value.len > max || (int64_t)node->value.len < min) {
		complain(r, node, "`%s` is too %s: %zu bytes, %s are %lld", key->name,
			(int64_t)node->value.len > max ? "long" : "short", node->value.len,
			(int64_t)node->value.len > max ? "allowed" : "needed",
			(long long)((int64_t)node->value.len > max ? max : min));
		return false;
	}
	return true;
}

static void read_string(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	if (text_fits(r, key, node))
		*(struct span *)to = node->value;
}

/* The items of a list, or the node itself as a list of one; false if there is none. */
static bool as_list(struct reader *r, const struct key *key, const struct yaml_node *node,
	const struct yaml_node **items, size_t *count)
{
	*items = node;
	*count = 1;
	if (node->kind == YAML_MAPPING) {
		complain(r, node, "`%s` must be a value or a list of values", key->name);
		return false;
	}
	if (node->kind == YAML_SEQUENCE) {
		*items = node->items;
		*count = node->count;
	}
	if (*count == 0)
		complain(r, node, "`%s` is an empty list", key->name);
	return *count > 0;
}

static void read_strings(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	struct strings *out = to;
	const struct yaml_node *items, **nodes;
	struct span *spans;
	size_t count;

	if (!as_list(r, key, node, &items, &count))
		return;
	spans = take(r, count, sizeof(*spans));
	nodes = take(r, count, sizeof(const struct yaml_node *));
	if (!spans || !nodes)
		return;
	for (size_t i = 0; i < count; i++) {
		if (!text_fits(r, key, &items[i]))
			continue;
		spans[out->count] = items[i].value;
		nodes[out->count++] = &items[i];
	}
	out->items = spans;
	out->nodes = nodes;
}

static size_t choices_count(const struct key *key)
{
	size_t count = 0;

	while (key->choices[count])
		count++;
	return count;
}

static int choose(struct reader *r, const struct key *key, const struct yaml_node *node)
{
	size_t count = choices_count(key);
	const char *near;
	struct buf all = {0};

	if (!is_text(r, key, node))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (span_eq(node->value, span_of(key->choices[i])))
			return (int)i;
	}
	complain(r, node, "`%s` cannot be `%s`", key->name, node->value.ptr);
	near = nearest_name(node->value, key->choices, count);
	if (near) {
		hint(r, "did you mean `%s`?", near);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", key->choices[i]);
	hint(r, "it is one of: %.*s", SPAN_ARGS(buf_content(&all)));
	buf_free(&all);
	return -1;
}

static void read_choice(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	int index = choose(r, key, node);

	if (index >= 0)
		*(int *)to = index;
}

static void read_choices(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	const struct yaml_node *items;
	size_t count;

	if (!as_list(r, key, node, &items, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		int index = choose(r, key, &items[i]);

		if (index >= 0)
			*(unsigned *)to |= 1u << index;
	}
}

bool schema_is_language(struct span tag)
{
	if (tag.len < 2 || tag.len > 3)
		return false;
	for (size_t i = 0; i < tag.len; i++) {
		if (tag.ptr[i] < 'a' || tag.ptr[i] > 'z')
			return false;
	}
	return true;
}

static void read_wording(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	bool one = node->kind != YAML_MAPPING;
	size_t count = one ? 1 : node->count;
	struct wording *out = to;
	struct span *tags, *texts;

	if (count == 0) {
		complain(r, node, "`%s` is empty", key->name);
		return;
	}
	tags = take(r, count, sizeof(*tags));
	texts = take(r, count, sizeof(*texts));
	if (!tags || !texts)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *text = one ? node : yaml_value(node, i);

		tags[i] = one ? SPAN("") : yaml_key(node, i)->value;
		texts[i] = text->value;
		if (!one && !schema_is_language(tags[i])) {
			complain(r, yaml_key(node, i), "`%s` is not a language code", tags[i].ptr);
			hint(r, "codes are such as en, ckb, kmr, ar, tr, fa");
		}
		text_fits(r, key, text);
	}
	*out = (struct wording){tags, texts, count};
}

struct span wording_for(const struct wording *wording, const struct span *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < wording->count; j++) {
			if (span_eq(tags[i], wording->tags[j]))
				return wording->texts[j];
		}
	}
	for (size_t j = 0; j < wording->count; j++) {
		if (span_eq(wording->tags[j], SPAN("en")))
			return wording->texts[j];
	}
	return wording->count ? wording->texts[0] : (struct span){NULL, 0};
}

static void read_numbered(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	struct numbered *out = to;
	size_t count = node->kind == YAML_MAPPING ? node->count : 0;
	const struct yaml_node **nodes;
	struct span *names;
	int64_t *numbers;

	if (node->kind != YAML_MAPPING) {
		read_strings(r, key, node, &out->names);
		return;
	}
	names = take(r, count, sizeof(*names));
	nodes = take(r, count, sizeof(const struct yaml_node *));
	numbers = take(r, count, sizeof(*numbers));
	if (!names || !nodes || !numbers)
		return;
	for (size_t i = 0; i < count; i++) {
		struct key one = *key;

		one.name = yaml_key(node, i)->value.ptr;
		names[i] = yaml_key(node, i)->value;
		nodes[i] = yaml_key(node, i);
		read_int(r, &one, yaml_value(node, i), &numbers[i]);
	}
	*out = (struct numbered){{names, nodes, count, NULL}, numbers};
}

/* --- sections ------------------------------------------------------------------------------- */

static void read_node(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	if (yaml_is_null(node)) {
		is_text(r, key, node);
		return;
	}
	*(const struct yaml_node **)to = node;
}

static void read_section(struct reader *r, const struct section *section,
	const struct yaml_node *node, void *target);

static void read_subsection(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to)
{
	if (yaml_is_null(node))
		is_text(r, key, node);
	else
		read_section(r, key->section, node, to);
}

/* By enum value_type. */
static void (*const readers[])(
	struct reader *r, const struct key *key, const struct yaml_node *node, void *to) = {
	[TYPE_BOOL] = read_bool,
	[TYPE_INT] = read_int,
	[TYPE_STRING] = read_string,
	[TYPE_STRINGS] = read_strings,
	[TYPE_CHOICE] = read_choice,
	[TYPE_CHOICES] = read_choices,
	[TYPE_INSTANT] = read_instant,
	[TYPE_DURATION] = read_duration,
	[TYPE_SIZE] = read_size,
	[TYPE_WORDING] = read_wording,
	[TYPE_NUMBERED] = read_numbered,
	[TYPE_SECTION] = read_subsection,
	[TYPE_NODE] = read_node,
};

/*
 * A default as a node, in the arena because values may point to it: a word, or a list of words such
 * as `[email, phone]`. NULL when out of memory.
 */
static struct yaml_node *fallback_node(struct reader *r, const char *text)
{
	size_t count = 1, at = 1, len = strlen(text);
	struct yaml_node *node;

	for (size_t i = 0; i < len; i++)
		count += text[i] == ',';
	node = take(r, 1 + count, sizeof(*node));
	if (!node)
		return NULL;
	node->value = span_of(text);
	if (text[0] != '[')
		return node;
	*node = (struct yaml_node){.kind = YAML_SEQUENCE, .items = node + 1};
	while (node->count < count) {
		size_t word = strcspn(text + at, ",]");

		node->items[node->count++].value =
			arena_copy(r->arena, (struct span){text + at, word});
		at += word + 2;
	}
	return node;
}

static void set_defaults(struct reader *r, const struct section *section, void *target)
{
	const struct key *key;
	size_t offset;

	for (size_t i = 0; (key = schema_key(section, i, &offset)); i++) {
		char *to = (char *)target + offset;

		if (key->type == TYPE_SECTION) {
			set_defaults(r, key->section, to);
		} else if (key->fallback) {
			const struct yaml_node *node = fallback_node(r, key->fallback);

			if (!node)
				return;
			readers[key->type](r, key, node, to);
		}
	}
}

static const char *noun_of(const struct section *section, char out[80])
{
	if (section->noun)
		return section->noun;
	snprintf(out, 80, "`%s`", section->name);
	return out;
}

const struct key *schema_key(const struct section *section, size_t i, size_t *offset)
{
	size_t base = 0;

	while (section && i >= section->count) {
		i -= section->count;
		base += section->also_at;
		section = section->also;
	}
	if (section && offset)
		*offset = base + section->keys[i].offset;
	return section ? &section->keys[i] : NULL;
}

static const struct key *find_key(const struct section *section, struct span name, size_t *offset)
{
	const struct key *key;

	for (size_t i = 0; (key = schema_key(section, i, offset)); i++) {
		if (span_eq(name, span_of(key->name)))
			return key;
	}
	return NULL;
}

static void unknown_key(
	struct reader *r, const struct section *section, const struct yaml_node *node)
{
	const char *names[64], *near;
	char noun[80];
	struct buf all = {0};
	const struct key *key;
	size_t count = 0;

	while (count < ARRAY_LEN(names) && (key = schema_key(section, count, NULL))) {
		buf_printf(&all, "%s%s", count ? ", " : "", key->name);
		names[count++] = key->name;
	}
	complain(r, node, "unknown key `%s` in %s", node->value.ptr, noun_of(section, noun));
	lint_mark(r->errors, LINT_UNKNOWN_KEY);
	near = nearest_name(node->value, names, count);
	if (section->elsewhere && section->elsewhere(node->value))
		hint(r, "%s", section->elsewhere(node->value));
	else if (near)
		hint(r, "did you mean `%s`?", near);
	else
		hint(r, "there are: %.*s", SPAN_ARGS(buf_content(&all)));
	buf_free(&all);
}

static void read_pair(struct reader *r, const struct section *section, const struct yaml_node *name,
	const struct yaml_node *value, void *target)
{
	size_t offset;
	const struct key *key = find_key(section, name->value, &offset);

	if (!key) {
		unknown_key(r, section, name);
	} else if (key->flags & KEY_FORESEEN) {
		complain(r, name, "`%s` is not available in this version", key->name);
	} else if (key->flags & KEY_RETIRED) {
		errors_add(r->errors, SEVERITY_WARNING, yaml_place(r->source, name),
			"`%s` is no longer used", key->name);
		lint_mark(r->errors, LINT_NO_EFFECT);
		hint(r, "take it out");
	} else {
		char *to = (char *)target + offset;

		/* A list replaces the default instead of adding to it. */
		if (key->type == TYPE_CHOICES)
			*(unsigned *)to = 0;
		if (key->type == TYPE_STRINGS)
			*(struct strings *)to = (struct strings){0};
		/* Nothing stands at the place of a missing value: show the key. */
		if (yaml_is_null(value) && value->value.len == 0)
			readers[key->type](r, key,
				&(struct yaml_node){.kind = YAML_SCALAR,
					.line = name->line,
					.column = name->column,
					.value = value->value},
				to);
		else
			readers[key->type](r, key, value, to);
	}
}

/* `any: {words: a, links: 1}` where a list is wanted: it must not be read as one entry. */
static bool is_bare_mapping(const struct section *section, const struct yaml_node *node)
{
	const struct key *key = section->shorthand < 0 ? NULL : &section->keys[section->shorthand];

	return key && key->type == TYPE_NODE && node->kind == YAML_MAPPING &&
	       !schema_has(node, key->name);
}

static void read_section(
	struct reader *r, const struct section *section, const struct yaml_node *node, void *target)
{
	const struct key *key;
	char noun[80];

	memset(target, 0, section->size);
	set_defaults(r, section, target);
	if (is_bare_mapping(section, node)) {
		complain(r, node, "`%s` is written as a %s", section->name,
			section->keys[section->shorthand].shape);
		hint(r, "each begins with `- `");
		return;
	}
	if (node->kind != YAML_MAPPING && section->shorthand >= 0) {
		struct key bare = section->keys[section->shorthand];

		/* Nobody wrote that key: what stands there is known by the section's name. */
		bare.name = section->name;
		readers[bare.type](r, &bare, node, (char *)target + bare.offset);
		return;
	}
	if (node->kind != YAML_MAPPING) {
		complain(r, node, "%s is written as `key: value`", noun_of(section, noun));
		return;
	}
	for (size_t i = 0; i < node->count; i++)
		read_pair(r, section, yaml_key(node, i), yaml_value(node, i), target);
	for (size_t i = 0; (key = schema_key(section, i, NULL)); i++) {
		if (!(key->flags & KEY_REQUIRED) || schema_has(node, key->name) ||
			schema_is_misspelt(section, node, key->name))
			continue;
		complain(r, node, "`%s` is missing in %s", key->name, noun_of(section, noun));
		hint(r, "%c%.*s", tolower((unsigned char)key->help[0]),
			(int)strcspn(key->help + 1, ".;"), key->help + 1);
	}
}

int schema_read(struct arena *arena, const struct source *source, struct errors *errors,
	const struct section *section, const struct yaml_node *node, void *target)
{
	struct reader r = {.arena = arena, .source = source, .errors = errors};

	read_section(&r, section, node, target);
	if (r.nomem)
		return ERR_NOMEM;
	return r.bad ? ERR_INVALID : OK;
}

bool schema_has(const struct yaml_node *node, const char *name)
{
	return yaml_get(node, name) != NULL;
}

bool schema_is_misspelt(
	const struct section *section, const struct yaml_node *node, const char *name)
{
	for (size_t i = 0; i < node->count; i++) {
		struct span key = yaml_key(node, i)->value;

		if (find_key(section, key, NULL))
			continue;
		if (nearest_name(key, &name, 1))
			return true;
		/* A text that reads like a key because of its colon is there, only not quoted. */
		if (section->shorthand >= 0 && section->elsewhere && section->elsewhere(key) &&
			strcmp(section->keys[section->shorthand].name, name) == 0)
			return true;
	}
	return false;
}
