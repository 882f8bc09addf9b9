/*
 * How fast comments are folded and matched with 500, 2,000 and 10,000 patterns, beside PCRE2 with
 * JIT running each pattern in turn on the same folded texts in the same run.
 *
 * usage: bench_match [--json] [COMMENTS]
 *
 * The yardstick's words are written the usual way, between (?<!\w-like) and (?!\w-like), which is
 * cheaper than the edges that filterd keeps to. Times are CPU times of this process. Ends with 1
 * when a ratio is worse than promised or the plain way finds other hits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "match/matcher.h"
#include "synthetic.h"

#define SEED 20261123
#define COMMENTS 20000
#define IN_TURN_MATCHES 400000 /* of the yardstick, so that it takes some tenths of a second */
#define COMPARED 200 /* comments whose hits are compared with the plain way's */
#define PASSES 7 /* the best counts */

static const size_t sizes[] = {500, 2000, 10000};

static const struct scan_limits unlimited = {INT64_MAX, INT64_C(1000000000)};

struct row {
	size_t patterns;
	double bytes; /* of a comment, on average */
	double build_ms, resident_mb;
	double fold_ns, match_ns, disguised_ns, in_turn_ns; /* a comment */
	double candidates, hits; /* a comment */
	bool same;
};

struct setup {
	struct arena arena, comment;
	const struct synthetic_pattern *patterns;
	size_t patterns_count;
	const struct span *comments;
	size_t comments_count;
	struct matcher *matcher;
	struct lexicon *lexicon;
	struct scan *scan;
};

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double resident_mb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f && fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_match: %s\n", what);
	exit(1);
}

/* --- filterd ---------------------------------------------------------------------------------- */

static void add_pattern(struct matcher_builder *builder, const struct synthetic_pattern *p)
{
	const struct pattern_options options = {.disguised = p->kind != SYNTHETIC_REGEX};
	struct pattern_error error = {0};
	uint32_t id;
	int rc;

	if (p->kind == SYNTHETIC_WORDS)
		rc = matcher_add_words(builder, &p->text, 1, options, &id, &error);
	else if (p->kind == SYNTHETIC_PHRASE)
		rc = matcher_add_phrase(builder, p->text, NULL, options, &id, &error);
	else
		rc = matcher_add_regex(builder, p->text, options, &id, &error);
	if (rc != OK) {
		fprintf(stderr, "%.*s: %s\n", SPAN_ARGS(p->text), error.text);
		die("a synthetic pattern is refused");
	}
}

static void build(struct setup *s, struct row *row)
{
	double before_mb = resident_mb(), before_ns = cpu_ns();
	struct matcher_builder *builder = matcher_builder_new(&s->arena);
	const struct lexicon_word *words;
	size_t count;

	if (!builder)
		die("out of memory");
	for (size_t i = 0; i < s->patterns_count; i++)
		add_pattern(builder, &s->patterns[i]);
	if (matcher_build(builder, &s->matcher) != OK)
		die("out of memory");
	row->build_ms = (cpu_ns() - before_ns) / 1e6;
	row->resident_mb = resident_mb() - before_mb;
	words = matcher_lexicon_words(s->matcher, &count);
	s->lexicon = lexicon_new(&s->arena, words, count);
	s->scan = scan_new();
	if (!s->lexicon || !s->scan)
		die("out of memory");
}

static size_t fold_only(struct setup *s, const struct lexicon *lexicon, struct row *row)
{
	size_t sum = 0;

	(void)row;
	for (size_t i = 0; i < s->comments_count; i++) {
		struct text text;

		arena_reset(&s->comment);
		if (text_prepare(&text, &s->comment, s->comments[i], lexicon) != OK)
			die("folding failed");
		sum += text.folded.text.len;
	}
	return sum;
}

/* Folds, passes and confirms every candidate. */
static size_t match(struct setup *s, const struct lexicon *lexicon, struct row *row)
{
	size_t all_candidates = 0, all_hits = 0;

	for (size_t i = 0; i < s->comments_count; i++) {
		const uint32_t *candidates;
		const struct hit *hits;
		struct text text;
		size_t count, n;

		arena_reset(&s->comment);
		if (text_prepare(&text, &s->comment, s->comments[i], lexicon) != OK ||
			scan_run(s->scan, s->matcher, &text, &unlimited) != OK)
			die("matching failed");
		candidates = scan_candidates(s->scan, &count);
		all_candidates += count;
		for (size_t k = 0; k < count; k++) {
			scan_find(s->scan, candidates[k], &hits, &n, NULL);
			all_hits += n;
		}
	}
	row->candidates = (double)all_candidates / (double)s->comments_count;
	row->hits = (double)all_hits / (double)s->comments_count;
	return all_hits;
}

static double measure(struct setup *s, const struct lexicon *lexicon, struct row *row,
	size_t (*work)(struct setup *, const struct lexicon *, struct row *))
{
	double best = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		double from = cpu_ns(), took;

		work(s, lexicon, row);
		took = (cpu_ns() - from) / (double)s->comments_count;
		if (pass == 0 || took < best)
			best = took;
	}
	return best;
}

/* --- the yardstick ---------------------------------------------------------------------------- */

/* A word as it is usually written as a regex. */
static void usual_regex(struct span entry, struct buf *out)
{
	buf_str(out, "(?<![\\p{L}\\p{N}\\p{M}_])");
	for (size_t i = 0; i < entry.len; i++) {
		if (entry.ptr[i] == ' ')
			buf_str(out, "\\W+");
		else if (entry.ptr[i] == '*')
			buf_str(out, "[\\p{L}\\p{N}\\p{M}_]*");
		else
			buf_char(out, entry.ptr[i]);
	}
	buf_str(out, "(?![\\p{L}\\p{N}\\p{M}_])");
}

static pcre2_code *compile(const struct setup *s, size_t i)
{
	struct pattern_info info;
	struct span regex;
	struct buf text = {0};
	pcre2_code *code;
	size_t offset;
	int error;

	if (matcher_describe(s->matcher, (uint32_t)i, &s->comment, &info) != OK)
		die("out of memory");
	regex = info.regex;
	if (s->patterns[i].kind == SYNTHETIC_WORDS) {
		usual_regex(s->patterns[i].text, &text);
		regex = buf_content(&text);
	}
	code = pcre2_compile(
		(PCRE2_SPTR)regex.ptr, regex.len, PCRE2_UTF | PCRE2_UCP, &error, &offset, NULL);
	if (!code || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
		die("the yardstick does not compile");
	buf_free(&text);
	return code;
}

static double in_turn(struct setup *s)
{
	size_t n = s->patterns_count, texts = IN_TURN_MATCHES / n;
	pcre2_code **codes = calloc(n, sizeof(*codes));
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	double took = 0;

	if (!codes || !data)
		die("out of memory");
	for (size_t i = 0; i < n; i++)
		codes[i] = compile(s, i);
	if (texts > s->comments_count)
		texts = s->comments_count;
	for (size_t i = 0; i < texts; i++) {
		const struct span *comment = &s->comments[i * (s->comments_count / texts)];
		struct text text;
		double from = cpu_ns();

		arena_reset(&s->comment);
		text_prepare(&text, &s->comment, *comment, NULL);
		for (size_t k = 0; k < n; k++)
			pcre2_match(codes[k], (PCRE2_SPTR)text.folded.text.ptr,
				text.folded.text.len, 0, PCRE2_NO_UTF_CHECK, data, NULL);
		took += cpu_ns() - from;
	}
	for (size_t i = 0; i < n; i++)
		pcre2_code_free(codes[i]);
	pcre2_match_data_free(data);
	free(codes);
	return took / (double)texts;
}

/* --- comparing -------------------------------------------------------------------------------- */

static bool same_hits(struct scan *a, struct scan *b, uint32_t id)
{
	const struct hit *x, *y;
	size_t n, m;

	if (scan_find(a, id, &x, &n, NULL) != scan_find(b, id, &y, &m, NULL) || n != m)
		return false;
	for (size_t i = 0; i < n; i++)
		if (x[i].in_original.from != y[i].in_original.from ||
			x[i].in_original.to != y[i].in_original.to ||
			!span_eq(x[i].entry, y[i].entry) || x[i].disguised != y[i].disguised)
			return false;
	return true;
}

static bool same_as_plain(struct setup *s)
{
	struct scan *plain = scan_new();
	bool same = plain != NULL;

	for (size_t i = 0; i < s->comments_count && same; i += s->comments_count / COMPARED + 1) {
		struct text text;

		arena_reset(&s->comment);
		text_prepare(&text, &s->comment, s->comments[i], s->lexicon);
		same = scan_run(s->scan, s->matcher, &text, &unlimited) == OK &&
		       scan_run_plain(plain, s->matcher, &text, &unlimited) == OK;
		for (uint32_t id = 0; id < s->patterns_count && same; id++) {
			same = same_hits(s->scan, plain, id);
			if (!same)
				fprintf(stderr, "`%.*s` differs on: %.*s\n",
					SPAN_ARGS(s->patterns[id].text), SPAN_ARGS(s->comments[i]));
		}
	}
	scan_free(plain);
	return same;
}

/* --- reporting -------------------------------------------------------------------------------- */

static void run(size_t patterns, size_t comments, struct row *row)
{
	struct synthetic *synthetic = synthetic_new(SEED, patterns, comments);
	struct setup s = {.patterns = synthetic_patterns(synthetic),
		.patterns_count = patterns,
		.comments = synthetic_comments(synthetic),
		.comments_count = comments};

	*row = (struct row){.patterns = patterns};
	for (size_t i = 0; i < comments; i++)
		row->bytes += (double)s.comments[i].len / (double)comments;
	build(&s, row);
	row->fold_ns = measure(&s, NULL, row, fold_only);
	row->disguised_ns = measure(&s, s.lexicon, row, match);
	row->match_ns = measure(&s, NULL, row, match);
	row->in_turn_ns = in_turn(&s);
	row->same = same_as_plain(&s);
	scan_free(s.scan);
	matcher_free(s.matcher);
	arena_free(&s.comment);
	arena_free(&s.arena);
	synthetic_free(synthetic);
}

/* Each size in a process of its own, so that one's memory is not counted as another's. */
static void run_apart(size_t patterns, size_t comments, struct row *row)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		run(patterns, comments, row);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		die("a run failed");
}

static void print_json(const struct row *rows)
{
	printf("[");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		printf("%s{\"patterns\":%zu,\"build_ms\":%.1f,\"resident_mb\":%.1f,"
		       "\"fold_ns\":%.0f,\"match_ns\":%.0f,\"disguised_ns\":%.0f,"
		       "\"in_turn_ns\":%.0f,\"ratio\":%.0f,\"candidates\":%.2f,\"hits\":%.2f,"
		       "\"same\":%s}",
			i ? ",\n " : "", rows[i].patterns, rows[i].build_ms, rows[i].resident_mb,
			rows[i].fold_ns, rows[i].match_ns, rows[i].disguised_ns, rows[i].in_turn_ns,
			rows[i].in_turn_ns / rows[i].match_ns, rows[i].candidates, rows[i].hits,
			rows[i].same ? "true" : "false");
	printf("]\n");
}

static void print_table(const struct row *rows)
{
	printf("ns of CPU per comment of %.0f bytes; fold+match is without, the next column with "
	       "the "
	       "disguised view\n\n",
		rows[0].bytes);
	printf("%8s %7s %11s %11s %12s %6s %10s %5s %9s %8s %5s\n", "patterns", "fold",
		"fold+match", "+disguised", "each in turn", "ratio", "candidates", "hits",
		"build ms", "MB", "same");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		printf("%8zu %7.0f %11.0f %11.0f %12.0f %6.0f %10.2f %5.2f %9.1f %8.1f %5s\n",
			rows[i].patterns, rows[i].fold_ns, rows[i].match_ns, rows[i].disguised_ns,
			rows[i].in_turn_ns, rows[i].in_turn_ns / rows[i].match_ns,
			rows[i].candidates, rows[i].hits, rows[i].build_ms, rows[i].resident_mb,
			rows[i].same ? "yes" : "NO");
}

static bool judge(const char *what, double is, double bound, bool at_least, bool json)
{
	bool ok = at_least ? is >= bound : is <= bound;

	if (!json)
		printf("  %-52s %8.1f  (%s %.0f) %s\n", what, is, at_least ? "at least" : "at most",
			bound, ok ? "ok" : "MISSED");
	return ok;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0, ok;
	size_t comments = argc > 1 + json ? strtoul(argv[1 + json], NULL, 10) : COMMENTS;
	struct row *rows = mmap(NULL, sizeof(*rows) * ARRAY_LEN(sizes), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (rows == MAP_FAILED || comments < 100)
		die("usage: bench_match [--json] [COMMENTS, at least 100]");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		run_apart(sizes[i], comments, &rows[i]);
	if (json)
		print_json(rows);
	else
		print_table(rows);
	if (!json)
		printf("\n");
	ok = judge("times faster than each in turn, 2,000 patterns",
		rows[1].in_turn_ns / rows[1].match_ns, 150, true, json);
	ok &= judge("times faster than each in turn, 10,000 patterns",
		rows[2].in_turn_ns / rows[2].match_ns, 400, true, json);
	ok &= judge("times the cost of 500 patterns, 10,000 patterns",
		rows[2].match_ns / rows[0].match_ns, 4, false, json);
	ok &= judge("ms of CPU to build 10,000 patterns", rows[2].build_ms, 250, false, json);
	ok &= judge("MB resident for 10,000 patterns", rows[2].resident_mb, 40, false, json);
	return ok && rows[0].same && rows[1].same && rows[2].same ? 0 : 1;
}
