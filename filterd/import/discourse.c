/*
 * Discourse's watched words: CSV with the columns word, replacement, action and case_sensitive, in
 * the order in which the first line names them, or in this one.
 */
#include "import/importer.h"
#include "rules/word_line.h"

#define COLUMNS_MAX 16
#define FIELD_MAX 8192 /* [bytes] of one field */

/* --- CSV ----------------------------------------------------------------------------------------
 */

/* One record: as RFC 4180 has it, with quotes that may hold commas and line breaks. */
struct record {
	struct span fields[COLUMNS_MAX];
	size_t count;
	uint32_t line; /* in which it begins */
	struct span raw; /* as it stands in the file */
	const char *problem; /* why it cannot be read, or NULL */
};

struct csv {
	struct importer *im;
	struct span text;
	size_t at;
	uint32_t line; /* 1-based, of `at` */
};

static bool at_end_of_record(const struct csv *csv)
{
	return csv->at >= csv->text.len || csv->text.ptr[csv->at] == '\n' ||
	       (csv->text.ptr[csv->at] == '\r' && csv->at + 1 < csv->text.len &&
		       csv->text.ptr[csv->at + 1] == '\n');
}

/* A field in quotes, two of which stand for one. */
static struct span read_quoted(struct csv *csv, struct record *record)
{
	struct buf value = {0};
	bool closed = false;
	struct span kept;

	csv->at++;
	while (csv->at < csv->text.len && !closed) {
		char c = csv->text.ptr[csv->at++];

		csv->line += c == '\n';
		closed = c == '"' && (csv->at >= csv->text.len || csv->text.ptr[csv->at] != '"');
		if (c == '"' && !closed)
			csv->at++;
		if (!closed && value.len < FIELD_MAX)
			buf_char(&value, c);
		else if (!closed)
			record->problem = "a field of it is too long";
	}
	if (!closed)
		record->problem = "its quotes are never closed";
	kept = arena_copy(csv->im->arena, buf_content(&value));
	if (value.failed)
		kept.ptr = NULL;
	buf_free(&value);
	if (kept.ptr)
		return kept;
	csv->im->nomem = true;
	return SPAN("");
}

static struct span read_plain(struct csv *csv)
{
	size_t from = csv->at;

	while (!at_end_of_record(csv) && csv->text.ptr[csv->at] != ',')
		csv->at++;
	return span_sub(csv->text, from, csv->at);
}

static void read_field(struct csv *csv, struct record *record)
{
	bool quoted = csv->at < csv->text.len && csv->text.ptr[csv->at] == '"';
	struct span field = quoted ? read_quoted(csv, record) : read_plain(csv);

	if (quoted && !at_end_of_record(csv) && csv->text.ptr[csv->at] != ',') {
		record->problem = "something follows its quotes";
		read_plain(csv);
	}
	if (record->count < COLUMNS_MAX)
		record->fields[record->count++] = field;
	else
		record->problem = "it has too many fields";
}

/* The next record that is not empty. */
static bool next_record(struct csv *csv, struct record *record)
{
	size_t from;

	while (csv->at < csv->text.len && at_end_of_record(csv)) {
		csv->line += csv->text.ptr[csv->at] == '\n';
		csv->at++;
	}
	if (csv->at >= csv->text.len)
		return false;
	from = csv->at;
	*record = (struct record){.line = csv->line};
	read_field(csv, record);
	while (!at_end_of_record(csv) && csv->text.ptr[csv->at] == ',') {
		csv->at++;
		read_field(csv, record);
	}
	record->raw = span_sub(csv->text, from, csv->at);
	return true;
}

/* --- columns ------------------------------------------------------------------------------------
 */

enum column {
	COLUMN_WORD,
	COLUMN_REPLACEMENT,
	COLUMN_ACTION,
	COLUMN_CASE,
	COLUMN_COUNT,
};

static const char *const column_names[COLUMN_COUNT] = {
	[COLUMN_WORD] = "word",
	[COLUMN_REPLACEMENT] = "replacement",
	[COLUMN_ACTION] = "action",
	[COLUMN_CASE] = "case_sensitive",
};

/* Where each column stands in a record; COLUMNS_MAX: nowhere. */
struct columns {
	size_t at[COLUMN_COUNT];
};

static struct span field_of(
	const struct record *record, const struct columns *columns, enum column column)
{
	size_t at = columns->at[column];

	return at < record->count ? word_line_trim(record->fields[at]) : SPAN("");
}

/* Whether the record is the line that names the columns; then *columns is set by it. */
static bool read_header(const struct record *record, struct columns *columns)
{
	struct columns named = {{COLUMNS_MAX, COLUMNS_MAX, COLUMNS_MAX, COLUMNS_MAX}};

	for (size_t i = 0; i < record->count; i++) {
		for (size_t c = 0; c < COLUMN_COUNT; c++) {
			if (span_eq(word_line_trim(record->fields[i]), span_of(column_names[c])))
				named.at[c] = i;
		}
	}
	if (named.at[COLUMN_WORD] == COLUMNS_MAX || record->count < 2)
		return false;
	*columns = named;
	return true;
}

/* --- actions ------------------------------------------------------------------------------------
 */

static const struct watched {
	const char *name;
	const char *group; /* of its list and rule */
	const char *reason; /* of its rule; NULL: it cannot be carried over */
	enum action action;
	const char *besides;
	const char *remark; /* what is different, or why it cannot be carried over */
} actions[] = {
	{"block", "block", "A word that is blocked.", ACTION_REJECT, NULL, NULL},
	{"censor", "censor", "A word that was censored.", ACTION_REVIEW, NULL, NULL},
	{"require_approval", "approval", "A word that asks for approval.", ACTION_REVIEW, NULL,
		NULL},
	{"flag", "flag", "A word that is flagged.", ACTION_REVIEW, NULL, NULL},
	{"silence", "silence", "A watched word of somebody new.", ACTION_REVIEW,
		"author: {approved: {at_most: 0}}",
		"comments are reviewed while the site says that none was approved; nobody is "
		"silenced"},
	{"replace", NULL, NULL, ACTION_REVIEW, NULL,
		"filterd replaces nothing: comments are not edited"},
	{"link", NULL, NULL, ACTION_REVIEW, NULL, "filterd links nothing: comments are not edited"},
	{"tag", NULL, NULL, ACTION_REVIEW, NULL, "filterd sets no tags"},
	{"autotag", NULL, NULL, ACTION_REVIEW, NULL, "filterd sets no tags"},
};

#define ACTIONS ARRAY_LEN(actions)

struct words {
	struct importer *im;
	struct columns columns;
	struct import_group groups[ACTIONS];
	struct import_lines others; /* remarks about what belongs to no group */
};

static const struct watched *find_action(struct span name)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		if (span_eq(name, span_of(actions[i].name)))
			return &actions[i];
	}
	return name.len == 0 ? &actions[0] : NULL;
}

static bool is_true(struct span text)
{
	return span_eq(text, SPAN("true")) || span_eq(text, SPAN("t")) || span_eq(text, SPAN("1"));
}

static void read_record(struct words *words, const struct record *record)
{
	struct span word = field_of(record, &words->columns, COLUMN_WORD);
	struct span name = field_of(record, &words->columns, COLUMN_ACTION);
	const struct watched *action = find_action(name);
	bool sensitive = is_true(field_of(record, &words->columns, COLUMN_CASE));
	struct import_group *group = action ? &words->groups[action - actions] : NULL;

	if (record->problem) {
		importer_note(words->im, &words->others, IMPORT_LEFT, record->line, record->raw,
			"%s", record->problem);
	} else if (!action) {
		importer_note(words->im, &words->others, IMPORT_LEFT, record->line, record->raw,
			"there is no action of that name");
	} else if (!action->reason) {
		importer_note(words->im, &words->others, IMPORT_LEFT, record->line, record->raw,
			"%s", action->remark);
	} else {
		if (action->remark)
			importer_note(words->im, &group->patterns.forms[FORM_WORDS], IMPORT_CHANGED,
				record->line, word, "%s", action->remark);
		entry_add(words->im, &group->patterns, record->line, word,
			ENTRY_STARS | (sensitive ? ENTRY_CASE : 0));
	}
}

void read_discourse(struct importer *im)
{
	struct words words = {.im = im, .columns = {{0, 1, 2, 3}}};
	struct csv csv = {.im = im, .text = im->source->text, .line = 1};
	struct record record;
	bool first = true;

	if (span_starts(csv.text, SPAN("\xEF\xBB\xBF")))
		csv.at = 3;
	for (size_t i = 0; i < ACTIONS; i++)
		words.groups[i] = (struct import_group){
			.name = actions[i].group,
			.reason = actions[i].reason,
			.action = actions[i].action,
			.besides = actions[i].besides,
			.fields = FIELD_BIT(FIELD_TEXT),
		};
	for (; !im->full && next_record(&csv, &record); first = false) {
		if (!first || !read_header(&record, &words.columns))
			read_record(&words, &record);
	}
	for (size_t i = 0; i < ACTIONS; i++)
		writer_group(im, &words.groups[i]);
	writer_remarks(im, &words.others);
}
