/*
 * A strict JSON reader that hands out one event at a time, and the writer's one hard part.
 *
 *     struct json j;
 *     json_init(&j, input, arena);
 *     while ((event = json_next(&j)) > JSON_END) ...
 *     if (event == JSON_REFUSED) ... j.refusal
 *
 * RFC 8259, and stricter where two readers could understand two things: no key twice in an object
 * (escapes resolved), no lone surrogates, no byte order mark, no number that a double cannot hold.
 * Bounds stop a hostile document before it costs anything: JSON_DEPTH_MAX, JSON_KEYS_MAX,
 * JSON_KEY_MAX, JSON_NUMBER_MAX. Time is linear in the input; there is no recursion.
 *
 * Nothing is copied: a string without escapes is a span of the input, others are decoded into the
 * arena when asked for. U+0000 is a character like any other.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "wire/refusal.h"

#define JSON_DEPTH_MAX 32 /* arrays and objects within each other */
#define JSON_KEYS_MAX 64 /* of one object */
#define JSON_KEY_MAX 256 /* [bytes] of a key as written, without its quotes */
#define JSON_NUMBER_MAX 128 /* [bytes] of a number as written */

enum json_event {
	JSON_REFUSED, /* j.refusal says why; every later call says the same */
	JSON_END, /* the document was one whole JSON value */
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY, /* j.token: the key, decoded; its value's event comes next */
	JSON_STRING, /* json_text() has its text */
	JSON_NUMBER, /* j.token: as written; see json_int() */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

enum json_state {
	JSON_AT_VALUE,
	JSON_AT_FIRST_ITEM, /* after [ */
	JSON_AT_FIRST_KEY, /* after { */
	JSON_AFTER_VALUE,
	JSON_STOPPED,
};

struct json {
	struct span input; /* not owned; outlives every span handed out */
	const char *at; /* next byte to read */
	struct arena *arena;
	struct span token; /* of the last event; of a string: as written between the quotes */
	size_t offset; /* [bytes] into input: first byte of the last event's token */
	bool escaped; /* the string just read has a backslash */
	enum json_state state;
	struct refusal refusal;
	unsigned depth; /* open arrays and objects */
	unsigned keys_count; /* of all open objects */
	uint64_t objects; /* bit d: the container at depth d is an object */
	struct {
		uint64_t seen; /* bit per key hash: an unset bit means a new key */
		unsigned keys_from; /* the first of its keys */
	} open[JSON_DEPTH_MAX];
	struct span keys[JSON_DEPTH_MAX * JSON_KEYS_MAX]; /* left as it is by json_init() */
};

/* Begins to read `input` (not owned). Strings with escapes are decoded into `arena`. */
void json_init(struct json *j, struct span input, struct arena *arena);

/* The next event. After JSON_REFUSED or JSON_END nothing else comes. */
enum json_event json_next(struct json *j);

/*
 * Passes over what is left of the value that `event` began (everything in an array or object) with
 * all checks. Returns `event`, or JSON_REFUSED.
 */
enum json_event json_leave(struct json *j, enum json_event event);

/* The text of the JSON_STRING just read, in the input or the arena; ptr NULL: out of memory. */
struct span json_text(struct json *j);

/* The value of a JSON_NUMBER's token if it is written as a whole number and fits; else false. */
bool json_int(struct span token, int64_t *out);

/* Appends s (valid UTF-8) as a JSON string with its quotes. */
void json_write(struct buf *out, struct span s);

/* The same without the quotes, for a string made of several parts. */
void json_write_text(struct buf *out, struct span s);
