/*
 * Any bytes as a file of another system: what comes out is a rule file that loads and whose rules'
 * tests pass, and no item gets lost. The first byte chooses the system.
 */
#include "import/import.h"
#include "moderate/selftest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The loader reads files: this one lives in memory and has a path all the same. */
static int file_of(const struct buf *content, char path[64])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, content->data, content->len) != (ssize_t)content->len)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void check_file(const struct buf *file)
{
	char path[64];
	const char *folder = path;
	const struct ruleset_options options = {.folders = &folder, .folders_count = 1};
	struct errors errors = {0};
	struct arena keep;
	struct ruleset *set;
	int fd = file_of(file, path), rc;

	arena_init(&keep, 0);
	rc = moderate_load(&options, NULL, &errors, &keep, &set);
	if (rc != OK) {
		struct buf shown = {0};

		errors_render(&errors, &shown, false);
		fprintf(stderr, "%.*s\n%.*s\n", SPAN_ARGS(buf_content(file)),
			SPAN_ARGS(buf_content(&shown)));
		abort();
	}
	ruleset_unref(set);
	errors_free(&errors);
	arena_free(&keep);
	close(fd);
}

static void check_result(const struct import_result *result, const struct buf *file)
{
	if (result->items != result->carried + result->left + result->repeated)
		abort();
	if (result->rules > 0)
		check_file(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct import_options options = {.action = -1};
	struct errors errors = {0};
	struct import_result result;
	struct buf file = {0};
	struct arena arena;
	size_t count;
	const struct import_kind *kinds = import_kinds(&count);

	if (size == 0)
		return 0;
	/* Letters, so that a person can read the corpus: a, c, d, w and W. */
	for (size_t i = 0; i < count; i++) {
		const char *letters = "acdwW";
		struct source source = {"fuzz", {(const char *)data + 1, size - 1}};
		int rc;

		if (data[0] != letters[i])
			continue;
		arena_init(&arena, 0);
		rc = import_run(&kinds[i], &source, &options, &arena, &errors, &file, &result);
		if (rc == OK)
			check_result(&result, &file);
		else if (rc == ERR_NOMEM || errors.errors == 0)
			abort();
		errors_free(&errors);
		buf_free(&file);
		arena_free(&arena);
	}
	return 0;
}
