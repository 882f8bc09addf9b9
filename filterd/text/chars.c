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

bool char_hides(uint32_t c)
{
	if (c == 0x640 || c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F))
		return false;
	return c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029 ||
	       (char_info(c).flags & (CHAR_CONTROL | CHAR_BIDI | CHAR_IGNORABLE)) != 0;
}
