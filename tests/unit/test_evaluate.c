/* Tests the verdict: points, sites, places, and what faults lead to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <time.h>

#include "base/clock.h"
#include "moderate/evaluate.h"
#include "moderate/picks.h"
#include "ruleset_of.h"

static struct errors errors;
static struct arena keep;
static struct evaluator *evaluator;

static int setup(void **state)
{
	(void)state;
	evaluator = evaluator_new(NULL);
	return evaluator ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	evaluator_free(evaluator);
	errors_free(&errors);
	arena_free(&keep);
	return 0;
}

static struct ruleset *load_for(const char *yaml, const struct site *sites, size_t count)
{
	struct ruleset *set = ruleset_of(yaml, sites, count, &errors, &keep);

	if (!set) {
		struct buf out = {0};

		errors_render(&errors, &out, false);
		fail_msg("%.*s", (int)out.len, out.data);
	}
	return set;
}

static struct ruleset *load(const char *yaml)
{
	return load_for(yaml, NULL, 0);
}

static struct comment comment_of(const char *text)
{
	struct comment comment = COMMENT_INIT;

	comment.text = span_of(text);
	comment.submitted_ms = 0;
	return comment;
}

static const struct verdict *judge(
	const struct ruleset *set, const struct comment *comment, const uint8_t *suspended)
{
	struct evaluate_options options = evaluate_defaults;
	const struct verdict *verdict = NULL;

	options.suspended = suspended;
	assert_int_equal(evaluate(evaluator, set, comment, &options, &verdict), OK);
	assert_non_null(verdict);
	return verdict;
}

static const struct verdict *judge_text(const struct ruleset *set, const char *text)
{
	struct comment comment = comment_of(text);

	return judge(set, &comment, NULL);
}

static bool has_fault(const struct verdict *verdict, const char *code, const char *rule)
{
	for (size_t i = 0; i < verdict->faults_count; i++) {
		const struct fault *fault = &verdict->faults[i];

		if (strcmp(fault->code, code) != 0)
			continue;
		if (rule ? fault->rule && strcmp(fault->rule->id, rule) == 0 : !fault->rule)
			return true;
	}
	return false;
}

#define CONDUCT "guidelines: {conduct: {title: Conduct}, other: {title: Other}}\n"

static const char basic[] = CONDUCT
	"rules:\n"
	"  - {id: r/reject, guideline: conduct, reason: R., action: reject, when: {words: bad}}\n"
	"  - {id: r/review, guideline: conduct, reason: R., action: review, when: {words: odd}}\n"
	"  - {id: r/points, guideline: conduct, reason: R., points: 3, when: {words: meh}}\n"
	"  - {id: r/other, guideline: other, reason: R., action: reject, when: {words: vile}}\n"
	"  - {id: r/approve, reason: R., action: approve, when: {words: friend}}\n"
	"  - {id: r/shadow, guideline: conduct, reason: R., action: reject, shadow: true,"
	" when: {words: ghost}}\n";
enum basic_rule {
	R_REJECT,
	R_REVIEW,
	R_POINTS,
	R_OTHER,
	R_APPROVE,
	R_SHADOW,
	R_COUNT,
};

/* --- points and scores ------------------------------------------------------------------------ */

static void test_score(void **state)
{
	double last = -1;

	(void)state;
	assert_true(evaluate_score(0, 5, 10) == 0.0);
	assert_true(evaluate_score(-3, 5, 10) == 0.0);
	assert_true(evaluate_score(5, 5, 10) == 0.5);
	assert_true(evaluate_score(10, 5, 10) == 0.9);
	assert_true(evaluate_score(7, 7, 7) == 0.9);
	for (int32_t p = 0; p < 100000; p += p < 100 ? 1 : 997) {
		double score = evaluate_score(p, 5, 10);

		assert_true(score > last || p == 0);
		assert_true(score <= 1.0);
		assert_true((score >= 0.5) == (p >= 5));
		assert_true((score >= 0.9) == (p >= 10));
		last = score;
	}
}

static void test_order_and_points(void **state)
{
	struct ruleset *set = load(basic);
	const struct verdict *verdict = judge_text(set, "meh, odd, vile ghost");

	(void)state;
	assert_int_equal(verdict->kind, VERDICT_REJECT);
	assert_false(verdict->degraded);
	assert_int_equal(verdict->guidelines_count, 2);
	assert_string_equal(verdict->guidelines[0].guideline->id, "other");
	assert_int_equal(verdict->guidelines[0].low, 10);
	assert_int_equal(verdict->guidelines[0].high, 10);
	assert_string_equal(verdict->guidelines[1].guideline->id, "conduct");
	assert_int_equal(verdict->guidelines[1].low, 8);
	assert_int_equal(verdict->matches_count, 4);
	assert_string_equal(verdict->matches[0].rule->id, "r/other");
	assert_string_equal(verdict->matches[1].rule->id, "r/review");
	assert_string_equal(verdict->matches[2].rule->id, "r/points");
	assert_string_equal(verdict->matches[3].rule->id, "r/shadow");
	assert_true(verdict->matches[3].shadow);
	assert_int_equal(verdict->matches[3].points, 0);
	assert_string_equal(verdict->rules_version, ruleset_version(set));
	ruleset_unref(set);
}

static void test_exempt_keeps_its_score(void **state)
{
	struct ruleset *set = load(basic);
	const struct verdict *verdict = judge_text(set, "bad friend");

	(void)state;
	assert_int_equal(verdict->kind, VERDICT_APPROVE);
	assert_true(verdict->score >= 0.9);
	assert_int_equal(verdict->guidelines_count, 1);
	assert_true(verdict->guidelines[0].exempt);
	ruleset_unref(set);
}

/* --- places ------------------------------------------------------------------------------------
 */

static void test_spans(void **state)
{
	/* é is 2 bytes, 1 unit; 😀 is 4 bytes, 2 units. */
	static const char text[] = "\xC3\xA9 \xF0\x9F\x98\x80 BAD, \"bad\" b4d";
	struct ruleset *set = load(basic);
	const struct verdict *verdict = judge_text(set, text);
	const struct match_span *spans;

	(void)state;
	assert_int_equal(verdict->matches_count, 1);
	assert_int_equal(verdict->matches[0].field, FIELD_TEXT);
	assert_int_equal(verdict->matches[0].spans_count, 3);
	spans = verdict->matches[0].spans;
	assert_int_equal(spans[0].bytes.from, 8);
	assert_int_equal(spans[0].bytes.to, 11);
	assert_int_equal(spans[0].chars.from, 4);
	assert_int_equal(spans[0].chars.to, 7);
	assert_int_equal(spans[0].utf16.from, 5);
	assert_int_equal(spans[0].utf16.to, 8);
	assert_true(span_eq(spans[0].text, SPAN("BAD")));
	assert_false(spans[0].disguised);
	assert_false(spans[0].quoted);
	assert_true(span_eq(spans[1].text, SPAN("bad")));
	assert_true(spans[1].quoted);
	assert_true(span_eq(spans[2].text, SPAN("b4d")));
	assert_true(spans[2].disguised);
	ruleset_unref(set);
}

/* Positions in a long text are counted from checkpoints; they agree with counting from the start.
 */
static void test_spans_of_long_text(void **state)
{
	struct ruleset *set = load(basic);
	char text[6000];
	size_t len = 0, found = 0;
	struct comment comment = COMMENT_INIT;
	const struct verdict *verdict;

	(void)state;
	while (len < 5000) {
		memcpy(text + len, "\xF0\x9F\x98\x80\xC3\xA9 ", 7);
		len += 7;
		if (len % 5 == 0) {
			memcpy(text + len, "bad ", 4);
			len += 4;
		}
	}
	comment.text = (struct span){text, len};
	verdict = judge(set, &comment, NULL);
	assert_int_equal(verdict->matches_count, 1);
	assert_int_equal(verdict->matches[0].spans_count, MATCH_SPANS_MAX);
	for (size_t i = 0; i < MATCH_SPANS_MAX; i++) {
		const struct match_span *span = &verdict->matches[0].spans[i];
		uint32_t chars = 0, utf16 = 0;

		for (size_t b = 0; b < span->bytes.from; b++) {
			unsigned char c = (unsigned char)text[b];

			chars += (c & 0xC0) != 0x80;
			utf16 += (c & 0xC0) != 0x80 ? c >= 0xF0 ? 2 : 1 : 0;
		}
		assert_int_equal(span->chars.from, chars);
		assert_int_equal(span->utf16.from, utf16);
		assert_int_equal(span->chars.to, chars + 3);
		assert_int_equal(span->utf16.to, utf16 + 3);
		found += span_eq(span->text, SPAN("bad"));
	}
	assert_int_equal(found, MATCH_SPANS_MAX);
	ruleset_unref(set);
}

static void test_field_of_spans(void **state)
{
	struct ruleset *set = load(CONDUCT
		"rules:\n"
		"  - id: name\n"
		"    guideline: conduct\n"
		"    reason: R.\n"
		"    action: review\n"
		"    when: {field: {in: author_name, words: admin}}\n"
		"  - id: both\n"
		"    guideline: conduct\n"
		"    reason: R.\n"
		"    action: review\n"
		"    when: {words: hello, field: {in: author_name, words: admin}}\n"
		"  - {id: long, guideline: conduct, reason: R., points: 1, when: {length: {}}}\n");
	struct comment comment = comment_of("hello");
	const struct verdict *verdict;

	(void)state;
	comment.author.name = SPAN("The Admin");
	verdict = judge(set, &comment, NULL);
	assert_int_equal(verdict->matches_count, 3);
	assert_int_equal(verdict->matches[0].field, FIELD_AUTHOR_NAME);
	assert_int_equal(verdict->matches[0].spans_count, 1);
	assert_true(span_eq(verdict->matches[0].spans[0].text, SPAN("Admin")));
	assert_int_equal(verdict->matches[1].field, FIELD_TEXT);
	assert_true(span_eq(verdict->matches[1].spans[0].text, SPAN("hello")));
	assert_int_equal(verdict->matches[2].spans_count, 0);
	ruleset_unref(set);
}

/* --- sites --------------------------------------------------------------------------------------
 */

static const struct override overrides[] = {
	{.rules = {"r/p*", 4}, .has_action = true, .action = ACTION_REJECT},
	{.rules = {"r/reject", 8}, .off = true},
	{.rules = {"r/review", 8},
		.section = {"sport", 5},
		.has_action = true,
		.action = ACTION_POINTS,
		.points = 1},
};
static const struct threshold thresholds[] = {
	{.guideline = {"other", 5}, .off = true},
	{.guideline = {"conduct", 7}, .section = {"sport", 5}, .review_at = 1, .reject_at = 2},
};
static const struct site sites[] = {
	{.name = {"strict", 6}, .overrides = overrides, .overrides_count = 3},
	{.name = {"loose", 5}, .thresholds = thresholds, .thresholds_count = 2},
};

static enum verdict_kind on_site(
	const struct ruleset *set, const char *text, const char *site, const char *section)
{
	struct comment comment = comment_of(text);

	comment.site = span_of(site);
	comment.article.section = span_of(section);
	return judge(set, &comment, NULL)->kind;
}

static void test_sites(void **state)
{
	struct ruleset *set = load_for(basic, sites, ARRAY_LEN(sites));

	(void)state;
	assert_int_equal(on_site(set, "bad", "", ""), VERDICT_REJECT);
	assert_int_equal(on_site(set, "bad", "nowhere", ""), VERDICT_REJECT);
	assert_int_equal(on_site(set, "bad", "strict", ""), VERDICT_APPROVE);
	assert_int_equal(on_site(set, "meh", "", ""), VERDICT_APPROVE);
	assert_int_equal(on_site(set, "meh", "strict", ""), VERDICT_REJECT);
	assert_int_equal(on_site(set, "odd", "strict", ""), VERDICT_REVIEW);
	assert_int_equal(on_site(set, "odd", "strict", "sport"), VERDICT_APPROVE);
	assert_int_equal(on_site(set, "vile", "loose", ""), VERDICT_APPROVE);
	assert_int_equal(on_site(set, "meh", "loose", ""), VERDICT_APPROVE);
	assert_int_equal(on_site(set, "meh", "loose", "sport"), VERDICT_REJECT);
	ruleset_unref(set);
}

static void test_site_language(void **state)
{
	static const struct site german = {.name = {"german", 6}, .lang = {"de", 2}};
	struct ruleset *set = load_for(CONDUCT
		"rules:\n"
		"  - {id: de, guideline: conduct, language: de, reason: R., action: review,"
		" when: {words: wort}}\n",
		&german, 1);
	struct comment comment = comment_of("wort");

	(void)state;
	comment.site = SPAN("german");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REVIEW);
	comment.lang = SPAN("tr");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_APPROVE);
	ruleset_unref(set);
}

/* What points, a review and a reject come to with thresholds of 5 and 10. */
static void test_temperaments(void **state)
{
	static const char yaml[] = CONDUCT
		"rules:\n"
		"  - {id: r/3, guideline: conduct, reason: R., points: 3, when: {words: three}}\n"
		"  - {id: r/7, guideline: conduct, reason: R., points: 7, when: {words: seven}}\n"
		"  - {id: r/9, guideline: conduct, reason: R., points: 9, when: {words: nine}}\n"
		"  - {id: r/14, guideline: conduct, reason: R., points: 14, when: {words: many}}\n"
		"  - {id: r/v, guideline: conduct, reason: R., action: review, when: {words: "
		"look}}\n"
		"  - {id: r/j, guideline: conduct, reason: R., action: reject, when: {words: "
		"out}}\n";
	static const char *const words[] = {"three", "seven", "nine", "many", "look", "out"};
	static const enum verdict_kind expected[TEMPERAMENT_COUNT][ARRAY_LEN(words)] = {
		[TEMPERAMENT_BALANCED] = {VERDICT_APPROVE, VERDICT_REVIEW, VERDICT_REVIEW,
			VERDICT_REJECT, VERDICT_REVIEW, VERDICT_REJECT},
		[TEMPERAMENT_STRICT] = {VERDICT_REVIEW, VERDICT_REVIEW, VERDICT_REJECT,
			VERDICT_REJECT, VERDICT_REVIEW, VERDICT_REJECT},
		[TEMPERAMENT_OPEN] = {VERDICT_APPROVE, VERDICT_APPROVE, VERDICT_REVIEW,
			VERDICT_REVIEW, VERDICT_REVIEW, VERDICT_REJECT},
	};
	/* A site's own thresholds are not scaled. */
	static const struct threshold own = {.guideline = {"conduct", 7}, .review_at = 9};
	static const struct site tempers[] = {
		{.name = {"balanced", 8}},
		{.name = {"strict", 6}, .temperament = TEMPERAMENT_STRICT},
		{.name = {"open", 4}, .temperament = TEMPERAMENT_OPEN},
		{.name = {"own", 3},
			.temperament = TEMPERAMENT_OPEN,
			.thresholds = &own,
			.thresholds_count = 1},
	};
	struct ruleset *set = load_for(yaml, tempers, ARRAY_LEN(tempers));

	(void)state;
	for (size_t t = 0; t < TEMPERAMENT_COUNT; t++)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			assert_int_equal(
				on_site(set, words[i], tempers[t].name.ptr, ""), expected[t][i]);
	assert_int_equal(on_site(set, "seven", "own", ""), VERDICT_APPROVE);
	assert_int_equal(on_site(set, "nine", "own", ""), VERDICT_REVIEW);
	/* No site: as the rules are written, unless the set is told otherwise. */
	assert_int_equal(on_site(set, "three", "", ""), VERDICT_APPROVE);
	ruleset_unref(set);
}

/* Rules of two languages that share words. */
static const char two_languages[] =
	CONDUCT "rules:\n"
		"  - {id: tr/kir, guideline: conduct, language: tr, reason: R., points: 6,"
		" when: {words: [kir, leke]}}\n"
		"  - {id: tr/leke, guideline: conduct, language: tr, reason: R., points: 4,"
		" when: {words: leke}}\n"
		"  - {id: kmr/kir, guideline: conduct, language: kmr, reason: R., points: 6,"
		" when: {words: kir}}\n"
		"  - {id: any/dot, guideline: conduct, reason: R., points: 3, when: {words: dot}}\n"
		"  - {id: tr/bad, guideline: other, language: tr, reason: R., action: reject,"
		" when: {words: berbat}}\n"
		"  - {id: kmr/bad, guideline: other, language: kmr, reason: R., action: reject,"
		" when: {words: gemar}}\n";

static void test_languages_do_not_add_up(void **state)
{
	struct ruleset *set = load(two_languages);
	const struct verdict *verdict = judge_text(set, "kir");

	(void)state;
	/* A word of two languages is one word, whichever of them the comment is in. */
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_int_equal(verdict->guidelines[0].low, 6);
	assert_int_equal(verdict->guidelines[0].high, 6);
	assert_int_equal(verdict->matches_count, 2);
	/* What is for every language adds to each. */
	verdict = judge_text(set, "kir dot");
	assert_int_equal(verdict->guidelines[0].low, 9);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	/* Rules of one language add up; the strictest language decides. */
	verdict = judge_text(set, "kir leke");
	assert_int_equal(verdict->guidelines[0].low, 10);
	assert_int_equal(verdict->kind, VERDICT_REJECT);
	ruleset_unref(set);
}

static void test_unknown_in_one_language(void **state)
{
	struct ruleset *set = load(two_languages);
	struct comment comment = comment_of("kir leke");
	uint8_t suspended[6] = {0, 0, 1};
	const struct verdict *verdict;

	(void)state;
	/* Kurmanji's rule cannot change what Turkish ones have decided. */
	verdict = judge(set, &comment, suspended);
	assert_int_equal(verdict->kind, VERDICT_REJECT);
	suspended[1] = 1;
	verdict = judge(set, &comment, suspended);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_int_equal(verdict->guidelines[0].low, 6);
	assert_int_equal(verdict->guidelines[0].high, 10);
	ruleset_unref(set);
}

/* The text's own language is judged besides the one that was told, which then rejects no more. */
static void test_told_and_seen_languages(void **state)
{
	struct ruleset *set = load(two_languages);
	struct language_guesser *guesser = language_guesser_new();
	struct evaluator *kept = evaluator;
	struct comment comment =
		comment_of("Ev nûçe gelek baş e, lê min ji we re got ku rast nîne; gemar");

	(void)state;
	evaluator = evaluator_new(guesser);
	assert_non_null(evaluator);
	comment.lang = SPAN("tr");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REJECT);
	comment.text = SPAN("Ev nûçe gelek baş e, lê min ji we re got ku rast nîne; berbat");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REVIEW);
	assert_int_equal(judge(set, &comment, NULL)->matches[0].action, ACTION_REVIEW);
	/* Both languages in one comment, each judged for itself. */
	comment.text =
		SPAN("Bu çok yanlış bir şey, neden böyle, değil mi? Ev nûçe gelek baş e, lê min "
		     "ji we re got ku rast nîne; berbat");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REJECT);
	evaluator_free(evaluator);
	evaluator = kept;
	language_guesser_free(guesser);
	ruleset_unref(set);
}

/* --- the unknown --------------------------------------------------------------------------------
 */

static void test_unknown_rules(void **state)
{
	struct ruleset *set = load(basic);
	struct comment comment = comment_of("bad odd meh vile friend");
	uint8_t suspended[R_COUNT] = {0};
	const struct verdict *verdict;

	(void)state;
	/* Lifted for certain: whatever the unknown rules say, it is approved. */
	suspended[R_REJECT] = 1;
	verdict = judge(set, &comment, suspended);
	assert_int_equal(verdict->kind, VERDICT_APPROVE);
	assert_true(verdict->degraded);
	assert_true(has_fault(verdict, "rule_suspended", "r/reject"));
	/* The approve rule itself unknown: it may or may not lift a certain reject. */
	suspended[R_REJECT] = 0;
	suspended[R_APPROVE] = 1;
	assert_int_equal(judge(set, &comment, suspended)->kind, VERDICT_REVIEW);
	/* A certain reject of one guideline does not need the unknown rule of another. */
	comment = comment_of("bad vile");
	suspended[R_APPROVE] = 0;
	suspended[R_OTHER] = 1;
	verdict = judge(set, &comment, suspended);
	assert_int_equal(verdict->kind, VERDICT_REJECT);
	assert_true(verdict->degraded);
	assert_int_equal(verdict->guidelines[1].low, 0);
	assert_int_equal(verdict->guidelines[1].high, 10);
	/* All that there is unknown: neither approve nor reject. */
	comment = comment_of("vile");
	verdict = judge(set, &comment, suspended);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_true(verdict->score >= 0.5 && verdict->score < 0.9);
	/* A rule that the text does not touch is not unknown, it is false. */
	comment = comment_of("nothing");
	verdict = judge(set, &comment, suspended);
	assert_int_equal(verdict->kind, VERDICT_APPROVE);
	assert_false(verdict->degraded);
	ruleset_unref(set);
}

static void test_unknown_shadow(void **state)
{
	struct ruleset *set = load(basic);
	struct comment comment = comment_of("ghost");
	uint8_t suspended[R_COUNT] = {[R_SHADOW] = 1};
	const struct verdict *verdict = judge(set, &comment, suspended);

	(void)state;
	assert_int_equal(verdict->kind, VERDICT_APPROVE);
	assert_false(verdict->degraded);
	assert_true(has_fault(verdict, "rule_suspended", "r/shadow"));
	ruleset_unref(set);
}

static void test_unknown_is_never_negated(void **state)
{
	static const char evil[] =
		CONDUCT "rules:\n"
			"  - id: without\n"
			"    guideline: conduct\n"
			"    reason: R.\n"
			"    action: reject\n"
			"    when: {words: word, none: [{regex: '(?:a+)+[bc]'}]}\n"
			"  - id: unless\n"
			"    guideline: conduct\n"
			"    reason: R.\n"
			"    action: reject\n"
			"    when: {words: other}\n"
			"    unless: {regex: '(?:a|aa)+[bc]'}\n"
			"  - id: sure\n"
			"    guideline: conduct\n"
			"    reason: R.\n"
			"    action: reject\n"
			"    when: {words: sure}\n";
	struct ruleset *set = load(evil);
	char text[8000] = "word other ";
	const struct verdict *verdict;

	(void)state;
	memset(text + 11, 'a', 7000);
	verdict = judge_text(set, text);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_true(verdict->degraded);
	assert_true(has_fault(verdict, "regex_limit", "without"));
	assert_true(has_fault(verdict, "regex_limit", "unless"));
	/* What is certain stays certain beside it. */
	memcpy(text, "sure word ", 10);
	verdict = judge_text(set, text);
	assert_int_equal(verdict->kind, VERDICT_REJECT);
	assert_true(verdict->degraded);
	ruleset_unref(set);
}

static void test_too_long(void **state)
{
	struct ruleset *set = load(
		CONDUCT "rules:\n"
			"  - {id: text, guideline: conduct, reason: R., action: reject, when: "
			"{words: bad}}\n"
			"  - id: parent\n"
			"    guideline: conduct\n"
			"    reason: R.\n"
			"    action: reject\n"
			"    when: {words: yes, field: {in: parent, words: bad}}\n"
			"  - id: no-parent\n"
			"    guideline: conduct\n"
			"    reason: R.\n"
			"    action: reject\n"
			"    when: {words: alone, none: [{field: {in: parent, words: bad}}]}\n");
	size_t max = evaluate_defaults.text_max;
	char *text = malloc(max + 1);
	struct comment comment = COMMENT_INIT;
	const struct verdict *verdict;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', max + 1);
	memcpy(text + max - 3, " bad", 4);
	/* A harmless beginning is never judged for the whole. */
	comment.text = (struct span){text, max + 1};
	verdict = judge(set, &comment, NULL);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_true(verdict->degraded);
	assert_true(has_fault(verdict, "too_long", NULL));
	assert_int_equal(verdict->matches_count, 0);
	/* The longest text that is judged. */
	comment.text = (struct span){text + 1, max};
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REJECT);
	/* Another field that is too long makes what is asked about it unknown, and only that. */
	comment.text = SPAN("yes");
	comment.parent_text = (struct span){text, max + 1};
	verdict = judge(set, &comment, NULL);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_true(has_fault(verdict, "too_long", NULL));
	comment.text = SPAN("alone");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REVIEW);
	comment.text = SPAN("no");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_APPROVE);
	comment.text = SPAN("bad");
	assert_int_equal(judge(set, &comment, NULL)->kind, VERDICT_REJECT);
	free(text);
	ruleset_unref(set);
}

static void test_deadline(void **state)
{
	struct ruleset *set = load(basic);
	struct evaluate_options options = evaluate_defaults;
	struct comment comment = comment_of("bad");
	const struct verdict *verdict;

	(void)state;
	options.comment_ns = -1; /* over before it began */
	assert_int_equal(evaluate(evaluator, set, &comment, &options, &verdict), OK);
	assert_true(verdict->kind != VERDICT_APPROVE);
	if (verdict->kind == VERDICT_REVIEW) {
		assert_true(verdict->degraded);
		assert_true(has_fault(verdict, "deadline", NULL));
	}
	ruleset_unref(set);
}

/* However many rules are slow, a comment takes its time and not more; what was proven stays. */
static void test_time_of_a_comment(void **state)
{
	size_t len = evaluate_defaults.text_max;
	char *text = malloc(len);
	struct buf yaml = {0};
	struct ruleset *set;
	struct comment comment = COMMENT_INIT;
	const struct verdict *verdict;
	int64_t began;

	(void)state;
	assert_non_null(text);
	buf_str(&yaml, CONDUCT "rules:\n"
			       "  - {id: sure, guideline: conduct, reason: R., action: reject,"
			       " when: {words: sure}}\n");
	for (int i = 0; i < 100; i++)
		buf_printf(&yaml,
			"  - {id: slow%d, guideline: conduct, reason: R., action: reject,"
			" when: {regex: '(?:a{0,%d}){0,3}[bc]'}}\n",
			i, 40 + i);
	buf_char(&yaml, '\0');
	set = load(yaml.data);
	memset(text, 'a', len);
	comment.text = (struct span){text, len};
	began = clock_mono_ns();
	verdict = judge(set, &comment, NULL);
	/* Its 100 ms, with room for a busy machine and sanitizers. */
	assert_true(clock_mono_ns() - began < 10 * evaluate_defaults.comment_ns);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_true(verdict->degraded);
	assert_true(
		has_fault(verdict, "deadline", NULL) || has_fault(verdict, "regex_limit", "slow0"));
	memcpy(text, "sure ", 5);
	verdict = judge(set, &comment, NULL);
	assert_int_equal(verdict->kind, VERDICT_REJECT);
	assert_true(verdict->degraded);
	ruleset_unref(set);
	buf_free(&yaml);
	free(text);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What stands between two places of a near is not walked over for each pair again. */
static void test_near_far_apart(void **state)
{
	const char *const words[] = {"aa ", "- ", "x ", "dd "};
	const int times[] = {HITS_MAX, 7600, 51, HITS_MAX};
	struct evaluate_options options = evaluate_defaults;
	struct comment comment = COMMENT_INIT;
	struct buf text = {0}, yaml = {0};
	const struct verdict *verdict;
	struct ruleset *set;
	double began;

	(void)state;
	options.comment_ns = 100 * NS_PER_S;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (int k = 0; k < times[i]; k++)
			buf_str(&text, words[i]);
	buf_str(&yaml, CONDUCT "rules:\n");
	for (int k = 0; k < 400; k++)
		buf_printf(&yaml,
			"  - {id: r%d, guideline: conduct, reason: R., action: reject, when: "
			"{near: {first: aa, second: dd, within: 50, ordered: true}}}\n",
			k);
	buf_char(&yaml, '\0');
	set = load(yaml.data);
	comment.text = buf_content(&text);
	began = cpu_seconds();
	assert_int_equal(evaluate(evaluator, set, &comment, &options, &verdict), OK);
	/* A fraction of a second; several when each pair is walked. */
	assert_true(cpu_seconds() - began < 1.5);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	ruleset_unref(set);
	buf_free(&yaml);
	buf_free(&text);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

/* A place that does not count must not hide that the search ended behind it. */
static void test_hits_before_a_limit(void **state)
{
	struct ruleset *set = load(CONDUCT "rules:\n"
					   "  - id: q\n"
					   "    guideline: conduct\n"
					   "    reason: R.\n"
					   "    action: reject\n"
					   "    in_quotes: ignore\n"
					   "    when: {regex: '(?:a|aa)+[bc]'}\n");
	char text[8000] = "\"ab\" ";
	const struct verdict *verdict;

	(void)state;
	assert_int_equal(judge_text(set, text)->kind, VERDICT_APPROVE);
	memset(text + 5, 'a', 7000);
	verdict = judge_text(set, text);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_true(has_fault(verdict, "regex_limit", "q"));
	ruleset_unref(set);
}

/* Nor may places that do not count use up those that are kept. */
static void test_near_behind_many_quotes(void **state)
{
	struct ruleset *set =
		load(CONDUCT "rules:\n"
			     "  - id: n\n"
			     "    guideline: conduct\n"
			     "    reason: R.\n"
			     "    action: reject\n"
			     "    in_quotes: ignore\n"
			     "    when: {near: {first: spy, second: shot, within: 2}}\n");
	struct buf text = {0};

	(void)state;
	for (int i = 0; i < HITS_MAX - 1; i++)
		buf_str(&text, "\"spy\" ");
	buf_str(&text, "spy and many other words that are harmless. spy shot");
	buf_char(&text, '\0');
	assert_int_equal(judge_text(set, text.data)->kind, VERDICT_REVIEW);
	/* A few are no trouble. */
	assert_int_equal(judge_text(set, text.data + 12)->kind, VERDICT_REJECT);
	assert_int_equal(judge_text(set, "\"spy\" spy, and then a shot")->kind, VERDICT_APPROVE);
	ruleset_unref(set);
	buf_free(&text);
}

static void test_quoted_and_unknown(void **state)
{
	struct ruleset *set =
		load(CONDUCT "rules:\n"
			     "  - id: q\n"
			     "    guideline: conduct\n"
			     "    reason: R.\n"
			     "    action: reject\n"
			     "    in_quotes: review\n"
			     "    when: {any: [{words: bad}, {regex: '(?:a|aa)+[bc]'}]}\n");
	char text[8000] = "\"bad\" ";
	const struct verdict *verdict;

	(void)state;
	/* Quoted for certain, and perhaps not quoted: review either way. */
	memset(text + 6, 'a', 7000);
	verdict = judge_text(set, text);
	assert_int_equal(verdict->kind, VERDICT_REVIEW);
	assert_int_equal(verdict->matches_count, 1);
	assert_int_equal(verdict->matches[0].action, ACTION_REVIEW);
	assert_true(verdict->degraded);
	ruleset_unref(set);
}

static void test_memory_is_reused(void **state)
{
	struct ruleset *set = load(basic);
	size_t before;

	(void)state;
	for (int i = 0; i < 10; i++)
		judge_text(set, "bad odd, \"vile\" \xF0\x9F\x98\x80 b4d");
	before = mallinfo2().uordblks;
	for (int i = 0; i < 1000; i++)
		judge_text(set, "bad odd, \"vile\" \xF0\x9F\x98\x80 b4d");
	assert_int_equal(mallinfo2().uordblks, before);
	ruleset_unref(set);
}

static void test_picks(void **state)
{
	static const uint32_t numbers[] = {99999, 0, 64, 63, 4096, 4095, 64, 5000};
	static const uint32_t sorted[] = {0, 63, 64, 4095, 4096, 5000, 99999};
	struct picks picks = {0};
	uint32_t got;

	(void)state;
	assert_int_equal(picks_reset(&picks, 0), OK);
	assert_false(picks_take(&picks, &got));
	assert_int_equal(picks_reset(&picks, 100000), OK);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
			picks_add(&picks, numbers[i]);
		for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
			assert_true(picks_take(&picks, &got));
			assert_int_equal(got, sorted[i]);
		}
		assert_false(picks_take(&picks, &got));
		assert_int_equal(picks_reset(&picks, 100000), OK);
	}
	picks_add(&picks, 7);
	assert_int_equal(picks_reset(&picks, 8), OK);
	assert_false(picks_take(&picks, &got));
	picks_free(&picks);
}

static void test_failing_tests_refuse(void **state)
{
	struct errors found = {0};
	struct arena sources = {0};
	struct buf out = {0};
	struct ruleset *set = ruleset_of(CONDUCT "rules:\n"
						 "  - id: r/x\n"
						 "    guideline: conduct\n"
						 "    reason: R.\n"
						 "    action: reject\n"
						 "    when: {words: bad}\n"
						 "    tests:\n"
						 "      match: [bad, good]\n"
						 "      no_match: [fine, \"so bad\"]\n",
		NULL, 0, &found, &sources);

	(void)state;
	assert_null(set);
	assert_int_equal(found.errors, 2);
	errors_render(&found, &out, false);
	buf_char(&out, '\0');
	assert_non_null(strstr(out.data, ":9:20: error: rule `r/x` should match, but does not: "
					 "`good`"));
	assert_non_null(strstr(out.data, ":10:24: error: rule `r/x` should not match, but does: "
					 "`so bad`"));
	buf_free(&out);
	errors_free(&found);
	arena_free(&sources);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_score),
		cmocka_unit_test(test_order_and_points),
		cmocka_unit_test(test_exempt_keeps_its_score),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_spans_of_long_text),
		cmocka_unit_test(test_field_of_spans),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_site_language),
		cmocka_unit_test(test_temperaments),
		cmocka_unit_test(test_languages_do_not_add_up),
		cmocka_unit_test(test_unknown_in_one_language),
		cmocka_unit_test(test_told_and_seen_languages),
		cmocka_unit_test(test_unknown_rules),
		cmocka_unit_test(test_unknown_shadow),
		cmocka_unit_test(test_unknown_is_never_negated),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_time_of_a_comment),
		cmocka_unit_test(test_near_far_apart),
		cmocka_unit_test(test_quoted_and_unknown),
		cmocka_unit_test(test_hits_before_a_limit),
		cmocka_unit_test(test_near_behind_many_quotes),
		cmocka_unit_test(test_memory_is_reused),
		cmocka_unit_test(test_picks),
		cmocka_unit_test(test_failing_tests_refuse),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
