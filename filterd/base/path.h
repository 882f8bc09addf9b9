/* Paths of files. */
#pragma once

/*
 * The folder that `path` stands in, by POSIX's dirname(): "." for a bare name, "/" for one below
 * the root; slashes at the end do not count. The caller frees it; NULL: no memory.
 */
char *path_folder(const char *path);
