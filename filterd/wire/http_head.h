/*
 * The head of an HTTP request: what one line of it means for the parser. For http.c alone.
 *
 * Each returns HTTP_REQUEST when the line is good, else HTTP_REFUSED with p->refusal set.
 */
#pragma once

#include "wire/http.h"

/*
 * Breaks the parser. Always HTTP_REFUSED. REFUSAL_HEADERS_TOO_LARGE becomes REFUSAL_BAD_REQUEST
 * when it is about trailers.
 */
enum http_result http_head_refuse(
	struct http_parser *p, enum refusal_code code, const char *message);

/* The request line without its end, in `in`: method, target (decoded in place), version. */
enum http_result http_head_request_line(struct http_parser *p, struct buf *in, struct span line);

/* A line of the head after it, not empty. Notes where the field stands and what it decides. */
enum http_result http_head_field(struct http_parser *p, const struct buf *in, struct span line);

/* A line of the trailers, not empty: checked like a field, then forgotten. */
enum http_result http_head_trailer(struct http_parser *p, struct span line);

/* The empty line after the fields: decides how the body is framed and goes to that state. */
enum http_result http_head_end(struct http_parser *p);
