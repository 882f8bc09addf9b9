/* Findings as SARIF 2.1.0, the format in which code hosts and editors take them. */
#pragma once

#include "base/error.h"
#include "cli/out.h"

/*
 * Writes one run with all findings, in the order of their places, and the kinds of findings as its
 * rules. Paths below the working directory are relative to the base SRCROOT, which is named.
 */
void sarif_write(struct out *out, struct errors *errors);
