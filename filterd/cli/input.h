/* What a command is given to judge: a text as its argument or on standard input, and its context.
 */
#pragma once

#include "cli/setup.h"
#include "rules/comment.h"

#define INPUT_TEXT_MAX (16 * 1024 * 1024) /* [bytes] read from standard input */

/* The beginning of the struct of a command that judges one text. */
struct text_options {
	struct common common;
	const char *lang, *site, *title, *section;
};

#define TEXT_ROWS 4
extern const struct option_row text_rows[TEXT_ROWS];
#define TEXT_ALL                                                                                   \
	{                                                                                          \
		text_rows, TEXT_ROWS                                                               \
	}

/*
 * Makes a comment of the command's one argument, or of standard input when that is `-` or missing
 * (without the line end that `echo` adds), and the options. The text is checked to be UTF-8, the
 * site to be one of the configuration: a person who names another has mistyped it. Memory comes
 * from the setup. CLI_FINE, or an exit code after saying why.
 */
int input_comment(struct run *run, struct setup *setup, struct comment *out);

/*
 * Everything that can be read from the descriptor, at most `max` bytes. CLI_FINE, or an exit code
 * after saying why.
 */
int input_all(struct run *run, int fd, size_t max, struct buf *out);

/*
 * Asks the person at the terminal; false for whatever is not y or yes, and where there is none.
 */
bool input_confirm(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
