/*
 * Fuzz target: patterns and a text from the bytes; the fast way and the plain way must agree.
 *
 * The input is lines of patterns, an empty line, and the text. A line begins with w (words), p
 * (phrase) or r (regex); in lower case it looks at disguised text, too (O: a regex on the
 * original). f (forms: slots separated by `;`, their texts by commas, those of prefixes before a
 * `/`) is what the words and lists of the lines that follow have before and behind them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "match/forms.h"
#include "match/matcher.h"
#include "text/utf8.h"

#define PATTERNS_MAX 24
#define TEXT_MAX 2048
#define ENTRIES_MAX 32

/* Times are of no interest here: only where neither way hit a limit are they compared. */
static const struct scan_limits limits = {INT64_MAX, INT64_C(50000000)};

static const struct span list_entries[] = {{"kill", 4}, {"burn alive", 10}, {"be*", 3}, {"$x", 2}};

/* The forms of all entries from here on: ENTRIES_MAX times the newest; NULL: none yet. */
struct inflection {
	struct arena *arena;
	const struct form_set *const *each;
	const struct form_set *set;
};

static bool find_list(void *context, struct span name, struct phrase_list *out)
{
	const struct inflection *inflection = context;

	(void)name;
	*out = (struct phrase_list){list_entries, inflection->each, ARRAY_LEN(list_entries), NULL};
	return true;
}

/* What is separated by commas, or by semicolons. */
static size_t split_at(char sign, struct span line, struct span *out, size_t room)
{
	size_t count = 0;

	for (size_t from = 0; from <= line.len && count < room;) {
		const char *comma = memchr(line.ptr + from, sign, line.len - from);
		size_t to = comma ? (size_t)(comma - line.ptr) : line.len;

		out[count++] = span_sub(line, from, to);
		from = to + 1;
	}
	return count;
}

static size_t split(struct span line, struct span *out, size_t room)
{
	return split_at(',', line, out, room);
}

static void read_slots(struct arena *arena, struct span written, struct form_slots *out)
{
	struct span slots[FORMS_SLOTS_MAX], texts[FORMS_TEXTS_MAX];
	size_t count = split_at(';', written, slots, ARRAY_LEN(slots));

	for (size_t i = 0; i < count; i++) {
		struct form_slot *slot = &out->items[out->count];
		size_t n = split(slots[i], texts, ARRAY_LEN(texts));

		*slot = (struct form_slot){arena_alloc(arena, n * sizeof(*texts)), 0};
		for (size_t k = 0; slot->texts && k < n; k++) {
			const char *problem;

			if (forms_fold(arena, texts[k], &slot->texts[slot->count], &problem) ==
					OK &&
				!problem)
				slot->count++;
		}
		out->count += slot->count > 0;
	}
}

/* Adds forms to those that there are, or begins anew when they are many. */
static void add_forms(struct inflection *inflection, struct span written)
{
	struct arena *arena = inflection->arena;
	const struct form_set *old = inflection->set;
	struct forms *forms = arena_zalloc(arena, 1, sizeof(*forms));
	struct form_set *set = arena_zalloc(arena, 1, sizeof(*set));
	const struct forms **items = arena_alloc(arena, 3 * sizeof(*items));
	const struct form_set **each = arena_alloc(arena, ENTRIES_MAX * sizeof(*each));
	const char *slash = memchr(written.ptr, '/', written.len);
	size_t at = slash ? (size_t)(slash - written.ptr) : 0;

	if (!forms || !set || !items || !each)
		return;
	read_slots(arena, span_sub(written, 0, at), &forms->prefixes);
	read_slots(arena, span_sub(written, slash ? at + 1 : 0, written.len), &forms->suffixes);
	if (forms_settle(forms) > FORMS_COMBINED_MAX)
		return;
	for (size_t i = 0; old && old->count < 3 && i < old->count; i++)
		items[set->count++] = old->items[i];
	items[set->count++] = forms;
	set->items = items;
	for (size_t i = 0; i < ENTRIES_MAX; i++)
		each[i] = i % 3 == 2 ? NULL : set;
	inflection->set = set;
	inflection->each = each;
}

static void add(struct matcher_builder *builder, struct inflection *inflection, struct span line)
{
	const struct phrase_lists lists = {inflection, find_list};
	struct span rest = span_sub(line, 1, line.len), entries[ENTRIES_MAX];
	struct pattern_options options = {
		.disguised = line.ptr[0] >= 'a', .forms = inflection->each};
	struct pattern_error error;
	uint32_t id;

	switch (line.ptr[0]) {
	case 'f':
		add_forms(inflection, rest);
		break;
	case 'w':
	case 'W':
		matcher_add_words(builder, entries, split(rest, entries, ARRAY_LEN(entries)),
			options, &id, &error);
		break;
	case 'p':
	case 'P':
		matcher_add_phrase(builder, rest, &lists, options, &id, &error);
		break;
	case 'O':
		options.original = true;
		/* fall through */
	case 'r':
	case 'R':
		matcher_add_regex(builder, rest, options, &id, &error);
		break;
	}
}

static void disagree(const struct matcher *matcher, uint32_t id, const char *what)
{
	struct pattern_info info;
	struct arena arena = {0};

	matcher_describe(matcher, id, &arena, &info);
	fprintf(stderr, "pattern %u: %s differs: %.*s\n", id, what, SPAN_ARGS(info.regex));
	abort();
}

static void compare(
	const struct matcher *matcher, struct scan *fast, struct scan *plain, struct span original)
{
	for (uint32_t id = 0; id < matcher_count(matcher); id++) {
		const struct hit *x, *y;
		size_t n, m;
		enum truth a = scan_find(fast, id, &x, &n, NULL);
		enum truth b = scan_find(plain, id, &y, &m, NULL);

		/* What needs no run at all is surely no; the other way may not get so far. */
		if (b == TRUTH_UNKNOWN || a == TRUTH_UNKNOWN)
			continue;
		if (a != b || n != m)
			disagree(matcher, id, "truth");
		for (size_t i = 0; i < n; i++) {
			if (x[i].in_original.from >= x[i].in_original.to ||
				x[i].in_original.to > original.len)
				disagree(matcher, id, "range");
			if (x[i].in_original.from != y[i].in_original.from ||
				x[i].in_original.to != y[i].in_original.to ||
				x[i].view != y[i].view || x[i].disguised != y[i].disguised ||
				!span_eq(x[i].entry, y[i].entry))
				disagree(matcher, id, "hit");
		}
	}
}

static void match(const struct matcher *matcher, struct arena *arena, struct span original)
{
	struct scan *fast = scan_new(), *plain = scan_new();
	struct lexicon *lexicon;
	struct text text;
	size_t count;
	const struct lexicon_word *words = matcher_lexicon_words(matcher, &count);

	lexicon = lexicon_new(arena, words, count);
	if (fast && plain && lexicon && text_prepare(&text, arena, original, lexicon) == OK &&
		scan_run(fast, matcher, &text, &limits) == OK &&
		scan_run_plain(plain, matcher, &text, &limits) == OK)
		compare(matcher, fast, plain, original);
	scan_free(fast);
	scan_free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = {(const char *)data, size};
	struct arena arena;
	struct inflection inflection = {.arena = &arena};
	struct matcher_builder *builder;
	struct matcher *matcher;
	size_t at = 0;

	arena_init(&arena, 64 << 20);
	builder = matcher_builder_new(&arena);
	if (!builder)
		return 0;
	for (int lines = 0; at < in.len && lines < PATTERNS_MAX; lines++) {
		const char *end = memchr(in.ptr + at, '\n', in.len - at);
		size_t to = end ? (size_t)(end - in.ptr) : in.len;
		struct span line = span_sub(in, at, to);

		at = to + 1;
		if (line.len == 0)
			break;
		add(builder, &inflection, line);
	}
	if (matcher_build(builder, &matcher) == OK) {
		struct span original = span_sub(in, at, at + TEXT_MAX);
		size_t bad;

		if (!utf8_valid(original, &bad))
			original.len = bad;
		match(matcher, &arena, original);
		matcher_free(matcher);
	}
	arena_free(&arena);
	return 0;
}
