/* Writes texts so that a rule file stays one: see scalar.h. */
#include "import/scalar.h"

#include "text/chars.h"
#include "text/utf8.h"

#include <strings.h>

/* What a rule file may not hold as it is, or what lint would warn of. */
static bool needs_escape(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
	       (c & 0xFFFE) == 0xFFFE || (c >= 0xE0000 && c <= 0xE007F) || char_hides(c);
}

/* Words that YAML, or a reader of YAML, takes for something else than a text. */
static bool is_reserved(struct span text)
{
	static const char *const words[] = {
		"null", "true", "false", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (text.len == strlen(words[i]) && strncasecmp(text.ptr, words[i], text.len) == 0)
			return true;
	}
	return false;
}

/* Whether the text begins with a letter and holds nothing but letters, digits and few signs. */
static bool can_be_plain(struct span text)
{
	for (size_t at = 0; at < text.len;) {
		bool first = at == 0;
		uint32_t c = utf8_next(text, &at);
		unsigned flags = char_info(c).flags;

		if (needs_escape(c) || (first && !(flags & CHAR_LETTER)))
			return false;
		if (!(flags & (CHAR_LETTER | CHAR_DIGIT | CHAR_MARK)) &&
			(c >= 0x80 || !strchr(" ._/-", (int)c)))
			return false;
	}
	return text.len > 0 && text.ptr[text.len - 1] != ' ' && !is_reserved(text);
}

static bool can_be_single(struct span text)
{
	for (size_t at = 0; at < text.len;) {
		if (needs_escape(utf8_next(text, &at)))
			return false;
	}
	return true;
}

static void write_single(struct buf *out, struct span text)
{
	buf_char(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			buf_char(out, '\'');
		buf_char(out, text.ptr[i]);
	}
	buf_char(out, '\'');
}

static void write_double(struct buf *out, struct span text)
{
	buf_char(out, '"');
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text, &at);

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", (char)c);
		else if (needs_escape(c))
			buf_printf(out, c > 0xFFFF ? "\\U%08X" : "\\u%04X", (unsigned)c);
		else
			buf_span(out, span_sub(text, from, at));
	}
	buf_char(out, '"');
}

void scalar_write(struct buf *out, struct span text)
{
	if (can_be_plain(text))
		buf_span(out, text);
	else if (can_be_single(text))
		write_single(out, text);
	else
		write_double(out, text);
}

/* Valid UTF-8 from `text`. */
static void comment_valid(struct buf *out, struct span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text, &at);

		if (c == '\t')
			buf_char(out, ' ');
		else if (needs_escape(c))
			buf_printf(out, "<U+%04X>", (unsigned)c);
		else
			buf_span(out, span_sub(text, from, at));
	}
}

void scalar_comment(struct buf *out, struct span text, size_t max)
{
	struct span rest = text;
	bool cut = max && text.len > max;

	if (cut) {
		rest.len = max;
		while (rest.len > 0 && ((unsigned char)rest.ptr[rest.len] & 0xC0) == 0x80 &&
			max - rest.len < 4)
			rest.len--;
	}
	while (rest.len > 0) {
		size_t good = rest.len;

		if (utf8_valid(rest, &good))
			good = rest.len;
		comment_valid(out, span_sub(rest, 0, good));
		if (good < rest.len) {
			buf_printf(out, "<0x%02X>", (unsigned char)rest.ptr[good]);
			good++;
		}
		rest = span_sub(rest, good, rest.len);
	}
	if (cut)
		buf_str(out, "…");
}
