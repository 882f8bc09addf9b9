/* Settles whether masks stand for letters, for vowels or for nothing: see masks.h. */
#include "text/masks.h"

#define VOWELS (1u << 0 | 1u << 4 | 1u << 8 | 1u << 14 | 1u << 20) /* a e i o u */

static bool is_dash(uint32_t c)
{
	return c == '-' || c == '.' || c == '_' || c == '~';
}

/* The end of the run of masks, or of the same dash or dot, that begins at places[from]. */
static size_t mask_run_end(const struct place *places, size_t count, size_t from)
{
	size_t at = from;

	if (is_dash(places[from].c))
		while (at < count && places[at].c == places[from].c)
			at++;
	else
		while (at < count && (places[at].flags & PLACE_MASK))
			at++;
	return at;
}

static bool is_letter(const struct place *p)
{
	return p->flags & (PLACE_LETTER | PLACE_DIGIT);
}

/*
 * Whether something stands between any two of the letters, of which there are four or more (three,
 * if it is emoji): then it parts them and hides none.
 */
static bool are_all_parted(struct place *places, size_t count)
{
	size_t letters = 0;
	bool emoji = true;

	for (size_t i = 0; i < count; i++) {
		emoji &= is_letter(&places[i]) || places[i].c >= 128;
		if (!is_letter(&places[i]))
			continue;
		if (places[i].run == 2 || (i > 0 && is_letter(&places[i - 1])))
			return false;
		letters++;
	}
	if (letters < 3 || (letters == 3 && !emoji))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_letter(&places[i]) && (places[i].flags & PLACE_SKIP)) {
			places[i].flags = PLACE_SKIP;
			places[i].letters = places[i].other = 0;
		}
	}
	return true;
}

/* A single dash or dot between Latin letters may be a vowel that somebody would not write: sh-t. */
static void hide_a_vowel(struct place *places, size_t count)
{
	struct place *only = NULL;
	size_t letters = 0;

	while (count > 0 && !is_letter(&places[count - 1]))
		count--;
	for (size_t i = 0; i < count; i++) {
		if (places[i].c >= 'a' && places[i].c <= 'z') {
			letters += places[i].run;
		} else if (letters > 0) {
			if (only || !is_dash(places[i].c))
				return;
			only = &places[i];
		}
	}
	if (only && letters > 2 && only->run == 1) {
		only->flags |= PLACE_VOWEL;
		only->letters = VOWELS;
	}
}

void masks_settle(struct place *places, size_t count)
{
	size_t end;

	for (size_t i = count; i > 0 && places[i - 1].c == '?'; i--)
		places[i - 1].flags &= ~(unsigned)PLACE_MASK;
	if (are_all_parted(places, count))
		return;
	hide_a_vowel(places, count);
	for (size_t i = 0; i<count; i = end> i ? end : i + 1) {
		bool nothing;

		end = mask_run_end(places, count, i);
		if (end < i + 2)
			continue;
		nothing = places[i].c >= 128 ||
			  (end == count && (places[0].c == places[i].c || is_dash(places[i].c)));
		for (size_t k = i; k < end; k++) {
			places[k].flags |= PLACE_SKIP | PLACE_MASK;
			places[k].flags &= ~(unsigned)(nothing ? PLACE_MASK : PLACE_SKIP);
		}
	}
}
