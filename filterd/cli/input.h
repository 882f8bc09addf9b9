/* Texts that a command is given: as its argument or on standard input. */
#pragma once

#include "cli/cli.h"

#include "base/arena.h"

#define INPUT_TEXT_MAX (16 * 1024 * 1024) /* [bytes] read from standard input */

/*
 * The command's one argument, or standard input when that is `-` or missing (without the line end
 * that `echo` adds), checked to be UTF-8. CLI_FINE, or an exit code after saying why.
 */
int input_text(struct run *run, struct arena *arena, struct span *out);

/*
 * Everything that can be read from the descriptor, at most `max` bytes. CLI_FINE, or an exit code
 * after saying why.
 */
int input_all(struct run *run, int fd, size_t max, struct buf *out);
