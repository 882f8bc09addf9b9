/*
 * Shows a text with places marked in it: wrapped to the terminal, carets below, hidden characters
 * as visible tokens.
 *
 *     I told you, I will kill you tomorrow
 *                 ^^^^^^^^^^^^^^^
 *
 * Columns are those of a terminal: wide characters take two, combining marks none. Runs of
 * right-to-left letters are framed by direction marks in the line of carets, so that a terminal
 * that reorders them reorders the carets alike.
 */
#pragma once

#include "cli/out.h"

#define SHOW_INDENT 4 /* [columns] before each line */

/*
 * Writes `text` (valid UTF-8) with the `count` ranges marked; they may overlap and come in any
 * order. Nothing at all is written for an empty text. False when out of memory.
 */
bool show_text(struct out *out, struct span text, const struct range *ranges, size_t count);
