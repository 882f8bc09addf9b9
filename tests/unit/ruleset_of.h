/* A rule set from YAML in a test's source. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "moderate/selftest.h"

/* A folder with the YAML as its only file. */
struct rule_folder {
	char folder[32];
	char file[64];
};

static inline void rule_folder_make(struct rule_folder *made, const char *yaml)
{
	FILE *file;

	strcpy(made->folder, "/tmp/filterd-test-XXXXXX");
	if (!mkdtemp(made->folder))
		abort();
	snprintf(made->file, sizeof(made->file), "%s/rules.yaml", made->folder);
	file = fopen(made->file, "w");
	if (!file || fputs(yaml, file) == EOF || fclose(file) == EOF)
		abort();
}

static inline void rule_folder_remove(const struct rule_folder *made)
{
	unlink(made->file);
	rmdir(made->folder);
}

/* Loads the folder and runs its rules' tests, like moderate_load(). */
static inline int rule_folder_load(const struct rule_folder *made, const struct site *sites,
	size_t sites_count, struct errors *errors, struct arena *keep, struct ruleset **out)
{
	const char *folders[] = {made->folder};
	struct ruleset_options options = {
		.folders = folders, .folders_count = 1, .sites = sites, .sites_count = sites_count};

	return moderate_load(&options, NULL, errors, keep, out);
}

/*
 * The set of the YAML, its tests run. NULL when it is refused; errors are added to `errors`, their
 * sources kept in `keep`.
 */
static inline struct ruleset *ruleset_of(const char *yaml, const struct site *sites,
	size_t sites_count, struct errors *errors, struct arena *keep)
{
	struct rule_folder folder;
	struct ruleset *set = NULL;

	rule_folder_make(&folder, yaml);
	if (rule_folder_load(&folder, sites, sites_count, errors, keep, &set) != OK)
		set = NULL;
	rule_folder_remove(&folder);
	return set;
}
