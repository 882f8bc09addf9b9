/* Texts of other systems in a rule file: as YAML scalars, and in its comments. */
#pragma once

#include "base/buf.h"

/*
 * Appends a scalar on one line that YAML reads as exactly this text (valid UTF-8 without NUL):
 * plain where that is safe, else in single quotes; in double quotes with escapes where it holds
 * what a rule file may not, or what nobody sees.
 */
void scalar_write(struct buf *out, struct span text);

/*
 * Appends any bytes to a comment of one line: what is hidden as <U+202E>, what is no UTF-8 as
 * <0xFF>. After `max` bytes of the text (0: no bound) an ellipsis stands for the rest.
 */
void scalar_comment(struct buf *out, struct span text, size_t max);
