/* Replays files through a fuzz target without a fuzzer: each argument is a file or a folder. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t len = 0, cap = 1 << 20;

	if (!f) {
		perror(path);
		return 1;
	}
	data = malloc(cap);
	if (!data)
		abort();
	for (size_t n; (n = fread(data + len, 1, cap - len, f)) > 0;) {
		len += n;
		if (len == cap) {
			cap *= 2;
			data = realloc(data, cap);
			if (!data)
				abort();
		}
	}
	fclose(f);
	/* An exact copy, so that a sanitizer sees a read past the end. */
	uint8_t *exact = malloc(len ? len : 1);

	if (!exact)
		abort();
	memcpy(exact, data, len);
	free(data);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	replayed++;
	return 0;
}

static int replay(const char *path)
{
	struct stat st;
	struct dirent *entry;
	DIR *dir;
	int rc = 0;

	if (stat(path, &st) != 0)
		return 0; /* a target without repros has no such folder */
	if (!S_ISDIR(st.st_mode))
		return replay_file(path);
	dir = opendir(path);
	if (!dir)
		return 1;
	while ((entry = readdir(dir))) {
		char child[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		rc |= replay_file(child);
	}
	closedir(dir);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;

	for (int i = 1; i < argc; i++)
		rc |= replay(argv[i]);
	printf("%zu inputs replayed\n", replayed);
	return rc;
}
