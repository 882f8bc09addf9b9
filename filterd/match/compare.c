/* Compares words with what stands in a text: see compare.h. */
#include "match/compare.h"

#include "match/runs.h"

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

size_t compare_separators(struct span s, size_t at)
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

/* The end of the word with one of these behind it if its text stands at `at`, else 0. */
static size_t end_with(
	const struct phrase_word *word, const struct form_slots *suffixes, struct span s, size_t at)
{
	struct span rest;
	size_t end;

	if (!span_starts(span_sub(s, at, s.len), word->text))
		return 0;
	end = at + word->text.len;
	if (word->prefix)
		return tail_end(s, end);
	/* Nothing but the rest of the run can be a suffix: a word ends nowhere else. */
	rest = span_sub(s, end, s.len);
	if (word->suffixes)
		rest.len = run_length(rest);
	else
		rest.len = 0;
	end += rest.len;
	return forms_can_make(suffixes, rest) && segment_ends_word(s, end) ? end : 0;
}

static size_t compare_inflected(const struct phrase_word *word, struct span s, size_t at)
{
	static const struct form_slots none = {.count = 0};
	bool reached[FORMS_LONGEST + 1];

	if (at >= s.len || !segment_starts_word(s, at))
		return 0;
	for (size_t i = 0; i < word->forms->count; i++) {
		const struct forms *forms = word->forms->items[i];
		size_t longest = forms_reach(
			word->prefixes ? &forms->prefixes : &none, span_sub(s, at, s.len), reached);

		for (size_t before = 0; before <= longest; before++) {
			size_t end = reached[before]
					     ? end_with(word, &forms->suffixes, s, at + before)
					     : 0;

			if (end > 0)
				return end;
		}
	}
	return 0;
}

size_t compare_word(const struct phrase_word *word, struct span s, size_t at)
{
	size_t end = at + word->text.len;

	if (word->forms)
		return compare_inflected(word, s, at);
	if (end > s.len || memcmp(s.ptr + at, word->text.ptr, word->text.len) != 0)
		return 0;
	if (!segment_starts_word(s, at))
		return 0;
	if (word->prefix)
		return tail_end(s, end);
	return segment_ends_word(s, end) ? end : 0;
}

size_t compare_before(const struct phrase_word *next, struct span s, size_t at)
{
	size_t end;

	switch (phrase_word_begin(next->text)) {
	case PHRASE_JOINED:
		return spaces_end(s, at);
	case PHRASE_SIGN:
		end = spaces_end(s, at);
		break;
	default:
		end = compare_separators(s, at);
		break;
	}
	return end > at ? end : 0;
}

size_t compare_any_word(struct span s, size_t at)
{
	size_t from = compare_separators(s, at);
	unsigned before;

	if (from == at || from >= s.len)
		return 0;
	before = flags_at(s, from);
	if (!(before & CHAR_WORD))
		return 0;
	at = from + utf8_len((unsigned char)s.ptr[from]);
	while (at < s.len) {
		unsigned flags = flags_at(s, at);
		bool joined = s.ptr[at] == '\'' && (before & CHAR_LETTER) && at + 1 < s.len &&
			      (flags_at(s, at + 1) & CHAR_LETTER);

		if (!joined && (!(flags & CHAR_WORD) ||
				       (!(flags & CHAR_MARK) && ((before | flags) & CHAR_SOLO))))
			break;
		before = flags;
		at += utf8_len((unsigned char)s.ptr[at]);
	}
	return at;
}
