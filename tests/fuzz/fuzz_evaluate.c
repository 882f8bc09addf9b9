/*
 * Fuzzes a rule set with a comment, end to end.
 *
 * The input is fields separated by bytes FF (which no UTF-8 holds): text, language, parent,
 * author's name, author's address, article title, article text. If there is an eighth it is a rule
 * file; else a set that has every kind of condition judges the comment.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "moderate/evaluate.h"
#include "moderate/explain.h"
#include "moderate/selftest.h"
#include "text/utf8.h"

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

enum part {
	PART_TEXT,
	PART_LANG,
	PART_PARENT,
	PART_NAME,
	PART_EMAIL,
	PART_TITLE,
	PART_ARTICLE,
	PART_RULES,
	PART_COUNT,
};

#define SUSPENDED_MAX 4096 /* rules; a set with more is not fuzzed */

static const char rules[] =
	"guidelines: {conduct: {title: Conduct}, other: {title: Other, review_at: 2, reject_at: "
	"4}}\n"
	"forms: {verb: {prefixes: [[re, un], [out]], suffixes: [[ing, er, ed], [s, a, es]]},\n"
	"  noun: {prefixes: [[\u0648, \u0641], [\u0627\u0644]], suffixes: [\u0647\u0627]}}\n"
	"lists: {harm: {forms: verb, entries: [kill, hurt, 'beat up', behead*]},\n"
	"  sites: {entries: [bit.ly, example.com]},\n"
	"  dogs: {forms: [noun, verb], entries: [dog, \u0643\u0644\u0628, 'bad dog']}}\n"
	"conditions: {new: {author: {approved: {at_most: 2}}}, loud: {capitals: {letters: 5}}}\n"
	"rules:\n"
	"  - {id: a, guideline: conduct, reason: R., action: reject, in_quotes: review,\n"
	"     when: {phrase: ['i will [really] <harm> you', 'buy ... now']}, unless: {words: "
	"told}}\n"
	"  - {id: b, guideline: conduct, reason: R., points: 3, in_quotes: ignore,\n"
	"     when: {words: [idiot, fool, moron*, 'half wit', ass, '<dogs>']}}\n"
	"  - {id: c, guideline: other, reason: R., points: 1, excuse_article_words: true,\n"
	"     when: {words: [terror*, kurd, war]}}\n"
	"  - {id: d, guideline: other, reason: R., points: 1, when: {links: {at_least: 1,\n"
	"     domains: '<sites>'}}}\n"
	"  - {id: e, guideline: other, reason: R., action: review, in_quotes: ignore,\n"
	"     when: {any: [{links: 3}, {contact: [email, phone, handle, messenger]}]}}\n"
	"  - {id: f, guideline: conduct, reason: R., points: 1, when: {at_least: {of: 2,\n"
	"     conditions: [{condition: loud}, {repetition: {character: 4, word: 3, line: 2}},\n"
	"     {emoji: {at_least: 2}}, {invisible: [bidi, zero_width, tag, control]}]}}}\n"
	"  - {id: g, guideline: conduct, reason: R., points: 2, when: {near: {first: 'one',\n"
	"     second: '(two|three)', within: 2}}}\n"
	"  - {id: h, guideline: conduct, reason: R., points: 2, when: {regex: 'ab?c{1,3}[xyz]'}}\n"
	"  - {id: i, guideline: conduct, reason: R., points: 2, when: {regex: {pattern: "
	"'[A-Z]{3}\\d',\n"
	"     on: original}}}\n"
	"  - {id: j, guideline: other, reason: R., points: 1, when: {field: {in: parent,\n"
	"     words: [yes, no], length: {at_most: 20}}}}\n"
	"  - {id: k, guideline: other, reason: R., points: 1, when: {field: {in: email_domain,\n"
	"     regex: 'mail'}}}\n"
	"  - {id: l, guideline: other, language: [ckb, ar], reason: R., points: 1,\n"
	"     when: {words: [\"\\u0633\\u06D5\\u06AF\"]}}\n"
	"  - {id: m, reason: R., action: approve, guidelines: [other], when: {words: friend}}\n"
	"  - {id: n, guideline: conduct, reason: R., action: review, when: {length: {at_most: "
	"0}}}\n"
	"  - {id: o, guideline: conduct, reason: R., points: 1, when: {article: {words_shared:\n"
	"     {at_least: 1}}, none: [{condition: new}, {script: Cyrl}, {language: [tr]}]}}\n"
	"  - {id: p, guideline: conduct, reason: R., action: reject, shadow: true,\n"
	"     when: {field: {in: author_name, words: admin}}}\n";

static struct ruleset *fixed;
static struct language_guesser *guesser;
static struct evaluator *evaluator;
static struct explainer *explainer;
static char folder[] = "/tmp/filterd-fuzz-XXXXXX";
static char path[64];

/* NULL when refused. */
static struct ruleset *load(struct span yaml)
{
	const char *folders[] = {folder};
	struct ruleset_options options = {.folders = folders, .folders_count = 1};
	struct errors errors = {0};
	struct arena keep = {0};
	struct ruleset *set = NULL;
	FILE *file = fopen(path, "w");
	int rc;

	CHECK(file);
	CHECK(fwrite(yaml.ptr, 1, yaml.len, file) == yaml.len);
	CHECK(fclose(file) == 0);
	rc = moderate_load(&options, guesser, &errors, &keep, &set);
	CHECK((rc == OK) == (set != NULL));
	CHECK(rc == OK || errors.errors > 0);
	if (rc != OK && yaml.ptr == rules) {
		struct buf out = {0};

		errors_render(&errors, &out, false);
		fprintf(stderr, "%.*s", (int)out.len, out.data);
		abort();
	}
	errors_free(&errors);
	arena_free(&keep);
	return set;
}

static void clean_up(void)
{
	unlink(path);
	rmdir(folder);
	explainer_free(explainer);
	evaluator_free(evaluator);
	ruleset_unref(fixed);
	language_guesser_free(guesser);
}

static void set_up(void)
{
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/rules.yaml", folder);
	guesser = language_guesser_new();
	evaluator = evaluator_new(guesser);
	explainer = explainer_new(guesser);
	CHECK(evaluator && explainer);
	fixed = load(SPAN(rules));
	CHECK(fixed);
	atexit(clean_up);
}

static void split(struct span input, struct span parts[PART_COUNT])
{
	for (size_t i = 0; i < PART_COUNT; i++) {
		const char *end = input.len ? memchr(input.ptr, 0xFF, input.len) : NULL;
		size_t len = end && i + 1 < PART_COUNT ? (size_t)(end - input.ptr) : input.len;

		parts[i] = span_sub(input, 0, len);
		input = span_sub(input, end ? len + 1 : len, input.len);
	}
}

static bool is_boundary(struct span s, size_t at)
{
	return at == s.len || (s.ptr[at] & 0xC0) != 0x80;
}

static void check_match(const struct comment *comment, const struct match *match)
{
	struct span field = comment_field(comment, match->field);

	for (size_t i = 0; i < match->spans_count; i++) {
		const struct match_span *span = &match->spans[i];
		struct utf8_counts before, inside;

		CHECK(span->bytes.from < span->bytes.to && span->bytes.to <= field.len);
		CHECK(is_boundary(field, span->bytes.from) && is_boundary(field, span->bytes.to));
		before = utf8_count(span_sub(field, 0, span->bytes.from));
		inside = utf8_count(span_sub(field, span->bytes.from, span->bytes.to));
		CHECK(span->chars.from == before.chars && span->utf16.from == before.utf16);
		CHECK(span->chars.to == before.chars + inside.chars);
		CHECK(span->utf16.to == before.utf16 + inside.utf16);
	}
}

static void check_verdict(const struct comment *comment, const struct verdict *verdict)
{
	CHECK(verdict->score >= 0 && verdict->score <= 1);
	for (size_t i = 0; i < verdict->matches_count; i++)
		check_match(comment, &verdict->matches[i]);
	for (size_t i = 0; i < verdict->guidelines_count; i++)
		CHECK(verdict->guidelines[i].low <= verdict->guidelines[i].high);
	CHECK(verdict->kind != VERDICT_REVIEW || verdict->score >= 0.5);
}

/* The clean verdict is kept, or becomes review, when some rules are unknown. */
static void check_unknown(
	const struct ruleset *set, const struct comment *comment, enum verdict_kind clean)
{
	static uint8_t suspended[SUSPENDED_MAX];
	struct evaluate_options options = evaluate_defaults;
	const struct verdict *verdict;
	uint32_t state = (uint32_t)comment->text.len * 2654435761u + 1;

	for (size_t i = 0; i < SUSPENDED_MAX; i++) {
		state = state * 1664525u + 1013904223u;
		suspended[i] = state >> 30 == 0;
	}
	options.suspended = suspended;
	CHECK(evaluate(evaluator, set, comment, &options, &verdict) == OK);
	CHECK(verdict->kind == clean || verdict->kind == VERDICT_REVIEW);
}

static void judge(const struct ruleset *set, const struct comment *comment)
{
	struct evaluate_options options = evaluate_defaults;
	struct explain_options shown = {.all = true, .patterns = true};
	const struct verdict *verdict;
	struct buf out = {0};
	enum verdict_kind kind;
	size_t matches;
	bool degraded;

	CHECK(evaluate(evaluator, set, comment, &options, &verdict) == OK);
	check_verdict(comment, verdict);
	kind = verdict->kind;
	matches = verdict->matches_count;
	degraded = verdict->degraded;
	options.plain = true;
	CHECK(evaluate(evaluator, set, comment, &options, &verdict) == OK);
	check_verdict(comment, verdict);
	if (!degraded && !verdict->degraded) {
		CHECK(verdict->kind == kind && verdict->matches_count == matches);
		check_unknown(set, comment, kind);
	}
	CHECK(explain_text(explainer, set, comment, &evaluate_defaults, &shown, &out) == OK);
	CHECK(explain_json(explainer, set, comment, &evaluate_defaults, &shown, &out) == OK);
	CHECK(utf8_valid(buf_content(&out), NULL));
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct comment comment = COMMENT_INIT;
	struct span parts[PART_COUNT];
	struct ruleset *set = NULL;
	const struct rule *all;

	if (!fixed)
		set_up();
	split((struct span){(const char *)data, size}, parts);
	for (size_t i = 0; i < PART_RULES; i++)
		if (!utf8_valid(parts[i], NULL))
			return 0;
	comment.text = parts[PART_TEXT];
	comment.lang = parts[PART_LANG];
	comment.parent_text = parts[PART_PARENT];
	comment.author.name = parts[PART_NAME];
	comment.author.email = parts[PART_EMAIL];
	comment.article.title = parts[PART_TITLE];
	comment.article.text = parts[PART_ARTICLE];
	comment.submitted_ms = 0;
	if (parts[PART_RULES].len) {
		set = load(parts[PART_RULES]);
		if (!set || ruleset_rules(set, &all) > SUSPENDED_MAX) {
			ruleset_unref(set);
			return 0;
		}
	}
	judge(set ? set : fixed, &comment);
	ruleset_unref(set);
	return 0;
}
