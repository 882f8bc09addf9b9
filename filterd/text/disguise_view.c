/* Puts the disguised view together: see disguise_view.h. */
#include "text/disguise_view.h"

/* How far it has come. */
struct building {
	struct text *text;
	const struct view *source;
	const struct turned *turned;
	size_t turned_at; /* the next passage that they turned */
	char *out;
	uint32_t *map;
	size_t len; /* of `out` */
};

/* Notes that [from, to) of the output, not empty, is decoded. */
static void add_decoded(struct building *b, size_t from, size_t to)
{
	b->text->decoded[b->text->decoded_count++] = (struct range){(uint32_t)from, (uint32_t)to};
}

/* Copies what is as it was; where it was turned, it is decoded. */
static void copy(struct building *b, size_t from, size_t to)
{
	const struct turned *t = b->turned;

	memcpy(b->out + b->len, b->source->text.ptr + from, to - from);
	memcpy(b->map + b->len, b->source->map + from, (to - from) * sizeof(*b->map));
	for (; b->turned_at < t->count && t->ranges[b->turned_at].from < to; b->turned_at++) {
		const struct range *r = &t->ranges[b->turned_at];
		size_t low = r->from > from ? r->from : from, high = r->to < to ? r->to : to;

		if (low < high)
			add_decoded(b, b->len + low - from, b->len + high - from);
		if (r->to > to)
			break;
	}
	b->len += to - from;
}

static void put_replacement(struct building *b, const struct replacement *r)
{
	size_t from = b->len;

	for (size_t i = 0; i < r->len; i++) {
		b->out[b->len] = r->bytes[i];
		b->map[b->len] = b->source->map[r->map[i]];
		if (r->bytes[i] == ' ') {
			add_decoded(b, from, b->len);
			from = b->len + 1;
		}
		b->len++;
	}
	add_decoded(b, from, b->len);
}

int disguise_build(struct text *text, const struct readings *readings)
{
	const size_t room = readings->source->text.len + readings->bytes;
	struct building b = {.text = text, .source = readings->source, .turned = readings->turned};
	size_t at = 0;

	b.out = arena_alloc(text->arena, room);
	b.map = arena_alloc(text->arena, (room + 1) * sizeof(*b.map));
	/* a replacement may stand in a passage that was turned, and part it */
	text->decoded = arena_zalloc(
		text->arena, 2 * readings->words + readings->turned->count, sizeof(*text->decoded));
	if (!b.out || !b.map || !text->decoded)
		return ERR_NOMEM;
	for (const struct replacement *r = readings->first; r; r = r->next) {
		copy(&b, at, r->from);
		put_replacement(&b, r);
		at = r->to;
	}
	copy(&b, at, readings->source->text.len);
	b.map[b.len] = (uint32_t)text->original.len;
	text->disguised.text = (struct span){b.out, b.len};
	text->disguised.map = b.map;
	return OK;
}
