/* One comment set up for its rules, and one rule judged at a time: see stage.h. */
#include "moderate/stage.h"

#include "base/clock.h"
#include "base/map.h"
#include "text/chars.h"
#include "text/fold.h"
#include "text/segment.h"

static const char *const fault_codes[] = {
	[SCAN_REGEX_LIMIT] = "regex_limit",
	[SCAN_DEADLINE] = "deadline",
	[SCAN_INTERNAL] = "internal",
};

static struct stage *stage_of(struct scene *scene)
{
	return (struct stage *)scene;
}

/* --- faults ----------------------------------------------------------------------------------- */

void stage_fault(struct stage *stage, const char *code, const struct rule *rule)
{
	/* Nothing that a rule in shadow does may show in the verdict. */
	if (!rule || !rule->shadow)
		stage->degraded = true;
	for (size_t i = 0; i < stage->faults_count; i++)
		if (stage->faults[i].rule == rule && stage->faults[i].code == code)
			return;
	if (stage->faults_count == FAULTS_MAX)
		return;
	if (!stage->faults) {
		stage->faults = arena_alloc(&stage->arena, FAULTS_MAX * sizeof(*stage->faults));
		if (!stage->faults) {
			stage->scene.failed = true;
			return;
		}
	}
	stage->faults[stage->faults_count++] = (struct fault){code, rule};
}

static void scene_fault(struct scene *scene, enum scan_fault fault)
{
	struct stage *stage = stage_of(scene);

	stage->faulted = true;
	/* Time ran out for the comment, not for the rule that happened to be next. */
	stage_fault(stage, fault_codes[fault], fault == SCAN_DEADLINE ? NULL : stage->rule);
}

static void fault_too_long(struct stage *stage)
{
	stage->faulted = true;
	stage_fault(stage, "too_long", NULL);
}

/* --- texts ------------------------------------------------------------------------------------ */

/* OK, ERR_NOMEM, or ERR_LIMIT when the field is too long. */
static int prepare(struct stage *stage, enum field field)
{
	struct stage_field *f = &stage->fields[field];
	int rc;

	if (f->prepared)
		return OK;
	if (f->too_long)
		return ERR_LIMIT;
	rc = f->value.len > stage->options->text_max
		     ? ERR_LIMIT
		     : text_prepare(&f->text, &stage->arena, f->value, ruleset_lexicon(stage->set));
	f->prepared = rc == OK;
	f->too_long = rc == ERR_LIMIT;
	return rc;
}

static struct text *scene_text(struct scene *scene, enum field field)
{
	struct stage *stage = stage_of(scene);
	int rc = prepare(stage, field);

	if (rc == OK)
		return &stage->fields[field].text;
	if (rc == ERR_LIMIT)
		fault_too_long(stage);
	else
		scene->failed = true;
	return NULL;
}

/* Runs the field's index over its text. */
static int run_scan(struct stage *stage, enum field field)
{
	struct stage_field *f = &stage->fields[field];
	int rc = prepare(stage, field);

	if (rc != OK)
		return rc;
	if (!f->scan && !(f->scan = scan_new()))
		return ERR_NOMEM;
	rc = stage->options->plain ? scan_run_plain(f->scan, f->matcher, &f->text, &stage->limits)
				   : scan_run(f->scan, f->matcher, &f->text, &stage->limits);
	f->scanned = rc == OK;
	return rc;
}

/* --- quotes and article words ----------------------------------------------------------------- */

bool stage_quoted(struct stage *stage, enum field field, struct range range)
{
	struct stage_field *f = &stage->fields[field];

	if (!f->prepared)
		return false;
	if (!f->quotes_found) {
		if (text_find_quotes(&f->text) != OK) {
			stage->scene.failed = true;
			return false;
		}
		f->quotes_found = true;
	}
	return text_is_quoted(&f->text, range);
}

static void add_article_words(struct stage *stage, struct span folded)
{
	struct span word;
	size_t at = 0;

	while (segment_next_word(folded, &at, &word)) {
		size_t i = map_hash(word) & stage->article_mask;

		while (stage->article_words[i].len && !span_eq(stage->article_words[i], word))
			i = (i + 1) & stage->article_mask;
		stage->article_words[i] = word;
	}
}

/* Folds title, text and tags of the article and gathers their words. False when out of memory. */
static bool gather_article(struct stage *stage)
{
	const struct article *article = &stage->scene.comment->article;
	size_t texts = 2 + article->tags_count, words = 0, places = 16;
	struct span *folded = arena_alloc(&stage->arena, texts * sizeof(*folded));

	if (!folded)
		return false;
	for (size_t i = 0; i < texts; i++) {
		folded[i] = fold_word(&stage->arena, i == 0   ? article->title
						     : i == 1 ? article->text
							      : article->tags[i - 2]);
		if (!folded[i].ptr)
			return false;
		words += segment_count_words(folded[i]);
	}
	while (places < 2 * words)
		places *= 2;
	stage->article_words = arena_zalloc(&stage->arena, places, sizeof(struct span));
	if (!stage->article_words)
		return false;
	stage->article_mask = places - 1;
	for (size_t i = 0; i < texts; i++)
		add_article_words(stage, folded[i]);
	return true;
}

static bool scene_article_has(struct scene *scene, struct span word)
{
	struct stage *stage = stage_of(scene);

	if (!stage->article_words && !gather_article(stage)) {
		scene->failed = true;
		return false;
	}
	for (size_t i = map_hash(word) & stage->article_mask; stage->article_words[i].len;
		i = (i + 1) & stage->article_mask)
		if (span_eq(stage->article_words[i], word))
			return true;
	return false;
}

/* Whether all words of the hit stand in the article. A hit without a word is not excused. */
static bool is_excused(struct stage *stage, const struct text *text, const struct hit *hit)
{
	struct span view = hit->view == VIEW_DISGUISED ? text->disguised.text
			   : hit->view == VIEW_FOLDED  ? text->folded.text
						       : (struct span){NULL, 0};
	struct span word;
	size_t at = hit->in_view.from;
	bool any = false;

	/* Words are taken whole: a hit of `kill*` may end inside one. */
	while (segment_next_word(view, &at, &word) &&
		(size_t)(word.ptr - view.ptr) < hit->in_view.to) {
		if (!scene_article_has(&stage->scene, word))
			return false;
		any = true;
	}
	return any;
}

/* --- what conditions ask ---------------------------------------------------------------------- */

static bool scene_counts(struct scene *scene, enum field field, struct range range)
{
	struct stage *stage = stage_of(scene);

	return !stage->in_when || stage->rule->in_quotes != IN_QUOTES_IGNORE ||
	       !stage_quoted(stage, field, range);
}

/* Leaves out the hits that do not count for the rule; `more`: there may be further ones. */
static enum truth filter_hits(
	struct stage *stage, enum field field, const struct hit **hits, size_t *count, bool more)
{
	const struct text *text = &stage->fields[field].text;
	struct hit *kept = arena_alloc(&stage->arena, *count * sizeof(*kept));
	size_t n = 0;

	if (!kept) {
		stage->scene.failed = true;
		return TRUTH_UNKNOWN;
	}
	for (size_t i = 0; i < *count; i++) {
		const struct hit *hit = &(*hits)[i];

		if (!scene_counts(&stage->scene, field, hit->in_original))
			continue;
		if (stage->rule->excuse_article_words && is_excused(stage, text, hit))
			continue;
		kept[n++] = *hit;
	}
	if (n == 0 && more) {
		/* There may be one that counts behind those that were put in front of it. */
		scene_fault(&stage->scene, SCAN_REGEX_LIMIT);
		return TRUTH_UNKNOWN;
	}
	*hits = kept;
	*count = n;
	return truth_of(n > 0);
}

static enum truth scene_find(struct scene *scene, enum field field, uint32_t id,
	const struct hit **hits, size_t *count, bool *more)
{
	struct stage *stage = stage_of(scene);
	struct stage_field *f = &stage->fields[field];
	enum scan_fault fault = SCAN_INTERNAL;
	enum truth found;
	bool cut;

	*hits = NULL;
	*count = 0;
	if (more)
		*more = false;
	if (f->too_long) {
		fault_too_long(stage);
		return TRUTH_UNKNOWN;
	}
	if (!f->scanned)
		return TRUTH_NO; /* an empty field */
	found = scan_find(f->scan, id, hits, count, &fault);
	if (found == TRUTH_UNKNOWN)
		scene_fault(scene, fault);
	if (found != TRUTH_YES)
		return found;
	cut = fault != SCAN_OK || *count == HITS_MAX;
	if (more)
		*more = cut;
	if (stage->in_when &&
		(stage->rule->in_quotes == IN_QUOTES_IGNORE || stage->rule->excuse_article_words))
		return filter_hits(stage, field, hits, count, cut);
	return TRUTH_YES;
}

/* --- a comment -------------------------------------------------------------------------------- */

void stage_init(struct stage *stage, const struct language_guesser *guesser)
{
	*stage = (struct stage){.guesser = guesser};
	arena_init(&stage->arena, 0);
}

void stage_free(struct stage *stage)
{
	for (size_t f = 0; f < FIELD_COUNT; f++)
		scan_free(stage->fields[f].scan);
	arena_free(&stage->arena);
}

/* Forgets the last comment; scans and memory are kept. */
static void reset(struct stage *stage, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options)
{
	arena_reset(&stage->arena);
	stage->scene = (struct scene){
		.comment = comment,
		.now_ms = comment->submitted_ms != COMMENT_ABSENT ? comment->submitted_ms
								  : clock_real_ms(),
		.arena = &stage->arena,
		.text = scene_text,
		.find = scene_find,
		.counts = scene_counts,
		.fault = scene_fault,
		.article_has = scene_article_has,
	};
	stage->set = set;
	stage->site = ruleset_site(set, comment->site);
	stage->options = options;
	stage->limits = (struct scan_limits){
		.deadline_ns = clock_mono_ns() + options->comment_ns,
		.pattern_ns = options->pattern_ns,
	};
	stage->rule = NULL;
	stage->judged = 0;
	stage->in_when = stage->faulted = stage->degraded = stage->late = false;
	stage->article_words = NULL;
	stage->faults = NULL;
	stage->faults_count = 0;
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		struct stage_field *field = &stage->fields[f];

		field->matcher = ruleset_matcher(set, f);
		field->value = comment_field(comment, f);
		field->prepared = field->scanned = field->quotes_found = field->too_long = false;
	}
}

/* --- languages ---------------------------------------------------------------------------------
 */

/*
 * A rule of language L is for a comment in L, or with parts in L; and for one that is in a script
 * of L's which the comment's language, if known at all, is not written in: on an English site
 * people also write Arabic, whatever the CMS says.
 */
static bool language_fits(const struct language *language, const struct rule_language *wanted)
{
	if (language->also & wanted->also || span_eq(wanted->tag, span_of(language->tag)))
		return true;
	if (language->tag[0] == '\0' && language->scripts == 0)
		return true; /* without letters there is no script to go by: 💩, 8===D */
	return language->scripts & ~language->own_script & (1u << wanted->script);
}

/* Which of the set's languages the comment may be in. */
static void fit_languages(struct stage *stage)
{
	const struct language *language = &stage->scene.language;
	size_t count;
	const struct rule_language *languages = ruleset_languages(stage->set, &count);

	stage->languages = stage->doubted = 0;
	for (size_t i = 0; i < count; i++) {
		if (!language_fits(language, &languages[i]))
			continue;
		stage->languages |= UINT64_C(1) << i;
		if (language->doubted && span_eq(languages[i].tag, span_of(language->tag)))
			stage->doubted |= UINT64_C(1) << i;
	}
}

/* --- opening ------------------------------------------------------------------------------------
 */

int stage_open(struct stage *stage, const struct ruleset *set, const struct comment *comment,
	const struct evaluate_options *options)
{
	struct span told = comment->lang;
	int rc;

	reset(stage, set, comment, options);
	rc = prepare(stage, FIELD_TEXT);
	if (rc == ERR_LIMIT)
		fault_too_long(stage);
	if (rc != OK)
		return rc;
	if (told.len == 0 && stage->site)
		told = stage->site->lang;
	if (told.len || ruleset_needs_language(set))
		language_find(stage->guesser, &stage->fields[FIELD_TEXT].text, told,
			&stage->scene.language);
	fit_languages(stage);
	for (enum field f = 0; f < FIELD_COUNT; f++) {
		if (!stage->fields[f].matcher || stage->fields[f].value.len == 0)
			continue;
		rc = run_scan(stage, f);
		if (rc != OK && rc != ERR_LIMIT)
			return rc;
	}
	return OK;
}

/* --- a rule ----------------------------------------------------------------------------------- */

enum applies stage_applies(const struct stage *stage, const struct rule *rule)
{
	if (rule->from_ms != COMMENT_ABSENT && stage->scene.now_ms < rule->from_ms)
		return APPLIES_NOT_YET;
	if (rule->until_ms != COMMENT_ABSENT && stage->scene.now_ms >= rule->until_ms)
		return APPLIES_NO_LONGER;
	return rule->languages_set && !(rule->languages_set & stage->languages)
		       ? APPLIES_OTHER_LANGUAGE
		       : APPLIES;
}

uint64_t stage_languages(const struct stage *stage, const struct rule *rule, bool *doubted)
{
	uint64_t languages = rule->languages_set & stage->languages;

	*doubted = languages != 0 && (languages & ~stage->doubted) == 0;
	return languages;
}

/* Whether there are places, and all of them are quoted. */
static bool all_quoted(struct stage *stage, const struct evidence *evidence)
{
	bool any = false;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->range.from == item->range.to)
			continue;
		if (!stage_quoted(stage, item->field, item->range))
			return false;
		any = true;
	}
	return any;
}

enum truth stage_test(struct stage *stage, const struct rule *rule,
	const struct condition *condition, bool in_when, struct evidence *evidence, bool *faulted)
{
	enum truth result;

	stage->rule = rule;
	stage->in_when = in_when;
	stage->faulted = false;
	result = condition_test(condition, &stage->scene, evidence);
	if (faulted)
		*faulted |= stage->faulted;
	stage->in_when = false;
	stage->rule = NULL;
	return result;
}

#define CLOCK_EVERY 16 /* rules between looks at the clock, which costs more than most rules */

/* Whether the comment's time is over: patterns look themselves, other conditions do not. */
static bool is_late(struct stage *stage)
{
	if (!stage->late && ++stage->judged % CLOCK_EVERY == 0)
		stage->late = clock_mono_ns() >= stage->limits.deadline_ns;
	return stage->late;
}

void stage_judge(struct stage *stage, const struct rule *rule, struct judgement *out)
{
	*out = (struct judgement){.holds = TRUTH_NO};
	if (stage_applies(stage, rule) != APPLIES)
		return;
	if (stage->options->suspended && stage->options->suspended[rule->index]) {
		stage_fault(stage, "rule_suspended", rule);
		out->holds = TRUTH_UNKNOWN;
		return;
	}
	if (is_late(stage)) {
		stage_fault(stage, "deadline", NULL);
		out->holds = TRUTH_UNKNOWN;
		return;
	}
	out->holds = stage_test(stage, rule, rule->when, true, &out->evidence, &out->faulted);
	/* Exceptions hold wherever they stand: what is quoted excuses like anything else. */
	if (out->holds != TRUTH_NO && rule->unless)
		out->holds = truth_and(out->holds, truth_not(stage_test(stage, rule, rule->unless,
							   false, NULL, &out->faulted)));
	if (out->holds == TRUTH_YES && rule->in_quotes == IN_QUOTES_REVIEW)
		out->quoted = all_quoted(stage, &out->evidence);
}
