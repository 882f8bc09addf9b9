/* Replaces files atomically: see save.h. */
#include "cli/save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define END_OF_NAME ".XXXXXX"

static int write_all(int fd, struct span text)
{
	while (text.len) {
		ssize_t n = write(fd, text.ptr, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		text = span_sub(text, (size_t)n, text.len);
	}
	return 0;
}

static int write_into(const char *path, struct span text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), error;

	if (fd < 0)
		return errno;
	error = write_all(fd, text);
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error;
}

static int replace(const char *path, mode_t mode, struct span text)
{
	char beside[PATH_MAX + sizeof(END_OF_NAME)];
	int fd, error;

	snprintf(beside, sizeof(beside), "%s" END_OF_NAME, path);
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return errno;
	error = write_all(fd, text);
	if (error == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0 && rename(beside, path) != 0)
		error = errno;
	if (error)
		unlink(beside);
	return error;
}

int save_file(const char *path, struct span text)
{
	char real[PATH_MAX];
	struct stat old;
	mode_t mask;

	if (!realpath(path, real)) {
		if (errno != ENOENT)
			return errno;
		mask = umask(0);
		umask(mask);
		return replace(path, 0666 & ~mask, text);
	}
	if (stat(real, &old) != 0)
		return errno;
	if (!S_ISREG(old.st_mode))
		return write_into(real, text);
	if (access(real, W_OK) != 0)
		return errno;
	return replace(real, old.st_mode & 07777, text);
}
