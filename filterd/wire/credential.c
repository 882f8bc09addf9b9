/* Reading a token out of JSON: see credential.h. */
#include "wire/credential.h"

#include "wire/json.h"

static void read_members(struct json *j, struct span *token, struct refusal *refusal)
{
	while (json_next(j) == JSON_KEY) {
		bool is_token = span_eq(j->token, SPAN("token"));
		unsigned outside = j->depth;
		enum json_event event = json_next(j);

		if (is_token && event == JSON_STRING)
			*token = json_text(j);
		else if (is_token)
			refusal_set(refusal, REFUSAL_WRONG_TYPE, "`token` is a string", j->offset);
		if (j->depth > outside && json_leave(j, event) == JSON_REFUSED)
			return;
	}
}

bool credential_read(
	struct span json, struct arena *arena, struct span *token, struct refusal *refusal)
{
	enum json_event event;
	struct json j;

	*token = (struct span){0};
	*refusal = (struct refusal)REFUSAL_INIT;
	json_init(&j, json, arena);
	event = json_next(&j);
	if (event == JSON_OBJECT)
		read_members(&j, token, refusal);
	else if (event != JSON_REFUSED)
		json_leave(&j, event);
	if (json_next(&j) == JSON_REFUSED)
		*refusal = j.refusal;
	else if (refusal->code == REFUSAL_NONE && token->ptr == NULL)
		refusal_set(refusal, REFUSAL_BAD_VALUE, "an object with a `token` is expected", 0);
	return refusal->code == REFUSAL_NONE;
}
