/* The windowed search: see run.h. */
#include "match/run.h"

#include "base/clock.h"

#define WIDE 1024 /* [bytes] of start positions searched at once in the first try */
#define NARROW 64 /* the same where that hit its limit */
#define WIDE_LIMIT 1000 /* match limit in wide windows */
#define HEAP_LIMIT 4096 /* [KiB] of backtracking memory, for the interpreter */
#define STACK_FIRST (32 * 1024)
#define STACK_LARGEST (512 * 1024)
/*
 * A step that the match limit counts may itself pass over the whole text, so what one window may
 * cost grows with the text: windows and limits shrink so that these products are kept.
 */
#define WIDE_PRODUCT (INT64_C(1) << 22) /* positions x bytes */
#define LIMIT_PRODUCT (INT64_C(1) << 25) /* match limit x bytes */

int runner_init(struct runner *runner)
{
	/* One pair: nobody asks for groups. */
	runner->data = pcre2_match_data_create(1, NULL);
	runner->context = pcre2_match_context_create(NULL);
	runner->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_LARGEST, NULL);
	if (!runner->data || !runner->context) {
		runner_free(runner);
		return ERR_NOMEM;
	}
	pcre2_set_heap_limit(runner->context, HEAP_LIMIT);
	if (runner->stack)
		pcre2_jit_stack_assign(runner->context, NULL, runner->stack);
	return OK;
}

void runner_free(struct runner *runner)
{
	pcre2_match_data_free(runner->data);
	pcre2_match_context_free(runner->context);
	pcre2_jit_stack_free(runner->stack);
	*runner = (struct runner){NULL, NULL, NULL};
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* The start of the first character at or after `at`. */
static size_t boundary(struct span text, size_t at)
{
	while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at++;
	return at < text.len ? at : text.len;
}

/* Searches matches that begin in [from, to]. */
static int search_window(struct runner *runner, const pcre2_code *code, struct span text,
	size_t from, size_t to, uint32_t limit)
{
	pcre2_set_match_limit(runner->context, limit);
	pcre2_set_offset_limit(runner->context, to);
	return pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, from,
		PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, runner->data, runner->context);
}

static enum run_result result_of(struct runner *runner, int rc, struct run_match *match)
{
	const size_t *pair;
	PCRE2_SPTR mark;

	if (rc >= 0) {
		pair = pcre2_get_ovector_pointer(runner->data);
		mark = pcre2_get_mark(runner->data);
		match->range = (struct range){(uint32_t)pair[0], (uint32_t)pair[1]};
		match->mark =
			mark ? (struct span){(const char *)mark, mark[-1]} : (struct span){NULL, 0};
		return RUN_FOUND;
	}
	switch (rc) {
	case PCRE2_ERROR_NOMATCH:
		return RUN_NONE;
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT:
	case PCRE2_ERROR_RECURSELOOP:
		return RUN_LIMIT;
	default:
		return RUN_FAILED;
	}
}

/* Searches [from, to] in narrow windows with the full limit. */
static enum run_result search_narrow(struct runner *runner, const pcre2_code *code,
	struct span text, size_t from, size_t to, int64_t end_ns, struct run_match *match)
{
	uint32_t limit =
		(uint32_t)clamp(LIMIT_PRODUCT / (int64_t)(text.len + 1), WIDE_LIMIT, RUN_STEPS_MAX);

	for (;;) {
		size_t last = boundary(text, from + NARROW);
		int rc = search_window(runner, code, text, from, last < to ? last : to, limit);

		if (rc != PCRE2_ERROR_NOMATCH || last >= to)
			return result_of(runner, rc, match);
		from = boundary(text, last + 1);
		if (clock_mono_ns() >= end_ns)
			return RUN_TIME;
	}
}

enum run_result runner_find(struct runner *runner, const pcre2_code *code, struct span text,
	size_t from, int64_t end_ns, struct run_match *match)
{
	size_t wide = (size_t)clamp(WIDE_PRODUCT / (int64_t)(text.len + 1), NARROW, WIDE);

	if (!text.ptr)
		text.ptr = "";
	for (;;) {
		size_t last = boundary(text, from + wide);
		int rc = search_window(runner, code, text, from, last, WIDE_LIMIT);
		enum run_result result = result_of(runner, rc, match);

		if (rc == PCRE2_ERROR_MATCHLIMIT)
			result = search_narrow(runner, code, text, from, last, end_ns, match);
		if (result != RUN_NONE || last == text.len)
			return result;
		from = boundary(text, last + 1);
		if (clock_mono_ns() >= end_ns)
			return RUN_TIME;
	}
}
