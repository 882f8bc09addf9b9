/*
 * Lists and rules of other systems, made into a rule file.
 *
 * Nothing is dropped: each item of the input (an entry of a list, a key or value of a rule) becomes
 * an entry or a rule, or a comment in the file that says what it was and why it could not be
 * carried over. The rule file that comes out loads, alone or beside others, and its rules' own
 * tests pass.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "rules/ruleset.h"

#define IMPORT_LIST_SIZE_MAX (4 * 1024 * 1024) /* [bytes] of a list that is read */
#define IMPORT_GUIDELINE "imported" /* the guideline that the file makes when none is named */
#define IMPORT_NAME_MAX 40 /* [bytes] of guideline and id: names are made of them */

struct import_options {
	struct span guideline; /* empty: IMPORT_GUIDELINE, which the file then defines */
	const char *const *languages; /* of all rules of the file */
	size_t languages_count; /* 0: every language */
	struct span id; /* what rule ids and list names begin with; empty: the kind's name */
	int action; /* enum action of every rule, or -1: what the source says */
};

enum import_note_kind {
	IMPORT_LEFT, /* not carried over */
	IMPORT_CHANGED, /* carried over, but does not mean quite the same */
	IMPORT_REPEATED, /* an entry that was there before */
};

/* "not carried over", "changed", "repeated". */
extern const char *const import_note_names[];

/* Something that the reader of the rule file should know; it stands there as a comment too. */
struct import_note {
	enum import_note_kind kind;
	uint32_t line; /* of the input, 1-based */
	struct span what; /* as scalar_comment() shows it, the beginning of it if it is long */
	struct span why; /* a sentence without full stop, as scalar_comment() shows it */
};

struct import_result {
	size_t items; /* of the input; always carried + left + repeated */
	size_t carried; /* became an entry, or a part of a rule */
	size_t left; /* not carried over */
	size_t repeated;
	size_t changed; /* of those carried over */
	size_t rules; /* written */
	struct span name; /* of the source, as scalar_comment() shows it */
	struct import_note *notes; /* in the arena, in the order of the input */
	size_t notes_count;
	size_t notes_capacity;
};

struct importer;

/* A system that can be imported from. */
struct import_kind {
	const char *name; /* as on the command line */
	const char
		*about; /* for the head of the file: what is different here; sentences, or NULL */
	size_t size_max; /* [bytes] of a file */
	void (*read)(struct importer *importer);
};

/* All of them. */
const struct import_kind *import_kinds(size_t *count);

/*
 * Writes the rule file for `source`, whose text may be any bytes, to *out. What the result points
 * to lives in the arena or is static. OK; ERR_INVALID with an error added when the input as a whole
 * cannot be read; ERR_LIMIT with an error when the file would be larger than a rule file may be;
 * ERR_NOMEM.
 */
int import_run(const struct import_kind *kind, const struct source *source,
	const struct import_options *options, struct arena *arena, struct errors *errors,
	struct buf *out, struct import_result *result);

/* Whether the name can be a guideline or the beginning of ids: 1 to IMPORT_NAME_MAX of
 * [a-z0-9._/-].
 */
bool import_name_fits(struct span name);
