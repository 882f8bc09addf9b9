/* Spans: a pointer and a length, the form in which every comment's bytes are passed around. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A run of bytes that somebody else owns. NUL is a byte like any other; ptr may be NULL only when
 * len is 0. A span is never terminated: strlen() and friends must not see ptr.
 */
struct span {
	const char *ptr;
	size_t len; /* [bytes] */
};

/*
 * A half-open range of byte offsets [from, to). Unless a field says otherwise the offsets are
 * 0-based bytes into the ORIGINAL text of a field.
 */
struct range {
	uint32_t from; /* [bytes] first byte in it */
	uint32_t to; /* [bytes] first byte after it */
};

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* A span of a string literal. */
#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})

/* printf arguments for "%.*s". */
#define SPAN_ARGS(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

/* The span of a NUL-terminated string of our own (never of comment data); NULL gives the empty
 * span. */
static inline struct span span_of(const char *string)
{
	return (struct span){string, string ? strlen(string) : 0};
}

/* Whether both hold the same bytes. */
static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Byte order, a prefix before what it begins: <0, 0 or >0. */
static inline int span_cmp(struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

/* The part [from, to) of s; both are clamped to s. */
static inline struct span span_sub(struct span s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct span){from ? s.ptr + from : s.ptr, to - from};
}

static inline bool span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && span_eq(span_sub(s, 0, prefix.len), prefix);
}

static inline bool span_ends(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_eq(span_sub(s, s.len - suffix.len, s.len), suffix);
}

/* Where the line that `at` is in begins [bytes]. */
static inline size_t span_line_begin(struct span s, size_t at)
{
	while (at > 0 && s.ptr[at - 1] != '\n')
		at--;
	return at;
}

/* Behind the line break of the line that `at` is in; the end of s if it has none. */
static inline size_t span_next_line(struct span s, size_t at)
{
	while (at < s.len && s.ptr[at] != '\n')
		at++;
	return at < s.len ? at + 1 : at;
}
