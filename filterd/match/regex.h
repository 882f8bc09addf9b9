/* Regexes of rules: which are let in, and how they are compiled. Private to match/. */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "match/matcher.h"

/*
 * Whether a regex of a rule may be used at all: its length, UTF-8, and none of the items that reach
 * beyond matching (callouts, verbs, \G; \C is refused by PCRE2). OK or ERR_INVALID.
 */
int regex_vet(struct span regex, struct pattern_error *error);

/*
 * Compiles a pattern, a rule's or one of ours, with JIT if asked and possible; *out is freed with
 * pcre2_code_free(). OK, ERR_INVALID (*error filled with PCRE2's words) or ERR_NOMEM.
 */
int regex_compile(struct span regex, bool jit, pcre2_code **out, struct pattern_error *error);

/*
 * Compiles *code to machine code where that can be done. OK, or ERR_INVALID where it would be too
 * much (*error filled; *code is freed and NULL).
 */
int regex_speed_up(pcre2_code **code, struct pattern_error *error);

/* How long the POSIX class ("[:alpha:]") at `at` is, 0 if there is none: what PCRE2 takes for one.
 */
size_t regex_posix_class(struct span regex, size_t at);

/* Whether `code` has a match of no characters (that would never be reported). */
bool regex_matches_empty(const pcre2_code *code);
