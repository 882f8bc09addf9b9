/* Builds matchers: adds patterns, finds what they are looked up by, and makes the index. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "match/literal.h"
#include "match/pattern.h"

#define WHOLE_MAX 64 /* [bytes] of an entry that a run of the text is compared with as a whole */
#define NEED_WORDS_MAX 48 /* words of which a pattern needs one besides what it is looked up by */
#define NEED_COMMON 60000 /* a need that so many of a million words fulfil tells nothing */

struct matcher_builder {
	struct arena *arena;
	struct arena
		scratch; /* of one pattern: sets of literals, which are large and soon forgotten */
	struct index *index; /* owned */
	struct pattern *patterns; /* owned */
	size_t count;
	size_t room;
	struct buf text; /* scratch */
	struct lexicon_word *lexicon; /* owned until it is copied */
	size_t lexicon_count;
	size_t lexicon_room;
	struct map lexicon_seen;
	uint16_t *needs; /* owned: see struct pattern */
	size_t needs_count, needs_room;
	struct map markers; /* of large sets, by their literals */
	struct literals *marked; /* in the arena: the sets, by marker */
	size_t marked_count, marked_room;
	const struct forms **forms; /* in the arena: those whose prefixes the index knows */
	size_t forms_count, forms_room;
	bool failed; /* out of memory somewhere below a callback */
};

struct matcher_builder *matcher_builder_new(struct arena *arena)
{
	struct matcher_builder *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->arena = arena;
	arena_init(&b->scratch, 0);
	b->index = index_new();
	if (!b->index) {
		free(b);
		return NULL;
	}
	return b;
}

/* --- adding ----------------------------------------------------------------------------------- */

static struct pattern *new_pattern(struct matcher_builder *b)
{
	if (b->count == INDEX_PATTERNS_MAX)
		return NULL;
	if (b->count == b->room) {
		size_t room = b->room ? 2 * b->room : 64;
		struct pattern *patterns = realloc(b->patterns, room * sizeof(*patterns));

		if (!patterns)
			return NULL;
		b->patterns = patterns;
		b->room = room;
	}
	b->patterns[b->count] = (struct pattern){0};
	arena_reset(&b->scratch);
	return &b->patterns[b->count];
}

static void add_lexicon_span(struct matcher_builder *b, struct span word, unsigned flags)
{
	uint32_t seen = b->failed ? MAP_NONE : map_get(&b->lexicon_seen, word);

	if (seen != MAP_NONE) {
		b->lexicon[seen].flags |= flags;
		b->lexicon[seen].weight += (flags & LEXICON_ALONE) != 0;
	}
	if (b->failed || seen != MAP_NONE)
		return;
	if (b->lexicon_count == b->lexicon_room) {
		size_t room = b->lexicon_room ? 2 * b->lexicon_room : 256;
		struct lexicon_word *words = realloc(b->lexicon, room * sizeof(*words));

		if (!words) {
			b->failed = true;
			return;
		}
		b->lexicon = words;
		b->lexicon_room = room;
	}
	b->failed = map_set(&b->lexicon_seen, word, (uint32_t)b->lexicon_count) != OK;
	b->lexicon[b->lexicon_count++] = (struct lexicon_word){word, flags, 1};
}

/* `alone`: the word is all of an entry. */
static void add_lexicon_word(struct matcher_builder *b, const struct phrase_word *word, bool alone)
{
	unsigned flags = alone ? LEXICON_ALONE : 0;

	if (word->prefix && word->text.len < PHRASE_LEXICON_MIN)
		return;
	flags |= phrase_word_is_open(word) ? LEXICON_OPEN : 0;
	if (word->glued)
		flags |= word->prefix ? LEXICON_INSIDE : LEXICON_GLUED;
	add_lexicon_span(b, word->text, flags);
}

static void add_phrase_word(void *context, const struct phrase_word *word)
{
	add_lexicon_word(context, word, false);
}

/* Keeps the literals' texts for describe, and looks the pattern up by them. */
static int index_literals(
	struct matcher_builder *b, struct pattern *p, const struct literals *literals)
{
	uint32_t id = (uint32_t)b->count;
	int rc = OK;

	p->always = literals->count == 0;
	p->literals = arena_alloc(b->arena, literals->count * sizeof(*p->literals));
	if (!p->literals)
		return ERR_NOMEM;
	for (size_t i = 0; i < literals->count && rc == OK; i++) {
		struct span text = literal_text(b->arena, &literals->items[i]);

		p->literals[p->literals_count++] = text;
		rc = !text.ptr ? ERR_NOMEM
			       : index_add(b->index, &literals->items[i],
					 (struct posting){.pattern = id,
						 .disguised = p->options.disguised,
						 .entry = POSTING_NO_ENTRY});
	}
	return rc;
}

/* Takes the pattern in as the next one. */
static int finish_pattern(struct matcher_builder *b, uint32_t *id)
{
	if (b->failed)
		return ERR_NOMEM;
	*id = (uint32_t)b->count++;
	return OK;
}

/* --- words ------------------------------------------------------------------------------------ */

struct ranked {
	struct phrase_sequence sequence;
	size_t len; /* [bytes] of all its words */
};

static size_t sequence_length(const struct phrase_sequence *s)
{
	size_t len = 0;

	for (const struct phrase_element *e = s->first; e; e = e->next)
		len += e->word.text.len;
	return len;
}

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return (x->sequence.entry > y->sequence.entry) - (x->sequence.entry < y->sequence.entry);
}

/*
 * Parses the entries into p->sequences and p->entries in order of precedence, the longest first:
 * "kill you" goes before "kill". Their numbers are those of this order.
 */
static int parse_entries(struct matcher_builder *b, struct pattern *p, const struct span *entries,
	const struct form_set *const *forms, size_t count, struct pattern_error *error)
{
	struct span *copies = arena_alloc(b->arena, count * sizeof(*copies));
	struct phrase_sequence *sequences = arena_zalloc(b->arena, count, sizeof(*sequences));
	struct ranked *ranked = calloc(count, sizeof(*ranked));
	int rc = copies && sequences && ranked ? OK : ERR_NOMEM;

	for (size_t i = 0; i < count && rc == OK; i++) {
		rc = phrase_parse_entry(b->arena, entries[i], forms ? forms[i] : NULL, 0,
			&ranked[i].sequence, error);
		if (rc != OK)
			break;
		ranked[i].sequence.entry = (uint32_t)i;
		ranked[i].len = sequence_length(&ranked[i].sequence);
	}
	if (rc == OK) {
		qsort(ranked, count, sizeof(*ranked), compare_ranked);
		for (size_t i = 0; i < count && rc == OK; i++) {
			copies[i] = arena_copy(b->arena, entries[ranked[i].sequence.entry]);
			rc = copies[i].ptr ? OK : ERR_NOMEM;
			sequences[i] = ranked[i].sequence;
			sequences[i].entry = (uint32_t)i;
			sequences[i].next = i + 1 < count ? &sequences[i + 1] : NULL;
		}
		p->sequences = sequences;
		p->entries = copies;
		p->entries_count = (uint32_t)count;
	}
	free(ranked);
	return rc;
}

static void add_lexicon_entry(struct matcher_builder *b, const struct entry *entry)
{
	for (uint32_t i = 0; i < entry->count; i++)
		add_lexicon_word(b, &entry->words[i], entry->count == 1);
}

static bool add_prefix(void *context, struct span prefix)
{
	struct matcher_builder *b = context;
	struct span copy = arena_copy(b->arena, prefix);

	return copy.ptr && index_add_prefix(b->index, copy) == OK;
}

/* Lets the index know of the prefixes of a word that has these forms; NULL: none. */
static int index_prefixes(struct matcher_builder *b, const struct form_set *set)
{
	for (size_t i = 0; set && i < set->count; i++) {
		const struct forms *forms = set->items[i];
		size_t k = 0;

		while (k < b->forms_count && b->forms[k] != forms)
			k++;
		if (k < b->forms_count)
			continue;
		if (!arena_grow(b->arena, (void **)&b->forms, b->forms_count, &b->forms_room,
			    sizeof(*b->forms), 16) ||
			!forms_combine(&forms->prefixes, add_prefix, b))
			return ERR_NOMEM;
		b->forms[b->forms_count++] = forms;
	}
	return OK;
}

/* Whether finding the literal as a run is finding the entry, if no unusual character is near. */
static bool is_whole(const struct entry *entry, const struct literal *literal)
{
	return entry->count == 1 && literal->kind == LITERAL_RUN &&
	       literal->bytes.len == entry->words[0].text.len && literal->bytes.len <= WHOLE_MAX &&
	       phrase_word_begin(literal->bytes) == PHRASE_PLAIN;
}

/* Looks the pattern up by what an entry of it is looked up by, and by that behind prefixes. */
static int index_anchor(struct matcher_builder *b, const struct entry *entry,
	struct literal literal, struct posting posting)
{
	const struct phrase_word *word = &entry->words[entry->anchor_word];
	int rc;

	posting.whole = is_whole(entry, &literal);
	rc = index_add(b->index, &literal, posting);
	if (rc != OK || !literal_behind_prefixes(word, entry->anchor_offset, &literal))
		return rc;
	posting.whole = false;
	return index_add(b->index, &literal, posting);
}

/* Makes what confirms the entries, and looks the pattern up by each. */
static int index_entries(struct matcher_builder *b, struct pattern *p)
{
	struct entry *compiled = arena_alloc(b->arena, p->entries_count * sizeof(*compiled));
	int rc = OK;

	p->literals = arena_alloc(b->arena, p->entries_count * sizeof(*p->literals));
	if (!compiled || !p->literals)
		return ERR_NOMEM;
	p->compiled = compiled;
	for (size_t i = 0; i < p->entries_count && rc == OK; i++) {
		struct literal literal;

		if (!entry_make(b->arena, &p->sequences[i], &compiled[i], &literal))
			return ERR_NOMEM;
		p->literals[p->literals_count] = literal_text(b->arena, &literal);
		if (!p->literals[p->literals_count++].ptr)
			return ERR_NOMEM;
		rc = index_anchor(b, &compiled[i], literal,
			(struct posting){.pattern = (uint32_t)b->count,
				.disguised = p->options.disguised,
				.entry = (uint32_t)i});
		if (rc == OK)
			rc = index_prefixes(b, compiled[i].words[0].forms);
		if (p->options.disguised)
			add_lexicon_entry(b, &compiled[i]);
	}
	return rc;
}

int matcher_add_words(struct matcher_builder *builder, const struct span *entries, size_t count,
	struct pattern_options options, uint32_t *id, struct pattern_error *error)
{
	struct pattern *p = new_pattern(builder);
	int rc;

	if (!p)
		return ERR_NOMEM;
	if (count == 0)
		return pattern_fail(error, 0, "there are no words");
	p->kind = PATTERN_WORDS;
	p->options = (struct pattern_options){.disguised = options.disguised};
	rc = parse_entries(builder, p, entries, options.forms, count, error);
	if (rc != OK)
		return rc;
	rc = index_entries(builder, p);
	return rc == OK ? finish_pattern(builder, id) : rc;
}

/* --- phrases and regexes ---------------------------------------------------------------------- */

/* Lets the index know of all prefixes in a phrase. As deep as groups nest. */
static int index_prefixes_of(struct matcher_builder *b, const struct phrase_sequence *sequence)
{
	int rc = OK;

	for (const struct phrase_element *e = sequence->first; e && rc == OK; e = e->next) {
		if (e->kind == PHRASE_WORD)
			rc = index_prefixes(b, e->word.forms);
		if (e->kind == PHRASE_CHOICE)
			for (const struct phrase_sequence *s = e->choices; s && rc == OK;
				s = s->next)
				rc = index_prefixes_of(b, s);
	}
	return rc;
}

static int add_need(struct matcher_builder *b, uint16_t value)
{
	if (b->needs_count == b->needs_room) {
		size_t room = b->needs_room ? 2 * b->needs_room : 1024;
		uint16_t *needs = realloc(b->needs, room * sizeof(*needs));

		if (!needs)
			return ERR_NOMEM;
		b->needs = needs;
		b->needs_room = room;
	}
	b->needs[b->needs_count++] = value;
	return OK;
}

/*
 * What tells a set of literals from others: the same list in many phrases is one set. Lives as
 * long as the scratch text.
 */
static struct span set_key(struct matcher_builder *b, const struct literals *set)
{
	buf_clear(&b->text);
	for (size_t i = 0; i < set->count; i++) {
		const struct literal *l = &set->items[i];

		const uint32_t marks[] = {l->kind, l->key_from, l->key_len, (uint32_t)l->before.len,
			(uint32_t)l->bytes.len};

		buf_append(&b->text, marks, sizeof(marks));
		buf_span(&b->text, l->before);
		buf_span(&b->text, l->bytes);
	}
	return b->text.failed ? (struct span){NULL, 0} : buf_content(&b->text);
}

/* Gives a set a marker, which the index sets where one of its literals stands. */
static int new_marker(struct matcher_builder *b, struct span key, const struct literals *set)
{
	uint32_t marker = (uint32_t)b->marked_count;
	struct literals kept = {
		arena_alloc(b->arena, set->count * sizeof(*set->items)), set->count};
	int rc = kept.items ? OK : ERR_NOMEM;

	key = arena_copy(b->arena, key);
	if (!key.ptr || rc != OK || map_set(&b->markers, key, marker) != OK ||
		!arena_grow(b->arena, (void **)&b->marked, b->marked_count, &b->marked_room,
			sizeof(*b->marked), 16))
		return ERR_NOMEM;
	memcpy(kept.items, set->items, set->count * sizeof(*set->items));
	for (size_t i = 0; i < set->count && rc == OK; i++)
		rc = index_mark(b->index, &set->items[i], (uint16_t)marker);
	b->marked[b->marked_count++] = kept;
	return rc;
}

/* Notes that one literal of a large set must be there. Without a marker left it is not asked. */
static int add_marker(struct matcher_builder *b, const struct literals *set)
{
	struct span key = set_key(b, set);
	uint32_t marker = key.ptr ? map_get(&b->markers, key) : MAP_NONE;
	int rc = key.ptr ? OK : ERR_NOMEM;

	if (rc == OK && marker == MAP_NONE) {
		if (b->marked_count == INDEX_MARKERS_MAX)
			return OK;
		marker = (uint32_t)b->marked_count;
		rc = new_marker(b, key, set);
	}
	if (rc == OK)
		rc = add_need(b, 1);
	return rc == OK ? add_need(b, (uint16_t)(RUN_SET_MARKERS + marker)) : rc;
}

/*
 * Notes that one of the set must be there: whole runs and pairs of them by their bits, if they are
 * few; of others, and of many, the index tells by a marker.
 */
static int add_group(struct matcher_builder *b, const struct literals *set)
{
	bool runs = set->count <= NEED_WORDS_MAX;
	int rc;

	if (set->count == 0)
		return OK;
	for (size_t i = 0; i < set->count; i++)
		runs &= set->items[i].kind == LITERAL_RUN || set->items[i].kind == LITERAL_PAIR;
	if (!runs)
		return -literals_worth(set) < NEED_COMMON ? add_marker(b, set) : OK;
	rc = add_need(b, (uint16_t)set->count);
	for (size_t i = 0; i < set->count && rc == OK; i++) {
		const struct literal *l = &set->items[i];
		struct span run = span_sub(l->bytes, l->key_from, l->key_from + l->key_len);

		rc = add_need(b, l->kind == LITERAL_PAIR ? index_pair_bit(l->before, run)
							 : index_run_bit(run));
	}
	return rc;
}

/*
 * Notes which other words a phrase needs: many a candidate is dropped for the lack of one. The
 * first 0 is nobody's: `needs` 0 says there are none.
 */
static int add_phrase_needs(
	struct matcher_builder *b, struct pattern *p, const struct literal_sets *sets)
{
	int rc = add_need(b, 0);

	p->needs = (uint32_t)b->needs_count;
	for (size_t i = 0; i < sets->count && rc == OK; i++)
		if (i != sets->best)
			rc = add_group(b, &sets->items[i]);
	return rc == OK ? add_need(b, 0) : rc;
}

static int add_regex_needs(
	struct matcher_builder *b, struct pattern *p, const struct regex_facts *facts)
{
	int rc = add_need(b, 0);

	p->needs = (uint32_t)b->needs_count;
	for (size_t i = 0; i < facts->others_count && rc == OK; i++)
		rc = add_group(b, &facts->others[i]);
	if (rc == OK && facts->digit) {
		rc = add_need(b, 1);
		if (rc == OK)
			rc = add_need(b, RUN_SET_DIGIT);
	}
	return rc == OK ? add_need(b, 0) : rc;
}

/* Keeps the regex of a phrase that cannot be walked, and compiles it. */
static int compile_phrase(struct matcher_builder *b, struct pattern *p, struct pattern_error *error)
{
	buf_clear(&b->text);
	phrase_print_regex(p->phrase, &b->text);
	p->regex = b->text.failed ? (struct span){NULL, 0}
				  : arena_copy(b->arena, buf_content(&b->text));
	return p->regex.ptr ? regex_compile(p->regex, true, &p->code, error) : ERR_NOMEM;
}

int matcher_add_phrase(struct matcher_builder *builder, struct span written,
	const struct phrase_lists *lists, struct pattern_options options, uint32_t *id,
	struct pattern_error *error)
{
	struct pattern *p = new_pattern(builder);
	struct span copy = arena_copy(builder->arena, written);
	struct literal_sets sets;
	struct phrase *phrase;
	int rc;

	if (!p || !copy.ptr)
		return ERR_NOMEM;
	p->kind = PATTERN_PHRASE;
	p->options = (struct pattern_options){.disguised = options.disguised};
	rc = phrase_parse(builder->arena, copy, lists, &phrase, error);
	if (rc != OK)
		return rc;
	p->written = copy;
	p->phrase = phrase;
	p->list_entries = phrase->entries;
	p->entries_count = (uint32_t)phrase->entries_count;
	rc = program_make(builder->arena, phrase, &p->program);
	if (rc == OK && !p->program)
		rc = compile_phrase(builder, p, error);
	if (rc == ERR_INVALID) /* only ever because there is too much of it */
		return pattern_fail(error, 0, "this phrase is too large with its lists");
	if (rc == OK)
		rc = literals_of_phrase(&builder->scratch, phrase, &sets);
	if (rc == OK)
		rc = index_literals(builder, p, &sets.items[sets.best]);
	if (rc == OK)
		rc = add_phrase_needs(builder, p, &sets);
	if (rc == OK)
		rc = index_prefixes_of(builder, &phrase->sequence);
	if (rc == OK && options.disguised)
		phrase_words(phrase, add_phrase_word, builder);
	if (rc == OK)
		rc = finish_pattern(builder, id);
	if (rc != OK)
		pcre2_code_free(p->code);
	return rc;
}

int matcher_add_regex(struct matcher_builder *builder, struct span regex,
	struct pattern_options options, uint32_t *id, struct pattern_error *error)
{
	struct pattern *p = new_pattern(builder);
	struct regex_facts facts;
	int rc;

	if (!p)
		return ERR_NOMEM;
	p->kind = PATTERN_REGEX;
	p->options = options;
	if (options.original)
		p->options.disguised = false;
	rc = regex_vet(regex, error);
	if (rc != OK)
		return rc;
	p->regex = arena_copy(builder->arena, regex);
	if (!p->regex.ptr)
		return ERR_NOMEM;
	rc = regex_compile(p->regex, false, &p->code, error);
	if (rc != OK)
		return rc;
	p->matches_empty = regex_matches_empty(p->code);
	rc = literals_of_regex(builder->arena, p->regex, options.original, &facts);
	p->unbounded = facts.unbounded;
	p->exact = facts.exact;
	if (rc == OK && !p->exact) /* else it is seldom run */
		rc = regex_speed_up(&p->code, error);
	if (rc == OK)
		rc = index_literals(builder, p, &facts.literals);
	if (rc == OK && !options.original)
		rc = add_regex_needs(builder, p, &facts);
	if (rc == OK)
		rc = finish_pattern(builder, id);
	if (rc != OK)
		pcre2_code_free(p->code);
	return rc;
}

/* --- building --------------------------------------------------------------------------------- */

/* Hands the builder's parts over to the matcher. */
static int assemble(struct matcher_builder *b, struct matcher *m)
{
	size_t always = 0;
	uint32_t *ids;
	struct lexicon_word *words;

	for (size_t i = 0; i < b->count; i++)
		always += b->patterns[i].always;
	ids = arena_alloc(b->arena, always * sizeof(*ids));
	words = arena_alloc(b->arena, b->lexicon_count * sizeof(*words));
	if (!ids || !words || index_build(b->index) != OK)
		return ERR_NOMEM;
	always = 0;
	for (size_t i = 0; i < b->count; i++)
		if (b->patterns[i].always)
			ids[always++] = (uint32_t)i;
	if (b->lexicon_count > 0)
		memcpy(words, b->lexicon, b->lexicon_count * sizeof(*words));
	*m = (struct matcher){.patterns = b->patterns,
		.count = b->count,
		.always = ids,
		.always_count = always,
		.index = b->index,
		.lexicon = words,
		.lexicon_count = b->lexicon_count,
		.made_ns = clock_mono_ns()};
	m->needs = b->needs;
	m->marked = b->marked;
	b->patterns = NULL;
	b->count = 0;
	b->index = NULL;
	b->needs = NULL;
	return OK;
}

static void free_patterns(struct pattern *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pcre2_code_free(patterns[i].code);
	free(patterns);
}

int matcher_build(struct matcher_builder *builder, struct matcher **out)
{
	struct matcher *m = calloc(1, sizeof(*m));
	int rc = m ? assemble(builder, m) : ERR_NOMEM;

	free_patterns(builder->patterns, builder->count);
	index_free(builder->index);
	buf_free(&builder->text);
	arena_free(&builder->scratch);
	map_free(&builder->lexicon_seen);
	map_free(&builder->markers);
	free(builder->lexicon);
	free(builder->needs);
	free(builder);
	if (rc != OK)
		free(m);
	else
		*out = m;
	return rc;
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	free_patterns(matcher->patterns, matcher->count);
	index_free(matcher->index);
	free(matcher->needs);
	free(matcher);
}

size_t matcher_count(const struct matcher *matcher)
{
	return matcher->count;
}

const struct lexicon_word *matcher_lexicon_words(const struct matcher *matcher, size_t *count)
{
	*count = matcher->lexicon_count;
	return matcher->lexicon;
}

void pattern_print_regex(const struct pattern *pattern, struct buf *out)
{
	if (pattern->regex.len > 0)
		buf_span(out, pattern->regex);
	else if (pattern->phrase)
		phrase_print_regex(pattern->phrase, out);
	else
		phrase_print_choice(pattern->sequences, out);
}

int matcher_describe(
	const struct matcher *matcher, uint32_t id, struct arena *arena, struct pattern_info *out)
{
	const struct pattern *p = &matcher->patterns[id];
	struct buf regex = {0};

	*out = (struct pattern_info){.written = p->written,
		.literals = p->literals,
		.literals_count = p->literals_count,
		.unbounded = p->unbounded,
		.matches_empty = p->matches_empty};
	pattern_print_regex(p, &regex);
	if (!regex.failed)
		out->regex = arena_copy(arena, buf_content(&regex));
	buf_free(&regex);
	return out->regex.ptr ? OK : ERR_NOMEM;
}
