/* What the views of a comment's text read in another way than it is written: see explanation.h. */
#include "moderate/explanation.h"

static bool same_but_for_case(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		char lower = a.ptr[i] >= 'A' && a.ptr[i] <= 'Z' ? (char)(a.ptr[i] + 32) : a.ptr[i];

		if (lower != b.ptr[i])
			return false;
	}
	return true;
}

static void add(struct explanation *out, struct explained_reading *readings,
	const struct view *view, enum view_kind kind, struct range in_view)
{
	struct span original = out->text->original;
	struct span read = span_sub(view->text, in_view.from, in_view.to);
	struct range range = view_original_range(view, original, in_view.from, in_view.to);

	if (out->readings_count == READINGS_MAX ||
		same_but_for_case(span_sub(original, range.from, range.to), read))
		return;
	readings[out->readings_count++] = (struct explained_reading){kind, range, read};
}

/* The words of the folded view that are more than lower case. */
static void add_folded(struct explanation *out, struct explained_reading *readings)
{
	const struct view *view = &out->text->folded;
	struct span text = view->text;
	size_t end;

	for (size_t at = 0; at < text.len; at = end + 1) {
		for (end = at; end < text.len && (unsigned char)text.ptr[end] > ' ';)
			end++;
		if (end > at)
			add(out, readings, view, VIEW_FOLDED,
				(struct range){(uint32_t)at, (uint32_t)end});
	}
}

int explanation_find_readings(struct arena *arena, struct explanation *out)
{
	struct explained_reading *readings = arena_alloc(arena, READINGS_MAX * sizeof(*readings));
	const struct text *text = out->text;

	if (!readings)
		return ERR_NOMEM;
	/* Disguises first: they are what people look for. */
	for (size_t i = 0; text->disguised.text.ptr && i < text->decoded_count; i++)
		add(out, readings, &text->disguised, VIEW_DISGUISED, text->decoded[i]);
	add_folded(out, readings);
	out->readings = readings;
	return OK;
}
