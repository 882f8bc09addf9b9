/*
 * Roles, and what each may do: one table for the daemon, the command line and the manual.
 *
 * A right is what a resource asks for; a role is a set of rights; a token has one role.
 */
#pragma once

#include "base/buf.h"

enum access_right {
	ACCESS_OPEN, /* nothing is asked for */
	ACCESS_WATCH, /* metrics */
	ACCESS_JUDGE, /* have comments judged */
	ACCESS_FEED, /* what was decided, for the CMS */
	ACCESS_READ, /* version and list of the rules */
	ACCESS_SELF, /* who one is */
	ACCESS_QUEUE, /* see and decide what waits for a person */
	ACCESS_REPLAY, /* see what rules would make of the queue, with examples */
	ACCESS_RULES, /* read the rules' files, try changes out */
	ACCESS_RELOAD, /* put changed rules into force */
	ACCESS_ADMIN, /* whatever only an administrator may */
	ACCESS_RIGHTS,
};

enum user_role {
	USER_CMS,
	USER_MODERATOR,
	USER_AUTHOR, /* of rules */
	USER_ADMIN,
	USER_ROLES,
};

struct user_role_kind {
	const char *name; /* "cms"; in the database and on the wire, never renamed */
	unsigned rights; /* bits 1 << enum access_right */
	const char *who; /* whom it is for, in a few words */
};

extern const struct user_role_kind user_roles[USER_ROLES];

bool user_may(enum user_role role, enum access_right right);

/* False: there is no such role. */
bool user_role_find(struct span name, enum user_role *out);

/* The table as Markdown, for server/README.md. */
void user_roles_describe(struct buf *out);
