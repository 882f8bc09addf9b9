/* A rule set from YAML in a test's source. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "moderate/selftest.h"

/*
 * Loads the YAML as the only file of a set and runs its tests. NULL when it is refused; errors are
 * added to `errors`, their sources kept in `keep`.
 */
static inline struct ruleset *ruleset_of(const char *yaml, const struct site *sites,
	size_t sites_count, struct errors *errors, struct arena *keep)
{
	char folder[] = "/tmp/filterd-test-XXXXXX", path[64];
	const char *folders[] = {folder};
	struct ruleset_options options = {
		.folders = folders, .folders_count = 1, .sites = sites, .sites_count = sites_count};
	struct ruleset *set = NULL;
	FILE *file;

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/rules.yaml", folder);
	file = fopen(path, "w");
	if (!file || fputs(yaml, file) == EOF || fclose(file) == EOF)
		abort();
	if (moderate_load(&options, NULL, errors, keep, &set) != OK)
		set = NULL;
	unlink(path);
	rmdir(folder);
	return set;
}
