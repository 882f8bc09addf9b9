/* Case files: see cases.h. */
#include "moderate/cases.h"

#include "rules/keys.h"
#include "rules/test_comment.h"

/* A case without a time is sent then, so that it gives the same on every day. */
#define FIXED_TIME_MS INT64_C(1767614400000) /* 2026-01-05T12:00:00Z, a Monday */

struct case_keys {
	int expect; /* enum verdict_kind */
	struct strings guidelines;
	struct strings rules;
	struct strings not_rules;
	bool degraded;
};

struct file_of_cases {
	const struct yaml_node *cases;
};

static const char *const verdict_choices[] = {"approve", "review", "reject", NULL};

static const struct key case_keys[] = {
	{.name = "expect",
		.type = TYPE_CHOICE,
		.help = "The verdict it must get.",
		.offset = offsetof(struct case_keys, expect),
		.choices = verdict_choices,
		.flags = KEY_REQUIRED},
	{.name = "guidelines",
		.type = TYPE_STRINGS,
		.help = "Guidelines that must have points; no others may. `none`: none at all.",
		.offset = offsetof(struct case_keys, guidelines)},
	{.name = "rules",
		.type = TYPE_STRINGS,
		.help = "Rules that must hold; no others may. `none`: none at all.",
		.offset = offsetof(struct case_keys, rules)},
	{.name = "not_rules",
		.type = TYPE_STRINGS,
		.help = "Rules that must not hold.",
		.offset = offsetof(struct case_keys, not_rules)},
	{.name = "degraded",
		.type = TYPE_BOOL,
		.help = "Whether something must have been unknown on the way.",
		.offset = offsetof(struct case_keys, degraded),
		.fallback = "false"},
};

const struct section case_section = {
	.name = "case",
	.noun = "a case",
	.help = "What must come out for a comment; the comment's keys are those of a rule's tests.",
	.keys = case_keys,
	.count = ARRAY_LEN(case_keys),
	.shorthand = -1,
	.size = sizeof(struct case_keys),
};

static const struct key file_keys[] = {
	{.name = "cases",
		.type = TYPE_NODE,
		.help = "The cases.",
		.offset = offsetof(struct file_of_cases, cases),
		.section = &case_section,
		.shape = "list of cases",
		.flags = KEY_REQUIRED},
};

static const struct section file_of_cases_section = {
	.name = "case file",
	.noun = "a case file",
	.help = "Comments and the verdict that each must get.",
	.keys = file_keys,
	.count = ARRAY_LEN(file_keys),
	.shorthand = -1,
	.size = sizeof(struct file_of_cases),
};

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

static void compare(const struct yaml_node *node, const struct case_keys *keys,
	const struct verdict *verdict, struct buf *what)
{
	const struct names rules = {match_name, verdict->matches_count, "rule"};
	const struct names guidelines = {
		guideline_name, verdict->guidelines_count, "points for guideline"};

	if ((int)verdict->kind != keys->expect)
		buf_printf(what, ", %s instead of %s", verdict_names[verdict->kind],
			verdict_choices[keys->expect]);
	if (schema_has(node, "rules"))
		compare_names(verdict, &rules, &keys->rules, what);
	if (schema_has(node, "guidelines"))
		compare_names(verdict, &guidelines, &keys->guidelines, what);
	for (size_t i = 0; i < keys->not_rules.count; i++)
		if (has_name(verdict, &rules, keys->not_rules.items[i]))
			buf_printf(what, ", with rule %.*s", SPAN_ARGS(keys->not_rules.items[i]));
	if (verdict->degraded != keys->degraded)
		buf_printf(what, ", %s", verdict->degraded ? "degraded" : "not degraded");
}

/* --- reading and judging ------------------------------------------------------------------------
 */

static struct case_result *new_result(struct arena *arena, struct case_results *results)
{
	if (results->count == results->capacity) {
		size_t capacity = results->capacity ? results->capacity * 2 : 64;
		struct case_result *items = arena_alloc(arena, capacity * sizeof(*items));

		if (!items)
			return NULL;
		if (results->count)
			memcpy(items, results->items, results->count * sizeof(*items));
		results->items = items;
		results->capacity = capacity;
	}
	return &results->items[results->count++];
}

/* Splits a case into the keys that say what must come out and those of the comment. */
static int split(struct arena *arena, const struct yaml_node *node, struct yaml_node *expected,
	struct yaml_node *comment)
{
	*expected = *comment = *node;
	expected->count = comment->count = 0;
	expected->items = arena_alloc(arena, (2 * node->count + 1) * sizeof(struct yaml_node));
	comment->items = arena_alloc(arena, (2 * node->count + 1) * sizeof(struct yaml_node));
	if (!expected->items || !comment->items)
		return ERR_NOMEM;
	for (size_t i = 0; i < node->count; i++) {
		struct yaml_node *to = comment;

		for (size_t k = 0; k < ARRAY_LEN(case_keys); k++)
			if (span_eq(yaml_key(node, i)->value, span_of(case_keys[k].name)))
				to = expected;
		to->items[2 * to->count] = *yaml_key(node, i);
		to->items[2 * to->count + 1] = *yaml_value(node, i);
		to->count++;
	}
	return OK;
}

static int judge(struct evaluator *evaluator, const struct ruleset *set,
	const struct case_keys *keys, struct arena *arena, struct case_result *result)
{
	const struct verdict *verdict;
	struct buf what = {0};
	int rc = evaluate(evaluator, set, &result->comment, &evaluate_defaults, &verdict);

	if (rc != OK)
		return rc;
	result->verdict = verdict->kind;
	compare(result->node, keys, verdict, &what);
	result->passed = what.len == 0;
	if (what.failed)
		rc = ERR_NOMEM;
	else if (what.len)
		result->what = arena_copy(arena, span_sub(buf_content(&what), 2, what.len)).ptr;
	buf_free(&what);
	return rc == OK && !result->passed && !result->what ? ERR_NOMEM : rc;
}

static int run_case(struct evaluator *evaluator, const struct ruleset *set,
	const struct source *source, const struct yaml_node *node, struct arena *arena,
	struct errors *errors, struct case_results *results)
{
	struct yaml_node *parts = arena_alloc(arena, 2 * sizeof(*parts));
	struct case_result *result;
	struct case_keys keys;
	struct comment comment;
	int rc, other;

	if (!parts)
		return ERR_NOMEM;
	if (node->kind != YAML_MAPPING) {
		errors_add(errors, SEVERITY_ERROR, yaml_place(source, node),
			"a case is a mapping with `text` and `expect`");
		return ERR_INVALID;
	}
	if (split(arena, node, &parts[0], &parts[1]) != OK)
		return ERR_NOMEM;
	rc = schema_read(arena, source, errors, &case_section, &parts[0], &keys);
	other = test_comment_read(arena, source, errors, &parts[1], &comment);
	if (rc != OK || other != OK)
		return rc == OK ? other : rc;
	if (comment.submitted_ms == COMMENT_ABSENT)
		comment.submitted_ms = FIXED_TIME_MS;
	result = new_result(arena, results);
	if (!result)
		return ERR_NOMEM;
	*result = (struct case_result){.node = node, .source = source, .comment = comment};
	rc = judge(evaluator, set, &keys, arena, result);
	results->failed += !result->passed;
	return rc;
}

int cases_run(struct evaluator *evaluator, const struct ruleset *set, const char *path,
	struct arena *arena, struct errors *errors, struct case_results *results)
{
	struct source *source;
	struct yaml_node *root;
	struct file_of_cases file;
	int rc = source_read(arena, path, YAML_SIZE_MAX, errors, &source), result = OK;

	if (rc == OK)
		rc = yaml_parse(arena, source, errors, &root);
	if (rc != OK)
		return rc;
	if (!root) {
		errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
			"the file has no cases");
		return ERR_INVALID;
	}
	rc = schema_read(arena, source, errors, &file_of_cases_section, root, &file);
	if (rc != OK)
		return rc;
	if (file.cases->kind != YAML_SEQUENCE) {
		errors_add(errors, SEVERITY_ERROR, yaml_place(source, file.cases),
			"`cases` is a list");
		return ERR_INVALID;
	}
	for (size_t i = 0; rc != ERR_NOMEM && i < file.cases->count; i++) {
		rc = run_case(
			evaluator, set, source, &file.cases->items[i], arena, errors, results);
		if (rc != OK)
			result = rc;
	}
	return result;
}
