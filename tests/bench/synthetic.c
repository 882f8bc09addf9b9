/* Makes synthetic rules and comments: see synthetic.h. */
#include "synthetic.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

#define RULES_PER_FILE 1000
#define MADE_ENGLISH 3700
#define MADE_ARABIC 1500
#define MADE_BAD 12000 /* words that only patterns use */
#define ORDINARY_IN_LISTS 10 /* percent of listed words that stand in comments by chance */
#define ORDINARY_ELSEWHERE 33 /* the same of words in phrases and regexes */
#define RARE 400 /* words of a vocabulary from here on are rare enough for patterns */

static const char frequent_english[] =
	"the be to of and a in that have i it for not on with he as you do at this but his by from "
	"they we say her she or an will my one all would there their what so up out if about who "
	"get "
	"which go me when make can like time no just him know take people into year your good some "
	"could them see other than then now look only come its over think also back after use two "
	"how "
	"our work first well way even new want because any these give day most us is are was were "
	"has "
	"had been did said more very much many should still being where why own such here through "
	"before right too must own down off again never same another while last might great old "
	"might "
	"between need feel however life tell little really always something nothing against every "
	"under world both state point since without place around house home part country city war "
	"government minister president party money law court police army border village mountain "
	"water oil gas power price market salary school teacher student doctor hospital street "
	"road "
	"car family mother father children child woman women man men friend name story news paper "
	"article comment reader writer question answer problem reason change help call keep let "
	"begin "
	"show hear play run move live believe bring happen write sit stand lose pay meet continue "
	"set "
	"learn lead understand watch follow stop create speak read spend grow open walk win offer "
	"remember love consider appear buy wait serve die send expect build stay fall cut reach "
	"kill "
	"remain suggest raise pass sell require report decide pull true false real whole human "
	"free "
	"local late hard major better best economic strong possible political able public bad "
	"early "
	"small large young different important few next social sure clear recent certain personal "
	"election vote parliament region federal budget corruption justice peace attack security";

static const char frequent_arabic[] =
	"في من على إلى عن أن هذا هذه التي الذي كان لا ما هو هي مع كل بعد قبل بين حتى لم لن قد عند "
	"الناس الشعب الحكومة الوزير الرئيس البرلمان اليوم العراق كردستان بغداد أربيل المال النفط "
	"الرواتب الحرب السلام لە بۆ کە ئەو ئەم بە و لەگەڵ هەموو حکومەت خەڵک وەزیر پەرلەمان "
	"کوردستان هەولێر مووچە پارە ئێمە ئێوە";

static const char *const syllables[] = {"ba", "be", "bo", "bri", "ca", "cen", "chi", "co", "cu",
	"da", "del", "di", "dra", "du", "en", "er", "fa", "fer", "fi", "for", "ga", "gen", "gi",
	"gla", "go", "ha", "hen", "hu", "in", "is", "ja", "ka", "ker", "ki", "la", "len", "li",
	"lor", "lu", "ma", "men", "mi", "mon", "mu", "na", "nel", "ni", "no", "or", "pa", "per",
	"pi", "pla", "pro", "ra", "ren", "ri", "ro", "sa", "sen", "shi", "so", "sta", "stri", "su",
	"ta", "ter", "ti", "tor", "tra", "tu", "un", "va", "ver", "vi", "wa", "wen", "wi", "ya",
	"zi"};
static const char *const endings[] = {
	"", "", "", "s", "ed", "ing", "er", "ly", "ion", "al", "ment", "ous", "y", "ist"};
static const char *const arabic_letters[] = {"ا", "ب", "ت", "ج", "ح", "خ", "د", "ر", "ز", "س", "ش",
	"ص", "ط", "ع", "غ", "ف", "ق", "ك", "ل", "م", "ن", "ه", "و", "ي", "ا", "ل", "ي", "و"};

struct vocabulary {
	struct span *words;
	size_t count;
	double *sums; /* of the weights up to each word */
};

struct synthetic {
	struct arena arena;
	uint64_t state;
	struct vocabulary english, arabic;
	struct span *bad, *bad_arabic;
	size_t bad_count, bad_arabic_count;
	struct synthetic_pattern *patterns;
	size_t patterns_count;
	struct span *comments;
	struct buf text;
};

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "synthetic: %s\n", what);
	exit(1);
}

static void *need(void *memory)
{
	if (!memory)
		give_up("out of memory");
	return memory;
}

/* --- chance ----------------------------------------------------------------------------------- */

static uint64_t next_random(struct synthetic *s)
{
	uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static size_t below(struct synthetic *s, size_t limit)
{
	return (size_t)(next_random(s) % limit);
}

static bool percent(struct synthetic *s, unsigned p)
{
	return below(s, 100) < p;
}

/* --- words ------------------------------------------------------------------------------------ */

static struct span keep_text(struct synthetic *s)
{
	struct span kept = arena_copy(&s->arena, buf_content(&s->text));

	need((void *)kept.ptr);
	buf_clear(&s->text);
	return kept;
}

static struct span make_english(struct synthetic *s)
{
	size_t n = 2 + below(s, 2);

	for (size_t i = 0; i < n; i++)
		buf_str(&s->text, syllables[below(s, ARRAY_LEN(syllables))]);
	buf_str(&s->text, endings[below(s, ARRAY_LEN(endings))]);
	return keep_text(s);
}

static struct span make_arabic(struct synthetic *s)
{
	size_t n = 4 + below(s, 4);

	if (percent(s, 25))
		buf_str(&s->text, "ال");
	for (size_t i = 0; i < n; i++)
		buf_str(&s->text, arabic_letters[below(s, ARRAY_LEN(arabic_letters))]);
	return keep_text(s);
}

static void make_vocabulary(struct synthetic *s, struct vocabulary *v, struct span frequent,
	size_t made, struct span (*make)(struct synthetic *s))
{
	size_t room = made + frequent.len;
	double sum = 0;

	v->words = need(arena_alloc(&s->arena, room * sizeof(*v->words)));
	for (size_t at = 0; at < frequent.len;) {
		size_t from = at;

		while (at < frequent.len && frequent.ptr[at] != ' ')
			at++;
		v->words[v->count++] = span_sub(frequent, from, at);
		at++;
	}
	for (size_t i = 0; i < made; i++)
		v->words[v->count++] = make(s);
	v->sums = need(arena_alloc(&s->arena, v->count * sizeof(*v->sums)));
	for (size_t i = 0; i < v->count; i++)
		v->sums[i] = sum += 1.0 / (double)(i + 2);
}

/* A word of a comment, by how frequent it is. */
static struct span draw(struct synthetic *s, const struct vocabulary *v)
{
	double at = (double)(next_random(s) >> 11) / 9007199254740992.0 * v->sums[v->count - 1];
	size_t low = 0, high = v->count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (v->sums[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return v->words[low];
}

/* A word that patterns look for, or, so often, one of the rarer ordinary words. */
static struct span draw_bad(struct synthetic *s, unsigned ordinary)
{
	if (!percent(s, ordinary))
		return s->bad[below(s, s->bad_count)];
	return s->english.words[RARE + below(s, s->english.count - RARE)];
}

static struct span draw_bad_arabic(struct synthetic *s, unsigned ordinary)
{
	if (!percent(s, ordinary))
		return s->bad_arabic[below(s, s->bad_arabic_count)];
	return s->arabic.words[RARE + below(s, s->arabic.count - RARE)];
}

/* --- patterns --------------------------------------------------------------------------------- */

/*
 * Fills a template: %b a bad word, %a one in Arabic script, %f a frequent word, %3 three letters,
 * %h a bad word with look-alikes in classes, everything else itself.
 */
static struct span fill(struct synthetic *s, const char *template, unsigned ordinary)
{
	for (const char *t = template; *t; t++) {
		struct span word;

		if (*t != '%') {
			buf_char(&s->text, *t);
			continue;
		}
		switch (*++t) {
		case 'b':
			buf_span(&s->text, draw_bad(s, ordinary));
			break;
		case 'a':
			buf_span(&s->text, draw_bad_arabic(s, ordinary));
			break;
		case 'f':
			buf_span(&s->text, s->english.words[below(s, 300)]);
			break;
		case '3':
			buf_span(&s->text, span_sub(draw_bad(s, ordinary), 0, 3));
			break;
		case 'h':
			word = draw_bad(s, ordinary);
			for (size_t i = 0; i < word.len; i++) {
				if (i == 1 && strchr("aeio", word.ptr[i]))
					buf_printf(&s->text, "[%c%c]", word.ptr[i],
						word.ptr[i] == 'a' ? '4' : '1');
				else
					buf_char(&s->text, word.ptr[i]);
			}
			break;
		}
	}
	return keep_text(s);
}

static const char *const word_templates[] = {
	"%b", "%b", "%b", "%b", "%b", "%b", "%b", "%b", "%b*", "%b %b"};
static const char *const phrase_templates[] = {"(i|we) (will|gonna|'ll) %b (you|him|them)",
	"%b ... %b", "you [really|are] %b", "%b (the|your) %b", "(%b|%b|%b) %f [all|of] %b",
	"%f %b* %f", "go (%b|%b) yourself", "%b ...6 (%b|%b)"};
static const char *const arabic_templates[] = {
	"%a", "%a", "%a", "%a", "%a*", "%a %a", "(%a|%a) ... %a", "%a [%a] %a"};
static const char *const regex_templates[] = {"\\b(?:%b|%b)\\b", "\\b%b\\w{0,3}\\s+%b\\b",
	"%h\\W*%h", "https?://(?:www\\.)?%b%3\\.(?:com|ru|xyz)/\\w+", "\\b%h+s?\\b",
	"(?:%b|%b)[ -]?\\d{2,4}", "\\b%b[^.!?]{0,30}\\b%b\\b", "\\b%3\\b\\s+%3\\b",
	"(?:^|\\s)@?%b_?\\d*", "%b\\s+(?:on|at|via)\\s+(?:telegram|whatsapp)"};

static struct synthetic_pattern make_pattern(struct synthetic *s)
{
	size_t die = below(s, 100);

	if (die < 45)
		return (struct synthetic_pattern){SYNTHETIC_WORDS,
			fill(s, word_templates[below(s, ARRAY_LEN(word_templates))],
				ORDINARY_IN_LISTS)};
	if (die < 58)
		return (struct synthetic_pattern){SYNTHETIC_PHRASE,
			fill(s, phrase_templates[below(s, ARRAY_LEN(phrase_templates))],
				ORDINARY_ELSEWHERE)};
	if (die < 80) {
		size_t which = below(s, ARRAY_LEN(arabic_templates));

		return (struct synthetic_pattern){which < 6 ? SYNTHETIC_WORDS : SYNTHETIC_PHRASE,
			fill(s, arabic_templates[which],
				which < 6 ? ORDINARY_IN_LISTS : ORDINARY_ELSEWHERE)};
	}
	return (struct synthetic_pattern){SYNTHETIC_REGEX,
		fill(s, regex_templates[below(s, ARRAY_LEN(regex_templates))], ORDINARY_ELSEWHERE)};
}

/* --- comments --------------------------------------------------------------------------------- */

enum comment_kind {
	COMMENT_ENGLISH,
	COMMENT_ARABIC,
	COMMENT_MIXED,
	COMMENT_DISGUISED,
	COMMENT_PLANTED,
};

static enum comment_kind draw_kind(struct synthetic *s)
{
	size_t die = below(s, 100);

	return die < 77   ? COMMENT_ENGLISH
	       : die < 89 ? COMMENT_ARABIC
	       : die < 92 ? COMMENT_MIXED
	       : die < 96 ? COMMENT_DISGUISED
			  : COMMENT_PLANTED;
}

/* A word as somebody writes it who does not want it found. */
static void put_disguised(struct synthetic *s, struct span word)
{
	size_t how = below(s, 3);

	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (how == 0 && strchr("aeios", c))
			c = "4310$"[strchr("aeios", c) - "aeios"];
		if (how == 1 && i > 0)
			buf_char(&s->text, '.');
		if (how == 2 && i == 1)
			buf_str(&s->text, "***");
		else
			buf_char(&s->text, c);
	}
}

/* The letters of a pattern, which now and then is what it looks for. */
static void put_planted(struct synthetic *s)
{
	const struct synthetic_pattern *p = &s->patterns[below(s, s->patterns_count)];

	for (size_t i = 0; i < p->text.len; i++) {
		char c = p->text.ptr[i];

		buf_char(&s->text, strchr("()[]|*\\+?<>.", c) ? ' ' : c);
	}
}

static void put_word(struct synthetic *s, enum comment_kind kind, bool capital)
{
	size_t at = s->text.len;
	bool arabic = kind == COMMENT_ARABIC || (kind == COMMENT_MIXED && percent(s, 50));

	if (kind == COMMENT_DISGUISED && percent(s, 8))
		put_disguised(s, draw_bad(s, 0));
	else if (kind == COMMENT_PLANTED && percent(s, 4) && s->patterns_count > 0)
		put_planted(s);
	else if (percent(s, 1))
		buf_u64(&s->text, below(s, 2030));
	else
		buf_span(&s->text, draw(s, arabic ? &s->arabic : &s->english));
	if (capital && s->text.len > at && s->text.data[at] >= 'a' && s->text.data[at] <= 'z')
		s->text.data[at] -= 'a' - 'A';
}

static struct span make_comment(struct synthetic *s)
{
	enum comment_kind kind = draw_kind(s);
	size_t length = 60 + below(s, 300) + (percent(s, 20) ? below(s, 1000) : 0);
	size_t sentence = 0;

	while (s->text.len < length) {
		put_word(s, kind, sentence == 0);
		sentence++;
		if (sentence > 6 && percent(s, 12)) {
			buf_str(&s->text, percent(s, 80) ? ". " : percent(s, 50) ? "! " : "?\n");
			sentence = 0;
		} else {
			buf_str(&s->text, percent(s, 8) ? ", " : " ");
		}
	}
	return keep_text(s);
}

/* --- all of it -------------------------------------------------------------------------------- */

struct synthetic *synthetic_new(uint64_t seed, size_t patterns, size_t comments)
{
	struct synthetic *s = need(calloc(1, sizeof(*s)));

	arena_init(&s->arena, 0);
	s->state = seed;
	make_vocabulary(s, &s->english, span_of(frequent_english), MADE_ENGLISH, make_english);
	make_vocabulary(s, &s->arabic, span_of(frequent_arabic), MADE_ARABIC, make_arabic);
	s->bad_count = MADE_BAD;
	s->bad_arabic_count = MADE_BAD / 3;
	s->bad = need(arena_alloc(&s->arena, s->bad_count * sizeof(*s->bad)));
	s->bad_arabic = need(arena_alloc(&s->arena, s->bad_arabic_count * sizeof(*s->bad)));
	for (size_t i = 0; i < s->bad_count; i++)
		s->bad[i] = make_english(s);
	for (size_t i = 0; i < s->bad_arabic_count; i++)
		s->bad_arabic[i] = make_arabic(s);
	s->patterns = need(arena_alloc(&s->arena, patterns * sizeof(*s->patterns)));
	for (size_t i = 0; i < patterns; i++)
		s->patterns[i] = make_pattern(s);
	s->patterns_count = patterns;
	s->state = ~seed;
	s->comments = need(arena_alloc(&s->arena, comments * sizeof(*s->comments)));
	for (size_t i = 0; i < comments; i++)
		s->comments[i] = make_comment(s);
	return s;
}

void synthetic_free(struct synthetic *synthetic)
{
	if (!synthetic)
		return;
	buf_free(&synthetic->text);
	arena_free(&synthetic->arena);
	free(synthetic);
}

const struct synthetic_pattern *synthetic_patterns(const struct synthetic *synthetic)
{
	return synthetic->patterns;
}

const struct span *synthetic_comments(const struct synthetic *synthetic)
{
	return synthetic->comments;
}

/* --- writing the rules ------------------------------------------------------------------------ */

/* In single quotes, in which only the quote itself is special. */
static void put_quoted(FILE *f, struct span text)
{
	fputc('\'', f);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			fputc('\'', f);
		fputc(text.ptr[i], f);
	}
	fputc('\'', f);
}

/* A text that the pattern holds for; empty where that takes thought. */
static struct span example(const struct synthetic_pattern *p)
{
	struct span text = p->text;

	if (p->kind == SYNTHETIC_REGEX)
		return span_sub(text, 0, 0);
	if (p->kind == SYNTHETIC_WORDS && text.len > 0 && text.ptr[text.len - 1] == '*')
		text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (strchr("()[]<>|*.'\\", text.ptr[i]))
			return span_sub(text, 0, 0);
	return text;
}

static void put_rule(
	FILE *f, const struct synthetic_pattern *p, size_t number, struct synthetic_files *files)
{
	static const char *const kinds[] = {
		[SYNTHETIC_WORDS] = "words",
		[SYNTHETIC_PHRASE] = "phrase",
		[SYNTHETIC_REGEX] = "regex",
	};
	struct span match = example(p);

	fprintf(f, "  - id: bench/%zu\n    reason: Looks for pattern %zu.\n    points: %zu\n",
		number, number, 1 + number % 9);
	fprintf(f, "    when:\n      %s: ", kinds[p->kind]);
	put_quoted(f, p->text);
	if (match.len > 0) {
		fprintf(f, "\n    tests:\n      match: ");
		put_quoted(f, match);
		files->tests++;
	}
	fputc('\n', f);
}

static FILE *open_file(const char *folder, size_t number, char *path, size_t size)
{
	FILE *f;

	snprintf(path, size, "%s/rules-%02zu.yaml", folder, number);
	f = fopen(path, "w");
	if (!f)
		give_up("cannot write the rules");
	fprintf(f, "guideline: bench\n");
	if (number == 0)
		fprintf(f, "guidelines:\n  bench: {title: Synthetic}\n");
	fprintf(f, "rules:\n");
	return f;
}

struct synthetic_files synthetic_write_rules(const struct synthetic *synthetic, const char *folder)
{
	struct synthetic_files files = {0};
	char path[4096];

	for (size_t i = 0; i < synthetic->patterns_count;) {
		FILE *f = open_file(folder, files.files++, path, sizeof(path));

		do
			put_rule(f, &synthetic->patterns[i], i, &files);
		while (++i % RULES_PER_FILE && i < synthetic->patterns_count);
		files.bytes += (double)ftell(f);
		if (fclose(f) != 0)
			give_up("cannot write the rules");
	}
	return files;
}

void synthetic_remove_rules(const char *folder, size_t files)
{
	char path[4096];

	for (size_t i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "%s/rules-%02zu.yaml", folder, i);
		unlink(path);
	}
	rmdir(folder);
}
