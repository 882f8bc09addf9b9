/* Finding the console's files: see console.h. */
#include "console/console.h"

const struct console_file *console_find(struct span name)
{
	for (size_t i = 0; i < console_files_count; i++) {
		struct span own = span_of(console_files[i].name);
		size_t shorter = span_ends(own, SPAN(".html")) ? own.len - strlen(".html") : 0;

		if (name.len > 0 &&
			(span_eq(name, own) || span_eq(name, span_sub(own, 0, shorter))))
			return &console_files[i];
	}
	return NULL;
}
