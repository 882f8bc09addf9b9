/*
 * JSON Schema from the tables: see schema_json.h.
 *
 * Every section becomes one entry of $defs, found by walking the tables from the root; a section
 * with a shorthand is "either the mapping or what its shorthand key takes".
 */
#include "rules/schema_json.h"

#include "rules/condition.h"
#include "rules/keys.h"

#define SECTIONS_MAX 128

struct writer {
	struct buf *out;
	const struct section
		*sections[SECTIONS_MAX]; /* to be written, in the order they were met */
	size_t count;
	bool conditions; /* something refers to conditions */
};

/* A string in JSON; our own texts hold no control characters. */
static void put_string(struct buf *out, const char *text)
{
	buf_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_char(out, '\\');
		buf_char(out, *text);
	}
	buf_char(out, '"');
}

/* What an editor shows: a sentence, and an example below it. */
static void put_description(struct buf *out, const char *text, const char *example)
{
	struct buf both = {0};

	buf_str(&both, text);
	if (example) {
		buf_str(&both, " Example: ");
		buf_str(&both, example);
	}
	buf_char(&both, '\0');
	if (both.failed)
		out->failed = true;
	else
		put_string(out, both.data);
	buf_free(&both);
}

/* A section's name as a key of $defs: a reference to it is a URI, so without spaces. */
static void put_name(struct buf *out, const char *name)
{
	for (; *name; name++)
		buf_char(out, *name == ' ' ? '-' : *name);
}

static void put_ref(struct writer *w, const struct section *section)
{
	size_t i = 0;

	while (i < w->count && w->sections[i] != section)
		i++;
	if (i == w->count && w->count < SECTIONS_MAX)
		w->sections[w->count++] = section;
	buf_str(w->out, "{\"$ref\": \"#/$defs/");
	put_name(w->out, section->name);
	buf_str(w->out, "\"}");
}

static void put_choices(struct buf *out, const struct key *key)
{
	buf_str(out, "{\"enum\": [");
	for (size_t i = 0; key->choices[i]; i++) {
		buf_str(out, i ? ", " : "");
		put_string(out, key->choices[i]);
	}
	buf_str(out, "]}");
}

/* A word without quotes such as 12 or true is a number or boolean to an editor, a text to us. */
#define TEXT_SCHEMA "{\"type\": [\"string\", \"number\", \"boolean\"]}"

/* Slots of forms: texts, or lists of them. */
#define SLOTS_SCHEMA                                                                               \
	"{\"anyOf\": [" TEXT_SCHEMA                                                                \
	", {\"type\": \"array\", \"minItems\": 1, \"items\": " TEXT_SCHEMA                         \
	"}, {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"array\", "              \
	"\"minItems\": 1, "                                                                        \
	"\"items\": " TEXT_SCHEMA "}}]}"

/* What a node without a section may be, by its shape. */
static const char *plain_schema(const char *shape)
{
	if (strcmp(shape, "phrase") == 0)
		return TEXT_SCHEMA;
	return strcmp(shape, "list of lists of texts") == 0 ? SLOTS_SCHEMA : "{}";
}

static void put_one_or_list(struct buf *out, const struct buf *one)
{
	buf_str(out, "{\"anyOf\": [");
	buf_span(out, buf_content(one));
	buf_str(out, ", {\"type\": \"array\", \"minItems\": 1, \"items\": ");
	buf_span(out, buf_content(one));
	buf_str(out, "}]}");
}

/* "list of rules", "name: guideline", "conditions": the shape of a node as a schema. */
static void put_node(struct writer *w, const struct key *key)
{
	const char *shape = key->shape ? key->shape : "";
	bool list = strncmp(shape, "list", 4) == 0, named = strncmp(shape, "name", 4) == 0;
	bool conditions = strstr(shape, "conditions") != NULL;

	if (!key->section && !conditions) {
		buf_str(w->out, plain_schema(shape));
		return;
	}
	if (key->section && strstr(shape, "or list")) {
		buf_str(w->out, "{\"anyOf\": [{\"type\": \"array\", \"items\": ");
		put_ref(w, key->section);
		buf_str(w->out, "}, {\"type\": \"object\", \"additionalProperties\": ");
		put_ref(w, key->section);
		buf_str(w->out, "}]}");
		return;
	}
	if (list)
		buf_str(w->out, "{\"type\": \"array\", \"minItems\": 1, \"items\": ");
	else if (named)
		buf_str(w->out, "{\"type\": \"object\", \"additionalProperties\": ");
	if (conditions) {
		w->conditions = true;
		buf_str(w->out, "{\"$ref\": \"#/$defs/conditions\"}");
	} else {
		put_ref(w, key->section);
	}
	if (list || named)
		buf_char(w->out, '}');
}

/* A name, several, or numbers by their names. */
static void put_numbered(struct buf *out, const struct key *key, const struct buf *name)
{
	buf_str(out, "{\"anyOf\": [");
	put_one_or_list(out, name);
	buf_printf(out,
		", {\"type\": \"object\", \"additionalProperties\": {\"type\": \"integer\", "
		"\"minimum\": %lld, \"maximum\": %lld}}]}",
		(long long)key->min, (long long)key->max);
}

static void put_value(struct writer *w, const struct key *key)
{
	struct buf one = {0};

	switch (key->type) {
	case TYPE_BOOL:
		buf_str(w->out, "{\"type\": \"boolean\"}");
		break;
	case TYPE_INT:
		buf_str(w->out, "{\"type\": \"integer\"");
		if (key->min || key->max)
			buf_printf(w->out, ", \"minimum\": %lld, \"maximum\": %lld",
				(long long)key->min, (long long)key->max);
		buf_char(w->out, '}');
		break;
	case TYPE_STRING:
		buf_str(w->out, TEXT_SCHEMA);
		break;
	case TYPE_STRINGS:
		buf_str(&one, TEXT_SCHEMA);
		put_one_or_list(w->out, &one);
		break;
	case TYPE_CHOICE:
		put_choices(w->out, key);
		break;
	case TYPE_CHOICES:
		put_choices(&one, key);
		put_one_or_list(w->out, &one);
		break;
	case TYPE_INSTANT:
		buf_str(w->out, "{\"type\": \"string\", \"pattern\": "
				"\"^[0-9]{4}-[0-9]{2}-[0-9]{2}\"}");
		break;
	case TYPE_DURATION:
		buf_str(w->out, "{\"type\": \"string\", \"pattern\": \"^[0-9]+(ms|s|m|h|d)$\"}");
		break;
	case TYPE_SIZE:
		buf_str(w->out, "{\"type\": [\"integer\", \"string\"], \"pattern\": "
				"\"^[0-9]+([KMG]iB)?$\"}");
		break;
	case TYPE_WORDING:
		buf_str(w->out, "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\", "
				"\"minProperties\": 1, \"propertyNames\": {\"pattern\": "
				"\"^[a-z]{2,3}$\"}, \"additionalProperties\": {\"type\": "
				"\"string\"}}]}");
		break;
	case TYPE_NUMBERED:
		buf_str(&one, TEXT_SCHEMA);
		put_numbered(w->out, key, &one);
		break;
	case TYPE_SECTION:
		put_ref(w, key->section);
		break;
	case TYPE_NODE:
		put_node(w, key);
		break;
	}
	if (one.failed)
		w->out->failed = true;
	buf_free(&one);
}

static void put_property(struct writer *w, const struct key *key)
{
	put_string(w->out, key->name);
	buf_str(w->out, ": {\"description\": ");
	put_string(w->out, key->help);
	if (key->fallback) {
		bool bare = key->type == TYPE_BOOL || key->type == TYPE_INT;

		buf_str(w->out, ", \"default\": ");
		if (bare)
			buf_str(w->out, key->fallback);
		else
			put_string(w->out, key->fallback);
	}
	buf_str(w->out, ", \"allOf\": [");
	put_value(w, key);
	buf_str(w->out, "]}");
}

/* The kinds of conditions as properties. */
static void put_kinds(struct writer *w, bool *first)
{
	for (size_t i = 0; i < condition_kinds_count; i++) {
		const struct condition_kind *kind = condition_kinds[i];

		if ((kind->flags & CONDITION_FORESEEN) || !kind->section)
			continue;
		buf_str(w->out, *first ? "\n    " : ",\n    ");
		*first = false;
		put_string(w->out, kind->name);
		buf_str(w->out, ": {\"description\": ");
		put_description(w->out, kind->help, kind->example);
		buf_str(w->out, ", \"allOf\": [");
		put_ref(w, kind->section);
		buf_str(w->out, "]}");
	}
}

/* `open`: it may hold conditions beside its own keys. */
static void put_mapping(struct writer *w, const struct section *section, bool open)
{
	const struct key *key;
	bool first = true;

	buf_str(w->out, "{\"type\": \"object\", \"properties\": {");
	for (size_t i = 0; (key = schema_key(section, i, NULL)); i++) {
		if (key->flags & (KEY_RETIRED | KEY_FORESEEN))
			continue;
		buf_str(w->out, first ? "\n    " : ",\n    ");
		first = false;
		put_property(w, key);
	}
	if (open)
		put_kinds(w, &first);
	buf_str(w->out, "}, \"additionalProperties\": false, \"required\": [");
	first = true;
	for (size_t i = 0; (key = schema_key(section, i, NULL)); i++) {
		if (!(key->flags & KEY_REQUIRED))
			continue;
		buf_str(w->out, first ? "" : ", ");
		first = false;
		put_string(w->out, key->name);
	}
	buf_str(w->out, "]}");
}

static void put_section(struct writer *w, const struct section *section, bool open)
{
	if (section->shorthand < 0) {
		put_mapping(w, section, open);
		return;
	}
	buf_str(w->out, "{\"anyOf\": [");
	put_mapping(w, section, open);
	buf_str(w->out, ", ");
	put_value(w, &section->keys[section->shorthand]);
	buf_str(w->out, "]}");
}

static const struct condition_kind *kind_of(const struct section *section)
{
	for (size_t i = 0; i < condition_kinds_count; i++) {
		if (condition_kinds[i]->section == section)
			return condition_kinds[i];
	}
	return NULL;
}

static void put_conditions(struct writer *w)
{
	bool first = true;

	buf_str(w->out, ",\n  \"conditions\": {\"type\": \"object\", \"minProperties\": 1, "
			"\"additionalProperties\": false, \"properties\": {");
	put_kinds(w, &first);
	buf_str(w->out, "}}");
}

int schema_json_section(struct buf *out, const struct section *root, const char *title)
{
	struct writer w = {.out = out};
	bool conditions = false;

	buf_str(out, "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
		     "\"title\": ");
	put_string(out, title);
	buf_str(out, ",\n\"description\": ");
	put_string(out, root->help);
	buf_str(out, ",\n\"allOf\": [");
	put_ref(&w, root);
	buf_str(out, "],\n\"$defs\": {");
	/* Writing a section may add further ones. */
	for (size_t i = 0; i < w.count; i++) {
		const struct condition_kind *kind = kind_of(w.sections[i]);

		buf_str(out, i ? ",\n  " : "\n  ");
		buf_char(out, '"');
		put_name(out, w.sections[i]->name);
		buf_str(out, "\": ");
		put_section(&w, w.sections[i], kind && (kind->flags & CONDITION_OPEN));
		if (w.conditions && !conditions) {
			conditions = true;
			put_conditions(&w);
		}
	}
	buf_str(out, "}}\n");
	return out->failed ? ERR_NOMEM : OK;
}

int schema_json(struct buf *out)
{
	return schema_json_section(out, &file_section, "filterd rules");
}
