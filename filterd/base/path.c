/* Paths of files: see path.h. */
#include "base/path.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

char *path_folder(const char *path)
{
	char *copy = strdup(path), *folder = NULL;

	/* dirname() writes into what it is given, and may return what is not to be freed. */
	if (copy != NULL)
		folder = strdup(dirname(copy));
	free(copy);
	return folder;
}
