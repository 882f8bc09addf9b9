/* Chooses the literals of words and phrases: see literal.h. */
#include "match/literal.h"

#include <limits.h>
#include <stdlib.h>

#include "match/runs.h"
#include "text/chars.h"
#include "text/utf8.h"

#define SIGNS_FROM 0x2190 /* arrows, symbols, emoji and what comes behind them */
#define WORTH_SIGN 7 /* of a literal that begins so */
#define WORTH_SHORT 3 /* of a word of one or two letters */
#define WORTH_PAIR 1 /* of two words less than both together: some often go together */
#define WORTH_MAX 10 /* letters beyond this make a literal no rarer */

/*
 * So frequent, in one of our languages, that many texts hold some: what they lead to would be tried
 * all the time. Folded, in the order of their bytes.
 */
static const char *const frequent[] = {
	"a",
	"about",
	"after",
	"again",
	"all",
	"also",
	"always",
	"am",
	"ama",
	"an",
	"and",
	"any",
	"are",
	"as",
	"at",
	"bana",
	"be",
	"because",
	"been",
	"before",
	"being",
	"ben",
	"beni",
	"bile",
	"bir",
	"biz",
	"bu",
	"but",
	"by",
	"can",
	"cok",
	"could",
	"d",
	"da",
	"daha",
	"de",
	"degil",
	"di",
	"did",
	"didn",
	"diye",
	"do",
	"does",
	"doesn",
	"don",
	"e",
	"eger",
	"em",
	"en",
	"ev",
	"even",
	"every",
	"ew",
	"ez",
	"for",
	"from",
	"get",
	"getting",
	"gibi",
	"give",
	"go",
	"going",
	"gonna",
	"good",
	"had",
	"has",
	"have",
	"he",
	"hep",
	"her",
	"here",
	"hic",
	"him",
	"his",
	"how",
	"hun",
	"i",
	"icin",
	"if",
	"ile",
	"in",
	"into",
	"is",
	"isn",
	"it",
	"its",
	"ji",
	"jo",
	"just",
	"kadar",
	"ki",
	"know",
	"ku",
	"le",
	"li",
	"like",
	"ll",
	"m",
	"make",
	"many",
	"me",
	"mi",
	"min",
	"more",
	"most",
	"mu",
	"much",
	"my",
	"ne",
	"need",
	"never",
	"no",
	"not",
	"now",
	"o",
	"of",
	"off",
	"olan",
	"olarak",
	"oldu",
	"on",
	"ona",
	"one",
	"only",
	"onu",
	"or",
	"other",
	"our",
	"out",
	"over",
	"people",
	"re",
	"really",
	"right",
	"s",
	"said",
	"same",
	"sana",
	"say",
	"see",
	"sen",
	"seni",
	"sey",
	"she",
	"should",
	"siz",
	"so",
	"some",
	"sonra",
	"still",
	"such",
	"t",
	"take",
	"te",
	"than",
	"that",
	"the",
	"their",
	"them",
	"then",
	"there",
	"these",
	"they",
	"thing",
	"think",
	"this",
	"those",
	"time",
	"to",
	"too",
	"u",
	"under",
	"up",
	"us",
	"var",
	"ve",
	"very",
	"want",
	"was",
	"way",
	"we",
	"well",
	"were",
	"what",
	"when",
	"where",
	"which",
	"who",
	"why",
	"will",
	"with",
	"without",
	"won",
	"would",
	"ye",
	"year",
	"years",
	"yok",
	"you",
	"your",
	"اذا",
	"از",
	"است",
	"التی",
	"الذی",
	"الی",
	"اما",
	"ان",
	"انا",
	"انت",
	"انتم",
	"انه",
	"انها",
	"او",
	"اگر",
	"ای",
	"این",
	"با",
	"باید",
	"برای",
	"بس",
	"بعد",
	"بل",
	"به",
	"بهلام",
	"بو",
	"بود",
	"بوو",
	"بین",
	"تا",
	"تو",
	"ثم",
	"حتی",
	"خهلک",
	"خود",
	"خوی",
	"خیلی",
	"دارد",
	"در",
	"دهکات",
	"دوو",
	"ذلک",
	"را",
	"زور",
	"شد",
	"شما",
	"شود",
	"شی",
	"علی",
	"عن",
	"عند",
	"غیر",
	"فقط",
	"فی",
	"فیه",
	"قبل",
	"قد",
	"لا",
	"لم",
	"لن",
	"له",
	"لها",
	"لهم",
	"لکن",
	"لیس",
	"ما",
	"مع",
	"من",
	"مو",
	"می",
	"ناa",
	"نحن",
	"نه",
	"نهم",
	"نیست",
	"نیه",
	"های",
	"هذا",
	"هذه",
	"هر",
	"هست",
	"هم",
	"همه",
	"ههموو",
	"ههیه",
	"هو",
	"هی",
	"هیچ",
	"و",
	"ولی",
	"وهک",
	"چرا",
	"چه",
	"چی",
	"کان",
	"کانت",
	"کرد",
	"کل",
	"کلش",
	"که",
	"کی",
	"کیف",
	"یا",
	"یان",
	"یهم",
	"یهو",
	"یهک",
	"یک",
};

static int compare_word(const void *key, const void *item)
{
	const struct span *word = key;

	return span_cmp(*word, span_of(*(const char *const *)item));
}

static bool is_frequent(struct span word)
{
	return bsearch(&word, frequent, ARRAY_LEN(frequent), sizeof(frequent[0]), compare_word);
}

/* Whether it begins with an emoji or another character that is in no alphabet of ours. */
static bool is_sign(struct span bytes)
{
	size_t at = 0;

	return utf8_next(bytes, &at) >= SIGNS_FROM;
}

/* How telling the two words of a pair are. */
static int pair_worth(const struct literal *pair)
{
	const struct literal first = {.kind = LITERAL_RUN, .bytes = pair->before};
	const struct literal second = {.kind = LITERAL_RUN, .bytes = pair->bytes};
	int worth = literal_worth(&first) + literal_worth(&second) - WORTH_PAIR;

	return worth < WORTH_MAX ? worth : WORTH_MAX;
}

int literal_worth(const struct literal *literal)
{
	int worth = (int)utf8_count(literal->bytes).chars;

	if (literal->worth > 0)
		return literal->worth;
	if (literal->kind == LITERAL_PAIR)
		return pair_worth(literal);
	if (worth > WORTH_MAX)
		worth = WORTH_MAX;
	/* Short words that are none of these are abbreviations and the like: rarer than long ones
	 * are. */
	if (literal->kind == LITERAL_RUN && worth < WORTH_SHORT)
		worth = WORTH_SHORT;
	if (literal->kind != LITERAL_PART && worth > 2 && is_frequent(literal->bytes))
		worth = 2;
	if (literal->kind == LITERAL_PART && is_sign(literal->bytes))
		worth = WORTH_SIGN;
	else if (literal->kind == LITERAL_PART)
		worth = worth > 3 ? worth - 2 : 1;
	return worth;
}

/* --- words ------------------------------------------------------------------------------------ */

/* The next run of `s` at or after *at. */
static bool next_run(struct span s, size_t *at, struct span *run)
{
	size_t from = *at, len = 0;

	while (from < s.len && (len = run_length(span_sub(s, from, s.len))) == 0)
		from += utf8_len((unsigned char)s.ptr[from]);
	*run = span_sub(s, from, from + len);
	*at = from + len;
	return len > 0;
}

/* The run that every match of the word begins with; false if it is not always the same. */
static bool first_run(const struct phrase_word *word, struct span *run)
{
	*run = span_sub(word->text, 0, run_length(word->text));
	return phrase_word_begin(word->text) == PHRASE_PLAIN && !word->prefixes &&
	       !(phrase_word_is_open(word) && run->len == word->text.len);
}

/* The run that every match of the word ends with. */
static bool last_run(const struct phrase_word *word, struct span *run)
{
	struct span next;

	if (phrase_word_end(word->text) != PHRASE_PLAIN || phrase_word_is_open(word))
		return false;
	for (size_t at = 0; next_run(word->text, &at, &next);)
		*run = next;
	return run->ptr != word->text.ptr || first_run(word, run);
}

/*
 * The last run of a word and the first of the one behind it: what parts them is never a word
 * character, so no run stands between.
 */
static bool pair_of_words(
	const struct phrase_word *before, const struct phrase_word *word, struct literal *out)
{
	*out = (struct literal){.kind = LITERAL_PAIR};
	if (!last_run(before, &out->before) || !first_run(word, &out->bytes))
		return false;
	out->key_len = (uint32_t)out->bytes.len;
	out->worth = (uint8_t)literal_worth(out);
	return out->before.len <= LITERAL_PAIR_MAX && out->bytes.len <= LITERAL_PAIR_MAX;
}

struct literal literal_of_word(
	const struct phrase_word *before, const struct phrase_word *word, uint32_t *offset)
{
	struct literal best = {.kind = LITERAL_PART, .bytes = word->text}, pair;
	struct span run;

	*offset = 0;
	for (size_t at = 0; next_run(word->text, &at, &run);) {
		struct literal literal = {
			.kind = LITERAL_RUN, .bytes = run, .key_len = (uint32_t)run.len};

		if (phrase_word_is_open(word) && at == word->text.len)
			literal.kind = LITERAL_PREFIX;
		literal.worth = (uint8_t)literal_worth(&literal);
		if (literal.worth > best.worth) {
			best = literal;
			*offset = (uint32_t)(run.ptr - word->text.ptr);
		}
	}
	if (before && pair_of_words(before, word, &pair) && pair.worth > best.worth) {
		*offset = 0;
		return pair;
	}
	return best;
}

struct span literal_text(struct arena *arena, const struct literal *literal)
{
	size_t before = literal->kind == LITERAL_PAIR ? literal->before.len + 1 : 0;
	char *text;

	if (before == 0)
		return literal->bytes;
	text = arena_alloc(arena, before + literal->bytes.len);
	if (!text)
		return (struct span){NULL, 0};
	memcpy(text, literal->before.ptr, literal->before.len);
	text[before - 1] = ' ';
	memcpy(text + before, literal->bytes.ptr, literal->bytes.len);
	return (struct span){text, before + literal->bytes.len};
}

bool literal_behind_prefixes(
	const struct phrase_word *word, uint32_t offset, struct literal *literal)
{
	if (!word->prefixes || offset > 0)
		return false;
	literal->kind = LITERAL_STEM;
	literal->worth = 0;
	return true;
}

/* --- regexes ---------------------------------------------------------------------------------- */

static bool has_mark(struct span s)
{
	for (size_t at = 0; at < s.len;)
		if (char_info(utf8_next(s, &at)).flags & CHAR_MARK)
			return true;
	return false;
}

/*
 * A \b stands between a letter, digit or _ and anything else; that is where a run ends, but for
 * marks. The index looks up what stands between marks, too, so runs with marks are all to leave
 * aside here.
 */
void literal_find_run(struct literal *literal)
{
	struct literal best = *literal;
	struct span bytes = literal->bytes, run;

	for (size_t at = 0; next_run(bytes, &at, &run);) {
		size_t from = (size_t)(run.ptr - bytes.ptr);
		bool begins = from > 0 || literal->edge_before;
		bool ends = at < bytes.len || literal->edge_after;
		enum literal_kind kind = ends ? LITERAL_RUN : LITERAL_PREFIX;

		if (!begins || run.len < LITERAL_SHORTEST || has_mark(run))
			continue;
		if (best.kind != LITERAL_PART && run.len <= best.key_len)
			continue;
		best.kind = kind;
		best.key_from = (uint32_t)from;
		best.key_len = (uint32_t)run.len;
	}
	*literal = best;
}

/* --- phrases ---------------------------------------------------------------------------------- */

/* How often a literal stands in a million words of ordinary text: a guess, by what it is worth. */
static int often(const struct literal *literal)
{
	static const int by_worth[WORTH_MAX + 1] = {
		20000, 20000, 15000, 400, 150, 60, 30, 15, 8, 5, 4};
	int times = by_worth[literal_worth(literal)];

	/* what may go on is met more often; what may stand anywhere, and costs a look at every byte
	 */
	return literal->kind == LITERAL_RUN || literal->kind == LITERAL_PAIR ? times : 3 * times;
}

int literals_worth(const struct literals *set)
{
	int sum = 0;

	for (size_t i = 0; i < set->count && sum < INT_MAX / 2; i++)
		sum += often(&set->items[i]);
	return -sum;
}

static int sets_of_sequence(
	struct arena *arena, const struct phrase_sequence *s, struct literal_sets *out);

/* One literal for each of the choices. */
static int literals_of_choices(
	struct arena *arena, const struct phrase_sequence *choices, struct literals *out)
{
	size_t room = 0;

	*out = (struct literals){NULL, 0};
	for (const struct phrase_sequence *s = choices; s; s = s->next) {
		struct literal_sets sets;
		struct literals more;

		if (sets_of_sequence(arena, s, &sets) != OK)
			return ERR_NOMEM;
		if (sets.count == 0)
			continue;
		more = sets.items[sets.best];
		if (out->count + more.count > room) {
			struct literal *items;

			room = 2 * (out->count + more.count);
			items = arena_alloc(arena, room * sizeof(*items));
			if (!items)
				return ERR_NOMEM;
			if (out->count > 0)
				memcpy(items, out->items, out->count * sizeof(*items));
			out->items = items;
		}
		memcpy(out->items + out->count, more.items, more.count * sizeof(*more.items));
		out->count += more.count;
	}
	return OK;
}

/* The literals of an element that is no gap; `before` as of literal_of_word(). */
static int literals_of_element(struct arena *arena, const struct phrase_word *before,
	const struct phrase_element *e, struct literals *out)
{
	uint32_t offset;

	if (e->kind == PHRASE_CHOICE)
		return literals_of_choices(arena, e->choices, out);
	out->items = arena_alloc(arena, 2 * sizeof(*out->items));
	if (!out->items)
		return ERR_NOMEM;
	out->items[0] = out->items[1] = literal_of_word(before, &e->word, &offset);
	out->count = literal_behind_prefixes(&e->word, offset, &out->items[1]) ? 2 : 1;
	return OK;
}

/* A set for each element that must be there, and which of them tells most: the depth is the
 * parser's. */
static int sets_of_sequence(
	struct arena *arena, const struct phrase_sequence *s, struct literal_sets *out)
{
	size_t room = 0;
	int best = 0; /* what the best is worth, once there are two */
	const struct phrase_word *before = NULL;

	*out = (struct literal_sets){NULL, 0, 0};
	for (const struct phrase_element *e = s->first; e; e = e->next) {
		size_t i = out->count;
		int worth;

		if (phrase_is_optional(e)) {
			before = NULL;
			continue;
		}
		if (!arena_grow(arena, (void **)&out->items, i, &room, sizeof(*out->items), 4) ||
			literals_of_element(arena, before, e, &out->items[i]) != OK)
			return ERR_NOMEM;
		before = e->kind == PHRASE_WORD ? &e->word : NULL;
		out->count++;
		if (i == 0)
			continue;
		if (i == 1)
			best = literals_worth(&out->items[0]);
		worth = literals_worth(&out->items[i]);
		if (worth > best) {
			out->best = i;
			best = worth;
		}
	}
	return OK;
}

int literals_of_phrase(struct arena *arena, const struct phrase *phrase, struct literal_sets *out)
{
	return sets_of_sequence(arena, &phrase->sequence, out);
}
