/* Exports replayed: see replay_file.h. */
#include "cli/replay_file.h"

#include "cli/input.h"
#include "cli/progress.h"
#include "cli/stream.h"
#include "wire/label.h"
#include "wire/native.h"
#include "wire/queue_json.h"

#include <sys/stat.h>
#include <unistd.h>

struct reading_file {
	struct replay *replay;
	struct arena arena; /* of a line */
	struct progress progress;
	const atomic_bool *stop;
	bool failed; /* out of memory */
};

/* What a person said of the comment, as a decision. */
static const enum queue_state states[LABEL_COUNT] = {
	[LABEL_NONE] = QUEUE_WAITING,
	[LABEL_OK] = QUEUE_APPROVED,
	[LABEL_BAD] = QUEUE_REJECTED,
	[LABEL_REVIEW] = QUEUE_WAITING,
};

/* A request alone. */
static bool read_request(struct reading_file *f, struct span line, struct queue_item *out)
{
	struct native_request request;
	struct refusal refusal = REFUSAL_INIT;
	struct label label = {.kind = LABEL_NONE};

	if (!native_read_export(line, &f->arena, &request, &refusal) ||
		!label_read(line, &f->arena, &label, &refusal)) {
		f->failed |= refusal.code == REFUSAL_OOM;
		return false;
	}
	*out = (struct queue_item){
		.state = states[label.kind],
		.site = request.comment.site,
		.comment_id = request.comment.id,
		.queued_ms = f->replay->options.now_ms,
		.request = line,
	};
	return true;
}

static void work_line(void *state, const struct stream_line *line)
{
	struct reading_file *f = state;
	struct queue_item item;
	int rc = ERR_INVALID;

	arena_reset(&f->arena);
	if (line->refusal.code == REFUSAL_NONE)
		rc = queue_read_item(line->text, &f->arena, &item);
	if (rc == ERR_NOTFOUND && read_request(f, line->text, &item))
		rc = OK;
	if (rc == OK)
		rc = replay_judge_one(f->replay, &item);
	else if (rc != ERR_NOMEM)
		f->replay->counts.unreadable++;
	f->failed |= rc == ERR_NOMEM;
}

static void collect(void *context, void *state)
{
	(void)context;
	(void)state; /* all is in the replay */
}

static bool is_stopped(void *context)
{
	const struct reading_file *f = context;

	return f->failed || atomic_load(f->stop);
}

int replay_file(struct run *run, const struct setup *setup, struct replay *replay, const char *file,
	const atomic_bool *stop)
{
	struct reading_file f = {.replay = replay, .stop = stop};
	void *states_of[] = {&f};
	const struct stream stream = {
		.framing = {.line_max = 2 * (size_t)setup->config->limits.request,
			.begun = true,
			.lenient = true},
		.states = states_of,
		.threads = 1,
		.work = work_line,
		.collect = collect,
		.context = &f,
		.progress = &f.progress,
		.stopped = is_stopped,
	};
	uint64_t bytes;
	int fd, code = input_open(run, file, &fd, &bytes);

	if (code != CLI_FINE)
		return code;
	progress_init(&f.progress, &run->err, "judging", bytes);
	code = stream_run(run, &stream, fd, file);
	progress_wipe(&f.progress);
	if (fd != STDIN_FILENO)
		close(fd);
	arena_free(&f.arena);
	if (code == CLI_FINE && f.failed)
		code = cli_failed(run, CLI_OUTPUT, "out of memory");
	replay->done = code == CLI_FINE && !atomic_load(stop);
	return code;
}
