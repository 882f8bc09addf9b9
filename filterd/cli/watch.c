/* Watches files and folders: see watch.h. */
#include "cli/watch.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUIET_MS 100 /* after a change: until nothing more has happened for so long */
#define QUIET_MAX_MS 2000 /* but no longer than this */
#define NAMES_MAX 3 /* changed files that are named */

#define CHANGES                                                                                    \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF |   \
		IN_MOVE_SELF | IN_ONLYDIR)

/* A folder, whole or for one name in it; the same folder may stand here several times. */
struct watched {
	int wd;
	char *folder; /* owned */
	char *only; /* owned; NULL: all names */
};

struct watch {
	int fd;
	struct watched *items; /* owned */
	size_t count, capacity;
	char *ignored; /* owned; a path, or NULL */
};

struct watch *watch_new(void)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd >= 0)
		return watch;
	free(watch);
	return NULL;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	close(watch->fd);
	for (size_t i = 0; i < watch->count; i++) {
		free(watch->items[i].folder);
		free(watch->items[i].only);
	}
	free(watch->items);
	free(watch->ignored);
	free(watch);
}

void watch_ignore(struct watch *watch, const char *path)
{
	free(watch->ignored);
	watch->ignored = strdup(path);
}

/* --- adding -------------------------------------------------------------------------------------
 */

static int add_folder(struct watch *watch, const char *folder, const char *only)
{
	struct watched item = {.folder = strdup(folder), .only = only ? strdup(only) : NULL};
	int error = !item.folder || (only && !item.only) ? ENOMEM : 0;

	if (!error && watch->count == WATCHES_MAX)
		error = ENOSPC;
	if (!error && watch->count == watch->capacity) {
		size_t capacity = watch->capacity ? 2 * watch->capacity : 16;
		struct watched *items = realloc(watch->items, capacity * sizeof(*items));

		if (items) {
			watch->items = items;
			watch->capacity = capacity;
		} else {
			error = ENOMEM;
		}
	}
	if (!error) {
		item.wd = inotify_add_watch(watch->fd, folder, CHANGES);
		error = item.wd < 0 ? errno : 0;
	}
	if (!error) {
		watch->items[watch->count++] = item;
		return 0;
	}
	free(item.folder);
	free(item.only);
	return error;
}

/* The folder with all below it; what cannot be looked into, or has just gone, is left out. */
static int add_tree(struct watch *watch, const char *path)
{
	char *start = strdup(path), *roots[] = {start, NULL};
	FTS *tree =
		start ? fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL) : NULL;
	FTSENT *entry;
	int error = tree ? 0 : ENOMEM;

	while (!error && (entry = fts_read(tree))) {
		if (entry->fts_info != FTS_D)
			continue;
		if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
			fts_set(tree, entry, FTS_SKIP);
			continue;
		}
		error = add_folder(watch, entry->fts_path, NULL);
		if (error == ENOENT || error == EACCES || error == ENOTDIR)
			error = 0;
	}
	if (tree)
		fts_close(tree);
	free(start);
	return error;
}

/* The name in the nearest folder that there is: of the path, or of a folder on the way to it. */
static int add_name(struct watch *watch, const char *path)
{
	char folder[PATH_MAX];
	struct stat status;
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0 || len >= sizeof(folder))
		return ENAMETOOLONG;
	memcpy(folder, path, len);
	folder[len] = '\0';
	for (;;) {
		char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
		const char *above = slash == folder ? "/" : slash ? folder : ".";
		char only[NAME_MAX + 1];

		if (strlen(name) >= sizeof(only))
			return ENAMETOOLONG;
		memcpy(only, name, strlen(name) + 1);
		if (only[0] == '\0')
			return 0; /* the root */
		if (slash)
			*slash = '\0';
		if (stat(above, &status) == 0 && S_ISDIR(status.st_mode))
			return add_folder(watch, above, only);
		if (!slash || slash == folder)
			return ENOENT;
	}
}

int watch_add(struct watch *watch, const char *path)
{
	struct stat status;
	int error = add_name(watch, path);

	if (error == 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		error = add_tree(watch, path);
	return error;
}

/* --- waiting ------------------------------------------------------------------------------------
 */

/* Files that changed, each once. */
struct changes {
	struct map seen; /* their paths; in the arena */
	struct arena arena;
	size_t count;
	struct buf *names;
};

static void note_change(struct changes *changes, const char *folder, const char *name)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct span text;

	if (strcmp(folder, ".") == 0)
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%s%s%s", folder, *name ? "/" : "", name);
	text = span_of(path);
	if (map_get(&changes->seen, text) != MAP_NONE)
		return;
	text = arena_copy(&changes->arena, text);
	if (text.ptr && map_set(&changes->seen, text, 0) == OK && changes->count < NAMES_MAX) {
		buf_str(changes->names, changes->count ? ", " : "");
		buf_span(changes->names, text);
	}
	changes->count++;
}

static bool is_ignored(const struct watch *watch, const struct watched *item, const char *name)
{
	const char *slash = watch->ignored ? strrchr(watch->ignored, '/') : NULL;
	const char *file = slash ? slash + 1 : watch->ignored;
	struct stat a, b;
	char folder[PATH_MAX];

	if (!item->only && (name[0] == '.' || (name[0] && name[strlen(name) - 1] == '~')))
		return true;
	if (!file || strncmp(name, file, strlen(file)) != 0)
		return false;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - watch->ignored) : 1,
		slash ? watch->ignored : ".");
	return stat(*folder ? folder : "/", &a) == 0 && stat(item->folder, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void take_event(
	struct watch *watch, const struct inotify_event *event, struct changes *changes)
{
	const char *name = event->len ? event->name : "";

	if (event->mask & IN_Q_OVERFLOW)
		note_change(changes, ".", "many files");
	if (event->mask & (IN_Q_OVERFLOW | IN_IGNORED))
		return;
	for (size_t i = 0; i < watch->count; i++) {
		const struct watched *item = &watch->items[i];

		if (item->wd != event->wd || (item->only && strcmp(item->only, name) != 0) ||
			is_ignored(watch, item, name))
			continue;
		note_change(changes, item->folder, name);
		return;
	}
}

static int take_events(struct watch *watch, struct changes *changes)
{
	_Alignas(struct inotify_event) char buffer[64 * 1024];

	for (;;) {
		ssize_t n = read(watch->fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(buffer + at);

			take_event(watch, event, changes);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
}

/* 1: something changed and all is quiet again; 0: stopped; -1: errno. */
static int wait_until_quiet(struct watch *watch, int stop_fd, struct changes *changes)
{
	struct pollfd fds[] = {
		{.fd = watch->fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
	int64_t end_ns = INT64_MAX;

	while (clock_mono_ns() < end_ns) {
		int ready = poll(fds, ARRAY_LEN(fds), changes->count ? QUIET_MS : -1);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return -1;
		if (fds[1].revents)
			return 0;
		if (ready == 0)
			return 1;
		if (take_events(watch, changes) != 0)
			return -1;
		if (changes->count && end_ns == INT64_MAX)
			end_ns = clock_mono_ns() + QUIET_MAX_MS * NS_PER_MS;
	}
	return 1;
}

int watch_wait(struct watch *watch, int stop_fd, struct buf *names)
{
	struct changes changes = {.names = names};
	int result;

	arena_init(&changes.arena, 0);
	result = wait_until_quiet(watch, stop_fd, &changes);
	if (result == 1 && changes.count > NAMES_MAX)
		buf_printf(names, " and %zu more", changes.count - NAMES_MAX);
	if (result == 1)
		result = changes.count > INT_MAX ? INT_MAX : (int)changes.count;
	map_free(&changes.seen);
	arena_free(&changes.arena);
	return result;
}
