/* Languages: told, seen, guessed, or left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "text/chars.h"
#include "text/language.h"

static struct arena arena;
static struct language_guesser *guesser;

static struct language found(const char *original, const char *told)
{
	struct language language;
	struct text text;

	assert_int_equal(text_prepare(&text, &arena, span_of(original), NULL), OK);
	language_find(guesser, &text, span_of(told), &language);
	assert_true(language.confidence >= 0 && language.confidence <= 1);
	assert_int_equal(language.tag[0] == '\0', language.source == LANGUAGE_UNKNOWN);
	arena_reset(&arena);
	return language;
}

/* Expects every sentence to be found in the language; stops at the first NULL. */
static void check_all(const char *tag, const char *const *sentences)
{
	size_t wrong = 0;

	for (; *sentences; sentences++) {
		struct language language = found(*sentences, "");

		if (strcmp(language.tag, tag) != 0) {
			print_error("\"%s\" is \"%s\" (%.2f), expected \"%s\"\n", *sentences,
				language.tag, language.confidence, tag);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void english_is_found(void **state)
{
	static const char *const sentences[] = {"I think you are wrong about this.",
		"The government should do more for the people.",
		"ISIS said it would kill the hostages.", "Thank you for this article!",
		"You are a disgrace, shame on you", "What a great piece of reporting",
		"why don't they just leave", "This is not the first time that it happened in Erbil",
		"Erdoğan and Barzani met in Ankara to talk about the oil.",
		"We have been waiting for our salaries since March",
		"he will never get away with it", "Who is going to pay for all of this?", NULL};

	(void)state;
	check_all("en", sentences);
}

static void sorani_is_found(void **state)
{
	static const char *const sentences[] = {"ئەم هەواڵە ڕاست نییە", "زۆر سوپاس بۆ هەواڵەکە",
		"حکومەتی هەرێم دەبێت مووچەی مامۆستایان بدات", "ئێمە لەگەڵ ئێوەین",
		"بژی کوردستانی ئازاد و سەربەخۆ", "نازانم بۆچی ئەوان هیچ ناکەن",
		"خەڵکی هەولێر ماندوو بوون", "ئەوە درۆیە", "کاکە گیان ئەم قسانە چین؟",
		"پێشمەرگە شانازی ئێمەیە", "بەڕێز سەرۆک، تکایە گوێ بگرە", "لە سلێمانی باران دەبارێت",
		NULL};

	(void)state;
	check_all("ckb", sentences);
	assert_int_equal(found("ئەم هەواڵە ڕاست نییە", "").source, LANGUAGE_SCRIPT);
}

static void kurmanji_is_found(void **state)
{
	static const char *const sentences[] = {"Ev nûçe ne rast e", "Gelek spas ji bo vê nivîsê",
		"Ez ji Duhokê me û li vir dijîm", "Divê hikûmet alîkariya xelkê bike",
		"Tu çima wisa dibêjî?", "Bijî Kurdistan, bijî pêşmerge", "Em hemû li ba we ne",
		"Kes nizane ka çi dibe", "Zarokên me nikarin biçin dibistanê",
		"Ew her roj derewan dike", "Min ev tişt nedît", "Xwedê ji te razî be, heval", NULL};

	(void)state;
	check_all("kmr", sentences);
}

static void arabic_is_found(void **state)
{
	static const char *const sentences[] = {"هذا الخبر غير صحيح", "شكرا على هذا المقال",
		"يجب على الحكومة أن تدفع الرواتب", "والله ما ندري شنو صار هناك",
		"الشعب العراقي يريد الكهرباء والماء", "لماذا لا تكتبون عن الفساد؟",
		"هاي مو حكومة هاي مصيبة", "أنا من بغداد وأحب أربيل", "كل هذا كلام فارغ",
		"قتل داعش خمسة أشخاص في كركوك", "الله يرحمه ويصبر أهله", "انت شو تفهم بالسياسة",
		NULL};

	(void)state;
	check_all("ar", sentences);
}

static void turkish_is_found(void **state)
{
	static const char *const sentences[] = {"Bu haber doğru değil",
		"Çok teşekkürler, güzel yazı", "Hükümet bir şey yapmıyor",
		"Neden kimse konuşmuyor?", "Sen bunu nereden biliyorsun",
		"Herkes barış istiyor artık", "Kerkük'te dün akşam patlama oldu",
		"bence cok guzel bir yazi olmus", "Bunlar hep aynı insanlar", "yok öyle bir şey",
		"Türkiye'nin ekonomisi çok kötü durumda", "Ben size inanmıyorum", NULL};

	(void)state;
	check_all("tr", sentences);
}

static void persian_is_found(void **state)
{
	static const char *const sentences[] = {"این خبر درست نیست", "خیلی ممنون از مقاله خوب شما",
		"دولت باید به مردم کمک کند", "چرا هیچ کس حرف نمی‌زند؟",
		"من در تهران زندگی می‌کنم",
		"آنها همه دروغ می‌گویند", "ما با شما هستیم",
		"این آقا چه می‌گوید",
		"قیمت‌ها هر روز بالا می‌رود",
		"کسی نمی‌داند چه شده است", "خدا رحمت کند",
		"شما هم مثل بقیه هستید", NULL};

	(void)state;
	check_all("fa", sentences);
}

static void others_are_found(void **state)
{
	static const char *const german[] = {"Das ist doch nicht wahr",
		"Ich habe die Nachricht gelesen", "Wer soll das alles bezahlen?", NULL};
	static const char *const french[] = {"C'est une honte pour le pays",
		"Je ne suis pas d'accord", "Merci pour cet article très intéressant", NULL};
	static const char *const spanish[] = {
		"No estoy de acuerdo con este artículo", "¿Por qué no dicen la verdad?", NULL};
	static const char *const russian[] = {
		"Это неправда, вы лжёте", "Почему они так говорят?", NULL};
	static const char *const ukrainian[] = {
		"Це неправда, і я вам не вірю", "Чому вони так кажуть?", NULL};

	(void)state;
	check_all("de", german);
	check_all("fr", french);
	check_all("es", spanish);
	check_all("ru", russian);
	check_all("uk", ukrainian);
	assert_string_equal(found("זה לא נכון", "").tag, "he");
	assert_int_equal(found("זה לא נכון", "").source, LANGUAGE_SCRIPT);
	assert_string_equal(found("Δεν είναι αλήθεια", "").tag, "el");
	assert_string_equal(found("これは本当ではない", "").tag, "ja");
	assert_string_equal(found("这不是真的", "").tag, "zh");
	assert_string_equal(found("사실이 아니다", "").tag, "ko");
}

static void weak_evidence_is_no_answer(void **state)
{
	static const char *const texts[] = {"", "   ", "12345", "😀😀", "ok", "lol", "Erdoğan",
		"Kurdistan", "Barzani", "سلام", "محمد", "کورد", "داعش", "wow wow", "de la",
		"Zap Zep Zop", "http://x.io"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct language language = found(texts[i], "");

		if (language.tag[0])
			fail_msg("\"%s\" is taken for \"%s\"", texts[i], language.tag);
	}
}

static void what_the_cms_says_counts(void **state)
{
	struct language language = found("Bu haber doğru değil", "en-GB");

	(void)state;
	assert_string_equal(language.tag, "en");
	assert_int_equal(language.source, LANGUAGE_TOLD);
	assert_true(language.confidence == 1);
	assert_string_equal(found("x", "CKB").tag, "ckb");
	assert_string_equal(found("x", "ar_IQ").tag, "ar");
	assert_string_equal(found("x", "tur").tag, "tr");
	assert_string_equal(found("x", "zh-Hant").tag, "zh-hant");
	assert_string_equal(found("x", "sv").tag, "sv");
	assert_string_equal(found("ئەم هەواڵە", "ku").tag, "ckb");
	assert_string_equal(found("ev nûçe", "ku-TR").tag, "kmr");
	/* no tag at all */
	assert_string_equal(found("Bu haber doğru değil", "und").tag, "tr");
	assert_string_equal(found("Bu haber doğru değil", "english").tag, "tr");
	assert_string_equal(found("Bu haber doğru değil", "e").tag, "tr");
	assert_string_equal(found("Bu haber doğru değil", "<b>").tag, "tr");
}

/* A site says what its pages are in, readers write as they like. */
static void what_is_told_may_be_doubted(void **state)
{
	static const struct {
		const char *text, *told, *also;
		bool doubted;
	} cases[] = {
		{"Bu haber çok yanlış, insanlar neden inanıyor buna?", "en", "tr", true},
		{"ئەم هەواڵە زۆر باش نییە، چونکە خەڵک ناتوانن بڕوای پێ بکەن", "ar", "ckb", true},
		{"Ev nûçe gelek baş e, lê min ji we re got ku rast nîne", "tr", "kmr", true},
		{"این خبر درست نیست و من فکر می‌کنم که باید "
		 "پاک "
		 "شود",
			"ar", "fa", true},
		{"The news is good but why do you not write what they said?", "en", "", false},
		{"This is what they said about the people and you know it: "
		 "bu çok yanlış bir şey, insanlar neden böyle yapıyor, değil mi",
			"en", "tr", false},
		{"Yes, Erdoğan and Barzani met in Ankara", "en", "", false},
		{"Erdoğan Türkiye Cumhuriyeti", "en", "", false},
		{"wow", "tr", "", false},
		{"", "tr", "", false},
		{"این خبر درست نیست و من فکر می‌کنم که باید "
		 "پاک "
		 "شود",
			"sv", "fa", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct language language = found(cases[i].text, cases[i].told);
		const char *also = language_also(&language, 0);

		assert_string_equal(language.tag, cases[i].told);
		if (strcmp(also ? also : "", cases[i].also) != 0 ||
			language.doubted != cases[i].doubted)
			fail_msg("\"%s\": also %s%s", cases[i].text, also ? also : "none",
				language.doubted ? ", doubted" : "");
		assert_null(language_also(&language, also ? 1 : 0));
		assert_int_equal(
			(language.also & language_bit(span_of(cases[i].also))) != 0, also != NULL);
		assert_false(language.also & language_bit(span_of(cases[i].told)));
	}
}

static void several_languages_are_found_in_one_text(void **state)
{
	struct language language =
		found("I think that this is what the people should know, and why "
		      "not? Bence bu çok yanlış, neden değil, hangi insanlar",
			"");

	(void)state;
	if (strcmp(language.tag, "en") == 0)
		assert_true(language.also & language_bit(SPAN("tr")));
	else if (strcmp(language.tag, "tr") == 0)
		assert_true(language.also & language_bit(SPAN("en")));
	else
		assert_true(language.also & language_bit(SPAN("tr")) &&
			    language.also & language_bit(SPAN("en")));
	assert_false(language.also & language_bit(SPAN("kmr")));
	assert_false(language.also & language_bit(SPAN("")));
}

static void scripts_are_listed(void **state)
{
	(void)state;
	assert_int_equal(found("hello", "").scripts, 1u << SCRIPT_LATIN);
	assert_int_equal(found("hello سلام", "").scripts, 1u << SCRIPT_LATIN | 1u << SCRIPT_ARABIC);
	/* one letter among many is no script of the text */
	assert_int_equal(found("hello my dear friends і", "").scripts, 1u << SCRIPT_LATIN);
	assert_int_equal(found("123", "").scripts, 0);
}

static void it_works_without_a_guesser_and_on_long_texts(void **state)
{
	struct language_guesser *kept = guesser;
	static char bytes[100000];
	struct language language;
	struct text text;

	(void)state;
	guesser = NULL;
	assert_string_equal(found("ئێمە لەگەڵ ئێوەین", "").tag, "ckb");
	assert_string_equal(found("زה לא נכון", "").tag, "he");
	guesser = kept;
	language_guesser_free(NULL);

	/* three-byte characters across the point where looking stops */
	for (size_t i = 0; i + 3 <= sizeof(bytes); i += 3)
		memcpy(bytes + i, "\xE0\xB8\x81", 3);
	assert_int_equal(
		text_prepare(&text, &arena, (struct span){bytes, sizeof(bytes) / 3 * 3}, NULL), OK);
	language_find(guesser, &text, SPAN(""), &language);
	assert_string_equal(language.tag, "th");
	arena_reset(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(english_is_found),
		cmocka_unit_test(sorani_is_found),
		cmocka_unit_test(kurmanji_is_found),
		cmocka_unit_test(arabic_is_found),
		cmocka_unit_test(turkish_is_found),
		cmocka_unit_test(persian_is_found),
		cmocka_unit_test(others_are_found),
		cmocka_unit_test(weak_evidence_is_no_answer),
		cmocka_unit_test(what_the_cms_says_counts),
		cmocka_unit_test(what_is_told_may_be_doubted),
		cmocka_unit_test(several_languages_are_found_in_one_text),
		cmocka_unit_test(scripts_are_listed),
		cmocka_unit_test(it_works_without_a_guesser_and_on_long_texts),
	};
	int failed;

	arena_init(&arena, 0);
	guesser = language_guesser_new();
	if (!guesser)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	language_guesser_free(guesser);
	arena_free(&arena);
	return failed;
}
