/* Lists: from YAML and from word files, including each other. */
#include "rules/load.h"
#include "rules/word_line.h"
#include "text/utf8.h"

#include <stdio.h>

bool lists_is_include(struct span entry, struct span *name)
{
	if (entry.len < 3 || entry.ptr[0] != '<' || entry.ptr[entry.len - 1] != '>')
		return false;
	*name = span_sub(entry, 1, entry.len - 1);
	return true;
}

/* --- words written in disguise -----------------------------------------------------------------
 */

/* The letter that a sign in a disguise stands for, `*` for any; '\0' for other characters. */
static char letter_for(char sign)
{
	static const char pairs[] = "!i@a$s|l+t**";

	for (size_t i = 0; i + 1 < sizeof(pairs); i += 2) {
		if (pairs[i] == sign)
			return pairs[i + 1];
	}
	return '\0';
}

static bool is_letter(struct span word, size_t at)
{
	unsigned char c = at < word.len ? (unsigned char)word.ptr[at] : 0;

	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether a sign stands in for a letter: `b!tch`, `$hit`, `f**k`; not `c++`, `wtf?`, `@name`. */
static bool is_disguise(struct span word, size_t at)
{
	size_t before = at, after = at + 1;

	while (before > 0 && word.ptr[before - 1] == word.ptr[at])
		before--;
	while (after < word.len && word.ptr[after] == word.ptr[at])
		after++;
	if (!is_letter(word, after))
		return false;
	return before > 0 ? is_letter(word, before - 1) : word.ptr[at] == '$';
}

void lists_lint_quotes(struct load *load, struct place place, struct span text)
{
	static const char *const marks[] = {"“", "”", "„", "‘", "«"};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (!span_starts(text, span_of(marks[i])))
			continue;
		errors_add(load->loader.errors, SEVERITY_WARNING, place,
			"`%s` is taken for a part of the text", marks[i]);
		lint_mark(load->loader.errors, LINT_QUOTES);
		errors_hint(load->loader.errors, "write straight quotes: `\"` or `'`");
	}
}

void lists_lint_word(struct load *load, struct place place, struct span word)
{
	struct buf meant = {0};
	bool found = false, masked = false;

	lists_lint_quotes(load, place, word);
	if (word.len && memchr(word.ptr, ',', word.len - 1)) {
		errors_add(load->loader.errors, SEVERITY_WARNING, place,
			"`%.*s` is one entry: these words in a row", SPAN_ARGS(word));
		lint_mark(load->loader.errors, LINT_COMMA_ENTRY);
		errors_hint(load->loader.errors, "for any of them write `[%.*s]`", SPAN_ARGS(word));
	}
	for (size_t i = 0; i < word.len; i++) {
		char letter = letter_for(word.ptr[i]);

		if (word.ptr[i] == '.')
			goto out; /* an address */
		if (letter && is_disguise(word, i)) {
			found = true;
			masked |= letter == '*';
			buf_char(&meant, letter);
		} else {
			buf_char(&meant, word.ptr[i]);
		}
	}
	if (!found)
		goto out;
	errors_add(load->loader.errors, SEVERITY_WARNING, place,
		"`%.*s` is found only as it is written here", SPAN_ARGS(word));
	lint_mark(load->loader.errors, LINT_DISGUISED_ENTRY);
	if (masked)
		errors_hint(load->loader.errors,
			"write the whole word: masked forms are found by themselves");
	else
		errors_hint(load->loader.errors,
			"write `%.*s`: disguised forms are found by themselves",
			SPAN_ARGS(buf_content(&meant)));
out:
	buf_free(&meant);
}

/* --- declaring ----------------------------------------------------------------------------------
 */

static void duplicate_list(struct load *load, const struct rule_file *file,
	const struct yaml_node *name, const struct list *first)
{
	load_error(load, file->source, name, "the list `%s` is defined twice", name->value.ptr);
	lint_mark(load->loader.errors, LINT_DUPLICATE_NAME);
	errors_hint(load->loader.errors, "the first is in %s:%u:%u", first->file->source->name,
		first->name_node->line, first->name_node->column);
}

int lists_declare(struct load *load, const struct rule_file *file)
{
	const struct yaml_node *all = file->keys.lists;

	if (!all)
		return OK;
	if (all->kind != YAML_MAPPING) {
		load_error(load, file->source, all, "`lists` is written as `name: [words]`");
		return OK;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct yaml_node *name = yaml_key(all, i);
		uint32_t first = names_find(&load->list_names, name->value);

		if (!load_check_name(load, file, "list", name))
			continue;
		if (first != MAP_NONE) {
			duplicate_list(load, file, name, &load->lists[first]);
			continue;
		}
		if (!load_grow((void **)&load->lists, load->list_names.count, &load->lists_capacity,
			    sizeof(*load->lists)))
			return ERR_NOMEM;
		load->lists[load->list_names.count] = (struct list){
			.name = name->value,
			.file = file,
			.name_node = name,
			.node = yaml_value(all, i),
		};
		if (names_add(&load->list_names, name->value, (uint32_t)load->list_names.count) !=
			OK)
			return ERR_NOMEM;
	}
	return OK;
}

void lists_unknown(struct load *load, struct place place, struct span name)
{
	const char *near = names_nearest(&load->list_names, name, load->loader.errors);

	if (load->incomplete)
		return;
	errors_add(load->loader.errors, SEVERITY_ERROR, place, "there is no list `%.*s`",
		SPAN_ARGS(name));
	lint_mark(load->loader.errors, LINT_UNKNOWN_NAME);
	if (near) {
		load->lists[names_find(&load->list_names, span_of(near))].used = true;
		errors_hint(load->loader.errors, "did you mean `<%s>`?", near);
	} else {
		errors_hint(load->loader.errors, "define it under `lists:`");
	}
}

/* --- expanding ----------------------------------------------------------------------------------
 */

/* Entries of one list while they are collected, in the scratch arena. */
struct growing {
	struct span *items;
	struct place *places;
	const struct form_set **forms;
	size_t count, capacity;
	bool inflected; /* some have forms */
};

static bool grow(struct load *load, struct growing *to)
{
	size_t capacity = to->capacity ? to->capacity * 2 : 64;
	struct span *items = arena_alloc(&load->scratch, capacity * sizeof(*items));
	struct place *places = arena_alloc(&load->scratch, capacity * sizeof(*places));
	const struct form_set **forms =
		arena_alloc(&load->scratch, capacity * sizeof(const struct form_set *));

	if (!items || !places || !forms)
		return false;
	if (to->count) {
		memcpy(items, to->items, to->count * sizeof(*items));
		memcpy(places, to->places, to->count * sizeof(*places));
		memcpy(forms, to->forms, to->count * sizeof(const struct form_set *));
	}
	to->items = items;
	to->forms = forms;
	to->places = places;
	to->capacity = capacity;
	return true;
}

static bool add_entry(struct load *load, struct list *list, struct growing *to, struct place place,
	struct span entry, const struct form_set *forms)
{
	if (to->count == LIST_ENTRIES_MAX || load->entries >= ENTRIES_TOTAL_MAX) {
		if (list->state != STATE_BROKEN) {
			load_error(load, list->file->source, list->name_node,
				"the list `%s` is too long", list->name.ptr);
			lint_mark(load->loader.errors, LINT_LIST);
		}
		list->state = STATE_BROKEN;
		return true;
	}
	load->entries++;
	if (to->count == to->capacity && !grow(load, to))
		return false;
	to->places[to->count] = place;
	to->forms[to->count] = forms;
	to->inflected |= forms != NULL;
	to->items[to->count++] = entry;
	return true;
}

static struct list *expand(struct load *load, struct list *list);

static bool include(struct load *load, struct list *list, struct growing *to, struct place place,
	struct span name)
{
	uint32_t index = names_find(&load->list_names, name);
	struct list *other = index == MAP_NONE ? NULL : &load->lists[index];

	if (!other) {
		lists_unknown(load, place, name);
		list->state = STATE_BROKEN;
		return true;
	}
	other->used = true;
	if (other->state == STATE_OPEN) {
		errors_add(load->loader.errors, SEVERITY_ERROR, place,
			"the list `%s` includes itself", other->name.ptr);
		lint_mark(load->loader.errors, LINT_LIST);
		if (other != list)
			errors_hint(load->loader.errors, "by way of `%s`", list->name.ptr);
		list->state = STATE_BROKEN;
		return true;
	}
	if (!expand(load, other))
		return false;
	if (list->includes_count == LIST_INCLUDES_MAX) {
		errors_add(load->loader.errors, SEVERITY_ERROR, place,
			"a list may include %d others", LIST_INCLUDES_MAX);
		lint_mark(load->loader.errors, LINT_LIST);
		list->state = STATE_BROKEN;
		return true;
	}
	list->includes[list->includes_count++] = other;
	if (other->state == STATE_BROKEN)
		list->state = STATE_BROKEN; /* reported there, and not once more for each user */
	for (size_t i = 0; i < other->count; i++) {
		if (!add_entry(load, list, to, (struct place){0}, other->entries[i],
			    other->forms ? other->forms[i] : NULL))
			return false;
	}
	return true;
}

static bool add_written(struct load *load, struct list *list, struct growing *to,
	struct place place, struct span entry)
{
	struct span name;

	if (lists_is_include(entry, &name))
		return include(load, list, to, place, name);
	if (entry.len > LIST_ENTRY_MAX) {
		errors_add(load->loader.errors, SEVERITY_ERROR, place,
			"this entry is longer than %d bytes", LIST_ENTRY_MAX);
		lint_mark(load->loader.errors, LINT_LIST);
		errors_hint(load->loader.errors, "one entry stands in each line");
		list->state = STATE_BROKEN;
		return true;
	}
	return add_entry(load, list, to, place, entry, list->own_forms);
}

static int check_word_file(struct load *load, struct list *list, const struct source *source)
{
	struct span text = source->text;
	size_t bad;

	if (utf8_valid(text, &bad) && !(text.len && memchr(text.ptr, 0, text.len)))
		return OK;
	if (utf8_valid(text, &bad))
		bad = (size_t)((const char *)memchr(text.ptr, 0, text.len) - text.ptr);
	errors_add(load->loader.errors, SEVERITY_ERROR, yaml_place_at(source, bad),
		"this is not UTF-8 text (byte 0x%02X)", (unsigned char)text.ptr[bad]);
	lint_mark(load->loader.errors, LINT_UNREADABLE);
	errors_hint(load->loader.errors, "save the file as UTF-8");
	list->state = STATE_BROKEN;
	return ERR_INVALID;
}

static bool add_lines(
	struct load *load, struct list *list, struct growing *to, const struct source *source)
{
	struct span text = source->text;
	uint32_t line = 0;
	size_t at = span_starts(text, SPAN("\xEF\xBB\xBF")) ? 3 : 0;

	while (at < text.len) {
		const char *end = memchr(text.ptr + at, '\n', text.len - at);
		size_t next = end ? (size_t)(end - text.ptr) + 1 : text.len;
		struct span entry =
			word_line_entry(span_sub(text, at, end ? next - 1 : next), NULL);

		line++;
		at = next;
		if (entry.len &&
			!add_written(load, list, to, (struct place){source, line, 1}, entry))
			return false;
	}
	return true;
}

/* The path of a word file: from the folder of the YAML file, `../` taken away where it can be. */
static bool word_path(struct buf *out, const char *yaml, struct span path)
{
	const char *slash = strrchr(yaml, '/');
	size_t folder = slash && path.ptr[0] != '/' ? (size_t)(slash - yaml) : 0;

	while (folder && span_starts(path, SPAN("../"))) {
		size_t up = folder;

		while (up > 0 && yaml[up - 1] != '/')
			up--;
		if (up == 0 || span_eq((struct span){yaml + up, folder - up}, SPAN("..")))
			break;
		folder = up - 1;
		path = span_sub(path, 3, path.len);
	}
	buf_append(out, yaml, folder);
	if (slash && path.ptr[0] != '/')
		buf_char(out, '/');
	buf_span(out, path);
	buf_char(out, '\0');
	return !out->failed;
}

static bool add_file(struct load *load, struct list *list, struct growing *to, struct span path)
{
	const struct yaml_node *node = yaml_get(list->node, "file");
	struct rule_file *file = NULL;
	struct buf full = {0};
	int rc = word_path(&full, list->file->source->name, path)
			 ? load_read(load, full.data, path.ptr, &file)
			 : ERR_NOMEM;

	buf_free(&full);
	if (rc == ERR_NOMEM)
		return false;
	if (rc != OK) {
		load_error(load, list->file->source, node,
			"the word file of the list `%s` cannot be used", list->name.ptr);
		lint_mark(load->loader.errors, LINT_LIST);
		list->state = STATE_BROKEN;
		return true;
	}
	if (check_word_file(load, list, file->source) != OK)
		return true;
	return add_lines(load, list, to, file->source);
}

static bool collect(struct load *load, struct list *list, struct growing *to)
{
	struct list_keys keys;
	int rc = schema_read(load->loader.arena, list->file->source, load->loader.errors,
		&list_section, list->node, &keys);

	if (rc == ERR_NOMEM)
		return false;
	if (rc != OK)
		list->state = STATE_BROKEN;
	if (rc == OK && keys.forms.count > 0) {
		rc = inflect_find(load, list->file, &keys.forms, &list->own_forms);
		if (rc == ERR_NOMEM)
			return false;
		if (rc != OK)
			list->state = STATE_BROKEN;
	}
	for (size_t i = 0; i < keys.entries.count; i++) {
		if (!add_written(load, list, to,
			    yaml_place(list->file->source, keys.entries.nodes[i]),
			    keys.entries.items[i]))
			return false;
	}
	if (keys.file.len && !add_file(load, list, to, keys.file))
		return false;
	if (to->count == 0 && list->state == STATE_OPEN) {
		load_error(load, list->file->source, list->name_node, "the list `%s` is empty",
			list->name.ptr);
		lint_mark(load->loader.errors, LINT_LIST);
		list->state = STATE_BROKEN;
	}
	return true;
}

/* NULL when out of memory. Recursion by way of include() is bounded by LIST_DEPTH_MAX. */
static struct list *expand(struct load *load, struct list *list)
{
	struct growing to = {0};
	bool collected;

	if (list->state != STATE_NEW)
		return list;
	if (load->list_depth == LIST_DEPTH_MAX) {
		load_error(load, list->file->source, list->name_node,
			"lists include each other over more than %d levels", LIST_DEPTH_MAX);
		lint_mark(load->loader.errors, LINT_LIST);
		list->state = STATE_BROKEN;
		return list;
	}
	list->state = STATE_OPEN;
	load->list_depth++;
	collected = collect(load, list, &to);
	load->list_depth--;
	if (!collected)
		return NULL;
	list->entries = arena_alloc(load->loader.arena, to.count * sizeof(*list->entries));
	if (!list->entries)
		return NULL;
	if (to.count)
		memcpy(list->entries, to.items, to.count * sizeof(*list->entries));
	if (to.inflected) {
		size_t size = to.count * sizeof(const struct form_set *);

		list->forms = arena_alloc(load->loader.arena, size);
		if (!list->forms)
			return NULL;
		memcpy(list->forms, to.forms, size);
	}
	list->places = to.places;
	list->count = to.count;
	if (list->state == STATE_OPEN)
		list->state = STATE_DONE;
	return list;
}

/* As deep as lists include each other. */
void lists_lint(struct load *load, struct list *list)
{
	if (list->linted)
		return;
	list->linted = true;
	for (size_t i = 0; i < list->count; i++) {
		if (list->places[i].source)
			lists_lint_word(load, list->places[i], list->entries[i]);
	}
	for (size_t i = 0; i < list->includes_count; i++)
		lists_lint(load, list->includes[i]);
}

struct list *lists_get(struct load *load, struct span name)
{
	uint32_t index = names_find(&load->list_names, name);
	struct list *list;

	if (index == MAP_NONE)
		return NULL;
	list = expand(load, &load->lists[index]);
	if (!list) {
		load->nomem = true;
		list = &load->lists[index];
	}
	list->used = true;
	return list;
}

/* What looks unused may be used where something else is wrong. */
static bool is_named(const struct load *load, const struct list *list)
{
	char written[80];

	snprintf(written, sizeof(written), "<%s>", list->name.ptr);
	return load->loader.errors->errors && load_says(load, written);
}

int lists_finish(struct load *load)
{
	for (size_t i = 0; i < load->list_names.count; i++) {
		if (!expand(load, &load->lists[i]))
			return ERR_NOMEM;
	}
	for (size_t i = 0; i < load->list_names.count; i++) {
		const struct list *list = &load->lists[i];

		if (list->used || list->state == STATE_BROKEN || is_named(load, list))
			continue;
		load_warning(load, list->file->source, list->name_node, "nobody uses the list `%s`",
			list->name.ptr);
		lint_mark(load->loader.errors, LINT_UNUSED_LIST);
		errors_hint(
			load->loader.errors, "write \"<%s>\" where it is meant", list->name.ptr);
	}
	return load->nomem ? ERR_NOMEM : OK;
}

/* --- where they stand ---------------------------------------------------------------------------
 */

int lists_origins(struct load *load, struct origins *origins)
{
	struct entry_origin *entries;
	size_t count = 0;

	for (size_t i = 0; i < load->list_names.count; i++)
		count += load->lists[i].used ? load->lists[i].count : 0;
	entries = arena_alloc(load->loader.arena, (count + 1) * sizeof(*entries));
	if (!entries)
		return ERR_NOMEM;
	count = 0;
	for (size_t i = 0; i < load->list_names.count; i++) {
		const struct list *list = &load->lists[i];

		/* Entries of included lists are told where they stand. */
		for (size_t k = 0; list->used && k < list->count; k++)
			if (list->places[k].source)
				entries[count++] = (struct entry_origin){
					list->name, list->entries[k], list->places[k]};
	}
	origins->entries = entries;
	origins->entries_count = count;
	return OK;
}
