/*
 * Using a matcher: one pass over a text for the candidates, each confirmed when it is asked for.
 *
 * What the pass sees of words patterns is kept as sightings, a list for each pattern, and confirmed
 * by comparing; phrases and regexes are only noted as candidates. A phrase is walked by its program
 * (program.h) and a regex run with PCRE2. The plain way is the same but for two things: every
 * pattern is a candidate, and all of them are run with PCRE2.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "match/pattern.h"
#include "match/run.h"

#define UNREAD_MAX 16 /* patterns run by PCRE2 between two looks at the clock */
#define LONG_TEXT 1024 /* [bytes] of a text where the clock is read for each */
#define SIGHTINGS_MAX (256 * 1024) /* of one text; a pattern that has more is run with PCRE2 */

/* What is known of a pattern on the present text. */
struct finding {
	uint32_t run; /* the run it belongs to; of any other, nothing is known yet */
	uint32_t sighting; /* the newest, or NO_SIGHTING */
	const struct hit *hits;
	uint8_t hits_count;
	uint8_t truth;
	uint8_t fault;
	bool candidate;
	bool found; /* truth, fault and hits are there */
	bool crowded; /* it had more sightings than are kept */
};

/* An entry's literal was seen. */
struct sighting {
	uint32_t next; /* the one before, of the same pattern */
	uint32_t entry; /* in order of precedence */
	uint32_t from; /* [bytes] of the view: the literal */
	uint32_t to; /* its end, if that is the entry and nothing more has to be compared; else 0 */
	uint32_t view; /* enum view_kind */
};

#define NO_SIGHTING UINT32_MAX

struct scan {
	const struct matcher *matcher;
	const struct text *text;
	struct scan_limits limits;
	struct runner runner;
	struct arena arena; /* hits of the present text */
	struct runs
		view_runs[VIEW_COUNT]; /* of the present text's views; no items: not found yet */
	struct finding *findings; /* owned; one for each pattern */
	size_t findings_room;
	uint32_t run; /* counts runs */
	int64_t now_ns; /* the clock when it was last read */
	unsigned unread; /* patterns run since */
	struct run_set runs; /* of the view being passed over */
	bool plain;
	bool failed; /* out of memory */
	enum view_kind view; /* the one being passed over */
	struct sighting *sightings; /* owned */
	size_t sightings_count, sightings_room;
	uint32_t *candidates; /* owned */
	size_t candidates_count, candidates_room;
	/* The plain way's regexes of words patterns: compiled on first use, for this matcher. */
	const struct matcher *compiled_for;
	int64_t compiled_for_ns; /* its made_ns: another may have taken its address */
	struct compiled *compiled; /* owned; one for each pattern */
	size_t compiled_count;
};

/* A words pattern as PCRE2 sees it: its entries in chunks, in order of precedence. */
struct compiled {
	pcre2_code **chunks;
	size_t count;
};

struct scan *scan_new(void)
{
	struct scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return NULL;
	arena_init(&scan->arena, 0);
	if (runner_init(&scan->runner) != OK) {
		free(scan);
		return NULL;
	}
	return scan;
}

static void free_compiled(struct scan *scan)
{
	for (size_t i = 0; i < scan->compiled_count; i++) {
		for (size_t k = 0; k < scan->compiled[i].count; k++)
			pcre2_code_free(scan->compiled[i].chunks[k]);
		free(scan->compiled[i].chunks);
	}
	free(scan->compiled);
	scan->compiled = NULL;
	scan->compiled_count = 0;
	scan->compiled_for = NULL;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	free_compiled(scan);
	runner_free(&scan->runner);
	arena_free(&scan->arena);
	free(scan->findings);
	free(scan->sightings);
	free(scan->candidates);
	free(scan);
}

/* --- candidates ------------------------------------------------------------------------------- */

/* What is known of the pattern, begun anew for the present text. */
static struct finding *finding_of(struct scan *scan, uint32_t id)
{
	struct finding *f = &scan->findings[id];

	if (f->run != scan->run)
		*f = (struct finding){.run = scan->run, .sighting = NO_SIGHTING};
	return f;
}

/* Makes room in a growing array of the scan. */
static bool grow(void **items, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 256;
	void *bigger = realloc(*items, more * size);

	if (!bigger)
		return false;
	*items = bigger;
	*room = more;
	return true;
}

static bool add_candidate(struct scan *scan, struct finding *f, uint32_t id)
{
	if (f->candidate)
		return true;
	if (scan->candidates_count == scan->candidates_room &&
		!grow((void **)&scan->candidates, &scan->candidates_room,
			sizeof(*scan->candidates)))
		return false;
	__builtin_prefetch(&scan->matcher->patterns[id]);
	f->candidate = true;
	scan->candidates[scan->candidates_count++] = id;
	return true;
}

/*
 * Whether an entry that is a whole run stands at the sight without further comparing: the run is
 * cut out of ASCII, and no apostrophe precedes.
 */
static bool is_plain_sight(struct span text, const struct sight *sight)
{
	char before = sight->from > 0 ? text.ptr[sight->from - 1] : ' ';
	char after = sight->to < text.len ? text.ptr[sight->to] : ' ';

	return !((unsigned char)before & 0x80) && !((unsigned char)after & 0x80) && before != '\'';
}

static bool add_sighting(struct scan *scan, struct finding *f, const struct posting *posting,
	const struct sight *sight)
{
	const struct view *view =
		scan->view == VIEW_FOLDED ? &scan->text->folded : &scan->text->disguised;
	bool sure = posting->whole && is_plain_sight(view->text, sight);

	if (scan->sightings_count == SIGHTINGS_MAX) {
		f->crowded = true;
		return true;
	}
	if (scan->sightings_count == scan->sightings_room &&
		!grow((void **)&scan->sightings, &scan->sightings_room, sizeof(*scan->sightings)))
		return false;
	scan->sightings[scan->sightings_count] = (struct sighting){f->sighting, posting->entry,
		sight->from, sure ? sight->to : 0, (uint32_t)scan->view};
	f->sighting = (uint32_t)scan->sightings_count++;
	return true;
}

/* Called by the index. */
static bool note(void *context, const struct sight *sight)
{
	struct scan *scan = context;

	for (size_t i = 0; i < sight->postings_count; i++) {
		const struct posting *p = &sight->postings[i];
		struct finding *f;

		if (scan->view == VIEW_DISGUISED && !p->disguised)
			continue;
		f = finding_of(scan, p->pattern);
		scan->failed = !add_candidate(scan, f, p->pattern) ||
			       (p->entry != POSTING_NO_ENTRY && !add_sighting(scan, f, p, sight));
		if (scan->failed)
			return false;
	}
	return true;
}

/* Passes over one view; patterns that lack something there are no candidates for its sake. */
static void pass_over(struct scan *scan, enum view_kind kind, struct span text)
{
	const struct matcher *m = scan->matcher;
	size_t kept = scan->candidates_count, count;

	scan->view = kind;
	index_scan(m->index, text, &scan->runs, note, scan);
	count = scan->candidates_count;
	for (size_t i = kept; i < count; i++) {
		uint32_t id = scan->candidates[i];

		if (pattern_lacks(m, &m->patterns[id], &scan->runs)) {
			scan->findings[id].candidate = false;
			continue;
		}
		scan->candidates[kept++] = id;
		/* It will be run soon, and is far away in memory. */
		__builtin_prefetch(m->patterns[id].code);
	}
	scan->candidates_count = kept;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Few as they mostly are, they are sorted by insertion. */
static void sort_ids(uint32_t *ids, size_t count)
{
	if (count > 32) {
		qsort(ids, count, sizeof(*ids), compare_ids);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		uint32_t id = ids[i];
		size_t at = i;

		for (; at > 0 && ids[at - 1] > id; at--)
			ids[at] = ids[at - 1];
		ids[at] = id;
	}
}

/* Starts over with another text. False when out of memory. */
static bool begin(struct scan *scan, const struct matcher *matcher, const struct text *text,
	const struct scan_limits *limits, bool plain)
{
	if (scan->findings_room < matcher->count) {
		free(scan->findings);
		scan->findings_room = 0;
		scan->findings = calloc(matcher->count, sizeof(*scan->findings));
		if (!scan->findings)
			return false;
		scan->findings_room = matcher->count;
		scan->run = 0;
	}
	if (++scan->run == 0) { /* so many texts that the count begins anew */
		memset(scan->findings, 0, scan->findings_room * sizeof(*scan->findings));
		scan->run = 1;
	}
	arena_reset(&scan->arena);
	memset(scan->view_runs, 0, sizeof(scan->view_runs));
	scan->matcher = matcher;
	scan->text = text;
	scan->limits = *limits;
	scan->now_ns = clock_mono_ns();
	scan->unread = 0;
	scan->plain = plain;
	scan->failed = false;
	scan->sightings_count = 0;
	scan->candidates_count = 0;
	return true;
}

int scan_run(struct scan *scan, const struct matcher *matcher, const struct text *text,
	const struct scan_limits *limits)
{
	if (!begin(scan, matcher, text, limits, false))
		return ERR_NOMEM;
	for (size_t i = 0; i < matcher->always_count; i++)
		if (!add_candidate(scan, finding_of(scan, matcher->always[i]), matcher->always[i]))
			return ERR_NOMEM;
	pass_over(scan, VIEW_FOLDED, text->folded.text);
	if (!scan->failed && text->disguised.text.ptr)
		pass_over(scan, VIEW_DISGUISED, text->disguised.text);
	if (scan->failed)
		return ERR_NOMEM;
	sort_ids(scan->candidates, scan->candidates_count);
	return OK;
}

int scan_run_plain(struct scan *scan, const struct matcher *matcher, const struct text *text,
	const struct scan_limits *limits)
{
	if (!begin(scan, matcher, text, limits, true))
		return ERR_NOMEM;
	for (uint32_t id = 0; id < matcher->count; id++)
		if (!add_candidate(scan, finding_of(scan, id), id))
			return ERR_NOMEM;
	return OK;
}

const uint32_t *scan_candidates(const struct scan *scan, size_t *count)
{
	*count = scan->candidates_count;
	return scan->candidates;
}

/* --- hits ------------------------------------------------------------------------------------- */

/* The hits of one pattern while it is looked for. */
struct search {
	struct scan *scan;
	const struct pattern *pattern;
	uint32_t id;
	int64_t end_ns;
	struct hit hits[2 * HITS_MAX]; /* of each view at most HITS_MAX */
	size_t count;
	enum scan_fault fault;
};

static const struct view *view_of(
	const struct text *text, enum view_kind kind, struct view *original)
{
	if (kind == VIEW_FOLDED)
		return &text->folded;
	if (kind == VIEW_DISGUISED)
		return &text->disguised;
	*original = (struct view){.text = text->original};
	return original;
}

/* Whether the range of the disguised view touches a word that was disguised. */
static bool is_decoded(const struct text *text, struct range range)
{
	size_t low = 0, high = text->decoded_count;

	/* The first that ends after the range begins. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (text->decoded[middle].to <= range.from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < text->decoded_count && text->decoded[low].from < range.to;
}

static void add_hit(struct search *s, enum view_kind kind, struct range range, struct span entry)
{
	const struct text *text = s->scan->text;
	struct view original;
	const struct view *view = view_of(text, kind, &original);
	struct hit *hit = &s->hits[s->count++];

	*hit = (struct hit){.view = kind,
		.in_view = range,
		.in_original = view_original_range(view, text->original, range.from, range.to),
		.entry = entry,
		.disguised = kind == VIEW_DISGUISED && is_decoded(text, range)};
}

static bool overlap(struct range a, struct range b)
{
	return a.from < b.to && b.from < a.to;
}

static int compare_hits(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->in_original.from != y->in_original.from)
		return x->in_original.from < y->in_original.from ? -1 : 1;
	return (x->in_original.to > y->in_original.to) - (x->in_original.to < y->in_original.to);
}

/*
 * Drops hits of the disguised view where the folded one has a hit already, and brings the rest
 * into order. `folded` hits come first.
 */
static void merge_hits(struct search *s, size_t folded)
{
	size_t kept = folded;

	for (size_t i = folded; i < s->count; i++) {
		bool there = false;

		for (size_t k = 0; k < kept && !there; k++)
			there = overlap(s->hits[k].in_original, s->hits[i].in_original);
		if (!there)
			s->hits[kept++] = s->hits[i];
	}
	if (kept > 1)
		qsort(s->hits, kept, sizeof(s->hits[0]), compare_hits);
	s->count = kept < HITS_MAX ? kept : HITS_MAX;
}

/* --- words, by comparing ---------------------------------------------------------------------- */

/* Where an entry was found. */
struct place {
	struct range range;
	uint32_t entry; /* in order of precedence */
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->range.from != y->range.from)
		return x->range.from < y->range.from ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

/* The places of all sightings in a view that hold, unordered. NULL when out of memory. */
static struct place *confirm_sightings(
	struct search *s, struct span text, enum view_kind kind, size_t *count)
{
	const struct scan *scan = s->scan;
	uint32_t first = scan->findings[s->id].sighting;
	size_t room = 0;
	struct place *places;

	for (uint32_t i = first; i != NO_SIGHTING; i = scan->sightings[i].next)
		room += scan->sightings[i].view == (uint32_t)kind;
	places = arena_alloc(&s->scan->arena, room * sizeof(*places));
	*count = 0;
	for (uint32_t i = first; i != NO_SIGHTING && places; i = scan->sightings[i].next) {
		const struct sighting *seen = &scan->sightings[i];
		struct place *place = &places[*count];

		if (seen->view != (uint32_t)kind)
			continue;
		place->entry = seen->entry;
		place->range = (struct range){seen->from, seen->to};
		if (seen->to > 0 || entry_at(&s->pattern->compiled[seen->entry], text, seen->from,
					    &place->range))
			++*count;
	}
	return places;
}

static void find_sighted(struct search *s, enum view_kind kind)
{
	struct view original;
	struct span text = view_of(s->scan->text, kind, &original)->text;
	struct place *places;
	size_t count, before = s->count;
	uint32_t end = 0;

	places = confirm_sightings(s, text, kind, &count);
	if (!places) {
		s->fault = SCAN_INTERNAL;
		return;
	}
	if (count > 1)
		qsort(places, count, sizeof(*places), compare_places);
	for (size_t i = 0; i < count && s->count - before < HITS_MAX; i++) {
		if (places[i].range.from < end)
			continue;
		add_hit(s, kind, places[i].range, s->pattern->entries[places[i].entry]);
		end = places[i].range.to;
	}
}

/* --- by PCRE2 --------------------------------------------------------------------------------- */

static bool compile_phrase(const struct pattern *p, struct compiled *out)
{
	struct pattern_error error;
	struct buf regex = {0};
	bool done;

	out->chunks = calloc(1, sizeof(*out->chunks));
	if (!out->chunks)
		return false;
	out->count = 1;
	pattern_print_regex(p, &regex);
	done = !regex.failed &&
	       regex_compile(buf_content(&regex), true, &out->chunks[0], &error) == OK;
	buf_free(&regex);
	return done;
}

static bool compile_chunks(const struct pattern *p, struct compiled *out)
{
	size_t count = (p->entries_count + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
	struct phrase_sequence part[CHUNK_ENTRIES];
	struct pattern_error error;
	struct buf text = {0};
	bool ok = true;

	out->chunks = calloc(count, sizeof(*out->chunks));
	if (!out->chunks)
		return false;
	out->count = count;
	for (size_t i = 0; i < count && ok; i++) {
		size_t from = i * CHUNK_ENTRIES, n = p->entries_count - from;

		n = n < CHUNK_ENTRIES ? n : CHUNK_ENTRIES;
		memcpy(part, p->sequences + from, n * sizeof(*part));
		for (size_t k = 0; k < n; k++)
			part[k].next = k + 1 < n ? &part[k + 1] : NULL;
		buf_clear(&text);
		phrase_print_choice(part, &text);
		ok = !text.failed &&
		     regex_compile(buf_content(&text), true, &out->chunks[i], &error) == OK;
	}
	buf_free(&text);
	return ok;
}

/* The regexes of a pattern. NULL when they could not be had. */
static pcre2_code *const *codes_of(struct search *s, size_t *count)
{
	struct scan *scan = s->scan;
	const struct matcher *m = scan->matcher;
	struct compiled *compiled;

	*count = 1;
	if (s->pattern->code)
		return &s->pattern->code;
	if (scan->compiled_for != m || scan->compiled_for_ns != m->made_ns) {
		free_compiled(scan);
		scan->compiled = calloc(m->count, sizeof(*scan->compiled));
		if (!scan->compiled)
			return NULL;
		scan->compiled_count = m->count;
		scan->compiled_for = m;
		scan->compiled_for_ns = m->made_ns;
	}
	compiled = &scan->compiled[s->id];
	if (!compiled->chunks &&
		!(s->pattern->kind == PATTERN_WORDS ? compile_chunks(s->pattern, compiled)
						    : compile_phrase(s->pattern, compiled)))
		return NULL;
	*count = compiled->count;
	return compiled->chunks[compiled->count - 1] ? compiled->chunks : NULL;
}

static enum scan_fault fault_of(const struct search *s, enum run_result result)
{
	switch (result) {
	case RUN_NONE:
	case RUN_FOUND:
		return SCAN_OK;
	case RUN_LIMIT:
		return SCAN_REGEX_LIMIT;
	case RUN_TIME:
		return s->end_ns == s->scan->limits.deadline_ns ? SCAN_DEADLINE : SCAN_REGEX_LIMIT;
	default:
		return SCAN_INTERNAL;
	}
}

/* The first match at or after `from`; of several codes' matches at one place, the first code's. */
static bool find_next(struct search *s, pcre2_code *const *codes, size_t count, struct span text,
	size_t from, struct run_match *out)
{
	bool found = false;

	*out = (struct run_match){0};
	for (size_t i = 0; i < count && s->fault == SCAN_OK; i++) {
		struct run_match match;
		enum run_result result =
			runner_find(&s->scan->runner, codes[i], text, from, s->end_ns, &match);

		s->fault = fault_of(s, result);
		if (result == RUN_FOUND && (!found || match.range.from < out->range.from)) {
			*out = match;
			found = true;
		}
	}
	return found && s->fault == SCAN_OK;
}

/* What the hit reports: the entry that the mark numbers, or the phrase. */
static struct span entry_of(const struct pattern *p, struct span mark)
{
	size_t number = 0;

	if (p->kind == PATTERN_REGEX)
		return (struct span){NULL, 0};
	for (size_t i = 0; i < mark.len; i++)
		number = number * 10 + (size_t)(mark.ptr[i] - '0');
	if (mark.len == 0 || number >= p->entries_count)
		return p->written;
	return p->kind == PATTERN_WORDS ? p->entries[number] : *p->list_entries[number];
}

static void find_by_regex(struct search *s, enum view_kind kind)
{
	struct view original;
	struct span text = view_of(s->scan->text, kind, &original)->text;
	struct run_match match;
	size_t count, from = 0, before = s->count;
	pcre2_code *const *codes = codes_of(s, &count);

	if (!codes) {
		s->fault = SCAN_INTERNAL;
		return;
	}
	while (s->count - before < HITS_MAX && find_next(s, codes, count, text, from, &match)) {
		if (match.range.to <= match.range.from)
			break;
		add_hit(s, kind, match.range, entry_of(s->pattern, match.mark));
		from = match.range.to;
	}
}

/* --- phrases, by their programs --------------------------------------------------------------- */

/* The runs of a view, found once for all phrases. NULL when out of memory. */
static const struct runs *runs_of(struct scan *scan, enum view_kind kind, struct span text)
{
	struct runs *runs = &scan->view_runs[kind];

	if (!runs->items && !runs_find(&scan->arena, text, runs))
		return NULL;
	return runs;
}

/* False if the program gave up: then there are no hits of this view yet. */
static bool find_by_program(struct search *s, enum view_kind kind)
{
	struct view original;
	struct span text = view_of(s->scan->text, kind, &original)->text;
	const struct runs *runs = runs_of(s->scan, kind, text);
	const struct pattern *p = s->pattern;
	struct program_match match;
	size_t from = 0, before = s->count;

	if (!runs) {
		s->fault = SCAN_INTERNAL;
		return true;
	}
	while (s->count - before < HITS_MAX) {
		enum program_result result = program_find(p->program, runs, from, &match);

		if (result == PROGRAM_LIMIT)
			s->count = before;
		if (result != PROGRAM_FOUND)
			return result == PROGRAM_NONE;
		add_hit(s, kind, match.range,
			match.entry == PHRASE_NO_ENTRY ? p->written
						       : *p->list_entries[match.entry]);
		from = match.range.to;
	}
	return true;
}

/* --- regexes that are a few strings ------------------------------------------------------------
 */

static bool find_exact(struct search *s, enum view_kind kind)
{
	struct view original;
	struct span text = view_of(s->scan->text, kind, &original)->text;
	size_t before = s->count, from = 0;

	while (s->count - before < HITS_MAX) {
		struct range range;
		enum exact_result result = exact_find(s->pattern->exact, text, from, &range);

		if (result == EXACT_UNSURE)
			s->count = before;
		if (result != EXACT_FOUND)
			return result == EXACT_NONE;
		add_hit(s, kind, range, (struct span){NULL, 0});
		from = range.to;
	}
	return true;
}

/* --- the answer ------------------------------------------------------------------------------- */

/* Finds without PCRE2. False if that cannot be done: then there are no hits of this view yet. */
static bool find_natively(struct search *s, enum view_kind kind)
{
	if (s->scan->plain)
		return false;
	if (s->pattern->kind == PATTERN_WORDS) {
		if (!s->scan->findings[s->id].crowded) {
			find_sighted(s, kind);
			return true;
		}
		return false;
	}
	if (s->pattern->program)
		return find_by_program(s, kind);
	return s->pattern->exact && find_exact(s, kind);
}

static void find_in(struct search *s, enum view_kind kind)
{
	if (!find_natively(s, kind))
		find_by_regex(s, kind);
}

/*
 * Sets when the pattern has to stop. The clock is read anew only after some patterns: on a text of
 * one window each is done in little more time than reading it takes.
 */
static bool begin_time(struct search *s)
{
	struct scan *scan = s->scan;

	if (++scan->unread >= UNREAD_MAX || scan->text->folded.text.len > LONG_TEXT) {
		scan->now_ns = clock_mono_ns();
		scan->unread = 0;
	}
	s->end_ns = scan->limits.deadline_ns;
	if (scan->now_ns >= s->end_ns)
		return false;
	if (scan->limits.pattern_ns < s->end_ns - scan->now_ns)
		s->end_ns = scan->now_ns + scan->limits.pattern_ns;
	return true;
}

static void find_all(struct search *s)
{
	const struct scan *scan = s->scan;
	bool compared =
		s->pattern->kind == PATTERN_WORDS && !scan->plain && !scan->findings[s->id].crowded;
	size_t folded;

	if (!compared && !begin_time(s)) {
		s->fault = SCAN_DEADLINE;
		return;
	}
	find_in(s, s->pattern->options.original ? VIEW_ORIGINAL : VIEW_FOLDED);
	if (!s->pattern->options.disguised || !scan->text->disguised.text.ptr)
		return;
	folded = s->count;
	if (s->fault == SCAN_OK)
		find_in(s, VIEW_DISGUISED);
	merge_hits(s, folded);
}

/* Keeps what was found. */
static void settle(struct finding *f, struct search *s)
{
	struct hit *hits = NULL;

	f->found = true;
	f->fault = (uint8_t)s->fault;
	f->truth = TRUTH_NO;
	if (s->count > 0) {
		hits = arena_alloc(&s->scan->arena, s->count * sizeof(*hits));
		if (!hits)
			f->fault = SCAN_INTERNAL;
	}
	if (hits) {
		memcpy(hits, s->hits, s->count * sizeof(*hits));
		f->hits = hits;
		f->hits_count = (uint8_t)s->count;
		f->truth = TRUTH_YES;
	} else if (f->fault != SCAN_OK) {
		f->truth = TRUTH_UNKNOWN;
	}
}

enum truth scan_find(struct scan *scan, uint32_t id, const struct hit **hits, size_t *count,
	enum scan_fault *fault)
{
	struct finding *f = finding_of(scan, id);

	if (f->candidate && !f->found) {
		struct search s; /* not cleared: there is room for many hits, and mostly none */

		s.scan = scan;
		s.pattern = &scan->matcher->patterns[id];
		s.id = id;
		s.end_ns = scan->limits.deadline_ns;
		s.count = 0;
		s.fault = SCAN_OK;
		find_all(&s);
		settle(f, &s);
	}
	*hits = f->hits;
	*count = f->hits_count;
	if (fault)
		*fault = (enum scan_fault)f->fault;
	return (enum truth)f->truth;
}
