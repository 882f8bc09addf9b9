/* Finds strings: see exact.h. */
#include "match/exact.h"

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Whether a \b is between the characters beside `at`, of which the string's own is ASCII. */
static enum exact_result edge_at(struct span text, size_t at)
{
	unsigned char before = at > 0 ? (unsigned char)text.ptr[at - 1] : ' ';
	unsigned char after = at < text.len ? (unsigned char)text.ptr[at] : ' ';

	if ((before | after) & 0x80)
		return EXACT_UNSURE;
	return is_word(before) != is_word(after) ? EXACT_FOUND : EXACT_NONE;
}

static enum exact_result edges_at(const struct exact_string *s, struct span text, size_t at)
{
	enum exact_result before = EXACT_FOUND, after = EXACT_FOUND;

	if (s->edge_before)
		before = edge_at(text, at);
	if (s->edge_after)
		after = edge_at(text, at + s->bytes.len);
	if (before == EXACT_NONE || after == EXACT_NONE)
		return EXACT_NONE;
	return before == EXACT_UNSURE ? before : after;
}

/* The first place of one string at `from` or after it, but before `end`. */
static enum exact_result find_string(
	const struct exact_string *s, struct span text, size_t from, size_t end, size_t *at)
{
	while (from < end && text.len - from >= s->bytes.len) {
		const char *found =
			memmem(text.ptr + from, text.len - from, s->bytes.ptr, s->bytes.len);
		enum exact_result result;

		if (!found)
			return EXACT_NONE;
		*at = (size_t)(found - text.ptr);
		if (*at >= end)
			return EXACT_NONE;
		result = edges_at(s, text, *at);
		if (result != EXACT_NONE)
			return result;
		from = *at + 1;
	}
	return EXACT_NONE;
}

enum exact_result exact_find(
	const struct exact *exact, struct span text, size_t from, struct range *out)
{
	enum exact_result answer = EXACT_NONE;
	size_t end = text.len;

	/* Of strings at one place the first wins, so a later one must be found before it. */
	for (size_t i = 0; i < exact->count; i++) {
		const struct exact_string *s = &exact->strings[i];
		size_t at;
		enum exact_result result = find_string(s, text, from, end, &at);

		if (result == EXACT_UNSURE)
			return result;
		if (result == EXACT_NONE)
			continue;
		*out = (struct range){(uint32_t)at, (uint32_t)(at + s->bytes.len)};
		answer = EXACT_FOUND;
		end = at;
	}
	return answer;
}
