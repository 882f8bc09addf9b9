/* The protocol's tables as Markdown, for README.md in this folder (`filterd reference`). */
#pragma once

#include "base/buf.h"

/* Appends the fields of a request: name, form, meaning; the most needed first. */
void tables_fields(struct buf *out);

/* Appends the codes of refusals: name, HTTP status, whether to try again, meaning. */
void tables_codes(struct buf *out);
