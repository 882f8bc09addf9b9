/* The chain of decisions: see chain.h. */
#include "store/chain.h"

#include <openssl/evp.h>

bool chain_hash_text(struct span text, unsigned char out[CHAIN_HASH])
{
	return EVP_Digest(text.len ? text.ptr : "", text.len, out, NULL, EVP_sha256(), NULL) == 1;
}

bool chain_is(struct db_statement *statement, int column, const unsigned char hash[CHAIN_HASH])
{
	struct span found = db_blob(statement, column);

	return found.len == CHAIN_HASH && memcmp(found.ptr, hash, CHAIN_HASH) == 0;
}

static void put_number(struct buf *out, int64_t number)
{
	for (int i = 0; i < 8; i++)
		buf_char(out, (char)((uint64_t)number >> 8 * i & 0xFF));
}

static void put_text(struct buf *out, struct span text)
{
	put_number(out, (int64_t)text.len);
	buf_span(out, text);
}

bool chain_hash(const unsigned char before[CHAIN_HASH], const struct chain_row *row,
	unsigned char out[CHAIN_HASH])
{
	const int64_t numbers[] = {row->seq, row->item, row->version, row->at_ms, row->act,
		row->state, row->before, row->undoes};
	struct buf bytes = {0};
	bool fine;

	buf_append(&bytes, before, CHAIN_HASH);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		put_number(&bytes, numbers[i]);
	put_text(&bytes, row->actor);
	put_text(&bytes, row->reason);
	buf_append(&bytes, row->note_hash, CHAIN_HASH);
	fine = !bytes.failed && chain_hash_text(buf_content(&bytes), out);
	buf_free(&bytes);
	return fine;
}
