/*
 * The chain of decisions: each row's hash covers the hash of the row before it and the row itself,
 * so that a row that was changed, taken out or put in is found.
 */
#pragma once

#include "store/queue.h"

#define CHAIN_HASH 32 /* [bytes] of SHA-256 */

struct chain_row {
	int64_t seq, item, version, at_ms, act, state, before, undoes;
	struct span actor, reason;
	unsigned char note_hash[CHAIN_HASH]; /* of the note, so that it can be erased */
};

/* The hash of a note, or of any text. False: no memory. */
bool chain_hash_text(struct span text, unsigned char out[CHAIN_HASH]);

/* Whether the column of the row is this hash. */
bool chain_is(struct db_statement *statement, int column, const unsigned char hash[CHAIN_HASH]);

/*
 * SHA-256 over `before` (of the first row: zeros), the numbers in the order above as 8 bytes each
 * (little-endian), actor and reason with their lengths before them as numbers, and the note's hash.
 * False: no memory.
 */
bool chain_hash(const unsigned char before[CHAIN_HASH], const struct chain_row *row,
	unsigned char out[CHAIN_HASH]);
