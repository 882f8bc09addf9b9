/* From an entry of somebody else's list to the pattern that finds the same: see importer.h. */
#include "import/importer.h"
#include "rules/scan_links.h"
#include "rules/word_line.h"
#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

static unsigned flags_at(struct span text, size_t at)
{
	return char_info(utf8_next(text, &at)).flags;
}

static unsigned flags_before(struct span text, size_t end)
{
	return char_info(utf8_prev(text, &end)).flags;
}

static bool has_letter_or_digit(struct span text)
{
	for (size_t at = 0; at < text.len;) {
		if (char_info(utf8_next(text, &at)).flags & (CHAR_LETTER | CHAR_DIGIT))
			return true;
	}
	return false;
}

/* --- regexes -----------------------------------------------------------------------------------
 */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One row of white space becomes any; signs that mean something are escaped. */
static void append_literal(struct buf *out, struct span text, unsigned flags)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		uint32_t c = utf8_next(text, &at);

		if (char_info(c).flags & CHAR_SPACE) {
			while (at < text.len && (flags_at(text, at) & CHAR_SPACE))
				at += utf8_len((unsigned char)text.ptr[at]);
			buf_str(out, "\\s+");
		} else if (c == '*' && (flags & LITERAL_STARS)) {
			buf_str(out, "\\S*");
		} else if (c < 0x20 || c == 0x7F) {
			buf_printf(out, "\\x{%02X}", (unsigned)c);
		} else {
			if (c < 0x80 && strchr("\\^$.|?*+()[]{}", (int)c))
				buf_char(out, '\\');
			buf_span(out, span_sub(text, from, at));
		}
	}
}

struct span entry_literal(struct importer *im, struct span text, unsigned flags)
{
	struct span regex, literal = flags & LITERAL_FOLD ? fold_word(im->arena, text) : text;
	bool word = (flags & LITERAL_WORD) && literal.len > 0;
	struct buf out = {0};

	if (literal.len > 0 && word)
		buf_str(&out, flags_at(literal, 0) & CHAR_WORD ? "\\b" : "");
	append_literal(&out, literal, flags);
	if (literal.len > 0 && word)
		buf_str(&out, flags_before(literal, literal.len) & CHAR_WORD ? "\\b" : "");
	regex = arena_copy(im->arena, buf_content(&out));
	if (!literal.ptr || out.failed || !regex.ptr) {
		im->nomem = true;
		regex = SPAN("");
	}
	buf_free(&out);
	return regex;
}

void entry_add_regex(struct importer *im, struct import_patterns *to, enum import_form form,
	uint32_t line, struct span what, struct span regex)
{
	struct pattern_options options = {.original = form == FORM_ORIGINAL};
	struct pattern_error error;
	uint32_t id;
	int rc = matcher_add_regex(im->checker, regex, options, &id, &error);

	if (rc == ERR_NOMEM) {
		im->nomem = true;
	} else if (rc != OK) {
		importer_note(im, &to->forms[FORM_WORDS], IMPORT_LEFT, line, what,
			"as a regex it is refused: %s", error.text);
	} else {
		importer_entry(im, &to->forms[form], regex);
		importer_carried(im);
	}
}

/* --- domains and addresses ----------------------------------------------------------------------
 */

static bool is_domain(struct span text)
{
	size_t label = 0, labels = 1;
	bool letters = true; /* in the last label */

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '.') {
			if (label == 0 || text.ptr[i - 1] == '-')
				return false;
			label = 0;
			labels++;
			letters = true;
			continue;
		}
		if (!is_alnum(c) && (c != '-' || label == 0))
			return false;
		letters = letters && !(c >= '0' && c <= '9');
		label++;
	}
	return labels >= 2 && label >= 2 && letters && text.len <= 253;
}

/* Whether a link to the domain is found as one, so that `links` can look for it. */
static bool is_linked(struct importer *im, struct span domain)
{
	struct span folded = fold_word(im->arena, domain);
	struct span link = importer_text(im, "http://%.*s/", SPAN_ARGS(folded));
	struct links links;

	if (!folded.ptr || scan_links(im->arena, link, &links) != OK) {
		im->nomem = true;
		return false;
	}
	return links.count == 1 && span_eq(links.items[0].host, folded);
}

struct span entry_domain(struct importer *im, struct span text)
{
	static const char *const before[] = {"https://", "http://", "//", "*.", "www."};

	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		if (span_starts(text, span_of(before[i])))
			text = span_sub(text, strlen(before[i]), text.len);
	}
	if (span_ends(text, SPAN("/")))
		text.len--;
	return is_domain(text) && is_linked(im, text) ? text : SPAN("");
}

void entry_add_domain(
	struct importer *im, struct import_patterns *to, uint32_t line, struct span text)
{
	struct span domain = entry_domain(im, text);

	if (domain.len == 0) {
		importer_note(im, &to->forms[FORM_WORDS], IMPORT_LEFT, line, text,
			"it is no domain such as example.com");
		return;
	}
	importer_entry(im, &to->forms[FORM_DOMAINS], domain);
	importer_carried(im);
}

/* The address of a machine, a part of one, or a range: nothing but digits, dots, stars, `/`. */
static bool is_ip(struct span text)
{
	size_t dots = 0, colons = 0, letters = 0, digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		dots += c == '.';
		colons += c == ':';
		letters += (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		digits += c >= '0' && c <= '9';
		if (!(c >= '0' && c <= '9') && !strchr(".:*/abcdefABCDEF", c))
			return false;
	}
	if (colons >= 2)
		return digits > 0;
	return letters == 0 && colons == 0 &&
	       (dots >= 2 || (dots == 1 && span_ends(text, SPAN("."))));
}

/* --- entries ------------------------------------------------------------------------------------
 */

/* Whether `words` can hold it: it takes `<name>` for a list and a last `*` for any ending. */
static bool fits_words(struct span entry, unsigned flags)
{
	struct span stem = entry;
	bool star = span_ends(entry, SPAN("*")),
	     list = entry.ptr[0] == '<' && entry.len >= 3 && entry.ptr[entry.len - 1] == '>';

	if (star) {
		stem.len--;
		if (!(flags & (ENTRY_PREFIX | ENTRY_STARS)) || stem.len == 0 ||
			!(flags_before(stem, stem.len) & (CHAR_LETTER | CHAR_DIGIT)))
			return false;
	}
	if ((flags & ENTRY_STARS) && stem.len && memchr(stem.ptr, '*', stem.len))
		return false;
	return !list && entry.len <= LIST_ENTRY_MAX && has_letter_or_digit(stem);
}

static void add_words(
	struct importer *im, struct import_patterns *to, uint32_t line, struct span entry)
{
	struct pattern_error error;
	uint32_t id;
	int rc = matcher_add_words(
		im->checker, &entry, 1, (struct pattern_options){.disguised = true}, &id, &error);

	if (rc == ERR_NOMEM) {
		im->nomem = true;
	} else if (rc != OK) {
		importer_note(
			im, &to->forms[FORM_WORDS], IMPORT_LEFT, line, entry, "%s", error.text);
	} else {
		importer_entry(im, &to->forms[FORM_WORDS], entry);
		importer_carried(im);
	}
}

/* Whether the entry begins and ends with parts of words, once folded, and is no path. */
static bool is_worded(struct importer *im, struct span entry)
{
	struct span folded = fold_word(im->arena, entry);

	if (!folded.ptr) {
		im->nomem = true;
		return false;
	}
	folded = word_line_trim(folded);
	return folded.len > 0 && (flags_at(folded, 0) & CHAR_WORD) &&
	       (flags_before(folded, folded.len) & CHAR_WORD) && !memchr(entry.ptr, '/', entry.len);
}

/* An entry that may stand anywhere, also inside words, in texts, names and addresses. */
static bool add_anywhere(
	struct importer *im, struct import_patterns *to, uint32_t line, struct span entry)
{
	if (is_ip(entry)) {
		importer_note(im, &to->forms[FORM_WORDS], IMPORT_LEFT, line, entry,
			"it is an IP address, which no condition looks at");
		return true;
	}
	if (entry_domain(im, entry).len > 0) {
		entry_add_domain(im, to, line, entry);
		return true;
	}
	if (is_worded(im, entry))
		return false;
	entry_add_regex(im, to, FORM_FOLDED, line, entry, entry_literal(im, entry, LITERAL_FOLD));
	return true;
}

/* Whether it is one sign, or nothing but stars: found in half of all comments. */
static bool is_too_common(struct span entry)
{
	size_t signs = 0;

	for (size_t i = 0; i < entry.len; i++) {
		unsigned char c = (unsigned char)entry.ptr[i];

		if (c >= 0x80 || is_alnum((char)c))
			return false;
		signs += c != '*' && c > ' ';
	}
	return signs <= 1;
}

static bool is_repeated(
	struct importer *im, struct import_patterns *to, uint32_t line, struct span entry)
{
	uint32_t first = map_get(&to->seen, entry);

	if (first == MAP_NONE) {
		if (map_set(&to->seen, entry, line) != OK)
			im->nomem = true;
		return false;
	}
	importer_note(im, &to->forms[FORM_WORDS], IMPORT_REPEATED, line, entry,
		"it stands in line %u already", first);
	return true;
}

void entry_add(struct importer *im, struct import_patterns *to, uint32_t line, struct span entry,
	unsigned flags)
{
	struct import_lines *words = &to->forms[FORM_WORDS];
	size_t bad;

	if (!utf8_valid(entry, &bad)) {
		importer_note(im, words, IMPORT_LEFT, line, entry, "it is not UTF-8 (byte 0x%02X)",
			(unsigned char)entry.ptr[bad]);
	} else if (entry.len == 0 || memchr(entry.ptr, 0, entry.len)) {
		importer_note(im, words, IMPORT_LEFT, line, entry,
			entry.len ? "it holds the character U+0000" : "it is empty");
	} else if (is_too_common(entry)) {
		importer_note(im, words, IMPORT_LEFT, line, entry,
			"it would be found in far too many comments");
	} else if (is_repeated(im, to, line, entry)) {
		return;
	} else if (flags & ENTRY_CASE) {
		entry_add_regex(im, to, FORM_ORIGINAL, line, entry,
			entry_literal(im, entry,
				LITERAL_WORD | (flags & ENTRY_STARS ? LITERAL_STARS : 0)));
	} else if ((flags & ENTRY_ANYWHERE) && add_anywhere(im, to, line, entry)) {
		return;
	} else if (fits_words(entry, flags)) {
		add_words(im, to, line, entry);
	} else {
		entry_add_regex(im, to, FORM_FOLDED, line, entry,
			entry_literal(im, entry,
				LITERAL_FOLD | LITERAL_WORD |
					(flags & ENTRY_STARS ? LITERAL_STARS : 0)));
	}
}
