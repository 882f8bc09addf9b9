/* One text with its views, prepared once: see text.h. */
#include "text/text.h"

#include "text/disguise.h"
#include "text/fold.h"

int text_prepare(
	struct text *out, struct arena *arena, struct span original, const struct lexicon *lexicon)
{
	int rc;

	*out = (struct text){.original = original, .arena = arena};
	rc = fold(arena, original, &out->folded);
	if (rc == OK && lexicon)
		rc = disguise_find(out, lexicon);
	return rc;
}
