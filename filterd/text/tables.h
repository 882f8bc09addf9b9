/* The generated tables (build/gen/text_tables.c, written by gen_tables.c); private to text/. */
#pragma once

#include "text/chars.h"

#define TABLE_SHIFT 7 /* code points per block of a two-stage table: 128 */
#define TABLE_BLOCK (1u << TABLE_SHIFT)
#define TABLE_STAGE1 (0x110000u >> TABLE_SHIFT)

/* What the fold table says of a code point; anything greater is an offset into fold_pool. */
enum fold_value {
	FOLD_SAME = 0,
	FOLD_DROP = 1, /* ignorable or mark */
	FOLD_POOL = 2, /* the first offset in use */
};

extern const uint8_t fold_stage1[TABLE_STAGE1];
extern const uint16_t fold_stage2[];
/* At each offset: the length in bytes, then that many bytes of UTF-8. */
extern const uint8_t fold_pool[];

#define FOLD_SHORT_FIRST 0x80u
#define FOLD_SHORT_COUNT (0x800u - FOLD_SHORT_FIRST)
#define FOLD_SHORT_LONGER 0xFF /* its fold takes more than 3 bytes: ask the two-stage table */

/* The folds of all characters of two bytes, ready to be stored with one move. */
struct fold_short {
	uint8_t bytes[3];
	uint8_t len; /* 0 to 3, or FOLD_SHORT_LONGER */
};
extern const struct fold_short fold_short[FOLD_SHORT_COUNT];

extern const uint8_t char_stage1[TABLE_STAGE1];
extern const uint8_t char_stage2[]; /* indices into char_kinds */
extern const struct char_info char_kinds[];

/* What a folded, non-ASCII code point looks like. */
struct confusable {
	uint32_t c;
	uint32_t letters; /* bit (1 << n) for the n-th letter of a to z */
};
extern const struct confusable confusables[]; /* sorted by c */
extern const unsigned confusables_count;

static inline unsigned fold_value(uint32_t c)
{
	unsigned block = fold_stage1[c >> TABLE_SHIFT];

	return fold_stage2[block << TABLE_SHIFT | (c & (TABLE_BLOCK - 1))];
}

static inline struct char_info char_lookup(uint32_t c)
{
	unsigned block = char_stage1[c >> TABLE_SHIFT];

	return char_kinds[char_stage2[block << TABLE_SHIFT | (c & (TABLE_BLOCK - 1))]];
}
