/*
 * Fuzzes what webhooks answer: what is found in the first bytes of an answer stays true whatever
 * comes after them, and a number is never one that was not written.
 */
#include "wire/webhook.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS 64 /* that an answer is cut into at most */

#define CHECK(holds)                                                                               \
	do {                                                                                       \
		if (!(holds))                                                                      \
			abort();                                                                   \
	} while (0)

/* From memory of exactly that size. */
static int read_copy(const uint8_t *data, size_t size, struct webhook_answer *out)
{
	char *copy = malloc(size ? size : 1);
	int rc;

	CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	rc = webhook_read((struct span){copy, size}, out);
	free(copy);
	return rc;
}

static void check_answer(const struct webhook_answer *answer, size_t size)
{
	CHECK(answer->status >= 200 && answer->status <= 999);
	CHECK(answer->body_at > 0 && answer->body_at <= size);
	CHECK(answer->retry_after_s >= -1 && answer->retry_after_s <= 999999999);
	CHECK(answer->body_len >= -1 && answer->body_len <= 999999999);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct webhook_answer whole, part;
	int rc = read_copy(data, size, &whole);

	CHECK(rc == OK || rc == ERR_AGAIN || rc == ERR_INVALID);
	if (rc == OK)
		check_answer(&whole, size);
	for (size_t i = 0; i < STEPS; i++) {
		size_t len = size < STEPS ? i : size / STEPS * i;
		int early = len < size ? read_copy(data, len, &part) : ERR_AGAIN;

		CHECK(early == ERR_AGAIN || early == rc);
		if (early == OK)
			CHECK(part.status == whole.status && part.body_at == whole.body_at &&
				part.body_len == whole.body_len &&
				part.retry_after_s == whole.retry_after_s);
	}
	return 0;
}
