/* Words of a folded text: see segment.h. */
#include "text/segment.h"

#include "text/lanes.h"
#include "text/tables.h"
#include "text/utf8.h"

#define WINDOW 64 /* bytes */
#define WINDOW_WORDS (WINDOW / 2) /* at most */

_Static_assert(WINDOW_WORDS <= SEGMENT_WORDS, "there must be room for a window's words");

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

/* The words of a window as bitmaps, as far as they are sure: bit i is about byte i. */
struct window {
	uint64_t starts; /* the first bytes of words */
	uint64_t ends; /* the first bytes after words; may be fewer */
};

static struct window look(const char bytes[WINDOW])
{
	uint64_t letters = 0, others = 0, quotes = 0, high = 0, words, doubts;

	for (unsigned at = 0; at < WINDOW; at += LANES) {
		lanes v = lanes_load(bytes + at);

		letters |= (uint64_t)lanes_bits(lanes_within(v | 0x20, 'a', 26)) << at;
		others |= (uint64_t)lanes_bits(lanes_within(v, '0', 10) | (lanes)(v == '_')) << at;
		quotes |= (uint64_t)lanes_bits((lanes)(v == '\'')) << at;
		high |= (uint64_t)lanes_bits(v) << at; /* not ASCII */
	}
	quotes &= letters << 1;
	words = letters | others | (quotes & letters >> 1);
	/* what is not ASCII, or depends on it, or on the byte after the last */
	doubts = high | (quotes & high >> 1) | UINT64_C(1) << (WINDOW - 1);
	return (struct window){
		.starts = words & ~(words << 1),
		.ends = ~words & words << 1 & ((doubts & -doubts) - 1), /* before the first doubt */
	};
}

static struct window look_at_end(const char *bytes, size_t len)
{
	char padded[WINDOW] = {0};

	memcpy(padded, bytes, len);
	return look(padded);
}

/* The words at the beginning of the next WINDOW bytes that are ASCII, WINDOW_WORDS at most. */
static size_t next_ascii_words(struct span folded, size_t *at, struct span *words)
{
	const char *bytes = folded.ptr + *at;
	size_t left = folded.len - *at, count = 0, end = 0;
	struct window w = left < WINDOW ? look_at_end(bytes, left) : look(bytes);

	for (; w.ends; w.starts &= w.starts - 1, w.ends &= w.ends - 1) {
		size_t start = (size_t)__builtin_ctzll(w.starts);

		end = (size_t)__builtin_ctzll(w.ends);
		words[count++] = (struct span){bytes + start, end - start};
	}
	*at += end;
	return count;
}

/* Whether the next two bytes, most often a space and what follows it, are ASCII. */
static bool seems_ascii(struct span s, size_t at)
{
	return ((s.ptr[at] | s.ptr[at + 1 < s.len ? at + 1 : at]) & 0x80) == 0;
}

size_t segment_next_words(struct span folded, size_t *at, struct span words[SEGMENT_WORDS])
{
	size_t count = 0;

	while (count + WINDOW_WORDS <= SEGMENT_WORDS && *at < folded.len) {
		size_t found = 0;

		if (seems_ascii(folded, *at))
			found = next_ascii_words(folded, at, words + count);
		if (found == 0)
			found = segment_next_word(folded, at, words + count);
		count += found;
	}
	return count;
}

size_t segment_count_words(struct span folded)
{
	struct span words[SEGMENT_WORDS];
	size_t count = 0, more;

	for (size_t at = 0; (more = segment_next_words(folded, &at, words)) > 0;)
		count += more;
	return count;
}
