/* What language guesses rest on: words, letters and affixes of each language; private to text/. */
#pragma once

#include "text/chars.h"

/* The languages that are told apart by evidence; others are known by their script alone. */
enum tongue {
	TONGUE_AR,
	TONGUE_CKB,
	TONGUE_DE,
	TONGUE_EN,
	TONGUE_ES,
	TONGUE_FA,
	TONGUE_FR,
	TONGUE_KMR,
	TONGUE_RU,
	TONGUE_TR,
	TONGUE_UK,
	TONGUE_UR,
	TONGUE_COUNT,
};

struct tongue_data {
	const char *tag;
	enum script script;
	const char *words; /* the commonest, parted by spaces, as they are written; each is of 16
			      bytes at most when folded */
};
extern const struct tongue_data tongues[TONGUE_COUNT];

#define LETTER_TONGUES 3

/* A letter of the original text that speaks for some languages. Points are hundredths of a word. */
struct letter_evidence {
	struct {
		uint8_t tongue;
		uint8_t points; /* 0 ends the list */
	} of[LETTER_TONGUES];
};
#define LETTERS_END 0x700 /* no later character is a letter that speaks for one */
extern const struct letter_evidence letter_evidence[LETTERS_END]; /* by code point, lower case */

/* A beginning or an end of a folded word that speaks for a language. */
struct affix_evidence {
	char affix[8];
	uint8_t len; /* of the affix, in bytes */
	uint8_t tongue;
	uint8_t points;
	uint8_t rest; /* letters that the word must have besides */
	bool begins; /* a prefix; else a suffix */
};
extern const struct affix_evidence affix_evidence[]; /* 32 at most */
extern const size_t affix_evidence_count;
