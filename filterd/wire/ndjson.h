/*
 * NDJSON framing: lines out of a stream of bytes, each once, with its number.
 *
 * The caller owns the bytes. It shows what it has and not used yet, takes one line after the other,
 * and drops what was used:
 *
 *     struct ndjson n = {.line_max = NDJSON_LINE_MAX};
 *     while ((got = ndjson_next(&n, span_sub(input, used, input.len), &step, &line, &refusal))
 *             != NDJSON_MORE) { used += step; ... }
 *
 * A line ends with LF or CR LF; nothing else ends one (not U+2028, not NEL). Time is linear in the
 * bytes, even if they come one by one.
 */
#pragma once

#include "wire/refusal.h"

#define NDJSON_LINE_MAX                                                                            \
	(256 * 1024) /* [bytes] of a line without its end, if nothing else is said */
#define NDJSON_EMPTY_MAX 100 /* empty lines in a row */

/* The framing of one stream. An input buffer must be able to hold line_max + 2 bytes. */
struct ndjson {
	size_t line_max; /* [bytes] of a line without its end */
	size_t scanned; /* [bytes] at the front of the input known to hold no LF */
	uint64_t line; /* number of the line handed out last; the first is 1 */
	unsigned empty; /* empty lines in a row */
	/*
	 * The first line has been seen. Until then a byte that cannot begin JSON is taken for
	 * another protocol. Set it at first for a file or body, where such a line is merely a wrong
	 * line.
	 */
	bool begun;
	/*
	 * For a file, where the next line can always be found: a line that is too long is refused
	 * and passed over, and any number of lines may be empty. Nothing is NDJSON_BROKEN then.
	 */
	bool lenient;
	bool passing; /* bytes of a line that is too long have been dropped */
};

enum ndjson_result {
	NDJSON_MORE, /* no whole line yet; nothing used */
	NDJSON_LINE, /* *line is one, not empty, without its end */
	NDJSON_REFUSED, /* a bad line: answer *refusal and go on */
	NDJSON_BROKEN, /* answer *refusal and close: what follows cannot be trusted */
};

/*
 * Takes the next line off the front of `input`. *used is how many bytes that took, to be skipped
 * in the next call whatever the result (empty lines count with NDJSON_MORE too). `ended` says that
 * no more bytes will come and a last line without LF is whole, as in an HTTP body or a file.
 */
enum ndjson_result ndjson_next(struct ndjson *n, struct span input, bool ended, size_t *used,
	struct span *line, struct refusal *refusal);

/*
 * For a stream that was closed: whether bytes of an unfinished line were left (`input` is what was
 * not used). They are never judged; *refusal says so.
 */
bool ndjson_cut_short(const struct ndjson *n, struct span input, struct refusal *refusal);
