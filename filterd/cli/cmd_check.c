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

static int run_check(struct run *run)
{
	const struct check_options *options = run->options;
	struct setup setup;
	int code;

	if (options->ndjson && run->arguments.count > 0)
		return cli_usage_error(run, "--ndjson reads requests from standard input alone");
	code = setup_load(run, &setup, SETUP_RULES);
	if (code == CLI_FINE && options->ndjson)
		code = stream_answers(run, &setup, STDIN_FILENO,
			options->threads ? (unsigned)options->threads : 1);
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
