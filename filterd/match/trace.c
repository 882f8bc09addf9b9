/*
 * Traces one pattern on one text, for people who ask why it was tried or not: see matcher.h.
 *
 * The matcher keeps only bits of the words that a pattern needs besides what it is looked up by.
 * Their spelling is found again among the words of the pattern's regex, where all of them stand.
 */
#include "match/literal.h"
#include "match/pattern.h"

#define WORDS_MAX 32 /* told about */

struct tracer {
	const struct matcher *matcher;
	const struct pattern *pattern;
	uint32_t id;
	struct arena *arena;
	enum view_kind view;
	struct span text; /* of the view */
	struct span *seen;
	size_t seen_count, seen_capacity;
	bool seen_here; /* in this view */
	bool failed;
};

static bool is_known(const struct span *words, size_t count, struct span word)
{
	for (size_t i = 0; i < count; i++) {
		if (span_eq(words[i], word))
			return true;
	}
	return false;
}

/* Called by the index. */
static bool note(void *context, const struct sight *sight)
{
	struct tracer *t = context;
	struct span literal = span_sub(t->text, sight->pair_from, sight->to);

	for (size_t i = 0; i < sight->postings_count; i++) {
		const struct posting *p = &sight->postings[i];

		if (p->pattern != t->id || (t->view == VIEW_DISGUISED && !p->disguised))
			continue;
		t->seen_here = true;
		if (t->seen_count == WORDS_MAX || is_known(t->seen, t->seen_count, literal))
			continue;
		t->failed = !arena_grow(t->arena, (void **)&t->seen, t->seen_count,
			&t->seen_capacity, sizeof(*t->seen), 4);
		if (t->failed)
			return false;
		t->seen[t->seen_count++] = literal;
	}
	return true;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80);
}

/* Whether what begins at `at` of a regex is no word of the pattern: \p, (?&sep), {2,4}, (*:61). */
static bool is_syntax(struct span regex, size_t at)
{
	char before = at > 0 ? regex.ptr[at - 1] : ' ';

	if (before == ':')
		return at > 1 && regex.ptr[at - 2] == '*';
	return before == '\\' || before == '{' || before == '&';
}

static bool is_in_group(const uint16_t *group, uint16_t bit)
{
	for (size_t i = 1; i <= *group; i++) {
		if (group[i] == bit)
			return true;
	}
	return false;
}

/* Words that a pattern lacks. */
struct lacks {
	struct span *words; /* in the arena */
	size_t count;
	bool failed; /* out of memory */
};

/* Adds a literal of a group, each once. */
static void add_lack(struct tracer *t, struct lacks *lacks, const struct literal *literal)
{
	struct span text = literal_text(t->arena, literal);

	lacks->failed |= !text.ptr;
	if (text.ptr && lacks->count < WORDS_MAX && !is_known(lacks->words, lacks->count, text))
		lacks->words[lacks->count++] = text;
}

/* Adds the words of the regex that the group is about, and those that it is about together. */
static void add_words(
	struct tracer *t, struct span regex, const uint16_t *group, struct lacks *lacks)
{
	struct span before = {NULL, 0};

	for (size_t at = 0, end; at < regex.len; at = end + 1) {
		struct literal literal = {.kind = LITERAL_RUN};

		for (end = at; end < regex.len && is_word_byte(regex.ptr[end]);)
			end++;
		literal.bytes = span_sub(regex, at, end);
		if (literal.bytes.len == 0 || is_syntax(regex, at))
			continue;
		if (is_in_group(group, index_run_bit(literal.bytes)))
			add_lack(t, lacks, &literal);
		literal.kind = LITERAL_PAIR;
		literal.before = before;
		if (before.len > 0 && is_in_group(group, index_pair_bit(before, literal.bytes)))
			add_lack(t, lacks, &literal);
		before = literal.bytes;
	}
}

/* The words of the pattern that the group is about. */
static int name_group(struct tracer *t, const uint16_t *group, struct pattern_trace *out)
{
	struct lacks lacks = {.words = arena_alloc(t->arena, WORDS_MAX * sizeof(*lacks.words))};
	struct pattern_info info;

	if (!lacks.words || matcher_describe(t->matcher, t->id, t->arena, &info) != OK)
		return ERR_NOMEM;
	if (group[1] >= RUN_SET_MARKERS) {
		const struct literals *set = &t->matcher->marked[group[1] - RUN_SET_MARKERS];

		for (size_t i = 0; i < set->count; i++)
			add_lack(t, &lacks, &set->items[i]);
	} else {
		add_words(t, info.regex, group, &lacks);
	}
	out->lacks = lacks.words;
	out->lacks_count = lacks.count;
	out->lacks_digit = *group == 1 && group[1] == RUN_SET_DIGIT;
	return lacks.failed ? ERR_NOMEM : OK;
}

static int trace_view(struct tracer *t, const struct matcher *matcher, enum view_kind view,
	struct span text, struct pattern_trace *out)
{
	struct run_set runs = {0};
	const uint16_t *lacks;

	t->view = view;
	t->text = text;
	t->seen_here = false;
	index_scan(matcher->index, text, &runs, note, t);
	if (t->failed)
		return ERR_NOMEM;
	if (!t->seen_here || out->candidate)
		return OK;
	lacks = pattern_lacks(matcher, t->pattern, &runs);
	out->candidate = !lacks;
	return lacks ? name_group(t, lacks, out) : OK;
}

int matcher_trace(const struct matcher *matcher, uint32_t id, const struct text *text,
	struct arena *arena, struct pattern_trace *out)
{
	struct tracer t = {
		.matcher = matcher, .pattern = &matcher->patterns[id], .id = id, .arena = arena};
	int rc;

	*out = (struct pattern_trace){.always = t.pattern->always, .candidate = t.pattern->always};
	rc = trace_view(&t, matcher, VIEW_FOLDED, text->folded.text, out);
	if (rc == OK && text->disguised.text.ptr)
		rc = trace_view(&t, matcher, VIEW_DISGUISED, text->disguised.text, out);
	if (out->candidate) {
		out->lacks_count = 0;
		out->lacks_digit = false;
	}
	out->seen = t.seen;
	out->seen_count = t.seen_count;
	return rc;
}
