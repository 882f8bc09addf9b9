/* Comments of files judged on all cores: see survey.h. */
#include "cli/survey.h"

#include "cli/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES_MAX 20 /* lines that are told about */
#define PATIENCE 20 /* times the limits on time */

/* One thread. */
struct surveyor {
	struct survey *survey;
	void *state;
	const char *file;
	struct arena arena; /* of one comment */
	struct buf notes; /* of one batch: a line each */
	unsigned notes_count;
	uint64_t comments, refused, bad_labels; /* of one batch */
	bool failed; /* out of memory */
};

struct surveying {
	struct survey *survey;
	struct progress progress;
	unsigned noted; /* lines told about */
	bool failed;
};

static const char *shown_name(const char *file)
{
	return strcmp(file, "-") == 0 ? "standard input" : file;
}

static void note(struct surveyor *s, uint64_t line, const char *what, const struct refusal *refusal)
{
	if (s->notes_count == NOTES_MAX)
		return;
	s->notes_count++;
	buf_printf(&s->notes, "%s:%llu: %s: %s%s%s%s\n", s->file, (unsigned long long)line, what,
		refusal_message(refusal), refusal->pointer[0] ? " (" : "", refusal->pointer,
		refusal->pointer[0] ? ")" : "");
}

static void survey_line(void *state, const struct stream_line *line)
{
	struct surveyor *s = state;
	struct native_request request;
	struct label label;
	struct refusal refusal = line->refusal;

	arena_reset(&s->arena);
	if (refusal.code != REFUSAL_NONE ||
		!native_read_export(line->text, &s->arena, &request, &refusal)) {
		s->failed |= refusal.code == REFUSAL_OOM;
		s->refused++;
		note(s, line->number, "no request", &refusal);
		return;
	}
	if (!label_read(line->text, &s->arena, &label, &refusal)) {
		s->failed |= refusal.code == REFUSAL_OOM;
		s->bad_labels++;
		note(s, line->number, "no label", &refusal);
	}
	s->comments++;
	if (s->survey->judge(s->state, &(struct survey_comment){&request.comment, &label, s->file,
					       line->number}) != OK)
		s->failed = true;
}

/* Shows the notes of a batch as long as there are few. */
static void show_notes(struct surveying *all, struct surveyor *s)
{
	struct span notes = buf_content(&s->notes);

	while (notes.len > 0 && all->noted < NOTES_MAX) {
		const char *end = memchr(notes.ptr, '\n', notes.len);
		size_t len = end ? (size_t)(end - notes.ptr) + 1 : notes.len;

		progress_wipe(&all->progress);
		out_span(&all->survey->run->err, span_sub(notes, 0, len));
		notes = span_sub(notes, len, notes.len);
		all->noted++;
	}
	out_flush(&all->survey->run->err);
}

static void collect_batch(void *context, void *state)
{
	struct surveying *all = context;
	struct surveyor *s = state;
	struct survey *survey = all->survey;

	survey->comments += s->comments;
	survey->refused += s->refused;
	survey->bad_labels += s->bad_labels;
	all->failed |= s->failed | s->notes.failed;
	s->comments = s->refused = s->bad_labels = 0;
	if (s->notes_count)
		show_notes(all, s);
	s->notes_count = 0;
	buf_clear(&s->notes);
	if (survey->collect)
		survey->collect(survey->context, s->state);
}

/* The bytes of all files, or 0 when that is not known; fails early for what cannot be read. */
static int measure(const struct survey *survey, uint64_t *bytes)
{
	bool known = true;

	*bytes = 0;
	for (size_t i = 0; i < survey->files_count; i++) {
		const char *file = survey->files[i];
		struct stat found;
		bool input = strcmp(file, "-") == 0;

		if ((input ? fstat(STDIN_FILENO, &found) : stat(file, &found)) != 0 ||
			(!input && access(file, R_OK) != 0))
			return cli_failed(survey->run, CLI_OUTPUT, "cannot read %s: %s",
				shown_name(file), strerror(errno));
		if (S_ISDIR(found.st_mode))
			return cli_failed(survey->run, CLI_OUTPUT, "%s is a folder", file);
		known &= S_ISREG(found.st_mode);
		*bytes += (uint64_t)found.st_size;
	}
	if (!known)
		*bytes = 0;
	return CLI_FINE;
}

static int survey_file(
	struct surveying *all, struct surveyor *surveyors, void *const *states, const char *file)
{
	struct survey *survey = all->survey;
	const struct stream stream = {
		.framing = {.line_max = survey->line_max, .begun = true, .lenient = true},
		.states = states,
		.threads = survey->threads,
		.work = survey_line,
		.collect = collect_batch,
		.context = all,
		.progress = &all->progress,
	};
	bool input = strcmp(file, "-") == 0;
	int code, fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return cli_failed(
			survey->run, CLI_OUTPUT, "cannot read %s: %s", file, strerror(errno));
	for (unsigned i = 0; i < survey->threads; i++)
		surveyors[i].file = shown_name(file);
	code = stream_run(survey->run, &stream, fd, shown_name(file));
	if (!input)
		close(fd);
	return code;
}

/* What is said of the lines after all files. */
static int conclude(struct surveying *all)
{
	const struct survey *survey = all->survey;
	uint64_t notes = survey->refused + survey->bad_labels;

	if (all->failed)
		return cli_failed(survey->run, CLI_OUTPUT, "out of memory");
	if (notes > all->noted)
		out_printf(&survey->run->err, "and %llu lines more\n",
			(unsigned long long)(notes - all->noted));
	if (survey->refused > 0 && survey->comments == 0)
		return cli_failed(survey->run, CLI_OUTPUT, "no line is a request");
	return CLI_FINE;
}

struct evaluate_options survey_limits(const struct setup *setup)
{
	struct evaluate_options limits = setup->limits;

	limits.comment_ns *= PATIENCE;
	limits.pattern_ns *= PATIENCE;
	return limits;
}

int survey_run(struct survey *survey)
{
	struct surveyor surveyors[STREAM_THREADS_MAX] = {0};
	struct surveying all = {.survey = survey};
	void *states[STREAM_THREADS_MAX];
	uint64_t bytes;
	int code = measure(survey, &bytes);

	if (code != CLI_FINE)
		return code;
	if (!survey->writes || !survey->run->out.terminal)
		progress_init(&all.progress, &survey->run->err, survey->doing, bytes);
	for (unsigned i = 0; i < survey->threads; i++) {
		surveyors[i].survey = survey;
		surveyors[i].state = survey->states[i];
		states[i] = &surveyors[i];
	}
	for (size_t i = 0; i < survey->files_count && code == CLI_FINE; i++)
		code = survey_file(&all, surveyors, states, survey->files[i]);
	progress_wipe(&all.progress);
	for (unsigned i = 0; i < survey->threads; i++) {
		arena_free(&surveyors[i].arena);
		buf_free(&surveyors[i].notes);
	}
	return code == CLI_FINE ? conclude(&all) : code;
}
