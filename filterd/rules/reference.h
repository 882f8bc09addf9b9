/* The reference of all keys, as Markdown, made from the tables. */
#pragma once

#include "base/buf.h"
#include "rules/schema.h"

/* Appends the reference of rule files: their sections, then the kinds of conditions. */
void reference_rules(struct buf *out);

/*
 * Appends `root` and every section below it, each under a heading of that level (3 is `###`), with
 * a table of its keys. Those that are reached from `known` (may be NULL) have been printed before.
 */
void reference_section(
	struct buf *out, const struct section *root, const struct section *known, unsigned level);
