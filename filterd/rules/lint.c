/*
 * What `filterd lint` looks for once a set is built, and what its parts share: see lint_parts.h.
 *
 * All of it runs on the set as evaluation would use it; what a pattern finds is asked of the
 * matcher, not guessed from how it is written.
 */
#include "rules/lint_parts.h"

#include <stdio.h>

/* --- saying ----------------------------------------------------------------------------------- */

bool lint_first(struct lint *lint, enum lint_kind kind, struct place place)
{
	char text[64];
	struct buf key = {0};
	struct span copy;
	bool first;

	snprintf(text, sizeof(text), "%d:%u:%u:", (int)kind, place.line, place.column);
	buf_str(&key, text);
	if (place.source)
		buf_str(&key, place.source->name);
	first = map_get(&lint->said, buf_content(&key)) == MAP_NONE;
	copy = arena_copy(lint->arena, buf_content(&key));
	lint->failed |= key.failed || !copy.ptr || map_set(&lint->said, copy, 0) != OK;
	buf_free(&key);
	return first && !lint->failed;
}

/* --- trying ----------------------------------------------------------------------------------- */

int lint_scan(struct lint *lint, enum field field, struct span text)
{
	static const struct scan_limits none = {INT64_MAX, INT64_C(1000000000)};
	const struct matcher *matcher = lint->set->matchers[field];
	int rc;

	arena_reset(&lint->texts);
	rc = text_prepare(&lint->text, &lint->texts, text, NULL);
	if (rc == OK)
		rc = scan_run(lint->scan, matcher, &lint->text, &none);
	return rc;
}

bool lint_found(struct lint *lint, uint32_t id, struct hit *hit)
{
	const struct hit *hits;
	size_t count;

	if (scan_find(lint->scan, id, &hits, &count, NULL) != TRUTH_YES)
		return false;
	if (hit)
		*hit = hits[0];
	return true;
}

/* Texts that have nothing in common but letters: two in Latin ones, two in Arabic. */
static const char *const samples[] = {
	"The council will meet again on Monday, they said.",
	"ok",
	"ئەنجوومەن ڕۆژی دووشەممە کۆدەبێتەوە",
	"شکرا",
};

bool lint_finds_all(struct lint *lint, const struct rule *rule, const struct condition *condition)
{
	(void)rule;
	if (!(condition->kind->flags & CONDITION_PATTERNS))
		return false;
	for (size_t i = 0; i < condition->triggers_count; i++) {
		const struct trigger *t = &condition->triggers[i];
		const struct pattern_origin *p = lint_place(lint, t->field, t->pattern);
		size_t found = 0;

		/* Only a pattern that is looked up by nothing can match all texts. */
		while (p && p->written >= WRITTEN_REGEX && t->field == FIELD_TEXT &&
			found < ARRAY_LEN(samples)) {
			lint->failed |= lint_scan(lint, t->field, span_of(samples[found])) != OK;
			if (lint->failed || !lint_found(lint, t->pattern, NULL))
				break;
			found++;
		}
		if (found == ARRAY_LEN(samples))
			return true;
	}
	return false;
}

/* --- places ----------------------------------------------------------------------------------- */

const struct pattern_origin *lint_place(const struct lint *lint, enum field field, uint32_t id)
{
	return id < lint->places_count[field] ? lint->places[field][id] : NULL;
}

/* As deep as lists include each other. */
static struct place place_in_list(const struct list *list, struct span entry)
{
	struct place found = {0};

	for (size_t i = 0; i < list->count; i++)
		if (list->places[i].source && span_eq(list->entries[i], entry))
			return list->places[i];
	for (size_t i = 0; i < list->includes_count && !found.source; i++)
		found = place_in_list(list->includes[i], entry);
	return found;
}

struct place lint_entry_place(struct lint *lint, const struct pattern_origin *words, size_t entry)
{
	const struct yaml_node *node = words->entries.nodes[entry];
	struct place place = {0};
	struct span name;

	if (lists_is_include(node->value, &name)) {
		const struct list *list = lists_get(lint->load, name);

		if (list)
			place = place_in_list(list, words->entries.items[entry]);
	}
	return place.source ? place : yaml_place(words->source, node);
}

struct place lint_phrase_entry_place(
	struct lint *lint, const struct pattern_origin *phrase, struct span entry)
{
	struct load *load = lint->load;
	struct place place = {0};

	for (size_t i = 0; i < load->list_names.count && !place.source; i++) {
		const struct list *list = &load->lists[i];
		char written[80];

		snprintf(written, sizeof(written), "<%s>", list->name.ptr);
		if (list->state == STATE_DONE &&
			memmem(phrase->node->value.ptr, phrase->node->value.len, written,
				strlen(written)))
			place = place_in_list(list, entry);
	}
	return place;
}

struct list *lint_list_of(struct lint *lint, const struct pattern_origin *words, size_t entry)
{
	struct span name;

	return lists_is_include(words->entries.nodes[entry]->value, &name)
		       ? lists_get(lint->load, name)
		       : NULL;
}

/* For phrase_parse(): as loader_find_list(), but nothing is counted or said. */
static bool find_list(void *context, struct span name, struct phrase_list *out)
{
	struct lint *lint = context;
	const struct list *list = lists_get(lint->load, name);

	if (!list)
		return false;
	*out = (struct phrase_list){list->entries, list->forms, list->count, NULL};
	return true;
}

struct phrase *lint_parse_again(struct lint *lint, const struct pattern_origin *place)
{
	const struct phrase_lists lists = {lint, find_list};
	struct pattern_error error;
	struct phrase *phrase = NULL;
	int rc = phrase_parse(lint->arena, place->node->value, &lists, &phrase, &error);

	lint->failed |= rc == ERR_NOMEM;
	return rc == OK ? phrase : NULL;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int index_places(struct lint *lint)
{
	struct load *load = lint->load;

	lint->beside = arena_alloc(lint->arena, LINT_BESIDE_MAX * sizeof(*lint->beside));
	if (!lint->beside)
		return ERR_NOMEM;
	for (int f = 0; f < FIELD_COUNT; f++) {
		size_t count = lint->set->matchers[f] ? matcher_count(lint->set->matchers[f]) : 0;

		lint->places[f] = arena_zalloc(lint->arena, count, sizeof(void *));
		if (!lint->places[f])
			return ERR_NOMEM;
		lint->places_count[f] = count;
	}
	for (size_t i = 0; i < load->origins_count; i++) {
		const struct pattern_origin *p = &load->origins[i];

		if (p->id < lint->places_count[p->field])
			lint->places[p->field][p->id] = p;
	}
	return OK;
}

int lint_load(struct load *load)
{
	struct lint lint = {
		.load = load,
		.set = load->set,
		.errors = load->loader.errors,
		.arena = &load->scratch,
		.scan = scan_new(),
	};
	int rc = lint.scan ? index_places(&lint) : ERR_NOMEM;

	arena_init(&lint.texts, 0);
	if (rc == OK)
		rc = lint_rules(&lint);
	if (rc == OK)
		rc = lint_entries(&lint);
	if (rc == OK)
		rc = lint_beside(&lint);
	if (rc == OK)
		rc = lint_patterns(&lint);
	if (rc == OK)
		rc = lint_ordinary(&lint);
	arena_free(&lint.texts);
	map_free(&lint.said);
	scan_free(lint.scan);
	return rc == OK && lint.failed ? ERR_NOMEM : rc;
}
