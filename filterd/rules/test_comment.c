/* Comments as they are written in tests: see test_comment.h. */
#include "rules/test_comment.h"

static void set_text(struct span *to, struct span given)
{
	if (given.len)
		*to = given;
}

/* The keys of `author` that were not given stay as they are: absent is not 0. */
static void set_author(
	const struct yaml_node *node, const struct test_author_keys *keys, struct author *out)
{
	set_text(&out->id, keys->id);
	set_text(&out->name, keys->name);
	set_text(&out->url, keys->url);
	set_text(&out->email, keys->email);
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

void test_comment_set(
	const struct yaml_node *node, const struct context_keys *keys, struct comment *out)
{
	set_text(&out->lang, keys->lang);
	set_text(&out->site, keys->site);
	set_text(&out->article.title, keys->title);
	set_text(&out->article.text, keys->article);
	set_text(&out->article.section, keys->section);
	set_text(&out->parent_text, keys->parent);
	if (keys->tags.count) {
		out->article.tags = keys->tags.items;
		out->article.tags_count = keys->tags.count;
	}
	if (node->kind != YAML_MAPPING)
		return;
	if (schema_has(node, "submitted"))
		out->submitted_ms = keys->submitted_ms;
	if (schema_has(node, "author"))
		set_author(yaml_get(node, "author"), &keys->author, &out->author);
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
	test_comment_set(node, &keys.context, out);
	return OK;
}
