/* One text with its views, prepared once: see text.h. */
#include "text/text.h"

#include "text/fold.h"

int text_prepare(
	struct text *out, struct arena *arena, struct span original, const struct lexicon *lexicon)
{
	(void)lexicon;
	*out = (struct text){.original = original, .arena = arena};
	return fold(arena, original, &out->folded);
}
