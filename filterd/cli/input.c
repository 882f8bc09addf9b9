/* Reads the text a command is given: see input.h. */
#include "cli/input.h"

#include "text/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024) /* [bytes] */

/* clang-format off */
const struct option_row text_rows[TEXT_ROWS] = {
	{0, "lang", OPTION_TEXT, "TAG", "language of the text, as the CMS would tell it",
		offsetof(struct text_options, lang), 0, 0, NULL},
	{0, "site", OPTION_TEXT, "NAME", "site of the configuration whose overrides apply",
		offsetof(struct text_options, site), 0, 0, NULL},
	{0, "title", OPTION_TEXT, "TEXT", "title of the article",
		offsetof(struct text_options, title), 0, 0, NULL},
	{0, "section", OPTION_TEXT, "NAME", "section of the article",
		offsetof(struct text_options, section), 0, 0, NULL},
};
/* clang-format on */

int input_all(struct run *run, int fd, size_t max, struct buf *out)
{
	for (;;) {
		char *to = buf_reserve(out, READ_SIZE);
		ssize_t n;

		if (!to)
			return cli_failed(run, CLI_OUTPUT, "out of memory");
		n = read(fd, to, READ_SIZE);
		if (n == 0)
			return CLI_FINE;
		if (n < 0 && errno != EINTR)
			return cli_failed(
				run, CLI_OUTPUT, "cannot read the input: %s", strerror(errno));
		if (n > 0)
			out->len += (size_t)n;
		if (out->len > max)
			return cli_failed(
				run, CLI_OUTPUT, "the input is longer than %zu bytes", max);
	}
}

static int read_standard_input(struct run *run, struct arena *arena, struct span *out)
{
	struct buf text = {0};
	int code;

	if (isatty(STDIN_FILENO)) {
		out_str(&run->err, "Type or paste the comment, then press Ctrl-D.\n");
		out_flush(&run->err);
	}
	code = input_all(run, STDIN_FILENO, INPUT_TEXT_MAX, &text);

	if (code == CLI_FINE) {
		*out = arena_copy(arena, buf_content(&text));
		if (!out->ptr)
			code = cli_failed(run, CLI_OUTPUT, "out of memory");
		else if (span_ends(*out, SPAN("\n")))
			out->len--;
	}
	buf_free(&text);
	return code;
}

static int check_site(struct run *run, const struct config *config, struct span name)
{
	const char *near = NULL;

	for (size_t i = 0; i < config->sites_count; i++) {
		const char *site = config->sites[i].name.ptr; /* a key: it has its NUL */

		if (span_eq(name, config->sites[i].name))
			return CLI_FINE;
		if (!near)
			near = nearest_name(name, &site, 1);
	}
	return cli_failed(run, CLI_USAGE, "the configuration has no site `%.*s`%s%s%s",
		SPAN_ARGS(name), near ? "; did you mean `" : "", near ? near : "",
		near ? "`?" : "");
}

int input_comment(struct run *run, struct setup *setup, struct comment *out)
{
	const struct text_options *options = run->options;
	const char *argument = run->arguments.count ? run->arguments.items[0] : "-";
	int code = CLI_FINE;
	size_t bad;

	*out = (struct comment)COMMENT_INIT;
	out->lang = span_of(options->lang);
	out->site = span_of(options->site);
	out->article.title = span_of(options->title);
	out->article.section = span_of(options->section);
	if (options->site)
		code = check_site(run, setup->config, out->site);
	if (code == CLI_FINE && strcmp(argument, "-") == 0)
		code = read_standard_input(run, &setup->keep, &out->text);
	else
		out->text = span_of(argument);
	if (code == CLI_FINE && !utf8_valid(out->text, &bad))
		code = cli_failed(run, CLI_OUTPUT, "the text is not UTF-8 at byte %zu", bad);
	if (code == CLI_FINE && !utf8_valid(out->article.title, NULL))
		code = cli_failed(run, CLI_OUTPUT, "the title is not UTF-8");
	return code;
}

bool input_confirm(struct run *run, const char *format, ...)
{
	char question[256], answer[16] = "";
	va_list args;

	if (!run->out.terminal || !isatty(STDIN_FILENO))
		return false;
	va_start(args, format);
	vsnprintf(question, sizeof(question), format, args);
	va_end(args);
	out_printf(&run->out, "%s [y/N] ", question);
	if (!out_flush(&run->out) || !fgets(answer, sizeof(answer), stdin))
		return false;
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "Y\n") == 0 ||
	       strcmp(answer, "yes\n") == 0;
}
