/*
 * What the shipped rules cost on ordinary comments, from comment to verdict, beside as many rules
 * as they have patterns, each with one synthetic pattern, on the same comments in the same run; and
 * what looking for disguises adds to folding.
 *
 * usage: bench_packs [--json] [RULES]
 *
 * The comments are the sentences of the rules' own tests that must not match (in six languages,
 * short, made to look like what the rules are for) and synthetic ones. CPU times of this process,
 * the best of several passes over all. Ends with 1 when a ratio is worse than promised.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "moderate/selftest.h"
#include "synthetic.h"

#define SEED 20261123
#define COMMENTS 4000
#define PASSES 9

#define RATIO_MAX 1.3 /* of shipped to synthetic patterns */
#define DISGUISE_MAX 2.0 /* of folding with disguises to folding */

static const struct scan_limits unlimited = {INT64_MAX, INT64_C(1000000000)};

struct texts {
	const char *name;
	struct span *items;
	size_t count;
	double bytes; /* of one, on average */
};

struct side {
	const struct ruleset *set;
	const struct lexicon *lexicon;
};

struct row {
	double fold_ns, disguise_ns; /* without and with the shipped lexicon */
	double shipped_ns, synthetic_ns; /* the same, and matching */
	double judge_ns; /* all of it, to the verdict, by the shipped rules */
};

static struct arena keep, comment;
static struct scan *scan;
static struct evaluator *evaluator;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_packs: %s\n", what);
	exit(1);
}

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* --- what is measured ------------------------------------------------------------------------- */

static struct ruleset *load(const char *folder)
{
	const struct ruleset_options options = {.folders = &folder, .folders_count = 1};
	struct errors errors = {0};
	struct ruleset *set = NULL;

	if (moderate_load(&options, NULL, &errors, &keep, &set) != OK)
		die("the rules are refused");
	errors_free(&errors);
	return set;
}

/* The sentences that must not match. */
static struct texts ordinary(const struct ruleset *set)
{
	struct texts texts = {.name = "of the rules' tests"};
	const struct rule *rules;
	size_t count = ruleset_rules(set, &rules), room = 0;

	for (size_t r = 0; r < count; r++) {
		for (size_t i = 0; i < rules[r].tests_count; i++) {
			const struct rule_test *test = &rules[r].tests[i];

			if (test->match || test->comment.text.len == 0)
				continue;
			if (!arena_grow(&keep, (void **)&texts.items, texts.count, &room,
				    sizeof(*texts.items), 256))
				die("out of memory");
			texts.items[texts.count++] = test->comment.text;
			texts.bytes += (double)test->comment.text.len;
		}
	}
	texts.bytes /= (double)texts.count;
	return texts;
}

static void fold_one(const struct side *side, struct span text)
{
	struct text prepared;

	if (text_prepare(&prepared, &comment, text, side->lexicon) != OK)
		die("folding failed");
}

/* As evaluation begins: every pattern that makes a rule worth judging is confirmed. */
static void match_one(const struct side *side, struct span text)
{
	const uint32_t *candidates;
	const struct hit *hits;
	struct text prepared;
	size_t count, n;

	if (text_prepare(&prepared, &comment, text, side->lexicon) != OK ||
		scan_run(scan, ruleset_matcher(side->set, FIELD_TEXT), &prepared, &unlimited) != OK)
		die("matching failed");
	candidates = scan_candidates(scan, &count);
	for (size_t i = 0; i < count; i++) {
		ruleset_triggered(side->set, FIELD_TEXT, candidates[i], &n);
		if (n > 0)
			scan_find(scan, candidates[i], &hits, &n, NULL);
	}
}

static void evaluate_one(const struct side *side, struct span text)
{
	struct comment one = COMMENT_INIT;
	const struct verdict *verdict;

	one.text = text;
	if (evaluate(evaluator, side->set, &one, &evaluate_defaults, &verdict) != OK)
		die("evaluation failed");
}

/* [ns] a comment: the best pass. */
static double measure(const struct texts *texts, const struct side *side,
	void (*one)(const struct side *side, struct span text))
{
	double best = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		double from = cpu_ns(), took;

		for (size_t i = 0; i < texts->count; i++) {
			arena_reset(&comment);
			one(side, texts->items[i]);
		}
		took = (cpu_ns() - from) / (double)texts->count;
		if (pass == 0 || took < best)
			best = took;
	}
	return best;
}

/* --- reporting -------------------------------------------------------------------------------- */

static bool judge(const char *what, double is, double bound, bool json)
{
	bool met = is <= bound;

	if (!json)
		printf("  %-44s %5.2f times, at most %.1f: %s\n", what, is, bound,
			met ? "met" : "MISSED");
	return met;
}

static bool report(const struct texts *texts, const struct row *row, bool json)
{
	bool met = true;

	if (json)
		printf("{\"comments\":\"%s\",\"bytes\":%.0f,\"fold_ns\":%.0f,\"disguise_ns\":%.0f,"
		       "\"match_ns\":%.0f,\"synthetic_ns\":%.0f,\"judge_ns\":%.0f}\n",
			texts->name, texts->bytes, row->fold_ns, row->disguise_ns, row->shipped_ns,
			row->synthetic_ns, row->judge_ns);
	else
		printf("comments %s: %zu of %.0f bytes; ns for each\n"
		       "  fold %.0f, with disguises %.0f; match %.0f, with synthetic patterns "
		       "%.0f; "
		       "all, to the verdict %.0f\n",
			texts->name, texts->count, texts->bytes, row->fold_ns, row->disguise_ns,
			row->shipped_ns, row->synthetic_ns, row->judge_ns);
	met &= judge("folding with disguises to folding", row->disguise_ns / row->fold_ns,
		DISGUISE_MAX, json);
	met &= judge("shipped to synthetic patterns", row->shipped_ns / row->synthetic_ns,
		RATIO_MAX, json);
	return met;
}

/* Rules of as many synthetic patterns; they are written below TMPDIR, and removed. */
static struct ruleset *synthetic_rules(const struct synthetic *synthetic)
{
	const char *temp = getenv("TMPDIR");
	struct synthetic_files files;
	struct ruleset *set;
	char folder[4000];

	snprintf(folder, sizeof(folder), "%s/filterd-bench-XXXXXX", temp ? temp : "/tmp");
	if (!mkdtemp(folder))
		die("cannot write into TMPDIR");
	files = synthetic_write_rules(synthetic, folder);
	set = load(folder);
	synthetic_remove_rules(folder, files.files);
	return set;
}

static struct texts synthetic_texts(const struct synthetic *synthetic)
{
	struct texts texts = {.name = "synthetic", .count = COMMENTS};

	texts.items = arena_alloc(&keep, COMMENTS * sizeof(*texts.items));
	if (!texts.items)
		die("out of memory");
	memcpy(texts.items, synthetic_comments(synthetic), COMMENTS * sizeof(*texts.items));
	for (size_t i = 0; i < COMMENTS; i++)
		texts.bytes += (double)texts.items[i].len / COMMENTS;
	return texts;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0, met = true;
	struct language_guesser *guesser = language_guesser_new();
	struct ruleset *set = load(argc > 1 + json ? argv[1 + json] : "rules");
	size_t patterns = matcher_count(ruleset_matcher(set, FIELD_TEXT));
	struct synthetic *synthetic = synthetic_new(SEED, patterns, COMMENTS);
	struct ruleset *made = synthetic_rules(synthetic);
	const struct side plain = {NULL, NULL}, shipped = {set, ruleset_lexicon(set)};
	const struct side other = {made, ruleset_lexicon(made)};
	const struct texts texts[] = {ordinary(set), synthetic_texts(synthetic)};

	scan = scan_new();
	evaluator = evaluator_new(guesser);
	if (!scan || !evaluator || !guesser)
		die("out of memory");
	if (!json)
		printf("%zu patterns each\n", patterns);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct row row = {
			.fold_ns = measure(&texts[i], &plain, fold_one),
			.disguise_ns = measure(&texts[i], &shipped, fold_one),
			.shipped_ns = measure(&texts[i], &shipped, match_one),
			.synthetic_ns = measure(&texts[i], &other, match_one),
			.judge_ns = measure(&texts[i], &shipped, evaluate_one),
		};

		met &= report(&texts[i], &row, json);
	}
	evaluator_free(evaluator);
	scan_free(scan);
	language_guesser_free(guesser);
	synthetic_free(synthetic);
	ruleset_unref(made);
	ruleset_unref(set);
	arena_free(&comment);
	arena_free(&keep);
	return met ? 0 : 1;
}
