/* A growable byte buffer: see buf.h for its invariant. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY 256

char *buf_reserve(struct buf *b, size_t more)
{
	size_t wanted, cap;
	char *data;

	if (b->failed)
		return NULL;
	if (more <= b->cap - b->len && b->data)
		return b->data + b->len;
	wanted = b->len + more;
	if (wanted < more || wanted > PTRDIFF_MAX || (b->limit && wanted > b->limit))
		goto fail;
	cap = b->cap ? b->cap : FIRST_CAPACITY;
	while (cap < wanted)
		cap = cap > SIZE_MAX / 2 ? wanted : cap * 2;
	if (b->limit && cap > b->limit)
		cap = b->limit;
	data = realloc(b->data, cap);
	if (!data)
		goto fail;
	b->data = data;
	b->cap = cap;
	return b->data + b->len;
fail:
	b->failed = true;
	return NULL;
}

void buf_append_growing(struct buf *b, const void *data, size_t len)
{
	char *to;

	if (len == 0)
		return;
	to = buf_reserve(b, len);
	if (!to)
		return;
	memcpy(to, data, len);
	b->len += len;
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	int need;
	char *to;

	va_start(args, format);
	need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0) {
		b->failed = true;
		return;
	}
	to = buf_reserve(b, (size_t)need + 1);
	if (!to)
		return;
	va_start(args, format);
	vsnprintf(to, (size_t)need + 1, format, args);
	va_end(args);
	b->len += (size_t)need;
}

void buf_u64(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_append(b, digits + at, sizeof(digits) - at);
}

void buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){.limit = b->limit};
}
