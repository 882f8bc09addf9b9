/* An arena of malloc()ed blocks that double in size: see arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define FIRST_BLOCK (16 * 1024)
#define LARGEST_BLOCK (1024 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t size; /* [bytes] of data */
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){.limit = limit};
}

static bool add_block(struct arena *a, size_t size)
{
	size_t wanted = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
	struct arena_block *block;

	if (wanted > LARGEST_BLOCK)
		wanted = LARGEST_BLOCK;
	if (wanted < size)
		wanted = size;
	if (a->limit && wanted > a->limit - (a->used < a->limit ? a->used : a->limit)) {
		if (a->used >= a->limit || size > a->limit - a->used)
			return false;
		wanted = a->limit - a->used;
	}
	if (wanted > PTRDIFF_MAX - sizeof(*block))
		return false;
	block = malloc(sizeof(*block) + wanted);
	if (!block)
		return false;
	block->next = a->blocks;
	block->size = wanted;
	a->blocks = block;
	a->at = block->data;
	a->end = block->data + wanted;
	a->used += wanted;
	return true;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;
	void *given;

	if (size > PTRDIFF_MAX - mask)
		return NULL;
	size = (size + mask) & ~mask;
	if ((!a->at || size > (size_t)(a->end - a->at)) && !add_block(a, size))
		return NULL;
	given = a->at;
	a->at += size;
	return given;
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
	void *given;

	if (size && count > SIZE_MAX / size)
		return NULL;
	given = arena_alloc(a, count * size);
	if (given)
		memset(given, 0, count * size);
	return given;
}

bool arena_grow(
	struct arena *a, void **items, size_t count, size_t *capacity, size_t size, size_t first)
{
	size_t wanted = *capacity ? 2 * *capacity : first;
	void *bigger;

	if (count < *capacity)
		return true;
	bigger = wanted <= SIZE_MAX / size ? arena_alloc(a, wanted * size) : NULL;
	if (!bigger)
		return false;
	if (count)
		memcpy(bigger, *items, count * size);
	*items = bigger;
	*capacity = wanted;
	return true;
}

struct span arena_copy(struct arena *a, struct span s)
{
	char *copy = s.len < SIZE_MAX ? arena_alloc(a, s.len + 1) : NULL;

	if (!copy)
		return (struct span){NULL, 0};
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return (struct span){copy, s.len};
}

void arena_join(struct arena *to, struct arena *from)
{
	struct arena_block **tail = &from->blocks;

	if (!from->blocks)
		return;
	while (*tail)
		tail = &(*tail)->next;
	*tail = to->blocks;
	to->blocks = from->blocks;
	to->at = from->at;
	to->end = from->end;
	to->used += from->used;
	arena_init(from, from->limit);
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks, *block, *next;

	if (!keep)
		return;
	for (block = keep->next; block; block = next) {
		next = block->next;
		free(block);
	}
	keep->next = NULL;
	a->at = keep->data;
	a->end = keep->data + keep->size;
	a->used = keep->size;
}

void arena_free(struct arena *a)
{
	struct arena_block *block, *next;

	for (block = a->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	arena_init(a, a->limit);
}
