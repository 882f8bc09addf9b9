/*
 * HTTP on a connection: one request and its answer at a time, and what the routes answer with.
 */
#pragma once

#include "server/connection.h"
#include "server/errands.h"
#include "server/judge.h"
#include "server/tokens.h"
#include "wire/http.h"
#include "wire/http_answer.h"
#include "wire/ndjson.h"

/* One connection's state. */
struct http_session {
	struct http_parser parser;
	bool head; /* of the request being answered: HEAD */
	bool close; /* the connection closes after this answer */
	bool is_1_1;
	uint64_t ticket; /* of the reload that the answer waits for */
	struct errand *errand; /* that the answer waits for; else NULL. Owned */
	bool streaming; /* answers to the lines of a body are under way */
	struct ndjson lines;
	size_t body_at, body_len; /* what is left of that body, from the first byte of the input */
};

/* A request with all that is needed to answer it. */
struct exchange {
	struct connection *connection;
	struct http_session *session;
	const struct http_request *request; /* NULL when the answer comes later */
	struct span subject; /* the part of the path that its route leaves open */
	const struct desk_act *act; /* of its route, or NULL */
	struct buf *out;
	struct access_who who; /* who asks, once the route has found out */
	const char *cookie; /* Set-Cookie of the answer, or NULL */
};

/* Answers with a body of the type; HEAD and close are seen to. */
void exchange_answer(struct exchange *x, int status, const char *type, struct span body);

/*
 * The same with what was written into the worker's `body`, or a refusal if that did not fit into
 * memory. Counts it. OUTCOME_MORE.
 */
enum outcome exchange_body(struct exchange *x, int status, const char *type);

/* Answers with 200 and a part of ours: with the fields that bind a browser. */
void exchange_page(struct exchange *x, const char *type, struct span body);

/* Answers with a problem document; `allow` is the field of a 405, or NULL. */
void exchange_refusal(struct exchange *x, const struct refusal *refusal, const char *allow);

/* The same with members of its own beside the usual: `,"name":value`. Counts it. */
void exchange_refusal_with(struct exchange *x, const struct refusal *refusal, struct span members);

/* The same for a code with a static message, or NULL. Counts it. */
void exchange_refuse(struct exchange *x, enum refusal_code code, const char *message);

/* Answers with 200 and `body` once its comment is stored. */
void exchange_hold(struct exchange *x, const struct judge_output *made, struct buf *body);

/* Sends it on its errand: the answer comes when that is over. */
enum outcome exchange_errand(
	struct exchange *x, struct errands *errands, const struct errand_request *request);

/* Answers with what came of the errand; OUTCOME_WAIT when it is not over. */
enum outcome exchange_errand_done(struct exchange *x);

/* Answers the comments of an NDJSON body, in chunks, as fast as the client reads. */
enum outcome exchange_stream(struct exchange *x);

/* --- routes (routes.c) --- */

/* Appends the table as Markdown, for README.md in this folder. */
void routes_describe(struct buf *out);

/* Answers the request, by the table. */
enum outcome route_request(struct exchange *x);

/* After OUTCOME_WAIT: a reload or an errand is over; OUTCOME_WAIT when it is not the one. */
enum outcome route_resume(struct exchange *x);
