/* What slots of endings and beginnings make: see forms.h. */
#include "match/forms.h"

#include <stdlib.h>

#include "text/chars.h"
#include "text/fold.h"
#include "text/utf8.h"

/* --- making them ------------------------------------------------------------------------------ */

int forms_fold(struct arena *arena, struct span written, struct span *out, const char **problem)
{
	struct span folded;
	size_t bad, letters = 0;

	*problem = NULL;
	if (!utf8_valid(written, &bad)) {
		*problem = "is not valid UTF-8";
		return OK;
	}
	folded = fold_word(arena, written);
	if (!folded.ptr)
		return ERR_NOMEM;
	for (size_t at = 0; at < folded.len; letters++) {
		unsigned flags = char_info(utf8_next(folded, &at)).flags;

		if ((flags & (CHAR_WORD | CHAR_SOLO | CHAR_MARK)) != CHAR_WORD)
			*problem = "holds something else than letters";
	}
	if (letters == 0)
		*problem = "is empty after folding";
	else if (letters > FORMS_LETTERS_MAX)
		*problem = "is too long";
	*out = folded;
	return OK;
}

static int by_length(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return span_cmp(*x, *y);
}

static void settle_slot(struct form_slot *slot)
{
	size_t kept = 0;

	if (slot->count > 1)
		qsort(slot->texts, slot->count, sizeof(*slot->texts), by_length);
	for (size_t i = 0; i < slot->count; i++)
		if (kept == 0 || !span_eq(slot->texts[kept - 1], slot->texts[i]))
			slot->texts[kept++] = slot->texts[i];
	slot->count = kept;
}

/* Returns how often the slots multiply what there is. */
static size_t settle_slots(struct form_slots *slots, size_t combined)
{
	slots->longest = 0;
	for (size_t i = 0; i < slots->count; i++) {
		struct form_slot *slot = &slots->items[i];

		settle_slot(slot);
		slots->longest += slot->count > 0 ? slot->texts[0].len : 0;
		combined *= slot->count + 1;
		if (combined > FORMS_COMBINED_MAX)
			combined = FORMS_COMBINED_MAX + 1;
	}
	return combined;
}

size_t forms_settle(struct forms *forms)
{
	return settle_slots(&forms->suffixes, settle_slots(&forms->prefixes, 1));
}

/* --- comparing -------------------------------------------------------------------------------- */

size_t forms_reach(const struct form_slots *slots, struct span text, bool *reached)
{
	size_t longest = text.len < slots->longest ? text.len : slots->longest;

	memset(reached, 0, longest + 1);
	reached[0] = true;
	for (size_t i = 0; i < slots->count; i++) {
		const struct form_slot *slot = &slots->items[i];

		/* From the end, so that no place is reached twice through one slot. */
		for (size_t at = longest; at-- > 0;) {
			struct span rest = span_sub(text, at, longest);

			for (size_t k = 0; reached[at] && k < slot->count; k++)
				if (span_starts(rest, slot->texts[k]))
					reached[at + slot->texts[k].len] = true;
		}
	}
	return longest;
}

bool forms_can_make(const struct form_slots *slots, struct span text)
{
	bool reached[FORMS_LONGEST + 1];

	if (text.len == 0 || text.len > slots->longest)
		return text.len == 0;
	forms_reach(slots, text, reached);
	return reached[text.len];
}

size_t forms_cut(const struct form_slots *slots, struct span text, struct span *parts)
{
	struct form_slots rest = *slots;
	size_t count = 0;

	if (!forms_can_make(slots, text))
		return 0;
	/* The first text of a slot behind which the slots that follow can make what is left. */
	for (size_t i = 0; i < slots->count; i++) {
		const struct form_slot *slot = &slots->items[i];

		rest.items[i].count = 0;
		for (size_t k = 0; k < slot->count; k++) {
			size_t len = slot->texts[k].len;

			if (!span_starts(text, slot->texts[k]) ||
				!forms_can_make(&rest, span_sub(text, len, text.len)))
				continue;
			parts[count++] = span_sub(text, 0, len);
			text = span_sub(text, len, text.len);
			break;
		}
	}
	return count;
}

/* --- combining -------------------------------------------------------------------------------- */

struct combining {
	const struct form_slots *slots;
	bool (*each)(void *context, struct span made);
	void *context;
	char made[FORMS_LONGEST];
};

/* As deep as there are slots. */
static bool combine(struct combining *c, size_t slot, size_t len)
{
	if (slot == c->slots->count)
		return len == 0 || c->each(c->context, (struct span){c->made, len});
	for (size_t i = 0; i < c->slots->items[slot].count; i++) {
		struct span text = c->slots->items[slot].texts[i];

		memcpy(c->made + len, text.ptr, text.len);
		if (!combine(c, slot + 1, len + text.len))
			return false;
	}
	return combine(c, slot + 1, len);
}

bool forms_combine(const struct form_slots *slots, bool (*each)(void *context, struct span made),
	void *context)
{
	struct combining c = {.slots = slots, .each = each, .context = context};

	return combine(&c, 0, 0);
}
