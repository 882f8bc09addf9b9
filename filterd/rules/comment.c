/* Names and access of a comment's fields. */
#include "rules/comment.h"

const char *const field_names[FIELD_COUNT] = {
	[FIELD_TEXT] = "text",
	[FIELD_AUTHOR_NAME] = "author_name",
	[FIELD_AUTHOR_URL] = "author_url",
	[FIELD_EMAIL_DOMAIN] = "email_domain",
	[FIELD_PARENT] = "parent",
	[FIELD_TITLE] = "title",
};

const char *const role_names[ROLE_COUNT] = {
	[ROLE_NONE] = "none",
	[ROLE_READER] = "reader",
	[ROLE_TRUSTED] = "trusted",
	[ROLE_STAFF] = "staff",
};

static struct span domain_of(struct span email)
{
	size_t at = email.len;

	while (at > 0 && email.ptr[at - 1] != '@')
		at--;
	return at ? span_sub(email, at, email.len) : (struct span){NULL, 0};
}

struct span comment_field(const struct comment *comment, enum field field)
{
	switch (field) {
	case FIELD_TEXT:
		return comment->text;
	case FIELD_AUTHOR_NAME:
		return comment->author.name;
	case FIELD_AUTHOR_URL:
		return comment->author.url;
	case FIELD_EMAIL_DOMAIN:
		return domain_of(comment->author.email);
	case FIELD_PARENT:
		return comment->parent_text;
	case FIELD_TITLE:
		return comment->article.title;
	case FIELD_COUNT:
		break;
	}
	return (struct span){NULL, 0};
}
