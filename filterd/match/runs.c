/* Finds the runs of a text: see runs.h. */
#include "match/runs.h"

#include "text/chars.h"
#include "text/utf8.h"

uint32_t run_hash(struct span run)
{
	uint64_t h = run.len;

	for (size_t i = 0; i < run.len; i += 8) {
		size_t left = run.len - i;
		uint64_t part = 0;

		memcpy(&part, run.ptr + i, left < 8 ? left : 8);
		h = (h ^ part) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 29;
	}
	return (uint32_t)(h ^ h >> 32);
}

/* The end of the run that goes on at `at`, which is `at` if none does. */
static size_t run_end(struct span s, size_t at)
{
	for (;;) {
		size_t next;

		while (at < s.len && run_is_ascii((unsigned char)s.ptr[at]))
			at++;
		next = at;
		if (at == s.len || (unsigned char)s.ptr[at] < 0x80 ||
			(char_info(utf8_next(s, &next)).flags & (CHAR_WORD | CHAR_SOLO)) !=
				CHAR_WORD)
			return at;
		at = next;
	}
}

size_t run_length(struct span s)
{
	return run_end(s, 0);
}

bool runs_find(struct arena *arena, struct span text, struct runs *out)
{
	/* A run and the character after it take two bytes at least. */
	struct run *items = arena_alloc(arena, (text.len / 2 + 1) * sizeof(*items));
	size_t count = 0, at = 0;

	if (!items)
		return false;
	while (at < text.len) {
		size_t from = at;

		at = run_end(text, at);
		if (at > from)
			items[count++] = (struct run){
				(uint32_t)from, (uint32_t)at, run_hash(span_sub(text, from, at))};
		else
			at += utf8_len((unsigned char)text.ptr[at]);
	}
	*out = (struct runs){text, items, count};
	return true;
}
