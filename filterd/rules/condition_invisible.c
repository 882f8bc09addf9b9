/*
 * `invisible`: characters that show nothing, where they have no business.
 *
 * The same characters are part of good writing: ZWNJ inside Persian and Kurdish words, ZWJ and tags
 * inside emoji, direction marks around numbers. Those are not counted, and neither is a byte order
 * mark at either end, which programs leave there.
 */
#include "rules/condition_parts.h"
#include "text/chars.h"
#include "text/utf8.h"

enum hidden {
	HIDDEN_BIDI,
	HIDDEN_ZERO_WIDTH,
	HIDDEN_TAG,
	HIDDEN_CONTROL,
	HIDDEN_COUNT,
};

struct invisible {
	unsigned kinds; /* bit per enum hidden */
	int64_t at_least;
	enum field field;
};

static const char *const hidden_names[HIDDEN_COUNT + 1] = {
	[HIDDEN_BIDI] = "bidi",
	[HIDDEN_ZERO_WIDTH] = "zero_width",
	[HIDDEN_TAG] = "tag",
	[HIDDEN_CONTROL] = "control",
};

static const struct key keys[] = {
	{.name = "kinds",
		.type = TYPE_CHOICES,
		.help = "`bidi`: turns the direction of text around; `zero_width`: of no width, "
			"outside the words and emoji that need it; `tag`: hidden ASCII; "
			"`control`: control characters. Without it all of them.",
		.offset = offsetof(struct invisible, kinds),
		.choices = hidden_names},
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "At least so many.",
		.offset = offsetof(struct invisible, at_least),
		.min = 1,
		.max = BOUND_MAX,
		.fallback = "1"},
};

static const struct section section = {
	.name = "invisible",
	.help = "Hidden characters.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct invisible),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct invisible *invisible = condition->data;

	if (invisible->kinds == 0)
		invisible->kinds = (1u << HIDDEN_COUNT) - 1;
	invisible->field = loader->field;
	condition->always = true;
	return OK;
}

#define ZWNJ 0x200C
#define ZWJ 0x200D
#define BLACK_FLAG 0x1F3F4
#define BYTE_ORDER_MARK 0xFEFF

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
	if (c == ZWJ && ((info.flags & CHAR_EMOJI) || before == 0xFE0F))
		return true;
	return (info.flags & (CHAR_LETTER | CHAR_MARK)) && !((1u << info.script) & cased);
}

/* What kind of hidden character c is after `before`, or HIDDEN_COUNT. */
static enum hidden hidden_kind(uint32_t c, uint32_t before, bool in_flag)
{
	if (is_overriding(c))
		return HIDDEN_BIDI;
	if (is_zero_width(c))
		return joins_rightly(c, before) ? HIDDEN_COUNT : HIDDEN_ZERO_WIDTH;
	if (is_tag(c))
		return in_flag ? HIDDEN_COUNT : HIDDEN_TAG;
	return char_info(c).flags & CHAR_CONTROL ? HIDDEN_CONTROL : HIDDEN_COUNT;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct invisible *invisible = condition->data;
	const struct text *text = scene->text(scene, invisible->field);
	uint32_t before = ' ';
	bool in_flag = false;
	int64_t n = 0;

	if (!text)
		return TRUTH_UNKNOWN;
	for (size_t at = 0; at < text->original.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text->original, &at);
		struct range range = {(uint32_t)from, (uint32_t)at};
		enum hidden kind;

		in_flag = is_tag(c) ? in_flag : c == BLACK_FLAG;
		kind = hidden_kind(c, before, in_flag);
		if (c == BYTE_ORDER_MARK && (from == 0 || at == text->original.len))
			kind = HIDDEN_COUNT;
		before = c;
		if (kind == HIDDEN_COUNT || !(invisible->kinds & (1u << kind)) ||
			!scene->counts(scene, invisible->field, range))
			continue;
		n++;
		evidence_add(scene, evidence,
			(struct evidence_item){.field = invisible->field,
				.range = range,
				.entry = span_of(hidden_names[kind])});
	}
	return truth_of(n >= invisible->at_least);
}

const struct condition_kind condition_kind_invisible = {
	.name = "invisible",
	.help = "The text has hidden characters.",
	.example = "invisible: {kinds: [bidi, tag], at_least: 1}",
	.section = &section,
	.flags = CONDITION_CHEAP,
	.compile = compile,
	.test = test,
};
