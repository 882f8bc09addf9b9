/*
 * The matcher: which of very many patterns hold for a text, and where.
 *
 * Build: add patterns, then matcher_build(). Immutable from then on, shared by all threads.
 * Use:   scan_run() passes once over the text's views with the literal index and finds the patterns
 *        that CAN match; every other pattern surely does not. scan_find() then confirms one
 *        candidate (words by their edges, phrases by walking over the text's words, regexes and
 *        what is left by PCRE2 within its time) and gives its hits. scan_run_plain() is the
 *        oracle: no index, every pattern by its PCRE2 form.
 *
 * A pattern that hits a limit is unknown, never "no match".
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "base/truth.h"
#include "match/phrase.h"
#include "text/text.h"

#define REGEX_LENGTH_MAX 2048 /* [bytes] of one regex as written */
#define HITS_MAX 16 /* hits of one pattern in one text that are kept */

struct matcher;
struct matcher_builder;

struct pattern_options {
	bool original; /* look in the text as sent, not the folded view; of regexes alone */
	bool disguised; /* look in the disguised view too (never with original) */
	/* Of words: what each entry has before and behind it, or NULL; NULL: none has anything. */
	const struct form_set *const *forms;
};

/*
 * A builder whose patterns live in `arena` (the rule set's), which must outlive the matcher. NULL
 * when out of memory.
 */
struct matcher_builder *matcher_builder_new(struct arena *arena);

/*
 * Adds one pattern and gives its number, counted from 0, in *id. The texts are copied.
 *
 * words:  holds where one of the entries does: words separated by single spaces, a final * makes
 *         the last word a prefix, a * before a word lets it be found within others (as disguised
 *         words are, where options.disguised is). Entry i is what a hit reports. Forms
 *         (match/forms.h) are those of its first and last word, and must outlive the matcher.
 * phrase: see phrase.h.
 * regex:  PCRE2 with UTF and UCP, caseless on the folded view by nature of that view. Refused:
 *         empty or longer than REGEX_LENGTH_MAX, \C, \G, callouts, leading (*VERB)s, more than
 *         PCRE2's own limits. A regex that can match the empty string never hits there.
 *
 * OK, ERR_INVALID (*error filled) or ERR_NOMEM.
 */
int matcher_add_words(struct matcher_builder *builder, const struct span *entries, size_t count,
	struct pattern_options options, uint32_t *id, struct pattern_error *error);
int matcher_add_phrase(struct matcher_builder *builder, struct span phrase,
	const struct phrase_lists *lists, struct pattern_options options, uint32_t *id,
	struct pattern_error *error);
int matcher_add_regex(struct matcher_builder *builder, struct span regex,
	struct pattern_options options, uint32_t *id, struct pattern_error *error);

/*
 * Builds the index over the patterns added and frees the builder (in every case). *out is freed
 * with matcher_free(). OK or ERR_NOMEM.
 */
int matcher_build(struct matcher_builder *builder, struct matcher **out);
void matcher_free(struct matcher *matcher); /* NULL is legal */

size_t matcher_count(const struct matcher *matcher);

/*
 * The folded words of all words and phrase patterns that look at disguised text, without
 * duplicates: what a lexicon is made of. Prefixes of four bytes and more are among them.
 */
const struct lexicon_word *matcher_lexicon_words(const struct matcher *matcher, size_t *count);

/* For lint and explain: what a pattern is looked up by. */
struct pattern_info {
	struct span regex; /* the PCRE2 pattern that defines it; in the arena */
	struct span written; /* of a phrase: as written; else empty */
	const struct span *literals; /* one of these must occur for it to match */
	size_t literals_count; /* 0: it is run on every text */
	bool unbounded; /* holds an unlimited repeat of a repeat */
	bool matches_empty;
};
/* Describes a pattern; its regex is written into the arena. OK, or ERR_NOMEM with regex empty. */
int matcher_describe(
	const struct matcher *matcher, uint32_t id, struct arena *arena, struct pattern_info *out);

/* For explain: what let a pattern through to be tried on a text, or why it was not. */
struct pattern_trace {
	bool always; /* it is tried on every text */
	bool candidate; /* it was tried */
	/* What it is looked up by and stands in one of the text's views, without doubles. */
	const struct span *seen; /* in the arena, of the view */
	size_t seen_count;
	/*
	 * It was not tried, for of these words, too, one must stand in the same view. Empty if it
	 * was tried or nothing was seen; a word whose spelling is not known any more is left out.
	 */
	const struct span *lacks;
	size_t lacks_count;
	bool lacks_digit; /* the same of a digit */
};

/*
 * Traces a pattern on `text` (prepared with the matcher's lexicon) by passing over it once more:
 * for people, not for every comment. OK or ERR_NOMEM.
 */
int matcher_trace(const struct matcher *matcher, uint32_t id, const struct text *text,
	struct arena *arena, struct pattern_trace *out);

/* --- using it ------------------------------------------------------------------------------- */

/* Where a pattern matched. */
struct hit {
	enum view_kind view;
	struct range in_view; /* [bytes] of that view */
	struct range in_original; /* [bytes] of the original; not empty, on character boundaries */
	struct span entry; /* the entry as written that matched; empty for a regex */
	bool disguised; /* of the disguised view, and touching a disguised word */
};

enum scan_fault {
	SCAN_OK,
	SCAN_REGEX_LIMIT, /* match, depth, heap or JIT stack limit, or the pattern's own time */
	SCAN_DEADLINE, /* the comment's time was up before or while this pattern ran */
	SCAN_INTERNAL, /* PCRE2 reported anything else */
};

struct scan_limits {
	int64_t deadline_ns; /* of clock_mono_ns(): for the whole comment; INT64_MAX for none */
	int64_t pattern_ns; /* most that one pattern may take on one text */
};

struct scan; /* one thread's scratch for one text */

struct scan *scan_new(void); /* NULL when out of memory */
void scan_free(struct scan *scan);

/*
 * Finds the candidates of `text` (prepared with the matcher's lexicon). Matcher and text must stay
 * until the next run. OK or ERR_NOMEM. Deterministic apart from limits.
 */
int scan_run(struct scan *scan, const struct matcher *matcher, const struct text *text,
	const struct scan_limits *limits);
int scan_run_plain(struct scan *scan, const struct matcher *matcher, const struct text *text,
	const struct scan_limits *limits);

/* The patterns that can match, ascending; valid until the next run. */
const uint32_t *scan_candidates(const struct scan *scan, size_t *count);

/*
 * Whether pattern `id` matches; its hits (by position, at most HITS_MAX, not overlapping, the same
 * place in two views only once) if `yes`. Found out once and remembered. *fault (may be NULL) says
 * why it is unknown, or why the search ended behind the hits: there may be more.
 */
enum truth scan_find(struct scan *scan, uint32_t id, const struct hit **hits, size_t *count,
	enum scan_fault *fault);
