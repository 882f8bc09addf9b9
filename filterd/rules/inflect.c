/* Forms under their names (`forms:`): read, checked, and looked up by the lists that use them. */
#include "rules/load.h"

#include "match/forms.h"

/* What is being read: one of the two keys of forms. */
struct reading {
	struct load *load;
	const struct rule_file *file;
	struct named_forms *named;
	const char *key;
	bool nomem;
};

static void complain(struct reading *r, const struct yaml_node *node, const char *text)
{
	load_error(r->load, r->file->source, node, "%s", text);
	lint_mark(r->load->loader.errors, LINT_FORMS);
	r->named->broken = true;
}

static void read_text(struct reading *r, const struct yaml_node *node, struct form_slot *slot)
{
	const char *problem;

	if (node->kind != YAML_SCALAR || yaml_is_null(node)) {
		complain(r, node, "a slot holds texts");
		return;
	}
	if (forms_fold(r->load->loader.arena, node->value, &slot->texts[slot->count], &problem) !=
		OK) {
		r->nomem = true;
		return;
	}
	if (!problem) {
		slot->count++;
		return;
	}
	load_error(r->load, r->file->source, node, "`%s` %s", node->value.ptr, problem);
	lint_mark(r->load->loader.errors, LINT_FORMS);
	r->named->broken = true;
	if (node->value.len > 0 && node->value.ptr[node->value.len - 1] == '*')
		errors_hint(r->load->loader.errors, "`*` has no meaning here");
	else if (node->value.len > 0 && node->value.ptr[0] == '\'')
		errors_hint(r->load->loader.errors,
			"with an apostrophe behind it a word is found anyway");
	else
		errors_hint(r->load->loader.errors, "write 1 to %d letters", FORMS_LETTERS_MAX);
}

static void read_slot(struct reading *r, const struct yaml_node *node, struct form_slots *out)
{
	bool list = node->kind == YAML_SEQUENCE;
	size_t count = list ? node->count : 1;
	struct form_slot *slot = &out->items[out->count];

	if (count == 0 || count > FORMS_TEXTS_MAX) {
		load_error(r->load, r->file->source, node, "a slot holds 1 to %d texts",
			FORMS_TEXTS_MAX);
		lint_mark(r->load->loader.errors, LINT_FORMS);
		r->named->broken = true;
		return;
	}
	slot->count = 0;
	slot->texts = arena_alloc(r->load->loader.arena, count * sizeof(*slot->texts));
	if (!slot->texts) {
		r->nomem = true;
		return;
	}
	for (size_t i = 0; i < count && !r->nomem; i++)
		read_text(r, list ? &node->items[i] : node, slot);
	out->count += slot->count > 0;
}

/* A text, a list of texts (one slot), or a list of such lists (a slot each). */
static void read_slots(struct reading *r, const struct yaml_node *node, struct form_slots *out)
{
	size_t lists = 0;

	if (!node)
		return;
	for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->count; i++)
		lists += node->items[i].kind == YAML_SEQUENCE;
	if (node->kind == YAML_MAPPING || (lists > 0 && lists < node->count)) {
		complain(r, node,
			lists > 0 ? "texts and lists of texts stand side by side"
				  : "slots are written as `[[texts], [texts]]`");
		errors_hint(r->load->loader.errors, "a list for each slot, such as `[[lar, ler], "
						    "[im, in]]`");
		return;
	}
	if (lists > FORMS_SLOTS_MAX) {
		load_error(r->load, r->file->source, node, "`%s` has more than %d slots", r->key,
			FORMS_SLOTS_MAX);
		lint_mark(r->load->loader.errors, LINT_FORMS);
		r->named->broken = true;
		return;
	}
	if (lists == 0)
		read_slot(r, node, out);
	for (size_t i = 0; i < lists && !r->nomem; i++)
		read_slot(r, &node->items[i], out);
}

/* Reads and checks the forms. OK or ERR_NOMEM; errors are added. */
static int read_forms(struct load *load, struct named_forms *named, const struct yaml_node *node)
{
	struct reading r = {.load = load, .file = named->file, .named = named};
	struct forms_keys keys;
	int rc = schema_read(load->loader.arena, named->file->source, load->loader.errors,
		&forms_section, node, &keys);

	if (rc != OK) {
		named->broken = true;
		return rc == ERR_NOMEM ? rc : OK;
	}
	r.key = "prefixes";
	read_slots(&r, keys.prefixes, &named->forms->prefixes);
	r.key = "suffixes";
	if (!r.nomem)
		read_slots(&r, keys.suffixes, &named->forms->suffixes);
	if (r.nomem)
		return ERR_NOMEM;
	if (!keys.prefixes && !keys.suffixes) {
		load_error(load, named->file->source, node,
			"`%s` has neither prefixes nor suffixes", named->forms->name.ptr);
		lint_mark(load->loader.errors, LINT_FORMS);
		named->broken = true;
	}
	if (forms_settle(named->forms) > FORMS_COMBINED_MAX) {
		load_error(load, named->file->source, named->name_node,
			"the slots of `%s` make more than %d forms of a word",
			named->forms->name.ptr, FORMS_COMBINED_MAX);
		lint_mark(load->loader.errors, LINT_FORMS);
		errors_hint(load->loader.errors, "two forms under two names add up instead");
		named->broken = true;
	}
	return OK;
}

static void declared_twice(struct load *load, const struct rule_file *file,
	const struct yaml_node *name, const struct named_forms *first)
{
	load_error(load, file->source, name, "the forms `%s` are defined twice", name->value.ptr);
	lint_mark(load->loader.errors, LINT_DUPLICATE_NAME);
	errors_hint(load->loader.errors, "the first are in %s:%u:%u", first->file->source->name,
		first->name_node->line, first->name_node->column);
}

static int declare_one(struct load *load, const struct rule_file *file,
	const struct yaml_node *name, const struct yaml_node *node)
{
	struct forms *forms = arena_zalloc(load->loader.arena, 1, sizeof(*forms));
	size_t count = load->forms_names.count;

	if (!forms || !load_grow((void **)&load->forms, count, &load->forms_capacity,
			      sizeof(*load->forms)))
		return ERR_NOMEM;
	forms->name = name->value;
	load->forms[count] = (struct named_forms){.forms = forms, .file = file, .name_node = name};
	if (names_add(&load->forms_names, name->value, (uint32_t)count) != OK)
		return ERR_NOMEM;
	return read_forms(load, &load->forms[count], node);
}

int inflect_declare(struct load *load, const struct rule_file *file)
{
	const struct yaml_node *all = file->keys.forms;
	int rc = OK;

	if (!all)
		return OK;
	if (all->kind != YAML_MAPPING) {
		load_error(load, file->source, all,
			"`forms` is written as `name: {suffixes: [[texts], [texts]]}`");
		return OK;
	}
	for (size_t i = 0; i < all->count && rc == OK; i++) {
		const struct yaml_node *name = yaml_key(all, i);
		uint32_t first = names_find(&load->forms_names, name->value);

		if (!load_check_name(load, file, "forms entry", name))
			continue;
		if (first != MAP_NONE)
			declared_twice(load, file, name, &load->forms[first]);
		else
			rc = declare_one(load, file, name, yaml_value(all, i));
	}
	return rc;
}

/* The forms of a name, or NULL after adding an error. */
static struct named_forms *find(
	struct load *load, const struct rule_file *file, const struct yaml_node *node)
{
	uint32_t index = names_find(&load->forms_names, node->value);
	const char *near;

	if (index != MAP_NONE) {
		load->forms[index].used = true;
		return &load->forms[index];
	}
	if (load->incomplete)
		return NULL;
	near = names_nearest(&load->forms_names, node->value, load->loader.errors);
	load_error(load, file->source, node, "there are no forms `%s`", node->value.ptr);
	lint_mark(load->loader.errors, LINT_UNKNOWN_NAME);
	if (near) {
		load->forms[names_find(&load->forms_names, span_of(near))].used = true;
		errors_hint(load->loader.errors, "did you mean `%s`?", near);
	} else {
		errors_hint(load->loader.errors, "define them under `forms:`");
	}
	return NULL;
}

int inflect_find(struct load *load, const struct rule_file *file, const struct strings *names,
	const struct form_set **out)
{
	struct form_set *set = arena_zalloc(load->loader.arena, 1, sizeof(*set));
	const struct forms **items = arena_alloc(load->loader.arena, names->count * sizeof(*items));
	int rc = OK;

	*out = NULL;
	if (!set || !items)
		return ERR_NOMEM;
	for (size_t i = 0; i < names->count; i++) {
		struct named_forms *named = find(load, file, names->nodes[i]);

		if (!named) {
			rc = ERR_INVALID;
			continue;
		}
		if (named->broken)
			rc = ERR_INVALID;
		items[set->count++] = named->forms;
	}
	if (names->count > LIST_FORMS_MAX) {
		load_error(load, file->source, names->nodes[LIST_FORMS_MAX],
			"a list has at most %d forms", LIST_FORMS_MAX);
		lint_mark(load->loader.errors, LINT_FORMS);
		rc = ERR_INVALID;
	}
	set->items = items;
	if (rc == OK && set->count > 0)
		*out = set;
	return rc;
}

void inflect_finish(struct load *load)
{
	for (size_t i = 0; i < load->forms_names.count; i++) {
		const struct named_forms *named = &load->forms[i];

		if (named->used || named->broken)
			continue;
		load_warning(load, named->file->source, named->name_node,
			"no list has the forms `%s`", named->forms->name.ptr);
		lint_mark(load->loader.errors, LINT_UNUSED_FORMS);
		errors_hint(
			load->loader.errors, "write `forms: %s` in a list", named->forms->name.ptr);
	}
}

/* --- for disguised words ---------------------------------------------------------------------- */

struct endings {
	struct arena *arena;
	struct span *items;
	size_t count, capacity;
	bool nomem;
};

static bool add_ending(void *context, struct span made)
{
	struct endings *e = context;
	struct span copy;

	if (e->count == FORMS_COMBINED_MAX)
		return false;
	copy = arena_copy(e->arena, made);
	e->nomem = !copy.ptr || !arena_grow(e->arena, (void **)&e->items, e->count, &e->capacity,
					sizeof(*e->items), 256);
	if (e->nomem)
		return false;
	e->items[e->count++] = copy;
	return true;
}

int inflect_endings(struct load *load, const struct span **out, size_t *count)
{
	struct endings e = {.arena = &load->scratch};

	for (size_t i = 0; i < load->forms_names.count && !e.nomem; i++)
		if (load->forms[i].used && !load->forms[i].broken)
			forms_combine(&load->forms[i].forms->suffixes, add_ending, &e);
	*out = e.items;
	*count = e.count;
	return e.nomem ? ERR_NOMEM : OK;
}
