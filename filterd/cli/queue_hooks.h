/* `filterd queue hooks`: what webhooks were told, and what they did not take. */
#pragma once

#include "cli/cli.h"
#include "store/hooks.h"

/*
 * Lists the webhooks with how far they have come, then the deliveries that failed: the dead ones,
 * and those that are tried again; with "retry" as the first word dead ones are tried again, those
 * of the decisions named after it or all; with "forget" the webhooks named after it are forgotten.
 * An exit code.
 */
int queue_hooks(struct run *run, struct db *db, bool json);
