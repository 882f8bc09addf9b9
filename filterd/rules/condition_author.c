/* `author`: what the CMS says about who wrote the comment. */
#include "rules/condition_parts.h"

struct ages {
	int64_t at_least, at_most; /* [ms] */
};

struct author_condition {
	struct bounds approved, rejected;
	struct ages age;
	unsigned roles; /* bit per row of role_choices */
	bool known;
	/* Which of them were written. */
	bool asks_approved, asks_rejected, asks_age, asks_role, asks_known;
};

#define AGE_MAX (INT64_C(36500) * 24 * 3600 * 1000) /* [ms] a hundred years */
#define AGE_MAX_TEXT "36500d"

static const struct key age_keys[] = {
	{.name = "at_least",
		.type = TYPE_DURATION,
		.help = "The youngest account for which it holds.",
		.offset = offsetof(struct ages, at_least),
		.max = AGE_MAX,
		.fallback = "0s"},
	{.name = "at_most",
		.type = TYPE_DURATION,
		.help = "The oldest account for which it holds.",
		.offset = offsetof(struct ages, at_most),
		.max = AGE_MAX,
		.fallback = AGE_MAX_TEXT},
};

static const struct section age_section = {
	.name = "age",
	.help = "How long ago the account was made when the comment was submitted.",
	.keys = age_keys,
	.count = ARRAY_LEN(age_keys),
	.shorthand = -1,
	.size = sizeof(struct ages),
};

static const enum role roles[] = {ROLE_READER, ROLE_TRUSTED, ROLE_STAFF};
static const char *const role_choices[] = {"reader", "trusted", "staff", NULL};

static const struct key keys[] = {
	{.name = "approved",
		.type = TYPE_SECTION,
		.help = "Comments of this author that were approved before.",
		.offset = offsetof(struct author_condition, approved),
		.section = &bounds_section},
	{.name = "rejected",
		.type = TYPE_SECTION,
		.help = "Comments of this author that were rejected before.",
		.offset = offsetof(struct author_condition, rejected),
		.section = &bounds_section},
	{.name = "age",
		.type = TYPE_SECTION,
		.help = "Age of the account.",
		.offset = offsetof(struct author_condition, age),
		.section = &age_section},
	{.name = "role",
		.type = TYPE_CHOICES,
		.help = "One of these roles.",
		.offset = offsetof(struct author_condition, roles),
		.choices = role_choices},
	{.name = "known",
		.type = TYPE_BOOL,
		.help = "Whether the CMS told who the author is (an id).",
		.offset = offsetof(struct author_condition, known),
		.fallback = "true"},
};

static const struct section section = {
	.name = "author",
	.help = "All keys that are given must hold. What the CMS did not tell makes it false.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct author_condition),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct author_condition *author = condition->data;
	const struct yaml_node *node = condition->node;

	author->asks_approved = schema_has(node, "approved");
	author->asks_rejected = schema_has(node, "rejected");
	author->asks_age = schema_has(node, "age");
	author->asks_role = schema_has(node, "role");
	author->asks_known = schema_has(node, "known");
	condition->always = true;
	if (author->asks_approved || author->asks_rejected || author->asks_age ||
		author->asks_role || author->asks_known)
		return OK;
	loader_error(loader, node, "`author` needs at least one key");
	return ERR_INVALID;
}

static bool has_role(const struct author_condition *author, enum role role)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (roles[i] == role)
			return author->roles & (1u << i);
	return false;
}

static bool number_holds(const struct bounds *bounds, int64_t n)
{
	return n != COMMENT_ABSENT && bounds_hold(bounds->at_least, bounds->at_most, n);
}

static bool age_holds(const struct ages *ages, int64_t created_ms, int64_t now_ms)
{
	int64_t age;

	if (created_ms == COMMENT_ABSENT)
		return false;
	/* A clock that is a little ahead elsewhere makes no account older than none. */
	age = now_ms > created_ms ? now_ms - created_ms : 0;
	return age >= ages->at_least && age <= ages->at_most;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct author_condition *asked = condition->data;
	const struct author *author = &scene->comment->author;

	(void)evidence; /* nothing of this stands in the text */
	if (asked->asks_approved && !number_holds(&asked->approved, author->approved))
		return TRUTH_NO;
	if (asked->asks_rejected && !number_holds(&asked->rejected, author->rejected))
		return TRUTH_NO;
	if (asked->asks_age && !age_holds(&asked->age, author->created_ms, scene->now_ms))
		return TRUTH_NO;
	if (asked->asks_role && !has_role(asked, author->role))
		return TRUTH_NO;
	if (asked->asks_known && asked->known != (author->id.len > 0))
		return TRUTH_NO;
	return TRUTH_YES;
}

const struct condition_kind condition_kind_author = {
	.name = "author",
	.help = "The author is new, known, trusted, ...",
	.example = "author: {approved: {at_most: 2}, age: {at_most: 7d}}",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
