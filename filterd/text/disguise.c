/*
 * Finding disguised words, and the view in which they are read.
 *
 * Ordinary words are never touched. A token is read only on evidence that somebody hides something:
 * a digit or sign among its letters (k1ll, sh!t), letters of several scripts (kіll), a letter three
 * times in a row (fuuuck), masks (f**k), something between the letters (f.u.c.k, fu-ck), or single
 * letters that stand apart (f u c k). And it is replaced only if all of it, up to an ending, reads
 * as a word of the lexicon. Links, addresses and hashtags are left alone.
 *
 * Work is linear in the text: evidence_next() finds where to look, a token is looked at once or
 * twice, and a reading takes a bounded number of steps for each character.
 */
#include "text/disguise.h"

#include "text/disguise_view.h"
#include "text/evidence.h"
#include "text/glued.h"
#include "text/masks.h"
#include "text/reading.h"
#include "text/tables.h"
#include "text/utf8.h"

#define STRETCHED 3 /* times that a letter stands in a row which nobody writes so */
#define ROW_SHORTEST 3 /* letters that stand apart */
#define SEPARATOR_MAX 12 /* bytes between two of them */
#define LONG_WORD 4 /* letters: of them most may be digits, or all of another script */
#define FEW_LETTERS 16 /* of another script, which do not make a text one of it */
#define BACK_MAX 64 /* bytes that a row may begin before its first evidence */

struct search {
	struct arena *arena;
	const struct lexicon *lexicon;
	struct span folded; /* what overrides turned round is turned back in it */
	size_t done; /* everything before is settled */
	size_t evidence, glued; /* the next places to look at; those before `done` are past */
	size_t row_tried; /* no row of letters need be looked for before here */
	struct replacement *first, **last;
	size_t grows; /* bytes that the replacements are long */
	size_t words;
	size_t spare; /* steps to lend to readings */
	bool failed; /* out of memory */
	enum {
		LATIN_UNKNOWN,
		LATIN_YES,
		LATIN_NO,
	} latin; /* what most letters of the text are */
	struct place places[PLACES_MAX];
	struct reading reading;
};

/* What a token's places add up to. */
struct sum {
	size_t letters, digits, signs, masks; /* how many characters are so */
	bool parted; /* something that is no letter stands between two letters */
	bool stretched;
	unsigned scripts; /* bit (1 << enum script) */
	bool look_alikes; /* letters of another script that look like Latin ones */
};

static unsigned flags_of(uint32_t c)
{
	return char_lookup(c).flags;
}

static bool is_space_at(struct span s, size_t at)
{
	return flags_of(utf8_next(s, &at)) & CHAR_SPACE;
}

/* --- replacements ----------------------------------------------------------------------------- */

/* Whether the reading says what stands there anyway. */
static bool is_as_written(const struct search *s, uint32_t from, uint32_t to)
{
	size_t at = from;

	for (size_t i = 0; i < s->reading.count; i++)
		if (at >= to || utf8_next(s->folded, &at) != s->reading.items[i].letter)
			return false;
	return at == to;
}

/* Keeps s->reading as what stands behind [from, to) of the folded text. */
static void replace(struct search *s, uint32_t from, uint32_t to)
{
	struct replacement *r = arena_zalloc(s->arena, 1, sizeof(*r));
	size_t room = 4 * s->reading.count;

	s->done = to;
	if (r) {
		r->bytes = arena_alloc(s->arena, room);
		r->map = arena_alloc(s->arena, room * sizeof(*r->map));
	}
	if (!r || !r->bytes || !r->map) {
		s->failed = true;
		return;
	}
	r->from = from;
	r->to = to;
	r->words = 1;
	for (size_t i = 0; i < s->reading.count; i++) {
		size_t len = utf8_put(s->reading.items[i].letter, r->bytes + r->len);

		r->words += s->reading.items[i].letter == ' ';
		while (len-- > 0)
			r->map[r->len++] = s->reading.items[i].from;
	}
	s->words += r->words;
	s->grows += r->len;
	*s->last = r;
	s->last = &r->next;
}

/*
 * Whether digits may stand for letters: no more of them than there are letters and signs, in a
 * longer word no more than three times as many.
 */
static bool has_few_digits(const struct sum *sum, size_t read)
{
	if (sum->digits <= sum->letters + sum->signs)
		return true;
	return read >= LONG_WORD && sum->digits <= 3 * sum->letters;
}

/* Whether what stands here may begin a word: a bracket there only opens one. */
static bool may_begin(const struct place *p)
{
	if (p->c == '(' || p->c == '[')
		return false;
	return (p->flags & (PLACE_LETTER | PLACE_DIGIT)) || p->letters;
}

/* Signs at either end that stand for nothing belong to the text around the word. */
static bool read_places(struct search *s, struct place *places, size_t count, const struct sum *sum,
	enum reading_kind kind)
{
	uint32_t from, to;

	while (count > 0 && !may_begin(&places[0])) {
		places++;
		count--;
	}
	if (count == 0 || !reading_find(s->lexicon, places, count, kind, &s->spare, &s->reading))
		return false;
	from = s->reading.items[0].from;
	to = s->reading.items[s->reading.count - 1].from;
	while (count > 0 && places[count - 1].from > to)
		count--;
	to = places[count - 1].to;
	if (is_as_written(s, from, to) || !has_few_digits(sum, s->reading.count))
		return false;
	replace(s, from, to);
	return true;
}

/* A word glued to others stands for all of them: only then it has the edges of a word. */
static bool read_glued(struct search *s, const struct place *places, size_t count)
{
	while (count > 0 && !(places[0].flags & (PLACE_LETTER | PLACE_DIGIT))) {
		places++;
		count--;
	}
	while (count > 0 && !(places[count - 1].flags & (PLACE_LETTER | PLACE_DIGIT)))
		count--;
	if (count == 0 || !reading_find_glued(s->lexicon, places, count, &s->reading))
		return false;
	if (is_as_written(s, places[0].from, places[count - 1].to))
		return false;
	replace(s, places[0].from, places[count - 1].to);
	return true;
}

/* The place behind the letters that begin at `from`. */
static size_t letters_end(const struct place *places, size_t count, size_t from)
{
	while (from < count && (places[from].flags & PLACE_LETTER))
		from++;
	return from;
}

/* Whether the places, as they are written, are a longer word that is asked for by itself. */
static bool is_asked_for(const struct lexicon *lexicon, const struct place *places, size_t count)
{
	uint32_t node = lexicon->root;
	size_t letters = 0;

	for (size_t i = 0; i < count; i++)
		for (uint32_t n = 0; n < places[i].run && node != TRIE_NONE; n++, letters++)
			node = trie_child(lexicon, node, places[i].c);
	return letters >= LONG_WORD && node != TRIE_NONE &&
	       (lexicon->nodes[node].ends & TRIE_ALONE);
}

/* Reads the places as they are written, but underscores as hyphens, which words end at. */
static bool read_parted(struct search *s, const struct place *places, size_t count)
{
	s->reading.count = 0;
	for (size_t i = 0; i < count; i++) {
		for (uint32_t n = 0; n < places[i].run; n++) {
			size_t item = s->reading.count++;

			if (item == READING_MAX)
				return false;
			s->reading.items[item].letter = places[i].c == '_' ? '-' : places[i].c;
			s->reading.items[item].from = n == 0 ? places[i].from : places[i].last;
		}
	}
	replace(s, places[0].from, places[count - 1].to);
	return true;
}

/* A word between underscores, which are parts of words to everybody else: hello_word. */
static bool read_underscored(struct search *s, const struct place *places, size_t count)
{
	for (size_t from = 0, to; from < count; from = to + 1) {
		size_t begin = from, end;

		to = end = letters_end(places, count, from);
		begin -= from > 0 && places[from - 1].c == '_';
		end += to < count && places[to].c == '_';
		if (end - begin > to - from && is_asked_for(s->lexicon, places + from, to - from))
			return read_parted(s, places + begin, end - begin);
	}
	return false;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* Whether a token ends before c: at a space, and where two words are joined rather than one hidden.
 */
static bool breaks_token(uint32_t c)
{
	if (c < 128 && strchr("'\",:;/\\=>`", (int)c)) /* NUL breaks one as well */
		return true;
	return flags_of(c) & CHAR_SPACE;
}

/* Reads the token at `from` into s->places; *end is behind it. Returns how many places, 0: none. */
static size_t read_token(struct search *s, size_t from, size_t *end)
{
	size_t count = 0, at = from;

	while (at < s->folded.len) {
		size_t start = at;
		uint32_t c = utf8_next(s->folded, &at);
		struct place *before = count > 0 ? &s->places[count - 1] : NULL;

		if (breaks_token(c)) {
			at = start;
			break;
		}
		if (before && before->c == c && count <= PLACES_MAX &&
			!(before->flags & PLACE_MASK) &&
			(before->flags & (PLACE_LETTER | PLACE_DIGIT | PLACE_SIGN))) {
			before->run++;
			before->last = (uint32_t)start;
			before->to = (uint32_t)at;
		} else if (count < PLACES_MAX) {
			s->places[count++] = place_of(c, (uint32_t)start, (uint32_t)at);
		} else {
			count = PLACES_MAX + 1; /* too long: go on to its end, but read nothing */
		}
	}
	*end = at;
	if (count > PLACES_MAX)
		return 0;
	masks_settle(s->places, count);
	return count;
}

static struct sum sum_up(const struct place *places, size_t count)
{
	struct sum sum = {0};
	bool after_letter = false, after_other = false;

	for (size_t i = 0; i < count; i++) {
		const struct place *p = &places[i];

		if (p->flags & PLACE_LETTER) {
			enum script script = char_lookup(p->c).script;

			sum.letters += p->run;
			sum.parted |= after_letter && after_other;
			sum.stretched |= p->run >= STRETCHED;
			sum.look_alikes |= p->c >= 128 && p->letters != 0;
			if (script != SCRIPT_COMMON)
				sum.scripts |= 1u << script;
			after_letter = true;
			after_other = false;
			continue;
		}
		after_other = true;
		sum.digits += p->flags & PLACE_DIGIT ? (p->run < STRETCHED ? p->run : 1) : 0;
		sum.signs += p->flags & PLACE_SIGN ? p->run : 0;
		sum.masks += after_letter && (p->flags & PLACE_MASK);
	}
	return sum;
}

/* Whether a token shows that it hides something, and enough letters to be read. */
static bool is_suspicious(const struct sum *sum)
{
	bool mixed = (sum->scripts & (sum->scripts - 1)) || sum->look_alikes;

	if (sum->letters == 0)
		return false;
	return sum->digits || sum->signs || sum->masks || sum->parted || sum->stretched || mixed;
}

/* Whether the text is written in Latin letters, or too short to tell. Counts them once. */
static bool is_latin_text(struct search *s)
{
	size_t latin = 0, others = 0;

	for (size_t at = 0; s->latin == LATIN_UNKNOWN && at < s->folded.len;) {
		struct char_info info = char_lookup(utf8_next(s->folded, &at));

		latin += (info.flags & CHAR_LETTER) && info.script == SCRIPT_LATIN;
		others += (info.flags & CHAR_LETTER) && info.script != SCRIPT_LATIN;
	}
	if (s->latin == LATIN_UNKNOWN)
		s->latin = latin >= others || others < FEW_LETTERS ? LATIN_YES : LATIN_NO;
	return s->latin == LATIN_YES;
}

/*
 * Words of one script that is not Latin are what they look like to those who read it; but longer
 * ones among Latin words may be meant for those who do not.
 */
static void forget_look_alikes(
	struct search *s, struct sum *sum, struct place *places, size_t count)
{
	const unsigned latin = 1u << SCRIPT_LATIN, scripts = sum->scripts;

	if (scripts == 0 || (scripts & latin) || (scripts & (scripts - 1)))
		return;
	if (count >= LONG_WORD && is_latin_text(s))
		return;
	sum->look_alikes = false;
	for (size_t i = 0; i < count; i++)
		if ((places[i].flags & PLACE_LETTER) && places[i].c >= 128)
			places[i].letters = 0;
}

static bool try_places(struct search *s, struct place *places, size_t count)
{
	struct sum sum = sum_up(places, count);

	forget_look_alikes(s, &sum, places, count);
	return is_suspicious(&sum) && read_places(s, places, count, &sum, READING_TOKEN);
}

/*
 * The token as a whole; else each part between its signs ("k1ll.him"); else a word glued to
 * others, or joined by underscores.
 */
static void try_token(struct search *s, size_t count)
{
	size_t from = 0, replaced = s->words;

	if (try_places(s, s->places, count))
		return;
	for (size_t i = 0; i <= count; i++) {
		if (i < count && ((s->places[i].flags & PLACE_LETTER) || s->places[i].letters))
			continue;
		if (i > from && i - from < count)
			try_places(s, s->places + from, i - from);
		from = i + 1;
	}
	if (s->words > replaced || (s->lexicon->glued_count > 0 && read_glued(s, s->places, count)))
		return;
	read_underscored(s, s->places, count);
}

/* --- rows of single letters --------------------------------------------------------------------
 */

enum row_kind {
	ROW_SPACES, /* f u c k: nothing but white space between the letters */
	ROW_SIGNS, /* f.u.c.k, f - u - c - k: one sign, or emoji of any kind */
};

/*
 * The end of the separator at `at`, or `at` if there is none of this kind. *sign is the sign of the
 * row: 0 before the first.
 */
static size_t separator_end(struct span s, size_t at, enum row_kind kind, uint32_t *sign)
{
	size_t from = at, seen = 0;

	while (at < s.len && at - from < SEPARATOR_MAX) {
		size_t next = at;
		uint32_t c = utf8_next(s, &next);
		unsigned flags = flags_of(c);

		if (!(flags & CHAR_SPACE)) {
			if (kind == ROW_SPACES || ((flags & CHAR_WORD) && c != '_'))
				break;
			if (flags & CHAR_EMOJI)
				c = 0x1F600; /* any emoji is like another */
			if (*sign != 0 && c != *sign)
				break;
			*sign = c;
			seen++;
		}
		at = next;
	}
	return kind == ROW_SIGNS && seen == 0 ? from : at;
}

/* Whether it can stand in a row of single letters; `sign` as in separator_end(). */
static bool is_row_letter(const struct place *p, enum row_kind kind, uint32_t sign)
{
	if (p->flags & (PLACE_LETTER | PLACE_DIGIT))
		return true;
	if (kind == ROW_SIGNS)
		return p->letters && sign != 0 && p->c != sign;
	return p->letters || (p->flags & PLACE_MASK);
}

/* Reads the row at `from` into s->places; *end is behind it. Returns how many letters it has. */
static size_t read_row(struct search *s, size_t from, enum row_kind kind, size_t *end)
{
	uint32_t sign = 0;
	size_t count = 0, at = from;

	*end = from;
	while (at < s->folded.len && count < PLACES_MAX) {
		size_t next = at, after;
		uint32_t c = utf8_next(s->folded, &next);
		struct place p = place_of(c, (uint32_t)at, (uint32_t)next);

		if (!is_row_letter(&p, kind, sign))
			break;
		after = separator_end(s->folded, next, kind, &sign);
		/* a letter that something else follows is part of a word, not of the row */
		if (after == next && next < s->folded.len) {
			size_t look = next;

			if (flags_of(utf8_next(s->folded, &look)) & CHAR_WORD)
				break;
		}
		s->places[count++] = p;
		*end = next;
		if (after == next)
			break;
		at = after;
	}
	return count;
}

static bool try_row(struct search *s, size_t from)
{
	static const enum reading_kind readings[] = {
		[ROW_SPACES] = READING_SPELT, [ROW_SIGNS] = READING_APART};

	for (enum row_kind kind = ROW_SPACES; kind <= ROW_SIGNS; kind++) {
		size_t end, count = read_row(s, from, kind, &end);
		struct sum sum = sum_up(s->places, count);

		if (count < ROW_SHORTEST || sum.letters < (count > ROW_SHORTEST ? 1 : 2))
			continue;
		forget_look_alikes(s, &sum, s->places, count);
		if (read_places(s, s->places, count, &sum, readings[kind]))
			return true;
		if (end > s->row_tried)
			s->row_tried = end;
	}
	return false;
}

/* --- the text --------------------------------------------------------------------------------- */

/* host.tld/path: letters, digits, dots and hyphens, two letters or more behind the last dot. */
static bool is_domain_with_path(struct span chunk)
{
	size_t dot = 0, at = 0;

	for (; at < chunk.len && chunk.ptr[at] != '/'; at++) {
		unsigned char c = (unsigned char)chunk.ptr[at];

		if (c == '.')
			dot = at;
		else if (c != '-' && (c >= 128 || !(flags_of(c) & CHAR_WORD)))
			return false;
	}
	return at < chunk.len && dot > 0 && at - dot > 2;
}

/* Whether [from, to), which holds no space, is a link, an e-mail address or a hashtag. */
static bool is_address(struct span folded, size_t from, size_t to)
{
	struct span chunk = span_sub(folded, from, to);
	const char *at;

	if (span_starts(chunk, SPAN("www.")) || memmem(chunk.ptr, chunk.len, "://", 3))
		return true;
	if (chunk.len > 1 && chunk.ptr[0] == '#')
		return true;
	if (is_domain_with_path(chunk))
		return true;
	at = memchr(chunk.ptr, '@', chunk.len);
	/* name@host.tld */
	return at && at > chunk.ptr && (flags_of((uint8_t)at[-1]) & CHAR_WORD) &&
	       memchr(at, '.', (size_t)(chunk.ptr + chunk.len - at));
}

static size_t chunk_end(struct span s, size_t at)
{
	while (at < s.len && !is_space_at(s, at))
		at += utf8_len((unsigned char)s.ptr[at]);
	return at;
}

/*
 * Settles everything from `from` up to the next space, and a row of letters that begins there; at
 * least one character.
 */
static void search_chunk(struct search *s, size_t from)
{
	size_t end = chunk_end(s->folded, from);

	if (end == from)
		utf8_next(s->folded, &end);
	if (is_address(s->folded, from, end)) {
		s->done = end;
		return;
	}
	while (from < end && !s->failed) {
		size_t token_end, count;

		if (from >= s->row_tried && try_row(s, from)) {
			from = s->done;
			continue;
		}
		count = read_token(s, from, &token_end);
		if (count > 0)
			try_token(s, count);
		if (token_end == from) /* it begins with what breaks tokens */
			utf8_next(s->folded, &token_end);
		from = token_end;
	}
	if (s->done < from)
		s->done = from;
}

/* The start of the chunk that ends at or goes on after `at`; nothing settled is in it. */
static size_t chunk_start(const struct search *s, size_t at)
{
	while (at > s->done) {
		size_t before = at;

		if (flags_of(utf8_prev(s->folded, &before)) & CHAR_SPACE)
			break;
		at = before;
	}
	return at;
}

/* Where to begin for evidence at `at`: at its chunk, or at single characters that stand before. */
static size_t begin_before(const struct search *s, size_t at)
{
	size_t from, gap, start, last;

	while ((s->folded.ptr[at] & 0xC0) == 0x80)
		at--;
	for (from = chunk_start(s, at);; from = start) {
		for (gap = last = from; last > s->done; gap = last) {
			if (!(flags_of(utf8_prev(s->folded, &last)) & CHAR_SPACE))
				break;
		}
		if (gap == from || gap <= s->done)
			return from;
		start = chunk_start(s, gap);
		last = gap;
		utf8_prev(s->folded, &last);
		if (start != last || at - start > BACK_MAX)
			return from;
	}
}

/* Places and reading are large, written before they are read, and not cleared. */
static void begin(struct search *s, const struct text *text, const struct lexicon *lexicon,
	struct span source, size_t evidence, size_t glued)
{
	s->arena = text->arena;
	s->lexicon = lexicon;
	s->folded = source;
	s->evidence = evidence;
	s->glued = glued;
	s->done = s->row_tried = 0;
	s->first = NULL;
	s->last = &s->first;
	s->grows = s->words = 0;
	s->spare = READING_SPARE;
	s->failed = false;
	s->latin = LATIN_UNKNOWN;
}

/* The next place to look at, at or after s->done. */
static size_t next_look(struct search *s)
{
	if (s->evidence < s->done)
		s->evidence = evidence_next(s->folded, s->done, s->latin != LATIN_NO);
	if (s->glued < s->done)
		s->glued = glued_next(s->lexicon, s->folded, s->done);
	return s->evidence < s->glued ? s->evidence : s->glued;
}

int disguise_find(struct text *text, const struct lexicon *lexicon)
{
	struct view source = text->folded;
	struct turned turned;
	struct search *s;
	size_t evidence, glued;

	if (lexicon_count(lexicon) == 0)
		return OK;
	if (override_find(text->arena, text->original, &source, &turned) != OK)
		return ERR_NOMEM;
	if (turned.count > 0)
		source = turned.view;
	evidence = evidence_next(source.text, 0, true);
	glued = glued_next(lexicon, source.text, 0);
	if (turned.count == 0 && evidence == source.text.len && glued == source.text.len)
		return OK;
	s = arena_alloc(text->arena, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	begin(s, text, lexicon, source.text, evidence, glued);
	for (size_t at = next_look(s); at < s->folded.len && !s->failed; at = next_look(s))
		search_chunk(s, begin_before(s, at));
	if (s->failed)
		return ERR_NOMEM;
	if (!s->first && turned.count == 0)
		return OK;
	return disguise_build(
		text, &(struct readings){&source, &turned, s->first, s->words, s->grows});
}
