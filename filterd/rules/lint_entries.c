/* Entries of lists, words and phrases that others cover, and those that are never found. */
#include "rules/lint_parts.h"

#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

/* --- entries beside each other ---------------------------------------------------------------- */

struct entry {
	struct span text; /* folded, a space between words; a * behind it if it is a beginning */
	bool prefix;
	bool own; /* written here, and so to be spoken about */
	struct span written;
	struct place place; /* of what is written in a phrase: see place_of() */
	const struct pattern_place *phrase; /* NULL: not in one */
	size_t offset; /* [bytes] in the phrase */
};

/* Of one list, one `words` or one group of a phrase: any of them makes it true. */
struct entries {
	struct entry *items; /* in the run's arena */
	size_t count, capacity;
	size_t own;
};

static int add_entry(struct lint *lint, struct entries *to, struct entry entry)
{
	if (!arena_grow(lint->arena, (void **)&to->items, to->count, &to->capacity,
		    sizeof(*to->items), 64))
		return ERR_NOMEM;
	to->own += entry.own;
	to->items[to->count++] = entry;
	return OK;
}

/* The entry as entry.text. ptr is NULL when out of memory. */
static struct span normal(struct lint *lint, struct span written, bool *prefix)
{
	struct span folded, out;
	char *text;

	*prefix = written.len > 1 && written.ptr[written.len - 1] == '*';
	folded = fold_word(lint->arena, span_sub(written, 0, written.len - *prefix));
	text = folded.ptr ? arena_alloc(lint->arena, folded.len + 1) : NULL;
	out = (struct span){text, 0};
	for (size_t i = 0; text && i < folded.len; i++) {
		bool blank = folded.ptr[i] == ' ';

		if (!blank || (out.len && text[out.len - 1] != ' '))
			text[out.len++] = folded.ptr[i];
	}
	out.len -= text && out.len && text[out.len - 1] == ' ';
	if (text && *prefix)
		text[out.len++] = '*';
	return out;
}

/* To find a place inside a text takes time, so it is done for what is spoken about alone. */
static struct place place_of(const struct entry *entry)
{
	const struct pattern_place *in = entry->phrase;

	return in ? yaml_place_inside(in->source, in->node, entry->offset) : entry->place;
}

static void say_twice(struct lint *lint, const struct entry *entry, const struct entry *first)
{
	if (!lint_say(lint, LINT_DUPLICATE_ENTRY, place_of(entry), "`%.*s` is there twice",
		    SPAN_ARGS(entry->written)))
		return;
	if (!first->own)
		errors_hint(lint->errors, "the list that is named beside it has it, too");
	else if (span_eq(entry->written, first->written))
		errors_hint(lint->errors, "the first is in line %u", place_of(first).line);
	else
		errors_hint(lint->errors, "`%.*s` in line %u finds the same",
			SPAN_ARGS(first->written), place_of(first).line);
}

/* The shortest beginning among the entries that covers entry i, or MAP_NONE. */
static uint32_t covering(const struct map *beginnings, const struct entries *all, size_t i)
{
	const struct entry *e = &all->items[i];
	size_t end = e->text.len - e->prefix, from = end;

	while (from > 0 && e->text.ptr[from - 1] != ' ')
		from--;
	for (size_t at = from; at < end;) {
		uint32_t found;

		utf8_next(e->text, &at);
		found = map_get(beginnings, span_sub(e->text, 0, at));
		if (found != MAP_NONE && found != i)
			return found;
	}
	return MAP_NONE;
}

/* Says which own entries find nothing that others do not. OK or ERR_NOMEM. */
static int compare_entries(struct lint *lint, const struct entries *all)
{
	struct map exact = {0}, beginnings = {0};
	int rc = OK;

	for (size_t i = 0; i < all->count && rc == OK && all->own; i++) {
		const struct entry *e = &all->items[i];
		uint32_t first = map_get(&exact, e->text);

		if (first != MAP_NONE) {
			if (e->own)
				say_twice(lint, e, &all->items[first]);
			else if (all->items[first].own)
				say_twice(lint, &all->items[first], e);
			continue;
		}
		rc = map_set(&exact, e->text, (uint32_t)i);
		if (rc == OK && e->prefix)
			rc = map_set(
				&beginnings, span_sub(e->text, 0, e->text.len - 1), (uint32_t)i);
	}
	for (size_t i = 0; i < all->count && rc == OK && beginnings.count; i++) {
		const struct entry *e = &all->items[i];
		bool first = map_get(&exact, e->text) == i;
		uint32_t by = e->own && first ? covering(&beginnings, all, i) : MAP_NONE;

		if (by != MAP_NONE)
			lint_say(lint, LINT_COVERED_ENTRY, place_of(e),
				"`%.*s` finds nothing that `%.*s` does not", SPAN_ARGS(e->written),
				SPAN_ARGS(all->items[by].written));
	}
	map_free(&exact);
	map_free(&beginnings);
	return rc;
}

static int add_written(
	struct lint *lint, struct entries *to, struct span written, bool own, struct place place)
{
	struct entry entry = {.own = own, .written = written, .place = place};

	entry.text = normal(lint, written, &entry.prefix);
	return entry.text.ptr ? add_entry(lint, to, entry) : ERR_NOMEM;
}

static int compare_list(struct lint *lint, const struct list *list)
{
	struct entries all = {0};
	int rc = OK;

	for (size_t i = 0; i < list->count && rc == OK; i++)
		rc = add_written(lint, &all, list->entries[i], list->places[i].source != NULL,
			list->places[i]);
	return rc == OK ? compare_entries(lint, &all) : rc;
}

static int compare_words(struct lint *lint, const struct pattern_place *words)
{
	struct entries all = {0};
	struct span name;
	int rc = OK;

	for (size_t i = 0; i < words->entries.count && rc == OK; i++) {
		const struct yaml_node *node = words->entries.nodes[i];

		rc = add_written(lint, &all, words->entries.items[i],
			!lists_is_include(node->value, &name), yaml_place(words->source, node));
	}
	return rc == OK ? compare_entries(lint, &all) : rc;
}

/* --- phrases ---------------------------------------------------------------------------------- */

/* For phrase_parse(): as loader_find_list(), but nothing is counted or said. */
static bool find_list(void *context, struct span name, const struct span **entries, size_t *count)
{
	struct lint *lint = context;
	const struct list *list = lists_get(lint->load, name);

	if (!list)
		return false;
	*entries = list->entries;
	*count = list->count;
	return true;
}

/* The phrase once more, for how it is written. NULL if it cannot be had. */
static struct phrase *parse_again(struct lint *lint, const struct pattern_place *place)
{
	const struct phrase_lists lists = {lint, find_list};
	struct pattern_error error;
	struct phrase *phrase = NULL;
	int rc = phrase_parse(lint->arena, place->node->value, &lists, &phrase, &error);

	lint->failed |= rc == ERR_NOMEM;
	return rc == OK ? phrase : NULL;
}

struct comparing {
	struct lint *lint;
	const struct pattern_place *place;
	unsigned group;
	struct entries all;
	int rc;
};

static void finish_group(struct comparing *c)
{
	if (c->rc == OK)
		c->rc = compare_entries(c->lint, &c->all);
	c->all.count = c->all.own = 0;
}

/* The alternative as it is written. */
static struct span written_at(struct span phrase, size_t from)
{
	size_t to = from;

	while (to < phrase.len && !strchr("|)]", phrase.ptr[to]))
		to++;
	while (to > from && phrase.ptr[to - 1] == ' ')
		to--;
	return span_sub(phrase, from, to);
}

static void take_alternative(void *context, const struct phrase_alternative *alternative)
{
	struct comparing *c = context;
	struct entry entry = {.text = alternative->text,
		.prefix = alternative->prefix,
		.own = !alternative->of_list,
		.written = alternative->text,
		.phrase = c->place,
		.offset = alternative->offset};

	if (entry.own)
		entry.written = written_at(c->place->node->value, alternative->offset);
	if (alternative->group != c->group)
		finish_group(c);
	c->group = alternative->group;
	if (entry.prefix) {
		char *text = arena_alloc(c->lint->arena, entry.text.len + 1);

		if (!text) {
			c->rc = ERR_NOMEM;
			return;
		}
		memcpy(text, entry.text.ptr, entry.text.len);
		text[entry.text.len] = '*';
		entry.text = (struct span){text, entry.text.len + 1};
	}
	if (c->rc == OK)
		c->rc = add_entry(c->lint, &c->all, entry);
}

static int compare_phrase(struct lint *lint, const struct pattern_place *place)
{
	struct comparing c = {.lint = lint, .place = place};
	struct phrase *phrase = parse_again(lint, place);

	if (!phrase)
		return OK;
	c.rc = phrase_alternatives(lint->arena, phrase, take_alternative, &c);
	finish_group(&c);
	return c.rc;
}

/* --- what is never found ---------------------------------------------------------------------- */

/* Tries a words pattern on its entries: each must be found where it stands alone. */
static int try_words(struct lint *lint, const struct pattern_place *words)
{
	int rc = OK;

	for (size_t i = 0; i < words->entries.count && rc == OK; i++) {
		struct span entry = words->entries.items[i];
		bool prefix = entry.len > 1 && entry.ptr[entry.len - 1] == '*';

		rc = lint_scan(lint, words->field, span_sub(entry, 0, entry.len - prefix));
		if (rc == OK && !lint_found(lint, words->id, NULL))
			lint_say(lint, LINT_NEVER_MATCHES, lint_entry_place(lint, words, i),
				"`%.*s` is never found", SPAN_ARGS(entry));
	}
	return rc;
}

static int try_phrase(struct lint *lint, const struct pattern_place *place)
{
	struct phrase *phrase = parse_again(lint, place);
	struct buf text = {0};
	bool plain;
	int rc = OK;

	if (!phrase)
		return OK;
	phrase_shortest(phrase, &text, &plain);
	if (text.failed)
		rc = ERR_NOMEM;
	else
		rc = lint_scan(lint, place->field, buf_content(&text));
	if (rc == OK && !lint_found(lint, place->id, NULL))
		lint_say(lint, LINT_NEVER_MATCHES, yaml_place(place->source, place->node),
			"the phrase is not found even in `%.*s`", SPAN_ARGS(buf_content(&text)));
	buf_free(&text);
	return rc;
}

/* --- patterns beside each other --------------------------------------------------------------- */

/* Patterns any of which makes a condition true. */
struct beside {
	const struct pattern_place **items;
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
			const struct pattern_place *p = lint_place(lint, t->field, t->pattern);

			if (p)
				to->items[to->count++] = p;
		}
	} else if (logic == LOGIC_ANY || condition->children_count == 1) {
		for (size_t i = 0; i < condition->children_count && logic != LOGIC_NONE; i++)
			collect(lint, condition->children[i], to);
	}
}

static bool stands_in(const struct beside *all, const struct pattern_place *place)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i] == place)
			return true;
	return false;
}

static struct span regex_of(const struct lint *lint, const struct pattern_place *place)
{
	struct pattern_info info;

	matcher_describe(lint->set->matchers[place->field], place->id, &info);
	return info.regex;
}

/* Another pattern of the set that is found in the text that was scanned last; NULL: none. */
static const struct pattern_place *another_finds(
	struct lint *lint, const struct beside *all, const struct pattern_place *but)
{
	size_t count;
	const uint32_t *ids = scan_candidates(lint->scan, &count);

	for (size_t i = 0; i < count; i++) {
		const struct pattern_place *p = lint_place(lint, but->field, ids[i]);

		/* A regex may look at what stands before and behind, so it proves nothing. */
		if (p && p != but && p->written <= WRITTEN_PHRASE && stands_in(all, p) &&
			lint_found(lint, ids[i], NULL))
			return p;
	}
	return NULL;
}

/* Where another pattern is: its line, in another file its file, too. */
static void hint_at(struct lint *lint, const struct pattern_place *from, const char *what,
	const struct pattern_place *other)
{
	if (other->source == from->source)
		errors_hint(lint->errors, "%s in line %u", what, other->node->line);
	else
		errors_hint(
			lint->errors, "%s in %s:%u", what, other->source->name, other->node->line);
}

static void say_covered(struct lint *lint, const struct pattern_place *of, struct place place,
	struct span text, const struct pattern_place *by)
{
	if (lint_say(lint, LINT_COVERED_ENTRY, place, "`%.*s` finds nothing that another does not",
		    SPAN_ARGS(text)))
		hint_at(lint, of,
			by->written == WRITTEN_PHRASE ? "see the phrase" : "see the words", by);
}

static int compare_with_others(
	struct lint *lint, const struct beside *all, const struct pattern_place *place)
{
	const struct pattern_place *by;
	int rc = OK;

	for (size_t i = 0; i < place->entries.count && rc == OK; i++) {
		struct span entry = place->entries.items[i], name;

		if (lists_is_include(place->entries.nodes[i]->value, &name) ||
			entry.ptr[entry.len - 1] == '*')
			continue;
		rc = lint_scan(lint, place->field, entry);
		by = rc == OK ? another_finds(lint, all, place) : NULL;
		/* Of two that find the same only the second is spoken about. */
		if (by && (by->written != WRITTEN_WORDS || by->id < place->id))
			say_covered(lint, place, yaml_place(place->source, place->entries.nodes[i]),
				entry, by);
	}
	if (place->written == WRITTEN_PHRASE) {
		struct phrase *phrase = parse_again(lint, place);
		struct buf text = {0};
		bool plain = false;

		if (phrase)
			phrase_shortest(phrase, &text, &plain);
		rc = plain ? lint_scan(lint, place->field, buf_content(&text)) : OK;
		by = plain && rc == OK ? another_finds(lint, all, place) : NULL;
		if (by)
			say_covered(lint, place, yaml_place(place->source, place->node),
				place->node->value, by);
		buf_free(&text);
	}
	return rc;
}

/* Says which of the patterns are the same, and which are found by another wherever they are. */
static int compare_beside(struct lint *lint, const struct beside *all)
{
	struct map regexes = {0};
	int rc = OK;

	for (size_t i = 0; i < all->count && rc == OK; i++) {
		const struct pattern_place *p = all->items[i];
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
		if (rc == OK && p->written <= WRITTEN_PHRASE)
			rc = compare_with_others(lint, all, p);
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
		const struct pattern_place *p = lint_place(lint, t->field, t->pattern);

		if (p && t->field == field && p->written <= WRITTEN_PHRASE &&
			lint_found(lint, t->pattern, NULL))
			return true;
	}
	return false;
}

/* Whether the condition finds all that the pattern does, so far as trying can tell. */
static bool finds_pattern(
	struct lint *lint, const struct condition *condition, const struct pattern_place *p)
{
	struct phrase *phrase = p->written == WRITTEN_PHRASE ? parse_again(lint, p) : NULL;
	bool plain = p->written == WRITTEN_WORDS, found = true;
	struct buf text = {0};

	for (size_t i = 0; i < p->entries.count && found; i++) {
		struct span entry = p->entries.items[i];

		found = entry.ptr[entry.len - 1] != '*' && finds(lint, condition, p->field, entry);
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
		const struct pattern_place *p = lint_place(lint, t->field, t->pattern);

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

static void check_script(
	struct lint *lint, const struct rule *rule, struct place place, struct span text)
{
	enum script script = foreign_script(text, scripts_of(rule));

	if (script != SCRIPT_COMMON &&
		lint_say(lint, LINT_WRONG_SCRIPT, place,
			"`%.*s` is in letters (%s) in which `%.*s` is not written", SPAN_ARGS(text),
			script_names[script], SPAN_ARGS(rule->languages[0])))
		errors_hint(lint->errors, "is `language` right?");
}

static void check_scripts(
	struct lint *lint, const struct rule *rule, const struct condition *condition)
{
	bool patterns = condition->kind->flags & CONDITION_PATTERNS;

	for (size_t i = 0; i < condition->triggers_count && patterns; i++) {
		const struct trigger *t = &condition->triggers[i];
		const struct pattern_place *p = lint_place(lint, t->field, t->pattern);

		for (size_t k = 0; p && k < p->entries.count; k++)
			check_script(lint, rule, lint_entry_place(lint, p, k), p->entries.items[k]);
		if (p && p->written == WRITTEN_PHRASE &&
			!memchr(p->node->value.ptr, '<', p->node->value.len))
			check_script(lint, rule, yaml_place(p->source, p->node), p->node->value);
	}
	for (size_t i = 0; i < condition->children_count; i++)
		check_scripts(lint, rule, condition->children[i]);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int lint_pattern(struct lint *lint, const struct pattern_place *place)
{
	int rc = OK;

	if (place->written == WRITTEN_WORDS)
		rc = compare_words(lint, place);
	else if (place->written == WRITTEN_PHRASE)
		rc = compare_phrase(lint, place);
	if (rc == OK && place->written == WRITTEN_WORDS)
		rc = try_words(lint, place);
	else if (rc == OK && place->written == WRITTEN_PHRASE)
		rc = try_phrase(lint, place);
	return rc;
}

int lint_entries(struct lint *lint)
{
	struct load *load = lint->load;
	int rc = OK;

	for (size_t i = 0; i < load->list_names.count && rc == OK; i++)
		if (load->lists[i].used && load->lists[i].state == STATE_DONE)
			rc = compare_list(lint, &load->lists[i]);
	for (int f = 0; f < FIELD_COUNT; f++)
		for (size_t i = 0; i < lint->places_count[f] && rc == OK; i++)
			if (lint->places[f][i])
				rc = lint_pattern(lint, lint->places[f][i]);
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
