/*
 * How fast comments are validated, folded, prepared with a lexicon, split into words and told their
 * language, beside ICU's folding of the same texts in the same run. Prints MB/s of input.
 */
#include <stdio.h>
#include <stdlib.h>

#include <unicode/ucasemap.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/clock.h"
#include "text/fold.h"
#include "text/language.h"
#include "text/segment.h"
#include "text/text.h"
#include "text/utf8.h"

#define COMMENT 300 /* bytes of one text, about */
#define PASS_NS (50 * NS_PER_MS)
#define PASSES 3 /* the best counts */

struct sample {
	const char *name;
	const char *sentence; /* repeated to the length of a comment */
};

static const struct sample samples[] = {
	{"English", "The minister said that nobody had been paid since March, and I believe him. "},
	{"Arabic", "قال الوزير إن أحدا لم يستلم راتبه منذ شهر آذار، وأنا أصدقه تماما. "},
	{"Sorani", "وەزیر گوتی لە مانگی ئادارەوە هیچ کەسێک مووچەی وەرنەگرتووە، منیش باوەڕ دەکەم. "},
	{"Kurmanji", "Wezîr got ku ji meha adarê ve kesî meaş wernegirtiye, û ez jê bawer dikim. "},
	{"Turkish",
		"Bakan, mart ayından beri kimseye maaş ödenmediğini söyledi; ben ona inanıyorum. "},
	{"disguised",
		"You b1tch, I will k i l l you, fuuuck off you st\xD1\x83pid a$$hole, sh!t. "},
};

static const char *const words[] = {
	"bitch", "kill", "fuck", "stupid", "asshole", "shit", "whore", "slut", "moron", "idiot"};

static struct arena arena, rules;
static struct lexicon *lexicon;
static struct language_guesser *guesser;
static UCaseMap *icu_case;
static const UNormalizer2 *icu_nfkc;

/* What is measured, on one text. Returns something that depends on the work. */
typedef size_t work(struct span text);

static size_t work_valid(struct span text)
{
	return utf8_valid(text, NULL);
}

static size_t work_fold(struct span text)
{
	struct view view;
	size_t len;

	if (fold(&arena, text, &view) != OK)
		abort();
	len = view.text.len;
	arena_reset(&arena);
	return len;
}

static size_t work_prepare(struct span text)
{
	struct text prepared;

	if (text_prepare(&prepared, &arena, text, lexicon) != OK)
		abort();
	arena_reset(&arena);
	return prepared.decoded_count;
}

static size_t work_words(struct span text)
{
	return segment_count_words(text);
}

static size_t work_language(struct span text)
{
	struct text prepared;
	struct language language;

	if (text_prepare(&prepared, &arena, text, NULL) != OK)
		abort();
	language_find(guesser, &prepared, SPAN(""), &language);
	arena_reset(&arena);
	return (size_t)language.tag[0];
}

/* NFKC_Casefold as a C program gets it from ICU: to UTF-16 and back, and no offset map. */
static size_t work_icu_nfkc(struct span text)
{
	UChar in[2 * COMMENT], folded[4 * COMMENT];
	char out[4 * COMMENT];
	int32_t len = 0, out_len = 0;
	UErrorCode error = U_ZERO_ERROR;

	u_strFromUTF8(in, 2 * COMMENT, &len, text.ptr, (int32_t)text.len, &error);
	len = unorm2_normalize(icu_nfkc, in, len, folded, 4 * COMMENT, &error);
	u_strToUTF8(out, sizeof(out), &out_len, folded, len, &error);
	if (U_FAILURE(error))
		abort();
	return (size_t)out_len;
}

/* Case folding alone, which ICU does on UTF-8. */
static size_t work_icu_case(struct span text)
{
	char out[4 * COMMENT];
	UErrorCode error = U_ZERO_ERROR;
	int32_t len = ucasemap_utf8FoldCase(
		icu_case, out, sizeof(out), text.ptr, (int32_t)text.len, &error);

	if (U_FAILURE(error))
		abort();
	return (size_t)len;
}

/* MB of text per second, the best of PASSES. */
static double speed(work *do_work, struct span text)
{
	volatile size_t sink = 0; /* keeps the work from being left out */
	double best = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		int64_t start = clock_mono_ns(), spent;
		size_t rounds = 0;

		do {
			for (int i = 0; i < 100; i++)
				sink += do_work(text);
			rounds += 100;
			spent = clock_mono_ns() - start;
		} while (spent < PASS_NS);
		if (1e3 * (double)(rounds * text.len) / (double)spent > best)
			best = 1e3 * (double)(rounds * text.len) / (double)spent;
	}
	(void)sink;
	return best;
}

static struct span comment_of(const struct sample *sample, char *out)
{
	size_t len = strlen(sample->sentence), at = 0;

	for (; at + len <= COMMENT; at += len)
		memcpy(out + at, sample->sentence, len);
	return (struct span){out, at};
}

static void set_up(void)
{
	struct lexicon_word folded[ARRAY_LEN(words)];
	UErrorCode error = U_ZERO_ERROR;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		folded[i] = (struct lexicon_word){
			span_of(words[i]), LEXICON_ALONE | LEXICON_OPEN | LEXICON_INSIDE, 1};
	arena_init(&arena, 0);
	arena_init(&rules, 0);
	lexicon = lexicon_new(&rules, folded, ARRAY_LEN(words));
	guesser = language_guesser_new();
	icu_nfkc = unorm2_getNFKCCasefoldInstance(&error);
	icu_case = ucasemap_open("", U_FOLD_CASE_DEFAULT, &error);
	if (!lexicon || !guesser || U_FAILURE(error))
		abort();
}

int main(void)
{
	static const struct {
		const char *name;
		work *do_work;
	} works[] = {
		{"valid", work_valid},
		{"fold", work_fold},
		{"prepare", work_prepare},
		{"words", work_words},
		{"language", work_language},
		{"ICU NFKC", work_icu_nfkc},
		{"ICU case", work_icu_case},
	};
	char bytes[COMMENT];

	set_up();
	printf("%-10s", "MB/s");
	for (size_t w = 0; w < ARRAY_LEN(works); w++)
		printf("%10s", works[w].name);
	printf("  fold/ICU NFKC\n");
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct span text = comment_of(&samples[i], bytes);
		double of[ARRAY_LEN(works)];

		printf("%-10s", samples[i].name);
		for (size_t w = 0; w < ARRAY_LEN(works); w++) {
			of[w] = speed(works[w].do_work, text);
			printf("%10.0f", of[w]);
			fflush(stdout);
		}
		printf("%10.1f\n", of[1] / of[5]);
	}
	language_guesser_free(guesser);
	ucasemap_close(icu_case);
	arena_free(&arena);
	arena_free(&rules);
	return 0;
}
