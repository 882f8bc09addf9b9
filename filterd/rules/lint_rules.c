/* Rules that never or always hold, and guidelines whose points do not reach their thresholds. */
#include "rules/lint_parts.h"

#include "base/clock.h"

#include <stdlib.h>

/* --- what a condition comes to whatever the comment ------------------------------------------- */

#define PAIRS_MAX 64 /* conditions of one `all` that are compared with each other */

/* Numbers for which a condition holds: read from how it is written. */
struct numbers {
	int64_t from, to;
	const struct yaml_node *node;
};

static int64_t number_of(const struct yaml_node *node, int64_t fallback)
{
	return node && node->kind == YAML_SCALAR && node->value.len ? atoll(node->value.ptr)
								    : fallback;
}

static bool is_number(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && node->value.len &&
	       strspn(node->value.ptr, "0123456789") == node->value.len;
}

static const struct key *key_of(const struct section *section, const char *name)
{
	for (size_t i = 0; section && i < section->count; i++)
		if (strcmp(section->keys[i].name, name) == 0)
			return &section->keys[i];
	return NULL;
}

/*
 * The numbers of a condition that is nothing but a number with bounds (and maybe a choice of what
 * is counted); false for every other.
 */
static bool read_numbers(const struct condition *condition, struct numbers *out)
{
	const struct section *section = condition->kind->section;
	const struct yaml_node *node = condition->node;
	const struct yaml_node *least, *most;

	if (condition->kind->logic != LOGIC_LEAF || !key_of(section, "at_least") ||
		!key_of(section, "at_most") || node->kind != YAML_MAPPING)
		return false;
	for (size_t i = 0; i < node->count; i++) {
		const struct key *key = key_of(section, yaml_key(node, i)->value.ptr);

		if (!key || (key->type != TYPE_INT && key->type != TYPE_CHOICE))
			return false;
	}
	least = yaml_get(node, "at_least");
	most = yaml_get(node, "at_most");
	*out = (struct numbers){
		.from = number_of(least, most ? 0 : 1),
		.to = number_of(most, INT64_MAX),
		.node = node,
	};
	return true;
}

/* Whether what is counted is the same: every choice is. */
static bool same_choices(
	const struct section *section, const struct yaml_node *a, const struct yaml_node *b)
{
	for (size_t i = 0; i < section->count; i++) {
		const struct key *key = &section->keys[i];
		const struct yaml_node *of_a = yaml_get(a, key->name),
				       *of_b = yaml_get(b, key->name);

		if (key->type == TYPE_CHOICE && (of_a || of_b) &&
			!(of_a && of_b && yaml_same(of_a, of_b)))
			return false;
	}
	return true;
}

/* The written texts of a condition: one, or a list. */
static size_t texts_of(const struct yaml_node *node, const struct yaml_node **first)
{
	if (node->kind == YAML_MAPPING)
		node = yaml_get(node, "any");
	*first = node && node->kind == YAML_SEQUENCE ? node->items : node;
	return !node ? 0 : node->kind == YAML_SEQUENCE ? node->count : 1;
}

static bool is_among(struct span text, const struct yaml_node *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq(texts[i].value, text))
			return true;
	return false;
}

static bool is_language(const struct condition *condition)
{
	return condition->kind->logic == LOGIC_LEAF &&
	       (condition->kind->flags & CONDITION_LANGUAGE);
}

/* Whether a comment that the rule is for can be in one of the languages: told, or unknown. */
static bool suits_rule(const struct condition *condition, const struct rule *rule)
{
	const struct yaml_node *texts;
	size_t count = texts_of(condition->node, &texts);

	if (rule->languages_count == 0 || is_among(SPAN("unknown"), texts, count))
		return true;
	for (size_t i = 0; i < rule->languages_count; i++)
		if (is_among(rule->languages[i], texts, count))
			return true;
	return false;
}

/* Whether `outer` holds wherever `inner` does: it says the same, or finds all that inner finds. */
static bool covers(struct lint *lint, const struct condition *outer, const struct condition *inner)
{
	if (outer->kind == inner->kind && yaml_same(outer->node, inner->node))
		return true;
	return (outer->kind->flags & inner->kind->flags & CONDITION_PATTERNS) &&
	       lint_finds_as_much(lint, outer, inner);
}

/* Why two conditions cannot both hold; NULL if they can. */
static const char *contradiction(
	struct lint *lint, const struct condition *a, const struct condition *b)
{
	const struct yaml_node *of_a, *of_b;
	struct numbers x, y;

	if (a->kind->logic == LOGIC_NONE) {
		for (size_t i = 0; i < a->children_count; i++)
			if (covers(lint, a->children[i], b))
				return "`none` forbids what is asked for beside it";
	}
	if (a->kind != b->kind)
		return NULL;
	if (read_numbers(a, &x) && read_numbers(b, &y) && (x.to < y.from || y.to < x.from) &&
		same_choices(a->kind->section, a->node, b->node))
		return "no number is within both bounds";
	if (is_language(a)) {
		size_t count = texts_of(a->node, &of_a), others = texts_of(b->node, &of_b);
		bool common = false;

		for (size_t i = 0; i < count; i++)
			common |= is_among(of_a[i].value, of_b, others);
		if (!common)
			return "a comment has one language only";
	}
	return NULL;
}

struct settling {
	struct lint *lint;
	const struct rule *rule;
	const char *why; /* of the answer; NULL: plain */
};

static enum truth settle(struct settling *s, const struct condition *condition);

static enum truth settle_all(struct settling *s, const struct condition *condition)
{
	size_t count = condition->children_count;
	enum truth all = TRUTH_YES;

	for (size_t i = 0; i < count && all != TRUTH_NO; i++)
		all = truth_and(all, settle(s, condition->children[i]));
	for (size_t i = 0; i < count && count <= PAIRS_MAX; i++) {
		for (size_t k = 0; k < count; k++) {
			const char *why = i == k ? NULL
						 : contradiction(s->lint, condition->children[i],
							   condition->children[k]);

			if (why) {
				s->why = why;
				return TRUTH_NO;
			}
		}
	}
	return all;
}

static enum truth settle_any(struct settling *s, const struct condition *condition)
{
	enum truth any = TRUTH_NO;

	for (size_t i = 0; i < condition->children_count; i++)
		any = truth_or(any, settle(s, condition->children[i]));
	return condition->children_count ? any : TRUTH_UNKNOWN; /* one that is broken */
}

static enum truth settle_some(struct settling *s, const struct condition *condition)
{
	int64_t of = number_of(yaml_get(condition->node, "of"), 1), never = 0;
	int64_t count = (int64_t)condition->children_count, always = 0;

	for (size_t i = 0; i < condition->children_count; i++) {
		enum truth one = settle(s, condition->children[i]);

		never += one == TRUTH_NO;
		always += one == TRUTH_YES;
	}
	return count - never < of ? TRUTH_NO : always >= of ? TRUTH_YES : TRUTH_UNKNOWN;
}

/* Whether a number below the condition's keys has a lower bound above its upper one. */
static bool has_empty_bounds(const struct yaml_node *node)
{
	for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
		const struct yaml_node *value = yaml_value(node, i);
		const struct yaml_node *least = yaml_get(value, "at_least");
		const struct yaml_node *most = yaml_get(value, "at_most");

		/* Time spans are left out: they have units. */
		if (least && most && is_number(least) && is_number(most) &&
			number_of(least, 0) > number_of(most, 0))
			return true;
	}
	return false;
}

static enum truth settle_leaf(struct settling *s, const struct condition *condition)
{
	struct numbers numbers;

	if (has_empty_bounds(condition->node)) {
		s->why = "`at_least` is above `at_most`";
		return TRUTH_NO;
	}
	if (read_numbers(condition, &numbers) && numbers.from <= 0 && numbers.to == INT64_MAX) {
		s->why = "every number is within its bounds";
		return TRUTH_YES;
	}
	if (is_language(condition) && !suits_rule(condition, s->rule)) {
		s->why = "the rule is for other languages";
		return TRUTH_NO;
	}
	if (lint_finds_all(s->lint, s->rule, condition)) {
		s->why = "the regex matches every text";
		return TRUTH_YES;
	}
	return TRUTH_UNKNOWN;
}

/* What the condition comes to for every comment, or unknown. As deep as conditions nest. */
static enum truth settle(struct settling *s, const struct condition *condition)
{
	switch (condition->kind->logic) {
	case LOGIC_ALL:
		return settle_all(s, condition);
	case LOGIC_ANY:
		return settle_any(s, condition);
	case LOGIC_NONE:
		return truth_not(settle_any(s, condition));
	case LOGIC_SOME:
		return settle_some(s, condition);
	case LOGIC_LEAF:
		break;
	}
	return settle_leaf(s, condition);
}

/* --- rules ------------------------------------------------------------------------------------ */

static struct place place_of(const struct rule *rule, const char *key)
{
	const struct yaml_node *node = yaml_get(rule->node, key);

	return yaml_place(rule->source, node ? node : rule->node);
}

/* Whether an exception of another place is joined to the rule's `unless`. */
static bool has_exceptions(const struct load *load, const struct rule *rule)
{
	for (size_t i = 0; i < load->exemptions_count; i++)
		if (load->exemptions[i].rule == rule->index)
			return true;
	return false;
}

/* Whether `unless` holds wherever `when` does, as it is one of its conditions. */
static bool unless_has_when(
	struct lint *lint, const struct condition *unless, const struct condition *when)
{
	if (covers(lint, unless, when))
		return true;
	for (size_t i = 0; unless->kind->logic == LOGIC_ANY && i < unless->children_count; i++)
		if (unless_has_when(lint, unless->children[i], when))
			return true;
	return false;
}

static void say_never(struct lint *lint, struct place place, const char *what, const char *why)
{
	if (lint_say(lint, LINT_NEVER_FIRES, place, "%s", what) && why)
		errors_hint(lint->errors, "%s", why);
}

static void check_settled(struct lint *lint, const struct rule *rule)
{
	struct settling s = {.lint = lint, .rule = rule}, u = s;
	enum truth when = settle(&s, rule->when);
	enum truth unless = rule->unless ? settle(&u, rule->unless) : TRUTH_NO;
	bool own = rule->unless && !has_exceptions(lint->load, rule);

	if (when == TRUTH_NO)
		say_never(lint, place_of(rule, "when"), "the rule can never hold", s.why);
	else if (unless == TRUTH_YES)
		say_never(lint, place_of(rule, "unless"),
			"the rule can never hold: its `unless` always does", u.why);
	else if (own && !yaml_same(yaml_get(rule->node, "when"), yaml_get(rule->node, "unless")) &&
		 unless_has_when(lint, rule->unless, rule->when))
		say_never(lint, place_of(rule, "unless"),
			"the rule can never hold: `unless` holds wherever `when` does", NULL);
	if (own && unless == TRUTH_NO &&
		lint_say(lint, LINT_UNLESS_NEVER, place_of(rule, "unless"),
			"`unless` can never hold") &&
		u.why)
		errors_hint(lint->errors, "%s", u.why);
	if (when == TRUTH_YES && unless == TRUTH_NO &&
		lint_say(lint, LINT_ALWAYS_FIRES, place_of(rule, "when"),
			"the rule holds for every comment") &&
		s.why)
		errors_hint(lint->errors, "%s", s.why);
}

static void check_time(struct lint *lint, const struct rule *rule)
{
	char text[CLOCK_TEXT_SIZE];

	if (rule->until_ms == COMMENT_ABSENT || rule->until_ms > clock_real_ms())
		return;
	clock_format(rule->until_ms, text);
	if (lint_say(lint, LINT_NEVER_FIRES, place_of(rule, "until"),
		    "the rule's time is over since %.10s", text))
		errors_hint(lint->errors, "take it out, or give it a new `until`");
}

static void check_off(struct lint *lint, const struct rule *rule)
{
	const struct ruleset *set = lint->set;
	bool off = set->sites_count > 0;

	for (size_t i = 0; i < set->sites_count && off; i++) {
		int64_t review_at, reject_at;
		bool guideline_off = false;

		if (rule->guideline)
			ruleset_thresholds(set, &set->sites[i], SPAN(""), rule->guideline,
				&review_at, &reject_at, &guideline_off);
		off = guideline_off || ruleset_effective(set, &set->sites[i], SPAN(""), rule).off;
	}
	if (off && lint_say(lint, LINT_OFF_EVERYWHERE, place_of(rule, "id"),
			   "every site switches the rule `%s` off", rule->id))
		errors_hint(lint->errors, "only a comment of no site meets it");
}

/* Whether the condition or one below it finds places in a text. As deep as conditions nest. */
static bool has_places(const struct condition *condition)
{
	if (condition->kind->logic == LOGIC_LEAF)
		return !(condition->kind->flags & CONDITION_PLACELESS);
	for (size_t i = 0; i < condition->children_count; i++)
		if (has_places(condition->children[i]))
			return true;
	return condition->children_count == 0;
}

static void check_effect(struct lint *lint, const struct rule *rule)
{
	static const char *const keys[] = {"excuse_article_words", "in_quotes"};
	bool set[] = {rule->excuse_article_words, rule->in_quotes != IN_QUOTES_SAME};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!set[i] || has_places(rule->when))
			continue;
		if (lint_say(lint, LINT_NO_EFFECT, place_of(rule, keys[i]),
			    "`%s` has no effect here", keys[i]))
			errors_hint(lint->errors, "nothing that `when` asks for has a place in "
						  "the text");
	}
}

/* --- guidelines ------------------------------------------------------------------------------- */

/* What the rules of a guideline can come to when all of them hold. */
struct reach {
	size_t rules;
	size_t in_force; /* neither switched off nor shadows */
	int64_t points; /* of rules with points of their own */
	size_t reviews, rejects;
};

/* On a site and section, or (NULL) as the rules are. */
static struct reach reach_of(const struct lint *lint, const struct guideline *guideline,
	const struct site *site, struct span section)
{
	struct reach reach = {0};

	for (size_t i = 0; i < lint->set->rules_count; i++) {
		const struct rule *rule = &lint->set->rules[i];
		struct effective effective;

		if (rule->guideline != guideline)
			continue;
		reach.rules++;
		effective = ruleset_effective(lint->set, site, section, rule);
		if (effective.off || rule->shadow)
			continue;
		reach.in_force++;
		reach.points += effective.action == ACTION_POINTS ? effective.points : 0;
		reach.reviews += effective.action == ACTION_REVIEW;
		reach.rejects += effective.action == ACTION_REJECT;
	}
	return reach;
}

/*
 * Says which threshold the rules do not reach. Reviews alone never reject (that is their meaning,
 * and nothing to warn of), but they count once a rule with points holds, too. The highest threshold
 * that can be written is how to say "never".
 */
static void check_reach(struct lint *lint, struct reach reach, int64_t review_at, int64_t reject_at,
	struct place at_review, struct place at_reject, const char *id)
{
	int64_t most = reach.points + (int64_t)reach.reviews * review_at;

	if (reach.rejects || reach.in_force == 0)
		return;
	if (most < review_at && review_at < POINTS_MAX) {
		if (lint_say(lint, LINT_UNREACHABLE_THRESHOLD, at_review,
			    "all rules of `%s` together come to %lld points: never to `review_at` "
			    "(%lld)",
			    id, (long long)most, (long long)review_at))
			errors_hint(lint->errors, "lower it, or give the rules more points");
	} else if (reach.points > 0 && most >= review_at && most < reject_at &&
		   reject_at < POINTS_MAX) {
		if (lint_say(lint, LINT_UNREACHABLE_THRESHOLD, at_reject,
			    "all rules of `%s` together come to %lld points: never to `reject_at` "
			    "(%lld)",
			    id, (long long)most, (long long)reject_at))
			errors_hint(lint->errors, "lower it, or give the rules more points");
	}
}

/* What stands under the guideline's name. */
static const struct yaml_node *keys_of(const struct load *load, const struct guideline *guideline)
{
	for (size_t i = 0; i < load->yaml_files; i++) {
		const struct yaml_node *all = load->files[i]->keys.guidelines;

		for (size_t k = 0; all && all->kind == YAML_MAPPING && k < all->count; k++)
			if (yaml_key(all, k) == guideline->node)
				return yaml_value(all, k);
	}
	return NULL;
}

static void check_guideline(struct lint *lint, const struct guideline *guideline)
{
	const struct yaml_node *keys = keys_of(lint->load, guideline);
	const struct yaml_node *review = yaml_get(keys, "review_at");
	const struct yaml_node *reject = yaml_get(keys, "reject_at");
	struct reach reach = reach_of(lint, guideline, NULL, SPAN(""));

	if (reach.rules == 0 && !lint->load->incomplete &&
		lint_say(lint, LINT_UNUSED_GUIDELINE,
			yaml_place(guideline->source, guideline->node),
			"no rule adds points to the guideline `%s`", guideline->id))
		errors_hint(lint->errors, "write `guideline: %s` in the rules that are meant",
			guideline->id);
	check_reach(lint, reach, guideline->review_at, guideline->reject_at,
		yaml_place(guideline->source, review ? review : guideline->node),
		yaml_place(guideline->source, reject ? reject : guideline->node), guideline->id);
}

static void check_site(struct lint *lint, const struct site *site)
{
	for (size_t i = 0; i < site->thresholds_count; i++) {
		const struct threshold *t = &site->thresholds[i];
		struct place place = yaml_place(lint->load->options->sites_source, t->node);
		uint32_t index = names_find(&lint->load->guideline_names, t->guideline);
		const struct guideline *guideline;
		int64_t review_at, reject_at;
		bool off;

		if (index == MAP_NONE)
			continue;
		guideline = &lint->set->guidelines[index];
		ruleset_thresholds(
			lint->set, site, t->section, guideline, &review_at, &reject_at, &off);
		if (!off)
			check_reach(lint, reach_of(lint, guideline, site, t->section), review_at,
				reject_at, place, place, guideline->id);
	}
}

int lint_rules(struct lint *lint)
{
	const struct ruleset *set = lint->set;

	for (size_t i = 0; i < set->rules_count; i++) {
		check_settled(lint, &set->rules[i]);
		check_time(lint, &set->rules[i]);
		check_off(lint, &set->rules[i]);
		check_effect(lint, &set->rules[i]);
	}
	for (size_t i = 0; i < set->guidelines_count; i++)
		if (!(lint->load->guidelines_meant >> i & 1))
			check_guideline(lint, &set->guidelines[i]);
	for (size_t i = 0; i < set->sites_count; i++)
		check_site(lint, &set->sites[i]);
	return OK;
}
