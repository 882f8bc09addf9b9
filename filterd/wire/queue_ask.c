/* Reading what is asked of the queue: see queue_ask.h. */
#include "wire/queue_ask.h"

#include "base/clock.h"
#include "wire/json.h"
#include "wire/query.h"

#include <stdio.h>

/* How a value is written, and what it becomes. */
enum form {
	FORM_TEXT, /* struct span */
	FORM_STATE, /* uint32_t: bits of enum queue_state */
	FORM_ORDER, /* enum queue_order */
	FORM_ACT, /* enum queue_act */
	FORM_PERCENT, /* uint32_t: ten-thousandths */
	FORM_INSTANT, /* int64_t: ms since 1970 */
	FORM_LIMIT, /* size_t: 1 to QUEUE_PAGE_MAX */
	FORM_VERSION, /* uint32_t */
	FORM_LEASE, /* int64_t: 1 to QUEUE_ASK_LEASE_MAX */
	FORM_NUMBER, /* int64_t, from 1 */
};

static const char *const wrong[] = {
	[FORM_TEXT] = "a string is expected here",
	[FORM_STATE] = "a state is open, waiting, escalated, approved, rejected or superseded",
	[FORM_ORDER] = "an order is oldest, newest or score",
	[FORM_ACT] = "an act is approve, reject, escalate, note or undo",
	[FORM_PERCENT] = "a score is a whole number from 0 to 100",
	[FORM_INSTANT] = "an instant is like 2026-11-23T10:00:00Z, or a date",
	[FORM_LIMIT] = "a limit is a whole number from 1 to 200",
	[FORM_VERSION] = "a version is a whole number from 0",
	[FORM_NUMBER] = "a whole number from 1 is expected here",
	[FORM_LEASE] = "a lease is a whole number of seconds from 1 to 86400",
};

struct field {
	struct span name;
	enum form form;
	size_t offset; /* into the structure that the table is about */
	const char *meaning; /* for the manual; NULL: it stands there */
};

#define FIELD_OF(text, meaning, form, type, member)                                                \
	{                                                                                          \
		{text, sizeof(text) - 1}, form, offsetof(struct type, member), meaning             \
	}
#define FIELD(text, form, type, member) FIELD_OF(text, NULL, form, type, member)

static const struct field filter_fields[] = {
	FIELD_OF("state",
		"`open` (waiting or escalated, if not said), `waiting`, `escalated`, `approved`, "
		"`rejected`, `superseded`",
		FORM_STATE, queue_filter, states),
	FIELD_OF("site", "of this site", FORM_TEXT, queue_filter, site),
	FIELD_OF("lang", "in this language", FORM_TEXT, queue_filter, language),
	FIELD_OF("guideline", "held for this guideline, the strongest", FORM_TEXT, queue_filter,
		guideline),
	FIELD_OF("rule", "for which this rule held", FORM_TEXT, queue_filter, rule),
	FIELD_OF("author", "by this author (id)", FORM_TEXT, queue_filter, author_id),
	FIELD_OF("article", "below this article (id)", FORM_TEXT, queue_filter, article_id),
	FIELD_OF("same_text_as", "with the same text as the comment of this queue id", FORM_TEXT,
		queue_filter, same_text_as),
	FIELD_OF("min_score", "from this score on, in per cent", FORM_PERCENT, queue_filter,
		score_from),
	FIELD_OF("max_score", "up to this score", FORM_PERCENT, queue_filter, score_to),
	FIELD_OF("since", "queued at or after this instant", FORM_INSTANT, queue_filter,
		queued_from_ms),
	FIELD_OF("until", "queued before it", FORM_INSTANT, queue_filter, queued_to_ms),
	FIELD_OF("order", "`oldest` (if not said), `newest` or `score` first", FORM_ORDER,
		queue_filter, order),
	FIELD_OF("limit", "at most so many, 1 to 200 (50)", FORM_LIMIT, queue_filter, limit),
	FIELD_OF("after", "the page after this cursor, the `next` of the page before", FORM_TEXT,
		queue_filter, after),
};

static const struct field decision_fields[] = {
	FIELD("queue_id", FORM_TEXT, queue_decision, queue_id),
	FIELD("act", FORM_ACT, queue_decision, act),
	FIELD("version", FORM_VERSION, queue_decision, version),
	FIELD("reason", FORM_TEXT, queue_decision, reason),
	FIELD("note", FORM_TEXT, queue_decision, note),
};

static const struct field own_fields[] = {
	FIELD("lease_s", FORM_LEASE, queue_ask, lease_s),
	FIELD("id", FORM_NUMBER, queue_ask, id),
	FIELD("batch", FORM_NUMBER, queue_ask, batch),
};

struct reader {
	struct json json;
	struct arena *arena;
	struct queue_ask *out;
	struct refusal *refusal; /* the first */
};

static bool refuse(
	struct refusal *refusal, enum refusal_code code, const char *message, struct span pointer)
{
	if (refusal->code != REFUSAL_NONE)
		return false;
	refusal_set(refusal, code, message, REFUSAL_NOWHERE);
	snprintf(refusal->pointer, sizeof(refusal->pointer), "/%.*s",
		(int)(pointer.len < 32 ? pointer.len : 32), pointer.ptr);
	return false;
}

/* --- values --- */

static bool take_number(struct span value, int64_t from, int64_t to, int64_t *out)
{
	return json_int(value, out) && *out >= from && *out <= to;
}

static bool take_name(struct span value, const char *const *names, size_t count, unsigned *out)
{
	for (unsigned i = 0; i < count; i++) {
		if (span_eq(value, span_of(names[i]))) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool take_state(struct span value, uint32_t *bits)
{
	unsigned state;

	*bits = 0; /* open */
	if (span_eq(value, SPAN("open")))
		return true;
	if (!take_name(value, queue_state_names, QUEUE_STATES, &state))
		return false;
	*bits = 1U << state;
	return true;
}

/* Puts the value where its field says. False: it is not of the form. */
static bool set_value(const struct field *field, void *into, struct span value)
{
	static const char *const orders[] = {"oldest", "newest", "score"};
	void *to = (char *)into + field->offset;
	int64_t number = 0;
	unsigned name = 0;

	switch (field->form) {
	case FORM_TEXT:
		*(struct span *)to = value;
		return true;
	case FORM_STATE:
		return take_state(value, to);
	case FORM_ORDER:
		if (!take_name(value, orders, ARRAY_LEN(orders), &name))
			return false;
		*(enum queue_order *)to = (enum queue_order)name;
		return true;
	case FORM_ACT:
		if (!take_name(value, queue_act_names, QUEUE_ACTS, &name))
			return false;
		*(enum queue_act *)to = (enum queue_act)name;
		return true;
	case FORM_PERCENT:
		if (!take_number(value, 0, 100, &number))
			return false;
		*(uint32_t *)to = (uint32_t)number * 100;
		return true;
	case FORM_INSTANT:
		return clock_parse(value, to);
	case FORM_LIMIT:
		if (!take_number(value, 1, QUEUE_PAGE_MAX, &number))
			return false;
		*(size_t *)to = (size_t)number;
		return true;
	case FORM_VERSION:
		if (!take_number(value, 0, UINT32_MAX, &number))
			return false;
		*(uint32_t *)to = (uint32_t)number;
		return true;
	case FORM_NUMBER:
		return take_number(value, 1, INT64_MAX, to);
	case FORM_LEASE:
		return take_number(value, 1, QUEUE_ASK_LEASE_MAX, to);
	}
	return false;
}

static const struct field *find(const struct field *fields, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++) {
		if (span_eq(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

bool queue_ask_query(
	struct span query, struct arena *arena, struct queue_ask *out, struct refusal *refusal)
{
	struct query_part part;

	*out = (struct queue_ask){.lease_s = 0};
	while (query_next(&query, arena, &part, refusal)) {
		const struct field *field =
			find(filter_fields, ARRAY_LEN(filter_fields), part.name);

		if (field == NULL)
			return refuse(
				refusal, REFUSAL_BAD_VALUE, "there is no such filter", part.name);
		if (part.value.len > 0 && !set_value(field, &out->filter, part.value))
			return refuse(refusal, REFUSAL_BAD_VALUE, wrong[field->form], part.name);
	}
	return refusal->code == REFUSAL_NONE;
}

/* --- bodies --- */

/* Reads the value that `event` began into its field. */
static bool read_value(
	struct reader *r, enum json_event event, const struct field *field, void *into)
{
	struct span value;

	if (event == JSON_NULL)
		return true;
	value = event == JSON_STRING ? json_text(&r->json) : r->json.token;
	if (value.ptr == NULL)
		return refuse(r->refusal, REFUSAL_OOM, NULL, field->name);
	if (event != JSON_STRING && event != JSON_NUMBER)
		return refuse(r->refusal, REFUSAL_WRONG_TYPE, wrong[field->form], field->name);
	if (event == JSON_NUMBER && field->form == FORM_TEXT)
		return refuse(r->refusal, REFUSAL_WRONG_TYPE, wrong[field->form], field->name);
	if (!set_value(field, into, value))
		return refuse(r->refusal, REFUSAL_BAD_VALUE, wrong[field->form], field->name);
	return true;
}

/* Reads an object whose brace has been read, by one table. */
static bool read_fields(struct reader *r, const struct field *fields, size_t count, void *into)
{
	while (json_next(&r->json) == JSON_KEY) {
		struct span name = r->json.token;
		const struct field *field = find(fields, count, name);

		if (field == NULL)
			return refuse(
				r->refusal, REFUSAL_BAD_VALUE, "there is no such member", name);
		if (!read_value(r, json_next(&r->json), field, into))
			return false;
	}
	return r->json.refusal.code == REFUSAL_NONE;
}

static bool read_ids(struct reader *r, enum json_event event)
{
	static const struct span name = {"ids", 3};
	struct span *ids = arena_zalloc(r->arena, QUEUE_ASK_IDS_MAX, sizeof(*ids));
	size_t count = 0;

	if (ids == NULL)
		return refuse(r->refusal, REFUSAL_OOM, NULL, name);
	if (event != JSON_ARRAY)
		return refuse(r->refusal, REFUSAL_WRONG_TYPE, "ids are a list of strings", name);
	while ((event = json_next(&r->json)) == JSON_STRING && count < QUEUE_ASK_IDS_MAX) {
		ids[count] = json_text(&r->json);
		if (ids[count++].ptr == NULL)
			return refuse(r->refusal, REFUSAL_OOM, NULL, name);
	}
	r->out->filter.ids = ids;
	r->out->filter.ids_count = count;
	if (event == JSON_ARRAY_END && count > 0)
		return true;
	return refuse(r->refusal, REFUSAL_BAD_VALUE, "ids are 1 to 200 strings", name);
}

static bool read_decisions(struct reader *r, enum json_event event)
{
	static const struct span name = {"decisions", 9};
	struct queue_decision *list = arena_zalloc(r->arena, QUEUE_ASK_IDS_MAX, sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return refuse(r->refusal, REFUSAL_OOM, NULL, name);
	if (event != JSON_ARRAY)
		return refuse(r->refusal, REFUSAL_WRONG_TYPE, "decisions are a list", name);
	while ((event = json_next(&r->json)) == JSON_OBJECT && count < QUEUE_ASK_IDS_MAX) {
		struct queue_decision *decision = &list[count++];

		decision->act = QUEUE_ACTS;
		if (!read_fields(r, decision_fields, ARRAY_LEN(decision_fields), decision))
			return false;
		if (decision->queue_id.len == 0 || decision->act == QUEUE_ACTS)
			return refuse(r->refusal, REFUSAL_BAD_VALUE,
				"a decision has a `queue_id` and an `act`", name);
	}
	r->out->decisions = list;
	r->out->decisions_count = count;
	if (event == JSON_ARRAY_END && count > 0)
		return true;
	return refuse(r->refusal, REFUSAL_BAD_VALUE, "decisions are 1 to 200 objects", name);
}

static bool read_filter(struct reader *r, enum json_event event)
{
	if (event == JSON_OBJECT)
		return read_fields(r, filter_fields, ARRAY_LEN(filter_fields), &r->out->filter);
	return refuse(r->refusal, REFUSAL_WRONG_TYPE, "a filter is an object", SPAN("filter"));
}

/* A member of the body itself. */
static bool read_member(struct reader *r, struct span name)
{
	const struct field *field = find(decision_fields, ARRAY_LEN(decision_fields), name);
	const struct field *own = find(own_fields, ARRAY_LEN(own_fields), name);
	enum json_event event = json_next(&r->json);

	if (span_eq(name, SPAN("filter")))
		return read_filter(r, event);
	if (span_eq(name, SPAN("ids")))
		return read_ids(r, event);
	if (span_eq(name, SPAN("decisions")))
		return read_decisions(r, event);
	if (span_eq(name, SPAN("files"))) {
		r->out->has_files = true;
		return json_leave(&r->json, event) != JSON_REFUSED;
	}
	if (own != NULL)
		return read_value(r, event, own, r->out);
	if (span_eq(name, SPAN("limit")))
		return read_value(r, event, find(filter_fields, ARRAY_LEN(filter_fields), name),
			&r->out->filter);
	if (field != NULL)
		return read_value(r, event, field, &r->out->decision);
	return refuse(r->refusal, REFUSAL_BAD_VALUE, "there is no such member", name);
}

bool queue_ask_body(
	struct span json, struct arena *arena, struct queue_ask *out, struct refusal *refusal)
{
	struct reader *r = arena_alloc(arena, sizeof(*r));
	bool good = true;

	*refusal = (struct refusal)REFUSAL_INIT;
	*out = (struct queue_ask){.decision = {.act = QUEUE_ACTS}};
	if (r == NULL)
		return refuse(refusal, REFUSAL_OOM, NULL, SPAN(""));
	r->arena = arena;
	r->out = out;
	r->refusal = refusal;
	json_init(&r->json, json, arena);
	if (json_next(&r->json) == JSON_OBJECT) {
		while (good && json_next(&r->json) == JSON_KEY)
			good = read_member(r, r->json.token);
	} else if (r->json.refusal.code == REFUSAL_NONE) {
		return refuse(refusal, REFUSAL_WRONG_TYPE, "an object is expected", SPAN(""));
	}
	if (r->json.refusal.code != REFUSAL_NONE)
		*refusal = r->json.refusal;
	else if (good && json_next(&r->json) == JSON_REFUSED)
		*refusal = r->json.refusal;
	return refusal->code == REFUSAL_NONE;
}

void queue_ask_describe(struct buf *out)
{
	buf_str(out, "| filter | only comments |\n|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(filter_fields); i++)
		buf_printf(out, "| `%s` | %s |\n", filter_fields[i].name.ptr,
			filter_fields[i].meaning);
}
