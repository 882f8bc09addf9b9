/*
 * What lint asks of a regex: see regex_review.h.
 *
 * An attack repeats a piece that a repeat of the regex matches, behind what the regex needs before
 * it and before what it does not match: `(a+)+$` takes `a` and then `!`. Short texts show repeats
 * that cost exponentially, one as long as comments may be those that cost quadratically. Whether a
 * text is an attack is for the runner to say, by the limits that every comment has.
 */
#include "match/regex_review.h"

#include "base/clock.h"
#include "match/regex_tree.h"
#include "match/run.h"
#include "text/fold.h"
#include "text/utf8.h"

#include <time.h>

#define SHORT 512 /* [bytes] of a text on which no regex needs many steps */
#define LONGEST (16 * 1024) /* [bytes] of a text: what comments may have by default */
#define RUN_NS (20 * NS_PER_MS) /* most that one text is given */
#define RUN_CPU_NS                                                                                 \
	(5 * NS_PER_MS) /* of CPU that it must have taken: a busy machine proves nothing */
#define MEASURED 3 /* times that it must have taken that much */

_Static_assert(REGEX_ATTACK_STEPS == RUN_STEPS_MAX, "what is said is what is done");

static int64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* --- cost ------------------------------------------------------------------------------------- */

static const char comment[] =
	"the minister said on monday that salaries of teachers will be paid before the end of the "
	"month, but nobody believes it any more: we heard the same in march and in june. where "
	"does "
	"the money of 2 years go? read the report on page 14, then ask your member of parliament, "
	"and please do not forget the villages";

int64_t regex_cost_ns(struct span regex)
{
	enum { rounds = 5, times = 40 };
	const struct span text = {comment, sizeof(comment) - 1};
	struct runner runner = {0};
	pcre2_code *code = NULL;
	struct pattern_error error;
	int64_t best = INT64_MAX, unit = 1;

	if (regex_compile(regex, true, &code, &error) != OK)
		return 0;
	if (runner_init(&runner) != OK)
		best = 0;
	for (int round = 0; best && round < rounds; round++) {
		int64_t began = cpu_ns(), took;

		for (int i = 0; i < times; i++) {
			struct run_match match;
			size_t from = 0;

			while (runner_find(&runner, code, text, from, INT64_MAX, &match) ==
				RUN_FOUND)
				from = match.range.to;
		}
		took = (cpu_ns() - began) / times;
		best = took < best ? took : best;
		if (took > NS_PER_MS)
			break;
	}
	runner_free(&runner);
	pcre2_code_free(code);
	while (best / unit >= 100)
		unit *= 10;
	return (best + unit / 2) / unit * unit;
}

/* --- characters that a part matches ----------------------------------------------------------- */

#define SAMPLES_MAX 6

struct samples {
	uint32_t items[SAMPLES_MAX];
	size_t count;
};

/* What is tried where a class does not name its members. */
static const char candidates[] = "a bz19-!_\n.,/@#éاەآGA";

struct trying {
	struct arena *arena;
	bool original;
	bool failed; /* out of memory */
};

static bool is_folded(struct trying *t, uint32_t c)
{
	char bytes[4];
	struct span one = {bytes, utf8_put(c, bytes)}, folded;

	if (c < 0x80)
		return !(c >= 'A' && c <= 'Z');
	folded = fold_word(t->arena, one);
	t->failed |= !folded.ptr;
	return span_eq(folded, one);
}

static void add_sample(struct samples *to, uint32_t c)
{
	for (size_t i = 0; i < to->count; i++)
		if (to->items[i] == c)
			return;
	if (to->count < SAMPLES_MAX)
		to->items[to->count++] = c;
}

static bool matches(const pcre2_code *code, pcre2_match_data *data, uint32_t c)
{
	char bytes[4];
	size_t len = utf8_put(c, bytes);

	return pcre2_match(code, (PCRE2_SPTR)bytes, len, 0,
		       PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NO_UTF_CHECK, data, NULL) >= 0;
}

/* Adds those of the characters that the part matches, and that can stand in the text. */
static void add_matching(struct trying *t, const pcre2_code *code, pcre2_match_data *data,
	struct span characters, struct samples *to)
{
	for (size_t at = 0; at < characters.len;) {
		uint32_t c = utf8_next(characters, &at);

		if (matches(code, data, c) && (t->original || is_folded(t, c)))
			add_sample(to, c);
	}
}

/* A few characters that the node matches; none if it matches nothing in a folded text. */
static void sample(struct trying *t, const struct regex_node *node, struct samples *out)
{
	struct buf part = {0};
	pcre2_match_data *data;
	pcre2_code *code = NULL;
	struct pattern_error error;
	int rc = OK;

	out->count = 0;
	if (node->literal && !node->caseless) {
		if (t->original || is_folded(t, node->character))
			add_sample(out, node->character);
		return;
	}
	buf_str(&part, node->caseless ? "(?i)" : "");
	buf_span(&part, node->written);
	data = pcre2_match_data_create(1, NULL);
	t->failed |= part.failed || !data;
	if (!t->failed)
		rc = regex_compile(buf_content(&part), false, &code, &error);
	if (rc == OK && code) {
		struct span folded = fold_word(t->arena, node->written);

		t->failed |= !folded.ptr;
		add_matching(t, code, data, node->written, out);
		if (folded.ptr)
			add_matching(t, code, data, folded, out);
		add_matching(t, code, data, span_of(candidates), out);
	}
	t->failed |= rc == ERR_NOMEM;
	if (rc == ERR_INVALID) /* a part that means something in its place alone */
		add_sample(out, 'a');
	pcre2_code_free(code);
	pcre2_match_data_free(data);
	buf_free(&part);
}

/* --- what is never found ---------------------------------------------------------------------- */

/* The first part of one character that nothing folded matches; NULL: none. As deep as groups nest.
 */
static const struct regex_node *find_never(struct trying *t, const struct regex_node *node)
{
	const struct regex_node *found = NULL;
	struct samples samples;

	if (node->kind == REGEX_CHARACTER) {
		sample(t, node, &samples);
		/* An escape or a negated class may match what nobody thought to try. */
		if (samples.count == 0 && !t->failed &&
			(node->literal ||
				(node->written.ptr[0] == '[' && node->written.ptr[1] != '^')))
			return node;
	}
	for (const struct regex_node *in = node->first; in && !found; in = in->next)
		found = find_never(t, in);
	return found;
}

int regex_never(struct arena *arena, struct span regex, struct span *out)
{
	struct trying t = {.arena = arena};
	const struct regex_node *found;
	struct regex_node *tree;
	int rc = regex_tree(arena, regex, &tree);

	if (rc != OK)
		return rc;
	found = find_never(&t, tree);
	if (t.failed)
		return ERR_NOMEM;
	if (!found)
		return ERR_UNSUPPORTED;
	*out = found->written;
	return OK;
}

/* --- attacks ---------------------------------------------------------------------------------- */

struct attacker {
	struct trying trying;
	pcre2_code *code; /* owned */
	struct runner runner;
	int64_t end_ns;
	struct buf before; /* what the regex needs before the part that is looked at */
	struct buf whole; /* a line break, and a match */
	struct buf text; /* scratch */
	struct regex_attack *found;
	bool done;
};

static bool out_of_time(const struct attacker *a)
{
	return a->done || a->trying.failed || clock_mono_ns() >= a->end_ns;
}

#define REPEATS_SHOWN_MAX 64 /* of a repeat that must be there so often */

static void put_sample(struct attacker *a, const struct regex_node *node, unsigned variant,
	uint32_t least, struct buf *out);

/* One of the choices by the variant, which goes on with what is left of it. */
static void put_choice(struct attacker *a, const struct regex_node *node, unsigned variant,
	uint32_t least, struct buf *out)
{
	const struct regex_node *in = node->first;
	unsigned choices = 0;

	for (; in; in = in->next)
		choices++;
	in = node->first;
	for (unsigned i = choices ? variant % choices : 0; i > 0 && in; i--)
		in = in->next;
	if (in)
		put_sample(a, in, variant / choices, least, out);
}

/*
 * Appends a text that the node matches; `variant` tells which of several, `least` how often at
 * least a repeat is there.
 */
static void put_sample(struct attacker *a, const struct regex_node *node, unsigned variant,
	uint32_t least, struct buf *out)
{
	struct samples samples;
	const struct regex_node *in = node->first;
	uint32_t times = node->min > least ? node->min : least;

	/* Repeats of repeats of nothing would go on for ever. */
	if (out_of_time(a))
		return;
	switch (node->kind) {
	case REGEX_CHARACTER:
		sample(&a->trying, node, &samples);
		if (samples.count) {
			char bytes[4];
			size_t len = utf8_put(samples.items[variant % samples.count], bytes);

			buf_append(out, bytes, len);
		}
		break;
	case REGEX_SEQUENCE:
		for (; in; in = in->next)
			put_sample(a, in, variant, least, out);
		break;
	case REGEX_CHOICE:
		put_choice(a, node, variant, least, out);
		break;
	case REGEX_REPEAT:
		times = times < node->max ? times : node->max;
		for (uint32_t i = 0; i < times && i < REPEATS_SHOWN_MAX && out->len < 256; i++)
			put_sample(a, in, variant, least, out);
		break;
	case REGEX_NOTHING:
	case REGEX_UNKNOWN:
		break;
	}
}

/*
 * What the text costs [ns of CPU] if no number of steps ended it; not all of it if that is more
 * than RUN_CPU_NS. Some positions at a time are tried with as many steps as are bearable; with
 * fewer of them the calls themselves would cost half of RUN_CPU_NS.
 */
static int64_t full_cost(struct attacker *a)
{
	enum { positions = 16, asked = 16 }; /* the clock is asked after so many */
	struct span text = buf_content(&a->text);
	int64_t began = cpu_ns(), took = 0;
	unsigned searches = 0;

	pcre2_set_match_limit(a->runner.context, (1u << 29) / (uint32_t)(text.len + 1));
	for (size_t from = 0; from < text.len && took < RUN_CPU_NS; from += positions) {
		while (from < text.len && ((unsigned char)text.ptr[from] & 0xC0) == 0x80)
			from++;
		pcre2_set_offset_limit(a->runner.context, from + positions - 1);
		if (pcre2_match(a->code, (PCRE2_SPTR)text.ptr, text.len, from,
			    PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, a->runner.data,
			    a->runner.context) >= 0)
			break;
		if (++searches % asked == 0)
			took = cpu_ns() - began;
	}
	return cpu_ns() - began;
}

/*
 * Whether the text that was put together is an attack: a short one that takes too many steps, or a
 * long one that takes too much time. *took_ns is the latter's.
 */
static bool runs_away(struct attacker *a, int64_t *took_ns)
{
	struct run_match match;
	enum run_result result;

	*took_ns = 0;
	if (a->text.failed) {
		a->trying.failed = true;
		return false;
	}
	result = runner_find(
		&a->runner, a->code, buf_content(&a->text), 0, clock_mono_ns() + RUN_NS, &match);
	if (result != RUN_LIMIT && result != RUN_TIME)
		return false;
	if (a->text.len <= SHORT && result == RUN_LIMIT)
		return true;
	/* The least of some: what else the machine does only ever adds to it. */
	*took_ns = full_cost(a);
	for (int again = 1; again < MEASURED && *took_ns >= RUN_CPU_NS; again++) {
		int64_t took = full_cost(a);

		*took_ns = took < *took_ns ? took : *took_ns;
	}
	return *took_ns >= RUN_CPU_NS;
}

static void put_times(struct buf *out, struct span before, struct span piece, uint32_t times)
{
	buf_clear(out);
	buf_span(out, before);
	for (uint32_t i = 0; i < times; i++)
		buf_span(out, piece);
}

static void keep(struct attacker *a, struct span before, struct span piece, uint32_t times,
	struct span after, int64_t took_ns)
{
	struct arena *arena = a->trying.arena;

	*a->found = (struct regex_attack){
		.before = arena_copy(arena, before),
		.piece = arena_copy(arena, piece),
		.after = arena_copy(arena, after),
		.times = times,
		.took_ns = took_ns,
	};
	a->done = true;
}

/* Tries the piece, first short and then as long as a comment may be. */
static void try_piece(struct attacker *a, struct span before, struct span piece)
{
	/* With a whole match behind it nobody can tell at once that there is none. */
	const struct span afters[] = {SPAN("!"), SPAN(""), SPAN("\n!"), buf_content(&a->whole)};
	uint32_t longest = piece.len ? (uint32_t)(LONGEST / piece.len) : 0;
	const uint32_t times[] = {16, 24, 32, longest};

	for (size_t t = 0; t < ARRAY_LEN(times) && longest > 0; t++) {
		size_t len;

		put_times(&a->text, before, piece, times[t]);
		len = a->text.len;
		for (size_t i = 0; i < ARRAY_LEN(afters) && !out_of_time(a); i++) {
			int64_t took_ns;

			a->text.len = len;
			buf_span(&a->text, afters[i]);
			if (!runs_away(a, &took_ns))
				continue;
			keep(a, before, piece, times[t], afters[i], took_ns);
			return;
		}
	}
}

/* Where a number of them must be there: one too few, and much that is none. */
static void try_too_few(struct attacker *a, uint32_t needed, struct span piece)
{
	struct buf few = {0};
	int64_t took_ns;

	put_times(&few, buf_content(&a->before), piece,
		needed < REPEATS_SHOWN_MAX ? needed - 1 : REPEATS_SHOWN_MAX);
	a->trying.failed |= few.failed;
	put_times(&a->text, buf_content(&few), SPAN("!"), LONGEST / 2);
	if (few.len < LONGEST / 4 && runs_away(a, &took_ns))
		keep(a, buf_content(&few), SPAN("!"), LONGEST / 2, SPAN(""), took_ns);
	buf_free(&few);
}

/* Makes pieces of what a repeat holds, and of what follows it. */
static void attack_repeat(struct attacker *a, const struct regex_node *repeat)
{
	enum { variants = 4 };
	struct buf pieces[variants + 2] = {0};
	size_t count = 0;

	for (unsigned v = 0; v < variants; v++)
		put_sample(a, repeat->first, v, 1, &pieces[count++]);
	if (repeat->next) {
		put_sample(a, repeat->next, 0, 1, &pieces[count++]);
		put_sample(a, repeat->first, 0, 1, &pieces[count]);
		put_sample(a, repeat->next, 0, 1, &pieces[count++]);
	}
	for (size_t i = 0; i < count; i++) {
		bool known = pieces[i].len == 0;

		for (size_t k = 0; k < i && !known; k++)
			known = span_eq(buf_content(&pieces[k]), buf_content(&pieces[i]));
		a->trying.failed |= pieces[i].failed;
		if (!known && !out_of_time(a))
			try_piece(a, buf_content(&a->before), buf_content(&pieces[i]));
	}
	if (repeat->min > 2 && pieces[0].len && !out_of_time(a))
		try_too_few(a, repeat->min, buf_content(&pieces[0]));
	for (size_t i = 0; i < count; i++)
		buf_free(&pieces[i]);
}

/* Attacks each repeat below the node. As deep as groups nest. */
static void attack_below(struct attacker *a, const struct regex_node *node)
{
	size_t len = a->before.len;
	bool repeats = node->kind == REGEX_REPEAT && !node->keeps;

	if (out_of_time(a))
		return;
	if (repeats && (node->max == REGEX_NO_BOUND ||
			       (node->max > 2 && regex_has_unbounded(node->first))))
		attack_repeat(a, node);
	for (const struct regex_node *in = node->first; in && !out_of_time(a); in = in->next) {
		attack_below(a, in);
		if (node->kind == REGEX_SEQUENCE && a->before.len < LONGEST / 4)
			put_sample(a, in, 0, 0, &a->before);
	}
	a->before.len = len;
}

int regex_attack(struct arena *arena, struct span regex, bool original, int64_t budget_ns,
	struct regex_attack *out)
{
	struct attacker a = {
		.trying = {.arena = arena, .original = original},
		.end_ns = clock_mono_ns() + budget_ns,
		.found = out,
	};
	struct pattern_error error;
	struct regex_node *tree;
	int rc = regex_tree(arena, regex, &tree);

	if (rc != OK || !regex_has_unbounded(tree))
		return rc == OK ? ERR_UNSUPPORTED : rc;
	rc = regex_compile(regex, true, &a.code, &error);
	if (rc == OK)
		rc = runner_init(&a.runner);
	if (rc == OK) {
		buf_char(&a.whole, '\n');
		put_sample(&a, tree, 0, 1, &a.whole);
		attack_below(&a, tree);
	}
	if (rc == OK && (a.trying.failed || a.before.failed || a.whole.failed))
		rc = ERR_NOMEM;
	if (rc == OK && !a.done)
		rc = ERR_UNSUPPORTED;
	runner_free(&a.runner);
	pcre2_code_free(a.code);
	buf_free(&a.before);
	buf_free(&a.whole);
	buf_free(&a.text);
	return rc == ERR_INVALID ? ERR_UNSUPPORTED : rc;
}
