/* The way back from a view to the original: see view.h. */
#include "text/view.h"

#include "text/chars.h"
#include "text/tables.h"
#include "text/utf8.h"

struct range view_original_range(
	const struct view *view, struct span original, uint32_t from, uint32_t to)
{
	uint32_t last, next = to, end;
	size_t at;

	if (!view->map)
		return (struct range){from, to};
	last = view->map[to - 1];
	while (next < view->text.len && view->map[next] == last)
		next++;
	end = last + (uint32_t)utf8_len((unsigned char)original.ptr[last]);
	for (at = end; at < view->map[next];) {
		uint32_t c = utf8_next(original, &at);

		if (fold_value(c) != FOLD_DROP)
			break;
		if (char_lookup(c).flags & CHAR_MARK)
			end = (uint32_t)at;
	}
	return (struct range){view->map[from], end};
}
