/* `filterd import`: lists and rules of other systems, made into a rule file. */
#include "cli/diagnostics.h"
#include "cli/input.h"

#include "import/import.h"
#include "rules/schema.h"
#include "wire/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

struct import_command {
	struct common common;
	const char *output, *guideline, *id;
	struct texts languages;
	int action; /* of action_choices */
	bool force;
};

/* The first stands for what the source says; the others are in the order of enum action. */
static const char *const action_choices[] = {"source", "review", "reject", "approve", NULL};

/* clang-format off */
static const struct option_row import_rows[] = {
	{'o', "output", OPTION_TEXT, "FILE", "write the rule file there instead of standard output",
		offsetof(struct import_command, output), 0, 0, NULL},
	{0, "force", OPTION_FLAG, NULL, "replace FILE if it is there already",
		offsetof(struct import_command, force), 0, 0, NULL},
	{'g', "guideline", OPTION_TEXT, "NAME", "guideline of the rules (`imported`, made in the file)",
		offsetof(struct import_command, guideline), 0, 0, NULL},
	{'l', "language", OPTION_TEXTS, "TAG", "language of the rules (all); repeatable",
		offsetof(struct import_command, languages), 0, 0, NULL},
	{'a', "action", OPTION_CHOICE, "ACTION", "review, reject or approve instead of the source's",
		offsetof(struct import_command, action), 0, 0, action_choices},
	{0, "id", OPTION_TEXT, "PREFIX", "what rule ids and list names begin with (KIND)",
		offsetof(struct import_command, id), 0, 0, NULL},
};
/* clang-format on */

/* What a run holds. */
struct import_work {
	struct arena arena;
	struct errors errors;
	struct import_result result;
	struct buf file; /* what comes out */
	struct buf text; /* of standard input */
};

#define KINDS_MAX 16

static const struct import_kind *unknown_kind(
	struct run *run, const struct import_kind *kinds, size_t count, const char *name)
{
	const char *names[KINDS_MAX], *near;
	struct buf all = {0};

	for (size_t i = 0; i < count && i < KINDS_MAX; i++) {
		names[i] = kinds[i].name;
		buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	near = nearest_name(span_of(name), names, count);
	if (near)
		cli_usage_error(run, "unknown KIND `%.64s`; did you mean `%s`?", name, near);
	else
		cli_usage_error(run, "unknown KIND `%.64s`; there are %.*s", name,
			SPAN_ARGS(buf_content(&all)));
	buf_free(&all);
	return NULL;
}

static const struct import_kind *find_kind(struct run *run)
{
	const char *name = run->arguments.count ? run->arguments.items[0] : NULL;
	size_t count;
	const struct import_kind *kinds = import_kinds(&count);

	if (run->arguments.count < 2) {
		cli_usage_error(run, "it needs KIND and FILE");
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return unknown_kind(run, kinds, count, name);
}

static bool language_fits(const char *tag)
{
	return schema_is_language(span_of(tag)) && strcmp(tag, "ku") != 0;
}

static bool to_file(const struct import_command *options)
{
	return options->output && strcmp(options->output, "-") != 0;
}

static int check_options(struct run *run)
{
	const struct import_command *options = run->options;

	if (options->guideline && !import_name_fits(span_of(options->guideline)))
		return cli_usage_error(run, "`--guideline` takes up to %d of a-z, 0-9 and . _ / -",
			IMPORT_NAME_MAX);
	if (options->id && !import_name_fits(span_of(options->id)))
		return cli_usage_error(
			run, "`--id` takes up to %d of a-z, 0-9 and . _ / -", IMPORT_NAME_MAX);
	for (size_t i = 0; i < options->languages.count; i++) {
		if (!language_fits(options->languages.items[i]))
			return cli_usage_error(run,
				"`%.32s` is not a language code such as en, ckb, kmr, ar, tr, fa",
				options->languages.items[i]);
	}
	if (options->common.json && !to_file(options))
		return cli_usage_error(run, "`--json` needs `--output FILE` for the rules");
	return CLI_FINE;
}

/* The file, or standard input. */
static int read_source(struct run *run, struct import_work *work, const struct import_kind *kind,
	struct source **out)
{
	const char *path = run->arguments.items[1];
	int code, rc;

	if (strcmp(path, "-") != 0) {
		rc = source_read(&work->arena, path, kind->size_max, &work->errors, out);
		if (rc == ERR_NOMEM)
			return cli_failed(run, CLI_OUTPUT, "out of memory");
		diagnostics_drop_warnings(&work->errors);
		return rc == OK ? CLI_FINE : CLI_OUTPUT;
	}
	code = input_all(run, STDIN_FILENO, kind->size_max, &work->text);
	*out = arena_zalloc(&work->arena, 1, sizeof(**out));
	if (code == CLI_FINE && !*out)
		return cli_failed(run, CLI_OUTPUT, "out of memory");
	if (code == CLI_FINE)
		**out = (struct source){"standard input", buf_content(&work->text)};
	return code;
}

/* A file of ours, which is not there yet unless asked to be replaced. */
static int write_output(struct run *run, const struct buf *file)
{
	const struct import_command *options = run->options;
	int flags = O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC | (options->force ? O_TRUNC : O_EXCL);
	struct out out;
	int fd;

	if (!to_file(options)) {
		out_span(&run->out, buf_content(file));
		out_flush(&run->out); /* before the summary, where both go to a terminal */
		return CLI_FINE;
	}
	fd = open(options->output, flags, 0644);
	if (fd < 0)
		return cli_failed(run, CLI_OUTPUT, "%s: %s%s", options->output, strerror(errno),
			errno == EEXIST ? "; `--force` replaces it" : "");
	out_init(&out, fd, COLOUR_NEVER);
	out_span(&out, buf_content(file));
	if (!out_close(&out) || close(fd) != 0)
		return cli_failed(run, CLI_OUTPUT, "cannot write %s: %s", options->output,
			strerror(out.error ? out.error : errno));
	return CLI_FINE;
}

/* --- telling ------------------------------------------------------------------------------------
 */

#define NOTES_SHOWN 10 /* the others are in the file */

static void show_note(struct out *out, struct span name, const struct import_note *note)
{
	out_printf(out, "%.*s:%u: ", SPAN_ARGS(name), note->line);
	out_styled(out, note->kind == IMPORT_LEFT ? STYLE_WARN : STYLE_DIM,
		import_note_names[note->kind]);
	out_printf(out, ": %.*s: %.*s\n", SPAN_ARGS(note->what), SPAN_ARGS(note->why));
}

static void summary(struct run *run, const struct import_work *work)
{
	const struct import_result *result = &work->result;
	struct out *out = &run->err;
	size_t shown = 0;

	for (size_t i = 0; i < result->notes_count; i++) {
		if (result->notes[i].kind == IMPORT_LEFT && shown++ < NOTES_SHOWN)
			show_note(out, result->name, &result->notes[i]);
	}
	if (shown > NOTES_SHOWN)
		out_printf(out, "... and %zu more\n", shown - NOTES_SHOWN);
	out_printf(out, "%zu rule%s; %zu of %zu items carried over", result->rules,
		result->rules == 1 ? "" : "s", result->carried, result->items);
	if (result->changed > 0)
		out_printf(out, " (%zu changed)", result->changed);
	if (result->repeated > 0)
		out_printf(out, ", %zu repeated", result->repeated);
	out_str(out, ", ");
	out_style(out, result->left ? STYLE_WARN : STYLE_GOOD);
	out_printf(out, "%zu not", result->left);
	out_style(out, STYLE_PLAIN);
	out_str(out, result->left ? ": comments in the file say why\n" : "\n");
}

static void summary_json(struct run *run, const struct import_work *work)
{
	const struct import_result *result = &work->result;
	struct buf *json = &run->out.buffer;

	buf_printf(json,
		"{\"rules\":%zu,\"items\":%zu,\"carried\":%zu,\"left\":%zu,\"repeated\":%zu,"
		"\"changed\":%zu,\"file\":",
		result->rules, result->items, result->carried, result->left, result->repeated,
		result->changed);
	json_write(json, result->name);
	buf_str(json, ",\"notes\":[");
	for (size_t i = 0; i < result->notes_count; i++) {
		const struct import_note *note = &result->notes[i];

		buf_printf(json, "%s{\"kind\":\"%s\",\"line\":%u,\"what\":", i ? "," : "",
			import_note_names[note->kind], note->line);
		json_write(json, note->what);
		buf_str(json, ",\"why\":");
		json_write(json, note->why);
		buf_char(json, '}');
	}
	buf_str(json, "]}\n");
}

static int import(struct run *run, const struct import_kind *kind, const struct source *source,
	struct import_work *work)
{
	const struct import_command *command = run->options;
	const struct import_options options = {
		.guideline = span_of(command->guideline),
		.languages = command->languages.items,
		.languages_count = command->languages.count,
		.id = span_of(command->id),
		.action = command->action == 0 ? -1 : command->action,
	};
	int rc = import_run(
		kind, source, &options, &work->arena, &work->errors, &work->file, &work->result);
	int code;

	diagnostics_drop_warnings(&work->errors);
	if (rc == ERR_NOMEM)
		return cli_failed(run, CLI_OUTPUT, "out of memory");
	if (rc != OK)
		return CLI_OUTPUT;
	code = write_output(run, &work->file);
	if (code != CLI_FINE)
		return code;
	if (command->common.json)
		summary_json(run, work);
	else
		summary(run, work);
	return work->result.left > 0 ? CLI_FOUND : CLI_FINE;
}

static int run_import(struct run *run)
{
	const struct import_kind *kind = find_kind(run);
	struct import_work work = {0};
	struct source *source = NULL;
	int code = kind ? check_options(run) : CLI_USAGE;

	if (code != CLI_FINE)
		return code;
	arena_init(&work.arena, 0);
	code = read_source(run, &work, kind, &source);
	if (code == CLI_FINE)
		code = import(run, kind, source, &work);
	diagnostics_show(&run->err, &work.errors);
	errors_free(&work.errors);
	buf_free(&work.file);
	buf_free(&work.text);
	arena_free(&work.arena);
	return code;
}

const struct command command_import = {
	.name = "import",
	.summary = "Make a rule file of another system's lists or rules.",
	.usage = "KIND FILE|-",
	.details =
		"KIND is one of\n"
		"  automoderator  Reddit's AutoModerator: YAML, rules parted by lines `---`\n"
		"  coral          settings of Coral as JSON, or its banned words, one a line\n"
		"  discourse      Discourse's watched words: CSV as it exports them\n"
		"  words          a plain list, one entry a line, with `# remarks`\n"
		"  wordpress      WordPress' disallowed comment keys, one a line\n"
		"`--action review` is for lists of what is only suspect or to be moderated.\n"
		"Nothing is dropped: what cannot be carried over stands in the file as a comment "
		"that\n"
		"says why. Exit code: 0 all carried over, 1 something was not, 74 FILE cannot be "
		"read.\n",
	.tables = {{import_rows, ARRAY_LEN(import_rows)}, {common_rows + COMMON_ROWS - 2, 2}},
	.size = sizeof(struct import_command),
	.arguments_max = 2,
	.run = run_import,
};
