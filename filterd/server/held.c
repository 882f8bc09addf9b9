/* Answers that are held back: see held.h. */
#include "server/held.h"

#include <stdlib.h>

void held_init(struct held_list *list)
{
	TAILQ_INIT(&list->first);
	list->bytes = 0;
}

void held_free(struct held_list *list)
{
	struct held *held, *next;

	for (held = TAILQ_FIRST(&list->first); held != NULL; held = next) {
		next = TAILQ_NEXT(held, link);
		held_drop(held);
	}
	held_init(list);
}

static struct held *last(struct held_list *list)
{
	return TAILQ_LAST(&list->first, held_queue);
}

struct buf *held_tail(struct held_list *list)
{
	return &last(list)->after;
}

size_t held_bytes(struct held_list *list)
{
	return held_any(list) ? list->bytes + last(list)->after.len : 0;
}

int held_add(struct held_list *list, struct store_row *row, struct span id, struct span answer,
	const struct held_frame *frame, int64_t now_ns)
{
	struct held *held = calloc(1, sizeof(*held));

	if (held == NULL)
		return ERR_NOMEM;
	buf_span(&held->answer, answer);
	if (held->answer.failed) {
		free(held);
		return ERR_NOMEM;
	}
	held->row = row;
	held->since_ns = now_ns;
	held->id_len = id.len < sizeof(held->id) ? id.len : sizeof(held->id);
	if (held->id_len > 0)
		memcpy(held->id, id.ptr, held->id_len);
	held->frame = *frame;
	list->bytes = held_bytes(list) + answer.len;
	TAILQ_INSERT_TAIL(&list->first, held, link);
	return OK;
}

enum held_state held_look(struct held_list *list, struct queue_added *added)
{
	static const enum held_state states[] = {
		[STORE_PENDING] = HELD_PENDING,
		[STORE_STORED] = HELD_STORED,
		[STORE_FAILED] = HELD_FAILED,
	};
	struct held *held = TAILQ_FIRST(&list->first);

	return held ? states[store_row_state(held->row, added)] : HELD_NOTHING;
}

struct held *held_take(struct held_list *list)
{
	struct held *held = TAILQ_FIRST(&list->first);

	list->bytes -= held->answer.len;
	if (held != last(list))
		list->bytes -= held->after.len;
	TAILQ_REMOVE(&list->first, held, link);
	return held;
}

void held_drop(struct held *held)
{
	store_row_drop(held->row);
	buf_free(&held->answer);
	buf_free(&held->after);
	free(held);
}
