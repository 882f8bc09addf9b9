/*
 * Fuzzes NDJSON framing: however the bytes are cut up, the same lines and refusals come out.
 *
 * The first byte says how many bytes come at a time, the second how long a line may be.
 */
#include "base/buf.h"
#include "wire/ndjson.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds)                                                                               \
	do {                                                                                       \
		if (!(holds))                                                                      \
			abort();                                                                   \
	} while (0)

static void check_line(struct span line, struct span input, size_t line_max)
{
	CHECK(line.len > 0 && line.len <= line_max);
	CHECK(line.ptr >= input.ptr && line.ptr + line.len <= input.ptr + input.len);
	CHECK(!memchr(line.ptr, '\n', line.len) && !memchr(line.ptr, '\r', line.len));
}

/* Feeds `input` by `step` bytes and notes all that comes out. */
static void transcribe(struct span input, size_t line_max, size_t step, bool ended, struct buf *out)
{
	struct ndjson n = {.line_max = line_max};
	enum ndjson_result got = NDJSON_MORE;
	size_t from = 0, to = 0, used;
	struct refusal refusal;
	struct span line;

	do {
		to = input.len - to > step ? to + step : input.len;
		while ((got = ndjson_next(&n, span_sub(input, from, to), ended && to == input.len,
				&used, &line, &refusal)) != NDJSON_MORE) {
			from += used;
			buf_printf(out, "%d %d ", (int)n.line, (int)got);
			if (got == NDJSON_LINE) {
				check_line(line, input, line_max);
				buf_span(out, line);
				continue;
			}
			buf_printf(out, "%d ", (int)refusal.code);
			if (got == NDJSON_BROKEN)
				return;
		}
		from += used;
		CHECK(n.scanned == to - from || from == to);
	} while (to < input.len);
	buf_printf(out, "rest %zu %d", input.len - from,
		ndjson_cut_short(&n, span_sub(input, from, input.len), &refusal));
	CHECK(!ended || from == input.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = {(const char *)data, size};
	struct buf whole = {0}, pieces = {0};
	size_t step, line_max;

	if (size < 2)
		return 0;
	step = (size_t)(data[0] & 0x7F) + 1;
	line_max = (size_t)data[1] + 1;
	input = span_sub(input, 2, size);
	transcribe(input, line_max, SIZE_MAX, data[0] & 0x80, &whole);
	transcribe(input, line_max, step, data[0] & 0x80, &pieces);
	CHECK(span_eq(buf_content(&whole), buf_content(&pieces)));
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
