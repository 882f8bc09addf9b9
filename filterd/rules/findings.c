/* What is found in a text by counting: see findings.h. */
#include "rules/findings.h"

#include "text/utf8.h"

enum part {
	PART_LINKS = 1 << 0,
	PART_CONTACTS = 1 << 1,
	PART_COUNTS = 1 << 2,
};

#define ZWJ 0x200D
#define VARIATION_EMOJI 0xFE0F
#define KEYCAP 0x20E3

static struct findings *findings_of(struct scene *scene, enum field field)
{
	if (!scene->findings[field]) {
		scene->findings[field] = arena_zalloc(scene->arena, 1, sizeof(struct findings));
		if (!scene->findings[field])
			scene->failed = true;
	}
	return scene->findings[field];
}

static struct findings *links_of(struct scene *scene, const struct text *text, enum field field)
{
	struct findings *findings = findings_of(scene, field);

	if (!findings || (findings->made & PART_LINKS))
		return findings;
	if (scan_links(scene->arena, text->folded.text, &findings->links) != OK) {
		scene->failed = true;
		return NULL;
	}
	findings->made |= PART_LINKS;
	return findings;
}

const struct findings *findings_links(struct scene *scene, enum field field)
{
	const struct text *text = scene->text(scene, field);

	return text ? links_of(scene, text, field) : NULL;
}

const struct findings *findings_contacts(struct scene *scene, enum field field)
{
	const struct text *text = scene->text(scene, field);
	struct findings *findings = text ? links_of(scene, text, field) : NULL;

	if (!findings || (findings->made & PART_CONTACTS))
		return findings;
	if (scan_contacts(scene->arena, text->folded.text, &findings->links, &findings->contacts) !=
		OK) {
		scene->failed = true;
		return NULL;
	}
	findings->made |= PART_CONTACTS;
	return findings;
}

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

const struct findings *findings_counts(struct scene *scene, enum field field)
{
	const struct text *text = scene->text(scene, field);
	struct findings *findings = text ? findings_of(scene, field) : NULL;
	struct running run = {0};

	if (!findings || (findings->made & PART_COUNTS))
		return findings;
	for (size_t at = 0; at < text->original.len;)
		count_character(&findings->counts, &run, utf8_next(text->original, &at));
	findings->made |= PART_COUNTS;
	return findings;
}

void findings_evidence(struct scene *scene, enum field field, struct range in_folded,
	struct span entry, struct evidence *evidence)
{
	const struct text *text = scene->text(scene, field);

	if (!text || !evidence || in_folded.from >= in_folded.to)
		return;
	evidence_add(scene, evidence,
		(struct evidence_item){.field = field,
			.range = view_original_range(
				&text->folded, text->original, in_folded.from, in_folded.to),
			.entry = entry});
}

bool findings_counts_here(struct scene *scene, enum field field, struct range in_folded)
{
	const struct text *text = scene->text(scene, field);

	return text && scene->counts(scene, field,
			       view_original_range(&text->folded, text->original, in_folded.from,
				       in_folded.to));
}
