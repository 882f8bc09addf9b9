/* Fuzzes all of text/: any bytes either are no UTF-8, or keep every promise of its headers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/fold.h"
#include "text/language.h"
#include "text/segment.h"
#include "text/text.h"
#include "text/utf8.h"

/* Like assert(), but in every build. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static const char *const words[] = {"ass", "asshole", "bitch", "cunt", "die", "fuck", "fucking",
	"kill", "moron", "rape", "shit", "slut", "whore", "you", "کلب", "قحبة", "şerefsiz", "сука"};

static struct arena rules, arena;
static struct lexicon *lexicon;
static struct language_guesser *guesser;

static void set_up(void)
{
	struct lexicon_word folded[ARRAY_LEN(words)];

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		folded[i] = (struct lexicon_word){
			fold_word(&rules, span_of(words[i])), (unsigned)i % 16, (unsigned)i};
	lexicon = lexicon_new(&rules, folded, ARRAY_LEN(words));
	guesser = language_guesser_new();
	CHECK(lexicon && guesser);
}

static bool is_boundary(struct span s, size_t at)
{
	return at == s.len || (s.ptr[at] & 0xC0) != 0x80;
}

static void check_view(const struct view *view, struct span original)
{
	struct span s = view->text;

	CHECK(utf8_valid(s, NULL));
	CHECK(view->map[s.len] == original.len);
	for (size_t i = 0; i < s.len; i++) {
		struct range range;

		CHECK(view->map[i] < original.len && view->map[i] <= view->map[i + 1]);
		CHECK(is_boundary(original, view->map[i]));
		if (i > 64 && i + 64 < s.len) /* the way back is slow: try the ends */
			continue;
		range = view_original_range(view, original, (uint32_t)(i / 2), (uint32_t)i + 1);
		CHECK(range.from < range.to && range.to <= original.len);
		CHECK(is_boundary(original, range.from) && is_boundary(original, range.to));
	}
}

static void check_ranges(const struct range *ranges, size_t count, struct span s)
{
	uint32_t last = 0;

	for (size_t i = 0; i < count; i++) {
		CHECK(ranges[i].from >= last && ranges[i].from < ranges[i].to);
		CHECK(ranges[i].to <= s.len);
		CHECK(is_boundary(s, ranges[i].from) && is_boundary(s, ranges[i].to));
		last = ranges[i].to;
	}
}

static void check_words(struct span folded)
{
	size_t at = 0, last = 0, count = 0;
	struct span word;

	while (segment_next_word(folded, &at, &word)) {
		size_t from = (size_t)(word.ptr - folded.ptr);

		CHECK(word.len > 0 && from >= last && from + word.len <= at && at <= folded.len);
		CHECK(segment_ends_word(folded, from + word.len));
		last = at;
		count++;
	}
	CHECK(count == segment_count_words(folded));
	CHECK(segment_ends_word(folded, 0) && segment_starts_word(folded, folded.len));
	for (at = 0; at < folded.len; utf8_next(folded, &at))
		CHECK(segment_ends_word(folded, at) || !segment_starts_word(folded, at));
}

static void check_text(struct span original)
{
	struct utf8_counts counts = utf8_count(original);
	struct language language;
	struct view again;
	struct text text;
	int rc = text_prepare(&text, &arena, original, lexicon);

	CHECK(counts.chars <= counts.utf16 && counts.utf16 <= original.len);
	CHECK(rc == OK || rc == ERR_LIMIT);
	if (rc != OK)
		return;
	check_view(&text.folded, original);
	CHECK(fold(&arena, text.folded.text, &again) == OK);
	CHECK(span_eq(again.text, text.folded.text));
	if (text.disguised.text.ptr) {
		check_view(&text.disguised, original);
		CHECK(text.decoded_count > 0);
	}
	check_ranges(text.decoded, text.decoded_count, text.disguised.text);
	check_words(text.folded.text);
	CHECK(text_find_quotes(&text) == OK);
	check_ranges(text.quotes, text.quotes_count, original);
	for (size_t i = 0; i < text.quotes_count; i++)
		CHECK(text_is_quoted(&text, text.quotes[i]));
	language_find(guesser, &text, span_sub(original, 0, 12), &language);
	CHECK(language.confidence >= 0 && language.confidence <= 1);
	CHECK((language.tag[0] == '\0') == (language.source == LANGUAGE_UNKNOWN));
	CHECK(memchr(language.tag, '\0', LANGUAGE_SIZE) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span original = {(const char *)data, size};
	size_t bad = size;

	if (!lexicon)
		set_up();
	if (!utf8_valid(original, &bad)) {
		CHECK(bad < size);
		original.len = bad; /* what comes before is valid */
		CHECK(utf8_valid(original, NULL));
	}
	check_text(original);
	arena_reset(&arena);
	return 0;
}
