/* Writing a file that is either the old one or the new one whole, whatever happens. */
#pragma once

#include "base/span.h"

/*
 * Replaces the content of the file at `path`, or makes it: by a temporary file beside it that is
 * renamed over it, with the mode of the old one; a symbolic link stays one. What is no regular file
 * (a pipe, a device) is written into; what must not be written is not replaced either. 0, or the
 * errno of what failed; then the file is as it was.
 */
int save_file(const char *path, struct span text);
