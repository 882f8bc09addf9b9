/* Any bytes as a rule file and as a configuration: a set or an error with a place, never a crash.
 */
#include "rules/ruleset.h"
#include "server/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The loaders read files: this one lives in memory and has a path all the same. */
static int file_of(const uint8_t *data, size_t size, char path[64])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void check_errors(const struct errors *errors, int rc)
{
	struct buf shown = {0};

	if (rc == OK ? errors->errors != 0 : errors->errors == 0)
		abort();
	errors_render(errors, &shown, true);
	buf_free(&shown);
}

static void load_rules(const char *path)
{
	const struct ruleset_options options = {.folders = &path, .folders_count = 1};
	struct errors errors = {0};
	struct arena keep;
	struct ruleset *set;
	int rc;

	arena_init(&keep, 0);
	rc = ruleset_load(&options, &errors, &keep, &set);
	check_errors(&errors, rc);
	ruleset_unref(set);
	errors_free(&errors);
	arena_free(&keep);
}

static void load_config(const char *path)
{
	struct errors errors = {0};
	struct arena keep;
	struct config *config;
	int rc;

	arena_init(&keep, 0);
	rc = config_load(path, &errors, &keep, &config);
	check_errors(&errors, rc);
	config_free(config);
	errors_free(&errors);
	arena_free(&keep);
}

/* Each byte of each text must have a place inside the file. */
static void place_everything(const struct source *source, const struct yaml_node *node)
{
	size_t items = node->kind == YAML_MAPPING ? 2 * node->count : node->count;

	for (size_t i = 0; i < items; i++)
		place_everything(source, &node->items[i]);
	if (node->kind == YAML_SCALAR && source->text.len < 2000) {
		for (size_t i = 0; i <= node->value.len; i++) {
			struct place place = yaml_place_inside(source, node, i);

			if (place.line < node->line || place.column == 0)
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {"fuzz", {(const char *)data, size}};
	struct errors errors = {0};
	struct yaml_node *root;
	struct arena arena;
	char path[64];
	int fd;

	arena_init(&arena, 0);
	if (yaml_parse(&arena, &source, &errors, &root) == OK && root)
		place_everything(&source, root);
	errors_free(&errors);
	arena_free(&arena);
	fd = file_of(data, size, path);
	load_rules(path);
	load_config(path);
	close(fd);
	return 0;
}
