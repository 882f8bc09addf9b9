/* Mistakes in files, for people and as JSON, all of them or those of some files. */
#pragma once

#include "base/error.h"
#include "cli/options.h"
#include "cli/out.h"

/*
 * Leaves only what is about one of the files (or below one of the folders) at `paths`, and what is
 * about no file. No effect without paths.
 */
void diagnostics_keep(struct errors *errors, const struct texts *paths);

/* Leaves errors alone: a warning is no reason why a command could not do its work. */
void diagnostics_drop_warnings(struct errors *errors);

/* All of them with their lines quoted, in the order of their places. */
void diagnostics_show(struct out *out, struct errors *errors);

/* The same for `filterd lint`: with the codes of their kinds, and how many there are of each. */
void diagnostics_lint(struct out *out, struct errors *errors);

/*
 * "findings":[{"severity":…,"code":…,"file":…,"line":…,"column":…,"text":…,"hint":…}, …] without
 * braces around it; what is not known is left out.
 */
void diagnostics_json(struct out *out, struct errors *errors);

/* Whether `file` is the same as one of the paths, or below one that is a folder. */
bool diagnostics_is_below(const char *file, const struct texts *paths);
