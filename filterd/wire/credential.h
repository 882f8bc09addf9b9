/* How a client says who it is in JSON: {"token":"filterd_..."}. */
#pragma once

#include "base/arena.h"
#include "wire/refusal.h"

/*
 * Reads the object; *token is in `json` or the arena. Other members are passed over. False: it is
 * none, and *refusal says why; what it says is never a part of the input.
 */
bool credential_read(
	struct span json, struct arena *arena, struct span *token, struct refusal *refusal);
