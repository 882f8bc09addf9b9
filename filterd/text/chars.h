/*
 * What a code point is: class, script, and flags, from the table that the generator
 * (text/gen_tables.c, run at build time with ICU) writes into build/gen/text_tables.c.
 *
 * Only characters of Unicode 14 and older are letters or digits here, so that PCRE2 10.42 and this
 * table never disagree about where a word ends.
 */
#pragma once

#include "base/span.h"

/* Scripts that rules and language guesses tell apart; everything else is SCRIPT_OTHER. */
enum script {
	SCRIPT_COMMON, /* punctuation, digits, emoji, inherited marks */
	SCRIPT_LATIN,
	SCRIPT_ARABIC,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_HEBREW,
	SCRIPT_HAN,
	SCRIPT_KANA, /* Hiragana and Katakana */
	SCRIPT_HANGUL,
	SCRIPT_THAI,
	SCRIPT_DEVANAGARI,
	SCRIPT_ARMENIAN,
	SCRIPT_GEORGIAN,
	SCRIPT_SYRIAC,
	SCRIPT_OTHER,
	SCRIPT_COUNT,
};

/* ISO 15924 codes ("Latn", "Arab"), by enum; SCRIPT_OTHER is "Zyyy"'s counterpart "Zzzz". */
extern const char *const script_names[SCRIPT_COUNT];

enum char_flag {
	CHAR_LETTER = 1 << 0,
	CHAR_DIGIT = 1 << 1, /* General_Category Nd, Nl, No */
	CHAR_MARK = 1 << 2, /* Mn, Mc, Me */
	CHAR_SPACE = 1 << 3, /* White_Space */
	CHAR_UPPER = 1 << 4, /* Uppercase or titlecase letter */
	CHAR_IGNORABLE = 1 << 5, /* Default_Ignorable_Code_Point and tatweel: dropped by folding */
	CHAR_EMOJI = 1 << 6, /* Emoji_Presentation or Extended_Pictographic, not digits or # * */
	CHAR_BIDI = 1 << 7, /* direction controls U+061C 200E 200F 202A-202E 2066-2069 */
	CHAR_END = 1 << 8, /* ends a sentence: Sentence_Terminal */
	CHAR_QUOTE = 1 << 9, /* Quotation_Mark */
	CHAR_WORD = 1 << 10, /* part of a word: letter, digit, mark or underscore */
	CHAR_SOLO = 1 << 11, /* of a script written without spaces: a word edge on both sides */
	CHAR_CONTROL = 1 << 12, /* Cc other than tab, line feed, carriage return */
};

struct char_info {
	uint16_t flags; /* enum char_flag */
	uint8_t script; /* enum script */
};

/* What c is; c <= U+10FFFF. Unassigned code points have no flags. */
struct char_info char_info(uint32_t c);

/*
 * Whether c steers a terminal or cannot be seen, so that text for people shows it as <U+202E>:
 * controls, direction controls, and ignorables but for tatweel, joiners and variation selectors,
 * which shape letters and emoji that are seen.
 */
bool char_hides(uint32_t c);
