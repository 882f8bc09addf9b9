/* Reading the query of a target: see query.h. */
#include "wire/query.h"

#include "text/utf8.h"
#include "wire/http_text.h"

static struct span cut(struct span *rest, char at)
{
	const char *found = rest->len > 0 ? memchr(rest->ptr, at, rest->len) : NULL;
	size_t end = found ? (size_t)(found - rest->ptr) : rest->len;
	struct span front = span_sub(*rest, 0, end);

	*rest = span_sub(*rest, found ? end + 1 : end, rest->len);
	return front;
}

static bool decode(struct span text, struct arena *arena, struct span *out, struct refusal *refusal)
{
	char *to = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	refusal_set(refusal, REFUSAL_OOM, NULL, REFUSAL_NOWHERE);
	if (to == NULL)
		return false;
	refusal_set(refusal, REFUSAL_BAD_VALUE, "the query is not percent-encoded UTF-8",
		REFUSAL_NOWHERE);
	if (!http_text_unescape(text, ' ', to, &len))
		return false;
	*out = (struct span){to, len};
	if (!utf8_valid(*out, NULL))
		return false;
	*refusal = (struct refusal)REFUSAL_INIT;
	return true;
}

bool query_next(
	struct span *rest, struct arena *arena, struct query_part *out, struct refusal *refusal)
{
	struct span part = {0}, name;

	*refusal = (struct refusal)REFUSAL_INIT;
	while (rest->len > 0 && part.len == 0)
		part = cut(rest, '&');
	if (part.len == 0)
		return false;
	name = cut(&part, '=');
	return decode(name, arena, &out->name, refusal) &&
	       decode(part, arena, &out->value, refusal);
}
