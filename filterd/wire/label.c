/* Reads labels: see label.h. */
#include "wire/label.h"

#include "wire/json.h"

#include <stdio.h>

const char *const label_names[LABEL_COUNT] = {
	[LABEL_NONE] = "none",
	[LABEL_OK] = "ok",
	[LABEL_REVIEW] = "review",
	[LABEL_BAD] = "bad",
};

static const struct {
	struct span word;
	enum label_kind kind;
} words[] = {
	{{"approve", 7}, LABEL_OK},
	{{"bad", 3}, LABEL_BAD},
	{{"ok", 2}, LABEL_OK},
	{{"reject", 6}, LABEL_BAD},
	{{"review", 6}, LABEL_REVIEW},
};

struct reader {
	struct json json;
	struct label *out;
	struct refusal *refusal;
	struct span category;
	bool listed; /* guidelines were there, maybe none */
};

/* Notes the first thing that is wrong. */
static void refuse(struct reader *r, enum refusal_code code, const char *message, const char *where)
{
	if (r->refusal->code != REFUSAL_NONE)
		return;
	refusal_set(r->refusal, code, message, r->json.offset);
	snprintf(r->refusal->pointer, sizeof(r->refusal->pointer), "/%s", where);
}

/* The string that `event` stands for; an empty span after noting why there is none. */
static struct span take_text(
	struct reader *r, enum json_event event, const char *message, const char *where)
{
	struct span text = {NULL, 0};

	if (event != JSON_STRING) {
		refuse(r, REFUSAL_WRONG_TYPE, message, where);
		return text;
	}
	text = json_text(&r->json);
	if (!text.ptr)
		refuse(r, REFUSAL_OOM, NULL, where);
	return text;
}

static void read_kind(struct reader *r, enum json_event event, const char *where)
{
	static const char wrong[] = "a label is \"ok\", \"bad\" or \"review\", or \"approve\" or "
				    "\"reject\"";
	struct span word = take_text(r, event, wrong, where);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (span_eq(word, words[i].word))
			r->out->kind = words[i].kind;
	}
	if (r->out->kind == LABEL_NONE)
		refuse(r, REFUSAL_BAD_VALUE, wrong, where);
}

static void read_guidelines(struct reader *r, enum json_event event)
{
	static const char where[] = "label/guidelines";
	static const char wrong[] = "guidelines are a list of at most 16 names";
	struct label *out = r->out;

	if (event != JSON_ARRAY) {
		refuse(r, REFUSAL_WRONG_TYPE, wrong, where);
		return;
	}
	r->listed = true;
	while ((event = json_next(&r->json)) > JSON_END && event != JSON_ARRAY_END) {
		struct span name = take_text(r, event, wrong, where);

		if (name.ptr && out->guidelines_count == LABEL_GUIDELINES_MAX)
			refuse(r, REFUSAL_BAD_VALUE, wrong, where);
		else if (name.ptr)
			out->guidelines[out->guidelines_count++] = name;
		if (json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
}

/* Reads the members of a label that is an object, which has just been opened. */
static void read_members(struct reader *r)
{
	while (json_next(&r->json) == JSON_KEY) {
		struct span key = r->json.token;
		unsigned outside = r->json.depth;
		enum json_event event = json_next(&r->json);

		if (event != JSON_NULL && span_eq(key, SPAN("verdict")))
			read_kind(r, event, "label/verdict");
		else if (event != JSON_NULL && span_eq(key, SPAN("guidelines")))
			read_guidelines(r, event);
		if (r->json.depth > outside && json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
}

static void read_label(struct reader *r, enum json_event event)
{
	if (event == JSON_STRING) {
		read_kind(r, event, "label");
	} else if (event == JSON_OBJECT) {
		read_members(r);
		if (r->out->kind == LABEL_NONE && r->listed)
			r->out->kind = r->out->guidelines_count ? LABEL_BAD : LABEL_OK;
		else if (r->out->kind == LABEL_NONE)
			refuse(r, REFUSAL_MISSING_FIELD, "a label has a verdict or guidelines",
				"label");
	} else if (event != JSON_NULL) {
		refuse(r, REFUSAL_WRONG_TYPE, "a label is a string or an object", "label");
	}
}

static void read_request(struct reader *r)
{
	while (json_next(&r->json) == JSON_KEY) {
		struct span key = r->json.token;
		unsigned outside = r->json.depth;
		enum json_event event = json_next(&r->json);

		if (span_eq(key, SPAN("label")))
			read_label(r, event);
		else if (span_eq(key, SPAN("category")) && event == JSON_STRING)
			r->category = json_text(&r->json);
		if (r->json.depth > outside && json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
}

/* What does not go together, and the category where there are no guidelines. */
static void conclude(struct reader *r)
{
	struct label *out = r->out;

	if (out->kind == LABEL_OK && out->guidelines_count)
		refuse(r, REFUSAL_BAD_VALUE, "a comment that breaks guidelines is not ok", "label");
	if (out->kind == LABEL_BAD && !r->listed && r->category.len)
		out->guidelines[out->guidelines_count++] = r->category;
}

bool label_read(struct span json, struct arena *arena, struct label *out, struct refusal *refusal)
{
	struct reader r;

	*out = (struct label){0};
	*refusal = (struct refusal)REFUSAL_INIT;
	/* Nearly no comment of an export has one: looking is much cheaper than reading again. */
	if (!memmem(json.ptr, json.len, "\"label\"", 7))
		return true;
	json_init(&r.json, json, arena);
	r.out = out;
	r.refusal = refusal;
	r.category = (struct span){NULL, 0};
	r.listed = false;
	if (json_next(&r.json) == JSON_OBJECT)
		read_request(&r);
	conclude(&r);
	if (refusal->code == REFUSAL_NONE)
		return true;
	*out = (struct label){0};
	return false;
}
