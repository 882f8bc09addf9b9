/* One line of a plain word file: what is the entry, and what a remark. */
#pragma once

#include "base/span.h"

#define LIST_ENTRY_MAX 256 /* [bytes] of one entry of a list */

static inline struct span word_line_trim(struct span text)
{
	size_t from = 0;

	while (text.len && strchr(" \t\r", text.ptr[text.len - 1]))
		text.len--;
	while (from < text.len && strchr(" \t", text.ptr[from]))
		from++;
	return span_sub(text, from, text.len);
}

/*
 * The entry of the line, white space around it taken off; empty if there is none. `#` begins a
 * remark at the start of a line or after a space; *remark (may be NULL) is what follows it, `ptr`
 * NULL without one.
 */
static inline struct span word_line_entry(struct span line, struct span *remark)
{
	if (remark)
		*remark = (struct span){NULL, 0};
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == '#' &&
			(i == 0 || line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t')) {
			if (remark)
				*remark = word_line_trim(span_sub(line, i + 1, line.len));
			line.len = i;
			break;
		}
	}
	return word_line_trim(line);
}
