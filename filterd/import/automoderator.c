/*
 * Reddit's AutoModerator: a YAML document for each rule, parted by lines `---`.
 *
 * The file is cut at those lines and each document read on its own: what is wrong with one leaves
 * the others alone. A document that cannot be carried over stands in the rule file as a comment,
 * word for word. See automoderator.h for what becomes of one that can.
 */
#include "import/automoderator.h"

#include "rules/word_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* --- pieces -------------------------------------------------------------------------------------
 */

static bool is_one_of(struct span text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (span_eq(text, span_of(words[i])))
			return true;
	}
	return false;
}

/* YAML 1.1's ways to say yes and no, as AutoModerator reads them. False if it is neither. */
static bool read_bool(const struct yaml_node *value, bool *out)
{
	static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On"};
	static const char *const no[] = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off"};

	if (value->kind != YAML_SCALAR)
		return false;
	*out = is_one_of(value->value, yes, ARRAY_LEN(yes));
	return *out || is_one_of(value->value, no, ARRAY_LEN(no));
}

void am_condition(struct am_rule *am, bool not, const char *format, ...)
{
	struct buf item = {0};
	struct span text;
	va_list args;
	char *written = NULL;

	va_start(args, format);
	if (vasprintf(&written, format, args) < 0)
		written = NULL;
	va_end(args);
	text = span_of(written);
	for (int i = 0; i < WRITER_ITEM; i++)
		buf_char(&item, ' ');
	buf_str(&item, "- ");
	buf_span(&item, text);
	buf_char(&item, '\n');
	writer_item(&am->conditions, not ? "none" : "any", &item, 1);
	am->im->nomem = am->im->nomem || !written || item.failed;
	am->conditions_count++;
	buf_free(&item);
	free(written);
}

void am_lost(struct am_rule *am, const struct yaml_node *key, const char *why)
{
	importer_note(am->im, &am->rule.head, IMPORT_LEFT, am_line(am, key), key->value, "%s", why);
	am->limited = true;
}

/* Something that only happens afterwards: without it the rule finds the same. */
static void extra_left(struct am_rule *am, const struct yaml_node *key, const char *why)
{
	importer_note(am->im, &am->rule.head, IMPORT_LEFT, am_line(am, key), key->value, "%s", why);
}

static void changed(struct am_rule *am, const struct yaml_node *key, const char *why)
{
	importer_note(
		am->im, &am->rule.head, IMPORT_CHANGED, am_line(am, key), key->value, "%s", why);
}

/* --- keys that are no search checks -------------------------------------------------------------
 */

struct key_row;
typedef void (*key_reader)(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value);

struct key_row {
	unsigned groups; /* enum am_group */
	const char *name;
	key_reader read;
	const char *why; /* of read_lost(), read_extra(), read_post() */
};

static void read_lost(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)value;
	am_lost(am, key, row->why);
}

static void read_extra(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)value;
	extra_left(am, key, row->why);
}

/* A check that only a submission can pass. */
static void read_post(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)row;
	(void)key;
	(void)value;
	am->whole = "it is about submissions; filterd judges comments";
}

static void read_type(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	size_t count = value->kind == YAML_SEQUENCE ? value->count : 1;
	const struct yaml_node *items = value->kind == YAML_SEQUENCE ? value->items : value;

	(void)row;
	(void)key;
	importer_carried(am->im);
	for (size_t i = 0; i < count; i++) {
		if (items[i].kind == YAML_SCALAR &&
			(span_eq(items[i].value, SPAN("any")) ||
				span_eq(items[i].value, SPAN("comment"))))
			return;
	}
	am->whole = "it is about submissions; filterd judges comments";
}

static const struct {
	const char *name;
	enum action action;
} actions[] = {
	{"approve", ACTION_APPROVE},
	{"filter", ACTION_REVIEW},
	{"remove", ACTION_REJECT},
	{"report", ACTION_REVIEW},
	{"spam", ACTION_REJECT},
};

static void read_action(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)row;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (value->kind != YAML_SCALAR || !span_eq(value->value, span_of(actions[i].name)))
			continue;
		am->rule.action = importer_action(am->im, actions[i].action);
		am->has_action = true;
		importer_carried(am->im);
		if (actions[i].action == ACTION_APPROVE)
			changed(am, key,
				"it lifts what the other rules of its guideline say; in "
				"AutoModerator what removes comes first");
		return;
	}
	am->whole = "its action is none that AutoModerator has";
}

static void read_reason(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)row;
	if (value->kind != YAML_SCALAR || word_line_trim(value->value).len == 0) {
		extra_left(am, key, "it is no text");
		return;
	}
	if (am->rule.reason.len > 0) {
		extra_left(am, key, "the rule has a reason already");
		return;
	}
	am->rule.reason = word_line_trim(value->value);
	importer_carried(am->im);
	if (memmem(value->value.ptr, value->value.len, "{{", 2))
		changed(am, key, "what stands in {{ }} is not filled in");
}

static void read_priority(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value)
{
	(void)row;
	(void)value;
	importer_carried(am->im);
	changed(am, key, "rules have no order: all that hold count");
}

/* The same, where a check with another value is lost. */
static bool bool_of(
	struct am_rule *am, const struct yaml_node *key, const struct yaml_node *value, bool *out)
{
	if (read_bool(value, out)) {
		importer_carried(am->im);
		return true;
	}
	am_lost(am, key, "it is neither true nor false");
	return false;
}

static void read_exempt(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)row;
	bool_of(am, key, value, &am->rule.staff_exempt);
}

/* A whole number from 0 to 100 million, or -1. */
static long number_of(struct span text)
{
	long number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || number > 10000000)
			return -1;
		number = number * 10 + (text.ptr[i] - '0');
	}
	return text.len > 0 ? number : -1;
}

static void read_longer(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	long number = value->kind == YAML_SCALAR ? number_of(value->value) : -1;

	(void)row;
	if (number < 0) {
		am_lost(am, key, "it is no number of characters");
		return;
	}
	am_condition(am, false, "length: {at_least: %ld}", number + 1);
	importer_carried(am->im);
}

static void read_shorter(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	long number = value->kind == YAML_SCALAR ? number_of(value->value) : -1;

	(void)row;
	if (number < 1) {
		am_lost(am, key, "it is no number of characters");
		return;
	}
	am_condition(am, false, "length: {at_least: 0, at_most: %ld}", number - 1);
	importer_carried(am->im);
}

static void read_top_level(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value)
{
	bool yes;

	(void)row;
	if (bool_of(am, key, value, &yes))
		am_condition(am, !yes, "field: {in: parent, length: {at_least: 0, at_most: 0}}");
}

static void read_blockquotes(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value)
{
	(void)row;
	if (bool_of(am, key, value, &am->rule.ignore_quotes) && am->rule.ignore_quotes)
		changed(am, key, "what stands in any quotation is left out");
}

static void read_moderator(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value)
{
	bool yes;

	(void)row;
	if (!bool_of(am, key, value, &yes))
		return;
	am->asks_staff = true;
	am_condition(am, !yes, "author: {role: staff}");
	changed(am, key, "moderators are authors whom the site calls `staff`");
}

static void read_contributor(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value)
{
	bool yes;

	(void)row;
	if (!bool_of(am, key, value, &yes))
		return;
	am_condition(am, !yes, "author: {role: trusted}");
	changed(am, key, "approved users are authors whom the site calls `trusted`");
}

/* --- account age --------------------------------------------------------------------------------
 */

#define AGE_DAYS_MAX 36500

static const struct {
	const char *name; /* without a plural s */
	const char *unit; /* ours */
	long times;
} age_units[] = {
	{"minute", "m", 1},
	{"hour", "h", 1},
	{"day", "d", 1},
	{"week", "d", 7},
	{"month", "d", 30},
	{"year", "d", 365},
};

/* `< 7 days`, `> 2 months`: without a unit days. */
static void read_age(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	struct span text = value->kind == YAML_SCALAR ? word_line_trim(value->value) : SPAN("");
	bool below = span_starts(text, SPAN("<")), above = span_starts(text, SPAN(">"));
	size_t digits = 0;
	struct span unit;
	long number;

	(void)row;
	text = word_line_trim(span_sub(text, below || above, text.len));
	while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
		digits++;
	number = number_of(span_sub(text, 0, digits));
	unit = word_line_trim(span_sub(text, digits, text.len));
	if (span_ends(unit, SPAN("s")))
		unit.len--;
	if (unit.len == 0)
		unit = SPAN("day");
	for (size_t i = 0; i < ARRAY_LEN(age_units); i++) {
		if (!span_eq(unit, span_of(age_units[i].name)) || number < 0 ||
			number > AGE_DAYS_MAX / age_units[i].times || !(below || above))
			continue;
		am_condition(am, false, "author: {age: {%s: %ld%s}}",
			below ? "at_most" : "at_least", number * age_units[i].times,
			age_units[i].unit);
		importer_carried(am->im);
		return;
	}
	am_lost(am, key, "it is no age such as `< 7 days`");
}

static void read_any_threshold(struct am_rule *am, const struct key_row *row,
	const struct yaml_node *key, const struct yaml_node *value)
{
	bool yes; /* read_author() has looked at it */

	(void)row;
	bool_of(am, key, value, &yes);
}

/* Karma is one of several thresholds: where any is enough, losing one finds less, not more. */
static void read_karma(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)value;
	if (am->any_threshold)
		extra_left(am, key, row->why);
	else
		am_lost(am, key, row->why);
}

/* --- groups -------------------------------------------------------------------------------------
 */

static void read_author(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value);
static void read_parent(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value);

#define NOT_TOLD "filterd is not told of it"
#define NO_KARMA "there is no karma; `author: {approved: ...}` counts approved comments"
#define NO_WORDS_BACK "filterd writes nothing to readers or moderators"
#define NO_CHANGES "filterd gives a verdict and changes nothing else"

/* clang-format off */
static const struct key_row rows[] = {
	{AM_TOP, "type", read_type, NULL},
	{AM_TOP, "action", read_action, NULL},
	{AM_TOP, "action_reason", read_reason, NULL},
	{AM_TOP, "report_reason", read_reason, NULL},
	{AM_TOP, "priority", read_priority, NULL},
	{AM_TOP, "moderators_exempt", read_exempt, NULL},
	{AM_TOP, "body_longer_than", read_longer, NULL},
	{AM_TOP, "body_shorter_than", read_shorter, NULL},
	{AM_TOP, "ignore_blockquotes", read_blockquotes, NULL},
	{AM_TOP, "is_top_level", read_top_level, NULL},
	{AM_TOP, "author", read_author, NULL},
	{AM_TOP, "parent_submission", read_parent, NULL},
	{AM_TOP, "standard", read_lost, "Reddit keeps these lists; write `links: {domains: [...]}`"},
	{AM_TOP, "reports", read_lost, "filterd is not told of readers' reports"},
	{AM_TOP, "is_edited", read_lost, NOT_TOLD},
	{AM_TOP, "is_original_content", read_post, NULL},
	{AM_TOP, "is_poll", read_post, NULL},
	{AM_TOP, "is_gallery", read_post, NULL},
	{AM_TOP, "is_meta", read_post, NULL},
	{AM_TOP, "poll_option_count", read_post, NULL},
	{AM_TOP, "discussion_type", read_post, NULL},
	{AM_TOP, "past_archive_date", read_lost, NOT_TOLD},
	{AM_TOP, "subreddit", read_lost, NOT_TOLD},
	{AM_TOP, "crosspost_author", read_post, NULL},
	{AM_TOP, "crosspost_subreddit", read_post, NULL},
	{AM_TOP, "comment", read_extra, NO_WORDS_BACK},
	{AM_TOP, "comment_locked", read_extra, NO_WORDS_BACK},
	{AM_TOP, "comment_stickied", read_extra, NO_WORDS_BACK},
	{AM_TOP, "message", read_extra, NO_WORDS_BACK},
	{AM_TOP, "message_subject", read_extra, NO_WORDS_BACK},
	{AM_TOP, "modmail", read_extra, NO_WORDS_BACK},
	{AM_TOP, "modmail_subject", read_extra, NO_WORDS_BACK},
	{AM_TOP | AM_AUTHOR | AM_PARENT, "set_flair", read_extra, NO_CHANGES},
	{AM_TOP | AM_AUTHOR | AM_PARENT, "overwrite_flair", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_locked", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_sticky", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_nsfw", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_spoiler", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_contest_mode", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_original_content", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_suggested_sort", read_extra, NO_CHANGES},
	{AM_TOP | AM_PARENT, "set_post_crowd_control_level", read_extra, NO_CHANGES},
	{AM_AUTHOR, "account_age", read_age, NULL},
	{AM_AUTHOR, "satisfy_any_threshold", read_any_threshold, NULL},
	{AM_AUTHOR, "comment_karma", read_karma, NO_KARMA},
	{AM_AUTHOR, "post_karma", read_karma, NO_KARMA},
	{AM_AUTHOR, "combined_karma", read_karma, NO_KARMA},
	{AM_AUTHOR, "comment_subreddit_karma", read_karma, NO_KARMA},
	{AM_AUTHOR, "post_subreddit_karma", read_karma, NO_KARMA},
	{AM_AUTHOR, "combined_subreddit_karma", read_karma, NO_KARMA},
	{AM_AUTHOR, "is_moderator", read_moderator, NULL},
	{AM_AUTHOR, "is_contributor", read_contributor, NULL},
	{AM_AUTHOR, "is_submitter", read_lost, NOT_TOLD},
	{AM_AUTHOR, "is_gold", read_lost, NOT_TOLD},
	{AM_AUTHOR, "has_verified_email", read_lost, NOT_TOLD},
	{AM_AUTHOR, "contributor_quality", read_lost, NOT_TOLD},
};
/* clang-format on */

static const struct key_row *find_row(enum am_group group, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((rows[i].groups & group) && span_eq(name, span_of(rows[i].name)))
			return &rows[i];
	}
	return NULL;
}

static void unknown_key(
	struct am_rule *am, enum am_group group, const struct yaml_node *key, struct span name)
{
	const char *names[ARRAY_LEN(rows) + AM_SEARCH_NAMES_MAX], *near;
	size_t count = am_search_names(group, names);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].groups & group)
			names[count++] = rows[i].name;
	}
	near = nearest_name(name, names, count);
	if (near)
		am_lost(am, key,
			importer_text(am->im, "there is no such key; did you mean `%s`?", near)
				.ptr);
	else
		am_lost(am, key, "it is not known here");
}

static void read_key(struct am_rule *am, enum am_group group, const struct yaml_node *key,
	const struct yaml_node *value)
{
	const struct key_row *row = find_row(group, key->value);
	struct span name = key->value;

	/* `author` is a group, or a search for names. */
	if (row && !(row->read == read_author && value->kind != YAML_MAPPING))
		row->read(am, row, key, value);
	else if (!am_search(am, group, key, value, &name))
		unknown_key(am, group, key, name);
}

/* Groups hold no groups: what is nested deeper has no row. */
static void read_group(struct am_rule *am, enum am_group group, const struct yaml_node *mapping)
{
	for (size_t i = 0; i < mapping->count && !am->whole; i++)
		read_key(am, group, yaml_key(mapping, i), yaml_value(mapping, i));
}

static void read_author(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	const struct yaml_node *any = yaml_get(value, "satisfy_any_threshold");
	bool yes = false;

	(void)row;
	(void)key;
	/* Without the age no threshold would be left, and all of them were lost. */
	am->any_threshold = any && read_bool(any, &yes) && yes && yaml_get(value, "account_age");
	read_group(am, AM_AUTHOR, value);
}

static void read_parent(struct am_rule *am, const struct key_row *row, const struct yaml_node *key,
	const struct yaml_node *value)
{
	(void)row;
	if (value->kind == YAML_MAPPING)
		read_group(am, AM_PARENT, value);
	else
		am_lost(am, key, "it is no group of checks");
}

/* --- documents ----------------------------------------------------------------------------------
 */

struct document {
	struct span text;
	uint32_t base; /* lines of the file before it */
	size_t number; /* of the rule, 1-based */
};

static void read_mapping(struct am_rule *am, const struct yaml_node *root, size_t number)
{
	am->rule.staff_exempt = true;
	read_group(am, AM_TOP, root);
	if (!am->whole && !am->has_action)
		am->whole = "it has no `action` that gives a verdict";
	if (!am->whole && am->conditions_count == 0)
		am->whole = "none of its checks can be carried over";
	if (am->whole)
		return;
	am->rule.staff_exempt =
		am->rule.staff_exempt && !am->asks_staff && am->rule.action != ACTION_APPROVE;
	am->rule.shadow = am->limited;
	am->rule.id = importer_text(am->im, "rule-%zu", number);
	if (am->rule.reason.len == 0)
		am->rule.reason = importer_text(am->im, "Rule %zu of AutoModerator.", number);
	if (am->conditions_count == 1 && !am->rule.ignore_quotes)
		am->rule.match = am->example;
	writer_when(&am->rule.when, "all:", &am->conditions, am->conditions_count);
	writer_rule(am->im, &am->rule);
}

/*
 * What stands behind ` #` outside quotes; `ptr` is NULL without one. In a block of text that is no
 * remark, but then it does no harm as one.
 */
static struct span remark_of(struct span line)
{
	bool single = false, twice = false;

	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];

		if (c == '\'' && !twice)
			single = !single;
		else if (c == '"' && !single)
			twice = !twice;
		else if (c == '#' && !single && !twice &&
			 (i == 0 || line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t'))
			return word_line_trim(span_sub(line, i + 1, line.len));
	}
	return (struct span){NULL, 0};
}

/* The author's remarks go where the rule goes. */
static void keep_remarks(struct am_rule *am, const struct document *document)
{
	uint32_t line_number = 0;
	struct span line;
	size_t at = 0;

	while (importer_next_line(document->text, &at, &line_number, &line)) {
		struct span remark = remark_of(line);

		if (remark.ptr)
			importer_quote(am->im, &am->rule.head, remark);
	}
}

/* The whole document as comments; what was said of its keys is taken back. */
static void leave_whole(
	struct importer *im, const struct document *document, uint32_t line_number, const char *why)
{
	struct import_lines lines = {0};
	uint32_t ignored = 0;
	struct span line;
	size_t at = 0;

	importer_note(im, &lines, IMPORT_LEFT, line_number,
		importer_text(im, "rule %zu", document->number), "%s", why);
	while (importer_next_line(document->text, &at, &ignored, &line)) {
		if (span_ends(line, SPAN("\r")))
			line.len--;
		if (word_line_trim(line).len > 0)
			importer_quote(im, &lines, importer_text(im, "    %.*s", SPAN_ARGS(line)));
	}
	writer_remarks(im, &lines);
}

/* Whether there was a rule in it. */
static bool read_document(struct importer *im, const struct document *document)
{
	const struct source source = {im->source->name, document->text};
	const struct import_result before = *im->result;
	struct am_rule am = {.im = im, .base = document->base};
	struct errors errors = {0};
	struct yaml_node *root = NULL;
	int rc = yaml_parse(im->arena, &source, &errors, &root);

	if (rc == ERR_NOMEM) {
		im->nomem = true;
	} else if (rc != OK) {
		const struct error *error = errors.count > 0 ? &errors.items[0] : NULL;

		if (error && error->text)
			leave_whole(im, document, document->base + error->place.line, error->text);
		else
			im->nomem = true; /* what was wrong could not be kept */
	} else if (root) {
		const uint32_t line = am_line(&am, root);

		keep_remarks(&am, document);
		if (root->kind == YAML_MAPPING)
			read_mapping(&am, root, document->number);
		else
			am.whole = "it is no mapping of checks";
		if (am.whole) {
			im->result->items = before.items;
			im->result->carried = before.carried;
			im->result->left = before.left;
			im->result->repeated = before.repeated;
			im->result->changed = before.changed;
			im->result->notes_count = before.notes_count;
			leave_whole(im, document, line, am.whole);
		}
	} else {
		keep_remarks(&am, document);
		writer_remarks(im, &am.rule.head);
	}
	buf_free(&am.conditions);
	buf_free(&am.rule.when);
	errors_free(&errors);
	return rc != OK || root;
}

/* Whether the line parts documents: `---`, then white space, a remark or nothing. */
static bool parts_documents(struct span line)
{
	if (line.len == 0 || (line.ptr[0] != '-' && line.ptr[0] != '.'))
		return false;
	line = word_line_entry(line, NULL);
	return span_eq(line, SPAN("---")) || span_eq(line, SPAN("..."));
}

void read_automoderator(struct importer *im)
{
	struct span text = im->source->text, line;
	struct document document = {.number = 1};
	uint32_t number = 0;
	size_t at = 0, from = span_starts(text, SPAN("\xEF\xBB\xBF")) ? 3 : 0, start = 0;

	while (!im->nomem && !im->full && im->rules.len <= YAML_SIZE_MAX) {
		bool more = importer_next_line(text, &at, &number, &line);

		if (more && !parts_documents(line)) {
			start = at;
			continue;
		}
		document.text = span_sub(text, from, more ? start : text.len);
		document.number += read_document(im, &document);
		if (!more)
			break;
		document.base = number;
		from = start = at;
	}
}
