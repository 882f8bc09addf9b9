/* `repetition`: the same character, word or line again and again. */
#include "base/map.h"
#include "rules/condition_parts.h"
#include "rules/findings.h"
#include "text/segment.h"
#include "text/utf8.h"

struct repetition {
	int64_t character, word, line; /* 0: not asked for */
	enum field field;
};

static const struct key keys[] = {
	{.name = "character",
		.type = TYPE_INT,
		.help = "The same character so often in a row; white space does not count.",
		.offset = offsetof(struct repetition, character),
		.min = 2,
		.max = BOUND_MAX},
	{.name = "word",
		.type = TYPE_INT,
		.help = "The same word so often in a row.",
		.offset = offsetof(struct repetition, word),
		.min = 2,
		.max = BOUND_MAX},
	{.name = "line",
		.type = TYPE_INT,
		.help = "The same line so often, anywhere in the text.",
		.offset = offsetof(struct repetition, line),
		.min = 2,
		.max = BOUND_MAX},
};

static const struct section section = {
	.name = "repetition",
	.help = "Any of the keys that are given makes it true; case and marks do not matter.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct repetition),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct repetition *repetition = condition->data;

	repetition->field = loader->field;
	condition->always = true;
	if (repetition->character || repetition->word || repetition->line)
		return OK;
	loader_error(loader, condition->node, "`repetition` needs `character`, `word` or `line`");
	return ERR_INVALID;
}

/* A run that is long enough: the first one found is the evidence. */
static bool character_run(struct span folded, int64_t least, struct range *out)
{
	uint32_t last = 0;
	int64_t run = 0;
	size_t from = 0;

	for (size_t at = 0; at < folded.len;) {
		size_t here = at;
		uint32_t c = utf8_next(folded, &at);

		if (run > 0 && c == last) {
			run++;
		} else {
			if (run >= least)
				break;
			run = char_info(c).flags & CHAR_SPACE ? 0 : 1;
			from = here;
			last = c;
		}
		*out = (struct range){(uint32_t)from, (uint32_t)at};
	}
	return run >= least;
}

static bool word_run(struct span folded, int64_t least, struct range *out)
{
	struct span last = {NULL, 0}, word;
	int64_t run = 0;
	size_t at = 0;

	while (segment_next_word(folded, &at, &word)) {
		uint32_t from = (uint32_t)(word.ptr - folded.ptr);

		if (run > 0 && span_eq(word, last)) {
			run++;
		} else {
			if (run >= least)
				break;
			run = 1;
			out->from = from;
			last = word;
		}
		out->to = from + (uint32_t)word.len;
	}
	return run >= least;
}

struct line {
	struct span text;
	int64_t times;
};

static struct span trim(struct span s)
{
	while (s.len && (unsigned char)s.ptr[0] <= ' ')
		s = span_sub(s, 1, s.len);
	while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
		s.len--;
	return s;
}

static size_t count_lines(struct span s)
{
	size_t lines = 1;

	for (size_t i = 0; i < s.len; i++)
		lines += s.ptr[i] == '\n';
	return lines;
}

/* Counts a line in the open-addressed table of a power of two of places, at most half full. */
static int64_t count_line(struct line *table, size_t mask, struct span text)
{
	for (size_t i = map_hash(text);; i++) {
		struct line *place = &table[i & mask];

		if (place->times == 0)
			place->text = text;
		else if (!span_eq(place->text, text))
			continue;
		return ++place->times;
	}
}

static bool line_again(struct scene *scene, struct span folded, int64_t least, struct range *out)
{
	size_t lines = count_lines(folded), places = 4;
	struct line *table;

	if ((int64_t)lines < least)
		return false;
	while (places < 2 * lines)
		places *= 2;
	table = arena_zalloc(scene->arena, places, sizeof(*table));
	if (!table) {
		scene->failed = true;
		return false;
	}
	for (size_t from = 0; from < folded.len;) {
		const char *end = memchr(folded.ptr + from, '\n', folded.len - from);
		size_t to = end ? (size_t)(end - folded.ptr) : folded.len;
		struct span line = trim(span_sub(folded, from, to));

		if (line.len && count_line(table, places - 1, line) >= least) {
			out->from = (uint32_t)(line.ptr - folded.ptr);
			out->to = out->from + (uint32_t)line.len;
			return true;
		}
		from = to + 1;
	}
	return false;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct repetition *repetition = condition->data;
	const struct text *text = scene->text(scene, repetition->field);
	struct span folded;
	struct range range = {0, 0};
	bool found = false;

	if (!text)
		return TRUTH_UNKNOWN;
	folded = text->folded.text;
	if (repetition->character && character_run(folded, repetition->character, &range))
		found = true;
	else if (repetition->word && word_run(folded, repetition->word, &range))
		found = true;
	else if (repetition->line && line_again(scene, folded, repetition->line, &range))
		found = true;
	if (found && !findings_counts_here(scene, repetition->field, range))
		found = false;
	if (found)
		findings_evidence(
			scene, repetition->field, range, (struct span){NULL, 0}, evidence);
	return truth_of(found);
}

const struct condition_kind condition_kind_repetition = {
	.name = "repetition",
	.help = "The same character, word or line comes again and again.",
	.example = "repetition: {character: 10, word: 5, line: 3}",
	.section = &section,
	.compile = compile,
	.test = test,
};
