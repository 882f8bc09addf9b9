/* Comments as they are written in tests: beside rules, and in case files. */
#pragma once

#include "rules/comment.h"
#include "rules/keys.h"

/*
 * Reads a text, or a mapping with a text and its context (test_section in keys.h), into *out.
 * Memory comes from the arena and the node. What is not given is absent. OK, ERR_INVALID or
 * ERR_NOMEM.
 */
int test_comment_read(struct arena *arena, const struct source *source, struct errors *errors,
	const struct yaml_node *node, struct comment *out);

/*
 * Gives the comment the context that was read from `node`; what the node does not say stays as it
 * is, so that a file's context goes before a case's.
 */
void test_comment_set(
	const struct yaml_node *node, const struct context_keys *keys, struct comment *out);
