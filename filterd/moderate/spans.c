/* The places of a match: see spans.h. */
#include "moderate/spans.h"

#include "text/utf8.h"

#define STEP 256 /* [bytes] between the positions that are kept */

static int make_positions(struct arena *arena, struct span text, struct positions *out)
{
	size_t steps = text.len / STEP + 1;
	struct utf8_counts sum = {0, 0};

	out->text = text;
	out->chars = arena_alloc(arena, steps * sizeof(*out->chars));
	out->utf16 = arena_alloc(arena, steps * sizeof(*out->utf16));
	if (!out->chars || !out->utf16) {
		out->chars = NULL;
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < steps; i++) {
		struct utf8_counts more;

		out->chars[i] = (uint32_t)sum.chars;
		out->utf16[i] = (uint32_t)sum.utf16;
		if (i + 1 == steps)
			break;
		more = utf8_count(span_sub(text, i * STEP, (i + 1) * STEP));
		sum.chars += more.chars;
		sum.utf16 += more.utf16;
	}
	return OK;
}

static void position(const struct positions *made, uint32_t at, uint32_t *chars, uint32_t *utf16)
{
	struct utf8_counts more = utf8_count(span_sub(made->text, at / STEP * STEP, at));

	*chars = made->chars[at / STEP] + (uint32_t)more.chars;
	*utf16 = made->utf16[at / STEP] + (uint32_t)more.utf16;
}

static bool is_place(const struct evidence_item *item)
{
	return item->range.from < item->range.to;
}

/* The field whose places are shown: the text if it has any, else the first that has. */
static enum field main_field(const struct evidence *evidence)
{
	enum field field = FIELD_TEXT;
	bool found = false;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (!is_place(item) || (found && item->field >= field))
			continue;
		field = item->field;
		found = true;
	}
	return field;
}

static bool comes_before(const struct evidence_item *x, const struct evidence_item *y)
{
	if (x->range.from != y->range.from)
		return x->range.from < y->range.from;
	if (x->range.to != y->range.to)
		return x->range.to > y->range.to;
	return !x->disguised && y->disguised;
}

/* Puts an item where it belongs among `count` sorted ones; equals keep the order they came in. */
static void insert_sorted(
	const struct evidence_item **items, size_t count, const struct evidence_item *item)
{
	for (; count > 0 && comes_before(item, items[count - 1]); count--)
		items[count] = items[count - 1];
	items[count] = item;
}

static void fill(struct stage *stage, const struct positions *made,
	const struct evidence_item *item, struct match_span *out)
{
	*out = (struct match_span){
		.bytes = item->range,
		.text = span_sub(made->text, item->range.from, item->range.to),
		.entry = item->entry,
		.disguised = item->disguised,
		.quoted = stage_quoted(stage, item->field, item->range),
	};
	position(made, item->range.from, &out->chars.from, &out->utf16.from);
	position(made, item->range.to, &out->chars.to, &out->utf16.to);
}

int spans_make(struct stage *stage, const struct evidence *evidence,
	struct positions made[FIELD_COUNT], struct match *out)
{
	const struct evidence_item *items[EVIDENCE_MAX];
	struct positions *positions;
	struct match_span *spans;
	size_t found = 0;

	out->field = main_field(evidence);
	for (size_t i = 0; i < evidence->count; i++)
		if (is_place(&evidence->items[i]) && evidence->items[i].field == out->field)
			insert_sorted(items, found++, &evidence->items[i]);
	if (found == 0)
		return OK;
	positions = &made[out->field];
	spans = arena_alloc(&stage->arena,
		(found < MATCH_SPANS_MAX ? found : MATCH_SPANS_MAX) * sizeof(*spans));
	if (!spans)
		return ERR_NOMEM;
	if (!positions->chars &&
		make_positions(&stage->arena, stage->fields[out->field].value, positions) != OK)
		return ERR_NOMEM;
	for (size_t i = 0; i < found && out->spans_count < MATCH_SPANS_MAX; i++) {
		const struct match_span *last =
			out->spans_count ? &spans[out->spans_count - 1] : NULL;

		if (last && last->bytes.from == items[i]->range.from &&
			last->bytes.to == items[i]->range.to)
			continue; /* two patterns found the same place */
		fill(stage, positions, items[i], &spans[out->spans_count++]);
	}
	out->spans = spans;
	return OK;
}
