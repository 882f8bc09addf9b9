/* Entries of lists, words and phrases that others cover, and those that are never found. */
#include "rules/lint_parts.h"

#include "match/forms.h"
#include "text/fold.h"
#include "text/utf8.h"

/* --- entries beside each other ---------------------------------------------------------------- */

struct entry {
	struct span text; /* folded, a space between words; a * behind it if it is a beginning */
	bool prefix;
	const struct form_set *forms; /* NULL: none */
	bool own; /* written here, and so to be spoken about */
	struct span written;
	struct place place; /* of what is written in a phrase: see place_of() */
	const struct pattern_origin *phrase; /* NULL: not in one */
	size_t offset; /* [bytes] in the phrase */
};

/* Of one list, one `words` or one group of a phrase: any of them makes it true. */
struct entries {
	struct entry *items; /* in the run's arena */
	size_t count, capacity;
	size_t own;
	size_t inflected; /* have forms */
};

static int add_entry(struct lint *lint, struct entries *to, struct entry entry)
{
	if (!arena_grow(lint->arena, (void **)&to->items, to->count, &to->capacity,
		    sizeof(*to->items), 64))
		return ERR_NOMEM;
	to->own += entry.own;
	to->inflected += entry.forms != NULL;
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
	const struct pattern_origin *in = entry->phrase;

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

/* --- forms ------------------------------------------------------------------------------------ */

/* Whether one of the forms makes what stands before and behind the text; of several words, two. */
static bool can_make(
	const struct form_set *forms, struct span before, struct span behind, bool one_word)
{
	bool first = false, last = false;

	for (size_t i = 0; i < forms->count; i++) {
		bool makes_first = forms_can_make(&forms->items[i]->prefixes, before);
		bool makes_last = forms_can_make(&forms->items[i]->suffixes, behind);

		if (makes_first && makes_last)
			return true;
		first |= makes_first;
		last |= makes_last;
	}
	return !one_word && first && last;
}

/* The entry of which entry i, which is no beginning, is a form; MAP_NONE if there is none. */
static uint32_t stem_of(const struct map *exact, const struct entries *all, size_t i)
{
	struct span text = all->items[i].text;
	size_t first_end = 0, last = text.len, start = 0;

	while (first_end < text.len && text.ptr[first_end] != ' ')
		first_end++;
	while (last > 0 && text.ptr[last - 1] != ' ')
		last--;
	for (; start < first_end; utf8_next(text, &start)) {
		size_t end = start > last ? start : last;

		while (end < text.len) {
			uint32_t found;

			utf8_next(text, &end);
			found = map_get(exact, span_sub(text, start, end));
			if (found != MAP_NONE && found != i && all->items[found].forms &&
				can_make(all->items[found].forms, span_sub(text, 0, start),
					span_sub(text, end, text.len), last == 0))
				return found;
		}
	}
	return MAP_NONE;
}

static void say_form(struct lint *lint, const struct entry *entry, const struct entry *stem)
{
	if (lint_say(lint, LINT_COVERED_ENTRY, place_of(entry),
		    "`%.*s` is a form of `%.*s`, which finds it", SPAN_ARGS(entry->written),
		    SPAN_ARGS(stem->written)) &&
		stem->own)
		errors_hint(lint->errors, "it is in line %u", place_of(stem).line);
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
	for (size_t i = 0; i < all->count && rc == OK && all->inflected; i++) {
		const struct entry *e = &all->items[i];
		bool asked = e->own && !e->prefix && map_get(&exact, e->text) == i;
		uint32_t stem = asked ? stem_of(&exact, all, i) : MAP_NONE;

		if (stem != MAP_NONE)
			say_form(lint, e, &all->items[stem]);
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

static int add_written(struct lint *lint, struct entries *to, struct span written,
	const struct form_set *forms, bool own, struct place place)
{
	struct entry entry = {.own = own, .written = written, .forms = forms, .place = place};

	entry.text = normal(lint, written, &entry.prefix);
	return entry.text.ptr ? add_entry(lint, to, entry) : ERR_NOMEM;
}

static int compare_list(struct lint *lint, const struct list *list)
{
	struct entries all = {0};
	int rc = OK;

	for (size_t i = 0; i < list->count && rc == OK; i++)
		rc = add_written(lint, &all, list->entries[i], list->forms ? list->forms[i] : NULL,
			list->places[i].source != NULL, list->places[i]);
	return rc == OK ? compare_entries(lint, &all) : rc;
}

static int compare_words(struct lint *lint, const struct pattern_origin *words)
{
	struct entries all = {0};
	bool any = false;
	struct span name;
	int rc = OK;

	for (size_t i = 0; i < words->entries.count; i++)
		any |= !lists_is_include(words->entries.nodes[i]->value, &name);
	for (size_t i = 0; i < words->entries.count && rc == OK && any; i++) {
		const struct yaml_node *node = words->entries.nodes[i];

		rc = add_written(lint, &all, words->entries.items[i],
			words->entries.forms ? words->entries.forms[i] : NULL,
			!lists_is_include(node->value, &name), yaml_place(words->source, node));
	}
	return rc == OK ? compare_entries(lint, &all) : rc;
}

/* --- phrases ---------------------------------------------------------------------------------- */

struct comparing {
	struct lint *lint;
	const struct pattern_origin *place;
	unsigned group;
	struct entries all;
	int rc;
};

static void finish_group(struct comparing *c)
{
	if (c->rc == OK)
		c->rc = compare_entries(c->lint, &c->all);
	c->all.count = c->all.own = c->all.inflected = 0;
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
		.forms = alternative->forms,
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

static int compare_phrase(struct lint *lint, const struct pattern_origin *place)
{
	struct comparing c = {.lint = lint, .place = place};
	struct phrase *phrase = lint_parse_again(lint, place);

	if (!phrase)
		return OK;
	c.rc = phrase_alternatives(lint->arena, phrase, take_alternative, &c);
	finish_group(&c);
	return c.rc;
}

/* --- what is never found ---------------------------------------------------------------------- */

/*
 * Tries a words pattern on its entries: each must be found where it stands alone. Those of a list
 * are tried once, however many rules use it.
 */
static int try_words(struct lint *lint, const struct pattern_origin *words)
{
	int rc = OK;

	for (size_t i = 0; i < words->entries.count && rc == OK; i++) {
		struct span entry = words->entries.items[i];
		bool prefix = entry.len > 1 && entry.ptr[entry.len - 1] == '*';
		const struct list *list = lint_list_of(lint, words, i);

		if (list && list->tried)
			continue;
		rc = lint_scan(lint, words->field, span_sub(entry, 0, entry.len - prefix));
		if (rc == OK && !lint_found(lint, words->id, NULL))
			lint_say(lint, LINT_NEVER_MATCHES, lint_entry_place(lint, words, i),
				"`%.*s` is never found", SPAN_ARGS(entry));
	}
	for (size_t i = 0; i < words->entries.count; i++) {
		struct list *list = lint_list_of(lint, words, i);

		if (list)
			list->tried = true;
	}
	return rc;
}

static int try_phrase(struct lint *lint, const struct pattern_origin *place)
{
	struct phrase *phrase = lint_parse_again(lint, place);
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

/* --- the whole -------------------------------------------------------------------------------- */

static int lint_pattern(struct lint *lint, const struct pattern_origin *place)
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
	return rc;
}
