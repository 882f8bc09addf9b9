/*
 * What the readers of other systems' files share: collecting entries and remarks, and writing lists
 * and rules. Private to import/.
 *
 * Memory comes from the arena of the run; when there is none left `nomem` is set and everything
 * goes on with less, so that only import_run() has to look.
 */
#pragma once

#include "base/map.h"
#include "import/import.h"
#include "match/matcher.h"

/* An entry of a list in the file, or a comment between entries. */
struct import_line {
	struct span text;
	bool comment;
};

struct import_lines {
	struct import_line *items;
	size_t count, capacity;
	size_t entries; /* of them no comments */
	bool told; /* the comments have been written: they stand in the file once */
};

/* Ways to look for an entry. */
enum import_form {
	FORM_WORDS, /* whole words, of the folded and disguised text */
	FORM_DOMAINS, /* links to a domain */
	FORM_FOLDED, /* a regex on the folded text */
	FORM_ORIGINAL, /* a regex on the text as sent */
	FORM_COUNT,
};

/* Entries any of which is looked for. Remarks about them stand among the words. */
struct import_patterns {
	struct import_lines forms[FORM_COUNT];
	struct map
		seen; /* entries by their text: the line they stood in; freed by whoever made it */
};

struct importer {
	const struct import_kind *kind;
	const struct source *source;
	const struct import_options *options;
	struct span id; /* what rule ids and list names begin with */
	struct span name; /* the source's, as it can be shown */
	struct arena *arena;
	struct errors *errors;
	struct import_result *result;
	struct matcher_builder *checker; /* knows what the loader would refuse */
	struct buf lists, rules; /* the sections of the file */
	size_t lists_count;
	size_t bytes; /* [bytes] that entries and remarks will take in the file, at least */
	bool full; /* more than a rule file may have: reading on is no use */
	bool broken; /* the input as a whole cannot be read: an error was added */
	bool nomem;
};

/* --- entries and remarks (importer.c) -------------------------------------------------------- */

/* What a piece of the input became; counts it. */
void importer_carried(struct importer *im);

/* Adds an entry, which must live in the arena or the input, to the lines. */
void importer_entry(struct importer *im, struct import_lines *lines, struct span text);

/* Adds a comment of ours. */
void importer_comment(struct importer *im, struct import_lines *lines, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds a comment that stood in the input: any bytes. */
void importer_quote(struct importer *im, struct import_lines *lines, struct span text);

/*
 * Adds a remark as a comment to the lines and to the result. `what` are bytes of the input.
 * IMPORT_LEFT and IMPORT_REPEATED count an item.
 */
void importer_note(struct importer *im, struct import_lines *lines, enum import_note_kind kind,
	uint32_t line, struct span what, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Any bytes as scalar_comment() shows them, in the arena. */
struct span importer_shown(struct importer *im, struct span text, size_t max);

/* A text in the arena, as printf() makes it; empty when out of memory. */
struct span importer_text(struct importer *im, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The next line of `text` from *at, without its end; moves *at behind it and *line on by one. False
 * at the end. A byte order mark is passed over.
 */
bool importer_next_line(struct span text, size_t *at, uint32_t *line, struct span *out);

/* --- from an entry to a pattern (entry.c) ----------------------------------------------------- */

enum entry_flag {
	ENTRY_PREFIX = 1 << 0, /* a final * stands for any ending */
	ENTRY_STARS = 1 << 1, /* a * stands for any characters but spaces */
	ENTRY_ANYWHERE = 1 << 2, /* WordPress: domains, addresses and fragments are told apart */
	ENTRY_CASE = 1 << 3, /* capitals count */
};

/*
 * Adds an entry of a list (any bytes) in the form that finds it, or a remark why there is none; it
 * is one item of the input. `flags` are of enum entry_flag.
 */
void entry_add(struct importer *im, struct import_patterns *to, uint32_t line, struct span entry,
	unsigned flags);

/* What a literal is surrounded by when it is made into a regex. */
enum literal_flag {
	LITERAL_FOLD = 1 << 0, /* for the folded text */
	LITERAL_WORD = 1 << 1, /* whole words */
	LITERAL_STARS = 1 << 2, /* a * stands for any characters but spaces */
};

/* A regex in the arena that matches the text (valid UTF-8). Empty when out of memory. */
struct span entry_literal(struct importer *im, struct span text, unsigned flags);

/* Adds a regex, or a remark why it cannot be used; one item of the input, which was `what`. */
void entry_add_regex(struct importer *im, struct import_patterns *to, enum import_form form,
	uint32_t line, struct span what, struct span regex);

/* The domain in an address such as `https://www.example.com/`, and nothing else in it; or empty. */
struct span entry_domain(struct importer *im, struct span text);

/* Adds a domain for FORM_DOMAINS, or a remark why it is none; one item of the input. */
void entry_add_domain(
	struct importer *im, struct import_patterns *to, uint32_t line, struct span text);

/* --- writing (writer.c) ----------------------------------------------------------------------- */

#define FIELD_BIT(field) (1u << (field))

/* A rule that looks for the entries of one list. */
struct import_group {
	const char *name; /* its list is called ID-NAME, its rule ID/NAME */
	const char *reason; /* for moderators */
	enum action action;
	const char *besides; /* a condition that must hold too, in one line; or NULL */
	unsigned fields; /* FIELD_BIT()s of the texts that are looked at */
	struct import_patterns patterns;
};

/* Writes the list and the rule; nothing but the remarks if there is no entry. */
void writer_group(struct importer *im, struct import_group *group);

/* Writes remarks that belong to no list or rule. */
void writer_remarks(struct importer *im, struct import_lines *lines);

/* Any rule: its `when` is written by the reader. */
struct import_rule {
	struct span id; /* behind the importer's, without `/` */
	struct span reason;
	enum action action;
	struct import_lines head; /* comments above it */
	struct buf when; /* lines indented by WRITER_WHEN; freed by writer_rule() */
	bool staff_exempt; /* `unless` the author is staff */
	bool ignore_quotes;
	bool shadow;
	struct span match; /* a comment for which it holds, for `tests`; or empty */
};

void writer_rule(struct importer *im, struct import_rule *rule);

#define WRITER_WHEN 6 /* [columns] before what stands below `when:` */
#define WRITER_ITEM 8 /* [columns] before the dash of an item of a list of conditions */

/*
 * Writes the patterns as items of a list of conditions (`- words: ...`), one for each form and each
 * field, with WRITER_ITEM columns before their dashes. Remarks stand among the words. Gives how
 * many.
 */
size_t writer_patterns(struct buf *out, struct import_patterns *patterns, unsigned fields);

/* Writes `count` items as one: `combine` is `any` (one is left as it is) or `none`. */
void writer_item(struct buf *out, const char *combine, const struct buf *items, size_t count);

/* Writes `count` items as what stands below `when:`; `combine` is `any:` or `all:`. */
void writer_when(struct buf *out, const char *combine, const struct buf *items, size_t count);

/* A sentence for which a rule with these patterns holds, if that is sure; else empty. */
struct span writer_example(struct importer *im, const struct import_patterns *patterns);

/* Puts the file together: head, guideline, lists, rules. */
void writer_file(struct importer *im, struct buf *out);

/* The action of the options, or `own` where they name none. */
enum action importer_action(const struct importer *im, enum action own);

/* --- the readers ------------------------------------------------------------------------------ */

void read_automoderator(struct importer *im);
void read_coral(struct importer *im);
void read_discourse(struct importer *im);
void read_wordpress(struct importer *im);
void read_words(struct importer *im);
