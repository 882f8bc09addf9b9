/* The matcher: words, hits in two views, and the fast way against the plain one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "match/forms.h"
#include "match/matcher.h"

static const struct scan_limits unlimited = {INT64_MAX, INT64_C(10000000000)};

/* A matcher under construction, and a text it is run on. */
struct rig {
	struct arena arena;
	struct matcher_builder *builder;
	struct matcher *matcher;
	struct lexicon *lexicon;
	struct scan *scan;
	struct text text;
};

static void rig_begin(struct rig *r)
{
	*r = (struct rig){0};
	arena_init(&r->arena, 0);
	r->builder = matcher_builder_new(&r->arena);
	r->scan = scan_new();
	assert_non_null(r->builder);
	assert_non_null(r->scan);
}

static uint32_t add_words(struct rig *r, const char *const *entries, size_t count, bool disguised)
{
	struct span spans[16];
	struct pattern_options options = {.disguised = disguised};
	struct pattern_error error;
	uint32_t id;

	for (size_t i = 0; i < count; i++)
		spans[i] = span_of(entries[i]);
	assert_int_equal(matcher_add_words(r->builder, spans, count, options, &id, &error), OK);
	return id;
}

static uint32_t add_word(struct rig *r, const char *word, bool disguised)
{
	return add_words(r, &word, 1, disguised);
}

static uint32_t add_phrase(struct rig *r, const char *phrase, bool disguised)
{
	struct pattern_options options = {.disguised = disguised};
	struct pattern_error error;
	uint32_t id;

	if (matcher_add_phrase(r->builder, span_of(phrase), NULL, options, &id, &error) != OK)
		fail_msg("`%s`: %s", phrase, error.text);
	return id;
}

static uint32_t add_regex(struct rig *r, const char *regex, bool original)
{
	struct pattern_options options = {.original = original};
	struct pattern_error error;
	uint32_t id;

	if (matcher_add_regex(r->builder, span_of(regex), options, &id, &error) != OK)
		fail_msg("`%s`: %s", regex, error.text);
	return id;
}

static void rig_build(struct rig *r)
{
	const struct lexicon_word *words;
	size_t count;

	assert_int_equal(matcher_build(r->builder, &r->matcher), OK);
	words = matcher_lexicon_words(r->matcher, &count);
	r->lexicon = lexicon_new(&r->arena, words, count);
	assert_non_null(r->lexicon);
}

static void rig_run(struct rig *r, struct span text)
{
	assert_int_equal(text_prepare(&r->text, &r->arena, text, r->lexicon), OK);
	assert_int_equal(scan_run(r->scan, r->matcher, &r->text, &unlimited), OK);
}

static void rig_end(struct rig *r)
{
	scan_free(r->scan);
	matcher_free(r->matcher);
	arena_free(&r->arena);
}

/* Expects the pattern's hits to be `expected`: their texts in the original, joined by `|`. */
static void check_hits(struct rig *r, uint32_t id, const char *expected)
{
	const struct hit *hits;
	struct buf joined = {0};
	size_t count;
	enum truth truth = scan_find(r->scan, id, &hits, &count, NULL);

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&joined, '|');
		buf_span(&joined, span_sub(r->text.original, hits[i].in_original.from,
					  hits[i].in_original.to));
	}
	buf_char(&joined, '\0');
	if (strcmp(joined.data, expected) != 0)
		fail_msg("`%s` instead of `%s`", joined.data, expected);
	assert_int_equal(truth, *expected ? TRUTH_YES : TRUTH_NO);
	buf_free(&joined);
}

/* --- words ------------------------------------------------------------------------------------ */

static void word_finds(const char *word, const char *text, const char *expected)
{
	struct rig r;
	uint32_t id;

	rig_begin(&r);
	id = add_word(&r, word, false);
	rig_build(&r);
	rig_run(&r, span_of(text));
	check_hits(&r, id, expected);
	rig_end(&r);
}

static void test_word_edges(void **state)
{
	(void)state;
	word_finds("ass", "class ass assume ASS, ass-hat", "ass|ASS|ass");
	word_finds("ai", "j'ai dit: ai! l'ai", "ai");
	word_finds("kill", "kill's kill_ kill5 overkill 'kill'", "kill|kill");
	word_finds("中", "中国中", "中|中");
	word_finds("中国", "大中国人", "中国");
	word_finds("ไทย", "คนไทยแท้", "ไทย");
	word_finds("kill", "中kill国", "kill");
	word_finds("خەر", "خەرە خەر", "خەر");
	word_finds("میروم", "نمی‌روم می‌روم", "می‌روم");
	word_finds("am", "I am, Am!", "am|Am");
	word_finds("é", "café é", "é");
	word_finds("100", "100 1000 $100", "100|100");
}

static void test_word_forms(void **state)
{
	(void)state;
	word_finds("behead*", "beheading, Behead! unbeheaded", "beheading|Behead");
	word_finds("go*", "ago go gone 中go", "go|gone|go");
	word_finds("burn alive", "burn, alive burn. alive burn alive!", "burn, alive|burn alive");
	word_finds("the end of", "the end\nof it; the end\n\nof", "the end\nof");
	word_finds("b!tch", "a b!tch b!tches", "b!tch");
	word_finds("c++", "c c++ c+++ c++x", "c++|c++|c++");
	word_finds("$$$", "free $$$ now", "$$$");
	word_finds("$", "5$ $5", "$|$");
	word_finds("😀", "ha😀ha", "😀");
	word_finds("e-mail me", "E-mail  me", "E-mail  me");
	word_finds("pay $5", "pay $5 pay:$5", "pay $5");
	word_finds("i 'm", "I'm I 'm", "I'm|I 'm");
	word_finds("*", "a * b", "*");
}

/* Of entries that begin at one place the longest counts, and hits do not overlap. */
static void test_precedence(void **state)
{
	static const char *const entries[] = {"kill", "kill you", "you", "kill*", "you all"};
	struct rig r;
	const struct hit *hits;
	size_t count;
	uint32_t id;

	(void)state;
	rig_begin(&r);
	id = add_words(&r, entries, ARRAY_LEN(entries), false);
	rig_build(&r);
	rig_run(&r, SPAN("Kill you all, killers kill"));
	check_hits(&r, id, "Kill you|killers|kill");
	scan_find(r.scan, id, &hits, &count, NULL);
	assert_true(span_eq(hits[0].entry, SPAN("kill you")));
	assert_true(span_eq(hits[1].entry, SPAN("kill*")));
	assert_true(span_eq(hits[2].entry, SPAN("kill")));
	rig_end(&r);
}

static void test_refused_words(void **state)
{
	static const struct {
		struct span entry;
		const char *text;
	} cases[] = {{{"", 0}, "an entry is empty"}, {{"  ", 2}, "an entry is empty"},
		{{"a\xFF", 2}, "an entry is not valid UTF-8"},
		{{"\xE2\x80\x8B", 3}, "nothing is left of this word after folding"},
		{{"!*", 2}, "`*` must stand after a letter or digit"}};
	struct rig r;
	struct pattern_options options = {.disguised = false};
	struct pattern_error error;
	uint32_t id;

	(void)state;
	rig_begin(&r);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
			matcher_add_words(r.builder, &cases[i].entry, 1, options, &id, &error),
			ERR_INVALID);
		assert_string_equal(error.text, cases[i].text);
	}
	assert_int_equal(matcher_add_words(r.builder, NULL, 0, options, &id, &error), ERR_INVALID);
	rig_build(&r);
	assert_int_equal(matcher_count(r.matcher), 0);
	rig_end(&r);
}

/* Thousands of entries in one pattern: more than PCRE2 can hold in one regex. */
static void test_many_entries(void **state)
{
	enum { MANY = 5000 };
	struct span *entries = calloc(MANY, sizeof(*entries));
	struct pattern_options options = {.disguised = false};
	struct pattern_error error;
	const struct hit *hits;
	struct rig r;
	size_t count;
	uint32_t id;

	(void)state;
	rig_begin(&r);
	for (int i = 0; i < MANY; i++) {
		char word[32];

		snprintf(word, sizeof(word), "word%dx", i);
		entries[i] = arena_copy(&r.arena, span_of(word));
	}
	assert_int_equal(matcher_add_words(r.builder, entries, MANY, options, &id, &error), OK);
	rig_build(&r);
	rig_run(&r, SPAN("word5000x word17x word4999x! word1"));
	check_hits(&r, id, "word17x|word4999x");
	scan_find(r.scan, id, &hits, &count, NULL);
	assert_true(span_eq(hits[1].entry, SPAN("word4999x")));
	assert_int_equal(scan_run_plain(r.scan, r.matcher, &r.text, &unlimited), OK);
	check_hits(&r, id, "word17x|word4999x");
	free(entries);
	rig_end(&r);
}

/* --- hits ------------------------------------------------------------------------------------- */

static void test_hits_are_bounded(void **state)
{
	struct rig r;
	struct buf text = {0};
	const struct hit *hits;
	uint32_t word, regex;
	size_t count;

	(void)state;
	rig_begin(&r);
	word = add_word(&r, "spam", false);
	regex = add_regex(&r, "spam", false);
	rig_build(&r);
	for (int i = 0; i < 3000; i++)
		buf_str(&text, "spam ");
	rig_run(&r, buf_content(&text));
	assert_int_equal(scan_find(r.scan, word, &hits, &count, NULL), TRUTH_YES);
	assert_int_equal(count, HITS_MAX);
	assert_int_equal(hits[HITS_MAX - 1].in_original.from, 5 * (HITS_MAX - 1));
	assert_int_equal(scan_find(r.scan, regex, &hits, &count, NULL), TRUTH_YES);
	assert_int_equal(count, HITS_MAX);
	assert_int_equal(hits[HITS_MAX - 1].in_original.from, 5 * (HITS_MAX - 1));
	buf_free(&text);
	rig_end(&r);
}

static void test_glued_hits(void **state)
{
	static const char *const entries[] = {"*wank*", "*twat"};
	struct rig r;
	const struct hit *hits;
	uint32_t words, phrase, plain;
	size_t count;

	(void)state;
	rig_begin(&r);
	words = add_words(&r, entries, ARRAY_LEN(entries), true);
	phrase = add_phrase(&r, "you *wank*", true);
	plain = add_words(&r, entries, ARRAY_LEN(entries), false);
	rig_build(&r);
	rig_run(&r, SPAN("wankers, you bigWankers; dumbtw4t twats dumbtwats swan-king"));
	check_hits(&r, words, "wankers|Wank|tw4t");
	check_hits(&r, phrase, "you bigWank");
	/* within words only where disguises are looked for */
	check_hits(&r, plain, "wankers");
	scan_find(r.scan, words, &hits, &count, NULL);
	assert_false(hits[0].disguised);
	assert_true(hits[1].disguised);
	assert_true(span_eq(hits[2].entry, SPAN("*twat")));
	rig_end(&r);
}

static void test_disguised_hits(void **state)
{
	struct rig r;
	const struct hit *hits;
	uint32_t with, without, phrase;
	size_t count;

	(void)state;
	rig_begin(&r);
	with = add_word(&r, "kill", true);
	without = add_word(&r, "kill", false);
	phrase = add_phrase(&r, "(i|we) will kill you", true);
	rig_build(&r);
	rig_run(&r, SPAN("I will kill you, and I will k1ll you, k1ller"));
	check_hits(&r, with, "kill|k1ll");
	check_hits(&r, without, "kill");
	check_hits(&r, phrase, "I will kill you|I will k1ll you");
	scan_find(r.scan, with, &hits, &count, NULL);
	assert_false(hits[0].disguised);
	assert_int_equal(hits[0].view, VIEW_FOLDED);
	assert_true(hits[1].disguised);
	assert_int_equal(hits[1].view, VIEW_DISGUISED);
	assert_true(
		span_eq(span_sub(r.text.disguised.text, hits[1].in_view.from, hits[1].in_view.to),
			SPAN("kill")));
	/* The disguise is elsewhere. */
	rig_run(&r, SPAN("f.i.n.e k1ll; I will kill you"));
	scan_find(r.scan, phrase, &hits, &count, NULL);
	assert_int_equal(count, 1);
	assert_false(hits[0].disguised);
	rig_end(&r);
}

static void test_original(void **state)
{
	struct rig r;
	uint32_t capitals, caseless, marks;

	(void)state;
	rig_begin(&r);
	capitals = add_regex(&r, "\\bKILL\\b", true);
	caseless = add_regex(&r, "(?i)kIll", true);
	marks = add_regex(&r, "caf\\x{E9}", true);
	rig_build(&r);
	rig_run(&r, SPAN("kill KILL K\xE2\x80\x8DILL caf\xC3\xA9"));
	check_hits(&r, capitals, "KILL");
	check_hits(&r, caseless, "kill|KILL");
	check_hits(&r, marks, "caf\xC3\xA9");
	/* Folding drops the joiner, which makes an edge in the original. */
	rig_run(&r, SPAN("A\xE2\x80\x8DKILL"));
	check_hits(&r, capitals, "KILL");
	rig_end(&r);
}

/* Regexes that are only strings are found without PCRE2, and as it would find them. */
static void test_exact_regexes(void **state)
{
	static const struct {
		const char *regex;
		const char *text;
		const char *expected;
	} cases[] = {
		{"(?:kill|killer)", "killers", "kill"},
		{"\\b(?:kill|killer)s?\\b", "killers kill skill", "killers|kill"},
		{"\\b(?:kill|killers?)", "killers", "kill"},
		{"(k|ki)(ll|l)", "kill kll", "kill|kll"},
		{"ana", "banana", "ana"},
		{"\\bana", "banana ana", "ana"},
		{"\\b\\$5\\b", "a$5 $5", "$5"},
		{"\\bkill\\b", "kill\xD9\x85 kill\xE2\x80\xA6 \xE2\x80\x9Ckill\xE2\x80\x9D",
			"kill|kill"},
		{"\\bkill\\b", "kill\xE4\xB8\xAD, kill", "kill"},
		{"(?:|kill)", "kill", "kill"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rig r;
		uint32_t id;

		rig_begin(&r);
		id = add_regex(&r, cases[i].regex, false);
		rig_build(&r);
		rig_run(&r, span_of(cases[i].text));
		check_hits(&r, id, cases[i].expected);
		assert_int_equal(scan_run_plain(r.scan, r.matcher, &r.text, &unlimited), OK);
		check_hits(&r, id, cases[i].expected);
		rig_end(&r);
	}
}

static void test_candidates(void **state)
{
	struct rig r;
	const uint32_t *ids;
	size_t count;
	uint32_t always, word;

	(void)state;
	rig_begin(&r);
	add_phrase(&r, "money transfer [now] please", false);
	word = add_word(&r, "money", false);
	always = add_regex(&r, "\\d\\d", false);
	add_regex(&r, "bitcoin", false);
	add_regex(&r, "money.*\\d", false);
	rig_build(&r);
	rig_run(&r, SPAN("the transfer of money"));
	ids = scan_candidates(r.scan, &count);
	assert_int_equal(count, 2); /* the phrase lacks a word */
	assert_int_equal(ids[0], word);
	assert_int_equal(ids[1], always);
	rig_run(&r, SPAN(""));
	scan_candidates(r.scan, &count);
	assert_int_equal(count, 1);
	rig_end(&r);
}

/* One scan serves one matcher after another. */
/* Two words that stand together are tried only where they do. */
static void test_pairs(void **state)
{
	static const struct {
		const char *pattern, *text, *finds;
		bool tried;
	} cases[] = {
		{"what the", "what is the matter", "", false},
		{"what the", "the what", "", false},
		{"what the", "so What - THE matter", "What - THE", true},
		{"what the", "what\xCC\x81 the", "what\xCC\x81 the", true},
		{"what the", "what. the", "", true}, /* a sentence ends */
		{"what the", "what then", "", false},
		{"what the*", "what then", "what then", true},
		{"what* the", "whatever the", "whatever the", true},
		{"don't you", "I don't, you see", "don't, you", true},
		{"don't you", "I don t you see", "", true},
		{"you 're", "you're", "you're", true},
		{"i \xF0\x9F\x90\x80 you", "i \xF0\x9F\x90\x80 you", "i \xF0\x9F\x90\x80 you",
			true},
		{"the \xE6\xBC\xA2 a", "the \xE6\xBC\xA2 a", "the \xE6\xBC\xA2 a", true},
		{"a (b|c d) e", "a c d e", "a c d e", true},
		{"a (b|c d) e", "a d c e", "", false},
		{"a [b] c", "a c", "a c", true},
		{"a ...2 c", "a b c", "a b c", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rig r;
		size_t count;
		uint32_t id;

		rig_begin(&r);
		id = add_phrase(&r, cases[i].pattern, false);
		rig_build(&r);
		rig_run(&r, span_of(cases[i].text));
		scan_candidates(r.scan, &count);
		if (count != cases[i].tried)
			fail_msg("`%s` in `%s`: tried %zu times", cases[i].pattern, cases[i].text,
				count);
		check_hits(&r, id, cases[i].finds);
		rig_end(&r);
	}
}

/* Who asks is told of both words. */
static void test_pairs_are_named(void **state)
{
	struct pattern_trace trace;
	struct pattern_info info;
	struct rig r;
	uint32_t phrase, list;

	(void)state;
	rig_begin(&r);
	phrase = add_phrase(&r, "villain ...3 you are", false);
	list = add_word(&r, "such a", false);
	rig_build(&r);
	rig_run(&r, span_of("Such - a villain are you"));
	assert_int_equal(matcher_trace(r.matcher, phrase, &r.text, &r.arena, &trace), OK);
	assert_false(trace.candidate);
	assert_int_equal(trace.lacks_count, 1);
	assert_true(span_eq(trace.lacks[0], span_of("you are")));
	assert_int_equal(matcher_trace(r.matcher, list, &r.text, &r.arena, &trace), OK);
	assert_true(trace.candidate);
	assert_int_equal(trace.seen_count, 1);
	assert_true(span_eq(trace.seen[0], span_of("such - a")));
	assert_int_equal(matcher_describe(r.matcher, list, &r.arena, &info), OK);
	assert_int_equal(info.literals_count, 1);
	assert_true(span_eq(info.literals[0], span_of("such a")));
	rig_end(&r);
}

static void test_scan_changes_matchers(void **state)
{
	struct rig a, b;

	(void)state;
	rig_begin(&a);
	add_word(&a, "one", false);
	rig_build(&a);
	rig_begin(&b);
	add_word(&b, "two", false);
	add_word(&b, "three", false);
	rig_build(&b);
	for (int round = 0; round < 4; round++) {
		struct rig *r = round % 2 ? &b : &a;
		const struct hit *hits;
		size_t count;

		assert_int_equal(text_prepare(&r->text, &r->arena, SPAN("one three"), NULL), OK);
		assert_int_equal((round < 2 ? scan_run : scan_run_plain)(
					 a.scan, r->matcher, &r->text, &unlimited),
			OK);
		assert_int_equal(scan_find(a.scan, 0, &hits, &count, NULL),
			round % 2 ? TRUTH_NO : TRUTH_YES);
		if (round % 2)
			assert_int_equal(scan_find(a.scan, 1, &hits, &count, NULL), TRUTH_YES);
	}
	rig_end(&b);
	rig_end(&a);
}

static void test_lexicon(void **state)
{
	struct rig r;
	const struct lexicon_word *words;
	size_t count;

	(void)state;
	rig_begin(&r);
	add_word(&r, "Kill", true);
	add_word(&r, "hidden", false);
	add_word(&r, "burn alive", true);
	add_word(&r, "behead*", true);
	add_word(&r, "f*", true);
	add_phrase(&r, "(kill|hurt) you", true);
	rig_build(&r);
	words = matcher_lexicon_words(r.matcher, &count);
	assert_int_equal(count, 6);
	assert_true(span_eq(words[0].text, SPAN("kill")));
	assert_true(span_eq(words[3].text, SPAN("behead")));
	assert_true(span_eq(words[5].text, SPAN("you")));
	rig_end(&r);
}

/* --- fast and plain --------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

static const char *pick(uint64_t *state, const char *const *items, size_t count)
{
	return items[next_random(state) % count];
}

/* Few words, alike, so that random patterns match random texts often. */
static const char *const words[] = {"kill", "kills", "killer", "you", "a", "ab", "abc", "i", "ai",
	"j'ai", "i'll", "'ll", "c++", "$5", "e-mail", "中", "中国", "ไทย", "kil", "كلب", "الكلب",
	"می‌روم", "é", "x_1", "100", "burn", "alive", "कि", "क", "k", "you're", "don't",
	"s.o.s", ":-/", "*burn", "*alive"};
static const char *const gaps[] = {" ", " ", " ", " ", ", ", ". ", "\n", "\n\n", " - ", "", "'",
	"...", "! ", "? ", "…", " 😀 ", ".", "_", "\u200d", "’", ".\" ", "\t"};
static const char *const disguises[] = {"k1ll", "k.i.l.l", "k!ller", "b u r n", "4live", "kiiiill",
	"аbc", "k**l", "youburned", "un4live", "\xE2\x80\xAEllik uoy\xE2\x80\xAC"};
static const char *const regexes[] = {"kill\\w*", "\\bkill\\b", "\\babc", "abc\\b", "(?i)KILL|burn",
	"you\\W+kill", "\\b\\w{3}\\b", "[a4]live", "(?<!k)ill", "x_\\d+", "کلب|كلب|الكلب", "a+b+c",
	"(?:kill|burn) (?:you|alive)", "\\p{Han}+", "e-mail|s\\.o\\.s", "\\bक\\b", "i['’]ll",
	"^kill", "alive$", "(\\w+)\\W+\\1", ":\\)", "kill.{0,10}you\\b", "(?:kill)+er", "\\bk",
	"\\bال"};

static void random_phrase(uint64_t *state, struct buf *out)
{
	size_t parts = 1 + next_random(state) % 4;

	for (size_t i = 0; i < parts; i++) {
		if (i > 0)
			buf_char(out, ' ');
		if (i > 0 && next_random(state) % 5 == 0)
			buf_str(out, "...2 ");
		switch (next_random(state) % 7) {
		case 6:
			buf_str(out, "<list>");
			break;
		case 0:
			buf_printf(out, "(%s|%s %s)", pick(state, words, ARRAY_LEN(words)),
				pick(state, words, ARRAY_LEN(words)),
				pick(state, words, ARRAY_LEN(words)));
			break;
		case 1:
			buf_printf(out, "[%s|%s] ", pick(state, words, ARRAY_LEN(words)),
				pick(state, words, ARRAY_LEN(words)));
			buf_str(out, pick(state, words, ARRAY_LEN(words)));
			break;
		case 2:
			buf_str(out, "kil*");
			break;
		default:
			buf_str(out, pick(state, words, ARRAY_LEN(words)));
			break;
		}
	}
}

/* --- forms, for texts made to confuse ----------------------------------------------------------
 */

#define INFLECTED(text)                                                                            \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}
static struct span turkish[] = {INFLECTED("lar"), INFLECTED("ler")},
		   turkish_own[] = {INFLECTED("im"), INFLECTED("in"), INFLECTED("i")},
		   turkish_case[] = {INFLECTED("da"), INFLECTED("dan"), INFLECTED("i"),
			   INFLECTED("a"), INFLECTED("e")};
static struct span arabic_and[] = {INFLECTED("و"), INFLECTED("ف")},
		   arabic_with[] = {INFLECTED("ب"), INFLECTED("ل")},
		   arabic_the[] = {INFLECTED("ال")},
		   arabic_of[] = {
			   INFLECTED("ه"), INFLECTED("ها"), INFLECTED("ين"), INFLECTED("ات")};
static struct span english_before[] = {INFLECTED("re"), INFLECTED("un"), INFLECTED("k")},
		   english_behind[] = {INFLECTED("er"), INFLECTED("ers"), INFLECTED("ing"),
			   INFLECTED("s"), INFLECTED("live")};
static struct span again[] = {INFLECTED("a"), INFLECTED("aa"), INFLECTED("aaa")};

#define SLOT(texts)                                                                                \
	{                                                                                          \
		texts, ARRAY_LEN(texts)                                                            \
	}
static struct forms all_forms[] = {
	{.suffixes = {{SLOT(turkish), SLOT(turkish_own), SLOT(turkish_case)}, .count = 3}},
	{.prefixes = {{SLOT(arabic_and), SLOT(arabic_with), SLOT(arabic_the)}, .count = 3},
		.suffixes = {{SLOT(arabic_of)}, .count = 1}},
	{.prefixes = {{SLOT(english_before), SLOT(english_before)}, .count = 2},
		.suffixes = {{SLOT(english_behind), SLOT(english_behind)}, .count = 2}},
	{.prefixes = {{SLOT(again), SLOT(again)}, .count = 2},
		.suffixes = {{SLOT(again), SLOT(again), SLOT(again)}, .count = 3}},
};
static const struct forms *const form_items[] = {
	&all_forms[0], &all_forms[1], &all_forms[2], &all_forms[3], &all_forms[1], &all_forms[2]};
static const struct form_set form_sets[] = {{&form_items[0], 1}, {&form_items[1], 1},
	{&form_items[2], 1}, {&form_items[0], 4}, {&form_items[3], 3}};

static int settle_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_forms); i++)
		forms_settle(&all_forms[i]);
	return 0;
}

static const struct form_set *random_forms(uint64_t *state)
{
	size_t i = next_random(state) % (2 * ARRAY_LEN(form_sets));

	return i < ARRAY_LEN(form_sets) ? &form_sets[i] : NULL;
}

/* The list of phrases: other entries have other forms. */
static bool find_inflected(void *context, struct span name, struct phrase_list *out)
{
	static const struct span entries[] = {INFLECTED("kill"), INFLECTED("abc"),
		INFLECTED("burn alive"), INFLECTED("كلب"), INFLECTED("aa"), INFLECTED("be*"),
		INFLECTED("e-mail"), INFLECTED("you kill")};
	static const struct form_set *forms[ARRAY_LEN(entries)];

	(void)name;
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		forms[i] = random_forms(context);
	*out = (struct phrase_list){entries, forms, ARRAY_LEN(entries), NULL};
	return true;
}

/* A word with a form, right or nearly so. */
static void random_inflected(uint64_t *state, struct buf *out)
{
	static const char *const before[] = {"", "", "un", "re", "reun", "و", "وال", "ب", "a", "k"};
	static const char *const stems[] = {"kill", "abc", "burn alive", "كلب", "aa", "bee",
		"e-mail", "you kill", "alive", "burn", "f**k", "漢字"};
	static const char *const behind[] = {"", "", "lar", "lari", "larimdan", "er", "ers",
		"ersing", "ها", "ات", "a", "aaaaa", "x", "s", "i\u0301", "_", "1", "漢"};

	buf_str(out, pick(state, before, ARRAY_LEN(before)));
	buf_str(out, pick(state, stems, ARRAY_LEN(stems)));
	buf_str(out, pick(state, behind, ARRAY_LEN(behind)));
}

/* --- patterns and texts ------------------------------------------------------------------------
 */

static void random_words(uint64_t *state, struct matcher_builder *builder, bool disguised)
{
	struct span entries[6];
	const struct form_set *forms[6];
	char texts[6][128];
	struct pattern_options options = {.disguised = disguised, .forms = forms};
	struct pattern_error error;
	size_t count = 1 + next_random(state) % ARRAY_LEN(entries);
	uint32_t id;

	for (size_t i = 0; i < count; i++) {
		const char *first = pick(state, words, ARRAY_LEN(words));

		if (next_random(state) % 3 == 0)
			snprintf(texts[i], sizeof(texts[i]), "%s %s", first,
				pick(state, words, ARRAY_LEN(words)));
		else
			snprintf(texts[i], sizeof(texts[i]), "%s%s", first,
				next_random(state) % 4 || strchr("+/$", first[strlen(first) - 1])
					? ""
					: "*");
		entries[i] = span_of(texts[i]);
		forms[i] = random_forms(state);
	}
	if (matcher_add_words(builder, entries, count, options, &id, &error) != OK)
		fail_msg("`%s`: %s", texts[0], error.text);
}

static void add_random_phrase(struct rig *r, const char *phrase, bool disguised, uint64_t *state)
{
	struct pattern_options options = {.disguised = disguised};
	const struct phrase_lists lists = {state, find_inflected};
	struct pattern_error error;
	uint32_t id;

	if (matcher_add_phrase(r->builder, span_of(phrase), &lists, options, &id, &error) != OK)
		fail_msg("`%s`: %s", phrase, error.text);
}

static void random_patterns(uint64_t *state, struct rig *r)
{
	for (int i = 0; i < 8; i++) {
		bool disguised = next_random(state) % 2;
		struct buf phrase = {0};

		switch (next_random(state) % 4) {
		case 0:
			random_phrase(state, &phrase);
			buf_char(&phrase, '\0');
			add_random_phrase(r, phrase.data, disguised, state);
			buf_free(&phrase);
			break;
		case 1:
			add_regex(r, pick(state, regexes, ARRAY_LEN(regexes)),
				next_random(state) % 3 == 0);
			break;
		default:
			random_words(state, r->builder, disguised);
			break;
		}
	}
}

static void random_text(uint64_t *state, struct buf *out)
{
	size_t parts = next_random(state) % 30;

	buf_clear(out);
	for (size_t i = 0; i < parts; i++) {
		if (next_random(state) % 8 == 0)
			buf_str(out, pick(state, disguises, ARRAY_LEN(disguises)));
		else if (next_random(state) % 4 == 0)
			random_inflected(state, out);
		else
			buf_str(out, pick(state, words, ARRAY_LEN(words)));
		buf_str(out, pick(state, gaps, ARRAY_LEN(gaps)));
	}
}

static void differ(struct rig *r, uint32_t id, const char *how)
{
	struct pattern_info info;

	assert_int_equal(matcher_describe(r->matcher, id, &r->arena, &info), OK);
	fail_msg("%s differs\npattern: %.*s\ntext: %.*s", how, SPAN_ARGS(info.regex),
		SPAN_ARGS(r->text.original));
}

static size_t compare_ways(struct rig *r, struct scan *plain)
{
	size_t hits = 0;

	assert_int_equal(scan_run_plain(plain, r->matcher, &r->text, &unlimited), OK);
	for (uint32_t id = 0; id < matcher_count(r->matcher); id++) {
		const struct hit *x, *y;
		size_t n, m;
		enum truth fast = scan_find(r->scan, id, &x, &n, NULL);
		enum truth slow = scan_find(plain, id, &y, &m, NULL);

		/* A regex that runs away does so in both, or need not be run in one. */
		if (slow == TRUTH_UNKNOWN && fast != TRUTH_YES)
			continue;
		if (fast != slow)
			differ(r, id, "truth");
		if (n != m)
			differ(r, id, "number of hits");
		for (size_t i = 0; i < n; i++)
			if (x[i].in_original.from != y[i].in_original.from ||
				x[i].in_original.to != y[i].in_original.to ||
				x[i].view != y[i].view || x[i].disguised != y[i].disguised ||
				!span_eq(x[i].entry, y[i].entry))
				differ(r, id, "hit");
		hits += n;
	}
	return hits;
}

static uint32_t add_inflected(struct rig *r, const char *entry, const struct form_set *forms)
{
	struct span text = span_of(entry);
	struct pattern_options options = {.forms = &forms};
	struct pattern_error error;
	uint32_t id;

	assert_int_equal(matcher_add_words(r->builder, &text, 1, options, &id, &error), OK);
	return id;
}

/* A word is found with its endings and beginnings, all of it and nothing less. */
static void test_inflected(void **state)
{
	static const struct {
		const char *entry;
		const struct form_set *forms;
		const char *text, *found;
	} cases[] = {
		{"salak", &form_sets[0], "Salak salaklar, SALAKLARIMDAN salakim salaka",
			"Salak|salaklar|SALAKLARIMDAN|salakim|salaka"},
		{"salak", &form_sets[0], "salaklarlar salakimlar salakx asalak salak_ salakdai",
			""},
		{"salak", &form_sets[0], "salaklar\u0131n salak漢字 salak's j'salaklar",
			"salaklar\u0131n|salak|salak"},
		{"half wit", &form_sets[0], "half witler, halflar wit, half wit",
			"half witler|half wit"},
		{"كلب", &form_sets[1], "كلب والكلب بكلبها فالكلاب كلبات وبالكلب الوكلب",
			"كلب|والكلب|بكلبها|كلبات|وبالكلب"},
		{"ابن كلب", &form_sets[1], "وابن كلبها ابن الكلب", "وابن كلبها"},
		{"kill*", &form_sets[2], "rekiller unkilllllive killed okkill",
			"rekiller|unkilllllive|killed"},
		{"a", &form_sets[4], "aaaaa aaaaaaaaaaaaaaaaaaaa b", "aaaaa"},
		{"c++", &form_sets[0], "c++lar c++", "c++|c++"},
		{"漢字", &form_sets[3], "un漢字er", "漢字"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rig r;
		uint32_t id;

		rig_begin(&r);
		id = add_inflected(&r, cases[i].entry, cases[i].forms);
		rig_build(&r);
		rig_run(&r, span_of(cases[i].text));
		check_hits(&r, id, cases[i].found);
		rig_end(&r);
	}
}

/* The literal index and the native words against PCRE2 alone, on texts made to confuse them. */
static void test_fast_is_plain(void **state)
{
	uint64_t random = 20261123;
	struct scan *plain = scan_new();
	struct buf text = {0};
	size_t hits = 0;

	(void)state;
	for (int set = 0; set < 300; set++) {
		struct rig r;

		rig_begin(&r);
		random_patterns(&random, &r);
		rig_build(&r);
		for (int i = 0; i < 12; i++) {
			random_text(&random, &text);
			rig_run(&r, buf_content(&text));
			hits += compare_ways(&r, plain);
		}
		rig_end(&r);
	}
	assert_true(hits > 10000); /* else it would show nothing */
	buf_free(&text);
	scan_free(plain);
}

/* A regex of all that the reader of literals has to understand, or to give up at. */
static void random_regex(uint64_t *state, struct buf *out, int depth)
{
	static const char *const atoms[] = {"kil", "abc", "ab", "k", "a", "ill", "you", "[ab]",
		"[^a]", "[[:alpha:]k]", "[]a]", ".", "\\w", "\\W", "\\s", "\\d", "\\b", "\\B", "^",
		"$", "(?i)AB", "(?i:KIL)", "(?-i)", "\\x6bil", "\\x{6b}", "é", "中", "(?=abc)",
		"(?!ab)", "(?<=k)", "(?<!k)", "\\Qab\\E", "(?#x)", "\\p{L}", "\\.", " ", "'", "क",
		"ि", "\\R", "\\K", "\\h", "_", "[0-9]", "[\\d]"};
	static const char *const repeats[] = {"", "", "", "", "", "?", "+", "*", "{2}", "{0,2}",
		"{1,2}", "+?", "*+", "?+", "{,2}"};
	static const char *const openers[] = {"(", "(?:", "(?>", "(?|", "(?i:", "(?<n>"};
	size_t parts = 1 + next_random(state) % 3;

	for (size_t i = 0; i < parts; i++) {
		if (depth > 0 && next_random(state) % 4 == 0) {
			buf_str(out, pick(state, openers, ARRAY_LEN(openers)));
			random_regex(state, out, depth - 1);
			if (next_random(state) % 2) {
				buf_char(out, '|');
				random_regex(state, out, depth - 1);
			}
			buf_char(out, ')');
		} else {
			buf_str(out, pick(state, atoms, ARRAY_LEN(atoms)));
		}
		buf_str(out, pick(state, repeats, ARRAY_LEN(repeats)));
	}
	if (depth == 2 && next_random(state) % 4 == 0) {
		buf_char(out, '|');
		random_regex(state, out, 1);
	}
}

/* Where the literals say that a regex cannot match, it does not. */
static void test_regex_literals_hold(void **state)
{
	static const char *const pieces[] = {"kil", "l", "abc", "ab", "a", "b", "k", "K", "AB", "é",
		"中", " ", ".", "'", "you", "1", "_", "\n", "क", "ि", "\u200d", "ill", "\u0301",
		"5", "٣"};
	uint64_t random = 4711;
	struct scan *plain = scan_new();
	struct buf text = {0};
	size_t hits = 0, refused = 0;

	(void)state;
	for (int set = 0; set < 400; set++) {
		struct rig r;

		rig_begin(&r);
		for (int i = 0; i < 12; i++) {
			struct pattern_options options = {
				.original = next_random(&random) % 3 == 0};
			struct pattern_error error;
			struct buf regex = {0};
			uint32_t id;

			random_regex(&random, &regex, 2);
			refused += matcher_add_regex(r.builder, buf_content(&regex), options, &id,
					   &error) != OK;
			buf_free(&regex);
		}
		rig_build(&r);
		for (int i = 0; i < 10; i++) {
			size_t parts = next_random(&random) % 16;

			buf_clear(&text);
			for (size_t k = 0; k < parts; k++)
				buf_str(&text, pick(&random, pieces, ARRAY_LEN(pieces)));
			rig_run(&r, buf_content(&text));
			hits += compare_ways(&r, plain);
		}
		rig_end(&r);
	}
	assert_true(hits > 10000);
	assert_true(refused < 2000);
	buf_free(&text);
	scan_free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_word_edges),
		cmocka_unit_test(test_word_forms),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_refused_words),
		cmocka_unit_test(test_many_entries),
		cmocka_unit_test(test_hits_are_bounded),
		cmocka_unit_test(test_disguised_hits),
		cmocka_unit_test(test_glued_hits),
		cmocka_unit_test(test_original),
		cmocka_unit_test(test_exact_regexes),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_pairs_are_named),
		cmocka_unit_test(test_scan_changes_matchers),
		cmocka_unit_test(test_lexicon),
		cmocka_unit_test(test_inflected),
		cmocka_unit_test(test_fast_is_plain),
		cmocka_unit_test(test_regex_literals_hold),
	};

	return cmocka_run_group_tests(tests, settle_forms, NULL);
}
