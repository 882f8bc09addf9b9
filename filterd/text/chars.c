/* The class, script and flags of a code point: see chars.h. */
#include "text/chars.h"

#include "text/tables.h"

const char *const script_names[SCRIPT_COUNT] = {
	[SCRIPT_COMMON] = "Zyyy",
	[SCRIPT_LATIN] = "Latn",
	[SCRIPT_ARABIC] = "Arab",
	[SCRIPT_CYRILLIC] = "Cyrl",
	[SCRIPT_GREEK] = "Grek",
	[SCRIPT_HEBREW] = "Hebr",
	[SCRIPT_HAN] = "Hani",
	[SCRIPT_KANA] = "Hrkt",
	[SCRIPT_HANGUL] = "Hang",
	[SCRIPT_THAI] = "Thai",
	[SCRIPT_DEVANAGARI] = "Deva",
	[SCRIPT_ARMENIAN] = "Armn",
	[SCRIPT_GEORGIAN] = "Geor",
	[SCRIPT_SYRIAC] = "Syrc",
	[SCRIPT_OTHER] = "Zzzz",
};

struct char_info char_info(uint32_t c)
{
	return char_lookup(c);
}
