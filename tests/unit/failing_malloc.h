/*
 * malloc() and its like, replaced in the whole program so that the k-th call can fail, or all from
 * the k-th on. Included by the one source file of a test.
 *
 * Without a sanitizer they stand in front of glibc's own for libraries, too, and count the blocks
 * that are not freed. A sanitizer has a malloc() of its own: then the Makefile wraps the calls in
 * our code alone (WRAP_MALLOC), and leaks are the sanitizer's to find.
 */
#pragma once

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static _Atomic long failing_left = -1; /* this many calls succeed, then one fails; negative: none */
static _Atomic bool failing_on; /* all after that one fail, too */
static _Atomic long failing_live; /* blocks that are not freed */
static _Thread_local bool failing_spares; /* this thread's calls do not fail */

static inline bool failing_takes_its_turn(void)
{
	long left = atomic_load(&failing_left);

	if (failing_spares || left < 0)
		return false;
	while (left > 0) {
		if (atomic_compare_exchange_weak(&failing_left, &left, left - 1))
			return false;
	}
	/* Another thread was faster, or turned it off. */
	if (left < 0)
		return false;
	if (!atomic_load(&failing_on))
		return atomic_compare_exchange_strong(&failing_left, &left, -1);
	return true;
}

/* As malloc() fails: with errno set. */
static inline bool failing_now(void)
{
	bool fails = failing_takes_its_turn();

	if (fails)
		errno = ENOMEM;
	return fails;
}

/* From here on the k-th call from 0 fails; `from_then_on`: and all after it. */
static inline void failing_start(long k, bool from_then_on)
{
	atomic_store(&failing_on, from_then_on);
	atomic_store(&failing_left, k);
}

/* No call fails any more. False: none has, because fewer were made; a sweep is at its end. */
static inline bool failing_stop(void)
{
	return atomic_exchange(&failing_left, -1) <= 0;
}

static inline void *failing_counted(void *made)
{
	if (made)
		atomic_fetch_add(&failing_live, 1);
	return made;
}

#ifdef WRAP_MALLOC

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
	return failing_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return failing_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return failing_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return failing_now() ? NULL : __real_aligned_alloc(alignment, size);
}

#else

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *old);

void *malloc(size_t size)
{
	return failing_now() ? NULL : failing_counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return failing_now() ? NULL : failing_counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	void *made;

	if (failing_now())
		return NULL;
	made = __libc_realloc(old, size);
	return old ? made : failing_counted(made);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return failing_now() ? NULL : failing_counted(__libc_memalign(alignment, size));
}

void free(void *old)
{
	if (old)
		atomic_fetch_sub(&failing_live, 1);
	__libc_free(old);
}

#endif
