/* Words of a folded text: see segment.h. */
#include "text/segment.h"

#include "text/tables.h"
#include "text/utf8.h"

static unsigned flags_at(struct span s, size_t at)
{
	return char_lookup(utf8_next(s, &at)).flags;
}

static unsigned flags_before(struct span s, size_t at)
{
	return char_lookup(utf8_prev(s, &at)).flags;
}

/* Whether the characters before and after `at` belong to one word. */
static bool is_inside(struct span s, size_t at)
{
	unsigned before, after;

	if (at == 0 || at >= s.len)
		return false;
	after = flags_at(s, at);
	if (!(after & CHAR_WORD))
		return false;
	before = flags_before(s, at);
	if (!(before & CHAR_WORD))
		return false;
	return (after & CHAR_MARK) || !((before | after) & CHAR_SOLO);
}

/* Whether one or two letters that begin a word, and an apostrophe, stand before `at`. */
static bool follows_elision(struct span s, size_t at)
{
	size_t letters = at;

	if (at < 2 || at >= s.len || s.ptr[at - 1] != '\'' || !(flags_at(s, at) & CHAR_WORD))
		return false;
	letters--;
	for (int i = 0; i < 2; i++) {
		size_t before = letters;

		if (!(char_lookup(utf8_prev(s, &before)).flags & CHAR_LETTER))
			return false;
		letters = before;
		if (letters == 0 || !(flags_before(s, letters) & CHAR_WORD))
			return true;
	}
	return false;
}

bool segment_starts_word(struct span folded, size_t at)
{
	return !is_inside(folded, at) && !follows_elision(folded, at);
}

bool segment_ends_word(struct span folded, size_t at)
{
	return !is_inside(folded, at);
}

static bool is_joinable(unsigned flags)
{
	return (flags & CHAR_LETTER) && !(flags & CHAR_SOLO);
}

/* Whether the apostrophe at `at` stands between two letters. */
static bool joins_letters(struct span s, size_t at)
{
	return at > 0 && at + 1 < s.len && is_joinable(flags_before(s, at)) &&
	       is_joinable(flags_at(s, at + 1));
}

/* The end of the word that begins at `at`; its first character has the flags `before`. */
static size_t word_end(struct span s, size_t at, unsigned before)
{
	utf8_next(s, &at);
	while (at < s.len) {
		size_t next = at;
		unsigned flags;

		if (s.ptr[at] >= 'a' && s.ptr[at] <= 'z' && !(before & CHAR_SOLO)) {
			before = CHAR_LETTER | CHAR_WORD; /* by far the commonest */
			at++;
			continue;
		}
		if (s.ptr[at] == ' ')
			break;
		flags = char_lookup(utf8_next(s, &next)).flags;

		if (s.ptr[at] == '\'') {
			if (!joins_letters(s, at))
				break;
		} else if (!(flags & CHAR_WORD)) {
			break;
		} else if (!(flags & CHAR_MARK) && ((before | flags) & CHAR_SOLO)) {
			break;
		}
		before = flags;
		at = next;
	}
	return at;
}

bool segment_next_word(struct span folded, size_t *at, struct span *word)
{
	size_t from = *at;

	while (from < folded.len) {
		size_t next = from;
		unsigned flags;

		if (folded.ptr[from] == ' ') {
			from++;
			continue;
		}
		flags = char_lookup(utf8_next(folded, &next)).flags;
		if (flags & CHAR_WORD) {
			*at = word_end(folded, from, flags);
			*word = span_sub(folded, from, *at);
			return true;
		}
		from = next;
	}
	*at = folded.len;
	return false;
}

size_t segment_count_words(struct span folded)
{
	struct span word;
	size_t count = 0;

	for (size_t at = 0; segment_next_word(folded, &at, &word);)
		count++;
	return count;
}
