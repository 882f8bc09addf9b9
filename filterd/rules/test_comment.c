/* Comments as they are written in tests: see test_comment.h. */
#include "rules/test_comment.h"

#include "rules/keys.h"

/* The keys of `author` that were not given are absent, not 0. */
static void fill_author(
	const struct yaml_node *node, const struct test_author_keys *keys, struct author *out)
{
	out->id = keys->id;
	out->name = keys->name;
	out->url = keys->url;
	out->email = keys->email;
	if (node->kind != YAML_MAPPING)
		return;
	if (schema_has(node, "approved"))
		out->approved = keys->approved;
	if (schema_has(node, "rejected"))
		out->rejected = keys->rejected;
	if (schema_has(node, "created"))
		out->created_ms = keys->created_ms;
	if (schema_has(node, "role"))
		out->role = (enum role)(ROLE_READER + keys->role);
}

int test_comment_read(struct arena *arena, const struct source *source, struct errors *errors,
	const struct yaml_node *node, struct comment *out)
{
	struct test_keys keys;
	int rc = schema_read(arena, source, errors, &test_section, node, &keys);

	*out = (struct comment)COMMENT_INIT;
	if (rc != OK)
		return rc;
	out->text = keys.text;
	out->lang = keys.lang;
	out->site = keys.site;
	out->article.title = keys.title;
	out->article.text = keys.article;
	out->article.section = keys.section;
	out->article.tags = keys.tags.items;
	out->article.tags_count = keys.tags.count;
	out->parent_text = keys.parent;
	if (node->kind != YAML_MAPPING)
		return OK;
	if (schema_has(node, "submitted"))
		out->submitted_ms = keys.submitted_ms;
	if (schema_has(node, "author"))
		fill_author(yaml_get(node, "author"), &keys.author, &out->author);
	return OK;
}
