/*
 * The comment as the CMS sent it, with its context: what conditions look at.
 *
 * Plain data, filled by wire/ (or a test) and read by everybody below. All spans are valid UTF-8
 * owned by whoever made the comment (the request's buffer or arena) and outlive its evaluation. An
 * absent field is an empty span; an absent number is COMMENT_ABSENT.
 */
#pragma once

#include "base/span.h"

#define COMMENT_ABSENT INT64_MIN

/* The texts of a comment in which patterns can be looked for. */
enum field {
	FIELD_TEXT,
	FIELD_AUTHOR_NAME,
	FIELD_AUTHOR_URL,
	FIELD_EMAIL_DOMAIN, /* the author's e-mail address after its last @ */
	FIELD_PARENT, /* the text of the comment that is answered */
	FIELD_TITLE, /* the article's title */
	FIELD_COUNT,
};

/* "text", "author_name", ... by enum: the names in rules and answers. */
extern const char *const field_names[FIELD_COUNT];

enum role {
	ROLE_NONE, /* not told */
	ROLE_READER,
	ROLE_TRUSTED,
	ROLE_STAFF,
	ROLE_COUNT,
};

/* "none", "reader", "trusted", "staff". */
extern const char *const role_names[ROLE_COUNT];

struct author {
	struct span id, name, email, url, ip;
	int64_t approved; /* comments approved before, or COMMENT_ABSENT */
	int64_t rejected; /* comments rejected before, or COMMENT_ABSENT */
	int64_t created_ms; /* [ms since 1970] when the account was made, or COMMENT_ABSENT */
	enum role role;
};

struct article {
	struct span id, url, title, text, section;
	const struct span *tags;
	size_t tags_count;
};

struct comment {
	struct span id; /* empty or 1..128 bytes of [A-Za-z0-9._:-] */
	struct span text; /* the comment itself; may be empty */
	struct span lang; /* BCP 47 tag the CMS gave, or empty */
	struct span site; /* name of a configured site, or empty */
	struct author author;
	struct article article;
	struct span parent_id, parent_text;
	int64_t submitted_ms; /* [ms since 1970], or COMMENT_ABSENT: the time of evaluation */
	uint32_t revision; /* 0 when not told */
};

/* An empty comment: every field absent. */
#define COMMENT_INIT                                                                               \
	{                                                                                          \
		.author = {.approved = COMMENT_ABSENT,                                             \
			.rejected = COMMENT_ABSENT,                                                \
			.created_ms = COMMENT_ABSENT},                                             \
		.submitted_ms = COMMENT_ABSENT,                                                    \
	}

/* The text of a field; FIELD_EMAIL_DOMAIN is cut from the address. */
struct span comment_field(const struct comment *comment, enum field field);
