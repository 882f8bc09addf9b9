/* Finds hidden characters: see scan_hidden.h. */
#include "rules/scan_hidden.h"

#include "text/chars.h"
#include "text/utf8.h"

#define ZWNJ 0x200C
#define ZWJ 0x200D
#define BLACK_FLAG 0x1F3F4
#define BYTE_ORDER_MARK 0xFEFF
#define VARIATION_EMOJI 0xFE0F

static bool is_tag(uint32_t c)
{
	return c >= 0xE0000 && c <= 0xE007F;
}

static bool is_overriding(uint32_t c)
{
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_zero_width(uint32_t c)
{
	return c == 0x200B || c == ZWNJ || c == ZWJ || (c >= 0x2060 && c <= 0x2064) ||
	       c == BYTE_ORDER_MARK || c == 0x00AD || c == 0x180E || c == 0x034F || c == 0x115F ||
	       c == 0x1160 || c == 0x3164 || c == 0xFFA0;
}

/* Whether a joiner or non-joiner after `before` is part of a word or emoji. */
static bool joins_rightly(uint32_t c, uint32_t before)
{
	const unsigned cased = 1u << SCRIPT_LATIN | 1u << SCRIPT_GREEK | 1u << SCRIPT_CYRILLIC;
	struct char_info info = char_info(before);

	if (c != ZWNJ && c != ZWJ)
		return false;
	if (c == ZWJ && ((info.flags & CHAR_EMOJI) || before == VARIATION_EMOJI))
		return true;
	return (info.flags & (CHAR_LETTER | CHAR_MARK)) && !((1u << info.script) & cased);
}

/* What kind of hidden character c is after `before`, or HIDDEN_COUNT. */
static enum hidden_kind kind_of(uint32_t c, uint32_t before, bool in_flag)
{
	if (is_overriding(c))
		return HIDDEN_BIDI;
	if (is_zero_width(c))
		return joins_rightly(c, before) ? HIDDEN_COUNT : HIDDEN_ZERO_WIDTH;
	if (is_tag(c))
		return in_flag ? HIDDEN_COUNT : HIDDEN_TAG;
	return char_info(c).flags & CHAR_CONTROL ? HIDDEN_CONTROL : HIDDEN_COUNT;
}

static int add(struct arena *arena, struct hiddens *out, struct hidden hidden)
{
	if (!arena_grow(arena, (void **)&out->items, out->count, &out->capacity,
		    sizeof(*out->items), 16))
		return ERR_NOMEM;
	out->items[out->count++] = hidden;
	return OK;
}

int scan_hidden(struct arena *arena, struct span original, struct hiddens *out)
{
	uint32_t before = ' ';
	bool in_flag = false;

	*out = (struct hiddens){0};
	for (size_t at = 0; at < original.len;) {
		size_t from = utf8_plain_end(original, at);
		enum hidden_kind kind;
		uint32_t c;

		if (from > at) {
			before = (unsigned char)original.ptr[from - 1];
			in_flag = false;
			at = from;
			continue;
		}
		c = utf8_next(original, &at);
		in_flag = is_tag(c) ? in_flag : c == BLACK_FLAG;
		kind = kind_of(c, before, in_flag);
		if (c == BYTE_ORDER_MARK && (from == 0 || at == original.len))
			kind = HIDDEN_COUNT;
		before = c;
		if (kind != HIDDEN_COUNT &&
			add(arena, out, (struct hidden){kind, {(uint32_t)from, (uint32_t)at}}) !=
				OK)
			return ERR_NOMEM;
	}
	return OK;
}
