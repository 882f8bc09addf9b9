/*
 * Entries that are ordinary words of another language, or names of peoples, places and religions.
 *
 * Each ordinary word is tried as a text. A rule deserves a warning if what it finds there is all
 * the text that it asks for: a phrase that needs a second word does not, nor does a list of peoples
 * that stands in an `all` beside insults. A `no_match` test that holds the word settles it.
 */
#include "rules/lint_parts.h"

#include "match/parts.h"
#include "rules/ordinary.h"
#include "text/fold.h"
#include "text/segment.h"

#include <stdlib.h>

#define LANGUAGES_MAX 64

/* A pattern that alone makes a rule hold. */
struct use {
	uint32_t pattern;
	const struct rule *rule;
};

struct ordinary {
	struct lint *lint;
	struct use *uses; /* by pattern, in the run's arena */
	size_t uses_count, uses_capacity;
	struct span languages[LANGUAGES_MAX]; /* of rules and sites */
	size_t languages_count;
	bool failed;
};

/* --- which patterns are enough ---------------------------------------------------------------- */

/* Whether it asks for something in the text. As deep as conditions nest. */
static bool is_textual(const struct condition *condition)
{
	if (condition->kind->logic == LOGIC_LEAF)
		return !(condition->kind->flags & CONDITION_PLACELESS);
	if (condition->kind->logic == LOGIC_NONE)
		return false;
	for (size_t i = 0; i < condition->children_count; i++)
		if (is_textual(condition->children[i]))
			return true;
	return false;
}

static void add_uses(struct ordinary *o, const struct rule *rule, const struct condition *condition)
{
	for (size_t i = 0; i < condition->triggers_count && !o->failed; i++) {
		const struct trigger *t = &condition->triggers[i];
		const struct pattern_origin *p = lint_place(o->lint, t->field, t->pattern);

		/* What a regex finds says little about how it is written. */
		if (t->field != FIELD_TEXT || !p || p->written > WRITTEN_PHRASE)
			continue;
		o->failed = !arena_grow(o->lint->arena, (void **)&o->uses, o->uses_count,
			&o->uses_capacity, sizeof(*o->uses), 256);
		if (!o->failed)
			o->uses[o->uses_count++] = (struct use){t->pattern, rule};
	}
}

/* Collects patterns of the condition that make it true without any other text. */
static void find_uses(
	struct ordinary *o, const struct rule *rule, const struct condition *condition)
{
	enum condition_logic logic = condition->kind->logic;
	size_t textual = 0;

	if (condition->kind->flags & CONDITION_PATTERNS)
		add_uses(o, rule, condition);
	for (size_t i = 0; i < condition->children_count; i++)
		textual += is_textual(condition->children[i]);
	if (logic == LOGIC_NONE || logic == LOGIC_SOME || (logic == LOGIC_ALL && textual > 1))
		return;
	for (size_t i = 0; i < condition->children_count; i++)
		if (is_textual(condition->children[i]))
			find_uses(o, rule, condition->children[i]);
}

static int by_pattern(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	if (x->pattern != y->pattern)
		return x->pattern < y->pattern ? -1 : 1;
	return (x->rule->index > y->rule->index) - (x->rule->index < y->rule->index);
}

/* The first use of the pattern, or NULL; the others follow it. */
static const struct use *first_use(const struct ordinary *o, uint32_t pattern)
{
	size_t from = 0, to = o->uses_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (o->uses[middle].pattern < pattern)
			from = middle + 1;
		else
			to = middle;
	}
	return from < o->uses_count && o->uses[from].pattern == pattern ? &o->uses[from] : NULL;
}

/* --- languages -------------------------------------------------------------------------------- */

static bool is_among(const struct span *items, size_t count, struct span language)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq(items[i], language))
			return true;
	return false;
}

static void add_language(struct ordinary *o, struct span language)
{
	if (language.len && o->languages_count < LANGUAGES_MAX &&
		!is_among(o->languages, o->languages_count, language))
		o->languages[o->languages_count++] = language;
}

static void find_languages(struct ordinary *o)
{
	const struct ruleset *set = o->lint->set;

	for (size_t i = 0; i < set->rules_count; i++)
		for (size_t k = 0; k < set->rules[i].languages_count; k++)
			add_language(o, set->rules[i].languages[k]);
	for (size_t i = 0; i < set->sites_count; i++)
		add_language(o, set->sites[i].lang);
}

static const char *language_name(const char *language)
{
	static const struct {
		const char *tag, *name;
	} names[] = {
		{"ar", "Arabic"},
		{"ckb", "Sorani"},
		{"en", "English"},
		{"fa", "Persian"},
		{"kmr", "Kurmanji"},
		{"tr", "Turkish"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].tag, language) == 0)
			return names[i].name;
	return language;
}

/* --- saying ----------------------------------------------------------------------------------- */

static const char *const class_names[] = {
	[ORDINARY_COMMON] = "an ordinary word",
	[ORDINARY_NAMES] = "a given name",
	[ORDINARY_PEOPLES] = "the name of a people",
	[ORDINARY_PLACES] = "the name of a place",
	[ORDINARY_RELIGIONS] = "a word of religion",
	[ORDINARY_ROLES] = "what a public person is called",
};

/* Whether the folded word stands in the folded text as words of its own. */
static bool holds_word(struct span text, struct span word)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	while (at && word.len && (at = memmem(at, (size_t)(end - at), word.ptr, word.len))) {
		size_t from = (size_t)(at - text.ptr);

		if (segment_starts_word(text, from) && segment_ends_word(text, from + word.len))
			return true;
		at++;
	}
	return false;
}

/* Whether the rule's author has thought of the word: a sentence that must not match holds it. */
static bool is_settled(struct ordinary *o, const struct rule *rule, struct span word)
{
	for (size_t i = 0; i < rule->tests_count; i++) {
		const struct rule_test *test = &rule->tests[i];
		struct span text;

		if (test->match)
			continue;
		text = fold_word(o->lint->arena, test->comment.text);
		o->failed |= !text.ptr;
		if (text.ptr && holds_word(text, word))
			return true;
	}
	return false;
}

/*
 * Where what was found is written: an entry of words, of a list, or the word in a phrase. *written
 * is the entry as the hit has it, and becomes what to speak of.
 */
static struct place written_place(struct ordinary *o, const struct pattern_origin *p,
	const struct ordinary_word *word, struct span *written)
{
	struct span phrase = p->node->value;
	const char *at;

	for (size_t i = 0; i < p->entries.count; i++)
		if (span_eq(p->entries.items[i], *written))
			return lint_entry_place(o->lint, p, i);
	if (p->written == WRITTEN_PHRASE && written->len) {
		struct place place = lint_phrase_entry_place(o->lint, p, *written);

		if (place.source)
			return place;
	}
	at = memmem(phrase.ptr, phrase.len, word->word, strlen(word->word));
	*written = at ? span_of(word->word) : phrase;
	return yaml_place_inside(p->source, p->node, at ? (size_t)(at - phrase.ptr) : 0);
}

static void say(struct ordinary *o, const struct use *use, const struct ordinary_word *word,
	struct span entry, bool form)
{
	struct lint *lint = o->lint;
	const struct rule *rule = use->rule;
	bool own = is_among(rule->languages, rule->languages_count, span_of(word->language));
	bool name = word->class == ORDINARY_PEOPLES || word->class == ORDINARY_PLACES ||
		    word->class == ORDINARY_RELIGIONS;
	struct span folded = fold_word(lint->arena, span_of(word->word));
	const char *what = form ? "a form of it is" : "it is";
	struct place place;
	bool said;

	o->failed |= !folded.ptr;
	if (o->failed || (own && !name) || is_settled(o, rule, folded))
		return;
	place = written_place(o, lint_place(lint, FIELD_TEXT, use->pattern), word, &entry);
	if (own)
		said = lint_say(lint, LINT_ORDINARY_WORD, place,
			"`%.*s` alone makes `%s` hold, and %s %s (`%s`)", SPAN_ARGS(entry),
			rule->id, what, class_names[word->class], word->word);
	else
		said = lint_say_as(lint,
			rule->languages_count == 0 ? SEVERITY_WARNING : SEVERITY_NOTE,
			LINT_ORDINARY_WORD, place,
			"`%.*s` alone makes `%s` hold, and %s also %s %s %s (`%s`)",
			SPAN_ARGS(entry), rule->id, what, class_names[word->class],
			word->class == ORDINARY_COMMON ? "of" : "in", language_name(word->language),
			word->word);
	if (said)
		errors_hint(lint->errors, "a `no_match` test with `%s` settles it", word->word);
}

/* --- trying ----------------------------------------------------------------------------------- */

static int try_word(struct ordinary *o, const struct ordinary_word *word)
{
	struct span text = span_of(word->word);
	int rc = lint_scan(o->lint, FIELD_TEXT, text);
	const uint32_t *ids;
	size_t count;

	if (rc != OK)
		return rc;
	ids = scan_candidates(o->lint->scan, &count);
	for (size_t i = 0; i < count; i++) {
		const struct use *use = first_use(o, ids[i]);
		struct inflected words[INFLECTED_MAX];
		struct hit hit;
		bool form;

		if (!use || !lint_found(o->lint, ids[i], &hit) || hit.in_original.from > 0 ||
			hit.in_original.to < text.len)
			continue;
		form = matcher_inflected(o->lint->set->matchers[FIELD_TEXT], ids[i], &o->lint->text,
			       &hit, words) > 0;
		for (; use < o->uses + o->uses_count && use->pattern == ids[i]; use++)
			say(o, use, word, hit.entry, form);
	}
	return o->failed ? ERR_NOMEM : OK;
}

int lint_ordinary(struct lint *lint)
{
	struct ordinary o = {.lint = lint};
	const struct ruleset *set = lint->set;
	int rc = OK;

	if (!set->matchers[FIELD_TEXT])
		return OK;
	find_languages(&o);
	for (size_t i = 0; i < set->rules_count; i++)
		if (set->rules[i].action != ACTION_APPROVE)
			find_uses(&o, &set->rules[i], set->rules[i].when);
	if (o.uses_count)
		qsort(o.uses, o.uses_count, sizeof(*o.uses), by_pattern);
	for (size_t i = 0; i < ordinary_words_count && rc == OK && !o.failed; i++)
		if (is_among(o.languages, o.languages_count, span_of(ordinary_words[i].language)))
			rc = try_word(&o, &ordinary_words[i]);
	return o.failed ? ERR_NOMEM : rc;
}
