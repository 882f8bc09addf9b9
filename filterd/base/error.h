/*
 * Errors for people: what is wrong, in which file, line and column, with the line quoted.
 *
 * Loaders collect them instead of stopping at the first; whoever runs the command prints them.
 */
#pragma once

#include "base/buf.h"

enum severity {
	SEVERITY_ERROR, /* the set, configuration or request is refused */
	SEVERITY_WARNING, /* loaded all the same, but probably not what was meant */
	SEVERITY_NOTE, /* worth knowing, and maybe what was meant */
};

/* A text file as it was read. Places point into it, so it must outlive the error list. */
struct source {
	const char *name; /* the path as the user gave it, NUL-terminated */
	struct span text; /* the whole content */
};

/* Where something stands. */
struct place {
	const struct source *source; /* NULL: no file */
	uint32_t line; /* 1-based; 0: the file as a whole */
	uint32_t column; /* 1-based, counted in code points; 0: the line as a whole */
};

/* The line of the source that the place is in, without its line break; empty if there is none. */
struct span place_line(const struct place *place);

struct error {
	enum severity severity;
	const char *code; /* of its kind ("unused-list"), static; NULL: of none */
	struct place place;
	char *text; /* owned; no line break, first letter small, no full stop */
	char *hint; /* owned or NULL: what would mend it */
};

#define ERRORS_MAX 50 /* more than this are counted, not kept; errors before warnings and notes */
#define ERRORS_ALL 100000 /* what `most` is for those who want to see all */

struct errors {
	struct error *items; /* owned, in the order they were added */
	size_t count;
	size_t capacity;
	size_t most; /* as many are kept; 0: ERRORS_MAX */
	size_t dropped; /* counted beyond that */
	const char *scope; /* the code of those that are added from now on and given no other */
	bool newest_dropped; /* so that errors_hint() does not mend another's */
	size_t errors; /* of severity error, dropped ones included */
	size_t warnings; /* the same for warnings */
	size_t notes; /* the same for notes */
};

/* Adds one; an allocation that fails still counts it, so that `errors` never lies. */
void errors_add(struct errors *list, enum severity severity, struct place place, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* Gives the newest error the code of its kind. No effect if it was dropped. */
void errors_code(struct errors *list, const char *code);

/* Gives the newest error a hint ("did you mean `phrase`?"). No effect if it was dropped. */
void errors_hint(struct errors *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Whether a further error would only be counted: what costs much to find out (a place inside a
 * text, the nearest of many names) is then not worth it, or thousands of mistakes take minutes.
 */
static inline bool errors_are_full(const struct errors *list)
{
	return list->errors >= (list->most ? list->most : ERRORS_MAX);
}

/* Adds all of `from` to `to` and empties `from`, but for how many it keeps. */
void errors_move(struct errors *to, struct errors *from);

/*
 * Brings them into the order of file name, line and column; equal places keep their order. Without
 * memory they stay as they are.
 */
void errors_sort(struct errors *list);

/*
 * Appends each as
 *     rules/threats.yaml:12:9: error: unknown key `patern`; did you mean `pattern`?
 *         patern: "..."
 *         ^
 * with colours if asked; control characters of the quoted line are shown as `?`. With `codes` the
 * code of its kind follows in brackets, and a blank line parts files.
 */
void errors_render(const struct errors *list, struct buf *out, bool colour);
void errors_render_codes(const struct errors *list, struct buf *out, bool colour);

/* "error", "warning" or "note". */
const char *severity_name(enum severity severity);

void errors_free(struct errors *list);

/*
 * The name among `names` (count of them, each NUL-terminated) that `got` was probably meant to be:
 * at most 2 edits (1 for names under 5 letters) away by Damerau-Levenshtein distance, the closest,
 * the first of equals; NULL if none. `got` longer than 64 bytes has none.
 */
const char *nearest_name(struct span got, const char *const *names, size_t count);
