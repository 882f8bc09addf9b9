/* Compares entries of words patterns with a text: see entry.h. */
#include "match/entry.h"

#include "match/compare.h"

#include "text/chars.h"
#include "text/utf8.h"

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
	*anchor = literal_of_word(NULL, &words[0], &out->anchor_offset);
	for (uint32_t i = 1; i < count && can_look_back(&words[i - 1], &words[i]); i++) {
		uint32_t offset;
		struct literal literal = literal_of_word(&words[i - 1], &words[i], &offset);

		if (literal_worth(&literal) > literal_worth(anchor)) {
			*anchor = literal;
			out->anchor_word = i;
			out->anchor_offset = offset;
		}
	}
	return true;
}

/* --- matching --------------------------------------------------------------------------------- */

/* Whether the whole entry stands at `at`. */
static bool stands_at(const struct entry *entry, struct span s, size_t at, struct range *range)
{
	size_t end = compare_word(&entry->words[0], s, at);

	for (uint32_t i = 1; i < entry->count && end > 0; i++) {
		size_t next = compare_before(&entry->words[i], s, end);

		end = next > 0 ? compare_word(&entry->words[i], s, next) : 0;
	}
	if (end == 0)
		return false;
	*range = (struct range){(uint32_t)at, (uint32_t)end};
	return true;
}

/*
 * Moves *start, where the text of a word stands, to where the word begins that has prefixes before
 * it. False if too much stands there.
 */
static bool go_before_prefixes(const struct phrase_word *word, struct span text, size_t *start)
{
	size_t at = *start, longest = 0;

	for (size_t i = 0; i < word->forms->count; i++)
		if (word->forms->items[i]->prefixes.longest > longest)
			longest = word->forms->items[i]->prefixes.longest;
	for (size_t before = at; before > 0 && *start - at <= longest; at = before)
		if ((char_info(utf8_prev(text, &before)).flags & (CHAR_WORD | CHAR_SOLO)) !=
			CHAR_WORD)
			break;
	if (*start - at > longest)
		return false;
	*start = at;
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
	if (entry->words[0].prefixes && !go_before_prefixes(&entry->words[0], text, &start))
		return false;
	return stands_at(entry, text, start, range);
}
