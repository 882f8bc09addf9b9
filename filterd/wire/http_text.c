/* The characters and words of HTTP: see http_text.h. */
#include "wire/http_text.h"

#define TOKEN HTTP_TEXT_TOKEN
#define TARGET HTTP_TEXT_TARGET
#define VALUE HTTP_TEXT_VALUE
#define HOST HTTP_TEXT_HOST
#define LITERAL HTTP_TEXT_LITERAL
#define LETTER (TOKEN | TARGET | VALUE | HOST)
#define HEX_LETTER (LETTER | LITERAL)

/* clang-format off */
static const unsigned char classes[256] = {
	['\t'] = VALUE, [' '] = VALUE,
	['!'] = TOKEN | TARGET | VALUE, ['"'] = VALUE, ['#'] = TOKEN | VALUE,
	['$'] = TOKEN | TARGET | VALUE, ['%'] = TOKEN | TARGET | VALUE,
	['&'] = TOKEN | TARGET | VALUE, ['\''] = TOKEN | TARGET | VALUE, ['('] = TARGET | VALUE,
	[')'] = TARGET | VALUE, ['*'] = TOKEN | TARGET | VALUE, ['+'] = TOKEN | TARGET | VALUE,
	[','] = TARGET | VALUE, ['-'] = TOKEN | TARGET | VALUE | HOST,
	['.'] = TOKEN | TARGET | VALUE | HOST | LITERAL, ['/'] = TARGET | VALUE,
	['0' ... '9'] = HEX_LETTER, [':'] = TARGET | VALUE | LITERAL, [';'] = TARGET | VALUE,
	['<'] = VALUE, ['='] = TARGET | VALUE, ['>'] = VALUE, ['?'] = TARGET | VALUE,
	['@'] = TARGET | VALUE, ['A' ... 'F'] = HEX_LETTER, ['G' ... 'Z'] = LETTER,
	['['] = VALUE, ['\\'] = VALUE, [']'] = VALUE, ['^'] = TOKEN | VALUE,
	['_'] = TOKEN | TARGET | VALUE | HOST, ['`'] = TOKEN | VALUE,
	['a' ... 'f'] = HEX_LETTER, ['g' ... 'z'] = LETTER, ['{'] = VALUE,
	['|'] = TOKEN | VALUE, ['}'] = VALUE, ['~'] = TOKEN | TARGET | VALUE,
	[0x80 ... 0xFF] = VALUE,
};
/* clang-format on */

size_t http_text_run(struct span s, enum http_text_class class)
{
	size_t n = 0;

	while (n < s.len && (classes[(unsigned char)s.ptr[n]] & class))
		n++;
	return n;
}

bool http_text_all(struct span s, enum http_text_class class)
{
	return http_text_run(s, class) == s.len;
}

static bool is_letter(char c)
{
	c |= 0x20;
	return c >= 'a' && c <= 'z';
}

bool http_text_same(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		int differ = a.ptr[i] ^ b.ptr[i];

		if (differ != 0 && (differ != 0x20 || !is_letter(a.ptr[i])))
			return false;
	}
	return true;
}

struct span http_text_trim(struct span s)
{
	while (s.len && http_text_is_blank(s.ptr[0]))
		s = span_sub(s, 1, s.len);
	while (s.len && http_text_is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

int http_text_hex(char c)
{
	if (http_text_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_text_unescape(struct span s, char space, char *out, size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i] == '+' ? space : s.ptr[i];

		if (c == '%') {
			int high = s.len - i > 2 ? http_text_hex(s.ptr[i + 1]) : -1;
			int low = s.len - i > 2 ? http_text_hex(s.ptr[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[(*len)++] = c;
	}
	return true;
}
