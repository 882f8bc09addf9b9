/*
 * Fuzz target: the bytes are a regex, or (after a `p`) a phrase, and lint looks at it.
 *
 * The first byte tells: `r` a regex on folded text, `o` one on the original, `p` a phrase. What
 * lint says must be text, and parts of the regex must lie in it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "match/regex_review.h"
#include "text/utf8.h"

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(struct span text)
{
	size_t bad;

	check(utf8_valid(text, &bad));
}

static void review_regex(struct arena *arena, struct span regex, bool original)
{
	struct matcher_builder *builder = matcher_builder_new(arena);
	struct pattern_options options = {.original = original};
	struct regex_attack attack;
	struct pattern_error error;
	struct matcher *matcher;
	struct span part;
	uint32_t id;
	int rc;

	if (!builder)
		return;
	rc = matcher_add_regex(builder, regex, options, &id, &error);
	if (matcher_build(builder, &matcher) == OK)
		matcher_free(matcher);
	if (rc != OK)
		return;
	if (regex_never(arena, regex, &part) == OK)
		check(part.len > 0 && part.ptr >= regex.ptr &&
			part.ptr + part.len <= regex.ptr + regex.len);
	if (regex_attack(arena, regex, original, 2 * NS_PER_MS, &attack) != OK)
		return;
	check(attack.times > 0 && attack.piece.len > 0);
	check_text(attack.before);
	check_text(attack.piece);
	check_text(attack.after);
}

static void take(void *context, const struct phrase_alternative *alternative)
{
	const struct span *phrase = context;

	check(alternative->offset < phrase->len && alternative->text.len > 0);
	check_text(alternative->text);
}

static void review_phrase(struct arena *arena, struct span written)
{
	struct pattern_error error;
	struct phrase *phrase;
	struct buf text = {0};
	bool plain;

	if (phrase_parse(arena, written, NULL, &phrase, &error) != OK)
		return;
	phrase_alternatives(arena, phrase, take, &written);
	phrase_shortest(phrase, &text, &plain);
	check(text.len > 0);
	check_text(buf_content(&text));
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = {(const char *)data, size};
	struct arena arena;

	if (size < 2)
		return 0;
	arena_init(&arena, 0);
	if (data[0] == 'p')
		review_phrase(&arena, span_sub(all, 1, size));
	else
		review_regex(&arena, span_sub(all, 1, size), data[0] == 'o');
	arena_free(&arena);
	return 0;
}
