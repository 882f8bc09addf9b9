/* What a replay found, for people. */
#pragma once

#include "cli/out.h"
#include "server/replay.h"

/* Writes it; at most `groups` rules of each way. False: no memory. */
bool replay_report(struct out *out, const struct replay *replay, size_t groups);
