/*
 * Finding a text's language: see language.h.
 *
 * Every language collects points for its frequent words, its letters and its affixes; the lead of
 * the first over the second, measured against what a text of that length should bring, is the
 * confidence. The n-gram fingerprints of libexttextcat are no help here: its "ckb" is Kurmanji in
 * Latin script and its "tr" is full of HTML entities, and comments are often too short for them.
 */
#include "text/language.h"

#include <assert.h>
#include <stdlib.h>

#include "text/fold.h"
#include "text/lanes.h"
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
/* What a language must have of its own to be in a text besides another one. */
#define ALSO_POINTS 250 /* two and a half frequent words */
#define ALSO_SHARE 20 /* per cent of what the first has */

#define KEY_BYTES 16 /* no frequent word is longer */
#define FREQUENT_MAX 2048
#define SLOT_BITS 12
#define SLOTS (1u << SLOT_BITS)
#define AFFIXES_MAX 32
#define EDGE 3 /* bytes; no word with an affix is shorter */

_Static_assert(KEY_BYTES <= FOLD_PADDING, "a key is read wherever a word begins");
_Static_assert(LOOKED_AT_MAX / LANES <= UINT8_MAX, "a lane must be able to count its letters");

/* The bytes of a word, and NUL after them: words hold no NUL, so equal keys are equal words. */
struct key {
	uint64_t low, high;
};

struct frequent {
	struct key key;
	uint64_t passed; /* all ones when another word's way to its slot led past this one's */
	uint8_t tongue; /* that has the word */
	uint8_t points; /* for each language that has it */
	uint8_t alone; /* all ones if that is one language, else 0 */
	uint16_t others; /* bit (1 << enum tongue) for each of these but the first */
};
_Static_assert(TONGUE_COUNT <= 16, "tongues have a bit each");

/* Bit i of a set of affixes is about affix_evidence[i]. */
struct language_guesser {
	uint16_t slots[SLOTS]; /* open addressing: indices of words, 0 for none */
	uint32_t begin[EDGE][UINT8_MAX + 1]; /* prefixes, by their first bytes */
	uint32_t end[EDGE][UINT8_MAX + 1]; /* suffixes, by their last bytes, from the end */
	size_t count; /* of words, with words[0], which is none */
	struct frequent words[FREQUENT_MAX];
};

/* What was found in a text. */
struct evidence {
	unsigned letters; /* counted */
	unsigned by_script[SCRIPT_COUNT];
	unsigned points[TONGUE_COUNT];
	unsigned letter_points[TONGUE_COUNT]; /* of these, for letters */
	unsigned own[TONGUE_COUNT]; /* of these, for what no other language has */
	unsigned words;
};

/* --- index ------------------------------------------------------------------------------------ */

/* The key of the len <= KEY_BYTES bytes at `word`, of which KEY_BYTES can be read. */
static struct key key_of(const char *word, size_t len)
{
	static const uint64_t all_then_none[4] = {UINT64_MAX, UINT64_MAX, 0, 0};
	struct key key, mask;

	memcpy(&key, word, sizeof(key));
	memcpy(&mask, (const char *)all_then_none + KEY_BYTES - len, sizeof(mask));
	return (struct key){key.low & mask.low, key.high & mask.high};
}

static size_t first_slot(struct key key)
{
	uint64_t hash = (key.low ^ key.high * 31) * UINT64_C(0x9FB21C651E98DF25);

	return hash >> (64 - SLOT_BITS);
}

static size_t next_slot(size_t slot)
{
	return (slot + 1) % SLOTS;
}

/*
 * The index in words[] of the word with this key, or 0. Nobody can foretell which words of a text
 * are frequent, so that nothing here branches on it: nearly always the first slot decides.
 */
static size_t find_word(const struct language_guesser *guesser, struct key key)
{
	for (size_t slot = first_slot(key);; slot = next_slot(slot)) {
		size_t i = guesser->slots[slot];
		const struct frequent *there = &guesser->words[i];
		uint64_t differs = (there->key.low ^ key.low) | (there->key.high ^ key.high);

		if ((differs & there->passed) == 0)
			return i & (0 - (size_t)(differs == 0));
	}
}

static struct frequent *new_word(struct language_guesser *guesser, struct key key)
{
	size_t slot = first_slot(key);
	struct frequent *frequent = &guesser->words[guesser->count];

	assert(guesser->count < FREQUENT_MAX);
	for (; guesser->slots[slot] != 0; slot = next_slot(slot))
		guesser->words[guesser->slots[slot]].passed = UINT64_MAX;
	guesser->slots[slot] = (uint16_t)guesser->count++;
	frequent->key = key;
	return frequent;
}

static void add_word(struct language_guesser *guesser, struct span word, enum tongue tongue)
{
	char padded[KEY_BYTES] = {0};
	struct frequent *frequent;
	struct key key;
	size_t i;

	assert(word.len > 0 && word.len <= KEY_BYTES);
	memcpy(padded, word.ptr, word.len);
	key = key_of(padded, word.len);
	i = find_word(guesser, key);
	frequent = i ? &guesser->words[i] : new_word(guesser, key);
	if (frequent->points == 0)
		frequent->tongue = tongue;
	else if (frequent->tongue != tongue)
		frequent->others |= 1u << tongue;
	frequent->points = WORD_POINTS / (1 + __builtin_popcount(frequent->others));
	frequent->alone = frequent->others ? 0 : UINT8_MAX;
	if (word.len == 1)
		frequent->points /= 4;
}

static int add_words(struct language_guesser *guesser, struct arena *arena, enum tongue tongue)
{
	struct span list = span_of(tongues[tongue].words);

	for (size_t at = 0; at < list.len;) {
		const char *space = memchr(list.ptr + at, ' ', list.len - at);
		size_t end = space ? (size_t)(space - list.ptr) : list.len;
		struct span word = fold_word(arena, span_sub(list, at, end));

		if (!word.ptr)
			return ERR_NOMEM;
		add_word(guesser, word, tongue);
		at = end + 1;
	}
	return OK;
}

/* Adds affix i to the set of each byte that it may have as its k-th from the word's edge. */
static void add_affix(uint32_t edge[EDGE][UINT8_MAX + 1], size_t i)
{
	const struct affix_evidence *a = &affix_evidence[i];

	for (size_t k = 0; k < EDGE; k++)
		for (unsigned byte = 0; byte <= UINT8_MAX; byte++)
			if (k >= a->len ||
				byte == (uint8_t)a->affix[a->begins ? k : a->len - 1 - k])
				edge[k][byte] |= 1u << i;
}

static void add_affixes(struct language_guesser *guesser)
{
	assert(affix_evidence_count <= AFFIXES_MAX);
	for (size_t i = 0; i < affix_evidence_count; i++) {
		assert(affix_evidence[i].len + affix_evidence[i].rest >= EDGE);
		add_affix(affix_evidence[i].begins ? guesser->begin : guesser->end, i);
	}
}

struct language_guesser *language_guesser_new(void)
{
	struct language_guesser *guesser = calloc(1, sizeof(*guesser));
	struct arena arena;
	int rc = OK;

	if (!guesser)
		return NULL;
	guesser->count = 1;
	arena_init(&arena, 0);
	for (enum tongue t = 0; t < TONGUE_COUNT && rc == OK; t++)
		rc = add_words(guesser, &arena, t);
	arena_free(&arena);
	if (rc != OK) {
		language_guesser_free(guesser);
		return NULL;
	}
	add_affixes(guesser);
	return guesser;
}

void language_guesser_free(struct language_guesser *guesser)
{
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
	if (c >= 0x430)
		return c;
	if (c >= 0xC0 && c <= 0xDE && c != 0xD7)
		return c + 0x20;
	if (c == 0x130)
		return 0x131;
	if (c == 0x11E || c == 0x152 || c == 0x15E)
		return c + 1;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	if (c >= 0x410)
		return c + 0x20;
	return c;
}

/* How many letters A to Z there are, many at a time. */
static unsigned count_ascii_letters(struct span s)
{
	unsigned count = 0;
	lanes counts = {0};
	size_t at;

	for (at = 0; s.len - at >= LANES; at += LANES) {
		lanes bytes = lanes_load(s.ptr + at);

		counts -= lanes_within(bytes | 0x20, 'a', 26); /* all ones are -1 */
	}
	for (int i = 0; i < LANES; i++)
		count += counts[i];
	for (; at < s.len; at++)
		count += ((uint8_t)s.ptr[at] | 0x20u) - 'a' < 26;
	return count;
}

/* The first byte at or after `at` that is not ASCII. */
static size_t skip_ascii(struct span s, size_t at)
{
	for (; s.len - at >= LANES; at += LANES) {
		unsigned high = lanes_bits(lanes_load(s.ptr + at));

		if (high)
			return at + (size_t)__builtin_ctz(high);
	}
	while (at < s.len && (uint8_t)s.ptr[at] < 0x80)
		at++;
	return at;
}

static void count_letter(struct evidence *e, uint32_t c)
{
	struct char_info info = char_lookup(c);

	if ((info.flags & CHAR_LETTER) && info.script != SCRIPT_COMMON)
		e->by_script[info.script]++;
}

static void weigh_letter(struct evidence *e, uint32_t c)
{
	const struct letter_evidence *letter;

	c = lower(c);
	if (c >= LETTERS_END)
		return;
	letter = &letter_evidence[c];
	for (int i = 0; i < LETTER_TONGUES && letter->of[i].points; i++)
		e->letter_points[letter->of[i].tongue] += letter->of[i].points;
	if (letter->of[0].points && !letter->of[1].points)
		e->own[letter->of[0].tongue] += letter->of[0].points;
}

/* Counts the letters of each script, and weighs them. */
static void look_at_letters(struct evidence *e, struct span original)
{
	e->by_script[SCRIPT_LATIN] = count_ascii_letters(original);
	for (size_t at = 0; (at = skip_ascii(original, at)) < original.len;) {
		uint32_t c = utf8_next(original, &at);

		count_letter(e, c);
		weigh_letter(e, c);
	}
	for (enum script s = 0; s < SCRIPT_COUNT; s++)
		e->letters += e->by_script[s];
	for (enum tongue t = 0; t < TONGUE_COUNT; t++)
		e->points[t] += e->letter_points[t];
}

/* The affixes that a word can have, by its first and last bytes. */
static uint32_t likely_affixes(const struct language_guesser *guesser, struct span word)
{
	const uint8_t *first = (const uint8_t *)word.ptr, *last = first + word.len - 1;

	if (word.len < EDGE)
		return 0;
	if (!guesser)
		return UINT32_MAX >> (AFFIXES_MAX - affix_evidence_count);
	return (guesser->begin[0][first[0]] & guesser->begin[1][first[1]] &
		       guesser->begin[2][first[2]]) |
	       (guesser->end[0][last[0]] & guesser->end[1][last[-1]] & guesser->end[2][last[-2]]);
}

/* Whether the word has the affix, and letters enough besides. */
static bool has_affix(struct span word, const struct affix_evidence *a)
{
	struct span rest;
	size_t at;

	if (word.len < (size_t)a->len + a->rest)
		return false;
	rest = span_sub(word, a->begins ? a->len : 0, a->begins ? word.len : word.len - a->len);
	at = a->begins ? 0 : rest.len;
	for (size_t i = 0; i < a->len; i++)
		if (word.ptr[at + i] != a->affix[i])
			return false;
	return utf8_count(rest).chars >= a->rest;
}

static void weigh_affixes(
	struct evidence *e, const struct language_guesser *guesser, struct span word)
{
	for (uint32_t left = likely_affixes(guesser, word); left; left &= left - 1) {
		const struct affix_evidence *a = &affix_evidence[__builtin_ctz(left)];

		if (has_affix(word, a))
			e->points[a->tongue] += a->points;
	}
}

/* A word of a folded text among the frequent ones; words[0] stands for all others. */
static const struct frequent *find_frequent(
	const struct language_guesser *guesser, struct span word)
{
	struct key key;

	if (word.len > KEY_BYTES)
		return guesser->words;
	key = key_of(word.ptr, word.len);
	return &guesser->words[find_word(guesser, key)];
}

/* Weighs the frequent ones of words[0..count); keeps the others there and returns how many. */
static size_t weigh_frequent(struct evidence *e, const struct language_guesser *guesser,
	struct span *words, size_t count)
{
	size_t others = 0;

	for (size_t i = 0; i < count; i++) {
		const struct frequent *frequent = find_frequent(guesser, words[i]);

		/* no branch between frequent and other words, because nobody can foretell it */
		e->points[frequent->tongue] += frequent->points;
		e->own[frequent->tongue] += frequent->points & frequent->alone;
		for (unsigned more = frequent->others; more; more &= more - 1)
			e->points[__builtin_ctz(more)] += frequent->points;
		words[others] = words[i];
		others += frequent->points == 0;
	}
	return others;
}

/* `folded` must be the beginning of what fold() made: it is read a little further. */
static void weigh_words(
	struct evidence *e, const struct language_guesser *guesser, struct span folded)
{
	struct span words[SEGMENT_WORDS];
	size_t count;

	for (size_t at = 0; (count = segment_next_words(folded, &at, words)) > 0;) {
		e->words += count;
		if (guesser)
			count = weigh_frequent(e, guesser, words, count);
		for (size_t i = 0; i < count; i++)
			weigh_affixes(e, guesser, words[i]);
	}
}

/* --- tags ---------------------------------------------------------------------------------------
 */

/* The tongue of a tag, or TONGUE_COUNT. */
static enum tongue tongue_of(struct span tag)
{
	enum tongue t = 0;

	while (t < TONGUE_COUNT && !span_eq(tag, span_of(tongues[t].tag)))
		t++;
	return t;
}

/* Scripts of languages that are no tongues and not written in Latin letters. */
static const struct {
	const char *tag;
	enum script script;
} language_scripts[] = {
	{"ps", SCRIPT_ARABIC},
	{"bg", SCRIPT_CYRILLIC},
	{"sr", SCRIPT_CYRILLIC},
	{"el", SCRIPT_GREEK},
	{"he", SCRIPT_HEBREW},
	{"zh", SCRIPT_HAN},
	{"ja", SCRIPT_KANA},
	{"ko", SCRIPT_HANGUL},
	{"th", SCRIPT_THAI},
	{"hi", SCRIPT_DEVANAGARI},
	{"hy", SCRIPT_ARMENIAN},
	{"ka", SCRIPT_GEORGIAN},
	{"syr", SCRIPT_SYRIAC},
};

enum script language_script(struct span tag)
{
	enum tongue t = tongue_of(tag);

	if (t < TONGUE_COUNT)
		return tongues[t].script;
	for (size_t i = 0; i < ARRAY_LEN(language_scripts); i++)
		if (span_eq(tag, span_of(language_scripts[i].tag)))
			return language_scripts[i].script;
	return SCRIPT_LATIN;
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
	char from[4], to[4];
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

	memset(out, 0, LANGUAGE_SIZE);
	while (len < told.len && len < 4 && told.ptr[len] != '-' && told.ptr[len] != '_') {
		char c = (char)(told.ptr[len] | 0x20);

		if (c < 'a' || c > 'z')
			return false;
		out[len++] = c;
	}
	if (len < 2 || len > 3 || (len < told.len && told.ptr[len] != '-' && told.ptr[len] != '_'))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (memcmp(aliases[i].from, out, sizeof(aliases[i].from)) == 0)
			memcpy(out, aliases[i].to, sizeof(aliases[i].to));
	/* the script of Chinese tells what its region would */
	if (strcmp(out, "zh") == 0 && told.len >= 7) {
		if (memcmp(told.ptr + 3, "Hant", 4) == 0)
			memcpy(out, "zh-hant", sizeof("zh-hant"));
		else if (memcmp(told.ptr + 3, "Hans", 4) == 0)
			memcpy(out, "zh-hans", sizeof("zh-hans"));
	}
	return out[0] != '\0';
}

/*
 * Languages other than the answer that show themselves. Affixes do not count: a borrowed word has
 * them, too.
 */
static void answer_also(struct language *out, const struct evidence *e)
{
	enum tongue answered = tongue_of(span_of(out->tag));
	unsigned most = 0;

	if (answered < TONGUE_COUNT)
		out->own_script = 1u << tongues[answered].script;
	else if (out->tag[0])
		out->own_script = 1u << language_script(span_of(out->tag));

	for (enum tongue t = 0; t < TONGUE_COUNT; t++)
		most = e->own[t] > most ? e->own[t] : most;
	for (enum tongue t = 0; t < TONGUE_COUNT; t++)
		if (t != answered && e->own[t] >= ALSO_POINTS &&
			100 * e->own[t] >= ALSO_SHARE * most)
			out->also |= 1u << t;
}

const char *language_also(const struct language *language, size_t i)
{
	unsigned left = language->also;

	while (left && i-- > 0)
		left &= left - 1;
	return left ? tongues[__builtin_ctz(left)].tag : NULL;
}

unsigned language_bit(struct span tag)
{
	enum tongue t = tongue_of(tag);

	return t < TONGUE_COUNT ? 1u << t : 0;
}

static void answer_told(struct language *out, const struct evidence *e, const char *tag)
{
	struct language guess = {.source = LANGUAGE_UNKNOWN};
	enum tongue told;

	if (strcmp(tag, "ku") == 0)
		tag = e->by_script[SCRIPT_ARABIC] > e->by_script[SCRIPT_LATIN] ? "ckb" : "kmr";
	answer_points(&guess, e);
	told = tongue_of(span_of(tag));
	if (guess.tag[0] && strcmp(guess.tag, tag) != 0 && told < TONGUE_COUNT) {
		enum tongue seen = tongue_of(span_of(guess.tag));

		out->also = 1u << seen;
		out->doubted = 100 * e->own[told] < ALSO_SHARE * e->own[seen];
	}
	answer(out, tag, LANGUAGE_TOLD, 1);
}

void language_find(const struct language_guesser *guesser, const struct text *text,
	struct span told, struct language *out)
{
	struct evidence e = {0};
	char tag[LANGUAGE_SIZE];
	bool is_told = read_tag(told, tag);

	*out = (struct language){.source = LANGUAGE_UNKNOWN};
	look_at_letters(&e, beginning(text->original));
	for (enum script s = 0; s < SCRIPT_COUNT; s++)
		if (e.by_script[s] > 0 && 100 * e.by_script[s] >= LISTED_SHARE * e.letters)
			out->scripts |= 1u << s;
	if (e.letters > 0)
		weigh_words(&e, guesser, beginning(text->folded.text));
	if (is_told)
		answer_told(out, &e, tag);
	else if (e.letters > 0 && !answer_script(out, &e))
		answer_points(out, &e);
	answer_also(out, &e);
}
