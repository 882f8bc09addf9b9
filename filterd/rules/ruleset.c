/* Loading a rule set, and asking it. */
#include "rules/load.h"

#include "rules/folder.h"

#include <openssl/evp.h>
#include <stdlib.h>

const char *const action_names[ACTION_COUNT] = {
	[ACTION_POINTS] = "points",
	[ACTION_REVIEW] = "review",
	[ACTION_REJECT] = "reject",
	[ACTION_APPROVE] = "approve",
};

/* --- names and other small things of loading ----------------------------------------------------
 */

bool load_grow(void **items, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity ? *capacity * 2 : 16;
	void *grown;

	if (count < *capacity)
		return true;
	grown = realloc(*items, wanted * size);
	if (!grown)
		return false;
	*items = grown;
	*capacity = wanted;
	return true;
}

int names_add(struct names *names, struct span name, uint32_t index)
{
	if (!load_grow((void **)&names->all, names->count, &names->capacity, sizeof(*names->all)))
		return ERR_NOMEM;
	names->all[names->count++] = name.ptr;
	return map_set(&names->map, name, index);
}

uint32_t names_find(const struct names *names, struct span name)
{
	return map_get(&names->map, name);
}

const char *names_nearest(const struct names *names, struct span name, const struct errors *errors)
{
	return errors_are_full(errors) ? NULL : nearest_name(name, names->all, names->count);
}

void names_free(struct names *names)
{
	map_free(&names->map);
	free(names->all);
	*names = (struct names){0};
}

bool load_check_name(struct load *load, const struct rule_file *file, const char *what,
	const struct yaml_node *node)
{
	static const char refused[] = " \t\n\"'`<>()[]{}|*,;:#&!%@\\";

	if (node->value.len > 0 && node->value.len <= 64 &&
		strcspn(node->value.ptr, refused) == node->value.len)
		return true;
	load_error(
		load, file->source, node, "`%s` cannot be the name of a %s", node->value.ptr, what);
	lint_mark(load->loader.errors, LINT_WRONG_VALUE);
	errors_hint(
		load->loader.errors, "names are up to 64 bytes of letters, digits, and . _ / -");
	return false;
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

#define set_error(load, ...)                                                                       \
	errors_add((load)->loader.errors, SEVERITY_ERROR, (struct place){NULL, 0, 0}, __VA_ARGS__)

bool load_says(const struct load *load, const char *text)
{
	for (size_t i = 0; i < load->yaml_files; i++) {
		struct span all = load->files[i]->source->text;

		if (all.len && memmem(all.ptr, all.len, text, strlen(text)))
			return true;
	}
	return false;
}

/* The same as source_read(), of the texts that the options give. */
static int source_given(struct load *load, const char *path, struct source **out)
{
	const struct ruleset_options *options = load->options;
	struct errors *errors = load->loader.errors;
	struct source *source = arena_zalloc(&load->set->arena, 1, sizeof(*source));
	struct span name = arena_copy(&load->set->arena, span_of(path));
	size_t at = 0;

	if (!source || !name.ptr)
		return ERR_NOMEM;
	source->name = name.ptr;
	*out = source;
	while (at < options->files_count && strcmp(options->files[at].path, path) != 0)
		at++;
	if (at == options->files_count) {
		errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
			"is not one of the files of this rule set");
		return ERR_INVALID;
	}
	if (options->files[at].text.len > YAML_SIZE_MAX) {
		errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
			"is larger than %d bytes", YAML_SIZE_MAX);
		return ERR_LIMIT;
	}
	source->text = arena_copy(&load->set->arena, options->files[at].text);
	return source->text.ptr ? OK : ERR_NOMEM;
}

int load_read(struct load *load, const char *path, const char *relative, struct rule_file **out)
{
	struct rule_file *file;
	struct source *source;
	int rc;

	if (load->files_count == RULE_FILES_MAX || load->bytes > RULESET_SIZE_MAX) {
		if (load->files_count == RULE_FILES_MAX)
			set_error(load, "there are more than %d files", RULE_FILES_MAX);
		else
			set_error(load, "the files hold more than %d bytes", RULESET_SIZE_MAX);
		return ERR_INVALID;
	}
	if (!load_grow((void **)&load->files, load->files_count, &load->files_capacity,
		    sizeof(struct rule_file *)))
		return ERR_NOMEM;
	file = arena_zalloc(&load->scratch, 1, sizeof(*file));
	if (!file)
		return ERR_NOMEM;
	if (load->options->files_count)
		rc = source_given(load, path, &source);
	else
		rc = source_read(
			&load->set->arena, path, YAML_SIZE_MAX, load->loader.errors, &source);
	if (rc != OK)
		return rc == ERR_NOMEM ? rc : ERR_INVALID;
	file->source = source;
	file->relative = relative;
	load->bytes += source->text.len;
	load->files[load->files_count++] = file;
	*out = file;
	return OK;
}

static int read_yaml(struct load *load, const char *path, const char *relative)
{
	struct errors *errors = load->loader.errors;
	struct rule_file *file;
	struct yaml_node *root;
	int rc = load_read(load, path, relative, &file);

	if (rc != OK)
		return rc;
	load->yaml_files++;
	rc = yaml_parse(&load->set->arena, file->source, errors, &root);
	if (rc != OK)
		return rc;
	if (!root) {
		errors_add(errors, SEVERITY_ERROR, (struct place){file->source, 0, 0},
			"the file is empty");
		lint_mark(load->loader.errors, LINT_SYNTAX);
		errors_hint(errors, "write rules into it, or take it away");
		return ERR_INVALID;
	}
	if (file->source->text.ptr[file->source->text.len - 1] != '\n') {
		errors_add(errors, SEVERITY_WARNING, (struct place){file->source, 0, 0},
			"the last line has no line break");
		lint_mark(load->loader.errors, LINT_TEXT_FILE);
		errors_hint(errors, "is the file complete?");
	}
	file->root = root;
	file->disguised_said = schema_has(root, "disguised");
	return schema_read(
		&load->set->arena, file->source, errors, &file_section, root, &file->keys);
}

/* All files are read, whatever is wrong with some. */
static int read_folder(struct load *load, const char *folder)
{
	const char *const *relative = NULL;
	size_t count = 0;
	int result = folder_list(&load->scratch, folder, load->loader.errors, &relative, &count);

	for (size_t i = 0; i < count && result != ERR_NOMEM; i++) {
		const char *path = folder_join(&load->scratch, folder, relative[i]);
		int rc = path ? read_yaml(load, path, relative[i]) : ERR_NOMEM;

		if (rc != OK)
			result = rc;
	}
	return result;
}

static int read_given(struct load *load)
{
	const struct ruleset_options *options = load->options;
	int result = OK;

	for (size_t i = 0; i < options->files_count && result != ERR_NOMEM; i++) {
		const struct ruleset_file *file = &options->files[i];
		int rc = file->words ? OK : read_yaml(load, file->path, file->relative);

		if (rc != OK)
			result = rc;
	}
	return result;
}

static int read_folders(struct load *load)
{
	int result = OK;

	if (load->options->files_count)
		return read_given(load);

	for (size_t i = 0; i < load->options->folders_count && result != ERR_NOMEM; i++) {
		int rc = read_folder(load, load->options->folders[i]);

		if (rc != OK)
			result = rc;
	}
	return result;
}

/* First 8 hex digits of SHA-256 over (path, its length before it, content, its length before it).
 */
static int compute_version(struct load *load)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	int fine = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);

	for (size_t i = 0; fine && i < load->files_count; i++) {
		const struct rule_file *file = load->files[i];
		struct span parts[2] = {span_of(file->relative), file->source->text};

		for (size_t j = 0; fine && j < ARRAY_LEN(parts); j++) {
			unsigned char len[8];

			for (size_t k = 0; k < sizeof(len); k++)
				len[k] = (unsigned char)(parts[j].len >> (8 * k));
			fine = EVP_DigestUpdate(context, len, sizeof(len)) &&
			       EVP_DigestUpdate(context, parts[j].ptr, parts[j].len);
		}
	}
	fine = fine && EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	for (size_t i = 0; fine && i < RULES_VERSION_SIZE / 2; i++)
		snprintf(load->set->version + 2 * i, 3, "%02x", digest[i]);
	return fine ? OK : ERR_NOMEM;
}

static bool is_kept(const struct ruleset *set, const char *path)
{
	for (size_t i = 0; i < set->files_count; i++) {
		if (strcmp(set->files[i].path, path) == 0)
			return true;
	}
	return false;
}

/* Notes the files in the set, for ruleset_files(). Two lists may use the same word file. */
static int keep_files(struct load *load)
{
	struct ruleset *set = load->set;

	set->files = arena_zalloc(&set->arena, load->files_count + 1, sizeof(*set->files));
	if (!set->files)
		return ERR_NOMEM;
	for (size_t i = 0; i < load->files_count; i++) {
		const struct rule_file *file = load->files[i];
		struct span relative = arena_copy(&set->arena, span_of(file->relative));

		if (!relative.ptr)
			return ERR_NOMEM;
		if (i >= load->yaml_files && is_kept(set, file->source->name))
			continue;
		set->files[set->files_count++] = (struct ruleset_file){
			.path = file->source->name,
			.relative = relative.ptr,
			.text = file->source->text,
			.words = i >= load->yaml_files,
		};
	}
	return OK;
}

/* --- names
 * ---------------------------------------------------------------------------------------- */

static int declare_conditions(struct load *load, const struct rule_file *file)
{
	const struct yaml_node *all = file->keys.conditions;

	if (!all)
		return OK;
	if (all->kind != YAML_MAPPING) {
		load_error(
			load, file->source, all, "`conditions` is written as `name: {kind: what}`");
		return OK;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct yaml_node *name = yaml_key(all, i);
		uint32_t first = names_find(&load->condition_names, name->value);
		size_t count = load->condition_names.count;

		if (!load_check_name(load, file, "condition", name))
			continue;
		if (first != MAP_NONE) {
			const struct named *other = &load->named[first];

			load_error(load, file->source, name, "the condition `%s` is defined twice",
				name->value.ptr);
			lint_mark(load->loader.errors, LINT_DUPLICATE_NAME);
			errors_hint(load->loader.errors, "the first is in %s:%u:%u",
				other->file->source->name, other->name_node->line,
				other->name_node->column);
			continue;
		}
		if (!load_grow((void **)&load->named, count, &load->named_capacity,
			    sizeof(*load->named)))
			return ERR_NOMEM;
		load->named[count] = (struct named){.name = name->value,
			.file = file,
			.name_node = name,
			.node = yaml_value(all, i)};
		if (names_add(&load->condition_names, name->value, (uint32_t)count) != OK)
			return ERR_NOMEM;
	}
	return OK;
}

/* Guidelines before lists and conditions, all before any rule: the order of files is free. */
static int declare_names(struct load *load)
{
	int rc = OK;

	load->set->guidelines =
		arena_zalloc(&load->set->arena, GUIDELINES_MAX, sizeof(struct guideline));
	if (!load->set->guidelines)
		return ERR_NOMEM;
	for (size_t i = 0; i < load->yaml_files && rc == OK; i++) {
		const struct rule_file *file = load->files[i];

		rc = rule_declare_guidelines(load, file);
		if (rc == OK)
			rc = inflect_declare(load, file);
		if (rc == OK)
			rc = lists_declare(load, file);
		if (rc == OK)
			rc = declare_conditions(load, file);
	}
	return rc;
}

/* Whether a scalar below the node, other than `but`, is the name. As deep as YAML may be nested. */
static bool node_says(const struct yaml_node *node, struct span name, const struct yaml_node *but)
{
	size_t items = node->kind == YAML_MAPPING ? 2 * node->count : node->count;

	if (node->kind == YAML_SCALAR)
		return node != but && span_eq(node->value, name);
	for (size_t i = 0; i < items; i++)
		if (node_says(&node->items[i], name, but))
			return true;
	return false;
}

/* Whether the condition may be used where something is wrong, or in a file that was not read. */
static bool is_mentioned(const struct load *load, const struct named *named)
{
	for (size_t i = 0; i < load->yaml_files; i++) {
		const struct rule_file *file = load->files[i];

		if (!file->root || node_says(file->root, named->name, named->name_node))
			return true;
	}
	return false;
}

/* Compiles named conditions that nobody used, for their errors, and warns about them. */
static int finish_conditions(struct load *load)
{
	for (size_t i = 0; i < load->condition_names.count; i++) {
		struct named *named = &load->named[i];

		if (named->used)
			continue;
		load->loader.field = FIELD_TEXT;
		load->loader.source = named->file->source;
		loader_named_condition(&load->loader, named->name_node);
		/* What looks unused may be used where something else is wrong. */
		if (named->state[FIELD_TEXT] == STATE_BROKEN ||
			(load->loader.errors->errors && is_mentioned(load, named)))
			continue;
		load_warning(load, named->file->source, named->name_node,
			"nobody uses the condition `%s`", named->name.ptr);
		lint_mark(load->loader.errors, LINT_UNUSED_CONDITION);
		errors_hint(load->loader.errors, "write `condition: %s` where it is meant",
			named->name.ptr);
	}
	return load->nomem ? ERR_NOMEM : OK;
}

/* --- tables
 * ----------------------------------------------------------------------------------------- */

static int build_matchers(struct load *load)
{
	struct ruleset *set = load->set;
	const struct span *endings;
	struct lexicon_word *words;
	size_t total = 0, n = 0, endings_count;

	for (size_t f = 0; f < FIELD_COUNT; f++) {
		struct matcher_builder *builder = load->loader.matchers[f];
		size_t count;

		load->loader.matchers[f] = NULL;
		if (builder && matcher_build(builder, &set->matchers[f]) != OK)
			return ERR_NOMEM;
		if (!set->matchers[f])
			continue;
		matcher_lexicon_words(set->matchers[f], &count);
		total += count;
	}
	words = arena_alloc(&load->scratch, total * sizeof(*words));
	if (!words || inflect_endings(load, &endings, &endings_count) != OK)
		return ERR_NOMEM;
	for (size_t f = 0; f < FIELD_COUNT; f++) {
		const struct lexicon_word *some;
		size_t count;

		if (!set->matchers[f])
			continue;
		some = matcher_lexicon_words(set->matchers[f], &count);
		if (count)
			memcpy(words + n, some, count * sizeof(*words));
		n += count;
	}
	set->lexicon = lexicon_new_with(&set->arena, words, n, endings, endings_count);
	return set->lexicon ? OK : ERR_NOMEM;
}

static int start_table(struct ruleset *set, enum field field)
{
	struct triggered *t = &set->triggered[field];

	if (!set->matchers[field])
		return OK;
	t->patterns = matcher_count(set->matchers[field]);
	t->starts = arena_zalloc(&set->arena, t->patterns + 1, sizeof(*t->starts));
	return t->starts ? OK : ERR_NOMEM;
}

/* Counts first: starts[p] is how many rules pattern p has, then the sum of those up to p. */
static int build_tables(struct ruleset *set)
{
	size_t always = 0;

	for (int f = 0; f < FIELD_COUNT; f++) {
		if (start_table(set, (enum field)f) != OK)
			return ERR_NOMEM;
	}
	for (size_t r = 0; r < set->rules_count; r++) {
		const struct condition *when = set->rules[r].when;

		always += when->always;
		for (size_t i = 0; !when->always && i < when->triggers_count; i++)
			set->triggered[when->triggers[i].field].starts[when->triggers[i].pattern]++;
	}
	for (int f = 0; f < FIELD_COUNT; f++) {
		struct triggered *t = &set->triggered[f];

		for (size_t p = 1; p <= t->patterns && t->starts; p++)
			t->starts[p] += t->starts[p - 1];
		if (!t->starts)
			continue;
		t->rules =
			arena_alloc(&set->arena, (t->starts[t->patterns] + 1) * sizeof(*t->rules));
		if (!t->rules)
			return ERR_NOMEM;
	}
	set->always = arena_alloc(&set->arena, (always + 1) * sizeof(*set->always));
	return set->always ? OK : ERR_NOMEM;
}

/* From the last rule to the first, so that each start moves to where it belongs. */
static void fill_tables(struct ruleset *set)
{
	for (size_t r = set->rules_count; r-- > 0;) {
		const struct condition *when = set->rules[r].when;

		for (size_t i = 0; !when->always && i < when->triggers_count; i++) {
			struct triggered *t = &set->triggered[when->triggers[i].field];

			t->rules[--t->starts[when->triggers[i].pattern]] = (uint32_t)r;
		}
	}
	for (size_t r = 0; r < set->rules_count; r++) {
		if (set->rules[r].when->always)
			set->always[set->always_count++] = (uint32_t)r;
	}
}

static void find_needs(struct ruleset *set)
{
	for (size_t r = 0; r < set->rules_count && !set->needs_language; r++) {
		const struct rule *rule = &set->rules[r];

		set->needs_language = rule->languages_set != 0 ||
				      condition_needs_language(rule->when) ||
				      (rule->unless && condition_needs_language(rule->unless));
	}
}

/* --- the whole
 * -------------------------------------------------------------------------------------- */

static void check_empty(struct load *load)
{
	const struct ruleset *set = load->set;
	struct errors *errors = load->loader.errors;
	const struct place nowhere = {NULL, 0, 0};

	if (errors->errors)
		return;
	if (set->rules_count == 0) {
		errors_add(errors, SEVERITY_ERROR, nowhere, "there is no rule in the whole set");
		lint_mark(load->loader.errors, LINT_EMPTY_SET);
		errors_hint(errors, "a set without rules would approve every comment");
	}
	if (set->guidelines_count == 0) {
		errors_add(
			errors, SEVERITY_ERROR, nowhere, "there is no guideline in the whole set");
		lint_mark(load->loader.errors, LINT_EMPTY_SET);
		errors_hint(errors, "define one under `guidelines:`");
	}
}

static int keep_origins(struct load *load)
{
	struct origins *origins = arena_zalloc(&load->set->arena, 1, sizeof(*origins));

	if (!origins)
		return ERR_NOMEM;
	origins->patterns = load->origins;
	origins->patterns_count = load->origins_count;
	load->set->origins = origins;
	return lists_origins(load, origins);
}

/*
 * So that lint can look at the other rules and run their tests, a rule that is broken becomes one
 * that never holds. OK or ERR_NOMEM.
 */
static int mend_rules(struct load *load)
{
	struct ruleset *set = load->set;

	for (size_t i = 0; i < set->rules_count; i++) {
		struct rule *rule = &set->rules[i];
		bool unless = rule->unless || !yaml_get(rule->node, "unless");
		bool counted = rule->guideline || rule->action == ACTION_APPROVE;

		if (rule->when && unless && counted)
			continue;
		rule->unless = NULL;
		rule->tests_count = 0;
		if (condition_any(&set->arena, rule->node, NULL, 0, &rule->when) != OK)
			return ERR_NOMEM;
	}
	return OK;
}

/* Names, rules, exceptions, lists. OK or ERR_NOMEM; errors are added. */
static int compile_files(struct load *load)
{
	int rc = declare_names(load);

	if (rc == OK)
		rc = rule_compile_all(load);
	if (rc == OK)
		rc = rule_compile_exceptions(load);
	if (rc == OK)
		rc = finish_conditions(load);
	if (rc == OK)
		rc = lists_finish(load);
	if (rc == OK)
		inflect_finish(load);
	if (rc == OK)
		check_empty(load);
	return rc;
}

/* What evaluation works with. OK or ERR_NOMEM. */
static int build(struct load *load)
{
	int rc = build_matchers(load);

	if (rc == OK)
		rc = build_tables(load->set);
	if (rc == OK)
		fill_tables(load->set);
	if (rc == OK)
		find_needs(load->set);
	if (rc == OK && load->options->origins)
		rc = keep_origins(load);
	if (rc == OK)
		rc = keep_files(load);
	return rc;
}

static int compile(struct load *load)
{
	const struct errors *errors = load->loader.errors;
	bool lint = load->options->lint;
	int rc = read_folders(load);

	load->incomplete = rc != OK;
	if (rc != ERR_NOMEM)
		rc = compile_files(load);
	if (rc == OK && errors->errors && !lint)
		rc = ERR_INVALID;
	if (rc == OK && errors->errors)
		rc = mend_rules(load);
	if (rc == OK)
		rc = sites_compile(load);
	if (rc == OK || (rc == ERR_INVALID && lint))
		rc = build(load);
	if (rc == OK && lint)
		rc = lint_load(load);
	load->built = rc == OK;
	if (rc == OK && errors->errors)
		rc = ERR_INVALID;
	return rc == OK ? compute_version(load) : rc;
}

static void load_free(struct load *load)
{
	for (size_t f = 0; f < FIELD_COUNT; f++) {
		struct matcher *unused = NULL;

		if (load->loader.matchers[f] &&
			matcher_build(load->loader.matchers[f], &unused) == OK)
			matcher_free(unused);
	}
	names_free(&load->guideline_names);
	names_free(&load->forms_names);
	names_free(&load->list_names);
	names_free(&load->condition_names);
	map_free(&load->rule_ids);
	free(load->forms);
	free(load->lists);
	free(load->named);
	free(load->exemptions);
	free(load->files);
	arena_free(&load->scratch);
}

static void ruleset_free(struct ruleset *set)
{
	for (size_t f = 0; f < FIELD_COUNT; f++)
		matcher_free(set->matchers[f]);
	arena_free(&set->arena);
	free(set);
}

int ruleset_load(const struct ruleset_options *options, struct errors *errors, struct arena *keep,
	struct ruleset **out)
{
	struct ruleset *set = calloc(1, sizeof(*set));
	struct errors found = {.most = errors->most};
	struct load load = {.set = set, .options = options};
	int rc;

	*out = NULL;
	if (!set)
		return ERR_NOMEM;
	set->references = 1;
	arena_init(&set->arena, 0);
	arena_init(&load.scratch, 0);
	lint_scope(&found, LINT_WRONG_RULE);
	load.loader.arena = &set->arena;
	load.loader.errors = &found;
	load.loader.load = &load;
	load.loader.lists = (struct phrase_lists){&load.loader, loader_find_list};
	rc = compile(&load);
	load_free(&load);
	errors_sort(&found);
	errors_move(errors, &found);
	if (rc == OK || (rc == ERR_INVALID && load.built && options->lint)) {
		*out = set;
		return rc;
	}
	ruleset_refuse(set, keep);
	return rc;
}

void ruleset_refuse(struct ruleset *set, struct arena *keep)
{
	arena_join(keep, &set->arena);
	ruleset_free(set);
}

struct ruleset *ruleset_ref(struct ruleset *set)
{
	atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
	return set;
}

void ruleset_unref(struct ruleset *set)
{
	if (set && atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) == 1)
		ruleset_free(set);
}

/* --- asking
 * ----------------------------------------------------------------------------------------- */

const struct origins *ruleset_origins(const struct ruleset *set)
{
	return set->origins;
}

const char *ruleset_version(const struct ruleset *set)
{
	return set->version;
}

size_t ruleset_rules(const struct ruleset *set, const struct rule **out)
{
	*out = set->rules;
	return set->rules_count;
}

size_t ruleset_guidelines(const struct ruleset *set, const struct guideline **out)
{
	*out = set->guidelines;
	return set->guidelines_count;
}

size_t ruleset_files(const struct ruleset *set, const struct ruleset_file **out)
{
	*out = set->files;
	return set->files_count;
}

const struct matcher *ruleset_matcher(const struct ruleset *set, enum field field)
{
	return set->matchers[field];
}

const struct lexicon *ruleset_lexicon(const struct ruleset *set)
{
	return set->lexicon;
}

const uint32_t *ruleset_always(const struct ruleset *set, size_t *count)
{
	*count = set->always_count;
	return set->always;
}

const uint32_t *ruleset_triggered(
	const struct ruleset *set, enum field field, uint32_t pattern, size_t *count)
{
	const struct triggered *t = &set->triggered[field];

	*count = 0;
	if (pattern >= t->patterns)
		return NULL;
	*count = t->starts[pattern + 1] - t->starts[pattern];
	return t->rules + t->starts[pattern];
}

const struct rule_language *ruleset_languages(const struct ruleset *set, size_t *count)
{
	*count = set->languages_count;
	return set->languages;
}

bool ruleset_needs_language(const struct ruleset *set)
{
	return set->needs_language;
}
