/* What is found in a text by counting: see findings.h. */
#include "rules/findings.h"

#include "base/map.h"
#include "text/segment.h"
#include "text/utf8.h"

enum part {
	PART_LINKS = 1 << 0,
	PART_CONTACTS = 1 << 1,
	PART_HIDDEN = 1 << 2,
	PART_REPETITION = 1 << 3,
	PART_COUNTS = 1 << 4,
	PART_SHARED_WORDS = 1 << 5,
};

#define ZWJ 0x200D
#define VARIATION_EMOJI 0xFE0F
#define KEYCAP 0x20E3

typedef int (*maker)(struct scene *scene, const struct text *text, struct findings *findings);

/* The field's findings with the part, which is made by `make` if it is not there yet. */
static struct findings *with_part(struct scene *scene, enum field field, enum part part, maker make)
{
	struct findings *findings = scene->findings[field];
	const struct text *text;

	if (findings && (findings->made & part))
		return findings;
	text = scene->text(scene, field);
	if (!text)
		return NULL;
	if (!findings) {
		findings = arena_zalloc(scene->arena, 1, sizeof(*findings));
		scene->findings[field] = findings;
	}
	if (!findings || make(scene, text, findings) != OK) {
		scene->failed = true;
		return NULL;
	}
	findings->made |= part;
	return findings;
}

/* --- links and contacts ------------------------------------------------------------------------
 */

static struct range in_original(const struct text *text, struct range in_folded)
{
	return view_original_range(&text->folded, text->original, in_folded.from, in_folded.to);
}

static int make_links(struct scene *scene, const struct text *text, struct findings *findings)
{
	struct links *links = &findings->links;

	if (scan_links(scene->arena, text->folded.text, links) != OK)
		return ERR_NOMEM;
	findings->link_places = arena_alloc(scene->arena, links->count * sizeof(struct range));
	if (!findings->link_places)
		return ERR_NOMEM;
	for (size_t i = 0; i < links->count; i++)
		findings->link_places[i] = in_original(text, links->items[i].range);
	return OK;
}

const struct findings *findings_links(struct scene *scene, enum field field)
{
	return with_part(scene, field, PART_LINKS, make_links);
}

static int make_contacts(struct scene *scene, const struct text *text, struct findings *findings)
{
	struct contacts *contacts = &findings->contacts;

	if (scan_contacts(scene->arena, text->folded.text, &findings->links, contacts) != OK)
		return ERR_NOMEM;
	findings->contact_places =
		arena_alloc(scene->arena, contacts->count * sizeof(struct range));
	if (!findings->contact_places)
		return ERR_NOMEM;
	for (size_t i = 0; i < contacts->count; i++)
		findings->contact_places[i] = in_original(text, contacts->items[i].range);
	return OK;
}

const struct findings *findings_contacts(struct scene *scene, enum field field)
{
	if (!findings_links(scene, field))
		return NULL;
	return with_part(scene, field, PART_CONTACTS, make_contacts);
}

/* --- hidden characters and repetition -----------------------------------------------------------
 */

static int make_hidden(struct scene *scene, const struct text *text, struct findings *findings)
{
	return scan_hidden(scene->arena, text->original, &findings->hidden);
}

const struct findings *findings_hidden(struct scene *scene, enum field field)
{
	return with_part(scene, field, PART_HIDDEN, make_hidden);
}

static void place(const struct text *text, struct run *run)
{
	if (run->times > 0)
		run->range = in_original(text, run->range);
}

static int make_repetition(struct scene *scene, const struct text *text, struct findings *findings)
{
	struct repetitions *found = &findings->repetitions;

	if (scan_repetition(scene->arena, text->folded.text, found) != OK)
		return ERR_NOMEM;
	place(text, &found->character);
	place(text, &found->word);
	place(text, &found->line);
	return OK;
}

const struct findings *findings_repetition(struct scene *scene, enum field field)
{
	return with_part(scene, field, PART_REPETITION, make_repetition);
}

/* --- counts -------------------------------------------------------------------------------------
 */

bool findings_invisible(uint32_t c)
{
	const uint32_t braille_blank = 0x2800;

	return (char_info(c).flags & (CHAR_IGNORABLE | CHAR_CONTROL | CHAR_BIDI)) ||
	       c == braille_blank;
}

static bool is_regional(uint32_t c)
{
	return c >= 0x1F1E6 && c <= 0x1F1FF;
}

static bool is_skin_tone(uint32_t c)
{
	return c >= 0x1F3FB && c <= 0x1F3FF;
}

/* What came before, for what belongs together. */
struct running {
	bool space; /* white space since the last visible character */
	bool joined; /* a joiner after an emoji */
	bool emoji; /* the last visible character was one */
	bool regional; /* it was the first half of a flag */
};

static void count_emoji(struct counts *counts, struct running *run, uint32_t c)
{
	bool second_half = run->regional && is_regional(c);
	bool part = run->joined || second_half || (run->emoji && is_skin_tone(c));

	counts->emoji += !part;
	run->regional = is_regional(c) && !second_half;
	run->emoji = true;
	run->joined = false;
}

static void count_letter(struct counts *counts, struct char_info info)
{
	counts->letters++;
	counts->of_script[info.script]++;
	counts->capitals += (info.flags & CHAR_UPPER) != 0;
	counts->cased += info.script == SCRIPT_LATIN || info.script == SCRIPT_GREEK ||
			 info.script == SCRIPT_CYRILLIC || info.script == SCRIPT_ARMENIAN;
}

static void count_character(struct counts *counts, struct running *run, uint32_t c)
{
	struct char_info info = char_info(c);

	if (info.flags & CHAR_SPACE) {
		run->space = counts->characters > 0;
		run->emoji = run->regional = run->joined = false;
		return;
	}
	if (c == ZWJ)
		run->joined = run->emoji;
	if (findings_invisible(c) || c == VARIATION_EMOJI || c == KEYCAP ||
		(info.flags & CHAR_MARK))
		return;
	counts->characters += 1 + run->space;
	run->space = false;
	if ((info.flags & CHAR_EMOJI) || is_regional(c)) {
		count_emoji(counts, run, c);
		return;
	}
	run->emoji = run->regional = run->joined = false;
	if (info.flags & CHAR_LETTER)
		count_letter(counts, info);
	counts->letters_digits += (info.flags & (CHAR_LETTER | CHAR_DIGIT)) != 0;
}

#define ONES UINT64_C(0x0101010101010101)

/* Eight ASCII bytes; spaces where the text ends before. */
static uint64_t eight_at(struct span s, size_t at)
{
	uint64_t eight = ONES * ' ';

	if (at + sizeof(eight) <= s.len)
		memcpy(&eight, s.ptr + at, sizeof(eight));
	else if (at < s.len)
		memcpy(&eight, s.ptr + at, s.len - at);
	return eight;
}

/* The top bit of each of eight ASCII bytes that is above c. */
static uint64_t above(uint64_t eight, char c)
{
	return (eight + ONES * (uint64_t)(127 - c)) & (ONES << 7);
}

static size_t count_tops(uint64_t tops)
{
	return (size_t)((tops >> 7) * ONES >> 56);
}

/* Counts a row of printable ASCII eight bytes at a time: most texts are nothing else. */
static void count_plain(struct counts *counts, struct running *run, struct span s)
{
	size_t letters = 0, digits = 0, visible = 0, spaces = 0;

	for (size_t at = 0; at < s.len; at += 8) {
		uint64_t x = eight_at(s, at), small = x | ONES * 0x20;

		letters += count_tops(above(small, 'a' - 1) & ~above(small, 'z'));
		counts->capitals += count_tops(above(x, 'A' - 1) & ~above(x, 'Z'));
		digits += count_tops(above(x, '0' - 1) & ~above(x, '9'));
		visible += count_tops(above(x, ' '));
		spaces += count_tops(above(eight_at(s, at + 1), ' ') & ~above(x, ' '));
	}
	/* White space counts once, and between visible characters only. */
	if (s.ptr[0] != ' ')
		spaces += run->space;
	else if (counts->characters == 0 && visible > 0)
		spaces--;
	counts->characters += visible + spaces;
	counts->letters += letters;
	counts->of_script[SCRIPT_LATIN] += letters;
	counts->cased += letters;
	counts->letters_digits += letters + digits;
	run->space = s.ptr[s.len - 1] == ' ' && counts->characters > 0;
	run->emoji = run->regional = run->joined = false;
}

static int make_counts(struct scene *scene, const struct text *text, struct findings *findings)
{
	struct span original = text->original;
	struct running run = {0};

	(void)scene;
	for (size_t at = 0; at < original.len;) {
		size_t end = utf8_plain_end(original, at);

		if (end > at) {
			count_plain(&findings->counts, &run, span_sub(original, at, end));
			at = end;
		} else {
			count_character(&findings->counts, &run, utf8_next(original, &at));
		}
	}
	return OK;
}

const struct findings *findings_counts(struct scene *scene, enum field field)
{
	return with_part(scene, field, PART_COUNTS, make_counts);
}

/* --- words shared with the article --------------------------------------------------------------
 */

/* Adds the word to an open-addressed set of twice SHARED_WORDS_MAX places; false if it is there. */
static bool add_word(struct span *set, struct span word)
{
	for (size_t i = map_hash(word);; i++) {
		struct span *at = &set[i % (2 * SHARED_WORDS_MAX)];

		if (at->len == 0) {
			*at = word;
			return true;
		}
		if (span_eq(*at, word))
			return false;
	}
}

static int make_shared_words(
	struct scene *scene, const struct text *text, struct findings *findings)
{
	struct span *seen = arena_zalloc(scene->arena, 2 * SHARED_WORDS_MAX, sizeof(*seen)), word;
	size_t at = 0, distinct = 0;

	if (!seen)
		return ERR_NOMEM;
	while (distinct < SHARED_WORDS_MAX && segment_next_word(text->folded.text, &at, &word)) {
		if (utf8_count(word).chars < SHARED_WORD_MIN || !add_word(seen, word))
			continue;
		distinct++;
		findings->shared_words += scene->article_has(scene, word);
	}
	return OK;
}

const struct findings *findings_shared_words(struct scene *scene, enum field field)
{
	return with_part(scene, field, PART_SHARED_WORDS, make_shared_words);
}
