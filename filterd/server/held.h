/*
 * Answers that are held back until their comments are stored.
 *
 *     judge() ──► held_add(): answer without its end ──┐    what is answered after it gathers
 * behind store: the row is safe, or is not, or takes too long    ──► held_release(): in order, to
 * `out`
 *
 * One list for each connection. Its answers stay in order: nothing overtakes one that is held.
 */
#pragma once

#include "base/buf.h"
#include "store/store.h"
#include "wire/http_answer.h"
#include "wire/native.h"

#include <sys/queue.h>

/* How a protocol sends the answer once it is whole. */
struct held_frame {
	uint64_t line; /* of an NDJSON connection or body; 0: none */
	bool streamed; /* a line of an HTTP answer that is under way */
	bool chunked; /* and that goes in chunks */
	bool head, close; /* of a whole HTTP answer: as in struct http_answer */
};

struct held {
	TAILQ_ENTRY(held) link;
	struct store_row *row;
	int64_t since_ns;
	char id[NATIVE_ID_MAX]; /* the comment's, for a refusal */
	size_t id_len; /* [bytes] */
	struct held_frame frame;
	struct buf answer; /* without its end */
	struct buf after; /* what was answered after it */
};

struct held_list {
	TAILQ_HEAD(held_queue, held) first;
	size_t bytes; /* of all answers, and of what follows all but the last */
};

void held_init(struct held_list *list);
void held_free(struct held_list *list);

static inline bool held_any(const struct held_list *list)
{
	return !TAILQ_EMPTY(&list->first);
}

/* Where the next answers go while something is held: behind it. The list must not be empty. */
struct buf *held_tail(struct held_list *list);

/* [bytes] that wait, what follows the last one among them. */
size_t held_bytes(struct held_list *list);

/*
 * Holds `answer` to the comment `id` (at most NATIVE_ID_MAX bytes) back. The row is taken over. OK;
 * or ERR_NOMEM, and the row is the caller's still.
 */
int held_add(struct held_list *list, struct store_row *row, struct span id, struct span answer,
	const struct held_frame *frame, int64_t now_ns);

/* The id of the comment it answers; may be empty. */
static inline struct span held_id(const struct held *held)
{
	return (struct span){held->id, held->id_len};
}

/* How the first held answer stands. */
enum held_state {
	HELD_NOTHING, /* there is none */
	HELD_PENDING,
	HELD_STORED, /* *added tells */
	HELD_FAILED,
};
enum held_state held_look(struct held_list *list, struct queue_added *added);

/* Takes the first one off the list; the caller's until held_drop(). */
struct held *held_take(struct held_list *list);
void held_drop(struct held *held);
