/*
 * Comments that cover what the tests miss: see coverage_suggest() in coverage.h.
 *
 * A text is made of one pattern, so that it shows as many uncovered alternatives as it can. Whether
 * it does anything for the rule is not foreseen but tried: alone, and before and behind a sentence
 * that the rule holds for anyway. Then a pattern of an `unless` keeps it from holding, and one of
 * many conditions finds the others fulfilled.
 */
#include "moderate/covering.h"

#define BASES_MAX 4 /* of a rule's own sentences, how many are tried */

struct suggester {
	struct coverage *coverage;
	const struct rule *rule;
	uint32_t *patterns; /* of the rule, on the comment's text; in the coverage's arena */
	size_t count, capacity;
	size_t taken; /* alternatives that the text shows and no test did */
	void (*made)(void *context, const struct comment *comment);
	void *context;
};

static void note_pattern(void *context, enum field field, uint32_t id)
{
	struct suggester *s = context;

	if (field != FIELD_TEXT)
		return;
	for (size_t i = 0; i < s->count; i++)
		if (s->patterns[i] == id)
			return;
	if (!arena_grow(&s->coverage->arena, (void **)&s->patterns, s->count, &s->capacity,
		    sizeof(*s->patterns), 16)) {
		s->coverage->failed = true;
		return;
	}
	s->patterns[s->count++] = id;
}

static bool is_wanted(void *context, const void *key)
{
	const struct suggester *s = context;
	uint32_t number = coverage_find(s->coverage, key);
	const struct coverage_item *item;

	if (number == MAP_NONE)
		return false;
	item = &s->coverage->items[number];
	return item->used && !item->covered && item->tried != s->coverage->rounds;
}

static void note_taken(void *context, const void *key)
{
	struct suggester *s = context;

	if (!is_wanted(s, key))
		return;
	s->coverage->items[coverage_find(s->coverage, key)].tried = s->coverage->rounds;
	s->taken++;
}

/* Whether the comment covers something; then it is told. */
static bool try_comment(struct suggester *s, struct span text)
{
	struct coverage *c = s->coverage;
	struct comment comment = COMMENT_INIT;
	size_t covered = c->covered;

	comment.text = text;
	if (s->rule->languages_count > 0)
		comment.lang = s->rule->languages[0];
	if (stage_open(&c->stage, c->set, &comment, &selftest_options) != OK)
		return false;
	coverage_look(c, s->rule, false);
	if (c->covered == covered)
		return false;
	s->made(s->context, &comment);
	return true;
}

/* A sentence of the rule's own tests that it holds for without context. */
static bool is_base(const struct rule_test *test)
{
	const struct comment *comment = &test->comment;

	return test->match && comment->article.title.len == 0 && comment->parent_text.len == 0 &&
	       comment->text.len > 0;
}

static bool try_beside(struct suggester *s, struct span text, struct span base)
{
	struct buf both = {0};
	bool done = false;

	for (int behind = 1; behind >= 0 && !done; behind--) {
		buf_clear(&both);
		buf_span(&both, behind ? base : text);
		buf_str(&both, ". ");
		buf_span(&both, behind ? text : base);
		s->coverage->failed |= both.failed;
		done = !both.failed && try_comment(s, buf_content(&both));
	}
	buf_free(&both);
	return done;
}

static void try_text(struct suggester *s, struct span text)
{
	size_t bases = 0;

	if (try_comment(s, text))
		return;
	for (size_t i = 0; i < s->rule->tests_count && bases < BASES_MAX; i++) {
		const struct rule_test *test = &s->rule->tests[i];

		if (!is_base(test))
			continue;
		bases++;
		if (try_beside(s, text, test->comment.text))
			return;
	}
}

static void try_pattern(struct suggester *s, uint32_t id)
{
	const struct matcher *matcher = ruleset_matcher(s->coverage->set, FIELD_TEXT);
	const struct compose_wishes wishes = {is_wanted, note_taken, s};
	struct buf text = {0};

	s->coverage->rounds++;
	s->taken = 0;
	/* A phrase without alternatives is one itself. */
	note_taken(s, s->coverage->patterns[FIELD_TEXT][id].origin);
	for (size_t whole = s->taken; !s->coverage->failed; whole = 0) {
		s->taken = whole;
		buf_clear(&text);
		if (!matcher_compose(matcher, id, &wishes, &text) || text.failed || s->taken == 0)
			break;
		try_text(s, buf_content(&text));
	}
	s->coverage->failed |= text.failed;
	buf_free(&text);
}

/* Which patterns the rule has: it is asked for all of them, on an empty comment. */
static int list_patterns(struct suggester *s)
{
	static const struct comment nothing = COMMENT_INIT;
	struct coverage *c = s->coverage;
	int rc = stage_open(&c->stage, c->set, &nothing, &selftest_options);

	if (rc != OK)
		return rc;
	c->asked = note_pattern;
	c->asked_context = s;
	coverage_look(c, s->rule, true);
	c->asked = NULL;
	return c->failed ? ERR_NOMEM : OK;
}

int coverage_suggest(struct coverage *coverage, const struct rule *rule,
	void (*made)(void *context, const struct comment *comment), void *context)
{
	struct suggester s = {.coverage = coverage, .rule = rule, .made = made, .context = context};
	int rc = list_patterns(&s);

	for (size_t i = 0; rc == OK && i < s.count; i++) {
		try_pattern(&s, s.patterns[i]);
		rc = coverage->failed || coverage->stage.scene.failed ? ERR_NOMEM : OK;
	}
	return rc;
}
