/* A few comments of each group: see examples.h. */
#include "cli/examples.h"

#include "cli/show.h"
#include "wire/json.h"

#include <stdlib.h>

int examples_init(struct examples *examples, size_t groups, unsigned each)
{
	*examples = (struct examples){.each = each};
	examples->kept = calloc(groups, sizeof(*examples->kept));
	return examples->kept ? OK : ERR_NOMEM;
}

void examples_free(struct examples *examples)
{
	arena_free(&examples->list.arena);
	free(examples->kept);
}

bool examples_want(const struct examples *examples, size_t group)
{
	return examples->kept[group] < examples->each && examples->list.count < EXAMPLES_MAX;
}

/* --- noting ----------------------------------------------------------------------------------- */

int examples_note(struct example_list *noted, size_t group, const struct survey_comment *comment,
	const struct verdict *verdict, const struct rule *rule)
{
	struct example *example;

	if (!arena_grow(&noted->arena, (void **)&noted->items, noted->count, &noted->capacity,
		    sizeof(*noted->items), 16))
		return ERR_NOMEM;
	example = &noted->items[noted->count];
	*example = (struct example){
		.group = group,
		.file = comment->file,
		.line = comment->line,
		.id = arena_copy(&noted->arena, comment->comment->id),
		.label = comment->label->kind,
	};
	if (!example->id.ptr || excerpt_make(&noted->arena, comment->comment->text, verdict, rule,
					&example->excerpt) != OK)
		return ERR_NOMEM;
	noted->count++;
	return OK;
}

/* --- keeping ---------------------------------------------------------------------------------- */

static bool keep(struct examples *examples, const struct example *example)
{
	struct example_list *list = &examples->list;
	struct example *copy;

	if (!arena_grow(&list->arena, (void **)&list->items, list->count, &list->capacity,
		    sizeof(*list->items), 64))
		return false;
	copy = &list->items[list->count];
	*copy = *example;
	copy->order = list->count;
	copy->id = arena_copy(&list->arena, example->id);
	if (!copy->id.ptr || excerpt_copy(&list->arena, &example->excerpt, &copy->excerpt) != OK)
		return false;
	list->count++;
	return true;
}

void examples_take(struct examples *examples, struct example_list *noted)
{
	for (size_t i = 0; i < noted->count; i++) {
		if (!examples_want(examples, noted->items[i].group))
			continue;
		if (keep(examples, &noted->items[i]))
			examples->kept[noted->items[i].group]++;
		else
			examples->failed = true;
	}
	noted->items = NULL;
	noted->count = noted->capacity = 0;
	arena_reset(&noted->arena);
}

static int compare_examples(const void *a, const void *b)
{
	const struct example *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

const struct example *examples_of(struct examples *examples, size_t group, size_t *count)
{
	struct example_list *list = &examples->list;
	size_t low = 0, high = list->count;

	*count = examples->kept[group];
	if (*count == 0)
		return NULL;
	if (examples->each > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_examples);
	examples->each = 0; /* sorted: no more are taken */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return &list->items[low];
}

/* --- showing ---------------------------------------------------------------------------------- */

bool example_show(struct out *out, const struct example *example)
{
	out_printf(out, "%*s", SHOW_INDENT - 2, "");
	out_style(out, STYLE_DIM);
	out_printf(out, "%s:%llu", example->file, (unsigned long long)example->line);
	if (example->id.len) {
		out_str(out, "  ");
		out_untrusted(out, example->id, 0);
	}
	if (example->label != LABEL_NONE)
		out_printf(out, "  labelled %s", label_names[example->label]);
	out_style(out, STYLE_PLAIN);
	out_str(out, "\n");
	return show_text(
		out, example->excerpt.text, example->excerpt.places, example->excerpt.places_count);
}

void example_json(struct buf *json, const struct example *example)
{
	buf_str(json, "{\"file\":");
	json_write(json, span_of(example->file));
	buf_printf(json, ",\"line\":%llu,\"id\":", (unsigned long long)example->line);
	if (example->id.len)
		json_write(json, example->id);
	else
		buf_str(json, "null");
	if (example->label != LABEL_NONE)
		buf_printf(json, ",\"label\":\"%s\"", label_names[example->label]);
	buf_char(json, ',');
	excerpt_json(json, &example->excerpt);
	buf_char(json, '}');
}
