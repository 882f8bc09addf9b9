/* Changes to a file's text shown as a unified diff, as `diff -u` would. */
#pragma once

#include "cli/out.h"
#include "moderate/case_edit.h"

/* Shows the sorted edits of the text of the file called `name`. Text is untrusted. */
void patch_show(
	struct out *out, const char *name, struct span text, const struct case_edits *edits);
