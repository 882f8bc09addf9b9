/* Pieces of comments with their places: see excerpt.h. */
#include "wire/excerpt.h"

#include "text/utf8.h"
#include "wire/json.h"

#define EXCERPT_MAX 480 /* [bytes] of a text */
#define EXCERPT_BEFORE 120 /* [bytes] of them before the first place */

/* Copies text[from, to) with "…" where something is missing, and moves the places with it. */
static bool copy_piece(
	struct arena *arena, struct excerpt *excerpt, struct span text, size_t from, size_t to)
{
	struct span dots = SPAN("…");
	struct buf piece = {0};
	size_t shift, kept = 0;

	if (from > 0)
		buf_span(&piece, dots);
	shift = piece.len;
	buf_span(&piece, span_sub(text, from, to));
	if (to < text.len)
		buf_span(&piece, dots);
	excerpt->text = arena_copy(arena, buf_content(&piece));
	excerpt->cut = true;
	buf_free(&piece);
	for (size_t i = 0; i < excerpt->places_count; i++) {
		struct range place = excerpt->places[i];

		if (place.from < from || place.from >= to)
			continue;
		if (place.to > to)
			place.to = (uint32_t)to;
		excerpt->places[kept++] = (struct range){
			(uint32_t)(place.from - from + shift), (uint32_t)(place.to - from + shift)};
	}
	excerpt->places_count = kept;
	return excerpt->text.ptr != NULL;
}

static bool copy_text(struct arena *arena, struct excerpt *excerpt, struct span text)
{
	size_t from = excerpt->places_count ? excerpt->places[0].from : 0;

	if (text.len <= EXCERPT_MAX) {
		excerpt->text = arena_copy(arena, text);
		return excerpt->text.ptr != NULL;
	}
	from = from > EXCERPT_BEFORE ? utf8_beginning(text, from - EXCERPT_BEFORE).len : 0;
	return copy_piece(arena, excerpt, text, from, utf8_beginning(text, from + EXCERPT_MAX).len);
}

static bool shows(const struct match *match, const struct rule *rule)
{
	return match->field == FIELD_TEXT && (rule ? match->rule == rule : !match->shadow);
}

static bool copy_places(struct arena *arena, struct excerpt *excerpt, const struct verdict *verdict,
	const struct rule *rule)
{
	size_t count = 0;

	for (size_t i = 0; i < verdict->matches_count; i++)
		count += shows(&verdict->matches[i], rule) ? verdict->matches[i].spans_count : 0;
	excerpt->places = arena_alloc(arena, count * sizeof(*excerpt->places));
	if (!excerpt->places)
		return false;
	for (size_t i = 0; i < verdict->matches_count; i++) {
		const struct match *match = &verdict->matches[i];

		for (size_t k = 0; shows(match, rule) && k < match->spans_count; k++)
			excerpt->places[excerpt->places_count++] = match->spans[k].bytes;
	}
	return true;
}

int excerpt_make(struct arena *arena, struct span text, const struct verdict *verdict,
	const struct rule *rule, struct excerpt *out)
{
	*out = (struct excerpt){.cut = false};
	return copy_places(arena, out, verdict, rule) && copy_text(arena, out, text) ? OK
										     : ERR_NOMEM;
}

int excerpt_copy(struct arena *arena, const struct excerpt *excerpt, struct excerpt *out)
{
	*out = *excerpt;
	out->text = arena_copy(arena, excerpt->text);
	out->places = arena_alloc(arena, excerpt->places_count * sizeof(*excerpt->places));
	if (!out->text.ptr || !out->places)
		return ERR_NOMEM;
	if (excerpt->places_count > 0)
		memcpy(out->places, excerpt->places,
			excerpt->places_count * sizeof(*excerpt->places));
	return OK;
}

void excerpt_json(struct buf *json, const struct excerpt *excerpt)
{
	buf_str(json, "\"text\":");
	json_write(json, excerpt->text);
	buf_printf(json, ",\"cut\":%s,\"spans\":[", excerpt->cut ? "true" : "false");
	for (size_t i = 0; i < excerpt->places_count; i++)
		buf_printf(json, "%s[%u,%u]", i ? "," : "", excerpt->places[i].from,
			excerpt->places[i].to);
	buf_char(json, ']');
}
