/* Opening the queue's database for a command: see database.h. */
#include "cli/database.h"

#include "cli/setup.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

static int open_at(struct run *run, const char *path, enum db_use use, struct db **out)
{
	struct buf why = {0};
	int code = CLI_FINE, rc = db_open(path, use, &why, out);

	if (rc == ERR_NOMEM)
		code = cli_failed(run, CLI_OUTPUT, "out of memory");
	else if (rc != OK)
		code = cli_failed(run, rc == ERR_INVALID ? CLI_CONFIG : CLI_OUTPUT, "%.*s",
			(int)why.len, why.data);
	buf_free(&why);
	return code;
}

int database_open(struct run *run, const char *path, enum db_use use, struct db **out)
{
	struct setup setup = {0};
	int code = CLI_FINE;

	*out = NULL;
	if (!path) {
		code = setup_load(run, &setup, SETUP_CONFIG);
		path = code == CLI_FINE ? setup.config->store : NULL;
		if (code == CLI_FINE && !path)
			code = cli_failed(run, CLI_CONFIG, "the configuration says `store: off`");
	}
	if (code == CLI_FINE)
		code = open_at(run, path, use, out);
	setup_free(&setup);
	return code;
}

struct span database_user(struct arena *arena)
{
	struct passwd *entry = getpwuid(getuid());
	char number[32];

	if (entry && entry->pw_name[0])
		return arena_copy(arena, span_of(entry->pw_name));
	snprintf(number, sizeof(number), "uid-%u", (unsigned)getuid());
	return arena_copy(arena, span_of(number));
}
