/* Disguises: what they hide is read, and ordinary text is never touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/evidence.h"
#include "text/fold.h"
#include "text/text.h"
#include "text/utf8.h"

static const char *const words[] = {"ass", "asshole", "bitch", "cunt", "die", "fuck", "fucking",
	"hate", "hell", "idiot", "kill", "moron", "nigger", "puta", "rape", "sex", "shit", "slut",
	"stupid", "terrorist", "whore", "you", "کلب", "قحبة", "orospu", "сука", "as", "of", "it's"};

/* With a * before: also within words; behind: goes on at will. They rank above the others. */
static const char *const starred[] = {"*wank*", "*twat", "siktir*", "قحاب*", "*motherfuck*"};

static struct arena rules, arena;
static struct lexicon *lexicon;

static int set_up(void **state)
{
	struct lexicon_word folded[ARRAY_LEN(words) + ARRAY_LEN(starred)];
	size_t count = ARRAY_LEN(words);

	(void)state;
	arena_init(&rules, 0);
	arena_init(&arena, 0);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		folded[i] = (struct lexicon_word){fold_word(&rules, span_of(words[i])), 0, 1};
	for (size_t i = 0; i < ARRAY_LEN(starred); i++) {
		struct span word = span_of(starred[i]);
		bool before = word.ptr[0] == '*', behind = word.ptr[word.len - 1] == '*';

		word = span_sub(word, before, word.len - behind);
		folded[count++] = (struct lexicon_word){fold_word(&rules, word),
			LEXICON_ALONE | (behind ? LEXICON_OPEN : 0u) |
				(before ? (behind ? LEXICON_INSIDE : LEXICON_GLUED) : 0u),
			1};
	}
	lexicon = lexicon_new(&rules, folded, ARRAY_LEN(folded));
	assert_non_null(lexicon);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&rules);
	arena_free(&arena);
	return 0;
}

/* Every promise of view.h and text.h. */
static void check_promises(const struct text *text)
{
	const struct view *view = &text->disguised;
	uint32_t last = 0;

	if (!view->text.ptr) {
		assert_int_equal(text->decoded_count, 0);
		return;
	}
	assert_true(text->decoded_count > 0);
	assert_true(utf8_valid(view->text, NULL));
	assert_int_equal(view->map[view->text.len], text->original.len);
	for (size_t i = 0; i < view->text.len; i++) {
		assert_true(view->map[i] < text->original.len);
		assert_true(view->map[i] <= view->map[i + 1]);
		assert_int_not_equal(text->original.ptr[view->map[i]] & 0xC0, 0x80);
	}
	for (size_t i = 0; i < text->decoded_count; i++) {
		struct range word = text->decoded[i];

		assert_true(word.from >= last && word.from < word.to);
		assert_true(word.to <= view->text.len);
		last = word.to;
	}
}

static struct text prepared(struct span original)
{
	struct text text;

	assert_int_equal(text_prepare(&text, &arena, original, lexicon), OK);
	check_promises(&text);
	return text;
}

/* Expects the disguised view, or none if expected is NULL. */
static void check(const char *original, const char *expected)
{
	struct text text = prepared(span_of(original));

	if (!expected && text.disguised.text.ptr)
		fail_msg("\"%s\" is read as \"%.*s\"", original, SPAN_ARGS(text.disguised.text));
	if (expected && !span_eq(text.disguised.text, span_of(expected)))
		fail_msg("\"%s\" is read as \"%.*s\", expected \"%s\"", original,
			SPAN_ARGS(text.disguised.text), expected);
	arena_reset(&arena);
}

static void look_alike_signs_are_read(void **state)
{
	(void)state;
	check("I will k1ll you", "i will kill you");
	check("sh!t, you @ss! $h1t", "shit, you ass! shit");
	check("a$$hole 5h1t 5lut", "asshole shit slut");
	check("b!7ch|", "bitch|");
	check("k1lls k1lled k1lling b1tches", "kills killed killing bitches");
	check("(k1ll) \"k1ll\" k1ll's", "(kill) \"kill\" kill's");
	check("k1ll.him you/k1ll", "kill.him you/kill");
	check("<unt", "cunt");
	check("f@ck &ss f^ck <vnt", "fuck ass fuck cunt");
	check("ni66er n1gg3r", "nigger nigger");
}

static void look_alike_letters_are_read(void **state)
{
	(void)state;
	check("k\xD1\x96ll", "kill");
	check("ƒυ¢к уоu", "fuck you");
	check("shіt", "shit");
	check("ᖴᑌᑕK fऀuऀcऀk", "fuck fuck");
	check("🇫🇺🇨🇰", "fuck");
	/* folding does these alone */
	check("𝐤𝐢𝐥𝐥 ｋｉｌｌ k\xE2\x80\x8Bill ᴋɪʟʟ", NULL);
}

static void look_alike_words_are_read_among_latin_ones(void **state)
{
	(void)state;
	check("you \xD1\x95\xD2\xBB\xD1\x96\xD1\x82 you", "you shit you");
	check("千ㄩ匚Ҝ you", "fuck you");
	check("ғᴜᴄᴋ", "fuck");
	check("sh∥t p§y k¡ll", "shit p§y kill");
	/* a Russian word is one among Russian words */
	check("он сказал что это соск и ушёл домой", NULL);
	/* letters that Arabic, Persian and Kurdish do not write are folded */
	check("ٯحٮة ٹ", NULL);
}

static void most_may_be_digits_in_long_words(void **state)
{
	(void)state;
	check("5h17 5lu7 f00k", "shit slut f00k");
	check("a55 4ss", "a55 ass");
	check("$#!t b!+ch", "shit bitch");
}

static void masks_hide_what_ranks_highest(void **state)
{
	(void)state;
	check("tw*t w*nk t*at", "twat wank twat");
	check("sh-t w-nker d-e", "shit wanker d-e");
	check("wh-re? (b_tch)", "whore? (bitch)");
	check("f👍🏽ck", "fuck");
	/* between all letters they hide nothing */
	check("f🔥u🔥c🔥k h*e*l*l", "fuck hell");
	check("h🔥e🔥l", NULL);
}

static void words_glued_to_others_are_read(void **state)
{
	(void)state;
	check("bigwanker99 hello_motherfucker_hello", "wank motherfuck");
	check("dumbtwat supertw4t bigw4nker", "twat twat wank");
	check("u_motherfucker_u you", "motherfuck you");
	/* at a word's end alone, at its begin not at all, and not over what parts words */
	check("dumbtwats twatter wanking twan-k twa nk", NULL);
	check("http://bigwanker.example/x #bigwanker a@bigwanker.example", NULL);
	check("bigwan-ker bigw@n.ker", NULL);
}

static void underscores_join_words(void **state)
{
	(void)state;
	check("hello_twat_hello a_twat, twat_a", "hello-twat-hello twat, twat-a");
	check("so_siktir_so", "so-siktir-so");
	/* words that stand in phrases alone, and what begins so */
	check("hello_you_hello twats_of twat-of _wank", "hello_you_hello twats_of twat-of -wank");
	check("my_user_name _emphasis_", NULL);
}

static void prefixes_may_go_on(void **state)
{
	(void)state;
	check("s1ktirler s!ktirin", "siktirler siktirin");
	check("s i k t i r l e r", "siktir l e r");
	check("ق.ح.ا.ب.ك.م", "قحاب.ک.م");
	check("s*ktirler", NULL); /* what is masked is the whole word */
}

static void overrides_are_undone(void **state)
{
	(void)state;
	check("a \xE2\x80\xAEkcuf\xE2\x80\xAC b", "a fuck b");
	check("\xE2\x80\xAEuoy kcuf", "fuck you");
	check("\xE2\x80\xAEkcuf\nkcuf", "fuck\nkcuf");
	check("\xE2\x80\xAEt1hs", "shit");
	check("\xE2\x80\xAD"
	      "ةبحق"
	      "\xE2\x80\xAC",
		"قحبه");
	/* the other way round nothing is turned */
	check("\xE2\x80\xAE"
	      "قحبة"
	      "\xE2\x80\xAC \xE2\x80\xADkcuf\xE2\x80\xAC",
		NULL);
	check("\xE2\x80\xAE \xE2\x80\xAC\xE2\x80\xAE", NULL);
}

static void a_turned_word_leads_back_to_itself(void **state)
{
	struct span original = SPAN("so \xE2\x80\xAEkc\xC3\xBC"
				    "f\xE2\x80\xAC it");
	struct text text = prepared(original);
	struct range range;

	(void)state;
	assert_int_equal(text.decoded_count, 1);
	range = view_original_range(
		&text.disguised, original, text.decoded[0].from, text.decoded[0].to);
	assert_true(span_eq(span_sub(original, range.from, range.to), SPAN("kc\xC3\xBC"
									   "f")));
	arena_reset(&arena);
}

static void stretched_words_are_read(void **state)
{
	(void)state;
	check("fuuuuck", "fuck");
	check("shhhiiit bitchhhhh", "shit bitch");
	check("kiiillll", "kill");
	check("fuuucckk", "fuck");
	check("asssss", "ass");
	check("کلللللب", "کلب");
}

static void masked_words_are_read(void **state)
{
	(void)state;
	check("f**k sh*t f--k f__k f#ck c**t", "fuck shit fuck fuck fuck cunt");
	check("f*ck f*cking f**king", "fuck fucking fucking");
	check("b***h n****r", "bitch nigger");
	check("ک*ب", "کلب");
	check("*k1ll* **k1ll** k1ll**him", "*kill* **kill** kill**him");
	check("sh** bit**", "shit bitch");
	/* too little is shown */
	check("f*** **** ***k *uck", NULL);
}

static void letters_apart_are_read(void **state)
{
	(void)state;
	check("f u c k", "fuck");
	check("f.u.c.k f-u-c-k f_u_c_k f*u*c*k", "fuck fuck fuck fuck");
	check("so F U C K Y O U all", "so fuck you all");
	check("f\nu\nc\nk", "fuck");
	check("k . i . l . l", "kill");
	check("k🔥i🔥l😀l", "kill");
	check("f, u, c, k!", "fuck!");
	check("$ h 1 t", "shit");
	check("you are a b i t c h.", "you are a bitch.");
	check("ک ل ب", "کلب");
	check("fu-ck w.hore bi_tch f(u)ck sh🔥it", "fuck whore bitch fuck shit");
	check("k i l l u", "kill u");
}

static void ordinary_text_is_never_touched(void **state)
{
	static const char *const texts[] = {"", " ", "Scunthorpe, class, assess, passage", "s.o.s",
		"(unt-girls [unt", "U.S.A. e.g. i.e. a.m. p.m.", "as s…",
		"he'll, she'll, I'll, it's", "Secure the cu in circuit",
		"1st 2nd 5th 20k 100% $100 $5.50 +1 4x4 3-4",
		"example.com/k1ll http://example.com/k1ll www.k1ll.com k1ll@example.com #k1ll",
		"@username @kill", "kill hell sex die", "kill! shit! kill... (kill) \"shit\"",
		"well-known, push-up, x-ray", "s c u n t h o r p e", "t_w_a_n_k", "p a s s",
		"p-a-s-s", "a b c d e f g", "I a m a b c", "sooo goooood hahahaha www xxx",
		"C++ F# A* B- 50/50 and/or", "wait...what", "he fu-- I di.. bit.. 1 fu-- 2",
		"*emphasis* _underlined_ ~struck~ **strong**", "a5? b2?",
		"R&D AT&T Q&A &amp; &lt;b&gt;", "and/or 12:30 x,y", "covid19 mp3 h264 b2b A55 G20",
		"!!! ??? ... --- ___ *** @@@ $$$", "a*b*c = d", "Die Grünen; l'assassin; qu'as",
		"они сказали сука", "как дела", "он ввв", "كلب ولد", "و ب", "الـFBI وiPhone", "f",
		"f u", "u s a", "🇺🇸 🇮🇶 🇹🇷🇮🇷", "word🔥 🔥word 😀😀😀", "a\0b"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check(texts[i], NULL);
}

static void matches_lead_back_to_what_was_written(void **state)
{
	struct span original = SPAN("Oh Ç F.U.\xC3\x87.K\xCC\x81, k1lllls!");
	struct text text = prepared(original);
	struct range range;

	(void)state;
	assert_true(span_eq(text.disguised.text, SPAN("oh c fuck, kills!")));
	assert_int_equal(text.decoded_count, 2);
	range = view_original_range(
		&text.disguised, original, text.decoded[0].from, text.decoded[0].to);
	assert_true(
		span_eq(span_sub(original, range.from, range.to), SPAN("F.U.\xC3\x87.K\xCC\x81")));
	range = view_original_range(
		&text.disguised, original, text.decoded[1].from, text.decoded[1].to);
	assert_true(span_eq(span_sub(original, range.from, range.to), SPAN("k1lllls")));
	/* the whole run of a stretched last letter */
	range = view_original_range(
		&text.disguised, original, text.decoded[1].from, text.decoded[1].to - 1);
	assert_true(span_eq(span_sub(original, range.from, range.to), SPAN("k1llll")));
	arena_reset(&arena);
}

static void spelt_out_words_are_each_decoded(void **state)
{
	struct span original = SPAN("f u c k y o u");
	struct text text = prepared(original);
	struct range range;

	(void)state;
	assert_int_equal(text.decoded_count, 2);
	range = view_original_range(
		&text.disguised, original, text.decoded[1].from, text.decoded[1].to);
	assert_int_equal(range.from, 8);
	assert_int_equal(range.to, 13);
	arena_reset(&arena);
}

static void the_lexicon_keeps_what_can_be_hidden(void **state)
{
	struct lexicon *empty;
	struct text text;

	(void)state;
	/* all but "as", "of" and "it's" */
	assert_int_equal(lexicon_count(lexicon), ARRAY_LEN(words) - 3 + ARRAY_LEN(starred));
	empty = lexicon_new(&rules, NULL, 0);
	assert_non_null(empty);
	assert_int_equal(lexicon_count(empty), 0);
	assert_int_equal(text_prepare(&text, &arena, SPAN("f u c k k1ll"), empty), OK);
	assert_null(text.disguised.text.ptr);
	assert_int_equal(text_prepare(&text, &arena, SPAN("f u c k k1ll"), NULL), OK);
	assert_null(text.disguised.text.ptr);
	arena_reset(&arena);
}

/* A disguise is found wherever it stands: the quick look has no blind spot at its window's edges.
 */
static void position_does_not_matter(void **state)
{
	static const char *const disguises[] = {"k1ll", "f u c k", "fuuuck", "f--k", "sh!t",
		"k\xD1\x96ll", "کلللب", "f . u . c . k", "$ h 1 t", "ک ل ب", "s🔥h🔥i🔥t", "🇫🇺🇨🇰",
		"$#!t", "ق·ح·ب·ة", "ق•ح•ب•ة", "s\xD2\xBB\xD1\x96\xD1\x82"};
	char bytes[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(disguises); i++) {
		struct span disguise = span_of(disguises[i]);

		for (size_t before = 0; before < 140; before++) {
			size_t len = 0;
			struct text text;

			for (; len < before; len++)
				bytes[len] = (before - len) % 2 ? 'x' : 'y';
			if (before > 0)
				bytes[before - 1] = ' ';
			if (before == 2) /* a single letter would join the row */
				bytes[0] = ',';
			memcpy(bytes + len, disguise.ptr, disguise.len);
			len += disguise.len;
			text = prepared((struct span){bytes, len});
			if (text.decoded_count == 0)
				fail_msg("\"%s\" is missed after %zu bytes", disguises[i], before);
			arena_reset(&arena);
		}
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void random_texts_keep_the_promises(void **state)
{
	static const char *const parts[] = {"f", "u", "c", "k", "i", "l", "a", "s", "h", "t", " ",
		" ", ".", "*", "-", "1", "!", "$", "@", "кі", "ک", "ل", "ب", "🔥", "é",
		"\xE2\x80\x8B", "ﷺ", "\n", "k1ll", "fuuuck", "f u c k", "(", "'", "#", "0", "_",
		"e\xCC\x81", "🇫", "bigwanker", "twat", "\xE2\x80\xAE", "\xE2\x80\xAC",
		"\xE2\x80\xAD", "•", "ѕ", "👍🏽", "~"};
	uint64_t seed = 7;
	size_t decoded = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char bytes[2048];
		size_t len = 0, count = next_random(&seed) % 100;
		struct text text;

		while (count-- > 0) {
			const char *part = parts[next_random(&seed) % ARRAY_LEN(parts)];

			memcpy(bytes + len, part, strlen(part));
			len += strlen(part);
		}
		text = prepared((struct span){bytes, len});
		decoded += text.decoded_count;
		arena_reset(&arena);
	}
	assert_true(decoded > 1000);
}

/* The worst kinds of padding take time in proportion to their length. */
static void work_is_bounded(void **state)
{
	static const char *const paddings[] = {"a b c d ", "f*****", "f u c ", "k1 ", "f.", "*",
		"sh!t", "aaab", "f**k ", "f** ", "f****k ", "f*?*?*? ", "f--------- ", "111a", "🇫",
		"w", "wank", "xwan",
		("\xE2\x80\xAE"
		 "kcuf "),
		"ѕһ", "•ق", "f#*#*#*", "t**t "};
	static char bytes[1 << 16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paddings); i++) {
		size_t len = strlen(paddings[i]), at = 0;

		for (; at + len <= sizeof(bytes); at += len)
			memcpy(bytes + at, paddings[i], len);
		prepared((struct span){bytes, at});
		arena_reset(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_alike_signs_are_read),
		cmocka_unit_test(look_alike_letters_are_read),
		cmocka_unit_test(look_alike_words_are_read_among_latin_ones),
		cmocka_unit_test(most_may_be_digits_in_long_words),
		cmocka_unit_test(masks_hide_what_ranks_highest),
		cmocka_unit_test(words_glued_to_others_are_read),
		cmocka_unit_test(underscores_join_words),
		cmocka_unit_test(prefixes_may_go_on),
		cmocka_unit_test(overrides_are_undone),
		cmocka_unit_test(a_turned_word_leads_back_to_itself),
		cmocka_unit_test(stretched_words_are_read),
		cmocka_unit_test(masked_words_are_read),
		cmocka_unit_test(letters_apart_are_read),
		cmocka_unit_test(ordinary_text_is_never_touched),
		cmocka_unit_test(matches_lead_back_to_what_was_written),
		cmocka_unit_test(spelt_out_words_are_each_decoded),
		cmocka_unit_test(the_lexicon_keeps_what_can_be_hidden),
		cmocka_unit_test(position_does_not_matter),
		cmocka_unit_test(random_texts_keep_the_promises),
		cmocka_unit_test(work_is_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
