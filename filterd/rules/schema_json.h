/*
 * JSON Schema (draft 2020-12), made from the tables: editors that know it complete keys and mark
 * mistakes while a rule is being written.
 */
#pragma once

#include "base/buf.h"
#include "rules/schema.h"

/* Appends the schema of rule files, conditions included. OK or ERR_NOMEM. */
int schema_json(struct buf *out);

/* Appends the schema of any file that `root` describes. OK or ERR_NOMEM. */
int schema_json_section(struct buf *out, const struct section *root, const char *title);
