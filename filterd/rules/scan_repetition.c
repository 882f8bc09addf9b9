/* Finds what is repeated most: see scan_repetition.h. */
#include "rules/scan_repetition.h"

#include "base/map.h"
#include "text/chars.h"
#include "text/lanes.h"
#include "text/segment.h"
#include "text/utf8.h"

static void keep_longer(struct run *longest, const struct run *run)
{
	if (run->times > longest->times)
		*longest = *run;
}

/* How often in a row the character at `at` stands there; *to is set behind the last. */
static int64_t times_at(struct span s, size_t at, size_t *to)
{
	size_t len = utf8_len((unsigned char)s.ptr[at]), end = at + len;

	if (len == 1)
		while (end < s.len && s.ptr[end] == s.ptr[at])
			end++;
	else
		while (end + len <= s.len && memcmp(s.ptr + end, s.ptr + at, len) == 0)
			end += len;
	*to = end;
	return (int64_t)((end - at) / len);
}

/*
 * The first character at or after `at` (a character's first byte) that may stand twice in a row:
 * passes over stretches of ASCII in which no byte is as the one behind it.
 */
static size_t skip_single(struct span s, size_t at)
{
	while (s.len - at > LANES) {
		lanes here = lanes_load(s.ptr + at), next = lanes_load(s.ptr + at + 1);
		unsigned bits = lanes_bits(here | next | (lanes)(here == next));

		if (bits)
			return at + (size_t)__builtin_ctz(bits);
		at += LANES;
	}
	return at;
}

/* Equal characters are equal bytes, and what they are matters only of the longest run. */
static struct run character_run(struct span folded)
{
	struct run longest = {0};
	size_t end;

	for (size_t at = skip_single(folded, 0); at < folded.len; at = skip_single(folded, end)) {
		int64_t times = times_at(folded, at, &end);
		size_t start = at;

		if (times > 1 && times > longest.times &&
			!(char_info(utf8_next(folded, &start)).flags & CHAR_SPACE))
			longest = (struct run){times, {(uint32_t)at, (uint32_t)end}};
	}
	return longest;
}

static struct run word_run(struct span folded)
{
	struct run longest = {0}, run = {0};
	struct span last = {NULL, 0}, words[SEGMENT_WORDS];
	size_t at = 0, count;

	while ((count = segment_next_words(folded, &at, words)) > 0) {
		for (size_t i = 0; i < count; i++) {
			struct span word = words[i];
			uint32_t from = (uint32_t)(word.ptr - folded.ptr);

			if (run.times == 0 || word.len != last.len || word.ptr[0] != last.ptr[0] ||
				!span_eq(word, last)) {
				keep_longer(&longest, &run);
				run = (struct run){0, {from, 0}};
			}
			run.times++;
			run.range.to = from + (uint32_t)word.len;
			last = word;
		}
	}
	keep_longer(&longest, &run);
	return longest;
}

struct line {
	struct span text;
	int64_t times; /* 0: an empty place of the table */
};

static struct span trim(struct span s)
{
	while (s.len && (unsigned char)s.ptr[0] <= ' ')
		s = span_sub(s, 1, s.len);
	while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
		s.len--;
	return s;
}

static size_t count_lines(struct span s)
{
	size_t lines = 1;

	for (const char *at = s.ptr; s.len && (at = memchr(at, '\n', (size_t)(s.ptr + s.len - at)));
		at++)
		lines++;
	return lines;
}

/* Counts a line in the open-addressed table of a power of two of places, at most half full. */
static int64_t count_line(struct line *table, size_t mask, struct span text)
{
	for (size_t i = map_hash(text);; i++) {
		struct line *place = &table[i & mask];

		if (place->times == 0)
			place->text = text;
		else if (!span_eq(place->text, text))
			continue;
		return ++place->times;
	}
}

static int most_lines(struct arena *arena, struct span folded, struct run *out)
{
	size_t lines = count_lines(folded), places = 4;
	struct line *table;

	if (lines == 1)
		return OK; /* repeated or not, it stands there once */
	while (places < 2 * lines)
		places *= 2;
	table = arena_zalloc(arena, places, sizeof(*table));
	if (!table)
		return ERR_NOMEM;
	for (size_t from = 0; from < folded.len;) {
		const char *end = memchr(folded.ptr + from, '\n', folded.len - from);
		size_t to = end ? (size_t)(end - folded.ptr) : folded.len;
		struct span line = trim(span_sub(folded, from, to));
		uint32_t at = line.len ? (uint32_t)(line.ptr - folded.ptr) : 0;
		struct run run = {0, {at, at + (uint32_t)line.len}};

		if (line.len) {
			run.times = count_line(table, places - 1, line);
			keep_longer(out, &run);
		}
		from = to + 1;
	}
	return OK;
}

int scan_repetition(struct arena *arena, struct span folded, struct repetitions *out)
{
	*out = (struct repetitions){.character = character_run(folded), .word = word_run(folded)};
	return most_lines(arena, folded, &out->line);
}
