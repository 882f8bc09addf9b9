/* Changes to case files: see case_edit.h. */
#include "moderate/case_edit.h"

#include <stdlib.h>

/* A case being edited. */
struct editing {
	struct case_edits *edits;
	struct arena *arena;
	const struct case_result *result;
	const struct verdict *verdict;
	struct span text; /* of the file */
	const char *left; /* why it has to be done by hand */
	bool nomem;
};

static void leave(struct editing *e, const char *why)
{
	if (!e->left)
		e->left = why;
}

static void add_edit(struct editing *e, size_t from, size_t to, struct span text)
{
	struct case_edits *edits = e->edits;
	struct span copy = arena_copy(e->arena, text);

	if (!copy.ptr || !arena_grow(e->arena, (void **)&edits->items, edits->count,
				 &edits->capacity, sizeof(*edits->items), 16)) {
		e->nomem = true;
		return;
	}
	edits->items[edits->count++] = (struct case_edit){from, to, copy};
}

/* Replaces [from, to) by the content of the buffer, which is freed. */
static void add_built(struct editing *e, size_t from, size_t to, struct buf *built)
{
	if (built->failed)
		e->nomem = true;
	else
		add_edit(e, from, to, buf_content(built));
	buf_free(built);
}

/* --- where things end ---------------------------------------------------------------------------
 */

static size_t begin_of(const struct editing *e, const struct yaml_node *node)
{
	return yaml_offset(e->result->source, node->line, node->column);
}

/* The end of a scalar that is no block, with its quotes. */
static bool end_of_scalar(const struct editing *e, const struct yaml_node *node, size_t *end)
{
	size_t from = begin_of(e, node), to = from;
	char quote = node->quoted && from < e->text.len ? e->text.ptr[from] : '\0';

	if (quote == '|' || quote == '>' || (!quote && node->value.len == 0))
		return false;
	if (node->value.len)
		to = yaml_offset_inside(e->result->source, node, node->value.len);
	if (node->value.len && to == from)
		return false;
	if (quote && node->value.len == 0)
		to = from + 1;
	*end = to + (quote != '\0');
	return !quote || (to < e->text.len && e->text.ptr[to] == quote);
}

static bool is_flow(const struct editing *e, const struct yaml_node *node)
{
	size_t from = begin_of(e, node);

	return node->kind != YAML_SCALAR && from < e->text.len &&
	       (e->text.ptr[from] == '[' || e->text.ptr[from] == '{');
}

/* The end of any node; of a block that of its last part. Nested as deep as YAML_DEPTH_MAX. */
static bool end_of(const struct editing *e, const struct yaml_node *node, size_t *end)
{
	size_t parts = node->kind == YAML_MAPPING ? 2 * node->count : node->count;
	char closer;

	if (node->kind == YAML_SCALAR)
		return end_of_scalar(e, node, end);
	*end = begin_of(e, node) + 1;
	if (parts && !end_of(e, &node->items[parts - 1], end))
		return false;
	if (!is_flow(e, node))
		return parts > 0;
	closer = node->kind == YAML_MAPPING ? '}' : ']';
	for (bool comment = false; *end < e->text.len; (*end)++) {
		char c = e->text.ptr[*end];

		comment = c == '#' || (comment && c != '\n');
		if (!comment && c == closer) {
			(*end)++;
			return true;
		}
	}
	return false;
}

/* The range of a node that stands on one line. */
static bool one_line(
	const struct editing *e, const struct yaml_node *node, size_t *from, size_t *to)
{
	*from = begin_of(e, node);
	return end_of(e, node, to) && !memchr(e->text.ptr + *from, '\n', *to - *from);
}

/*
 * The lines of an item of a block list, which holds nothing else: from the beginning of the line
 * with its dash (at *dash) to behind its last line break.
 */
static bool item_lines(const struct editing *e, const struct yaml_node *item, size_t *from,
	size_t *dash, size_t *to)
{
	size_t begin = begin_of(e, item), end;

	*from = span_line_begin(e->text, begin);
	for (*dash = *from; *dash < begin && e->text.ptr[*dash] == ' '; (*dash)++)
		;
	if (*dash >= begin || e->text.ptr[*dash] != '-')
		return false;
	for (size_t i = *dash + 1; i < begin; i++)
		if (e->text.ptr[i] != ' ')
			return false;
	if (!end_of(e, item, &end))
		return false;
	*to = span_next_line(e->text, end);
	return true;
}

/* --- lists of names -----------------------------------------------------------------------------
 */

/* What must stand in a list of names: those of rules, or of guidelines. */
struct wanted {
	const char **names;
	size_t count;
};

static bool is_wanted(const struct wanted *wanted, struct span name)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (span_eq(span_of(wanted->names[i]), name))
			return true;
	return false;
}

static bool is_there(const struct yaml_node *list, const char *name)
{
	if (list->kind == YAML_SCALAR)
		return span_eq(list->value, span_of(name));
	for (size_t i = 0; i < list->count; i++) {
		const struct yaml_node *item =
			list->kind == YAML_MAPPING ? yaml_key(list, i) : &list->items[i];

		if (span_eq(item->value, span_of(name)))
			return true;
	}
	return false;
}

/* Whether the list holds just what is wanted. */
static bool is_right(const struct yaml_node *list, const struct wanted *wanted)
{
	size_t there = list->kind == YAML_SCALAR ? 1 : list->count;

	for (size_t i = 0; i < wanted->count; i++)
		if (!is_there(list, wanted->names[i]))
			return false;
	return there == wanted->count || (wanted->count == 0 && is_there(list, "none"));
}

/* A block list: lines are taken out and put in. */
static void edit_block(struct editing *e, const struct yaml_node *list, const struct wanted *wanted)
{
	size_t from = 0, dash = 0, to = 0;
	bool bare = false; /* the last item stays, and has no line break */

	for (size_t i = 0; i < list->count; i++) {
		if (!item_lines(e, &list->items[i], &from, &dash, &to)) {
			leave(e, "its list of names is written in an unusual way");
			return;
		}
		bare = e->text.ptr[to - 1] != '\n';
		if (is_wanted(wanted, list->items[i].value) ||
			(wanted->count == 0 && i + 1 == list->count))
			continue;
		add_edit(e, from, to, (struct span){NULL, 0});
		bare = false;
	}
	if (wanted->count == 0) {
		size_t begin = begin_of(e, &list->items[list->count - 1]), end = begin;

		end_of_scalar(e, &list->items[list->count - 1], &end);
		add_edit(e, begin, end, SPAN("none"));
	}
	for (size_t i = 0; i < wanted->count; i++) {
		struct buf line = {0};

		if (is_there(list, wanted->names[i]))
			continue;
		if (bare)
			buf_char(&line, '\n');
		bare = false;
		buf_printf(&line, "%*s- %s\n", (int)(dash - from), "", wanted->names[i]);
		add_built(e, to, to, &line);
	}
}

/* One name, or a list in brackets: what stays goes before what is new. */
static void edit_flow(struct editing *e, const struct yaml_node *list, const struct wanted *wanted)
{
	struct buf built = {0};
	bool bare = wanted->count == 0 || (wanted->count == 1 && list->kind == YAML_SCALAR);
	const char *comma = "";
	size_t from, to;

	if (!one_line(e, list, &from, &to)) {
		leave(e, "its list of names is written over several lines");
		return;
	}
	buf_str(&built, bare ? "" : "[");
	for (int there = 1; there >= 0; there--) {
		for (size_t i = 0; i < wanted->count; i++) {
			if (is_there(list, wanted->names[i]) != there)
				continue;
			buf_printf(&built, "%s%s", comma, wanted->names[i]);
			comma = ", ";
		}
	}
	if (wanted->count == 0)
		buf_str(&built, "none");
	buf_str(&built, bare ? "" : "]");
	add_built(e, from, to, &built);
}

static void edit_names(struct editing *e, const struct yaml_node *list, const struct wanted *wanted)
{
	if (is_right(list, wanted))
		return;
	if (list->kind == YAML_SCALAR || is_flow(e, list))
		edit_flow(e, list, wanted);
	else
		edit_block(e, list, wanted);
}

/* --- points -------------------------------------------------------------------------------------
 */

static const struct guideline_points *points_of(const struct verdict *verdict, struct span name)
{
	for (size_t i = 0; i < verdict->guidelines_count; i++)
		if (span_eq(span_of(verdict->guidelines[i].guideline->id), name))
			return &verdict->guidelines[i];
	return NULL;
}

/* `{threats: 10}`: written anew. */
static void edit_flow_points(struct editing *e, const struct yaml_node *mapping)
{
	const struct verdict *verdict = e->verdict;
	struct buf built = {0};
	size_t from, to;

	if (!one_line(e, mapping, &from, &to)) {
		leave(e, "its points are written over several lines");
		return;
	}
	buf_str(&built, verdict->guidelines_count ? "{" : "none");
	for (size_t i = 0; i < verdict->guidelines_count; i++)
		buf_printf(&built, "%s%s: %d", i ? ", " : "", verdict->guidelines[i].guideline->id,
			verdict->guidelines[i].low);
	buf_str(&built, verdict->guidelines_count ? "}" : "");
	add_built(e, from, to, &built);
}

/* A line for each guideline: numbers are changed; no lines come or go. */
static void edit_block_points(struct editing *e, const struct yaml_node *mapping)
{
	size_t known = 0;

	for (size_t i = 0; i < mapping->count; i++) {
		const struct guideline_points *points =
			points_of(e->verdict, yaml_key(mapping, i)->value);
		size_t from, to;
		struct buf number = {0};

		if (!points || !one_line(e, yaml_value(mapping, i), &from, &to))
			break;
		known++;
		buf_printf(&number, "%d", points->low);
		add_built(e, from, to, &number);
	}
	if (known != mapping->count || known != e->verdict->guidelines_count)
		leave(e, "other guidelines have points");
}

static bool points_are_right(const struct editing *e)
{
	const struct numbered *wanted = &e->result->keys->entry.guidelines;

	for (size_t i = 0; i < wanted->names.count; i++) {
		const struct guideline_points *points =
			points_of(e->verdict, wanted->names.items[i]);

		if (!points || points->low != wanted->numbers[i])
			return false;
	}
	return wanted->names.count == e->verdict->guidelines_count;
}

static void edit_guidelines(struct editing *e, const struct yaml_node *node)
{
	const struct verdict *verdict = e->verdict;
	struct wanted wanted = {0};

	for (size_t i = 0; i < verdict->guidelines_count; i++)
		if (verdict->guidelines[i].low != verdict->guidelines[i].high)
			leave(e, "its points are not certain");
	if (node->kind == YAML_MAPPING) {
		if (points_are_right(e))
			return;
		if (is_flow(e, node))
			edit_flow_points(e, node);
		else
			edit_block_points(e, node);
		return;
	}
	wanted.names = arena_alloc(e->arena, (verdict->guidelines_count + 1) * sizeof(char *));
	if (!wanted.names) {
		e->nomem = true;
		return;
	}
	for (; wanted.count < verdict->guidelines_count; wanted.count++)
		wanted.names[wanted.count] = verdict->guidelines[wanted.count].guideline->id;
	edit_names(e, node, &wanted);
}

static void edit_rules(struct editing *e, const struct yaml_node *node)
{
	const struct verdict *verdict = e->verdict;
	struct wanted wanted = {
		.names = arena_alloc(e->arena, (verdict->matches_count + 1) * sizeof(char *))};

	if (!wanted.names) {
		e->nomem = true;
		return;
	}
	for (; wanted.count < verdict->matches_count; wanted.count++)
		wanted.names[wanted.count] = verdict->matches[wanted.count].rule->id;
	edit_names(e, node, &wanted);
}

/* --- the verdict --------------------------------------------------------------------------------
 */

static void replace_scalar(struct editing *e, const struct yaml_node *node, const char *by)
{
	size_t from, to;

	if (one_line(e, node, &from, &to))
		add_edit(e, from, to, span_of(by));
	else
		leave(e, "its verdict is written in an unusual way");
}

/* Behind the last line of a list in a table, or of the whole table. */
static bool end_of_lines(const struct editing *e, const struct yaml_node *node, size_t *end)
{
	if (!end_of(e, node, end))
		return false;
	*end = span_next_line(e->text, *end);
	return true;
}

/* Whether an entry moved before has begun a list at that place. */
static bool has_begun(const struct editing *e, size_t target, struct span key)
{
	for (size_t i = 0; i < e->edits->count; i++) {
		const struct case_edit *edit = &e->edits->items[i];

		if (edit->from == target && edit->to == target && span_starts(edit->text, key))
			return true;
	}
	return false;
}

/* The line that begins a list in the table: "    reject:". */
static void begin_list(struct editing *e, size_t target, const char *name, struct buf *lines)
{
	struct buf key = {0};

	buf_printf(&key, "%*s%s:\n", (int)e->result->table->column - 1, "", name);
	if (!has_begun(e, target, buf_content(&key)))
		buf_span(lines, buf_content(&key));
	e->nomem |= key.failed;
	buf_free(&key);
}

/* Whether something stays in the list if one more entry leaves it: an empty list is none. */
static bool something_stays(const struct editing *e, const struct yaml_node *list)
{
	size_t begin = span_line_begin(e->text, begin_of(e, list)), end, gone = 1;

	if (!end_of(e, list, &end))
		return false;
	for (size_t i = 0; i < e->edits->count; i++) {
		const struct case_edit *edit = &e->edits->items[i];

		gone += edit->text.len == 0 && edit->from >= begin && edit->from < end;
	}
	return gone < list->count;
}

/* Moves the lines of a table's entry to the end of the list of its verdict. */
static void move_entry(struct editing *e)
{
	const struct yaml_node *table = e->result->table;
	const char *name = verdict_names[e->verdict->kind];
	const struct yaml_node *mine = yaml_get(table, verdict_names[e->result->keys->expect]);
	const struct yaml_node *other = yaml_get(table, name);
	size_t from, dash, to, target, other_dash = 0, other_from = 0, unused;
	struct buf lines = {0};

	if (is_flow(e, table) || is_flow(e, mine) || !something_stays(e, mine) ||
		!item_lines(e, e->result->node, &from, &dash, &to) ||
		memchr(e->text.ptr + from, '\n', to - from - 1) || e->text.ptr[to - 1] != '\n' ||
		(other && (is_flow(e, other) || other->kind != YAML_SEQUENCE || !other->count ||
				  !item_lines(e, &other->items[0], &other_from, &other_dash,
					  &unused))) ||
		!end_of_lines(e, other ? other : table, &target)) {
		leave(e, "it has to be moved to another list of its table");
		return;
	}
	if (target == e->text.len && e->text.ptr[target - 1] != '\n')
		buf_char(&lines, '\n');
	if (!other) {
		other_dash = dash;
		other_from = from;
		begin_list(e, target, name, &lines);
	}
	buf_printf(&lines, "%*s", (int)(other_dash - other_from), "");
	buf_span(&lines, span_sub(e->text, dash, to));
	add_edit(e, from, to, (struct span){NULL, 0});
	add_built(e, target, target, &lines);
}

static void edit_case(struct editing *e)
{
	const struct case_result *result = e->result;
	const struct entry_keys *keys = &result->keys->entry;
	const struct yaml_node *rules = yaml_get(result->node, "rules");
	const struct yaml_node *guidelines = yaml_get(result->node, "guidelines");
	const struct yaml_node *degraded = yaml_get(result->node, "degraded");
	bool other = (int)e->verdict->kind != result->keys->expect;

	for (size_t i = 0; i < keys->not_rules.count; i++)
		for (size_t k = 0; k < e->verdict->matches_count; k++)
			if (span_eq(keys->not_rules.items[i],
				    span_of(e->verdict->matches[k].rule->id)))
				leave(e, "a rule in its `not_rules` holds");
	if (e->verdict->degraded != keys->degraded) {
		if (degraded)
			replace_scalar(e, degraded, e->verdict->degraded ? "true" : "false");
		else
			leave(e, "something was unknown: it needs `degraded: true`");
	}
	if (rules)
		edit_rules(e, rules);
	if (guidelines)
		edit_guidelines(e, guidelines);
	if (other && result->table && (rules || guidelines))
		leave(e, "it has to be moved to another list of its table");
	else if (other && result->table)
		move_entry(e);
	else if (other)
		replace_scalar(
			e, yaml_get(result->node, "expect"), verdict_names[e->verdict->kind]);
}

int case_edits_add(struct case_edits *edits, struct arena *arena, const struct case_result *result,
	const struct verdict *verdict, const char **left)
{
	struct editing e = {
		.edits = edits,
		.arena = arena,
		.result = result,
		.verdict = verdict,
		.text = result->source->text,
	};
	size_t before = edits->count;

	edit_case(&e);
	if (e.left)
		edits->count = before;
	*left = e.left;
	return e.nomem ? ERR_NOMEM : OK;
}

/* --- making them --------------------------------------------------------------------------------
 */

struct numbered_edit {
	struct case_edit edit;
	size_t number;
};

static int compare_edits(const void *a, const void *b)
{
	const struct numbered_edit *x = a, *y = b;

	if (x->edit.from != y->edit.from)
		return x->edit.from < y->edit.from ? -1 : 1;
	/* What is put in at a place goes before what is replaced from there on. */
	if (x->edit.to != y->edit.to)
		return x->edit.to < y->edit.to ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

bool case_edits_sort(struct case_edits *edits)
{
	struct numbered_edit *sorted = calloc(edits->count + 1, sizeof(*sorted));
	bool apart = sorted != NULL;

	for (size_t i = 0; sorted && i < edits->count; i++)
		sorted[i] = (struct numbered_edit){edits->items[i], i};
	if (sorted)
		qsort(sorted, edits->count, sizeof(*sorted), compare_edits);
	for (size_t i = 0; sorted && i < edits->count; i++) {
		edits->items[i] = sorted[i].edit;
		apart &= i == 0 || edits->items[i - 1].to <= edits->items[i].from;
	}
	free(sorted);
	return apart;
}

void case_edits_apply(const struct case_edits *edits, size_t first, size_t end, struct span text,
	size_t from, size_t to, struct buf *out)
{
	for (size_t i = first; i < end; i++) {
		buf_span(out, span_sub(text, from, edits->items[i].from));
		buf_span(out, edits->items[i].text);
		from = edits->items[i].to;
	}
	buf_span(out, span_sub(text, from, to));
}
