/* The table of roles: see roles.h. */
#include "store/roles.h"

#define MAY(right) (1U << ACCESS_##right)
#define EVERYBODY (MAY(OPEN) | MAY(WATCH) | MAY(READ))

const struct role_kind roles[ROLES] = {
	[ROLE_CMS] = {"cms", EVERYBODY | MAY(JUDGE) | MAY(FEED), "the program that publishes"},
	[ROLE_MODERATOR] = {"moderator", EVERYBODY | MAY(QUEUE), "who works on the queue"},
	[ROLE_AUTHOR] = {"author", EVERYBODY | MAY(RULES) | MAY(RELOAD), "who writes rules"},
	[ROLE_ADMIN] = {"admin", (1U << ACCESS_RIGHTS) - 1, "who runs filterd"},
};

static const char *const right_names[ACCESS_RIGHTS] = {
	[ACCESS_WATCH] = "metrics",
	[ACCESS_JUDGE] = "have comments judged",
	[ACCESS_FEED] = "read the feed of decisions",
	[ACCESS_READ] = "list the rules, ask who one is",
	[ACCESS_QUEUE] = "see, claim and decide what waits",
	[ACCESS_RULES] = "read the rules' files, try changes out",
	[ACCESS_RELOAD] = "put changed rules into force",
	[ACCESS_ADMIN] = "what is left",
};

bool role_may(enum role role, enum access_right right)
{
	return (roles[role].rights >> right & 1) != 0;
}

bool role_find(struct span name, enum role *out)
{
	for (size_t i = 0; i < ROLES; i++) {
		if (span_eq(name, span_of(roles[i].name))) {
			*out = (enum role)i;
			return true;
		}
	}
	return false;
}

void roles_describe(struct buf *out)
{
	buf_str(out, "| may |");
	for (size_t i = 0; i < ROLES; i++)
		buf_printf(out, " `%s`: %s |", roles[i].name, roles[i].who);
	buf_str(out, "\n|---|---|---|---|---|\n");
	for (size_t right = 0; right < ACCESS_RIGHTS; right++) {
		if (right_names[right] == NULL)
			continue;
		buf_printf(out, "| %s |", right_names[right]);
		for (size_t i = 0; i < ROLES; i++)
			buf_str(out,
				role_may((enum role)i, (enum access_right)right) ? " yes |" : " |");
		buf_char(out, '\n');
	}
}
