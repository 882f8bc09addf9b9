/* Reads the text a command is given. */
#include "cli/input.h"

#include "text/utf8.h"

#include <errno.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024) /* [bytes] */

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
	int code = input_all(run, STDIN_FILENO, INPUT_TEXT_MAX, &text);

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

int input_text(struct run *run, struct arena *arena, struct span *out)
{
	const char *argument = run->arguments.count ? run->arguments.items[0] : "-";
	size_t bad;
	int code = CLI_FINE;

	if (strcmp(argument, "-") == 0)
		code = read_standard_input(run, arena, out);
	else
		*out = span_of(argument);
	if (code == CLI_FINE && !utf8_valid(*out, &bad))
		code = cli_failed(run, CLI_OUTPUT, "the text is not UTF-8 at byte %zu", bad);
	return code;
}
