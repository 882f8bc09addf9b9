/* Lists with one entry a line: plain ones, and WordPress' disallowed keys. */
#include "import/importer.h"
#include "rules/word_line.h"

void read_words(struct importer *im)
{
	struct import_group group = {
		.name = "list",
		.reason = "A word of an imported list.",
		.action = ACTION_REVIEW,
		.fields = FIELD_BIT(FIELD_TEXT),
	};
	struct import_lines *words = &group.patterns.forms[FORM_WORDS];
	struct span line, remark;
	uint32_t number = 0;
	size_t at = 0;

	while (!im->full && importer_next_line(im->source->text, &at, &number, &line)) {
		struct span entry = word_line_entry(line, &remark);

		if (remark.ptr)
			importer_quote(im, words, remark);
		if (entry.len > 0)
			entry_add(im, &group.patterns, number, entry, ENTRY_PREFIX);
	}
	writer_group(im, &group);
}

void read_wordpress(struct importer *im)
{
	struct import_group group = {
		.name = "keys",
		.reason = "A word or address of the list of disallowed keys.",
		.action = ACTION_REJECT,
		.fields = FIELD_BIT(FIELD_TEXT) | FIELD_BIT(FIELD_AUTHOR_NAME) |
			  FIELD_BIT(FIELD_AUTHOR_URL) | FIELD_BIT(FIELD_EMAIL_DOMAIN),
	};
	uint32_t number = 0;
	struct span line;
	size_t at = 0;

	while (!im->full && importer_next_line(im->source->text, &at, &number, &line)) {
		struct span entry = word_line_trim(line);

		if (entry.len > 0)
			entry_add(im, &group.patterns, number, entry, ENTRY_ANYWHERE);
	}
	writer_group(im, &group);
}
