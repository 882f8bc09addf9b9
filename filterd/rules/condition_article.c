/* `article`: what the comment is about. */
#include "rules/condition_parts.h"
#include "rules/findings.h"
#include "text/fold.h"

struct article_condition {
	struct strings sections, tags;
	struct bounds words_shared;
	struct span *folded_sections, *folded_tags;
	bool asks_words;
	enum field field;
};

static const struct key keys[] = {
	{.name = "section",
		.type = TYPE_STRINGS,
		.help = "The article stands in one of these sections.",
		.offset = offsetof(struct article_condition, sections)},
	{.name = "tags",
		.type = TYPE_STRINGS,
		.help = "The article has one of these tags.",
		.offset = offsetof(struct article_condition, tags)},
	{.name = "words_shared",
		.type = TYPE_SECTION,
		.help = "How many different words of four letters or more the comment shares with "
			"the "
			"article's title, text and tags.",
		.offset = offsetof(struct article_condition, words_shared),
		.section = &bounds_section},
};

static const struct section section = {
	.name = "article",
	.help = "All keys that are given must hold; case does not matter.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct article_condition),
};

static int fold_all(struct arena *arena, const struct strings *written, struct span **out)
{
	*out = arena_alloc(arena, written->count * sizeof(**out));
	if (!*out)
		return ERR_NOMEM;
	for (size_t i = 0; i < written->count; i++) {
		(*out)[i] = fold_word(arena, written->items[i]);
		if (!(*out)[i].ptr)
			return ERR_NOMEM;
	}
	return OK;
}

static int compile(struct loader *loader, struct condition *condition)
{
	struct article_condition *article = condition->data;
	int rc = fold_all(loader->arena, &article->sections, &article->folded_sections);

	if (rc == OK)
		rc = fold_all(loader->arena, &article->tags, &article->folded_tags);
	if (rc != OK)
		return rc;
	article->asks_words = schema_has(condition->node, "words_shared");
	article->field = loader->field;
	condition->always = true;
	if (article->sections.count || article->tags.count || article->asks_words)
		return OK;
	loader_error(loader, condition->node, "`article` needs at least one key");
	return ERR_INVALID;
}

/* Whether the name, folded, is one of these. Out of memory is noted in the scene. */
static bool is_one_of(
	struct scene *scene, struct span name, const struct span *folded, size_t count)
{
	struct span own;

	if (name.len == 0)
		return false;
	own = fold_word(scene->arena, name);
	if (!own.ptr) {
		scene->failed = true;
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (span_eq(own, folded[i]))
			return true;
	return false;
}

static bool has_tag(struct scene *scene, const struct article_condition *article)
{
	const struct article *of = &scene->comment->article;

	for (size_t i = 0; i < of->tags_count; i++)
		if (is_one_of(scene, of->tags[i], article->folded_tags, article->tags.count))
			return true;
	return false;
}

static enum truth test_words(const struct article_condition *article, struct scene *scene)
{
	const struct findings *findings = findings_shared_words(scene, article->field);

	if (!findings)
		return TRUTH_UNKNOWN;
	return truth_of(bounds_hold(article->words_shared.at_least, article->words_shared.at_most,
		(int64_t)findings->shared_words));
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct article_condition *article = condition->data;

	(void)evidence; /* it is about the article, not a place in the comment */
	if (article->sections.count && !is_one_of(scene, scene->comment->article.section,
					       article->folded_sections, article->sections.count))
		return TRUTH_NO;
	if (article->tags.count && !has_tag(scene, article))
		return TRUTH_NO;
	return article->asks_words ? test_words(article, scene) : TRUTH_YES;
}

const struct condition_kind condition_kind_article = {
	.name = "article",
	.help = "The article is of a section or tag, or shares words with the comment.",
	.example = "article: {section: [sport], words_shared: {at_most: 0}}",
	.section = &section,
	.flags = CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
