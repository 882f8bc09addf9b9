/* Compiling conditions: their kinds, the names they use, and the patterns they are made of. */
#include "rules/load.h"

/*
 * Conditions that one `when` may come to, named ones counted each time they are used: what a few
 * names that use each other can make of ten lines would otherwise have no bound.
 */
#define CONDITION_WEIGHT_MAX 10000

/* --- kinds --------------------------------------------------------------------------------------
 */

static void unknown_kind(struct loader *loader, const struct yaml_node *key)
{
	const char *names[64], *near;
	size_t count = condition_kinds_count < 64 ? condition_kinds_count : 64;

	for (size_t i = 0; i < count; i++)
		names[i] = condition_kinds[i]->name;
	loader_error(loader, key, "unknown condition `%s`", key->value.ptr);
	lint_mark(loader->errors, LINT_UNKNOWN_KEY);
	near = nearest_name(key->value, names, count);
	for (size_t i = 0; i < rule_section.count && !near; i++) {
		if (!span_eq(key->value, span_of(rule_section.keys[i].name)))
			continue;
		errors_hint(loader->errors, "it belongs to the rule, beside `when`");
		return;
	}
	if (near)
		errors_hint(loader->errors, "did you mean `%s`?", near);
	else
		errors_hint(loader->errors, "such as words, phrase, regex, links, author, any");
}

static int compile_kind(struct loader *loader, const struct condition_kind *kind,
	const struct yaml_node *node, struct condition *condition)
{
	int rc = OK;

	condition->kind = kind;
	condition->node = node;
	if (!(kind->flags & CONDITION_OPEN) && kind->section) {
		condition->data = arena_zalloc(loader->arena, 1, kind->section->size + 1);
		if (!condition->data)
			return ERR_NOMEM;
		rc = schema_read(loader->arena, loader->source, loader->errors, kind->section, node,
			condition->data);
	}
	return rc == OK ? kind->compile(loader, condition) : rc;
}

static int compile_pair(struct loader *loader, const struct yaml_node *key,
	const struct yaml_node *value, struct condition **out)
{
	const struct condition_kind *kind = condition_kind_find(key->value);
	struct condition *condition;
	int rc;

	if (!kind) {
		unknown_kind(loader, key);
		return ERR_INVALID;
	}
	if (kind->flags & CONDITION_FORESEEN) {
		loader_error(loader, key, "`%s` is not available in this version", kind->name);
		return ERR_INVALID;
	}
	if (yaml_is_null(value)) {
		loader_error(loader, key, "`%s` has no value", kind->name);
		errors_hint(loader->errors, "such as %s", kind->example);
		return ERR_INVALID;
	}
	condition = arena_zalloc(loader->arena, 1, sizeof(*condition));
	if (!condition)
		return ERR_NOMEM;
	rc = compile_kind(loader, kind, value, condition);
	*out = condition;
	return rc;
}

static int weigh(struct loader *loader, struct condition *condition)
{
	uint64_t weight = 1;

	for (size_t i = 0; i < condition->children_count; i++)
		weight += condition->children[i]->weight;
	condition->weight = weight > UINT32_MAX ? UINT32_MAX : (uint32_t)weight;
	if (weight <= CONDITION_WEIGHT_MAX)
		return OK;
	loader_error(loader, condition->node, "this comes to more than %d conditions",
		CONDITION_WEIGHT_MAX);
	return ERR_INVALID;
}

/* All pairs are compiled, also after an error: people want to see all mistakes. */
static int compile_pairs(struct loader *loader, const struct yaml_node *node,
	struct condition **children, struct condition **out)
{
	int result = OK;

	for (size_t i = 0; i < node->count; i++) {
		int rc = compile_pair(loader, yaml_key(node, i), yaml_value(node, i), &children[i]);

		if (rc == OK)
			rc = weigh(loader, children[i]);
		if (rc == ERR_NOMEM)
			return rc;
		if (rc != OK)
			result = rc;
	}
	if (result != OK)
		return result;
	*out = children[0];
	if (node->count == 1)
		return OK;
	result = condition_all(loader->arena, node, children, node->count, out);
	return result == OK ? weigh(loader, *out) : result;
}

int loader_condition(struct loader *loader, const struct yaml_node *node, struct condition **out)
{
	struct condition **children;
	int rc;

	*out = NULL;
	if (node->kind != YAML_MAPPING || node->count == 0) {
		loader_error(loader, node, "a condition is written as `kind: what`");
		errors_hint(loader->errors, "such as `words: [idiot, moron]`");
		return ERR_INVALID;
	}
	if (loader->depth == CONDITION_DEPTH_MAX) {
		loader_error(loader, node, "conditions are nested deeper than %d levels",
			CONDITION_DEPTH_MAX);
		return ERR_INVALID;
	}
	children = arena_zalloc(loader->arena, node->count, sizeof(struct condition *));
	if (!children)
		return ERR_NOMEM;
	loader->depth++;
	rc = compile_pairs(loader, node, children, out);
	loader->depth--;
	return rc;
}

/* --- named conditions
 * ----------------------------------------------------------------------------- */

/* Compiles in the surroundings of the file it stands in, then puts the loader back. */
static int compile_named(struct loader *loader, struct named *named, enum field field)
{
	struct loader outer = *loader;
	int rc;

	named->state[field] = STATE_OPEN;
	loader->source = named->file->source;
	loader->rule = NULL;
	loader->disguised = named->file->keys.disguised;
	loader->disguised_regex = named->file->disguised_said && named->file->keys.disguised;
	rc = loader_condition(loader, named->node, &named->compiled[field]);
	loader->source = outer.source;
	loader->rule = outer.rule;
	loader->disguised = outer.disguised;
	loader->disguised_regex = outer.disguised_regex;
	named->state[field] = rc == OK ? STATE_DONE : STATE_BROKEN;
	return rc;
}

struct condition *loader_named_condition(struct loader *loader, const struct yaml_node *name)
{
	struct load *load = loader->load;
	uint32_t index = names_find(&load->condition_names, name->value);
	enum field field = loader->field;
	struct named *named;

	if (index == MAP_NONE) {
		const char *near =
			names_nearest(&load->condition_names, name->value, loader->errors);

		if (load->incomplete)
			return NULL;
		loader_error(loader, name, "there is no condition named `%s`", name->value.ptr);
		lint_mark(loader->errors, LINT_UNKNOWN_NAME);
		if (near) {
			load->named[names_find(&load->condition_names, span_of(near))].used = true;
			errors_hint(loader->errors, "did you mean `%s`?", near);
		} else {
			errors_hint(loader->errors, "define it under `conditions:`");
		}
		return NULL;
	}
	named = &load->named[index];
	named->used = true;
	if (named->state[field] == STATE_OPEN) {
		loader_error(loader, name, "the condition `%s` uses itself", named->name.ptr);
		return NULL;
	}
	if (named->state[field] == STATE_NEW && compile_named(loader, named, field) == ERR_NOMEM)
		load->nomem = true;
	return named->state[field] == STATE_DONE ? named->compiled[field] : NULL;
}

/* --- lists ---------------------------------------------------------------------------------------
 */

#define TOO_MANY_ENTRIES "the rules use more than %d words in all"

/* Counts entries that are used. False when they become too many: an error is to be added, once. */
static bool count_entries(struct load *load, size_t more)
{
	bool few = load->entries <= ENTRIES_TOTAL_MAX;

	load->entries += more;
	return !few || load->entries <= ENTRIES_TOTAL_MAX;
}

int loader_expand(struct loader *loader, const struct strings *written, struct strings *out)
{
	struct load *load = loader->load;
	const struct yaml_node **nodes;
	const struct form_set **forms = NULL;
	struct span *items, name;
	size_t total = 0, n = 0;
	bool inflected = false;
	int rc = OK;

	for (size_t i = 0; i < written->count; i++) {
		struct list *list = NULL;

		if (!lists_is_include(written->items[i], &name)) {
			total++;
			continue;
		}
		list = lists_get(load, name);
		if (!list) {
			lists_unknown(load, yaml_place(loader->source, written->nodes[i]), name);
			rc = ERR_INVALID;
			continue;
		}
		if (list->state == STATE_BROKEN)
			rc = ERR_INVALID;
		total += list->count;
		inflected |= list->forms != NULL;
	}
	if (!count_entries(load, total) && rc == OK && written->count)
		loader_error(loader, written->nodes[0], TOO_MANY_ENTRIES, ENTRIES_TOTAL_MAX);
	if (load->entries > ENTRIES_TOTAL_MAX)
		rc = ERR_INVALID;
	if (rc != OK || load->nomem)
		return load->nomem ? ERR_NOMEM : rc;
	items = arena_alloc(loader->arena, total * sizeof(*items));
	nodes = arena_alloc(loader->arena, total * sizeof(const struct yaml_node *));
	if (inflected)
		forms = arena_zalloc(loader->arena, total, sizeof(const struct form_set *));
	if (!items || !nodes || (inflected && !forms))
		return ERR_NOMEM;
	for (size_t i = 0; i < written->count; i++) {
		const struct list *list =
			lists_is_include(written->items[i], &name) ? lists_get(load, name) : NULL;

		for (size_t j = 0; j < (list ? list->count : 1); j++) {
			if (forms && list && list->forms)
				forms[n] = list->forms[j];
			items[n] = list ? list->entries[j] : written->items[i];
			nodes[n++] = written->nodes[i];
		}
	}
	*out = (struct strings){items, nodes, n, forms};
	return OK;
}

bool loader_find_list(void *context, struct span name, struct phrase_list *out)
{
	struct loader *loader = context;
	static const struct span anything = {"x", 1};
	struct list *list = lists_get(loader->load, name);

	if (!list)
		return false;
	lists_lint(loader->load, list);
	/* A phrase takes in what the list holds, each time it stands there. */
	if (!count_entries(loader->load, list->count))
		load_error(loader->load, list->file->source, list->name_node, TOO_MANY_ENTRIES,
			ENTRIES_TOTAL_MAX);
	if (loader->load->entries > ENTRIES_TOTAL_MAX) {
		*out = (struct phrase_list){&anything, NULL, 1, NULL};
		return true;
	}
	if (!list->parsed)
		list->parsed = arena_zalloc(
			&loader->load->set->arena, list->count, sizeof(struct phrase_element *));
	*out = (struct phrase_list){list->entries, list->forms, list->count, list->parsed};
	/* A broken list has been reported: no second error about its being empty. */
	if (list->count == 0)
		*out = (struct phrase_list){&anything, NULL, 1, NULL};
	return true;
}

/* --- patterns
 * -------------------------------------------------------------------------------------- */

static struct matcher_builder *builder_of(struct loader *loader)
{
	struct matcher_builder **builder = &loader->matchers[loader->field];

	if (!*builder)
		*builder = matcher_builder_new(loader->arena);
	return *builder;
}

static void pattern_error(
	struct loader *loader, const struct yaml_node *node, const struct pattern_error *error)
{
	struct place place = errors_are_full(loader->errors)
				     ? yaml_place(loader->source, node)
				     : yaml_place_inside(loader->source, node, error->offset);

	if (error->unknown_list.len)
		lists_unknown(loader->load, place, error->unknown_list);
	else
		errors_add(loader->errors, SEVERITY_ERROR, place, "%s", error->text);
	if (!error->unknown_list.len)
		lint_mark(loader->errors, LINT_WRONG_PATTERN);
}

/* Which of the entries it was: each is tried alone. */
static void words_error(struct loader *loader, const struct strings *entries,
	struct pattern_options options, const struct pattern_error *whole)
{
	struct matcher_builder *builder = matcher_builder_new(&loader->load->scratch);
	struct pattern_error error;
	struct matcher *built = NULL;
	bool found = false;
	uint32_t id;

	options.forms = NULL; /* they are never what is wrong */
	for (size_t i = 0; builder && i < entries->count; i++) {
		const struct yaml_node *node = entries->nodes[i];
		bool own = span_eq(node->value, entries->items[i]);

		if (matcher_add_words(builder, &entries->items[i], 1, options, &id, &error) !=
			ERR_INVALID)
			continue;
		found = true;
		if (own)
			pattern_error(loader, node, &error);
		else
			loader_error(loader, node, "the entry `%.*s` of this list: %s",
				SPAN_ARGS(entries->items[i]), error.text);
		lint_mark(loader->errors, LINT_WRONG_PATTERN);
	}
	if (!found && entries->count)
		loader_error(loader, entries->nodes[0], "%s", whole->text);
	/* There is no other way to free a builder. */
	if (builder && matcher_build(builder, &built) == OK)
		matcher_free(built);
}

static void lint_words(struct loader *loader, const struct strings *entries)
{
	struct span name;

	for (size_t i = 0; i < entries->count; i++) {
		const struct yaml_node *node = entries->nodes[i];

		if (i > 0 && node == entries->nodes[i - 1])
			continue;
		if (lists_is_include(node->value, &name))
			lists_lint(loader->load, lists_get(loader->load, name));
		else
			lists_lint_word(
				loader->load, yaml_place(loader->source, node), entries->items[i]);
	}
}

/*
 * Remembers where a pattern stands, if anybody wants to know. `entries` is NULL for other patterns
 * than words. OK or ERR_NOMEM.
 */
static int note_origin(struct loader *loader, enum pattern_written written, uint32_t id,
	const struct yaml_node *node, const struct strings *entries)
{
	struct load *load = loader->load;

	if (!load->options->origins && !load->options->lint)
		return OK;
	if (!arena_grow(loader->arena, (void **)&load->origins, load->origins_count,
		    &load->origins_capacity, sizeof(*load->origins), 256))
		return ERR_NOMEM;
	load->origins[load->origins_count++] = (struct pattern_origin){
		.written = written,
		.field = loader->field,
		.id = id,
		.source = loader->source,
		.node = node,
		.entries = entries ? *entries : (struct strings){0},
	};
	return OK;
}

int loader_add_words(struct loader *loader, const struct strings *entries, uint32_t *id)
{
	struct pattern_options options = {.disguised = loader->disguised, .forms = entries->forms};
	struct matcher_builder *builder = builder_of(loader);
	struct pattern_error error = {0};
	int rc;

	if (!builder)
		return ERR_NOMEM;
	lint_words(loader, entries);
	rc = matcher_add_words(builder, entries->items, entries->count, options, id, &error);
	if (rc == ERR_INVALID)
		words_error(loader, entries, options, &error);
	return rc == OK ? note_origin(loader, WRITTEN_WORDS, *id, entries->nodes[0], entries) : rc;
}

int loader_add_phrase(struct loader *loader, const struct yaml_node *phrase, uint32_t *id)
{
	struct pattern_options options = {.disguised = loader->disguised};
	struct matcher_builder *builder = builder_of(loader);
	struct pattern_error error = {0};
	int rc;

	if (!builder)
		return ERR_NOMEM;
	if (phrase->kind != YAML_SCALAR || yaml_is_null(phrase)) {
		loader_error(loader, phrase, "a phrase must be a text");
		return ERR_INVALID;
	}
	lists_lint_quotes(loader->load, yaml_place(loader->source, phrase), phrase->value);
	rc = matcher_add_phrase(builder, phrase->value, &loader->lists, options, id, &error);
	if (rc == ERR_INVALID)
		pattern_error(loader, phrase, &error);
	return rc == OK ? note_origin(loader, WRITTEN_PHRASE, *id, phrase, NULL) : rc;
}

int loader_add_regex(
	struct loader *loader, const struct yaml_node *regex, bool original, uint32_t *id)
{
	struct pattern_options options = {
		.original = original, .disguised = !original && loader->disguised_regex};
	struct matcher_builder *builder = builder_of(loader);
	struct pattern_error error = {0};
	int rc;

	if (!builder)
		return ERR_NOMEM;
	if (regex->kind != YAML_SCALAR || yaml_is_null(regex)) {
		loader_error(loader, regex, "a regex must be a text");
		return ERR_INVALID;
	}
	rc = matcher_add_regex(builder, regex->value, options, id, &error);
	if (rc == ERR_INVALID)
		pattern_error(loader, regex, &error);
	return rc == OK ? note_origin(loader, original ? WRITTEN_ORIGINAL : WRITTEN_REGEX, *id,
				  regex, NULL)
			: rc;
}
