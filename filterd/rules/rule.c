/* From the keys of guidelines, rules, tests and exceptions to what evaluation works with. */
#include "rules/load.h"

#include "rules/test_comment.h"

/* --- guidelines
 * ----------------------------------------------------------------------------------- */

static int declare_guideline(struct load *load, const struct rule_file *file,
	const struct yaml_node *name, const struct yaml_node *value)
{
	struct ruleset *set = load->set;
	uint32_t first = names_find(&load->guideline_names, name->value);
	struct guideline_keys keys;
	struct guideline *guideline;
	int rc;

	if (!load_check_name(load, file, "guideline", name))
		return OK;
	if (first != MAP_NONE) {
		const struct guideline *other = &set->guidelines[first];

		load_error(load, file->source, name, "the guideline `%s` is defined twice",
			name->value.ptr);
		lint_mark(load->loader.errors, LINT_DUPLICATE_NAME);
		errors_hint(load->loader.errors, "the first is in %s:%u:%u", other->source->name,
			other->node->line, other->node->column);
		return OK;
	}
	if (set->guidelines_count == GUIDELINES_MAX) {
		load_error(load, file->source, name, "there are more than %d guidelines",
			GUIDELINES_MAX);
		return OK;
	}
	rc = schema_read(
		&set->arena, file->source, load->loader.errors, &guideline_section, value, &keys);
	if (rc == ERR_NOMEM)
		return rc;
	if (rc == OK && keys.review_at > keys.reject_at) {
		load_error(load, file->source, name,
			"`review_at` (%lld) must not be above `reject_at` (%lld)",
			(long long)keys.review_at, (long long)keys.reject_at);
		lint_mark(load->loader.errors, LINT_WRONG_VALUE);
		errors_hint(load->loader.errors, "set both; without them they are 5 and 10");
	}
	guideline = &set->guidelines[set->guidelines_count];
	*guideline = (struct guideline){
		.id = name->value.ptr,
		.index = (uint32_t)set->guidelines_count,
		.title = keys.title,
		.description = keys.description,
		.review_at = keys.review_at,
		.reject_at = keys.reject_at,
		.source = file->source,
		.node = name,
	};
	return names_add(&load->guideline_names, name->value, (uint32_t)set->guidelines_count++);
}

int rule_declare_guidelines(struct load *load, const struct rule_file *file)
{
	const struct yaml_node *all = file->keys.guidelines;
	int rc = OK;

	if (!all)
		return OK;
	if (all->kind != YAML_MAPPING) {
		load_error(
			load, file->source, all, "`guidelines` is written as `name: {title: ...}`");
		return OK;
	}
	for (size_t i = 0; i < all->count && rc == OK; i++)
		rc = declare_guideline(load, file, yaml_key(all, i), yaml_value(all, i));
	return rc;
}

/* The guideline of that name, or NULL after adding an error. */
static const struct guideline *find_guideline(
	struct load *load, struct place place, struct span name)
{
	uint32_t index = names_find(&load->guideline_names, name);
	const char *near;

	if (index != MAP_NONE)
		return &load->set->guidelines[index];
	if (load->incomplete)
		return NULL;
	near = names_nearest(&load->guideline_names, name, load->loader.errors);
	errors_add(load->loader.errors, SEVERITY_ERROR, place, "there is no guideline `%.*s`",
		SPAN_ARGS(name));
	lint_mark(load->loader.errors, LINT_UNKNOWN_NAME);
	if (near) {
		load->guidelines_meant |= UINT64_C(1)
					  << names_find(&load->guideline_names, span_of(near));
		errors_hint(load->loader.errors, "did you mean `%s`?", near);
	} else {
		errors_hint(load->loader.errors, "define it under `guidelines:`");
	}
	return NULL;
}

/* --- tests of a rule
 * ------------------------------------------------------------------------------ */

static int64_t given(const struct yaml_node *node, const char *key, int64_t value)
{
	return schema_has(node, key) ? value : COMMENT_ABSENT;
}

static size_t test_count(const struct yaml_node *list)
{
	return list ? list->kind == YAML_SEQUENCE ? list->count : 1 : 0;
}

static int add_tests(struct load *load, struct rule *rule, const struct yaml_node *list, bool match,
	struct rule_test *out, size_t *count)
{
	for (size_t i = 0; i < test_count(list); i++) {
		const struct yaml_node *node = list->kind == YAML_SEQUENCE ? &list->items[i] : list;
		int rc = test_comment_read(&load->set->arena, rule->source, load->loader.errors,
			node, &out[*count].comment);

		if (rc == ERR_NOMEM)
			return rc;
		if (rc != OK)
			continue;
		out[*count].match = match;
		out[(*count)++].node = node;
	}
	return OK;
}

static int compile_tests(struct load *load, struct rule *rule, const struct yaml_node *node)
{
	struct rule_tests_keys keys;
	struct rule_test *tests;
	size_t count = 0;
	int rc;

	if (!node) {
		load_warning(
			load, rule->source, rule->node, "the rule `%s` has no tests", rule->id);
		lint_mark(load->loader.errors, LINT_NO_TESTS);
		errors_hint(load->loader.errors, "add `tests: {match: [...], no_match: [...]}`");
		return OK;
	}
	rc = schema_read(&load->set->arena, rule->source, load->loader.errors, &rule_tests_section,
		node, &keys);
	if (rc != OK)
		return rc == ERR_NOMEM ? rc : OK;
	tests = arena_alloc(&load->set->arena,
		(test_count(keys.match) + test_count(keys.no_match)) * sizeof(*tests));
	if (!tests)
		return ERR_NOMEM;
	rc = add_tests(load, rule, keys.match, true, tests, &count);
	if (rc == OK)
		rc = add_tests(load, rule, keys.no_match, false, tests, &count);
	if (count == 0 && !keys.match && !keys.no_match) {
		load_warning(load, rule->source, node, "the rule `%s` has no tests", rule->id);
		lint_mark(load->loader.errors, LINT_NO_TESTS);
	}
	rule->tests = tests;
	rule->tests_count = count;
	return rc;
}

/* --- rules
 * ---------------------------------------------------------------------------------------- */

static void check_id(struct load *load, struct rule *rule, const struct yaml_node *node)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._/-";
	uint32_t first = map_get(&load->rule_ids, node->value);
	size_t bad = strspn(node->value.ptr, allowed);

	if (bad < node->value.len) {
		errors_add(load->loader.errors, SEVERITY_ERROR,
			yaml_place_inside(rule->source, node, bad),
			"a rule's id may hold letters a-z, digits, and . _ / - only");
	} else if (first != MAP_NONE) {
		const struct rule *other = &load->set->rules[first];
		const struct yaml_node *there = yaml_get(other->node, "id");

		load_error(load, rule->source, node, "the rule id `%s` is used twice", rule->id);
		lint_mark(load->loader.errors, LINT_DUPLICATE_ID);
		errors_hint(load->loader.errors, "the first is in %s:%u:%u", other->source->name,
			there->line, there->column);
	} else if (map_set(&load->rule_ids, node->value, rule->index) != OK) {
		load->nomem = true;
	}
}

static void check_languages(
	struct load *load, const struct source *source, const struct strings *languages)
{
	for (size_t i = 0; i < languages->count; i++) {
		const struct yaml_node *node = languages->nodes[i];

		if (!schema_is_language(node->value)) {
			load_error(
				load, source, node, "`%s` is not a language code", node->value.ptr);
			lint_mark(load->loader.errors, LINT_WRONG_VALUE);
			errors_hint(
				load->loader.errors, "codes are such as en, ckb, kmr, ar, tr, fa");
		} else if (span_eq(node->value, SPAN("ku"))) {
			load_error(load, source, node, "`ku` is more than one language");
			lint_mark(load->loader.errors, LINT_WRONG_VALUE);
			errors_hint(load->loader.errors,
				"write ckb (Sorani), kmr (Kurmanji) or [ckb, kmr]");
		}
	}
}

/* The index of the language among those of the set, or LANGUAGES_MAX. */
static size_t number_language(struct ruleset *set, struct span tag)
{
	size_t i = 0;

	while (i < set->languages_count && !span_eq(set->languages[i].tag, tag))
		i++;
	if (i == set->languages_count && i < LANGUAGES_MAX)
		set->languages[set->languages_count++] =
			(struct rule_language){tag, language_script(tag), language_bit(tag)};
	return i;
}

static void set_languages(struct load *load, struct rule *rule, const struct strings *languages)
{
	rule->languages = languages->items;
	rule->languages_count = languages->count;
	for (size_t i = 0; i < languages->count; i++) {
		size_t index = number_language(load->set, languages->items[i]);

		if (index == LANGUAGES_MAX) {
			load_error(load, rule->source, languages->nodes[i],
				"the rules are for more than %d languages", LANGUAGES_MAX);
			return;
		}
		rule->languages_set |= UINT64_C(1) << index;
	}
}

static void set_action(struct load *load, struct rule *rule, const struct rule_keys *keys)
{
	const struct yaml_node *action = yaml_get(rule->node, "action");
	const struct yaml_node *points = yaml_get(rule->node, "points");

	if (action && points) {
		load_error(load, rule->source, points, "a rule has `action` or `points`, not both");
	} else if (!action && !points && !schema_is_misspelt(&rule_section, rule->node, "action") &&
		   !schema_is_misspelt(&rule_section, rule->node, "points")) {
		load_error(load, rule->source, rule->node, "`action` is missing in a rule");
		lint_mark(load->loader.errors, LINT_WRONG_VALUE);
		errors_hint(load->loader.errors, "write `action: review` or `points: 4`");
	}
	rule->action = points ? ACTION_POINTS : (enum action)(ACTION_REVIEW + keys->action);
	rule->points = (int32_t)keys->points;
}

static void set_lifted(struct load *load, struct rule *rule, const struct rule_keys *keys)
{
	const struct yaml_node *named = yaml_get(rule->node, "guidelines");
	const struct yaml_node *own = yaml_get(rule->node, "guideline");

	if (own) {
		load_error(load, rule->source, own,
			"a rule that approves adds no points to a guideline");
		errors_hint(load->loader.errors, "write `guidelines: [%s]` to lift only that one",
			own->value.ptr ? own->value.ptr : "...");
	}
	rule->lifts = named ? 0 : UINT64_MAX;
	for (size_t i = 0; i < keys->guidelines.count; i++) {
		const struct yaml_node *node = keys->guidelines.nodes[i];
		const struct guideline *g =
			find_guideline(load, yaml_place(rule->source, node), node->value);

		if (g)
			rule->lifts |= UINT64_C(1) << g->index;
	}
}

static void set_guideline(struct load *load, struct rule *rule, const struct rule_file *file,
	const struct rule_keys *keys)
{
	const struct yaml_node *named = yaml_get(rule->node, "guidelines");
	const struct yaml_node *own = yaml_get(rule->node, "guideline");

	if (named) {
		load_error(
			load, rule->source, named, "`guidelines` goes with `action: approve` only");
		errors_hint(load->loader.errors, "did you mean `guideline`?");
	}
	if (keys->guideline.len) {
		rule->guideline =
			find_guideline(load, yaml_place(rule->source, own), keys->guideline);
	} else if (file->keys.guideline.len) {
		/* An unknown one has been reported once, for the file. */
		uint32_t index = names_find(&load->guideline_names, file->keys.guideline);

		if (index != MAP_NONE)
			rule->guideline = &load->set->guidelines[index];
	} else if (!own) {
		load_error(load, rule->source, rule->node, "`guideline` is missing in a rule");
		lint_mark(load->loader.errors, LINT_WRONG_VALUE);
		errors_hint(load->loader.errors, "name one here or at the top of the file");
	}
}

static void set_times(struct load *load, struct rule *rule, const struct rule_keys *keys)
{
	const struct yaml_node *until = yaml_get(rule->node, "until");

	rule->from_ms = given(rule->node, "from", keys->from_ms);
	rule->until_ms = given(rule->node, "until", keys->until_ms);
	if (rule->from_ms != COMMENT_ABSENT && rule->until_ms != COMMENT_ABSENT &&
		rule->from_ms >= rule->until_ms) {
		load_error(load, rule->source, until, "`until` must be later than `from`");
		lint_mark(load->loader.errors, LINT_NEVER_FIRES);
	}
}

static int compile_conditions(
	struct load *load, struct rule *rule, const struct rule_file *file, struct rule_keys *keys)
{
	struct loader *loader = &load->loader;
	bool said = schema_has(rule->node, "disguised");
	int rc = OK, unless;

	loader->source = rule->source;
	loader->rule = rule;
	loader->field = FIELD_TEXT;
	loader->disguised = rule->disguised;
	loader->disguised_regex = rule->disguised && (said || file->disguised_said);
	if (keys->when)
		rc = loader_condition(loader, keys->when, &rule->when);
	if (rc == ERR_NOMEM || !keys->unless)
		return rc;
	unless = loader_condition(loader, keys->unless, &rule->unless);
	if (keys->when && yaml_same(keys->when, keys->unless)) {
		load_warning(load, rule->source, keys->unless,
			"the rule can never hold: `unless` says the same as `when`");
		lint_mark(load->loader.errors, LINT_NEVER_FIRES);
	}
	return unless == OK ? rc : unless;
}

static int compile_rule(struct load *load, struct rule *rule, const struct rule_file *file)
{
	const struct strings *languages;
	struct rule_keys keys;
	int rc = schema_read(&load->set->arena, rule->source, load->loader.errors, &rule_section,
		rule->node, &keys);

	if (rc == ERR_NOMEM)
		return rc;
	rule->id = keys.id.len ? keys.id.ptr : "";
	if (keys.id.len)
		check_id(load, rule, yaml_get(rule->node, "id"));
	if (rule->node->kind != YAML_MAPPING)
		return OK;
	languages = schema_has(rule->node, "language") ? &keys.language : &file->keys.language;
	if (languages == &keys.language)
		check_languages(load, rule->source, languages);
	set_languages(load, rule, languages);
	rule->reason = keys.reason;
	rule->in_quotes = (enum in_quotes)keys.in_quotes;
	rule->excuse_article_words = keys.excuse_article_words;
	rule->disguised =
		schema_has(rule->node, "disguised") ? keys.disguised : file->keys.disguised;
	rule->shadow = keys.shadow;
	set_action(load, rule, &keys);
	if (rule->action == ACTION_APPROVE)
		set_lifted(load, rule, &keys);
	else
		set_guideline(load, rule, file, &keys);
	set_times(load, rule, &keys);
	rc = compile_conditions(load, rule, file, &keys);
	if (rc != ERR_NOMEM)
		rc = compile_tests(load, rule, keys.tests);
	return rc == ERR_NOMEM ? rc : OK;
}

static int compile_file(struct load *load, const struct rule_file *file)
{
	const struct yaml_node *all = file->keys.rules;
	struct ruleset *set = load->set;
	int rc = OK;

	check_languages(load, file->source, &file->keys.language);
	if (file->keys.guideline.len)
		find_guideline(load, yaml_place(file->source, yaml_get(file->root, "guideline")),
			file->keys.guideline);
	for (size_t i = 0; all && i < all->count && rc == OK; i++) {
		struct rule *rule = &set->rules[set->rules_count];

		*rule = (struct rule){.index = (uint32_t)set->rules_count,
			.source = file->source,
			.node = &all->items[i]};
		set->rules_count++;
		rc = compile_rule(load, rule, file);
	}
	return rc;
}

/* The number of rules of a file; 0 after an error. */
static size_t count_rules(struct load *load, struct rule_file *file)
{
	const struct yaml_node *rules = file->keys.rules;

	if (!rules)
		return 0;
	if (rules->kind != YAML_SEQUENCE) {
		load_error(load, file->source, rules, "`rules` is written as a list");
		errors_hint(load->loader.errors, "each rule begins with `- id: ...`");
		file->keys.rules = NULL;
		return 0;
	}
	if (rules->count == 0)
		load_error(load, file->source, rules, "`rules` is an empty list");
	return rules->count;
}

int rule_compile_all(struct load *load)
{
	size_t total = 0;
	int rc = OK;

	for (size_t i = 0; i < load->yaml_files; i++)
		total += count_rules(load, load->files[i]);
	if (total > RULES_MAX) {
		errors_add(load->loader.errors, SEVERITY_ERROR, (struct place){NULL, 0, 0},
			"there are %zu rules: more than %d", total, RULES_MAX);
		return OK;
	}
	load->set->rules = arena_zalloc(&load->set->arena, total, sizeof(struct rule));
	if (!load->set->rules)
		return ERR_NOMEM;
	for (size_t i = 0; i < load->yaml_files && rc == OK; i++)
		rc = compile_file(load, load->files[i]);
	return load->nomem ? ERR_NOMEM : rc;
}

/* --- exceptions
 * ------------------------------------------------------------------------------------ */

static void unknown_rule(struct load *load, const struct source *source,
	const struct yaml_node *node, struct span pattern)
{
	bool full = errors_are_full(load->loader.errors);
	const char *best = NULL;

	if (load->incomplete)
		return;
	load_error(load, source, node, "no rule fits `%.*s`", SPAN_ARGS(pattern));
	lint_mark(load->loader.errors, LINT_UNKNOWN_NAME);
	for (size_t i = 0; i < load->set->rules_count && !best && !full; i++)
		best = nearest_name(pattern, &load->set->rules[i].id, 1);
	if (best)
		errors_hint(load->loader.errors, "did you mean `%s`?", best);
	else
		errors_hint(load->loader.errors, "are those rules loaded, too?");
}

size_t rule_fitting(struct load *load, const struct source *source, const struct yaml_node *node,
	struct span pattern, bool (*each)(struct load *load, struct rule *rule, void *context),
	void *context)
{
	struct ruleset *set = load->set;
	size_t fitting = 0;

	if (!memchr(pattern.ptr, '*', pattern.len)) {
		uint32_t index = map_get(&load->rule_ids, pattern);

		if (index != MAP_NONE) {
			fitting = 1;
			load->nomem |= !each(load, &set->rules[index], context);
		}
	} else {
		for (size_t i = 0; i < set->rules_count; i++) {
			struct rule *rule = &set->rules[i];

			if (!sites_glob(pattern, span_of(rule->id)))
				continue;
			fitting++;
			load->nomem |= !each(load, rule, context);
		}
	}
	if (fitting == 0)
		unknown_rule(load, source, node, pattern);
	return fitting;
}

static bool except(struct load *load, struct rule *rule, void *context)
{
	if (load->exemptions_count == EXEMPTIONS_MAX)
		return true; /* an error follows */
	if (!load_grow((void **)&load->exemptions, load->exemptions_count,
		    &load->exemptions_capacity, sizeof(*load->exemptions)))
		return false;
	load->exemptions[load->exemptions_count++] = (struct exemption){rule->index, context};
	return true;
}

/* One `any` of the rule's own `unless` and all exceptions for it, however many there are. */
static int join_unless(
	struct load *load, struct rule *rule, struct condition **exceptions, size_t count)
{
	struct condition **all =
		arena_alloc(&load->scratch, (count + 1) * sizeof(struct condition *));
	size_t own = rule->unless != NULL;

	if (!all)
		return ERR_NOMEM;
	if (own)
		all[0] = rule->unless;
	memcpy(all + own, exceptions, count * sizeof(struct condition *));
	if (own + count == 1) {
		rule->unless = all[0];
		return OK;
	}
	return condition_any(
		&load->set->arena, exceptions[0]->node, all, own + count, &rule->unless);
}

/* Sorts the exemptions by rule (by counting, so that each rule's keep their order) and joins. */
static int join_exemptions(struct load *load)
{
	struct ruleset *set = load->set;
	size_t count = load->exemptions_count;
	uint32_t *ends = arena_zalloc(&load->scratch, set->rules_count + 1, sizeof(*ends));
	struct condition **sorted = arena_alloc(&load->scratch, count * sizeof(struct condition *));
	int rc = OK;

	if (!ends || !sorted)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		ends[load->exemptions[i].rule + 1]++;
	for (size_t r = 0; r < set->rules_count; r++)
		ends[r + 1] += ends[r];
	/* Now ends[r] is where the rule's begin; filling moves it to where they end. */
	for (size_t i = 0; i < count; i++)
		sorted[ends[load->exemptions[i].rule]++] = load->exemptions[i].unless;
	for (size_t r = 0; r < set->rules_count && rc == OK; r++) {
		uint32_t begin = r ? ends[r - 1] : 0;

		if (ends[r] > begin)
			rc = join_unless(load, &set->rules[r], sorted + begin, ends[r] - begin);
	}
	return rc;
}

static int compile_exception(
	struct load *load, const struct rule_file *file, const struct yaml_node *node)
{
	struct loader *loader = &load->loader;
	struct condition *unless = NULL;
	struct exception_keys keys;
	int rc = schema_read(
		&load->set->arena, file->source, loader->errors, &exception_section, node, &keys);

	if (rc == OK) {
		loader->source = file->source;
		loader->rule = NULL;
		loader->field = FIELD_TEXT;
		loader->disguised = file->keys.disguised;
		loader->disguised_regex = file->disguised_said && file->keys.disguised;
		rc = loader_condition(loader, keys.unless, &unless);
	}
	if (rc != OK)
		return rc == ERR_NOMEM ? rc : OK;
	for (size_t i = 0; i < keys.rules.count; i++)
		rule_fitting(load, file->source, keys.rules.nodes[i], keys.rules.items[i], except,
			unless);
	return load->nomem ? ERR_NOMEM : OK;
}

int rule_compile_exceptions(struct load *load)
{
	int rc = OK;

	for (size_t i = 0; i < load->yaml_files; i++) {
		const struct rule_file *file = load->files[i];
		const struct yaml_node *all = file->keys.exceptions;

		if (all && all->kind != YAML_SEQUENCE) {
			load_error(load, file->source, all, "`exceptions` is written as a list");
			continue;
		}
		for (size_t j = 0; all && j < all->count && rc == OK; j++)
			rc = compile_exception(load, file, &all->items[j]);
	}
	if (load->exemptions_count == EXEMPTIONS_MAX)
		errors_add(load->loader.errors, SEVERITY_ERROR, (struct place){NULL, 0, 0},
			"the exceptions fit rules more than %d times in all", EXEMPTIONS_MAX);
	return rc == OK ? join_exemptions(load) : rc;
}
