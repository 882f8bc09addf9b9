/* `filterd replay`: the comments of the queue judged again, and what is now certain decided. */
#include "cli/backlog.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/patient.h"
#include "cli/progress.h"
#include "cli/queue_options.h"
#include "cli/replay_file.h"
#include "cli/replay_report.h"
#include "cli/survey.h"

#include "base/clock.h"
#include "wire/queue_json.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define EXAMPLES_DEFAULT 3
#define GROUPS_DEFAULT 20
#define NOTE_MAX 1024 /* [bytes] of --note, so that ours has room beside it */

struct replay_command {
	struct queue_options queue;
	int64_t limit;
	int64_t examples;
	int64_t groups;
	bool history, apply, yes, batches;
	int64_t undo;
	const char *note;
	const char *backlog, *answers;
	int64_t threads;
};

/* clang-format off */
static const struct option_row replay_rows[] = {
	{'n', "limit", OPTION_NUMBER, "N", "at most so many comments (all)",
		offsetof(struct replay_command, limit), 1, INT32_MAX, NULL},
	{0, "examples", OPTION_NUMBER, "N", "comments shown of each rule and way (3)",
		offsetof(struct replay_command, examples), 1, REPLAY_EXAMPLES_EACH_MAX, NULL},
	{0, "groups", OPTION_NUMBER, "N", "rules shown of each way (20); --json has all",
		offsetof(struct replay_command, groups), 1, RULES_MAX, NULL},
	{0, "history", OPTION_FLAG, NULL, "judge the kept comments that the rules decided, not the queue's",
		offsetof(struct replay_command, history), 0, 0, NULL},
	{0, "apply", OPTION_FLAG, NULL, "decide what is now certain, after asking",
		offsetof(struct replay_command, apply), 0, 0, NULL},
	{0, "yes", OPTION_FLAG, NULL, "of --apply: do not ask",
		offsetof(struct replay_command, yes), 0, 0, NULL},
	{0, "note", OPTION_TEXT, "TEXT", "a note beside each decision",
		offsetof(struct replay_command, note), 0, 0, NULL},
	{0, "undo", OPTION_NUMBER, "BATCH", "take the decisions of an --apply back",
		offsetof(struct replay_command, undo), 1, INT64_MAX, NULL},
	{0, "batches", OPTION_FLAG, NULL, "list what was applied, the newest first",
		offsetof(struct replay_command, batches), 0, 0, NULL},
	{0, "backlog", OPTION_TEXT, "FILE", "judge requests, one JSON a line, and queue those for review",
		offsetof(struct replay_command, backlog), 0, 0, NULL},
	{0, "out", OPTION_TEXT, "FILE", "of --backlog: write the answers there",
		offsetof(struct replay_command, answers), 0, 0, NULL},
	{'j', "threads", OPTION_NUMBER, "N", "of --backlog: threads (one for each core)",
		offsetof(struct replay_command, threads), 1, STREAM_THREADS_MAX, NULL},
};
/* clang-format on */

/* One run. */
struct replaying {
	struct run *run;
	const struct replay_command *options;
	const char *file; /* its comments instead of the queue's; NULL: the queue's */
	struct setup setup;
	struct db *db; /* NULL with `file` */
	struct replay *replay;
	struct progress progress;
	struct arena arena;
	struct span login; /* who runs it */
	int64_t batch; /* 0: nothing was to be decided */
	struct span note; /* of each of our decisions */
	int64_t cursor; /* of --undo */
	struct batch_counts counts;
	bool finished; /* all of the batch */
};

/* Set by SIGINT and SIGTERM. */
static atomic_bool stopped;

static void stop(int number)
{
	(void)number;
	atomic_store(&stopped, true);
}

static void stop_on_signals(void)
{
	struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int failed(struct replaying *r, int rc)
{
	progress_wipe(&r->progress);
	switch (rc) {
	case OK:
		return CLI_FINE;
	case ERR_NOMEM:
		return cli_failed(r->run, CLI_OUTPUT, "out of memory");
	case ERR_NOTFOUND:
		return cli_failed(
			r->run, CLI_FOUND, "there is no batch %lld", (long long)r->options->undo);
	case ERR_INVALID:
		return cli_usage_error(r->run, "--note is at most %d bytes", NOTE_MAX);
	default:
		return cli_failed(r->run, CLI_OUTPUT, "the queue cannot be read or written: %s",
			db_why(r->db));
	}
}

/* --- judging --- */

/* Whether some comments of their state are left out. */
static bool is_filtered(const struct queue_options *options)
{
	return options->site || options->lang || options->guideline || options->rule ||
	       options->author || options->article || options->same_as || options->score_from ||
	       options->score_to;
}

/* How many comments there are to be judged; 0: not known. */
static uint64_t total_of(struct replaying *r)
{
	const struct queue_options *options = &r->options->queue;
	uint32_t states = options->state ? 1U << (options->state - 1)
					 : 1U << QUEUE_WAITING | 1U << QUEUE_ESCALATED;
	struct queue_counts counts;
	uint64_t total = 0;

	if (r->options->history || r->replay->total < QUEUE_TOTAL_MAX)
		return r->replay->total;
	if (is_filtered(options) || r->options->limit || queue_count(r->db, &counts) != OK)
		return 0;
	for (size_t i = 0; i < QUEUE_STATES; i++)
		total += states & 1U << i ? counts.by_state[i] : 0;
	return total;
}

static int judge(struct replaying *r)
{
	const struct replay_command *options = r->options;
	const struct replay_options how = {
		.db = r->db,
		.set = r->setup.set,
		.guesser = r->setup.guesser,
		.limits = survey_limits(&r->setup),
		.filter = queue_filter_of(&options->queue, clock_real_ms()),
		.history = options->history,
		.most = (uint64_t)options->limit,
		.examples = options->examples ? (unsigned)options->examples : EXAMPLES_DEFAULT,
		.stop = &stopped,
		.now_ms = clock_real_ms(),
	};
	int rc = replay_new(&how, &r->replay);

	if (rc == OK && r->file)
		return replay_file(r->run, &r->setup, r->replay, r->file, &stopped);
	progress_init(&r->progress, &r->run->err, "judging", 0);
	while (rc == OK && !r->replay->done && !atomic_load(&stopped)) {
		uint64_t before = replay_seen(&r->replay->counts), more;

		rc = replay_judge(r->replay);
		if (before == 0)
			r->progress.bytes_total = total_of(r);
		more = replay_seen(&r->replay->counts) - before;
		progress_add(&r->progress, more, more);
	}
	progress_wipe(&r->progress);
	return failed(r, rc);
}

/* --- deciding --- */

/* A slice of the batch: a transaction, as patient.h has it. */
typedef int slice_function(struct db *db, void *context);

/* Runs slices until they are done, failed or stopped. */
static int run_slices(struct replaying *r, slice_function *slice, const char *doing, uint64_t total)
{
	int rc = OK;

	progress_init(&r->progress, &r->run->err, doing, total);
	while (rc == OK && !r->finished && !atomic_load(&stopped)) {
		rc = patient_write(r->db, &stopped, slice, r);
		progress_add(&r->progress, BATCH_SLICE, BATCH_SLICE);
	}
	progress_wipe(&r->progress);
	return rc;
}

static int begin_batch(struct db *db, void *context)
{
	struct replaying *r = context;

	return batch_begin(
		db, r->login, span_of(ruleset_version(r->setup.set)), clock_real_ms(), &r->batch);
}

static int end_batch(struct db *db, void *context)
{
	const struct replaying *r = context;

	return batch_end(db, r->batch, clock_real_ms());
}

static int apply_slice(struct db *db, void *context)
{
	struct replaying *r = context;

	(void)db; /* the replay's */
	return replay_apply(
		r->replay, r->batch, r->note, clock_real_ms(), &r->counts, &r->finished);
}

static void say_applied(struct replaying *r)
{
	struct out *out = &r->run->out;

	if (r->options->queue.common.json)
		return;
	out_count(out, r->counts.approved);
	out_str(out, " approved, ");
	out_count(out, r->counts.rejected);
	out_printf(out, " rejected as batch %lld", (long long)r->batch);
	if (r->counts.passed) {
		out_str(out, "; ");
		out_count(out, r->counts.passed);
		out_str(out, " had changed meanwhile and were left");
	}
	out_str(out, "\n");
	if (!r->finished) {
		out_count(out, r->replay->decisions_count - r->replay->applied);
		out_str(out, " were not come to: run it again for them\n");
	}
	out_printf(out, "to take it back: filterd replay --undo %lld\n", (long long)r->batch);
}

static int apply(struct replaying *r)
{
	const struct replay_counts *counts = &r->replay->counts;
	uint64_t certain = counts->certain[VERDICT_APPROVE] + counts->certain[VERDICT_REJECT];
	int rc;

	if (certain == 0 || atomic_load(&stopped))
		return CLI_FINE;
	out_flush(&r->run->out);
	if (!r->options->yes && !input_confirm(r->run, "Approve %llu and reject %llu of them?",
					(unsigned long long)counts->certain[VERDICT_APPROVE],
					(unsigned long long)counts->certain[VERDICT_REJECT]))
		return cli_failed(r->run, CLI_FOUND, "nothing was decided%s",
			isatty(STDIN_FILENO) && r->run->out.terminal ? "" : " without --yes");
	rc = patient_write(r->db, &stopped, begin_batch, r);
	r->note = replay_note(&r->arena, "replay", r->batch, r->setup.set, r->login,
		queue_text(r->options->note));
	if (rc == OK)
		rc = run_slices(r, apply_slice, "deciding", r->replay->decisions_count);
	if (rc == OK)
		rc = patient_write(r->db, NULL, end_batch, r);
	if (r->batch)
		say_applied(r);
	return failed(r, rc);
}

/* --- showing --- */

static void put_applied(struct replaying *r, struct buf *json)
{
	if (r->batch == 0)
		buf_str(json, "null");
	else
		buf_printf(json,
			"{\"batch\":%lld,\"approved\":%llu,\"rejected\":%llu,\"passed\":%llu,"
			"\"complete\":%s}",
			(long long)r->batch, (unsigned long long)r->counts.approved,
			(unsigned long long)r->counts.rejected,
			(unsigned long long)r->counts.passed, r->finished ? "true" : "false");
}

static bool put_json(struct replaying *r)
{
	struct buf *json = &r->run->out.buffer;
	bool done;

	buf_char(json, '{');
	done = replay_json(json, r->replay);
	buf_str(json, ",\"applied\":");
	put_applied(r, json);
	buf_str(json, "}\n");
	return done;
}

/* Loads what is needed, and opens the database. */
static int open_all(struct replaying *r, enum setup_depth depth, enum db_use use)
{
	const char *path = r->options->queue.store;
	int code = CLI_FINE;

	/* What only looks into the database works with broken rules, too. */
	if (depth != SETUP_CONFIG || !path)
		code = setup_load(r->run, &r->setup, depth);
	if (code == CLI_FINE && !path)
		path = r->setup.config->store;
	if (code == CLI_FINE && !path)
		code = cli_failed(r->run, CLI_CONFIG, "the configuration says `store: off`");
	return code == CLI_FINE ? database_open(r->run, path, use, &r->db) : code;
}

static int replay_queue(struct replaying *r)
{
	const struct replay_command *options = r->options;
	bool json = options->queue.common.json;
	int code = r->file ? setup_load(r->run, &r->setup, SETUP_RULES)
			   : open_all(r, SETUP_RULES, options->apply ? DB_WRITE : DB_READ);

	if (code == CLI_FINE)
		code = judge(r);
	if (code == CLI_FINE && !json &&
		!replay_report(&r->run->out, r->replay,
			options->groups ? (size_t)options->groups : GROUPS_DEFAULT))
		code = failed(r, ERR_NOMEM);
	if (code == CLI_FINE && options->apply)
		code = apply(r);
	if (r->replay && json && !put_json(r))
		code = failed(r, ERR_NOMEM);
	if (code != CLI_FINE)
		return code;
	if (atomic_load(&stopped))
		return cli_failed(r->run, CLI_FOUND, "interrupted");
	return !options->apply && replay_changed(&r->replay->counts) ? CLI_FOUND : CLI_FINE;
}

/* --- batches --- */

static int undo_slice(struct db *db, void *context)
{
	struct replaying *r = context;
	int rc = batch_undo(db, r->options->undo, SPAN(REPLAY_ACTOR), r->note, clock_real_ms(),
		&r->cursor, &r->counts);

	r->finished = rc == OK && r->cursor == 0;
	return rc;
}

static int undo(struct replaying *r)
{
	struct out *out = &r->run->out;
	int code = open_all(r, SETUP_CONFIG, DB_WRITE), rc;

	if (code != CLI_FINE)
		return code;
	r->note = replay_note(&r->arena, "undo of replay", r->options->undo, NULL, r->login,
		queue_text(r->options->note));
	rc = run_slices(r, undo_slice, "taking back", 0);
	if (rc != ERR_NOTFOUND && r->options->queue.common.json) {
		out_printf(out,
			"{\"batch\":%lld,\"undone\":%llu,\"passed\":%llu,\"complete\":%s}\n",
			(long long)r->options->undo, (unsigned long long)r->counts.undone,
			(unsigned long long)r->counts.passed, r->finished ? "true" : "false");
	} else if (rc != ERR_NOTFOUND) {
		out_count(out, r->counts.undone);
		out_str(out, " decisions taken back");
		if (r->counts.passed) {
			out_str(out, "; ");
			out_count(out, r->counts.passed);
			out_str(out, " comments were touched since and stay as they are");
		}
		out_str(out, r->finished ? "\n" : "; run it again for the others\n");
	}
	if (rc != OK)
		return failed(r, rc);
	return r->finished ? CLI_FINE : cli_failed(r->run, CLI_FOUND, "interrupted");
}

static void show_batch(struct out *out, const struct batch *batch)
{
	char when[CLOCK_TEXT_SIZE];

	clock_format(batch->begun_ms, when);
	out_printf(out, "%6lld  %s  ", (long long)batch->id, when);
	out_untrusted(out, batch->actor, 0);
	out_str(out, "  rules ");
	out_untrusted(out, batch->rules_version, 0);
	out_str(out, "  ");
	out_count(out, batch->approved);
	out_str(out, " approved, ");
	out_count(out, batch->rejected);
	out_str(out, " rejected");
	if (batch->undone) {
		out_str(out, ", ");
		out_count(out, batch->undone);
		out_str(out, " of them taken back");
	}
	out_str(out, batch->ended_ms ? "\n" : "  (not finished)\n");
}

static int list_batches(struct replaying *r)
{
	struct batch *batches = NULL;
	size_t count = 0;
	int code = open_all(r, SETUP_CONFIG, DB_READ), rc;

	if (code != CLI_FINE)
		return code;
	rc = batch_list(r->db, &r->arena, &batches, &count);
	for (size_t i = 0; i < count && rc == OK; i++) {
		if (r->options->queue.common.json)
			queue_write_batch(&r->run->out.buffer, &batches[i]);
		else
			show_batch(&r->run->out, &batches[i]);
	}
	return failed(r, rc);
}

/* --- backlog --- */

static void say_drained(struct replaying *r, const struct backlog *backlog)
{
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = {{backlog->verdicts[VERDICT_APPROVE], " approved, "},
		{backlog->verdicts[VERDICT_REJECT], " rejected, "},
		{backlog->verdicts[VERDICT_REVIEW], " queued for review ("},
		{backlog->again, " of them were there already), "},
		{backlog->refused, backlog->refused == 1 ? " line refused\n" : " lines refused\n"}};
	struct out *err = &r->run->err;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		out_count(err, parts[i].count);
		out_str(err, parts[i].what);
	}
}

static int drain_backlog(struct replaying *r)
{
	const struct replay_command *options = r->options;
	struct backlog backlog = {
		.run = r->run,
		.setup = &r->setup,
		.file = options->backlog,
		.answers = options->answers,
		.threads = options->threads ? (unsigned)options->threads : stream_cores(),
		.stop = &stopped,
	};
	int code = open_all(r, SETUP_RULES, DB_CREATE);

	if (code != CLI_FINE)
		return code;
	backlog.db = r->db;
	code = backlog_run(&backlog);
	if (code == CLI_FINE || backlog.verdicts[VERDICT_REVIEW] > 0)
		say_drained(r, &backlog);
	if (code == CLI_FINE && !backlog.ended && r->run->out.error == 0)
		code = cli_failed(r->run, CLI_FOUND, "interrupted: run it again for the rest");
	return code == CLI_FINE && backlog.refused > 0 ? CLI_FOUND : code;
}

static int check(struct run *run)
{
	const struct replay_command *options = run->options;

	if ((options->undo != 0) + options->batches + options->apply + (options->backlog != NULL) >
		1)
		return cli_usage_error(
			run, "--apply, --undo, --batches and --backlog exclude each other");
	if ((options->answers || options->threads) && !options->backlog)
		return cli_usage_error(run, "--out and --threads go with --backlog");
	if (run->arguments.count && (options->history || options->apply || options->undo ||
					    options->batches || options->backlog))
		return cli_usage_error(run, "FILE goes with none of --history, --apply, --undo, "
					    "--batches and --backlog");
	if (run->arguments.count &&
		(is_filtered(&options->queue) || options->queue.state || options->limit))
		return cli_usage_error(run, "FILE is judged whole: no filters go with it");
	if (options->apply && options->queue.common.json && !options->yes)
		return cli_usage_error(run, "--apply with --json needs --yes");
	if (options->history && (options->apply || options->queue.rule || options->queue.same_as ||
					options->queue.order != QUEUE_OLDEST))
		return cli_usage_error(
			run, "--history goes without --apply, --rule, --same-text-as and --order");
	if (options->history && options->queue.state != 0 &&
		options->queue.state != 1 + QUEUE_APPROVED &&
		options->queue.state != 1 + QUEUE_REJECTED)
		return cli_usage_error(run, "the --history is of approved and rejected comments");
	if (options->note && !options->apply && !options->undo)
		return cli_usage_error(run, "--note goes with --apply or --undo");
	if (options->note && strlen(options->note) > NOTE_MAX)
		return cli_usage_error(run, "--note is at most %d bytes", NOTE_MAX);
	return CLI_FINE;
}

static int run_replay(struct run *run)
{
	struct replaying r = {.run = run,
		.options = run->options,
		.file = run->arguments.count ? run->arguments.items[0] : NULL};
	int code = check(run);

	if (code != CLI_FINE)
		return code;
	arena_init(&r.arena, 0);
	r.login = database_user(&r.arena);
	stop_on_signals();
	if (r.options->undo)
		code = undo(&r);
	else if (r.options->batches)
		code = list_batches(&r);
	else if (r.options->backlog)
		code = drain_backlog(&r);
	else
		code = replay_queue(&r);
	replay_free(r.replay);
	db_close(r.db);
	setup_free(&r.setup);
	arena_free(&r.arena);
	return code;
}

const struct command command_replay = {
	.name = "replay",
	.summary = "Judge the comments of the queue again, and decide what is now certain.",
	.usage = "[FILE]",
	.details =
		"Shows which of the comments that wait would be approved or rejected by the "
		"rules of\n"
		"today (-r DIR: by these), by the rule that makes the difference, with "
		"examples.\n"
		"\n"
		"With --apply they are, as `replay`: those that wait, are claimed by nobody and "
		"have\n"
		"not changed since. What was applied is a batch, which --undo takes back but for "
		"what\n"
		"people have touched since. It works beside a running daemon, and may be "
		"interrupted.\n"
		"Exit code: 0 nothing changes, or it was applied; 1 something would change, was "
		"not\n"
		"applied, or it was interrupted.\n",
	.tables = {{replay_rows, ARRAY_LEN(replay_rows)}, QUEUE_ALL, COMMON_ALL},
	.size = sizeof(struct replay_command),
	.arguments_max = 1,
	.run = run_replay,
};
