/*
 * A growable byte buffer.
 *
 * Use:  struct buf b = {0};  buf_append(&b, ...);  if (b.failed) ...;  buf_free(&b);
 *
 * Invariant: data[0..len) is content, data[len..cap) is free; cap <= limit when limit is set.
 * A failed allocation (or the limit) sets `failed` and leaves the content as it was; later appends
 * do nothing, so a writer checks once, at the end.
 */
#pragma once

#include "base/span.h"
#include "base/status.h"

struct buf {
	char *data; /* owned */
	size_t len; /* [bytes] */
	size_t cap; /* [bytes] */
	size_t limit; /* [bytes] most it may hold; 0 is no limit */
	bool failed; /* an append was lost; sticky until buf_clear() */
};

/*
 * Makes room for `more` further bytes and returns where they go (then add what was written to
 * len), or NULL after setting `failed`.
 */
char *buf_reserve(struct buf *b, size_t more);

/* buf_append() where the room has to be made first. */
void buf_append_growing(struct buf *b, const void *data, size_t len);

/* Appends `len` bytes. Inlined: answers are put together from many short pieces. */
static inline void buf_append(struct buf *b, const void *data, size_t len)
{
	if (len < b->cap - b->len && !b->failed) {
		if (len > 0) /* `data` may be NULL then */
			memcpy(b->data + b->len, data, len);
		b->len += len;
	} else {
		buf_append_growing(b, data, len);
	}
}

static inline void buf_span(struct buf *b, struct span s)
{
	buf_append(b, s.ptr, s.len);
}

static inline void buf_char(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

/* Appends a string of ours. */
static inline void buf_str(struct buf *b, const char *string)
{
	buf_append(b, string, strlen(string));
}

void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Decimal digits, without printf's cost. */
void buf_u64(struct buf *b, uint64_t value);

/* Drops the first n bytes (n <= len) and moves the rest to the front. */
void buf_consume(struct buf *b, size_t n);

/* Empties it and clears `failed`; keeps the memory. */
void buf_clear(struct buf *b);

/* Frees the memory and zeroes everything but the limit. */
void buf_free(struct buf *b);

/* The content; valid until the next change. */
static inline struct span buf_content(const struct buf *b)
{
	return (struct span){b->data, b->len};
}
