/* `filterd check`: the verdict on one text, or on NDJSON requests as the daemon would answer. */
#include "cli/input.h"
#include "cli/report.h"
#include "cli/stream.h"

#include "wire/native.h"

#include <stddef.h>
#include <unistd.h>

struct check_options {
	struct text_options text;
	bool ndjson;
	int64_t threads;
};

/* clang-format off */
static const struct option_row check_rows[] = {
	{0, "ndjson", OPTION_FLAG, NULL, "read requests, one JSON a line, and write their answers",
		offsetof(struct check_options, ndjson), 0, 0, NULL},
	{'j', "threads", OPTION_NUMBER, "N", "threads for --ndjson (1)",
		offsetof(struct check_options, threads), 1, STREAM_THREADS_MAX, NULL},
};
/* clang-format on */

/* Judges the request's comment and shows the verdict. OK or ERR_NOMEM. */
static int judge(struct run *run, const struct setup *setup, const struct native_request *request,
	enum verdict_kind *kind)
{
	const struct check_options *options = run->options;
	struct evaluator *evaluator = evaluator_new(setup->guesser);
	const struct verdict *verdict = NULL;
	int rc = ERR_NOMEM;

	if (evaluator)
		rc = evaluate(evaluator, setup->set, &request->comment, &setup->limits, &verdict);
	if (rc == OK) {
		*kind = verdict->kind;
		if (options->text.common.json)
			rc = native_write_verdict(&run->out.buffer, request, verdict);
		else if (!report_verdict(&run->out, setup->set, &request->comment, verdict))
			rc = ERR_NOMEM;
	}
	evaluator_free(evaluator);
	return rc;
}

static int check_text(struct run *run, struct setup *setup)
{
	struct native_request request = {.deadline_ms = COMMENT_ABSENT};
	enum verdict_kind kind;
	int code = input_comment(run, setup, &request.comment);

	if (code != CLI_FINE)
		return code;
	if (judge(run, setup, &request, &kind) != OK)
		return cli_failed(run, CLI_OUTPUT, "out of memory");
	return kind == VERDICT_APPROVE ? CLI_FINE : CLI_FOUND;
}

/* --- requests ----------------------------------------------------------------------------------
 */

/* One thread of --ndjson. */
struct answerer {
	const struct setup *setup;
	struct evaluator *evaluator;
	struct arena arena;
	struct buf out; /* answers not yet written */
};

/* Appends what the daemon's socket would answer: the same bytes. */
static void answer_line(void *state, const struct stream_line *line)
{
	struct answerer *a = state;
	struct native_request request;
	struct refusal refusal = line->refusal;
	const struct verdict *verdict;
	struct span id = {NULL, 0};

	arena_reset(&a->arena);
	if (refusal.code == REFUSAL_NONE) {
		if (native_read(line->text, &a->arena, &request, &refusal)) {
			if (evaluate(a->evaluator, a->setup->set, &request.comment,
				    &a->setup->limits, &verdict) == OK &&
				native_write_verdict(&a->out, &request, verdict) == OK)
				return;
			refusal_set(&refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
		}
		id = request.comment.id;
	}
	refusal.line = line->number;
	native_write_refusal(&a->out, id, &refusal);
}

static void write_answers(void *context, void *state)
{
	struct run *run = context;
	struct answerer *a = state;

	out_span(&run->out, buf_content(&a->out));
	buf_clear(&a->out);
}

static int answer_all(struct run *run, const struct setup *setup, unsigned threads)
{
	struct answerer answerers[STREAM_THREADS_MAX] = {0};
	void *states[STREAM_THREADS_MAX];
	const struct stream stream = {
		.framing = {.line_max = (size_t)setup->config->limits.request, .begun = true},
		.states = states,
		.threads = threads,
		.work = answer_line,
		.collect = write_answers,
		.context = run,
	};
	int code = CLI_FINE;

	for (unsigned i = 0; i < threads; i++) {
		answerers[i].setup = setup;
		answerers[i].evaluator = evaluator_new(setup->guesser);
		states[i] = &answerers[i];
		if (!answerers[i].evaluator)
			code = cli_failed(run, CLI_OUTPUT, "out of memory");
	}
	if (code == CLI_FINE)
		code = stream_run(run, &stream, STDIN_FILENO, "the input");
	for (unsigned i = 0; i < threads; i++) {
		evaluator_free(answerers[i].evaluator);
		arena_free(&answerers[i].arena);
		buf_free(&answerers[i].out);
	}
	return code;
}

static int run_check(struct run *run)
{
	const struct check_options *options = run->options;
	struct setup setup;
	int code;

	if (options->ndjson && run->arguments.count > 0)
		return cli_usage_error(run, "--ndjson reads requests from standard input alone");
	code = setup_load(run, &setup, SETUP_RULES);
	if (code == CLI_FINE && options->ndjson)
		code = answer_all(run, &setup, options->threads ? (unsigned)options->threads : 1);
	else if (code == CLI_FINE)
		code = check_text(run, &setup);
	setup_free(&setup);
	return code;
}

const struct command command_check = {
	.name = "check",
	.summary = "Judge a text, or requests from standard input.",
	.usage = "[TEXT|-]",
	.details = "TEXT is the comment; without it, or with -, standard input is.\n"
		   "Exit code: 0 approved, 1 rejected or to be reviewed; with --ndjson 0.\n",
	.tables = {{check_rows, ARRAY_LEN(check_rows)}, TEXT_ALL, COMMON_ALL},
	.size = sizeof(struct check_options),
	.arguments_max = 1,
	.run = run_check,
};
