/*
 * Any bytes as what is asked of the queue, as a query and as a body: read or refused, and what was
 * read lies within the bounds that the store relies on.
 */
#include "wire/queue_ask.h"

#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds)                                                                               \
	do {                                                                                       \
		if (!(holds))                                                                      \
			abort();                                                                   \
	} while (0)

static void check_filter(const struct queue_filter *filter)
{
	const struct span texts[] = {filter->site, filter->language, filter->guideline,
		filter->rule, filter->author_id, filter->article_id, filter->same_text_as,
		filter->after};

	CHECK(filter->limit <= QUEUE_PAGE_MAX);
	CHECK(filter->score_from <= 10000 && filter->score_to <= 10000);
	CHECK(filter->order <= QUEUE_HIGHEST_SCORE);
	CHECK((filter->states & ~((1U << QUEUE_STATES) - 1)) == 0);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK(texts[i].len == 0 || utf8_valid(texts[i], NULL));
	CHECK(filter->ids_count <= QUEUE_PAGE_MAX);
	for (size_t i = 0; i < filter->ids_count; i++)
		CHECK(filter->ids[i].ptr != NULL && utf8_valid(filter->ids[i], NULL));
}

static void check_ask(bool read, const struct queue_ask *ask, const struct refusal *refusal)
{
	CHECK(read == (refusal->code == REFUSAL_NONE));
	if (!read)
		return;
	check_filter(&ask->filter);
	CHECK(ask->lease_s >= 0 && ask->lease_s <= QUEUE_ASK_LEASE_MAX);
	CHECK(ask->decisions_count <= QUEUE_PAGE_MAX);
	for (size_t i = 0; i < ask->decisions_count; i++)
		CHECK(ask->decisions[i].act < QUEUE_ACTS && ask->decisions[i].queue_id.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = {(const char *)data, size};
	struct refusal refusal;
	struct queue_ask ask;
	struct arena arena;
	bool read;

	arena_init(&arena, 0);
	read = queue_ask_query(input, &arena, &ask, &refusal);
	check_ask(read, &ask, &refusal);
	read = queue_ask_body(input, &arena, &ask, &refusal);
	check_ask(read, &ask, &refusal);
	arena_free(&arena);
	return 0;
}
