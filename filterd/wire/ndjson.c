/* NDJSON framing: see ndjson.h. */
#include "wire/ndjson.h"

static enum ndjson_result refuse(const struct ndjson *n, enum ndjson_result result,
	enum refusal_code code, const char *message, struct refusal *refusal)
{
	refusal_set(refusal, code, message, REFUSAL_NOWHERE);
	refusal->line = n->line;
	return result;
}

/*
 * Whether a connection can begin with this byte. What cannot begin a JSON text is another protocol
 * (TLS 0x16, HTTP and SMTP letters, RESP `*`, SSH): told at once, for it may never send a LF. A
 * byte order mark is let through to be refused as what it is.
 */
static bool can_begin(char c)
{
	return c != '\0' && strchr("{[\"-0123456789tfn \t\r\n\xEF", c);
}

/* The input up to `end`, without the CR of CR LF. */
static struct span cut_line(struct span input, size_t end)
{
	return span_sub(input, 0, end > 0 && input.ptr[end - 1] == '\r' ? end - 1 : end);
}

/* The end of a line whose beginning has been dropped. */
static enum ndjson_result end_passing(struct ndjson *n, struct refusal *refusal)
{
	n->line++;
	n->empty = 0;
	n->passing = false;
	return refuse(n, NDJSON_REFUSED, REFUSAL_TOO_LARGE, NULL, refusal);
}

/* Judges one whole line. NDJSON_MORE: it is empty. */
static enum ndjson_result judge(struct ndjson *n, struct span line, struct refusal *refusal)
{
	n->line++;
	if (line.len == 0) {
		if (++n->empty > NDJSON_EMPTY_MAX && !n->lenient)
			return refuse(n, NDJSON_BROKEN, REFUSAL_BAD_LINE,
				"more than 100 empty lines in a row", refusal);
		return NDJSON_MORE;
	}
	n->empty = 0;
	if (line.len > n->line_max)
		return refuse(n, n->lenient ? NDJSON_REFUSED : NDJSON_BROKEN, REFUSAL_TOO_LARGE,
			NULL, refusal);
	if (memchr(line.ptr, '\r', line.len))
		return refuse(n, NDJSON_REFUSED, REFUSAL_BAD_LINE,
			"a carriage return within a line", refusal);
	return NDJSON_LINE;
}

enum ndjson_result ndjson_next(struct ndjson *n, struct span input, bool ended, size_t *used,
	struct span *line, struct refusal *refusal)
{
	*used = 0;
	while (*used < input.len) {
		struct span rest = {input.ptr + *used, input.len - *used};
		const char *lf;
		size_t end;
		enum ndjson_result result;

		if (!n->begun && !can_begin(rest.ptr[0])) {
			n->line++;
			return refuse(n, NDJSON_BROKEN, REFUSAL_WRONG_PROTOCOL, NULL, refusal);
		}
		lf = n->scanned < rest.len
			     ? memchr(rest.ptr + n->scanned, '\n', rest.len - n->scanned)
			     : NULL;
		if (!lf && !ended) {
			n->scanned = rest.len;
			if (rest.len <= n->line_max + 1)
				return NDJSON_MORE;
			if (n->lenient) {
				n->passing = true;
				n->scanned = 0;
				*used += rest.len;
				return NDJSON_MORE;
			}
			n->line++;
			return refuse(n, NDJSON_BROKEN, REFUSAL_TOO_LARGE, NULL, refusal);
		}
		end = lf ? (size_t)(lf - rest.ptr) : rest.len;
		n->scanned = 0;
		*used += end + (lf != NULL);
		if (n->passing)
			return end_passing(n, refusal);
		*line = cut_line(rest, end);
		n->begun |= line->len > 0;
		result = judge(n, *line, refusal);
		if (result != NDJSON_MORE)
			return result;
	}
	return n->passing && ended ? end_passing(n, refusal) : NDJSON_MORE;
}

bool ndjson_cut_short(const struct ndjson *n, struct span input, struct refusal *refusal)
{
	if (input.len == 0)
		return false;
	refusal_set(
		refusal, REFUSAL_BAD_LINE, "the connection ended within a line", REFUSAL_NOWHERE);
	refusal->line = n->line + 1;
	return true;
}
