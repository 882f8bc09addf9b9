/*
 * `filterd test --update`: see test_update.h.
 *
 * Before anything is offered, the changed text is read and judged again: what does not come out as
 * it should is never written.
 */
#include "cli/test_update.h"

#include "cli/input.h"
#include "cli/patch.h"
#include "cli/save.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct updating {
	struct suite *suite;
	struct evaluator *evaluator;
	struct arena *arena;
	bool yes;
	size_t left; /* cases that fail still */
};

/* The failed cases of one file: those from `first` on, up to `end`. */
struct file_update {
	const struct source *source;
	size_t first, end; /* of the suite's cases */
	size_t changed; /* cases */
	struct case_edits edits;
	struct buf text; /* the new one */
};

static int say_left(struct updating *u, const struct case_result *result, const char *why)
{
	struct out *out = &u->suite->run->out;

	u->left++;
	out_printf(
		out, "%s:%u:%u: ", result->source->name, result->node->line, result->node->column);
	out_styled(out, STYLE_WARN, "by hand:");
	out_printf(out, " %s (%s)\n", why, result->what);
	return OK;
}

static int collect(struct updating *u, struct file_update *file)
{
	const struct setup *setup = u->suite->setup;

	for (size_t i = file->first; i < file->end; i++) {
		const struct case_result *result = &u->suite->cases.items[i];
		const struct verdict *verdict;
		const char *left;
		int rc;

		if (result->state != CASE_FAILED)
			continue;
		rc = evaluate(u->evaluator, setup->set, &result->comment, &setup->limits, &verdict);
		if (rc == OK)
			rc = case_edits_add(&file->edits, u->arena, result, verdict, &left);
		if (rc != OK)
			return rc;
		if (left)
			say_left(u, result, left);
		else
			file->changed++;
	}
	return OK;
}

/* Whether the new text has the same cases, and those that were changed pass. */
static bool comes_out(struct updating *u, struct file_update *file)
{
	const struct setup *setup = u->suite->setup;
	struct source source = {file->source->name, buf_content(&file->text)};
	struct case_results results = {0};
	struct errors errors = {0};
	struct arena arena;
	size_t failed = 0;
	bool good;

	for (size_t i = file->first; i < file->end; i++)
		failed += u->suite->cases.items[i].state == CASE_FAILED;
	arena_init(&arena, 0);
	good = cases_run_source(u->evaluator, setup->set, &setup->limits, &source, &arena, &errors,
		       &results) == OK &&
	       results.count == file->end - file->first &&
	       results.states[CASE_FAILED] == failed - file->changed;
	errors_free(&errors);
	arena_free(&arena);
	return good;
}

/* Whether the file still holds what was read. */
static bool is_unchanged(struct updating *u, const struct source *source)
{
	struct errors errors = {0};
	struct source *now;
	bool same = source_read(u->arena, source->name, YAML_SIZE_MAX, &errors, &now) == OK &&
		    span_eq(now->text, source->text);

	errors_free(&errors);
	return same;
}

static int write_file(struct updating *u, struct file_update *file)
{
	struct out *out = &u->suite->run->out;
	const char *path = file->source->name;
	int error;

	if (!is_unchanged(u, file->source)) {
		u->left += file->changed;
		out_printf(out, "%s has changed meanwhile: not written\n\n", path);
		return CLI_FINE;
	}
	error = save_file(path, buf_content(&file->text));
	if (error)
		return cli_failed(u->suite->run, CLI_OUTPUT, "%s: %s", path, strerror(error));
	out_printf(out, "%s: %zu cases written\n\n", path, file->changed);
	return CLI_FINE;
}

static int offer(struct updating *u, struct file_update *file)
{
	struct out *out = &u->suite->run->out;
	bool possible = case_edits_sort(&file->edits);

	if (possible) {
		case_edits_apply(&file->edits, 0, file->edits.count, file->source->text, 0,
			file->source->text.len, &file->text);
		possible = !file->text.failed && comes_out(u, file);
	}
	if (!possible) {
		u->left += file->changed;
		out_printf(out, "%s: its %zu cases cannot be changed in the way it is written\n\n",
			file->source->name, file->changed);
		return CLI_FINE;
	}
	patch_show(out, file->source->name, file->source->text, &file->edits);
	if (u->yes || input_confirm(u->suite->run, "Write this to %s?", file->source->name))
		return write_file(u, file);
	u->left += file->changed;
	out_printf(out, "%s: not written%s\n\n", file->source->name,
		out->terminal && isatty(STDIN_FILENO) ? "" : " without --yes");
	return CLI_FINE;
}

/* All files; results of one stand together. */
static int update_files(struct updating *u)
{
	const struct case_results *cases = &u->suite->cases;
	int code = CLI_FINE;

	for (size_t i = 0; i < cases->count && code == CLI_FINE;) {
		struct file_update file = {.source = cases->items[i].source, .first = i};

		while (i < cases->count && cases->items[i].source == file.source)
			i++;
		file.end = i;
		if (collect(u, &file) != OK)
			code = cli_failed(u->suite->run, CLI_OUTPUT, "out of memory");
		else if (file.changed)
			code = offer(u, &file);
		buf_free(&file.text);
	}
	return code;
}

int test_update(struct suite *suite, bool yes)
{
	struct updating u = {
		.suite = suite,
		.evaluator = evaluator_new(suite->setup->guesser),
		.arena = &suite->setup->keep,
		.yes = yes,
	};
	struct out *out = &suite->run->out;
	size_t sentences = suite->states[CASE_FAILED] - suite->cases.states[CASE_FAILED];
	int code = u.evaluator ? update_files(&u)
			       : cli_failed(suite->run, CLI_OUTPUT, "out of memory");

	evaluator_free(u.evaluator);
	if (code != CLI_FINE)
		return code;
	if (sentences)
		out_printf(out,
			"%zu sentences beside rules fail; they are for you to change: "
			"`filterd test` shows them\n",
			sentences);
	if (u.left + sentences == 0)
		out_str(out, "all cases are up to date\n");
	else
		out_printf(out, "%zu cases left as they are\n", u.left);
	return u.left + sentences ? CLI_FOUND : CLI_FINE;
}
