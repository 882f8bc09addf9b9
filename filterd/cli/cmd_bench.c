/* `filterd bench`: what one comment costs with the configured rules, stage by stage. */
#include "cli/input.h"
#include "cli/setup.h"

#include "base/clock.h"
#include "text/utf8.h"
#include "wire/native.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define BENCH_INPUT_MAX (256 * 1024 * 1024) /* [bytes] */

struct bench_options {
	struct common common;
	int64_t ms; /* [ms] for each stage */
};

/* clang-format off */
static const struct option_row bench_rows[] = {
	{0, "time", OPTION_NUMBER, "MS", "milliseconds for each stage (500)",
		offsetof(struct bench_options, ms), 1, 60000, NULL},
};

static const char letter[] =
	"The road from Erbil to Duhok has been under repair since I was at school. My son now goes to "
	"school on it, an hour each way, and every year a new minister cuts a ribbon. I would like "
	"your paper to ask one simple question: where did the money of 2019 go? Not who is to blame, "
	"not which party; just the sum, the company and the date. If you print that, I will frame it.";

/* What readers write in our languages: ordinary, and some of what rules are for. */
static const char *const samples[] = {
	"Thank you for this report. The numbers on electricity are the first I have seen in one place.",
	"I disagree with the author: the ministry announced this in March, and nothing happened since.",
	"You people are a joke, as always. Who pays for this rubbish?",
	"My uncle was killed at that checkpoint in 2014 and nobody was ever asked about it.",
	"Make $500 a day from home!!! write me on WhatsApp +964 750 000 0000 www.example.com/win",
	"i'll k1ll u all",
	"سوپاس بۆ ئەم هەواڵە، بەڵام ژمارەکان هەڵەن و کەس لێیان ناپرسێتەوە.",
	"Spas ji bo vê nûçeyê, lê belê hejmar ne rast in û kes li wan napirse.",
	"شكرا على هذا التقرير، لكن الأرقام غير صحيحة ولا أحد يسأل عنها منذ شهر.",
	"Bu haber icin tesekkurler ama rakamlar dogru degil, bakanlik baska bir sey soyledi.",
	"ممنون از این گزارش، اما آمار درست نیست و هیچ‌کس پاسخگو نیست.",
	letter,
};
/* clang-format on */

struct bench {
	struct run *run;
	struct setup *setup;
	struct comment *comments; /* owned */
	size_t count;
	size_t bytes; /* of their texts */
	struct evaluator *evaluator;
	struct scan *scan;
	struct arena arena;
};

/* One comment through one stage; false when out of memory. */
typedef bool stage_run(struct bench *b, const struct comment *comment);

static bool run_fold(struct bench *b, const struct comment *comment)
{
	struct text text;

	return text_prepare(&text, &b->arena, comment->text, ruleset_lexicon(b->setup->set)) == OK;
}

/* Folding included, for it cannot match without: the table shows the difference. */
static bool run_match(struct bench *b, const struct comment *comment)
{
	const struct matcher *matcher = ruleset_matcher(b->setup->set, FIELD_TEXT);
	const struct scan_limits limits = {INT64_MAX, b->setup->limits.pattern_ns};
	struct text text;

	if (text_prepare(&text, &b->arena, comment->text, ruleset_lexicon(b->setup->set)) != OK)
		return false;
	return !matcher || scan_run(b->scan, matcher, &text, &limits) == OK;
}

static bool run_evaluate(struct bench *b, const struct comment *comment)
{
	const struct verdict *verdict;

	return evaluate(b->evaluator, b->setup->set, comment, &b->setup->limits, &verdict) == OK;
}

/* [ns] a comment in the fastest of the rounds over all comments; negative: out of memory. */
static double measure(struct bench *b, stage_run *stage, int64_t ms)
{
	int64_t end = clock_mono_ns() + ms * NS_PER_MS, best = INT64_MAX;

	do {
		int64_t began = clock_mono_ns(), took;

		for (size_t i = 0; i < b->count; i++) {
			arena_reset(&b->arena);
			if (!stage(b, &b->comments[i]))
				return -1;
		}
		took = clock_mono_ns() - began;
		if (took < best)
			best = took;
	} while (clock_mono_ns() < end);
	return (double)best / (double)b->count;
}

static bool add_comment(struct bench *b, struct span text)
{
	struct comment *more = realloc(b->comments, (b->count + 1) * sizeof(*more));

	if (!more)
		return false;
	b->comments = more;
	b->comments[b->count++] = (struct comment)COMMENT_INIT;
	b->comments[b->count - 1].text = text;
	b->bytes += text.len;
	return true;
}

/* A line is a request if it begins with `{`, else the text of a comment. */
static bool add_line(struct bench *b, struct span line)
{
	struct native_request request;
	struct refusal refusal;

	if (line.len == 0)
		return true;
	if (line.ptr[0] == '{') {
		if (!native_read(line, &b->setup->keep, &request, &refusal))
			return true; /* what is no request is no comment either */
		if (!add_comment(b, request.comment.text))
			return false;
		b->comments[b->count - 1] = request.comment;
		return true;
	}
	return !utf8_valid(line, NULL) || add_comment(b, line);
}

static int read_comments(struct bench *b, struct buf *input)
{
	const char *name = b->run->arguments.items[0];
	int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	struct span left;
	int code;

	if (fd < 0)
		return cli_failed(b->run, CLI_OUTPUT, "%s: %s", name, strerror(errno));
	code = input_all(b->run, fd, BENCH_INPUT_MAX, input);
	if (fd != STDIN_FILENO)
		close(fd);
	left = buf_content(input);
	while (code == CLI_FINE && left.len > 0) {
		const char *end = memchr(left.ptr, '\n', left.len);
		size_t len = end ? (size_t)(end - left.ptr) : left.len;

		if (!add_line(b, span_sub(left, 0, len)))
			code = cli_failed(b->run, CLI_OUTPUT, "out of memory");
		left = span_sub(left, len + 1, left.len);
	}
	if (code == CLI_FINE && b->count == 0)
		code = cli_failed(b->run, CLI_OUTPUT, "%s: holds no comments", name);
	return code;
}

static int report(struct bench *b)
{
	static const struct {
		const char *name, *what;
		stage_run *run;
	} stages[] = {
		{"fold", "make the views of the text", run_fold},
		{"match", "the same, and find what patterns can match", run_match},
		{"evaluate", "all of it: from comment to verdict", run_evaluate},
	};
	const struct bench_options *options = b->run->options;
	struct out *out = &b->run->out;
	const struct rule *rules;
	size_t rules_count = ruleset_rules(b->setup->set, &rules);
	bool json = options->common.json;

	out_printf(out,
		json ? "{\"rules\":%zu,\"comments\":%zu,\"bytes\":%zu"
		     : "%zu rules, %zu comments of %zu bytes in all\n",
		rules_count, b->count, b->bytes);
	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		double ns = measure(b, stages[i].run, options->ms ? options->ms : 500);

		if (ns < 0)
			return cli_failed(b->run, CLI_OUTPUT, "out of memory");
		if (json)
			out_printf(out, ",\"%s_us\":%.3f", stages[i].name, ns / 1000);
		else
			out_printf(out, "  %-9s %8.2f µs a comment  %s\n", stages[i].name,
				ns / 1000, stages[i].what);
	}
	out_str(out, json ? "}\n" : "");
	return CLI_FINE;
}

static int run_bench(struct run *run)
{
	struct setup setup;
	struct bench b = {.run = run, .setup = &setup};
	struct buf input = {0};
	int code = setup_load(run, &setup, SETUP_RULES);

	if (code != CLI_FINE)
		goto out;
	if (run->arguments.count > 0)
		code = read_comments(&b, &input);
	else
		for (size_t i = 0; i < ARRAY_LEN(samples); i++)
			add_comment(&b, span_of(samples[i]));
	if (code != CLI_FINE)
		goto out;
	b.evaluator = evaluator_new(setup.guesser);
	b.scan = scan_new();
	code = b.evaluator && b.scan ? report(&b) : cli_failed(run, CLI_OUTPUT, "out of memory");
out:
	scan_free(b.scan);
	evaluator_free(b.evaluator);
	arena_free(&b.arena);
	free(b.comments);
	buf_free(&input);
	setup_free(&setup);
	return code;
}

const struct command command_bench = {
	.name = "bench",
	.summary = "Measure what a comment costs with the configured rules.",
	.usage = "[FILE|-]",
	.details =
		"FILE holds a comment a line: its text, or a request as JSON. Without FILE a "
		"dozen\n"
		"built-in comments are used. Each figure is the fastest round over all comments.\n",
	.tables = {{bench_rows, ARRAY_LEN(bench_rows)}, COMMON_ALL},
	.size = sizeof(struct bench_options),
	.arguments_max = 1,
	.run = run_bench,
};
