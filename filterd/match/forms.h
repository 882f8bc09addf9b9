/*
 * Forms: what an entry of a list may have before and behind it, so that one entry finds a word with
 * all its endings. Slots follow each other in order, and each may be left out.
 *
 *   suffixes: [[lar, ler], [im, in], [da, de]]       salak, salaklar, salakda, salaklarimda, ...
 *
 * Nothing is multiplied out but the prefixes, which are few: a word is compared with the slots one
 * after the other.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"

#define FORMS_SLOTS_MAX 8 /* before a word, and as many behind it */
#define FORMS_TEXTS_MAX 64 /* in one slot */
#define FORMS_LETTERS_MAX 16 /* of one text */
#define FORMS_COMBINED_MAX 20000 /* forms of one word */
#define FORMS_LONGEST                                                                              \
	(FORMS_SLOTS_MAX * FORMS_LETTERS_MAX * 4) /* [bytes] of all slots together                 \
						   */

/* Texts of which one may stand here. */
struct form_slot {
	struct span *texts; /* folded letters; once settled the longest first, each once */
	size_t count;
};

struct form_slots {
	struct form_slot items[FORMS_SLOTS_MAX];
	size_t count;
	size_t longest; /* [bytes] of what they make together; set by forms_settle() */
};

/* Forms under one name. */
struct forms {
	struct span name;
	struct form_slots prefixes, suffixes;
};

/* What the entries of a list have: any one of these. */
struct form_set {
	const struct forms *const *items;
	size_t count;
};

/*
 * Folds the text of a slot. *problem is set to what is wrong with it, as a rest of a sentence, or
 * NULL. OK or ERR_NOMEM.
 */
int forms_fold(struct arena *arena, struct span written, struct span *out, const char **problem);

/*
 * Brings the texts into order, once all are there. Returns how many forms of a word they make,
 * itself counted in, or FORMS_COMBINED_MAX + 1 if they are more than that.
 */
size_t forms_settle(struct forms *forms);

/*
 * Sets reached[n] (FORMS_LONGEST + 1 of them) to whether the slots can make the first n bytes of
 * the text, up to what is returned: the longest that they could.
 */
size_t forms_reach(const struct form_slots *slots, struct span text, bool *reached);

/* Whether the slots can make the whole text; of an empty one they can. */
bool forms_can_make(const struct form_slots *slots, struct span text);

/*
 * Cuts a text that the slots can make into what each gave, left-out ones left out: at most
 * FORMS_SLOTS_MAX parts of `text`. Returns their number; 0 if it cannot be made, or is empty.
 */
size_t forms_cut(const struct form_slots *slots, struct span text, struct span *parts);

/*
 * Calls `each` (false: stop) with everything the slots can make but the empty text; some may come
 * twice. The texts live until it returns. False if it was stopped.
 */
bool forms_combine(const struct form_slots *slots, bool (*each)(void *context, struct span made),
	void *context);
