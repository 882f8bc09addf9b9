/* `filterd test --update`: case files are made to ask for what comes out. */
#pragma once

#include "cli/suite.h"

/*
 * Shows for each case file what would change for its failed cases to pass, and writes it if a
 * person at the terminal says so, or `yes` is set. Case files that have a `todo` keep it. CLI_FINE
 * when all of them pass now; CLI_FOUND when something is left; CLI_OUTPUT.
 */
int test_update(struct suite *suite, bool yes);
