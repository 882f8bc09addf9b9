/* Finding the console's files: see console.h. */
#include "console/console.h"

#define FIRST "queue" /* the page that /console/ itself is */

const struct console_file *console_find(struct span name)
{
	if (name.len == 0)
		name = SPAN(FIRST);
	for (size_t i = 0; i < console_files_count; i++) {
		struct span own = span_of(console_files[i].name);
		size_t shorter = span_ends(own, SPAN(".html")) ? own.len - strlen(".html") : 0;

		if (span_eq(name, own) || (shorter > 0 && span_eq(name, span_sub(own, 0, shorter))))
			return &console_files[i];
	}
	return NULL;
}
