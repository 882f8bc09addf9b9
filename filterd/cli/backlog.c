/*
 * A file of requests judged and queued: see backlog.h.
 *
 * Threads judge; the thread that reads stores and writes. A batch's reviews are stored in groups,
 * each with one commit, before any of their answers is written.
 */
#include "cli/backlog.h"

#include "base/clock.h"
#include "cli/input.h"
#include "cli/patient.h"
#include "cli/progress.h"
#include "cli/stream.h"
#include "cli/survey.h"
#include "store/store.h"
#include "wire/queued.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#define MADE_ID "backlog-" /* and 32 hex digits: the id of a comment that has none */
#define MADE_ID_BYTES 16 /* of the line's SHA-256 */

/* A review that waits to be stored; its answer lacks its end. */
struct pending {
	struct queue_entry entry;
	struct queue_added added;
	size_t from, to; /* [bytes] its answer within `answers` */
	bool stored;
	struct span id;
	uint64_t line;
};

/* One thread. */
struct answerer {
	struct backlog *backlog;
	struct evaluator *evaluator;
	struct evaluate_options limits;
	struct arena arena; /* of a batch */
	struct buf answers; /* of a batch */
	struct pending *pending; /* in the arena */
	size_t pending_count, pending_capacity;
	uint64_t verdicts[VERDICT_COUNT], refused;
};

struct draining {
	struct backlog *backlog;
	struct progress progress;
	struct out *out;
	int code; /* CLI_FINE, or why nothing more is stored */
};

/* --- judging, on any thread --- */

/*
 * A comment without an id would be another item each time the file is run. So it is called by what
 * it is.
 */
static bool make_id(struct answerer *a, struct span line, struct span *out)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char *id = arena_alloc(&a->arena, sizeof(MADE_ID) + 2 * MADE_ID_BYTES);

	if (!id || EVP_Digest(line.ptr, line.len, hash, NULL, EVP_sha256(), NULL) != 1)
		return false;
	memcpy(id, MADE_ID, sizeof(MADE_ID));
	for (size_t i = 0; i < MADE_ID_BYTES; i++)
		snprintf(id + sizeof(MADE_ID) - 1 + 2 * i, 3, "%02x", hash[i]);
	*out = span_of(id);
	return true;
}

/* Notes that the answer from `from` on is to wait for its comment. */
static bool add_pending(struct answerer *a, const struct stream_line *line,
	const struct native_request *request, const struct verdict *verdict, size_t from)
{
	struct pending *pending;

	if (!arena_grow(&a->arena, (void **)&a->pending, a->pending_count, &a->pending_capacity,
		    sizeof(*pending), 64))
		return false;
	pending = &a->pending[a->pending_count];
	*pending = (struct pending){.from = from,
		.to = a->answers.len,
		.id = request->comment.id,
		.line = line->number};
	if (queued_entry(&a->arena, request, verdict, &pending->entry) != OK ||
		(request->comment.id.len == 0 &&
			!make_id(a, line->text, &pending->entry.comment_id)))
		return false;
	pending->entry.request = line->text;
	a->pending_count++;
	return true;
}

/* Appends the answer. False: it could not be. */
static bool answer(
	struct answerer *a, const struct stream_line *line, const struct native_request *request)
{
	const struct verdict *verdict;
	size_t from = a->answers.len;
	bool done;

	if (evaluate(a->evaluator, a->backlog->setup->set, &request->comment, &a->limits,
		    &verdict) != OK ||
		native_write_beginning(&a->answers, request, verdict) != OK)
		return false;
	if (verdict->kind == VERDICT_REVIEW)
		done = add_pending(a, line, request, verdict, from);
	else
		done = native_write_end(&a->answers, NULL, 0) == OK;
	if (!done)
		a->answers.len = from;
	a->verdicts[verdict->kind] += done;
	return done;
}

static void work_line(void *state, const struct stream_line *line)
{
	struct answerer *a = state;
	struct native_request request = {.comment = COMMENT_INIT};
	struct refusal refusal = line->refusal;

	if (refusal.code == REFUSAL_NONE &&
		native_read(line->text, &a->arena, &request, &refusal)) {
		if (answer(a, line, &request))
			return;
		refusal_set(&refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	}
	refusal.line = line->number;
	native_write_refusal(&a->answers, request.comment.id, &refusal);
	a->refused++;
}

/* --- storing and writing, on the thread that reads --- */

/* The items of a group, which the answerer has from `first` on. */
struct group {
	struct answerer *answerer;
	size_t first, count;
};

static int store_group(struct db *db, void *context)
{
	const struct group *group = context;
	int64_t now_ms = clock_real_ms();
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	for (size_t i = 0; i < group->count && rc == OK; i++) {
		struct pending *pending = &group->answerer->pending[group->first + i];

		pending->entry.answer = span_sub(
			buf_content(&group->answerer->answers), pending->from, pending->to);
		pending->entry.now_ms = now_ms;
		rc = queue_add(db, &pending->entry, &pending->added);
	}
	rc = db_end(db, rc);
	for (size_t i = 0; i < group->count; i++)
		group->answerer->pending[group->first + i].stored = rc == OK;
	return rc;
}

/* Stores the group; after a row that cannot be stored, each alone. */
static int store(struct draining *d, struct group group)
{
	struct db *db = d->backlog->db;
	int rc = patient_write(db, d->backlog->stop, store_group, &group);

	if (rc != ERR_IO || db_trouble(db) != DB_REFUSED)
		return rc;
	rc = OK;
	for (size_t i = 0; i < group.count && rc == OK; i++) {
		struct group one = {group.answerer, group.first + i, 1};

		rc = patient_write(db, d->backlog->stop, store_group, &one);
		if (rc == ERR_IO && db_trouble(db) == DB_REFUSED)
			rc = OK;
	}
	return rc;
}

static void store_all(struct draining *d, struct answerer *a)
{
	for (size_t i = 0; i < a->pending_count && d->code == CLI_FINE; i += STORE_BATCH_MAX) {
		size_t left = a->pending_count - i;
		int rc = store(
			d, (struct group){a, i, left < STORE_BATCH_MAX ? left : STORE_BATCH_MAX});

		if (rc != OK)
			d->code = cli_failed(d->backlog->run, CLI_OUTPUT,
				"the queue cannot be written: %s",
				rc == ERR_NOMEM ? "out of memory" : db_why(d->backlog->db));
	}
}

/* Writes the end of a review's answer, or a refusal in its place. */
static void write_pending(struct draining *d, const struct pending *pending, struct span beginning)
{
	struct backlog *backlog = d->backlog;
	struct refusal refusal = REFUSAL_INIT;

	if (pending->stored) {
		out_span(d->out, beginning);
		native_write_end(&d->out->buffer, pending->added.queue_id, pending->added.revision);
		backlog->again += pending->added.again;
		return;
	}
	refusal_set(&refusal, REFUSAL_QUEUE_UNAVAILABLE, NULL, REFUSAL_NOWHERE);
	refusal.line = pending->line;
	native_write_refusal(&d->out->buffer, pending->id, &refusal);
	backlog->verdicts[VERDICT_REVIEW]--;
	backlog->refused++;
}

static void write_all(struct draining *d, struct answerer *a)
{
	struct span answers = buf_content(&a->answers);
	size_t at = 0;

	for (size_t i = 0; i < a->pending_count; i++) {
		const struct pending *pending = &a->pending[i];

		out_span(d->out, span_sub(answers, at, pending->from));
		write_pending(d, pending, span_sub(answers, pending->from, pending->to));
		at = pending->to;
	}
	out_span(d->out, span_sub(answers, at, answers.len));
}

static void collect(void *context, void *state)
{
	struct draining *d = context;
	struct answerer *a = state;

	if (d->code == CLI_FINE)
		store_all(d, a);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		d->backlog->verdicts[i] += a->verdicts[i];
	d->backlog->refused += a->refused;
	write_all(d, a);
	out_flush(d->out);
	memset(a->verdicts, 0, sizeof(a->verdicts));
	a->refused = 0;
	a->pending = NULL;
	a->pending_count = a->pending_capacity = 0;
	buf_clear(&a->answers);
	arena_reset(&a->arena);
}

/* --- the whole --- */

static bool is_stopped(void *context)
{
	const struct draining *d = context;

	return d->code != CLI_FINE || d->out->error != 0 || atomic_load(d->backlog->stop);
}

/* The answers of a run that was interrupted are all given again. */
static int open_answers(const struct backlog *backlog, int in, int *fd)
{
	struct stat input, found;

	if (fstat(in, &input) == 0 && stat(backlog->answers, &found) == 0 &&
		found.st_dev == input.st_dev && found.st_ino == input.st_ino)
		return cli_usage_error(
			backlog->run, "--out is the backlog itself, which it would overwrite");
	*fd = open(backlog->answers, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (*fd < 0)
		return cli_failed(backlog->run, CLI_OUTPUT, "cannot write %s: %s", backlog->answers,
			strerror(errno));
	return CLI_FINE;
}

static int drain(struct draining *d, struct answerer *answerers, int in, uint64_t bytes)
{
	struct backlog *backlog = d->backlog;
	void *states[STREAM_THREADS_MAX];
	const struct stream stream = {
		.framing = {.line_max = (size_t)backlog->setup->config->limits.request,
			.begun = true,
			.lenient = true},
		.states = states,
		.threads = backlog->threads,
		.work = work_line,
		.collect = collect,
		.context = d,
		.progress = &d->progress,
		.stopped = is_stopped,
	};
	int code = CLI_FINE;

	if (d->out != &backlog->run->out || !d->out->terminal)
		progress_init(&d->progress, &backlog->run->err, "judging", bytes);
	for (unsigned i = 0; i < backlog->threads; i++) {
		answerers[i].backlog = backlog;
		answerers[i].limits = survey_limits(backlog->setup);
		answerers[i].evaluator = evaluator_new(backlog->setup->guesser);
		states[i] = &answerers[i];
		if (!answerers[i].evaluator)
			code = cli_failed(backlog->run, CLI_OUTPUT, "out of memory");
	}
	if (code == CLI_FINE)
		code = stream_run(backlog->run, &stream, in, backlog->file);
	progress_wipe(&d->progress);
	backlog->ended = code == CLI_FINE && !is_stopped(d);
	return code == CLI_FINE ? d->code : code;
}

int backlog_run(struct backlog *backlog)
{
	struct draining d = {.backlog = backlog, .out = &backlog->run->out};
	struct answerer answerers[STREAM_THREADS_MAX] = {0};
	struct out own;
	uint64_t bytes;
	int in, out = -1, code = input_open(backlog->run, backlog->file, &in, &bytes);

	if (code != CLI_FINE)
		return code;
	if (backlog->answers)
		code = open_answers(backlog, in, &out);
	if (out >= 0) {
		out_init(&own, out, COLOUR_NEVER);
		d.out = &own;
	}
	if (code == CLI_FINE)
		code = drain(&d, answerers, in, bytes);
	if (out >= 0 && (!out_close(&own) || close(out) != 0) && code == CLI_FINE)
		code = cli_failed(backlog->run, CLI_OUTPUT, "cannot write %s: %s", backlog->answers,
			strerror(own.error ? own.error : errno));
	for (unsigned i = 0; i < backlog->threads; i++) {
		evaluator_free(answerers[i].evaluator);
		arena_free(&answerers[i].arena);
		buf_free(&answerers[i].answers);
	}
	if (in > STDIN_FILENO)
		close(in);
	return code;
}
