/* Errors about rule files as JSON: what a reload and a try-out answer with. */
#pragma once

#include "base/error.h"

/*
 * Appends the members "errors" (a list of severity, file, line, column, text and hint, as far as
 * they are known) and, if some were dropped, "more_errors", without braces.
 */
void error_list_write(struct buf *out, const struct errors *errors);

/* Appends only the list, brackets included. */
void error_list_write_items(struct buf *out, const struct errors *errors);
