/* Turns back what direction overrides turn round: see override.h. */
#include "text/override.h"

#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

#define LEFT_TO_RIGHT 0x202D
#define RIGHT_TO_LEFT 0x202E
#define CONTROL_FIRST 0xE2 /* the first byte of both and of what ends them */
#define PASSAGES_MAX 64 /* more than anybody writes; what follows is left as it is */

static bool is_override(uint32_t c)
{
	return c == LEFT_TO_RIGHT || c == RIGHT_TO_LEFT;
}

/* The offset of the next override at or after `at`, or the end. */
static size_t next_override(struct span s, size_t at)
{
	while (at < s.len) {
		const char *found = memchr(s.ptr + at, CONTROL_FIRST, s.len - at);
		size_t next;

		if (!found)
			break;
		next = at = (size_t)(found - s.ptr);
		if (is_override(utf8_next(s, &next)))
			return at;
		at = next;
	}
	return s.len;
}

/* Where the override ends that `at` is behind: at another one, at its end, or with the line. */
static size_t passage_end(struct span s, size_t at)
{
	while (at < s.len) {
		size_t start = at;
		uint32_t c = utf8_next(s, &at);

		if (is_override(c) || c == 0x202C || c == '\n' || c == 0x2029)
			return start;
	}
	return at;
}

/* The first byte of the folded text that comes from `at` of the original or behind it. */
static uint32_t folded_offset(const struct view *folded, size_t at)
{
	size_t low = 0, high = folded->text.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (folded->map[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

static bool is_right_to_left(uint32_t c)
{
	enum script script = char_info(c).script;

	return script == SCRIPT_ARABIC || script == SCRIPT_HEBREW || script == SCRIPT_SYRIAC;
}

/* Whether the override turns the passage's letters round: the first one decides. */
static bool is_turned(struct span text, struct range range, uint32_t override)
{
	for (size_t at = range.from; at < range.to;) {
		uint32_t c = utf8_next(text, &at);

		if (char_info(c).flags & CHAR_LETTER)
			return is_right_to_left(c) == (override == LEFT_TO_RIGHT);
	}
	return false;
}

/* Writes the characters of the passage from its last to its first. */
static void turn(const struct view *folded, struct range range, char *text, uint32_t *map)
{
	size_t to = range.from;

	for (size_t at = range.to; at > range.from;) {
		size_t end = at;

		utf8_prev(folded->text, &at);
		memcpy(text + to, folded->text.ptr + at, end - at);
		to += end - at;
	}
	/* Characters differ in length: each leads to the character that its place is in. */
	for (size_t at = range.from; at < range.to; at++) {
		size_t start = at;

		while (start > range.from && ((unsigned char)text[start] & 0xC0) == 0x80)
			start--;
		map[at] = folded->map[start];
	}
}

/* Copies the folded text, padding and all, to be turned in places. */
static int copy(struct arena *arena, const struct view *folded, char **text, uint32_t **map)
{
	const size_t len = folded->text.len;

	*text = arena_alloc(arena, len + FOLD_PADDING);
	*map = arena_alloc(arena, (len + 1) * sizeof(**map));
	if (!*text || !*map)
		return ERR_NOMEM;
	memcpy(*text, folded->text.ptr, len);
	memset(*text + len, 0, FOLD_PADDING);
	memcpy(*map, folded->map, (len + 1) * sizeof(**map));
	return OK;
}

int override_find(
	struct arena *arena, struct span original, const struct view *folded, struct turned *out)
{
	char *text = NULL;
	uint32_t *map = NULL;

	*out = (struct turned){.count = 0};
	for (size_t at = next_override(original, 0);
		at < original.len && out->count < PASSAGES_MAX;) {
		uint32_t override = utf8_next(original, &at);
		size_t end = passage_end(original, at);
		struct range range = {folded_offset(folded, at), folded_offset(folded, end)};

		at = next_override(original, end);
		if (!is_turned(folded->text, range, override))
			continue;
		if (!text) {
			out->ranges = arena_alloc(arena, PASSAGES_MAX * sizeof(*out->ranges));
			if (!out->ranges || copy(arena, folded, &text, &map) != OK)
				return ERR_NOMEM;
		}
		turn(folded, range, text, map);
		out->ranges[out->count++] = range;
	}
	out->view = (struct view){{text, folded->text.len}, map};
	return OK;
}
