/* Comments from JSON and answers to JSON: see native.h. */
#include "wire/native.h"

#include "base/clock.h"
#include "text/utf8.h"
#include "wire/json.h"

#include <stdio.h>

/* --- the table of fields --- */

enum field_form {
	FORM_COUNT, /* whole number from 0            -> int64_t */
	FORM_DEADLINE, /* whole number of milliseconds   -> int64_t */
	FORM_ID, /* see NATIVE_ID_MAX              -> struct span */
	FORM_INSTANT, /* RFC 3339                       -> int64_t [ms since 1970] */
	FORM_OBJECT, /* an object with its own fields */
	FORM_REVISION, /* whole number below 2^32        -> uint32_t */
	FORM_ROLE, /* a name of enum role            -> enum role */
	FORM_TAGS, /* list of strings                -> struct article */
	FORM_TEXT, /* any string                     -> struct span */
};

struct form {
	struct span name;
	enum field_form form;
	size_t offset; /* of its place in struct native_request */
	const struct form_section *section; /* of FORM_OBJECT */
	bool required;
};

struct form_section {
	const struct form *fields;
	size_t count;
};

#define FIELD(key, kind, member)                                                                   \
	{                                                                                          \
		.name = {key, sizeof(key) - 1}, .form = (kind),                                    \
		.offset = offsetof(struct native_request, member)                                  \
	}
#define SECTION(key, fields)                                                                       \
	{                                                                                          \
		.name = {key, sizeof(key) - 1}, .form = FORM_OBJECT, .section = &(fields)          \
	}

static const struct form author_fields[] = {
	FIELD("approved", FORM_COUNT, comment.author.approved),
	FIELD("created", FORM_INSTANT, comment.author.created_ms),
	FIELD("email", FORM_TEXT, comment.author.email),
	FIELD("id", FORM_ID, comment.author.id),
	FIELD("ip", FORM_TEXT, comment.author.ip),
	FIELD("name", FORM_TEXT, comment.author.name),
	FIELD("rejected", FORM_COUNT, comment.author.rejected),
	FIELD("role", FORM_ROLE, comment.author.role),
	FIELD("url", FORM_TEXT, comment.author.url),
};
static const struct form_section author_section = {author_fields, ARRAY_LEN(author_fields)};

static const struct form article_fields[] = {
	FIELD("id", FORM_ID, comment.article.id),
	FIELD("section", FORM_TEXT, comment.article.section),
	FIELD("tags", FORM_TAGS, comment.article),
	FIELD("text", FORM_TEXT, comment.article.text),
	FIELD("title", FORM_TEXT, comment.article.title),
	FIELD("url", FORM_TEXT, comment.article.url),
};
static const struct form_section article_section = {article_fields, ARRAY_LEN(article_fields)};

static const struct form parent_fields[] = {
	FIELD("id", FORM_ID, comment.parent_id),
	FIELD("text", FORM_TEXT, comment.parent_text),
};
static const struct form_section parent_section = {parent_fields, ARRAY_LEN(parent_fields)};

static const struct form request_fields[] = {
	SECTION("article", article_section),
	SECTION("author", author_section),
	FIELD("deadline_ms", FORM_DEADLINE, deadline_ms),
	FIELD("id", FORM_ID, comment.id),
	FIELD("lang", FORM_TEXT, comment.lang),
	SECTION("parent", parent_section),
	FIELD("reason_lang", FORM_TEXT, reason_lang),
	FIELD("revision", FORM_REVISION, comment.revision),
	FIELD("site", FORM_TEXT, comment.site),
	FIELD("submitted", FORM_INSTANT, comment.submitted_ms),
	{.name = {"text", 4},
		.form = FORM_TEXT,
		.offset = offsetof(struct native_request, comment.text),
		.required = true},
};
static const struct form_section request_section = {request_fields, ARRAY_LEN(request_fields)};

static const char *const form_names[] = {
	[FORM_COUNT] = "whole number from 0",
	[FORM_DEADLINE] = "whole number, 0 to 3600000",
	[FORM_ID] = "id",
	[FORM_INSTANT] = "instant",
	[FORM_OBJECT] = "object",
	[FORM_REVISION] = "whole number below 2^32",
	[FORM_ROLE] = "`reader`, `trusted` or `staff`",
	[FORM_TAGS] = "list of strings, at most 64",
	[FORM_TEXT] = "string",
};

static const struct form *find_field(const struct form_section *section, struct span name);

const char *native_field_form(struct span path)
{
	const char *dot = memchr(path.ptr, '.', path.len);
	size_t first = dot ? (size_t)(dot - path.ptr) : path.len;
	const struct form *field = find_field(&request_section, span_sub(path, 0, first));

	if (dot && field)
		field = field->section
				? find_field(field->section, span_sub(path, first + 1, path.len))
				: NULL;
	return field ? form_names[field->form] : NULL;
}

size_t native_fields_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < request_section.count; i++)
		count += request_fields[i].section ? request_fields[i].section->count : 1;
	return count;
}

/* --- reading --- */

struct reader {
	struct json json;
	struct native_request *out;
	struct refusal *refusal; /* of the first wrong field */
	const char *parent; /* name of the object that is being read, or NULL */
	bool has_text;
	bool oom;
	bool any_id; /* ids are only shown again: any string or number will do */
};

/* Notes what is wrong with a field; the first such note is the one that is told. */
static void refuse_field(struct reader *r, const struct form *field, enum refusal_code code,
	const char *message, int item)
{
	char number[16] = "";

	if (r->refusal->code != REFUSAL_NONE)
		return;
	refusal_set(r->refusal, code, message, r->json.offset);
	if (item >= 0)
		snprintf(number, sizeof(number), "/%d", item);
	snprintf(r->refusal->pointer, sizeof(r->refusal->pointer), "%s%s/%s%s",
		r->parent ? "/" : "", r->parent ? r->parent : "", field->name.ptr, number);
}

static bool is_id(struct span s)
{
	/* - . 0-9 :   A-Z _   a-z */
	static const uint32_t allowed[8] = {0, 0x07FF6000, 0x87FFFFFE, 0x07FFFFFE};
	bool fine = s.len > 0 && s.len <= NATIVE_ID_MAX;

	for (size_t i = 0; i < s.len && fine; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		fine = allowed[c / 32] >> (c % 32) & 1;
	}
	return fine;
}

/* Reads the string that `event` stands for. False: not one, or no memory; noted. */
static bool take_string(struct reader *r, const struct form *field, enum json_event event,
	const char *wrong, int item, struct span *out)
{
	struct span text;

	if (event != JSON_STRING) {
		refuse_field(r, field, REFUSAL_WRONG_TYPE, wrong, item);
		return false;
	}
	text = json_text(&r->json);
	if (text.ptr)
		*out = text;
	else
		r->oom = true;
	return text.ptr != NULL;
}

static void read_id(struct reader *r, const struct form *field, enum json_event event, void *place)
{
	struct span id;

	if (r->any_id && event == JSON_NUMBER) {
		*(struct span *)place = r->json.token;
		return;
	}
	if (!take_string(r, field, event,
		    event == JSON_NUMBER ? "an id is a string: put the number in quotes"
					 : "an id is a string",
		    -1, &id))
		return;
	if (r->any_id || is_id(id))
		*(struct span *)place = utf8_beginning(id, NATIVE_ID_MAX);
	else
		refuse_field(r, field, REFUSAL_BAD_VALUE,
			"an id is 1 to 128 bytes of [A-Za-z0-9._:-]", -1);
}

static void read_whole(struct reader *r, const struct form *field, enum json_event event,
	int64_t max, const char *wrong, int64_t *out)
{
	int64_t value;

	if (event != JSON_NUMBER)
		refuse_field(r, field, REFUSAL_WRONG_TYPE, wrong, -1);
	else if (!json_int(r->json.token, &value) || value < 0 || value > max)
		refuse_field(r, field, REFUSAL_BAD_VALUE, wrong, -1);
	else
		*out = value;
}

static void read_instant(
	struct reader *r, const struct form *field, enum json_event event, void *place)
{
	static const char wrong[] = "an instant is a string like 2026-11-23T10:00:00Z (RFC 3339)";
	struct span text;

	if (take_string(r, field, event, wrong, -1, &text) && !clock_parse(text, place))
		refuse_field(r, field, REFUSAL_BAD_VALUE, wrong, -1);
}

static void read_role(
	struct reader *r, const struct form *field, enum json_event event, void *place)
{
	static const char wrong[] = "a role is \"reader\", \"trusted\" or \"staff\"";
	struct span name;

	if (!take_string(r, field, event, wrong, -1, &name))
		return;
	for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
		if (span_eq(name, span_of(role_names[role]))) {
			*(enum role *)place = (enum role)role;
			return;
		}
	}
	refuse_field(r, field, REFUSAL_BAD_VALUE, wrong, -1);
}

/* Reads a list whose opening bracket has been read. */
static void read_tags(
	struct reader *r, const struct form *field, enum json_event event, struct article *article)
{
	struct span tags[NATIVE_TAGS_MAX], *kept;
	size_t count = 0;

	if (event != JSON_ARRAY) {
		refuse_field(r, field, REFUSAL_WRONG_TYPE, "tags are a list of strings", -1);
		return;
	}
	while ((event = json_next(&r->json)) > JSON_END && event != JSON_ARRAY_END) {
		if (count == NATIVE_TAGS_MAX)
			refuse_field(r, field, REFUSAL_BAD_VALUE, "there are at most 64 tags", -1);
		else if (take_string(
				 r, field, event, "a tag is a string", (int)count, &tags[count]))
			count++;
		if (json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
	kept = arena_alloc(r->json.arena, count * sizeof(*kept));
	if (!kept) {
		r->oom = true;
		return;
	}
	if (count)
		memcpy(kept, tags, count * sizeof(*kept));
	article->tags = kept;
	article->tags_count = count;
}

static const struct form *find_field(const struct form_section *section, struct span name)
{
	for (size_t i = 0; i < section->count && name.len; i++) {
		struct span known = section->fields[i].name;

		if (known.len == name.len && known.ptr[0] == name.ptr[0] && span_eq(known, name))
			return &section->fields[i];
	}
	return NULL;
}

static void read_object(struct reader *r, const struct form_section *section);

/* Reads the value of a field we know; `event` has begun it. */
static void read_field(struct reader *r, const struct form *field, enum json_event event)
{
	void *place = (char *)r->out + field->offset;
	int64_t number;

	if (event == JSON_NULL && !field->required)
		return; /* the same as absent: what many a CMS sends for "none" */
	switch (field->form) {
	case FORM_COUNT:
		read_whole(r, field, event, INT64_MAX, "a count is a whole number from 0", place);
		break;
	case FORM_DEADLINE:
		read_whole(r, field, event, NATIVE_DEADLINE_MAX,
			"a deadline is a whole number of milliseconds up to 3600000", place);
		break;
	case FORM_ID:
		read_id(r, field, event, place);
		break;
	case FORM_INSTANT:
		read_instant(r, field, event, place);
		break;
	case FORM_OBJECT:
		if (event != JSON_OBJECT) {
			refuse_field(
				r, field, REFUSAL_WRONG_TYPE, "an object is expected here", -1);
			break;
		}
		r->parent = field->name.ptr;
		read_object(r, field->section);
		r->parent = NULL;
		return;
	case FORM_REVISION:
		number = 0;
		read_whole(r, field, event, UINT32_MAX,
			"a revision is a whole number below 4294967296", &number);
		*(uint32_t *)place = (uint32_t)number;
		break;
	case FORM_ROLE:
		read_role(r, field, event, place);
		break;
	case FORM_TAGS:
		read_tags(r, field, event, place);
		return;
	case FORM_TEXT:
		r->has_text |= field->required;
		take_string(r, field, event, "a string is expected here", -1, place);
		break;
	}
}

/* Reads the members of the object just opened, up to its end. Two deep at most: the table's depth.
 */
static void read_object(struct reader *r, const struct form_section *section)
{
	enum json_event event;

	while (json_next(&r->json) == JSON_KEY) {
		const struct form *field = find_field(section, r->json.token);
		unsigned outside = r->json.depth;

		event = json_next(&r->json);
		if (field)
			read_field(r, field, event);
		else
			r->out->unknown_fields++;
		/* A container that was not read, or not to its end, is still open. */
		if (r->json.depth > outside && json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
}

static bool read_request(struct span json, struct arena *arena, bool any_id,
	struct native_request *out, struct refusal *refusal)
{
	struct reader r;

	*out = (struct native_request){.comment = COMMENT_INIT, .deadline_ms = COMMENT_ABSENT};
	*refusal = (struct refusal)REFUSAL_INIT;
	json_init(&r.json, json, arena);
	r.out = out;
	r.refusal = refusal;
	r.parent = NULL;
	r.has_text = r.oom = false;
	r.any_id = any_id;
	switch (json_next(&r.json)) {
	case JSON_OBJECT:
		read_object(&r, &request_section);
		break;
	case JSON_REFUSED:
		break;
	case JSON_ARRAY:
		refusal_set(refusal, REFUSAL_WRONG_TYPE,
			"a request is one object, not a list: send one comment a line", 0);
		json_leave(&r.json, JSON_ARRAY);
		break;
	default:
		refusal_set(
			refusal, REFUSAL_WRONG_TYPE, "a request is a JSON object", r.json.offset);
	}
	if (json_next(&r.json) == JSON_REFUSED)
		*refusal = r.json.refusal;
	else if (r.oom)
		refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	else if (refusal->code == REFUSAL_NONE && !r.has_text) {
		refusal_set(refusal, REFUSAL_MISSING_FIELD, NULL, REFUSAL_NOWHERE);
		snprintf(refusal->pointer, sizeof(refusal->pointer), "/text");
	}
	return refusal->code == REFUSAL_NONE;
}

bool native_read(
	struct span json, struct arena *arena, struct native_request *out, struct refusal *refusal)
{
	return read_request(json, arena, false, out, refusal);
}

bool native_read_export(
	struct span json, struct arena *arena, struct native_request *out, struct refusal *refusal)
{
	return read_request(json, arena, true, out, refusal);
}

/* --- writing --- */

#define WRITE(out, literal) buf_append((out), (literal), sizeof(literal) - 1)

static const char *const language_sources[] = {
	[LANGUAGE_UNKNOWN] = "unknown",
	[LANGUAGE_TOLD] = "told",
	[LANGUAGE_SCRIPT] = "script",
	[LANGUAGE_GUESSED] = "guessed",
};

static void write_name(struct buf *out, const char *name)
{
	if (name)
		json_write(out, span_of(name));
	else
		WRITE(out, "null");
}

/* A name of ours, in which nothing needs an escape. */
static void write_word(struct buf *out, const char *word)
{
	buf_char(out, '"');
	buf_str(out, word);
	buf_char(out, '"');
}

static void write_id(struct buf *out, struct span id)
{
	if (id.len)
		json_write(out, id);
	else
		WRITE(out, "null");
}

/*
 * Two to four decimals, cut and not rounded: 0.49999 must not be printed as a score that means
 * review. The small addition mends what binary fractions lose (0.29 * 10000 = 2899.9999999999995).
 */
uint32_t native_score(double score)
{
	return score > 0 ? (uint32_t)((score < 1 ? score : 1) * 10000 + 1e-6) : 0;
}

static void write_score(struct buf *out, double score)
{
	uint32_t ticks = native_score(score);
	char digits[6] = {(char)('0' + ticks / 10000), '.', (char)('0' + ticks / 1000 % 10),
		(char)('0' + ticks / 100 % 10), (char)('0' + ticks / 10 % 10),
		(char)('0' + ticks % 10)};
	size_t len = sizeof(digits);

	while (len > 4 && digits[len - 1] == '0')
		len--;
	buf_append(out, digits, len);
}

static void write_number(struct buf *out, int64_t value)
{
	if (value < 0)
		buf_char(out, '-');
	buf_u64(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void write_range(struct buf *out, struct range range)
{
	buf_char(out, '[');
	buf_u64(out, range.from);
	buf_char(out, ',');
	buf_u64(out, range.to);
	buf_char(out, ']');
}

static void write_span(struct buf *out, const struct match_span *span)
{
	WRITE(out, "{\"bytes\":");
	write_range(out, span->bytes);
	WRITE(out, ",\"chars\":");
	write_range(out, span->chars);
	WRITE(out, ",\"utf16\":");
	write_range(out, span->utf16);
	WRITE(out, ",\"text\":");
	json_write(out, utf8_beginning(span->text, NATIVE_MATCHED_TEXT_MAX));
	WRITE(out, ",\"entry\":");
	json_write(out, span->entry);
	if (span->disguised)
		WRITE(out, ",\"disguised\":true");
	else
		WRITE(out, ",\"disguised\":false");
	if (span->quoted)
		WRITE(out, ",\"quoted\":true");
	buf_char(out, '}');
}

static void write_match(struct buf *out, const struct match *match, struct span reason_lang)
{
	WRITE(out, "{\"rule\":");
	write_name(out, match->rule->id);
	WRITE(out, ",\"guideline\":");
	write_name(out, match->guideline);
	WRITE(out, ",\"action\":");
	write_word(out, action_names[match->action]);
	WRITE(out, ",\"points\":");
	write_number(out, match->points);
	if (match->shadow)
		WRITE(out, ",\"shadow\":true");
	WRITE(out, ",\"reason\":");
	json_write(out, wording_for(&match->rule->reason, &reason_lang, reason_lang.len > 0));
	WRITE(out, ",\"field\":");
	write_word(out, field_names[match->field]);
	WRITE(out, ",\"spans\":[");
	for (size_t i = 0; i < match->spans_count; i++) {
		if (i)
			buf_char(out, ',');
		write_span(out, &match->spans[i]);
	}
	WRITE(out, "]}");
}

/* Where the rule stands, as people read it: "rules/links.yaml:12:9". */
static void write_rule_place(struct buf *out, const struct rule *rule)
{
	buf_char(out, '"');
	json_write_text(out, span_of(rule->source ? rule->source->name : NULL));
	if (rule->node) {
		buf_char(out, ':');
		buf_u64(out, rule->node->line);
		buf_char(out, ':');
		buf_u64(out, rule->node->column);
	}
	buf_char(out, '"');
}

static void write_fault(struct buf *out, const struct fault *fault)
{
	WRITE(out, "{\"code\":");
	write_name(out, fault->code);
	if (fault->rule) {
		WRITE(out, ",\"rule\":");
		write_name(out, fault->rule->id);
		WRITE(out, ",\"file\":");
		write_rule_place(out, fault->rule);
	}
	buf_char(out, '}');
}

static void write_guidelines(struct buf *out, const struct verdict *verdict)
{
	WRITE(out, ",\"guidelines\":{");
	for (size_t i = 0; i < verdict->guidelines_count; i++) {
		if (i)
			buf_char(out, ',');
		write_name(out, verdict->guidelines[i].guideline->id);
		buf_char(out, ':');
		write_number(out, verdict->guidelines[i].low);
	}
	buf_char(out, '}');
}

static void write_faults(struct buf *out, const struct verdict *verdict)
{
	WRITE(out, ",\"degraded\":true,\"reasons\":[");
	for (size_t i = 0; i < verdict->faults_count; i++) {
		if (i)
			buf_char(out, ',');
		write_fault(out, &verdict->faults[i]);
	}
	buf_char(out, ']');
}

/* Takes back what did not fit into memory, so that something else can be written. */
static int took_back(struct buf *out, size_t before)
{
	if (!out->failed)
		return OK;
	out->len = before;
	out->failed = false;
	return ERR_NOMEM;
}

int native_write_beginning(
	struct buf *out, const struct native_request *request, const struct verdict *verdict)
{
	size_t before = out->len;

	WRITE(out, "{\"id\":");
	write_id(out, request->comment.id);
	WRITE(out, ",\"verdict\":");
	write_word(out, verdict_names[verdict->kind]);
	WRITE(out, ",\"score\":");
	write_score(out, verdict->score);
	write_guidelines(out, verdict);
	WRITE(out, ",\"matches\":[");
	for (size_t i = 0; i < verdict->matches_count; i++) {
		if (i)
			buf_char(out, ',');
		write_match(out, &verdict->matches[i], request->reason_lang);
	}
	buf_char(out, ']');
	if (verdict->degraded)
		write_faults(out, verdict);
	WRITE(out, ",\"lang\":");
	write_name(out, verdict->language.tag);
	WRITE(out, ",\"lang_source\":");
	write_word(out, language_sources[verdict->language.source]);
	WRITE(out, ",\"rules\":");
	write_word(out, verdict->rules_version);
	return took_back(out, before);
}

int native_write_end(struct buf *out, const char *queue_id, uint32_t revision)
{
	size_t before = out->len;

	if (queue_id == NULL) {
		WRITE(out, ",\"queued\":false}\n");
	} else {
		WRITE(out, ",\"queued\":true,\"queue_id\":");
		write_word(out, queue_id);
		WRITE(out, ",\"revision\":");
		buf_u64(out, revision);
		WRITE(out, ",\"durable\":\"fsync\"}\n");
	}
	return took_back(out, before);
}

int native_write_verdict(
	struct buf *out, const struct native_request *request, const struct verdict *verdict)
{
	size_t before = out->len;
	int rc = native_write_beginning(out, request, verdict);

	if (rc == OK)
		rc = native_write_end(out, NULL, 0);
	if (rc != OK)
		out->len = before;
	return rc;
}

void native_write_refusal(struct buf *out, struct span id, const struct refusal *refusal)
{
	WRITE(out, "{\"id\":");
	write_id(out, id);
	WRITE(out, ",\"error\":{");
	refusal_write(out, refusal, "message");
	WRITE(out, "}}\n");
}

void native_write_bye(struct buf *out, uint64_t line)
{
	WRITE(out, "{\"bye\":\"closing\",\"line\":");
	buf_u64(out, line);
	WRITE(out, "}\n");
}
