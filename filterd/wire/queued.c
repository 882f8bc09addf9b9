/* Comments on their way into the review queue: see queued.h. */
#include "wire/queued.h"

int queued_entry(struct arena *arena, const struct native_request *request,
	const struct verdict *verdict, struct queue_entry *out)
{
	const struct comment *comment = &request->comment;
	struct queue_match *matches = arena_zalloc(arena, verdict->matches_count, sizeof(*matches));

	*out = (struct queue_entry){
		.site = comment->site,
		.comment_id = comment->id,
		.revision = comment->revision,
		.text = comment->text,
		.language = arena_copy(arena, span_of(verdict->language.tag)),
		.author_id = comment->author.id,
		.author_name = comment->author.name,
		.article_id = comment->article.id,
		.article_title = comment->article.title,
		.score = native_score(verdict->score),
		.rules_version = span_of(verdict->rules_version),
		.matches = matches,
		.matches_count = verdict->matches_count,
	};
	if (matches == NULL || out->language.ptr == NULL)
		return ERR_NOMEM;
	if (verdict->guidelines_count > 0)
		out->guideline = span_of(verdict->guidelines[0].guideline->id);
	for (size_t i = 0; i < verdict->matches_count; i++) {
		matches[i].rule = span_of(verdict->matches[i].rule->id);
		matches[i].guideline = span_of(verdict->matches[i].guideline);
	}
	return OK;
}
