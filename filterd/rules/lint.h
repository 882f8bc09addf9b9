/*
 * Kinds of findings: what `filterd lint` can say about rule files and the configuration.
 *
 * One table holds all of them: their codes stand in `--json` and SARIF and must not change, their
 * helps in SARIF and in the reference (rules/README.md).
 */
#pragma once

#include "base/error.h"

enum lint_kind {
	LINT_ALWAYS_FIRES,
	LINT_CATASTROPHIC,
	LINT_COMMA_ENTRY,
	LINT_COVERED_ENTRY,
	LINT_DISGUISED_ENTRY,
	LINT_DUPLICATE_ENTRY,
	LINT_DUPLICATE_ID,
	LINT_DUPLICATE_KEY,
	LINT_DUPLICATE_NAME,
	LINT_EMPTY_SET,
	LINT_FAILED_TEST,
	LINT_FORMS,
	LINT_LIST,
	LINT_MATCHES_EMPTY,
	LINT_NESTED_REPEAT,
	LINT_NEVER_FIRES,
	LINT_NEVER_MATCHES,
	LINT_NO_EFFECT,
	LINT_NO_LITERAL,
	LINT_NO_TESTS,
	LINT_OFF_EVERYWHERE,
	LINT_ORDINARY_WORD,
	LINT_QUOTES,
	LINT_SYNTAX,
	LINT_TEXT_FILE,
	LINT_UNKNOWN_KEY,
	LINT_UNKNOWN_NAME,
	LINT_UNLESS_NEVER,
	LINT_UNREACHABLE_THRESHOLD,
	LINT_UNREADABLE,
	LINT_UNUSED_CONDITION,
	LINT_UNUSED_FORMS,
	LINT_UNUSED_GUIDELINE,
	LINT_UNUSED_LIST,
	LINT_WRONG_PATTERN,
	LINT_WRONG_RULE,
	LINT_WRONG_SCRIPT,
	LINT_WRONG_VALUE,
	LINT_KIND_COUNT,
};

struct lint_kind_row {
	const char *code;
	enum severity severity; /* the usual one */
	const char *help; /* what is wrong, and what to do: a sentence or two */
};

extern const struct lint_kind_row lint_kinds[LINT_KIND_COUNT];

/* The row of a code, or NULL. */
const struct lint_kind_row *lint_kind_find(const char *code);

/* Says of which kind the newest error is. */
static inline void lint_mark(struct errors *errors, enum lint_kind kind)
{
	errors_code(errors, lint_kinds[kind].code);
}

/* Makes the kind that of all errors to come that are not marked; returns the one before. */
const char *lint_scope(struct errors *errors, enum lint_kind kind);
