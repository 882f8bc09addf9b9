/*
 * Writes the tables of text/ as C source to standard output; runs at build time with ICU.
 *
 * The daemon links no ICU: everything it needs of Unicode is worked out here, once per code point.
 *
 *   folding      NFKC_Casefold, compatibility decomposition, then the unifications below, again and
 *                again until nothing changes. Each code point folds without looking at its
 *                neighbours, which is what makes folding idempotent and safe to concatenate.
 *   characters   flags and script, for code points of Unicode 14 and older
 *   confusables  for what is left after folding: the letters a to z it can be taken for, from
 *                Unicode's own data (UTS 39) for both its cases, and a few of our own
 *
 * Hangul syllables stay composed: decomposed they would grow threefold and no rule could name them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "text/tables.h"

#define CODE_POINTS 0x110000
#define UNICODE_VERSION 14 /* PCRE2 10.42's */
#define SEQUENCE_MAX 32 /* the longest fold is U+FDFA's, 18 */
#define POOL_MAX 65536
#define KINDS_MAX 256

/* What several code points are folded to. Ranges map to one target, or step along with it. */
struct unification {
	UChar32 from, to;
	UChar32 target;
	bool along; /* from + n goes to target + n */
};

static const struct unification unifications[] = {
	/* alef with wasla, wavy hamza above and below; those with madda or hamza decompose */
	{0x0671, 0x0673, 0x0627, false},
	/* yeh: Kashmiri; alef maksura, Arabic; with tail and with small v (Sorani ێ); e; barree */
	{0x0620, 0x0620, 0x06CC, false},
	{0x0649, 0x064A, 0x06CC, false},
	{0x06CD, 0x06CE, 0x06CC, false},
	{0x06D0, 0x06D2, 0x06CC, false},
	/* kaf: Arabic, swash */
	{0x0643, 0x0643, 0x06A9, false},
	{0x06AA, 0x06AA, 0x06A9, false},
	/* heh: teh marbuta, doachashmee, goal, teh marbuta goal, ae (Sorani ە) */
	{0x0629, 0x0629, 0x0647, false},
	{0x06BE, 0x06BE, 0x0647, false},
	{0x06C1, 0x06C1, 0x0647, false},
	{0x06C3, 0x06C3, 0x0647, false},
	{0x06D5, 0x06D5, 0x0647, false},
	/* waw: with ring, Kirghiz oe, oe (Sorani ۆ), u, yu, Kirghiz yu, with two dots, with dot */
	{0x06C4, 0x06CA, 0x0648, false},
	{0x06CF, 0x06CF, 0x0648, false},
	/* Sorani ڕ and ڵ, lam with dot, noon ghunna */
	{0x0695, 0x0695, 0x0631, false},
	{0x06B5, 0x06B6, 0x0644, false},
	{0x06BA, 0x06BA, 0x0646, false},
	/* dotless beh, feh and qaf, which hide as such; ngoeh */
	{0x066E, 0x066E, 0x0628, false},
	{0x06A1, 0x06A1, 0x0641, false},
	{0x066F, 0x066F, 0x0642, false},
	{0x06B1, 0x06B1, 0x06AF, false},
	/* Urdu: tteh, ddal, rreh */
	{0x0679, 0x0679, 0x062A, false},
	{0x0688, 0x0688, 0x062F, false},
	{0x0691, 0x0691, 0x0631, false},
	/* apostrophes and single quotes: acute, modifier letters, curly, primes, geresh */
	{0x00B4, 0x00B4, '\'', false},
	{0x02B9, 0x02B9, '\'', false},
	{0x02BB, 0x02BD, '\'', false},
	{0x05F3, 0x05F3, '\'', false},
	{0x2018, 0x201B, '\'', false},
	{0x2032, 0x2032, '\'', false},
	{0x2035, 0x2035, '\'', false},
	/* double quotes: gershayim, curly, primes */
	{0x05F4, 0x05F4, '"', false},
	{0x201C, 0x201F, '"', false},
	{0x2033, 0x2033, '"', false},
	{0x2036, 0x2036, '"', false},
	/* hyphens, dashes, minus, maqaf */
	{0x05BE, 0x05BE, '-', false},
	{0x2010, 0x2015, '-', false},
	{0x2043, 0x2043, '-', false},
	{0x2212, 0x2212, '-', false},
	/* line breaks */
	{0x0085, 0x0085, '\n', false},
	{0x2028, 0x2029, '\n', false},
	/* white on black: digits and letters that Unicode does not decompose */
	{0x2776, 0x277E, '1', true},
	{0x2780, 0x2788, '1', true},
	{0x278A, 0x2792, '1', true},
	{0x1F150, 0x1F169, 'a', true},
	{0x1F170, 0x1F189, 'a', true},
};

struct sequence {
	UChar32 c[SEQUENCE_MAX];
	int count;
};

static const UNormalizer2 *casefold, *decompose;
static UTransliterator *latin_ascii;
static USpoofChecker *spoof;

static uint16_t fold_values[CODE_POINTS];
static uint8_t pool[POOL_MAX];
static unsigned pool_len = FOLD_POOL;

static void check(UErrorCode error, const char *what)
{
	if (U_FAILURE(error)) {
		fprintf(stderr, "gen_tables: %s: %s\n", what, u_errorName(error));
		exit(1);
	}
}

static void fail(const char *what)
{
	fprintf(stderr, "gen_tables: %s\n", what);
	exit(1);
}

/* --- code points ------------------------------------------------------------------------------ */

static bool is_known(UChar32 c)
{
	UVersionInfo age;

	u_charAge(c, age);
	return age[0] > 0 && age[0] <= UNICODE_VERSION && u_charType(c) != U_SURROGATE;
}

/* Of "CYRILLIC SMALL LETTER KA WITH STROKE" the letter KA; c if its name has no such part. */
static UChar32 base_of(UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	char name[256];
	UChar32 base;
	char *with;

	u_charName(c, U_UNICODE_CHAR_NAME, name, sizeof(name), &error);
	check(error, "u_charName");
	with = strstr(name, " WITH ");
	if (!with || !strstr(name, " LETTER "))
		return c;
	*with = '\0';
	base = u_charFromName(U_UNICODE_CHAR_NAME, name, &error);
	return U_FAILURE(error) ? c : base;
}

static UScriptCode script_of(UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript(c, &error);

	check(error, "uscript_getScript");
	return script;
}

static bool is_ignorable(UChar32 c)
{
	/* tatweel and its N'Ko sister only stretch a word */
	return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || c == 0x0640 ||
	       c == 0x07FA;
}

/* Marks are dropped where the script can do without; in Indic scripts and Thai they are vowels. */
static bool is_dropped_mark(UChar32 c)
{
	int8_t type = u_charType(c);

	if (type != U_NON_SPACING_MARK && type != U_ENCLOSING_MARK)
		return false;
	if (c == 0x3099 || c == 0x309A) /* the voice of a kana */
		return false;
	switch (script_of(c)) {
	case USCRIPT_COMMON:
	case USCRIPT_INHERITED:
	case USCRIPT_LATIN:
	case USCRIPT_ARABIC:
	case USCRIPT_HEBREW:
	case USCRIPT_GREEK:
	case USCRIPT_CYRILLIC:
	case USCRIPT_SYRIAC:
		return true;
	default:
		return false;
	}
}

static bool is_hangul_syllable(UChar32 c)
{
	return c >= 0xAC00 && c <= 0xD7A3;
}

/* --- folding ---------------------------------------------------------------------------------- */

static void push(struct sequence *s, UChar32 c)
{
	if (s->count == SEQUENCE_MAX)
		fail("a fold is too long");
	s->c[s->count++] = c;
}

static void push_utf16(struct sequence *s, const UChar *text, int32_t len)
{
	for (int32_t i = 0; i < len;) {
		UChar32 c;

		U16_NEXT(text, i, len, c);
		push(s, c);
	}
}

static void push_normalized(struct sequence *out, const UNormalizer2 *normalizer, UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar in[2], text[4 * SEQUENCE_MAX];
	int32_t in_len = 0, len;

	U16_APPEND_UNSAFE(in, in_len, c);
	len = unorm2_normalize(normalizer, in, in_len, text, 4 * SEQUENCE_MAX, &error);
	check(error, "unorm2_normalize");
	push_utf16(out, text, len);
}

/* Puts the base letters of a Latin letter; false when the transliterator knows none. */
static bool push_latin(struct sequence *out, UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar text[SEQUENCE_MAX];
	int32_t len = 0, limit;

	U16_APPEND_UNSAFE(text, len, c);
	limit = len;
	utrans_transUChars(latin_ascii, text, &len, SEQUENCE_MAX, 0, &limit, &error);
	check(error, "utrans_transUChars");
	for (int32_t i = 0; i < len; i++)
		if (!((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z'))
			return false;
	for (int32_t i = 0; i < len; i++)
		push(out, text[i] | 0x20);
	return len > 0;
}

static bool push_unified(struct sequence *out, UChar32 c)
{
	for (size_t i = 0; i < ARRAY_LEN(unifications); i++) {
		const struct unification *u = &unifications[i];

		if (c >= u->from && c <= u->to) {
			push(out, u->along ? u->target + (c - u->from) : u->target);
			return true;
		}
	}
	return false;
}

/*
 * A letter of the Arabic script with a ring, dots or a tail that Arabic, Persian and Kurdish do not
 * write: to their readers it is the letter without.
 */
static bool is_foreign_arabic(UChar32 c)
{
	return script_of(c) == USCRIPT_ARABIC && c != 0x06AF && base_of(c) != c;
}

/* One step for one code point. */
static void fold_step(struct sequence *out, UChar32 c)
{
	struct sequence folded = {.count = 0};

	if (is_ignorable(c) || is_dropped_mark(c) || push_unified(out, c))
		return;
	if (c < 0x80 || is_hangul_syllable(c) || !is_known(c)) {
		push(out, c >= 'A' && c <= 'Z' ? c + 0x20 : c);
		return;
	}
	if (is_foreign_arabic(c)) {
		push(out, base_of(c));
		return;
	}
	if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
		push(out, '0' + u_charDigitValue(c));
		return;
	}
	if (u_isUWhiteSpace(c)) {
		push(out, ' ');
		return;
	}
	if (script_of(c) == USCRIPT_LATIN && push_latin(out, c))
		return;
	push_normalized(&folded, casefold, c);
	for (int i = 0; i < folded.count; i++) {
		if (is_hangul_syllable(folded.c[i]))
			push(out, folded.c[i]);
		else
			push_normalized(out, decompose, folded.c[i]);
	}
}

static struct sequence fold(UChar32 c)
{
	struct sequence now = {{c}, 1}, next;

	for (int round = 0; round < 8; round++) {
		next.count = 0;
		for (int i = 0; i < now.count; i++)
			fold_step(&next, now.c[i]);
		if (next.count == now.count &&
			memcmp(next.c, now.c, sizeof(next.c[0]) * (size_t)now.count) == 0)
			return now;
		now = next;
	}
	fail("a fold does not settle");
	return now;
}

static unsigned put_utf8(UChar32 c, uint8_t *out)
{
	unsigned len = 0;

	U8_APPEND_UNSAFE(out, len, c);
	return len;
}

/* The offset of the string in the pool; strings that are there already are shared. */
static uint16_t pool_add(const uint8_t *bytes, unsigned len)
{
	unsigned at = FOLD_POOL;

	while (at < pool_len) {
		if (pool[at] == len && memcmp(pool + at + 1, bytes, len) == 0)
			return (uint16_t)at;
		at += 1 + pool[at];
	}
	if (pool_len + 1 + len > POOL_MAX)
		fail("the fold pool is full");
	pool[at] = (uint8_t)len;
	memcpy(pool + at + 1, bytes, len);
	pool_len += 1 + len;
	return (uint16_t)at;
}

static uint16_t fold_entry(UChar32 c)
{
	uint8_t bytes[4 * SEQUENCE_MAX];
	unsigned len = 0;
	struct sequence s;

	if (U_IS_SURROGATE(c))
		return FOLD_SAME;
	s = fold(c);
	if (s.count == 0)
		return FOLD_DROP;
	if (s.count == 1 && s.c[0] == c)
		return FOLD_SAME;
	for (int i = 0; i < s.count; i++)
		len += put_utf8(s.c[i], bytes + len);
	return pool_add(bytes, len);
}

/* --- characters ------------------------------------------------------------------------------- */

static enum script script_kind(UChar32 c)
{
	switch (script_of(c)) {
	case USCRIPT_COMMON:
	case USCRIPT_INHERITED:
		return SCRIPT_COMMON;
	case USCRIPT_LATIN:
		return SCRIPT_LATIN;
	case USCRIPT_ARABIC:
		return SCRIPT_ARABIC;
	case USCRIPT_CYRILLIC:
		return SCRIPT_CYRILLIC;
	case USCRIPT_GREEK:
		return SCRIPT_GREEK;
	case USCRIPT_HEBREW:
		return SCRIPT_HEBREW;
	case USCRIPT_HAN:
		return SCRIPT_HAN;
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
		return SCRIPT_KANA;
	case USCRIPT_HANGUL:
		return SCRIPT_HANGUL;
	case USCRIPT_THAI:
		return SCRIPT_THAI;
	case USCRIPT_DEVANAGARI:
		return SCRIPT_DEVANAGARI;
	case USCRIPT_ARMENIAN:
		return SCRIPT_ARMENIAN;
	case USCRIPT_GEORGIAN:
		return SCRIPT_GEORGIAN;
	case USCRIPT_SYRIAC:
		return SCRIPT_SYRIAC;
	default:
		return SCRIPT_OTHER;
	}
}

static bool is_solo_script(UScriptCode script)
{
	return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
	       script == USCRIPT_THAI || script == USCRIPT_LAO || script == USCRIPT_KHMER ||
	       script == USCRIPT_MYANMAR;
}

static bool is_emoji(UChar32 c)
{
	if (c < 0x2190) /* (c), (r), tm and the like are Extended_Pictographic, but not pictures */
		return false;
	return u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION) ||
	       u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

static uint16_t general_flags(UChar32 c)
{
	uint32_t category = U_GET_GC_MASK(c);
	uint16_t flags = 0;

	if (category & U_GC_L_MASK)
		flags |= CHAR_LETTER | CHAR_WORD;
	if (category & U_GC_N_MASK)
		flags |= CHAR_DIGIT | CHAR_WORD;
	if (category & U_GC_M_MASK)
		flags |= CHAR_MARK | CHAR_WORD;
	if (category & (U_GC_LU_MASK | U_GC_LT_MASK))
		flags |= CHAR_UPPER;
	if ((category & U_GC_CC_MASK) && c != '\t' && c != '\n' && c != '\r')
		flags |= CHAR_CONTROL;
	if (c == '_')
		flags |= CHAR_WORD;
	if ((flags & CHAR_WORD) && is_solo_script(script_of(c)))
		flags |= CHAR_SOLO;
	return flags;
}

static struct char_info char_kind(UChar32 c)
{
	uint16_t flags = is_ignorable(c) ? CHAR_IGNORABLE : 0;

	if (U_IS_SURROGATE(c) || !is_known(c))
		return (struct char_info){flags, SCRIPT_OTHER};
	flags |= general_flags(c);
	if (u_isUWhiteSpace(c))
		flags |= CHAR_SPACE;
	if (is_emoji(c))
		flags |= CHAR_EMOJI;
	if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL))
		flags |= CHAR_BIDI;
	if (u_hasBinaryProperty(c, UCHAR_S_TERM))
		flags |= CHAR_END;
	if (u_hasBinaryProperty(c, UCHAR_QUOTATION_MARK))
		flags |= CHAR_QUOTE;
	return (struct char_info){flags, (uint8_t)script_kind(c)};
}

/* --- confusables ------------------------------------------------------------------------------ */

/* Look-alikes that UTS 39 leaves out because they are not mistaken for each other in earnest. */
static const struct {
	UChar32 c;
	const char *letters;
} our_confusables[] = {
	{0x00A1, "i"}, /* inverted exclamation mark */
	{0x00A2, "c"}, /* cent */
	{0x00A3, "l"}, /* pound */
	{0x00A5, "y"}, /* yen */
	{0x00A7, "s"}, /* section */
	{0x00A9, "c"},
	{0x00AE, "r"}, /* copyright, registered */
	{0x00B0, "o"}, /* degree */
	{0x00B6, "p"}, /* pilcrow */
	{0x00D7, "x"}, /* times */
	{0x03B1, "a"},
	{0x03B2, "b"},
	{0x03B3, "y"},
	{0x03B4, "do"},
	{0x03B5, "e"},
	{0x03B6, "z"},
	{0x03B7, "nh"},
	{0x03B8, "o"},
	{0x03BA, "k"},
	{0x03BB, "al"},
	{0x03BC, "um"},
	{0x03BE, "e"},
	{0x03C0, "n"},
	{0x03C3, "ceos"},
	{0x03C4, "t"},
	{0x03C5, "uv"},
	{0x03C6, "o"},
	{0x03C7, "x"},
	{0x03C8, "yu"},
	{0x03C9, "w"},
	{0x0431, "b"},
	{0x0432, "b"},
	{0x0433, "r"},
	{0x0436, "x"},
	{0x0437, "e"},
	{0x0438, "nu"},
	{0x043A, "k"},
	{0x043C, "m"},
	{0x043D, "hn"},
	{0x043F, "n"},
	{0x0442, "t"},
	{0x0444, "o"},
	{0x0446, "u"},
	{0x0447, "y"},
	{0x0448, "w"},
	{0x0449, "w"},
	{0x044A, "b"},
	{0x044C, "b"},
	{0x044D, "e"},
	{0x044F, "r"},
	{0x0452, "h"},
	{0x0454, "e"},
	{0x045B, "h"},
	{0x045F, "u"},
	{0x0493, "f"},
	{0x04CF, "li"},
	/* Hebrew, Armenian and Thai letters of a common set */
	{0x05D0, "x"},
	{0x05DF, "j"},
	{0x05E5, "y"},
	{0x05E7, "p"},
	{0x05E9, "v"},
	{0x0577, "t"},
	{0x0579, "z"},
	{0x0E04, "a"},
	{0x0E20, "n"},
	{0x0E22, "u"},
	{0x0E23, "s"},
	{0x0E2C, "w"},
	{0x0E40, "i"},
	{0x0E4F, "o"},
	{0x1455, "c"}, /* Canadian syllabics */
	{0x2020, "t"}, /* dagger */
	{0x20AC, "e"},
	{0x20B5, "c"}, /* euro, cedi */
	{0x2202, "d"},
	{0x2206, "a"},
	{0x2211, "e"},
	{0x221A, "v"},
	{0x2225, "il"},
	{0x2229, "n"},
	{0x222A, "u"},
	{0x2282, "c"}, /* signs of mathematics */
	{0x25CF, "o"},
	{0x25CB, "o"}, /* circles */
	{0x2C81, "a"},
	{0x2C83, "b"},
	{0x2C89, "e"},
	{0x2C93, "i"},
	{0x2C95, "k"}, /* Coptic */
	/* Chinese characters of another */
	{0x3112, "t"},
	{0x3116, "o"},
	{0x311A, "y"},
	{0x3125, "l"},
	{0x3129, "u"},
	{0x4E28, "i"},
	{0x4E42, "x"},
	{0x4E43, "b"},
	{0x4E47, "e"},
	{0x4E59, "z"},
	{0x4E02, "s"},
	{0x51E0, "n"},
	{0x5200, "d"},
	{0x531A, "c"},
	{0x5342, "a"},
	{0x5343, "f"},
	{0x5344, "h"},
	{0x5369, "p"},
	{0x5C3A, "r"},
	{0x5C71, "w"},
	{0x722A, "m"},
};

static uint32_t letters_of(const char *letters)
{
	uint32_t mask = 0;

	for (; *letters; letters++)
		mask |= UINT32_C(1) << (*letters - 'a');
	return mask;
}

/* Strokes and dots make another letter, but not another look. Returns what is left of the length.
 */
static int32_t drop_marks(UChar *text, int32_t len)
{
	int32_t kept = 0;

	for (int32_t i = 0; i < len;) {
		UChar32 c;

		U16_NEXT(text, i, len, c);
		if (kept == 0 || !(U_GET_GC_MASK(c) & U_GC_M_MASK))
			U16_APPEND_UNSAFE(text, kept, c);
	}
	return kept;
}

static int32_t skeleton(UChar32 c, UChar *out, int32_t size)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar in[2];
	int32_t in_len = 0, len;

	U16_APPEND_UNSAFE(in, in_len, c);
	len = uspoof_getSkeleton(spoof, 0, in, in_len, out, size, &error);
	check(error, "uspoof_getSkeleton");
	return drop_marks(out, len);
}

/* The letters whose own skeleton, in either case, is that of c. */
static uint32_t same_skeleton(UChar32 c)
{
	UChar mine[4 * SEQUENCE_MAX], other[4 * SEQUENCE_MAX];
	int32_t len = skeleton(c, mine, 4 * SEQUENCE_MAX);
	uint32_t mask = 0;

	for (int i = 0; i < 26; i++) {
		int32_t lower = skeleton('a' + i, other, 4 * SEQUENCE_MAX);
		bool same = u_strCompare(mine, len, other, lower, false) == 0;
		int32_t upper = skeleton('A' + i, other, 4 * SEQUENCE_MAX);

		if (same || u_strCompare(mine, len, other, upper, false) == 0)
			mask |= UINT32_C(1) << i;
	}
	return mask;
}

static uint32_t our_letters(UChar32 c)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(our_confusables); i++)
		if (our_confusables[i].c == c)
			mask |= letters_of(our_confusables[i].letters);
	return mask;
}

static uint32_t confusable_letters(UChar32 c)
{
	uint32_t mask = 0;

	if (c < 0x80 || fold_values[c] != FOLD_SAME || U_IS_SURROGATE(c) || !is_known(c) ||
		is_hangul_syllable(c) || (U_GET_GC_MASK(c) & (U_GC_Z_MASK | U_GC_C_MASK)))
		return 0;
	if (c >= 0x1F1E6 && c <= 0x1F1FF) /* regional indicators */
		return UINT32_C(1) << (c - 0x1F1E6);
	mask = same_skeleton(c);
	if (u_toupper(c) != c)
		mask |= same_skeleton(u_toupper(c));
	mask |= our_letters(c);
	if (mask == 0 && base_of(c) != c)
		mask = our_letters(base_of(c)) | same_skeleton(base_of(c));
	return mask;
}

/* --- output ----------------------------------------------------------------------------------- */

/* Writes values[CODE_POINTS] as a two-stage table of the given element type. */
static void put_two_stage(const char *name, const char *type, const uint16_t *values)
{
	static uint16_t stage1[TABLE_STAGE1];
	static unsigned
		firsts[TABLE_STAGE1]; /* the block of code points that a stage 2 block is of */
	unsigned blocks = 0;

	for (unsigned i = 0; i < TABLE_STAGE1; i++) {
		unsigned b = 0;

		while (b < blocks && memcmp(values + ((size_t)firsts[b] << TABLE_SHIFT),
					     values + ((size_t)i << TABLE_SHIFT),
					     TABLE_BLOCK * sizeof(*values)) != 0)
			b++;
		if (b == blocks)
			firsts[blocks++] = i;
		stage1[i] = (uint16_t)b;
	}
	if (blocks > 256)
		fail("too many different blocks");
	printf("const uint8_t %s_stage1[TABLE_STAGE1] = {", name);
	for (unsigned i = 0; i < TABLE_STAGE1; i++)
		printf("%s%u,", i % 24 ? "" : "\n\t", stage1[i]);
	printf("\n};\n\nconst %s %s_stage2[] = {", type, name);
	for (unsigned i = 0; i < blocks << TABLE_SHIFT; i++)
		printf("%s%u,", i % 16 ? "" : "\n\t",
			values[(firsts[i >> TABLE_SHIFT] << TABLE_SHIFT) + i % TABLE_BLOCK]);
	printf("\n};\n\n");
}

static void put_folds(void)
{
	for (UChar32 c = 0; c < CODE_POINTS; c++)
		fold_values[c] = fold_entry(c);
	put_two_stage("fold", "uint16_t", fold_values);
	printf("const uint8_t fold_pool[] = {");
	for (unsigned i = 0; i < pool_len; i++)
		printf("%s%u,", i % 24 ? "" : "\n\t", pool[i]);
	printf("\n};\n\nconst struct fold_short fold_short[FOLD_SHORT_COUNT] = {\n");
	for (unsigned i = 0; i < FOLD_SHORT_COUNT; i++) {
		unsigned value = fold_values[FOLD_SHORT_FIRST + i], len = 0;
		uint8_t same[4] = {0};
		const uint8_t *bytes = same;

		if (value == FOLD_SAME) {
			len = put_utf8((UChar32)(FOLD_SHORT_FIRST + i), same);
		} else if (value >= FOLD_POOL) {
			len = pool[value];
			bytes = pool + value + 1;
		}
		if (len > 3)
			printf("\t{{0}, FOLD_SHORT_LONGER},\n");
		else
			printf("\t{{%d, %d, %d}, %u},\n", len > 0 ? bytes[0] : 0,
				len > 1 ? bytes[1] : 0, len > 2 ? bytes[2] : 0, len);
	}
	printf("};\n\n");
}

static void put_chars(void)
{
	static uint16_t values[CODE_POINTS];
	static struct char_info kinds[KINDS_MAX];
	unsigned count = 0;

	for (UChar32 c = 0; c < CODE_POINTS; c++) {
		struct char_info kind = char_kind(c);
		unsigned k = 0;

		while (k < count &&
			(kinds[k].flags != kind.flags || kinds[k].script != kind.script))
			k++;
		if (k == KINDS_MAX)
			fail("too many kinds of characters");
		if (k == count)
			kinds[count++] = kind;
		values[c] = (uint16_t)k;
	}
	put_two_stage("char", "uint8_t", values);
	printf("const struct char_info char_kinds[] = {\n");
	for (unsigned k = 0; k < count; k++)
		printf("\t{%u, %u},\n", kinds[k].flags, kinds[k].script);
	printf("};\n\n");
}

static void put_confusables(void)
{
	unsigned count = 0;

	printf("const struct confusable confusables[] = {\n");
	for (UChar32 c = 0; c < CODE_POINTS; c++) {
		uint32_t letters = confusable_letters(c);

		if (letters) {
			printf("\t{0x%04X, 0x%X},\n", (unsigned)c, letters);
			count++;
		}
	}
	printf("};\n\nconst unsigned confusables_count = %u;\n", count);
}

int main(void)
{
	static const UChar id[] = u"Latin-ASCII";
	UErrorCode error = U_ZERO_ERROR;

	casefold = unorm2_getNFKCCasefoldInstance(&error);
	decompose = unorm2_getNFKDInstance(&error);
	latin_ascii = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
	spoof = uspoof_open(&error);
	check(error, "cannot open ICU's data");

	printf("/* Written by filterd/text/gen_tables.c from ICU %s; do not edit. */\n",
		U_ICU_VERSION);
	printf("#include \"text/tables.h\"\n\n");
	put_folds();
	put_chars();
	put_confusables();
	utrans_close(latin_ascii);
	uspoof_close(spoof);
	return ferror(stdout) || fflush(stdout) != 0;
}
