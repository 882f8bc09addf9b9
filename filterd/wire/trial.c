/* Reading a try-out: see trial.h. */
#include "wire/trial.h"

#include "wire/json.h"

#include <stdio.h>

struct reader {
	struct json json;
	struct trial_request *out;
	struct refusal *refusal; /* of the first wrong field */
	bool oom;
};

static void refuse(struct reader *r, enum refusal_code code, const char *message, const char *where)
{
	if (r->refusal->code != REFUSAL_NONE)
		return;
	refusal_set(r->refusal, code, message, r->json.offset);
	snprintf(r->refusal->pointer, sizeof(r->refusal->pointer), "/%s", where);
}

static void read_string(
	struct reader *r, enum json_event event, const char *where, struct span *out)
{
	if (event != JSON_STRING) {
		refuse(r, REFUSAL_WRONG_TYPE, "a string is expected here", where);
		return;
	}
	*out = json_text(&r->json);
	r->oom |= out->ptr == NULL;
}

/* Reads the file whose brace has been read, up to its end. */
static void read_file(struct reader *r, struct trial_file *file)
{
	enum json_event event;

	while (json_next(&r->json) == JSON_KEY) {
		bool is_path = span_eq(r->json.token, SPAN("path"));
		bool is_text = span_eq(r->json.token, SPAN("text"));
		unsigned outside = r->json.depth;

		event = json_next(&r->json);
		if (is_path)
			read_string(r, event, "files", &file->path);
		else if (is_text)
			read_string(r, event, "files", &file->text);
		if (r->json.depth > outside && json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
	if (file->path.ptr == NULL || file->text.ptr == NULL)
		refuse(r, REFUSAL_BAD_VALUE, "a file has a `path` and a `text`", "files");
}

static void read_files(struct reader *r, enum json_event event)
{
	struct trial_file *files = arena_zalloc(r->json.arena, TRIAL_FILES_MAX + 1, sizeof(*files));
	size_t count = 0;

	r->oom |= files == NULL;
	if (event != JSON_ARRAY)
		refuse(r, REFUSAL_WRONG_TYPE, "files are a list", "files");
	if (event != JSON_ARRAY || files == NULL)
		return;
	while ((event = json_next(&r->json)) > JSON_END && event != JSON_ARRAY_END) {
		if (event != JSON_OBJECT)
			refuse(r, REFUSAL_WRONG_TYPE, "a file is an object", "files");
		else if (count == TRIAL_FILES_MAX)
			refuse(r, REFUSAL_BAD_VALUE, "at most 64 files can be changed", "files");
		else {
			read_file(r, &files[count++]);
			continue;
		}
		if (json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
	r->out->files = files;
	r->out->files_count = count;
}

/* Notes where each comment stands. */
static void read_comments(struct reader *r, enum json_event event)
{
	struct span *comments = arena_zalloc(r->json.arena, TRIAL_COMMENTS_MAX, sizeof(*comments));
	size_t count = 0;

	r->oom |= comments == NULL;
	if (event != JSON_ARRAY)
		refuse(r, REFUSAL_WRONG_TYPE, "comments are a list", "comments");
	if (event != JSON_ARRAY || comments == NULL)
		return;
	while ((event = json_next(&r->json)) > JSON_END && event != JSON_ARRAY_END) {
		size_t from = r->json.offset;

		if (event != JSON_OBJECT)
			refuse(r, REFUSAL_WRONG_TYPE, "a comment is an object", "comments");
		if (count == TRIAL_COMMENTS_MAX)
			refuse(r, REFUSAL_BAD_VALUE, "at most 1000 comments are tried at once",
				"comments");
		if (json_leave(&r->json, event) == JSON_REFUSED)
			return;
		if (event == JSON_OBJECT && count < TRIAL_COMMENTS_MAX)
			comments[count++] = span_sub(
				r->json.input, from, (size_t)(r->json.at - r->json.input.ptr));
	}
	r->out->comments = comments;
	r->out->comments_count = count;
}

static void read_explain(struct reader *r, enum json_event event)
{
	if (event == JSON_NULL)
		return;
	if (event != JSON_NUMBER || !json_int(r->json.token, &r->out->explain) ||
		r->out->explain < 0)
		refuse(r, REFUSAL_BAD_VALUE, "`explain` is the index of a comment", "explain");
}

static void read_flag(struct reader *r, enum json_event event)
{
	if (event != JSON_TRUE && event != JSON_FALSE)
		refuse(r, REFUSAL_WRONG_TYPE, "`changed_only` is true or false", "changed_only");
	r->out->changed_only = event == JSON_TRUE;
}

static const struct {
	const char *name;
	void (*read)(struct reader *r, enum json_event event);
} members[] = {
	{"changed_only", read_flag},
	{"comments", read_comments},
	{"explain", read_explain},
	{"files", read_files},
};

/* Reads the members of the object just opened, up to its end. */
static void read_members(struct reader *r)
{
	while (json_next(&r->json) == JSON_KEY) {
		struct span name = r->json.token;
		unsigned outside = r->json.depth;
		enum json_event event = json_next(&r->json);

		for (size_t i = 0; i < ARRAY_LEN(members); i++) {
			if (span_eq(name, span_of(members[i].name)))
				members[i].read(r, event);
		}
		if (r->json.depth > outside && json_leave(&r->json, event) == JSON_REFUSED)
			return;
	}
}

bool trial_read(
	struct span json, struct arena *arena, struct trial_request *out, struct refusal *refusal)
{
	enum json_event event;
	struct reader r;

	*out = (struct trial_request){.explain = -1};
	*refusal = (struct refusal)REFUSAL_INIT;
	json_init(&r.json, json, arena);
	r.out = out;
	r.refusal = refusal;
	r.oom = false;
	event = json_next(&r.json);
	if (event == JSON_OBJECT) {
		read_members(&r);
	} else if (event != JSON_REFUSED) {
		refusal_set(refusal, REFUSAL_WRONG_TYPE, "a try-out is a JSON object", 0);
		json_leave(&r.json, event);
	}
	if (json_next(&r.json) == JSON_REFUSED)
		*refusal = r.json.refusal;
	else if (r.oom)
		refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	return refusal->code == REFUSAL_NONE;
}
