/* Regexes that cost much, run away, or hold what is never found. */
#include "rules/lint_parts.h"

#include "base/clock.h"
#include "match/regex_review.h"
#include "text/fold.h"
#include "text/utf8.h"

#define ATTACK_NS (20 * NS_PER_MS) /* for each regex that has a repeat without bound */
#define SHOWN_MAX 24 /* [bytes] of each part of a text that is shown */

/* A part of a text as people read it: line breaks and blanks would not be seen. */
static void put_shown(struct buf *out, struct span part)
{
	size_t at = 0;

	buf_char(out, '`');
	while (at < part.len && at < SHOWN_MAX) {
		size_t from = at;
		uint32_t c = utf8_next(part, &at);

		if (c == '\n')
			buf_str(out, "\\n");
		else if (c < ' ')
			buf_printf(out, "\\x%02X", c);
		else
			buf_span(out, span_sub(part, from, at));
	}
	buf_str(out, at < part.len ? "…`" : "`");
}

/* "`ab`, then `a` 24 times, then `!`" */
static void put_attack(struct buf *out, const struct regex_attack *attack)
{
	if (attack->before.len) {
		put_shown(out, attack->before);
		buf_str(out, ", then ");
	}
	put_shown(out, attack->piece);
	buf_printf(out, " %u times", attack->times);
	if (attack->after.len) {
		buf_str(out, ", then ");
		put_shown(out, attack->after);
	}
}

static void say_attack(struct lint *lint, struct place place, const struct regex_attack *attack)
{
	struct buf text = {0};

	put_attack(&text, attack);
	if (attack->took_ns)
		buf_printf(&text, ": more than %lld ms", (long long)(attack->took_ns / NS_PER_MS));
	else
		buf_printf(&text, ": more than %d steps", REGEX_ATTACK_STEPS);
	lint->failed |= text.failed;
	if (!text.failed && lint_say(lint, LINT_CATASTROPHIC, place, "this regex runs away on %.*s",
				    SPAN_ARGS(buf_content(&text))))
		errors_hint(lint->errors, "bound its repeats, such as {1,20} instead of +");
	buf_free(&text);
}

static void check_repeats(struct lint *lint, const struct pattern_origin *p,
	const struct pattern_info *info, struct place place)
{
	struct regex_attack attack;
	int rc = regex_attack(
		lint->arena, info->regex, p->written == WRITTEN_ORIGINAL, ATTACK_NS, &attack);

	lint->failed |= rc == ERR_NOMEM;
	if (rc == OK)
		say_attack(lint, place, &attack);
	else if (info->unbounded && lint_say(lint, LINT_NESTED_REPEAT, place,
					    "a repeat inside a repeat can take very long"))
		errors_hint(lint->errors, "bound one of them, such as {1,20} instead of +");
}

static void check_folded(struct lint *lint, const struct pattern_origin *p, struct span regex)
{
	struct span part, folded;
	int rc = regex_never(lint->arena, regex, &part);
	struct place place;

	lint->failed |= rc == ERR_NOMEM;
	if (rc != OK)
		return;
	place = yaml_place_inside(p->source, p->node, (size_t)(part.ptr - regex.ptr));
	if (!lint_say(lint, LINT_NEVER_MATCHES, place, "`%.*s` is never found: texts are folded",
		    SPAN_ARGS(part)))
		return;
	folded = fold_word(lint->arena, part);
	if (folded.len && part.ptr[0] != '\\')
		errors_hint(lint->errors, "write `%.*s`, or use `on: original`", SPAN_ARGS(folded));
	else
		errors_hint(lint->errors, "use `on: original`");
}

static void check_cost(struct lint *lint, struct span regex, struct place place)
{
	int64_t ns;

	if (!lint_first(lint, LINT_NO_LITERAL, place))
		return;
	ns = regex_cost_ns(regex);
	errors_add(lint->errors, SEVERITY_WARNING, place,
		"this regex is run on every comment, for about %lld ns: it needs no text that "
		"could "
		"be looked up",
		(long long)ns);
	lint_mark(lint->errors, LINT_NO_LITERAL);
	errors_hint(lint->errors, "three letters in a row that must occur make it cheap");
}

static void check_regex(struct lint *lint, const struct pattern_origin *p)
{
	struct place place = yaml_place(p->source, p->node);
	struct pattern_info info;

	if (matcher_describe(lint->set->matchers[p->field], p->id, lint->arena, &info) != OK)
		lint->load->nomem = true;
	if (info.matches_empty &&
		lint_say(lint, LINT_MATCHES_EMPTY, place, "this regex also matches nothing at all"))
		errors_hint(lint->errors, "such matches do not count: use + instead of *");
	if (info.literals_count == 0)
		check_cost(lint, info.regex, place);
	if (p->written == WRITTEN_REGEX)
		check_folded(lint, p, info.regex);
	check_repeats(lint, p, &info, place);
}

int lint_patterns(struct lint *lint)
{
	for (int f = 0; f < FIELD_COUNT; f++) {
		for (size_t i = 0; i < lint->places_count[f] && !lint->failed; i++) {
			const struct pattern_origin *p = lint->places[f][i];

			if (p && p->written >= WRITTEN_REGEX)
				check_regex(lint, p);
		}
	}
	return lint->failed ? ERR_NOMEM : OK;
}
