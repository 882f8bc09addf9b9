/* A regex as a tree, as far as lint needs it to make texts that it may match. Private to match/. */
#pragma once

#include "base/arena.h"
#include "base/status.h"

#define REGEX_NO_BOUND UINT32_MAX

enum regex_kind {
	REGEX_CHARACTER, /* one character of a kind: a literal, a class, an escape, `.` */
	REGEX_SEQUENCE,
	REGEX_CHOICE,
	REGEX_REPEAT, /* of its only child */
	REGEX_NOTHING, /* matches no characters: \b, ^, a lookaround, an option */
	REGEX_UNKNOWN, /* a back reference, a recursion */
};

struct regex_node {
	struct regex_node *next, *first; /* the next beside it, and the first in it */
	enum regex_kind kind;
	uint32_t min, max; /* of REGEX_REPEAT; REGEX_NO_BOUND */
	bool keeps; /* of REGEX_REPEAT: gives nothing back (`a++`) */
	bool caseless;
	bool literal; /* of REGEX_CHARACTER: stands for `character` alone */
	uint32_t character;
	struct span written; /* in the regex */
};

/*
 * Reads a regex that PCRE2 has compiled into the arena. OK, ERR_UNSUPPORTED for what it does not
 * follow (conditions, extended mode, \Q), or ERR_NOMEM.
 */
int regex_tree(struct arena *arena, struct span regex, struct regex_node **out);

/* Whether a repeat without bound is in it. As deep as groups nest. */
bool regex_has_unbounded(const struct regex_node *node);
