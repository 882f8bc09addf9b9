/*
 * Finding a text's language: see language.h.
 *
 * Every language collects points for its frequent words, its letters and its affixes; the lead of
 * the first over the second, measured against what a text of that length should bring, is the
 * confidence. The n-gram fingerprints of libexttextcat are no help here: its "ckb" is Kurmanji in
 * Latin script and its "tr" is full of HTML entities, and comments are often too short for them.
 */
#include "text/language.h"

#include <stdlib.h>

#include "base/map.h"
#include "text/fold.h"
#include "text/language_data.h"
#include "text/segment.h"
#include "text/tables.h"
#include "text/utf8.h"

#define LOOKED_AT_MAX 2048 /* bytes */
#define WORD_POINTS 100 /* of a frequent word that only one language has */
#define DOUBT_POINTS 110 /* a lead must be large against these */
#define USUAL_SHARE 14 /* points per word that any text of a language brings */
#define SCRIPT_SHARE 60 /* per cent of the letters */
#define LISTED_SHARE 10 /* per cent */
#define SURE 0.5

struct language_guesser {
	struct arena arena; /* the folded words */
	struct map words; /* each with bit (1 << enum tongue) for each language that has it */
};

/* What was found in a text. */
struct evidence {
	unsigned letters; /* counted */
	unsigned by_script[SCRIPT_COUNT];
	unsigned points[TONGUE_COUNT];
	unsigned letter_points[TONGUE_COUNT]; /* of these, for letters */
	unsigned words;
};

/* --- frequent words --------------------------------------------------------------------------- */

static int add_words(struct language_guesser *guesser, enum tongue tongue)
{
	struct span list = span_of(tongues[tongue].words);

	for (size_t at = 0; at < list.len;) {
		const char *space = memchr(list.ptr + at, ' ', list.len - at);
		size_t end = space ? (size_t)(space - list.ptr) : list.len;
		struct span word = fold_word(&guesser->arena, span_sub(list, at, end));
		uint32_t mask;

		if (!word.ptr)
			return ERR_NOMEM;
		mask = map_get(&guesser->words, word);
		if (mask == MAP_NONE)
			mask = 0;
		if (map_set(&guesser->words, word, mask | 1u << tongue) != OK)
			return ERR_NOMEM;
		at = end + 1;
	}
	return OK;
}

struct language_guesser *language_guesser_new(void)
{
	struct language_guesser *guesser = calloc(1, sizeof(*guesser));

	if (!guesser)
		return NULL;
	for (enum tongue t = 0; t < TONGUE_COUNT; t++) {
		if (add_words(guesser, t) != OK) {
			language_guesser_free(guesser);
			return NULL;
		}
	}
	return guesser;
}

void language_guesser_free(struct language_guesser *guesser)
{
	if (!guesser)
		return;
	map_free(&guesser->words);
	arena_free(&guesser->arena);
	free(guesser);
}

/* --- evidence --------------------------------------------------------------------------------- */

/* The first characters of s, LOOKED_AT_MAX bytes at most. */
static struct span beginning(struct span s)
{
	size_t len = s.len;

	if (len > LOOKED_AT_MAX)
		for (len = LOOKED_AT_MAX; (s.ptr[len] & 0xC0) == 0x80;)
			len--;
	return (struct span){s.ptr, len};
}

static uint32_t lower(uint32_t c)
{
	/* what the letters of letter_evidence need */
	if (c >= 0xC0 && c <= 0xDE && c != 0xD7)
		return c + 0x20;
	if (c == 0x130)
		return 0x131;
	if (c == 0x11E || c == 0x152 || c == 0x15E)
		return c + 1;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	if (c >= 0x410 && c <= 0x42F)
		return c + 0x20;
	return c;
}

static const struct letter_evidence *find_letter(uint32_t c)
{
	size_t low = 0, high = letter_evidence_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (letter_evidence[middle].c < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low < letter_evidence_count && letter_evidence[low].c == c ? &letter_evidence[low]
									  : NULL;
}

static void weigh_letters(struct evidence *e, struct span original)
{
	for (size_t at = 0; at < original.len;) {
		uint32_t c = utf8_next(original, &at);
		const struct letter_evidence *letter;
		struct char_info info;

		if (c < 0x80) {
			e->by_script[SCRIPT_LATIN] += (c | 0x20) - 'a' < 26;
			continue;
		}
		info = char_lookup(c);
		if ((info.flags & CHAR_LETTER) && info.script != SCRIPT_COMMON)
			e->by_script[info.script]++;
		letter = find_letter(lower(c));
		for (int i = 0; letter && i < LETTER_TONGUES; i++)
			e->letter_points[letter->of[i].tongue] += letter->of[i].points;
	}
	for (enum script s = 0; s < SCRIPT_COUNT; s++)
		e->letters += e->by_script[s];
	for (enum tongue t = 0; t < TONGUE_COUNT; t++)
		e->points[t] += e->letter_points[t];
}

static void weigh_affixes(struct evidence *e, struct span word)
{
	const char first = word.ptr[0], last = word.ptr[word.len - 1];

	for (size_t i = 0; i < affix_evidence_count; i++) {
		const struct affix_evidence *a = &affix_evidence[i];
		struct span affix = {a->affix, a->len};

		if (a->begins ? a->affix[0] != first : a->affix[a->len - 1] != last)
			continue;
		if (a->begins ? !span_starts(word, affix) : !span_ends(word, affix))
			continue;
		if (utf8_count(word).chars >= a->rest + utf8_count(affix).chars)
			e->points[a->tongue] += a->points;
	}
}

static void weigh_words(
	struct evidence *e, const struct language_guesser *guesser, struct span folded)
{
	struct span word;

	for (size_t at = 0; segment_next_word(folded, &at, &word);) {
		uint32_t mask = guesser ? map_get(&guesser->words, word) : MAP_NONE;
		unsigned points;

		e->words++;
		if (mask == MAP_NONE) {
			weigh_affixes(e, word);
			continue;
		}
		points = WORD_POINTS / (unsigned)__builtin_popcount(mask);
		if (word.len == 1)
			points /= 4;
		for (; mask; mask &= mask - 1)
			e->points[__builtin_ctz(mask)] += points;
	}
}

/* --- answers ---------------------------------------------------------------------------------- */

static void answer(
	struct language *out, const char *tag, enum language_source source, double confidence)
{
	out->confidence = confidence;
	if (confidence < SURE)
		return;
	memcpy(out->tag, tag, strlen(tag) + 1);
	out->source = source;
}

/* Scripts that leave one language, or one worth naming. */
static const struct {
	const char *tag;
	bool certain; /* no other language of weight is written so */
} script_languages[SCRIPT_COUNT] = {
	[SCRIPT_GREEK] = {"el", true},
	[SCRIPT_HEBREW] = {"he", true},
	[SCRIPT_HAN] = {"zh", false},
	[SCRIPT_KANA] = {"ja", true},
	[SCRIPT_HANGUL] = {"ko", true},
	[SCRIPT_THAI] = {"th", true},
	[SCRIPT_DEVANAGARI] = {"hi", false},
	[SCRIPT_ARMENIAN] = {"hy", true},
	[SCRIPT_GEORGIAN] = {"ka", true},
	[SCRIPT_SYRIAC] = {"syr", true},
};

/* Answers from the script alone, if one of the above prevails. */
static bool answer_script(struct language *out, const struct evidence *e)
{
	enum script most = SCRIPT_COMMON;
	unsigned count;

	for (enum script s = 0; s < SCRIPT_COUNT; s++)
		if (e->by_script[s] > e->by_script[most])
			most = s;
	count = e->by_script[most];
	/* Japanese is written with Han and kana together */
	if (most == SCRIPT_HAN || most == SCRIPT_KANA) {
		count = e->by_script[SCRIPT_HAN] + e->by_script[SCRIPT_KANA];
		if (10 * e->by_script[SCRIPT_KANA] >= count)
			most = SCRIPT_KANA;
	}
	if (!script_languages[most].tag || 100 * count < SCRIPT_SHARE * e->letters)
		return false;
	answer(out, script_languages[most].tag, LANGUAGE_SCRIPT,
		(script_languages[most].certain ? 1.0 : 0.7) * count / e->letters);
	return true;
}

static void answer_points(struct language *out, const struct evidence *e)
{
	enum tongue best = 0;
	unsigned second = 0;
	double lead, share;

	for (enum tongue t = 1; t < TONGUE_COUNT; t++)
		if (e->points[t] > e->points[best])
			best = t;
	for (enum tongue t = 0; t < TONGUE_COUNT; t++)
		if (t != best && e->points[t] > second)
			second = e->points[t];
	if (e->points[best] == 0)
		return;
	lead = (double)(e->points[best] - second) / (e->points[best] + DOUBT_POINTS);
	share = (double)e->points[best] / (USUAL_SHARE * (e->words + 1));
	/* the letters of Sorani are its own */
	answer(out, tongues[best].tag,
		best == TONGUE_CKB && 2 * e->letter_points[best] > e->points[best]
			? LANGUAGE_SCRIPT
			: LANGUAGE_GUESSED,
		share < 1 ? lead * share : lead);
}

/* --- what the CMS says ------------------------------------------------------------------------ */

/* Other names of the same languages; "" is for tags that name none. */
static const struct {
	const char *from, *to;
} aliases[] = {
	{"ara", "ar"},
	{"deu", "de"},
	{"ell", "el"},
	{"eng", "en"},
	{"fas", "fa"},
	{"fra", "fr"},
	{"ger", "de"},
	{"heb", "he"},
	{"iw", "he"},
	{"kur", "ku"},
	{"mis", ""},
	{"mul", ""},
	{"per", "fa"},
	{"prs", "fa"},
	{"rus", "ru"},
	{"spa", "es"},
	{"tur", "tr"},
	{"und", ""},
	{"zxx", ""},
};

/* Reads the language of a tag into out[0..LANGUAGE_SIZE); false when it is no tag. */
static bool read_tag(struct span told, char out[LANGUAGE_SIZE])
{
	size_t len = 0;

	while (len < told.len && len < 4 && told.ptr[len] != '-' && told.ptr[len] != '_') {
		char c = (char)(told.ptr[len] | 0x20);

		if (c < 'a' || c > 'z')
			return false;
		out[len++] = c;
	}
	if (len < 2 || len > 3 || (len < told.len && told.ptr[len] != '-' && told.ptr[len] != '_'))
		return false;
	out[len] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i].from, out) == 0)
			memcpy(out, aliases[i].to, strlen(aliases[i].to) + 1);
	/* the script of Chinese tells what its region would */
	if (strcmp(out, "zh") == 0 && told.len >= 7) {
		if (memcmp(told.ptr + 3, "Hant", 4) == 0)
			memcpy(out, "zh-hant", sizeof("zh-hant"));
		else if (memcmp(told.ptr + 3, "Hans", 4) == 0)
			memcpy(out, "zh-hans", sizeof("zh-hans"));
	}
	return out[0] != '\0';
}

static bool answer_told(struct language *out, const struct evidence *e, struct span told)
{
	char tag[LANGUAGE_SIZE];

	if (!read_tag(told, tag))
		return false;
	if (strcmp(tag, "ku") == 0)
		memcpy(tag,
			e->by_script[SCRIPT_ARABIC] > e->by_script[SCRIPT_LATIN] ? "ckb" : "kmr",
			sizeof("ckb"));
	answer(out, tag, LANGUAGE_TOLD, 1);
	return true;
}

void language_find(const struct language_guesser *guesser, const struct text *text,
	struct span told, struct language *out)
{
	struct evidence e = {0};

	*out = (struct language){.source = LANGUAGE_UNKNOWN};
	weigh_letters(&e, beginning(text->original));
	for (enum script s = 0; s < SCRIPT_COUNT; s++)
		if (e.by_script[s] > 0 && 100 * e.by_script[s] >= LISTED_SHARE * e.letters)
			out->scripts |= 1u << s;
	if (answer_told(out, &e, told) || e.letters == 0 || answer_script(out, &e))
		return;
	weigh_words(&e, guesser, beginning(text->folded.text));
	answer_points(out, &e);
}
