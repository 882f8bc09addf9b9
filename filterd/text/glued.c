/* Finds words glued to others, 16 places of a text at a time: see glued.h. */
#include "text/glued.h"

#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

_Static_assert(LANES + NIBBLE_BYTES <= FOLD_PADDING, "a look may begin at the last byte");

/* Whether something that belongs to a word stands right before `at`. */
static bool is_glued_at(struct span s, size_t at)
{
	return at > 0 && (char_info(utf8_prev(s, &at)).flags & CHAR_WORD);
}

/* Whether one of the words stands at `at`, and behind others. */
static bool stands_at(const struct lexicon *lexicon, struct span s, size_t at)
{
	uint32_t node = lexicon->glued;
	unsigned head = glued_head(s.ptr + at);

	if (!(lexicon->heads[head / 64] >> head % 64 & 1))
		return false;
	if (((unsigned char)s.ptr[at] & 0xC0) == 0x80 || !is_glued_at(s, at))
		return false;
	while (node != TRIE_NONE && !(lexicon->nodes[node].ends & TRIE_WORD)) {
		if (at == s.len)
			return false;
		node = trie_child(lexicon, node, utf8_next(s, &at));
	}
	return node != TRIE_NONE;
}

static size_t next_by_bytes(const struct lexicon *lexicon, struct span s, size_t at)
{
	for (; at < s.len; at++)
		if (nibbles_at(&lexicon->nibbles, s.ptr + at) && stands_at(lexicon, s, at))
			return at;
	return s.len;
}

#if defined(__x86_64__)
static __attribute__((target("ssse3"))) size_t next_by_lanes(
	const struct lexicon *lexicon, struct span s, size_t at)
{
	const struct nibbles nibbles = lexicon->nibbles;

	for (; at < s.len; at += LANES) {
		unsigned places = nibbles_places(&nibbles, s.ptr + at);

		for (; places; places &= places - 1) {
			size_t place = at + (size_t)__builtin_ctz(places);

			if (place < s.len && stands_at(lexicon, s, place))
				return place;
		}
	}
	return s.len;
}
#else
static size_t next_by_lanes(const struct lexicon *lexicon, struct span s, size_t at)
{
	return next_by_bytes(lexicon, s, at);
}
#endif

size_t glued_next(const struct lexicon *lexicon, struct span folded, size_t at)
{
	if (lexicon->glued_count == 0)
		return folded.len;
	return lexicon->by_lanes ? next_by_lanes(lexicon, folded, at)
				 : next_by_bytes(lexicon, folded, at);
}
