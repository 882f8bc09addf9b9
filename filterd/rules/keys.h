/*
 * The keys of rule files, as structs and as tables: what the loader reads, the reference prints and
 * the JSON Schema states. Keys of conditions stand with their kinds (condition_*.c).
 */
#pragma once

#include "rules/schema.h"

/* The top of a file. */
struct file_keys {
	struct span guideline; /* default of its rules */
	struct strings language; /* default of its rules */
	bool disguised; /* default of its rules */
	const struct yaml_node *guidelines;
	const struct yaml_node *forms;
	const struct yaml_node *lists;
	const struct yaml_node *conditions;
	const struct yaml_node *rules;
	const struct yaml_node *exceptions;
};

struct guideline_keys {
	struct wording title;
	struct wording description;
	int64_t review_at; /* [points] */
	int64_t reject_at; /* [points] */
};

struct forms_keys {
	const struct yaml_node *prefixes;
	const struct yaml_node *suffixes;
};

struct list_keys {
	struct strings entries;
	struct strings forms; /* names */
	struct span file; /* path relative to the YAML file */
};

struct exception_keys {
	struct strings rules; /* ids or globs */
	const struct yaml_node *unless;
};

struct rule_keys {
	struct span id;
	struct span guideline;
	struct strings language;
	struct wording reason;
	int action; /* index into the choices: enum action without ACTION_POINTS */
	int64_t points;
	struct strings guidelines;
	const struct yaml_node *when;
	const struct yaml_node *unless;
	int in_quotes; /* enum in_quotes */
	bool excuse_article_words;
	bool disguised;
	bool shadow;
	int64_t from_ms, until_ms;
	const struct yaml_node *tests;
};

struct rule_tests_keys {
	const struct yaml_node *match;
	const struct yaml_node *no_match;
};

struct test_author_keys {
	struct span id, name, url, email;
	int64_t approved, rejected, created_ms;
	int role; /* index into the choices: enum role without ROLE_NONE */
};

/* What a comment in a test comes with. */
struct context_keys {
	struct span lang, site, title, section, article, parent;
	struct strings tags;
	struct test_author_keys author;
	int64_t submitted_ms;
};

struct test_keys {
	struct span text;
	struct context_keys context;
};

#define TEST_TEXT_MAX 65536 /* [bytes] of a text in a test */

/* For a comment that was not quoted, such as `- You: go away`: what to do about it, or NULL. */
const char *keys_of_sentence(struct span key);

extern const struct section file_section;
extern const struct section guideline_section;
extern const struct section forms_section;
extern const struct section list_section;
extern const struct section exception_section;
extern const struct section rule_section;
extern const struct section rule_tests_section;
extern const struct section context_section;
extern const struct section test_section;
