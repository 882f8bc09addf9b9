/* Finding the rule files below a folder. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/status.h"

#define FOLDER_DEPTH_MAX 16 /* folders in folders */
#define FOLDER_FILES_MAX 1000 /* files of one folder and all below */

/*
 * Lists the *.yaml files below `path` in byte order of their paths relative to it, without hidden
 * ones, `*.test.yaml`, and folders named `tests`. A link counts if it leads to a regular file. Is
 * `path` itself a file, then that is the one. *out holds relative paths (in the arena). OK,
 * ERR_INVALID with an error added, or ERR_NOMEM.
 */
int folder_list(struct arena *arena, const char *path, struct errors *errors,
	const char *const **out, size_t *count);

/* `folder`/`relative`, in the arena; `folder` alone when it is the file itself. NULL: no memory. */
const char *folder_join(struct arena *arena, const char *folder, const char *relative);
