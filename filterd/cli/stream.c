/* NDJSON from a descriptor, worked on by threads in batches: see stream.h. */
#include "cli/stream.h"

#include "cli/progress.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_MAX (4 * 1024 * 1024) /* [bytes] read before they are worked on */
#define LINES_MAX 4096 /* of one batch */

/* One thread's share of a batch: lines in a row. */
struct part {
	const struct stream *stream;
	void *state;
	const struct stream_line *lines;
	size_t count;
	pthread_t thread;
	bool started;
};

struct reading {
	struct run *run;
	const struct stream *stream;
	const char *name;
	struct part parts[STREAM_THREADS_MAX];
	char *input;
	size_t size; /* [bytes] of it: room for the longest line and a good many others */
	size_t have; /* [bytes] of it filled */
	struct ndjson framing;
	struct stream_line *lines; /* LINES_MAX of them */
};

static void *work_part(void *context)
{
	struct part *part = context;

	for (size_t i = 0; i < part->count; i++)
		part->stream->work(part->state, &part->lines[i]);
	return NULL;
}

/* Shares the first `count` lines out among the threads, and collects in order. */
static void run_batch(struct reading *r, size_t count)
{
	const struct stream *stream = r->stream;
	size_t most = (count + stream->threads - 1) / stream->threads, from = 0;

	for (unsigned i = 0; i < stream->threads; i++) {
		struct part *part = &r->parts[i];

		part->lines = r->lines + from;
		part->count = count - from < most ? count - from : most;
		from += part->count;
		/* The last share, and one for which there is no thread, is done here. */
		part->started =
			from < count && pthread_create(&part->thread, NULL, work_part, part) == 0;
		if (!part->started)
			work_part(part);
	}
	for (unsigned i = 0; i < stream->threads; i++) {
		if (r->parts[i].started)
			pthread_join(r->parts[i].thread, NULL);
	}
	for (unsigned i = 0; i < stream->threads; i++)
		stream->collect(stream->context, r->parts[i].state);
}

static bool is_stopped(const struct reading *r)
{
	return r->stream->stopped && r->stream->stopped(r->stream->context);
}

/* Works on all whole lines of the input; at its end on the rest too. False: what follows is no
 * NDJSON. */
static bool run_input(struct reading *r, bool ended)
{
	struct span input = {r->input, r->have};
	size_t used = 0, count = 0, step;
	enum ndjson_result result;

	do {
		struct stream_line *line = &r->lines[count];

		*line = (struct stream_line){.refusal = REFUSAL_INIT};
		result = ndjson_next(&r->framing, span_sub(input, used, input.len), ended, &step,
			&line->text, &line->refusal);
		used += step;
		line->number = r->framing.line;
		if (result != NDJSON_MORE)
			count++;
		if (count == LINES_MAX) {
			run_batch(r, count);
			count = 0;
			progress_add(r->stream->progress, 0, LINES_MAX);
		}
	} while ((result == NDJSON_LINE || result == NDJSON_REFUSED) && !is_stopped(r));
	run_batch(r, count);
	progress_add(r->stream->progress, used, count);
	r->have -= used;
	memmove(r->input, r->input + used, r->have);
	return result != NDJSON_BROKEN;
}

static int run_all(struct reading *r, int in)
{
	while (!is_stopped(r)) {
		ssize_t n = read(in, r->input + r->have, r->size - r->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cli_failed(
				r->run, CLI_OUTPUT, "cannot read %s: %s", r->name, strerror(errno));
		r->have += (size_t)n;
		if (!run_input(r, n == 0))
			return cli_failed(r->run, CLI_OUTPUT, "%s is not NDJSON", r->name);
		if (!out_flush(&r->run->out) || n == 0)
			return CLI_FINE; /* a failed write is reported by cli_main() */
	}
	return CLI_FINE;
}

int stream_run(struct run *run, const struct stream *stream, int in, const char *name)
{
	struct reading r = {.run = run, .stream = stream, .name = name, .framing = stream->framing};
	int code;

	for (unsigned i = 0; i < stream->threads; i++)
		r.parts[i] = (struct part){.stream = stream, .state = stream->states[i]};
	r.size = READ_MAX + r.framing.line_max + 2;
	r.input = malloc(r.size);
	r.lines = calloc(LINES_MAX, sizeof(*r.lines));
	code = r.input && r.lines ? run_all(&r, in) : cli_failed(run, CLI_OUTPUT, "out of memory");
	free(r.lines);
	free(r.input);
	return code;
}

unsigned stream_cores(void)
{
	cpu_set_t cores;
	int count = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;

	if (count < 1)
		return 1;
	return count > STREAM_THREADS_MAX ? STREAM_THREADS_MAX : (unsigned)count;
}
