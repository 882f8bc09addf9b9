/* Options of commands about the review queue: see queue_options.h. */
#include "cli/queue_options.h"

static const char *const order_choices[] = {"oldest", "newest", "score", NULL};
static const char *const state_choices[] = {
	"open", "waiting", "escalated", "approved", "rejected", "superseded", NULL};

/* clang-format off */
const struct option_row queue_rows[QUEUE_ROWS] = {
	{0, "store", OPTION_TEXT, "FILE", "the database instead of the configured one: a file or postgresql://...",
		offsetof(struct queue_options, store), 0, 0, NULL},
	{0, "site", OPTION_TEXT, "NAME", "only of this site",
		offsetof(struct queue_options, site), 0, 0, NULL},
	{0, "lang", OPTION_TEXT, "CODE", "only in this language",
		offsetof(struct queue_options, lang), 0, 0, NULL},
	{0, "guideline", OPTION_TEXT, "ID", "only held for this guideline",
		offsetof(struct queue_options, guideline), 0, 0, NULL},
	{0, "rule", OPTION_TEXT, "ID", "only those this rule held for",
		offsetof(struct queue_options, rule), 0, 0, NULL},
	{0, "author", OPTION_TEXT, "ID", "only by this author",
		offsetof(struct queue_options, author), 0, 0, NULL},
	{0, "article", OPTION_TEXT, "ID", "only below this article",
		offsetof(struct queue_options, article), 0, 0, NULL},
	{0, "same-text-as", OPTION_TEXT, "QUEUE-ID", "only those with the same text",
		offsetof(struct queue_options, same_as), 0, 0, NULL},
	{0, "min-score", OPTION_NUMBER, "N", "only from this score on, in per cent",
		offsetof(struct queue_options, score_from), 0, 100, NULL},
	{0, "max-score", OPTION_NUMBER, "N", "only up to this score, in per cent",
		offsetof(struct queue_options, score_to), 0, 100, NULL},
	{0, "state", OPTION_CHOICE, "STATE", "open (waiting or escalated), approved, rejected, superseded, ...",
		offsetof(struct queue_options, state), 0, 0, state_choices},
	{0, "order", OPTION_CHOICE, "ORDER", "oldest, newest or score first",
		offsetof(struct queue_options, order), 0, 0, order_choices},
};
/* clang-format on */

struct span queue_text(const char *text)
{
	return text ? span_of(text) : (struct span){0};
}

struct queue_filter queue_filter_of(const struct queue_options *options, int64_t now_ms)
{
	return (struct queue_filter){
		.states = options->state ? 1U << (options->state - 1) : 0,
		.site = queue_text(options->site),
		.language = queue_text(options->lang),
		.guideline = queue_text(options->guideline),
		.rule = queue_text(options->rule),
		.author_id = queue_text(options->author),
		.article_id = queue_text(options->article),
		.same_text_as = queue_text(options->same_as),
		.score_from = (uint32_t)options->score_from * 100,
		.score_to = (uint32_t)options->score_to * 100,
		.order = (enum queue_order)options->order,
		.now_ms = now_ms,
	};
}
