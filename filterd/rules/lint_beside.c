/* Words and phrases of a rule beside each other, and beside the rule's languages. */
#include "rules/lint_parts.h"

#include "text/chars.h"
#include "text/utf8.h"

/* --- patterns beside each other --------------------------------------------------------------- */

/* Patterns any of which makes a condition true. */
struct beside {
	const struct pattern_origin **items;
	size_t count;
};

/* Collects them from the condition; what is not joined by `any` is left out. */
static void collect(const struct lint *lint, const struct condition *condition, struct beside *to)
{
	enum condition_logic logic = condition->kind->logic;

	if (condition->kind->flags & CONDITION_PATTERNS) {
		for (size_t i = 0; i < condition->triggers_count && to->count < LINT_BESIDE_MAX;
			i++) {
			const struct trigger *t = &condition->triggers[i];
			const struct pattern_origin *p = lint_place(lint, t->field, t->pattern);

			if (p)
				to->items[to->count++] = p;
		}
	} else if (logic == LOGIC_ANY || condition->children_count == 1) {
		for (size_t i = 0; i < condition->children_count && logic != LOGIC_NONE; i++)
			collect(lint, condition->children[i], to);
	}
}

static bool stands_in(const struct beside *all, const struct pattern_origin *place)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i] == place)
			return true;
	return false;
}

static struct span regex_of(const struct lint *lint, const struct pattern_origin *place)
{
	struct pattern_info info;

	if (matcher_describe(lint->set->matchers[place->field], place->id, lint->arena, &info) !=
		OK)
		lint->load->nomem = true;
	return info.regex;
}

/* Another pattern of the set that is found in the text that was scanned last; NULL: none. */
static const struct pattern_origin *another_finds(
	struct lint *lint, const struct beside *all, const struct pattern_origin *but)
{
	size_t count;
	const uint32_t *ids = scan_candidates(lint->scan, &count);

	for (size_t i = 0; i < count; i++) {
		const struct pattern_origin *p = lint_place(lint, but->field, ids[i]);

		/* A regex may look at what stands before and behind, so it proves nothing. */
		if (p && p != but && p->written <= WRITTEN_PHRASE && stands_in(all, p) &&
			lint_found(lint, ids[i], NULL))
			return p;
	}
	return NULL;
}

/* Where another pattern is: its line, in another file its file, too. */
static void hint_at(struct lint *lint, const struct pattern_origin *from, const char *what,
	const struct pattern_origin *other)
{
	if (other->source == from->source)
		errors_hint(lint->errors, "%s in line %u", what, other->node->line);
	else
		errors_hint(
			lint->errors, "%s in %s:%u", what, other->source->name, other->node->line);
}

static void say_covered(struct lint *lint, const struct pattern_origin *of, struct place place,
	struct span text, const struct pattern_origin *by)
{
	if (lint_say(lint, LINT_COVERED_ENTRY, place, "`%.*s` finds nothing that another does not",
		    SPAN_ARGS(text)))
		hint_at(lint, of,
			by->written == WRITTEN_PHRASE ? "see the phrase" : "see the words", by);
}

static int compare_words_with_others(
	struct lint *lint, const struct beside *all, const struct pattern_origin *words)
{
	int rc = OK;

	for (size_t i = 0; i < words->entries.count && rc == OK; i++) {
		struct span entry = words->entries.items[i];
		const struct pattern_origin *by;

		if (lint_list_of(lint, words, i) || entry.ptr[entry.len - 1] == '*')
			continue;
		rc = lint_scan(lint, words->field, entry);
		by = rc == OK ? another_finds(lint, all, words) : NULL;
		/* Of two that find the same only the second is spoken about. */
		if (by && (by->written != WRITTEN_WORDS || by->id < words->id))
			say_covered(lint, words, yaml_place(words->source, words->entries.nodes[i]),
				entry, by);
	}
	return rc;
}

static int compare_phrase_with_others(
	struct lint *lint, const struct beside *all, const struct pattern_origin *place)
{
	struct phrase *phrase = lint_parse_again(lint, place);
	const struct pattern_origin *by;
	struct buf text = {0};
	bool plain = false;
	int rc = OK;

	if (phrase)
		phrase_shortest(phrase, &text, &plain);
	if (text.failed)
		rc = ERR_NOMEM;
	else if (plain)
		rc = lint_scan(lint, place->field, buf_content(&text));
	by = plain && rc == OK ? another_finds(lint, all, place) : NULL;
	if (by)
		say_covered(lint, place, yaml_place(place->source, place->node), place->node->value,
			by);
	buf_free(&text);
	return rc;
}

/* Says which of the patterns are the same, and which are found by another wherever they are. */
static int compare_beside(struct lint *lint, const struct beside *all)
{
	struct map regexes = {0};
	int rc = OK;

	for (size_t i = 0; i < all->count && rc == OK; i++) {
		const struct pattern_origin *p = all->items[i];
		struct span regex = regex_of(lint, p);
		uint32_t first = map_get(&regexes, regex);

		if (first != MAP_NONE && all->items[first] != p &&
			all->items[first]->written == p->written) {
			if (lint_say(lint, LINT_DUPLICATE_ENTRY, yaml_place(p->source, p->node),
				    "`%.*s` is there twice", SPAN_ARGS(p->node->value)))
				hint_at(lint, p, "the first is", all->items[first]);
			continue;
		}
		rc = map_set(&regexes, regex, (uint32_t)i);
		if (rc == OK && p->written == WRITTEN_WORDS)
			rc = compare_words_with_others(lint, all, p);
		else if (rc == OK && p->written == WRITTEN_PHRASE)
			rc = compare_phrase_with_others(lint, all, p);
	}
	map_free(&regexes);
	return rc;
}

/* Each set of patterns in the condition that are joined by `any`. As deep as conditions nest. */
static int compare_condition(struct lint *lint, const struct condition *condition)
{
	struct beside all = {lint->beside, 0};
	int rc;

	collect(lint, condition, &all);
	rc = all.count > 1 ? compare_beside(lint, &all) : OK;
	for (size_t i = 0; i < condition->children_count && rc == OK; i++)
		rc = compare_condition(lint, condition->children[i]);
	return rc;
}

/* Whether one of the condition's words and phrases is found in the text. */
static bool finds(
	struct lint *lint, const struct condition *condition, enum field field, struct span text)
{
	if (lint_scan(lint, field, text) != OK) {
		lint->failed = true;
		return false;
	}
	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *t = &condition->triggers[i];
		const struct pattern_origin *p = lint_place(lint, t->field, t->pattern);

		if (p && t->field == field && p->written <= WRITTEN_PHRASE &&
			lint_found(lint, t->pattern, NULL))
			return true;
	}
	return false;
}

/* Whether the condition finds all that the pattern does, so far as trying can tell. */
static bool finds_pattern(
	struct lint *lint, const struct condition *condition, const struct pattern_origin *p)
{
	struct phrase *phrase = p->written == WRITTEN_PHRASE ? lint_parse_again(lint, p) : NULL;
	bool plain = p->written == WRITTEN_WORDS, found = true;
	struct buf text = {0};

	for (size_t i = 0; i < p->entries.count && found; i++) {
		struct span entry = p->entries.items[i];

		/* Of what more than the word itself is found, not all is tried. */
		found = entry.ptr[entry.len - 1] != '*' &&
			!(p->entries.forms && p->entries.forms[i]) &&
			finds(lint, condition, p->field, entry);
	}
	if (phrase) {
		phrase_shortest(phrase, &text, &plain);
		found = plain && finds(lint, condition, p->field, buf_content(&text));
	}
	lint->failed |= text.failed;
	buf_free(&text);
	return plain && found;
}

bool lint_finds_as_much(
	struct lint *lint, const struct condition *outer, const struct condition *inner)
{
	for (size_t i = 0; i < inner->triggers_count; i++) {
		const struct trigger *t = &inner->triggers[i];
		const struct pattern_origin *p = lint_place(lint, t->field, t->pattern);

		if (!p || p->written > WRITTEN_PHRASE || !finds_pattern(lint, outer, p))
			return false;
	}
	return inner->triggers_count > 0;
}

/* --- scripts ---------------------------------------------------------------------------------- */

#define LATIN (1u << SCRIPT_LATIN)
#define ARABIC (1u << SCRIPT_ARABIC)
#define CYRILLIC (1u << SCRIPT_CYRILLIC)

/* What comments in a language are written in; Arabic, Persian and Sorani in Latin letters, too. */
static const struct {
	const char *language;
	unsigned scripts;
} written_in[] = {
	{"ar", ARABIC | LATIN},
	{"ckb", ARABIC | LATIN},
	{"de", LATIN},
	{"en", LATIN},
	{"es", LATIN},
	{"fa", ARABIC | LATIN},
	{"fr", LATIN},
	{"kmr", LATIN | ARABIC},
	{"ru", CYRILLIC},
	{"tr", LATIN},
	{"uk", CYRILLIC},
	{"ur", ARABIC | LATIN},
};

/* Bits of the scripts of the rule's languages; 0: any. */
static unsigned scripts_of(const struct rule *rule)
{
	unsigned scripts = 0;

	for (size_t i = 0; i < rule->languages_count; i++) {
		unsigned known = 0;

		for (size_t k = 0; k < ARRAY_LEN(written_in); k++)
			if (span_eq(rule->languages[i], span_of(written_in[k].language)))
				known = written_in[k].scripts;
		if (known == 0)
			return 0;
		scripts |= known;
	}
	return scripts;
}

/* The script of the first letter if no letter is in one of `scripts`; else SCRIPT_COMMON. */
static enum script foreign_script(struct span text, unsigned scripts)
{
	enum script first = SCRIPT_COMMON;
	size_t at = 0;

	while (at < text.len) {
		struct char_info info = char_info(utf8_next(text, &at));

		if (!(info.flags & CHAR_LETTER) || info.script == SCRIPT_COMMON)
			continue;
		if (scripts & (1u << info.script))
			return SCRIPT_COMMON;
		if (first == SCRIPT_COMMON)
			first = (enum script)info.script;
	}
	return first;
}

/* Whether no letter of the text is in a script of the rule's languages; *script is what it is in.
 */
static bool is_foreign(const struct rule *rule, struct span text, enum script *script)
{
	*script = foreign_script(text, scripts_of(rule));
	return *script != SCRIPT_COMMON;
}

static void say_foreign(struct lint *lint, const struct rule *rule, struct place place,
	struct span text, enum script script)
{
	if (lint_say(lint, LINT_WRONG_SCRIPT, place,
		    "`%.*s` is in letters (%s) in which `%.*s` is not written", SPAN_ARGS(text),
		    script_names[script], SPAN_ARGS(rule->languages[0])))
		errors_hint(lint->errors, "is `language` right?");
}

static void check_scripts(
	struct lint *lint, const struct rule *rule, const struct condition *condition)
{
	bool patterns = condition->kind->flags & CONDITION_PATTERNS;
	enum script script;

	for (size_t i = 0; i < condition->triggers_count && patterns; i++) {
		const struct trigger *t = &condition->triggers[i];
		const struct pattern_origin *p = lint_place(lint, t->field, t->pattern);

		for (size_t k = 0; p && k < p->entries.count; k++)
			if (is_foreign(rule, p->entries.items[k], &script))
				say_foreign(lint, rule, lint_entry_place(lint, p, k),
					p->entries.items[k], script);
		if (p && p->written == WRITTEN_PHRASE &&
			!memchr(p->node->value.ptr, '<', p->node->value.len) &&
			is_foreign(rule, p->node->value, &script))
			say_foreign(
				lint, rule, yaml_place(p->source, p->node), p->node->value, script);
	}
	for (size_t i = 0; i < condition->children_count; i++)
		check_scripts(lint, rule, condition->children[i]);
}

/* --- the whole -------------------------------------------------------------------------------- */

int lint_beside(struct lint *lint)
{
	int rc = OK;

	for (size_t r = 0; r < lint->set->rules_count && rc == OK; r++) {
		const struct rule *rule = &lint->set->rules[r];

		if (!rule->excuse_article_words)
			rc = compare_condition(lint, rule->when);
		if (rc == OK && rule->unless)
			rc = compare_condition(lint, rule->unless);
		if (scripts_of(rule))
			check_scripts(lint, rule, rule->when);
	}
	return rc;
}
