/* A set of rule indexes that gives them back in ascending order: see picks.h. */
#include "moderate/picks.h"

#include "moderate/stage.h"

#include <stdlib.h>

static size_t words_for(size_t bits)
{
	return (bits + 63) / 64;
}

int picks_reset(struct picks *picks, size_t count)
{
	uint32_t index;

	/* Nearly always empty already: whoever fills it takes everything out again. */
	picks->next = 0;
	while (picks_take(picks, &index))
		continue;
	picks->next = 0;
	if (count > picks->capacity) {
		size_t capacity = words_for(count) * 64;
		uint64_t *bits = calloc(words_for(capacity), sizeof(*bits));
		uint64_t *summary = calloc(words_for(words_for(capacity)), sizeof(*summary));

		if (!bits || !summary) {
			free(bits);
			free(summary);
			return ERR_NOMEM;
		}
		free(picks->bits);
		free(picks->summary);
		picks->bits = bits;
		picks->summary = summary;
		picks->capacity = capacity;
	}
	return OK;
}

void picks_add(struct picks *picks, uint32_t index)
{
	size_t word = index / 64;

	picks->bits[word] |= UINT64_C(1) << (index % 64);
	picks->summary[word / 64] |= UINT64_C(1) << (word % 64);
	if (word / 64 < picks->next)
		picks->next = word / 64;
}

bool picks_take(struct picks *picks, uint32_t *out)
{
	size_t last = words_for(words_for(picks->capacity));

	while (picks->next < last && picks->summary[picks->next] == 0)
		picks->next++;
	if (picks->next == last)
		return false;

	uint64_t *summary = &picks->summary[picks->next];
	size_t word = picks->next * 64 + (size_t)__builtin_ctzll(*summary);

	*out = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(picks->bits[word]));
	picks->bits[word] &= picks->bits[word] - 1;
	if (picks->bits[word] == 0)
		*summary &= *summary - 1;
	return true;
}

void picks_free(struct picks *picks)
{
	free(picks->bits);
	free(picks->summary);
	*picks = (struct picks){0};
}

/* --- the rules of a comment ---------------------------------------------------------------------
 */

static void add_triggered(
	struct picks *picks, const struct stage *stage, enum field field, uint32_t pattern)
{
	size_t count;
	const uint32_t *rules = ruleset_triggered(stage->set, field, pattern, &count);

	for (size_t i = 0; i < count; i++)
		picks_add(picks, rules[i]);
}

static void add_field(struct picks *picks, const struct stage *stage, enum field field)
{
	const struct stage_field *f = &stage->fields[field];
	const uint32_t *candidates;
	size_t count;

	if (f->too_long && f->matcher) {
		/* Not scanned: each of its patterns might match. */
		for (uint32_t p = 0; p < matcher_count(f->matcher); p++)
			add_triggered(picks, stage, field, p);
		return;
	}
	if (!f->scanned)
		return;
	candidates = scan_candidates(f->scan, &count);
	for (size_t i = 0; i < count; i++)
		add_triggered(picks, stage, field, candidates[i]);
}

int picks_fill(struct picks *picks, const struct stage *stage)
{
	const struct rule *rules;
	size_t total = ruleset_rules(stage->set, &rules), count;
	const uint32_t *always = ruleset_always(stage->set, &count);

	if (picks_reset(picks, total) != OK)
		return ERR_NOMEM;
	if (stage->options->everything) {
		for (size_t i = 0; i < total; i++)
			picks_add(picks, (uint32_t)i);
		return OK;
	}
	for (size_t i = 0; i < count; i++)
		picks_add(picks, always[i]);
	for (enum field f = 0; f < FIELD_COUNT; f++)
		add_field(picks, stage, f);
	return OK;
}
