/* The console's pages as they are embedded in the program. */
#pragma once

#include "base/span.h"

struct console_file {
	const char *name; /* below /console/ */
	const char *type; /* Content-Type */
	struct span content;
};

/* All of them; embed.sh makes the table out of this folder's files. */
extern const struct console_file console_files[];
extern const size_t console_files_count;

/* The file that is asked for by this name (`rules` is rules.html, `` is queue.html), or NULL. */
const struct console_file *console_find(struct span name);
