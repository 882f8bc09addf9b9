/* Compares entries of words patterns with a text: see entry.h. */
#include "match/entry.h"

#include "text/chars.h"
#include "text/segment.h"
#include "text/utf8.h"

static unsigned flags_at(struct span s, size_t at)
{
	return char_info(utf8_next(s, &at)).flags;
}

static unsigned flags_before(struct span s, size_t at)
{
	return char_info(utf8_prev(s, &at)).flags;
}

/* --- making ----------------------------------------------------------------------------------- */

/* Whether what precedes a word can be found from it: only separators, and words without signs. */
static bool can_look_back(const struct phrase_word *before, const struct phrase_word *word)
{
	const unsigned letters = PHRASE_PLAIN | PHRASE_SOLO;

	return (phrase_word_end(before->text) & letters) &&
	       (phrase_word_begin(word->text) & letters);
}

bool entry_make(struct arena *arena, const struct phrase_sequence *sequence, struct entry *out,
	struct literal *anchor)
{
	struct phrase_word *words;
	uint32_t count = 0;

	for (const struct phrase_element *e = sequence->first; e; e = e->next)
		count++;
	words = arena_alloc(arena, count * sizeof(*words));
	if (!words)
		return false;
	*out = (struct entry){
		.words = words,
		.count = count,
	};
	count = 0;
	for (const struct phrase_element *e = sequence->first; e; e = e->next)
		words[count++] = e->word;
	*anchor = literal_of_word(&words[0], &out->anchor_offset);
	for (uint32_t i = 1; i < count && can_look_back(&words[i - 1], &words[i]); i++) {
		uint32_t offset;
		struct literal literal = literal_of_word(&words[i], &offset);

		if (literal_worth(&literal) > literal_worth(anchor)) {
			*anchor = literal;
			out->anchor_word = i;
			out->anchor_offset = offset;
		}
	}
	return true;
}

/* --- separators, as in phrase_regex.c --------------------------------------------------------- */

/* Whether a line that holds nothing but white space begins after the line feed at `at`. */
static bool is_blank_line(struct span s, size_t at)
{
	if (s.ptr[at] != '\n')
		return false;
	for (at++; at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\t' || s.ptr[at] == '\r');)
		at++;
	return at < s.len && s.ptr[at] == '\n';
}

static bool is_closing_quote(uint32_t c)
{
	return c == '"' || c == '\'' || c == ')' || c == ']' || c == 0xBB || c == 0x201D ||
	       c == 0x2019;
}

/* Whether the character c, behind which `next` is, ends a sentence. */
static bool is_sentence_end(struct span s, uint32_t c, size_t next)
{
	if (c != '.' && c != '!' && c != '?' && c != 0x61F && c != 0x6D4 && c != 0x2026)
		return false;
	while (next < s.len) {
		c = utf8_next(s, &next);
		if (!is_closing_quote(c))
			return char_info(c).flags & CHAR_SPACE;
	}
	return true;
}

/* Whether the character at `at` is an apostrophe between a letter and a word character. */
static bool is_inside_word(struct span s, size_t at)
{
	return s.ptr[at] == '\'' && at > 0 && at + 1 < s.len &&
	       (flags_before(s, at) & CHAR_LETTER) && (flags_at(s, at + 1) & CHAR_WORD);
}

/* The end of the separators at `at`; `at` itself if there are none. */
static size_t separators_end(struct span s, size_t at)
{
	if (at < s.len && is_inside_word(s, at))
		return at;
	while (at < s.len) {
		size_t next = at;
		uint32_t c = utf8_next(s, &next);

		if (c != ' ' && ((char_info(c).flags & CHAR_WORD) || is_sentence_end(s, c, next) ||
					is_blank_line(s, at)))
			break;
		at = next;
	}
	return at;
}

static size_t spaces_end(struct span s, size_t at)
{
	while (at < s.len && (flags_at(s, at) & CHAR_SPACE) && !is_blank_line(s, at))
		at += utf8_len((unsigned char)s.ptr[at]);
	return at;
}

/* The end of the word of which the characters before `at` are a prefix. */
static size_t tail_end(struct span s, size_t at)
{
	unsigned before = flags_before(s, at);

	while (at < s.len) {
		unsigned flags = flags_at(s, at);

		if (!(flags & CHAR_WORD) ||
			(!(flags & CHAR_MARK) && ((before | flags) & CHAR_SOLO)))
			break;
		before = flags;
		at += utf8_len((unsigned char)s.ptr[at]);
	}
	return at;
}

/* --- matching --------------------------------------------------------------------------------- */

/* The end of the word that stands at `at`, or 0 if another does. */
static size_t word_at(const struct phrase_word *word, struct span s, size_t at)
{
	size_t end = at + word->text.len;

	if (end > s.len || memcmp(s.ptr + at, word->text.ptr, word->text.len) != 0)
		return 0;
	if (!segment_starts_word(s, at))
		return 0;
	if (word->prefix)
		return tail_end(s, end);
	return segment_ends_word(s, end) ? end : 0;
}

/* The place behind what must stand between a word and the next, or 0 if it does not. */
static size_t gap_end(const struct phrase_word *next, struct span s, size_t at)
{
	size_t end;

	switch (phrase_word_begin(next->text)) {
	case PHRASE_JOINED:
		return spaces_end(s, at);
	case PHRASE_SIGN:
		end = spaces_end(s, at);
		break;
	default:
		end = separators_end(s, at);
		break;
	}
	return end > at ? end : 0;
}

/* Whether the whole entry stands at `at`. */
static bool stands_at(const struct entry *entry, struct span s, size_t at, struct range *range)
{
	size_t end = word_at(&entry->words[0], s, at);

	for (uint32_t i = 1; i < entry->count && end > 0; i++) {
		size_t next = gap_end(&entry->words[i], s, end);

		end = next > 0 ? word_at(&entry->words[i], s, next) : 0;
	}
	if (end == 0)
		return false;
	*range = (struct range){(uint32_t)at, (uint32_t)end};
	return true;
}

bool entry_at(const struct entry *entry, struct span text, size_t at, struct range *range)
{
	size_t start = at;

	if (start < entry->anchor_offset)
		return false;
	start -= entry->anchor_offset;
	for (uint32_t i = entry->anchor_word; i > 0; i--) {
		size_t len = entry->words[i - 1].text.len;

		/* entry_make() sees to it that these words begin and end with word characters. */
		while (start > 0 && !(flags_before(text, start) & CHAR_WORD))
			utf8_prev(text, &start);
		if (start < len)
			return false;
		start -= len;
	}
	if (start > 0 && start < text.len && ((unsigned char)text.ptr[start] & 0xC0) == 0x80)
		return false;
	return stands_at(entry, text, start, range);
}
