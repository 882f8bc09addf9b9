/* Answers NDJSON from a file descriptor: see stream.h. */
#include "cli/stream.h"

#include "wire/native.h"
#include "wire/ndjson.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_MAX (4 * 1024 * 1024) /* [bytes] read before they are answered */
#define LINES_MAX 4096 /* of one batch */

/* A line of a batch: a request, or why it is none. */
struct line {
	struct span text;
	uint64_t number; /* 1-based */
	struct refusal refusal; /* code REFUSAL_NONE: text is to be read */
};

/* One thread's share of a batch: lines in a row, so that outputs joined are in order. */
struct worker {
	const struct setup *setup;
	struct evaluator *evaluator;
	struct arena arena;
	struct buf out;
	const struct line *lines;
	size_t count;
	pthread_t thread;
	bool started;
};

struct stream {
	struct run *run;
	struct worker *workers;
	unsigned workers_count;
	char *input;
	size_t size; /* [bytes] of it: room for the longest line and a good many others */
	size_t have; /* [bytes] of it filled */
	struct ndjson framing;
	struct line *lines; /* LINES_MAX of them */
};

static void answer_line(struct worker *w, const struct line *line)
{
	struct native_request request;
	struct refusal refusal = line->refusal;
	const struct verdict *verdict;
	struct span id = {NULL, 0};

	arena_reset(&w->arena);
	if (refusal.code == REFUSAL_NONE) {
		if (native_read(line->text, &w->arena, &request, &refusal)) {
			if (evaluate(w->evaluator, w->setup->set, &request.comment,
				    &w->setup->limits, &verdict) == OK &&
				native_write_verdict(&w->out, &request, verdict) == OK)
				return;
			refusal_set(&refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
		}
		id = request.comment.id;
	}
	refusal.line = line->number;
	native_write_refusal(&w->out, id, &refusal);
}

static void *answer_share(void *context)
{
	struct worker *w = context;

	for (size_t i = 0; i < w->count; i++)
		answer_line(w, &w->lines[i]);
	return NULL;
}

/* Answers the first `count` lines, shared out among the threads, and writes the answers in order.
 */
static void answer_batch(struct stream *s, size_t count)
{
	size_t share = (count + s->workers_count - 1) / s->workers_count, from = 0;

	for (unsigned i = 0; i < s->workers_count; i++) {
		struct worker *w = &s->workers[i];

		w->lines = s->lines + from;
		w->count = count - from < share ? count - from : share;
		from += w->count;
		/* The last share, and one for which there is no thread, is done here. */
		w->started = from < count && pthread_create(&w->thread, NULL, answer_share, w) == 0;
		if (!w->started)
			answer_share(w);
	}
	for (unsigned i = 0; i < s->workers_count; i++) {
		struct worker *w = &s->workers[i];

		if (w->started)
			pthread_join(w->thread, NULL);
		out_span(&s->run->out, buf_content(&w->out));
		buf_clear(&w->out);
	}
}

/* Answers all whole lines of the input; at its end the rest too. False: what follows is no NDJSON.
 */
static bool answer_input(struct stream *s, bool ended)
{
	struct span input = {s->input, s->have};
	size_t used = 0, count = 0, step;
	enum ndjson_result result;

	do {
		struct line *line = &s->lines[count];

		*line = (struct line){.refusal = REFUSAL_INIT};
		result = ndjson_next(&s->framing, span_sub(input, used, input.len), ended, &step,
			&line->text, &line->refusal);
		used += step;
		line->number = s->framing.line;
		if (result != NDJSON_MORE)
			count++;
		if (count == LINES_MAX) {
			answer_batch(s, count);
			count = 0;
		}
	} while (result == NDJSON_LINE || result == NDJSON_REFUSED);
	answer_batch(s, count);
	s->have -= used;
	memmove(s->input, s->input + used, s->have);
	return result != NDJSON_BROKEN;
}

static int answer_all(struct stream *s, int in)
{
	for (;;) {
		ssize_t n = read(in, s->input + s->have, s->size - s->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cli_failed(
				s->run, CLI_OUTPUT, "cannot read the input: %s", strerror(errno));
		s->have += (size_t)n;
		if (!answer_input(s, n == 0))
			return cli_failed(s->run, CLI_OUTPUT, "the input is not NDJSON");
		if (!out_flush(&s->run->out) || n == 0)
			return CLI_FINE; /* a failed write is reported by cli_main() */
	}
}

static bool stream_init(struct stream *s, const struct setup *setup, unsigned threads)
{
	s->framing =
		(struct ndjson){.line_max = (size_t)setup->config->limits.request, .begun = true};
	s->size = READ_MAX + s->framing.line_max + 2;
	s->input = malloc(s->size);
	s->lines = calloc(LINES_MAX, sizeof(*s->lines));
	s->workers = calloc(threads, sizeof(*s->workers));
	if (!s->input || !s->lines || !s->workers)
		return false;
	s->workers_count = threads;
	for (unsigned i = 0; i < threads; i++) {
		s->workers[i].setup = setup;
		s->workers[i].evaluator = evaluator_new(setup->guesser);
		if (!s->workers[i].evaluator)
			return false;
	}
	return true;
}

static void stream_free(struct stream *s)
{
	for (unsigned i = 0; i < s->workers_count; i++) {
		evaluator_free(s->workers[i].evaluator);
		arena_free(&s->workers[i].arena);
		buf_free(&s->workers[i].out);
	}
	free(s->workers);
	free(s->lines);
	free(s->input);
}

int stream_answers(struct run *run, const struct setup *setup, int in, unsigned threads)
{
	struct stream s = {.run = run};
	int code = stream_init(&s, setup, threads) ? answer_all(&s, in)
						   : cli_failed(run, CLI_OUTPUT, "out of memory");

	stream_free(&s);
	return code;
}
