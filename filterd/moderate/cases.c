/* Case files: see cases.h. */
#include "moderate/cases.h"

#include "base/map.h"
#include "rules/test_comment.h"

/* A case without a time is sent then, so that it gives the same on every day. */
#define FIXED_TIME_MS INT64_C(1767614400000) /* 2026-01-05T12:00:00Z, a Monday */

/* One file being run. */
struct running {
	struct evaluator *evaluator;
	const struct ruleset *set;
	const struct evaluate_options *options;
	const struct source *source;
	struct arena *arena;
	struct errors *errors;
	struct case_results *results;
	struct map rules; /* their ids; made when a case names one */
	int rc; /* the worst so far */
};

static void note(struct running *r, int rc)
{
	if (rc != OK && r->rc != ERR_NOMEM)
		r->rc = rc;
}

/* --- what is wrong with a verdict ---------------------------------------------------------------
 */

/* A list of names in an answer: of rules that hold, or guidelines with points. */
struct names {
	const char *(*name)(const struct verdict *verdict, size_t i);
	size_t count;
	const char *one; /* "rule" */
};

static const char *match_name(const struct verdict *verdict, size_t i)
{
	return verdict->matches[i].rule->id;
}

static const char *guideline_name(const struct verdict *verdict, size_t i)
{
	return verdict->guidelines[i].guideline->id;
}

static bool has_name(const struct verdict *verdict, const struct names *names, struct span name)
{
	for (size_t i = 0; i < names->count; i++)
		if (span_eq(span_of(names->name(verdict, i)), name))
			return true;
	return false;
}

static bool is_listed(const struct strings *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (span_eq(wanted->items[i], span_of(name)))
			return true;
	return false;
}

static void compare_names(const struct verdict *verdict, const struct names *names,
	const struct strings *wanted, struct buf *what)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (!span_eq(wanted->items[i], SPAN("none")) &&
			!has_name(verdict, names, wanted->items[i]))
			buf_printf(
				what, ", without %s %.*s", names->one, SPAN_ARGS(wanted->items[i]));
	for (size_t i = 0; i < names->count; i++)
		if (!is_listed(wanted, names->name(verdict, i)))
			buf_printf(what, ", with %s %s", names->one, names->name(verdict, i));
}

/* Of guidelines that have points and should: whether they are as many as were asked for. */
static void compare_points(
	const struct verdict *verdict, const struct numbered *wanted, struct buf *what)
{
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		const struct guideline_points *points = &verdict->guidelines[i];

		for (size_t k = 0; k < wanted->names.count; k++) {
			if (!span_eq(wanted->names.items[k], span_of(points->guideline->id)) ||
				(points->low == wanted->numbers[k] &&
					points->high == wanted->numbers[k]))
				continue;
			buf_printf(what, ", %d", points->low);
			if (points->high != points->low)
				buf_printf(what, " to %d", points->high);
			buf_printf(what, " points for guideline %s instead of %lld",
				points->guideline->id, (long long)wanted->numbers[k]);
		}
	}
}

static bool asks_for(const struct case_result *result, const char *key)
{
	return result->node->kind == YAML_MAPPING && schema_has(result->node, key);
}

static void compare(
	const struct case_result *result, const struct verdict *verdict, struct buf *what)
{
	const struct names rules = {match_name, verdict->matches_count, "rule"};
	const struct names guidelines = {
		guideline_name, verdict->guidelines_count, "points for guideline"};
	const struct entry_keys *keys = &result->keys->entry;

	if ((int)verdict->kind != result->keys->expect)
		buf_printf(what, ", %s instead of %s", verdict_names[verdict->kind],
			verdict_names[result->keys->expect]);
	if (asks_for(result, "rules"))
		compare_names(verdict, &rules, &keys->rules, what);
	if (asks_for(result, "guidelines"))
		compare_names(verdict, &guidelines, &keys->guidelines.names, what);
	if (keys->guidelines.numbers)
		compare_points(verdict, &keys->guidelines, what);
	for (size_t i = 0; i < keys->not_rules.count; i++)
		if (has_name(verdict, &rules, keys->not_rules.items[i]))
			buf_printf(what, ", with rule %.*s", SPAN_ARGS(keys->not_rules.items[i]));
	if (verdict->degraded != keys->degraded)
		buf_printf(what, ", %s", verdict->degraded ? "degraded" : "not degraded");
}

/* --- names that there are not -------------------------------------------------------------------
 */

static bool is_guideline(const struct ruleset *set, struct span name)
{
	const struct guideline *guidelines;
	size_t count = ruleset_guidelines(set, &guidelines);

	for (size_t i = 0; i < count; i++)
		if (span_eq(name, span_of(guidelines[i].id)))
			return true;
	return false;
}

static bool is_rule(struct running *r, struct span name)
{
	const struct rule *rules;
	size_t count = ruleset_rules(r->set, &rules);

	for (size_t i = r->rules.count; i < count; i++)
		if (map_set(&r->rules, span_of(rules[i].id), (uint32_t)i) != OK)
			note(r, ERR_NOMEM);
	return map_get(&r->rules, name) != MAP_NONE;
}

static void unknown_name(
	struct running *r, const struct yaml_node *node, struct span name, bool guideline)
{
	const struct rule *rules;
	const struct guideline *guidelines;
	size_t count =
		guideline ? ruleset_guidelines(r->set, &guidelines) : ruleset_rules(r->set, &rules);
	const char *near = NULL, **ids = NULL;

	errors_add(r->errors, SEVERITY_ERROR, yaml_place(r->source, node), "there is no %s `%.*s`",
		guideline ? "guideline" : "rule", SPAN_ARGS(name));
	note(r, ERR_INVALID);
	if (!errors_are_full(r->errors))
		ids = arena_alloc(r->arena, (count + 1) * sizeof(*ids));
	for (size_t i = 0; ids && i < count; i++)
		ids[i] = guideline ? guidelines[i].id : rules[i].id;
	if (ids)
		near = nearest_name(name, ids, count);
	if (near)
		errors_hint(r->errors, "did you mean `%s`?", near);
}

static void check_names(struct running *r, const struct strings *names, bool guideline, bool none)
{
	for (size_t i = 0; i < names->count; i++) {
		struct span name = names->items[i];
		bool known = guideline ? is_guideline(r->set, name) : is_rule(r, name);

		if (!known && !(none && span_eq(name, SPAN("none"))))
			unknown_name(r, names->nodes[i], name, guideline);
	}
}

/* --- reading and judging ------------------------------------------------------------------------
 */

static int judge(struct running *r, struct case_result *result)
{
	const struct verdict *verdict;
	struct buf what = {0};
	bool todo = result->keys->entry.todo.len > 0;
	int rc = evaluate(r->evaluator, r->set, &result->comment, r->options, &verdict);

	if (rc != OK)
		return rc;
	result->verdict = verdict->kind;
	compare(result, verdict, &what);
	if (what.len == 0)
		result->state = todo ? CASE_DONE : CASE_PASSED;
	else
		result->state = todo ? CASE_TODO : CASE_FAILED;
	if (what.len)
		result->what = arena_copy(r->arena, span_sub(buf_content(&what), 2, what.len)).ptr;
	if (what.failed || (what.len && !result->what))
		rc = ERR_NOMEM;
	buf_free(&what);
	return rc;
}

static int add_result(struct running *r, const struct case_result *result)
{
	struct case_results *results = r->results;
	struct case_result *mine;
	int rc;

	if (!arena_grow(r->arena, (void **)&results->items, results->count, &results->capacity,
		    sizeof(*results->items), 64))
		return ERR_NOMEM;
	mine = &results->items[results->count];
	*mine = *result;
	if (mine->comment.submitted_ms == COMMENT_ABSENT)
		mine->comment.submitted_ms = FIXED_TIME_MS;
	rc = judge(r, mine);
	if (rc != OK)
		return rc;
	results->count++;
	results->states[mine->state]++;
	if (results->ran)
		results->ran(results->context, mine);
	return OK;
}

/* A table whose entries are run. */
struct table {
	const struct yaml_node *node;
	struct span name;
	struct comment context; /* of its entries */
};

/*
 * Runs one case, or an entry of `table` (NULL: it stands in none), whose keys are read into *keys;
 * `context` is what it comes with besides its own.
 */
static void run_case(struct running *r, const struct yaml_node *node, const struct table *table,
	struct case_keys *keys, const struct comment *context)
{
	const struct section *section = table ? &entry_section : &case_section;
	void *to = table ? (void *)&keys->entry : (void *)keys;
	struct case_result result = {
		.source = r->source,
		.node = node,
		.keys = keys,
		.table = table ? table->node : NULL,
		.table_name = table ? table->name : (struct span){NULL, 0},
		.comment = *context,
	};
	size_t before = r->errors->errors;
	int rc = schema_read(r->arena, r->source, r->errors, section, node, to);

	note(r, rc);
	if (rc != OK)
		return;
	check_names(r, &keys->entry.rules, false, true);
	check_names(r, &keys->entry.not_rules, false, false);
	check_names(r, &keys->entry.guidelines.names, true, !keys->entry.guidelines.numbers);
	if (r->errors->errors > before)
		return;
	result.comment.text = keys->entry.text;
	test_comment_set(node, &keys->entry.context, &result.comment);
	note(r, add_result(r, &result));
}

/* The items of the list under a key; no list is an error. */
static size_t items_of(struct running *r, const char *key, const struct yaml_node *list)
{
	if (!list)
		return 0;
	if (list->kind == YAML_SEQUENCE)
		return list->count;
	errors_add(r->errors, SEVERITY_ERROR, yaml_place(r->source, list), "`%s` is a list", key);
	errors_hint(r->errors, "each begins with `- `");
	note(r, ERR_INVALID);
	return 0;
}

static struct case_keys *new_keys(struct running *r)
{
	struct case_keys *keys = arena_zalloc(r->arena, 1, sizeof(*keys));

	if (!keys)
		note(r, ERR_NOMEM);
	return keys;
}

static void run_cases(
	struct running *r, const struct yaml_node *list, const struct comment *context)
{
	size_t count = items_of(r, "cases", list);

	for (size_t i = 0; i < count && r->rc != ERR_NOMEM; i++) {
		struct case_keys *keys = new_keys(r);

		if (keys)
			run_case(r, &list->items[i], NULL, keys, context);
	}
}

static void run_entries(struct running *r, enum verdict_kind expect, const struct table *table,
	const struct yaml_node *list)
{
	size_t count = items_of(r, verdict_names[expect], list);

	for (size_t i = 0; i < count && r->rc != ERR_NOMEM; i++) {
		struct case_keys *keys = new_keys(r);

		if (!keys)
			return;
		keys->expect = expect;
		run_case(r, &list->items[i], table, keys, &table->context);
	}
}

/* The table's lists, in the order in which they stand. */
static void run_table(
	struct running *r, const struct yaml_node *node, const struct comment *context)
{
	struct table table = {.node = node, .context = *context};
	struct table_keys keys;
	int rc = schema_read(r->arena, r->source, r->errors, &table_section, node, &keys);

	note(r, rc);
	if (rc != OK)
		return;
	table.name = keys.name;
	test_comment_set(node, &keys.context, &table.context);
	for (size_t i = 0; i < node->count; i++)
		for (enum verdict_kind kind = 0; kind < VERDICT_COUNT; kind++)
			if (span_eq(yaml_key(node, i)->value, span_of(verdict_names[kind])))
				run_entries(r, kind, &table, yaml_value(node, i));
}

static void run_tables(
	struct running *r, const struct yaml_node *list, const struct comment *context)
{
	size_t count = items_of(r, "tables", list);

	for (size_t i = 0; i < count && r->rc != ERR_NOMEM; i++)
		run_table(r, &list->items[i], context);
}

static void run_file(struct running *r, const struct yaml_node *root)
{
	struct comment context = COMMENT_INIT;
	struct case_file_keys file;
	int rc;

	if (root && root->kind == YAML_MAPPING && root->count == 0)
		root = NULL;
	if (!root) {
		errors_add(r->errors, SEVERITY_ERROR, (struct place){r->source, 0, 0},
			"the file has no cases");
		note(r, ERR_INVALID);
		return;
	}
	rc = schema_read(r->arena, r->source, r->errors, &case_file_section, root, &file);
	note(r, rc);
	if (rc != OK)
		return;
	test_comment_set(root, &file.context, &context);
	run_cases(r, file.cases, &context);
	run_tables(r, file.tables, &context);
}

int cases_run_source(struct evaluator *evaluator, const struct ruleset *set,
	const struct evaluate_options *options, const struct source *source, struct arena *arena,
	struct errors *errors, struct case_results *results)
{
	struct running r = {
		.evaluator = evaluator,
		.set = set,
		.options = options,
		.source = source,
		.arena = arena,
		.errors = errors,
		.results = results,
	};
	struct yaml_node *root;
	int rc = yaml_parse(arena, source, errors, &root);

	if (rc != OK)
		return rc;
	run_file(&r, root);
	map_free(&r.rules);
	return r.rc;
}

int cases_run(struct evaluator *evaluator, const struct ruleset *set,
	const struct evaluate_options *options, const char *path, struct arena *arena,
	struct errors *errors, struct case_results *results)
{
	struct source *source;
	int rc = source_read(arena, path, YAML_SIZE_MAX, errors, &source);

	return rc == OK ? cases_run_source(evaluator, set, options, source, arena, errors, results)
			: rc;
}
