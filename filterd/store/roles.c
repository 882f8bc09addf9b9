/* The table of roles: see roles.h. */
#include "store/roles.h"

#define MAY(right) (1U << ACCESS_##right)
#define EVERYBODY (MAY(OPEN) | MAY(WATCH) | MAY(READ) | MAY(SELF))

const struct user_role_kind user_roles[USER_ROLES] = {
	[USER_CMS] = {"cms", EVERYBODY | MAY(JUDGE) | MAY(FEED), "the program that publishes"},
	[USER_MODERATOR] = {"moderator", EVERYBODY | MAY(QUEUE) | MAY(REPLAY),
		"who works on the queue"},
	[USER_AUTHOR] = {"author", EVERYBODY | MAY(REPLAY) | MAY(RULES) | MAY(RELOAD),
		"who writes rules"},
	[USER_ADMIN] = {"admin", (1U << ACCESS_RIGHTS) - 1, "who runs filterd"},
};

static const char *const right_names[ACCESS_RIGHTS] = {
	[ACCESS_WATCH] = "metrics",
	[ACCESS_JUDGE] = "have comments judged",
	[ACCESS_FEED] = "read the feed of decisions",
	[ACCESS_READ] = "list the rules",
	[ACCESS_SELF] = "ask who one is",
	[ACCESS_QUEUE] = "see, claim and decide what waits",
	[ACCESS_REPLAY] = "replay the queue, and see what would change",
	[ACCESS_RULES] = "read the rules' files, try changes out",
	[ACCESS_RELOAD] = "put changed rules into force",
	[ACCESS_ADMIN] = "what is left",
};

bool user_may(enum user_role role, enum access_right right)
{
	return (user_roles[role].rights >> right & 1) != 0;
}

bool user_role_find(struct span name, enum user_role *out)
{
	for (size_t i = 0; i < USER_ROLES; i++) {
		if (span_eq(name, span_of(user_roles[i].name))) {
			*out = (enum user_role)i;
			return true;
		}
	}
	return false;
}

void user_roles_describe(struct buf *out)
{
	buf_str(out, "| may |");
	for (size_t i = 0; i < USER_ROLES; i++)
		buf_printf(out, " `%s`: %s |", user_roles[i].name, user_roles[i].who);
	buf_str(out, "\n|---|---|---|---|---|\n");
	for (size_t right = 0; right < ACCESS_RIGHTS; right++) {
		if (right_names[right] == NULL)
			continue;
		buf_printf(out, "| %s |", right_names[right]);
		for (size_t i = 0; i < USER_ROLES; i++)
			buf_str(out, user_may((enum user_role)i, (enum access_right)right)
					     ? " yes |"
					     : " |");
		buf_char(out, '\n');
	}
}
