/* The characters and words of HTTP: which byte may stand where, and comparison without case. */
#pragma once

#include "base/span.h"

enum http_text_class {
	HTTP_TEXT_TOKEN = 1 << 0, /* of methods and field names: tchar of RFC 9110 */
	HTTP_TEXT_TARGET = 1 << 1, /* of paths and queries: pchar of RFC 3986, /, ? */
	HTTP_TEXT_VALUE = 1 << 2, /* of field values: no control character but tab */
	HTTP_TEXT_HOST = 1 << 3, /* of a registered name or IPv4 address */
	HTTP_TEXT_LITERAL = 1 << 4, /* of an IPv6 address in brackets */
};

/* How many bytes at the front of s are of the class. */
size_t http_text_run(struct span s, enum http_text_class class);

/* Whether all of them are. */
bool http_text_all(struct span s, enum http_text_class class);

/* Whether both are the same apart from the case of ASCII letters. */
bool http_text_same(struct span a, struct span b);

/* s without the spaces and tabs around it. */
struct span http_text_trim(struct span s);

/* The value of a hex digit, or -1. */
int http_text_hex(char c);

/*
 * Resolves the percent signs of s into `out`, which has room for s.len bytes; `space` is what a
 * plus sign stands for. False: one is not followed by two hex digits. Which bytes come out is not
 * looked at.
 */
bool http_text_unescape(struct span s, char space, char *out, size_t *len);

static inline bool http_text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool http_text_is_blank(char c)
{
	return c == ' ' || c == '\t';
}
