/*
 * What sites change about rules and guidelines, worked out once: a table per site of what holds for
 * every rule and guideline, and a mark on those for which the article's section matters too.
 */
#include "rules/load.h"

struct rule_row {
	struct effective effective;
	bool sectioned; /* an override for a section fits the rule: ask them in turn */
};

struct threshold_row {
	int64_t review_at, reject_at; /* [points] */
	bool off;
	bool sectioned;
};

struct site_table {
	struct rule_row *rules; /* NULL: the site overrides nothing */
	struct threshold_row *thresholds; /* NULL: the same for guidelines */
};

/* [per cent] of a guideline's own thresholds. Rules that review or reject do so in each. */
static const struct {
	int64_t review, reject;
} scales[TEMPERAMENT_COUNT] = {
	[TEMPERAMENT_BALANCED] = {100, 100},
	[TEMPERAMENT_OPEN] = {160, 150},
	[TEMPERAMENT_STRICT] = {60, 90},
};

static int64_t scaled(int64_t points, int64_t percent)
{
	int64_t most = POINTS_MAX - 1, result = (points * percent + 50) / 100;

	if (points == POINTS_MAX)
		return points;
	return result < 1 ? 1 : result > most ? most : result;
}

static struct threshold_row own_thresholds(
	const struct guideline *guideline, enum temperament temperament)
{
	return (struct threshold_row){
		.review_at = scaled(guideline->review_at, scales[temperament].review),
		.reject_at = scaled(guideline->reject_at, scales[temperament].reject),
	};
}

bool sites_glob(struct span pattern, struct span text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static struct effective own(const struct rule *rule)
{
	return (struct effective){false, rule->action, rule->points};
}

static struct effective overridden(const struct rule *rule, const struct override *override)
{
	struct effective effective = own(rule);

	effective.off = override->off;
	if (override->has_action) {
		effective.action = override->action;
		effective.points = override->points;
	}
	return effective;
}

/* --- compiling
 * -------------------------------------------------------------------------------------- */

struct applying {
	struct rule_row *rows;
	const struct override *override;
};

static bool apply(struct load *load, struct rule *rule, void *context)
{
	const struct applying *a = context;
	struct rule_row *row = &a->rows[rule->index];

	if (a->override->section.len)
		row->sectioned = true;
	else
		row->effective = overridden(rule, a->override);
	(void)load;
	return true;
}

static int compile_overrides(struct load *load, const struct site *site, struct site_table *table)
{
	struct ruleset *set = load->set;

	if (site->overrides_count == 0)
		return OK;
	table->rules = arena_zalloc(&set->arena, set->rules_count, sizeof(*table->rules));
	if (!table->rules)
		return ERR_NOMEM;
	for (size_t i = 0; i < set->rules_count; i++)
		table->rules[i].effective = own(&set->rules[i]);
	for (size_t i = 0; i < site->overrides_count; i++) {
		struct applying a = {table->rules, &site->overrides[i]};

		rule_fitting(load, load->options->sites_source, a.override->node, a.override->rules,
			apply, &a);
	}
	return OK;
}

static void change(struct threshold_row *row, const struct threshold *threshold)
{
	if (threshold->review_at)
		row->review_at = threshold->review_at;
	if (threshold->reject_at)
		row->reject_at = threshold->reject_at;
	row->off = threshold->off;
}

static void check_order(
	struct load *load, const struct threshold *threshold, const struct threshold_row *row)
{
	if (row->review_at <= row->reject_at)
		return;
	load_error(load, load->options->sites_source, threshold->node,
		"`review_at` (%lld) would be above `reject_at` (%lld) of the guideline `%.*s`",
		(long long)row->review_at, (long long)row->reject_at,
		SPAN_ARGS(threshold->guideline));
	lint_mark(load->loader.errors, LINT_WRONG_VALUE);
	errors_hint(load->loader.errors, "set both");
}

static void compile_threshold(
	struct load *load, const struct threshold *threshold, struct threshold_row *rows)
{
	uint32_t index = names_find(&load->guideline_names, threshold->guideline);
	struct threshold_row row;

	if (index == MAP_NONE && load->incomplete)
		return;
	if (index == MAP_NONE) {
		const char *near = names_nearest(
			&load->guideline_names, threshold->guideline, load->loader.errors);

		load_error(load, load->options->sites_source, threshold->node,
			"there is no guideline `%.*s`", SPAN_ARGS(threshold->guideline));
		lint_mark(load->loader.errors, LINT_UNKNOWN_NAME);
		if (near)
			errors_hint(load->loader.errors, "did you mean `%s`?", near);
		return;
	}
	row = rows[index];
	change(&row, threshold);
	check_order(load, threshold, &row);
	if (threshold->section.len)
		rows[index].sectioned = true;
	else
		rows[index] = row;
}

static int compile_thresholds(struct load *load, const struct site *site, struct site_table *table)
{
	struct ruleset *set = load->set;

	if (site->thresholds_count == 0 && site->temperament == TEMPERAMENT_BALANCED)
		return OK;
	table->thresholds =
		arena_zalloc(&set->arena, set->guidelines_count, sizeof(*table->thresholds));
	if (!table->thresholds)
		return ERR_NOMEM;
	for (size_t i = 0; i < set->guidelines_count; i++)
		table->thresholds[i] = own_thresholds(&set->guidelines[i], site->temperament);
	for (size_t i = 0; i < site->thresholds_count; i++)
		compile_threshold(load, &site->thresholds[i], table->thresholds);
	return OK;
}

int sites_compile(struct load *load)
{
	const struct ruleset_options *options = load->options;
	struct ruleset *set = load->set;
	size_t before = load->loader.errors->errors;

	set->temperament = options->temperament;
	set->sites = options->sites;
	set->sites_count = options->sites_count;
	set->site_tables =
		arena_zalloc(&set->arena, options->sites_count, sizeof(*set->site_tables));
	if (!set->site_tables)
		return ERR_NOMEM;
	for (size_t i = 0; i < options->sites_count; i++) {
		if (compile_overrides(load, &options->sites[i], &set->site_tables[i]) != OK ||
			compile_thresholds(load, &options->sites[i], &set->site_tables[i]) != OK)
			return ERR_NOMEM;
	}
	return load->loader.errors->errors > before ? ERR_INVALID : OK;
}

/* --- asking
 * ----------------------------------------------------------------------------------------- */

const struct site *ruleset_site(const struct ruleset *set, struct span name)
{
	for (size_t i = 0; name.len && i < set->sites_count; i++) {
		if (span_eq(set->sites[i].name, name))
			return &set->sites[i];
	}
	return NULL;
}

struct effective ruleset_effective(const struct ruleset *set, const struct site *site,
	struct span section, const struct rule *rule)
{
	const struct rule_row *row;
	struct effective effective;

	if (!site || !set->site_tables[site - set->sites].rules)
		return own(rule);
	row = &set->site_tables[site - set->sites].rules[rule->index];
	if (!row->sectioned || section.len == 0)
		return row->effective;
	effective = own(rule);
	for (size_t i = 0; i < site->overrides_count; i++) {
		const struct override *o = &site->overrides[i];

		if ((o->section.len == 0 || span_eq(o->section, section)) &&
			sites_glob(o->rules, span_of(rule->id)))
			effective = overridden(rule, o);
	}
	return effective;
}

void ruleset_thresholds(const struct ruleset *set, const struct site *site, struct span section,
	const struct guideline *guideline, int64_t *review_at, int64_t *reject_at, bool *off)
{
	struct threshold_row row =
		own_thresholds(guideline, site ? site->temperament : set->temperament);
	const struct threshold_row *rows =
		site ? set->site_tables[site - set->sites].thresholds : NULL;

	if (rows && (!rows[guideline->index].sectioned || section.len == 0)) {
		row = rows[guideline->index];
	} else if (rows) {
		for (size_t i = 0; i < site->thresholds_count; i++) {
			const struct threshold *t = &site->thresholds[i];

			if (span_eq(t->guideline, span_of(guideline->id)) &&
				(t->section.len == 0 || span_eq(t->section, section)))
				change(&row, t);
		}
	}
	*review_at = row.review_at;
	*reject_at = row.reject_at;
	*off = row.off;
}
