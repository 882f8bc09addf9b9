/*
 * Coral's banned and suspect words: the word lists of its settings as JSON, wherever in the file
 * they stand, or a list with one entry a line, which is taken for banned words.
 *
 * JSON is read as the YAML it is, so that remarks can say in which line an entry stands.
 */
#include "import/importer.h"
#include "rules/word_line.h"
#include "rules/yaml.h"

static struct import_group new_group(const char *name, const char *reason, enum action action)
{
	return (struct import_group){
		.name = name,
		.reason = reason,
		.action = action,
		.fields = FIELD_BIT(FIELD_TEXT),
	};
}

static void read_text(
	struct importer *im, struct import_group *group, struct span text, uint32_t number)
{
	struct span line;
	size_t at = 0;

	number--;
	while (!im->full && importer_next_line(text, &at, &number, &line)) {
		struct span entry = word_line_trim(line);

		if (entry.len > 0)
			entry_add(im, &group->patterns, number, entry, 0);
	}
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static bool is_word_list(const struct yaml_node *node)
{
	return node->kind == YAML_MAPPING &&
	       (yaml_get(node, "banned") || yaml_get(node, "suspect"));
}

/* The first mapping with word lists; recursion is bounded by YAML_DEPTH_MAX. */
static const struct yaml_node *find_word_list(const struct yaml_node *node)
{
	const struct yaml_node *found = is_word_list(node) ? node : NULL;
	size_t items = node->kind == YAML_MAPPING ? 2 * node->count : node->count;

	for (size_t i = 0; i < items && !found; i++)
		found = find_word_list(&node->items[i]);
	return found;
}

static void read_list(struct importer *im, struct import_group *group, const struct yaml_node *list)
{
	if (list && list->kind == YAML_SCALAR && !yaml_is_null(list)) {
		read_text(im, group, list->value, list->line);
		return;
	}
	for (size_t i = 0; list && list->kind == YAML_SEQUENCE && i < list->count; i++) {
		const struct yaml_node *item = &list->items[i];

		if (item->kind == YAML_SCALAR)
			entry_add(im, &group->patterns, item->line, word_line_trim(item->value), 0);
		else
			importer_note(im, &group->patterns.forms[FORM_WORDS], IMPORT_LEFT,
				item->line, SPAN("a list or mapping"), "it is no text");
	}
	if (list && list->kind == YAML_MAPPING)
		importer_note(im, &group->patterns.forms[FORM_WORDS], IMPORT_LEFT, list->line,
			SPAN("a mapping"), "it is no list of words");
}

/* What else stands beside the lists is told by its name. */
static void tell_others(
	struct importer *im, struct import_group *group, const struct yaml_node *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct yaml_node *key = yaml_key(words, i);

		if (!span_eq(key->value, SPAN("banned")) && !span_eq(key->value, SPAN("suspect")))
			importer_note(im, &group->patterns.forms[FORM_WORDS], IMPORT_LEFT,
				key->line, key->value, "it is neither `banned` nor `suspect`");
	}
}

static void read_json(
	struct importer *im, struct import_group *banned, struct import_group *suspect)
{
	const struct yaml_node *words;
	struct yaml_node *root = NULL;
	int rc = yaml_parse(im->arena, im->source, im->errors, &root);

	im->broken = rc == ERR_INVALID;
	im->nomem = im->nomem || rc == ERR_NOMEM;
	if (rc != OK)
		return;
	words = root ? find_word_list(root) : NULL;
	if (!words) {
		errors_add(im->errors, SEVERITY_ERROR, (struct place){im->source, 0, 0},
			"holds no word list");
		errors_hint(im->errors, "it is looked for as \"wordList\": {\"banned\": [...], "
					"\"suspect\": [...]}");
		im->broken = true;
		return;
	}
	if (words != root)
		importer_comment(im, &banned->patterns.forms[FORM_WORDS],
			"The word lists stand in line %u; other settings are no part of them.",
			words->line);
	read_list(im, banned, yaml_get(words, "banned"));
	read_list(im, suspect, yaml_get(words, "suspect"));
	tell_others(im, suspect, words);
}

void read_coral(struct importer *im)
{
	struct import_group banned =
		new_group("banned", "A word of the list of banned words.", ACTION_REJECT);
	struct import_group suspect =
		new_group("suspect", "A word of the list of suspect words.", ACTION_REVIEW);
	struct span text = word_line_trim(im->source->text);

	while (text.len && strchr("\n\r\t ", text.ptr[0]))
		text = span_sub(text, 1, text.len);
	if (span_starts(text, SPAN("{")))
		read_json(im, &banned, &suspect);
	else
		read_text(im, &banned, im->source->text, 1);
	writer_group(im, &banned);
	writer_group(im, &suspect);
}
