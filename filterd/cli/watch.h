/*
 * Watching files and folders for changes, by inotify.
 *
 * A folder is watched with all below it, a file by its name in its folder: editors that save by
 * renaming a new file over the old one are seen, and so is what does not exist yet. Hidden files
 * and folders, and names that end with `~`, do not count. Reading changes nothing.
 */
#pragma once

#include "base/buf.h"

#define WATCHES_MAX 8192 /* folders */

struct watch;

/* NULL with errno set when the system has no more of them, or is out of memory. */
struct watch *watch_new(void);
void watch_free(struct watch *watch); /* NULL is legal */

/* Leaves out the file at `path`, and those beside it whose names begin with its name. */
void watch_ignore(struct watch *watch, const char *path);

/*
 * Watches what is at `path`, or will be. 0, or an errno: ENOSPC: more folders than WATCHES_MAX, or
 * than the system lets a user watch (fs.inotify.max_user_watches).
 */
int watch_add(struct watch *watch, const char *path);

/*
 * Waits for a change and for what follows on it, until nothing more happens for 100 ms (but at
 * most for 2 s). Returns how many files changed, at least 1, and appends the first few of their
 * paths to *names, separated by commas; 0: `stop_fd` became readable; -1 with errno.
 */
int watch_wait(struct watch *watch, int stop_fd, struct buf *names);
